/* options.ts - the lists that people keep (sources, districts, ...), loaded once and again when they change; as the
 * choices of a select, and the class of a customer as a colour. */
import { computed, shallowRef, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';
import { lang } from '../lang';

export type Option = Schemas['Option'];
export type OptionKind = Schemas['OptionNew']['kind'];

const list = shallowRef<Schemas['OptionList'] | null>(null);
let loading: Promise<void> | null = null;

export async function loadOptions(again = false): Promise<void> {
  if (list.value && !again) return;
  loading ??= ok(api.GET('/api/v1/options', {}))
    .then((got) => {
      list.value = got;
    })
    .finally(() => {
      loading = null;
    });
  await loading;
}

export const optionName = (o: Pick<Option, 'name' | 'name_en'>): string =>
  lang.value === 'en' && o.name_en ? o.name_en : o.name;

export interface Choice {
  option: Option;
  /** how deep it lies, 0 at the top */
  depth: number;
}

/** All of a kind, each below the one it belongs to. @enabled: without the disabled ones and what is below them. */
export function treeOf(items: readonly Option[], kind: string, enabled: boolean): Choice[] {
  const mine = items.filter((o) => o.kind === kind && (!enabled || o.enabled));
  const below = (parent: number | null, depth: number): Choice[] =>
    mine
      .filter((o) => o.parent_id === parent)
      .flatMap((option) => [{ option, depth }, ...below(option.id, depth + 1)]);
  return below(null, 0);
}

export interface Options {
  all: ComputedRef<readonly Option[]>;
  kinds: ComputedRef<readonly Schemas['OptionKind'][]>;
  choices: (kind: OptionKind) => Choice[];
  nameOf: (id: number | null | undefined) => string;
}

export function useOptions(): Options {
  void loadOptions().catch(() => undefined); // a form without its choices says what is missing when it is sent
  const all = computed(() => list.value?.items ?? []);
  return {
    all,
    kinds: computed(() => list.value?.kinds ?? []),
    choices: (kind) => treeOf(all.value, kind, true),
    nameOf: (id) => {
      const found = all.value.find((o) => o.id === id);
      return found ? optionName(found) : '';
    },
  };
}

/** 自访, in the language of the page. */
export function useSourceName(): (source: Schemas['Customer']['source']) => string {
  const { t } = useI18n();
  return (source) => (source ? optionName(source) : t('customer.noSource'));
}
