// Agency fees: chosen, taken on their own book into their own account, paid over once and never beyond the balance,
// taken back; none of it is the house's money (FI-09, FI-10).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { payment, slip, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

const PAYEE = '市住房维修资金管理中心';
let site, admin, manager, cashier, sales, shop, deal, other, project, house, book, fee;
before(async () => {
  site = await Site.demo();
  [admin, manager, cashier, sales] = await Promise.all(
    ['admin', 'manager', 'cashier', 'sales'].map((p) => site.login(p)),
  );
  shop = await Sales.of(sales, cashier);
  project = shop.project;
  deal = await shop.subscribed();
  other = await shop.subscribed();
  house = await till(cashier, project);
  const agency = (await cashier.get(of('receipt-books'))).items.find((b) => b.kind === 'agency');
  await cashier.post(`/api/v1/receipt-books/${agency.id}/take-out`, { version: agency.version }, 200);
  book = agency.id;
  const body = {
    kind: 'agency',
    name: '专项维修资金',
    standard: '100 元/m²',
    payee: PAYEE,
    voluntary: true,
    formula: 'area',
    rate: 10000,
  };
  fee = await manager.post(of('fees'), body, 201);
});
after(() => site.close());

const of = (rest) => `/api/v1/projects/${project}/${rest}`;
const read = (d) => sales.get(`/api/v1/deals/${d.id}`);
const feeOf = async (d, id = fee.id) => (await read(d)).fees.find((f) => f.fee_id === id);
const sums = async (d) => {
  const f = await feeOf(d);
  return [f.collected_fen, f.paid_over_fen, f.refunded_fen, f.balance_fen, f.owed_fen];
};
const pays = (fen, more = {}) => {
  const body = payment(book, 'agency_fee', fen, more);
  body.lines[0].fee_id = fee.id;
  return body;
};
const receipts = (d) => `/api/v1/deals/${d.id}/receipts`;
const over = (lines, more = {}) => ({ fee_id: fee.id, lines, tender: 'transfer', reference: slip(), ...more });

describe('chosen', () => {
  test('a rule that cannot be is refused', async () => {
    const refused = (status, code, change) =>
      manager.refused('POST', of('fees'), status, code, {
        body: { kind: 'agency', name: '契税', standard: '1.5%', voluntary: true, ...change },
      });
    await refused(422, 'fee.formula', { formula: 'area' });
    await refused(422, 'fee.formula', { rate: 5 });
    await refused(422, 'fee.formula', { formula: 'price', rate: 1000001 });
    await refused(422, 'fee.formula', { kind: 'property', voluntary: false, formula: 'flat', rate: 5 });
    await refused(422, 'fields.wrong', { formula: 'monthly', rate: 5 });
    await refused(422, 'fields.wrong', { formula: 'flat', rate: -5 });
    await refused(422, 'fields.wrong', { formula: 'flat', rate: 0.5 });
  });

  test('by the buyer: written down by whom and when, worked out from the area', async () => {
    const path = `/api/v1/deals/${deal.id}/fees`;
    const was = await read(deal);
    const choice = (await sales.get(`/api/v1/deals/${deal.id}/fee-choices`)).items.find((c) => c.fee_id === fee.id);
    await sales.refused('POST', path, 404, 'not-found', { body: { fees: [999] } });
    await sales.refused('POST', path, 422, 'fields.wrong', { body: { fees: [] } });
    await manager.post(path, { fees: [fee.id] }, 201);
    await sales.refused('POST', path, 409, 'fee.chosen', { body: { fees: [fee.id] } });
    await sales.post(`/api/v1/deals/${other.id}/fees`, { fees: [fee.id] }, 201);
    const now = await read(deal);
    const got = await feeOf(deal);
    assert.equal(got.amount_fen, got.base * 100); // 10000 fen a m2 of 0.01 m2
    assert.equal(got.amount_fen, choice.amount_fen);
    assert.ok(got.user && got.at_ms > 0);
    assert.deepEqual(now.receivables, was.receivables);
    assert.equal(now.due_now_fen, was.due_now_fen);
    await manager.refused('DELETE', `/api/v1/fees/${fee.id}`, 409, 'fee.used');
  });
});

describe('taken', () => {
  test('what is wrong is refused, and nothing is left of it', async () => {
    const refused = (status, code, change) => {
      const body = pays(100);
      change(body);
      return cashier.refused('POST', receipts(deal), status, code, { body });
    };
    await refused(409, 'book.kind', (b) => (b.book_id = house));
    await refused(422, 'pay.fee', (b) => delete b.lines[0].fee_id);
    await refused(422, 'pay.fee', (b) => (b.lines[0].fee_id = 999));
    await refused(409, 'book.kind', (b) => b.lines.push({ fund: 'down_payment', amount_fen: 5 }));
    await refused(422, 'pay.fee', (b) => (b.lines[0].fund = 'down_payment'));
    await refused(409, 'account.wrong', (b) => (b.tenders[0].account_id = 1));
    await refused(409, 'pay.beyond-due', (b) => (b.lines[0].amount_fen = b.tenders[0].amount_fen = 1e11));
    assert.deepEqual((await sums(deal)).slice(0, 4), [0, 0, 0, 0]);
  });

  test('on a leaf of the agency book, and is none of the house', async () => {
    const was = await read(deal);
    const receipt = await cashier.post(receipts(deal), pays(500000), 201);
    assert.match(receipt.number, /^DS\d{6}$/);
    assert.deepEqual(receipt.lines, [{ fund: 'agency_fee', amount_fen: 500000, fee_id: fee.id, fee: fee.name }]);
    const now = await read(deal);
    assert.equal(now.received_fen, was.received_fen);
    assert.deepEqual(now.receivables, was.receivables);
    assert.deepEqual((await sums(deal)).slice(0, 4), [500000, 0, 0, 500000]);
    const arrears = (await manager.get(of(`arrears?deal=${deal.id}`))).items;
    assert.ok(arrears.every((l) => l.fund !== 'agency_fee'));
    await cashier.post(receipts(other), pays(30000), 201);
  });

  test('and taken back as house money is', async () => {
    const receipt = await cashier.post(receipts(deal), pays(700), 201);
    const path = `/api/v1/receipts/${receipt.book_id}/${receipt.no}/void`;
    await cashier.post(path, { reason: '开错' }, 200);
    assert.deepEqual((await sums(deal)).slice(0, 4), [500000, 0, 0, 500000]);
    const f = await feeOf(deal);
    const end = { body: { version: f.version, reason: '不办了' } };

    await manager.refused('POST', `/api/v1/deal-fees/${f.id}/end`, 409, 'fee.money', end);
    site.ctlOk('verify');
  });
});

describe('paid over', () => {
  const path = () => of('payovers');
  test('what is wrong is refused, and nothing is left of it', async () => {
    const f = await feeOf(deal);
    const line = { deal_fee_id: f.id, amount_fen: 100 };
    const refused = (status, code, body, by = manager) => by.refused('POST', path(), status, code, { body });
    await refused(403, 'right.denied', over([line]), cashier);
    await refused(403, 'right.denied', over([line]), sales);
    await refused(409, 'payover.beyond', over([{ ...line, amount_fen: 500001 }]));
    await refused(422, 'payover.twice', over([line, line]));
    await refused(404, 'not-found', over([{ ...line, deal_fee_id: 999 }]));
    await refused(404, 'not-found', over([line], { fee_id: 999 }));
    await refused(409, 'account.wrong', over([line], { account_id: 1 }));
    await refused(422, 'fields.wrong', over([]));
    await refused(422, 'fields.wrong', over([{ ...line, amount_fen: 0 }]));
    await refused(422, 'fields.wrong', over([line], { tender: 'cash' }));
    await refused(422, 'fields.wrong', over([line], { reference: '' }));
    assert.deepEqual((await manager.get(path())).items, []);
  });

  test('of two deals by one voucher, once however often it is asked', async () => {
    const [one, two] = [await feeOf(deal), await feeOf(other)];
    const body = over([
      { deal_fee_id: one.id, amount_fen: 400000 },
      { deal_fee_id: two.id, amount_fen: 30000 },
    ]);
    const options = { body, key: newKey() };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => manager.request('POST', path(), options)),
    );
    assert.ok(answers.every((a) => a.status === 201 && a.bytes.equals(answers[0].bytes)));
    const { items } = await manager.get(path());
    assert.deepEqual(
      items.map((p) => [p.total_fen, p.deals, p.payee, p.reversed_ms]),
      [[430000, 2, PAYEE, null]],
    );
    assert.deepEqual((await sums(deal)).slice(0, 4), [500000, 400000, 0, 100000]);
    await manager.refused('POST', path(), 409, 'slip.used', {
      body: over([{ deal_fee_id: one.id, amount_fen: 1 }], { reference: body.reference }),
    });
    site.ctlOk('verify');
    const total = (await manager.get(of('agency-fees'))).items.find((f) => f.fee_id === fee.id);
    assert.deepEqual(
      [total.deals, total.collected_fen, total.paid_over_fen, total.refunded_fen, total.balance_fen],
      [2, 530000, 430000, 0, 100000],
    );
    const held = (await manager.get(of(`agency-fees/deals?fee=${fee.id}&which=held`))).items;
    assert.deepEqual(
      held.map((f) => f.deal_id),
      [deal.id],
    );
  });

  test('no report of what was collected has it among what went back', async () => {
    const { items } = await manager.get(of('reports/collection?by=fund'));
    const row = items.find((r) => r.key === 'agency_fee');
    assert.equal(row.refund_fen, 0);
    assert.equal(row.net_fen, 530000);
  });

  test('and taken back whole, with the reason, once', async () => {
    const [last] = (await manager.get(path())).items;
    const at = `/api/v1/payovers/${last.id}/reverse`;
    await manager.refused('POST', at, 422, 'fields.wrong', { body: { reason: '' } });
    await cashier.refused('POST', at, 403, 'right.denied', { body: { reason: '退票' } });
    const done = await manager.post(at, { reason: '退票' }, 200);
    assert.equal(done.reason, '退票');
    assert.equal(done.lines.length, 2);
    await manager.refused('POST', at, 409, 'payover.reversed', { body: { reason: '退票' } });
    await manager.refused('POST', '/api/v1/payovers/999999/reverse', 404, 'not-found', { body: { reason: 'x' } });
    assert.deepEqual((await sums(deal)).slice(0, 4), [500000, 0, 0, 500000]);
    site.ctlOk('verify');
  });

  test('the lists go out as workbooks', async () => {
    for (const list of ['agency-fees', 'payovers']) {
      const file = await manager.request('GET', of(`${list}/export.xlsx?lang=zh`));
      assert.equal(file.status, 200);
      assert.ok(file.bytes.length > 1000);
    }
    await sales.refused('GET', of('agency-fees/export.xlsx'), 403, 'right.denied');
    await sales.refused('GET', of('agency-fees'), 403, 'right.denied');
    await admin.refused('GET', of('payovers'), 403, 'right.denied');
  });
});
