/* device.ts - what a reader's state means to the person who stands before it. */
import type { Schemas } from '@/api/types';

export type Device = Schemas['Device'];
export type Bus = Schemas['DeviceBus'];
/** What the stream says of a swipe while a reader is tried. */
export interface Tried {
  device: number;
  result: 'card' | 'bad' | 'refused';
  card: string;
  medium: '' | 'uid' | 'number';
}
/** A reader with a row of the registry. */
export type Known = Device & { id: number; version: number; name: string };

export const isKnown = (d: Device): d is Known => d.id !== null && d.version !== null && d.name !== null;

const MARK: Record<Device['state'], string> = {
  ready: 'live',
  opening: 'wait',
  degraded: 'wait',
  backoff: 'bad',
  denied: 'bad',
  absent: '',
  unsupported: '',
};
export const markOf = (d: Pick<Device, 'state'>): string => MARK[d.state];

export type Todo = NonNullable<Device['trouble']> | 'absent';

/** Which sentence says what to do; null: nothing. A reader that nobody uses may be unplugged as it likes. */
export function todoOf(d: Pick<Device, 'state' | 'trouble'>): Todo | null {
  if (d.trouble !== null) return d.trouble;
  return d.state === 'absent' ? 'absent' : null;
}

/** Those that need a hand first, then by name; what is only plugged in stands apart. */
export function arranged(items: readonly Device[]): { known: Known[]; others: Device[] } {
  const rank = (d: Device): number => (todoOf(d) === null ? 1 : 0);
  const known = items.filter(isKnown);
  known.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name) || a.id - b.id);
  return { known, others: items.filter((d) => !isKnown(d)) };
}

/** Where it is plugged in, short enough for a table: the end tells more than the beginning. */
export function markText(mark: string, max = 36): string {
  return mark.length > max ? `…${mark.slice(1 - max)}` : mark;
}
