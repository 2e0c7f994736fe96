// Loading something for a screen: the data, what went wrong, and whether it is slow enough (400 ms) to show
// a skeleton. A newer load cancels the older one; leaving the screen cancels it too. Who waits for a load that was
// cancelled waits for the newer one: what is read after it is as new as what was asked for.
import { getCurrentScope, onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { ApiError, toApiError } from '@/api/client';
import { renewed } from '../session';

export const SLOW_MS = 400;

export interface Load<T> {
  data: ShallowRef<T | null>;
  problem: ShallowRef<ApiError | null>;
  loading: Ref<boolean>;
  slow: Ref<boolean>;
  reload: () => Promise<void>;
}

export function useLoad<T>(get: (signal: AbortSignal) => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null) as ShallowRef<T | null>;
  const problem = shallowRef<ApiError | null>(null);
  const loading = ref(false);
  const slow = ref(false);
  let control: AbortController | null = null;

  let last = Promise.resolve();

  async function load(): Promise<void> {
    control?.abort();
    const mine = new AbortController();
    control = mine;
    loading.value = true;
    const timer = setTimeout(() => {
      if (control === mine) slow.value = true;
    }, SLOW_MS);
    try {
      const got = await get(mine.signal);
      if (control !== mine) return;
      data.value = got;
      problem.value = null;
    } catch (cause) {
      if (control !== mine) return;
      const error = toApiError(cause);
      if (error.code !== 'net.aborted') problem.value = error;
    } finally {
      clearTimeout(timer);
      if (control === mine) {
        loading.value = false;
        slow.value = false;
      }
    }
  }
  async function reload(): Promise<void> {
    let mine = (last = load());
    for (await mine; mine !== last; await mine) mine = last;
  }

  // Refused because the session had ended: asked again once somebody has logged in.
  watch(renewed, () => {
    if (problem.value?.status === 401) void reload();
  });
  if (getCurrentScope())
    onScopeDispose(() => {
      control?.abort();
      control = null;
    });
  return { data, problem, loading, slow, reload };
}

/** An action of the user: busy while it runs, its refusal kept until the next try. One at a time. */
export function useAction(): {
  busy: Ref<boolean>;
  problem: ShallowRef<ApiError | null>;
  run: <T>(act: () => Promise<T>) => Promise<T | null>;
} {
  const busy = ref(false);
  const problem = shallowRef<ApiError | null>(null);
  watch(renewed, () => {
    if (problem.value?.status === 401) problem.value = null;
  });
  async function run<T>(act: () => Promise<T>): Promise<T | null> {
    if (busy.value) return null;
    busy.value = true;
    problem.value = null;
    try {
      return await act();
    } catch (cause) {
      problem.value = toApiError(cause);
      return null;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, run };
}
