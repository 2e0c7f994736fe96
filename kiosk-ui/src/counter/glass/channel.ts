// What the desk tells the customer's window, in the same browser: a masked name, a unit, an amount, and nothing else.
// The window asks the daemon for nothing.
import type { Lang } from '@/format';

export type Shown =
  | { kind: 'none'; lang: Lang }
  /** due, paid: by the customer; back, returned: to the customer */
  | { kind: 'due' | 'paid' | 'back' | 'returned'; lang: Lang; name: string; unit: string; fen: number };
const NAME = 'anchang-customer-window';
/** The desk says it again and again, so that a window whose desk is gone shows nothing. */
export const TELL_MS = 2_000;
export const QUIET_MS = 7_000;
export const GLASS_ADDRESS = '/counter/?window=customer';

const isShown = (data: unknown): data is Shown =>
  typeof data === 'object' && data !== null && 'kind' in data && 'lang' in data;

/** The desk's end. @what: what is to be seen now. */
export function tellGlass(what: () => Shown): { tell: () => void; stop: () => void } {
  const channel = new BroadcastChannel(NAME);
  const tell = (): void => channel.postMessage(what());
  const nothing = (): void => channel.postMessage({ kind: 'none', lang: what().lang } satisfies Shown);
  channel.onmessage = (event) => {
    if (event.data === 'ask') tell();
  };
  addEventListener('pagehide', nothing);
  const timer = setInterval(tell, TELL_MS);
  return {
    tell,
    stop: () => {
      clearInterval(timer);
      removeEventListener('pagehide', nothing);
      nothing();
      channel.close();
    },
  };
}

/** The window's end; null: nothing is to be seen. */
export function watchDesk(show: (shown: Shown | null) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  let timer: ReturnType<typeof setTimeout> | undefined;
  channel.onmessage = (event) => {
    if (!isShown(event.data)) return;
    clearTimeout(timer);
    show(event.data);
    timer = setTimeout(() => show(null), QUIET_MS);
  };
  channel.postMessage('ask');
  return () => {
    clearTimeout(timer);
    channel.close();
  };
}
