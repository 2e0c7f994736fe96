// A reader that sends garbage as fast as it can: little of the processor, and no other reader waits for it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT, Site, sleep } from '../integration/lib/site.mjs';

const SHIM = join(ROOT, 'build/release/tests/rigs/libpty_shim.so'); // a pseudo-terminal passes for a serial line
const SWIPES = 40;
const FLOOD_MS = 3000;
const CORE = 0.05;
const DELAY_MS = 50;

let site, control, line, flood, counter;
before(async () => {
  assert.ok(existsSync(SHIM), `${SHIM} is not built`);
  site = new Site();
  line = join(site.folder, 'by-id', 'usb-mad');
  site.settings.devices = { models: join(ROOT, 'drivers/models'), serial: `rdm6300 ${line}`, virtual: '好读卡器' };
  mkdirSync(join(site.folder, 'by-id'));
  site.configure();
  site.ctlOk('demo');
  await site.start({ env: { LD_PRELOAD: SHIM } });
  control = await site.login('control');
  counter = await site.terminal(await site.login('admin'), { kind: 'counter', name: '柜台' });
});
after(async () => {
  flood?.stdin.end();
  await site.close();
});

const device = async (name) => (await control.get('/api/v1/devices')).items.find((d) => d.mark.endsWith(name));

async function until(what, why) {
  for (const end = performance.now() + 20_000; ; await sleep(20)) {
    const found = await what();
    if (found) return found;
    assert.ok(performance.now() < end, why);
  }
}

/** Seconds of processor time that the daemon has used. */
function used() {
  const fields = readFileSync(`/proc/${site.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** ms from the swipe to the page, each of a card of its own. */
async function delays(stream, first) {
  const list = [];
  for (let i = first; i < first + SWIPES; i += 1) {
    const from = stream.events.length;
    const begin = performance.now();
    const done = site.ctlAsync('swipe', `n:7700${String(i).padStart(4, '0')}`, '--reader', '好读卡器');
    const { at } = await stream.next('swipe', { from, timeout: 20_000 });
    list.push(at - begin);
    await done;
  }
  return list.sort((a, b) => a - b);
}

describe('RS F: a reader floods', () => {
  test('less than a twentieth of a core, and nobody waits', async () => {
    const good = await until(() => device('好读卡器').then((d) => d?.id && d), 'no virtual reader');
    const { items } = await (await site.login('admin')).get('/api/v1/terminals');
    await control.patch(`/api/v1/devices/${good.id}`, {
      version: good.version,
      terminal_id: items.find((t) => t.name === '柜台').id,
    });
    const stream = await counter.events('/api/v1/terminal/events');
    const calm = await delays(stream, 0);
    flood = spawn('python3', [join(ROOT, 'tests/fault/lib/flood.py'), line], { stdio: ['pipe', 'pipe', 'inherit'] });
    await new Promise((resolve) => flood.stdout.once('data', resolve));
    const mad = await until(async () => {
      const d = await device('usb-mad');
      return d?.state === 'degraded' && d;
    }, 'the flood is not noticed');
    assert.equal(mad.trouble, 'noise');
    const begin = [performance.now(), used()];
    await sleep(FLOOD_MS);
    const share = (used() - begin[1]) / ((performance.now() - begin[0]) / 1000);
    assert.ok(share < CORE, `${(share * 100).toFixed(1)} % of a core`);
    const busy = await delays(stream, SWIPES);
    // By the middle ones: the rest is what else the machine does.
    const more = busy[SWIPES >> 1] - calm[SWIPES >> 1];
    assert.ok(more < DELAY_MS, `${more.toFixed(1)} ms more`);
    const lines = site.log.split('\n').filter((l) => l.includes('usb-mad')).length;
    assert.ok(lines <= 3, `${lines} lines in the log`);
    flood.stdin.end();
    await until(async () => (await device('usb-mad')).state === 'absent', 'its end is not noticed');
    await stream.close();
  });
});
