// Receipt books (FI-14): what can be done with one and by whom, which are looked for, what a new one begins with. Pure.
import type { Schemas } from '@/api/types';
import { leavesLeft, type Book } from '../till/till';
import { parseDecimal } from '../parts/parse';

export type { Book };
export type Leaf = Schemas['Receipt'];
export const STATES = ['registered', 'out', 'returned', 'verified'] as const;
export const KINDS = ['receipt', 'agency'] as const;
export const SOURCES = ['preprinted', 'system'] as const;
export const LEAF_STATES = ['live', 'void', 'reversed', 'spoilt', 'lost', 'swapped', 'invoiced'] as const;
/** As the daemon has it (BOOK_LEAVES_MAX, and the largest number). */
export const LEAVES_MAX = 10_000;
const NO_MAX = 999_999_999;
/** Of the filter by state: out for longer than a month. */
export const OVERDUE = 'overdue';
/** Of the filter by holder. */
export const ME = 'me';

export const ACTS = ['take-out', 'hand-out', 'return', 'spoil', 'take-back', 'verify'] as const;
export type Act = (typeof ACTS)[number];

export interface Who {
  id: number | undefined;
  has: (right: string) => boolean;
}

/** What can be done with a book, the likely one first. */
export function actsOf(book: Book, who: Who): Act[] {
  const own = book.state === 'out' && book.holder_id === who.id;
  const idle = book.state === 'registered' || book.state === 'returned';
  const left = leavesLeft(book) > 0;
  const may: Record<Act, boolean> = {
    'take-out': idle && left && who.has('money.take'),
    'hand-out': idle && left && who.has('book.edit'),
    return: own && who.has('money.take'),
    spoil: own && left && who.has('money.take'),
    'take-back': book.state === 'out' && !own && who.has('book.edit'),
    verify: book.state === 'returned' && who.has('book.edit'),
  };
  return ACTS.filter((a) => may[a]);
}

export interface Wanted {
  state: string;
  kind: string;
  holder: string;
}
export const passes = (book: Book, f: Wanted, me: number | undefined): boolean =>
  (f.state === '' || (f.state === OVERDUE ? book.overdue : book.state === f.state)) &&
  (f.kind === '' || book.kind === f.kind) &&
  (f.holder === '' || String(book.holder_id) === (f.holder === ME ? String(me) : f.holder));

/** Who has a book, by name. */
export function holdersOf(books: readonly Book[]): { id: number; name: string }[] {
  const found = new Map<number, string>();
  for (const b of books) if (b.holder_id !== null) found.set(b.holder_id, b.holder ?? '');
  return [...found].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
}

export const leafNumber = (prefix: string, no: number): string => prefix + String(no).padStart(6, '0');

/** The numbers after those of the newest book of that kind, as many again. @books: newest first. */
export function following(books: readonly Book[], kind: Book['kind']) {
  const last = books.find((b) => b.kind === kind);
  if (!last) return { prefix: '', first: '', last: '' };
  const top = Math.max(...books.filter((b) => b.prefix === last.prefix).map((b) => b.last_no));
  const size = last.last_no - last.first_no + 1;
  return { prefix: last.prefix, first: String(top + 1), last: String(top + size) };
}

export const parseNo = (text: string): number | null => {
  const n = parseDecimal(text, 0);
  return n === null || n < 1 || n > NO_MAX ? null : n;
};
/** How many leaves from @first to @last; null: that is no book. */
export function leavesOf(first: string, last: string): number | null {
  const [a, b] = [parseNo(first), parseNo(last)];
  if (a === null || b === null || b < a || b - a >= LEAVES_MAX) return null;
  return b - a + 1;
}
