// Filters of the chart. A unit that does not pass fades and keeps its place: position is information.
import type { Building, Chart, Unit } from './model';

export interface Range {
  min: number;
  /** exclusive; Infinity: open */
  max: number;
}

export type FloorBand = 'low' | 'middle' | 'high';

export interface Filter {
  /** State indices; empty: all. The same for the other sets. */
  states: ReadonlySet<number>;
  areas: ReadonlySet<number>;
  prices: ReadonlySet<number>;
  layouts: ReadonlySet<number>;
  orients: ReadonlySet<string>;
  bands: ReadonlySet<FloorBand>;
}

export const NO_FILTER: Filter = Object.freeze({
  states: new Set<number>(),
  areas: new Set<number>(),
  prices: new Set<number>(),
  layouts: new Set<number>(),
  orients: new Set<string>(),
  bands: new Set<FloorBand>(),
});

/** What can be chosen, made from the data: bands that hold nothing are not offered. */
export interface Choices {
  areas: readonly Range[];
  prices: readonly Range[];
  layouts: readonly number[];
  orients: readonly string[];
  bands: readonly FloorBand[];
}

export function isEmpty(f: Filter): boolean {
  return f.states.size === 0 && activeCount(f) === 0;
}

export function activeCount(f: Filter): number {
  return [f.areas, f.prices, f.layouts, f.orients, f.bands].filter((s) => s.size > 0).length;
}

export function toggled<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

const AREA_STEPS = [3_000, 6_000, 9_000, 12_000, 14_400, 20_000, 50_000]; // 0.01 m²
const WAN = 1_000_000; // fen
const PRICE_STEPS = [10, 20, 30, 50, 100, 150, 200, 300, 500, 800, 1_000, 2_000, 5_000].map((w) => w * WAN);
const MAX_BANDS = 6;

function bandsOf(values: readonly number[], steps: readonly number[]): Range[] {
  if (values.length === 0) return [];
  const edges = [0, ...steps, Infinity];
  const bins = edges.slice(0, -1).map((min, i) => ({ min, max: edges[i + 1] as number, n: 0 }));
  for (const v of values) {
    const bin = bins.find((b) => v >= b.min && v < b.max);
    if (bin) bin.n += 1;
  }
  // Runs of empty bins at both ends vanish into open ends; the smallest neighbours merge until few are left.
  let used = bins.slice(
    bins.findIndex((b) => b.n > 0),
    bins.findLastIndex((b) => b.n > 0) + 1,
  );
  while (used.length > MAX_BANDS) {
    let at = 0;
    for (let i = 1; i < used.length - 1; i += 1) {
      const pair = (k: number) => (used[k]?.n ?? 0) + (used[k + 1]?.n ?? 0);
      if (pair(i) < pair(at)) at = i;
    }
    const a = used[at] as (typeof used)[number];
    const b = used[at + 1] as (typeof used)[number];
    used = [...used.slice(0, at), { min: a.min, max: b.max, n: a.n + b.n }, ...used.slice(at + 2)];
  }
  return used.filter((b) => b.n > 0).map(({ min, max }) => ({ min, max }));
}

/** Low, middle or high third of the building's floors above ground; below ground is low. */
export function floorBand(building: Building, floor: number): FloorBand {
  const ordinal = building.floors[floor]?.ordinal ?? 0;
  let top = 1;
  for (const f of building.floors) if (f.ordinal > top) top = f.ordinal;
  if (ordinal * 3 <= top) return 'low';
  return ordinal * 3 <= top * 2 ? 'middle' : 'high';
}

export function choicesOf(chart: Chart): Choices {
  const areas: number[] = [];
  const prices: number[] = [];
  const layouts = new Set<number>();
  const orients = new Map<string, number>();
  let top = 1;
  for (const b of chart.buildings) {
    for (const f of b.floors) if (f.ordinal > top) top = f.ordinal;
    for (const u of b.units) {
      if (u.gross !== null) areas.push(u.gross);
      if (u.total !== null) prices.push(u.total);
      if (u.layout >= 0) layouts.add(u.layout);
      if (u.orient !== '') orients.set(u.orient, (orients.get(u.orient) ?? 0) + 1);
    }
  }
  return {
    areas: bandsOf(areas, AREA_STEPS),
    prices: bandsOf(prices, PRICE_STEPS),
    layouts: [...layouts].sort(
      (a, b) => (chart.layouts[a]?.gross_min ?? 0) - (chart.layouts[b]?.gross_min ?? 0),
    ),
    orients: [...orients]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 8)
      .map(([o]) => o),
    bands: top >= 6 ? ['low', 'middle', 'high'] : [],
  };
}

const inSome = (value: number | null, chosen: ReadonlySet<number>, ranges: readonly Range[]): boolean => {
  if (chosen.size === 0) return true;
  if (value === null) return false;
  for (const i of chosen) {
    const r = ranges[i];
    if (r && value >= r.min && value < r.max) return true;
  }
  return false;
};

export function passes(
  f: Filter,
  choices: Choices,
  building: Building,
  u: Unit,
  ignoreState = false,
): boolean {
  return (
    (ignoreState || f.states.size === 0 || f.states.has(u.state)) &&
    (f.layouts.size === 0 || f.layouts.has(u.layout)) &&
    (f.orients.size === 0 || f.orients.has(u.orient)) &&
    inSome(u.gross, f.areas, choices.areas) &&
    inSome(u.total, f.prices, choices.prices) &&
    (f.bands.size === 0 || f.bands.has(floorBand(building, u.floor)))
  );
}

export interface Outcome {
  /** Ids of the units that pass; null: no filter, all pass. */
  ids: ReadonlySet<number> | null;
  shown: number;
  /** Per state, the units that pass everything but the state filter: the counts of the legend. */
  legend: number[];
}

export function runFilter(chart: Chart, f: Filter, choices: Choices, only?: Building): Outcome {
  const legend = new Array<number>(chart.states.length).fill(0);
  const empty = isEmpty(f);
  const ids = empty ? null : new Set<number>();
  let shown = 0;
  for (const b of only ? [only] : chart.buildings) {
    for (const u of b.units) {
      if (!empty && !passes(f, choices, b, u, true)) continue;
      legend[u.state] = (legend[u.state] ?? 0) + 1;
      if (f.states.size > 0 && !f.states.has(u.state)) continue;
      ids?.add(u.id);
      shown += 1;
    }
  }
  return { ids, shown, legend };
}

/** "60–90", "≤ 60", "≥ 144": a range in the given unit step. */
export function rangeText(r: Range, step: number): string {
  const lo = r.min / step;
  if (r.max === Infinity) return `≥ ${lo}`;
  if (r.min === 0) return `< ${r.max / step}`;
  return `${lo}–${r.max / step}`;
}
