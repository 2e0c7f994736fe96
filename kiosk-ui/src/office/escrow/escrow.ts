// What waits between receipts and the bank, summed up: pure.
import type { Schemas } from '@/api/types';

export type Part = Schemas['EscrowPart'];
export type Line = Schemas['EscrowLine'];
export type Day = Schemas['EscrowDay'];

export const STATES = ['waiting', 'matched'] as const;
export const LINE_STATES = ['waiting', 'matched', 'aside'] as const;

export interface Sums {
  parts: number;
  parts_fen: number;
  lines: number;
  lines_fen: number;
  late: number;
}
/** Of all days; `late` counts both sides. */
export function sums(days: readonly Day[]): Sums {
  const out: Sums = { parts: 0, parts_fen: 0, lines: 0, lines_fen: 0, late: 0 };
  for (const d of days) {
    out.parts += d.parts;
    out.parts_fen += d.parts_fen;
    out.lines += d.lines;
    out.lines_fen += d.lines_fen;
    if (d.late) out.late += d.parts + d.lines;
  }
  return out;
}
