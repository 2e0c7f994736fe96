// A form over a record with a version: what was there when it opened, what is typed, and the record it changes
// (null: a new one). When somebody else saved first (412), `renew` takes the record as it is now and keeps every
// field that was typed here; saving again then changes only those.
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { useSend, type Send } from './use_send';

export interface Form<F, R> {
  open: Ref<boolean>;
  values: Ref<F>;
  record: ShallowRef<R | null>;
  /** something was typed */
  dirty: ComputedRef<boolean>;
  sending: Send;
  /** Opens the form on a record, or on a new one that starts as @values. */
  show: (record: R | null, values?: F) => void;
  renew: () => Promise<void>;
}

/**
 * @read: what the form shows of a record, and of a new one. @latest: fetches the record as it is now; a form
 * that only makes new ones has none. @open: whether the form is open, where the screen around it decides that.
 */
export function useForm<F extends object, R>(
  read: (record: R | null) => F,
  latest: ((record: R) => Promise<R | undefined>) | null = null,
  open: Ref<boolean> = ref(false),
): Form<F, R> {
  const values = ref(read(null)) as Ref<F>;
  const record = shallowRef<R | null>(null);
  const start = ref('');
  const sending = useSend();
  const text = (part: unknown): string => JSON.stringify(part) ?? '';

  function show(next: R | null, first: F = read(next)): void {
    record.value = next;
    values.value = first;
    start.value = text(first);
    sending.problem.value = null;
    open.value = true;
  }

  async function renew(): Promise<void> {
    const now = record.value === null ? undefined : await latest?.(record.value);
    if (now === undefined) return; // gone meanwhile: saving says so
    const before = JSON.parse(start.value) as F;
    const theirs = read(now);
    const merged = { ...values.value };
    for (const k of Object.keys(theirs) as (keyof F)[])
      if (text(merged[k]) === text(before[k])) merged[k] = theirs[k];
    values.value = merged;
    record.value = now;
    start.value = text(theirs);
    sending.problem.value = null;
  }
  const dirty = computed(() => open.value && text(values.value) !== start.value);
  return { open, values, record, dirty, sending, show, renew };
}
