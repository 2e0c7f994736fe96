/* use_clear.ts - a customer in clear: asked for one at a time, each time a row of the log (CU-23), gone again by
 * itself, and with the screen. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { api, ok, type ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import { useAction } from '../parts/use_load';

export const CLEAR_S = 30;

export interface Clear {
  shown: ShallowRef<Schemas['CustomerClear'] | null>;
  /** seconds until it hides */
  left: Ref<number>;
  busy: Ref<boolean>;
  problem: ShallowRef<ApiError | null>;
  show: (customer: number) => Promise<void>;
  hide: () => void;
}

export function useClear(): Clear {
  const shown = shallowRef<Schemas['CustomerClear'] | null>(null);
  const left = ref(0);
  const { busy, problem, run } = useAction();
  let timer: ReturnType<typeof setInterval> | undefined;
  /** Hidden meanwhile: what comes back is for nobody. */
  let turn = 0;

  function hide(): void {
    turn += 1;
    clearInterval(timer);
    shown.value = null;
    left.value = 0;
    problem.value = null;
  }

  async function show(customer: number): Promise<void> {
    hide();
    const mine = turn;
    const got = await run(() =>
      ok(api.POST('/api/v1/customers/{customer}/clear', { params: { path: { customer } } })),
    );
    if (!got || mine !== turn) return;
    shown.value = got;
    left.value = CLEAR_S;
    timer = setInterval(() => {
      left.value -= 1;
      if (left.value <= 0) hide();
    }, 1000);
  }
  onScopeDispose(hide);
  return { shown, left, busy, problem, show, hide };
}
