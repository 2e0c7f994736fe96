// The internal chart of a project, kept true by the event stream: events that arrive together are applied
// together; what cannot be applied is fetched again.
import { onBeforeUnmount, ref, shallowRef } from 'vue';
import { api, ok } from '@/api/client';
import { useLive, type FeedUnit } from '../live';
import { useLoad } from '../parts/use_load';
import { useStates } from '../states';
import {
  applyRows,
  decodeDesk,
  type Desk,
  type DeskDelta,
  type InternalChart,
  type InternalUnit,
} from './desk';

/** Long enough for a batch to arrive together, short enough to be at once. */
const GATHER_MS = 60;
const FRESH_MS = 2_600;

export function useDesk(project: number) {
  const live = useLive();
  const states = useStates();
  const desk = shallowRef<Desk | null>(null);
  /** what the last change replaced; null: everything */
  const delta = shallowRef<{ buildings: number[]; units: number[] } | null>(null);
  const fresh = ref<ReadonlySet<number>>(new Set());
  let queue: InternalUnit[] = [];
  let gather = 0;
  let fading = 0;

  const load = useLoad(async (signal) => {
    const raw = await ok(
      api.GET('/api/v1/projects/{project}/chart', { params: { path: { project } }, signal }),
    );
    queue = [];
    delta.value = null;
    states.keep(raw.states);
    desk.value = decodeDesk(raw as unknown as InternalChart);
    return raw.seq;
  });

  function apply(): void {
    gather = 0;
    const rows = queue;
    queue = [];
    if (!desk.value || rows.length === 0) return;
    const next: DeskDelta | null = applyRows(desk.value, rows);
    if (!next) {
      void load.reload();
      return;
    }
    delta.value = { buildings: next.buildings, units: next.units };
    desk.value = next.desk;
    fresh.value = new Set(next.units);
    clearTimeout(fading);
    fading = window.setTimeout(() => (fresh.value = new Set()), FRESH_MS);
  }

  const stop = live.subscribe((name, data) => {
    if (name === 'unit') {
      queue.push((data as FeedUnit).unit);
      gather ||= window.setTimeout(apply, GATHER_MS);
    } else if (name === 'reset' || name === 'building' || name === 'project' || name === 'publication') {
      void load.reload();
    }
  });
  onBeforeUnmount(() => {
    stop();
    clearTimeout(gather);
    clearTimeout(fading);
  });

  return { desk, delta, fresh, load };
}
