// Paper: a receipt's job goes to a folder or to a real cupsd, once; what may have come out is settled by a person; the
// paper is the same bytes wherever it is seen.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Cups, noCups, until } from './lib/cups.mjs';
import { take } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

let site, admin, cashier, sales, deal, cups, folder;
const prints = (receipt, who = cashier) => who.get(`/api/v1/receipts/${receipt.book_id}/${receipt.no}/prints`);
const paper = async (receipt) =>
  (await cashier.request('GET', `/api/v1/receipts/${receipt.book_id}/${receipt.no}/paper`)).bytes;
/** The newest job of a receipt, once it is as asked. */
const job = (receipt, state) =>
  until(async () => {
    const newest = (await prints(receipt)).items[0];
    return newest?.state === state && newest;
  }, `${receipt.number} is ${state}`);
const again = (receipt, body = {}, status = 200) =>
  cashier.post(`/api/v1/receipts/${receipt.book_id}/${receipt.no}/prints`, body, status);
const confirm = (id, printed) => cashier.post(`/api/v1/print-jobs/${id}/confirm`, { printed }, 200);
const paid = () => take(cashier, deal.id, 'house_money', 10000);

before(async () => {
  if (!noCups()) {
    cups = await Cups.start();
    process.env.CUPS_SERVER = cups.socket;
  }
  site = await Site.demo();
  [admin, cashier, sales] = await Promise.all(['admin', 'cashier', 'sales'].map((p) => site.login(p)));
  const shop = await Sales.of(sales, cashier);
  deal = await shop.subscribed();
  folder = path.join(site.state, 'printed');
});
after(async () => {
  await site?.close();
  await cups?.close();
});

describe('a folder', () => {
  test('a receipt comes out by itself, and is the kept bytes', async () => {
    const receipt = await paid();
    const done = await job(receipt, 'handed_over');
    assert.deepEqual([done.driver, done.copy], ['file', 0]);
    const files = fs.readdirSync(folder).filter((name) => name.startsWith(receipt.number));
    assert.equal(files.length, 1);
    const bytes = fs.readFileSync(path.join(folder, files[0]));
    assert.deepEqual(await paper(receipt), bytes);
    assert.ok(bytes.includes('/MediaBox [ 0 0 595.27'), 'A5, as long as nothing else is said');
    assert.ok(fs.existsSync(path.join(site.state, 'papers', sha(bytes))));
  });

  test('printed again it is a copy, with a reason and a number of its own', async () => {
    const receipt = await paid();
    await job(receipt, 'handed_over');
    await cashier.refused('POST', `/api/v1/receipts/${receipt.book_id}/${receipt.no}/prints`, 422, 'reason.needed', {
      body: {},
    });
    await again(receipt, { reason: '客户遗失' });
    const copy = await job(receipt, 'handed_over');
    assert.equal(copy.copy, 1);
    const files = fs.readdirSync(folder).filter((name) => name.startsWith(receipt.number));
    assert.equal(files.length, 2);
    // The copy is the original, byte for byte, and behind it that it is a copy.
    const [short, long] = files.map((name) => fs.readFileSync(path.join(folder, name))).sort((a, b) => a.length - b.length);
    assert.deepEqual(short, await paper(receipt));
    assert.deepEqual(long.subarray(0, short.length), short);
    assert.ok(long.includes('/ActualText <FEFF88656253'));
  });

  test('an altered original is not shown', async () => {
    const receipt = await paid();
    await job(receipt, 'handed_over');
    const kept = path.join(site.state, 'papers', sha(await paper(receipt)));
    fs.appendFileSync(kept, ' ');
    await cashier.refused('GET', `/api/v1/receipts/${receipt.book_id}/${receipt.no}/paper`, 409, 'paper.damaged');
  });

  test('a paper is asked for by kind and subject: the same one, for who has the right of its kind', async () => {
    const receipt = await paid();
    const done = await job(receipt, 'handed_over');
    const ask = { kind: 'receipt', subject_id: receipt.book_id, subject_no: receipt.no, print: false };
    const found = await cashier.post('/api/v1/papers', ask, 200);
    assert.deepEqual([found.id, found.number, found.items[0].id], [done.paper_id, receipt.number, done.id]);
    assert.deepEqual((await cashier.request('GET', `/api/v1/papers/${found.id}`)).bytes, await paper(receipt));
    await cashier.refused('POST', '/api/v1/papers', 422, 'reason.needed', { body: { ...ask, print: true } });
    await cashier.post('/api/v1/papers', { ...ask, print: true, reason: '客户遗失' }, 200);
    await job(receipt, 'handed_over');
    await cashier.post(`/api/v1/papers/${found.id}/prints`, { reason: '再补' }, 200);
    const last = await job(receipt, 'handed_over');
    assert.equal(last.copy, 2);
    assert.deepEqual((await cashier.get(`/api/v1/papers/${found.id}/prints`)).items, (await prints(receipt)).items);
    await sales.refused('POST', '/api/v1/papers', 403, 'right.denied', { body: ask });
    for (const at of ['', '/prints']) await sales.refused('GET', `/api/v1/papers/${found.id}${at}`, 404, 'not-found');
    await sales.refused('POST', `/api/v1/papers/${found.id}/prints`, 404, 'not-found', { body: {} });
    await sales.refused('POST', `/api/v1/print-jobs/${last.id}/confirm`, 404, 'not-found', { body: { printed: true } });
  });

  test('who sells does not see papers with names', async () => {
    const receipt = await paid();
    await sales.refused('GET', `/api/v1/receipts/${receipt.book_id}/${receipt.no}/paper`, 403, 'right.denied');
  });
});

describe('cupsd', { skip: noCups() ?? false }, () => {
  let desk, printer;
  const printers = async () => (await admin.get('/api/v1/printers')).items;
  const how = async () => (await printers()).find((p) => p.id === printer.id);
  const bound = (printer_id) =>
    admin.put('/api/v1/print-routes', { kind: 'receipt', terminal_id: null, printer_id }, 200);
  const papers = (receipt) => desk.out().filter((name) => name.includes(receipt.number));

  before(async () => {
    desk = cups.queue('desk');
    printer = await admin.post('/api/v1/printers', { name: '收银台', driver: 'cups', target: 'desk' }, 201);
    await bound(printer.id);
  });

  test('a receipt comes out at the printer, once, as the kept bytes', async () => {
    const receipt = await paid();
    const done = await job(receipt, 'handed_over');
    assert.equal(done.printer, '收银台');
    const [name] = await until(() => papers(receipt).length && papers(receipt), 'the paper');
    assert.deepEqual(desk.bytes(name), await paper(receipt));
    assert.equal(desk.begun().filter((n) => n.includes(receipt.number)).length, 1);
  });

  test('out of paper: told with its reason, printed when there is paper', async () => {
    desk.does('empty');
    const receipt = await paid();
    await job(receipt, 'sending');
    const empty = await until(async () => (await how()).reasons.includes('media-empty') && (await how()), 'media-empty');
    assert.ok(['busy', 'stopped'].includes(empty.health), empty.health);
    assert.ok((await prints(receipt)).printer.reasons.includes('media-empty'));
    desk.does('ok');
    await job(receipt, 'handed_over');
    assert.equal(papers(receipt).length, 1);
    await until(async () => (await how()).reasons.length === 0, 'no reason any more');
  });

  test('given up in the middle: nobody knows, a person says what he sees', async () => {
    desk.does('abort');
    const receipt = await paid();
    const doubt = await job(receipt, 'unconfirmed');
    desk.does('ok');
    await cashier.refused('POST', `/api/v1/receipts/${receipt.book_id}/${receipt.no}/prints`, 409, 'print.open', {
      body: { reason: '卡纸' },
    });
    assert.equal((await confirm(doubt.id, false)).state, 'failed');
    await again(receipt);
    assert.equal((await job(receipt, 'handed_over')).copy, 0);
    assert.equal(papers(receipt).length, 1);
  });

  test('it printed and said it did not: unconfirmed, and never sent again by itself', async () => {
    desk.does('late');
    const receipt = await paid();
    const doubt = await job(receipt, 'unconfirmed');
    desk.does('ok');
    assert.equal((await confirm(doubt.id, true)).state, 'printed');
    assert.equal(papers(receipt).length, 1);
    assert.equal(desk.begun().filter((n) => n.includes(receipt.number)).length, 1);
  });

  test('no cupsd: it waits, and comes out when there is one', async () => {
    await cups.kill('SIGTERM');
    await until(async () => (await how()).reasons.includes('no-cups'), 'no-cups');
    const receipt = await paid();
    assert.equal((await prints(receipt)).items[0].state, 'queued');
    await cups.run();
    await job(receipt, 'handed_over');
    assert.equal(papers(receipt).length, 1);
  });

  test('killed while it prints, the daemon finds its job again by its name', async () => {
    desk.does('slow 2');
    const receipt = await paid();
    await until(() => desk.begun().some((n) => n.includes(receipt.number)), 'begun');
    await site.kill();
    await site.start();
    [admin, cashier] = await Promise.all(['admin', 'cashier'].map((p) => site.login(p)));
    await job(receipt, 'handed_over');
    desk.does('ok');
    assert.equal(papers(receipt).length, 1);
    assert.equal(desk.begun().filter((n) => n.includes(receipt.number)).length, 1);
  });

  test('a queue that is set to print again is told of', async () => {
    cups.queue('again', { policy: 'retry-job' });
    const other = await admin.post('/api/v1/printers', { name: '错误策略', driver: 'cups', target: 'again' }, 201);
    await until(
      async () => (await printers()).find((p) => p.id === other.id).reasons.includes('error-policy'),
      'error-policy',
    );
    await admin.post(`/api/v1/printers/${other.id}/retire`, { version: 1 }, 204);
  });

  test('the story of a job', async () => {
    const receipt = await paid();
    const done = await job(receipt, 'handed_over');
    const { items } = await admin.get(`/api/v1/print-jobs/${done.id}/events`);
    assert.deepEqual(
      items.map((e) => e.state),
      ['queued', 'sending', 'handed_over'],
    );
    const list = await admin.get(`/api/v1/print-jobs?printer=${printer.id}`);
    assert.equal(list.items[0].id, done.id);
    site.verify();
  });
});
