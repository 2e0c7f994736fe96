// Where everything of the all-buildings overview lies. Pure arithmetic, so that a touch is answered by a
// division and not by ten thousand elements.
//
// The chart is cut into blocks: a building, or one stair of a building too large to be read as one column.
// Blocks stand side by side on shelves; on a shelf the floors are aligned by ordinal and the ground line runs
// through. Lengths are in CSS px.
import type { Building, Chart, Unit } from './model';

export interface Block {
  readonly building: number;
  /** null: the whole building. */
  readonly stair: number | null;
  readonly name: string;
  /** Columns in cell widths, gutters between stairs included. */
  readonly width: number;
  /** Share of the usual cell width that its cells have: a long podium does not set the scale of the towers. */
  readonly squeeze: number;
  /** x of each line in cell widths, per stair of the building (empty for stairs that are not in the block). */
  readonly lineX: readonly (readonly number[])[];
  /** row of each floor of the building: 0 is the first above ground, -1 the first below. */
  readonly rowOf: readonly number[];
  readonly above: number;
  readonly below: number;
  readonly units: readonly Unit[];
  /** (row + below) * lines + line number → index in units, or -1 */
  readonly slots: Int32Array;
  /** x of every line of the block, ascending, and how many there are. */
  readonly xs: readonly number[];
  /** Where each unit stands, by its id, when the floors are wrapped into several rows. */
  readonly wrapped: ReadonlyMap<number, Spot> | null;
}

/** x in cell widths; row of the lowest floor the unit is on. */
export interface Spot {
  readonly x: number;
  readonly row: number;
}

export function spotOf(block: Block, u: Unit): Spot {
  const spot = block.wrapped?.get(u.id);
  return spot ?? { x: block.lineX[u.stair]?.[u.line] ?? 0, row: block.rowOf[u.floor] ?? 0 };
}

export interface Placed {
  readonly block: Block;
  readonly x: number;
  /** y of the ground line. */
  readonly ground: number;
  readonly shelf: number;
}

export interface Shelf {
  readonly y: number;
  readonly height: number;
  readonly ground: number;
}

export interface Plan {
  readonly cw: number;
  readonly ch: number;
  readonly width: number;
  readonly height: number;
  readonly placed: readonly Placed[];
  readonly shelves: readonly Shelf[];
  readonly label: number;
}

export const SPLIT_UNITS = 300;
const GUTTER = 0.6; // between stairs, in cells
const BLOCK_GAP = 2; // between buildings, in cells
const MIN_GAP_PX = 14;
const WIDE = 18; // cells from which a low block is squeezed
const LOW = 8; // floors
const FLAT = 3; // floors up to which a wide block is wrapped
const WRAPPED_ASPECT = 3; // its columns by its rows

export function isSplit(building: Building): boolean {
  return building.units.length > SPLIT_UNITS && building.stairs.length > 1;
}

/** Rank of every ordinal that occurs: above ground 0, 1, 2 …; below -1, -2 …. */
export function rowRanks(buildings: readonly Building[]): Map<number, number> {
  const ordinals = new Set<number>();
  for (const b of buildings) for (const f of b.floors) ordinals.add(f.ordinal);
  const up = [...ordinals].filter((o) => o > 0).sort((a, b) => a - b);
  const down = [...ordinals].filter((o) => o <= 0).sort((a, b) => b - a);
  const ranks = new Map<number, number>();
  up.forEach((o, i) => ranks.set(o, i));
  down.forEach((o, i) => ranks.set(o, -1 - i));
  return ranks;
}

interface Wrap {
  spots: Map<number, Spot>;
  columns: number;
  above: number;
  below: number;
}

/**
 * Parking: a few floors with more units each than can be read in one row. Their units stand in several rows, in the
 * order of their numbers, a row left free between floors. null: the block is not like that.
 */
function wrapOf(units: readonly Unit[], rowOf: readonly number[]): Wrap | null {
  const floors = new Map<number, Unit[]>();
  for (const u of units) {
    if (u.span > 1) return null;
    const row = rowOf[u.floor] ?? 0;
    const own = floors.get(row);
    if (own) own.push(u);
    else if (floors.size === FLAT) return null;
    else floors.set(row, [u]);
  }
  if (Math.max(0, ...[...floors.values()].map((own) => own.length)) <= WIDE) return null;
  const columns = Math.ceil(Math.sqrt(units.length * WRAPPED_ASPECT));
  const spots = new Map<number, Spot>();
  // From the ground up, and from the ground down.
  const stack = (ranks: number[], upwards: boolean): number => {
    let used = 0;
    for (const rank of ranks) {
      if (used > 0) used += 1;
      const own = floors.get(rank) ?? [];
      own.sort((a, b) => a.stair - b.stair || a.line - b.line);
      const rows = Math.ceil(own.length / columns);
      own.forEach((u, i) => {
        const k = Math.floor(i / columns);
        spots.set(u.id, { x: i % columns, row: upwards ? used + rows - 1 - k : -1 - used - k });
      });
      used += rows;
    }
    return used;
  };
  const ranks = [...floors.keys()].sort((a, b) => a - b);
  const up = ranks.filter((rank) => rank >= 0);
  const down = ranks.filter((rank) => rank < 0).reverse();
  const above = stack(up, true);
  const below = stack(down, false);
  return { spots, columns, above, below };
}

function makeBlock(
  building: Building,
  at: number,
  stair: number | null,
  ranks: Map<number, number>,
  alone: boolean,
): Block {
  const rowOf = building.floors.map((f) => ranks.get(f.ordinal) ?? 0);
  const units = stair === null ? building.units : building.units.filter((u) => u.stair === stair);
  const wrap = wrapOf(units, rowOf);
  const lineX: number[][] = [];
  let xs: number[] = [];
  const first: number[] = [];
  let x = 0;
  building.stairs.forEach((s, i) => {
    const own: number[] = [];
    first.push(xs.length);
    if ((stair === null || stair === i) && s.units > 0) {
      if (x > 0) x += GUTTER;
      for (let k = 0; k < s.lines.length; k += 1) {
        own.push(x);
        xs.push(x);
        x += 1;
      }
    }
    lineX.push(own);
  });
  let above = 0; // what stands under the ground only, as parking does, needs no row above it
  let below = 0;
  for (const u of units) {
    const row = rowOf[u.floor] ?? 0;
    if (row + u.span > above) above = row + u.span;
    if (-row > below) below = -row;
  }
  if (wrap) {
    ({ above, below } = wrap);
    x = wrap.columns;
    xs = Array.from({ length: x }, (_, i) => i);
  }
  const slots = new Int32Array((above + below) * Math.max(1, xs.length)).fill(-1);
  units.forEach((u, i) => {
    const spot = wrap?.spots.get(u.id);
    const row = spot?.row ?? rowOf[u.floor] ?? 0;
    const line = spot?.x ?? (first[u.stair] ?? 0) + u.line;
    for (let k = 0; k < u.span; k += 1) slots[(row + k + below) * xs.length + line] = i;
  });
  const own = stair === null ? '' : (building.stairs[stair]?.name ?? '');
  const name = own === '' ? building.name : alone ? own : `${building.name} ${own}`;
  const width = Math.max(1, x);
  const squeeze = !wrap && width > WIDE && above + below <= LOW ? Math.max(0.4, WIDE / width) : 1;
  const wrapped = wrap?.spots ?? null;
  return { building: at, stair, name, width, squeeze, lineX, rowOf, above, below, units, slots, xs, wrapped };
}

export function blocksOf(chart: Chart, only?: ReadonlySet<number>): Block[] {
  const ranks = rowRanks(chart.buildings);
  const out: Block[] = [];
  const alone = chart.buildings.length === 1; // then the building's name need not stand under every stair
  chart.buildings.forEach((b, at) => {
    if (only && !only.has(at)) return;
    if (isSplit(b)) {
      b.stairs.forEach((s, i) => {
        if (s.units > 0) out.push(makeBlock(b, at, i, ranks, alone));
      });
    } else {
      out.push(makeBlock(b, at, null, ranks, alone));
    }
  });
  return out;
}

/** The blocks of one building again after it changed; same places, new units. */
export function refreshBlock(block: Block, building: Building): Block {
  const units = block.stair === null ? building.units : building.units.filter((u) => u.stair === block.stair);
  return { ...block, units };
}

/** The px width of one cell of a block. */
export function cellWidth(plan: { cw: number }, block: Block): number {
  return plan.cw * block.squeeze;
}

export interface PlanOptions {
  width: number;
  /** The height to fit into. */
  height: number;
  /** Height of what stands under the ground: name and bar. */
  label: number;
  /** Least px width per block. */
  minBlock: number;
  /** px of the names' font: a block is at least as wide as its name, up to nine letters. */
  em: number;
  minCell: number;
  maxCell: number;
  /** Cell width by height. */
  aspect: number;
  zoom: number;
}

const NAME_EM = 9;

/** Width of a name in ems: Chinese letters are one em wide, others a bit more than half. */
function nameWidth(name: string): number {
  let em = 0;
  for (const c of name) em += c.charCodeAt(0) > 0x2e7f ? 1 : 0.58;
  return Math.min(NAME_EM, em);
}

function place(blocks: readonly Block[], o: PlanOptions, cw: number, ch: number): Plan {
  const gap = Math.max(MIN_GAP_PX, BLOCK_GAP * cw);
  const pad = gap / 2;
  const rows: { items: { block: Block; w: number }[]; w: number }[] = [];
  let row: (typeof rows)[number] = { items: [], w: 0 };
  for (const block of blocks) {
    const w = Math.max(block.width * cw * block.squeeze, o.minBlock, nameWidth(block.name) * o.em);
    if (row.items.length > 0 && row.w + gap + w > o.width - gap) {
      rows.push(row);
      row = { items: [], w: 0 };
    }
    row.w += (row.items.length > 0 ? gap : 0) + w;
    row.items.push({ block, w });
  }
  if (row.items.length > 0) rows.push(row);

  // Several shelves share a left edge; when none fills the width they stand in the middle together.
  const left = pad + Math.max(0, (o.width - 2 * pad - Math.max(0, ...rows.map((r) => r.w))) / 2);
  const placed: Placed[] = [];
  const shelves: Shelf[] = [];
  let y = pad;
  let widest = 0;
  rows.forEach((r, shelf) => {
    let above = 0;
    let below = 0;
    for (const { block } of r.items) {
      above = Math.max(above, block.above);
      below = Math.max(below, block.below);
    }
    const ground = y + above * ch;
    const height = (above + below) * ch + o.label;
    let x = Math.max(pad, (o.width - r.w) / 2);
    let spread = gap;
    if (rows.length > 1) {
      // Several shelves: a straight left edge, and full ones to a straight right edge too.
      x = left;
      const free = o.width - left - pad - r.w;
      if (r.items.length > 1 && free < o.width * 0.3) spread += Math.max(0, free) / (r.items.length - 1);
    }
    for (const { block, w } of r.items) {
      placed.push({ block, x: x + (w - block.width * cw * block.squeeze) / 2, ground, shelf });
      x += w + spread;
    }
    widest = Math.max(widest, x - spread + pad);
    shelves.push({ y, height, ground });
    y += height + pad;
  });
  return { cw, ch, width: Math.max(o.width, widest), height: y, placed, shelves, label: o.label };
}

/** The largest cells with which everything fits; when even the smallest do not fit, the plan is taller. */
export function planOverview(blocks: readonly Block[], o: PlanOptions): Plan {
  const fits = (cw: number, ch: number) => {
    const plan = place(blocks, o, cw, ch);
    return plan.height <= o.height && plan.width < o.width + 0.5; // a full shelf may end a rounding error further
  };
  const largest = (lo: number, hi: number, good: (v: number) => boolean) => {
    if (good(hi)) return hi;
    for (let i = 0; i < 11; i += 1) {
      const mid = (lo + hi) / 2;
      if (good(mid)) lo = mid;
      else hi = mid;
    }
    return lo;
  };
  // Snapped to half a px: crisp edges.
  const snap = (v: number) => Math.max(o.minCell, Math.floor(v * 2) / 2);
  // Wide cells first; where the width is the limit and height is left, narrower and taller ones are larger.
  let best = { cw: o.minCell * o.aspect, ch: o.minCell };
  for (const aspect of [o.aspect, 1.2, 1]) {
    let ch = snap(largest(o.minCell, o.maxCell, (v) => fits(v * aspect, v)));
    const cw = ch * aspect;
    ch = snap(largest(ch, Math.max(ch, Math.min(o.maxCell, cw)), (v) => fits(cw, v)));
    if (cw * ch > best.cw * best.ch) best = { cw, ch };
  }
  return place(blocks, { ...o, width: o.width * o.zoom }, best.cw * o.zoom, best.ch * o.zoom);
}

export interface Hit {
  placed: Placed;
  /** null: the touch was on the building, not on a cell. */
  unit: Unit | null;
}

/** What lies under a point of the plan. */
export function hitTest(plan: Plan, x: number, y: number): Hit | null {
  const shelf = plan.shelves.findIndex((s) => y >= s.y && y < s.y + s.height);
  if (shelf < 0) return null;
  const reach = Math.max(MIN_GAP_PX, BLOCK_GAP * plan.cw) / 2;
  for (const placed of plan.placed) {
    if (placed.shelf !== shelf) continue;
    const { block } = placed;
    const cw = cellWidth(plan, block);
    const dx = x - placed.x;
    if (dx < -reach || dx >= block.width * cw + reach) continue;
    const row = Math.floor((placed.ground - y) / plan.ch);
    const cx = dx / cw;
    const line = block.xs.findIndex((at) => cx >= at && cx < at + 1);
    if (line >= 0 && row < block.above && row >= -block.below) {
      const at = block.slots[(row + block.below) * block.xs.length + line] ?? -1;
      if (at >= 0) return { placed, unit: block.units[at] ?? null };
    }
    return { placed, unit: null };
  }
  return null;
}
