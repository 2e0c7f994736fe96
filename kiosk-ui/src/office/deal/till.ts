// What a cashier needs before money is taken: an open shift, and a receipt book of his own with a leaf left.
import { computed, type ComputedRef, type Ref } from 'vue';
import { api, newKey, ok, type ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import { useAction, useLoad } from '../parts/use_load';
import { useSession } from '../session';

export type Book = Schemas['ReceiptBook'];

/** "SJ000001–SJ001000" */
export function bookName(book: Book): string {
  const number = (no: number): string => book.prefix + String(no).padStart(6, '0');
  return `${number(book.first_no)}–${number(book.last_no)}`;
}

export const leavesLeft = (book: Book): number => book.last_no - (book.issued ?? book.first_no - 1);

export interface Till {
  /** false until it is known */
  known: ComputedRef<boolean>;
  shift: ComputedRef<boolean>;
  own: ComputedRef<Book[]>;
  free: ComputedRef<Book[]>;
  busy: Ref<boolean>;
  problem: ComputedRef<ApiError | null>;
  reload: () => Promise<void>;
  openShift: (floatFen: number) => Promise<void>;
  takeOut: (book: Book) => Promise<void>;
}

/** Of house money: agency fees have books of their own. */
export function useTill(project: () => number): Till {
  const session = useSession();
  const action = useAction();
  const found = useLoad(async (signal) => {
    const params = { path: { project: project() } };
    const [shifts, books] = await Promise.all([
      ok(api.GET('/api/v1/my/shifts', { signal })),
      ok(api.GET('/api/v1/projects/{project}/receipt-books', { params, signal })),
    ]);
    return { shifts: shifts.items, books: books.items.filter((b) => b.kind === 'receipt') };
  });
  const me = computed(() => session.session?.user?.id);
  const books = computed(() => found.data.value?.books ?? []);

  async function openShift(float_fen: number): Promise<void> {
    const header = { 'Idempotency-Key': newKey() };
    await action.run(() => ok(api.POST('/api/v1/my/shifts', { params: { header }, body: { float_fen } })));
    await found.reload();
  }
  async function takeOut(book: Book): Promise<void> {
    const params = { path: { book: book.id }, header: { 'Idempotency-Key': newKey() } };
    await action.run(() =>
      ok(api.POST('/api/v1/receipt-books/{book}/take-out', { params, body: { version: book.version } })),
    );
    await found.reload();
  }
  return {
    known: computed(() => found.data.value !== null),
    shift: computed(() => found.data.value?.shifts.some((s) => s.closed_ms === null) ?? false),
    own: computed(() => books.value.filter((b) => b.holder_id === me.value && leavesLeft(b) > 0)),
    free: computed(() => books.value.filter((b) => b.state === 'registered').reverse()),
    busy: action.busy,
    problem: computed(() => action.problem.value ?? found.problem.value),
    reload: found.reload,
    openShift,
    takeOut,
  };
}
