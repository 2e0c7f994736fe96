// A payment as it is put together, and as the daemon takes it: what it is for, how it is paid, what is still missing.
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';
import { parseYuan } from '../parts/parse';

export type Fund = Schemas['PaymentLine']['fund'];
export type Tender = Schemas['PaymentTender']['tender'];
export type Receipt = Schemas['Receipt'];
export type Payment = Schemas['Payment'];
export const TENDERS: readonly Tender[] = ['cash', 'card', 'transfer', 'cheque', 'loan'];

/** Cash has no paper of its own; of what has one the number counts once. */
export const hasReference = (tender: Tender): boolean => tender !== 'cash';
/** The bank that it comes from is known of these. */
export const hasBank = (tender: Tender): boolean => tender === 'transfer' || tender === 'cheque';
/** Only a card's slip says the terminal, its batch and the last digits of the card. */
export const hasSlip = (tender: Tender): boolean => tender === 'card';

/** One thing to pay: a due line of a deal, the booking money of one without a plan, what is owed for paying late, an
 * agency fee that the buyer chose, earnest money. */
export interface Due {
  /** of the line; a word where there is no line */
  key: string;
  fund: Fund;
  /** of agency fees: which one, and its name */
  fee?: { id: number; name: string };
  day: string | null;
  state: Schemas['Receivable']['state'];
  amount: number;
  received: number;
  /** null: as much as is wanted */
  left: number | null;
}

/** The key of what is owed for paying late. */
export const LATE = 'late';

type Owing = Pick<Schemas['Deal'], 'receivables' | 'total_fen' | 'received_fen' | 'fees'>;
type Translate = (key: string) => string;

/** What a line of a receipt, a refund, a payment is of, as people call it. */
export const moneyName = (line: { fund: string; fee?: string }, t: Translate): string =>
  line.fee ?? t(`terms.fund.${line.fund}`);
export const dueName = (due: Due, t: Translate): string => due.fee?.name ?? t(`terms.fund.${due.fund}`);
/** One of its kind among the lines of one receipt or refund. */
export const moneyKey = (line: { fund: string; fee_id?: number }): string =>
  line.fee_id === undefined ? line.fund : `fee-${line.fee_id}`;

/** The agency fees of a deal that are still to come: no money of the deal, and on a receipt of their own. */
const feesOf = (deal: Owing): Due[] =>
  deal.fees
    .filter((f) => f.owed_fen > 0)
    .map((f) => ({
      key: `fee-${f.fee_id}`,
      fund: 'agency_fee',
      fee: { id: f.fee_id, name: f.fee },
      day: null,
      state: 'open',
      amount: f.amount_fen,
      received: f.amount_fen - f.owed_fen,
      left: f.owed_fen,
    }));

/** What is owed today for paying late and is no due line yet: it becomes one as far as it is taken. */
const lateOf = (fen: number): Due[] =>
  fen > 0
    ? [{ key: LATE, fund: 'late_fee', day: null, state: 'due', amount: fen, received: 0, left: fen }]
    : [];

/** What of a deal is still to come, in the order it is due; then @late fen for paying late, agency fees last. */
export function duesOf(deal: Owing, late = 0): Due[] {
  return [...houseOf(deal), ...lateOf(late), ...feesOf(deal)];
}

/** What a deal owes today for paying late, in fen. */
export const lateOwed = async (deal: number): Promise<number> =>
  (await ok(api.GET('/api/v1/deals/{deal}/late-fees', { params: { path: { deal } } }))).owed_fen;

function houseOf(deal: Owing): Due[] {
  const lines = deal.receivables
    .filter((r) => r.state !== 'waived' && r.amount_fen > r.received_fen)
    .map((r) => ({
      key: String(r.id),
      fund: r.fund as Fund,
      day: r.due_date,
      state: r.state,
      amount: r.amount_fen,
      received: r.received_fen,
      left: r.amount_fen - r.received_fen,
    }));
  // Without a schedule the price itself is owed; what is owed beside it has lines of its own.
  if (deal.receivables.some((r) => r.terms_id !== null)) return lines;
  const [amount, received] = [deal.total_fen, deal.received_fen];
  const left = amount - received;
  return left > 0
    ? [...lines, { key: 'booking', fund: 'booking', day: null, state: 'open', amount, received, left }]
    : lines;
}

export const EARNEST: Due = {
  key: 'earnest',
  fund: 'earnest',
  day: null,
  state: 'open',
  amount: 0,
  received: 0,
  left: null,
};

/** What is taken first: the oldest that is due, else the first. */
export const dueFirst = (dues: readonly Due[]): Due | undefined =>
  dues.find((d) => d.state === 'overdue' || d.state === 'due' || d.state === 'part') ?? dues[0];

/** Agency fees have a receipt book of their own. */
export const bookKind = (fund: Fund): Schemas['ReceiptBook']['kind'] =>
  fund === 'agency_fee' ? 'agency' : 'receipt';

/** As it is typed: amounts in yuan. */
export interface Paid {
  tender: Tender;
  amount: string;
  /** of cash: what was handed over */
  given: string;
  reference: string;
  device: string;
  batch: string;
  card: string;
  /** the payer's; null: not said */
  bank: number | null;
}
export const paid = (tender: Tender, amount = ''): Paid => ({
  tender,
  amount,
  given: '',
  reference: '',
  device: '',
  batch: '',
  card: '',
  bank: null,
});

export const MONEY_MAX_FEN = 1_000_000_000_000;
export type Wrong = 'amount' | 'huge' | 'more' | 'given' | 'reference' | 'card' | 'used' | 'spent';

/** What is wrong with an amount that is typed; '' is nothing typed. @most: no more than that. */
export function amountWrong(text: string, most: number | null): Wrong | null {
  const fen = parseYuan(text);
  if (fen === null) return /^[\d,，\s]{14,}/u.test(text) ? 'huge' : 'amount';
  if (fen > MONEY_MAX_FEN) return 'huge';
  return most !== null && fen > most ? 'more' : null;
}

/** Of the typed @amounts, by the key of a due line, what is to be paid for which fund, or which fee. */
export function linesOf(dues: readonly Due[], amounts: Readonly<Record<string, string>>): Payment['lines'] {
  const lines = new Map<string, Payment['lines'][number]>();
  for (const due of dues) {
    const fen = parseYuan(amounts[due.key] ?? '');
    if (!fen) continue;
    const line = { fund: due.fund, amount_fen: 0, ...(due.fee ? { fee_id: due.fee.id } : {}) };
    const key = moneyKey(line);
    lines.set(key, { ...line, amount_fen: (lines.get(key)?.amount_fen ?? 0) + fen });
  }
  return [...lines.values()];
}

export const sum = (lines: readonly { amount_fen: number }[]): number =>
  lines.reduce((all, line) => all + line.amount_fen, 0);
export const paidSum = (all: readonly Paid[]): number =>
  all.reduce((so_far, one) => so_far + (parseYuan(one.amount) ?? 0), 0);

/** What goes back to who paid cash. null: it is not known, or too little was handed over. */
export function change(one: Paid): number | null {
  const [fen, given] = [parseYuan(one.amount), parseYuan(one.given)];
  return fen === null || given === null || given < fen ? null : given - fen;
}

/** What is wrong with one way of paying beside @others. @left: how much may still be paid. */
export function paidWrong(one: Paid, left: number, others: readonly Paid[]): Wrong | null {
  const wrong = amountWrong(one.amount, left);
  if (wrong) return wrong === 'more' ? 'spent' : wrong;
  if ((parseYuan(one.amount) ?? 0) === 0) return 'amount';
  if (one.tender === 'cash' && one.given.trim() !== '' && change(one) === null) return 'given';
  if (hasReference(one.tender) && one.reference.trim() === '') return 'reference';
  if (hasSlip(one.tender) && one.card.trim() !== '' && !/^\d{4}$/u.test(one.card.trim())) return 'card';
  const same = others.some(
    (o) => o.tender === one.tender && hasReference(o.tender) && o.reference.trim() === one.reference.trim(),
  );
  return same ? 'used' : null;
}

const given = (name: 'reference' | 'device' | 'batch' | 'card', text: string) =>
  text.trim() === '' ? {} : { [name]: text.trim() };

/** As the daemon takes it. */
export function tendersOf(all: readonly Paid[]): Payment['tenders'] {
  return all.map((one) => ({
    tender: one.tender,
    amount_fen: parseYuan(one.amount) ?? 0,
    ...(hasReference(one.tender) ? given('reference', one.reference) : {}),
    ...(hasBank(one.tender) && one.bank !== null ? { bank_id: one.bank } : {}),
    ...(hasSlip(one.tender)
      ? { ...given('device', one.device), ...given('batch', one.batch), ...given('card', one.card) }
      : {}),
  }));
}

/** For a deal, or as a customer's own earnest money in a project. */
export type Whose = { deal: number } | { project: number; customer: number };

/** Takes it: the same key gives the same receipt. */
export function takePayment(whose: Whose, body: Payment, key: string): Promise<Receipt> {
  const header = { 'Idempotency-Key': key };
  return 'deal' in whose
    ? ok(
        api.POST('/api/v1/deals/{deal}/receipts', {
          params: { path: { deal: whose.deal }, header },
          body,
        }),
      )
    : ok(
        api.POST('/api/v1/projects/{project}/receipts', {
          params: { path: { project: whose.project }, header },
          body: { ...body, customer_id: whose.customer },
        }),
      );
}

/** Puts another in the place of the receipt @of: the same payment, no money moves. */
export const swapReceipt = (
  of: Schemas['ReceiptKey'],
  body: Schemas['ReceiptSwap'],
  key: string,
): Promise<Receipt> =>
  ok(
    api.POST('/api/v1/receipts/{book}/{no}/swap', {
      params: { path: { book: of.book_id, no: of.no }, header: { 'Idempotency-Key': key } },
      body,
    }),
  );
