// Layouts of papers: tried before they are kept, kept as versions, led to by routes, printed as test pages that say so.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { until } from './lib/cups.mjs';
import { take } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

const SMALL = `{"width": 80, "height": 60,\n "items": [{"text": "{number} {total}", "x": 5, "y": 10, "w": 70}]}`;

let site, admin, cashier, deal, folder;
const list = () => admin.get('/api/v1/paper-layouts');
const files = (start) => fs.readdirSync(folder).filter((name) => name.startsWith(start));

before(async () => {
  site = await Site.demo();
  const [a, c, sales] = await Promise.all(['admin', 'cashier', 'sales'].map((p) => site.login(p)));
  admin = a;
  cashier = c;
  deal = await (await Sales.of(sales, cashier)).subscribed();
  folder = path.join(site.state, 'printed');
});
after(() => site?.close());

test('those of the program are there, and what may stand on each kind', async () => {
  const { items, kinds } = await list();
  assert.ok(items.some((x) => x.kind === 'receipt' && x.program && x.ordinal === 1));
  const receipt = kinds.find((k) => k.kind === 'receipt');
  assert.ok(receipt.fields.some((f) => f.name === 'line.amount' && f.label === 'line: amount'));
  assert.ok(!kinds.some((k) => k.kind === 'test'));
});

test('a wrong one is refused by name, tried and kept alike', async () => {
  const wrong = { kind: 'receipt', body: SMALL.replace('{total}', '{nobody}') };
  for (const at of ['preview', 'picture']) {
    const said = await admin.refused('POST', `/api/v1/paper-layouts/${at}`, 422, 'paper-layout.wrong', { body: wrong });
    assert.match(said.detail, /nobody/);
  }
  await admin.refused('POST', '/api/v1/paper-layouts', 422, 'paper-layout.wrong', { body: { ...wrong, name: '小票' } });
  const pdf = (await admin.request('POST', '/api/v1/paper-layouts/preview', { body: { ...wrong, body: SMALL } })).bytes;
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  const svg = (await admin.request('POST', '/api/v1/paper-layouts/picture', { body: { ...wrong, body: SMALL } })).bytes;
  assert.match(svg.toString(), /<svg /);
});

test('a receipt looks as its route says; versions stay and one goes back to them', async () => {
  const made = await admin.post('/api/v1/paper-layouts', { kind: 'receipt', name: '小票', body: SMALL }, 201);
  await admin.refused('POST', '/api/v1/paper-layouts', 422, 'paper-layout.name', {
    body: { kind: 'receipt', name: '小票', body: SMALL },
  });
  const printer = (await admin.get('/api/v1/printers')).items[0];
  const route = { kind: 'receipt', terminal_id: null, printer_id: printer.id, layout_id: made.id, preprinted: true };
  const routes = await admin.put('/api/v1/print-routes', route);
  assert.deepEqual(routes.items[0], route);

  const receipt = await take(cashier, deal.id, 'house_money', 10000);
  const paper = await until(async () => {
    const at = `/api/v1/receipts/${receipt.book_id}/${receipt.no}`;
    if ((await cashier.get(`${at}/prints`)).items[0]?.state !== 'handed_over') return null;
    return (await cashier.request('GET', `${at}/paper`)).bytes.toString('latin1');
  }, 'the receipt is out');
  assert.match(paper, /MediaBox \[ 0 0 226\.77\d* 170\.07\d* \]/); // 80 x 60 mm

  const taller = SMALL.replace('60,', '70,');
  const next = await admin.patch(`/api/v1/paper-layouts/${made.id}`, { version: made.version, body: taller });
  assert.deepEqual(
    next.versions.map((v) => v.ordinal),
    [2, 1],
  );
  await admin.refused('PATCH', `/api/v1/paper-layouts/${made.id}`, 412, 'version.changed', {
    body: { version: made.version, body: SMALL },
  });
  const old = await admin.get(`/api/v1/paper-layouts/${made.id}?ordinal=1`);
  assert.equal(old.body, SMALL);
  const back = await admin.patch(`/api/v1/paper-layouts/${made.id}`, { version: next.version, body: old.body });
  assert.equal(back.ordinal, 3);

  await admin.post(`/api/v1/paper-layouts/${made.id}/test`, { printer_id: printer.id }, 204);
  const [test] = await until(() => files('测试页').length && files('测试页'), 'a test page');
  assert.ok(fs.readFileSync(path.join(folder, test)).includes('/ActualText <FEFF6D4B8BD5'), '测试 stands on it');

  await admin.post(`/api/v1/paper-layouts/${made.id}/retire`, { version: back.version }, 204);
  assert.equal((await admin.get('/api/v1/print-routes')).items[0].layout_id, null);
  const [last, ...others] = (await list()).items.filter((l) => l.kind === 'receipt');
  for (const l of others) await admin.post(`/api/v1/paper-layouts/${l.id}/retire`, { version: l.version }, 204);
  await admin.refused('POST', `/api/v1/paper-layouts/${last.id}/retire`, 409, 'paper-layout.last', {
    body: { version: last.version },
  });
});

test('a printer that is off is set right: the bytes are kept as they are, and sent moved', async () => {
  const printer = (await admin.get('/api/v1/printers')).items[0];
  const body = { version: printer.version, offset_x: 25, offset_y: -10 };
  await admin.patch(`/api/v1/printers/${printer.id}`, body);
  const receipt = await take(cashier, deal.id, 'house_money', 10000);
  const at = `/api/v1/receipts/${receipt.book_id}/${receipt.no}`;
  await until(async () => (await cashier.get(`${at}/prints`)).items[0]?.state === 'handed_over', 'out');
  const kept = (await cashier.request('GET', `${at}/paper`)).bytes;
  const sent = fs.readFileSync(path.join(folder, files(receipt.number)[0]));
  assert.deepEqual(sent.subarray(0, kept.length), kept);
  assert.ok(sent.subarray(kept.length).includes('q 1 0 0 1 7.087 2.835 cm')); // 2.5 mm right, 1 mm up
});
