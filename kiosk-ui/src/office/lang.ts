// The language of the office page: chosen in the top bar, remembered in a cookie of this browser, else the
// language of the site. The daemon answers refusals in the same language.
import { createI18n } from 'vue-i18n';
import { ref } from 'vue';
import { setApiLanguage } from '@/api/client';
import { messages } from '@/locales';
import { LANGS, type Lang } from '@/format';

const COOKIE = 'anchang_lang';
const YEAR_S = 31_536_000;

function remembered(): Lang | null {
  const found = document.cookie.split('; ').find((c) => c.startsWith(`${COOKIE}=`));
  const value = found?.slice(COOKIE.length + 1);
  return LANGS.find((l) => l === value) ?? null;
}

export const lang = ref<Lang>(remembered() ?? 'zh-CN');

export const i18n = createI18n({ legacy: false, locale: lang.value, fallbackLocale: 'en', messages });

function apply(next: Lang): void {
  lang.value = next;
  i18n.global.locale.value = next;
  document.documentElement.lang = next;
  setApiLanguage(next);
}

apply(lang.value);

export function setLang(next: Lang): void {
  document.cookie = `${COOKIE}=${next}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict`;
  apply(next);
}

/** Take the language of the site when this browser has none of its own. */
export function siteLang(code: 'zh' | 'en'): void {
  if (remembered() === null) apply(code === 'en' ? 'en' : 'zh-CN');
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
