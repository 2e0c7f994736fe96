// The till: sums of a split, what is wrong with what is typed, amounts in capitals, drafts, keys.
import { beforeEach, describe, expect, it } from 'vitest';
import { nextTick, ref } from 'vue';
import { BROWSER, KEYS, keyOf, LATER } from '@/counter/keys';
import { forget, keep } from '@/counter/till/kept';
import { workOf } from '@/counter/till/work';
import { capitals } from '@/office/till/capitals';
import {
  amountWrong,
  bookKind,
  change,
  dueFirst,
  dueName,
  duesOf,
  linesOf,
  moneyKey,
  moneyName,
  paid,
  paidSum,
  paidWrong,
  sum,
  tendersOf,
  type Paid,
} from '@/office/till/payment';
import { bookName, leavesLeft, nextLeaf, type Book } from '@/office/till/till';
import type { Schemas } from '@/api/types';

const due = (id: number, fund: string, amount_fen: number, more: Partial<Schemas['Receivable']> = {}) => ({
  id,
  ordinal: id,
  fund,
  amount_fen,
  received_fen: 0,
  terms_id: 1,
  loan: false,
  due: 'date' as const,
  due_days: 0,
  due_node: null,
  due_date: '2026-11-01',
  state: 'open' as const,
  ...more,
});
const deal = {
  total_fen: 1000,
  received_fen: 100,
  receivables: [
    due(1, 'deposit', 100, { received_fen: 100, state: 'paid' }),
    due(2, 'down_payment', 300, { received_fen: 50, state: 'overdue' }),
    due(3, 'down_payment', 200),
    due(4, 'agency_fee', 100, { state: 'waived' }),
    due(5, 'bank_loan', 400),
  ],
  fees: [] as Schemas['DealFee'][],
};
const fee = (fee_id: number, name: string, amount_fen: number, owed_fen: number) =>
  ({ id: fee_id + 90, fee_id, fee: name, amount_fen, owed_fen }) as Schemas['DealFee'];
const by = (tender: Paid['tender'], amount: string, more: Partial<Paid> = {}): Paid => ({
  ...paid(tender, amount),
  ...more,
});

describe('what is due', () => {
  it('is what is neither paid nor waived; the oldest due first', () => {
    const dues = duesOf(deal);
    expect(dues.map((d) => [d.key, d.left])).toEqual([
      ['2', 250],
      ['3', 200],
      ['5', 400],
    ]);
    expect(dueFirst(dues)?.key).toBe('2');
  });
  it('is what is owed for paying late behind the lines, before agency fees, in one sum with what is a line already', () => {
    const charged = due(6, 'late_fee', 20, { terms_id: null, state: 'due' });
    const owing = { ...deal, receivables: [...deal.receivables, charged], fees: [fee(3, '代办费', 80, 80)] };
    const dues = duesOf(owing, 30);
    expect(dues.map((d) => [d.key, d.fund, d.left]).slice(-3)).toEqual([
      ['6', 'late_fee', 20],
      ['late', 'late_fee', 30],
      ['fee-3', 'agency_fee', 80],
    ]);
    expect(linesOf(dues, { 6: '0.20', late: '0.30' })).toEqual([{ fund: 'late_fee', amount_fen: 50 }]);
    const later = { ...deal, receivables: [due(3, 'down_payment', 200)] };
    expect(dueFirst(duesOf(later, 30))?.key).toBe('late');
    expect(duesOf(later, 0)).toHaveLength(1);
  });
  it('is booking money where there is no plan, and nothing where all is paid', () => {
    expect(duesOf({ ...deal, receivables: [] })).toMatchObject([
      { key: 'booking', fund: 'booking', left: 900 },
    ]);
    expect(duesOf({ total_fen: 5, received_fen: 5, receivables: [], fees: [] })).toEqual([]);
    const beside = due(9, 'late_fee', 30, { terms_id: null });
    expect(duesOf({ ...deal, receivables: [beside] }).map((d) => [d.fund, d.left])).toEqual([
      ['late_fee', 30],
      ['booking', 900],
    ]);
  });
  it('goes out as one amount for each fund', () => {
    const lines = linesOf(duesOf(deal), { 2: '2.50', 3: '1', 5: '' });
    expect(lines).toEqual([{ fund: 'down_payment', amount_fen: 350 }]);
    expect(sum(lines)).toBe(350);
    expect([bookKind('agency_fee'), bookKind('deposit')]).toEqual(['agency', 'receipt']);
  });
});

describe('agency fees', () => {
  const fees = [fee(7, '维修资金', 300, 300), fee(8, '契税', 90, 40), fee(9, '产证', 50, 0)];
  const dues = duesOf({ ...deal, fees });
  const say = (key: string): string => key;

  it('come after all that is for the house, each by its name, and are not what is taken first', () => {
    expect(dues.slice(3).map((d) => [d.key, dueName(d, say), d.left, d.received])).toEqual([
      ['fee-7', '维修资金', 300, 0],
      ['fee-8', '契税', 40, 50],
    ]);
    expect(dueFirst(dues)?.key).toBe('2');
    expect(dueName(dues[0]!, say)).toBe('terms.fund.down_payment');
  });
  it('go out one by one', () => {
    const lines = linesOf(dues, { 'fee-7': '1', 'fee-8': '0.4' });
    expect(lines).toEqual([
      { fund: 'agency_fee', amount_fen: 100, fee_id: 7 },
      { fund: 'agency_fee', amount_fen: 40, fee_id: 8 },
    ]);
    expect(lines.map(moneyKey)).toEqual(['fee-7', 'fee-8']);
    expect(moneyName({ fund: 'agency_fee', fee: '契税' }, say)).toBe('契税');
  });
});

describe('an amount', () => {
  it.each([
    ['1.234', 'amount'],
    ['-5', 'amount'],
    ['abc', 'amount'],
    ['1000000000000000000', 'huge'],
    ['10000000000.01', 'huge'],
    ['2.51', 'more'],
    ['2.50', null],
    ['１．５０', null],
  ])('%s is %s', (text, wrong) => expect(amountWrong(text, 250)).toBe(wrong));
});

describe('a split', () => {
  it('adds up, gives change for cash, and carries what its way of paying has', () => {
    const all = [
      by('cash', '100.10', { given: '200' }),
      by('card', '0.05', { reference: ' S1 ', device: 'P', batch: '', card: '8888', given: '9' }),
    ];
    expect(paidSum(all)).toBe(10015);
    expect(change(all[0] as Paid)).toBe(9990);
    expect(change(by('cash', '5', { given: '4' }))).toBeNull();
    expect(tendersOf(all)).toEqual([
      { tender: 'cash', amount_fen: 10010 },
      { tender: 'card', amount_fen: 5, reference: 'S1', device: 'P', card: '8888' },
    ]);
  });
  it.each<[Paid, string | null]>([
    [by('cash', '3'), 'spent'],
    [by('cash', '0'), 'amount'],
    [by('cash', '2', { given: '1' }), 'given'],
    [by('card', '1'), 'reference'],
    [by('card', '1', { reference: 'A', card: '12' }), 'card'],
    [by('card', '1', { reference: 'S1' }), 'used'],
    [by('transfer', '1', { reference: 'S1' }), null],
  ])('%o is %s', (one, wrong) => {
    expect(paidWrong(one, 250, [by('card', '1', { reference: 'S1' })])).toBe(wrong);
  });
});

describe('capitals', () => {
  // The known ones of ../tests/unit/test_capitals.c.
  it.each([
    [0, '零元整'],
    [5, '伍分'],
    [50, '伍角整'],
    [1000, '壹拾元整'],
    [1010, '壹拾元壹角整'],
    [101, '壹元零壹分'],
    [100500, '壹仟零伍元整'],
    [10010000, '壹拾万零壹佰元整'],
    [2001000000, '贰仟零壹万元整'],
    [12345678901, '壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分'],
    [68000032, '陆拾捌万元叁角贰分'],
    [2000000, '贰万元整'],
    [1000100, '壹万零壹元整'],
    [10001000000, '壹亿零壹万元整'],
    [1640902, '壹万陆仟肆佰零玖元零贰分'],
    [32504, '叁佰贰拾伍元零肆分'],
    [140950, '壹仟肆佰零玖元伍角整'],
    [600714, '陆仟零柒元壹角肆分'],
    [168032, '壹仟陆佰捌拾元叁角贰分'],
    [10700053, '壹拾万柒仟元伍角叁分'],
    [100000001, '壹佰万元零壹分'],
    [10000100000, '壹亿零壹仟元整'],
    [1_000_000_000_000, '壹佰亿元整'],
  ])('%d fen', (fen, text) => expect(capitals(fen)).toBe(text));
});

describe('a draft', () => {
  beforeEach(() => sessionStorage.clear());
  it('is there after a reload, of its own user alone, until it is done with', async () => {
    const one = ref<{ amount: string } | null>(null);
    const { stop } = keep(7, 'pay', { amount: '' }, () => one.value);
    one.value = { amount: '1' };
    one.value.amount = '12';
    expect(keep(7, 'pay', { amount: '', more: 1 }, () => null).found).toEqual({ amount: '12', more: 1 });
    expect(keep(8, 'pay', { amount: '' }, () => null).found).toBeNull();
    one.value = null;
    await nextTick();
    expect(sessionStorage).toHaveLength(0);
    stop();
  });
  it('goes with who typed it; what is not ours stays, what is cut is nothing', () => {
    sessionStorage.setItem('till.7.pay', '{"amount":"1"}');
    sessionStorage.setItem('till.70.pay', '{"amou');
    sessionStorage.setItem('other', '1');
    expect(keep(70, 'pay', { amount: '' }, () => null).found).toBeNull();
    forget(7);
    expect(Object.keys(sessionStorage).sort()).toEqual(['other', 'till.7.pay']);
    forget(null);
    expect(Object.keys(sessionStorage)).toEqual(['other']);
  });
});

describe('keys', () => {
  it('are each one thing, none of the browser’s, none that is kept for later', () => {
    const all: string[] = Object.values(KEYS);
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((key) => BROWSER.includes(key) || (LATER as readonly string[]).includes(key))).toEqual(
      [],
    );
  });
  it('are what stands on the key, whatever an input method makes of it', () => {
    expect(keyOf({ key: 'ß', code: 'KeyS', altKey: true })).toBe('Alt S');
    expect(keyOf({ key: '0', code: 'Digit0', altKey: true })).toBe('Alt 0');
    expect(keyOf({ key: 'F9', code: 'F9', altKey: false })).toBe('F9');
    expect(keyOf({ key: 'F4', code: 'F4', altKey: true })).toBe('Alt F4');
  });
});

describe('a book', () => {
  const book = { prefix: 'SJ', first_no: 1, last_no: 100, issued: null } as Book;
  it('says its numbers, the next one, and how many are left', () => {
    expect([bookName(book), nextLeaf(book), leavesLeft(book)]).toEqual([
      'SJ000001–SJ000100',
      'SJ000001',
      100,
    ]);
    const used = { ...book, issued: 99 };
    expect([nextLeaf(used), leavesLeft(used)]).toEqual(['SJ000100', 1]);
  });
});

describe('what waits for the cashier', () => {
  const refund = (id: number) => ({ id, state: 'approved' }) as Schemas['Refund'];
  const todo = (id: number) => ({ id, kind_name: 'x' }) as Schemas['Todo'];
  const owing = (id: number, due_now_fen: number) => ({ id, due_now_fen }) as Schemas['DealRow'];
  it('is refunds, then what who stands here owes now, then the rest', () => {
    const found = { refunds: [refund(1)], todos: [todo(3)], more: 0 };
    expect(workOf(found, 7, [owing(5, 100), owing(6, 0)]).map((w) => w.key)).toEqual(['r1', 'd5', 't3']);
    expect(workOf(found, null, [owing(5, 100)]).map((w) => w.key)).toEqual(['r1', 't3']);
    expect(workOf(null, 7, [owing(5, 100)])).toEqual([]);
  });
});
