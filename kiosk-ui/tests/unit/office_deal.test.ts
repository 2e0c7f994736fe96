// Deals at the desk: shares of buyers, what each step asks for, terms that run out, columns in an address.
import { describe, expect, it } from 'vitest';
import { columnsOf, columnsText } from '@/office/deal/columns';
import {
  buyersWrong,
  evenShares,
  isDealStep,
  leftText,
  noFields,
  shareBp,
  stepDef,
  stepReady,
  termMark,
} from '@/office/deal/deal';

const t = (key: string, values?: Record<string, unknown>): string =>
  [key, ...Object.values(values ?? {}).map(String)].join(' ');

describe('buyers', () => {
  it('even shares come to the whole, whatever the number', () => {
    for (let n = 1; n <= 10; n++)
      expect(evenShares(n).reduce((sum, s) => sum + (shareBp(s) ?? NaN), 0)).toBe(10_000);
    expect(evenShares(3)).toEqual(['33.34', '33.33', '33.33']);
  });
  it('says what is wrong, the first thing first', () => {
    const of = (...list: [number | null, string][]) =>
      buyersWrong(list.map(([customer, share]) => ({ customer, share })));
    expect(of([null, '100'])).toBe('empty');
    expect(of([1, '50'], [1, '50'])).toBe('twice');
    expect(of([1, '0'], [2, '100'])).toBe('share');
    expect(of([1, '50.001'], [2, '49.999'])).toBe('share');
    expect(of([1, '60'], [2, '50'])).toBe('sum');
    expect(of([1, '33.34'], [2, '66.66'])).toBe('');
  });
});

describe('steps', () => {
  it('asks for the identity number again only of a deal that is booked', () => {
    expect(stepDef('sign', 'B').fields).toContain('again');
    expect(stepDef('sign', 'S').fields).not.toContain('again');
  });
  it('a contract waits for its number and for all that must be shown', () => {
    const def = stepDef('sign', 'S');
    const f = { ...noFields(), document: 'HT-1', shown: ['permit' as const] };
    expect(stepReady(def, f, 2)).toBe(false);
    expect(stepReady(def, f, 1)).toBe(true);
    expect(stepReady(def, { ...f, document: '  ' }, 1)).toBe(false);
  });
  it('knows which are of a deal', () => {
    expect(isDealStep('void')).toBe(true);
    expect(isDealStep('lock')).toBe(false);
    expect(isDealStep('change')).toBe(false);
  });
});

describe('terms', () => {
  it('counts seconds within an hour, hours within two days, then days', () => {
    expect(leftText(0, t)).toBe('deal.left.over');
    expect(leftText(65_000, t)).toBe('1:05');
    expect(leftText(3_600_000 * 25 + 60_000, t)).toBe('deal.left.hours 25 1');
    expect(leftText(86_400_000 * 7, t)).toBe('deal.left.days 7');
  });
  it('is past, soon, or has time', () => {
    expect(termMark(null, 5)).toBe('');
    expect(termMark(4, 5)).toBe('bad');
    expect(termMark(6, 5)).toBe('wait');
    expect(termMark(5 + 86_400_000, 5)).toBe('');
  });
});

it('columns stand in the address in their order; what is unknown is left out', () => {
  expect(columnsText(columnsOf('due.paper.bogus'))).toBe('paper.due');
  expect(columnsOf(columnsText([]))).toEqual([]);
});
