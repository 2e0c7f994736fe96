// All messages of one language: each JSON file of its folder under the file's own name, so that
// `office.json` { "login": { "title": … } } is `office.login.title`. Add a file to add a namespace.
// The staff pages come with the Chinese and load the other language when it is wanted (office/lang.ts); the kiosk and
// the phone page import only what they need (src/kiosk/i18n.ts).
import type { Lang } from '@/format';
import en from './en';
import zh from './zh-CN';

export interface Messages {
  [key: string]: string | Messages;
}

export const messages: Record<Lang, Messages> = { 'zh-CN': zh, en };
