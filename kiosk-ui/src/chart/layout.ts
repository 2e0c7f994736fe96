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

function makeBlock(building: Building, at: number, stair: number | null, ranks: Map<number, number>): Block {
  const rowOf = building.floors.map((f) => ranks.get(f.ordinal) ?? 0);
  const units = stair === null ? building.units : building.units.filter((u) => u.stair === stair);
  const lineX: number[][] = [];
  const xs: number[] = [];
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
  let above = 1;
  let below = 0;
  for (const u of units) {
    const row = rowOf[u.floor] ?? 0;
    if (row + u.span > above) above = row + u.span;
    if (-row > below) below = -row;
  }
  const slots = new Int32Array((above + below) * Math.max(1, xs.length)).fill(-1);
  units.forEach((u, i) => {
    const row = rowOf[u.floor] ?? 0;
    for (let k = 0; k < u.span; k += 1) {
      slots[(row + k + below) * xs.length + (first[u.stair] ?? 0) + u.line] = i;
    }
  });
  const name =
    stair === null ? building.name : `${building.name} ${building.stairs[stair]?.name ?? ''}`.trim();
  return { building: at, stair, name, width: Math.max(1, x), lineX, rowOf, above, below, units, slots, xs };
}

export function blocksOf(chart: Chart, only?: ReadonlySet<number>): Block[] {
  const ranks = rowRanks(chart.buildings);
  const out: Block[] = [];
  chart.buildings.forEach((b, at) => {
    if (only && !only.has(at)) return;
    if (isSplit(b)) {
      b.stairs.forEach((s, i) => {
        if (s.units > 0) out.push(makeBlock(b, at, i, ranks));
      });
    } else {
      out.push(makeBlock(b, at, null, ranks));
    }
  });
  return out;
}

/** The blocks of one building again after it changed; same places, new units. */
export function refreshBlock(block: Block, building: Building): Block {
  const units = block.stair === null ? building.units : building.units.filter((u) => u.stair === block.stair);
  return { ...block, units };
}

export interface PlanOptions {
  width: number;
  /** The height to fit into. */
  height: number;
  /** Height of what stands under the ground: name and bar. */
  label: number;
  /** Least px width per block, so that its name can be read. */
  minBlock: number;
  minCell: number;
  maxCell: number;
  /** Cell width by height. */
  aspect: number;
  zoom: number;
}

function place(blocks: readonly Block[], o: PlanOptions, ch: number): Plan {
  const cw = ch * o.aspect;
  const gap = Math.max(MIN_GAP_PX, BLOCK_GAP * cw);
  const pad = gap / 2;
  const rows: { items: { block: Block; w: number }[]; w: number }[] = [];
  let row: (typeof rows)[number] = { items: [], w: 0 };
  for (const block of blocks) {
    const w = Math.max(block.width * cw, o.minBlock);
    if (row.items.length > 0 && row.w + gap + w > o.width - gap) {
      rows.push(row);
      row = { items: [], w: 0 };
    }
    row.w += (row.items.length > 0 ? gap : 0) + w;
    row.items.push({ block, w });
  }
  if (row.items.length > 0) rows.push(row);

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
    if (rows.length > 1) x = pad; // several shelves: a straight left edge reads better than ragged centring
    for (const { block, w } of r.items) {
      placed.push({ block, x: x + (w - block.width * cw) / 2, ground, shelf });
      x += w + gap;
    }
    widest = Math.max(widest, x);
    shelves.push({ y, height, ground });
    y += height + pad;
  });
  return { cw, ch, width: Math.max(o.width, widest), height: y, placed, shelves, label: o.label };
}

/** The largest cells with which everything fits; when even the smallest do not fit, the plan is taller. */
export function planOverview(blocks: readonly Block[], o: PlanOptions): Plan {
  let lo = o.minCell;
  let hi = o.maxCell;
  const fits = (ch: number) => {
    const plan = place(blocks, o, ch);
    return plan.height <= o.height && plan.width <= o.width;
  };
  if (fits(hi)) lo = hi;
  else {
    for (let i = 0; i < 12; i += 1) {
      const mid = (lo + hi) / 2;
      if (fits(mid)) lo = mid;
      else hi = mid;
    }
  }
  // Whole device pixels look crisp: cells are snapped down to half a px.
  const ch = Math.max(o.minCell, Math.floor(lo * 2) / 2);
  return place(blocks, { ...o, width: Math.max(o.width, o.width * o.zoom) }, ch * o.zoom);
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
    const dx = x - placed.x;
    if (dx < -reach || dx >= block.width * plan.cw + reach) continue;
    const row = Math.floor((placed.ground - y) / plan.ch);
    const cx = dx / plan.cw;
    const line = block.xs.findIndex((at) => cx >= at && cx < at + 1);
    if (line >= 0 && row < block.above && row >= -block.below) {
      const at = block.slots[(row + block.below) * block.xs.length + line] ?? -1;
      if (at >= 0) return { placed, unit: block.units[at] ?? null };
    }
    return { placed, unit: null };
  }
  return null;
}
