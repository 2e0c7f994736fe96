// What a site sets up before it can take money: banks, accounts, which money goes where, receipt books and who has them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { pay, payment, take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, admin, manager, cashier, sales, project, deal;
before(async () => {
  site = await Site.demo();
  [admin, manager, cashier, sales] = await Promise.all(
    ['admin', 'manager', 'cashier', 'sales'].map((p) => site.login(p)),
  );
  const shop = await Sales.of(sales, cashier);
  project = shop.project;
  deal = await shop.subscribed();
});
after(() => site.close());

const of = (rest) => `/api/v1/projects/${project}/${rest}`;
const me = (client) => client.session.user.id;
const step = (client, book, what, more = {}) =>
  client.post(`/api/v1/receipt-books/${book.id}/${what}`, { version: book.version, ...more }, 200);
let prefix = 0;
const register = (more = {}) =>
  manager.post(
    of('receipt-books'),
    { kind: 'receipt', source: 'preprinted', prefix: `M${++prefix}`, first_no: 1, last_no: 20, ...more },
    201,
  );

describe('which money goes where', () => {
  const rules = () => manager.get(of('account-rules'));

  test('the funds that money is taken for, and which of them are supervised', async () => {
    const { funds } = await rules();
    const which = (key) => funds.filter((f) => f[key]).map((f) => f.code);
    assert.deepEqual(which('agency'), ['agency_fee']);
    assert.deepEqual(which('supervised'), [
      'deposit',
      'down_payment',
      'house_money',
      'bank_loan',
      'fund_loan',
      'area_difference',
      'attached',
    ]);
    assert.ok(!funds.some((f) => f.code === 'refund'), 'a refund is not taken');
  });

  test('set as a whole, and only by who has seen the last', async () => {
    const { items, version } = await rules();
    const set = (body, status, code) =>
      status === 200
        ? manager.put(of('account-rules'), body, 200)
        : manager.refused('PUT', of('account-rules'), status, code, { body });
    await set({ rules: items }, 422, 'fields.wrong');
    await set({ version: -1, rules: items }, 422, 'fields.wrong');
    assert.equal((await set({ version, rules: items }, 200)).version, version + 1);
    await set({ version, rules: [] }, 412, 'version.changed');
    assert.deepEqual((await rules()).items, items);
    await set({ version: version + 1, rules: [{ ...items[0], account_id: 999 }] }, 404, 'not-found');
    await set({ version: version + 1, rules: [{ ...items[0], building_id: 999 }] }, 404, 'not-found');
    assert.deepEqual(await rules(), { ...(await rules()), items, version: version + 1 });
  });

  test('a disabled account is picked no more, takes no more, and stays on its receipts', async () => {
    const before = await take(cashier, deal.id, 'down_payment', 100);
    const account = (await manager.get(of('bank-accounts'))).items.find((a) => a.kind === 'escrow');
    const path = `/api/v1/bank-accounts/${account.id}`;
    await manager.refused('PATCH', path, 412, 'version.changed', { body: { version: 99, disabled: true } });
    await cashier.refused('PATCH', path, 403, 'right.denied', { body: { version: 1, disabled: true } });
    const off = await manager.patch(path, { version: account.version, disabled: true }, 200);
    const { items, version } = await rules();
    await manager.refused('PUT', of('account-rules'), 409, 'account.disabled', { body: { version, rules: items } });
    const book = await till(cashier, project);
    await cashier.refused('POST', `/api/v1/deals/${deal.id}/receipts`, 409, 'account.none', {
      body: payment(book, 'down_payment', 1),
    });
    assert.deepEqual(await cashier.get(`/api/v1/receipts/${before.book_id}/${before.no}`), before);
    await manager.patch(path, { version: off.version, disabled: false }, 200);
    await pay(cashier, deal.id, 'down_payment', 1);
  });

  test('one number is one account, with spaces or without', async () => {
    const [{ bank_id, number }] = (await manager.get(of('bank-accounts'))).items;
    const account = { bank_id, kind: 'general', holder: '某公司' };
    const refused = (number, status, code) =>
      manager.refused('POST', of('bank-accounts'), status, code, { body: { ...account, number } });
    assert.match(number, /^\d+$/);
    await refused(number, 409, 'name.taken');
    await refused(number.replace(/(....)/g, '$1 '), 409, 'name.taken');
    await refused(' ', 422, 'fields.wrong');
    await refused('1'.repeat(41), 422, 'fields.wrong');
  });
});

describe('receipt books', () => {
  test('handed out to who takes money, and taken back of him', async () => {
    const holders = (await manager.get(of('receipt-book-holders'))).items;
    assert.ok(holders.some((h) => h.id === me(cashier)));
    assert.ok(!holders.some((h) => h.id === me(sales)));
    await cashier.refused('GET', of('receipt-book-holders'), 403, 'right.denied');
    const book = await register();
    const path = (what) => `/api/v1/receipt-books/${book.id}/${what}`;
    const hand = (user_id) => ({ version: 1, user_id });
    await cashier.refused('POST', path('hand-out'), 403, 'right.denied', { body: hand(me(cashier)) });
    await manager.refused('POST', path('hand-out'), 422, 'book.holder', { body: hand(me(sales)) });
    await manager.refused('POST', path('hand-out'), 404, 'not-found', { body: hand(999) });
    await manager.refused('POST', path('hand-out'), 422, 'fields.wrong', { body: { version: 1 } });
    await manager.refused('POST', path('take-back'), 409, 'book.state', { body: { version: 1 } });
    const key = newKey();
    const once = () => manager.request('POST', path('hand-out'), { body: hand(me(cashier)), key });
    const [a, b] = [await once(), await once()];
    assert.deepEqual([a.status, b.body], [200, a.body]);
    const out = a.body;
    assert.deepEqual([out.state, out.holder_id, out.overdue], ['out', me(cashier), false]);
    assert.ok(out.out_ms > 0);
    await manager.refused('POST', path('hand-out'), 412, 'version.changed', { body: hand(me(cashier)) });
    await manager.refused('POST', path('return'), 409, 'book.others', { body: { version: out.version } });
    const back = await step(manager, out, 'take-back');
    assert.deepEqual([back.state, back.holder_id, back.out_ms], ['returned', null, null]);
    const done = await step(manager, back, 'verify');
    await manager.refused('POST', path('hand-out'), 409, 'book.state', {
      body: { version: done.version, user_id: me(cashier) },
    });
    site.ctlOk('verify');
  });

  test('each leaf: what it was for, by whom, of which unit', async () => {
    const book = await step(cashier, await register(), 'take-out');
    const receipts = `/api/v1/deals/${deal.id}/receipts`;
    const money = (fen) => cashier.post(receipts, payment(book.id, 'down_payment', fen), 201);
    const spoil = (kind) =>
      cashier.post(`/api/v1/receipt-books/${book.id}/spoil`, { kind, reason: `${kind}!` }, 201);
    const first = await money(5);
    await spoil('spoilt');
    await spoil('lost');
    const voided = await money(7);
    await cashier.post(`/api/v1/receipts/${book.id}/${voided.no}/void`, { reason: '写错' }, 200);
    const { unit } = await cashier.get(`/api/v1/deals/${deal.id}`);
    assert.equal(first.unit, unit);

    const leaves = `/api/v1/receipt-books/${book.id}/leaves`;
    const { items } = await manager.get(leaves);
    const name = first.cashier;
    assert.deepEqual(
      items.map((l) => [l.no, l.state, l.total_fen, l.cashier, l.deal_id, l.unit, l.reason]),
      [
        [1, 'live', 5, name, deal.id, unit, null],
        [2, 'spoilt', 0, name, null, null, 'spoilt!'],
        [3, 'lost', 0, name, null, null, 'lost!'],
        [4, 'void', 7, name, deal.id, unit, '写错'],
      ],
    );
    assert.deepEqual((await manager.get(`${leaves}?state=void`)).items, [items[3]]);
    const page = await manager.get(`${leaves}?limit=3`);
    assert.deepEqual(page.items, items.slice(0, 3));
    assert.deepEqual((await manager.get(`${leaves}?limit=3&cursor=${page.next}`)).items, [items[3]]);
    const one = await manager.get(`/api/v1/receipt-books/${book.id}`);
    assert.deepEqual(one.leaves, { live: 1, void: 1, reversed: 0, spoilt: 1, lost: 1, swapped: 0, invoiced: 0, unused: 16 });
    await manager.refused('GET', `${leaves}?state=torn`, 422, 'fields.wrong');
    await manager.refused('GET', '/api/v1/receipt-books/999/leaves', 404, 'not-found');
    await sales.refused('GET', leaves, 403, 'right.denied');
    await sales.refused('GET', `/api/v1/receipt-books/${book.id}`, 403, 'right.denied');
    await admin.refused('GET', leaves, 403, 'right.denied');
  });

  test('numbers of another book, backwards, too many, twice', async () => {
    const of_ = { kind: 'receipt', source: 'system', prefix: 'ZZ', first_no: 100, last_no: 200 };
    const refused = (change, status, code) =>
      manager.refused('POST', of('receipt-books'), status, code, { body: { ...of_, ...change } });
    await register(of_);
    await refused({}, 409, 'book.numbers-taken');
    await refused({ first_no: 200, last_no: 300 }, 409, 'book.numbers-taken');
    await refused({ kind: 'agency', first_no: 1, last_no: 100 }, 409, 'book.numbers-taken');
    await refused({ first_no: 400, last_no: 399 }, 422, 'book.range');
    await refused({ first_no: 1000, last_no: 11000 }, 422, 'book.range');
    await refused({ first_no: 0 }, 422, 'fields.wrong');
    await refused({ prefix: 'ABCDEFGHIJKLM' }, 422, 'fields.wrong');
    await refused({ source: 'found' }, 422, 'fields.wrong');
    assert.equal((await register({ ...of_, first_no: 201, last_no: 10200 })).last_no, 10200);
  });
});
