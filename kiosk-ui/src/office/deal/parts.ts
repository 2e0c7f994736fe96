/* parts.ts - the sections of a deal's page, in their order: each says `changed` when it changed
 * the deal, and is there for who may see it. A new one is a line here. */
import { defineAsyncComponent, type Component } from 'vue';
import type { Deal } from './deal';

export interface DealPart {
  name: string;
  component: Component;
  /** the wide column, or the narrow one beside it */
  place: 'main' | 'side';
  /** what it is handed; absent: the deal itself */
  props?: (deal: Deal) => Record<string, unknown>;
  when?: (deal: Deal, has: (right: string) => boolean) => boolean;
}

const signed = (deal: Deal): boolean => deal.documents.some((d) => d.kind === 'contract');

export const DEAL_PARTS: readonly DealPart[] = [
  {
    name: 'process',
    component: defineAsyncComponent(() => import('../service/ProcessTable.vue')),
    place: 'main',
    props: (deal) => ({ deal: deal.id, project: deal.project_id }),
    when: (deal) => deal.stage !== 'B',
  },
  {
    name: 'contract',
    component: defineAsyncComponent(() => import('../service/ContractPanel.vue')),
    place: 'main',
    props: (deal) => ({ deal: deal.id }),
    when: signed,
  },
  {
    name: 'schedule',
    component: defineAsyncComponent(() => import('./SchedulePart.vue')),
    place: 'main',
  },
  {
    name: 'asked',
    component: defineAsyncComponent(() => import('./AskedPart.vue')),
    place: 'main',
    props: (deal) => ({ deal: deal.id }),
  },
  {
    name: 'fees',
    component: defineAsyncComponent(() => import('../agency-fee/FeesPart.vue')),
    place: 'main',
    when: (deal) => deal.stage !== 'B' || deal.fees.length > 0,
  },
  {
    name: 'terms',
    component: defineAsyncComponent(() => import('./TermsPart.vue')),
    place: 'main',
    when: (_deal, has) => has('terms.view'),
  },
  {
    name: 'change',
    component: defineAsyncComponent(() => import('../change/ChangePart.vue')),
    place: 'main',
  },
  {
    name: 'late',
    component: defineAsyncComponent(() => import('../late/LatePart.vue')),
    place: 'main',
    props: (deal) => ({ deal: deal.id, closed: deal.closed_ms !== null }),
    when: signed,
  },
  {
    name: 'notice',
    component: defineAsyncComponent(() => import('../arrears/NoticePart.vue')),
    place: 'main',
    props: (deal) => ({ deal: deal.id }),
  },
  {
    name: 'settlement',
    component: defineAsyncComponent(() => import('../settlement/SettlementPart.vue')),
    place: 'main',
    props: (deal) => ({ deal: deal.id }),
    when: signed,
  },
  {
    name: 'refund',
    component: defineAsyncComponent(() => import('../refund/RefundPart.vue')),
    place: 'main',
    props: (deal) => ({ project: deal.project_id, deal: deal.id, closed: deal.closed_ms !== null }),
  },
  {
    name: 'invoice',
    component: defineAsyncComponent(() => import('../invoice/InvoicePart.vue')),
    place: 'main',
    props: (deal) => ({ deal: deal.id, closed: deal.closed_ms !== null }),
  },
  {
    name: 'mortgage',
    component: defineAsyncComponent(() => import('../service/MortgagePanel.vue')),
    place: 'main',
    props: (deal) => ({ deal: deal.id }),
    when: signed,
  },
  {
    name: 'texts',
    component: defineAsyncComponent(() => import('../service/DocumentTexts.vue')),
    place: 'main',
    props: (deal) => ({ deal: deal.id }),
  },
  { name: 'papers', component: defineAsyncComponent(() => import('./PaperPart.vue')), place: 'side' },
  { name: 'history', component: defineAsyncComponent(() => import('./HistoryPart.vue')), place: 'side' },
];
