// The internal chart as the desk holds it: the chart of src/chart with what only staff may see added to each
// unit. Decoded once, frozen, replaced one building at a time. Nothing here knows Vue or the DOM.
import type { Schemas, PublicProject, PublicationInfo, StateInfo } from '@/api/types';
import { decodeChart, type Building, type Chart, type Unit } from '@/chart/model';

export type InternalChart = Schemas['InternalChart'];
export type InternalUnit = Schemas['InternalUnit'];

export const FLAG = {
  mortgage: 1,
  seizure: 2,
  authorityLock: 4,
  autoLock: 8,
  change: 16,
  priceReview: 32,
  noPermit: 64,
  areaUnreviewed: 128,
  attached: 256,
  changedToday: 1024,
} as const;

export const ENCUMBERED = FLAG.mortgage | FLAG.seizure | FLAG.authorityLock | FLAG.autoLock;

export interface DeskUnit extends Unit {
  readonly version: number;
  /** letter the public sees; null: not in the live publication */
  readonly pub: string | null;
  readonly queue: number;
  readonly flags: number;
  /** UTC ms; null: no hold */
  readonly until: number | null;
}

export interface DeskBuilding extends Building {
  readonly units: readonly DeskUnit[];
  readonly enabled: boolean;
}

export interface Desk extends Chart {
  readonly buildings: readonly DeskBuilding[];
  /** what the public is shown for each state, by index of states */
  readonly publicLetter: readonly string[];
  readonly live: PublicationInfo | null;
}

const COL = { version: 14, pub: 15, queue: 16, flags: 17, until: 18 } as const;

function extend(unit: Unit, row: InternalUnit): DeskUnit {
  return {
    ...unit,
    version: row[COL.version],
    pub: row[COL.pub],
    queue: row[COL.queue],
    flags: row[COL.flags],
    until: row[COL.until],
  };
}

/** The chart of all internal states: each state is its own letter here, unlike on the public chart. */
export function decodeDesk(raw: InternalChart): Desk {
  const chart = decodeChart({
    project: { id: raw.project.id, name: raw.project.name } as PublicProject,
    publication: (raw.publication ?? { number: 0, patch: 0 }) as PublicationInfo,
    show_deal_price: true,
    states: raw.states.map((s: StateInfo) => ({ ...s, public: s.code })),
    classes: raw.classes,
    layouts: raw.layouts,
    // The internal row starts with the public one.
    buildings: raw.buildings.map((b) => ({ ...b, units: b.units as unknown as Schemas['ChartUnit'][] })),
  });
  const letters = new Map(raw.states.map((s) => [s.code, s.public]));
  return Object.freeze({
    ...chart,
    buildings: chart.buildings.map((b, i) => {
      const from = raw.buildings[i];
      return Object.freeze({
        ...b,
        enabled: from?.enabled ?? true,
        units: b.units.map((u, k) => extend(u, from?.units[k] as InternalUnit)),
      });
    }),
    publicLetter: chart.states.map((s) => letters.get(s.code) ?? s.code),
    live: raw.publication,
  });
}

/** An event that leaves the place of a unit as it is says -1 for floor, stair and line, -2 for the layout. */
const KEEPS_PLACE = -1;
const KEEPS_LAYOUT = -2;

function movedBy(row: InternalUnit, u: DeskUnit): boolean {
  if (row[13] !== u.room || Math.max(1, row[4]) !== u.span) return true;
  return row[1] !== KEEPS_PLACE && (row[1] !== u.floor || row[2] !== u.stair);
}

export interface DeskDelta {
  desk: Desk;
  /** indices of replaced buildings and ids of changed units */
  buildings: number[];
  units: number[];
}

/**
 * The desk after some `unit` events. null: one names something unknown or a unit that moved, so the chart
 * must be fetched again. An event older than what is held changes nothing.
 */
export function applyRows(desk: Desk, rows: readonly InternalUnit[]): DeskDelta | null {
  const letters = new Map(desk.states.map((s, i) => [s.code, i]));
  const per = new Map<number, Map<number, InternalUnit>>();
  for (const row of rows) {
    const at = desk.where.get(row[0]);
    if (at === undefined || !letters.has(row[5])) return null;
    const group = per.get(at) ?? new Map<number, InternalUnit>();
    const queued = group.get(row[0]);
    if (!queued || queued[COL.version] <= row[COL.version]) group.set(row[0], row);
    per.set(at, group);
  }
  const buildings = [...desk.buildings];
  const changed: number[] = [];
  for (const [at, group] of per) {
    const old = buildings[at] as DeskBuilding;
    let moved = false;
    const units = old.units.map((u) => {
      const row = group.get(u.id);
      if (!row || row[COL.version] < u.version) return u;
      if (movedBy(row, u)) moved = true;
      changed.push(u.id);
      return extend(
        {
          ...u,
          state: letters.get(row[5]) ?? u.state,
          cls: row[6],
          layout: row[7] === KEEPS_LAYOUT ? u.layout : row[7] < desk.layouts.length ? row[7] : -1,
          gross: row[8],
          inner: row[9],
          total: row[10],
          price: row[11],
          orient: row[12],
        },
        row,
      );
    });
    if (moved) return null;
    const counts = new Array<number>(desk.states.length).fill(0);
    for (const u of units) counts[u.state] = (counts[u.state] ?? 0) + 1;
    buildings[at] = Object.freeze({ ...old, units, counts });
  }
  return { desk: Object.freeze({ ...desk, buildings }), buildings: [...per.keys()], units: changed };
}

/** Whether what the public is shown is not what the state stands for. */
export function differsFromPublic(desk: Desk, u: DeskUnit): boolean {
  return desk.live !== null && u.pub !== desk.publicLetter[u.state];
}

/** The path of a unit as the daemon writes it in refusals: phase-area-building-stair-room, empty parts left out. */
export function unitPath(b: Building, u: Unit): string {
  return [b.phase, b.area, b.name, b.stairs[u.stair]?.name ?? '', u.room].filter((s) => s !== '').join('-');
}

export interface StateSum {
  units: number;
  /** 0.01 m² */
  gross: number;
  /** fen */
  fen: number;
}

export interface Sums {
  all: StateSum;
  sold: StateSum;
  states: StateSum[];
  /** fen per m² over units priced by area; null: there are none */
  average: number | null;
  changedToday: number;
  differing: number;
}

const zero = (): StateSum => ({ units: 0, gross: 0, fen: 0 });

function add(sum: StateSum, u: Unit): void {
  sum.units += 1;
  sum.gross += u.gross ?? 0;
  sum.fen += u.total ?? 0;
}

/** Header numbers over the given units. Sums of 10,000 units stay far below 2^53 fen. */
export function sumsOf(desk: Desk, units: Iterable<DeskUnit>): Sums {
  const out: Sums = {
    all: zero(),
    sold: zero(),
    states: desk.states.map(zero),
    average: null,
    changedToday: 0,
    differing: 0,
  };
  let fen = 0;
  let gross = 0;
  for (const u of units) {
    add(out.all, u);
    const own = out.states[u.state];
    if (own) add(own, u);
    if (desk.states[u.state]?.sold) add(out.sold, u);
    if (u.total !== null && u.price !== null && u.gross !== null && u.gross > 0) {
      fen += u.total;
      gross += u.gross;
    }
    if (u.flags & FLAG.changedToday) out.changedToday += 1;
    if (differsFromPublic(desk, u)) out.differing += 1;
  }
  // fen per 0.01 m² × 100; the quotient first, so that the product stays an exact integer.
  if (gross > 0) out.average = Math.floor(fen / gross) * 100 + Math.round(((fen % gross) * 100) / gross);
  return out;
}

export function* unitsOf(buildings: readonly DeskBuilding[]): Iterable<DeskUnit> {
  for (const b of buildings) yield* b.units;
}

/** A published chart, to be shown read-only with the same panes as the desk. */
export function decodeReplay(raw: Schemas['PublicChart']): Desk {
  const chart = decodeChart(raw);
  return Object.freeze({
    ...chart,
    buildings: chart.buildings.map((b) =>
      Object.freeze({
        ...b,
        enabled: true,
        units: b.units.map((u) => ({
          ...u,
          version: 0,
          pub: chart.states[u.state]?.public ?? null,
          queue: 0,
          flags: 0,
          until: null,
        })),
      }),
    ),
    publicLetter: chart.states.map((s) => s.public),
    live: chart.publication,
  });
}
