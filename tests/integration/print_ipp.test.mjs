// A printer that speaks IPP and needs no driver: set up by anchangctl, a payment's receipt arrives at it, once.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Cups, noCups, until } from './lib/cups.mjs';
import { IppPrinter, noIppPrinter } from './lib/ipp_printer.mjs';
import { take } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

const lacking = noCups() ?? noIppPrinter();

describe('an IPP printer', { skip: lacking ?? false }, () => {
  let site, cups, printer, admin, cashier, deal;
  before(async () => {
    cups = await Cups.start();
    process.env.CUPS_SERVER = cups.socket;
    printer = await IppPrinter.start(path.join(cups.dir, 'ipp'));
    site = await Site.demo();
    [admin, cashier] = await Promise.all(['admin', 'cashier'].map((p) => site.login(p)));
    deal = await (await Sales.of(await site.login('sales'), cashier)).subscribed();
  });
  after(async () => {
    await site?.close();
    await printer?.close();
    await cups?.close();
  });

  test('is set up with one command, and what is paid comes out with its number', async () => {
    const made = site.ctl('printers', 'setup', 'office', '--device', printer.uri, { env: cups.env });
    assert.equal(made.status, 0, made.stdout + made.stderr);
    assert.match(made.stdout, /^ok office /m);
    const { id } = await admin.post('/api/v1/printers', { name: '办公室', driver: 'cups', target: 'office' }, 201);
    await admin.put('/api/v1/print-routes', { kind: 'receipt', terminal_id: null, printer_id: id }, 200);
    const receipt = await take(cashier, deal.id, 'house_money', 10000);
    await until(async () => {
      const { items } = await cashier.get(`/api/v1/receipts/${receipt.book_id}/${receipt.no}/prints`);
      return items[0].state === 'handed_over';
    }, 'handed over');
    const papers = printer.papers();
    assert.equal(papers.length, 1, papers.join());
    assert.equal(fs.readFileSync(papers[0]).subarray(0, 5).toString(), '%PDF-');
    const { stdout } = spawnSync('pdftotext', ['-layout', papers[0], '-'], { encoding: 'utf8' });
    // CUPS turns the page for the printer's paper, and pdftotext reads turned lines from their ends.
    const turned = [...stdout].reverse().join('');
    assert.ok(stdout.includes(receipt.number) || turned.includes(receipt.number), stdout);
    const said = (await admin.get('/api/v1/printers')).items.find((p) => p.id === id);
    assert.deepEqual([said.health, said.reasons], ['idle', []]);
  });
});
