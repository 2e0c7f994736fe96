// All messages of one language: each JSON file of its folder under the file's own name, so that
// `office.json` { "login": { "title": … } } is `office.login.title`. Add a file to add a namespace.
// The kiosk and the phone page import only what they need (src/kiosk/i18n.ts); the counter adds what is its alone
// (./counter.ts).
import type { Lang } from '@/format';

export interface Messages {
  [key: string]: string | Messages;
}

function merge(files: Record<string, unknown>): Messages {
  const out: Messages = {};
  for (const [path, body] of Object.entries(files)) {
    const name = path.replace(/^.*\//, '').replace(/\.json$/, '');
    out[name] = body as Messages;
  }
  return out;
}

export const messages: Record<Lang, Messages> = {
  'zh-CN': merge(
    import.meta.glob(['./zh-CN/*.json', '!./zh-CN/till.json'], { eager: true, import: 'default' }),
  ),
  en: merge(import.meta.glob(['./en/*.json', '!./en/till.json'], { eager: true, import: 'default' })),
};
