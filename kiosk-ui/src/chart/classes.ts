// One class of units at a time (PM-12, SF-23): homes, shops and parking are looked at apart. The chart of a class is
// a chart like any other, so what draws, counts, filters or lays out charts knows nothing of classes.
import type { Building, Chart, Unit } from './model';

export interface ClassCount {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly units: number;
}

/** The classes that have units, in the daemon's order; the counts add up to the chart's total. */
export function classesOf(chart: Chart): ClassCount[] {
  const units = new Map<string, number>(chart.classes.map((c) => [c.code, 0]));
  for (const b of chart.buildings) for (const u of b.units) units.set(u.cls, (units.get(u.cls) ?? 0) + 1);
  const named = (code: string) => chart.classes.find((c) => c.code === code) ?? { code, zh: code, en: code };
  return [...units].flatMap(([code, n]) => (n > 0 ? [{ ...named(code), units: n }] : []));
}

/** New index of each old one that is kept, in the old order. */
function ranked(kept: ReadonlySet<number>): Map<number, number> {
  return new Map([...kept].sort((a, b) => a - b).map((old, i) => [old, i]));
}

/** The building with the units of one class, on the floors and lines these stand on; its stairs keep their indices. */
function cut(b: Building, cls: string): Building | null {
  const own = b.units.filter((u) => u.cls === cls);
  if (own.length === b.units.length) return b;
  if (own.length === 0) return null;
  const floors = new Set<number>();
  const lines = b.stairs.map(() => new Set<number>());
  const perStair = b.stairs.map(() => 0);
  const counts = b.counts.map(() => 0);
  for (const u of own) {
    for (let k = 0; k < u.span && u.floor + k < b.floors.length; k += 1) floors.add(u.floor + k);
    lines[u.stair]?.add(u.line);
    perStair[u.stair] = (perStair[u.stair] ?? 0) + 1;
    counts[u.state] = (counts[u.state] ?? 0) + 1;
  }
  const floorAt = ranked(floors);
  const lineAt = lines.map(ranked);
  const units = own.map((u): Unit => ({
    ...u,
    floor: floorAt.get(u.floor) ?? 0,
    line: lineAt[u.stair]?.get(u.line) ?? 0,
  }));
  return Object.freeze({
    ...b,
    floors: b.floors.filter((_, i) => floors.has(i)),
    stairs: b.stairs.map((s, i) => ({
      ...s,
      lines: s.lines.filter((_, line) => lines[i]?.has(line)),
      units: perStair[i] ?? 0,
    })),
    units,
    counts,
  });
}

const known = new WeakMap<Building, Map<string, Building | null>>();

/** A building is cut once: after a delta, the buildings it left alone are the same objects as before. */
function cutOnce(b: Building, cls: string): Building | null {
  let own = known.get(b);
  if (own === undefined) known.set(b, (own = new Map()));
  let found = own.get(cls);
  if (found === undefined) own.set(cls, (found = cut(b, cls)));
  return found;
}

/** The chart of one class; buildings without it are left out. */
export function ofClass<C extends Chart>(chart: C, cls: string): C {
  const buildings: Building[] = [];
  const where = new Map<number, number>();
  let total = 0;
  for (const whole of chart.buildings) {
    const b = cutOnce(whole, cls);
    if (b === null) continue;
    for (const u of b.units) where.set(u.id, buildings.length);
    total += b.units.length;
    buildings.push(b);
  }
  return Object.freeze({ ...chart, buildings, where, total });
}
