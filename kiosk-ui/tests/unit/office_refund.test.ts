// What is typed into a refund, as the daemon takes it.
import { describe, expect, test } from 'vitest';
import { askedOf, linesOf, totalOf, type Refund } from '@/office/refund/refund';

const free = [
  { fund: 'deposit' as const, amount_fen: 500000 },
  { fund: 'down_payment' as const, amount_fen: 1050 },
];

describe('a refund', () => {
  test('begins with all that is there', () => {
    const asked = askedOf(free, 7, null);
    expect(asked.payee).toBe(7);
    expect(linesOf(asked.amounts)).toEqual(free);
    expect(totalOf(linesOf(asked.amounts))).toBe(501050);
  });
  test('what is left empty or is nothing is not asked for; what is no amount is no request', () => {
    expect(linesOf({ deposit: ' ', down_payment: '0.01' })).toEqual([
      { fund: 'down_payment', amount_fen: 1 },
    ]);
    expect(linesOf({ deposit: '', down_payment: '0' })).toBeNull();
    expect(linesOf({ deposit: '1.005', down_payment: '1' })).toBeNull();
    expect(totalOf(null)).toBe(0);
  });
  test('agency fees go back by a request of their own', () => {
    const fees = [
      { fund: 'agency_fee' as const, amount_fen: 300, fee_id: 7, fee: '维修资金' },
      { fund: 'agency_fee' as const, amount_fen: 40, fee_id: 8, fee: '契税' },
    ];
    expect(linesOf(askedOf([...free, ...fees], 7, null).amounts)).toEqual(free);
    expect(linesOf(askedOf(fees, 7, null).amounts)).toEqual([
      { fund: 'agency_fee', amount_fen: 300, fee_id: 7 },
      { fund: 'agency_fee', amount_fen: 40, fee_id: 8 },
    ]);
  });
  test('one that came to nothing begins as it was, but for the number of the account', () => {
    const was = { customer_id: 9, lines: [free[1]], reason: 'r', bank: 'b' } as unknown as Refund;
    const asked = askedOf(free, 7, was);
    expect(asked).toMatchObject({ payee: 9, reason: 'r', bank: 'b', account: '' });
    expect(linesOf(asked.amounts)).toEqual([free[1]]);
  });
});
