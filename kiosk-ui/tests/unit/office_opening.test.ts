// Opening day: the lots worked out once more, numbers as they are typed, units as they are asked for, times.
import { describe, expect, it } from 'vitest';
import { agrees, drawn, lotOf } from '@/office/opening/lot';
import { minutesText, parseNumber, timeLeft, type Group, type Opening } from '@/office/opening/opening';

describe('a lot', () => {
  // What `printf '%s\n%s' SEED NUMBER | b2sum -l 128` of coreutils says.
  it('is that of any other tool', () => {
    expect(lotOf('abc', 1)).toBe('ac0f327f64e770a2247f0722ea3e3646');
    expect(lotOf('红03-17-22-26-31-33 蓝08', 128)).toBe('5ffd5b277afe7b9a72d7d22c69d35ef1');
    expect(lotOf('x'.repeat(126), 1)).toBe('11a421593ab4bbbb930975fb51adefb6');
    expect(lotOf('x'.repeat(200), 3000)).toBe('ed40d194ff784a51991b629139068c97');
  });

  it('makes the order, and a place that was changed by hand is found', () => {
    const numbers = Array.from({ length: 40 }, (_, i) => i + 1);
    const order = drawn('04-17-22-31', numbers);
    expect(order).not.toEqual(numbers);
    const placed = order.map((number, i) => ({ number, place: i + 1 }));
    expect(agrees('04-17-22-31', placed)).toBe(true);
    expect(agrees('04-17-22-32', placed)).toBe(false);
    const passed = placed.map((p) => (p.place === 7 ? { ...p, place: 41 } : p));
    expect(agrees('04-17-22-31', passed)).toBe(true);
    const swapped = placed.map((p) => ({ ...p, place: p.place === 3 ? 4 : p.place === 4 ? 3 : p.place }));
    expect(agrees('04-17-22-31', swapped)).toBe(false);
  });
});

describe('a number at the door', () => {
  it('is read as it is typed or scanned', () => {
    for (const text of ['12', ' 012 ', '１２号', 'No. 12', 'A-0012'])
      expect(parseNumber(text), text).toBe(12);
    for (const text of ['', '0', 'abc', '12a34', '-', '1234567890'])
      expect(parseNumber(text), text).toBe(null);
  });
});

describe('the time of a group', () => {
  const day = { pick_minutes: 5 } as Opening;
  const group = { called_ms: 1_000_000 } as Group;
  it('runs from the call and goes on beyond its end', () => {
    expect(minutesText(timeLeft(group, day, 1_000_000))).toBe('5:00');
    expect(minutesText(timeLeft(group, day, 1_000_000 + 299_001))).toBe('0:00');
    expect(minutesText(timeLeft(group, day, 1_000_000 + 372_000))).toBe('−1:12');
  });
});
