// What is owed and what was collected: lists, sums, workbooks, dunning, loans coming in by a bank's advice.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { payment, pay, slip, take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, manager, cashier, sales, audit, shop, deal, project, book;
before(async () => {
  site = await Site.demo();
  [manager, cashier, sales, audit] = await Promise.all(
    ['manager', 'cashier', 'sales', 'audit'].map((p) => site.login(p)),
  );
  shop = await Sales.of(sales, cashier);
  project = shop.project;
  deal = await shop.signed();
  await shop.subscribed();
  book = await till(cashier, project);
});
after(() => site.close());

const of = (rest) => `/api/v1/projects/${project}/${rest}`;
const violated = () => site.ctlOk('verify');

/** Every page of a list. */
async function all(client, path, limit = 2) {
  const items = [];
  for (let cursor; ; ) {
    const page = await client.get(
      `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`,
    );
    items.push(...page.items);
    if (!page.next) return items;
    cursor = page.next;
  }
}
/** A part of the workbook that came. */
function part(answer, name) {
  const file = join(site.state, 'out.xlsx');
  writeFileSync(file, answer.bytes);
  return spawnSync('unzip', ['-p', file, name], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
}
const sum = (rows, name) => rows.reduce((n, row) => n + row[name], 0);

describe('arrears', () => {
  test('page by page they are what the deals themselves say, and the sums by age are theirs', async () => {
    const lines = await all(manager, of('arrears'));
    const deals = await all(manager, `/api/v1/deals?project=${project}`, 100);
    const said = new Map();
    for (const { id } of deals)
      for (const line of (await manager.get(`/api/v1/deals/${id}`)).receivables ?? [])
        if (line.state !== 'waived' && line.amount_fen > line.received_fen)
          said.set(line.id, line.amount_fen - line.received_fen);
    assert.ok(lines.length > 2);
    assert.deepEqual(new Map(lines.map((l) => [l.id, l.owed_fen])), said);
    const dues = lines.map((l) => l.due_date ?? '9999');
    assert.deepEqual(dues, [...dues].sort());
    const totals = await manager.get(of('arrears/totals'));
    assert.equal(totals.total.owed_fen, sum(lines, 'owed_fen'));
    assert.equal(totals.total.deals, new Set(lines.map((l) => l.deal_id)).size);
    for (const band of totals.items) {
      const own = lines.filter((l) => l.band === band.band);
      assert.deepEqual([band.lines, band.owed_fen], [own.length, sum(own, 'owed_fen')]);
      assert.deepEqual(await all(manager, of(`arrears?band=${band.band}`)), own);
    }
    const { user_id, fund } = lines[0];
    const filtered = lines.filter((l) => l.user_id === user_id && l.fund === fund);
    assert.deepEqual(await all(manager, of(`arrears?user=${user_id}&fund=${fund}`)), filtered);
  });

  test('money paid is not owed any more', async () => {
    const owed = async () => (await manager.get(of(`arrears/totals?deal=${deal.id}`))).total.owed_fen;
    const was = await owed();
    await pay(cashier, deal.id, 'down_payment', 12300);
    assert.equal(await owed(), was - 12300);
  });

  test('what is asked for wrongly is refused', async () => {
    await manager.refused('GET', of('arrears?band=old'), 422, 'fields.wrong');
    await manager.refused('GET', of('arrears?until=2026-02-30'), 422, 'fields.wrong');
    await manager.refused('GET', of('arrears?fund=bribe'), 422, 'fields.wrong');
    await audit.refused('GET', of('arrears'), 403, 'right.denied');
  });

  test('as a workbook, for who may export', async () => {
    const answer = await manager.request('GET', of('arrears/export.xlsx?lang=en'));
    assert.equal(answer.status, 200);
    const rows = part(answer, 'xl/worksheets/sheet1.xml').match(/<row /g).length;
    assert.equal(rows - 1, (await manager.get(of('arrears/totals'))).total.lines);
    await cashier.refused('GET', of('arrears/export.xlsx'), 403, 'right.denied');
  });
});

describe('dunning', () => {
  test('a line once a day, all or none; handed to sales it is a to-do', async () => {
    const [line, other] = await all(manager, of(`arrears?deal=${deal.id}`));
    const ask = (lines, way, more = {}) => ({ body: { lines, way, ...more } });
    await manager.post(of('dunnings'), { lines: [line.id], way: 'sales', note: '请联系' }, 201);
    assert.ok((await sales.get('/api/v1/my/todos')).items.some((t) => t.kind === 'dunning'));
    const refused = await manager.refused(
      'POST', of('dunnings'), 409, 'dunning.refused', ask([other.id, line.id], 'letter'),
    );
    assert.deepEqual(refused.errors.map((e) => [e.row, e.code]), [[2, 'dunning.today']]);
    const left = await all(manager, of(`arrears?deal=${deal.id}&undunned=1`));
    assert.ok(left.some((l) => l.id === other.id) && !left.some((l) => l.id === line.id));
    const [row] = (await manager.get(`/api/v1/deals/${deal.id}/dunnings`)).items;
    assert.deepEqual([row.way, row.note, row.owed_fen], ['sales', '请联系', line.owed_fen]);
    await manager.refused('POST', of('dunnings'), 422, 'fields.wrong', ask([other.id], 'fax'));
    await manager.refused('POST', of('dunnings'), 404, 'not-found', ask([999999], 'phone'));
    await audit.refused('POST', of('dunnings'), 403, 'right.denied', ask([other.id], 'phone'));
    await sales.post(of('dunnings'), { lines: [other.id], way: 'phone', note: '已联系' }, 201);
    assert.ok(!(await sales.get('/api/v1/my/todos')).items.some((t) => t.kind === 'dunning'));
  });
});

describe('reports', () => {
  test('collected: however it is grouped it is one sum, and what the shift expects', async () => {
    const receipt = await take(cashier, deal.id, 'down_payment', 4567);
    await cashier.post(`/api/v1/receipts/${receipt.book_id}/${receipt.no}/void`, { reason: '写错' }, 200);
    const by = (word) => manager.get(of(`reports/collection?by=${word}`));
    const [fund, tender, person, day] = await Promise.all(['fund', 'tender', 'cashier', 'day'].map(by));
    for (const report of [fund, tender, person, day]) {
      assert.deepEqual(report.total, fund.total);
      for (const name of ['in_fen', 'back_fen', 'refund_fen', 'net_fen'])
        assert.equal(sum(report.items, name), report.total[name]);
    }
    assert.ok(fund.total.back_fen >= 4567);
    assert.equal(day.items.length, 1);
    await manager.refused('GET', of('reports/collection?by=mood'), 422, 'fields.wrong');
    await sales.refused('GET', of('reports/collection'), 403, 'right.denied');
  });

  test('the sums of an open shift are not told to who counts it blind, in any grouping', async () => {
    for (const by of ['fund', 'tender', 'cashier', 'day']) {
      const [own, others] = await Promise.all(
        [cashier, manager].map((who) => who.get(of(`reports/collection?by=${by}`))),
      );
      assert.deepEqual([own.blind, own.items, own.total.in_fen], [true, [], 0], by);
      assert.ok(!others.blind && others.total.in_fen > 0, by);
    }
  });

  test('IV-13: leaves by day, book and cashier; spoilt ones also stand in their shift, with why', async () => {
    const book = (await take(cashier, deal.id, 'down_payment', 11)).book_id;
    const before = (await manager.get(of('reports/leaves'))).items.find((l) => l.book_id === book);
    const spoilt = await cashier.post(`/api/v1/receipt-books/${book}/spoil`, { kind: 'spoilt', reason: '墨水洒了' }, 201);
    await cashier.post(`/api/v1/receipt-books/${book}/spoil`, { kind: 'lost', reason: '撕掉了' }, 201);
    const { items } = await manager.get(of('reports/leaves'));
    const line = items.find((l) => l.book_id === book);
    assert.deepEqual(
      [line.used, line.voided, line.spoilt, line.lost, line.remaining, line.overdue],
      [before.used, before.voided, before.spoilt + 1, before.lost + 1, before.remaining - 2, false],
    );
    assert.equal(line.to_no - line.from_no + 1, line.used + line.voided + line.spoilt + line.lost);
    const report = await manager.get(of('reports/receipt-books'));
    const same = report.items.find((b) => b.id === book);
    assert.deepEqual([same.used, same.voided], [line.used, line.voided + line.spoilt + line.lost]);
    const shift = (await manager.get(of('reports/shifts'))).items.find((s) => s.closed_ms === null);
    const [of_book] = shift.books.filter((b) => b.book_id === book);
    assert.deepEqual([of_book.receipts, of_book.voids, of_book.lost], [shift.receipts, shift.voids, line.lost]);
    const blank = shift.blanks.find((q) => q.no === spoilt.no);
    assert.deepEqual([blank.kind, blank.reason], ['spoilt', '墨水洒了']);
    await manager.refused('GET', of('reports/leaves?from=2026-13-01'), 422, 'fields.wrong');
    await sales.refused('GET', of('reports/leaves'), 403, 'right.denied');
    await cashier.refused('GET', of('reports/leaves/export.xlsx'), 403, 'right.denied');
  });

  test('leaves: opening + received − used − void = closing', async () => {
    const report = await manager.get(of('reports/receipt-books'));
    for (const b of [...report.items, report.total])
      assert.equal(b.closing, b.opening + b.received - b.used - b.voided);
    const books = (await manager.get(of('receipt-books'))).items;
    assert.equal(report.total.closing, sum(books.map((b) => ({ n: b.last_no - (b.issued ?? b.first_no - 1) })), 'n'));
  });

  test('shifts: what the books expect of an open one is not told', async () => {
    const shift = (await manager.get(of('reports/shifts'))).items.find((s) => s.closed_ms === null);
    assert.deepEqual([shift.counts, shift.difference_fen], [[], 0]);
    assert.ok(shift.receipts > 0 && shift.voids > 0);
  });

  test('each goes out as a workbook', async () => {
    for (const name of ['collection', 'receipt-books', 'leaves', 'shifts']) {
      const answer = await manager.request('GET', of(`reports/${name}/export.xlsx?lang=zh`));
      assert.equal(answer.status, 200, name);
      assert.match(part(answer, 'xl/worksheets/sheet1.xml'), /<row /);
    }
  });

  test('what should not be so is counted kind by kind', async () => {
    const { items, counts } = await manager.get(of('reports/exceptions'));
    for (const [kind, n] of Object.entries(counts))
      assert.equal(items.filter((i) => i.kind === kind).length, Math.min(n, 100), kind);
    await sales.refused('GET', of('reports/exceptions'), 403, 'right.denied');
  });
});

describe('loans coming in', () => {
  const advice = async (rows) => {
    const csv = ['合同编号,放款金额（元）,流水号,贷款类别', ...rows.map((r) => r.join(','))].join('\n');
    const answer = await cashier.upload(of(`loan-advices?name=advice.csv`), Buffer.from(csv));
    return answer;
  };
  let lent, loan;
  before(async () => {
    lent = await shop.signed('commercial');
    const line = lent.receivables.find((l) => l.fund === 'bank_loan');
    const body = { kind: 'commercial', bank: '建设银行', amount_fen: line.amount_fen, years: 20 };
    await manager.post(`/api/v1/deals/${lent.id}/mortgages`, body, 200);
    const step = async (name, more = {}) => {
      const [m] = (await manager.get(`/api/v1/deals/${lent.id}/mortgages`)).items;
      return (await manager.post(`/api/v1/mortgages/${m.id}/step`, { version: m.version, step: name, ...more }, 200))
        .items[0];
    };
    const papers = (await manager.get(`/api/v1/deals/${lent.id}/mortgages`)).papers.map((p) => p.code);
    const [m] = (await manager.get(`/api/v1/deals/${lent.id}/mortgages`)).items;
    await manager.post(`/api/v1/mortgages/${m.id}/papers`, { version: m.version, papers }, 200);
    await step('submit');
    loan = await step('approve', { amount_fen: line.amount_fen });
    for (const fund of ['down_payment', 'house_money']) {
      const own = lent.receivables.filter((l) => l.fund === fund && !l.loan);
      const fen = sum(own, 'amount_fen') - sum(own, 'received_fen');
      if (fen > 0) await pay(cashier, lent.id, fund, fen);
    }
  });

  test('the register says what is awaited', async () => {
    const rows = await all(manager, of('loans?waiting=1'));
    const row = rows.find((l) => l.id === loan.id);
    assert.deepEqual([row.arrived_fen, row.approved_fen, row.contract], [0, loan.approved_fen, `HT-${lent.id}`]);
  });

  test('an advice with a row that cannot be takes none, and names it', async () => {
    const looked = await advice([
      [`HT-${lent.id}`, (loan.approved_fen / 100).toFixed(2), slip(), '商业贷款'],
      ['HT-none', '1.00', slip(), ''],
      [`HT-${lent.id}`, '1.005', slip(), ''],
    ]);
    assert.deepEqual(
      looked.problems.map((p) => [p.row, p.code]).sort(),
      [[3, 'arrival.contract'], [4, 'row.rounded']],
    );
    const path = of(`loan-advices/${looked.id}/commit`);
    const refused = await cashier.refused('POST', path, 422, 'import.rows-wrong', { body: { book_id: book } });
    assert.equal(refused.errors.length, 2);
    assert.equal((await manager.get(of(`loans`))).items.find((l) => l.id === loan.id).arrived_fen, 0);
  });

  test('one that is whole is a receipt for each row, and ends the step of the process', async () => {
    const half = Math.floor(loan.approved_fen / 2);
    const [first, second] = [half, loan.approved_fen - half].map((fen) => (fen / 100).toFixed(2));
    const looked = await advice([[`HT-${lent.id}`, first, slip(), '']]);
    assert.deepEqual(looked.problems, []);
    const done = await cashier.post(of(`loan-advices/${looked.id}/commit`), { book_id: book }, 200);
    assert.deepEqual(done, { receipts: 1, total_fen: half });
    const open = async () => (await cashier.get('/api/v1/my/todos')).items.filter((t) => t.kind === 'loan.difference');
    assert.equal((await open()).length, 1);
    const node = async () =>
      (await manager.get(`/api/v1/deals/${lent.id}/nodes`)).items.find((n) => n.kind === 'loan-release')?.state;
    assert.notEqual(await node(), 'done');
    const body = { book_id: book, amount_fen: loan.approved_fen - half, reference: slip() };
    await sales.refused('POST', `/api/v1/mortgages/${loan.id}/arrivals`, 403, 'right.denied', { body });
    const receipt = await cashier.post(`/api/v1/mortgages/${loan.id}/arrivals`, body, 201);
    assert.deepEqual(receipt.lines, [{ fund: 'bank_loan', amount_fen: body.amount_fen }]);
    assert.equal((await open()).length, 0);
    assert.equal(await node(), 'done');
    assert.ok(second);
    assert.ok(!(await all(manager, of('loans?waiting=1'))).some((l) => l.id === loan.id));
    violated();
  });

  test('a template has the headings that are understood', async () => {
    const answer = await cashier.request('GET', of('loan-advices/template.xlsx?lang=zh'));
    assert.match(part(answer, 'xl/sharedStrings.xml'), /合同编号/);
    const gone = of(`loan-advices/${'0'.repeat(32)}/commit`);
    await cashier.refused('POST', gone, 410, 'import.gone', { body: { book_id: book } });
    await sales.refused('GET', of('loan-advices/template.xlsx'), 403, 'right.denied');
  });
});
