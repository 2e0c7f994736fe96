// What a request is about, shown in its sheet: one part for each subject, by its code. A part is given the id of
// the object and the request.
import { defineAsyncComponent, type Component } from 'vue';

export const SUBJECT_PARTS: Record<string, Component> = {
  reprice: defineAsyncComponent(() => import('../reprice/Summary.vue')),
  terms: defineAsyncComponent(() => import('../terms/TermsSummary.vue')),
};

/** Where who asked mends and sends again, by subject: a screen that takes `again` in its address. */
export const AGAIN_SCREENS: Record<string, string> = { reprice: 'reprice', terms: 'terms' };
