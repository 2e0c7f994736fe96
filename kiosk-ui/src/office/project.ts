// The project the desk is working on: one of those in scope, named by `p` in the address so that a link
// opens the same project for a colleague.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';
import { pick } from './lang';
import { useSession } from './session';

/** A project with its name in the language of the page; `own_name` is what price lists call it. */
export type ProjectBrief = Schemas['ProjectBrief'] & { own_name: string };

export const useProject = defineStore('project', () => {
  const told = shallowRef<Schemas['ProjectBrief'][]>([]);
  const list = computed((): ProjectBrief[] =>
    told.value.map((p) => ({ ...p, own_name: p.name, name: pick({ zh: p.name, en: p.name_en }) })),
  );
  const id = ref<number | null>(null);
  const loaded = ref(false);
  const current = computed(() => list.value.find((p) => p.id === id.value) ?? null);

  /** Ask for the projects in scope again; resolves with how many there are. */
  async function refresh(signal?: AbortSignal): Promise<number> {
    const reply = await ok(api.GET('/api/v1/projects', signal ? { signal } : {}));
    told.value = reply.items;
    return reply.items.length;
  }

  /** Fetch the projects in scope; keeps the choice when it is still among them. */
  async function load(): Promise<void> {
    if (!useSession().has('project.list')) {
      loaded.value = true;
      return;
    }
    await refresh();
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
    told.value = [];
    id.value = null;
    loaded.value = false;
  }

  return { list, id, current, loaded, load, refresh, choose, clear };
});
