// Whose a customer is, over the API: who sees whom, the pool under 32 clients at once, dispatch, sharing, leaving,
// checks before entry and cases, follow-up and what is due (CU-11 to CU-15, CU-20 to CU-23, DP-01 to DP-16).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { Site, sleep } from './lib/site.mjs';

const HOUR = 3600_000;
const CONSULTANTS = 4;
const CLIENTS = 32;

let site, admin, manager, cashier, sales, sales2, project, people;
before(async () => {
  site = await Site.demo();
  [admin, manager, cashier, sales, sales2] = [
    await site.login('admin'),
    await site.login('manager'),
    await site.login('cashier'),
    await site.login('sales'),
    await site.login('sales2'),
  ];
  project = (await manager.get('/api/v1/projects')).items[0].id;
  people = (await manager.get(`/api/v1/projects/${project}/customer-people`)).items;
});
after(() => site.close());

const P = (path) => `/api/v1/projects/${project}${path}`;
let phones = 0;
const freshPhone = () => `1370000${String(++phones).padStart(4, '0')}`;
const make = (by, more = {}) =>
  by.post(
    '/api/v1/customers',
    { kind: 'person', name: '钱七', notice: 'n', source_id: 3, phones: [{ number: freshPhone() }], ...more },
    201,
  );
const pooled = async (more) => (await make(cashier, more)).id;
const owner = async (id) => (await manager.get(`/api/v1/customers/${id}/ownership`)).items[0];
const idOf = (name) => people.find((p) => p.name === name).id;
const rules = async (change) => {
  const { version } = await manager.get(P('/customer-rules'));
  return manager.patch(P('/customer-rules'), { version, ...change });
};

describe('who sees whom (CU-23)', () => {
  test("one's own, shared and pool customers; all others are not there", async () => {
    const mine = await make(sales);
    const his = await make(sales2);
    const pool = await pooled();
    assert.equal((await owner(mine.id)).owner, '赵顾问');
    assert.equal((await owner(pool)).state, 'pool');
    await sales.get(`/api/v1/customers/${mine.id}`);
    await sales.get(`/api/v1/customers/${pool}`);
    for (const path of ['', '/ownership', '/follows', '/opportunities', `/ownership/at?project=${project}`])
      await sales.refused('GET', `/api/v1/customers/${his.id}${path}`, 404, 'not-found');
    await sales.refused('PATCH', `/api/v1/customers/${his.id}`, 404, 'not-found', {
      body: { version: 1, name: 'x' },
    });
    await sales.refused('POST', `/api/v1/customers/${his.id}/cards`, 404, 'not-found', {
      body: { code: 'n:77001122', terms: 't' },
    });
    await sales.refused('PATCH', `/api/v1/customers/${pool}`, 403, 'customer.not-yours', {
      body: { version: 1, name: 'x' },
    });
    await sales.refused('GET', `/api/v1/customers/${pool}/follows`, 403, 'customer.not-yours');
    // neither in a list, nor by name, nor by the whole number
    const seen = new Set();
    for (let next = ''; next !== undefined;) {
      const page = await sales.get(`/api/v1/customers?limit=49${next && `&cursor=${next}`}`);
      for (const c of page.items) seen.add(c.id);
      next = page.next;
    }
    assert.ok(seen.has(mine.id) && seen.has(pool) && !seen.has(his.id));
    const { number } = { number: `1370000${String(phones - 1).padStart(4, '0')}` };
    assert.equal((await sales2.get(`/api/v1/customers?phone=${number}`)).items.length, 1);
    assert.equal((await sales.get(`/api/v1/customers?phone=${number}`)).items.length, 0);
    // who receives at the counter finds anybody, by number and by card
    assert.equal((await cashier.get(`/api/v1/customers?phone=${number}`)).items.length, 1);
    const card = await cashier.post(`/api/v1/customers/${his.id}/cards`, { code: 'n:77001122', terms: 't' }, 201);
    assert.equal((await cashier.get('/api/v1/cards/find?code=n:77001122')).member.id, card.member_id);
    await cashier.get(`/api/v1/members/${card.member_id}`);
    await sales.refused('GET', `/api/v1/members/${card.member_id}`, 404, 'not-found');
  });

  test('a second project: its consultants do not see the customers of this one', async () => {
    const other = await manager.post('/api/v1/projects', { name: '丙项目' }, 201);
    const post = { name: '丙项目顾问', rights: sales.session.rights, all_projects: false, project_ids: [other.id] };
    await admin.post('/api/v1/posts', post, 201);
    const far = await site.user('far', '丙项目顾问');
    const id = await pooled({ project_id: project });
    await far.refused('GET', `/api/v1/customers/${id}`, 404, 'not-found');
    await far.refused('POST', P('/pool/grab'), 404, 'not-found', { body: { customer_id: id } });
    await far.refused('GET', `/api/v1/tasks?project=${project}`, 404, 'not-found');
    assert.equal((await far.get('/api/v1/customers')).items.length, 0);
    const own = await make(far); // the one project of his scope
    assert.equal((await owner(own.id)).project_id, other.id);
    // with two projects to choose from it must be said
    await sales.refused('POST', '/api/v1/customers', 422, 'project.needed', {
      body: { kind: 'person', name: 'x', notice: 'n', source_id: 3, phones: [{ number: freshPhone() }] },
    });
    const free = await make(cashier); // who sees all leaves it to nobody
    assert.deepEqual((await manager.get(`/api/v1/customers/${free.id}/ownership`)).items, []);
    await manager.post(P('/pool/allocate'), { customer_ids: [free.id], user_ids: [idOf('赵顾问')] });
    assert.equal((await owner(free.id)).owner, '赵顾问');
  });
});

describe('the pool', () => {
  let clients;
  before(async () => {
    // 32 sessions of four consultants
    const names = ['sales', 'sales2'];
    for (let i = names.length; i < CONSULTANTS; i++) await site.user(`c${i}`, 'consultant');
    clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, i) => {
        const k = i % CONSULTANTS;
        return k < names.length ? site.login(names[k]) : site.login(`c${k}`, 'a long enough word 7');
      }),
    );
    await rules({ grab_daily: 100 });
  });

  test('DP-14: 32 grab at once, again and again: one has it, the others read “taken”', async () => {
    for (let round = 0; round < 10; round++) {
      const customer_id = await pooled({ project_id: project });
      const replies = await Promise.all(
        clients.map((c) => c.request('POST', P('/pool/grab'), { body: { customer_id } })),
      );
      assert.equal(replies.filter((r) => r.status === 204).length, 1);
      for (const r of replies.filter((x) => x.status !== 204))
        assert.deepEqual([r.status, r.body.code], [409, 'owner.taken']);
      const { items, lines } = await manager.get(`/api/v1/customers/${customer_id}/ownership`);
      assert.deepEqual(
        lines.map((l) => l.reason),
        ['grab', 'entry'],
      );
      assert.equal(items[0].owner, lines[0].to_owner);
    }
  });

  test('DP-14: the quota of a day holds under 8 requests of one person at once', async () => {
    const mine = clients.filter((_, i) => i % CONSULTANTS === 3);
    await rules({ grab_daily: 0 });
    const customers = [];
    for (const _ of mine) customers.push(await pooled({ project_id: project }));
    const grab = (i) => mine[i].request('POST', P('/pool/grab'), { body: { customer_id: customers[i] } });
    const none = await Promise.all(mine.map((_, i) => grab(i)));
    assert.ok(none.every((r) => r.status === 409 && r.body.code === 'pool.quota'));
    const { lines } = await countGrabs(mine[0]);
    await rules({ grab_daily: lines + 3 });
    const some = await Promise.all(mine.map((_, i) => grab(i)));
    assert.equal(some.filter((r) => r.status === 204).length, 3);
    await rules({ grab_daily: 100 });
  });

  /** How many this consultant grabbed today: his customers whose last line says so. */
  async function countGrabs(client) {
    let lines = 0;
    for (let next = ''; next !== undefined;) {
      const page = await client.get(`/api/v1/customers?limit=49${next && `&cursor=${next}`}`);
      for (const c of page.items) {
        const own = await client.get(`/api/v1/customers/${c.id}/ownership`);
        if (own.items[0]?.owner_id === client.session.user.id || own.items[0]?.yours)
          lines += own.lines.filter((l) => l.reason === 'grab').length;
      }
      next = page.next;
    }
    return { lines };
  }

  test('DP-09: 32 apply at once: one is open; the others queue, or are refused, as set', async () => {
    for (const queue of [1, 0]) {
      await rules({ apply_queue: queue });
      const customer_id = await pooled({ project_id: project });
      const replies = await Promise.all(
        clients.map((c) =>
          c.request('POST', P('/pool/applications'), { body: { customer_id, reason: '老客户' } }),
        ),
      );
      const made = replies.filter((r) => r.status === 201);
      assert.equal(made.length, queue ? CONSULTANTS : 1);
      assert.ok(replies.every((r) => r.status === 201 || r.body.code === 'pool.applied'));
      const all = (await manager.get(P('/pool/applications?waiting=1&limit=100'))).items.filter(
        (a) => a.customer_id === customer_id,
      );
      assert.equal(all.filter((a) => a.state === 'open').length, 1);
      assert.equal(all.length, made.length);
    }
    await rules({ apply_queue: 1 });
  });

  test('DP-10 to DP-12: another approves, from then on; taken back while nothing was done', async () => {
    const customer_id = await pooled({ project_id: project });
    const apply = (c) => c.post(P('/pool/applications'), { customer_id, reason: '老客户' }, 201);
    const { id } = await apply(sales);
    const second = await apply(sales2);
    const act = (c, step, body = {}) => c.request('POST', `/api/v1/pool/applications/${id}/${step}`, { body });
    assert.equal((await act(sales, 'approve')).status, 403);
    const before = Date.now();
    assert.equal((await act(manager, 'approve')).status, 204);
    const own = await owner(customer_id);
    assert.equal(own.owner, '赵顾问');
    assert.ok(own.since_ms >= before && own.protected_until_ms > own.since_ms);
    const mine = (await sales2.get(P('/pool/applications'))).items.find((a) => a.id === second.id);
    assert.equal(mine.state, 'void');
    const told = (await sales.get('/api/v1/notifications?unseen=1')).items.find(
      (n) => n.customer_id === customer_id && n.kind === 'approved',
    );
    await sales.post(`/api/v1/notifications/${told.id}/seen`, {}, 204);
    await sales2.refused('POST', `/api/v1/notifications/${told.id}/seen`, 404, 'not-found', { body: {} });
    assert.equal((await act(manager, 'revoke', { note: '批错了' })).status, 204);
    assert.equal((await owner(customer_id)).state, 'pool');
    // once there is a follow-up, it stays
    const again = (await apply(sales)).id;
    await manager.post(`/api/v1/pool/applications/${again}/approve`, {}, 204);
    await sales.post(`/api/v1/customers/${customer_id}/follows`, {
      project_id: project,
      channel: 'phone',
      content: '约周末',
    });
    await manager.refused('POST', `/api/v1/pool/applications/${again}/revoke`, 409, 'application.used', { body: {} });
  });

  test('DP-13: given out in turn, all or none; given up again', async () => {
    const customer_ids = [];
    for (let i = 0; i < 4; i++) customer_ids.push(await pooled({ project_id: project }));
    const user_ids = [idOf('赵顾问'), idOf('周顾问')];
    assert.deepEqual(await manager.post(P('/pool/allocate'), { customer_ids, user_ids }), { count: 4 });
    assert.deepEqual(
      await Promise.all(customer_ids.map(async (id) => (await owner(id)).owner_id)),
      [...user_ids, ...user_ids],
    );
    const fresh = await pooled({ project_id: project });
    await manager.refused('POST', P('/pool/allocate'), 409, 'owner.changed', {
      body: { customer_ids: [fresh, customer_ids[0]], user_ids },
    });
    assert.equal((await owner(fresh)).state, 'pool');
    await sales.refused('POST', P('/pool/allocate'), 403, 'right.denied', { body: {} });
    await sales.refused('POST', P('/pool/release'), 404, 'not-found', {
      body: { customer_ids: [customer_ids[1]], note: 'x' },
    });
    await sales.post(P('/pool/release'), { customer_ids: [customer_ids[0]], note: '不再考虑' });
    assert.equal((await owner(customer_ids[0])).state, 'pool');
    const many = Array.from({ length: 201 }, (_, i) => i + 1);
    await manager.refused('POST', P('/pool/allocate'), 422, 'fields.wrong', {
      body: { customer_ids: many, user_ids },
    });
  });

  test('a retry takes once', async () => {
    const customer_id = await pooled({ project_id: project });
    const key = newKey();
    await sales.post(P('/pool/grab'), { customer_id }, 204, { key });
    await sales.post(P('/pool/grab'), { customer_id }, 204, { key });
    assert.equal((await manager.get(`/api/v1/customers/${customer_id}/ownership`)).lines.length, 2);
  });

  test('DP-08: by the clock, within a round of its duty; run again it does nothing', async () => {
    const customer = await make(sales, { project_id: project });
    await site.stop();
    const sql = `UPDATE ownership SET pool_due_ms = ${Date.now() + 1500} WHERE customer_id = ${customer.id}`;
    assert.equal(spawnSync('sqlite3', [join(site.state, 'anchang.db'), sql]).status, 0);
    await site.start();
    [manager, sales, sales2, cashier, admin] = await Promise.all(
      ['manager', 'sales', 'sales2', 'cashier', 'admin'].map((who) => site.login(who)),
    );
    for (const end = performance.now() + 30000; (await owner(customer.id)).state !== 'pool'; await sleep(50))
      assert.ok(performance.now() < end, 'it falls');
    await site.restart();
    [manager, sales, sales2, cashier, admin] = await Promise.all(
      ['manager', 'sales', 'sales2', 'cashier', 'admin'].map((who) => site.login(who)),
    );
    const { lines } = await manager.get(`/api/v1/customers/${customer.id}/ownership`);
    assert.deepEqual(
      lines.map((l) => [l.reason, l.actor]),
      [
        ['idle', 'system'],
        ['entry', '赵顾问'],
      ],
    );
    const past = await manager.get(
      `/api/v1/customers/${customer.id}/ownership/at?project=${project}&at_ms=${lines[0].at_ms - 1}`,
    );
    assert.deepEqual([past.state, past.owner_id], ['onsite', idOf('赵顾问')]);
  });
});

describe('between people', () => {
  test('CU-20: dispatched with what is due, all or none, both told', async () => {
    const a = await make(sales, { project_id: project });
    const next_ms = Date.now() + 5 * HOUR;
    await sales.post(`/api/v1/customers/${a.id}/follows`, {
      project_id: project,
      channel: 'phone',
      content: '约时间',
      next_ms,
    });
    const body = { customer_ids: [a.id], user_id: idOf('周顾问'), note: '按片区调整' };
    await sales.refused('POST', P('/customers/dispatch'), 403, 'right.denied', { body });
    await manager.post(P('/customers/dispatch'), body);
    const all = [];
    for (const when of ['overdue', 'today', 'future'])
      all.push(...(await sales2.get(`/api/v1/tasks?project=${project}&when=${when}&limit=200`)).items);
    assert.equal(all.find((t) => t.customer_id === a.id).due_ms, next_ms);
    // who has him no more is told of whom by his name
    for (const [who, kind, id] of [
      [sales, 'customer_out', null],
      [sales2, 'customer_in', a.id],
    ]) {
      const told = (await who.get('/api/v1/notifications')).items.find((n) => n.kind === kind);
      assert.deepEqual([told.customer_id, told.name], [id, '钱*'], kind);
    }
  });

  test('CU-21: to look at, to work with, taken back', async () => {
    const c = await make(sales, { project_id: project });
    const path = `/api/v1/customers/${c.id}`;
    const follow = { project_id: project, channel: 'wechat', content: '发了户型图' };
    const share = { project_id: project, user_id: idOf('周顾问'), mode: 'view' };
    let { shares } = await sales.post(`${path}/shares`, share);
    await sales2.get(path);
    await sales2.refused('PATCH', path, 403, 'customer.not-yours', { body: { version: c.version, name: 'x' } });
    await sales2.refused('POST', `${path}/follows`, 403, 'customer.not-yours', { body: follow });
    ({ shares } = await sales.post(`${path}/shares`, { ...share, mode: 'edit' }));
    assert.equal(shares.length, 1);
    await sales2.post(`${path}/follows`, follow, 201);
    await sales2.patch(path, { version: c.version, name: '钱小七' });
    await sales2.refused('DELETE', `/api/v1/shares/${shares[0].id}`, 403, 'customer.not-yours');
    await sales.request('DELETE', `/api/v1/shares/${shares[0].id}`);
    await sales2.refused('GET', path, 404, 'not-found');
  });

  test('CU-22: who leaves hands over first', async () => {
    const leaver = await site.user('leaver', 'consultant');
    const c = await make(leaver, { project_id: project });
    const { items } = await admin.get('/api/v1/users');
    const { id, version } = items.find((u) => u.login === 'leaver');
    const off = { version, enabled: false };
    await admin.refused('PATCH', `/api/v1/users/${id}`, 409, 'user.owns-customers', { body: off });
    await admin.patch(`/api/v1/users/${id}`, { ...off, hand_over: { user_id: idOf('赵顾问') } });
    assert.equal((await owner(c.id)).owner, '赵顾问');
    await manager.refused('POST', P('/customers/dispatch'), 422, 'owner.unfit', {
      body: { customer_ids: [c.id], user_id: id, note: 'x' },
    });
  });
});

describe('before entry', () => {
  test('DP-03: exists, whose, until when, and nothing else; too many are refused', async () => {
    const number = freshPhone();
    await make(sales, { project_id: project, name: '诸葛孔明', phones: [{ number }] });
    const ask = (phone) => sales2.post(P('/customers/check'), { phone }, 200);
    const known = await ask(`+86 ${number}`);
    assert.deepEqual(Object.keys(known).sort(), ['effect', 'exists', 'owned', 'owner', 'protected_until_ms']);
    assert.deepEqual([known.exists, known.effect, known.owned, known.owner], [true, 'block', true, '赵顾问']);
    await rules({ show_owner: 0 });
    assert.equal((await ask(number)).owner, null);
    await rules({ show_owner: 1 });
    assert.deepEqual((await ask('13999999999')).exists, false);
    await sales2.refused('POST', P('/customers/check'), 422, 'phone.wrong', { body: { phone: '12' } });
    await sales2.refused('POST', P('/customers/check'), 422, 'fields.wrong', { body: {} });
    let refused;
    for (let i = 0; i < 40 && !refused; i++) {
      const reply = await sales2.request('POST', P('/customers/check'), { body: { phone: number } });
      if (reply.status === 429) refused = reply.body.code;
    }
    assert.equal(refused, 'check.rate');
  });

  test('DP-01: a doubt is confirmed, a block is not', async () => {
    await make(sales, { project_id: project, name: '司马 懿', phones: [{ number: '13700115599' }] });
    const again = { project_id: project, name: '司马懿', phones: [{ number: '13800225599' }] };
    const body = { kind: 'person', notice: 'n', source_id: 3, ...again };
    await rules({ dup_name_phone: 2 });
    await cashier.refused('POST', '/api/v1/customers', 409, 'duplicate.blocked', {
      body: { ...body, accept_duplicate: true },
    });
    await rules({ dup_name_phone: 1 });
    await cashier.refused('POST', '/api/v1/customers', 409, 'duplicate.doubt', { body });
    await make(cashier, { ...again, accept_duplicate: true });
  });

  test('DP-04: a case with what both can show; a third decides', async () => {
    const number = freshPhone();
    const c = await make(sales, { project_id: project, phones: [{ number }] });
    await sales.post(`/api/v1/customers/${c.id}/follows`, {
      project_id: project,
      channel: 'visit',
      content: '首次到访',
    });
    const c3 = await site.login('c3', 'a long enough word 7');
    const opened = await c3.post(P('/collisions'), { phone: number, claim: '5 月接待过' }, 201);
    assert.equal(opened.name, '钱*');
    assert.ok(!JSON.stringify(opened).includes(number));
    const fact = (side, kind) => opened.facts.find((f) => f.side === side && f.kind === kind);
    assert.equal(fact('holder', 'visits').count, 1);
    assert.equal(fact('claimant', 'follows').count, 0);
    assert.equal((await owner(c.id)).owner, '赵顾问');
    await c3.refused('POST', P('/collisions'), 409, 'collision.open', { body: { phone: number, claim: 'x' } });
    await sales2.refused('GET', `/api/v1/collisions/${opened.id}`, 404, 'not-found');
    const decision = { version: opened.version, outcome: 'claimant', note: '监控录像为证' };
    await c3.refused('POST', `/api/v1/collisions/${opened.id}/decision`, 403, 'right.denied', { body: decision });
    const decided = await manager.post(`/api/v1/collisions/${opened.id}/decision`, decision);
    assert.deepEqual([decided.outcome, decided.decided_by], ['claimant', '陈经理']);
    assert.equal((await owner(c.id)).owner, 'c3');
    const audit = await site.login('audit');
    const { items } = await audit.get(`/api/v1/audit?object=collision:${opened.id}`);
    assert.deepEqual(
      items.map((r) => r.action),
      ['collision.decide', 'collision.open'],
    );
    assert.equal((await manager.get(P('/collisions?open=1'))).items.length, 0);
  });
});

describe('follow-up', () => {
  test('CU-12: who, when, channel, content, next; not back-dated but by who may', async () => {
    const c = await make(sales, { project_id: project });
    const path = `/api/v1/customers/${c.id}/follows`;
    const body = { project_id: project, channel: 'phone', content: '谈首付' };
    const made = await sales.post(path, { ...body, next_ms: Date.now() + HOUR }, 201);
    assert.deepEqual([made.user, made.channel, made.stage], ['赵顾问', 'phone', 'lead']);
    const late = { ...body, at_ms: Date.now() - 25 * HOUR };
    await sales.refused('POST', path, 409, 'follow.late', { body: late });
    assert.equal((await manager.post(path, late, 201)).late, true);
    await sales.refused('POST', path, 422, 'fields.wrong', { body: { ...body, at_ms: Date.now() + HOUR } });
    await sales.refused('POST', path, 422, 'fields.wrong', { body: { ...body, content: 'x'.repeat(1001) } });
    await sales.refused('POST', path, 422, 'fields.wrong', { body: { ...body, content: 'a\u202eb' } });
    const { items } = await sales.get(path);
    assert.equal(items.length, 2);
  });

  test('CU-11, CU-16: lead, stage, probability; closed for a reason, into the pool', async () => {
    const c = await make(sales, { project_id: project });
    const path = `/api/v1/customers/${c.id}/opportunities`;
    const open = await sales.post(path, { project_id: project, stage: 'contacted' }, 201);
    const next = await sales.patch(`/api/v1/opportunities/${open.id}`, {
      version: open.version,
      stage: 'intent',
      probability_bp: 6000,
      expected_day: '2026-12-31',
    });
    assert.deepEqual([next.stage, next.probability_bp, next.expected_day], ['intent', 6000, '2026-12-31']);
    const close = `/api/v1/opportunities/${open.id}/close`;
    await sales.refused('POST', close, 422, 'fields.wrong', { body: { version: next.version, outcome: 'lost' } });
    const lost = await sales.post(close, { version: next.version, outcome: 'lost', lost_reason: 'price' }, 200);
    assert.equal(lost.outcome, 'lost');
    assert.equal((await owner(c.id)).state, 'pool');
  });

  test('CU-14, CU-15: my lists, those of others for who supervises', async () => {
    const lists = async (who, query) => {
      const out = {};
      for (const when of ['overdue', 'today', 'future']) {
        const page = await who.get(`/api/v1/tasks?project=${project}&limit=200&when=${when}${query}`);
        assert.equal(page.items.length, page.counts[when], when);
        for (const t of page.items)
          if (when === 'overdue') assert.ok(t.due_ms <= page.now_ms);
          else if (when === 'today') assert.ok(t.due_ms > page.now_ms && t.due_ms < page.day_end_ms);
          else assert.ok(t.due_ms >= page.day_end_ms);
        out[when] = page.items.map((t) => t.customer_id);
      }
      return out;
    };
    const mine = await lists(sales, '');
    assert.ok(mine.overdue.length > 0 && mine.future.length > 0);
    assert.deepEqual(await lists(manager, `&owner=${idOf('赵顾问')}`), mine);
    await sales.refused('GET', `/api/v1/tasks?owner=${idOf('周顾问')}`, 404, 'not-found');
    await sales.refused('GET', '/api/v1/tasks?owner=0', 404, 'not-found');
    await sales.refused('GET', '/api/v1/tasks?when=never', 422, 'fields.wrong');
    const { items } = await manager.get(P('/supervision'));
    const row = items.find((i) => i.owner === '赵顾问');
    assert.equal(
      row.stages.reduce((n, s) => n + s.overdue, 0),
      mine.overdue.length,
    );
    await sales.refused('GET', P('/supervision'), 403, 'right.denied');
    // a shorter interval counts at once
    const lead = { need_next: false, need_probability: false, need_expected: false };
    await manager.put(P('/follow-rules/lead'), { interval_hours: 1, ...lead });
    const { counts } = await sales.get(`/api/v1/tasks?project=${project}`);
    assert.ok(counts.overdue >= mine.overdue.length);
    await manager.refused('PUT', P('/follow-rules/never'), 404, 'not-found', { body: { interval_hours: 1, ...lead } });
  });

  test('DP-07: who is warned, the manager sees likewise', async () => {
    await rules({ warn_hours: 720 });
    const ids = async (who, query = '') =>
      (await who.get(`/api/v1/tasks/warnings?project=${project}&limit=200${query}`)).items.map((t) => t.customer_id);
    const mine = await ids(sales);
    assert.ok(mine.length > 0);
    assert.deepEqual(await ids(manager, `&owner=${idOf('赵顾问')}`), mine);
    await rules({ warn_hours: 24 });
  });

  test('settings: ranges, versions, working days', async () => {
    const { version } = await manager.get(P('/customer-rules'));
    for (const wrong of [{ grab_daily: 101 }, { back_hours: -1 }, { onsite_n: 0 }, { onsite_unit: 'weeks' }])
      await manager.refused('PATCH', P('/customer-rules'), 422, 'fields.wrong', { body: { version, ...wrong } });
    await manager.refused('PATCH', P('/customer-rules'), 412, 'version.changed', {
      body: { version: version - 1, grab_daily: 7 },
    });
    await manager.put('/api/v1/working-days/2026-10-01', { works: false }, 204);
    const days = await manager.get('/api/v1/working-days?from=2026-10-01&to=2026-10-31');
    assert.deepEqual(days.items, [{ day: '2026-10-01', works: false }]);
    await manager.put('/api/v1/working-days/2026-10-01', { works: null }, 204);
    assert.equal((await manager.get('/api/v1/working-days')).items.length, 0);
    await manager.refused('PUT', '/api/v1/working-days/2026-02-30', 404, 'not-found', { body: { works: true } });
    await sales.refused('PUT', '/api/v1/working-days/2026-10-01', 403, 'right.denied', { body: {} });
  });

  test('the database is as it must be', () => {
    site.verify();
  });
});
