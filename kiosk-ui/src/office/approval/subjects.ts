// What a request is about, shown in its sheet: one part for each subject, by its code. A part is given the id of
// the object and the request.
import { defineAsyncComponent, type Component } from 'vue';
import type { RouteLocationRaw } from 'vue-router';
import { CHANGE_KINDS } from '../change/change';
import type { Request } from './approval';

const change = defineAsyncComponent(() => import('../change/RequestPart.vue'));
const CHANGES = CHANGE_KINDS.map((kind) => `deal.${kind}`);

export const SUBJECT_PARTS: Record<string, Component> = {
  reprice: defineAsyncComponent(() => import('../reprice/Summary.vue')),
  'customer-source': defineAsyncComponent(() => import('../customer/SourceRequest.vue')),
  'late-waive': defineAsyncComponent(() => import('../late/RequestPart.vue')),
  refund: defineAsyncComponent(() => import('../refund/RequestPart.vue')),
  terms: defineAsyncComponent(() => import('../terms/TermsSummary.vue')),
  ...Object.fromEntries(CHANGES.map((code) => [code, change])),
};

const object = (r: Request): string => r.object.split(':')[1] ?? '';
const again =
  (name: string) =>
  (r: Request): RouteLocationRaw => ({ name, query: { p: String(r.project_id), again: String(r.id) } });

/** Where who asked mends and sends again, by subject: a screen that takes `again` in its address, or for a change its
 * sheet, which leads to its deal. */
export const AGAIN_PLACES: Record<string, (r: Request) => RouteLocationRaw> = {
  reprice: again('reprice'),
  terms: again('terms'),
  ...Object.fromEntries(
    CHANGES.map((code) => [
      code,
      (r: Request) => ({
        name: 'change',
        params: { change: object(r) },
        query: { p: String(r.project_id) },
      }),
    ]),
  ),
};
