// What waits for somebody: pure, from what the daemon answered, so that the rules have tests.
import type { Schemas } from '@/api/types';

export const HOLD_SOON_MS = 24 * 3_600_000;
export const PERMIT_SOON_DAYS = 30;
const DAY_MS = 86_400_000;

export type UnitBrief = Schemas['UnitBrief'];

/** Holds and reservations that end within a day, the first to end first. */
export function endingHolds(units: readonly UnitBrief[], now: number): UnitBrief[] {
  return units
    .filter((u) => u.hold_until_ms !== null && u.hold_until_ms <= now + HOLD_SOON_MS)
    .sort((a, b) => (a.hold_until_ms ?? 0) - (b.hold_until_ms ?? 0));
}

/** Whole days from today to a date `YYYY-MM-DD`, both in local time; negative: past. */
export function daysTo(day: string, now: number): number {
  const [y = 0, m = 1, d = 1] = day.split('-').map(Number);
  const today = new Date(now);
  const a = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  return Math.round((Date.UTC(y, m - 1, d) - a) / DAY_MS);
}

export interface EndingPermit {
  permit: Schemas['Permit'];
  days: number;
}

/** Valid permits that end within 30 days, and those that have just run out and still cover units. */
export function endingPermits(permits: readonly Schemas['Permit'][], now: number): EndingPermit[] {
  return permits
    .filter((p) => p.valid_until !== null && p.state !== 'revoked')
    .map((permit) => ({ permit, days: daysTo(permit.valid_until ?? '', now) }))
    .filter((e) => e.days <= PERMIT_SOON_DAYS && (e.days >= 0 || e.permit.units_covered > 0))
    .sort((a, b) => a.days - b.days);
}

/** Terminals that were paired, are not revoked and are not heard from. */
export function silentTerminals(terminals: readonly Schemas['Terminal'][]): Schemas['Terminal'][] {
  return terminals.filter((t) => t.revoked_ms === null && (t.link === 'lost' || t.link === 'late'));
}
