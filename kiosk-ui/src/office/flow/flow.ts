// A flow as it is edited: pure, so that it has tests.
import type { Schemas } from '@/api/types';
import { money, percentBp } from '@/format';
import { decimalText, parseDecimal, parseYuan, yuanText } from '../parts/parse';

export type Flow = Schemas['Flow'];
export type FlowRow = Schemas['FlowRow'];
export type FlowNode = Schemas['FlowNode'];
export type Rule = Schemas['FlowRule'];
export type Field = Schemas['FormField'];
export type Options = Schemas['FlowOptions'];

/** A node as typed. An approver is `p12` (post) or `u3` (user). */
export interface NodeForm {
  step: number;
  name: string;
  all: boolean;
  amount: string;
  discount: string;
  approvers: string[];
}

export function nodesForm(nodes: readonly FlowNode[]): NodeForm[] {
  return nodes.map((n) => ({
    step: n.step,
    name: n.name,
    all: n.all,
    amount: yuanText(n.amount_from_fen),
    discount: decimalText(n.discount_from_bp, 2),
    approvers: n.approvers.map((a) => (a.post_id ? `p${a.post_id}` : `u${a.user_id ?? 0}`)),
  }));
}

/** What is sent; null while a number is none. */
export function nodesSent(nodes: readonly NodeForm[]): Schemas['FlowNodeNew'][] | null {
  const out: Schemas['FlowNodeNew'][] = [];
  for (const n of nodes) {
    const amount = n.amount.trim() === '' ? null : parseYuan(n.amount);
    const discount = n.discount.trim() === '' ? null : parseDecimal(n.discount, 2);
    if ((n.amount.trim() !== '' && !amount) || (n.discount.trim() !== '' && !discount)) return null;
    out.push({
      step: n.step,
      name: n.name.trim(),
      all: n.all,
      amount_from_fen: amount,
      discount_from_bp: discount,
      approvers: n.approvers.map((a) =>
        a.startsWith('p') ? { post_id: Number(a.slice(1)) } : { user_id: Number(a.slice(1)) },
      ),
    });
  }
  return out;
}

/** Numbers the steps anew from 1, in their order. */
export function renumber(nodes: readonly NodeForm[]): NodeForm[] {
  const steps = [...new Set(nodes.map((n) => n.step))].sort((a, b) => a - b);
  return [...nodes].sort((a, b) => a.step - b.step).map((n) => ({ ...n, step: steps.indexOf(n.step) + 1 }));
}

/** Exchanges a step with the one before (-1) or after (1) it. */
export function moveStep(nodes: readonly NodeForm[], step: number, by: -1 | 1): NodeForm[] {
  return renumber(
    nodes.map((n) => ({
      ...n,
      step: n.step === step ? step + by : n.step === step + by ? step : n.step,
    })),
  );
}

/** `≥ ¥ 5,000,000 · ≥ 5 %`; '' when there is none. */
export function boundsText(n: Pick<FlowNode, 'amount_from_fen' | 'discount_from_bp'>): string {
  return [
    ...(n.amount_from_fen ? [`≥ ${money(n.amount_from_fen)}`] : []),
    ...(n.discount_from_bp ? [`≥ ${percentBp(n.discount_from_bp)}`] : []),
  ].join(' · ');
}

/** `¥ 0 – ¥ 5,000,000`; '' when both are open. */
export function rangeText(from: number | null, to: number | null, figure: (n: number) => string): string {
  if (from === null && to === null) return '';
  if (to === null) return `≥ ${figure(from ?? 0)}`;
  return `${from === null ? '' : `${figure(from)} – `}< ${figure(to)}`;
}

export interface RuleForm {
  subject: string;
  project: number | null;
  flow: number | null;
  ordinal: string;
  amountFrom: string;
  amountTo: string;
  discountFrom: string;
  discountTo: string;
  enabled: boolean;
}

export const ruleForm = (r: Rule | null): RuleForm => ({
  subject: r?.subject ?? '',
  project: r?.project_id ?? null,
  flow: r?.flow_id ?? null,
  ordinal: r ? String(r.ordinal) : '',
  amountFrom: yuanText(r?.amount_from_fen),
  amountTo: yuanText(r?.amount_to_fen),
  discountFrom: decimalText(r?.discount_from_bp, 2),
  discountTo: decimalText(r?.discount_to_bp, 2),
  enabled: r?.enabled ?? true,
});

const bound = (text: string, parse: (t: string) => number | null): number | null =>
  text.trim() === '' ? null : parse(text);

/** What is sent of a rule; null while something is missing or no number. */
export function ruleSent(f: RuleForm): Omit<Schemas['FlowRuleChange'], 'version'> | null {
  const texts = [f.amountFrom, f.amountTo, f.discountFrom, f.discountTo];
  const bp = (t: string): number | null => parseDecimal(t, 2);
  const values = [
    bound(f.amountFrom, parseYuan),
    bound(f.amountTo, parseYuan),
    bound(f.discountFrom, bp),
    bound(f.discountTo, bp),
  ];
  if (f.flow === null || texts.some((t, i) => t.trim() !== '' && values[i] === null)) return null;
  const ordinal = f.ordinal.trim() === '' ? 0 : parseDecimal(f.ordinal, 0);
  if (ordinal === null) return null;
  return {
    ordinal,
    amount_from_fen: values[0] ?? null,
    amount_to_fen: values[1] ?? null,
    discount_from_bp: values[2] ?? null,
    discount_to_bp: values[3] ?? null,
    flow_id: f.flow,
    enabled: f.enabled,
  };
}
