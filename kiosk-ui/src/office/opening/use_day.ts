// One opening day as a desk follows it: its counts, who was called, who waits. Loaded again when the feed says that
// something of it changed; what arrives together is one load.
import { computed, onScopeDispose, watch } from 'vue';
import { api, ok } from '@/api/client';
import { useLive } from '../live';
import { useLoad } from '../parts/use_load';
import { useProject } from '../project';
import type { Group, Opening } from './opening';

const GATHER_MS = 60;
const CALLED = 199;
const WAITING = 60;

export interface Day {
  opening: Opening;
  called: Group[];
  /** the first of those who came and wait */
  waiting: Group[];
}

export function useDay(id: number) {
  const live = useLive();
  const project = useProject();
  const load = useLoad<Day>(async (signal) => {
    const path = { opening: id };
    const groups = (state: Group['state'], limit: number) =>
      ok(api.GET('/api/v1/openings/{opening}/groups', { params: { path, query: { state, limit } }, signal }));
    const [opening, called, waiting] = await Promise.all([
      ok(api.GET('/api/v1/openings/{opening}', { params: { path }, signal })),
      groups('called', CALLED),
      groups('arrived', WAITING),
    ]);
    return { opening, called: called.items, waiting: waiting.items };
  });
  let gather = 0;
  const stop = live.subscribe((name, data) => {
    const its =
      (name === 'opening' && (data as { opening_id: number }).opening_id === id) ||
      name === 'deal' ||
      name === 'reset';
    if (!its) return;
    gather ||= window.setTimeout(() => {
      gather = 0;
      void load.reload();
    }, GATHER_MS);
  });
  onScopeDispose(() => {
    stop();
    clearTimeout(gather);
  });
  void load.reload();
  const opening = computed(() => load.data.value?.opening ?? null);
  // A link opens the day whatever project was chosen here; its chart and its feed are its own project's.
  watch(opening, (o) => o && project.choose(o.project_id));
  return { load, opening };
}
