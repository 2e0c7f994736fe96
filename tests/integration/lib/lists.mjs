// lists.mjs - price lists for tests: generated ones, the real ones next to the checkout, and what they must
// come to on the chart, worked out from the text alone.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './site.mjs';

export const SHARED = process.env.ANCHANG_SHARED ?? join(ROOT, '../shared');

/** The text of a real list, or null: its tests are then skipped with a message. */
export function realList(name) {
  const path = join(SHARED, 'data', name);
  return existsSync(path) ? readFileSync(path) : null;
}

/** For test(): { skip: why } when the list is not there. */
export function needs(name) {
  return realList(name) ? {} : { skip: `${name} is not in ${SHARED}/data (ANCHANG_SHARED)` };
}

/** Rows of a CSV without quotes in it, as objects by heading. */
export function csvRows(text) {
  const [head, ...lines] = text.toString('utf8').trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
}

/** A decimal with at most two places as an integer of hundredths; null when empty. */
export function hundredths(text) {
  if (text === '') return null;
  const [, whole, part = ''] = /^(\d+)(?:\.(\d{0,2}))?$/.exec(text);
  return Number(whole) * 100 + Number(part.padEnd(2, '0'));
}

/** What a list comes to: units, 0.01 m² and fen per project and state word. */
export function totals(rows) {
  const sum = { units: 0, gross: 0, fen: 0, words: {}, projects: {} };
  for (const row of rows) {
    sum.units++;
    sum.gross += hundredths(row.building_area_m2) ?? 0;
    sum.fen += hundredths(row.total_price_cny) ?? 0;
    const word = row.status_source_text;
    sum.words[word] = (sum.words[word] ?? 0) + 1;
    sum.projects[row.project] = (sum.projects[row.project] ?? 0) + 1;
  }
  return sum;
}

export const HEAD = [
  '楼栋',
  '单元',
  '楼层',
  '房号',
  '用途',
  '户型',
  '朝向',
  '建筑面积',
  '套内面积',
  '单价',
  '总价',
  '状态',
];

/**
 * A list of our own: @buildings × 2 stairs × @floors × @rooms homes, all "在售" but for every @sold-th, with
 * areas and totals that agree; with @deals what is sold was sold for 1,000 yuan less. Rows of cells, HEAD first.
 */
export function madeList({ buildings = 2, floors = 10, rooms = 4, sold = 9, deals = false } = {}) {
  const rows = [deals ? [...HEAD, '成交总价'] : HEAD];
  for (let b = 1; b <= buildings; b++)
    for (let s = 1; s <= 2; s++)
      for (let f = 1; f <= floors; f++)
        for (let r = 1; r <= rooms; r++) {
          const gross = 8000 + 137 * r + 11 * b;
          const total = (20000 + 90 * f + 35 * r) * gross; // fen: yuan per m² × 0.01 m²
          const state = rows.length % sold === 0 ? '已签约' : '在售';
          const room = `${f}${String(r).padStart(2, '0')}`;
          rows.push([
            ...[`${b}栋`, `${s}单元`, String(f), room, '住宅', `户型${r}`, r % 2 ? '南' : '北'],
            ...[
              decimal(gross),
              decimal(Math.round(gross * 0.8)),
              String(20000 + 90 * f + 35 * r),
              decimal(total),
              state,
            ],
            ...(deals ? [state === '在售' ? '' : decimal(total - 100_000)] : []),
          ]);
        }
  return rows;
}

export function decimal(hundredth) {
  return `${Math.floor(hundredth / 100)}.${String(hundredth % 100).padStart(2, '0')}`;
}

export function csvOf(rows, { eol = '\n', bom = false } = {}) {
  const cell = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return Buffer.from((bom ? '\uFEFF' : '') + rows.map((row) => row.map(cell).join(',')).join(eol) + eol);
}

/** The units of a chart (internal or public rows) as objects. */
export function unitsOf(chart) {
  return chart.buildings.flatMap((building) =>
    building.units.map((u) => ({
      building: building.name,
      building_id: building.id,
      id: u[0],
      floor: building.floors[u[1]]?.label,
      stair: building.stairs[u[2]]?.name,
      line: building.stairs[u[2]]?.lines[u[3]],
      state: u[5],
      class: u[6],
      layout: u[7],
      gross: u[8],
      inner: u[9],
      total: u[10],
      unit_price: u[11],
      orientation: u[12],
      room: u[13],
      version: u[14],
      shown: u[15],
      flags: u[17],
    })),
  );
}
