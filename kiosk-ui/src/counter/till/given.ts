// Receipts that were given: those of one's own shift, or those of the deal that is open; one of them is void, or
// another takes its place.
import { computed, ref, shallowRef, type Ref } from 'vue';
import { api, ok, toApiError, type ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import { useSend } from '@/office/parts/use_send';
import { bookKind, swapReceipt, type Receipt } from '@/office/till/payment';
import type { Book, Till } from '@/office/till/till';

type Key = Schemas['ReceiptKey'];
type Swapping = { paper: 'returned' | 'lost' | '' } | null;
/** What is kept of it. */
export interface Given {
  /** whose receipts are listed; null: those of the shift */
  deal: number | null;
  /** the one that is looked at, and why something is done to it */
  one: (Key & { reason: string; swap: Swapping }) | null;
}
export const noneGiven = (): Given => ({ deal: null, one: null });

interface At {
  till: Till;
  typed: Ref<Given>;
  problem: Ref<ApiError | null>;
}

export function createGiven({ till, typed, problem }: At) {
  const rows = shallowRef<Receipt[] | null>(null);
  const at = ref(0);
  const voiding = useSend();
  const swapping = useSend();
  let turn = 0;

  function read(): Promise<{ items: Receipt[] }> {
    const deal = typed.value.deal;
    if (deal !== null) return ok(api.GET('/api/v1/deals/{deal}/receipts', { params: { path: { deal } } }));
    const shift = till.shift.value ?? till.last.value;
    return shift
      ? ok(api.GET('/api/v1/my/shifts/{shift}/receipts', { params: { path: { shift: shift.id } } }))
      : Promise.resolve({ items: [] });
  }
  async function load(): Promise<void> {
    const mine = ++turn;
    try {
      const got = await read();
      if (mine === turn) rows.value = got.items;
    } catch (cause) {
      if (mine === turn) problem.value = toApiError(cause);
    }
  }
  /** Lists those of @deal, or of the shift. */
  function list(deal: number | null): Promise<void> {
    if (deal !== typed.value.deal) rows.value = null;
    typed.value = { deal, one: null };
    at.value = 0;
    return load();
  }
  const find = ({ book_id, no }: Key): Receipt | undefined =>
    rows.value?.find((r) => r.book_id === book_id && r.no === no);
  const one = computed<Receipt | null>(() => (typed.value.one && find(typed.value.one)) ?? null);
  function look({ book_id, no }: Key): void {
    voiding.problem.value = null;
    swapping.problem.value = null;
    typed.value.one = { book_id, no, reason: '', swap: null };
  }
  function open(index: number): void {
    const row = rows.value?.[index];
    if (row) look(row);
  }

  async function makeVoid(): Promise<void> {
    const open = typed.value.one;
    if (!open?.reason.trim()) return;
    const done = await voiding.send(
      { reason: open.reason.trim(), of: `${open.book_id}/${open.no}` },
      ({ reason }, key) =>
        ok(
          api.POST('/api/v1/receipts/{book}/{no}/void', {
            params: { path: { book: open.book_id, no: open.no }, header: { 'Idempotency-Key': key } },
            body: { reason },
          }),
        ),
    );
    if (!done) return;
    open.reason = '';
    await load();
  }

  // ---- another in its place

  /** On a leaf of which the new one will be. */
  const book = computed<Book | undefined>(() => {
    const kind = bookKind(one.value?.lines[0]?.fund ?? 'deposit');
    return till.own.value.find((b) => b.kind === kind);
  });
  const maySwap = computed(() => one.value?.state === 'live');
  function startSwap(): void {
    const open = typed.value.one;
    if (open && maySwap.value) open.swap ??= { paper: '' };
  }
  async function swap(): Promise<void> {
    const [open, from] = [typed.value.one, book.value];
    if (!open?.swap?.paper || !open.reason.trim() || !from) return;
    const body = { book_id: from.id, returned: open.swap.paper === 'returned', reason: open.reason.trim() };
    const done = await swapping.send({ ...body, of: `${open.book_id}/${open.no}` }, (_, key) =>
      swapReceipt(open, body, key),
    );
    if (!done) return;
    await Promise.all([load(), till.reload()]);
    look(done);
  }
  /** One step back from what is open. False: nothing is. */
  function back(): boolean {
    const open = typed.value.one;
    if (!open) return false;
    if (open.swap) open.swap = null;
    else typed.value.one = null;
    return true;
  }
  return {
    rows,
    at,
    one,
    book,
    voiding,
    swapping,
    maySwap,
    load,
    list,
    open,
    find,
    makeVoid,
    startSwap,
    swap,
    back,
  };
}
export type GivenReceipts = ReturnType<typeof createGiven>;
