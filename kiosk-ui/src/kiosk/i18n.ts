// Messages of the public pages: the same JSON files as the office, without its library.
import { ref } from 'vue';
import { setApiLanguage } from '@/api/client';
import type { Lang } from '@/format';
import commonEn from '@/locales/en/common.json';
import kioskEn from '@/locales/en/kiosk.json';
import commonZh from '@/locales/zh-CN/common.json';
import kioskZh from '@/locales/zh-CN/kiosk.json';

interface Tree {
  [key: string]: string | Tree;
}

const trees: Record<Lang, Tree> = {
  'zh-CN': { common: commonZh, kiosk: kioskZh },
  en: { common: commonEn, kiosk: kioskEn },
};

export const lang = ref<Lang>('zh-CN');

export function setLang(next: Lang): void {
  lang.value = next;
  document.documentElement.lang = next;
  setApiLanguage(next);
}

/** The message of a key such as `kiosk.nav.home`; `{name}` is replaced from values. An unknown key shows itself. */
export function t(key: string, values?: Record<string, string | number>): string {
  let node: string | Tree | undefined = trees[lang.value];
  for (const part of key.split('.')) {
    node = typeof node === 'object' ? node[part] : undefined;
  }
  if (typeof node !== 'string') return key;
  return values ? node.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : node;
}

/** A name that comes in two languages; English falls back to Chinese when there is none. */
export function both(zh: string, en: string): string {
  return lang.value === 'en' && en !== '' ? en : zh;
}
