/* terms.ts - how steps and lines of terms are said. */
import type { Schemas } from '@/api/types';
import { money, percentBp } from '@/format';

export type Quote = Schemas['Quote'];
export type Terms = Schemas['Terms'];
export type TermsLine = Schemas['TermsLine'];
export type Discount = Schemas['Discount'];
/** The parts of a quote that are chosen. */
export type QuotePart = 'plan' | 'discounts' | 'price' | 'deposit' | 'loan';
type Say = (key: string, values?: Record<string, unknown>) => string;

/** What a step does: `× 98 %`, `− 2 %`, `− ¥ 10,000`, `− ¥ 100 /m²`. */
export function stepText(step: { method: string; value: number }): string {
  if (step.method === 'percent') return `× ${percentBp(step.value)}`;
  if (step.method === 'points') return `− ${percentBp(step.value)}`;
  return `− ${money(step.value)}${step.method === 'unit_price' ? ' /m²' : ''}`;
}

/** When a line is due, in words. */
export function dueText(line: Pick<TermsLine, 'due' | 'due_days' | 'due_date' | 'due_node'>, t: Say): string {
  if (line.due === 'date') return line.due_date ?? '';
  if (line.due === 'node')
    return line.due_days
      ? t('terms.due.nodeDays', { node: line.due_node, n: line.due_days })
      : t('terms.due.node', { node: line.due_node });
  return line.due_days ? t(`terms.due.${line.due}Days`, { n: line.due_days }) : t(`terms.due.${line.due}`);
}

/** What one may tick: on the public list as it is now, computed, and not brought by a plan. */
export const pickable = (d: Discount): boolean => d.kind !== 'words' && d.plan_id === null;

/** What a discount does, in the language of the page. */
export const effectText = (d: Discount, t: Say): string =>
  d.kind === 'words' ? d.effect : d.kind === 'manager' ? managerHint(d, t) : stepText(d);

/** What a manager's discount may be set to, as the text of a field says it. */
export function managerHint(d: Discount, t: Say): string {
  const most = d.method === 'percent' || d.method === 'points' ? percentBp(d.value) : money(d.value);
  return t(d.method === 'percent' ? 'terms.quote.least' : 'terms.quote.most', { value: most });
}
