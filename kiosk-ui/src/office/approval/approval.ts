// A request in words: pure, so that it has tests.
import type { Schemas } from '@/api/types';
import { count, money, percentBp } from '@/format';

export type Request = Schemas['Request'];
export type RequestRow = Schemas['RequestRow'];
export type MyApproval = Schemas['MyApproval'];
export type RequestNode = Schemas['RequestNode'];
export type RequestSeat = Schemas['RequestSeat'];

/** The colour of the dot before a state. */
export const STATE_MARK: Record<RequestRow['state'], string> = {
  running: 'wait',
  approved: 'live',
  rejected: 'bad',
  returned: 'open',
  withdrawn: '',
};

/** How long ago, in the largest unit that is at least one. */
export function age(ms: number, now: number): { unit: 'minute' | 'hour' | 'day'; n: number } {
  const minutes = Math.max(0, Math.floor((now - ms) / 60_000));
  if (minutes < 60) return { unit: 'minute', n: minutes };
  if (minutes < 60 * 24) return { unit: 'hour', n: Math.floor(minutes / 60) };
  return { unit: 'day', n: Math.floor(minutes / 60 / 24) };
}

export interface Step {
  step: number;
  nodes: RequestNode[];
}

/** The nodes by step: those of one step stand side by side. */
export function stepsOf(nodes: readonly RequestNode[]): Step[] {
  const out: Step[] = [];
  for (const node of nodes) {
    const last = out[out.length - 1];
    if (last?.step === node.step) last.nodes.push(node);
    else out.push({ step: node.step, nodes: [node] });
  }
  return out;
}

/** What was decided at a node, or who is asked: the lines below its name. */
export function linesOf(node: RequestNode): RequestSeat[] {
  const decided = node.seats.filter((s) => s.decided_by !== null);
  // One was enough: who else could have is no news any more.
  return !node.all && decided.length ? decided : node.seats.filter((s) => s.state !== 'void');
}

/** Amount and discount, where there are some. */
export function weight(r: Pick<RequestRow, 'amount_fen' | 'discount_bp'>): string[] {
  return [
    ...(r.amount_fen ? [`${money(r.amount_fen)}`] : []),
    ...(r.discount_bp ? [percentBp(r.discount_bp)] : []),
  ];
}

/** A value of a form field as people read it. */
export function valueText(v: Schemas['RequestValue'], words: { yes: string; no: string }): string {
  if (v.type === 'money') return `${money(Number(v.value))}`;
  if (v.type === 'yes_no') return v.value === 'yes' ? words.yes : words.no;
  if (v.type === 'number' && /^-?\d+$/.test(v.value)) return count(Number(v.value));
  return v.value;
}

/** Minutes until one may be reminded again. A clock that is somewhat behind the daemon's changes nothing; one that
 * was set back by hours does not hold it up. */
export function urgeWait(urged: number | null, now: number): number {
  if (urged === null || urged - now > 3_600_000) return 0;
  return Math.min(30, Math.max(0, Math.ceil((urged + 30 * 60_000 - now) / 60_000)));
}

/** Typed in several lines, sent in one: the daemon takes no control characters. */
export const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();

/** What was filled in of a form's own fields, as a part of a body: nothing where nothing was. */
export function filledIn(values: Readonly<Record<string, string>>): { values?: Record<string, string> } {
  const filled = Object.fromEntries(Object.entries(values).filter(([, text]) => text !== ''));
  return Object.keys(filled).length ? { values: filled } : {};
}

/** The name of a subject or of a kind of to-do, which the daemon also uses within sentences, as a heading. */
export const heading = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
