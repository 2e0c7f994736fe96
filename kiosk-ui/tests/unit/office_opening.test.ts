// Opening day: the lots worked out once more, numbers as they are typed, units as they are asked for, times.
import { describe, expect, it } from 'vitest';
import { agrees, drawn, lotOf } from '@/office/opening/lot';
import type { Desk } from '@/office/chart/desk';
import {
  deskOf,
  findChoices,
  isOne,
  minutesText,
  parseNumber,
  timeLeft,
  type Group,
  type Opening,
} from '@/office/opening/opening';

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

describe('a room that is said', () => {
  const unit = (id: number, room: string, state: number, stair = 0) => ({ id, room, state, stair, total: 1 });
  const building = (id: number, name: string, units: unknown[]) => ({
    id,
    name,
    stairs: [{ name: '一单元' }, { name: '二单元' }],
    units,
  });
  const desk = deskOf(
    {
      states: [{ code: 'A' }, { code: 'B' }],
      buildings: [
        building(1, '1栋', [
          unit(1, '1801', 1),
          unit(2, '1802', 0),
          unit(3, '1801', 0, 1),
          unit(4, '180', 0),
        ]),
        building(2, '2栋', [unit(5, '1801', 0)]),
        building(3, '3栋', [unit(6, '1801', 0)]),
      ],
    } as unknown as Desk,
    [1, 3],
  );
  const ids = (words: string) => findChoices(desk, words).map((c) => c.unit.id);

  it('is found in the buildings of the day alone, the free ones first', () => {
    expect(ids('1801')).toEqual([3, 6, 1]);
    expect(ids('１８０１')).toEqual([3, 6, 1]);
    expect(ids('2-1801')).toEqual([3]);
    expect(ids('1栋-一单元-1801')).toEqual([1]);
    expect(ids('180')).toEqual([4, 2, 3, 6, 1]);
    expect(ids('99')).toEqual([]);
  });

  it('is one when it can mean no other', () => {
    const one = (words: string) => isOne(findChoices(desk, words), words);
    expect(one('180')).toBe(true); // whole; others only begin so
    expect(one('1801')).toBe(false);
    expect(one('3-1801')).toBe(true);
    expect(one('18')).toBe(false);
    expect(one('99')).toBe(false);
  });
});
