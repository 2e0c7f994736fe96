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

/** Money goes back like this; by card or loan it does not. */
export const WAYS = ['transfer', 'cash', 'cheque'] as const satisfies readonly Tender[];

export interface Asked {
  payee: number | null;
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
export function askedOf(free: readonly Line[], payee: number | null, was: Refund | null): Asked {
  const house = free.filter((l) => !isFee(l));
  const lines = was ? was.lines : house.length ? house : free;
  const now = (l: Line): number | null => lines.find((x) => moneyKey(x) === moneyKey(l))?.amount_fen ?? null;
  return {
    payee: was?.customer_id ?? payee,
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
