// Readers: found, registered, bound to a terminal whose page alone hears of what they read; the device page.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { ROOT, Site, sleep } from './lib/site.mjs';

const MODELS = join(ROOT, 'drivers/models');
const CARD = 'u:04A1B2C3';
const OTHER = 'u:04D4E5F6';
const AGAIN = 'u:04778899';

let site, admin, control;
before(async () => {
  site = await Site.demo({ config: { devices: { models: MODELS, virtual: ['柜台读卡器', '自助读卡器'] } } });
  [admin, control] = [await site.login('admin'), await site.login('control')];
});
after(() => site.close());

/** The readers, once they have their rows: that takes a commit after the start. */
async function registered(who) {
  for (;;) {
    const { items } = await who.get('/api/v1/devices');
    if (items.length && items.every((d) => d.id)) return items;
    await sleep(5);
  }
}
const devices = () => registered(control);
const device = async (name) => (await devices()).find((d) => d.name === name);
async function bind(name, terminal) {
  const { id, version } = await device(name);
  return control.patch(`/api/v1/devices/${id}`, { version, terminal_id: terminal });
}
/** A terminal with its stream, bound to the reader @name. */
async function place(kind, name, reader) {
  const client = await site.terminal(admin, { kind, name });
  const { id } = (await admin.get('/api/v1/terminals')).items.find((t) => t.name === name);
  if (reader) await bind(reader, id);
  return { client, id, stream: await client.events('/api/v1/terminal/events') };
}
const swipe = (code, reader) => site.ctlOk('swipe', code, '--reader', reader);
const swipes = (place) => place.stream.events.filter((e) => e.event === 'swipe');

describe('DV-01: the registry', () => {
  test('a reader that a driver knows is registered by itself, and is ready', async () => {
    const d = await device('柜台读卡器');
    assert.deepEqual(
      [d.bus, d.model, d.virtual, d.present, d.state, d.trouble, d.terminal_id],
      ['virtual', 'virtual', true, true, 'ready', null, null],
    );
    assert.ok(d.since_ms > Date.now() - 60_000 && d.seen_ms >= d.since_ms - 1000);
  });

  test('it is the same one after a restart, with its name and terminal', async () => {
    const { id, version } = await device('自助读卡器');
    const { client, id: terminal } = await place('kiosk', '重启台');
    await control.patch(`/api/v1/devices/${id}`, { version, name: '大堂读卡器', terminal_id: terminal });
    client.close();
    await site.restart();
    [admin, control] = [await site.login('admin'), await site.login('control')];
    const again = (await devices()).find((d) => d.id === id);
    assert.deepEqual([again.name, again.terminal_id, again.mark], ['大堂读卡器', terminal, '自助读卡器']);
    await control.patch(`/api/v1/devices/${id}`, { version: again.version, name: '自助读卡器', terminal_id: null });
  });

  test('an old version, a strange terminal, a name too long are refused', async () => {
    const { id, version } = await device('自助读卡器');
    const path = `/api/v1/devices/${id}`;
    await control.refused('PATCH', path, 412, 'version.changed', { body: { version: version - 1, name: 'x' } });
    await control.refused('PATCH', path, 404, 'not-found', { body: { version, terminal_id: 99999 } });
    await control.refused('PATCH', path, 422, 'fields.wrong', { body: { version, name: '名'.repeat(41) } });
    await control.refused('PATCH', '/api/v1/devices/99999', 404, 'not-found', { body: { version: 1 } });
  });

  test('retired it is gone; the same reader comes back as another', async () => {
    const own = await Site.demo({ config: { devices: { models: MODELS, virtual: '旧读卡器' } } });
    try {
      const who = await own.login('control');
      const [old] = await registered(who);
      await who.request('POST', `/api/v1/devices/${old.id}/retire`, { key: newKey(), body: { version: old.version } });
      await own.restart();
      const again = await registered(await own.login('control'));
      assert.deepEqual([again.length, again[0].mark], [1, old.mark]);
      assert.notEqual(again[0].id, old.id);
      own.verify();
    } finally {
      await own.close();
    }
  });
});

describe('DV-03: a swipe reaches the page of its terminal, and no other', () => {
  test('counter and kiosk, each its own', async () => {
    const counter = await place('counter', '一号柜台', '柜台读卡器');
    const kiosk = await place('kiosk', '一号自助屏', '自助读卡器');
    const staff = await control.events('/api/v1/events?project=1');
    swipe(CARD, '柜台读卡器');
    const heard = await counter.stream.next('swipe');
    assert.deepEqual([heard.data.result, heard.data.virtual], ['card', true]);
    swipe(CARD, '自助读卡器');
    await kiosk.stream.next('swipe');
    assert.equal(swipes(counter).length, 1);
    assert.equal(swipes(kiosk).length, 1);
    assert.ok(!staff.events.some((e) => e.event === 'swipe'));
    const raw = counter.stream.raw + kiosk.stream.raw;
    assert.ok(!raw.includes(CARD.slice(2)), 'no page hears a card number');
    for (const { stream } of [counter, kiosk, { stream: staff }]) await stream.close();
  });

  test('MB-04: the same card again within two seconds is one swipe, another card is another', async () => {
    const counter = await place('counter', '二号柜台', '柜台读卡器');
    for (const code of [AGAIN, AGAIN, OTHER]) swipe(code, '柜台读卡器');
    await counter.stream.next('swipe', { test: () => swipes(counter).length === 2 });
    await sleep(2100); // it is the clock that is tested
    swipe(OTHER, '柜台读卡器');
    await counter.stream.next('swipe', { test: () => swipes(counter).length === 3 });
    await counter.stream.close();
  });

  test('a reader bound to nobody tells nobody; bound elsewhere it tells the other', async () => {
    const counter = await place('counter', '三号柜台', '柜台读卡器');
    const next = await place('counter', '四号柜台');
    await bind('柜台读卡器', null);
    swipe(CARD, '柜台读卡器');
    await bind('柜台读卡器', next.id);
    swipe(OTHER, '柜台读卡器');
    await next.stream.next('swipe');
    assert.deepEqual([swipes(counter).length, swipes(next).length], [0, 1]);
    for (const { stream } of [counter, next]) await stream.close();
  });

  test('a wrong check and garbage are bad reads, a bank card is refused: by the codec, which counts them', async () => {
    const counter = await place('counter', '坏卡柜台', '柜台读卡器');
    const before = (await device('柜台读卡器')).counts;
    const words = { bad: 'bad', garbled: 'bad', refused: 'refused' };
    for (const [card, result] of Object.entries(words)) {
      const from = counter.stream.events.length;
      swipe(card, '柜台读卡器');
      const { data } = await counter.stream.next('swipe', { from });
      assert.deepEqual([data.id, data.result, data.virtual], ['', result, true]);
      await sleep(800); // such reads are told of every 700 ms: it is the clock that is tested
    }
    assert.deepEqual(swipes(counter).map((e) => e.data.result), Object.values(words));
    const { counts } = await device('柜台读卡器');
    assert.deepEqual([counts.bad - before.bad, counts.refused - before.refused, counts.cards - before.cards], [2, 1, 0]);
    swipe(CARD, '柜台读卡器');
    await counter.stream.next('swipe', { test: (d) => d.result === 'card' });
    await counter.stream.close();
  });

  test('what is no card number is refused where it is typed', async () => {
    for (const code of ['x:04A1', 'u:XYZ', 'u:04', "n:1' OR 1=1", `n:${'9'.repeat(41)}`, 'n:<script>'])
      assert.match(site.ctl('swipe', code, '--reader', '柜台读卡器').stderr, /not a card's number/, code);
    assert.match(site.ctl('swipe', CARD, '--reader', '没有').stderr, /no reader called/);
  });
});

describe('the device page', () => {
  test('"swipe now" is told to who asked, and to no terminal', async () => {
    const counter = await place('counter', '五号柜台', '柜台读卡器');
    const page = await control.events('/api/v1/devices/events');
    const other = await admin.events('/api/v1/devices/events');
    const { id } = await device('柜台读卡器');
    await control.post(`/api/v1/devices/${id}/test`, undefined, 200);
    swipe('n:88001234', '柜台读卡器');
    const { data } = await page.next('device-test');
    assert.deepEqual(data, { device: id, result: 'card', card: '****1234', medium: 'number' });
    assert.equal(swipes(counter).length, 0);
    assert.ok(!other.events.some((e) => e.event === 'device-test'));
    await admin.delete(`/api/v1/devices/${id}/test`); // is somebody else's
    swipe('n:88001235', '柜台读卡器');
    await page.next('device-test', { test: (d) => d.card === '****1235' });
    await control.delete(`/api/v1/devices/${id}/test`);
    swipe('n:88001236', '柜台读卡器');
    await counter.stream.next('swipe');
    for (const stream of [counter.stream, page, other]) await stream.close();
  });

  test('each change is told', async () => {
    const page = await control.events('/api/v1/devices/events');
    const { id, version } = await device('柜台读卡器');
    await control.patch(`/api/v1/devices/${id}`, { version, name: '新名字' });
    await page.next('device', { test: (d) => d.id === id });
    await control.patch(`/api/v1/devices/${id}`, { version: version + 1, name: '柜台读卡器' });
    await page.close();
  });

  test('buses say whether they work', async () => {
    const { buses } = await control.get('/api/v1/devices');
    assert.ok(buses.some((b) => b.name === 'virtual' && b.error === null));
    assert.ok(buses.some((b) => b.name === 'usb'));
  });
});

describe('recording', () => {
  test('what a reader sends becomes a capture of member cards, and of nothing else', async () => {
    const [path, warning] = site.ctlOk('record', '柜台读卡器', 'my-reader').trim().split('\n');
    assert.match(warning, /in the clear/);
    swipe('n:88005678', '柜台读卡器');
    for (const wrong of ['bad', 'garbled', 'refused']) swipe(wrong, '柜台读卡器');
    assert.match(site.ctl('record', '柜台读卡器', 'again').stderr, /./, 'one at a time');
    site.ctlOk('record', '柜台读卡器', 'off');
    swipe('n:88009999', '柜台读卡器');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const bytes = [...readFileSync(path, 'utf8').matchAll(/^< \d+ (.*)$/gm)].map((m) =>
      Buffer.from(m[1].replaceAll(' ', ''), 'hex').toString(),
    );
    assert.deepEqual(bytes, ['n:88005678\n']);
    for (const name of ['../x', 'Ä', '', 'a'.repeat(61)])
      assert.notEqual(site.ctl('record', '柜台读卡器', name).status, 0, name);
  });
});

describe('configuration', () => {
  const wrong = [
    [{ serial: 'no-such-model /dev/serial/by-id/x' }, /no-such-model is no model of a serial reader/],
    [{ serial: 'virtual /dev/serial/by-id/x' }, /virtual is no model of a serial reader/],
    [{ serial: 'rdm6300' }, /no value for serial/],
    [{ serial: 'rdm6300 ttyUSB0' }, /no value for serial/],
    [{ virtual: Array.from({ length: 17 }, (_, i) => `读卡器${i}`) }, /no value for virtual/],
  ];
  for (const [devices, says] of wrong)
    test(`${JSON.stringify(devices).slice(0, 60)} refuses the start`, () => {
      const own = new Site({ config: { devices: { models: MODELS, ...devices } } });
      const { status, stderr } = own.run();
      assert.equal(status, 78, stderr);
      assert.match(stderr, says);
    });
});
