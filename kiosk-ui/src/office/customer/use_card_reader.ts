/* use_card_reader.ts - a card from a reader, for who issues or replaces one in the office: the readers there are, the one
 * that is asked, and what it read. The daemon lends a reader for half a minute and one card; its number never comes here,
 * only an id to issue it by and its last four (MB-16). */
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { api, ok, toApiError, type ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import { useLive } from '../live';
import { useSession } from '../session';

export type Reader = Schemas['Reader'];
export type ReaderCard = Schemas['ReaderCard'];

export const WAIT_S = 30;

/** Which one is asked when nobody has chosen: this machine's own, else the one that was chosen last, else the only one
 * that is ready. Of several none is meant more than another. */
export function readerOf(
  readers: readonly Reader[],
  terminal: number | null,
  last: number | null,
): number | null {
  const own = terminal === null ? undefined : readers.find((r) => r.terminal_id === terminal);
  if (own) return own.id;
  if (readers.some((r) => r.id === last)) return last;
  const ready = readers.filter((r) => r.state === 'ready');
  return ready.length === 1 ? (ready[0]?.id ?? null) : null;
}

/** Somebody's already: it is issued to nobody else. */
export type Holder = { name: string; shown: string };
export type Heard = 'bad' | 'refused' | 'over';

export interface CardReader {
  readers: ShallowRef<Reader[]>;
  chosen: Ref<number | null>;
  /** seconds until nobody waits any more; 0: nobody does */
  left: Ref<number>;
  card: ShallowRef<{ swipe: string; shown: string; holder: Holder | null } | null>;
  /** what came instead of a card */
  heard: Ref<Heard | null>;
  problem: ShallowRef<ApiError | null>;
  waiting: ComputedRef<boolean>;
  begin: () => Promise<void>;
  stop: () => void;
  /** All of it is forgotten, and the readers are asked for anew. */
  renew: () => Promise<void>;
  forget: () => void;
}

/** In this page only: the next card is asked of the same reader. */
let last: number | null = null;

export function useCardReader(): CardReader {
  const session = useSession();
  const readers = shallowRef<Reader[]>([]);
  const chosen = ref<number | null>(null);
  const left = ref(0);
  const card: CardReader['card'] = shallowRef(null);
  const heard = ref<Heard | null>(null);
  const problem = shallowRef<ApiError | null>(null);
  const waiting = computed(() => left.value > 0);
  let lent: number | null = null;
  let ticks: ReturnType<typeof setInterval> | undefined;
  /** Forgotten meanwhile: what comes back is for nobody. */
  let turn = 0;

  function calm(): void {
    clearInterval(ticks);
    left.value = 0;
    lent = null;
  }

  /** The reader's own terminal hears it again. Lost, the half minute ends it. */
  function stop(): void {
    if (lent !== null)
      void api
        .DELETE('/api/v1/readers/{device}/loan', { params: { path: { device: lent } } })
        .catch(() => undefined);
    calm();
  }

  function forget(): void {
    turn += 1;
    stop();
    card.value = null;
    heard.value = null;
    problem.value = null;
  }

  function tick(until: number): void {
    left.value = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    if (left.value > 0) return;
    calm();
    heard.value = 'over';
  }

  async function begin(): Promise<void> {
    const device = chosen.value;
    if (device === null) return;
    forget();
    const mine = turn;
    try {
      await ok(api.POST('/api/v1/readers/{device}/loan', { params: { path: { device } } }));
      if (mine !== turn) return;
      last = lent = device;
      const until = performance.now() + WAIT_S * 1000;
      left.value = WAIT_S;
      ticks = setInterval(() => tick(until), 250);
    } catch (cause) {
      if (mine === turn) problem.value = toApiError(cause);
    }
  }

  /** Whose the card is already; null: nobody's, or not to be known: the daemon refuses it then. */
  async function holderOf(swipe: string): Promise<Holder | null> {
    if (!session.has('member.view')) return null;
    const got = await ok(api.GET('/api/v1/cards/find', { params: { query: { swipe } } })).catch(() => null);
    return !got || got.card.state === 'returned' ? null : { name: got.member.name, shown: got.card.shown };
  }

  async function hear(data: ReaderCard): Promise<void> {
    if (lent === null || data.device !== lent) return;
    if (data.result !== 'card') {
      heard.value = data.result;
      return;
    }
    const mine = turn;
    calm();
    heard.value = null;
    const holder = await holderOf(data.swipe);
    if (mine === turn) card.value = { swipe: data.swipe, shown: data.shown, holder };
  }

  async function renew(): Promise<void> {
    forget();
    const mine = turn;
    const got = await ok(api.GET('/api/v1/readers')).catch(() => null);
    if (mine !== turn) return;
    readers.value = got?.items ?? [];
    chosen.value = readerOf(readers.value, session.session?.terminal?.id ?? null, last);
  }

  const off = useLive().subscribe((name, data) => {
    if (name === 'card') void hear(data as ReaderCard);
  });
  onScopeDispose(() => {
    off();
    forget();
  });
  return { readers, chosen, left, card, heard, problem, waiting, begin, stop, renew, forget };
}
