// Paper rolls: a counter whose route leads to a receipt printer. What comes out is what the record shows, it comes out
// once, and what keeps it from coming out is said.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from './lib/cups.mjs';
import { Escpos } from './lib/escpos.mjs';
import { payment, take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, admin, cashier, sales, deal, printer, row, layout;
const prints = (receipt) => cashier.get(`/api/v1/receipts/${receipt.book_id}/${receipt.no}/prints`);
const job = (receipt, state) =>
  until(async () => {
    const newest = (await prints(receipt)).items[0];
    assert.ok(newest?.state === state || ['queued', 'sending', 'handed_over'].includes(newest?.state), newest?.state);
    return newest?.state === state && newest;
  }, `${receipt.number} is ${state}`);
const again = (receipt, body = {}) =>
  cashier.post(`/api/v1/receipts/${receipt.book_id}/${receipt.no}/prints`, body, 200);
const how = async () => (await admin.get('/api/v1/printers')).items.find((p) => p.id === row.id);
const route = (body, status = 200) =>
  admin.put('/api/v1/print-routes', { kind: 'receipt', terminal_id: null, printer_id: row.id, ...body }, status);
const paid = () => take(cashier, deal.id, 'house_money', 123456);
const papers = (receipt) => printer.out().filter((text) => text.includes(receipt.number));
const idle = () => until(async () => (await how()).health === 'idle', 'the printer is idle');

before(async () => {
  printer = await Escpos.start();
  site = await Site.demo();
  [admin, cashier, sales] = await Promise.all(['admin', 'cashier', 'sales'].map((p) => site.login(p)));
  const shop = await Sales.of(sales, cashier);
  deal = await shop.subscribed();
  layout = (await admin.get('/api/v1/paper-layouts')).items.find((l) => l.name.includes('小票'));
  row = await admin.post('/api/v1/printers', { name: '小票机', driver: 'escpos', target: printer.target }, 201);
  await idle();
});
after(async () => {
  await site?.close();
  await printer?.close();
});

describe('set up', () => {
  test('a way that leads to no printer is refused', async () => {
    for (const target of ['', 'lpt:1', 'tcp:a columns=3', 'usb:04b8'])
      await admin.refused('POST', '/api/v1/printers', 422, 'printer.target', {
        body: { name: '错误', driver: 'escpos', target },
      });
  });

  test('it takes layouts of rolls alone', async () => {
    const a5 = (await admin.get('/api/v1/paper-layouts')).items.find((l) => l.kind === 'receipt' && l.name.includes('A5'));
    await admin.refused('PUT', '/api/v1/print-routes', 422, 'print.roll', {
      body: { kind: 'receipt', terminal_id: null, printer_id: row.id, layout_id: a5.id },
    });
    const { items } = await route({ layout_id: null }); // the first that it takes
    assert.equal(items.find((r) => r.printer_id === row.id).layout_id, layout.id);
  });
});

describe('a receipt', () => {
  test('comes out once, with its number, amount and capitals, and is known to be out', async () => {
    const receipt = await paid();
    const done = await job(receipt, 'printed');
    assert.deepEqual([done.driver, done.copy], ['escpos', 0]);
    const [text, ...more] = papers(receipt);
    assert.equal(more.length, 0);
    for (const word of [`No. ${receipt.number}`, '￥1,234.56', '人民币壹仟贰佰叁拾肆元伍角陆分', '收款收据'])
      assert.ok(text.includes(word), `${word} is not on\n${text}`);
    assert.ok(!text.includes('[drawer]'), 'no cash, no drawer');
    // Its record is a page, and beside it the very roll is kept.
    const { bytes } = await cashier.request('GET', `/api/v1/receipts/${receipt.book_id}/${receipt.no}/paper`);
    assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
    const kept = fs
      .readdirSync(path.join(site.state, 'papers'))
      .map((name) => [name, fs.readFileSync(path.join(site.state, 'papers', name))])
      .find(([, file]) => file.toString().startsWith('roll 1 48\n') && file.includes(receipt.number));
    assert.equal(createHash('sha256').update(kept[1]).digest('hex'), kept[0]);
    const { items } = await admin.get(`/api/v1/print-jobs/${done.id}/events`);
    assert.deepEqual(
      items.map((e) => e.state),
      ['queued', 'sending', 'handed_over', 'printed'],
    );
  });

  test('with cash the drawer opens; a copy says that it is one and opens none', async () => {
    const { project_id } = await cashier.get(`/api/v1/deals/${deal.id}`);
    const book = await till(cashier, project_id);
    const body = payment(book, 'house_money', 5000, { tenders: [{ tender: 'cash', amount_fen: 5000 }] });
    const receipt = await cashier.post(`/api/v1/deals/${deal.id}/receipts`, body, 201);
    await job(receipt, 'printed');
    assert.ok(papers(receipt)[0].startsWith('[drawer]\n'));
    await again(receipt, { reason: '客户遗失' });
    assert.equal((await job(receipt, 'printed')).copy, 1);
    const copy = papers(receipt)[1];
    assert.match(copy, /^ *补打第 1 次/);
    assert.ok(!copy.includes('[drawer]') && copy.includes('￥50.00'));
  });
});

test('a paper of a sheet is not for it, and that is said', async () => {
  const a5 = (await admin.get('/api/v1/paper-layouts')).items.find((l) => l.kind === 'receipt' && l.name.includes('A5'));
  const folder = (await admin.get('/api/v1/printers')).items.find((p) => p.driver === 'file');
  await route({ printer_id: folder.id, layout_id: a5.id });
  const receipt = await paid();
  await job(receipt, 'handed_over');
  await again(receipt, { reason: '客户要小票', printer_id: row.id });
  assert.match((await job(receipt, 'failed')).detail, /不是小票版式/);
  await route({ layout_id: layout.id });
  assert.equal(papers(receipt).length, 0);
});

test('a test page says that it is one', async () => {
  await admin.post(`/api/v1/paper-layouts/${layout.id}/test`, { printer_id: row.id }, 204);
  const text = await until(() => printer.out().find((paper) => paper.includes('测试页')), 'a test page');
  assert.match(text, /^ *测试页，不作凭证\n-+\n/);
  assert.ok(text.includes('492,760.00') && !text.includes('[drawer]'));
});

describe('what keeps it from coming out', () => {
  test('no paper: it waits here, is told, and comes out once when there is paper', async () => {
    printer.does('empty');
    await until(async () => (await how()).reasons.includes('media-empty'), 'media-empty');
    const first = await paid();
    const second = await paid();
    assert.equal((await prints(first)).items[0].state, 'queued');
    assert.ok((await prints(first)).printer.reasons.includes('media-empty'));
    printer.does('ok');
    await job(first, 'printed');
    await job(second, 'printed');
    assert.deepEqual([papers(first).length, papers(second).length], [1, 1]);
    const all = printer.out();
    assert.ok(all.indexOf(papers(first)[0]) < all.indexOf(papers(second)[0]), 'in their order');
  });

  test('the paper ends in the middle: it is being printed until there is paper', async () => {
    await idle();
    printer.emptyAfter = 3;
    const receipt = await paid();
    await job(receipt, 'sending');
    await until(async () => (await how()).reasons.includes('media-empty'), 'media-empty');
    printer.does('ok');
    await job(receipt, 'printed');
    assert.equal(papers(receipt).length, 1);
  });

  test('cut off in the middle: nobody knows, and it is not sent again', async () => {
    await idle();
    printer.diesAfter = 100;
    const receipt = await paid();
    const doubt = await job(receipt, 'unconfirmed');
    await idle();
    assert.equal(papers(receipt).length, 0);
    assert.equal((await cashier.post(`/api/v1/print-jobs/${doubt.id}/confirm`, { printed: false }, 200)).state, 'failed');
    await again(receipt);
    await job(receipt, 'printed');
    assert.equal(papers(receipt).length, 1);
  });

  test('killed while it prints, the daemon asks a person', async () => {
    await idle();
    printer.emptyAfter = 3;
    const receipt = await paid();
    await job(receipt, 'sending');
    await site.kill();
    await site.start();
    [admin, cashier] = await Promise.all(['admin', 'cashier'].map((p) => site.login(p)));
    await job(receipt, 'unconfirmed');
    printer.does('ok');
    await idle();
    site.verify();
  });

  test('switched off it is missed, and what waits comes out when it is back', async () => {
    printer.does('silent');
    await until(async () => (await how()).reasons.includes('timed-out'), 'timed-out');
    const receipt = await paid();
    assert.equal((await prints(receipt)).items[0].state, 'queued');
    printer.does('ok');
    await job(receipt, 'printed');
    assert.equal(papers(receipt).length, 1);
  });
});
