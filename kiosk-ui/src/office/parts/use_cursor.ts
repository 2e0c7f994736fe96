// A list that the daemon hands out in pages by cursor. `more()` adds the next page below.
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { useLoad } from './use_load';
import type { ApiError } from '@/api/client';

export interface Page<T> {
  items: T[];
  next?: string;
  total?: number;
}

export interface CursorList<T> {
  rows: ComputedRef<T[]>;
  total: ComputedRef<number | null>;
  hasMore: ComputedRef<boolean>;
  /** The first page is there: an empty list is empty, not unknown. */
  loaded: ComputedRef<boolean>;
  problem: ShallowRef<ApiError | null>;
  loading: Ref<boolean>;
  slow: Ref<boolean>;
  /** From the first page again. */
  reload: () => Promise<void>;
  more: () => Promise<void>;
}

export function useCursor<T>(
  get: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
): CursorList<T> {
  const pages = shallowRef<Page<T>[]>([]);
  const cursor = ref<string | undefined>(undefined);
  const load = useLoad(async (signal) => {
    const at = cursor.value;
    const page = await get(at, signal);
    pages.value = at === undefined ? [page] : [...pages.value, page];
    return page;
  });
  const last = computed(() => pages.value[pages.value.length - 1]);
  return {
    rows: computed(() => pages.value.flatMap((p) => p.items)),
    total: computed(() => pages.value[0]?.total ?? null),
    hasMore: computed(() => last.value?.next !== undefined),
    loaded: computed(() => pages.value.length > 0),
    problem: load.problem,
    loading: load.loading,
    slow: load.slow,
    reload: () => {
      cursor.value = undefined;
      return load.reload();
    },
    more: async () => {
      if (load.loading.value || last.value?.next === undefined) return;
      cursor.value = last.value.next;
      await load.reload();
    },
  };
}
