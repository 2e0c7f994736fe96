// What is typed into a refund, as the daemon takes it.
import { describe, expect, test } from 'vitest';
import {
  askedOf,
  linesFor,
  linesOf,
  payersOf,
  payoutOf,
  totalOf,
  waysOf,
  type Refund,
} from '@/office/refund/refund';

const free = [
  { fund: 'deposit' as const, amount_fen: 500000 },
  { fund: 'down_payment' as const, amount_fen: 1050 },
];

describe('a refund', () => {
  test('begins with all that is there', () => {
    const asked = askedOf(free, 'c7', null);
    expect(asked.payee).toBe('c7');
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
    expect(linesOf(askedOf([...free, ...fees], 'c7', null).amounts)).toEqual(free);
    expect(linesOf(askedOf(fees, 'c7', null).amounts)).toEqual([
      { fund: 'agency_fee', amount_fen: 300, fee_id: 7 },
      { fund: 'agency_fee', amount_fen: 40, fee_id: 8 },
    ]);
  });
  test('one that came to nothing begins as it was, but for the number of the account', () => {
    const was = {
      customer_id: 9,
      lender: null,
      lines: [free[1]],
      reason: 'r',
      bank: 'b',
    } as unknown as Refund;
    const asked = askedOf(free, 'c7', was);
    expect(asked).toMatchObject({ payee: 'c9', reason: 'r', bank: 'b', account: '' });
    expect(linesOf(asked.amounts)).toEqual([free[1]]);
  });
  test('a loan goes to who lent it, the rest to who paid it', () => {
    const loan = { fund: 'bank_loan' as const, amount_fen: 900 };
    const payers = [
      { customer_id: 7, customer: '王', lender: null, fund: null, free_fen: 5, fees_free_fen: 0 },
      { customer_id: null, customer: '李**', lender: null, fund: null, free_fen: 5, fees_free_fen: 0 },
      {
        customer_id: null,
        customer: '建行',
        lender: '建行',
        fund: 'bank_loan',
        free_fen: 900,
        fees_free_fen: 0,
      },
      { customer_id: null, customer: '', lender: '', fund: 'fund_loan', free_fen: 1, fees_free_fen: 0 },
    ];
    expect(payersOf(payers).map((p) => p.customer)).toEqual(['王', '建行']);
    expect(linesFor([...free, loan], payers, 'c7')).toEqual(free);
    expect(linesFor([...free, loan], payers, 'l建行')).toEqual([loan]);
    expect(linesFor(free, [], '')).toEqual(free);
  });
});

describe('paid out', () => {
  test('by transfer only to an account that was given; all of it in one way', () => {
    expect(waysOf({ account: '****7890' })).toEqual(['transfer', 'cash', 'cheque']);
    expect(waysOf({ account: null })).toEqual(['cash', 'cheque']);
    const refund = { version: 3, total_fen: 500 };
    expect(payoutOf(refund, 'cheque', ' 77 ')).toEqual({
      version: 3,
      tenders: [{ tender: 'cheque', amount_fen: 500, reference: '77' }],
    });
    expect(payoutOf(refund, 'cash', '77').tenders).toEqual([{ tender: 'cash', amount_fen: 500 }]);
  });
});
