// The language of the office page: chosen in the top bar, remembered in a cookie of this browser, else the
// language of the site. The daemon answers refusals in the same language.
import { createI18n } from 'vue-i18n';
import { ref } from 'vue';
import { setApiLanguage } from '@/api/client';
import type { Messages } from '@/locales';
import zh from '@/locales/zh-CN';
import { LANGS, type Lang } from '@/format';

const COOKIE = 'anchang_lang';
const YEAR_S = 31_536_000;

function remembered(): Lang | null {
  const found = document.cookie.split('; ').find((c) => c.startsWith(`${COOKIE}=`));
  const value = found?.slice(COOKIE.length + 1);
  return LANGS.find((l) => l === value) ?? null;
}

/** The language that is shown. */
export const lang = ref<Lang>('zh-CN');

// Chinese comes with the page; English is fetched by who wants it, so that nobody waits for a language he does not read.
export const i18n = createI18n({
  legacy: false,
  locale: lang.value,
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh } as Record<string, Messages>,
});

async function load(next: Lang): Promise<void> {
  if (i18n.global.availableLocales.includes(next)) return;
  i18n.global.setLocaleMessage(next, (await import('@/locales/en')).default);
}

let wanted: Lang = lang.value;
async function apply(next: Lang): Promise<void> {
  wanted = next;
  setApiLanguage(next); // what is asked while the messages are on their way is answered in it already
  try {
    await load(next);
  } catch {
    setApiLanguage(lang.value); // the daemon is away: the page stays in the language it has
    return;
  }
  if (wanted !== next) return;
  lang.value = next;
  i18n.global.locale.value = next;
  document.documentElement.lang = next;
}

/** Before anything is shown. */
export const atStart = apply(remembered() ?? 'zh-CN');

export function setLang(next: Lang): void {
  document.cookie = `${COOKIE}=${next}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict`;
  void apply(next);
}

/** Take the language of the site when this browser has none of its own. */
export async function siteLang(code: 'zh' | 'en'): Promise<void> {
  if (remembered() === null) await apply(code === 'en' ? 'en' : 'zh-CN');
}

/** The text of a two-language pair that came with the data; the Chinese where there is no English. */
export function pick(pair: { zh: string; en: string }): string {
  return lang.value === 'en' && pair.en !== '' ? pair.en : pair.zh;
}

/** Several names in one line. */
export function listed(names: readonly string[]): string {
  return names.join(lang.value === 'en' ? ', ' : '、');
}

/** Something said in brackets after a word. */
export function bracketed(text: string): string {
  return lang.value === 'en' ? ` (${text})` : `（${text}）`;
}
