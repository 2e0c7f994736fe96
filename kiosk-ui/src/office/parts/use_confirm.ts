// A step on one thing that is asked for first (ConfirmPanel): which thing, whether the question is open, and what
// the daemon said. It closes when the step is done.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { ApiError } from '@/api/client';
import { useAction } from './use_load';

export interface Confirm<T> {
  target: ShallowRef<T | null>;
  open: Ref<boolean>;
  busy: Ref<boolean>;
  problem: ShallowRef<ApiError | null>;
  ask: (target: T) => void;
  confirm: () => Promise<void>;
}

const STALE = 412;

/**
 * @act: the step itself. @done: afterwards, with the question closed. @latest: the thing as it is now, for when
 * somebody else changed it first: the question stays open on that, and asked again it goes through.
 */
export function useConfirm<T>(
  act: (target: T) => Promise<unknown>,
  done: (target: T) => unknown,
  latest?: (target: T) => Promise<T | undefined>,
): Confirm<T> {
  const target = shallowRef<T | null>(null);
  const open = ref(false);
  const { busy, problem, run } = useAction();

  function ask(next: T): void {
    target.value = next;
    problem.value = null;
    open.value = true;
  }
  async function confirm(): Promise<void> {
    const now = target.value;
    if (now === null) return;
    if ((await run(() => act(now).then(() => true))) === null) {
      if (problem.value?.status === STALE) target.value = (await latest?.(now)) ?? now;
      return;
    }
    open.value = false;
    await done(now);
  }
  return { target, open, busy, problem, ask, confirm };
}
