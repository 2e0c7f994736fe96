// A card at a kiosk: what it shows alone, what card and PIN open, and all that closes it again.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bindReader, enrol as enrolBy, enrolCustomer, lose as loseBy, PIN, setPin, swipeAt, virtualReaders, WRONG_PIN } from './lib/members.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

const READERS = ['一号读卡器', '二号读卡器'];
const NOTHING = { name: null, points: null, pin: null, pin_tries: null, pin_locked_until_ms: null };

let site, admin, control, cashier;
let kiosks;
before(async () => {
  site = await Site.demo({ config: { devices: virtualReaders(...READERS) } });
  await enter();
  kiosks = await Promise.all(READERS.map(place));
});
after(() => site.close());

async function enter() {
  [admin, control, cashier] = await Promise.all(['admin', 'control', 'cashier'].map((login) => site.login(login)));
}

let places = 0;
/** A kiosk with its stream and a reader of its own. */
async function place(reader) {
  const name = `自助屏 ${++places}`;
  const client = await site.terminal(admin, { name });
  const { id } = (await admin.get('/api/v1/terminals')).items.find((t) => t.name === name);
  await bindReader(control, reader, id);
  return { client, id, reader, stream: await client.events('/api/v1/terminal/events') };
}

const enrol = (options) => enrolBy(cashier, options);
const lose = (card) => loseBy(cashier, card);

/** Swipes at a kiosk's reader; resolves with the id that its page hears of. */
async function swipe(kiosk, code) {
  const from = kiosk.stream.events.length;
  await swipeAt(site, kiosk.reader, code);
  const { data } = await kiosk.stream.next('swipe', { from });
  assert.deepEqual([data.result, data.virtual], ['card', true]);
  return data.id;
}
const look = (kiosk, id, status = 200) => kiosk.client.get(`/api/v1/terminal/swipes/${id}`, status);
const open = (kiosk, id, pin = PIN, status = 200) =>
  kiosk.client.post('/api/v1/terminal/member', { swipe: id, pin }, status);
const ended = (kiosk) => kiosk.client.refused('GET', '/api/v1/terminal/member', 410, 'pass.ended');

/** Card and PIN: the pane is open. */
async function opened(kiosk, who) {
  const id = await swipe(kiosk, who.code);
  await open(kiosk, id);
  await kiosk.client.get('/api/v1/terminal/member');
  return id;
}

describe('the card alone (MB-14, MB-16)', () => {
  test('masked name, points, how the PIN is, and nothing else', async () => {
    const [kiosk] = kiosks;
    const [who, other] = [await enrol({ pin: null }), await enrol()];
    const seen = { card: 'member', name: '司**', points: 0, pin: 'none', pin_tries: 5, pin_locked_until_ms: null };
    assert.deepEqual(await look(kiosk, await swipe(kiosk, who.code)), seen);
    assert.deepEqual(await look(kiosk, await swipe(kiosk, other.code)), { ...seen, pin: 'set' });
    const raw = kiosk.stream.raw;
    assert.ok(!raw.includes('司') && !raw.includes(who.code.slice(2)), 'the event tells nothing of the card');
  });

  test('unknown, lost, returned', async () => {
    const [kiosk] = kiosks;
    assert.deepEqual(await look(kiosk, await swipe(kiosk, 'n:66999999')), { card: 'unknown', ...NOTHING });
    const [lost, back] = [await enrol(), await enrol()];
    await lose(lost.card);
    await cashier.post(`/api/v1/cards/${back.card}/return`, { reason: '退卡' }, 200);
    for (const { code } of [lost, back])
      assert.deepEqual(await look(kiosk, await swipe(kiosk, code)), { card: 'ended', ...NOTHING });
  });

  test('a swipe is asked about at its terminal, while it is the last one, until the page wipes: else one 404', async () => {
    const [one, two] = kiosks;
    const first = await swipe(one, (await enrol()).code);
    await look(one, first);
    const elsewhere = await look(two, first, 404);
    await cashier.refused('GET', `/api/v1/terminal/swipes/${first}`, 403, 'right.denied');
    const second = await swipe(one, (await enrol()).code);
    const old = await look(one, first, 404);
    await look(one, second);
    await two.client.delete(`/api/v1/terminal/member?swipe=${second}`);
    await one.client.delete(`/api/v1/terminal/member?swipe=${first}`);
    await look(one, second);
    await one.client.delete(`/api/v1/terminal/member?swipe=${second}`);
    for (const id of [second, 'A'.repeat(22), 'x', "'%20OR%201", '%00', 'A'.repeat(300)]) {
      const reply = await one.client.request('GET', `/api/v1/terminal/swipes/${id}`);
      assert.ok([400, 404].includes(reply.status), id);
    }
    assert.deepEqual([elsewhere.code, old.code, elsewhere.detail], ['not-found', 'not-found', old.detail]);
  });

  test('wrong PINs are counted for the page, the fifth locks until a time', async () => {
    const [kiosk] = kiosks;
    const who = await enrol();
    const id = await swipe(kiosk, who.code);
    for (const left of [4, 3, 2, 1]) {
      await kiosk.client.refused('POST', '/api/v1/terminal/member', 422, 'pin.wrong', { body: { swipe: id, pin: WRONG_PIN } });
      assert.equal((await look(kiosk, id)).pin_tries, left);
    }
    await kiosk.client.refused('POST', '/api/v1/terminal/member', 429, 'pin.locked', { body: { swipe: id, pin: WRONG_PIN } });
    const locked = await look(kiosk, id);
    assert.equal(locked.pin, 'locked');
    const minutes = (locked.pin_locked_until_ms - Date.now()) / 60000;
    assert.ok(minutes > 14 && minutes <= 15, `${minutes} min`);
    await open(kiosk, id, PIN, 429);
    await ended(kiosk);
  });
});

describe('what card and PIN open of his deals (MB-14, AS-06)', () => {
  test('his units, each with its steps and what is still to be paid; nobody else\'s, and nothing of the staff\'s', async () => {
    const [one, two] = kiosks;
    const sales = await site.login('sales');
    const deals = await Sales.of(sales, cashier);
    const deal = await deals.signed();
    const who = await enrolCustomer(cashier, deals.buyer, 'n:66777001');
    const pane = await open(one, await swipe(one, who.code));
    assert.deepEqual(
      pane.units.map((u) => [u.unit, u.stage_zh, u.total_fen, u.received_fen]),
      [[deal.unit, '签约', deal.total_fen, deal.received_fen]],
    );
    const [unit] = pane.units;
    const { items: nodes } = await sales.get(`/api/v1/deals/${deal.id}/nodes`);
    assert.ok(nodes.length > 3);
    assert.deepEqual(
      unit.steps.map(({ name_zh, ...step }) => step),
      nodes.map((n) => ({ name_en: n.name, due_date: n.due_date, done_ms: n.done_ms })),
    );
    assert.equal(unit.steps[0].name_zh, '首付款到账');
    assert.ok(unit.steps.some((s) => s.due_date));
    const open_ = (l) => l.amount_fen - l.received_fen;
    const owed = deal.receivables.filter((l) => l.state !== 'waived' && open_(l) > 0);
    assert.deepEqual(
      unit.dues.map((d) => [d.amount_fen, d.open_fen, d.due_date, d.overdue, d.loan]),
      owed.map((l) => [l.amount_fen, open_(l), l.due_date, l.state === 'overdue', l.loan]),
    );
    assert.deepEqual(unit.dues.map((d) => d.fund_zh), ['首付款', '商业贷款']);
    const stranger = await open(two, await swipe(two, (await enrol()).code));
    assert.deepEqual(stranger.units, []);
  });
});

describe('what ends a pass, and what its page hears of it', () => {
  test('the loss of the card, wherever it is open', async () => {
    const who = await enrol();
    for (const kiosk of kiosks) await opened(kiosk, who);
    const from = kiosks.map((k) => k.stream.events.length);
    await lose(who.card);
    for (const [i, kiosk] of kiosks.entries()) {
      await kiosk.stream.next('pass-ended', { from: from[i] });
      await ended(kiosk);
    }
  });

  test('a new PIN; somebody else is left alone', async () => {
    const [one, two] = kiosks;
    const [who, other] = [await enrol(), await enrol()];
    await opened(one, who);
    await opened(two, other);
    const [from, quiet] = kiosks.map((k) => k.stream.events.length);
    await setPin(cashier, who.member, WRONG_PIN);
    await one.stream.next('pass-ended', { from });
    await ended(one);
    await two.client.get('/api/v1/terminal/member');
    assert.ok(!two.stream.events.slice(quiet).some((e) => e.event === 'pass-ended'));
  });

  test('another card at the terminal, and the page itself', async () => {
    const [kiosk] = kiosks;
    await opened(kiosk, await enrol());
    await swipe(kiosk, 'n:66999998');
    await ended(kiosk);
    await opened(kiosk, await enrol());
    await kiosk.client.delete('/api/v1/terminal/member');
    await ended(kiosk);
  });

  test('who leaves, or swipes another card, while the PIN is looked at leaves no pass behind', async () => {
    const [kiosk] = kiosks;
    const ways = [
      (id) => kiosk.client.delete(`/api/v1/terminal/member?swipe=${id}`),
      () => swipe(kiosk, 'n:66999996'),
    ];
    for (const way of ways) {
      const id = await swipe(kiosk, (await enrol()).code);
      const pending = kiosk.client.request('POST', '/api/v1/terminal/member', { body: { swipe: id, pin: PIN } });
      await way(id);
      const { status, body } = await pending;
      assert.ok(status === 200 || body.code === 'swipe.gone', `${status}`);
      await ended(kiosk);
    }
  });

  test('what is told is not to be kept', async () => {
    const [kiosk] = kiosks;
    const id = await opened(kiosk, await enrol());
    for (const path of [`swipes/${id}`, 'member']) {
      const { headers } = await kiosk.client.request('GET', `/api/v1/terminal/${path}`);
      assert.equal(headers['cache-control'], 'no-store', path);
    }
    assert.equal((await open(kiosk, id)).idle_s, 60);
  });

  test('the terminal is revoked: its page is told, its stream ends', async () => {
    const own = await place(READERS[0]);
    await opened(own, await enrol());
    await admin.delete(`/api/v1/terminals/${own.id}`);
    await own.stream.next('revoked');
    await own.client.refused('GET', '/api/v1/terminal/member', 401);
    await own.stream.ended;
  });

  test('a restart', async () => {
    const [, kiosk] = kiosks;
    await opened(kiosk, await enrol());
    await site.restart();
    await enter();
    await ended(kiosk);
    kiosk.stream = await kiosk.client.events('/api/v1/terminal/events');
    site.verify();
  });
});

describe('each event has one way', () => {
  test('a stream of a project tells nothing of the terminal, and the other way round', async () => {
    const [, kiosk] = kiosks;
    const project = await kiosk.client.events('/api/v1/public/events?project=1');
    const call = await kiosk.client.post('/api/v1/terminal/call', { reason: 'help' }, 201);
    await control.post(`/api/v1/alerts/${call.id}/answer`, undefined, 200);
    const { data } = await kiosk.stream.next('answered');
    assert.deepEqual(data, { id: call.id, reason: 'help' });
    await swipe(kiosk, 'n:66999997');
    const from = project.events.length;
    await project.next('heartbeat', { from, timeout: 10000 }); // what comes first has come
    assert.deepEqual([...new Set(project.events.map((e) => e.event))], ['heartbeat']);
    for (const stream of [project, kiosk.stream]) await stream.close();
  });

  test('what the page is told of its reader, at once and at each change: none, ready, away', async () => {
    const stream = (client) => client.events('/api/v1/terminal/events');
    const states = (of) => of.events.filter((e) => e.event === 'reader').map((e) => e.data.state);
    const bare = await site.terminal(admin);
    const [none, ready] = [await stream(bare), await stream(kiosks[1].client)];
    await Promise.all([none.next('reader'), ready.next('reader')]);
    assert.deepEqual([states(none), states(ready)], [['none'], ['ready']]);
    await bindReader(control, READERS[1], bare.session.terminal.id);
    await Promise.all([
      none.next('reader', { test: (d) => d.state === 'ready' }),
      ready.next('reader', { test: (d) => d.state === 'none' }),
    ]);
    await bindReader(control, READERS[1], kiosks[1].client.session.terminal.id);
    await Promise.all([none, ready].map((of) => of.next('reader', { test: () => states(of).length === 3 })));
    assert.deepEqual([states(none), states(ready)], [['none', 'ready', 'none'], ['ready', 'none', 'ready']]);
    site.settings.devices.virtual = READERS.slice(0, 1); // the second one is not plugged in any more
    site.configure();
    await site.restart();
    const away = await stream(kiosks[1].client);
    assert.equal((await away.next('reader')).data.state, 'away');
    await away.close();
  });
});

describe('who tries out cards and PINs at a terminal is slowed there', () => {
  let own, one, other, people;
  const cards = [];
  before(async () => {
    own = await Site.demo({ rateLimits: 'yes', config: { devices: virtualReaders(...READERS) } });
    people = {}; // two log-ins and two pairings: of the five a minute, one is left
    for (const login of ['control', 'cashier']) people[login] = await own.login(login);
    for (let i = 0; i < 3; i++) cards.push(await enrolBy(people.cashier, {}));
    [one, other] = await Promise.all(
      READERS.map(async (reader) => {
        const client = await own.terminal(people.control, { name: reader });
        await bindReader(people.control, reader, client.session.terminal.id);
        return { client, reader, stream: await client.events('/api/v1/terminal/events') };
      }),
    );
  });
  after(() => own.close());
  const held = async (kiosk, code) => {
    const from = kiosk.stream.events.length;
    await swipeAt(own, kiosk.reader, code);
    return (await kiosk.stream.next('swipe', { from })).data.id;
  };
  const tryPin = (kiosk, swipe, pin) => kiosk.client.request('POST', '/api/v1/terminal/member', { body: { swipe, pin } });

  test('after ten PINs a minute; another kiosk, and the log-in of staff at the same address, go on', async () => {
    const wrong = [];
    for (const { code } of cards.slice(0, 2)) {
      const id = await held(one, code);
      for (let i = 0; i < 5; i++) wrong.push((await tryPin(one, id, WRONG_PIN)).body.code);
    }
    assert.deepEqual([...new Set(wrong)].sort(), ['pin.locked', 'pin.wrong']);
    const refused = await tryPin(one, await held(one, cards[2].code), PIN);
    assert.deepEqual([refused.status, refused.body.code], [429, 'pin.rate']);
    const wait = Number(refused.headers['retry-after']);
    assert.ok(wait >= 1 && wait <= 60, String(wait));
    assert.ok(refused.body.detail.includes(`again in ${wait} s`), refused.body.detail);
    assert.equal((await tryPin(other, await held(other, cards[2].code), PIN)).status, 200);
    await own.login('manager');
  });

  test('after thirty cards a minute, unknown ones too', async () => {
    let last;
    for (let i = 0; i < 60 && last?.status !== 429; i++) {
      const id = await held(one, `n:7700${String(i).padStart(4, '0')}`);
      last = await one.client.request('GET', `/api/v1/terminal/swipes/${id}`);
      if (last.status === 200) assert.equal(last.body.card, 'unknown');
    }
    assert.deepEqual([last.status, last.body.code], [429, 'swipe.rate']);
    assert.match(last.body.detail, /Swipe again in \d+ s, or ask at the counter/);
    await other.client.get(`/api/v1/terminal/swipes/${await held(other, cards[0].code)}`);
  });
});
