// What waits for somebody: pure, from what the daemon answered, so that the rules have tests.
import type { Schemas } from '@/api/types';
import { daysUntil } from '../days';

export const HOLD_SOON_MS = 24 * 3_600_000;
export const PERMIT_SOON_DAYS = 30;

export type UnitBrief = Schemas['UnitBrief'];

/** Holds and reservations that end within a day, the first to end first. */
export function endingHolds(units: readonly UnitBrief[], now: number): UnitBrief[] {
  return units
    .filter((u) => u.hold_until_ms !== null && u.hold_until_ms <= now + HOLD_SOON_MS)
    .sort((a, b) => (a.hold_until_ms ?? 0) - (b.hold_until_ms ?? 0));
}

export interface EndingPermit {
  permit: Schemas['Permit'];
  days: number;
}

/** Valid permits that end within 30 days, and those that have just run out and still cover units. */
export function endingPermits(permits: readonly Schemas['Permit'][], now: number): EndingPermit[] {
  return permits
    .filter((p) => p.state !== 'revoked')
    .flatMap((permit) => {
      const days = daysUntil(permit.valid_until, now);
      return days === null ? [] : [{ permit, days }];
    })
    .filter((e) => e.days <= PERMIT_SOON_DAYS && (e.days >= 0 || e.permit.units_covered > 0))
    .sort((a, b) => a.days - b.days);
}

/** Terminals that were paired, are not revoked and are not heard from. */
export function silentTerminals(terminals: readonly Schemas['Terminal'][]): Schemas['Terminal'][] {
  return terminals.filter((t) => t.revoked_ms === null && (t.link === 'lost' || t.link === 'late'));
}
