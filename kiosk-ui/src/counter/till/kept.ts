// What is typed at the till outlives a reload: it stands in the session storage of this window under the id of who
// typed it, as ids and what was typed, and goes when he logs out or somebody else comes.
import { watch, type WatchStopHandle } from 'vue';

const PREFIX = 'till.';
const nameOf = (user: number, name: string): string => `${PREFIX}${user}.${name}`;

function stored(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null');
  } catch {
    return null; // not ours, or cut: as if nothing had been typed
  }
}

/** What @user had typed as @name, of the shape of @empty; and from now on it is kept. @get is reactive. */
export function keep<T extends object>(
  user: number,
  name: string,
  empty: T,
  get: () => T | null,
): { found: T | null; stop: WatchStopHandle } {
  const key = nameOf(user, name);
  const was = stored(key);
  const found = typeof was === 'object' && was !== null ? { ...empty, ...(was as Partial<T>) } : null;
  // At once: what is sent must be there before it is sent.
  const stop = watch(
    get,
    (now) => {
      if (now === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(now));
    },
    { deep: true, flush: 'sync' },
  );
  return { found, stop };
}

/** Everything that was kept, but for what @user typed. */
export function forget(user: number | null): void {
  const own = user === null ? null : nameOf(user, '');
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(PREFIX) && (own === null || !key.startsWith(own))) sessionStorage.removeItem(key);
}
