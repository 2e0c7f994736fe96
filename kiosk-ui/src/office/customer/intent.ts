/* intent.ts - what a customer looks for, as a form writes it and as the daemon keeps it. No Vue in here. */
import type { Schemas } from '@/api/types';
import { areaText, decimalText, parseArea, parseDecimal } from '../parts/parse';

export type Intent = Schemas['Intent'];
export type Criterion = Schemas['Match']['missed'][number];

/** Ten thousand yuan, in which prices are spoken of. */
const WAN_DIGITS = 6;

export interface Fields {
  class: string;
  layout: number | null;
  rooms: [string, string];
  area: [string, string];
  floor: [string, string];
  /** in ten thousand yuan */
  price: [string, string];
  orientation: string;
  hard: Criterion[];
  budget: string;
  purpose: number | null;
  note: string;
}

const pair = (
  range: Schemas['Range'] | undefined,
  text: (n: number | null | undefined) => string,
): [string, string] => [text(range?.min), text(range?.max)];
const plain = (n: number | null | undefined): string => (n === null || n === undefined ? '' : String(n));
const wanText = (fen: number | null | undefined): string => decimalText(fen, WAN_DIGITS);

export const fieldsOf = (intent: Intent | null): Fields => ({
  class: intent?.class ?? '',
  layout: intent?.layout_id ?? null,
  rooms: pair(intent?.rooms, plain),
  area: pair(intent?.area, areaText),
  floor: pair(intent?.floor, plain),
  price: pair(intent?.price, wanText),
  orientation: intent?.orientation ?? '',
  hard: [...(intent?.hard ?? [])],
  budget: wanText(intent?.budget_fen),
  purpose: intent?.purpose_id ?? null,
  note: intent?.note ?? '',
});

const whole = (text: string): number | null => {
  const plainText = text.normalize('NFKC').trim();
  return /^-?\d{1,6}$/u.test(plainText) ? Number(plainText) : null;
};
const wan = (text: string): number | null => parseDecimal(text, WAN_DIGITS);

/** Fields whose text is no number, and ranges that end before they begin. */
export function wrongOf(f: Fields): (Criterion | 'budget')[] {
  const checks: [Criterion, [string, string], (text: string) => number | null][] = [
    ['rooms', f.rooms, whole],
    ['area', f.area, parseArea],
    ['floor', f.floor, whole],
    ['price', f.price, wan],
  ];
  const bad = checks
    .filter(([, texts, parse]) => {
      const [low, high] = texts.map((text) => (text.trim() === '' ? null : parse(text)));
      if (texts.some((text) => text.trim() !== '' && parse(text) === null)) return true;
      return low !== null && high !== null && low !== undefined && high !== undefined && low > high;
    })
    .map(([name]): Criterion | 'budget' => name);
  return f.budget.trim() !== '' && wan(f.budget) === null ? [...bad, 'budget'] : bad;
}

const range = (texts: [string, string], parse: (text: string) => number | null): Schemas['Range'] => ({
  min: parse(texts[0]),
  max: parse(texts[1]),
});

export const bodyOf = (f: Fields, version: number): Schemas['IntentSet'] => ({
  version,
  class: (f.class || null) as Intent['class'],
  layout_id: f.layout,
  rooms: range(f.rooms, whole),
  area: range(f.area, parseArea),
  floor: range(f.floor, whole),
  price: range(f.price, wan),
  orientation: f.orientation.trim() || null,
  hard: f.hard,
  budget_fen: wan(f.budget),
  purpose_id: f.purpose,
  note: f.note.trim(),
});

/** The same as the daemon is asked for units that fit. */
export function queryOf(f: Fields): Record<string, string | number> {
  const query: Record<string, string | number> = {};
  const put = (name: string, value: number | null): void => {
    if (value !== null) query[name] = value;
  };
  if (f.class) query['class'] = f.class;
  put('layout', f.layout);
  for (const [name, texts, parse] of [
    ['rooms', f.rooms, whole],
    ['area', f.area, parseArea],
    ['floor', f.floor, whole],
    ['price', f.price, wan],
  ] as const) {
    put(`${name}_min`, parse(texts[0]));
    put(`${name}_max`, parse(texts[1]));
  }
  if (f.orientation.trim()) query['orientation'] = f.orientation.trim();
  if (f.hard.length) query['hard'] = f.hard.join(',');
  return query;
}
