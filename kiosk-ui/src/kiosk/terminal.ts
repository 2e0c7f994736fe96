// What concerns this machine alone comes by one stream of its own, whatever is on the screen: how its card reader is,
// cards swiped here, what a card opened and is closed, calls that were answered, the end of the machine's being a
// terminal.
import { ref, watch } from 'vue';
import { Feed, type LinkState } from '@/api/feed';
import type { TerminalReader, TerminalSwipe } from '@/api/types';
import { closeMember, memberEnded, swiped } from './member/member';
import { callAnswered, checkSession, phase, reader } from './state';

/** Without it no swipe is heard, and nothing hears that what a card opened must close. */
export const heard = ref<LinkState>('reconnecting');

function onEvent(name: string, data: unknown): void {
  if (name === 'swipe') swiped(data as TerminalSwipe);
  else if (name === 'pass-ended') memberEnded();
  else if (name === 'answered') callAnswered();
  else if (name === 'reader') reader.value = (data as TerminalReader).state;
  else void checkSession();
}

export function listenAsTerminal(): void {
  let feed: Feed | null = null;

  watch(
    () => phase.value === 'ready',
    (ready) => {
      feed?.stop();
      feed = null;
      heard.value = 'reconnecting';
      if (!ready) return;
      feed = new Feed({
        url: '/api/v1/terminal/events',
        events: ['reader', 'swipe', 'pass-ended', 'answered', 'revoked'],
        onEvent,
        onReset: () => void checkSession(),
        onRefused: () => void checkSession(),
        onState: (state) => (heard.value = state),
      });
      feed.start();
    },
    { immediate: true },
  );
  watch(heard, (state) => state !== 'live' && closeMember(), { flush: 'sync' });
  document.addEventListener('visibilitychange', () => document.hidden && closeMember());
  for (const name of ['pagehide', 'offline']) addEventListener(name, closeMember);
}
