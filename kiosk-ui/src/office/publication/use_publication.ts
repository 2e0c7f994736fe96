// What the screens of publications share: how a state looks, what may be exported, the diff in words.
import type { Schemas } from '@/api/types';

export type Publication = Schemas['Publication'];
export type Change = Schemas['DiffUnit']['change'];

export const CHANGES: readonly Change[] = [
  'opened',
  'closed',
  'price_up',
  'price_down',
  'added',
  'removed',
  'other',
];

/** The look of a publication state: live, waiting, ended badly, or past. */
export function markOf(state: Publication['state']): string {
  switch (state) {
    case 'live':
      return 'live';
    case 'draft':
      return 'open';
    case 'submitted':
      return 'wait';
    case 'rejected':
      return 'bad';
    default:
      return '';
  }
}

/** First eight digits: enough to compare by eye; the whole one stands on the publication's own page. */
export function shortHash(hash: string | null): string {
  return hash === null || hash === '' ? '—' : hash.slice(0, 8);
}

/** The changes that are not zero, in reading order. */
export function nonZero(c: Schemas['DiffCount'] | null): { change: Change | 'items'; n: number }[] {
  if (c === null) return [];
  const all: (Change | 'items')[] = [...CHANGES, 'items'];
  return all.map((change) => ({ change, n: c[change] })).filter((e) => e.n > 0);
}

export type Paper = 'chart.xlsx' | 'chart.pdf' | 'price-list.xlsx' | 'price-list.pdf';
export const PAPERS: readonly Paper[] = ['chart.xlsx', 'chart.pdf', 'price-list.xlsx', 'price-list.pdf'];

/** The losses that its paper knows; null: it was never shown, and is not printed. */
export const lossesOf = (p: Pick<Publication, 'state' | 'patches'>): number | null =>
  p.state === 'live' || p.state === 'superseded' ? p.patches : null;

/** What is printed of it. */
export const PRINTS = ['chart', 'prices'] as const;
export type Print = (typeof PRINTS)[number];

export function paperUrl(project: number, paper: Paper, publication: number, lang: string): string {
  return `/api/v1/projects/${project}/export/${paper}?publication=${publication}&lang=${lang === 'en' ? 'en' : 'zh'}`;
}

export interface CheckGroup {
  key: string;
  code: string;
  field: string | null;
  level: Schemas['CheckItem']['level'];
  items: Schemas['CheckItem'][];
}

/** What is missing, grouped by kind and field: project first, then buildings, then units; larger groups first. */
export function groupCheck(items: readonly Schemas['CheckItem'][]): CheckGroup[] {
  const groups = new Map<string, CheckGroup>();
  for (const item of items) {
    const field = item.level === 'unit' ? item.field : null;
    const key = `${item.level}:${item.code}:${field ?? ''}`;
    const group = groups.get(key) ?? { key, code: item.code, field, level: item.level, items: [] };
    group.items.push(item);
    groups.set(key, group);
  }
  const order = { project: 0, building: 1, unit: 2 };
  return [...groups.values()].sort(
    (a, b) => order[a.level] - order[b.level] || b.items.length - a.items.length,
  );
}

export interface Place {
  name: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
}

/** The screen where an item of the check is mended. */
export function placeOf(item: Schemas['CheckItem']): Place {
  if (item.unit_id !== null) return { name: 'unit', params: { unit: String(item.unit_id) } };
  if (item.code.includes('permit')) return { name: 'permit' };
  if (item.level === 'building') return { name: 'property' };
  const code = item.field?.replace(/^disclosure:/, '');
  return code ? { name: 'disclosure', query: { item: code } } : { name: 'disclosure' };
}
