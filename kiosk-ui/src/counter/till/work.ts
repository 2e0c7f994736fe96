// What waits for the cashier, one list: refunds to be paid out, what who stands here owes, and what else there is to do.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { api, ok, toApiError, type ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import type { Refund } from '@/office/refund/refund';
import { renewed } from '@/office/session';
import type { Rights } from '../desk';
import type { Row as Deal } from './pay';

export type Work =
  | { kind: 'refund'; key: string; refund: Refund }
  | { kind: 'due'; key: string; deal: Deal; customer: number }
  | { kind: 'todo'; key: string; todo: Schemas['Todo'] };
const REFUNDS = 200;
const TODOS = 50;
const DEALS = 20;
const EVERY_MS = 60_000;

interface Found {
  refunds: Refund[];
  todos: Schemas['Todo'][];
  /** how many to-dos there are besides */
  more: number;
}

/** One list of both: a refund that waits is its own row, not also a to-do. */
export function workOf(found: Found | null, customer: number | null, deals: readonly Deal[]): Work[] {
  if (!found) return [];
  return [
    ...found.refunds.map((refund) => ({ kind: 'refund' as const, key: `r${refund.id}`, refund })),
    ...(customer === null ? [] : deals)
      .filter((deal) => deal.due_now_fen > 0)
      .map((deal) => ({ kind: 'due' as const, key: `d${deal.id}`, deal, customer: customer ?? 0 })),
    ...found.todos.map((todo) => ({ kind: 'todo' as const, key: `t${todo.id}`, todo })),
  ];
}

/** @here: the customer who stands at the counter. */
export function createWork(rights: Rights, here: () => number | null) {
  const found = shallowRef<Found | null>(null);
  const deals = shallowRef<Deal[]>([]);
  const problem = shallowRef<ApiError | null>(null);
  const at = ref(0);
  let turn = 0;

  const rows = computed(() => workOf(found.value, here(), deals.value));
  const total = computed(() => rows.value.length + (found.value?.more ?? 0));
  watch(rows, (now) => (at.value = Math.min(at.value, Math.max(0, now.length - 1))));

  async function loadDeals(): Promise<void> {
    const customer = here();
    const mine = ++turn;
    if (customer === null) {
      deals.value = [];
      return;
    }
    const query = { customer, live: 1 as const, limit: DEALS };
    const got = await ok(api.GET('/api/v1/deals', { params: { query } })).catch(() => null);
    if (mine === turn) deals.value = got?.items ?? [];
  }
  async function loadRest(): Promise<void> {
    const approved = { params: { query: { state: 'approved' as const, limit: REFUNDS } } };
    const [refunds, todos] = await Promise.all([
      rights.has('finance.handle') ? ok(api.GET('/api/v1/refunds', approved)) : { items: [] as Refund[] },
      ok(api.GET('/api/v1/my/todos', { params: { query: { limit: TODOS } } })),
    ]);
    const others = todos.items.filter((x) => x.object_kind !== 'refund');
    found.value = { refunds: refunds.items, todos: others, more: todos.total - todos.items.length };
  }
  async function load(): Promise<void> {
    if (rights.ended) return;
    try {
      await Promise.all([loadRest(), loadDeals()]);
      problem.value = null;
    } catch (cause) {
      problem.value = toApiError(cause);
    }
  }

  watch(here, () => void loadDeals());
  watch(renewed, () => void load());
  const timer = setInterval(() => void load(), EVERY_MS);
  void load();
  onScopeDispose(() => {
    turn += 1;
    clearInterval(timer);
  });
  return { rows, total, at, problem, known: computed(() => found.value !== null), load };
}
