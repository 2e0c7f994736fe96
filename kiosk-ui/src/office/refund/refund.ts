// A refund in words, and what is typed as the daemon takes it: pure, so that it has tests.
import type { Schemas } from '@/api/types';
import { parseYuan, yuanText } from '../parts/parse';

export type Refund = Schemas['Refund'];
export type Line = Schemas['PaymentLine'];
type Tender = Schemas['PaymentTender']['tender'];

export const STATES = [
  'asked',
  'approved',
  'paid',
  'rejected',
  'returned',
  'withdrawn',
  'cancelled',
] as const;

/** The colour of the dot before a state. */
export const STATE_MARK: Record<Refund['state'], string> = {
  asked: 'wait',
  approved: 'open',
  paid: 'live',
  rejected: 'bad',
  returned: 'open',
  withdrawn: '',
  cancelled: '',
};

/** Money goes back like this; by card or loan it does not. */
export const WAYS = ['transfer', 'cash', 'cheque'] as const satisfies readonly Tender[];
export type Way = (typeof WAYS)[number];
export type Payout = Schemas['RefundPay'];
export type Account = Schemas['RefundClear'];

/** How it can be paid: by transfer only to an account that was given. */
export const waysOf = (refund: Pick<Refund, 'account'>): Way[] =>
  WAYS.filter((way) => way !== 'transfer' || refund.account !== null);

/** All of it in one way, as the daemon takes it. */
export function payoutOf(
  refund: Pick<Refund, 'version' | 'total_fen'>,
  tender: Way,
  reference: string,
): Payout {
  const number = tender === 'cash' ? {} : { reference: reference.trim() };
  return { version: refund.version, tenders: [{ tender, amount_fen: refund.total_fen, ...number }] };
}

export interface Asked {
  payee: number | null;
  /** yuan as typed, by fund */
  amounts: Record<string, string>;
  reason: string;
  bank: string;
  account: string;
  filled: Record<string, string>;
}

/** A new request for all that is there, or one that came to nothing as it was. */
export function askedOf(free: readonly Line[], payee: number | null, was: Refund | null): Asked {
  const lines = was ? was.lines : free;
  return {
    payee: was?.customer_id ?? payee,
    amounts: Object.fromEntries(
      free.map((l) => [l.fund, yuanText(lines.find((x) => x.fund === l.fund)?.amount_fen ?? null)]),
    ),
    reason: was?.reason ?? '',
    bank: was?.bank ?? '',
    account: '',
    filled: {},
  };
}

/** The lines that are asked for; null: one is no amount, or there is none. */
export function linesOf(amounts: Record<string, string>): Line[] | null {
  const lines: Line[] = [];
  for (const [fund, typed] of Object.entries(amounts)) {
    if (typed.trim() === '') continue;
    const amount_fen = parseYuan(typed);
    if (amount_fen === null) return null;
    if (amount_fen > 0) lines.push({ fund: fund as Line['fund'], amount_fen });
  }
  return lines.length ? lines : null;
}

export const totalOf = (lines: readonly Line[] | null): number =>
  (lines ?? []).reduce((sum, l) => sum + l.amount_fen, 0);
