// Opening day over the API (SF-31): planned, drawn from a seed that anybody can check, checked in, called, picked at two
// desks, passed over, run out unpaid, closed; who may what; what is refused; a daemon that stops in the middle.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from './lib/cups.mjs';
import { pay } from './lib/money.mjs';
import { newKey } from './lib/client.mjs';
import { Site, sleep } from './lib/site.mjs';

const SEED = '红03-17-22-26-31-33 蓝08 第2026137期';
const PEOPLE = ['admin', 'manager', 'control', 'cashier', 'sales', 'audit'];
let site, admin, manager, control, cashier, sales, service, audit, project, building, others;
before(async () => {
  site = await Site.demo();
  [admin, manager, control, cashier, sales, audit] = await Promise.all(PEOPLE.map((p) => site.login(p)));
  service = await site.user('desk2', 'service');
  project = (await sales.get('/api/v1/projects')).items[0].id;
  const units = await onSale();
  const sizes = units.reduce((all, u) => all.set(u.building_id, (all.get(u.building_id) ?? 0) + 1), new Map());
  [building, ...others] = [...sizes.keys()].sort((a, b) => sizes.get(b) - sizes.get(a));
});
after(() => site.close());

const plan = (more = {}) => ({
  name: '一期首开',
  day: '2026-11-28',
  order_by: 'lottery',
  batch_size: 3,
  pick_minutes: 5,
  pay_minutes: 30,
  picks_most: 1,
  buildings: [building],
  ...more,
});
const path = (id, rest = '') => `/api/v1/openings/${id}${rest}`;
const openings = () => `/api/v1/projects/${project}/openings`;
const now = (id) => sales.get(path(id));
/** A step of the day by the version it has now. */
const step = async (who, id, verb, more = {}) =>
  who.post(path(id, `/${verb}`), { version: (await now(id)).version, ...more }, 200);
async function groups(id, query = '') {
  const all = [];
  for (let next = ''; ; ) {
    const page = await sales.get(path(id, `/groups?limit=7${query}${next && `&cursor=${next}`}`));
    all.push(...page.items);
    if (!page.next) return all;
    next = page.next;
  }
}
const groupOf = async (id, number) => (await groups(id, `&number=${number}`))[0];
const arrive = (who, group) => who.post(`/api/v1/opening-groups/${group.id}/arrive`, undefined, 200);
const pass = (who, group, again) =>
  who.post(`/api/v1/opening-groups/${group.id}/pass`, { version: group.version, again }, 200);
const picks = (group) => `/api/v1/opening-groups/${group.id}/picks`;
const pick = (who, group, unit, more = {}) =>
  who.post(picks(group), { unit_id: unit.id, unit_version: unit.version, ...more }, 201);
const onSale = async () =>
  (await sales.get(`/api/v1/projects/${project}/units?limit=500`)).items.filter(
    (u) => u.state === 'A' && u.class === 'home' && u.total_fen,
  );
/** Homes of a building that are free now. */
const free = async (of = building) => (await onSale()).filter((u) => u.building_id === of);
const unitOf = (id) => sales.get(`/api/v1/units/${id}`);

let people = 0;
async function ticket(name = `客${'甲乙丙丁戊己庚辛壬癸'[people % 10]}某`) {
  const n = String(++people).padStart(4, '0');
  const { id } = await sales.post(
    '/api/v1/customers',
    {
      kind: 'person',
      name,
      notice: '隐私告知 2026-01',
      source_id: 3,
      phones: [{ number: `1380010${n}` }],
      document: { kind: 'passport', number: `E1234${n}` },
    },
    201,
  );
  return sales.post(`/api/v1/projects/${project}/queue`, { customer_id: id }, 201);
}

/** The order that the seed makes, drawn with a tool of the system: BLAKE2b of 128 bits over seed, newline, number. */
function drawn(seed, numbers) {
  const lot = (n) =>
    execFileSync('b2sum', ['-l', '128'], { input: `${seed}\n${n}`, encoding: 'utf8' }).slice(0, 32);
  return numbers
    .map((n) => [lot(n), n])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, n]) => n);
}

describe('one day', () => {
  let id, order, slips;
  const tickets = [];

  test('planned, changed, filled from the queue', async () => {
    let made = await manager.post(openings(), plan({ name: '一期', batch_size: 20 }), 201);
    id = made.id;
    assert.equal(made.state, 'planned');
    assert.deepEqual([made.groups, made.batch, made.lottery_seed], [0, 0, null]);
    const change = { version: made.version, ...plan() };
    made = await control.put(path(id), change);
    assert.deepEqual([made.name, made.batch_size, made.buildings], ['一期首开', 3, [building]]);
    await manager.refused('PUT', path(id), 412, 'version.changed', { body: change });
    for (let i = 0; i < 9; i++) tickets.push(await ticket());
    const given = await ticket();
    await sales.post(`/api/v1/queue/${given.id}/cancel`, { version: given.version, reason: '不来' });
    const key = newKey();
    const took = await manager.post(path(id, '/groups'), undefined, 200, { key });
    assert.equal(took.groups, 9, 'a number that was given back is not in it');
    assert.deepEqual(await manager.post(path(id, '/groups'), undefined, 200, { key }), took, 'a retry');
    tickets.push(await ticket());
    assert.equal((await manager.post(path(id, '/groups'), undefined, 200)).groups, 10, 'who came later');
    const all = await groups(id);
    assert.deepEqual(
      all.map((g) => [g.number, g.place, g.state]),
      tickets.map((t) => [t.number, null, 'expected']),
      'by number until the order is made, page after page',
    );
    assert.match(all[0].customer, /^客\*+$/, 'masked');
  });

  test('drawn from a seed: anybody draws the same order', async () => {
    const { version } = await now(id);
    for (const seed of [undefined, '', '1234567'])
      await manager.refused('POST', path(id, '/start'), 422, 'opening.seed', { body: { version, seed } });
    const begun = await manager.post(path(id, '/start'), { version, seed: SEED }, 200);
    assert.deepEqual([begun.state, begun.lottery_seed], ['running', SEED]);
    const all = await groups(id);
    order = all.map((g) => g.number);
    assert.deepEqual(
      all.map((g) => g.place),
      tickets.map((_, i) => i + 1),
    );
    const numbers = tickets.map((t) => t.number);
    assert.deepEqual(order, drawn(SEED, numbers));
    assert.notDeepEqual(order, numbers);
    assert.notDeepEqual(drawn(`${SEED}.`, numbers), order, 'another seed, another order');
    await manager.refused('PUT', path(id), 409, 'opening.state', {
      body: { version: begun.version, ...plan() },
    });
    await manager.refused('POST', path(id, '/groups'), 409, 'opening.state');
  });

  test('its buildings are sold by picking alone; others as ever', async () => {
    const [unit] = await free();
    const terms = await sales.post(`/api/v1/units/${unit.id}/terms`, { customer_id: tickets[0].customer_id }, 201);
    const body = (of, t) => ({
      stage: 'B',
      unit_id: of.id,
      unit_version: of.version,
      terms_id: t.id,
      buyers: [{ customer_id: tickets[0].customer_id, share_bp: 10000 }],
    });
    await sales.refused('POST', '/api/v1/deals', 409, 'guard.opening', { body: body(unit, terms) });
    assert.ok(others.length > 0);
    const [beside] = await free(others[0]);
    const group = await groupOf(id, order[0]);
    await service.refused('POST', picks(group), 409, 'opening.group-state', {
      body: { unit_id: beside.id, unit_version: beside.version },
    });
  });

  test('checked in, called three at a time, the desks are told', async () => {
    const feed = await sales.events(`/api/v1/events?project=${project}`);
    assert.equal((await step(control, id, 'call')).batch, 0, 'nobody is there');
    for (const n of [5, 0, 1, 3, 4]) await arrive(service, await groupOf(id, order[n]));
    const again = await arrive(sales, await groupOf(id, order[0]));
    assert.equal(again.state, 'arrived', 'twice at the door is once');
    let day = await now(id);
    assert.deepEqual([day.arrived, day.called], [5, 0]);
    const before = feed.events.length;
    day = await step(control, id, 'call');
    assert.deepEqual([day.batch, day.arrived, day.called], [1, 2, 3]);
    await feed.next('opening', { from: before, test: (d) => d.opening_id === id });
    await feed.close();
    assert.deepEqual(
      (await groups(id, '&batch=1')).map((g) => [g.number, g.state]),
      [0, 1, 3].map((n) => [order[n], 'called']),
      'in the order of the lots, without who is not there',
    );
    await control.refused('POST', path(id, '/call'), 412, 'version.changed', {
      body: { version: day.version - 1 },
    });
  });

  test('two desks, one unit: one gets it, the other hears why; the slip says all', async () => {
    const [unit, next] = await free();
    const [a, c, third] = await groups(id, '&batch=1');
    const ask = { unit_id: unit.id, unit_version: unit.version };
    const both = await Promise.all([
      sales.request('POST', picks(a), { body: ask }),
      service.request('POST', picks(c), { body: ask }),
    ]);
    assert.deepEqual(both.map((r) => r.status).sort(), [201, 409]);
    const [won, lost] = both[0].status === 201 ? both : both.toReversed();
    assert.equal(lost.body.code, 'unit.moved', JSON.stringify(lost.body));
    assert.match(lost.body.detail, new RegExp(`${unit.room} .* is “booked” now`), 'what it is now');
    const [winner, loser] = both[0].status === 201 ? [a, c] : [c, a];
    const slip = won.body;
    assert.deepEqual(
      [slip.slip, slip.number, slip.unit_id, slip.total_fen, slip.state],
      [1, winner.number, unit.id, unit.total_fen, 'waiting'],
    );
    assert.equal(slip.pay_by_ms - slip.at_ms, 30 * 60000);
    assert.equal(slip.customer, winner.customer);
    assert.ok(slip.unit.endsWith(unit.room));
    assert.equal((await unitOf(unit.id)).state, 'B');
    const key = newKey();
    const second = await service.post(picks(loser), { unit_id: next.id, unit_version: next.version }, 201, {
      key,
    });
    assert.equal(second.slip, 2);
    assert.equal(second.user, sales.session.user.name, 'whose number it is, not whoever sits at the desk');
    const repeated = { unit_id: next.id, unit_version: next.version };
    assert.deepEqual(await service.post(picks(loser), repeated, 201, { key }), second, 'a retry');
    await service.refused('POST', picks(loser), 409, 'opening.group-state', { body: repeated });
    slips = (await sales.get(path(id, '/slips'))).items;
    assert.deepEqual(
      slips.map((s) => s.slip),
      [2, 1],
    );
    assert.deepEqual(slips[0], second);
    const own = await sales.get(path(id, `/slips?group=${winner.id}`));
    assert.deepEqual(own.items, [slip]);
    const first = await sales.get(path(id, '/slips?limit=1'));
    const rest = await sales.get(path(id, `/slips?limit=1&cursor=${first.next}`));
    assert.deepEqual([...first.items, ...rest.items], slips);
    assert.equal((await manager.get(path(id, '/slips'))).items[1].customer.includes('*'), false, 'customer.clear');
    // Each has its paper, made with the pick and printed where there is a printer; it names the customer in clear.
    const { state } = site;
    for (const slip of slips) {
      const ask = { kind: 'pick_slip', subject_id: id, subject_no: slip.slip, print: false };
      const number = String(slip.slip).padStart(4, '0');
      const made = await sales.post('/api/v1/papers', ask, 200);
      assert.deepEqual([made.number, made.title, made.items.length], [number, slip.unit, 1]);
      await until(() => readdirSync(join(state, 'printed')).some((name) => name.startsWith(number)), number);
      await sales.refused('GET', `/api/v1/papers/${made.id}`, 404, 'not-found');
      const { bytes } = await manager.request('GET', `/api/v1/papers/${made.id}`);
      assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
    }
    const day = await now(id);
    assert.deepEqual([day.called, day.done, day.picks, day.ended], [1, 2, 2, 0]);
    assert.equal((await groupOf(id, third.number)).state, 'called');
  });

  test('passed over: behind everybody once back; out: not again', async () => {
    let third = (await groups(id, '&state=called'))[0];
    third = await pass(service, third, true);
    assert.equal(third.state, 'passed');
    assert.equal((await now(id)).passed, 1);
    await service.refused('POST', `/api/v1/opening-groups/${third.id}/pass`, 409, 'opening.group-state', {
      body: { version: third.version, again: true },
    });
    const back = await arrive(service, third);
    assert.deepEqual([back.state, back.place > 10], ['arrived', true]);
    const day = await step(control, id, 'call');
    assert.deepEqual([day.batch, day.called], [2, 3]);
    const batch = await groups(id, '&batch=2');
    assert.deepEqual(
      batch.map((g) => g.number),
      [order[4], order[5], third.number],
    );
    const out = await pass(sales, batch[1], false);
    assert.equal(out.state, 'left');
    assert.equal((await now(id)).left, 1);
    const [unit] = await free();
    const body = { unit_id: unit.id, unit_version: unit.version };
    await sales.refused('POST', picks(batch[0]), 403, 'right.denied', {
      body: { ...body, user_id: service.session.user.id },
    });
    await service.refused('POST', picks(out), 409, 'opening.group-state', { body });
    await service.refused('POST', `/api/v1/opening-groups/${out.id}/arrive`, 409, 'opening.group-state');
    const [other] = await free(others[0]);
    await service.refused('POST', picks(batch[0]), 409, 'opening.building', {
      body: { unit_id: other.id, unit_version: other.version },
    });
  });

  test('a daemon that stops in the middle keeps all; a pick that nobody paid is free to the minute', async () => {
    const told = async () => [await now(id), await groups(id), (await sales.get(path(id, '/slips'))).items];
    const was = await told();
    await pay(cashier, slips[0].deal_id, 'deposit', 5000000);
    await site.stop();
    // The slips' minute is past: no test waits for it.
    const db = join(site.state, 'anchang.db');
    const sql = `UPDATE deal SET due_ms = ${Date.now() - 1} WHERE id IN (${slips.map((s) => s.deal_id)})`;
    assert.equal(spawnSync('sqlite3', [db, sql], { encoding: 'utf8' }).status, 0);
    await site.start();
    [admin, manager, control, cashier, sales, audit] = await Promise.all(PEOPLE.map((p) => site.login(p)));
    service = await site.login('desk2', 'a long enough word 7');
    for (const end = performance.now() + 5000; (await now(id)).ended === 0; await sleep(20))
      assert.ok(performance.now() < end, 'within seconds of the start');
    const is = await told();
    assert.deepEqual({ ...is[0], picks: 2, ended: 0 }, was[0]);
    assert.deepEqual(
      is[1].map((g) => [g.id, g.place, g.batch]),
      was[1].map((g) => [g.id, g.place, g.batch]),
    );
    assert.deepEqual(
      is[2].map((s) => [s.slip, s.state]),
      [
        [2, 'paid'],
        [1, 'expired'],
      ],
    );
    assert.equal((await unitOf(slips[1].unit_id)).state, 'A', 'to be picked again');
    assert.equal((await unitOf(slips[0].unit_id)).state, 'B', 'paid: no timer frees it');
    const [group] = await groups(id, '&state=called');
    const again = await pick(service, group, await unitOf(slips[1].unit_id));
    assert.deepEqual([again.slip, again.unit_id], [3, slips[1].unit_id]);
  });

  test('closed: its buildings are sold in the usual way, nothing of it goes on', async () => {
    const day = await step(manager, id, 'close');
    assert.equal(day.state, 'closed');
    const { version } = day;
    for (const verb of ['call', 'close', 'start'])
      await manager.refused('POST', path(id, `/${verb}`), 409, 'opening.state', {
        body: { version, ...(verb === 'start' && { seed: SEED }) },
      });
    const [unit] = await free();
    const [group] = await groups(id, '&state=called');
    const body = { unit_id: unit.id, unit_version: unit.version };
    await sales.refused('POST', picks(group), 409, 'opening.state', { body });
    const [waiting] = await groups(id, '&state=expected');
    await sales.refused('POST', `/api/v1/opening-groups/${waiting.id}/arrive`, 409, 'opening.state');
    const terms = await sales.post(`/api/v1/units/${unit.id}/terms`, { customer_id: waiting.customer_id }, 201);
    const deal = { stage: 'B', ...body, terms_id: terms.id, buyers: [{ customer_id: waiting.customer_id, share_bp: 10000 }] };
    await sales.post('/api/v1/deals', deal, 201);
    assert.deepEqual((await now(id)).lottery_seed, SEED, 'to be drawn again by whoever doubts it');
    site.verify();
  });
});

describe('by number; one at a time; a number that is given back', () => {
  let id;
  test('a number given back after the order is not let in', async () => {
    const [a, c] = [await ticket(), await ticket()];
    id = (await manager.post(openings(), plan({ name: '二期', order_by: 'number', picks_most: 2 }), 201)).id;
    await manager.post(path(id, '/groups'), undefined, 200);
    const day = await step(manager, id, 'start');
    assert.equal(day.lottery_seed, null);
    const numbers = (await groups(id)).map((g) => g.number);
    assert.deepEqual(
      numbers,
      numbers.toSorted((x, y) => x - y),
    );
    await sales.post(`/api/v1/queue/${a.id}/cancel`, { version: a.version, reason: '退号' });
    const gone = await groupOf(id, a.number);
    await sales.refused('POST', `/api/v1/opening-groups/${gone.id}/arrive`, 409, 'ticket.ended');
    await arrive(sales, await groupOf(id, c.number));
    assert.equal((await step(control, id, 'call')).called, 1);
  });

  test('who picked one of two and went out is called again for the other', async () => {
    let [group] = await groups(id, '&state=called');
    const [first, second] = await free();
    await pick(sales, group, first);
    group = (await groups(id, '&state=called'))[0];
    assert.equal(group.picks, 1);
    await arrive(service, await pass(service, group, true));
    assert.equal((await step(control, id, 'call')).called, 1);
    await pick(sales, group, second);
    assert.equal((await groupOf(id, group.number)).state, 'done');
  });

  test('one opening of a project runs at a time', async () => {
    const other = await manager.post(openings(), plan({ name: '三期', order_by: 'number' }), 201);
    await manager.post(path(other.id, '/groups'), undefined, 200);
    await manager.refused('POST', path(other.id, '/start'), 409, 'opening.running', {
      body: { version: (await now(other.id)).version },
    });
    const empty = await manager.get(openings());
    assert.deepEqual(
      empty.items.map((o) => o.name),
      ['三期', '二期', '一期首开'],
    );
    await step(manager, id, 'close');
    await step(manager, other.id, 'start');
    await step(manager, other.id, 'close');
  });
});

describe('what is refused', () => {
  test('by role: who plans and calls, who checks in and picks, who sees nothing of it', async () => {
    const { id, version } = await manager.post(openings(), plan({ name: '权限', order_by: 'number' }), 201);
    const [group] = await groups((await manager.get(openings())).items.find((o) => o.name === '二期').id);
    const edits = [
      ['POST', openings(), plan({ name: '别的' })],
      ['PUT', path(id), { version, ...plan() }],
      ['POST', path(id, '/groups'), undefined],
      ['POST', path(id, '/start'), { version }],
      ['POST', path(id, '/call'), { version }],
      ['POST', path(id, '/close'), { version }],
    ];
    const desks = [
      ['GET', openings()],
      ['GET', path(id)],
      ['GET', path(id, '/groups')],
      ['GET', path(id, '/slips')],
      ['POST', `/api/v1/opening-groups/${group.id}/arrive`],
      ['POST', `/api/v1/opening-groups/${group.id}/pass`, { version: 1, again: true }],
      ['POST', picks(group), { unit_id: 1, unit_version: 1 }],
    ];
    for (const who of [sales, service])
      for (const [method, to, body] of edits) await who.refused(method, to, 403, 'right.denied', { body });
    for (const who of [cashier, audit, admin])
      for (const [method, to, body] of [...edits, ...desks])
        await who.refused(method, to, 403, 'right.denied', { body });
    const kiosk = await site.terminal(admin, { project });
    for (const [method, to, body] of [...edits, ...desks])
      await kiosk.refused(method, to, 403, 'right.denied', { body });
  });

  test('bad input has a field and a code, and changes nothing', async () => {
    const was = (await manager.get(openings())).items;
    const wrong = {
      name: ['', 'x'.repeat(61), 7, null],
      day: ['2026-02-30', '28.11.2026', ''],
      order_by: ['age', ''],
      batch_size: [0, 101, 1.5, '3'],
      pick_minutes: [0, 31],
      pay_minutes: [4, 2881],
      picks_most: [0, 11],
      buildings: [[], '1', [0], ['1'], Array.from({ length: 65 }, (_, i) => i + 1)],
    };
    for (const [field, values] of Object.entries(wrong))
      for (const value of values) {
        const body = plan({ name: '错', [field]: value });
        const { errors } = await manager.refused('POST', openings(), 422, 'fields.wrong', { body });
        assert.match(errors[0].field, new RegExp(`^${field}`), `${field} ${JSON.stringify(value)}`);
      }
    await manager.refused('POST', openings(), 409, 'name.taken', { body: plan() });
    await manager.refused('POST', openings(), 404, 'not-found', { body: plan({ name: '错', buildings: [99999] }) });
    await manager.refused('GET', path(99999), 404, 'not-found');
    const { id, version } = was[0];
    await manager.refused('GET', path(id, '/groups?state=lost'), 422, 'fields.wrong');
    await manager.refused('GET', path(id, '/groups?number=0'), 422, 'fields.wrong');
    await manager.refused('GET', path(id, '/slips?cursor=x'), 400, 'cursor.invalid');
    await manager.refused('POST', path(id, '/start'), 422, 'fields.wrong', { body: { version: 0 } });
    await manager.refused('POST', path(id, '/start'), 422, 'fields.wrong', {
      body: { version, seed: 'x'.repeat(201) },
    });
    for (const verb of ['arrive', 'pass', 'picks'])
      await sales.refused('POST', `/api/v1/opening-groups/99999/${verb}`, 404, 'not-found', {
        body: { arrive: undefined, pass: { version: 1, again: true }, picks: { unit_id: 1, unit_version: 1 } }[verb],
      });
    assert.deepEqual((await manager.get(openings())).items, was);
  });
});
