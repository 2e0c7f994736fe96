import { describe, expect, it } from 'vitest';
import { sums, type Day } from '@/office/escrow/escrow';

const day = (more: Partial<Day>): Day => ({
  day: '2026-05-01',
  days: 1,
  late: false,
  parts: 0,
  parts_fen: 0,
  lines: 0,
  lines_fen: 0,
  ...more,
});

describe('what waits', () => {
  it('adds both sides up, and counts what is late of both', () => {
    expect(sums([])).toEqual({ parts: 0, parts_fen: 0, lines: 0, lines_fen: 0, late: 0 });
    const days = [
      day({ late: true, days: 9, parts: 2, parts_fen: 300, lines: 1, lines_fen: 50 }),
      day({ parts: 1, parts_fen: 7 }),
    ];
    expect(sums(days)).toEqual({ parts: 3, parts_fen: 307, lines: 1, lines_fen: 50, late: 3 });
  });
});
