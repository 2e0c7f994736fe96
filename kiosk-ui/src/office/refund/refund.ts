// A refund in words, and what is typed as the daemon takes it: pure, so that it has tests.
import type { Schemas } from '@/api/types';
import { parseYuan, yuanText } from '../parts/parse';
import { moneyKey } from '../till/payment';

export type Refund = Schemas['Refund'];
export type Line = Schemas['MoneyLine'];
type Ask = Schemas['PaymentLine'];
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

/** One of a change was asked for without an account, which it needs for a transfer. */
export const takesAccount = (r: Refund): boolean => r.change_id !== null && r.state === 'approved';

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

type Payer = Schemas['Refundable']['payers'][number];

/** Who gets it, as one word: a customer, or who lent. */
export const payerKey = (of: Pick<Payer, 'customer_id' | 'lender'>): string =>
  of.lender === null ? `c${of.customer_id ?? 0}` : `l${of.lender}`;

/** Those that can be chosen: whom one sees, each lender once. */
export function payersOf(payers: readonly Payer[]): Payer[] {
  const seen = new Map<string, Payer>();
  for (const p of payers) {
    if (p.lender === null ? p.customer_id === null : p.lender === '') continue;
    const was = seen.get(payerKey(p));
    seen.set(payerKey(p), was ? { ...was, free_fen: was.free_fen + p.free_fen } : p);
  }
  return [...seen.values()];
}

/** What can go to him: a loan to who lent it, and nothing else of it. */
export function linesFor(free: readonly Line[], payers: readonly Payer[], key: string): Line[] {
  const loans = new Map(payers.filter((p) => p.lender !== null).map((p) => [p.fund, payerKey(p)]));
  return free.filter((l) => (loans.get(l.fund) ?? 'c') === (key.startsWith('l') ? key : 'c'));
}

export interface Asked {
  /** of payerKey(); '': what is held of the customer */
  payee: string;
  /** yuan as typed, by fund or agency fee (moneyKey) */
  amounts: Record<string, string>;
  reason: string;
  bank: string;
  account: string;
  filled: Record<string, string>;
}

/** Agency fees lie on an account of their own, and go back by a refund of their own. */
const isFee = (line: Line): boolean => line.fee_id !== undefined;

/** A new request for all of the house that is there, or of what else there is; or one that came to nothing as it was. */
export function askedOf(free: readonly Line[], payee: string, was: Refund | null): Asked {
  const house = free.filter((l) => !isFee(l));
  const lines = was ? was.lines : house.length ? house : free;
  const now = (l: Line): number | null => lines.find((x) => moneyKey(x) === moneyKey(l))?.amount_fen ?? null;
  return {
    payee: was && payee !== '' ? payerKey(was) : payee,
    amounts: Object.fromEntries(free.map((l) => [moneyKey(l), yuanText(now(l))])),
    reason: was?.reason ?? '',
    bank: was?.bank ?? '',
    account: '',
    filled: {},
  };
}

const lineOf = (key: string, amount_fen: number): Ask =>
  key.startsWith('fee-')
    ? { fund: 'agency_fee', amount_fen, fee_id: Number(key.slice('fee-'.length)) }
    : { fund: key as Ask['fund'], amount_fen };

/** The lines that are asked for; null: one is no amount, or there is none. */
export function linesOf(amounts: Record<string, string>): Ask[] | null {
  const lines: Ask[] = [];
  for (const [key, typed] of Object.entries(amounts)) {
    if (typed.trim() === '') continue;
    const amount_fen = parseYuan(typed);
    if (amount_fen === null) return null;
    if (amount_fen > 0) lines.push(lineOf(key, amount_fen));
  }
  return lines.length ? lines : null;
}

export const totalOf = (lines: readonly Ask[] | null): number =>
  (lines ?? []).reduce((sum, l) => sum + l.amount_fen, 0);
