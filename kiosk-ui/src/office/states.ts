// The table of unit states as the daemon paints and names it, by project: fetched once, used by every screen
// that names a state outside the chart.
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { api, ok } from '@/api/client';
import type { StateInfo } from '@/api/types';

export const useStates = defineStore('states', () => {
  const list = shallowRef<readonly StateInfo[]>([]);
  let pending: Promise<void> | null = null;

  function keep(states: readonly StateInfo[]): void {
    list.value = states;
  }

  /** The table is the same for all projects; any chart carries it. */
  function load(project: number): Promise<void> {
    if (list.value.length > 0) return Promise.resolve();
    pending ??= ok(api.GET('/api/v1/projects/{project}/chart', { params: { path: { project } } }))
      .then((chart) => keep(chart.states))
      .catch(() => undefined) // names fall back to letters; the screen's own request tells what is wrong
      .finally(() => {
        pending = null;
      });
    return pending;
  }

  const byCode = (code: string): StateInfo | undefined => list.value.find((s) => s.code === code);
  const byPublic = (letter: string): StateInfo | undefined =>
    list.value.find((s) => s.public === letter && s.code === letter) ??
    list.value.find((s) => s.public === letter);

  return { list, keep, load, byCode, byPublic };
});
