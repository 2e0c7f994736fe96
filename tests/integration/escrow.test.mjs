// Money for supervised accounts and the bank's lines: posted by hand, with the payment, by the bank's list; taken back;
// and what buyers are to be told of on the way.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { slip, take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, manager, cashier, sales, audit, deal, project, book, account;
before(async () => {
  site = await Site.demo();
  [manager, cashier, sales, audit] = await Promise.all(
    ['manager', 'cashier', 'sales', 'audit'].map((p) => site.login(p)),
  );
  const shop = await Sales.of(sales, cashier);
  project = shop.project;
  deal = await shop.signed();
  book = await till(cashier, project);
  account = (await cashier.get(of('escrow/days'))).accounts[0].id;
});
after(() => site.close());

const of = (rest) => `/api/v1/projects/${project}/${rest}`;
const waiting = async () => (await cashier.get(of('escrow/parts?state=waiting&limit=500'))).items;
const part = async (receipt) =>
  (await cashier.get(of('escrow/parts?limit=500'))).items.find((p) => p.number === receipt.number);
const paid = () => take(cashier, deal.id, 'down_payment', 1000);
const post = (p, reference, status = 201) =>
  cashier.post(of('escrow/postings'), { voucher_id: p.voucher_id, ordinal: p.ordinal, reference, day: '2026-05-01' }, status);
const upload = (rows) =>
  cashier.upload(
    of(`escrow/lists?account=${account}&name=list.csv`),
    Buffer.from(['入账日期,入账金额,流水号,收据编号', ...rows.map((r) => r.join(','))].join('\n')),
  );

describe('by hand', () => {
  test('a part is one line, once; both wait again when that is taken back with a reason', async () => {
    const [a, b] = [await part(await paid()), await part(await paid())];
    const reference = slip();
    const { id } = await post(a, reference);
    const posted = await part({ number: a.number });
    assert.deepEqual([posted.posted.reference, posted.posted.day], [reference, '2026-05-01']);
    const receipt = (await cashier.get(`/api/v1/deals/${deal.id}/receipts`)).items.find((r) => r.number === a.number);
    assert.equal(receipt.tenders[0].escrow, reference);
    const body = (p, r) => ({ body: { voucher_id: p.voucher_id, ordinal: 1, reference: r, day: '2026-05-01' } });
    await cashier.refused('POST', of('escrow/postings'), 409, 'escrow.posted', body(a, slip()));
    await cashier.refused('POST', of('escrow/postings'), 409, 'escrow.used', body(b, reference));
    await cashier.refused('POST', of('escrow/postings'), 422, 'fields.wrong', body(b, ''));
    await sales.refused('POST', of('escrow/postings'), 403, 'right.denied', body(b, slip()));
    await cashier.refused('POST', `/api/v1/escrow-matches/${id}/end`, 422, 'fields.wrong', { body: {} });
    await cashier.post(`/api/v1/escrow-matches/${id}/end`, { reason: '记错' }, 204);
    await cashier.refused('POST', `/api/v1/escrow-matches/${id}/end`, 409, 'escrow.ended', { body: { reason: '记错' } });
    const line = (await cashier.get(of('escrow/lines?state=waiting'))).items.find((l) => l.reference === reference);
    assert.equal(line.receipt, null);
    await cashier.post(`/api/v1/escrow-lines/${line.id}/end`, { reason: '误填' }, 204);
    await cashier.refused('POST', '/api/v1/escrow-lines/999999/end', 404, 'not-found', { body: { reason: 'x' } });
  });

  test('with the payment, and no more when that is void', async () => {
    const reference = slip();
    const receipt = await cashier.post(
      `/api/v1/deals/${deal.id}/receipts`,
      { book_id: book, lines: [{ fund: 'down_payment', amount_fen: 500 }], tenders: [{ tender: 'cash', amount_fen: 500, escrow: reference }] },
      201,
    );
    assert.equal((await part(receipt)).posted.reference, reference);
    await cashier.post(`/api/v1/receipts/${receipt.book_id}/${receipt.no}/void`, { reason: '写错' }, 200);
    assert.equal(await part(receipt), undefined);
    assert.ok((await cashier.get(of('escrow/lines?state=waiting'))).items.some((l) => l.reference === reference));
  });
});

describe("the bank's list", () => {
  test('one with rows that cannot be takes none, and names them', async () => {
    const p = await part(await paid());
    const answer = await upload([
      ['2026-05-32', '10.00', slip(), ''],
      ['2026-05-01', '10.001', slip(), ''],
      ['2026-05-01', '10.00', slip(), '无此收据'],
      ['2026/5/1', '10.00', slip(), p.number],
    ]);
    assert.deepEqual(
      answer.problems.map((x) => [x.row, x.field, x.code]),
      [[2, 'day', 'row.value-unknown'], [3, 'amount', 'row.rounded'], [4, 'receipt', 'escrow.receipt']],
    );
    await cashier.refused('POST', of(`escrow/lists/${answer.id}/commit`), 422, 'import.rows-wrong', { body: { account_id: account } });
    assert.equal((await part(p)).posted, null);
    await sales.refused('GET', of('escrow/parts'), 403, 'right.denied');
  });

  test('what is right is matched, what is of no receipt waits, and the list again adds nothing', async () => {
    const p = await part(await paid());
    const rows = [['2026-05-01 10:30:00', '10.00', slip(), p.number], ['20260502', '77.00', slip(), '']];
    for (const [matched, wait, known] of [[1, 1, 0], [0, 0, 2]]) {
      const look = await upload(rows);
      assert.deepEqual([look.problems_total, look.matched, look.known], [0, matched, known]);
      const taken = await cashier.post(of(`escrow/lists/${look.id}/commit`), { account_id: account }, 200);
      assert.deepEqual(taken, { matched, waiting: wait, known });
    }
    assert.equal((await part(p)).posted.day, '2026-05-01');
    const days = (await cashier.get(of('escrow/days'))).items;
    assert.deepEqual(days.map((d) => d.day), days.map((d) => d.day).toSorted());
    assert.ok(days.some((d) => d.day === '2026-05-02' && d.lines === 1 && d.lines_fen === 7700 && d.late));
    assert.equal(days.reduce((n, d) => n + d.parts, 0), (await waiting()).length);
  });

  test('what waits goes out as a workbook, for who may read and export it', async () => {
    const finance = await site.user('money', 'company-finance');
    const answer = await finance.request('GET', of('escrow/parts.xlsx?state=waiting&lang=en'));
    assert.equal(answer.status, 200);
    const file = join(site.state, 'out.xlsx');
    writeFileSync(file, answer.bytes);
    const sheet = spawnSync('unzip', ['-p', file, 'xl/worksheets/sheet1.xml'], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
    assert.equal(sheet.match(/<row /g).length - 1, (await waiting()).length);
    await cashier.refused('GET', of('escrow/parts.xlsx'), 403, 'right.denied');
    await manager.refused('GET', of('escrow/parts.xlsx'), 403, 'right.denied'); // who may export other lists
    const marketing = await site.user('marketing', 'company-marketing');
    for (const list of ['arrears/export.xlsx', 'settlements/export.xlsx'])
      await marketing.refused('GET', of(list), 403, 'right.denied');
  });
});

describe('what buyers are to be told of', () => {
  test('of each payment once, and once more when it is taken back; in the language of the reader', async () => {
    const notices = async (lang) => {
      const was = manager.lang;
      manager.lang = lang;
      const { items } = await manager.get(`/api/v1/deals/${deal.id}/notices`);
      manager.lang = was;
      return items;
    };
    const receipts = (await cashier.get(`/api/v1/deals/${deal.id}/receipts`)).items;
    const got = await notices('zh');
    for (const r of receipts) {
      assert.equal(got.filter((x) => x.event === 'received' && x.text.includes(r.number)).length, 1);
      assert.equal(got.filter((x) => x.event === 'returned' && x.text.includes(r.number)).length, r.state === 'live' ? 0 : 1);
    }
    assert.ok(!got.some((x) => x.text.includes('{')));
    assert.ok((await notices('en')).some((x) => x.text.includes('were received from you')));
    await audit.refused('GET', `/api/v1/deals/${deal.id}/notices`, 403, 'right.denied');
  });

  test('of earnest money with the customer, and not with a deal', async () => {
    const body = { book_id: book, lines: [{ fund: 'earnest', amount_fen: 4200 }], tenders: [{ tender: 'cash', amount_fen: 4200 }] };
    const { number } = await cashier.post(of('receipts'), { customer_id: deal.customer_id, ...body }, 201);
    const at = of(`notices/${deal.customer_id}`);
    const { items } = await sales.get(at);
    assert.deepEqual(items.map((x) => [x.event, x.text.includes(number), x.text.includes('{')]), [['received', true, false]]);
    const ofDeal = (await manager.get(`/api/v1/deals/${deal.id}/notices`)).items;
    assert.ok(!ofDeal.some((x) => x.text.includes(number)));
    await audit.refused('GET', at, 403, 'right.denied');
    await sales.refused('GET', of('notices/99999'), 404, 'not-found');
  });

  test('the days of reminders are the project’s, in their order', async () => {
    const rule = async () => manager.get(`/api/v1/projects/${project}`);
    const { version, remind_early_days, remind_near_days, remind_late_days } = await rule();
    assert.deepEqual([remind_early_days, remind_near_days, remind_late_days], [7, 1, 1]);
    const set = (body) => ({ body: { version, ...body } });
    const at = `/api/v1/projects/${project}`;
    await manager.refused('PATCH', at, 422, 'fields.wrong', set({ remind_early_days: 61 }));
    await manager.refused('PATCH', at, 422, 'fields.wrong', set({ remind_near_days: 0 }));
    await manager.refused('PATCH', at, 422, 'fields.wrong', set({ remind_late_days: 31 }));
    await manager.refused('PATCH', at, 422, 'remind.order', set({ remind_near_days: 7 }));
    await manager.patch(at, { version, remind_early_days: 10, remind_near_days: 7 }, 200);
    assert.equal((await rule()).remind_near_days, 7);
  });
});

test('after all of that the books verify', () => site.ctlOk('verify'));
