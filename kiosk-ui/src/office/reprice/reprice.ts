// A re-pricing plan as typed and as sent, and what it says in words: pure, so that it has tests.
import type { Schemas } from '@/api/types';
import { money, percentBp, signedMoney } from '@/format';
import { parseDecimal } from '../parts/parse';

export type Plan = Schemas['Reprice'];
export type PlanUnit = Schemas['RepriceUnit'];
export type Method = Plan['method'];

export const STATE_MARK: Record<Plan['state'], string> = {
  pending: 'wait',
  approved: 'open',
  executed: 'live',
  rejected: 'bad',
  returned: 'open',
  withdrawn: '',
  cancelled: '',
};

export interface PlanForm {
  target: Plan['target'];
  method: Method;
  per: Plan['per'];
  /** up or down; of a replacement nothing */
  way: 'up' | 'down';
  /** as typed: per cent, or yuan */
  value: string;
  building: number | null;
  layout: number | null;
  floorFrom: string;
  floorTo: string;
  class: string;
  states: string[];
  title: string;
  reason: string;
  /** 'now': with the approval */
  when: 'now' | 'later';
  at: number | null;
  values: Record<string, string>;
}

export const emptyForm = (): PlanForm => ({
  target: 'list',
  method: 'percent',
  per: 'total',
  way: 'down',
  value: '',
  building: null,
  layout: null,
  floorFrom: '',
  floorTo: '',
  class: '',
  states: [],
  title: '',
  reason: '',
  when: 'now',
  at: null,
  values: {},
});

/** The value for the daemon: 0.0001 of the price, or fen, below 0 when it falls. null: not a number yet. */
export function valueOf(form: Pick<PlanForm, 'method' | 'way' | 'value'>): number | null {
  const n = parseDecimal(form.value, 2);
  if (n === null || n === 0) return null;
  return form.method !== 'replace' && form.way === 'down' ? -n : n;
}

/** A floor number; '' is none, anything else than a number in range is NaN. */
export function floorOf(text: string): number | null {
  const plain = text.normalize('NFKC').trim();
  if (plain === '') return null;
  const n = /^-?\d{1,3}$/.test(plain) ? Number(plain) : NaN;
  return n >= -20 && n <= 200 ? n : NaN;
}

/** What the preview and the plan itself have in common; null while something is missing or wrong. */
export function selectionOf(form: PlanForm): {
  target: Plan['target'];
  method: Method;
  per: Plan['per'];
  value: number;
  floor_from?: number;
  floor_to?: number;
  class?: string;
  states?: string;
} | null {
  const value = valueOf(form);
  const [from, to] = [floorOf(form.floorFrom), floorOf(form.floorTo)];
  if (value === null || Number.isNaN(from) || Number.isNaN(to)) return null;
  return {
    target: form.target,
    method: form.method,
    per: form.method === 'percent' ? 'total' : form.per,
    value,
    ...(from === null ? {} : { floor_from: from }),
    ...(to === null ? {} : { floor_to: to }),
    ...(form.class ? { class: form.class } : {}),
    ...(form.states.length ? { states: form.states.join('') } : {}),
  };
}

/** `−3 %`, `+¥ 20,000`, `¥ 12,800/m²`. */
export function changeText(p: Pick<Plan, 'method' | 'per' | 'value'>): string {
  const sign = p.method === 'replace' ? '' : p.value < 0 ? '−' : '+';
  const size = Math.abs(p.value);
  if (p.method === 'percent') return `${sign}${percentBp(size)}`;
  return `${sign}${money(size)}${p.per === 'area' ? '/m²' : ''}`;
}

/** The difference of two sums with its sign, and as a share of the first (0.0001). */
export function difference(from: number, to: number): { fen: number; bp: number; text: string } {
  const fen = to - from;
  const bp = from > 0 ? Math.round((Math.abs(fen) * 10_000) / from) : 0;
  return { fen, bp, text: signedMoney(fen) };
}

/** What was chosen, out of the daemon's `building=…|floors=…|…`. */
export function filterOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('|')
      .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const)
      .filter(([, v]) => v !== ''),
  );
}
