// Late fees and swapped receipts: what is wrong is refused; a contract's own rate; a waiver under approval; one paper of a
// payment at a time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, manager, cashier, sales, shop, deal;
before(async () => {
  site = await Site.demo();
  [manager, cashier, sales] = await Promise.all(['manager', 'cashier', 'sales'].map((p) => site.login(p)));
  shop = await Sales.of(sales, cashier);
  deal = await shop.signed();
});
after(() => site.close());

test('the rate is what the contract says; what is wrong is refused', async () => {
  const at = `/api/v1/deals/${deal.id}/late-term`;
  const good = { rate: 10, days: 90, beyond_rate: 30 };
  const refused = (status, code, body) => manager.refused('POST', at, status, code, { body });
  assert.equal((await sales.get(`/api/v1/deals/${deal.id}/late-fees`)).term, null);
  await refused(422, 'fields.wrong', { ...good, rate: 10001 });
  await refused(422, 'fields.wrong', { ...good, rate: 0.5 });
  await refused(422, 'fields.wrong', { ...good, days: -1 });
  await refused(422, 'late.rate', { ...good, beyond_rate: 9 });
  await sales.refused('POST', at, 403, 'right.denied', { body: good });
  const subscribed = await shop.subscribed();
  await manager.refused('POST', `/api/v1/deals/${subscribed.id}/late-term`, 409, 'late.no-contract', { body: good });
  const done = await manager.post(at, good, 200);
  assert.deepEqual([done.term.rate, done.term.days, done.term.beyond_rate, done.owed_fen], [10, 90, 30, 0]);
});

test('a project says what new contracts say', async () => {
  const at = `/api/v1/projects/${shop.project}`;
  const { version } = await manager.get(at);
  const rule = { late_rate: 20, late_days: 60, late_beyond_rate: 40 };
  await manager.refused('PATCH', at, 422, 'late.rate', { body: { version, ...rule, late_beyond_rate: 19 } });
  await manager.refused('PATCH', at, 422, 'fields.wrong', { body: { version, late_rate: 10001 } });
  await manager.patch(at, { version, ...rule }, 200);
  const { term } = await sales.get(`/api/v1/deals/${(await shop.signed()).id}/late-fees`);
  assert.deepEqual([term.rate, term.days, term.beyond_rate], [20, 60, 40]);
  const old = await sales.get(`/api/v1/deals/${deal.id}/late-fees`);
  assert.equal(old.term.rate, 10);
});

test('more than is owed is neither waived nor taken', async () => {
  const { receivables } = await sales.get(`/api/v1/deals/${deal.id}`);
  const line = receivables.find((l) => l.fund === 'down_payment') ?? receivables[0];
  const body = { receivable_id: line.id, amount_fen: 100, reason: '银行放款晚' };
  const at = `/api/v1/deals/${deal.id}/late-waivers`;
  await sales.refused('POST', at, 409, 'late.beyond', { body });
  await sales.refused('POST', at, 422, 'fields.wrong', { body: { ...body, amount_fen: 0 } });
  await sales.refused('POST', at, 422, 'fields.wrong', { body: { ...body, reason: '' } });
  await cashier.refused('POST', at, 403, 'right.denied', { body });
  await sales.refused('GET', '/api/v1/late-waivers/999', 404, 'not-found');
  const book = await till(cashier, shop.project);
  const pay = { book_id: book, lines: [{ fund: 'late_fee', amount_fen: 1 }], tenders: [{ tender: 'cash', amount_fen: 1 }] };
  await cashier.refused('POST', `/api/v1/deals/${deal.id}/receipts`, 409, 'pay.beyond-due', { body: pay });
  site.ctlOk('verify');
});

test('a receipt is swapped once, with the old paper or a declaration, and no money moves', async () => {
  const first = await take(cashier, deal.id, 'down_payment', 5000);
  const { received_fen } = await sales.get(`/api/v1/deals/${deal.id}`);
  const at = `/api/v1/receipts/${first.book_id}/${first.no}/swap`;
  const good = { book_id: first.book_id, returned: true, reason: '更名' };
  const refused = (status, code, body) => cashier.refused('POST', at, status, code, { body });
  await refused(422, 'fields.wrong', { book_id: first.book_id, reason: 'r' });
  await refused(422, 'fields.wrong', { ...good, reason: '' });
  await refused(422, 'fields.wrong', { ...good, returned: 1 });
  await refused(409, 'pay.payer', { ...good, customer_id: 1 });
  await sales.refused('POST', at, 403, 'right.denied', { body: good });
  const key = newKey();
  const second = await cashier.post(at, good, 201, { key });
  assert.deepEqual(await cashier.post(at, good, 201, { key }), second);
  assert.deepEqual([second.state, second.total_fen, second.swaps.no], ['live', 5000, first.no]);
  const old = await cashier.get(`/api/v1/receipts/${first.book_id}/${first.no}`);
  assert.deepEqual([old.state, old.reason, old.swapped_by.no], ['swapped', '更名', second.no]);
  await refused(409, 'receipt.swapped', good);
  await cashier.refused('POST', at.replace('/swap', '/void'), 409, 'receipt.swapped', { body: { reason: 'r' } });
  assert.equal((await sales.get(`/api/v1/deals/${deal.id}`)).received_fen, received_fen);
  site.ctlOk('verify');
  await cashier.post(`/api/v1/receipts/${second.book_id}/${second.no}/void`, { reason: '开错' }, 200);
  assert.equal((await sales.get(`/api/v1/deals/${deal.id}`)).received_fen, received_fen - 5000);
  site.ctlOk('verify');
});
