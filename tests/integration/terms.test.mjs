// Prices that nobody bends: plans, discounts, quotes and terms over the API (PR-04 to PR-14, PM-11, FI-03).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Site } from './lib/site.mjs';

let site, admin, manager, control, cashier, sales, project, unit, customer;
before(async () => {
  site = await Site.demo();
  [admin, manager, control, cashier, sales] = await Promise.all(
    ['admin', 'manager', 'control', 'cashier', 'sales'].map((login) => site.login(login)),
  );
  project = (await sales.get('/api/v1/projects')).items[0].id;
  const chart = await sales.get(`/api/v1/projects/${project}/units?limit=500`);
  unit = chart.items.find((u) => u.state === 'A' && u.class === 'home' && u.total_fen);
  customer = (
    await sales.post(
      '/api/v1/customers',
      { kind: 'person', name: '孙小明', notice: '隐私告知 2026-01', source_id: 3, phones: [{ number: '13900001111' }] },
      201,
    )
  ).id;
});
after(() => site.close());

const plans = async () => (await sales.get(`/api/v1/projects/${project}/plans`)).items;
const plan = async (kind) => (await plans()).find((p) => p.enabled && p.kind === kind);
const discounts = async () => (await sales.get(`/api/v1/projects/${project}/discounts`)).items;
const discount = async (name) => (await discounts()).find((d) => d.name === name);
const quote = (body, who = sales) => who.post(`/api/v1/units/${unit.id}/quote`, body, 200);
const refusedQuote = (status, code, body) =>
  sales.refused('POST', `/api/v1/units/${unit.id}/quote`, status, code, { body });
const sum = (lines) => lines.reduce((all, line) => all + line.amount_fen, 0);

describe('quotes', () => {
  test('each step of the chain, a schedule that is the total, and the loan', async () => {
    const onTime = await discount('按时签约优惠');
    const loan = await plan('commercial');
    const q = await quote({
      customer_id: customer,
      plan_id: loan.id,
      picks: [{ discount_id: onTime.id }],
    });
    assert.equal(q.state, 'quote');
    assert.equal(q.list_fen, unit.total_fen);
    assert.deepEqual(q.steps, [
      {
        discount_id: onTime.id,
        name: onTime.name,
        method: 'percent',
        value: 9900,
        result_fen: Math.round((unit.total_fen * 99) / 100),
      },
    ]);
    assert.equal(sum(q.lines), q.total_fen);
    assert.deepEqual(
      q.lines.map((line) => [line.fund, line.loan]),
      [
        ['deposit', false],
        ['down_payment', false],
        ['bank_loan', true],
      ],
    );
    assert.ok(q.loan_fen % 1000000 === 0 && q.loan_fen <= q.total_fen * 0.7);
    assert.ok(q.monthly_fen > 0);
    assert.equal(q.beyond, '');
    const full = await quote({ plan_id: (await plan('one_off')).id });
    assert.deepEqual(
      full.steps.map((s) => s.name),
      ['一次性付款优惠'],
    ); // the plan brings its own, and with the plan it goes
    assert.deepEqual((await quote({ plan_id: loan.id })).steps, []);
  });

  test('what cannot be, and why', async () => {
    const owner = await discount('老业主优惠');
    const member = await discount('会员优惠');
    const given = await discount('销售经理优惠');
    const loan = await plan('commercial');
    const why = async (body) => (await refusedQuote(409, 'discount.not-usable', body)).errors;
    const errors = await why({
      customer_id: customer,
      picks: [
        { discount_id: owner.id },
        { discount_id: member.id },
        { discount_id: given.id, value: 8999 },
        { discount_id: 999999 },
      ],
    });
    assert.deepEqual(
      errors.map((e) => [e.code, e.field]),
      [
        ['discount.identity', 'picks/0'],
        ['discount.level', 'picks/1'],
        ['discount.value', 'picks/2'],
        ['discount.unknown', 'picks/3'],
      ],
    );
    await refusedQuote(422, 'loan.too-much', { plan_id: loan.id, loan_fen: unit.total_fen });
    await refusedQuote(422, 'loan.unit', { plan_id: loan.id, loan_fen: 12345678 });
    await refusedQuote(422, 'deposit.too-much', { plan_id: loan.id, deposit_fen: unit.total_fen });
    await refusedQuote(422, 'plan.unknown', { plan_id: 999999 });
    await refusedQuote(412, 'unit.changed', { unit_version: unit.version + 1 });
    await refusedQuote(404, 'not-found', { customer_id: 999999 });
    await refusedQuote(422, 'fields.wrong', { picks: [{ discount_id: 0, more: 1 }] });
    await refusedQuote(422, 'fields.wrong', { picks: Array(13).fill({ discount_id: 1 }) });
    await sales.refused('POST', '/api/v1/units/999999/quote', 404, 'not-found', { body: {} });
    await cashier.refused('POST', `/api/v1/units/${unit.id}/quote`, 403, 'right.denied', { body: {} });
  });

  test('an identity is verified with a paper, counts, and is ended', async () => {
    const owner = await discount('老业主优惠');
    const path = `/api/v1/customers/${customer}/identities`;
    const body = { identity: '老业主', document: '不动产权证 2019-1', until_date: '2099-12-31' };
    await sales.refused('POST', path, 403, 'right.denied', { body });
    const [made] = (await manager.post(path, body, 200)).items;
    await manager.refused('POST', path, 409, 'identity.exists', { body });
    const ask = { customer_id: customer, picks: [{ discount_id: owner.id }] };
    assert.equal((await quote(ask)).steps.length, 1);
    await manager.post(`/api/v1/identities/${made.id}/end`, { reason: '卖出' }, 204);
    await manager.refused('POST', `/api/v1/identities/${made.id}/end`, 404, 'not-found', {
      body: { reason: '再次' },
    });
    await refusedQuote(409, 'discount.not-usable', ask);
    assert.equal((await sales.get(path)).items[0].ended_ms > 0, true);
  });
});

describe('the public list (PR-14)', () => {
  test('what is changed waits for the next publication', async () => {
    const onTime = await discount('按时签约优惠');
    assert.equal(onTime.shown, true);
    assert.equal(onTime.effect, '总价 99 折'); // written by its numbers
    const change = { kind: 'regular', method: 'percent', value: 9800 };
    const next = await control.patch(`/api/v1/discounts/${onTime.id}`, { version: onTime.version, ...change });
    assert.deepEqual([next.effect, next.shown], ['总价 98 折', false]);
    await refusedQuote(409, 'discount.not-usable', { picks: [{ discount_id: onTime.id }] });
    const back = await control.patch(`/api/v1/discounts/${onTime.id}`, {
      version: next.version,
      ...change,
      value: 9900,
    });
    assert.equal(back.shown, true);
    await control.refused('PATCH', `/api/v1/discounts/${onTime.id}`, 412, 'version.changed', {
      body: { version: 1, name: 'x' },
    });
    for (const wrong of [
      { kind: 'identity', method: 'percent', value: 9900 },
      { kind: 'member', method: 'percent', value: 9900, level: 'none' },
      { kind: 'regular', method: 'percent', value: 10000 },
      { kind: 'words', method: 'percent', value: 9900 },
      { kind: 'manager', method: 'percent', value: 9900, plan_id: 1 },
    ])
      await control.refused('POST', `/api/v1/projects/${project}/discounts`, 422, 'fields.wrong', {
        body: { name: '错误', condition: '条件', ...wrong },
      });
  });

  test('another order comes whole, or not at all', async () => {
    const path = `/api/v1/projects/${project}/discounts/order`;
    const before = await discounts();
    const seen = before.map((d) => d.id);
    const order = [...seen.slice(1), seen[0]];
    const refused = (status, code, body) => control.refused('PUT', path, status, code, { body });
    await refused(422, 'fields.wrong', { seen, order: order.slice(1) });
    await refused(422, 'fields.wrong', { seen, order: [order[0], ...order.slice(0, -1)] });
    await refused(422, 'fields.wrong', { seen });
    await sales.refused('PUT', path, 403, 'right.denied', { body: { seen, order } });
    const after = (await control.put(path, { seen, order })).items;
    assert.deepEqual(
      after.map((d) => d.id),
      order,
    );
    await refused(412, 'version.changed', { seen, order: seen });
    assert.deepEqual((await discounts()).map((d) => [d.id, d.ordinal]), after.map((d) => [d.id, d.ordinal]));
    const back = (await control.put(path, { seen: order, order: seen })).items;
    assert.deepEqual(back.map((d) => [d.id, d.shown]), before.map((d) => [d.id, d.shown]));
  });

  test('a worked example needs no publication', async () => {
    const names = ['按时签约优惠', '老业主优惠'];
    const ids = (await discounts()).filter((d) => names.includes(d.name)).map((d) => d.id);
    const example = await sales.post(
      `/api/v1/projects/${project}/discounts/example`,
      { list_fen: 110333300, discounts: ids },
      200,
    );
    assert.deepEqual(
      example.steps.map((s) => s.result_fen),
      [109229967, 108137667],
    );
    assert.equal(example.total_fen % 100, 0);
  });
});

describe('plans (PM-11)', () => {
  const line = (fund, share, value, due = 'signed') => ({ fund, share, value, due });
  test('must total 100 %; loans are flagged; what it comes to', async () => {
    const path = `/api/v1/projects/${project}/plans`;
    const wrong = [line('house_money', 'percent', 3000), line('house_money', 'percent', 6000)];
    const body = { name: '三次付款', kind: 'instalments', lines: wrong };
    const problem = await manager.refused('POST', path, 422, 'fields.wrong', { body });
    assert.equal(problem.errors[0].code, 'plan.percent');
    body.lines = [3000, 3000, 4000].map((value) => line('house_money', 'percent', value));
    const made = await manager.post(path, body, 201);
    await manager.refused('POST', path, 409, 'name.taken', { body });
    await sales.refused('POST', path, 403, 'right.denied', { body });
    const example = await manager.post(
      `${path}/example`,
      { kind: made.kind, total_fen: 106045400, lines: body.lines },
      200,
    );
    assert.deepEqual(
      example.lines.map((l) => l.amount_fen),
      [31813600, 31813600, 42418200],
    ); // V9
    const off = await manager.patch(`/api/v1/plans/${made.id}`, { version: made.version, enabled: false });
    assert.equal(off.enabled, false);
    await refusedQuote(422, 'plan.unknown', { plan_id: made.id });
    await manager.refused('PATCH', `/api/v1/plans/${made.id}`, 412, 'version.changed', {
      body: { version: made.version, name: 'x' },
    });
  });
});

describe('lines that wait for a node (PM-11)', () => {
  test('of a process of the project, and not for money', async () => {
    const path = `/api/v1/projects/${project}/plans`;
    const { nodes } = await manager.get(path);
    assert.ok(nodes.some((n) => n.code === 'filing'));
    assert.ok(!nodes.some((n) => n.code === 'first-payment'));
    const lines = (due_node) => [
      { fund: 'house_money', share: 'percent', value: 9000, due: 'signed' },
      { fund: 'house_money', share: 'percent', value: 1000, due: 'node', due_days: 10, due_node },
    ];
    const body = { name: '交房付清', kind: 'instalments' };
    for (const code of ['主体封顶', 'full-payment']) {
      const wrong = { ...body, lines: lines(code) };
      const problem = await manager.refused('POST', path, 422, 'fields.wrong', { body: wrong });
      assert.deepEqual([problem.errors[0].code, problem.errors[0].row], ['plan.node', 2]);
    }
    const made = await manager.post(path, { ...body, lines: lines('handover') }, 201);
    assert.equal(made.lines[1].node_name, 'Handover');
    await manager.patch(`/api/v1/plans/${made.id}`, { version: made.version, enabled: false });
  });
});

describe('limits and schemes', () => {
  test('of each post; nobody sets his own (PR-13)', async () => {
    const path = `/api/v1/projects/${project}/discount-limits`;
    const limits = (await manager.get(path)).items;
    const consultant = limits.find((l) => l.post === '置业顾问');
    const own = limits.find((l) => l.post === '项目销售经理');
    assert.deepEqual([consultant.most_bp, own.most_bp], [400, 700]);
    const body = { version: own.version, most_bp: 9000, below_floor: true };
    await manager.refused('PUT', `${path}/${own.post_id}`, 403, 'right.own', { body });
    await sales.refused('PUT', `${path}/${consultant.post_id}`, 403, 'right.denied', { body });
    await manager.put(`${path}/${consultant.post_id}`, { ...body, version: consultant.version, most_bp: 300 });
    const [q] = [await quote({})];
    assert.equal(q.limit_bp, 300);
  });

  test('a bundle that is off takes its discounts along', async () => {
    const scheme = await control.post(
      `/api/v1/projects/${project}/discount-schemes`,
      { name: '开盘季', quota: 10 },
      201,
    );
    assert.deepEqual([scheme.quota, scheme.uses, scheme.enabled], [10, 0, true]);
    const off = await control.patch(`/api/v1/discount-schemes/${scheme.id}`, {
      version: scheme.version,
      enabled: false,
      quota: null,
    });
    assert.deepEqual([off.quota, off.enabled], [null, false]);
    assert.equal((await sales.get(`/api/v1/projects/${project}/discount-schemes`)).items.length, 1);
  });
});

describe('terms', () => {
  test('within the limit they are granted at once, and given up', async () => {
    const onTime = await discount('按时签约优惠');
    const body = { customer_id: customer, plan_id: (await plan('instalments')).id };
    const made = await sales.post(
      `/api/v1/units/${unit.id}/terms`,
      { ...body, picks: [{ discount_id: onTime.id }] },
      201,
    );
    assert.equal(made.state, 'granted');
    assert.ok(made.unit_price_id && made.publication_id);
    assert.equal(sum(made.lines), made.total_fen);
    const list = (await manager.get(`/api/v1/terms?unit=${unit.id}`)).items;
    assert.deepEqual(list[0], await sales.get(`/api/v1/terms/${made.id}`));
    const gone = await sales.post(`/api/v1/terms/${made.id}/expire`, { version: made.version }, 200);
    assert.equal(gone.state, 'expired');
    await sales.refused('POST', `/api/v1/terms/${made.id}/expire`, 412, 'version.changed', {
      body: { version: made.version },
    });
    await sales.refused('POST', `/api/v1/terms/${made.id}/expire`, 409, 'terms.not-granted', {
      body: { version: gone.version },
    });
    assert.deepEqual((await sales.get(`/api/v1/terms?customer=${customer}`)).items, []);
    assert.equal((await sales.get(`/api/v1/terms?customer=${customer}&state=expired`)).items.length, 1);
    await sales.refused('GET', '/api/v1/terms?state=what', 422, 'fields.wrong');
    await admin.refused('GET', '/api/v1/terms', 403, 'right.denied');
  });

  test('pages', async () => {
    for (let i = 0; i < 3; i++)
      await sales.post(`/api/v1/units/${unit.id}/terms`, { customer_id: customer }, 201);
    const seen = [];
    for (let next = ''; next !== undefined; ) {
      const page = await sales.get(`/api/v1/terms?unit=${unit.id}&limit=2${next && `&cursor=${next}`}`);
      seen.push(...page.items.map((t) => t.id));
      next = page.next;
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.length >= 3);
  });

  test('beyond the limit the quote says who approves, the way the request then goes (PR-13)', async () => {
    const given = await discount('销售经理优惠');
    assert.deepEqual((await quote({})).approvers, []);
    const ask = { customer_id: customer, picks: [{ discount_id: given.id, value: 9000 }] };
    const { approvers } = await quote(ask);
    assert.ok(approvers.length > 0 && approvers.every((a) => a.who.length > 0));
    const body = { ...ask, reason: '试算' };
    const made = await sales.post(`/api/v1/units/${unit.id}/terms`, body, 201);
    const request = await sales.get(`/api/v1/approvals/${made.approval_id}`);
    assert.deepEqual(
      request.nodes.map((n) => [n.step, n.name, n.seats.map((s) => s.who)]),
      approvers.map((a) => [a.step, a.name, a.who]),
    );
    await sales.post(`/api/v1/approvals/${made.approval_id}/withdraw`, { version: request.version, reason: '' });
    // A little beyond it, and of less money, goes a shorter way.
    const most = (await quote({})).limit_bp;
    const least = await quote({ picks: [{ discount_id: given.id, value: 10000 - most - 10 }] });
    assert.equal(least.beyond, 'limit');
    assert.deepEqual(
      [least, { approvers }].map((q) => q.approvers.map((a) => a.step)),
      [[1], [1, 2]],
    );
  });

  test('a floor is not told by its words (PR-05)', async () => {
    const given = await discount('销售经理优惠');
    const q = await quote({ picks: [{ discount_id: given.id, value: 9000 }] });
    assert.equal(q.beyond, 'limit');
    assert.ok(!JSON.stringify(q).includes('floor'));
  });
});
