// The project the desk is working on: one of those in scope, named by `p` in the address so that a link
// opens the same project for a colleague.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';
import { useSession } from './session';

export type ProjectBrief = Schemas['ProjectBrief'];

export const useProject = defineStore('project', () => {
  const list = shallowRef<ProjectBrief[]>([]);
  const id = ref<number | null>(null);
  const loaded = ref(false);
  const current = computed(() => list.value.find((p) => p.id === id.value) ?? null);

  /** Fetch the projects in scope; keeps the choice when it is still among them. */
  async function load(): Promise<void> {
    if (!useSession().has('project.list')) {
      loaded.value = true;
      return;
    }
    const reply = await ok(api.GET('/api/v1/projects'));
    list.value = reply.items;
    if (!list.value.some((p) => p.id === id.value)) {
      const biggest = [...list.value].sort((a, b) => b.units - a.units)[0];
      id.value = (list.value.find((p) => p.units > 0) ?? biggest)?.id ?? null;
    }
    loaded.value = true;
  }

  function choose(next: number): void {
    if (list.value.some((p) => p.id === next)) id.value = next;
  }

  function clear(): void {
    list.value = [];
    id.value = null;
    loaded.value = false;
  }

  return { list, id, current, loaded, load, choose, clear };
});
