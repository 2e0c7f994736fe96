// What became of a receipt's paper, and what the cashier can say or do about it (IV-07 to IV-09). Asked once a second
// while something is under way: a printer's trouble is on the screen before somebody asks.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { api, ok, toApiError, type ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import { useSend } from '@/office/parts/use_send';

export type PrintJob = Schemas['PrintJob'];
export type Printer = Schemas['PrinterStatus'];
interface Key {
  book_id: number;
  no: number;
}
const EVERY_MS = 700;

/** Trouble that keeps paper from coming out, in the order in which it is said; "low" of anything is none. */
const QUIET = new Set([
  'media-low',
  'toner-low',
  'marker-supply-low',
  'connecting-to-device',
  'error-policy',
]);
export function troubleOf(printer: Printer | null): string | null {
  return printer?.reasons.find((reason) => !QUIET.has(reason) && reason !== 'paused') ?? stopped(printer);
}
const stopped = (printer: Printer | null): string | null =>
  printer?.health === 'stopped' ? 'paused' : printer?.health === 'gone' ? 'offline' : null;

/** Whether a paper may have come out: what is printed after it is a copy. */
export const mayBeOut = (jobs: readonly PrintJob[]): boolean =>
  jobs.some((j) => j.state === 'handed_over' || j.state === 'printed');

export function createPrints(key: () => Key | null) {
  const jobs = shallowRef<PrintJob[] | null>(null);
  const printer = shallowRef<Printer | null>(null);
  const problem = shallowRef<ApiError | null>(null);
  const reason = ref<string | null>(null); // of a copy, while it is typed
  const sending = useSend();
  let turn = 0;

  const newest = computed(() => jobs.value?.[0] ?? null);
  const open = computed(() => newest.value?.state === 'queued' || newest.value?.state === 'sending');
  const trouble = computed(() => (open.value ? troubleOf(printer.value) : null));

  function take(got: Schemas['PaperPrints']): void {
    jobs.value = got.items;
    printer.value = got.printer;
    problem.value = null;
  }
  async function load(): Promise<void> {
    const of = key();
    const mine = ++turn;
    if (!of) return;
    try {
      const path = { book: of.book_id, no: of.no };
      const got = await ok(api.GET('/api/v1/receipts/{book}/{no}/prints', { params: { path } }));
      if (mine === turn) take(got);
    } catch (cause) {
      if (mine === turn) problem.value = toApiError(cause);
    }
  }
  /** The original when none can have come out, else a copy, which needs its reason. */
  async function again(): Promise<void> {
    const of = key();
    if (!of || open.value || newest.value?.state === 'unconfirmed') return;
    const copy = mayBeOut(jobs.value ?? []);
    if (copy && reason.value === null) return void (reason.value = '');
    if (copy && !reason.value?.trim()) return;
    const body = copy ? { reason: reason.value?.trim() ?? '' } : {};
    const path = { book: of.book_id, no: of.no };
    const done = await sending.send({ ...path, ...body }, (_, idempotency) =>
      ok(
        api.POST('/api/v1/receipts/{book}/{no}/prints', {
          params: { path, header: { 'Idempotency-Key': idempotency } },
          body,
        }),
      ),
    );
    if (!done) return;
    reason.value = null;
    take(done);
  }
  /** What is seen at the printer. */
  async function confirm(printed: boolean): Promise<void> {
    const job = newest.value?.id;
    if (job === undefined) return;
    const done = await sending.send({ job, printed }, (_, idempotency) =>
      ok(
        api.POST('/api/v1/print-jobs/{job}/confirm', {
          params: { path: { job }, header: { 'Idempotency-Key': idempotency } },
          body: { printed },
        }),
      ),
    );
    if (done) await load();
  }

  watch(
    () => `${key()?.book_id}/${key()?.no}`,
    () => {
      jobs.value = null;
      printer.value = null;
      reason.value = null;
      void load();
    },
    { immediate: true },
  );
  const timer = setInterval(() => void (open.value ? load() : undefined), EVERY_MS);
  onScopeDispose(() => clearInterval(timer));
  return { jobs, newest, open, trouble, problem, reason, sending, load, again, confirm };
}
export type Prints = ReturnType<typeof createPrints>;
