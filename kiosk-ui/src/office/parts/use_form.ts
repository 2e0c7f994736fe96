// A form over a record with a version: what was there when it opened, what is typed, and the record it changes
// (null: a new one). When somebody else saved first (412), `renew` takes the record as it is now and keeps every
// field that was typed here; saving again then changes only those.
import { computed, nextTick, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
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
  /** What was sent last is saved, as @record: the form goes on from it, and what was typed meanwhile stays typed. */
  took: (record: R) => void;
  /** Sends what is typed: as a change of the record, or as a new one. null: refused. */
  save: <S>(change: (record: R) => Promise<S>, make: (key: string) => Promise<S>) => Promise<S | null>;
}

/** useForm's @latest for a record of a list: what the list holds of it once it was read again. */
export const latestIn =
  <R extends { id: number }>(reload: () => Promise<unknown>, rows: () => readonly R[] | null | undefined) =>
  async (old: Pick<R, 'id'>): Promise<R | undefined> => {
    await reload();
    await nextTick(); // a list that comes as a property is handed down first
    return rows()?.find((r) => r.id === old.id);
  };

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
  const line = useSend();
  const text = (part: unknown): string => JSON.stringify(part) ?? '';
  let sent = '';
  const sending: Send = {
    ...line,
    send: (body, act, to) => {
      sent = text(values.value);
      return line.send(body, act, to);
    },
  };

  function show(next: R | null, first: F = read(next)): void {
    record.value = next;
    values.value = first;
    start.value = text(first);
    sending.problem.value = null;
    open.value = true;
  }

  /** Goes on from @now: fields that are as they were in @was follow it. */
  function follow(now: R, was: string): void {
    const before = JSON.parse(was) as F;
    const theirs = read(now);
    const merged = { ...values.value };
    for (const k of Object.keys(theirs) as (keyof F)[])
      if (text(merged[k]) === text(before[k])) merged[k] = theirs[k];
    values.value = merged;
    record.value = now;
    start.value = text(theirs);
    sending.problem.value = null;
  }
  const took = (now: R): void => follow(now, sent);
  async function renew(): Promise<void> {
    const now = record.value === null ? undefined : await latest?.(record.value);
    if (now !== undefined) follow(now, start.value); // else gone meanwhile: saving says so
  }

  function save<S>(change: (record: R) => Promise<S>, make: (key: string) => Promise<S>): Promise<S | null> {
    const old = record.value;
    return sending.send([values.value, old], (_, key) => (old === null ? make(key) : change(old)));
  }
  const dirty = computed(() => open.value && text(values.value) !== start.value);
  return { open, values, record, dirty, sending, show, renew, took, save };
}
