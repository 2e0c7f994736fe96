/* deal.ts - deals as the desk speaks of them: stages, steps and what each asks for, buyers and their shares.
 * No Vue in here. What may be done is the daemon's to say (next-steps); here is only how. */
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';
import { parseDecimal } from '../parts/parse';

export type Deal = Schemas['Deal'];
export type DealRow = Schemas['DealRow'];
export type NextStep = Schemas['NextStep'];
export type Stage = Deal['stage'];
export type Shown = Schemas['ShowingCode'];
type Say = (key: string, values?: Record<string, unknown>) => string;

export const STAGES = ['B', 'S', 'C', 'F', 'D', 'T'] as const satisfies Stage[];
export const BUYERS_MAX = 10;
export const WHOLE_BP = 10_000;

/* ---- a new deal ---- */

/** The stage that a step of a unit without a deal begins with. */
export const OPENS: Partial<Record<NextStep['step'], 'B' | 'S' | 'C'>> = {
  book: 'B',
  subscribe: 'S',
  sign: 'C',
};

export interface Buyer {
  customer: number | null;
  /** as typed, % */
  share: string;
}

/** The share in 0.0001; null: not a share. */
export function shareBp(text: string): number | null {
  const bp = parseDecimal(text, 2);
  return bp !== null && bp > 0 && bp <= WHOLE_BP ? bp : null;
}

/** What is wrong with the buyers, as a key below `deal.buyers`; '': nothing. */
export function buyersWrong(buyers: readonly Buyer[]): '' | 'empty' | 'twice' | 'share' | 'sum' {
  if (buyers.some((b) => b.customer === null)) return 'empty';
  if (new Set(buyers.map((b) => b.customer)).size < buyers.length) return 'twice';
  const shares = buyers.map((b) => shareBp(b.share));
  if (shares.includes(null)) return 'share';
  return shares.reduce<number>((sum, bp) => sum + (bp ?? 0), 0) === WHOLE_BP ? '' : 'sum';
}

/** Even shares for @n buyers, the first takes what does not divide: 33.34, 33.33, 33.33. */
export function evenShares(n: number): string[] {
  const each = Math.floor(WHOLE_BP / n);
  return Array.from({ length: n }, (_, i) => {
    const bp = i === 0 ? WHOLE_BP - each * (n - 1) : each;
    const rest = bp % 100;
    return rest === 0
      ? String(bp / 100)
      : `${Math.floor(bp / 100)}.${String(rest).padStart(2, '0').replace(/0$/, '')}`;
  });
}

/* ---- the steps of a deal, as data ---- */

export type StepField = 'document' | 'number' | 'date' | 'again' | 'reason' | 'shown';
export interface StepDef {
  fields: readonly StepField[];
  danger?: boolean;
}
export type StepName = Exclude<NextStep['step'], 'lock' | 'unlock' | 'queue' | 'book' | 'change'>;

/** What each step asks for. The identity number is typed again when the deal is only booked yet (SF-30). */
export function stepDef(step: StepName, stage: Stage): StepDef {
  const again: StepField[] = stage === 'B' ? ['again'] : [];
  switch (step) {
    case 'subscribe':
      return { fields: again };
    case 'sign':
      return { fields: ['document', ...again, 'shown'] };
    case 'file':
      return { fields: ['number', 'date'] };
    case 'unfile':
      return { fields: ['document'], danger: true };
    case 'deliver':
    case 'title':
      return { fields: ['document'] };
    case 'void':
      return { fields: ['reason'], danger: true };
  }
}

export interface StepFields {
  document: string;
  number: string;
  date: string | null;
  again: string;
  reason: string;
  shown: Shown[];
  /** other terms than those the deal stands on */
  terms: number | null;
}

export const noFields = (): StepFields => ({
  document: '',
  number: '',
  date: null,
  again: '',
  reason: '',
  shown: [],
  terms: null,
});

/** Whether all that is asked for is there; @showings: how many must have been shown. */
export function stepReady(def: StepDef, f: StepFields, showings: number): boolean {
  return def.fields.every((field) => {
    if (field === 'shown') return f.shown.length >= showings;
    if (field === 'date') return Boolean(f.date);
    return f[field].trim() !== '';
  });
}

/** Asks the daemon. */
export function takeStep(step: StepName, deal: Deal, f: StepFields, key: string): Promise<Deal> {
  const params = { path: { deal: deal.id }, header: { 'Idempotency-Key': key } };
  const version = deal.version;
  const document = f.document.trim();
  const terms = f.terms === null ? {} : { terms_id: f.terms };
  const again = deal.stage === 'B' ? { document_again: f.again.trim() } : {};
  switch (step) {
    case 'subscribe':
      return ok(
        api.POST('/api/v1/deals/{deal}/advance', {
          params,
          body: { version, stage: 'S', ...again, ...terms },
        }),
      );
    case 'sign':
      return ok(
        api.POST('/api/v1/deals/{deal}/advance', {
          params,
          body: { version, stage: 'C', document, shown: f.shown, ...again, ...terms },
        }),
      );
    case 'file':
      return ok(
        api.POST('/api/v1/deals/{deal}/filing', {
          params,
          body: { version, number: f.number.trim(), date: f.date ?? '' },
        }),
      );
    case 'unfile':
      return ok(api.POST('/api/v1/deals/{deal}/filing/cancel', { params, body: { version, document } }));
    case 'deliver':
      return ok(api.POST('/api/v1/deals/{deal}/handover', { params, body: { version, document } }));
    case 'title':
      return ok(api.POST('/api/v1/deals/{deal}/title', { params, body: { version, document } }));
    case 'void':
      return ok(
        api.POST('/api/v1/deals/{deal}/void', { params, body: { version, reason: f.reason.trim() } }),
      );
  }
}

/** Is it one that this page takes on a deal? */
export const isDealStep = (step: NextStep['step']): step is StepName =>
  !['lock', 'unlock', 'queue', 'book', 'change'].includes(step);

/* ---- how things are said ---- */

/** Why a step cannot be taken yet. */
export function guardText(code: string, t: Say, te: (key: string) => boolean): string {
  const name = code.replace(/^guard\./u, '');
  return te(`deal.guard.${name}`) ? t(`deal.guard.${name}`) : code;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What is left of a term: `9:05` within an hour, hours within two days, else days. */
export function leftText(ms: number, t: Say): string {
  if (ms <= 0) return t('deal.left.over');
  if (ms < HOUR_MS) {
    const s = Math.floor(ms / 1000);
    return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
  }
  if (ms < 2 * DAY_MS)
    return t('deal.left.hours', { h: Math.floor(ms / HOUR_MS), m: Math.floor((ms % HOUR_MS) / MINUTE_MS) });
  return t('deal.left.days', { n: Math.floor(ms / DAY_MS) });
}

/** How a term stands: past, soon (within @soon ms), or with time. */
export function termMark(due: number | null, now: number, soon = DAY_MS): '' | 'bad' | 'wait' {
  if (due === null) return '';
  return due < now ? 'bad' : due - now < soon ? 'wait' : '';
}

/** The number of a paper: its own where it has one, else ours. */
export const paperText = (paper: { document: string; number: number }, t: Say): string =>
  paper.document !== '' ? paper.document : t('deal.number', { n: paper.number });
