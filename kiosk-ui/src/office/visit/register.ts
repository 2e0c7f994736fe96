/* register.ts - a call or a visit as it is recorded at the desk: opened from anywhere (Alt+N), for a customer or for
 * whom a number brings up. */
import { ref, shallowRef } from 'vue';
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';

export type Customer = Schemas['Customer'];
export type Kind = Schemas['VisitNew']['kind'];

export const opened = ref(false);
export const about = shallowRef<Customer | null>(null);
/** Counts what was recorded, so that a list that shows it looks again. */
export const recorded = ref(0);

export function openRegister(customer: Customer | null = null): void {
  about.value = customer;
  opened.value = true;
}

/** Digits enough to look for: a whole number brings up one, its end some. */
export const findable = (phone: string): boolean => phone.normalize('NFKC').replace(/\D/gu, '').length >= 4;
/** All of a mobile number: whoever is not found by it is new. */
export const whole = (phone: string): boolean =>
  /^(?:\+?86)?1[3-9]\d{9}$/u.test(phone.normalize('NFKC').replace(/[\s()-]/gu, ''));

export function lookUp(phone: string, signal?: AbortSignal): Promise<Customer[]> {
  return ok(
    api.GET('/api/v1/customers/search', {
      params: { query: { q: phone.trim(), limit: 5 } },
      signal: signal ?? null,
    }),
  ).then((got) => got.items);
}

/** Whether this is the first visit to the project: how they heard of us is asked then. */
export async function isFirstVisit(customer: number, project: number): Promise<boolean> {
  let cursor: string | undefined;
  do {
    const page: Schemas['VisitList'] = await ok(
      api.GET('/api/v1/customers/{customer}/visits', {
        params: { path: { customer }, query: { limit: 99, ...(cursor ? { cursor } : {}) } },
      }),
    );
    if (page.items.some((v) => v.project_id === project && v.kind === 'visit')) return false;
    cursor = page.next;
  } while (cursor);
  return true;
}
