// The cashier's part of the desk: which of its panes is open, what is typed in them (it outlives a reload), and what
// leads from a customer or a unit to a payment.
import { computed, onScopeDispose, ref, shallowRef, toRef, watch, type Ref } from 'vue';
import { api, ok, toApiError, type ApiError } from '@/api/client';
import { date } from '@/format';
import { useSend } from '@/office/parts/use_send';
import { parseSignedYuan, parseYuan, yuanText } from '@/office/parts/parse';
import { TENDERS, type Tender } from '@/office/till/payment';
import { useTill, type Shift } from '@/office/till/till';
import type { Rights } from '../desk';
import { createGiven, noneGiven, type Given } from './given';
import { keep } from './kept';
import { createPay, type Row } from './pay';
import { createPayout } from './payout';
import { createWork } from './work';

export type View = 'choose' | 'pay' | 'shift' | 'receipts' | 'todos' | 'payout';
type Counts = Record<Tender, { amount: string; reason: string }>;
interface Typed {
  view: View | null;
  float: string;
  counts: Counts;
  next: number | null;
  given: Given;
  carry: { fund: 'booking' | 'deposit'; amount: string } | null;
}
/** Whom F4 is about: a customer, or the unit that was looked up. */
export type Asked = { customer: number } | { unit: number };

const noCounts = (): Counts =>
  Object.fromEntries(TENDERS.map((x) => [x, { amount: '', reason: '' }])) as Counts;
const noneTyped = (): Typed => ({
  view: null,
  float: '',
  counts: noCounts(),
  next: null,
  given: noneGiven(),
  carry: null,
});

interface Desk {
  project: () => number | null;
  /** the customer who stands at it */
  here: () => number | null;
}

export function createCashier(user: number, rights: Rights, { project, here }: Desk) {
  const till = useTill(() => pay.deal.value?.project_id ?? project());
  const pay = createPay(user, till);
  const payout = createPayout(user, till);
  const work = createWork(rights, here);
  const typed = ref<Typed>(noneTyped());
  const kept = keep(user, 'desk', noneTyped(), () => typed.value);
  if (kept.found)
    typed.value = { ...kept.found, view: kept.found.view === 'choose' ? null : kept.found.view };
  const choice = shallowRef<{ customer: number; rows: Row[] } | null>(null);
  const at = ref(0);
  const problem = shallowRef<ApiError | null>(null);
  /** Why F4 led nowhere. */
  const nothing = ref<'who' | 'deal' | null>(null);
  const closed = shallowRef<Shift | null>(null);
  const colleagues = shallowRef<{ id: number; name: string }[]>([]);
  const carrying = useSend();
  const spoiling = useSend();
  /** The paper that is on the screen. */
  let paper: { again: () => void } | null = null;
  const given = createGiven({ till, typed: toRef(typed.value, 'given'), problem });
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 30_000);

  const view = computed(() => typed.value.view);
  /** Open since a day before. */
  const stale = computed(
    () => till.shift.value !== null && date(till.shift.value.opened_ms) !== date(now.value),
  );

  function show(next: View | null): void {
    typed.value.view = next;
    nothing.value = null;
    problem.value = null;
  }

  /** The arrow keys in a list. */
  function point(index: Ref<number>, count: number, by: number): void {
    index.value = Math.min(count - 1, Math.max(0, index.value + by));
  }

  // ---- what is due

  async function due(asked: Asked | null): Promise<void> {
    if (pay.dirty.value) return show('pay');
    if (!asked) return lead('who');
    try {
      const query = 'unit' in asked ? { unit: asked.unit } : { customer: asked.customer };
      const { items } = await ok(
        api.GET('/api/v1/deals', { params: { query: { ...query, live: 1, limit: 20 } } }),
      );
      const [only] = items;
      if ('customer' in asked && (items.length > 0 || project() !== null)) {
        choice.value = { customer: asked.customer, rows: items };
        at.value = 0;
        show('choose');
      } else if (only) await openDeal(only.id, null);
      else lead('deal');
    } catch (cause) {
      show(view.value);
      problem.value = toApiError(cause);
    }
  }
  function lead(why: 'who' | 'deal'): void {
    show(null);
    nothing.value = why;
  }
  async function openDeal(deal: number, payer: number | null): Promise<void> {
    show('pay');
    typed.value.carry = null;
    await pay.open({ deal }, payer);
    await till.reload();
  }
  /** What the arrow keys point at: a deal, or after them earnest money. */
  async function pick(index: number): Promise<void> {
    const c = choice.value;
    if (!c) return;
    const row = c.rows[index];
    const of = project();
    if (row) await openDeal(row.id, c.customer);
    else if (of !== null) {
      show('pay');
      typed.value.carry = null;
      await pay.open({ project: of, customer: c.customer }, c.customer);
    }
  }
  function closePay(): void {
    pay.close();
    typed.value.carry = null;
    show(null);
  }

  // ---- earnest money into the deal, without cash

  function startCarry(): void {
    const deal = pay.deal.value;
    if (!deal || pay.held.value <= 0 || pay.locked.value || pay.receipt.value) return;
    const into = pay.dues.value.find((d) => d.fund === 'deposit' || d.fund === 'booking');
    if (!into) return;
    const fen = Math.min(pay.held.value, into.left ?? 0);
    typed.value.carry = {
      fund: into.fund === 'booking' ? 'booking' : 'deposit',
      amount: yuanText(fen),
    };
  }
  async function carry(): Promise<boolean> {
    const [deal, what] = [pay.deal.value, typed.value.carry];
    const amount_fen = what ? parseYuan(what.amount) : null;
    if (!deal || !what || !amount_fen) return false;
    const payer = pay.draft.value?.payer ?? null;
    const body = { fund: what.fund, amount_fen, ...(payer === null ? {} : { customer_id: payer }) };
    const done = await carrying.send(
      body,
      (b, key) =>
        ok(
          api.POST('/api/v1/deals/{deal}/earnest', {
            params: { path: { deal: deal.id }, header: { 'Idempotency-Key': key } },
            body: b,
          }),
        ),
      deal.id,
    );
    if (!done) return false;
    typed.value.carry = null;
    await pay.again();
    return true;
  }

  // ---- what waits, and refunds among it

  /** What was begun there comes first. */
  async function openTodos(): Promise<void> {
    if (payout.draft.value && (payout.dirty.value || view.value === 'payout')) return show('payout');
    show('todos');
    await work.load();
  }
  async function openWork(index: number): Promise<void> {
    const w = work.rows.value[index];
    if (!w) return;
    if (w.kind === 'refund') {
      show('payout');
      await payout.open(w.refund.id);
    } else if (w.kind === 'todo') open('/office/#/todos', '_blank', 'noopener');
    else if (pay.dirty.value) show('pay');
    else await openDeal(w.deal.id, w.customer);
  }
  watch(payout.paid, (on) => {
    if (on) void work.load(); // it waits no more
  });
  function backInPayout(): void {
    if (payout.busy.value) return;
    if (payout.locked.value) return; // what became of it is not known yet
    if (payout.confirming.value) payout.confirming.value = false;
    else if (payout.dirty.value && !leaving.value) leaving.value = true;
    else {
      payout.close();
      void openTodos();
    }
  }

  // ---- the shift

  async function openShift(): Promise<void> {
    const fen = parseYuan(typed.value.float.trim() === '' ? '0' : typed.value.float);
    if (fen === null || !(await till.openShift(fen))) return;
    typed.value.float = '';
    closed.value = null;
  }
  async function closeShift(): Promise<void> {
    const shift = till.shift.value;
    if (!shift) return;
    const counts = TENDERS.map((tender) => {
      const { amount, reason } = typed.value.counts[tender];
      return { tender, counted_fen: parseSignedYuan(amount) ?? 0, reason: reason.trim() };
    }).filter((c) => c.counted_fen !== 0 || c.reason !== '');
    const next = typed.value.next === null ? {} : { next_user_id: typed.value.next };
    const done = await till.closeShift(shift, { counts, ...next });
    if (!done) return;
    closed.value = done;
    typed.value.counts = noCounts();
    typed.value.next = null;
  }
  async function loadColleagues(): Promise<void> {
    const got = await ok(api.GET('/api/v1/cashiers')).catch(() => null);
    colleagues.value = got?.items ?? [];
  }

  // ---- receipts: of the deal that is open, else (and from there) of the shift

  async function openReceipts(): Promise<void> {
    if (pay.locked.value && !pay.receipt.value) return;
    const deal = view.value === 'pay' ? (pay.deal.value?.id ?? null) : null;
    show('receipts');
    await given.list(deal);
  }
  /** The leaf that comes next cannot be used, or is not the one on the paper. */
  async function spoilLeaf(kind: 'spoilt' | 'lost', reason: string): Promise<boolean> {
    const book = pay.book.value;
    if (!book || reason.trim() === '') return false;
    const done = await spoiling.send(
      { kind, reason: reason.trim() },
      (body, key) =>
        ok(
          api.POST('/api/v1/receipt-books/{book}/spoil', {
            params: { path: { book: book.id }, header: { 'Idempotency-Key': key } },
            body,
          }),
        ),
      book.id,
    );
    await till.reload();
    return done !== null;
  }

  function toggleShift(): void {
    if (view.value === 'shift') return show(pay.draft.value ? 'pay' : null);
    closed.value = null;
    show('shift');
    void till.reload();
    void loadColleagues();
  }

  /** One step back. False: nothing of the till is open. */
  function back(): boolean {
    if (nothing.value) nothing.value = null;
    else if (view.value === null) return false;
    else if (view.value === 'receipts' && given.back()) return true;
    else if (view.value === 'payout') backInPayout();
    else if (view.value !== 'pay') show(pay.draft.value ? 'pay' : null);
    else backInPay();
    return true;
  }
  function backInPay(): void {
    if (pay.busy.value) return;
    if (typed.value.carry) typed.value.carry = null;
    else if (pay.receipt.value) closePay();
    else if (pay.unsure.value)
      return; // what became of it is not known yet
    else if (pay.confirming.value) pay.confirming.value = false;
    else if (pay.draft.value?.entry) pay.dropEntry();
    else if (pay.dirty.value && !leaving.value) leaving.value = true;
    else closePay();
  }
  /** Esc once more throws away what was typed. */
  const leaving = ref(false);
  watch(
    () => [view.value, pay.draft.value, payout.draft.value],
    () => (leaving.value = false),
    { deep: true },
  );

  async function start(): Promise<void> {
    await till.reload();
    await Promise.all([pay.resume(), payout.resume()]);
    if (view.value === 'payout' && !payout.draft.value) show('todos');
    if (pay.draft.value && (view.value === null || view.value === 'choose')) show('pay');
    else if (!pay.draft.value && view.value === 'pay') show(null);
    if (view.value === 'receipts') await given.load();
    if (view.value === 'shift') await loadColleagues();
  }
  watch(project, () => void till.reload());
  void start();
  onScopeDispose(() => {
    clearInterval(timer);
    kept.stop();
  });

  return {
    till,
    pay,
    payout,
    work,
    typed,
    view,
    choice,
    at,
    problem,
    nothing,
    closed,
    given,
    colleagues,
    carrying,
    spoiling,
    stale,
    leaving,
    now,
    show,
    pointChoice: (by: number) => point(at, (choice.value?.rows.length ?? 0) + 1, by),
    pointWork: (by: number) => point(work.at, work.rows.value.length, by),
    openTodos,
    openWork,
    pointReceipt: (by: number) => point(given.at, given.rows.value?.length ?? 0, by),
    due,
    pick,
    startCarry,
    carry,
    openShift,
    closeShift,
    openReceipts,
    spoilLeaf,
    toggleShift,
    back,
    paper: (shown: unknown): void => {
      paper = shown as typeof paper;
    },
    printAgain: (): void => paper?.again(),
    /** Nothing would be lost if something else were shown. */
    idle: (): boolean =>
      view.value === null ||
      view.value === 'choose' ||
      view.value === 'todos' ||
      (view.value === 'pay' && !pay.dirty.value) ||
      (view.value === 'payout' && !payout.dirty.value),
  };
}
export type Cashier = ReturnType<typeof createCashier>;
