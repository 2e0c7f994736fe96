// What the screens of an opening day share: a number as it is typed or scanned, units found by what is said at the
// desk, how a group's time stands. No Vue.
import type { Schemas } from '@/api/types';
import { searchUnits, shortName, splitQuery } from '@/chart/search';
import type { Desk, DeskBuilding, DeskUnit } from '../chart/desk';

export type Opening = Schemas['Opening'];
export type Group = Schemas['OpeningGroup'];
export type Slip = Schemas['OpeningSlip'];

/** The state that is free to be picked. */
const FREE = 'A';
const MINUTE_MS = 60_000;
/** What is left of the time to pay, when it becomes urgent. */
export const PAY_SOON_MS = 10 * MINUTE_MS;

/** How the states of an opening and of a slip are marked. */
export const STATE_MARK: Record<Opening['state'], string> = { planned: 'wait', running: 'live', closed: '' };
export const GROUP_MARK: Record<Group['state'], string> = {
  expected: '',
  arrived: 'open',
  called: 'wait',
  done: 'live',
  passed: 'bad',
  left: '',
};
export const SLIP_MARK: Record<Slip['state'], string> = {
  waiting: 'wait',
  paid: 'live',
  expired: 'bad',
  ended: '',
};

/** "12", "No. 012", "１２号" → 12; null: no number. */
export function parseNumber(text: string): number | null {
  const m = /^\D{0,4}?0*(\d{1,9})\D{0,2}$/.exec(text.normalize('NFKC').trim());
  const n = m ? Number(m[1]) : 0;
  return n > 0 ? n : null;
}

/** Groups that have not been at the door. */
export const expectedOf = (day: Opening): number =>
  day.groups - day.arrived - day.called - day.done - day.passed - day.left;

export interface Choice {
  unit: DeskUnit;
  building: DeskBuilding;
}

export const isFree = (desk: Desk, unit: DeskUnit): boolean =>
  desk.states[unit.state]?.code === FREE && unit.total !== null;

/** Its buildings alone. */
export const deskOf = (desk: Desk, buildings: readonly number[]): Desk => ({
  ...desk,
  buildings: desk.buildings.filter((b) => buildings.includes(b.id)),
});

export const freeIn = (desk: Desk, building: DeskBuilding): number =>
  building.units.reduce((n, u) => n + (isFree(desk, u) ? 1 : 0), 0);

/** Whether the number that was typed is the unit's own, not its beginning. */
function isWhole(unit: DeskUnit, words: string): boolean {
  const parts = splitQuery(words.normalize('NFKC'));
  return shortName(unit.room) === parts.at(-1) || unit.room.toUpperCase() === parts.join('-');
}

/** Units by what was typed: whole numbers before beginnings, free ones before those that are taken. */
export function findChoices(desk: Desk, words: string, limit = 8): Choice[] {
  const hits = searchUnits(desk, words.normalize('NFKC'), limit * 4) as Choice[];
  const rank = ({ unit }: Choice): number => (isWhole(unit, words) ? 0 : 2) + (isFree(desk, unit) ? 0 : 1);
  return hits.sort((a, b) => rank(a) - rank(b)).slice(0, limit);
}

/** Whether what was typed can only mean the first that was found. */
export const isOne = (found: readonly Choice[], words: string): boolean =>
  found.length === 1 || found.filter((c) => isWhole(c.unit, words)).length === 1;

/** What is left of a group's time at the desk, in ms; below 0: over it. */
export const timeLeft = (group: Group, day: Opening, now: number): number =>
  (group.called_ms ?? now) + day.pick_minutes * MINUTE_MS - now;

/** "4:05", "-0:12". */
export function minutesText(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000);
  return `${ms < 0 ? '−' : ''}${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}
