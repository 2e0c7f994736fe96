// What a cashier needs before money is taken: an open shift, and a receipt book of his own with a leaf left.
import { computed, type ComputedRef } from 'vue';
import { api, newKey, ok, type ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import { useAction, useLoad } from '../parts/use_load';
import { useSend } from '../parts/use_send';
import { useSession } from '../session';

export type Book = Schemas['ReceiptBook'];
export type Shift = Schemas['Shift'];

const NUMBER_DIGITS = 6;
export const leafNumber = (book: Book, no: number): string =>
  book.prefix + String(no).padStart(NUMBER_DIGITS, '0');
/** "SJ000001–SJ001000" */
export const bookName = (book: Book): string =>
  `${leafNumber(book, book.first_no)}–${leafNumber(book, book.last_no)}`;
export const leavesLeft = (book: Book): number => book.last_no - (book.issued ?? book.first_no - 1);
/** The leaf that the next receipt is on. */
export const nextLeaf = (book: Book): string => leafNumber(book, (book.issued ?? book.first_no - 1) + 1);

export interface Till {
  /** false until it is known */
  known: ComputedRef<boolean>;
  /** the open one */
  shift: ComputedRef<Shift | null>;
  /** the newest, open or not */
  last: ComputedRef<Shift | null>;
  /** cash that a colleague has handed over */
  handed: ComputedRef<Schemas['ShiftHanded'] | null>;
  /** what one has, with a leaf left; what was begun first is used first */
  own: ComputedRef<Book[]>;
  free: ComputedRef<Book[]>;
  busy: ComputedRef<boolean>;
  problem: ComputedRef<ApiError | null>;
  reload: () => Promise<void>;
  openShift: (floatFen: number) => Promise<Shift | null>;
  closeShift: (shift: Shift, body: Schemas['ShiftClose']) => Promise<Shift | null>;
  takeOut: (book: Book) => Promise<void>;
  giveBack: (book: Book) => Promise<void>;
}

/** @project null: none is known yet, and so no book. */
export function useTill(project: () => number | null): Till {
  const session = useSession();
  const action = useAction();
  const opening = useSend();
  const closing = useSend();
  const found = useLoad(async (signal) => {
    const id = project();
    const [shifts, books] = await Promise.all([
      ok(api.GET('/api/v1/my/shifts', { signal })),
      id === null
        ? { items: [] }
        : ok(
            api.GET('/api/v1/projects/{project}/receipt-books', {
              params: { path: { project: id } },
              signal,
            }),
          ),
    ]);
    return { shifts: shifts.items, handed: shifts.handed ?? null, books: books.items };
  });
  const me = computed(() => session.session?.user?.id);
  const books = computed(() => found.data.value?.books ?? []);
  const last = computed(() => found.data.value?.shifts[0] ?? null);

  async function openShift(float_fen: number): Promise<Shift | null> {
    const done = await opening.send({ float_fen }, (body, key) =>
      ok(api.POST('/api/v1/my/shifts', { params: { header: { 'Idempotency-Key': key } }, body })),
    );
    await found.reload();
    return done;
  }
  async function closeShift(shift: Shift, counted: Schemas['ShiftClose']): Promise<Shift | null> {
    const done = await closing.send(
      counted,
      (body, key) =>
        ok(
          api.POST('/api/v1/my/shifts/{shift}/close', {
            params: { path: { shift: shift.id }, header: { 'Idempotency-Key': key } },
            body,
          }),
        ),
      shift.id,
    );
    if (done) await found.reload();
    return done;
  }
  async function step(book: Book, path: 'take-out' | 'return'): Promise<void> {
    const params = { path: { book: book.id }, header: { 'Idempotency-Key': newKey() } };
    await action.run(() =>
      ok(api.POST(`/api/v1/receipt-books/{book}/${path}`, { params, body: { version: book.version } })),
    );
    await found.reload();
  }
  return {
    known: computed(() => found.data.value !== null),
    shift: computed(() => found.data.value?.shifts.find((s) => s.closed_ms === null) ?? null),
    last,
    handed: computed(() => found.data.value?.handed ?? null),
    own: computed(() => books.value.filter((b) => b.holder_id === me.value && leavesLeft(b) > 0).reverse()),
    free: computed(() =>
      books.value
        .filter((b) => b.state === 'registered' || (b.state === 'returned' && leavesLeft(b) > 0))
        .reverse(),
    ),
    busy: computed(() => action.busy.value || opening.busy.value || closing.busy.value),
    problem: computed(
      () => action.problem.value ?? opening.problem.value ?? closing.problem.value ?? found.problem.value,
    ),
    reload: found.reload,
    openShift,
    closeShift,
    takeOut: (book) => step(book, 'take-out'),
    giveBack: (book) => step(book, 'return'),
  };
}
