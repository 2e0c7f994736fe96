// Sending something that must not happen twice. The key stays the same while the outcome of the same body is
// unknown (a lost answer, a time-out), so pressing again repeats the request and gets the first answer.
import type { Ref, ShallowRef } from 'vue';
import { newKey, type ApiError } from '@/api/client';
import { useAction } from './use_load';

export interface Send {
  busy: Ref<boolean>;
  problem: ShallowRef<ApiError | null>;
  /** Sends @body with a key; null: refused, or another one is under way. @to: what it is done to, where that
   * stands in the address and not in the body. */
  send: <B, R>(body: B, act: (body: B, key: string) => Promise<R>, to?: number) => Promise<R | null>;
}

export function useSend(): Send {
  const action = useAction();
  let key = newKey();
  let signature = '';

  async function send<B, R>(
    body: B,
    act: (body: B, key: string) => Promise<R>,
    to?: number,
  ): Promise<R | null> {
    if (action.busy.value) return null;
    const now = JSON.stringify([to, body]);
    if (now !== signature) {
      signature = now;
      key = newKey();
    }
    const got = await action.run(() => act(body, key));
    if (action.problem.value?.uncertain !== true) signature = '';
    return got;
  }
  return { busy: action.busy, problem: action.problem, send };
}

/** What the daemon says about one field of a form, for showing it beside the field. */
export function fieldError(problem: ApiError | null, field: string): string {
  return problem?.errors.find((e) => e.field === field)?.detail ?? '';
}
