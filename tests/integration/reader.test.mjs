// A card issued away from the counter: the office borrows a reader for one card, which comes to who asked, by an id that
// tells nothing, and to no terminal.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { bindReader, readerOf, virtualReaders } from './lib/members.mjs';
import { Site } from './lib/site.mjs';

const [DESK, KIOSK, LOOSE] = ['柜台读卡器', '自助读卡器', '桌上读卡器'];
const TERMS = '会员章程 2026-01';

let site, admin, control, cashier, manager, desk, kiosk;
const id = {};
before(async () => {
  site = await Site.demo({ config: { devices: virtualReaders(DESK, KIOSK, LOOSE) } });
  [admin, control, cashier, manager] = await Promise.all(
    ['admin', 'control', 'cashier', 'manager'].map((name) => site.login(name)),
  );
  desk = await terminal('counter', '一号柜台', DESK);
  kiosk = await terminal('kiosk', '一号自助屏', KIOSK);
  for (const name of [DESK, KIOSK, LOOSE]) id[name] = (await readerOf(control, name)).id;
});
after(() => site.close());

async function terminal(kind, name, reader) {
  const client = await site.terminal(admin, { kind, name });
  const { id: at } = (await admin.get('/api/v1/terminals')).items.find((t) => t.name === name);
  await bindReader(control, reader, at);
  return { client, id: at, stream: await client.events('/api/v1/terminal/events') };
}

const loan = (reader) => `/api/v1/readers/${id[reader]}/loan`;
const swipe = (code, reader) => site.ctlOk('swipe', code, '--reader', reader);
const swipes = (place) => place.stream.events.filter((e) => e.event === 'swipe').length;
let made = 0;
const customer = () =>
  cashier.post(
    '/api/v1/customers',
    { kind: 'person', name: '钱七', notice: '告知', source_id: 3, phones: [{ number: `1380077${String(++made).padStart(4, '0')}` }] },
    201,
  );
/** What @who hears of the next card at @reader. */
async function borrowed(who, reader, code) {
  const stream = await who.events('/api/v1/my/events');
  await who.post(loan(reader), undefined, 200);
  swipe(code, reader);
  const { data } = await stream.next('card');
  await stream.close();
  return data;
}

describe('readers that may be asked', () => {
  test('those of counters and those that serve nobody; never a kiosk\'s, and to nobody without the right', async () => {
    const { items } = await cashier.get('/api/v1/readers');
    assert.deepEqual(
      items.map((r) => [r.name, r.terminal, r.state]).sort(),
      [[DESK, '一号柜台', 'ready'], [LOOSE, null, 'ready']].sort(),
    );
    await control.refused('GET', '/api/v1/readers', 403, 'right.denied');
    await cashier.refused('POST', loan(KIOSK), 404, 'not-found');
    await cashier.refused('POST', '/api/v1/readers/99999/loan', 404, 'not-found');
    await control.refused('POST', loan(DESK), 403, 'right.denied');
    swipe('n:88000001', KIOSK);
    await kiosk.stream.next('swipe');
  });
});

describe('one card', () => {
  test('comes to who asked and to no terminal, masked and by an id; by that id it is issued', async () => {
    const heard = await borrowed(cashier, DESK, 'n:77000001');
    assert.deepEqual({ ...heard, swipe: '' }, { device: id[DESK], result: 'card', swipe: '', shown: '****0001' });
    assert.match(heard.swipe, /^[\w-]{22}$/);
    assert.equal(swipes(desk), 0);
    await cashier.refused('GET', `/api/v1/cards/find?swipe=${heard.swipe}`, 404, 'card.unknown');
    const { id: who } = await customer();
    await manager.refused('POST', `/api/v1/customers/${who}/cards`, 410, 'swipe.gone', {
      key: newKey(),
      body: { swipe: heard.swipe, terms: TERMS },
    });
    const card = await cashier.post(`/api/v1/customers/${who}/cards`, { swipe: heard.swipe, terms: TERMS }, 201);
    assert.equal(card.shown, '****0001');
    const found = await cashier.get('/api/v1/cards/find?code=n:77000001');
    assert.equal(found.member.customer_id, who);
  });

  test('replaces a card as well', async () => {
    const { id: who } = await customer();
    const first = await borrowed(cashier, LOOSE, 'u:04A1B2C3');
    const old = await cashier.post(`/api/v1/customers/${who}/cards`, { swipe: first.swipe, terms: TERMS }, 201);
    const next = await borrowed(cashier, LOOSE, 'u:04D4E5F6');
    await cashier.post(`/api/v1/cards/${old.id}/replace`, { swipe: next.swipe, reason: '旧卡消磁' }, 201);
    assert.equal((await cashier.get('/api/v1/cards/find?code=u:04A1B2C3')).card.state, 'replaced');
  });

  test('is the only one: the next is the counter\'s again, and so is the reader when it is given back', async () => {
    await borrowed(cashier, DESK, 'n:77000002');
    swipe('n:77000003', DESK);
    await desk.stream.next('swipe', { test: () => swipes(desk) === 1 });
    await cashier.post(loan(DESK), undefined, 200);
    await cashier.delete(loan(DESK));
    swipe('n:77000004', DESK);
    await desk.stream.next('swipe', { test: () => swipes(desk) === 2 });
  });

  test('a reader is lent to one at a time; a bad read and a bank card are told to him, and he goes on waiting', async () => {
    const stream = await cashier.events('/api/v1/my/events');
    await cashier.post(loan(LOOSE), undefined, 200);
    await manager.refused('POST', loan(LOOSE), 409, 'device.lent');
    await control.refused('POST', `/api/v1/devices/${id[LOOSE]}/test`, 409, 'device.lent');
    await manager.delete(loan(LOOSE)); // it is not hers to give back
    swipe('refused', LOOSE);
    assert.deepEqual((await stream.next('card')).data, { device: id[LOOSE], result: 'refused', swipe: '', shown: '' });
    swipe('n:77000005', LOOSE);
    assert.equal((await stream.next('card', { from: stream.events.length - 1, test: (d) => d.result === 'card' })).data.shown, '****0005');
    await manager.post(loan(LOOSE), undefined, 200);
    await manager.delete(loan(LOOSE));
    assert.ok(!stream.raw.includes('77000005'), 'no page hears a card number');
    await stream.close();
  });
});
