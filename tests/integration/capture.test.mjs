// Every capture of every driver, played back through the whole daemon: what reaches the page of the terminal is
// what the capture's check file says, less what lies on the reader for longer (MB-04).
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT, Site, sleep } from './lib/site.mjs';

const FOLDER = join(ROOT, 'tests/captures');
const SAME_MS = 2000;
const TELL_MS = 700;

/** { name, model, expected: [result…] } of the captures whose model is installed. */
const captures = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.cap'))
  .map((name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const model = /^# Model: (.*)$/m.exec(text)[1];
    return { name, model, path: join(FOLDER, name), expected: expectedOf(`${name}.chk`) };
  })
  .filter(({ model }) => readdirSync(join(ROOT, 'drivers/models')).includes(`${model}.model`));

/** The check file has each frame; a page hears of a card once while it stays, of bad reads once a second. */
function expectedOf(name) {
  const last = { code: '', at: -SAME_MS, told: -TELL_MS };
  const heard = [];
  for (const line of readFileSync(join(FOLDER, name), 'utf8').trim().split('\n')) {
    const [, time, what, code] = /^(\d+) (\S+) ?(\S*)/.exec(line);
    const at = Number(time);
    if (what === 'card') {
      const clear = Math.abs(at - last.at - SAME_MS) > 200 || code !== last.code;
      assert.ok(clear, `${name}: the same card after ${SAME_MS} ms sharp, which may or may not be one swipe`);
      if (code !== last.code || at - last.at >= SAME_MS) heard.push('card');
      Object.assign(last, { code, at });
    } else if (what === 'bad' || what === 'refused') {
      if (at - last.told < TELL_MS) continue;
      last.told = at;
      heard.push(what);
    }
  }
  return heard;
}

let site, control;
before(async () => {
  const replay = captures.map(({ model, path }) => `${model} ${path}`);
  site = await Site.demo({ config: { devices: { models: join(ROOT, 'drivers/models'), replay } } });
});
after(() => site.close());

async function registered() {
  for (;;) {
    const { items } = await control.get('/api/v1/devices');
    if (items.length === captures.length && items.every((d) => d.id)) return items;
    await sleep(10);
  }
}

describe('IN-10: captures through the daemon', () => {
  test('each is heard at its own terminal, as its check file says; what is lost calls staff (NT-09)', async () => {
    control = await site.login('control');
    const admin = await site.login('admin');
    const places = new Map();
    for (const device of await registered()) {
      const name = device.mark.split('/').at(-1);
      const client = await site.terminal(admin, { kind: 'counter', name });
      const terminal = (await admin.get('/api/v1/terminals')).items.find((t) => t.name === name);
      await control.patch(`/api/v1/devices/${device.id}`, { version: device.version, terminal_id: terminal.id });
      places.set(name, { client, id: device.id });
    }
    await site.restart(); // they play anew, bound now
    control = await site.login('control');
    for (const place of places.values()) {
      // from the first event of this start, wherever the capture is by now
      const probe = await place.client.events('/api/v1/terminal/events');
      const { id } = await probe.next('heartbeat');
      await probe.close();
      place.stream = await place.client.events('/api/v1/terminal/events', {
        lastEventId: `${(id ?? '').split('-')[0]}-0`,
      });
    }
    for (const { name, expected } of captures) {
      const { stream } = places.get(name);
      const heard = () => stream.events.filter((e) => e.event === 'swipe').map((e) => e.data.result);
      for (const end = performance.now() + 20_000; heard().length < expected.length && performance.now() < end; )
        await sleep(20);
      assert.deepEqual(heard(), expected, name);
      assert.ok(stream.events.every((e) => e.event !== 'swipe' || e.data.virtual));
    }
    const gone = (await registered()).filter((d) => d.state !== 'ready' && d.state !== 'degraded');
    assert.ok(gone.length > 0, 'some captures end with the device pulled out');
    for (const { mark } of gone) {
      const { stream } = places.get(mark.split('/').at(-1));
      const states = () => stream.events.filter((e) => e.event === 'reader').map((e) => e.data.state);
      await stream.next('reader', { test: () => states().includes('ready') && states().at(-1) === 'away' });
    }
    for (const { stream } of places.values()) await stream.close();
    for (const end = performance.now() + 20_000; ; await sleep(100)) {
      const alerts = (await control.get('/api/v1/alerts')).items.filter((a) => a.reason === 'reader');
      if (alerts.length >= gone.length) break;
      assert.ok(performance.now() < end, `calls for ${alerts.length} of ${gone.length} lost readers`);
    }
  });
});
