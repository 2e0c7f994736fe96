// A payment in the making: for what, how, sent with one key until its outcome is known. It outlives a reload; after
// one that was sent is asked for again by its key, and gives the receipt that there is.
import { computed, onScopeDispose, ref, shallowRef } from 'vue';
import { api, newKey, ok, toApiError, type ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import { parseYuan, yuanText } from '@/office/parts/parse';
import { useBanks } from '@/office/till/banks';
import {
  amountWrong,
  bookKind,
  dueFirst,
  duesOf,
  EARNEST,
  lateOwed,
  linesOf,
  paid,
  paidSum,
  paidWrong,
  sum,
  takePayment,
  tendersOf,
  type Due,
  type Paid,
  type Payment,
  type Receipt,
  type Tender,
  type Whose,
  type Wrong,
} from '@/office/till/payment';
import type { Book, Till } from '@/office/till/till';
import { keep } from './kept';

export type Deal = Schemas['Deal'];
export type Row = Schemas['DealRow'];

/** What is kept of it: ids and what was typed. */
export interface Draft {
  whose: Whose;
  /** who is at the counter; null: the main buyer */
  payer: number | null;
  amounts: Record<string, string>;
  paid: Paid[];
  /** the way of paying that is being filled in, and which of them it stands for */
  entry: Paid | null;
  entryAt: number | null;
  note: string;
  sent: { key: string; body: Payment } | null;
  /** the receipt that there is of it */
  taken: { book: number; no: number } | null;
}
const EMPTY: Draft = {
  whose: { deal: 0 },
  payer: null,
  amounts: {},
  paid: [],
  entry: null,
  entryAt: null,
  note: '',
  sent: null,
  taken: null,
};

/** Whether the answer to what was sent is not known. */
export const unknown = (problem: ApiError): boolean => problem.uncertain || problem.status >= 500;

export function createPay(user: number, till: Till) {
  const draft = ref<Draft | null>(null);
  const kept = keep(user, 'pay', EMPTY, () => draft.value);
  const deal = shallowRef<Deal | null>(null);
  /** What the deal owes today for paying late. */
  const late = ref(0);
  /** masked, for both windows */
  const name = ref('');
  /** of who pays: what is held of him and of no deal */
  const held = ref(0);
  const { banks, load: loadBanks, nameOf: bankName } = useBanks();
  const problem = shallowRef<ApiError | null>(null);
  const wrong = ref<Wrong | 'nothing' | 'left' | 'mixed' | 'shift' | 'book' | null>(null);
  const busy = ref(false);
  const confirming = ref(false);
  const receipt = shallowRef<Receipt | null>(null);
  /** What the amounts were when it was opened: nothing has been typed then. */
  let start = '';
  let turn = 0;

  const dues = computed<Due[]>(() => {
    if (!draft.value) return [];
    return 'deal' in draft.value.whose ? (deal.value ? duesOf(deal.value, late.value) : []) : [EARNEST];
  });
  const lines = computed(() => (draft.value ? linesOf(dues.value, draft.value.amounts) : []));
  const total = computed(() => sum(lines.value));
  const tendered = computed(() => (draft.value ? paidSum(draft.value.paid) : 0));
  const left = computed(() => total.value - tendered.value);
  /** What may still be paid in the way that is being filled in. */
  const room = computed(() => {
    const at = draft.value?.entryAt ?? null;
    const own = at === null ? 0 : (parseYuan(draft.value?.paid[at]?.amount ?? '') ?? 0);
    return left.value + own;
  });
  const kind = computed(() => bookKind(lines.value[0]?.fund ?? dues.value[0]?.fund ?? 'deposit'));
  const book = computed<Book | undefined>(() => till.own.value.find((b) => b.kind === kind.value));
  /** It was sent, and whether it was taken is not known. */
  const unsure = computed(() => draft.value !== null && draft.value.sent !== null);
  const locked = computed(() => unsure.value || (draft.value !== null && draft.value.taken !== null));
  /** Who may be the payer: the buyers there are now, the main one first. */
  const payers = computed(() =>
    (deal.value?.buyers ?? []).filter((b) => b.ended_ms === null && b.customer_id !== null),
  );
  const payer = computed(() => draft.value?.payer ?? deal.value?.customer_id ?? null);
  const dirty = computed(() => {
    const d = draft.value;
    return (
      d !== null &&
      (locked.value ||
        d.paid.length > 0 ||
        d.entry !== null ||
        d.note !== '' ||
        JSON.stringify(d.amounts) !== start)
    );
  });
  const lineWrong = (due: Due): Wrong | null => {
    const text = draft.value?.amounts[due.key]?.trim() ?? '';
    return text === '' ? null : amountWrong(text, due.left);
  };
  const entryWrong = computed<Wrong | null>(() => {
    const d = draft.value;
    if (!d?.entry) return null;
    return paidWrong(
      d.entry,
      room.value,
      d.paid.filter((_, i) => i !== d.entryAt),
    );
  });
  const unit = computed(() => deal.value?.unit ?? '');

  function fail(cause: unknown): void {
    problem.value = toApiError(cause);
  }

  /** Reads whose it is; @fresh: its first due line is what is paid. */
  async function load(fresh: boolean): Promise<void> {
    const d = draft.value;
    if (!d) return;
    const mine = ++turn;
    try {
      const [got, owed] = 'deal' in d.whose ? await readDeal(d.whose.deal) : [null, 0];
      if (mine !== turn) return;
      late.value = owed;
      deal.value = got;
      if (fresh) begin();
      await loadPayer(mine);
    } catch (cause) {
      if (mine === turn) fail(cause);
    }
  }

  function readDeal(id: number) {
    return Promise.all([
      ok(api.GET('/api/v1/deals/{deal}', { params: { path: { deal: id } } })),
      lateOwed(id),
    ]);
  }

  async function loadPayer(mine: number): Promise<void> {
    const whose = draft.value?.whose;
    if (!whose) return;
    const customer = 'deal' in whose ? payer.value : whose.customer;
    const project = 'deal' in whose ? deal.value?.project_id : whose.project;
    if (customer === null || project === undefined) return;
    const [who, has] = await Promise.all([
      ok(api.GET('/api/v1/customers/{customer}', { params: { path: { customer } } })).catch(() => null),
      ok(api.GET('/api/v1/projects/{project}/held/{customer}', { params: { path: { project, customer } } })),
    ]);
    if (mine !== turn) return;
    name.value = who?.name ?? '';
    held.value = has.items.find((h) => h.fund === 'earnest')?.amount_fen ?? 0;
  }

  /** Another of the buyers pays: what is given back later goes to him. */
  async function choosePayer(customer: number): Promise<void> {
    if (!draft.value || locked.value) return;
    draft.value.payer = customer === deal.value?.customer_id ? null : customer;
    try {
      await loadPayer(++turn);
    } catch (cause) {
      fail(cause);
    }
  }

  function begin(): void {
    const d = draft.value;
    if (!d) return;
    const first = dueFirst(dues.value);
    d.amounts = first?.left ? { [first.key]: yuanText(first.left) } : {};
    if (d.payer !== null && !deal.value?.buyers.some((b) => b.customer_id === d.payer && b.ended_ms === null))
      d.payer = null;
    start = JSON.stringify(d.amounts);
  }

  function open(whose: Whose, payer: number | null): Promise<void> {
    close();
    draft.value = { ...EMPTY, whose, payer, amounts: {}, paid: [] };
    start = '{}';
    void loadBanks();
    return load(true);
  }

  function close(): void {
    turn += 1;
    draft.value = null;
    deal.value = null;
    receipt.value = null;
    problem.value = null;
    wrong.value = null;
    confirming.value = false;
    name.value = '';
    held.value = 0;
  }

  /** What was being made when the page went; what was sent is asked for again. */
  async function resume(): Promise<void> {
    void loadBanks();
    if (!kept.found) return;
    draft.value = kept.found;
    start = '-'; // somebody had it open: it is not given up without being asked
    await Promise.all([load(false), till.reload()]);
    if (draft.value?.sent) await send();
    else if (draft.value?.taken) await loadReceipt(draft.value.taken);
  }
  async function loadReceipt({ book, no }: NonNullable<Draft['taken']>): Promise<void> {
    try {
      receipt.value = await ok(api.GET('/api/v1/receipts/{book}/{no}', { params: { path: { book, no } } }));
    } catch (cause) {
      fail(cause);
    }
  }

  // ---- how it is paid

  function enter(tender: Tender): void {
    const d = draft.value;
    if (!d || locked.value || receipt.value) return;
    problem.value = null;
    wrong.value = null;
    d.entryAt = null;
    d.entry = paid(tender, left.value > 0 ? yuanText(left.value) : '');
  }
  function edit(at: number): void {
    const d = draft.value;
    const one = d?.paid[at];
    if (!d || !one || locked.value) return;
    d.entryAt = at;
    d.entry = { ...one };
  }
  /** Takes what is filled in among the ways of paying. False: something is wrong with it. */
  function accept(): boolean {
    const d = draft.value;
    if (!d?.entry || entryWrong.value) return false;
    if (d.entryAt === null) d.paid.push(d.entry);
    else d.paid[d.entryAt] = d.entry;
    d.entry = null;
    d.entryAt = null;
    return true;
  }
  function dropEntry(): void {
    if (!draft.value) return;
    draft.value.entry = null;
    draft.value.entryAt = null;
  }
  function drop(at: number): void {
    if (!draft.value || locked.value) return;
    draft.value.paid.splice(at, 1);
    dropEntry();
  }

  // ---- taken

  function check(): typeof wrong.value {
    if (dues.value.some((due) => lineWrong(due))) return 'amount';
    if (total.value === 0) return 'nothing';
    if (new Set(lines.value.map((l) => bookKind(l.fund))).size > 1) return 'mixed';
    if (draft.value?.entry) return entryWrong.value ?? 'left';
    if (left.value !== 0) return 'left';
    if (!till.shift.value) return 'shift';
    return book.value ? null : 'book';
  }
  /** Asks whether it is right; the number of the leaf is shown with it. */
  function confirm(): void {
    if (!draft.value || receipt.value || busy.value) return;
    if (draft.value.entry && !entryWrong.value) accept();
    problem.value = null;
    wrong.value = check();
    confirming.value = wrong.value === null;
  }

  async function take(): Promise<void> {
    const d = draft.value;
    if (!d || busy.value || !book.value) return;
    const buyer = 'deal' in d.whose && d.payer !== null ? { customer_id: d.payer } : {};
    d.sent ??= {
      key: newKey(),
      body: {
        book_id: book.value.id,
        lines: lines.value,
        tenders: tendersOf(d.paid),
        ...buyer,
        ...(d.note.trim() === '' ? {} : { note: d.note.trim() }),
      },
    };
    await send();
  }

  async function send(): Promise<void> {
    const d = draft.value;
    if (!d?.sent || busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      const got = await takePayment(d.whose, d.sent.body, d.sent.key);
      receipt.value = got;
      confirming.value = false;
      done(d, got);
    } catch (cause) {
      const refusal = toApiError(cause);
      problem.value = refusal;
      confirming.value = unknown(refusal);
      if (!unknown(refusal)) d.sent = null;
    } finally {
      busy.value = false;
      void till.reload();
    }
  }

  /** What was written stays in the receipt and not in this browser. */
  function done(d: Draft, got: Receipt): void {
    d.taken = { book: got.book_id, no: got.no };
    d.sent = null;
    d.note = '';
  }

  onScopeDispose(() => {
    turn += 1;
    kept.stop();
  });
  return {
    draft,
    deal,
    name,
    unit,
    held,
    dues,
    lines,
    total,
    tendered,
    left,
    room,
    book,
    kind,
    problem,
    wrong,
    busy,
    confirming,
    receipt,
    unsure,
    locked,
    payers,
    payer,
    banks,
    bankName,
    choosePayer,
    dirty,
    lineWrong,
    entryWrong,
    open,
    close,
    resume,
    reload: () => load(false),
    again: () => load(true),
    enter,
    edit,
    accept,
    dropEntry,
    drop,
    confirm,
    take,
    send,
  };
}
export type Pay = ReturnType<typeof createPay>;
