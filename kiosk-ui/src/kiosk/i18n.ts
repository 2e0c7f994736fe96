// Messages of the public pages: the same JSON files as the office, without its library.
import { ref } from 'vue';
import { setApiLanguage } from '@/api/client';
import type { Lang } from '@/format';
import commonZh from '@/locales/zh-CN/common.json';
import kioskZh from '@/locales/zh-CN/kiosk.json';

interface Tree {
  [key: string]: string | Tree;
}

// Chinese comes with the page; English a moment later (preloadLang), so that the first screen does not wait.
const trees: Partial<Record<Lang, Tree>> = { 'zh-CN': { common: commonZh, kiosk: kioskZh } };

async function load(next: Lang): Promise<void> {
  if (trees[next]) return;
  const [common, kiosk] = await Promise.all([
    import('@/locales/en/common.json'),
    import('@/locales/en/kiosk.json'),
  ]);
  trees[next] = { common: common.default, kiosk: kiosk.default };
}

export const lang = ref<Lang>('zh-CN');
let wanted: Lang = 'zh-CN';

export function preloadLang(): void {
  load('en').catch(() => undefined); // asked for again when somebody wants it
}

function apply(next: Lang): void {
  lang.value = next;
  document.documentElement.lang = next;
}

export function setLang(next: Lang): void {
  wanted = next;
  setApiLanguage(next); // what is asked while the messages are on their way is answered in it already
  if (trees[next]) apply(next);
  else {
    load(next).then(
      () => {
        if (wanted === next) apply(next);
      },
      () => setApiLanguage(lang.value), // the daemon is away: the page stays in the language it has
    );
  }
}

/** The message of a key such as `kiosk.nav.home`; `{name}` is replaced from values. An unknown key shows itself. */
export function t(key: string, values?: Record<string, string | number>): string {
  let node: string | Tree | undefined = trees[lang.value] ?? trees['zh-CN'];
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
