// An approved refund that is paid out at the counter: how, sent with one key until its outcome is known. As a payment
// (pay.ts) it outlives a reload, and what was sent is asked for again by its key. The payee's account in clear is kept
// nowhere.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { api, newKey, ok, toApiError, type ApiError } from '@/api/client';
import { CLEAR_S } from '@/office/customer/use_clear';
import { useAction } from '@/office/parts/use_load';
import { payoutOf, waysOf, type Account, type Payout, type Refund, type Way } from '@/office/refund/refund';
import type { Till } from '@/office/till/till';
import { keep } from './kept';
import { unknown } from './pay';

interface Draft {
  refund: number;
  way: Way;
  reference: string;
  sent: { key: string; body: Payout } | null;
}
const EMPTY: Draft = { refund: 0, way: 'transfer', reference: '', sent: null };

export function createPayout(user: number, till: Till) {
  const draft = ref<Draft | null>(null);
  const kept = keep(user, 'payout', EMPTY, () => draft.value);
  const refund = shallowRef<Refund | null>(null);
  /** masked, for the customer's window */
  const name = ref('');
  const problem = shallowRef<ApiError | null>(null);
  const wrong = ref<'reference' | 'shift' | null>(null);
  const busy = ref(false);
  const confirming = ref(false);
  const clear = shallowRef<Account | null>(null);
  const looking = useAction();
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ways = computed(() => (refund.value ? waysOf(refund.value) : []));
  const locked = computed(() => draft.value !== null && draft.value.sent !== null);
  /** It was paid, here or by a colleague. */
  const paid = computed(() => refund.value?.state === 'paid');
  const payable = computed(() => refund.value?.state === 'approved');
  const dirty = computed(() => locked.value || (draft.value?.reference.trim() ?? '') !== '');

  async function load(): Promise<void> {
    const id = draft.value?.refund;
    if (!id) return;
    const mine = ++turn;
    try {
      const got = await ok(api.GET('/api/v1/refunds/{refund}', { params: { path: { refund: id } } }));
      if (mine !== turn) return;
      refund.value = got;
      if (got.customer_id !== null) await loadPayee(got.customer_id, mine);
    } catch (cause) {
      if (mine === turn) problem.value = toApiError(cause);
    }
  }
  async function loadPayee(customer: number, mine: number): Promise<void> {
    const params = { path: { customer } };
    const who = await ok(api.GET('/api/v1/customers/{customer}', { params })).catch(() => null);
    if (mine === turn) name.value = who?.name ?? '';
  }
  async function open(id: number): Promise<void> {
    close();
    draft.value = { ...EMPTY, refund: id };
    await Promise.all([load(), till.reload()]);
    const [first] = ways.value;
    if (draft.value?.refund === id && first) draft.value.way = first;
  }
  function close(): void {
    turn += 1;
    draft.value = null;
    refund.value = null;
    name.value = '';
    problem.value = null;
    wrong.value = null;
    confirming.value = false;
    hide();
  }
  /** What was being paid when the page went; what was sent is asked for again. */
  async function resume(): Promise<void> {
    if (!kept.found?.refund) return;
    draft.value = kept.found;
    await load();
    if (draft.value?.sent) await send();
  }

  function choose(way: Way): void {
    if (!draft.value || locked.value || !payable.value || !ways.value.includes(way)) return;
    draft.value.way = way;
    if (way === 'cash') draft.value.reference = '';
    wrong.value = null;
  }
  function check(d: Draft): typeof wrong.value {
    if (d.way !== 'cash' && d.reference.trim() === '') return 'reference';
    return till.shift.value ? null : 'shift';
  }
  /** Asks whether it is right. */
  function confirm(): void {
    if (!draft.value || !payable.value || busy.value) return;
    problem.value = null;
    wrong.value = check(draft.value);
    confirming.value = wrong.value === null;
  }
  async function pay(): Promise<void> {
    const d = draft.value;
    if (!d || !refund.value || busy.value) return;
    d.sent ??= { key: newKey(), body: payoutOf(refund.value, d.way, d.reference) };
    await send();
  }
  async function send(): Promise<void> {
    const d = draft.value;
    if (!d?.sent || busy.value) return;
    busy.value = true;
    problem.value = null;
    const params = { path: { refund: d.refund }, header: { 'Idempotency-Key': d.sent.key } };
    try {
      refund.value = await ok(api.POST('/api/v1/refunds/{refund}/pay', { params, body: d.sent.body }));
      confirming.value = false;
      d.sent = null;
      d.reference = '';
    } catch (cause) {
      const refusal = toApiError(cause);
      problem.value = refusal;
      confirming.value = unknown(refusal);
      if (!unknown(refusal)) {
        d.sent = null;
        await load(); // who was faster has paid it, or it has another version
      }
    } finally {
      busy.value = false;
      void till.reload();
    }
  }

  // ---- the payee's account: a row of the log each time, gone again by itself

  function hide(): void {
    clearTimeout(timer);
    clear.value = null;
  }
  async function look(): Promise<void> {
    const id = draft.value?.refund;
    if (!id || !payable.value || refund.value?.account === null) return;
    if (clear.value) return hide();
    const params = { path: { refund: id } };
    const got = await looking.run(() => ok(api.POST('/api/v1/refunds/{refund}/clear', { params })));
    if (!got || draft.value?.refund !== id) return;
    clear.value = got;
    timer = setTimeout(hide, CLEAR_S * 1000);
  }
  watch(paid, hide);

  onScopeDispose(() => {
    turn += 1;
    hide();
    kept.stop();
  });
  return {
    draft,
    refund,
    name,
    ways,
    problem,
    wrong,
    busy,
    confirming,
    locked,
    paid,
    payable,
    dirty,
    clear,
    looking,
    open,
    close,
    resume,
    choose,
    confirm,
    pay,
    look,
  };
}
