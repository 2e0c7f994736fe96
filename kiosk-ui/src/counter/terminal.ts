// This machine as a terminal: pairing, the stream of what is read here and nowhere else (DV-03), signs of life.
import { onScopeDispose, ref, shallowRef } from 'vue';
import { api, ok, toApiError, type ApiError } from '@/api/client';
import { Feed, type LinkState } from '@/api/feed';
import type { Schemas } from '@/api/types';

/** What the stream says of a swipe. The id tells nothing of the card (MB-16). */
export interface Swipe {
  id: string;
  result: 'card' | 'bad' | 'refused';
  device: number;
  virtual: boolean;
  at_ms: number;
}
export type Place = Schemas['TerminalMe'];
/** How the card reader of this machine is: there is none, it waits for a card, it cannot be read now. */
export type Reader = Schemas['TerminalReader']['state'];

const BEAT_MS = 10_000;
const MIN_UPTIME_MS = 60_000;

export interface Listeners {
  onSwipe: (swipe: Swipe) => void;
  /** Another page may be loaded now: nobody's data and nothing typed is on this one. */
  idle: () => boolean;
}

export function createTerminal({ onSwipe, idle }: Listeners) {
  const place = shallowRef<Place | null>(null);
  /** False until the daemon said whether this machine is a terminal. */
  const known = ref(false);
  const link = ref<LinkState>('reconnecting');
  const reader = ref<Reader>('none');
  const problem = shallowRef<ApiError | null>(null);
  let feed: Feed | null = null;
  let stopped = false;

  function leave(): void {
    feed?.stop();
    feed = null;
    place.value = null;
    link.value = 'reconnecting';
  }

  function enter(next: Place): void {
    if (place.value?.id === next.id && feed) return;
    leave();
    place.value = next;
    feed = new Feed({
      url: '/api/v1/terminal/events',
      events: ['reader', 'swipe', 'revoked'],
      onEvent: (name, data) => {
        if (name === 'swipe') onSwipe(data as Swipe);
        else if (name === 'reader') reader.value = (data as Schemas['TerminalReader']).state;
        else leave();
      },
      onReset: () => undefined, // a swipe that was missed is swiped again
      onState: (state) => (link.value = state),
      onRefused: () => void look(),
    });
    feed.start();
    void beat();
  }

  /** Asks what this machine is. */
  async function look(): Promise<void> {
    try {
      const { terminal } = await ok(api.GET('/api/v1/session'));
      if (stopped) return;
      known.value = true;
      if (terminal) enter(terminal);
      else leave();
    } catch (cause) {
      if (toApiError(cause).status === 401) leave(); // the desk asks for the log-in
    }
  }

  /** Becomes a terminal with a code from the office page. */
  async function pair(code: string): Promise<boolean> {
    problem.value = null;
    try {
      await ok(api.POST('/api/v1/terminal/pair', { body: { code } }));
      await look();
      return true;
    } catch (cause) {
      problem.value = toApiError(cause);
      return false;
    }
  }

  async function beat(): Promise<void> {
    if (!place.value) return;
    const body = { screen: 'counter', frame_ms: 0, page_version: __PAGE_VERSION__ };
    const answer = await api.POST('/api/v1/terminal/heartbeat', { body }).catch(() => null);
    // Not in a circle when the daemon keeps asking.
    if (answer?.data?.reload && idle() && performance.now() > MIN_UPTIME_MS) location.reload();
  }

  const timer = setInterval(() => void (known.value ? beat() : look()), BEAT_MS);
  void look();
  onScopeDispose(() => {
    stopped = true;
    clearInterval(timer);
    leave();
  });
  return { place, known, link, reader, problem, pair };
}
