// One building (or one stair of it) as a grid: rows are floors from the top, columns the lines of the stairs
// with a gutter between stairs. Selection is arithmetic on rows and columns. No Vue, no DOM.
// A garage is wrapped: each of its floors takes several rows, and its columns are only places.
import { readsWrapped } from '@/chart/grid';
import type { DeskBuilding, DeskUnit } from './desk';

/** How much a cell tells. */
export type Density = 'dot' | 'number' | 'price' | 'full';

export interface GridColumn {
  stair: number;
  line: number;
  /** column of the CSS grid, 1 is the floor label */
  at: number;
  /** what stands in the head */
  label: string;
  /** the layout and gross area most units of the column share; null: they differ */
  layout: number | null;
  gross: number | null;
}

export interface GridRow {
  floor: number;
  label: string;
  ordinal: number;
  /** row of the CSS grid, below the two heads */
  at: number;
  /** rows that its floor takes; 0: the floor began above */
  rows: number;
  /** first row at or below ground: a line is drawn above it */
  below: boolean;
}

export interface GridCell {
  unit: DeskUnit;
  /** row index of its top floor, rows it covers, column index */
  row: number;
  span: number;
  col: number;
}

export interface Grid {
  /** floors take several rows, and columns have nothing in common: they have no heads */
  wrapped: boolean;
  rows: GridRow[];
  columns: GridColumn[];
  cells: GridCell[];
  /** stairs shown: index, name, first and last CSS column */
  stairs: { stair: number; name: string; from: number; to: number }[];
  /** CSS columns: 'u' a unit, 'g' a gutter, after the label */
  tracks: ('u' | 'g')[];
  /** row * columns + col → index in cells, or -1 */
  slots: Int32Array;
  byId: ReadonlyMap<number, number>;
}

const HEAD_ROWS = 2;

function common<T>(values: readonly T[]): T | null {
  const counts = new Map<T, number>();
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
  let best: T | null = null;
  let most = 0;
  for (const [v, n] of counts) {
    if (n > most) {
      best = v;
      most = n;
    }
  }
  return most * 2 > values.length ? best : null;
}

export function gridOf(b: DeskBuilding, stair: number | null): Grid {
  const units = stair === null ? b.units : b.units.filter((u) => u.stair === stair);
  const used = new Set<number>();
  for (const u of units) used.add(u.floor);
  const order = [...used].sort((x, y) => (b.floors[y]?.ordinal ?? 0) - (b.floors[x]?.ordinal ?? 0));
  // A unit over several floors covers the rows above its own, whether or not they hold other units.
  const wanted = new Set(order);
  for (const u of units) {
    if (u.span < 2) continue;
    const own = b.floors[u.floor]?.ordinal ?? 0;
    b.floors.forEach((f, i) => {
      if (f.ordinal > own && f.ordinal < own + u.span) wanted.add(i);
    });
  }
  const floors = [...wanted].sort((x, y) => (b.floors[y]?.ordinal ?? 0) - (b.floors[x]?.ordinal ?? 0));
  let grounded = false;
  const rows = floors.map((floor, i): GridRow => {
    const f = b.floors[floor];
    const under = (f?.ordinal ?? 0) <= 0;
    const below = under && !grounded && i > 0;
    if (under) grounded = true;
    return { floor, label: f?.label ?? '', ordinal: f?.ordinal ?? 0, at: i + 1 + HEAD_ROWS, rows: 1, below };
  });
  const rowOf = new Map(floors.map((f, i) => [f, i]));

  const columns: GridColumn[] = [];
  const tracks: ('u' | 'g')[] = [];
  const stairs: Grid['stairs'] = [];
  const colOf = new Map<number, number>();
  b.stairs.forEach((s, si) => {
    const own = units.filter((u) => u.stair === si);
    if (own.length === 0) return;
    if (columns.length > 0) tracks.push('g');
    const from = tracks.length + 2;
    s.lines.forEach((label, line) => {
      const inLine = own.filter((u) => u.line === line);
      if (inLine.length === 0) return;
      tracks.push('u');
      colOf.set(si * 4096 + line, columns.length);
      columns.push({
        stair: si,
        line,
        at: tracks.length + 1,
        label,
        layout: common(inLine.map((u) => u.layout)),
        gross: common(inLine.map((u) => u.gross)),
      });
    });
    stairs.push({ stair: si, name: s.name, from, to: tracks.length + 2 });
  });

  const cells: GridCell[] = units.map((unit) => {
    const bottom = rowOf.get(unit.floor) ?? 0;
    const own = b.floors[unit.floor]?.ordinal ?? 0;
    let top = bottom;
    if (unit.span > 1) while (top > 0 && (rows[top - 1]?.ordinal ?? Infinity) < own + unit.span) top -= 1;
    return { unit, row: top, span: bottom - top + 1, col: colOf.get(unit.stair * 4096 + unit.line) ?? 0 };
  });
  return { wrapped: false, rows, columns, cells, stairs, tracks, ...index(rows, columns, cells) };
}

function index(
  rows: readonly GridRow[],
  columns: readonly GridColumn[],
  cells: readonly GridCell[],
): Pick<Grid, 'slots' | 'byId'> {
  const slots = new Int32Array(Math.max(1, rows.length * columns.length)).fill(-1);
  cells.forEach((c, i) => {
    for (let k = 0; k < c.span; k += 1) slots[(c.row + k) * columns.length + c.col] = i;
  });
  return { slots, byId: new Map(cells.map((c, i) => [c.unit.id, i])) };
}

/** The grid with its floors in rows of `wide` cells, in the order of stairs and lines; itself when it reads as it is. */
export function wrap(grid: Grid, wide: number): Grid {
  const { rows: floors, columns: lines } = grid;
  if (wide < 1 || lines.length <= wide || grid.cells.some((c) => c.span > 1)) return grid;
  if (!readsWrapped(floors.length, lines.length, grid.cells.length)) return grid;
  const rows: GridRow[] = [];
  const cells: GridCell[] = [];
  floors.forEach((floor, at) => {
    const own = grid.cells.filter((c) => c.row === at).sort((a, b) => a.col - b.col);
    const first = rows.length;
    const needed = Math.max(1, Math.ceil(own.length / wide));
    for (let k = 0; k < needed; k += 1)
      rows.push({
        ...floor,
        at: first + k + 1 + HEAD_ROWS,
        rows: k === 0 ? needed : 0,
        below: floor.below && k === 0,
      });
    own.forEach((c, i) => cells.push({ ...c, row: first + Math.floor(i / wide), col: i % wide }));
  });
  const columns = Array.from({ length: wide }, (_, i): GridColumn => ({
    stair: 0,
    line: i,
    at: i + 2,
    label: '',
    layout: null,
    gross: null,
  }));
  return {
    wrapped: true,
    rows,
    columns,
    cells,
    stairs: [],
    tracks: columns.map(() => 'u' as const),
    ...index(rows, columns, cells),
  };
}

/** Ids of the cells that lie in the rectangle between two cells, both included. */
export function rectIds(grid: Grid, a: GridCell, b: GridCell): number[] {
  const top = Math.min(a.row, b.row);
  const bottom = Math.max(a.row + a.span, b.row + b.span) - 1;
  const left = Math.min(a.col, b.col);
  const right = Math.max(a.col, b.col);
  return grid.cells
    .filter((c) => c.col >= left && c.col <= right && c.row + c.span > top && c.row <= bottom)
    .map((c) => c.unit.id);
}

export type Step = 'up' | 'down' | 'left' | 'right' | 'home' | 'end' | 'top' | 'bottom';

/** The next cell in a direction; blanks are skipped; at the edge the cell itself. */
export function stepFrom(grid: Grid, from: GridCell, step: Step): GridCell {
  const w = grid.columns.length;
  const h = grid.rows.length;
  const at = (row: number, col: number): GridCell | null =>
    grid.cells[grid.slots[row * w + col] ?? -1] ?? null;
  const look = (cells: Iterable<[number, number]>): GridCell => {
    for (const [r, c] of cells) {
      const cell = at(r, c);
      if (cell && cell !== from) return cell;
    }
    return from;
  };
  const range = (n: number, f: (i: number) => [number, number]): [number, number][] =>
    Array.from({ length: n }, (_, i) => f(i));
  const last = from.row + from.span - 1;
  switch (step) {
    case 'up':
      return look(range(from.row, (i) => [from.row - 1 - i, from.col]));
    case 'down':
      return look(range(h - 1 - last, (i) => [last + 1 + i, from.col]));
    case 'left':
      return look(range(from.col, (i) => [from.row, from.col - 1 - i]));
    case 'right':
      return look(range(w - 1 - from.col, (i) => [from.row, from.col + 1 + i]));
    case 'home':
      return look(range(from.col, (i) => [from.row, i]));
    case 'end':
      return look(range(w - 1 - from.col, (i) => [from.row, w - 1 - i]));
    case 'top':
      return look(range(from.row, (i) => [i, from.col]));
    case 'bottom':
      return look(range(h - 1 - last, (i) => [h - 1 - i, from.col]));
  }
}
