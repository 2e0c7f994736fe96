/* offer.ts - plans and discounts as their forms type them, and as the API wants them. */
import type { Schemas } from '@/api/types';
import { decimalText, parseDecimal, parseYuan, yuanText } from '../parts/parse';

export type Plan = Schemas['Plan'];
export type PlanLineNew = Schemas['PlanLineNew'];
export type Discount = Schemas['Discount'];
export type Scheme = Schemas['Scheme'];
export type Limit = Schemas['DiscountLimit'];

export const PLAN_KINDS: readonly Plan['kind'][] = [
  'one_off',
  'instalments',
  'commercial',
  'fund',
  'combined',
  'other',
];
/** What a price is made of (db/fund.def, classes house and loan). */
export const PLAN_FUNDS = [
  'deposit',
  'down_payment',
  'house_money',
  'bank_loan',
  'fund_loan',
  'booking',
] as const;
export const SHARES: readonly PlanLineNew['share'][] = ['percent', 'amount', 'rest'];
export const DUES: readonly PlanLineNew['due'][] = ['subscribed', 'signed', 'filed', 'bank', 'node', 'date'];
export const DISCOUNT_KINDS: readonly Discount['kind'][] = [
  'words',
  'regular',
  'identity',
  'promotion',
  'member',
  'manager',
];
export const METHODS = ['percent', 'points', 'amount', 'unit_price'] as const;
export const LEVELS = ['standard', 'silver', 'gold', 'diamond'] as const;

/** A line of a plan while it is typed. */
export interface LineForm {
  fund: string;
  share: PlanLineNew['share'];
  value: string;
  due: PlanLineNew['due'];
  days: string;
  date: string | null;
  node: string;
}
export const newLine = (): LineForm => ({
  fund: 'house_money',
  share: 'percent',
  value: '',
  due: 'signed',
  days: '',
  date: null,
  node: '',
});
export const lineForm = (l: Plan['lines'][number]): LineForm => ({
  fund: l.fund,
  share: l.share,
  value: l.share === 'percent' ? decimalText(l.value, 2) : l.share === 'amount' ? yuanText(l.value) : '',
  due: l.due,
  days: l.due_days ? String(l.due_days) : '',
  date: l.due_date,
  node: l.due_node,
});
/** null: something typed is no number. */
export function lineBody(l: LineForm): PlanLineNew | null {
  const value =
    l.share === 'rest' ? 0 : l.share === 'percent' ? parseDecimal(l.value, 2) : parseYuan(l.value);
  const days = l.days.trim() === '' ? 0 : parseDecimal(l.days, 0);
  if (value === null || days === null) return null;
  return {
    fund: l.fund,
    share: l.share,
    value,
    due: l.due,
    due_days: l.due === 'date' ? 0 : days,
    due_date: l.due === 'date' ? l.date : null,
    due_node: l.due === 'node' ? l.node : '',
  };
}

/** A value as its method is typed: 9800 → "98", 1000000 → "10000". */
export const valueText = (method: string, value: number): string =>
  method === '' || value === 0
    ? ''
    : method === 'percent' || method === 'points'
      ? decimalText(value, 2)
      : yuanText(value);
export const parseValue = (method: string, text: string): number | null =>
  method === 'percent' || method === 'points' ? parseDecimal(text, 2) : parseYuan(text);
