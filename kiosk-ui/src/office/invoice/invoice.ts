// What a request for an invoice can be, and what can be done with it: pure.
import type { Schemas } from '@/api/types';

export type Invoice = Schemas['Invoice'];
export type InvoiceRecord = Schemas['InvoiceRecord'];
export type InvoiceState = Schemas['InvoiceState'];
export type Source = Schemas['InvoiceSource'];

export const STATES = [
  'wanted',
  'exported',
  'sent',
  'refused',
  'issued',
  'red_wanted',
  'red',
  'void',
] as const satisfies readonly InvoiceState[];

/** How its state is marked (theme.css). */
export const STATE_MARK: Record<InvoiceState, '' | 'live' | 'wait' | 'bad'> = {
  wanted: '',
  exported: '',
  sent: '',
  refused: 'bad',
  issued: 'live',
  red_wanted: 'wait',
  red: '',
  void: '',
};

export type Act = 'issue' | 'refuse' | 'retry' | 'void' | 'swap' | 'red-want' | 'red' | 'red-drop';
const ACTS: Record<InvoiceState, readonly Act[]> = {
  wanted: ['issue', 'void'],
  exported: ['issue', 'refuse', 'void'],
  sent: ['issue', 'refuse'],
  refused: ['retry', 'void'],
  issued: ['swap', 'red-want'],
  red_wanted: ['red', 'red-drop'],
  red: [],
  void: [],
};
/** What a person may do with it now; its receipts are taken back once. */
export const actsOf = (of: Pick<InvoiceRecord, 'state' | 'paper_back' | 'parts'>): Act[] =>
  ACTS[of.state].filter(
    (act) => act !== 'swap' || (!of.paper_back && of.parts.some((p) => p.leaf === 'live')),
  );
/** Those that ask for the platform's number and day. */
export const numbered = (act: Act): boolean => act === 'issue' || act === 'red';
export const dangerous = (act: Act): boolean => act === 'void' || act === 'red-want';

/** The platform's number as it is typed, without blanks; null while it is none. */
export function numberOf(typed: string): string | null {
  const digits = typed.replace(/\s/g, '');
  return /^\d{20}$/.test(digits) ? digits : null;
}

export const leftOf = (s: Source): number => s.carried_fen - s.asked_fen;
/** What the chosen money comes to. */
export const sumOf = (sources: readonly Source[], chosen: readonly number[]): number =>
  sources.filter((s) => chosen.includes(s.voucher_id)).reduce((sum, s) => sum + leftOf(s), 0);
