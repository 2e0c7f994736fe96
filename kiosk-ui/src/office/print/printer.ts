// Printers and jobs as the office sees them: words for what a printer says, and what a job is.
import type { Schemas } from '@/api/types';

export type Printer = Schemas['Printer'];
export type Job = Schemas['PrintJob'];
export type Kind = Job['kind'];
/** What is printed, and at which terminals it has a printer of its own; null: at none. */
export const KINDS: readonly { kind: Kind; at: 'counter' | 'kiosk' | null }[] = [
  { kind: 'receipt', at: 'counter' },
  { kind: 'refund', at: 'counter' },
  { kind: 'shift', at: 'counter' },
  { kind: 'pick_slip', at: 'counter' },
  { kind: 'unit_sheet', at: 'kiosk' },
  { kind: 'purchase_plan', at: 'kiosk' },
  { kind: 'register', at: null },
  { kind: 'payment_notice', at: null },
  { kind: 'dunning_letter', at: null },
  { kind: 'chart', at: null },
  { kind: 'prices', at: null },
];
export const JOB_STATES = [
  'unconfirmed',
  'queued',
  'sending',
  'handed_over',
  'printed',
  'failed',
  'expired',
  'cancelled',
] as const;

/** The colour of its mark, which its word repeats. */
export function lookOf(printer: Pick<Printer, 'health' | 'reasons'>): 'live' | 'wait' | 'bad' | 'off' {
  if (printer.health === 'gone') return 'bad';
  if (printer.health === 'stopped') return 'wait';
  if (printer.health === 'unknown') return 'off';
  return printer.reasons.length > 0 ? 'wait' : 'live';
}
export function lookOfJob(job: Pick<Job, 'state'>): 'live' | 'wait' | 'bad' | 'off' {
  if (job.state === 'handed_over' || job.state === 'printed') return 'live';
  if (job.state === 'failed' || job.state === 'expired') return 'bad';
  return job.state === 'cancelled' ? 'off' : 'wait';
}
/** Of a sentence for a reason that is known; else the reason itself stands in one. */
export function reasonText(
  code: string,
  t: (key: string, named?: Record<string, unknown>) => string,
  te: (key: string) => boolean,
): string {
  return te(`print.reason.${code}`) ? t(`print.reason.${code}`) : t('print.reason.any', { code });
}
