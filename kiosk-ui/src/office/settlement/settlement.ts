// Contracts beside what was measured: the filter as the daemon takes it, and what a difference is called.
import type { Schemas } from '@/api/types';
import { percentBp } from '@/format';

export type Row = Schemas['Settlement'];
export const STATES = ['unmeasured', 'open', 'by_hand', 'settled'] as const;
export type State = (typeof STATES)[number];
export const STATE_MARK: Record<State, string> = {
  unmeasured: '',
  open: 'open',
  by_hand: 'wait',
  settled: 'live',
};

export interface Filter {
  building: string;
  state: string;
}
export const NO_FILTER: Filter = { building: '', state: '' };

/** What is asked of the daemon; what nobody chose is left out. */
export function asked(f: Filter): { building?: number; state?: State } {
  const state = STATES.find((s) => s === f.state);
  return {
    ...(Number(f.building) ? { building: Number(f.building) } : {}),
    ...(state ? { state } : {}),
  };
}

/** +0.83 %, −3.00 %; null: nothing to compare. */
export function ratioText(row: Row): string | null {
  if (row.measured_area === null || row.contract_area === null) return null;
  const abs = percentBp(Math.abs(row.ratio_bp));
  return row.ratio_bp > 0 ? `+${abs}` : row.ratio_bp < 0 ? `−${abs}` : abs;
}

/** Whether it comes to something, or did: 0 of what is not measured, or by hand and not settled, is no sum. */
export const hasAmount = (row: Row): boolean => row.state === 'open' || row.state === 'settled';

/** What is to be paid is due a month from today, unless somebody says otherwise. */
export const DUE_DAYS = 30;
