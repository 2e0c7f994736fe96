// Days are those of the site: of a machine in any zone, on the days when clocks change, around midnight.
import { afterEach, describe, expect, it } from 'vitest';
import { setZone } from '@/format';
import { dayEnd, daysUntil, dayStart } from '@/office/days';

const at = (text: string): number => Date.parse(text);
afterEach(() => setZone('UTC'));

describe('days of the site', () => {
  it('begin and end at its midnight', () => {
    setZone('Asia/Shanghai');
    expect(dayStart('2026-11-21')).toBe(at('2026-11-20T16:00Z'));
    expect(dayEnd('2026-11-21')).toBe(at('2026-11-21T16:00Z'));
    expect(dayEnd('2026-12-31')).toBe(at('2026-12-31T16:00Z'));
    setZone('America/New_York');
    expect(dayStart('2026-11-21')).toBe(at('2026-11-21T05:00Z'));
    for (const wrong of ['x', '', '2026-11']) expect(dayStart(wrong), wrong).toBeNull();
  });

  it('are 23 or 25 hours long when the clocks change', () => {
    setZone('America/New_York');
    const hours = (day: string): number => ((dayEnd(day) ?? 0) - (dayStart(day) ?? 0)) / 3_600_000;
    expect(hours('2026-03-08')).toBe(23);
    expect(hours('2026-11-01')).toBe(25);
    expect(hours('2026-11-02')).toBe(24);
  });

  it('are counted from today there', () => {
    setZone('Asia/Shanghai');
    const late = at('2026-11-21T15:59Z'); // 23:59 of the 21st
    expect(daysUntil('2026-12-10', late)).toBe(19);
    expect(daysUntil('2026-11-21', late)).toBe(0);
    expect(daysUntil('2026-11-21', late + 60_000)).toBe(-1);
    expect(daysUntil(null)).toBeNull();
    expect(daysUntil('x')).toBeNull();
  });
});
