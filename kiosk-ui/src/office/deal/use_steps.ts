// What may be done next with a unit (SF-01), as the daemon says, kept true by the feed.
import { computed, onScopeDispose, watch } from 'vue';
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';
import { useLive, type FeedUnit } from '../live';
import { useLoad } from '../parts/use_load';
import { useSession } from '../session';
import type { DealRow, NextStep } from './deal';

export interface Standing {
  unit: Schemas['Unit'];
  steps: NextStep[];
  /** the live deal, when it is in one's scope */
  deal: DealRow | null;
}

/** @id: the unit, followed as it changes. */
export function useSteps(id: () => number) {
  const live = useLive();
  const session = useSession();
  const load = useLoad<Standing>(async (signal) => {
    const params = { path: { unit: id() } };
    const sees = session.has('deal.view');
    const none = { items: [] };
    const [unit, steps, deals] = await Promise.all([
      ok(api.GET('/api/v1/units/{unit}', { params, signal })),
      sees ? ok(api.GET('/api/v1/units/{unit}/next-steps', { params, signal })) : none,
      sees
        ? ok(
            api.GET('/api/v1/deals', {
              params: { query: { unit: params.path.unit, live: 1 as const, limit: 1 } },
              signal,
            }),
          )
        : none,
    ]);
    return { unit, steps: steps.items, deal: deals.items[0] ?? null };
  });
  watch(
    id,
    () => {
      load.data.value = null;
      void load.reload();
    },
    { immediate: true },
  );
  onScopeDispose(
    live.subscribe((name, data) => {
      const its =
        (name === 'unit' && (data as FeedUnit).unit[0] === id()) ||
        (name === 'deal' && (data as { deal_id: number }).deal_id === load.data.value?.deal?.id);
      if (its || name === 'reset') void load.reload();
    }),
  );
  return { ...load, unit: computed(() => load.data.value?.unit ?? null) };
}
