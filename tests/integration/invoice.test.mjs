// Invoices: asked for of money that came in, exported, the platform's list back twice, reversed before money goes back,
// and in the place of a receipt.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, cashier, sales, manager, project, deal, name;
before(async () => {
  site = await Site.demo();
  [cashier, sales, manager] = await Promise.all(['cashier', 'sales', 'manager'].map((p) => site.login(p)));
  const shop = await Sales.of(sales, cashier);
  project = shop.project;
  deal = await shop.signed();
  await till(cashier, project);
  const customer = (await cashier.get(`/api/v1/deals/${deal.id}`)).buyers[0].customer_id;
  ({ id: name } = await cashier.post(
    `/api/v1/deals/${deal.id}/invoice-profiles`,
    { customer_id: customer, kind: 'company', name: '甲公司', tax_no: '91310000ma1fl0xx0x', bank: '工行', account: '6222 0212 3456' },
    201,
  ));
});
after(() => site.close());

const of = (rest) => `/api/v1/projects/${project}/${rest}`;
let numbers = 0;
const number = () => `26447000${process.pid.toString().padStart(8, '0')}${(++numbers).toString().padStart(4, '0')}`;
const paid = async (fen = 100000) => {
  const receipt = await take(cashier, deal.id, 'down_payment', fen);
  const { items } = await cashier.get(`/api/v1/deals/${deal.id}/invoice-sources`);
  return { receipt, voucher: items.find((s) => s.receipt === receipt.number).voucher_id };
};
const ask = async (voucher, status = 201) =>
  cashier.post(`/api/v1/deals/${deal.id}/invoices`, { profile_id: name, parts: [{ voucher_id: voucher }] }, status);
const one = (id) => cashier.get(`/api/v1/invoices/${id}`);
const step = async (id, verb, body, status = 200) =>
  cashier.post(`/api/v1/invoices/${id}/${verb}`, { version: (await one(id)).version, ...body }, status);
const today = async () => (await cashier.get(of('escrow/days'))).day;
const list = (rows, mapping = '') =>
  cashier.upload(
    of(`invoice-results?name=list.csv${mapping}`),
    Buffer.from(['申请编号,发票号码,开票日期,价税合计,购买方名称,失败原因', ...rows.map((r) => r.join(','))].join('\n')),
  );

describe('asked for', () => {
  test('its item, code and remark are made by rule; nobody else may, and never more than came in', async () => {
    const { receipt, voucher } = await paid();
    const { id } = await ask(voucher);
    const invoice = await one(id);
    assert.deepEqual([invoice.state, invoice.code, invoice.rate, invoice.amount_fen], ['wanted', '602', '不征税', 100000]);
    assert.match(invoice.item, /-商品房预收款$/);
    assert.match(invoice.remark, /^款项性质：首付款；房屋地址：.+；建筑面积：[0-9.]+平方米$/);
    assert.deepEqual([invoice.buyer, invoice.tax_no, invoice.number], ['甲公司', '****XX0X', null]);
    assert.deepEqual([invoice.parts[0].receipt, invoice.parts[0].leaf], [receipt.number, 'live']);
    const body = { body: { profile_id: name, parts: [{ voucher_id: voucher, amount_fen: 1 }] } };
    await cashier.refused('POST', `/api/v1/deals/${deal.id}/invoices`, 409, 'invoice.beyond', body);
    await sales.refused('POST', `/api/v1/deals/${deal.id}/invoices`, 403, 'right.denied', body);
    await cashier.refused('POST', `/api/v1/deals/${deal.id}/invoices`, 422, 'fields.wrong', { body: { profile_id: name, parts: [] } });
    // The seller sees what became of his buyer's receipt, and cannot write.
    const shown = (await sales.get(`/api/v1/deals/${deal.id}/receipts`)).items.find((r) => r.number === receipt.number);
    assert.deepEqual([shown.invoices[0].request, shown.invoices[0].state], [invoice.request, 'wanted']);
    await sales.get(of('invoices'), 403);
    await step(id, 'void', { reason: '测试' });
  });
});

describe('out and in', () => {
  test('a list goes out once, its file as often as it is wanted; masked, or in clear for who may', async () => {
    const { voucher } = await paid();
    const { id } = await ask(voucher);
    const { id: batch } = await cashier.post(of('invoice-batches'), {}, 201);
    assert.equal((await one(id)).state, 'exported');
    await cashier.refused('POST', of('invoice-batches'), 409, 'invoice.nothing', { body: {} });
    const file = async (query) =>
      (await cashier.request('GET', `/api/v1/invoice-batches/${batch}/file.csv?${query}`)).bytes.toString();
    const masked = await file('');
    assert.match(masked, /KP\d{6}/);
    assert.match(masked, /\*\*\*\*XX0X/);
    const clear = await file('clear=1');
    assert.match(clear, /91310000MA1FL0XX0X/);
    assert.match(clear, /"1000\.00"/);
    assert.match(clear, /622202123456/);
    // A vendor's words: the columns it names alone.
    const { id: mapping } = await manager.post(
      '/api/v1/invoice-mappings',
      {
        name: '某开票软件',
        heads: [
          { sheet: 'request', field: 'request', head: '订单号码' },
          { sheet: 'request', field: 'amount', head: '含税金额' },
          { sheet: 'result', field: 'request', head: '订单号码' },
        ],
      },
      201,
    );
    const mapped = await file(`mapping=${mapping}`);
    assert.equal(mapped.split('\r\n')[0].replace('\uFEFF', ''), '"订单号码","含税金额"');
    const { request } = await one(id);
    const look = await cashier.upload(
      of(`invoice-results?name=v.csv&mapping=${mapping}`),
      Buffer.from(`订单号码,发票号码,开票日期,金额\n${request},${number()},${await today()},1000.00`),
    );
    assert.deepEqual([look.issued, look.problems_total], [1, 0]);
    await cashier.post(of(`invoice-results/${look.id}/commit`), { mapping_id: mapping }, 200);
    assert.equal((await one(id)).state, 'issued');
  });

  test("the platform's list twice is once; one with rows that cannot be takes none, and names them", async () => {
    const [a, b] = [await ask((await paid()).voucher), await ask((await paid()).voucher)];
    const [ra, rb] = [(await one(a.id)).request, (await one(b.id)).request];
    const [day, first] = [await today(), number()];
    await cashier.post(of('invoice-batches'), { ids: [b.id] }, 201);
    const bad = await list([
      [ra, first, day, '1000.00', '甲公司', ''],
      [rb, '123', day, '1000.00', '', ''],
      ['KP999999', number(), day, '1000.00', '', ''],
      [rb, number(), '2026-02-30', '1000.00', '', ''],
    ]);
    assert.deepEqual(
      bad.problems.map((p) => [p.row, p.code]),
      [
        [3, 'invoice.number'],
        [4, 'invoice.unknown'],
        [5, 'row.value-unknown'],
      ],
    );
    await cashier.refused('POST', of(`invoice-results/${bad.id}/commit`), 422, 'import.rows-wrong', { body: {} });
    assert.equal((await one(a.id)).state, 'wanted');
    const good = await list([
      [ra, first, day, '1000.00', '甲公司', ''],
      [rb, '', '', '1000.00', '', '购方税号有误'],
    ]);
    assert.deepEqual([good.issued, good.refused, good.problems_total], [1, 1, 0]);
    await cashier.post(of(`invoice-results/${good.id}/commit`), {}, 200);
    const again = await list([[ra, first, day, '1000.00', '甲公司', '']]);
    assert.deepEqual([again.known, again.issued, again.problems_total], [1, 0, 0]);
    await cashier.post(of(`invoice-results/${again.id}/commit`), {}, 200);
    assert.deepEqual([(await one(a.id)).number, (await one(b.id)).detail], [first, '购方税号有误']);
    const others = await list([[rb, first, day, '1000.00', '', '']]);
    assert.deepEqual(others.problems.map((p) => p.code), ['invoice.number-used']);
    await cashier.delete(of(`invoice-results/${others.id}`));
    await step(b.id, 'retry', {});
    await step(b.id, 'void', { reason: '不开了' });
    const page = await cashier.get(of(`invoices?state=issued&text=${first}`));
    assert.deepEqual(page.items.map((i) => i.number), [first]);
    assert.equal(page.totals.find((t) => t.state === 'issued').n, 1);
  });
});

describe('in red, and for a receipt', () => {
  test('the red letter comes before the receipt is taken back; its papers never are two', async () => {
    const { receipt, voucher } = await paid();
    const { id } = await ask(voucher);
    const at = `/api/v1/receipts/${receipt.book_id}/${receipt.no}`;
    await cashier.refused('POST', `${at}/void`, 409, 'invoice.waits', { body: { reason: '写错' } });
    const day = await today();
    await step(id, 'issue', { number: number(), day });
    await cashier.refused('POST', `${at}/void`, 409, 'invoice.stands', { body: { reason: '写错' } });
    await step(id, 'swap', { lost: false });
    const book = await till(cashier, project);
    const swap = { body: { book_id: book, returned: true, reason: '补' } };
    await cashier.refused('POST', `${at}/swap`, 409, 'invoice.paper', swap);
    const leaf = (await cashier.get(`/api/v1/deals/${deal.id}/receipts`)).items.find((r) => r.number === receipt.number);
    assert.equal(leaf.state, 'invoiced');
    await step(id, 'red-want', { reason: '更名' });
    await step(id, 'red', { number: number(), day });
    await cashier.post(`${at}/swap`, swap.body, [200, 201]);
    const { id: next } = await ask(voucher);
    const { chain } = await one(next);
    const listed = (await sales.get(`/api/v1/deals/${deal.id}/invoices`)).items.map((i) => i.id);
    assert.deepEqual([listed[0], listed.includes(id)], [next, true]);
    assert.deepEqual(chain.map((l) => l.state), ['red', 'wanted']);
    await cashier.refused('POST', `/api/v1/invoices/${id}/red`, 409, 'invoice.step', {
      body: { version: (await one(id)).version, number: number(), day },
    });
  });

  test('that names went out is in the log, and how many', async () => {
    const log = await site.login('audit');
    const { items } = await log.get('/api/v1/audit?action=invoice.file');
    assert.ok(items.length >= 3);
  });
});
