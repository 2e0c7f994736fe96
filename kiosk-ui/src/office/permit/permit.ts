/* permit.ts - what is to be said about a permit: count mismatch, days left, and what a revocation closes. */
import type { components } from '@/api/schema.gen';
import { daysUntil } from '../days';

export type Permit = components['schemas']['Permit'];

/** Days before the end from which a permit is called out. */
export const SOON_DAYS = 30;

/** Units the certificate names minus units recorded under it: 0 is right, anything else stops a publication. */
export function countGap(p: Permit): number {
  return p.units_named - p.units_covered;
}

export type Validity = 'valid' | 'soon' | 'expired' | 'revoked';

export function validity(p: Permit, now: number = Date.now()): Validity {
  if (p.state === 'revoked') return 'revoked';
  if (p.state === 'expired') return 'expired';
  const left = daysUntil(p.valid_until, now);
  return left !== null && left <= SOON_DAYS ? 'soon' : 'valid';
}

/** What deserves a look comes first: soon ending or with a wrong count, then valid, then history. */
export function sortPermits(list: readonly Permit[], now: number = Date.now()): Permit[] {
  const rank = (p: Permit): number => {
    const v = validity(p, now);
    if (v === 'revoked') return 3;
    if (v === 'expired') return 2;
    return v === 'soon' || countGap(p) !== 0 ? 0 : 1;
  };
  return [...list].sort(
    (a, b) => rank(a) - rank(b) || b.issued_date.localeCompare(a.issued_date) || b.id - a.id,
  );
}
