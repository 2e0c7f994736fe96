// The banks that a payer's money comes from: read once, those in use.
import { shallowRef, type ShallowRef } from 'vue';
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';

export type Bank = Schemas['Bank'];
export interface Banks {
  banks: ShallowRef<Bank[]>;
  load: () => Promise<void>;
  nameOf: (id: number | null) => string;
}

export function useBanks(): Banks {
  const banks = shallowRef<Bank[]>([]);
  async function load(): Promise<void> {
    if (banks.value.length) return;
    const got = await ok(api.GET('/api/v1/banks')).catch(() => null); // a payment goes without
    banks.value = (got?.items ?? []).filter((bank) => !bank.disabled);
  }
  const nameOf = (id: number | null): string => banks.value.find((bank) => bank.id === id)?.name ?? '';
  return { banks, load, nameOf };
}
