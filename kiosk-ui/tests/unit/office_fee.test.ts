// Agency fees: rates as they are typed and said, what is paid over.
import { describe, expect, test } from 'vitest';
import {
  freeOf,
  linesOf,
  rateOf,
  rateText,
  ruleText,
  workedOut,
  type DealFee,
} from '@/office/agency-fee/fee';

const say = (key: string, named: Record<string, string | number> = {}): string =>
  [key, ...Object.values(named)].join(' ');

describe('a rate', () => {
  test('is yuan, or percent of the price, and above nothing', () => {
    expect([rateOf('', 'x'), rateOf('flat', '300'), rateOf('area', '100.5')]).toEqual([0, 30000, 10050]);
    expect([rateOf('price', '1.5'), rateOf('price', '100'), rateOf('price', '0.0001')]).toEqual([
      15000, 1000000, 1,
    ]);
    for (const [formula, text] of [
      ['flat', '0'],
      ['flat', ''],
      ['area', '1.005'],
      ['price', '100.0001'],
      ['price', '0'],
      ['price', '1.00001'],
    ] as const)
      expect(rateOf(formula, text), `${formula} ${text}`).toBeNull();
  });
  test('goes back to what was typed', () => {
    for (const [formula, text] of [
      ['flat', '300'],
      ['area', '100.50'],
      ['price', '1.5'],
    ] as const)
      expect(rateText(formula, rateOf(formula, text) ?? 0)).toBe(text);
    expect(rateText('', 0)).toBe('');
  });
  test('is said with what it was worked out from', () => {
    expect(ruleText({ formula: '', rate: 0 }, say)).toBe('fee.rule.none');
    const fee = { formula: 'area', rate: 10000, base: 8937 } as DealFee;
    expect(workedOut(fee, say)).toContain('89.37');
    expect(workedOut({ ...fee, formula: 'flat', base: null }, say)).toBe(
      ruleText({ formula: 'flat', rate: 10000 }, say),
    );
  });
});

describe('paying over', () => {
  test('takes what is typed; nothing, or what is no amount, is none', () => {
    expect(linesOf({ 4: '1.20', 5: '', 6: '0' })).toEqual([{ deal_fee_id: 4, amount_fen: 120 }]);
    expect(linesOf({ 4: '' })).toBeNull();
    expect(linesOf({ 4: '1', 5: 'x' })).toBeNull();
    expect(freeOf({ balance_fen: 500, asked_fen: 200 })).toBe(300);
  });
});
