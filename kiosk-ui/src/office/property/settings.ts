/* settings.ts - the settings of a project as a person types them, and which of them changed. */
import type { components } from '@/api/schema.gen';
import { decimalText, parseDecimal } from '../parts/parse';

export type Project = components['schemas']['Project'];
export type ProjectChange = components['schemas']['ProjectChange'];

/** Typed as text, with the number of decimals that the stored integer carries. */
const DECIMALS = {
  down_bp: 2,
  commercial_rate_ppm: 4,
  fund_rate_ppm: 4,
  fund_cap_fen: 2,
  loan_unit_fen: 2,
} as const;
type DecimalField = keyof typeof DECIMALS;
const DECIMAL_FIELDS = Object.keys(DECIMALS) as DecimalField[];

const PLAIN = [
  'name',
  'name_en',
  'city',
  'address',
  'developer',
  'phone',
  'sale_type',
  'price_basis',
  'round_mode',
  'round_unit_fen',
  'show_deal_price',
  'two_person',
  'hold_days_max',
  'link_days',
  'validity_days',
  'stale_s',
  'too_old_s',
  'book_days',
  'sign_days',
  'file_days',
  'remind_early_days',
  'remind_near_days',
  'remind_late_days',
  'late_rate',
  'late_days',
  'late_beyond_rate',
  'postpone_times',
  'postpone_days',
  'lock_minutes',
  'confirm_minutes',
  'confirm_first',
  'deposit_first',
  'direct_sign',
  'reserve_direct',
  'qualification',
  'cover_media',
] as const;
type PlainField = (typeof PLAIN)[number];
/** What deals go by: figures and switches. */
export const DEAL_FIGURES = [
  'book_days',
  'sign_days',
  'file_days',
  'remind_early_days',
  'remind_near_days',
  'remind_late_days',
  'late_rate',
  'late_days',
  'late_beyond_rate',
  'postpone_times',
  'postpone_days',
  'lock_minutes',
  'confirm_minutes',
] as const;
export const DEAL_SWITCHES = [
  'confirm_first',
  'deposit_first',
  'direct_sign',
  'reserve_direct',
  'qualification',
] as const;

export type SettingsValues = Pick<Project, PlainField> &
  Record<DecimalField, string> & { rates_date: string | null };

/** Ranges of the store; the daemon refuses the same. */
const RANGES: Partial<Record<PlainField, readonly [number, number]>> = {
  hold_days_max: [1, 90],
  link_days: [1, 365],
  validity_days: [0, 3650],
  stale_s: [15, 3600],
  too_old_s: [60, 86_400],
  book_days: [1, 60],
  sign_days: [1, 180],
  file_days: [1, 30],
  remind_early_days: [2, 60],
  remind_near_days: [1, 59],
  remind_late_days: [1, 30],
  late_rate: [0, 10_000],
  late_days: [0, 3650],
  late_beyond_rate: [0, 10_000],
  postpone_times: [0, 20],
  postpone_days: [0, 365],
  lock_minutes: [1, 30],
  confirm_minutes: [1, 240],
};

export function formOf(p: Project): SettingsValues {
  const out = { rates_date: p.rates_date === '' ? null : p.rates_date } as SettingsValues;
  const put = out as unknown as Record<string, unknown>;
  for (const f of PLAIN) put[f] = p[f];
  for (const f of DECIMAL_FIELDS) out[f] = decimalText(p[f], DECIMALS[f]);
  return out;
}

/** Fields that cannot be saved as they stand. */
export function wrongFields(form: SettingsValues): string[] {
  const wrong: string[] = DECIMAL_FIELDS.filter((f) => parseDecimal(form[f], DECIMALS[f]) === null);
  if (form.name.trim() === '') wrong.push('name');
  for (const [field, range] of Object.entries(RANGES)) {
    const value = form[field as PlainField];
    if (typeof value !== 'number' || value < range[0] || value > range[1]) wrong.push(field);
  }
  if (form.remind_near_days >= form.remind_early_days) wrong.push('remind_near_days');
  return wrong;
}

/** What to send: only what differs from what was read. */
export function changed(p: Project, form: SettingsValues): Omit<ProjectChange, 'version'> {
  const out: Record<string, unknown> = {};
  for (const f of PLAIN) {
    const value = form[f];
    const now = typeof value === 'string' && f !== 'cover_media' ? value.trim() : value;
    if (now !== p[f]) out[f] = now;
  }
  for (const f of DECIMAL_FIELDS) {
    const value = parseDecimal(form[f], DECIMALS[f]);
    if (value === null || value !== p[f]) out[f] = value ?? form[f];
  }
  if ((form.rates_date ?? '') !== p.rates_date) out['rates_date'] = form.rates_date ?? '';
  return out as Omit<ProjectChange, 'version'>;
}
