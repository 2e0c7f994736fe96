// What people type into number fields, as the integers of the API. No floating point: "89.37" is split, not
// multiplied. Full-width digits and grouping commas are taken; anything else is null.

/** "1,060,454.50" with 2 digits → 106045450; zeros beyond the digits count for nothing. null: not such a number. */
export function parseDecimal(text: string, digits: number): number | null {
  const plain = text
    .normalize('NFKC')
    .replace(/[\s\u2009,，¥元%]/g, '')
    .replace(/^\+/, '');
  const m = /^(\d{1,13})(?:\.(\d*))?$/.exec(plain);
  if (!m) return null;
  const tail = (m[2] ?? '').replace(/0+$/, '');
  if (tail.length > digits) return null;
  const n = Number(m[1] + tail.padEnd(digits, '0'));
  return Number.isSafeInteger(n) ? n : null;
}

/** The inverse, for filling a field: 31000 with 4 digits → "3.1". Where there is a fraction, @least of its digits
 * stay: 106045450 with 2, 2 → "1060454.50", 106045400 → "1060454". */
export function decimalText(value: number | null | undefined, digits: number, least = 0): string {
  if (value === null || value === undefined) return '';
  const s = String(value).padStart(digits + 1, '0');
  const tail = s.slice(s.length - digits).replace(/0+$/, '');
  const whole = s.slice(0, s.length - digits);
  return digits === 0 || tail === '' ? whole : `${whole}.${tail.padEnd(least, '0')}`;
}

/** yuan → fen */
export const parseYuan = (text: string): number | null => parseDecimal(text, 2);
/** The same with a sign before it: more went out than came in. */
export function parseSignedYuan(text: string): number | null {
  const [, minus, rest = ''] = /^\s*([-−－]?)(.*)$/su.exec(text) ?? [];
  const fen = parseYuan(rest);
  return fen === null ? null : minus && fen !== 0 ? -fen : fen;
}
export const yuanText = (fen: number | null | undefined): string => decimalText(fen, 2, 2);
/** m² → 0.01 m² */
export const parseArea = (text: string): number | null => parseDecimal(text, 2);
export const areaText = (area: number | null | undefined): string => decimalText(area, 2, 2);
/** m → mm */
export const parseMetres = (text: string): number | null => parseDecimal(text, 3);
export const metresText = (mm: number | null | undefined): string => decimalText(mm, 3, 2);
