// Agency fees in words and figures: pure, so that it has tests.
import type { Schemas } from '@/api/types';
import { area, money, percentPpm } from '@/format';
import { decimalText, parseDecimal, parseYuan, yuanText } from '../parts/parse';

/** A share is typed in percent, and kept in millionths. */
const PERCENT_DIGITS = 4;
const WHOLE = 1_000_000;

export type Formula = Schemas['Fee']['formula'];
export type DealFee = Schemas['DealFee'];
export type FeeSums = Schemas['AgencyFeeSums'];
type Translate = (key: string, named?: Record<string, string | number>) => string;

export const FORMULAS: readonly Formula[] = ['', 'flat', 'area', 'price'];

/** As it is typed: yuan, or percent of the price. */
export const rateText = (formula: Formula, rate: number): string =>
  formula === '' ? '' : formula === 'price' ? decimalText(rate, PERCENT_DIGITS) : yuanText(rate);

/** null: it is none. */
export function rateOf(formula: Formula, text: string): number | null {
  if (formula === '') return 0;
  const rate = formula === 'price' ? parseDecimal(text, PERCENT_DIGITS) : parseYuan(text);
  return rate !== null && rate > 0 && (formula !== 'price' || rate <= WHOLE) ? rate : null;
}

/** "100.00 元/m²" */
export function ruleText(fee: { formula: Formula; rate: number }, t: Translate): string {
  if (fee.formula === '') return t('fee.rule.none');
  const rate = fee.formula === 'price' ? percentPpm(fee.rate) : money(fee.rate);
  return t(`fee.rule.${fee.formula}`, { rate });
}

/** "100.00 元/m² × 89.37 m²" */
export function workedOut(fee: DealFee, t: Translate): string {
  const rule = ruleText(fee, t);
  if (fee.base === null) return rule;
  return t('fee.workedOut', { rule, base: fee.formula === 'area' ? area(fee.base) : money(fee.base) });
}

/** What is typed to be paid over, by the id of the deal's fee; null: one is no amount, or there is none. */
export function linesOf(amounts: Readonly<Record<number, string>>): Schemas['PayoverNew']['lines'] | null {
  const lines: Schemas['PayoverNew']['lines'] = [];
  for (const [id, typed] of Object.entries(amounts)) {
    if (typed.trim() === '') continue;
    const amount_fen = parseYuan(typed);
    if (amount_fen === null) return null;
    if (amount_fen > 0) lines.push({ deal_fee_id: Number(id), amount_fen });
  }
  return lines.length ? lines : null;
}

/** What can be paid over: what is there, less what is asked back. */
export const freeOf = (sums: { balance_fen: number; asked_fen: number }): number =>
  sums.balance_fen - sums.asked_fen;
