/* disclosure.ts - the order of the items that must be displayed: what is missing first. */
import type { components } from '@/api/schema.gen';

export type Disclosure = components['schemas']['Disclosure'];
export type DisclosureItem = components['schemas']['DisclosureItem'];
export type Fee = components['schemas']['Fee'];
export type Discount = components['schemas']['Discount'];

/** Items that other records of the system answer, and where those are kept. */
const ELSEWHERE: Readonly<Record<string, 'permit' | 'discounts' | 'fees' | 'settings'>> = {
  P1: 'settings',
  P2: 'permit',
  P5: 'settings',
  P6: 'settings',
  P14: 'discounts',
  P15: 'fees',
  P16: 'fees',
  P25: 'permit',
};

export function keptIn(
  item: Pick<DisclosureItem, 'code'>,
): 'permit' | 'discounts' | 'fees' | 'settings' | null {
  return ELSEWHERE[item.code] ?? null;
}

/** A text of its own may stand for the item; only a permit has none. */
export function hasText(item: Pick<DisclosureItem, 'code'>): boolean {
  return item.code !== 'P2' && item.code !== 'P13';
}

export interface Split {
  missing: DisclosureItem[];
  /** optional and empty */
  open: DisclosureItem[];
  filled: DisclosureItem[];
}

/** Items in the catalogue's order within each group. `missing` of the daemon is the authority: an item it can
 * answer from elsewhere (the permit register, the developer's name) is not missing though its text is empty. */
export function splitItems(d: Disclosure): Split {
  const missing = new Set(d.missing);
  const out: Split = { missing: [], open: [], filled: [] };
  for (const item of d.items) {
    if (missing.has(item.code)) out.missing.push(item);
    else if (item.value.trim() === '' && item.media === null && !item.required) out.open.push(item);
    else out.filled.push(item);
  }
  return out;
}

/** Filled and required of all required. */
export function progress(d: Disclosure): { done: number; all: number } {
  const all = d.items.filter((i) => i.required).length;
  const codes = new Set(d.items.filter((i) => i.required).map((i) => i.code));
  return { done: all - d.missing.filter((c) => codes.has(c)).length, all };
}
