/* figures.ts - sizes, sums of areas and spans of time as people say them. */
import { area } from '@/format';

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

/** A sum of areas: of units that have none it is none, not 0.00. */
export function areaSum(sum: number | undefined): string {
  return area(sum ? sum : null);
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
