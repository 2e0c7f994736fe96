/* service.ts - what is to be done for deals, in words and colours: how a step stands, which column of the board it
 * is in, what is next and who holds it. Pure. */
import type { Schemas } from '@/api/types';

export type DealNode = Schemas['DealNode'];
export type ServiceRow = Schemas['ServiceRow'];

export type Standing = 'done' | 'overdue' | 'open';
export const standing = (n: DealNode): Standing =>
  n.state === 'done' ? 'done' : n.overdue ? 'overdue' : 'open';

/** The dot before its words (theme.css, .mark). */
export const MARK: Record<Standing, string> = { done: 'live', overdue: 'bad', open: 'open' };

/** The columns of the board, and the kinds of steps that stand in each; all others are in the last. */
export const COLUMNS: readonly { key: string; kinds: readonly string[] }[] = [
  { key: 'money', kinds: ['deposit', 'first-payment', 'full-payment'] },
  { key: 'filing', kinds: ['signing', 'filing'] },
  { key: 'loan', kinds: ['loan-apply', 'loan-release'] },
  { key: 'movein', kinds: ['movein-notice'] },
  { key: 'handover', kinds: ['area-settlement', 'handover'] },
  { key: 'title', kinds: ['title'] },
  { key: 'other', kinds: [] },
];
const NAMED = new Set(COLUMNS.flatMap((c) => c.kinds));

export function cell(nodes: readonly DealNode[], key: string): DealNode[] {
  const column = COLUMNS.find((c) => c.key === key);
  return nodes.filter((n) => (key === 'other' ? !NAMED.has(n.kind) : column?.kinds.includes(n.kind)));
}

/** What comes next: the first open step that no strict step above it holds up, each open one that waits for nothing. */
export function nextSteps(nodes: readonly DealNode[]): DealNode[] {
  let held = false;
  return nodes.filter((n) => {
    if (n.state !== 'open') return false;
    const next = !n.strict || !held;
    if (n.strict) held = true;
    return next;
  });
}

/** Whether it can be recorded as done here and now, and by this person. */
export const canFinish = (n: DealNode, nodes: readonly DealNode[]): boolean =>
  n.by_hand && n.may && nextSteps(nodes).some((x) => x.id === n.id);
