// Which money goes to which account (FI-08): the rules as a table of funds by the project and its buildings, what a
// fund may go to, which funds nobody can take. Pure.
import type { Schemas } from '@/api/types';

export type Account = Schemas['BankAccount'];
export type Fund = Schemas['AccountFund'];
export type Rules = Schemas['AccountRuleList'];
type Rule = Schemas['AccountRule'];

/** The column of the project; every other one is a building's. */
export const ALL = 0;
/** Of a cell: no account of its own. */
export const NONE = 0;
/** Account by cell. */
export type Cells = Record<string, number>;
export const cell = (fund: string, building: number): string => `${fund}/${building}`;

/** Every cell there is, so that one that was emptied is a change like another. */
export function cellsOf(rules: Rules | null, buildings: readonly number[]): Cells {
  const cells: Cells = {};
  for (const f of rules?.funds ?? []) for (const b of [ALL, ...buildings]) cells[cell(f.code, b)] = NONE;
  for (const r of rules?.items ?? []) cells[cell(r.fund, r.building_id ?? ALL)] = r.account_id;
  return cells;
}

export function rulesOf(cells: Cells): Rule[] {
  return Object.entries(cells).flatMap(([key, account_id]) => {
    const [fund, building] = key.split('/');
    if (account_id === NONE) return [];
    const building_id = Number(building) === ALL ? null : Number(building);
    return [{ fund: fund as Rule['fund'], building_id, account_id }];
  });
}

/** Buildings with an account of their own. */
export const ownColumns = (cells: Cells, buildings: readonly number[]): number[] =>
  buildings.filter((b) => Object.entries(cells).some(([k, a]) => a !== NONE && k.endsWith(`/${b}`)));

/** The kind of account that is meant for a fund. */
export const kindOf = (fund: Fund): Account['kind'] =>
  fund.agency ? 'agency' : fund.supervised ? 'escrow' : 'general';

/** Whether money for @fund may go there. @completed: something of the project is sold completed, where nothing is
 * supervised. */
export function fits(fund: Fund, account: Account, completed: boolean): boolean {
  if (account.kind === kindOf(fund)) return true;
  if (fund.agency || account.kind === 'agency') return false;
  return !fund.supervised || completed;
}

/** What is empty in a column and meant for that kind of account goes to @account. */
export function fill(cells: Cells, funds: readonly Fund[], building: number, account: Account): Cells {
  const filled = { ...cells };
  for (const f of funds) {
    const key = cell(f.code, building);
    if (kindOf(f) === account.kind && !filled[key]) filled[key] = account.id;
  }
  return filled;
}

/** Funds that nobody can take, somewhere: no account, or one that is disabled. */
export function untakeable(
  cells: Cells,
  funds: readonly Fund[],
  accounts: readonly Account[],
  buildings: readonly number[],
): Fund[] {
  const live = new Set(accounts.filter((a) => !a.disabled).map((a) => a.id));
  return funds.filter((f) => {
    const all = cells[cell(f.code, ALL)] ?? NONE;
    const at = (b: number): number => cells[cell(f.code, b)] || all;
    return buildings.length ? buildings.some((b) => !live.has(at(b))) : !live.has(all);
  });
}

/** "6200 0000 0000 001": as it is read out. */
export const grouped = (number: string): string => number.replace(/(.{4})(?=.)/g, '$1 ');
export const tail = (number: string): string => number.slice(-4);
