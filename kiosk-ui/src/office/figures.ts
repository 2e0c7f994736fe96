/* figures.ts - figures as people type them, into the integers of the API and back. No floating point. */

/** Decimal text with at most @places digits after the point → integer of 10^-places; null: not such a figure. */
export function parseDecimal(text: string, places: number): number | null {
  const clean = text.trim().replace(/[,，\s¥￥%％]/gu, '');
  const m = /^(\d{1,12})(?:\.(\d*))?$/u.exec(clean);
  if (!m) return null;
  const fraction = (m[2] ?? '').replace(/0+$/u, '');
  if (fraction.length > places) return null;
  const n = Number((m[1] ?? '') + fraction.padEnd(places, '0'));
  return Number.isSafeInteger(n) ? n : null;
}

/** The other way: 31000 with 4 places → "3.1"; trailing zeros fall off, at least @least stay. */
export function decimalText(n: number, places: number, least = 0): string {
  const digits = String(Math.abs(n)).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  let fraction = digits.slice(digits.length - places);
  while (fraction.length > least && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  return `${n < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** 48211968 → `46.0 MiB`. */
export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let tenths = n * 10;
  while (tenths >= 10240 && unit < units.length - 1) {
    tenths = Math.floor(tenths / 1024);
    unit += 1;
  }
  const text = unit === 0 ? String(n) : `${Math.floor(tenths / 10)}.${tenths % 10}`;
  return `${text}\u2009${units[unit] ?? ''}`;
}

export type Span = { unit: 'now' | 'second' | 'minute' | 'hour' | 'day'; n: number };

/** How long ago, in the one unit people would say. */
export function span(ms: number): Span {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 5) return { unit: 'now', n: 0 };
  if (s < 60) return { unit: 'second', n: s };
  if (s < 3600) return { unit: 'minute', n: Math.floor(s / 60) };
  if (s < 86_400) return { unit: 'hour', n: Math.floor(s / 3600) };
  return { unit: 'day', n: Math.floor(s / 86_400) };
}

/** Whole days from @today to @date (both `2026-11-21`), negative when past; null for no or a wrong date. */
export function daysUntil(date: string | null, today: Date = new Date()): number | null {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(date ?? '');
  if (!m) return null;
  const then = Date.UTC(Number(m[1]), Number(m[2]) - 1, Number(m[3]));
  return Math.round((then - Date.UTC(today.getFullYear(), today.getMonth(), today.getDate())) / 86_400_000);
}
