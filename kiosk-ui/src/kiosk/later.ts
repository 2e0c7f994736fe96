// Parts of the kiosk that load after the first screen. All of them are asked for at once as soon as the page
// has started: a kiosk must not depend on the daemon for a screen a visitor opens hours later.
import { preloadLang } from './i18n';

export const later = {
  bar: () => import('./frame/BottomBar.vue'),
  skyline: () => import('./overview/Skyline.vue'),
  overview: () => import('./overview/Overview.vue'),
  projects: () => import('./project/Projects.vue'),
  filter: () => import('./filter/FilterPanel.vue'),
  display: () => import('./frame/DisplayPanel.vue'),
  call: () => import('./frame/CallDialog.vue'),
  building: () => import('./building/Building.vue'),
  unit: () => import('./unit/UnitSheet.vue'),
  compare: () => import('./compare/Compare.vue'),
  disclosure: () => import('./disclosure/Disclosure.vue'),
  search: () => import('./search/Search.vue'),
  member: () => import('./member/Member.vue'),
  pairing: () => import('./pairing/Pairing.vue'),
  screen: () => import('./screen/BigScreen.vue'),
};

export function preload(): void {
  preloadLang();
  for (const load of Object.values(later)) load().catch(() => undefined);
}
