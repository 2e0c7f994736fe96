// The building grid as rows and columns: which line stands in which column, which floor in which row, what the
// head of a column says. Pure; the component only places what stands here.
import type { Building, Unit } from './model';

export interface Column {
  readonly key: string;
  readonly stair: number;
  readonly line: number;
  readonly name: string;
  /** 0.01 m², the same when most units share it; null when no unit has an area. */
  readonly min: number | null;
  readonly max: number | null;
  /** The layout that most units of the column have; -1: they differ or have none. */
  readonly layout: number;
  /** CSS grid column, 1-based; the floor labels are column 1. */
  readonly at: number;
}

export interface Row {
  readonly floor: number;
  readonly label: string;
  readonly below: boolean;
  /** CSS grid row of the body, 1-based from the top floor. */
  readonly at: number;
  readonly cells: readonly GridCell[];
}

export interface GridCell {
  readonly unit: Unit;
  readonly at: number;
  /** CSS `grid-area` */
  readonly area: string;
}

export interface StairHead {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface Grid {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly stairs: readonly StairHead[];
  /** CSS columns that are gutters between stairs. */
  readonly gutters: readonly number[];
  readonly cells: number;
  /** Grid rows before the body. */
  readonly headRows: number;
}

export const HEAD_ROWS = 2;

const MOST = 0.6;

/** What most units of a line share; where no value is common to most, the span of their areas. */
function headOf(units: readonly Unit[]): { min: number | null; max: number | null; layout: number } {
  const areas = new Map<number, number>();
  const layouts = new Map<number, number>();
  let min: number | null = null;
  let max: number | null = null;
  for (const u of units) {
    layouts.set(u.layout, (layouts.get(u.layout) ?? 0) + 1);
    if (u.gross === null) continue;
    areas.set(u.gross, (areas.get(u.gross) ?? 0) + 1);
    if (min === null || u.gross < min) min = u.gross;
    if (max === null || u.gross > max) max = u.gross;
  }
  for (const [value, n] of areas) if (n >= units.length * MOST) min = max = value;
  let layout = -1;
  for (const [value, n] of layouts) if (n >= units.length * MOST) layout = value;
  return { min, max, layout };
}

/** The grid of a whole building or of one of its stairs. Lines without units are left out. */
export function gridOf(building: Building, stair: number | null): Grid {
  const units = stair === null ? building.units : building.units.filter((u) => u.stair === stair);
  const perLine = new Map<string, Unit[]>();
  const floors = new Set<number>();
  for (const u of units) {
    const key = `${u.stair}/${u.line}`;
    const list = perLine.get(key);
    if (list) list.push(u);
    else perLine.set(key, [u]);
    for (let k = 0; k < u.span; k += 1) if (building.floors[u.floor + k]) floors.add(u.floor + k);
  }
  const columns: Column[] = [];
  const stairs: StairHead[] = [];
  const gutters: number[] = [];
  let at = 2;
  building.stairs.forEach((s, si) => {
    const from = at;
    s.lines.forEach((name, line) => {
      const own = perLine.get(`${si}/${line}`);
      if (!own) return;
      const { min, max, layout } = headOf(own);
      columns.push({ key: `${si}/${line}`, stair: si, line, name, min, max, layout, at });
      at += 1;
    });
    if (at > from) {
      stairs.push({ name: s.name, from, to: at });
      gutters.push(at);
      at += 1;
    }
  });
  gutters.pop();

  const columnAt = new Map(columns.map((c) => [c.key, c.at]));
  // Top floor first; the order of floors is their ordinal, not their place in the list.
  const order = [...floors].sort(
    (a, b) => (building.floors[b]?.ordinal ?? 0) - (building.floors[a]?.ordinal ?? 0) || b - a,
  );
  const rowAt = new Map(order.map((f, i) => [f, i + 1]));
  const perFloor = new Map<number, GridCell[]>();
  for (const u of units) {
    let top = u.floor;
    for (let k = 1; k < u.span; k += 1) if (rowAt.has(u.floor + k)) top = u.floor + k;
    const row = (rowAt.get(top) ?? 1) + HEAD_ROWS;
    const end = (rowAt.get(u.floor) ?? 1) + HEAD_ROWS + 1;
    const col = columnAt.get(`${u.stair}/${u.line}`) ?? 2;
    const cell = { unit: u, at: col, area: `${row} / ${col} / ${end} / ${col + 1}` };
    const list = perFloor.get(top);
    if (list) list.push(cell);
    else perFloor.set(top, [cell]);
  }
  const rows = order.map((f, i) => {
    const cells = perFloor.get(f) ?? [];
    cells.sort((a, b) => a.at - b.at);
    const floor = building.floors[f];
    return { floor: f, label: floor?.label ?? '', below: (floor?.ordinal ?? 1) <= 0, at: i + 1, cells };
  });
  return {
    columns,
    rows,
    stairs,
    gutters,
    cells: units.length,
    headRows: HEAD_ROWS,
  };
}

/**
 * Whether floors too wide for the screen read better as rows of wrapped cells: where there are few of them, as in a
 * garage, or many more places than units, as along a street of shops.
 */
export function readsWrapped(rows: number, columns: number, cells: number): boolean {
  return rows <= 6 || cells < rows * columns * 0.62;
}

export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End';

/** The unit an arrow key leads to: the next cell in that direction, or the nearest column of the next row. */
export function stepFrom(grid: Grid, unit: number, key: Arrow): number | null {
  const r = grid.rows.findIndex((row) => row.cells.some((c) => c.unit.id === unit));
  const row = grid.rows[r];
  if (!row) return null;
  const i = row.cells.findIndex((c) => c.unit.id === unit);
  const here = row.cells[i];
  if (!here) return null;
  if (key === 'ArrowLeft') return row.cells[i - 1]?.unit.id ?? null;
  if (key === 'ArrowRight') return row.cells[i + 1]?.unit.id ?? null;
  if (key === 'Home') return row.cells[0]?.unit.id ?? null;
  if (key === 'End') return row.cells.at(-1)?.unit.id ?? null;
  const dir = key === 'ArrowUp' ? -1 : 1;
  for (let k = r + dir; k >= 0 && k < grid.rows.length; k += dir) {
    const cells = grid.rows[k]?.cells ?? [];
    if (cells.length === 0) continue;
    let best = cells[0] as GridCell;
    for (const c of cells) if (Math.abs(c.at - here.at) < Math.abs(best.at - here.at)) best = c;
    return best.unit.id;
  }
  return null;
}
