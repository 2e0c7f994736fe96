// Money that must not be taken: amounts that are none, more than is due, the wrong account, a used slip, another's book,
// a closed shift, another person, a clock set back. Each has its own word, and nothing is left of it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { settable } from './lib/clock.mjs';
import { payment, slip, take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

const HOUR_MS = 3600_000;

let site, manager, cashier, shop, deal, project, book, room;
before(async () => {
  site = await Site.demo();
  [manager, cashier] = await Promise.all(['manager', 'cashier'].map((p) => site.login(p)));
  shop = await Sales.of(await site.login('sales'), cashier);
  project = shop.project;
  deal = await shop.subscribed();
  book = await till(cashier, project);
  room = deal.total_fen - deal.received_fen;
});
after(() => site.close());

const of = (rest) => `/api/v1/projects/${project}/${rest}`;
const receipts = () => `/api/v1/deals/${deal.id}/receipts`;

/** All of money that can be read: what a refusal must leave as it was. */
async function everything() {
  const [all, books, shifts, one] = await Promise.all(
    [receipts(), of('receipt-books'), '/api/v1/my/shifts', `/api/v1/deals/${deal.id}`].map((p) => cashier.get(p)),
  );
  return JSON.stringify([all, books, shifts, one.received_fen, one.version]);
}

/** Sent as it is; refused with @status and @code, and all is as before. */
async function refused(status, code, body, path = receipts(), who = cashier) {
  const was = await everything();
  const problem = await who.refused('POST', path, status, code, { body });
  assert.ok(problem.detail, code);
  assert.equal(await everything(), was, `${code}: nothing is left of it`);
  return problem;
}

/** A payment that may be, changed by @change. */
function changed(change, fund = 'down_payment', fen = 100) {
  const body = payment(book, fund, fen);
  change(body);
  return body;
}

describe('amounts that are none', () => {
  // Three decimals of a yuan are not whole fen; floats, words, too much.
  const none = [10.125, 100.5, 1e-3, '100.00', '100.125', -1, -100, 0, 1e18, 1e12 + 1, -1e18, null, true, [], {}];

  for (const fen of none)
    test(`${JSON.stringify(fen)} of a line, of a tender, of earnest money carried over`, async () => {
      const line = await refused(422, 'fields.wrong', changed((b) => (b.lines[0].amount_fen = fen)));
      assert.ok(line.errors.some((e) => e.field.includes('amount_fen')), JSON.stringify(line));
      await refused(422, 'fields.wrong', changed((b) => (b.tenders[0].amount_fen = fen)));
      await refused(422, 'fields.wrong', { fund: 'deposit', amount_fen: fen }, `/api/v1/deals/${deal.id}/earnest`);
    });

  test('a number that JSON has not, or more digits than a number has', async () => {
    for (const text of ['1e400', '100000000000000000000000', '00100', '+100', '1_000', '0x64', 'NaN']) {
      const raw = JSON.stringify(payment(book, 'down_payment', 100)).replaceAll('"amount_fen":100', `"amount_fen":${text}`);
      const was = await everything();
      const headers = { 'Content-Type': 'application/json' };
      const reply = await cashier.request('POST', receipts(), { bytes: Buffer.from(raw), headers });
      assert.ok(reply.status === 400 || reply.status === 422, `${text}: ${reply.status} ${reply.bytes}`);
      assert.equal(await everything(), was);
    }
  });

  test('many that are as large as may be add up to no less', async () => {
    const many = (n, fen) => Array.from({ length: n }, () => ({ fund: 'down_payment', amount_fen: fen }));
    await refused(409, 'pay.beyond-due', changed((b) => (b.lines = many(8, 1e12))));
    await refused(422, 'fields.wrong', changed((b) => (b.lines = many(9, 1))));
    await refused(422, 'pay.sum', changed((b) => (b.tenders = Array(8).fill({ tender: 'cash', amount_fen: 1e12 }))));
  });
});

describe('beyond what is due', () => {
  test('one fen more, in one line or in two; the most that may be is said', async () => {
    const pay = (fund, fen) => changed(() => undefined, fund, fen);
    const { detail } = await refused(409, 'pay.beyond-due', pay('house_money', room + 1));
    const most = `${(BigInt(room) / 100n).toString()}.${String(room % 100).padStart(2, '0')}`;
    assert.ok(detail.replaceAll(',', '').includes(most), `${detail} names ${most}`);
    const half = Math.floor(room / 2);
    await refused(
      409,
      'pay.beyond-due',
      changed((b) => {
        b.lines = [
          { fund: 'deposit', amount_fen: half },
          { fund: 'bank_loan', amount_fen: room - half + 1 },
        ];
        b.tenders[0].amount_fen = room + 1;
      }),
    );
    for (const fund of ['penalty', 'late_fee', 'area_difference', 'rent', 'other'])
      await refused(409, 'pay.beyond-due', pay(fund, 1));
  });
});

describe('to a wrong account', () => {
  test('another of the project, none at all', async () => {
    const accounts = (await manager.get(of('bank-accounts'))).items;
    const right = (await take(cashier, deal.id, 'down_payment', 1)).tenders[0].account_id;
    for (const id of [...accounts.map((a) => a.id).filter((id) => id !== right), 999999])
      await refused(409, 'account.wrong', changed((b) => (b.tenders[0].account_id = id)));
    await refused(422, 'fields.wrong', changed((b) => (b.tenders[0].account_id = -1)));
  });
});

describe('a slip that was used', () => {
  test('for another deal, twice in one payment, by another cashier', async () => {
    const { reference } = (await take(cashier, deal.id, 'down_payment', 1)).tenders[0];
    await refused(409, 'slip.used', changed((b) => (b.tenders[0].reference = reference)));
    const other = await shop.subscribed();
    await refused(
      409,
      'slip.used',
      changed((b) => (b.tenders[0].reference = reference)),
      `/api/v1/deals/${other.id}/receipts`,
    );
    const twice = { tender: 'card', amount_fen: 50, reference: slip() };
    await refused(409, 'slip.used', changed((b) => (b.tenders = [twice, twice])));
    await refused(422, 'fields.wrong', changed((b) => (b.tenders[0].reference = 'x'.repeat(65))));
    const own = await till(manager, project);
    await refused(
      409,
      'slip.used',
      { ...changed((b) => (b.tenders[0].reference = reference)), book_id: own },
      receipts(),
      manager,
    );
  });
});

describe('a book that is not his', () => {
  test('in the hands of another, of no project, used up', async () => {
    const own = await till(manager, project);
    await refused(409, 'book.others', changed((b) => (b.book_id = own)));
    await refused(409, 'book.others', { kind: 'lost', reason: '丢失' }, `/api/v1/receipt-books/${own}/spoil`);
    await refused(404, 'not-found', changed((b) => (b.book_id = 999999)));
    const range = { kind: 'receipt', source: 'preprinted', prefix: 'ONE', first_no: 1, last_no: 1 };
    const one = await manager.post(of('receipt-books'), range, 201);
    await refused(409, 'book.others', changed((b) => (b.book_id = one.id)));
    const out = await cashier.post(`/api/v1/receipt-books/${one.id}/take-out`, { version: one.version }, 200);
    await cashier.post(`/api/v1/receipt-books/${one.id}/spoil`, { kind: 'spoilt', reason: '写错' }, 201);
    await refused(409, 'book.used-up', changed((b) => (b.book_id = one.id)));
    await refused(409, 'book.used-up', { kind: 'lost', reason: '丢失' }, `/api/v1/receipt-books/${one.id}/spoil`);
    await cashier.post(`/api/v1/receipt-books/${one.id}/return`, { version: out.version }, 200);
    await refused(409, 'book.others', changed((b) => (b.book_id = one.id)));
  });
});

describe('another person', () => {
  test('pays, is given another’s earnest money, or has it counted for his deal', async () => {
    const stranger = await shop.sales.post(
      '/api/v1/customers',
      { kind: 'person', name: '路人', notice: '隐私告知 2026-01', source_id: 3, phones: [{ number: '13912340002' }] },
      201,
    );
    await refused(409, 'pay.payer', changed((b) => (b.customer_id = stranger.id)));
    const body = { ...payment(book, 'earnest', 5000), customer_id: shop.buyer };
    await cashier.post(of('receipts'), body, 201);
    const back = { customer_id: stranger.id, lines: [{ fund: 'earnest', amount_fen: 5000 }], reason: '退给他人' };
    await refused(409, 'refund.beyond', back, of('refunds'), shop.sales);
    await refused(404, 'not-found', { ...back, customer_id: 999999 }, of('refunds'), shop.sales);
    await take(cashier, deal.id, 'down_payment', 100);
    const paid = { ...back, lines: [{ fund: 'down_payment', amount_fen: 100 }] };
    await refused(409, 'refund.payee', paid, `/api/v1/deals/${deal.id}/refunds`, shop.sales);
    const carry = { fund: 'deposit', amount_fen: 1, customer_id: stranger.id };
    await refused(409, 'pay.payer', carry, `/api/v1/deals/${deal.id}/earnest`);
    site.verify();
  });
});

describe('a key', () => {
  test('missing, or of another payment', async () => {
    const was = await everything();
    const body = payment(book, 'down_payment', 100);
    const bare = await cashier.request('POST', receipts(), { body, key: '' });
    assert.ok(bare.status === 400 || bare.status === 422, `${bare.status} ${bare.bytes}`);
    assert.equal(await everything(), was);
    const key = newKey();
    await cashier.request('POST', receipts(), { body, key });
    const then = await everything();
    await cashier.refused('POST', receipts(), 409, 'idempotency.mismatch', { body: { ...body, note: '改' }, key });
    assert.equal(await everything(), then);
  });
});

describe('a shift that is closed', () => {
  test('takes nothing, takes nothing back, is not closed again', async () => {
    const receipt = await take(cashier, deal.id, 'down_payment', 1);
    const shift = (await cashier.get('/api/v1/my/shifts')).items.find((s) => s.closed_ms === null);
    const path = `/api/v1/my/shifts/${shift.id}/close`;
    for (const fen of [10.5, '1', 1e18])
      await refused(422, 'fields.wrong', { counts: [{ tender: 'cash', counted_fen: fen }] }, path);
    await refused(422, 'fields.wrong', { counts: [{ tender: 'shells', counted_fen: 1 }] }, path);
    const open = await refused(422, 'shift.difference', { counts: [{ tender: 'cash', counted_fen: 5 }] }, path);
    assert.deepEqual(open.errors.map((e) => [e.code, e.field]), [
      ['shift.difference', 'counts/cash'],
      ['shift.difference', 'counts/transfer'],
    ]);
    assert.match(open.detail, /Cash, Transfer|现金、转账/);
    const once = { tender: 'cash', counted_fen: 0 };
    const twice = await refused(422, 'shift.counted-twice', { counts: [once, { ...once, counted_fen: 1 }] }, path);
    assert.deepEqual(twice.errors.map((e) => e.field), ['counts/cash']);
    await refused(404, 'not-found', { counts: [] }, path, manager);
    const reason = '未点';
    const counts = ['cash', 'card', 'transfer', 'cheque', 'loan'].map((tender) => ({ tender, counted_fen: 0, reason }));
    await cashier.post(path, { counts }, 200);
    await refused(409, 'shift.closed', { counts }, path);
    await refused(409, 'shift.needed', payment(book, 'down_payment', 1));
    await refused(409, 'shift.needed', { reason: '错' }, `/api/v1/receipts/${receipt.book_id}/${receipt.no}/void`);
    await refused(422, 'fields.wrong', { float_fen: -1 }, '/api/v1/my/shifts');
    await refused(422, 'fields.wrong', { float_fen: 0.001 }, '/api/v1/my/shifts');
    site.verify();
  });
});

// Work goes on by the clock there is, as everywhere (clock.test.mjs); it is said, and nothing is half-done by it.
test('the clock set back: nothing is booked before what is booked, and it is said; set right, it goes on', async (t) => {
  const back = new Site();
  t.after(() => back.close());
  const { env, set } = settable(back.folder);
  back.ctlOk('demo');
  await back.start({ env });
  const [its, boss] = [await back.login('cashier'), await back.login('manager')];
  const other = await Sales.of(await back.login('sales'), its);
  const sold = await other.subscribed();
  const first = await take(its, sold.id, 'down_payment', 100);
  const money = () =>
    Promise.all(
      [`/api/v1/deals/${sold.id}/receipts`, `/api/v1/projects/${other.project}/receipt-books`, '/api/v1/my/shifts'].map((p) =>
        its.get(p),
      ),
    );
  const was = await money();
  set(-30 * HOUR_MS);
  assert.match((await its.get('/readyz', 503)).reasons.join(), /the clock was set back/);
  const shift = was[2].items.find((s) => s.closed_ms === null);
  for (const [who, path, body] of [
    [its, `/api/v1/deals/${sold.id}/receipts`, payment(first.book_id, 'down_payment', 200)],
    [its, `/api/v1/receipts/${first.book_id}/${first.no}/void`, { reason: '错' }],
    [its, `/api/v1/receipt-books/${first.book_id}/spoil`, { kind: 'spoilt', reason: '写坏' }],
    [boss, '/api/v1/my/shifts', { float_fen: 0 }],
  ]) {
    const problem = await who.refused('POST', path, 409, 'clock.back', { body });
    assert.match(problem.detail, /\d{4}-\d\d-\d\d \d\d:\d\d/, 'until when');
    assert.deepEqual(await money(), was, path);
  }
  // The day can be ended all the same, and no earlier than its last receipt.
  const counts = [{ tender: 'transfer', counted_fen: 0, reason: '未点' }];
  const closed = await its.post(`/api/v1/my/shifts/${shift.id}/close`, { counts }, 200);
  assert.ok(closed.closed_ms >= first.at_ms && closed.closed_ms >= closed.opened_ms);
  set(0);
  const second = await take(its, sold.id, 'down_payment', 200);
  assert.equal(second.no, first.no + 1);
  back.verify();
});
