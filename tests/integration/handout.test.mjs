// What a visitor takes home: a unit and what buying it would cost, on paper, as the public chart shows them; a few for
// each visitor, and only where a printer was chosen for it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from './lib/cups.mjs';
import { published } from './lib/published.mjs';
import { hold, publicUnits } from './lib/walk.mjs';

let site, admin, control, manager, id, kiosk, fresh, folder, printer;
const visit = () => `visit-${Math.random().toString(36).slice(2).padEnd(12, '0')}`;
const money = (fen) => (fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const make = (who, unit, body, status = 201) =>
  who.post(`/api/v1/public/units/${unit}/handouts`, body, status);
const route = (kind, printer_id, terminal_id = kiosk.session.terminal.id) =>
  admin.put('/api/v1/print-routes', { kind, terminal_id, printer_id }, 200);
/** What pdftotext reads, gaps aside; null where there is none. */
function words(bytes) {
  const read = spawnSync('pdftotext', ['-layout', '-', '-'], { input: bytes });
  return read.status === 0 ? read.stdout.toString().replace(/[ \n\f]+/g, '') : null;
}
function has(bytes, ...texts) {
  const read = words(bytes);
  for (const text of read === null ? [] : texts) assert.ok(read.includes(text.replaceAll(' ', '')), `${text} in ${read}`);
}
const printed = async (number) => {
  const name = await until(() => fs.readdirSync(folder).find((n) => n.startsWith(number)), `${number} in the folder`);
  return fs.readFileSync(path.join(folder, name));
};

before(async () => {
  ({ site, admin, control, manager, id, kiosk, fresh } = await published());
  folder = path.join(site.state, 'printed');
  printer = (await admin.get('/api/v1/printers')).items[0];
});
after(() => site.close());

describe('without a printer that was chosen for it', () => {
  test('the terminal hears so, and nothing is made', async () => {
    const unit = await fresh();
    assert.deepEqual(await kiosk.get('/api/v1/terminal/printing'), { unit_sheet: 'none', purchase_plan: 'none' });
    await kiosk.refused('POST', `/api/v1/public/units/${unit.id}/handouts`, 409, 'print.no-printer', {
      body: { kind: 'unit_sheet', visit: visit() },
    });
    assert.equal(fs.existsSync(folder) ? fs.readdirSync(folder).length : 0, 0);
  });
});

describe('at a terminal', () => {
  before(async () => {
    await route('unit_sheet', printer.id);
    await route('purchase_plan', printer.id);
    await until(
      async () => (await kiosk.get('/api/v1/terminal/printing')).unit_sheet === 'ready',
      'the printer is ready',
    );
  });

  test('a unit sheet says what the chart says, and which chart', async () => {
    const { id: unit } = await fresh();
    const shown = await kiosk.get(`/api/v1/public/units/${unit}`);
    const made = await make(kiosk, unit, { kind: 'unit_sheet', visit: visit() });
    const bytes = await printed(made.number);
    await until(
      async () => (await kiosk.get(`/api/v1/terminal/handouts/${made.id}`)).state === 'handed_over',
      'the sheet is handed over',
    );
    has(
      bytes,
      '房源单',
      made.number,
      shown.room,
      money(shown.total_fen),
      money(shown.unit_price_fen),
      money(shown.gross_area),
      money(shown.inner_area),
      shown.permit,
      `快照 ${shown.publication.hash.slice(0, 12)}`,
      `第 ${shown.publication.number} 版`,
    );
    // The office sees the same bytes.
    const { bytes: kept } = await control.request('GET', `/api/v1/papers/${made.paper_id}`);
    assert.deepEqual(kept, bytes);
  });

  test('a plan has the figures of the estimate, for each way of paying', async () => {
    const { id: unit } = await fresh();
    for (const choice of [
      { years: 30, loan: 'commercial', method: 'annuity' },
      { years: 20, loan: 'combined', method: 'principal', down: 5000 },
    ]) {
      const query = new URLSearchParams(choice);
      const e = await kiosk.get(`/api/v1/public/units/${unit}/estimate?${query}`);
      const made = await make(kiosk, unit, { kind: 'purchase_plan', visit: visit(), ...choice });
      const sums = [e.total_fen, e.down_fen, e.loan_fen, e.first_month_fen, e.last_month_fen, e.interest_fen];
      for (const p of e.parts) sums.push(p.loan_fen, p.first_month_fen, p.last_month_fen, p.interest_fen);
      has(
        await printed(made.number),
        '置业计划书',
        ...sums.map(money),
        choice.method === 'annuity' ? '等额本息' : '等额本金',
        `${choice.years} 年`,
      );
    }
  });

  test('what is sold shows no price and has no plan', async () => {
    const sold = (await publicUnits(kiosk, id)).find((u) => !u.total);
    const made = await make(kiosk, sold.id, { kind: 'unit_sheet', visit: visit() });
    has(await printed(made.number), '此房源不标价');
    await kiosk.refused('POST', `/api/v1/public/units/${sold.id}/handouts`, 404, 'not-found', {
      body: { kind: 'purchase_plan', visit: visit() },
    });
  });

  test('another terminal does not hear of it', async () => {
    const { id: unit } = await fresh();
    const other = await site.terminal(admin, { project: id });
    const made = await make(kiosk, unit, { kind: 'unit_sheet', visit: visit() });
    await other.refused('GET', `/api/v1/terminal/handouts/${made.id}`, 404, 'not-found');
    assert.equal((await other.get('/api/v1/terminal/printing')).unit_sheet, 'none');
  });

  test('a visitor gets three, then the next one does; a terminal twenty within an hour', async () => {
    const { id: unit } = await fresh();
    const desk = await site.terminal(admin, { project: id });
    const body = { kind: 'unit_sheet', visit: visit() };
    await route('unit_sheet', printer.id, desk.session.terminal.id);
    for (let i = 0; i < 3; i++) await make(desk, unit, body);
    await desk.refused('POST', `/api/v1/public/units/${unit}/handouts`, 429, 'handout.visit', { body });
    for (let i = 3; i < 20; i++) await make(desk, unit, { ...body, visit: visit() });
    await desk.refused('POST', `/api/v1/public/units/${unit}/handouts`, 429, 'handout.hour', {
      body: { ...body, visit: visit() },
    });
  });

  test('bad input has its code', async () => {
    const { id: unit } = await fresh();
    const refused = (body, code, status = 422) =>
      kiosk.refused('POST', `/api/v1/public/units/${unit}/handouts`, status, code, { body });
    await refused({ kind: 'unit_sheet' }, 'fields.wrong');
    await refused({ kind: 'receipt', visit: visit() }, 'fields.wrong');
    await refused({ kind: 'unit_sheet', visit: 'short' }, 'fields.wrong');
    await refused({ kind: 'unit_sheet', visit: visit(), years: 20 }, 'fields.wrong');
    await refused({ kind: 'purchase_plan', visit: visit(), years: 31 }, 'fields.wrong');
    await refused({ kind: 'purchase_plan', visit: visit(), down: 0 }, 'fields.wrong');
  });
});

describe('by staff', () => {
  test('one is seen first and printed then, with no limit and no visit', async () => {
    const { id: unit } = await fresh();
    const made = await make(manager, unit, { kind: 'purchase_plan', years: 10 });
    assert.equal(made.state, null);
    const { bytes } = await manager.request('GET', `/api/v1/papers/${made.paper_id}`);
    has(bytes, '10 年', made.number);
    await manager.post(`/api/v1/papers/${made.paper_id}/prints`, {}, 200);
    has(await printed(made.number), made.number);
    await manager.refused('POST', `/api/v1/public/units/${unit}/handouts`, 422, 'fields.wrong', {
      body: { kind: 'unit_sheet', visit: visit() },
    });
  });

  test('it stays what the chart was, though the unit is held since', async () => {
    const found = await fresh();
    const unit = found.id;
    const { total_fen } = await kiosk.get(`/api/v1/public/units/${unit}`);
    const made = await make(manager, unit, { kind: 'unit_sheet' });
    await hold(control, id, [found]);
    has((await manager.request('GET', `/api/v1/papers/${made.paper_id}`)).bytes, money(total_fen), '可售');
    // What is held now says so, and never why (SC-07).
    const now = await make(manager, unit, { kind: 'unit_sheet' });
    const { bytes } = await manager.request('GET', `/api/v1/papers/${now.paper_id}`);
    has(bytes, '暂留');
    assert.ok(!words(bytes)?.includes('内部保留'));
  });
});

describe('the published chart', () => {
  const KINDS = { chart: 'chart.pdf', prices: 'price-list.pdf' };
  const download = async (file, publication) =>
    (await manager.request('GET', `/api/v1/projects/${id}/export/${file}?publication=${publication}&lang=zh`)).bytes;
  const newest = async () => (await manager.get(`/api/v1/projects/${id}/publications`)).items[0];

  test('is printed with the bytes of its download, and as it was', async () => {
    const found = await fresh();
    const { id: publication, patches } = await newest();
    for (const [kind, file] of Object.entries(KINDS)) {
      const made = await manager.post(
        '/api/v1/papers',
        { kind, subject_id: publication, subject_no: patches, print: true },
        200,
      );
      const bytes = await printed(made.number);
      assert.deepEqual(await download(file, publication), bytes);
      fs.rmSync(path.join(folder, fs.readdirSync(folder).find((n) => n.startsWith(made.number))));
    }
    await hold(control, id, [found]);
    const later = await manager.post(
      '/api/v1/papers',
      { kind: 'prices', subject_id: publication, subject_no: patches, print: false },
      200,
    );
    const { bytes } = await manager.request('GET', `/api/v1/papers/${later.id}`);
    assert.notDeepEqual(await download(KINDS.prices, publication), bytes);
    assert.ok((await newest()).patches > patches);
  });

  test('only what is published, for who may take it out', async () => {
    const { id: publication, patches } = await newest();
    const ask = { kind: 'chart', subject_id: publication, subject_no: patches + 1, print: false };
    await manager.refused('POST', '/api/v1/papers', 404, 'not-found', { body: ask });
    const sales = await site.login('sales');
    await sales.refused('POST', '/api/v1/papers', 403, 'right.denied', { body: { ...ask, subject_no: patches } });
  });

  test('has no layouts', () =>
    admin.refused('POST', '/api/v1/paper-layouts', 422, 'paper-layout.wrong', {
      body: { kind: 'chart', name: '别样', body: '{"width": 100, "height": 100, "items": []}' },
    }));
});
