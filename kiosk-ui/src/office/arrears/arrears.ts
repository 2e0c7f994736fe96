// Ages of what is owed, and the filter of the list as the daemon takes it.
import type { Schemas } from '@/api/types';

export type Line = Schemas['ArrearsLine'];
export const BANDS = ['open', '1-30', '31-60', '61-90', 'over'] as const;
export const WAYS = ['letter', 'phone', 'sms', 'email', 'sales'] as const;
export type Way = (typeof WAYS)[number];
type Band = (typeof BANDS)[number] | 'late';

export const FUNDS = [
  'booking',
  'deposit',
  'down_payment',
  'house_money',
  'bank_loan',
  'fund_loan',
  'area_difference',
  'attached',
  'fit_out',
  'agency_fee',
  'late_fee',
  'penalty',
  'handling_fee',
  'other',
] as const;

export interface Filter {
  building: string;
  user: string;
  fund: string;
  plan: string;
  band: string;
  until: string;
  undunned: string;
}
export const NO_FILTER: Filter = {
  building: '',
  user: '',
  fund: '',
  plan: '',
  band: '',
  until: '',
  undunned: '',
};

/** What is asked of the daemon; what nobody chose is left out. */
export function asked(f: Filter): {
  building?: number;
  user?: number;
  plan?: number;
  fund?: (typeof FUNDS)[number];
  band?: Band;
  until?: string;
  undunned?: 1;
} {
  const fund = FUNDS.find((x) => x === f.fund);
  const band = (['late', ...BANDS] as const).find((x) => x === f.band);
  return {
    ...(Number(f.building) ? { building: Number(f.building) } : {}),
    ...(Number(f.user) ? { user: Number(f.user) } : {}),
    ...(Number(f.plan) ? { plan: Number(f.plan) } : {}),
    ...(fund ? { fund } : {}),
    ...(band ? { band } : {}),
    ...(/^\d{4}-\d{2}-\d{2}$/.test(f.until) ? { until: f.until } : {}),
    ...(f.undunned ? { undunned: 1 as const } : {}),
  };
}
