/* process.ts - a template of what is to be done, as it is edited. Pure. */
import type { Schemas } from '@/api/types';

export type Process = Schemas['Process'];
export interface Step {
  key: number;
  code: string;
  name: string;
  kind: string;
  right: string;
  days: string;
  counts_previous: boolean;
  strict: boolean;
}
export interface Draft {
  name: string;
  begins: 'subscribed' | 'signed';
  plan_kinds: string[];
  classes: string[];
  enabled: boolean;
  nodes: Step[];
}
export const PLAN_KINDS = ['one_off', 'instalments', 'commercial', 'fund', 'combined', 'other'] as const;
export const STEPS_MAX = 40;

let keys = 0;
export const step = (from: Partial<Step> = {}): Step => ({
  key: (keys += 1),
  code: '',
  name: '',
  kind: 'manual',
  right: 'deal.process',
  days: '7',
  counts_previous: false,
  strict: true,
  ...from,
});

export function read(p: Process | null): Draft {
  if (!p) return { name: '', begins: 'signed', plan_kinds: [], classes: [], enabled: true, nodes: [step()] };
  return {
    name: p.name,
    begins: p.begins,
    plan_kinds: [...p.plan_kinds],
    classes: [...p.classes],
    enabled: p.enabled,
    nodes: p.nodes.map((n) => step({ ...n, days: String(n.days) })),
  };
}

/** Days as a number, null when they are none. */
export function daysOf(text: string): number | null {
  return /^\d{1,4}$/u.test(text.trim()) && Number(text) <= 3650 ? Number(text) : null;
}

/** Whether all is there: a name for it and for each step, and days. */
export const ready = (d: Draft): boolean =>
  d.name.trim() !== '' && d.nodes.every((n) => n.name.trim() !== '' && daysOf(n.days) !== null);

/** A code that no step has: what a deal knows its step by, never shown. */
function freshCode(used: ReadonlySet<string>): string {
  for (let i = 1; ; i += 1) if (!used.has(`step-${i}`)) return `step-${i}`;
}

export function body(d: Draft): Omit<Schemas['ProcessNew'], 'ordinal'> {
  const used = new Set(d.nodes.map((n) => n.code).filter((c) => c !== ''));
  return {
    name: d.name.trim(),
    begins: d.begins,
    plan_kinds: d.plan_kinds as Schemas['Process']['plan_kinds'],
    classes: d.classes,
    enabled: d.enabled,
    nodes: d.nodes.map((n, i) => {
      const code = n.code || freshCode(used);
      used.add(code);
      return {
        code,
        name: n.name.trim(),
        kind: n.kind,
        right: n.right,
        days: daysOf(n.days) ?? 0,
        counts_previous: i > 0 && n.counts_previous,
        strict: n.strict,
      };
    }),
  };
}
