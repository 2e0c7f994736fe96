import { describe, expect, it } from 'vitest';
import { kindOf, layoutText, madeItem, moved, parseLayout, placeOf, tidied, type Layout } from './layout';

const LAYOUT: Layout = {
  width: 210,
  height: 148,
  copies: ['第一联'],
  items: [
    { text: '{payer}', x: 10, y: 20, w: 50, size: 10 },
    { line: [10, 30, 200, 30], width: 0.4 },
    { rows: 'line', x: 14, y: 48.5, h: 38, row: 6.6, items: [{ text: '{line.name}', x: 16, y: 4.6, w: 50 }] },
  ],
};

describe('a layout that is edited', () => {
  it('is the same after it was written and read', () => {
    expect(parseLayout(layoutText(LAYOUT))).toEqual(LAYOUT);
    expect(layoutText(LAYOUT).split('\n').length).toBe(LAYOUT.items.length + 8);
  });

  it('says what is wrong with a text that is none', () => {
    expect(parseLayout('{')).toMatch(/JSON|position|Expected/i);
    expect(parseLayout('{"width": 1}')).toBe('width, height, items');
    expect(parseLayout('null')).toBe('width, height, items');
  });

  it('takes one of a roll, which has lines and no places', () => {
    expect(parseLayout('{"roll": 48, "lines": [{"rule": true}]}')).toMatchObject({ roll: 48, items: [] });
    expect(parseLayout('{"roll": 48}')).toBe('roll, lines');
  });

  it('knows kinds and places', () => {
    expect(LAYOUT.items.map(kindOf)).toEqual(['text', 'line', 'rows']);
    expect(kindOf({ qr: 'x' })).toBe('other');
    const text = placeOf({ text: 'a', x: 10, y: 20, w: 50, size: 72 });
    expect(text.y).toBeCloseTo(20 - 25.4);
    // a line is thick enough to be pointed at
    expect(placeOf({ line: [10, 30, 200, 30] }).h).toBeGreaterThan(1);
    expect(placeOf({ line: [10, 30, 10, 90] }).w).toBeGreaterThan(1);
    expect(placeOf(LAYOUT.items[2] ?? {})).toEqual({ x: 16, y: 48.5, w: 50, h: 38 });
  });

  it('moves each kind by tenths of a millimetre', () => {
    expect(moved({ text: 'a', x: 1.05, y: 2 }, 0.1, -0.5)).toEqual({ text: 'a', x: 1.2, y: 1.5 });
    expect(moved({ line: [1, 2, 3, 4] }, 1, 1).line).toEqual([2, 3, 4, 5]);
    expect(moved({ frame: [1, 2, 3, 4] }, 1, 1).frame).toEqual([2, 3, 3, 4]);
    const rows = moved(LAYOUT.items[2] ?? {}, 1, 2);
    expect([rows.x, rows.y, rows.items?.[0]?.x, rows.items?.[0]?.y]).toEqual([15, 50.5, 17, 4.6]);
  });

  it('drops what says nothing and keeps what it does not know', () => {
    expect(tidied({ text: 'a', bold: false, if: '', align: 'left', x: 0, qr: 1 })).toEqual({
      text: 'a',
      x: 0,
      qr: 1,
    });
  });

  it('makes new ones that are on the paper', () => {
    for (const kind of ['text', 'box', 'line', 'frame'] as const) {
      const at = placeOf(madeItem(kind, LAYOUT, '文字'));
      expect(at.x).toBeGreaterThan(0);
      expect(at.x + at.w).toBeLessThan(LAYOUT.width);
    }
  });
});
