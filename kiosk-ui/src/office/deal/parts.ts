/* parts.ts - the sections of a deal's page, in their order: each is handed the deal, says `changed` when it changed
 * it, and is there for who may see it. A new one is a line here. */
import { defineAsyncComponent, type Component } from 'vue';
import type { Deal } from './deal';

export interface DealPart {
  name: string;
  component: Component;
  /** the wide column, or the narrow one beside it */
  place: 'main' | 'side';
  when?: (deal: Deal, has: (right: string) => boolean) => boolean;
}

export const DEAL_PARTS: readonly DealPart[] = [
  {
    name: 'schedule',
    component: defineAsyncComponent(() => import('./SchedulePart.vue')),
    place: 'main',
  },
  {
    name: 'terms',
    component: defineAsyncComponent(() => import('./TermsPart.vue')),
    place: 'main',
    when: (_deal, has) => has('terms.view'),
  },
  { name: 'papers', component: defineAsyncComponent(() => import('./PaperPart.vue')), place: 'side' },
  { name: 'history', component: defineAsyncComponent(() => import('./HistoryPart.vue')), place: 'side' },
];
