/* days.ts - days as people pick and count them: those of the site, whatever the machine is set to. */
import { date, dateTime } from '@/format';

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

function utcOf(text: string | null): number | null {
  const m = /^(\d{4})-(\d{2})-(\d{2})(?:\D(\d{2}):(\d{2}))?$/u.exec(text ?? '');
  if (!m) return null;
  return Date.UTC(Number(m[1]), Number(m[2]) - 1, Number(m[3]), Number(m[4] ?? 0), Number(m[5] ?? 0));
}

/** How far the clocks of the site are ahead of UTC at that moment. */
function ahead(ms: number): number {
  return (utcOf(dateTime(ms)) ?? ms) - Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

/** When `2026-11-21` begins, UTC ms; null: no day. */
export function dayStart(text: string): number | null {
  const wall = utcOf(text);
  return wall === null ? null : wall - ahead(wall - ahead(wall));
}

/** When the day after begins: `to` of the API is exclusive, the day a person picks is not. */
export function dayEnd(text: string): number | null {
  const wall = utcOf(text);
  return wall === null ? null : dayStart(new Date(wall + DAY_MS).toISOString().slice(0, 10));
}

/** Whole days from today to a day, negative when past; null for no or a wrong day. */
export function daysUntil(day: string | null, now: number = Date.now()): number | null {
  const [then, today] = [utcOf(day), utcOf(date(now))];
  return then === null || today === null ? null : Math.round((then - today) / DAY_MS);
}

/** The day so many days from today. */
export const dayAhead = (days: number, now: number = Date.now()): string => date(now + days * DAY_MS);
