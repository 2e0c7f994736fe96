/* change.ts - special transactions of deals (FC 7) as the desk speaks of them: where a kind stands in the list to
 * choose from, what was typed as the daemon takes it, and what a change makes of a deal, line by line.
 *
 * Which kinds there are now and which fields each takes the daemon says (next-steps); here is only how each field
 * is read. No Vue in here. */
import { date, money, percentBp, signedMoney } from '@/format';
import type { Schemas } from '@/api/types';
import { buyersWrong, shareBp, WHOLE_BP, type Buyer, type Deal, type NextStep } from '../deal/deal';
import { listed } from '../lang';
import { parseDecimal, parseYuan, yuanText } from '../parts/parse';
import type { QuotePart } from '../terms/terms';

export type Change = Schemas['DealChange'];
export type ChangeKind = Schemas['DealChangeKind'];
export type Effect = Schemas['DealChangeEffect'];
export type Field = Schemas['NextField'];
export type FieldName = Field['field'];
type Say = (key: string, values?: Record<string, unknown>) => string;

/* ---- the kinds ---- */

export const GROUPS = ['home', 'terms', 'days', 'end'] as const;
export const GROUP_OF: Record<ChangeKind, (typeof GROUPS)[number]> = {
  exchange: 'home',
  rename: 'home',
  parties: 'home',
  plan: 'terms',
  discount: 'terms',
  price: 'terms',
  loan: 'terms',
  deposit: 'terms',
  'postpone-signing': 'days',
  'postpone-payment': 'days',
  waive: 'days',
  cancel: 'end',
  rescind: 'end',
  forfeit: 'end',
};
export const CHANGE_KINDS = Object.keys(GROUP_OF) as ChangeKind[];
export const STATES = ['asked', 'executed', 'rejected', 'returned', 'withdrawn'] as const;

/** The colour of the dot before a state. */
export const STATE_MARK: Record<Change['state'], string> = {
  asked: 'wait',
  executed: 'live',
  rejected: 'bad',
  returned: 'open',
  withdrawn: '',
};

/** What new terms may differ in, by kind; `keep`: deposit and loan begin as they are. */
export const QUOTES: Partial<Record<ChangeKind, { parts: readonly QuotePart[]; keep: boolean }>> = {
  exchange: { parts: ['plan', 'discounts', 'deposit', 'loan'], keep: false },
  plan: { parts: ['plan', 'deposit', 'loan'], keep: false },
  discount: { parts: ['discounts', 'deposit', 'loan'], keep: true },
  price: { parts: ['price', 'deposit', 'loan'], keep: true },
  loan: { parts: ['loan'], keep: true },
  deposit: { parts: ['deposit', 'loan'], keep: true },
};

/** A kind that one may ask for, of the next steps of a unit. */
export interface Choice {
  kind: ChangeKind;
  fields: readonly Field[];
  /** codes of what stands in its way */
  failing: readonly string[];
}
export const choicesOf = (steps: readonly NextStep[]): Choice[] =>
  steps.flatMap((s) =>
    s.step === 'change' && s.change !== null
      ? [{ kind: s.change as ChangeKind, fields: s.fields, failing: s.failing }]
      : [],
  );

/* ---- the form ---- */

export interface ChangeValues {
  kind: ChangeKind | null;
  terms: number | null;
  buyers: Buyer[];
  exception: string;
  line: number | null;
  days: string;
  side: string;
  refund: string;
  forfeit: string;
  penalty: string;
  document: string;
  reason: string;
  media: string[];
  /** of the fields that the office added, by their ids */
  filled: Record<string, string>;
}

const shareText = (bp: number): string => {
  const rest = String(bp % 100).padStart(2, '0');
  return rest === '00' ? String(bp / 100) : `${Math.floor(bp / 100)}.${rest.replace(/0$/, '')}`;
};

/** What the form shows of a deal: the buyers there are, and all that was received to be paid back. */
export function valuesOf(deal: Deal | null): ChangeValues {
  const now = deal?.buyers.filter((b) => b.ended_ms === null) ?? [];
  return {
    kind: null,
    terms: null,
    buyers: now.map((b) => ({ customer: b.customer_id, share: shareText(b.share_bp) })),
    exception: '',
    line: null,
    days: '',
    side: '',
    refund: deal?.money_fen ? yuanText(deal.money_fen) : '',
    forfeit: '',
    penalty: '',
    document: '',
    reason: '',
    media: [],
    filled: {},
  };
}

/** A change that came to nothing, to be mended. Its terms went with it. */
export function againOf(deal: Deal, change: Change): ChangeValues {
  const before = valuesOf(deal);
  const money = (fen: number): string => (fen ? yuanText(fen) : '');
  return {
    kind: change.kind,
    terms: null,
    buyers: change.buyers.length
      ? change.buyers.map((b) => ({ customer: b.customer_id, share: shareText(b.share_bp) }))
      : before.buyers,
    exception: change.exception ?? '',
    line: deal.receivables.some((r) => r.id === change.receivable_id) ? change.receivable_id : null,
    days: change.days === null ? '' : String(change.days),
    side: change.fault_side ?? '',
    refund: money(change.refund_fen),
    forfeit: money(change.forfeit_fen),
    penalty: money(change.penalty_fen),
    document: change.document ?? '',
    reason: change.reason,
    media: [...change.media],
    filled: {},
  };
}

type Body = Omit<Schemas['DealChangeCheck'], 'kind' | 'version' | 'reason'>;
interface Reading {
  /** there is something in it */
  given: (v: ChangeValues) => boolean;
  /** what is wrong with it, as a key below `change.wrong`; '': nothing. Buyers say so themselves. */
  wrong?: (v: ChangeValues) => string;
  put: (v: ChangeValues, body: Body) => void;
}
const DAYS_MOST = 3650;
const daysOf = (v: ChangeValues): number | null => {
  const n = parseDecimal(v.days, 0);
  return n !== null && n >= 1 && n <= DAYS_MOST ? n : null;
};
function sum(key: 'refund' | 'forfeit' | 'penalty'): Reading {
  return {
    given: (v) => v[key].trim() !== '',
    wrong: (v) => (v[key].trim() !== '' && parseYuan(v[key]) === null ? 'money' : ''),
    put: (v, body) => (body[`${key}_fen`] = parseYuan(v[key]) ?? 0),
  };
}

/** How each field is read out of what was typed. */
const READ: Record<FieldName, Reading> = {
  terms_id: { given: (v) => v.terms !== null, put: (v, body) => (body.terms_id = v.terms ?? 0) },
  buyers: {
    given: (v) => v.buyers.length > 0 && buyersWrong(v.buyers) === '',
    put: (v, body) =>
      (body.buyers = v.buyers.map((b) => ({
        customer_id: b.customer ?? 0,
        share_bp: v.buyers.length === 1 ? WHOLE_BP : (shareBp(b.share) ?? 0),
      }))),
  },
  exception: {
    given: (v) => v.exception !== '',
    put: (v, body) => (body.exception = v.exception as NonNullable<Body['exception']>),
  },
  receivable_id: { given: (v) => v.line !== null, put: (v, body) => (body.receivable_id = v.line ?? 0) },
  days: {
    given: (v) => v.days.trim() !== '',
    wrong: (v) => (v.days.trim() !== '' && daysOf(v) === null ? 'days' : ''),
    put: (v, body) => (body.days = daysOf(v) ?? 0),
  },
  fault_side: {
    given: (v) => v.side !== '',
    put: (v, body) => (body.fault_side = v.side as NonNullable<Body['fault_side']>),
  },
  refund_fen: sum('refund'),
  forfeit_fen: sum('forfeit'),
  penalty_fen: sum('penalty'),
  document: {
    given: (v) => v.document.trim() !== '',
    put: (v, body) => (body.document = v.document.trim()),
  },
};

/** What is wrong with a field as typed, as a key below `change.wrong`. */
export const fieldWrong = (v: ChangeValues, field: FieldName): string => READ[field].wrong?.(v) ?? '';

/** Required and not there yet. */
export const missing = (v: ChangeValues, fields: readonly Field[]): FieldName[] =>
  fields.filter((f) => f.required && !READ[f.field].given(v)).map((f) => f.field);

/** All that its kind asks for is there and can be read; the reason apart. */
export const complete = (v: ChangeValues, fields: readonly Field[]): boolean =>
  missing(v, fields).length === 0 && fields.every((f) => fieldWrong(v, f.field) === '');

/** What is sent, of the fields of its kind alone: what was typed for another kind stays behind. */
export function bodyOf(v: ChangeValues, fields: readonly Field[]): Body {
  const body: Body = {};
  for (const f of fields) if (READ[f.field].given(v)) READ[f.field].put(v, body);
  if (v.media.length) body.media = v.media;
  return body;
}

/** The due lines that a kind may be about. */
export const linesFor = (kind: ChangeKind, deal: Deal): Deal['receivables'] =>
  deal.receivables.filter(
    (r) =>
      r.amount_fen >= 0 &&
      !['paid', 'waived'].includes(r.state) &&
      (kind !== 'postpone-payment' || r.due_date !== null),
  );

/** The name of its document: of an exchange of a contract that is the new one's number. */
export const documentLabel = (kind: ChangeKind, stage: Deal['stage']): string =>
  kind === 'exchange' && stage === 'C' ? 'contract' : 'document';

/* ---- before and after ---- */

/** What a change is about: one that is asked for, or one that is being filled in. */
export type Told = Pick<Change, 'kind' | 'days' | 'refund_fen' | 'forfeit_fen' | 'penalty_fen'> & {
  effect: Effect;
  /** absent: not told here */
  buyers?: Change['buyers'];
  were_buyers?: Change['buyers'];
};
export interface Row {
  name: string;
  was: string;
  now: string;
  /** by how much, with its sign */
  by: string;
}

const people = (list: Change['buyers']): string =>
  listed(list.map((b) => (list.length > 1 ? `${b.customer} ${percentBp(b.share_bp)}` : b.customer)));

function termsRows(was: Effect['was'], now: NonNullable<Effect['now']>, by: number, t: Say): Row[] {
  const row = (name: string, a: string, b: string, more = ''): Row => ({ name, was: a, now: b, by: more });
  const sums = (name: string, a: number, b: number): Row[] =>
    a === b ? [] : [row(name, money(a), money(b), signedMoney(b - a))];
  return [
    ...(was.unit_id === now.unit_id ? [] : [row(t('change.row.unit'), was.unit, now.unit)]),
    ...sums(t('change.row.list'), was.list_fen, now.list_fen),
    row(t('change.row.total'), money(was.total_fen), money(now.total_fen), signedMoney(by)),
    ...(was.plan_name === now.plan_name
      ? []
      : [row(t('change.row.plan'), was.plan_name || '—', now.plan_name || '—')]),
    ...sums(t('change.row.deposit'), was.deposit_fen, now.deposit_fen),
    ...sums(t('change.row.loan'), was.loan_fen, now.loan_fen),
    ...(was.loan_years === now.loan_years || !now.loan_fen
      ? []
      : [
          row(
            t('change.row.years'),
            t('change.years', { n: was.loan_years }),
            t('change.years', { n: now.loan_years }),
          ),
        ]),
    ...(was.bank === now.bank ? [] : [row(t('change.row.bank'), was.bank || '—', now.bank || '—')]),
  ];
}

const DAY_BEFORE_MS = 1; // a term is the end of a day

/** What it changes, line by line, each before and after. */
export function effectRows(told: Told, t: Say): Row[] {
  const { effect } = told;
  const rows: Row[] = [];
  if (effect.now) rows.push(...termsRows(effect.was, effect.now, effect.difference_fen ?? 0, t));
  if (told.kind === 'exchange')
    rows.push({
      name: t('change.row.received'),
      was: money(effect.received_fen),
      now: t('change.movesAlong'),
      by: '',
    });
  if (told.buyers?.length)
    rows.push({
      name: t('change.row.buyers'),
      was: people(told.were_buyers ?? []),
      now: people(told.buyers),
      by: '',
    });
  if (effect.due_ms !== null && effect.was_due_ms !== null)
    rows.push({
      name: t('change.row.signBy'),
      was: date(effect.was_due_ms - DAY_BEFORE_MS),
      now: date(effect.due_ms - DAY_BEFORE_MS),
      by: t('change.moreDays', { n: told.days ?? 0 }),
    });
  if (effect.line) {
    const fund = t(`terms.fund.${effect.line.fund}`);
    const amount = money(effect.line.amount_fen);
    rows.push(
      told.kind === 'waive'
        ? { name: fund, was: amount, now: t('change.waived'), by: signedMoney(-effect.line.amount_fen) }
        : {
            name: `${fund} ${amount}`,
            was: effect.line.was_due_date ?? '—',
            now: effect.line.due_date ?? '—',
            by: t('change.moreDays', { n: told.days ?? 0 }),
          },
    );
  }
  return rows;
}

/** What becomes of the money that came in, where the deal ends. */
export function moneyRows(told: Told, t: Say): { name: string; value: string }[] {
  if (GROUP_OF[told.kind] !== 'end') return [];
  const all: [string, number][] = [
    ['received', told.effect.received_fen],
    ['refund', told.refund_fen],
    ['forfeit', told.forfeit_fen],
    ['penalty', told.penalty_fen],
  ];
  return all
    .filter(([name, fen]) => fen !== 0 || name === 'received')
    .map(([name, fen]) => ({ name: t(`change.row.${name}`), value: money(fen) }));
}
