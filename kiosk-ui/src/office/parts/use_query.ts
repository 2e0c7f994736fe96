// Filters that live in the address: a reload, a bookmark and the back key keep them.
import { reactive, watch } from 'vue';
import { useRoute, useRouter, type LocationQuery } from 'vue-router';

/** The filters of `defaults`, read from and written to the query of the address. Defaults are left out. */
export function useQuery<T extends Record<string, string>>(defaults: T): T {
  const route = useRoute();
  const router = useRouter();
  const name = route.name;
  const read = (query: LocationQuery): T =>
    Object.fromEntries(
      Object.entries(defaults).map(([k, d]) => {
        const v = query[k];
        return [k, typeof v === 'string' ? v : d];
      }),
    ) as T;
  const filters = reactive(read(route.query)) as T;

  watch(
    () => route.query,
    (query) => {
      if (route.name === name) Object.assign(filters, read(query));
    },
  );
  watch(
    () => ({ ...filters }),
    (now) => {
      if (route.name !== name) return;
      const query = { ...route.query };
      for (const [k, d] of Object.entries(defaults)) {
        const v = now[k as keyof T];
        if (v === d) delete query[k];
        else query[k] = v ?? null;
      }
      if (JSON.stringify(query) !== JSON.stringify(route.query)) void router.replace({ query });
    },
  );
  return filters;
}
