// node tests/e2e/bench.mjs [rounds] → one JSON line: medians in ms of the bench page, in headless Chromium.
// Needs `npm run bench:build`. The page is served from memory: no daemon takes part.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { extname, normalize } from 'node:path';
import { launch } from './browser.mjs';

const ROUNDS = Number(process.argv[2] ?? 7);
const root = new URL('../../dist-bench/', import.meta.url);
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, 'http://x').pathname).replace(/^\/+/, '') || 'index.html';
  try {
    const body = readFileSync(new URL(path, root));
    response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1080, height: 1920 }, reducedMotion: 'reduce' });
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.__anchang);
  const run = async (name, n) => {
    const script = [];
    const paint = [];
    let cold = 0;
    for (let i = 0; i <= ROUNDS; i += 1) {
      const figure = await page.evaluate(([f, k]) => globalThis.__anchang[f](k), [name, n]);
      if (i === 0) {
        cold = figure.script; // the first round also compiles; reported, not judged
        continue;
      }
      script.push(figure.script);
      paint.push(figure.paint);
    }
    return { script: median(script), paint: median(paint), cold };
  };
  const overview = await run('overview', 10_000);
  const building = await run('building', 256);
  console.log(
    JSON.stringify({
      overview_script_ms: overview.script,
      overview_cold_ms: overview.cold,
      overview_paint_ms: overview.paint,
      building_script_ms: building.script,
      building_cold_ms: building.cold,
      building_paint_ms: building.paint,
    }),
  );
} finally {
  await browser.close();
  server.close();
}
