// kiosk_render: the kiosk's page in headless Chromium, and how much of it must be fetched first.
import { join } from 'node:path';
import { ROOT, run, short } from './lib.mjs';

async function kiosk_render() {
  const folder = join(ROOT, 'kiosk-ui');
  run('npm', ['run', '--silent', 'bench:build'], { cwd: folder, seconds: 120 });
  const found = JSON.parse(run('node', ['tests/e2e/bench.mjs', '9'], { cwd: folder, seconds: 90 }));
  const sizes = JSON.parse(run('sh', ['-c', 'node scripts/sizes.mjs --json || true'], { cwd: folder }));
  const line = (name, value, unit, must, spread) => ({ name: `kiosk_render.${name}`, value, unit, judge: 'value', must: ['<=', must], aim: ['<=', must / 2], spread });
  return [
    line('overview', found.overview_script_ms, 'ms script', 80, `10,000 units; first time ${short(found.overview_cold_ms)} ms`),
    line('building', found.building_paint_ms, 'ms paint', 100, `256 cells; first time ${short(found.building_cold_ms)} ms of script`),
    line('entry', sizes['kiosk.html'].js / 1000, 'kB gzip', 100, `${short(sizes['kiosk.html'].css / 1000)} kB of style sheets beside it`),
  ];
}

export const figures = { kiosk_render };
