// Whether this machine prints what its visitors take home. Nothing here is of a visitor.
import { shallowRef } from 'vue';
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';

export type Kind = Schemas['HandoutCreate']['kind'];
/** What is printed, with the choices of a plan. */
export type Wanted = Omit<Schemas['HandoutCreate'], 'visit' | 'print'>;
type Printing = Schemas['TerminalPrinting'];

const NOWHERE: Printing = { unit_sheet: 'none', purchase_plan: 'none' };
export const printing = shallowRef<Printing>(NOWHERE);

/** Asked whenever a unit is opened: what is not known is not offered. */
export async function lookForPrinter(signal: AbortSignal): Promise<void> {
  printing.value = await ok(api.GET('/api/v1/terminal/printing', { signal })).catch(() => NOWHERE);
}
