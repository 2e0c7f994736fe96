// The filters of the desk: those of the public chart and what only staff filter by.
import {
  NO_FILTER,
  activeCount,
  choicesOf,
  isEmpty,
  passes,
  type Choices,
  type Filter,
} from '@/chart/filter';
import { ENCUMBERED, FLAG, differsFromPublic, type Desk, type DeskBuilding, type DeskUnit } from './desk';

export type Trait =
  'queue' | 'mortgage' | 'seizure' | 'lock' | 'clean' | 'today' | 'differs' | 'unpriced' | 'review';
export const TRAITS: readonly Trait[] = [
  'queue',
  'mortgage',
  'seizure',
  'lock',
  'clean',
  'today',
  'differs',
  'unpriced',
  'review',
];

export interface DeskFilter {
  base: Filter;
  /** any of these */
  traits: ReadonlySet<Trait>;
}

export const NO_DESK_FILTER: DeskFilter = Object.freeze({
  base: NO_FILTER,
  traits: new Set<Trait>(),
});

export interface DeskChoices extends Choices {
  traits: readonly Trait[];
}

export function hasTrait(desk: Desk, u: DeskUnit, trait: Trait): boolean {
  switch (trait) {
    case 'queue':
      return u.queue > 0;
    case 'mortgage':
      return (u.flags & FLAG.mortgage) !== 0;
    case 'seizure':
      return (u.flags & FLAG.seizure) !== 0;
    case 'lock':
      return (u.flags & (FLAG.authorityLock | FLAG.autoLock)) !== 0;
    case 'clean':
      return (u.flags & ENCUMBERED) === 0;
    case 'today':
      return (u.flags & FLAG.changedToday) !== 0;
    case 'differs':
      return differsFromPublic(desk, u);
    case 'unpriced':
      return u.total === null;
    case 'review':
      return (u.flags & (FLAG.priceReview | FLAG.areaUnreviewed | FLAG.noPermit)) !== 0;
  }
}

export function deskChoices(desk: Desk): DeskChoices {
  const traits = new Set<Trait>();
  for (const b of desk.buildings) {
    for (const u of b.units) {
      if (traits.size < TRAITS.length)
        for (const t of TRAITS) if (!traits.has(t) && hasTrait(desk, u, t)) traits.add(t);
    }
  }
  if (![...traits].some((t) => t === 'mortgage' || t === 'seizure' || t === 'lock')) traits.delete('clean');
  return {
    ...choicesOf(desk),
    traits: TRAITS.filter((t) => traits.has(t)),
  };
}

export function deskFilterEmpty(f: DeskFilter): boolean {
  return isEmpty(f.base) && f.traits.size === 0;
}

/** How many kinds of filters besides the legend are on. */
export function deskFilterCount(f: DeskFilter): number {
  return activeCount(f.base) + (f.traits.size > 0 ? 1 : 0);
}

export interface DeskOutcome {
  /** ids that pass; null: all do */
  ids: ReadonlySet<number> | null;
  shown: number;
  /** per state, what passes everything but the state filter */
  legend: number[];
}

export function runDeskFilter(
  desk: Desk,
  f: DeskFilter,
  choices: DeskChoices,
  only?: (b: DeskBuilding, u: DeskUnit) => boolean,
): DeskOutcome {
  const empty = deskFilterEmpty(f);
  const ids = empty ? null : new Set<number>();
  const legend = new Array<number>(desk.states.length).fill(0);
  let shown = 0;
  for (const b of desk.buildings) {
    for (const u of b.units) {
      const pass =
        empty ||
        (passes(f.base, choices, b, u, true) &&
          (f.traits.size === 0 || [...f.traits].some((t) => hasTrait(desk, u, t))));
      if (!pass) continue;
      const inScope = !only || only(b, u);
      if (inScope) legend[u.state] = (legend[u.state] ?? 0) + 1;
      if (f.base.states.size > 0 && !f.base.states.has(u.state)) continue;
      ids?.add(u.id);
      if (inScope) shown += 1;
    }
  }
  return { ids, shown, legend };
}
