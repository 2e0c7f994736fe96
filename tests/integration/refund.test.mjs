// Refunds: asked for, approved, paid to who paid; refused for what is wrong, and nothing else is done with the money.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { payment, slip, take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, admin, manager, cashier, sales, audit, shop, deal, project;
before(async () => {
  site = await Site.demo();
  [admin, manager, cashier, sales, audit] = await Promise.all(
    ['admin', 'manager', 'cashier', 'sales', 'audit'].map((p) => site.login(p)),
  );
  shop = await Sales.of(sales, cashier);
  project = shop.project;
  deal = await shop.subscribed();
  await take(cashier, deal.id, 'down_payment', 100000);
});
after(() => site.close());

const of = (rest) => `/api/v1/projects/${project}/${rest}`;
const refunds = () => `/api/v1/deals/${deal.id}/refunds`;
const received = async () => (await cashier.get(`/api/v1/deals/${deal.id}`)).received_fen;
const asked = (fen, more = {}) => ({
  lines: [{ fund: 'down_payment', amount_fen: fen }],
  reason: '多交的首付款',
  bank: '工商银行 滨江支行',
  account: '6222 0212 3456 7890',
  ...more,
});
const paid = (refund, fen = refund.total_fen) => ({
  version: refund.version,
  tenders: [{ tender: 'transfer', amount_fen: fen, reference: slip() }],
});

async function decided(asked, outcome = 'approved') {
  const tasks = (await manager.get('/api/v1/my/approvals?limit=200')).items;
  const task = tasks.find((a) => a.id === asked.approval_id);
  const body = { version: task.version, outcome, ...(outcome === 'approved' ? {} : { note: '不符' }) };
  await manager.post(`/api/v1/approval-tasks/${task.task_id}/decide`, body, 200);
}
async function decide(refund, outcome) {
  await decided(refund, outcome);
  return cashier.get(`/api/v1/refunds/${refund.id}`);
}

describe('of a deal', () => {
  test('asked for, approved, paid; the deal and the to-do follow', async () => {
    const was = await received();
    const free = await sales.get(`/api/v1/deals/${deal.id}/refundable`);
    const down = free.items.find((l) => l.fund === 'down_payment').amount_fen;
    assert.equal(down, 100000);
    assert.deepEqual(free.payers.map((p) => [p.customer_id, p.free_fen]), [[shop.buyer, was]]);
    const made = await sales.post(refunds(), asked(30000), 201);
    assert.deepEqual([made.state, made.total_fen, made.account], ['asked', 30000, '****7890']);
    const left = (await sales.get(`/api/v1/deals/${deal.id}/refundable`)).items;
    assert.equal(left.find((l) => l.fund === 'down_payment').amount_fen, 70000);
    await cashier.refused('POST', `/api/v1/refunds/${made.id}/pay`, 409, 'refund.state', { body: paid(made) });
    const ready = await decide(made);
    assert.equal(ready.state, 'approved');
    assert.equal(await received(), was);
    const todo = (await cashier.get('/api/v1/my/todos')).items.find((t) => t.object_kind === 'refund' && t.object_id === made.id);
    assert.equal(todo.kind, 'finance');

    await cashier.refused('POST', `/api/v1/refunds/${made.id}/pay`, 422, 'pay.sum', { body: paid(ready, 29999) });
    const [key, body] = [newKey(), paid(ready)];
    const done = await cashier.post(`/api/v1/refunds/${made.id}/pay`, body, 200, { key });
    assert.deepEqual(await cashier.post(`/api/v1/refunds/${made.id}/pay`, body, 200, { key }), done);
    assert.deepEqual([done.state, done.tenders[0].amount_fen], ['paid', 30000]);
    assert.ok(done.voucher_number > 0);
    assert.equal(await received(), was - 30000);
    assert.ok(!(await cashier.get('/api/v1/my/todos')).items.some((t) => t.object_kind === 'refund' && t.object_id === made.id));
    site.ctlOk('verify');
  });

  test('what is wrong is refused, and nothing is left of it', async () => {
    const count = async () => (await cashier.get(`/api/v1/refunds?deal=${deal.id}`)).items.length;
    const n = await count();
    const refused = (status, code, more) =>
      sales.refused('POST', refunds(), status, code, { body: asked(100, more) });
    const amount = (fen) => ({ lines: [{ fund: 'down_payment', amount_fen: fen }] });
    await refused(422, 'fields.wrong', amount(10.125));
    await refused(422, 'fields.wrong', amount(-1));
    await refused(422, 'fields.wrong', amount(0));
    await refused(422, 'fields.wrong', amount(1e18));
    await refused(422, 'fields.wrong', { lines: [] });
    await refused(422, 'fields.wrong', { reason: '' });
    await refused(422, 'fields.wrong', { more: 1 });
    await refused(409, 'refund.beyond', amount(1e12));
    await refused(409, 'refund.beyond', { lines: [{ fund: 'bank_loan', amount_fen: 1 }] });
    await refused(422, 'refund.account', { account: '622' });
    await refused(422, 'refund.account', { bank: '' });
    await refused(409, 'refund.payee', { customer_id: 1 });
    await cashier.refused('POST', refunds(), 403, 'right.denied', { body: asked(100) });
    await audit.refused('GET', '/api/v1/refunds', 403, 'right.denied');
    assert.equal(await count(), n);
  });

  test('what is asked back is not spent on anything else', async () => {
    const receipt = await take(cashier, deal.id, 'down_payment', 5000);
    const free = (await sales.get(`/api/v1/deals/${deal.id}/refundable`)).items;
    const all = free.find((l) => l.fund === 'down_payment').amount_fen;
    const made = await sales.post(refunds(), asked(all), 201);
    const back = { body: { reason: '开错' } };
    const at = `/api/v1/receipts/${receipt.book_id}/${receipt.no}/void`;
    await cashier.refused('POST', at, 409, 'refund.reserved', back);
    const { version } = await sales.get(`/api/v1/deals/${deal.id}`);
    const cancel = { kind: 'cancel', version, reason: '退房', fault_side: 'none', refund_fen: await received() };
    await sales.refused('POST', `/api/v1/deals/${deal.id}/changes`, 409, 'refund.running', { body: cancel });
    assert.equal((await decide(made, 'rejected')).state, 'rejected');
    await cashier.post(at, back.body, 200);
    site.ctlOk('verify');
  });

  test('an approved one that cannot be paid ends, and its money is free again', async () => {
    const ready = await decide(await sales.post(refunds(), asked(200), 201));
    const at = `/api/v1/refunds/${ready.id}/cancel`;
    await sales.refused('POST', at, 403, 'right.denied', { body: { version: ready.version, reason: 'x' } });
    await cashier.refused('POST', at, 422, 'fields.wrong', { body: { version: ready.version } });
    await cashier.refused('POST', at, 412, 'version.changed', { body: { version: 1, reason: 'x' } });
    const done = await cashier.post(at, { version: ready.version, reason: '账号有误' }, 200);
    assert.deepEqual([done.state, done.result], ['cancelled', '账号有误']);
  });
});

describe('what a change gives back', () => {
  test('due when it is carried out; its account by another than who pays; taken back and paid again', async () => {
    const own = await shop.subscribed();
    await take(cashier, own.id, 'down_payment', 70000);
    const { version, received_fen } = await sales.get(`/api/v1/deals/${own.id}`);
    const cancel = { kind: 'cancel', version, reason: '退房', fault_side: 'none', refund_fen: received_fen };
    const change = await sales.post(`/api/v1/deals/${own.id}/changes`, cancel, 201);
    await decided(change);
    const list = async () => (await cashier.get(`/api/v1/refunds?deal=${own.id}`)).items;
    const [due] = await list();
    assert.deepEqual(
      [due.state, due.total_fen, due.change_id, due.customer_id, due.lender, due.account],
      ['approved', received_fen, change.id, shop.buyer, null, null],
    );
    const at = `/api/v1/refunds/${due.id}`;
    await cashier.refused('POST', `${at}/cancel`, 409, 'refund.of-change', { body: { version: due.version, reason: 'x' } });
    await cashier.refused('POST', `${at}/pay`, 409, 'refund.no-account', { body: paid(due) });
    const give = (more) => ({ body: { version: due.version, bank: '工商银行', account: '62220212', ...more } });
    await cashier.refused('POST', `${at}/account`, 403, 'right.denied', give());
    await sales.refused('POST', `${at}/account`, 422, 'refund.account', give({ account: '12' }));
    await sales.refused('POST', `${at}/account`, 422, 'fields.wrong', give({ bank: '' }));
    await sales.refused('POST', `${at}/account`, 412, 'version.changed', give({ version: 99 }));
    await sales.refused('POST', '/api/v1/refunds/999999/account', 404, 'not-found', give());
    const named = await sales.post(`${at}/account`, give().body, 200);
    assert.equal(named.account, '****0212');
    const done = await cashier.post(`${at}/pay`, paid(named), 200);

    const back = { version: done.version, reason: '退汇' };
    await sales.refused('POST', `${at}/reverse`, 403, 'right.denied', { body: back });
    await cashier.refused('POST', `${at}/reverse`, 422, 'fields.wrong', { body: { version: done.version } });
    await cashier.refused('POST', `${at}/reverse`, 422, 'fields.wrong', { body: { ...back, reason: '' } });
    await cashier.refused('POST', `${at}/reverse`, 412, 'version.changed', { body: { ...back, version: 1 } });
    const key = newKey();
    const again = await cashier.post(`${at}/reverse`, back, 200, { key });
    assert.deepEqual(await cashier.post(`${at}/reverse`, back, 200, { key }), again);
    assert.deepEqual([again.state, again.voucher_number, again.backs.length], ['approved', null, 1]);
    assert.deepEqual([again.backs[0].voucher_number, again.backs[0].reason], [done.voucher_number, '退汇']);
    await cashier.refused('POST', `${at}/reverse`, 409, 'refund.state', { body: { ...back, version: again.version } });
    assert.equal((await cashier.get(`/api/v1/deals/${own.id}`)).received_fen, received_fen);
    site.ctlOk('verify');
    assert.equal((await cashier.post(`${at}/pay`, paid(again), 200)).state, 'paid');
    site.ctlOk('verify');
  });

  test('a loan goes back to the bank that sent it', async () => {
    const own = await shop.subscribed();
    const free = async () => (await sales.get(`/api/v1/deals/${own.id}/refundable`)).payers;
    await take(cashier, own.id, 'bank_loan', 900000);
    const lender = (await free()).find((p) => p.lender !== null);
    assert.deepEqual(lender, { customer_id: null, customer: '建设银行', lender: '建设银行', fund: 'bank_loan', free_fen: 900000, fees_free_fen: 0 });
    const at = `/api/v1/deals/${own.id}/refunds`;
    const loan = asked(900000, { lines: [{ fund: 'bank_loan', amount_fen: 900000 }] });
    await sales.refused('POST', at, 409, 'refund.payee', { body: { ...loan, lender: '农业银行' } });
    await sales.refused('POST', at, 422, 'fields.wrong', { body: { ...loan, lender: '' } });
    const mixed = [...loan.lines, { fund: 'deposit', amount_fen: 1 }];
    await sales.refused('POST', at, 422, 'refund.fund', { body: { ...loan, lines: mixed } });
    const made = await sales.post(at, loan, 201);
    assert.equal(made.lender, '建设银行');
    assert.deepEqual((await cashier.post(`/api/v1/refunds/${made.id}/clear`, {}, 200)).name, '建设银行');
    const ready = await decide(made);
    assert.equal((await cashier.post(`/api/v1/refunds/${made.id}/pay`, paid(ready), 200)).state, 'paid');
    site.ctlOk('verify');
  });
});

describe('whose account it is', () => {
  test('only who pays reads the number, and each time is a row of the log', async () => {
    const made = await sales.post(refunds(), asked(100), 201);
    const at = `/api/v1/refunds/${made.id}/clear`;
    const looks = async () => (await audit.get('/api/v1/audit?action=deal.refund-clear')).items.length;
    const was = await looks();
    await sales.refused('POST', at, 403, 'right.denied', {});
    assert.deepEqual(await cashier.post(at, {}, 200), {
      name: '郑一鸣',
      bank: '工商银行 滨江支行',
      account: '6222021234567890',
    });
    assert.equal(await looks(), was + 1);
    await decide(made, 'returned');
  });
});

describe("a customer's earnest money", () => {
  test('goes back under approval, and is not carried over meanwhile', async () => {
    const book = await till(cashier, project);
    await cashier.post(of('receipts'), { ...payment(book, 'earnest', 3000), customer_id: shop.buyer }, 201);
    const free = await sales.get(of(`refundable/${shop.buyer}`));
    assert.deepEqual(free, { items: [{ fund: 'earnest', amount_fen: 3000 }], payers: [] });
    const body = { ...asked(2500), lines: [{ fund: 'earnest', amount_fen: 2500 }], customer_id: shop.buyer };
    delete body.account;
    delete body.bank;
    const made = await sales.post(of('refunds'), body, 201);
    const carry = { fund: 'deposit', amount_fen: 501 };
    await cashier.refused('POST', `/api/v1/deals/${deal.id}/earnest`, 409, 'earnest.short', { body: carry });
    await sales.refused('POST', of('refunds'), 409, 'refund.beyond', { body });
    const ready = await decide(made);
    const by = paid(ready);
    await cashier.refused('POST', `/api/v1/refunds/${made.id}/pay`, 409, 'refund.no-account', { body: by });
    by.tenders = [{ tender: 'card', amount_fen: 2500, reference: slip() }];
    await cashier.refused('POST', `/api/v1/refunds/${made.id}/pay`, 422, 'pay.out', { body: by });
    by.tenders = [{ tender: 'cash', amount_fen: 2500 }];
    await cashier.post(`/api/v1/refunds/${made.id}/pay`, by, 200);
    const mine = (await sales.get(`/api/v1/refunds?customer=${shop.buyer}&state=paid`)).items;
    assert.deepEqual(mine[0].tenders.map((t) => t.tender), ['cash']);
    assert.equal((await sales.get(of(`refundable/${shop.buyer}`))).items[0].amount_fen, 500);
    site.ctlOk('verify');
  });
});
