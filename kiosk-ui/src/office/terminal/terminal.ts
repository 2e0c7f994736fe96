/* terminal.ts - the line of a terminal and the time a pairing code has left. */
import type { components } from '@/api/schema.gen';

type Terminal = components['schemas']['Terminal'];

/** The daemon's word; a terminal that never paired has no line. */
export function linkOf(t: Pick<Terminal, 'link' | 'last_seen_ms'>): Terminal['link'] {
  return t.last_seen_ms === null ? 'never' : t.link;
}

/** `9:59`, or null when the code has expired. */
export function remaining(expiresMs: number, nowMs: number): string | null {
  const s = Math.ceil((expiresMs - nowMs) / 1000);
  if (s <= 0) return null;
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

/** Code in groups that can be read out: `K7QX 3M9P`. A code that brings its own groups keeps them. */
export function spell(code: string): string {
  if (/[^0-9a-z]/iu.test(code)) return code;
  const size = code.length % 4 === 0 ? 4 : 3;
  return (code.match(new RegExp(`.{1,${size}}`, 'gu')) ?? []).join('\u2009\u2009');
}
