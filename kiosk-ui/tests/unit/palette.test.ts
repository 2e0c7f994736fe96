// Each palette must be readable: text at 4.5:1 on every fill, and every two public states told apart either by
// glyph or by colour in four kinds of sight (Machado et al. 2009, CIE76 difference of at least 20).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { looksOf, marksOf, type PaletteName } from '@/chart/paint';
import { publicStates } from '@/chart/model';
import { STATES } from './make';

type Rgb = [number, number, number];
const SIGHTS: Record<string, number[][]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const linear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const rgb = (hex: string): Rgb =>
  [1, 3, 5].map((i) => linear(parseInt(hex.slice(i, i + 2), 16) / 255)) as Rgb;
const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const contrast = (a: string, b: string) => {
  const [hi, lo] = [luminance(rgb(a)), luminance(rgb(b))].sort((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
};
const seen = (c: Rgb, m: number[][]): Rgb =>
  m.map((row) => Math.min(1, Math.max(0, row[0]! * c[0] + row[1]! * c[1] + row[2]! * c[2]))) as Rgb;
function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
const difference = (a: string, b: string, m: number[][]) =>
  Math.hypot(...lab(seen(rgb(a), m)).map((v, i) => v - lab(seen(rgb(b), m))[i]!));

const states = publicStates(STATES);

it('is the table of the database, line by line', () => {
  const text = readFileSync('../db/states.def', 'utf8');
  const rows = [...text.matchAll(/^STATE\(\w+,\s*(.*)\)$/gm)].map((m) =>
    JSON.parse(`[${(m[1] as string).replace(/'(.)'/g, '"$1"')}]`),
  );
  const mine = STATES.map((s) => [
    s.code,
    s.public,
    s.public_zh,
    Number(s.sold),
    Number(s.priced),
    s.glyph,
    ...Object.values(s.authority),
    ...Object.values(s.clear),
  ]);
  const theirs = rows.map((r) => [r[0], r[3], r[4], r[7], r[8], r[10], ...r.slice(11, 17)]);
  expect(mine.map(String).sort()).toEqual(theirs.map(String).sort());
});

describe.each<PaletteName>(['authority', 'clear'])('palette %s', (palette) => {
  const looks = looksOf(states, palette);

  it('has text at 4.5:1 on every fill', () => {
    for (const l of looks) expect(contrast(l.fill, l.ink), l.fill).toBeGreaterThanOrEqual(4.5);
  });

  it('tells every two states apart by glyph, or by colour in every kind of sight', () => {
    for (let i = 0; i < looks.length; i += 1) {
      for (let k = i + 1; k < looks.length; k += 1) {
        const [a, b] = [looks[i]!, looks[k]!];
        if (a.glyph !== b.glyph) continue;
        for (const [name, m] of Object.entries(SIGHTS)) {
          expect(difference(a.fill, b.fill, m), `${i}/${k} ${name}`).toBeGreaterThanOrEqual(20);
        }
      }
    }
  });

  it('gives small cells a mark of their own wherever there is a glyph', () => {
    const marks = marksOf(states, palette);
    const used = marks.filter((m) => m !== 'none');
    expect(new Set(used).size).toBe(used.length);
    looks.forEach((l, i) => {
      if (l.glyph !== '' && l.pattern !== 'hatch') expect(marks[i]).not.toBe('none');
    });
  });
});
