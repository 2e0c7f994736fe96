import { describe, expect, it } from 'vitest';
import { actsOf, leftOf, numberOf, STATE_MARK, STATES, sumOf, type Source } from '@/office/invoice/invoice';

const source = (voucher_id: number, carried_fen: number, asked_fen = 0): Source => ({
  voucher_id,
  voucher_number: voucher_id,
  kind: 'receipt',
  day: '2026-05-01',
  receipt: `A${voucher_id}`,
  funds: ['deposit'],
  carried_fen,
  asked_fen,
});
const part = (leaf: 'live' | 'invoiced' | null) => ({
  voucher_id: 1,
  voucher_number: 1,
  kind: 'receipt' as const,
  day: '2026-05-01',
  receipt: 'A1',
  leaf,
  funds: ['deposit'],
  carried_fen: 5,
  amount_fen: 5,
});

describe('what can be done with a request', () => {
  it('follows its state', () => {
    expect(Object.keys(STATE_MARK).sort()).toEqual([...STATES].sort());
    expect(actsOf({ state: 'wanted', paper_back: false, parts: [] })).toEqual(['issue', 'void']);
    expect(actsOf({ state: 'sent', paper_back: false, parts: [] })).not.toContain('void');
    expect(actsOf({ state: 'red', paper_back: false, parts: [] })).toEqual([]);
  });
  it('takes receipts back once, and only those that count', () => {
    expect(actsOf({ state: 'issued', paper_back: false, parts: [part('live')] })).toContain('swap');
    expect(actsOf({ state: 'issued', paper_back: true, parts: [part('live')] })).not.toContain('swap');
    expect(actsOf({ state: 'issued', paper_back: false, parts: [part(null)] })).not.toContain('swap');
  });
});

describe('what is typed', () => {
  it('is twenty digits, whatever blanks are between them', () => {
    expect(numberOf('2644 7000 0000 0000 0001')).toBe('26447000000000000001');
    expect(numberOf('2644700000000000000')).toBe(null);
    expect(numberOf('2644700000000000000x')).toBe(null);
  });
  it('comes to what is left of the chosen money', () => {
    const all = [source(1, 100), source(2, 50, 20)];
    expect(all.map(leftOf)).toEqual([100, 30]);
    expect(sumOf(all, [1, 2])).toBe(130);
    expect(sumOf(all, [])).toBe(0);
  });
});
