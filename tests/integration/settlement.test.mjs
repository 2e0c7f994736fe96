// Area settlement: areas of a survey, typed and from a list; contracts settled by it, all or none, once; reversed; what is
// returned goes out as every refund.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { slip, take } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, manager, cashier, sales, shop, project;
before(async () => {
  site = await Site.demo();
  [manager, cashier, sales] = await Promise.all(['manager', 'cashier', 'sales'].map((p) => site.login(p)));
  shop = await Sales.of(sales, cashier);
  project = shop.project;
});
after(() => site.close());

const of = (rest) => `/api/v1/projects/${project}/${rest}`;
const DUE = '2099-01-01';
const unitOf = async (deal) => sales.get(`/api/v1/units/${deal.unit_id}`);
const settlement = async (deal) => (await sales.get(`/api/v1/deals/${deal.id}/settlement`)).items[0];
const register = (units, source = '杭测 2026-118 号') => manager.post(of('measurements'), { source, units }, 201);
const area = (unit) => unit.areas.find((a) => a.stage === 'premeasured');
/** The contract's area and so much of it more, in 0.01. */
async function measured(deal, bp) {
  const row = await settlement(deal);
  const { gross_area: gross, inner_area: inner } = area(await unitOf(deal));
  const factor = (v) => Math.round((v * (10000 + bp)) / 10000);
  await register([{ unit_id: deal.unit_id, gross_area: factor(gross), inner_area: factor(inner) }]);
  return { was: row, now: await settlement(deal) };
}
const settle = (deals, more = {}) =>
  cashier.post(of('settlements'), { deals: deals.map((d) => d.id), due_date: DUE, ...more }, 201);

describe('areas', () => {
  test('what is wrong registers nothing', async () => {
    const deal = await shop.signed();
    const good = { unit_id: deal.unit_id, gross_area: 9000, inner_area: 7000 };
    const refused = (status, code, units, source = 's') =>
      manager.refused('POST', of('measurements'), status, code, { body: { source, units } });
    await refused(422, 'fields.wrong', []);
    await refused(422, 'fields.wrong', [{ ...good, gross_area: 0 }]);
    await refused(422, 'fields.wrong', [{ ...good, gross_area: 89.37 }]);
    await refused(422, 'fields.wrong', [{ ...good, more: 1 }]);
    await refused(422, 'fields.wrong', [good], '');
    await refused(422, 'fields.wrong', [good], 'x'.repeat(81));
    await refused(422, 'measured.wrong', [good, good]);
    await refused(422, 'measured.wrong', [{ ...good, inner_area: 9001 }]);
    await refused(404, 'not-found', [{ ...good, unit_id: 999999 }]);
    await cashier.refused('POST', of('measurements'), 403, 'right.denied', { body: { source: 's', units: [good] } });
    assert.deepEqual((await sales.get(`/api/v1/units/${deal.unit_id}/measurements`)).items, []);
  });

  test('the template of the list is read as an empty list, in both languages', async () => {
    const at = of('measurement-sheets');
    for (const lang of ['zh', 'en']) {
      const answer = await manager.request('GET', `${at}/template.xlsx?lang=${lang}`);
      assert.equal(answer.status, 200);
      const read = await manager.upload(`${at}?name=t.xlsx`, answer.bytes, 200);
      assert.deepEqual([read.rows, read.items, read.problems], [0, [], []]);
    }
    await cashier.refused('GET', `${at}/template.xlsx`, 403, 'right.denied');
  });

  test('a list is read row by row, and nothing of it is stored', async () => {
    const deal = await shop.signed();
    const unit = await unitOf(deal);
    const sheet = (lines) => Buffer.from(`﻿楼栋,单元,房号,实测建筑面积,实测套内面积\n${lines.join('\n')}\n`);
    const at = of(`measurement-sheets?name=${encodeURIComponent('测绘.csv')}`);
    const read = async (lines) => manager.upload(at, sheet(lines), 200);
    const good = await read([`${unit.building},${unit.stair},${unit.room},90.10,72.20`]);
    assert.deepEqual([good.rows, good.problems_total, good.items.length], [1, 0, 1]);
    assert.deepEqual(
      [good.items[0].unit_id, good.items[0].gross_area, good.items[0].inner_area],
      [deal.unit_id, 9010, 7220],
    );
    const bad = await read([
      `${unit.building},,${unit.room},90.105,72.20`,
      `${unit.building},,没有,90.10,72.20`,
      `,,${unit.room},abc,`,
    ]);
    assert.equal(bad.rows, 3);
    assert.deepEqual(bad.items, []);
    assert.deepEqual([...new Set(bad.problems.map((p) => p.row))].sort(), [2, 3, 4]);
    assert.ok(bad.problems.some((p) => p.code === 'measured.unit'));
    assert.ok(bad.problems.some((p) => p.code === 'row.rounded'));
    assert.deepEqual((await sales.get(`/api/v1/units/${deal.unit_id}/measurements`)).items, []);
  });
});

describe('settled', () => {
  test('a larger home is owed for: a line of its own, out of loans and the total, paid by its own fund', async () => {
    const deal = await shop.signed();
    const before = await sales.get(`/api/v1/deals/${deal.id}`);
    assert.equal((await settlement(deal)).state, 'unmeasured');
    await cashier.refused('POST', of('settlements'), 409, 'settle.refused', { body: { deals: [deal.id], due_date: DUE } });
    const { now } = await measured(deal, 150);
    assert.deepEqual([now.state, now.may_cancel], ['open', false]);
    assert.ok(now.amount_fen > 0);
    const [key, body] = [newKey(), { deals: [deal.id], due_date: DUE }];
    assert.deepEqual(await cashier.post(of('settlements'), body, 201, { key }), { settled: 1 });
    assert.deepEqual(await cashier.post(of('settlements'), body, 201, { key }), { settled: 1 });
    const done = await settlement(deal);
    assert.deepEqual([done.state, done.amount_fen, done.due_date], ['settled', now.amount_fen, DUE]);
    const after = await sales.get(`/api/v1/deals/${deal.id}`);
    assert.equal(after.total_fen, before.total_fen);
    const line = after.receivables.find((l) => l.fund === 'area_difference');
    assert.deepEqual([line.amount_fen, line.loan], [now.amount_fen, false]);
    await cashier.refused('POST', of('settlements'), 409, 'settle.refused', { body });
    await take(cashier, deal.id, 'area_difference', now.amount_fen);
    site.ctlOk('verify');
  });

  test('a smaller one is credited, refunded under approval, and cannot be reversed then', async () => {
    const deal = await shop.signed();
    const { now } = await measured(deal, -200);
    assert.ok(now.amount_fen < 0);
    await settle([deal]);
    const free = (await sales.get(`/api/v1/deals/${deal.id}/refundable`)).items;
    assert.equal(free.find((l) => l.fund === 'area_credit').amount_fen, -now.amount_fen);
    const ask = {
      lines: [{ fund: 'area_credit', amount_fen: -now.amount_fen }],
      reason: '面积补差',
      bank: '工商银行',
      account: '6222021234567890',
    };
    const refund = await sales.post(`/api/v1/deals/${deal.id}/refunds`, ask, 201);
    const at = `/api/v1/deals/${deal.id}/settlement/reverse`;
    await cashier.refused('POST', at, 409, 'ledger.spent', { body: { reason: '重测' } });
    const { items } = await manager.get('/api/v1/my/approvals?limit=200');
    const task = items.find((a) => a.id === refund.approval_id);
    await manager.post(`/api/v1/approval-tasks/${task.task_id}/decide`, { version: task.version, outcome: 'approved' }, 200);
    const ready = await cashier.get(`/api/v1/refunds/${refund.id}`);
    const paid = { version: ready.version, tenders: [{ tender: 'transfer', amount_fen: ready.total_fen, reference: slip() }] };
    assert.equal((await cashier.post(`/api/v1/refunds/${refund.id}/pay`, paid, 200)).state, 'paid');
    await cashier.refused('POST', at, 409, 'ledger.spent', { body: { reason: '重测' } });
    site.ctlOk('verify');
  });

  test('all or none; by hand with a reason; reversed with a reason; what is wrong is refused', async () => {
    const [one, two] = [await shop.signed(), await shop.signed()];
    await measured(one, 100);
    const refused = await cashier.refused('POST', of('settlements'), 409, 'settle.refused', {
      body: { deals: [one.id, two.id], due_date: DUE },
    });
    assert.deepEqual(refused.errors.map((e) => [e.row, e.code]), [[2, 'settle.unmeasured']]);
    assert.equal((await settlement(one)).state, 'open');
    const hand = (status, code, body) =>
      cashier.refused('POST', `/api/v1/deals/${one.id}/settlement`, status, code, { body });
    const good = { amount_fen: -12345, reason: '补充协议', due_date: DUE };
    await hand(422, 'fields.wrong', { ...good, reason: '' });
    await hand(422, 'fields.wrong', { ...good, amount_fen: 1.5 });
    await hand(422, 'fields.wrong', { ...good, amount_fen: 1e18 });
    await hand(422, 'fields.wrong', { ...good, due_date: '2026-02-30' });
    await hand(422, 'settle.day', { ...good, due_date: '2000-01-01' });
    await sales.refused('POST', `/api/v1/deals/${one.id}/settlement`, 403, 'right.denied', { body: good });
    await cashier.post(`/api/v1/deals/${one.id}/settlement`, good, 201);
    await hand(409, 'settle.done', good);
    const reverse = (status, code, body) =>
      cashier.refused('POST', `/api/v1/deals/${one.id}/settlement/reverse`, status, code, { body });
    await reverse(422, 'fields.wrong', {});
    const done = await cashier.post(`/api/v1/deals/${one.id}/settlement/reverse`, { reason: '金额有误' }, 200);
    assert.equal(done.items[0].state, 'open');
    await reverse(409, 'settle.reversed', { reason: 'again' });
    await settle([one]);
    site.ctlOk('verify');
  });

  test('the list by building and state, page by page, and as a workbook that is written down', async () => {
    const all = await cashier.get(of('settlements?limit=499'));
    assert.ok(all.items.length >= 4);
    const settled = await cashier.get(of('settlements?state=settled'));
    assert.ok(settled.items.length > 0 && settled.items.every((r) => r.state === 'settled'));
    const first = await cashier.get(of('settlements?limit=1'));
    const second = await cashier.get(of(`settlements?limit=1&cursor=${first.next}`));
    assert.ok(second.items[0].deal_id > first.items[0].deal_id);
    await cashier.refused('GET', of('settlements?state=no'), 422, 'fields.wrong');
    const r = await manager.request('GET', of('settlements/export.xlsx'));
    assert.equal(r.status, 200);
    await sales.refused('GET', of('settlements/export.xlsx'), 403, 'right.denied');
  });
});
