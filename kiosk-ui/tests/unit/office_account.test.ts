import { describe, expect, it } from 'vitest';
import {
  ALL,
  cell,
  cellsOf,
  fill,
  fits,
  grouped,
  ownColumns,
  rulesOf,
  untakeable,
  type Account,
  type Fund,
  type Rules,
} from '@/office/account/account';

const deposit: Fund = { code: 'deposit', supervised: true, agency: false };
const other: Fund = { code: 'other', supervised: false, agency: false };
const fee: Fund = { code: 'agency_fee', supervised: false, agency: true };
const funds = [deposit, other, fee];
const account = (id: number, kind: Account['kind'], disabled = false): Account => ({
  id,
  version: 1,
  project_id: 1,
  bank_id: 1,
  bank: '某银行',
  kind,
  holder: '某公司',
  number: String(id),
  permit_id: kind === 'escrow' ? 1 : null,
  disabled,
});
const accounts = [account(1, 'escrow'), account(2, 'general'), account(3, 'agency')];
const rules: Rules = {
  version: 4,
  funds,
  items: [
    { fund: 'deposit', building_id: null, account_id: 1 },
    { fund: 'other', building_id: 7, account_id: 2 },
  ],
};

describe('the table of rules', () => {
  it('holds every cell, and goes back to the rules', () => {
    const cells = cellsOf(rules, [7, 8]);
    expect(Object.keys(cells)).toHaveLength(9);
    expect(cells[cell('deposit', 8)]).toBe(0);
    expect(rulesOf(cells)).toEqual(expect.arrayContaining(rules.items));
    expect(rulesOf(cells)).toHaveLength(2);
    expect(ownColumns(cells, [7, 8])).toEqual([7]);
    expect(cellsOf(null, [])).toEqual({});
  });

  it('offers what a fund may go to', () => {
    const offered = (f: Fund, completed = false) =>
      accounts.filter((a) => fits(f, a, completed)).map((a) => a.kind);
    expect(offered(deposit)).toEqual(['escrow']);
    expect(offered(deposit, true)).toEqual(['escrow', 'general']);
    expect(offered(other)).toEqual(['escrow', 'general']);
    expect(offered(fee, true)).toEqual(['agency']);
  });

  it('is filled by what an account is for, and keeps what is set', () => {
    const cells = fill(cellsOf(rules, [7]), funds, ALL, account(9, 'escrow'));
    expect(cells[cell('deposit', ALL)]).toBe(1);
    const free = fill(cells, funds, ALL, account(2, 'general'));
    expect([free[cell('other', ALL)], free[cell('agency_fee', ALL)]]).toEqual([2, 0]);
  });

  it('says which funds nobody can take', () => {
    const names = (cells: Record<string, number>, list = accounts, buildings = [7, 8]) =>
      untakeable(cells, funds, list, buildings).map((f) => f.code);
    const cells = cellsOf(rules, [7, 8]);
    expect(names(cells)).toEqual(['other', 'agency_fee']); // building 8 has no account for others
    expect(names({ ...cells, [cell('other', 8)]: 2, [cell('agency_fee', ALL)]: 3 })).toEqual([]);
    expect(names(cells, [account(1, 'escrow', true)])).toEqual(['deposit', 'other', 'agency_fee']);
    expect(names(cells, accounts, [])).toEqual(['other', 'agency_fee']);
  });
});

it('a number is read out in fours', () => {
  expect(grouped('6200000000001')).toBe('6200 0000 0000 1');
  expect(grouped('6200')).toBe('6200');
});
