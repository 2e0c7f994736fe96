// The menu out of the list of screens: pure, so that the rule of PA-12 has a test.
import type { RouteRecordRaw } from 'vue-router';
import type { NavGroup } from '../routes';

export interface MenuEntry {
  name: string;
  title: string;
  icon: string;
}
export interface MenuGroup {
  group: NavGroup;
  entries: MenuEntry[];
}

const ORDER: readonly NavGroup[] = ['sell', 'money', 'mine', 'publish', 'keep', 'run'];

export function menuOf(
  routes: readonly RouteRecordRaw[],
  may: (rights: string[] | undefined) => boolean,
): MenuGroup[] {
  return ORDER.map((group) => ({
    group,
    entries: routes
      .filter((r) => r.meta?.nav === group && may(r.meta.rights))
      .map((r) => ({
        name: String(r.name),
        title: r.meta?.title ?? String(r.name),
        icon: r.meta?.icon ?? '',
      })),
  })).filter((g) => g.entries.length > 0);
}
