// Receipts: taken once however often it is asked, numbered without a gap, refused for what is wrong, taken back.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { payment, pay, slip, take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, admin, manager, cashier, sales, audit, shop, deal, project, book;
before(async () => {
  site = await Site.demo();
  [admin, manager, cashier, sales, audit] = await Promise.all(
    ['admin', 'manager', 'cashier', 'sales', 'audit'].map((p) => site.login(p)),
  );
  shop = await Sales.of(sales, cashier);
  project = shop.project;
  deal = await shop.subscribed();
  book = await till(cashier, project);
});
after(() => site.close());

const of = (rest) => `/api/v1/projects/${project}/${rest}`;
const receipts = () => `/api/v1/deals/${deal.id}/receipts`;
const books = async () => (await cashier.get(of('receipt-books'))).items;
const issued = async () => (await books()).find((b) => b.id === book).issued;
const received = async () => (await cashier.get(`/api/v1/deals/${deal.id}`)).received_fen;
const violated = () => site.ctlOk('verify');

describe('taken', () => {
  test('the same payment a thousand times with one key from sixteen connections is one receipt', async () => {
    const [was, no] = [await received(), await issued()];
    const options = { body: payment(book, 'down_payment', 12345), key: newKey() };
    const answers = [];
    await Promise.all(
      Array.from({ length: 16 }, async (_, i) => {
        for (let n = i; n < 1000; n += 16) answers.push(await cashier.request('POST', receipts(), options));
      }),
    );
    assert.equal(answers.length, 1000);
    assert.ok(answers.every((a) => a.status === 201 && a.bytes.equals(answers[0].bytes)));
    assert.equal(await received(), was + 12345);
    assert.equal(await issued(), no + 1);
    const { items } = await cashier.get(receipts());
    assert.equal(items.filter((r) => r.total_fen === 12345).length, 1);
  });

  test('a receipt says what it was for and how it was paid, and sales see it at once', async () => {
    const body = {
      book_id: book,
      lines: [
        { fund: 'down_payment', amount_fen: 700 },
        { fund: 'house_money', amount_fen: 300 },
      ],
      tenders: [
        { tender: 'cash', amount_fen: 400 },
        { tender: 'card', amount_fen: 600, reference: slip(), device: 'POS-1', batch: '12', card: '8888' },
      ],
      note: '分两种方式',
    };
    const receipt = await cashier.post(receipts(), body, 201);
    assert.equal(receipt.state, 'live');
    assert.match(receipt.number, /^SJ\d{6}$/);
    assert.equal(receipt.total_fen, 1000);
    assert.deepEqual(receipt.lines, body.lines);
    assert.deepEqual(
      receipt.tenders.map((t) => [t.tender, t.amount_fen, t.card]),
      [
        ['cash', 400, ''],
        ['card', 600, '8888'],
      ],
    );
    assert.deepEqual(await sales.get(`/api/v1/receipts/${receipt.book_id}/${receipt.no}`), receipt);
  });

  test('what is wrong is refused, and nothing is left of it', async () => {
    const [was, no] = [await received(), await issued()];
    const refused = (status, code, change, path = receipts()) => {
      const body = payment(book, 'down_payment', 100);
      change(body);
      return cashier.refused('POST', path, status, code, { body });
    };
    const amount = (fen) => (b) => (b.lines[0].amount_fen = b.tenders[0].amount_fen = fen);
    await refused(422, 'fields.wrong', amount(10.125));
    await refused(422, 'fields.wrong', amount('10.00'));
    await refused(422, 'fields.wrong', amount(-100));
    await refused(422, 'fields.wrong', amount(0));
    await refused(422, 'fields.wrong', amount(1e18));
    await refused(409, 'pay.beyond-due', amount(1e12));
    await refused(422, 'fields.wrong', (b) => (b.lines = []));
    await refused(422, 'fields.wrong', (b) => (b.lines[0].fund = 'bribe'));
    await refused(422, 'fields.wrong', (b) => (b.tenders[0].tender = 'shells'));
    await refused(422, 'fields.wrong', (b) => (b.tenders[0].card = '6222021234567890'));
    await refused(422, 'fields.wrong', (b) => (b.more = 1));
    await refused(422, 'pay.sum', (b) => (b.tenders[0].amount_fen = 99));
    await refused(422, 'pay.fund', (b) => (b.lines[0].fund = 'refund'));
    await refused(422, 'pay.fund', (b) => (b.lines[0].fund = 'earnest'));
    await refused(409, 'pay.beyond-due', (b) => (b.lines[0].fund = 'penalty'));
    await refused(422, 'pay.reference', (b) => delete b.tenders[0].reference);
    await refused(422, 'pay.unused', (b) => (b.tenders[0].tender = 'cash'));
    await refused(409, 'account.wrong', (b) => (b.tenders[0].account_id = 2));
    await refused(404, 'not-found', (b) => (b.tenders[0].bank_id = 99));
    await refused(409, 'pay.payer', (b) => (b.customer_id = 1));
    await refused(404, 'not-found', (b) => (b.book_id = 999));
    await refused(404, 'not-found', () => undefined, '/api/v1/deals/999999/receipts');
    const used = (await take(cashier, deal.id, 'down_payment', 50)).tenders[0].reference;
    await refused(409, 'slip.used', (b) => (b.tenders[0].reference = used));
    assert.equal(await received(), was + 50);
    assert.equal(await issued(), no + 1);
  });

  test('a payment says which line of the schedule it is for; the rest goes to what is due first', async () => {
    const lines = (d) => d.receivables.map((r) => [r.ordinal, r.received_fen]);
    const was = await cashier.get(`/api/v1/deals/${deal.id}`);
    const last = was.receivables.at(-1);
    const mark = { ordinal: last.ordinal, amount_fen: 700 };
    const body = payment(book, 'down_payment', 1000, { earmarks: [mark] });
    const wrong = { body: { ...body, earmarks: [{ ...mark, amount_fen: 1001 }] } };
    await cashier.refused('POST', receipts(), 409, 'pay.earmark', wrong);
    wrong.body.earmarks = [{ ...mark, ordinal: 99 }];
    await cashier.refused('POST', receipts(), 409, 'pay.earmark', wrong);
    wrong.body.earmarks = [{ ...mark, amount_fen: 0 }];
    await cashier.refused('POST', receipts(), 422, 'fields.wrong', wrong);
    const taken = await cashier.post(receipts(), body, 201);
    const now = await cashier.get(`/api/v1/deals/${deal.id}`);
    assert.equal(now.receivables.at(-1).received_fen, last.received_fen + 700);
    assert.equal(now.received_fen, was.received_fen + 1000);
    await cashier.post(`/api/v1/receipts/${taken.book_id}/${taken.no}/void`, { reason: '开错' }, 200);
    assert.deepEqual(lines(await cashier.get(`/api/v1/deals/${deal.id}`)), lines(was));
    violated();
  });

  test('in the own book and the own shift alone', async () => {
    const body = payment(book, 'down_payment', 100);
    await manager.refused('POST', receipts(), 409, 'shift.needed', { body });
    await manager.post('/api/v1/my/shifts', { float_fen: 0 }, 201);
    await manager.refused('POST', receipts(), 409, 'book.others', { body });
    await sales.refused('POST', receipts(), 403, 'right.denied', { body });
    await manager.refused('POST', '/api/v1/my/shifts', 409, 'shift.open', { body: { float_fen: 0 } });
    const agency = (await books()).find((b) => b.kind === 'agency');
    const out = await cashier.post(`/api/v1/receipt-books/${agency.id}/take-out`, { version: agency.version }, 200);
    await cashier.refused('POST', receipts(), 409, 'book.kind', { body: { ...body, book_id: out.id } });
    await manager.refused('POST', `/api/v1/receipt-books/${out.id}/return`, 409, 'book.others', {
      body: { version: out.version },
    });
  });

  test('two people at once never share a number', async () => {
    const own = await till(manager, project);
    assert.notEqual(own, book);
    const one = (who, its) => who.post(receipts(), payment(its, 'down_payment', 1), 201);
    const all = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? one(manager, own) : one(cashier, book))),
    );
    assert.equal(new Set(all.map((r) => r.number)).size, 60);
    for (const its of [own, book]) {
      const numbers = all.filter((r) => r.book_id === its).map((r) => r.no).sort((a, b) => a - b);
      assert.equal(numbers.at(-1) - numbers[0], 29);
    }
    violated();
  });
});

describe('taken back', () => {
  test('void the same day; its slip counts again; once', async () => {
    const was = await received();
    const receipt = await take(cashier, deal.id, 'down_payment', 777);
    const path = `/api/v1/receipts/${receipt.book_id}/${receipt.no}/void`;
    await manager.refused('POST', path, 422, 'fields.wrong', { body: { reason: '' } });
    await audit.refused('POST', path, 403, 'right.denied', { body: { reason: '金额写错' } });
    const back = await cashier.post(path, { reason: '金额写错' }, 200);
    assert.deepEqual([back.state, back.reason, back.number], ['void', '金额写错', receipt.number]);
    assert.equal(await received(), was);
    await cashier.refused('POST', path, 409, 'receipt.voided', { body: { reason: '再来' } });
    const again = payment(book, 'down_payment', 777);
    again.tenders[0].reference = receipt.tenders[0].reference;
    assert.equal((await cashier.post(receipts(), again, 201)).no, receipt.no + 1);
    violated();
  });

  test('a spoilt leaf keeps its number', async () => {
    const no = await issued();
    const body = { kind: 'spoilt', reason: '打印歪了' };
    const leaf = await cashier.post(`/api/v1/receipt-books/${book}/spoil`, body, 201);
    assert.deepEqual([leaf.no, leaf.state, leaf.total_fen], [no + 1, 'spoilt', 0]);
    await cashier.refused('POST', `/api/v1/receipts/${book}/${leaf.no}/void`, 409, 'receipt.blank', {
      body: { reason: '错' },
    });
    violated();
  });
});

describe("a customer's earnest money", () => {
  test('taken of him and of no deal', async () => {
    const body = { ...payment(book, 'earnest', 2000000), customer_id: shop.buyer };
    await cashier.refused('POST', of('receipts'), 422, 'pay.fund', {
      body: { ...payment(book, 'deposit', 100), customer_id: shop.buyer },
    });
    const receipt = await cashier.post(of('receipts'), body, 201);
    assert.deepEqual([receipt.deal_id, receipt.unit, receipt.total_fen], [null, null, 2000000]);
    const held = of(`held/${shop.buyer}`);
    assert.deepEqual(await cashier.get(held), { items: [{ fund: 'earnest', amount_fen: 2000000 }] });
    await sales.refused('GET', held, 403, 'right.denied');
    await cashier.refused('GET', of('held/999999'), 404, 'not-found');
    await cashier.post(`/api/v1/receipts/${receipt.book_id}/${receipt.no}/void`, { reason: '不要了' }, 200);
    violated();
  });
});

describe('earnest money goes on', () => {
  test('into the deposit without cash', async () => {
    const body = { ...payment(book, 'earnest', 3000), customer_id: shop.buyer };
    await cashier.post(of('receipts'), body, 201);
    const was = await received();
    const path = `/api/v1/deals/${deal.id}/earnest`;
    const carry = { fund: 'deposit', amount_fen: 1000 };
    await cashier.refused('POST', path, 409, 'earnest.short', { body: { ...carry, amount_fen: 3001 } });
    await cashier.refused('POST', path, 422, 'fields.wrong', { body: { ...carry, fund: 'house_money' } });
    await sales.refused('POST', path, 403, 'right.denied', { body: carry });
    assert.equal((await cashier.post(path, carry, 200)).received_fen, was + 1000);
    violated();
  });
});

describe('the end of the day', () => {
  test('counted blind; a difference has its reason; a closed shift takes nothing', async () => {
    const [shift] = (await manager.get('/api/v1/my/shifts')).items;
    const path = `/api/v1/my/shifts/${shift.id}/close`;
    assert.deepEqual(shift.counts, []);
    await cashier.refused('POST', path, 404, 'not-found', { body: { counts: [] } });
    await manager.refused('POST', path, 422, 'shift.difference', { body: { counts: [] } });
    const counts = [{ tender: 'transfer', counted_fen: 29, reason: '少记一笔' }];
    const closed = await manager.post(path, { counts }, 200);
    assert.deepEqual(closed.counts, [
      { tender: 'transfer', expected_fen: 30, counted_fen: 29, reason: '少记一笔' },
    ]);
    await manager.refused('POST', path, 409, 'shift.closed', { body: { counts } });
    const own = (await books()).find((b) => b.holder_id === manager.session.user.id);
    await manager.refused('POST', receipts(), 409, 'shift.needed', {
      body: payment(own.id, 'down_payment', 1),
    });
    const back = await manager.post(`/api/v1/receipt-books/${own.id}/return`, { version: own.version }, 200);
    await cashier.refused('POST', `/api/v1/receipt-books/${own.id}/verify`, 403, 'right.denied', {
      body: { version: back.version },
    });
    const done = await manager.post(`/api/v1/receipt-books/${own.id}/verify`, { version: back.version }, 200);
    assert.equal(done.state, 'verified');
  });
});

describe('where money goes', () => {
  test('one account for each fund; supervised money to the permit; books apart', async () => {
    const accounts = (await manager.get(of('bank-accounts'))).items;
    const general = accounts.find((a) => a.kind === 'general');
    const { items: rules, version } = await manager.get(of('account-rules'));
    const set = (now, rules) => manager.put(of('account-rules'), { version: now, rules }, 200);
    const wrong = rules.map((r) => (r.fund === 'down_payment' ? { ...r, account_id: general.id } : r));
    await cashier.refused('PUT', of('account-rules'), 403, 'right.denied', { body: { version, rules } });
    await manager.refused('PUT', of('account-rules'), 422, 'account.rule-twice', {
      body: { version, rules: [...rules, rules[0]] },
    });
    await set(version, wrong);
    await cashier.refused('POST', receipts(), 409, 'account.escrow', { body: payment(book, 'down_payment', 1) });
    await set(version + 1, rules.filter((r) => r.fund !== 'down_payment'));
    await cashier.refused('POST', receipts(), 409, 'account.none', { body: payment(book, 'down_payment', 1) });
    await set(version + 2, rules);
    await pay(cashier, deal.id, 'down_payment', 1);
    await admin.refused('POST', '/api/v1/banks', 403, 'right.denied', { body: { name: '某银行' } });
    const bank = await manager.post('/api/v1/banks', { name: '某银行' }, 201);
    await manager.refused('POST', '/api/v1/banks', 409, 'name.taken', { body: { name: '某银行' } });
    const off = await manager.patch(`/api/v1/banks/${bank.id}`, { version: 1, disabled: true }, 200);
    assert.equal(off.disabled, true);
    const account = { bank_id: bank.id, kind: 'general', holder: '某公司', number: '1' };
    await manager.refused('POST', of('bank-accounts'), 409, 'bank.disabled', { body: account });
    await manager.refused('POST', of('bank-accounts'), 422, 'account.permit', {
      body: { ...account, bank_id: general.bank_id, kind: 'escrow' },
    });
    const numbers = { kind: 'receipt', source: 'system', prefix: 'SJ', first_no: 500, last_no: 600 };
    await manager.refused('POST', of('receipt-books'), 409, 'book.numbers-taken', { body: numbers });
    await manager.refused('POST', of('receipt-books'), 422, 'book.range', {
      body: { ...numbers, prefix: 'X', last_no: 499 },
    });
    await cashier.refused('POST', of('receipt-books'), 403, 'right.denied', { body: numbers });
  });
});

describe('a shift', () => {
  test('has its receipts, for who took them, and its cash goes on to a colleague who takes money', async () => {
    const { items } = await cashier.get('/api/v1/my/shifts');
    const path = `/api/v1/my/shifts/${items[0].id}`;
    const one = await take(cashier, deal.id, 'down_payment', 4200);
    const [newest] = (await cashier.get(`${path}/receipts`)).items;
    assert.deepEqual(newest, one);
    assert.match(one.unit, /-/);
    assert.deepEqual(await manager.get(`${path}/receipts`), { items: [] });
    const people = (await cashier.get('/api/v1/cashiers')).items.map((p) => p.id);
    assert.ok(people.includes(manager.session.user.id) && !people.includes(sales.session.user.id));
    const close = (next) => ({ counts: [{ tender: 'cash', counted_fen: 5, reason: '多' }], next_user_id: next });
    for (const wrong of [sales, cashier])
      await cashier.refused('POST', `${path}/close`, 404, 'not-found', { body: close(wrong.session.user.id) });
    const body = close(manager.session.user.id);
    body.counts.push({ tender: 'transfer', counted_fen: 0, reason: '未对账' }, { tender: 'card', counted_fen: 0, reason: '未对账' });
    await cashier.post(`${path}/close`, body, 200);
    const handed = { from: cashier.session.user.name, fen: 5 };
    assert.deepEqual((await manager.get('/api/v1/my/shifts')).handed, handed);
    await manager.post('/api/v1/my/shifts', { float_fen: 5 }, 201);
    assert.equal((await manager.get('/api/v1/my/shifts')).handed, undefined);
    violated();
  });
});
