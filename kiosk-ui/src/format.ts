// Figures as the trade writes them. Money comes as integer fen, area as integer 0.01 m², time as UTC ms.
// No figure is computed here beyond splitting digits: division by a power of ten on safe integers.
const THIN = '\u2009';
const NBSP = '\u00a0';

function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** 1195 → `1,195` */
export function count(n: number): string {
  return grouped(n);
}

/** 106045400 → `¥ 1,060,454`; fen are shown only when there are any. null → `—`. */
export function money(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return '—';
  const sign = fen < 0 ? '−' : '';
  const abs = Math.abs(fen);
  const rest = abs % 100;
  const whole = (abs - rest) / 100;
  return `${sign}¥${THIN}${grouped(whole)}${rest === 0 ? '' : `.${String(rest).padStart(2, '0')}`}`;
}

/** A difference: `+¥ 1,060,454`, `−¥ 1,060,454`, `¥ 0`. */
export function signedMoney(fen: number): string {
  return `${fen > 0 ? '+' : ''}${money(fen)}`;
}

/** 106045400 → `106.05` (万, two places, half up). */
export function wanFigure(fen: number): string {
  const abs = Math.abs(fen);
  const hundredths = Math.floor((abs + 5_000) / 10_000);
  const rest = hundredths % 100;
  return `${fen < 0 ? '−' : ''}${grouped((hundredths - rest) / 100)}.${String(rest).padStart(2, '0')}`;
}

/** As people say a price: zh `106.05 万`, en `¥ 1.06 M`. null → `—`. */
export function spoken(fen: number | null | undefined, lang: Lang): string {
  if (fen === null || fen === undefined) return '—';
  if (lang === 'zh-CN') return `${wanFigure(fen)}${THIN}万`;
  const abs = Math.abs(fen);
  if (abs < 100_000_000) return money(fen);
  const hundredths = Math.floor((abs + 500_000) / 1_000_000);
  const rest = hundredths % 100;
  return `¥${THIN}${grouped((hundredths - rest) / 100)}.${String(rest).padStart(2, '0')}${THIN}M`;
}

/** Short price for a chart cell: zh `106.05`, en `1.06M`; the unit stands in the head once. */
export function cellPrice(fen: number, lang: Lang): string {
  if (lang === 'zh-CN')
    return fen >= 100_000_000_0 ? String(Math.floor((fen + 500_000) / 1_000_000)) : wanFigure(fen);
  return spoken(fen, lang).replace(`¥${THIN}`, '').replace(THIN, '');
}

/** 8937 → `89.37`. */
export function areaFigure(area: number): string {
  const rest = area % 100;
  return `${grouped((area - rest) / 100)}.${String(rest).padStart(2, '0')}`;
}

/** 8937 → `89.37 m²`. null → `—`. */
export function area(value: number | null | undefined): string {
  return value === null || value === undefined ? '—' : `${areaFigure(value)}${THIN}m²`;
}

/** 3000 → `3.00 m`. null → `—`. */
export function metres(mm: number | null | undefined): string {
  if (mm === null || mm === undefined) return '—';
  const cm = Math.floor((mm + 5) / 10);
  return `${Math.floor(cm / 100)}.${String(cm % 100).padStart(2, '0')}${THIN}m`;
}

/** Unit price: `¥ 33,652 /m²`. */
export function perArea(fen: number | null | undefined): string {
  return fen === null || fen === undefined ? '—' : `${money(fen)}${THIN}/m²`;
}

/** 3250 (0.0001) → `32.5 %`; 300 → `3 %`. */
export function percentBp(bp: number): string {
  const rest = bp % 100;
  const tail = rest === 0 ? '' : `.${String(rest).padStart(2, '0').replace(/0$/, '')}`;
  return `${Math.floor(bp / 100)}${tail}${THIN}%`;
}

/** 32500 (0.000001) → `3.25 %`. */
export function percentPpm(ppm: number): string {
  const whole = Math.floor(ppm / 10_000);
  const tail = String(ppm % 10_000)
    .padStart(4, '0')
    .replace(/0{1,2}$/, '');
  return `${whole}.${tail}${THIN}%`;
}

/** A share as a whole per cent, never 100 while something is left and never 0 while something is there. */
export function sharePercent(part: number, whole: number): string {
  if (whole <= 0) return `0${THIN}%`;
  let p = Math.round((part * 100) / whole);
  if (p === 100 && part < whole) p = 99;
  if (p === 0 && part > 0) p = 1;
  return `${p}${THIN}%`;
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute';
let parts = formatter(undefined);

function formatter(zone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** Times are shown in the zone of the site, as papers are, whatever the machine is set to. */
export function setZone(zone: string): void {
  parts = formatter(zone);
}

function pick(ms: number): Record<Part, string> {
  const found: Record<string, string> = {};
  for (const part of parts.formatToParts(ms)) found[part.type] = part.value;
  return found as Record<Part, string>;
}

/** `2026-11-21 14:05` */
export function dateTime(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '—';
  const p = pick(ms);
  return `${p.year}-${p.month}-${p.day}${NBSP}${p.hour}:${p.minute}`;
}

export function date(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '—';
  const p = pick(ms);
  return `${p.year}-${p.month}-${p.day}`;
}

export function clock(ms: number): string {
  const p = pick(ms);
  return `${p.hour}:${p.minute}`;
}

export type Lang = 'zh-CN' | 'en';
export const LANGS: readonly Lang[] = ['zh-CN', 'en'];
