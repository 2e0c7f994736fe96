// Changes of deals: every kind of the database has its place and its words, what was typed as the daemon takes it,
// before and after in lines.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messages, type Messages } from '@/locales';
import type { Deal, NextStep } from '@/office/deal/deal';
import {
  bodyOf,
  CHANGE_KINDS,
  choicesOf,
  complete,
  effectRows,
  fieldWrong,
  linesFor,
  missing,
  moneyRows,
  QUOTES,
  valuesOf,
  type ChangeKind,
  type Field,
  type Told,
} from '@/office/change/change';

const def = (file: string): string => readFileSync(join(process.cwd(), '../db', file), 'utf8');
const at = (lang: 'zh-CN' | 'en', path: string): unknown =>
  path.split('.').reduce<unknown>((node, part) => (node as Messages | undefined)?.[part], messages[lang]);
const t = (key: string, values?: Record<string, unknown>): string =>
  [key, ...Object.values(values ?? {}).map(String)].join(' ');
const kinds = [
  ...def('deal_change.def').matchAll(
    /^DEAL_CHANGE\(\w+, "([^"]*)", "[^"]*", "([^"]*)", "([^"]*)", "[^"]*", (.*)\)$/gm,
  ),
];

describe('the kinds', () => {
  it('are those of deal_change.def, each with its place and its words', () => {
    expect(kinds.length).toBeGreaterThan(13);
    expect([...CHANGE_KINDS].sort()).toEqual(kinds.map((k) => k[1]).sort());
    for (const [, code = '', zh, en = ''] of kinds) {
      expect(at('zh-CN', `deal.change.${code}`), code).toBe(zh);
      expect(String(at('en', `deal.change.${code}`)).toLowerCase(), code).toBe(en);
      for (const lang of ['zh-CN', 'en'] as const)
        for (const say of ['about', 'will']) expect(at(lang, `change.${say}.${code}`), code).toBeTruthy();
    }
  });
  it('with new terms say what these may differ in', () => {
    const withTerms = kinds.filter((k) => k[4]?.includes('CHANGE_TERMS')).map((k) => k[1]);
    expect(Object.keys(QUOTES).sort()).toEqual(withTerms.sort());
  });
  it('know the exceptions of rename_exception.def by its words', () => {
    const rows = [
      ...def('rename_exception.def').matchAll(/^RENAME_EXCEPTION\("([^"]*)", "([^"]*)", "([^"]*)"\)/gm),
    ];
    expect(Object.keys(at('zh-CN', 'change.exception') as object)).toEqual(rows.map((r) => r[1]));
    for (const [, code, zh, en] of rows) {
      expect(at('zh-CN', `change.exception.${code}`)).toBe(zh);
      expect(at('en', `change.exception.${code}`)).toBe(en);
    }
  });
  it('to choose from are the steps that the daemon names', () => {
    const step = { label: '', label_en: '', failing: [] };
    const steps: NextStep[] = [
      { ...step, step: 'sign', change: null, fields: [] },
      { ...step, step: 'change', change: 'waive', fields: [{ field: 'receivable_id', required: true }] },
    ];
    expect(choicesOf(steps)).toEqual([{ kind: 'waive', fields: steps[1]?.fields, failing: [] }]);
  });
});

const deal = {
  received_fen: 4_000_050,
  money_fen: 5_000_050, // with a late fee: all of it goes somewhere
  buyers: [
    { customer_id: 7, customer: '郑**', ordinal: 1, share_bp: 6250, since_ms: 1, ended_ms: null },
    { customer_id: 8, customer: '欧**', ordinal: 2, share_bp: 3750, since_ms: 1, ended_ms: null },
    { customer_id: 9, customer: '何**', ordinal: 3, share_bp: 100, since_ms: 1, ended_ms: 2 },
  ],
  receivables: [
    { id: 1, amount_fen: 100, state: 'paid', due_date: '2026-01-01' },
    { id: 2, amount_fen: 200, state: 'due', due_date: '2026-01-02' },
    { id: 3, amount_fen: 300, state: 'open', due_date: null },
    { id: 4, amount_fen: -50, state: 'open', due_date: '2026-01-02' },
  ],
} as unknown as Deal;
const fields = (text: string): Field[] =>
  text.split(' ').map((f) => ({ field: f.replace('!', '') as Field['field'], required: f.endsWith('!') }));

describe('the form', () => {
  const start = valuesOf(deal);

  it('begins with who buys now and with all that came in', () => {
    expect(start.buyers).toEqual([
      { customer: 7, share: '62.5' },
      { customer: 8, share: '37.5' },
    ]);
    expect(start.refund).toBe('50000.50');
  });
  it('sends the fields of its kind and no others, figures as integers', () => {
    const v = {
      ...start,
      days: ' 3 ',
      document: ' A-1 ',
      forfeit: '1,000',
      side: 'buyer',
      exception: 'court',
    };
    expect(bodyOf(v, fields('days! document'))).toEqual({ days: 3, document: 'A-1' });
    expect(bodyOf(v, fields('fault_side! refund_fen forfeit_fen penalty_fen document'))).toEqual({
      fault_side: 'buyer',
      refund_fen: 5_000_050,
      forfeit_fen: 100_000,
      document: 'A-1',
    });
    expect(bodyOf({ ...v, media: ['m'] }, fields('buyers! exception'))).toEqual({
      buyers: [
        { customer_id: 7, share_bp: 6250 },
        { customer_id: 8, share_bp: 3750 },
      ],
      exception: 'court',
      media: ['m'],
    });
  });
  it('one buyer has the whole, whatever was typed before', () => {
    const one = { ...start, buyers: [{ customer: 7, share: '100' }] };
    expect(bodyOf(one, fields('buyers!'))).toEqual({ buyers: [{ customer_id: 7, share_bp: 10_000 }] });
  });
  it('tells what is required and not there, and what cannot be read', () => {
    expect(missing(start, fields('terms_id! document days!'))).toEqual(['terms_id', 'days']);
    for (const days of ['0', '3651', '1.5', 'x']) expect(fieldWrong({ ...start, days }, 'days')).toBe('days');
    expect(fieldWrong({ ...start, forfeit: '1.234' }, 'forfeit_fen')).toBe('money');
    expect(complete({ ...start, days: 'x' }, fields('days!'))).toBe(false);
    expect(complete({ ...start, days: '3' }, fields('days!'))).toBe(true);
    const nobody = { ...start, buyers: [{ customer: null, share: '100' }] };
    expect(missing(nobody, fields('buyers!'))).toEqual(['buyers']);
  });
  it('offers the lines that are not settled, for a later day those that have one', () => {
    expect(linesFor('waive', deal).map((r) => r.id)).toEqual([2, 3]);
    expect(linesFor('postpone-payment', deal).map((r) => r.id)).toEqual([2]);
  });
});

const side = {
  unit_id: 1,
  unit: '1-101',
  list_fen: 100_00,
  total_fen: 90_00,
  deposit_fen: 10_00,
  loan_fen: 0,
  loan_years: 0,
  plan_name: '一次性',
  bank: '',
};
const told = (kind: ChangeKind, more: Partial<Told>, effect: Partial<Told['effect']> = {}): Told => ({
  kind,
  days: null,
  refund_fen: 0,
  forfeit_fen: 0,
  penalty_fen: 0,
  ...more,
  effect: {
    was: side,
    now: null,
    difference_fen: null,
    received_fen: 20_00,
    was_due_ms: null,
    due_ms: null,
    line: null,
    ...effect,
  },
});

describe('before and after', () => {
  it('of terms: what differs, and the total with its difference in any case', () => {
    const now = { ...side, unit_id: 2, unit: '1-102', list_fen: 110_00, total_fen: 95_00 };
    const rows = effectRows(told('exchange', {}, { now, difference_fen: 5_00 }), t);
    expect(rows.map((r) => [r.name, r.was, r.now, r.by])).toEqual([
      ['change.row.unit', '1-101', '1-102', ''],
      ['change.row.list', '¥\u2009100', '¥\u2009110', '+¥\u200910'],
      ['change.row.total', '¥\u200990', '¥\u200995', '+¥\u20095'],
      ['change.row.received', '¥\u200920', 'change.movesAlong', ''],
    ]);
  });
  it('of a due line: later, or waived with the amount below nothing', () => {
    const line = { fund: 'deposit', amount_fen: 10_00, was_due_date: '2026-01-02', due_date: '2026-01-05' };
    expect(effectRows(told('postpone-payment', { days: 3 }, { line }), t)).toEqual([
      { name: 'terms.fund.deposit ¥\u200910', was: '2026-01-02', now: '2026-01-05', by: 'change.moreDays 3' },
    ]);
    expect(effectRows(told('waive', {}, { line: { ...line, due_date: null } }), t)[0]).toMatchObject({
      now: 'change.waived',
      by: '−¥\u200910',
    });
  });
  it('of buyers: with shares where there are several', () => {
    const one = [{ customer_id: 7, customer: '郑**', ordinal: 1, share_bp: 10_000 }];
    const two = one.concat({ customer_id: 8, customer: '欧**', ordinal: 2, share_bp: 5000 });
    const rows = effectRows(told('parties', { were_buyers: one, buyers: two }), t);
    expect(rows[0]).toMatchObject({ was: '郑**', now: '郑** 100\u2009%、欧** 50\u2009%' });
  });
  it('tells the money where the deal ends, and nowhere else', () => {
    const money = moneyRows(told('cancel', { refund_fen: 15_00, forfeit_fen: 5_00 }), t);
    expect(money.map((m) => m.name)).toEqual([
      'change.row.received',
      'change.row.refund',
      'change.row.forfeit',
    ]);
    expect(moneyRows(told('waive', {}), t)).toEqual([]);
  });
});
