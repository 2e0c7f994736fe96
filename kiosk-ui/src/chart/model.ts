// The public chart as the page holds it: decoded once from the snapshot's rows, frozen, and replaced one
// building at a time when units change. Nothing here knows Vue or the DOM.
import type {
  ChartBuilding,
  ChartLayout,
  ChartUnit,
  ClassInfo,
  FeedUnits,
  PublicChart,
  PublicationInfo,
  PublicProject,
  StateInfo,
} from '@/api/types';

export interface Unit {
  readonly id: number;
  /** Index in the building's floors. */
  readonly floor: number;
  /** Index in the building's stairs. */
  readonly stair: number;
  /** Index in the stair's lines. */
  readonly line: number;
  /** Floors it spans, upwards; at least 1. */
  readonly span: number;
  /** Index in the chart's states. */
  readonly state: number;
  readonly cls: string;
  /** Index in the chart's layouts, -1 none. */
  readonly layout: number;
  /** 0.01 m² */
  readonly gross: number | null;
  readonly inner: number | null;
  /** fen; null: not shown */
  readonly total: number | null;
  readonly price: number | null;
  readonly orient: string;
  readonly room: string;
}

export interface Floor {
  readonly ordinal: number;
  readonly label: string;
}

export interface Stair {
  readonly id: number;
  readonly name: string;
  readonly lines: readonly string[];
  /** How many units it holds. */
  readonly units: number;
}

export interface Building {
  readonly id: number;
  readonly name: string;
  readonly area: string;
  readonly phase: string;
  readonly floors: readonly Floor[];
  readonly stairs: readonly Stair[];
  readonly units: readonly Unit[];
  /** Units per state index. */
  readonly counts: readonly number[];
}

export interface Chart {
  readonly project: PublicProject;
  readonly publication: PublicationInfo;
  readonly showDealPrice: boolean;
  /** The states a public chart can show, each once, in the daemon's order. */
  readonly states: readonly StateInfo[];
  readonly classes: readonly ClassInfo[];
  readonly layouts: readonly ChartLayout[];
  readonly buildings: readonly Building[];
  /** unit id → index of its building */
  readonly where: ReadonlyMap<number, number>;
  readonly total: number;
}

const ROW = { id: 0, floor: 1, stair: 2, line: 3, span: 4, state: 5, cls: 6, layout: 7 } as const;
const enum Col {
  gross = 8,
  inner = 9,
  total = 10,
  price = 11,
  orient = 12,
  room = 13,
}

/** More units side by side in one stair than any building has; bounds what a broken chart can cost. */
const MAX_LINES = 4096;

export class ChartError extends Error {
  override name = 'ChartError';
}

/** The public states, one entry per public letter: several internal states may share one. */
export function publicStates(states: readonly StateInfo[]): StateInfo[] {
  const seen = new Map<string, StateInfo>();
  for (const s of states) {
    const known = seen.get(s.public);
    if (known === undefined || s.code === s.public) seen.set(s.public, s);
  }
  return [...seen.values()];
}

function counted(units: readonly Unit[], states: number): number[] {
  const counts = new Array<number>(states).fill(0);
  for (const u of units) counts[u.state] = (counts[u.state] ?? 0) + 1;
  return counts;
}

function within(value: number, limit: number, what: string, id: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= limit)
    throw new ChartError(`unit ${id}: ${what} ${value}`);
  return value;
}

/**
 * One building from its rows. A unit whose place is already taken gets a column of its own at the end of its
 * stair: every unit is on the chart exactly once, whatever the numbering was.
 */
function decodeBuilding(raw: ChartBuilding, letters: ReadonlyMap<string, number>, layouts: number): Building {
  const taken = new Set<number>();
  const place = (floor: number, stair: number, line: number) =>
    (floor * raw.stairs.length + stair) * MAX_LINES + line;
  const lines = raw.stairs.map((s) => [...s.lines]);
  const perStair = raw.stairs.map(() => 0);
  const units = raw.units.map((row: ChartUnit): Unit => {
    const id = row[ROW.id];
    const floor = within(row[ROW.floor], raw.floors.length, 'floor', id);
    const stair = within(row[ROW.stair], raw.stairs.length, 'stair', id);
    const stairLines = lines[stair] as string[];
    let line = row[ROW.line];
    within(line, MAX_LINES, 'line', id);
    while (line >= stairLines.length) stairLines.push('');
    while (taken.has(place(floor, stair, line))) {
      line += 1;
      if (line >= stairLines.length) stairLines.push('');
    }
    const span = Math.max(1, row[ROW.span]);
    for (let k = 0; k < span; k += 1) taken.add(place(floor + k, stair, line));
    const state = letters.get(row[ROW.state]);
    if (state === undefined) throw new ChartError(`unit ${id}: state ${row[ROW.state]}`);
    perStair[stair] = (perStair[stair] ?? 0) + 1;
    return {
      id,
      floor,
      stair,
      line,
      span,
      state,
      cls: row[ROW.cls],
      layout: row[ROW.layout] < layouts ? row[ROW.layout] : -1,
      gross: row[Col.gross],
      inner: row[Col.inner],
      total: row[Col.total],
      price: row[Col.price],
      orient: row[Col.orient],
      room: row[Col.room],
    };
  });
  return Object.freeze({
    id: raw.id,
    name: raw.name,
    area: raw.area,
    phase: raw.phase,
    floors: raw.floors,
    stairs: raw.stairs.map((s, i) => ({
      id: s.id,
      name: s.name,
      lines: lines[i] ?? [],
      units: perStair[i] ?? 0,
    })),
    units,
    counts: counted(units, letters.size),
  });
}

export function decodeChart(raw: PublicChart): Chart {
  const states = publicStates(raw.states);
  const letters = new Map(states.map((s, i) => [s.public, i]));
  const buildings = raw.buildings.map((b) => decodeBuilding(b, letters, raw.layouts.length));
  const where = new Map<number, number>();
  let total = 0;
  buildings.forEach((b, i) => {
    for (const u of b.units) where.set(u.id, i);
    total += b.units.length;
  });
  return Object.freeze({
    project: raw.project,
    publication: raw.publication,
    showDealPrice: raw.show_deal_price,
    states,
    classes: raw.classes,
    layouts: raw.layouts,
    buildings,
    where,
    total,
  });
}

export interface Applied {
  chart: Chart;
  /** Indices of the buildings that were replaced. */
  buildings: number[];
  /** Ids of the units that changed. */
  units: number[];
}

/**
 * The chart after a `units` event. null: the event is of another publication or names something unknown,
 * so the chart must be fetched again. A patch that is already contained changes nothing.
 */
export function applyUnits(chart: Chart, feed: FeedUnits): Applied | null {
  if (feed.publication !== chart.publication.number) return null;
  if (feed.patch <= chart.publication.patch) return { chart, buildings: [], units: [] };
  const letters = new Map(chart.states.map((s, i) => [s.public, i]));
  const perBuilding = new Map<number, Map<number, (typeof feed.units)[number]>>();
  for (const row of feed.units) {
    const at = chart.where.get(row[0]);
    if (at === undefined || !letters.has(row[1])) return null;
    let rows = perBuilding.get(at);
    if (rows === undefined) perBuilding.set(at, (rows = new Map()));
    rows.set(row[0], row);
  }
  const buildings = [...chart.buildings];
  const changed: number[] = [];
  for (const [at, rows] of perBuilding) {
    const old = buildings[at] as Building;
    const units = old.units.map((u) => {
      const row = rows.get(u.id);
      if (row === undefined) return u;
      changed.push(u.id);
      return { ...u, state: letters.get(row[1]) ?? u.state, total: row[2], price: row[3] };
    });
    buildings[at] = Object.freeze({ ...old, units, counts: counted(units, chart.states.length) });
  }
  const publication = { ...chart.publication, patch: feed.patch, data_ms: feed.data_ms };
  return {
    chart: Object.freeze({ ...chart, publication, buildings }),
    buildings: [...perBuilding.keys()],
    units: changed,
  };
}

/**
 * Indices of the buildings that are other objects than before; null: not the same buildings, so nothing that was laid
 * out for the old ones fits the new.
 */
export function replacedBuildings(before: Chart, now: Chart): number[] | null {
  if (before.buildings.length !== now.buildings.length) return null;
  const out: number[] = [];
  for (const [i, b] of now.buildings.entries()) {
    const old = before.buildings[i];
    if (old?.id !== b.id) return null;
    if (old !== b) out.push(i);
  }
  return out;
}

/** Units per state over the whole chart. */
export function countStates(chart: Chart): number[] {
  const out = new Array<number>(chart.states.length).fill(0);
  for (const b of chart.buildings) b.counts.forEach((n, i) => (out[i] = (out[i] ?? 0) + n));
  return out;
}

/** How many units of a building count as sold (for the thin bar). */
export function soldUnits(building: Building, states: readonly StateInfo[]): number {
  let n = 0;
  building.counts.forEach((count, i) => {
    if (states[i]?.sold) n += count;
  });
  return n;
}

export interface Found {
  building: Building;
  unit: Unit;
}

export function findUnit(chart: Chart, id: number): Found | null {
  const at = chart.where.get(id);
  if (at === undefined) return null;
  const building = chart.buildings[at];
  const unit = building?.units.find((u) => u.id === id);
  return building && unit ? { building, unit } : null;
}
