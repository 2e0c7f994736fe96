// Units by what people say of them, for the boxes that find them.
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';
import { area, spoken } from '@/format';
import { lang } from '../lang';
import type { Hit } from './ComboBox.vue';

const MOST = 12;

export async function findUnits(
  project: number,
  words: string,
  signal: AbortSignal,
  { limit = MOST, state = '' }: { limit?: number; state?: string } = {},
): Promise<Hit<Schemas['UnitBrief']>[]> {
  const { items } = await ok(
    api.GET('/api/v1/projects/{project}/units', {
      params: { path: { project }, query: { q: words, limit, ...(state ? { state } : {}) } },
      signal,
    }),
  );
  return items.map((u) => ({
    key: `unit-${u.id}`,
    title: u.path,
    more: [u.gross_area === null ? '' : area(u.gross_area), spoken(u.total_fen, lang.value)]
      .filter(Boolean)
      .join(' · '),
    group: '',
    value: u,
  }));
}
