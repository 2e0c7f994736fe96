// Every message exists in both languages with the same placeholders, every key that the code asks for exists,
// and every key that exists is asked for. A key counts as asked for when it stands in the source as a string,
// or when a template string such as `kiosk.state.${code}` matches it.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messages, type Messages } from '@/locales';
import { counterMessages } from '@/locales/counter';

function flat(tree: Messages, prefix = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') out.set(prefix + key, value);
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) out.set(k, v);
  }
  return out;
}

function sources(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.(ts|vue)$/.test(name) && name !== 'schema.gen.ts' ? [readFileSync(path, 'utf8')] : [];
  });
}

const zh = flat({ ...messages['zh-CN'], ...counterMessages['zh-CN'] });
const en = flat({ ...messages.en, ...counterMessages.en });
const code = sources(join(process.cwd(), 'src')).join('\n');
const placeholders = (text: string) => (text.match(/\{[a-z_]+\}/gi) ?? []).sort().join(' ');

describe('messages', () => {
  it('are the same keys in both languages', () => {
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort());
  });

  it('have the same placeholders and no empty text', () => {
    for (const [key, text] of zh) {
      expect(placeholders(en.get(key) ?? ''), key).toBe(placeholders(text));
      expect(text.trim(), key).not.toBe('');
      expect((en.get(key) ?? '').trim(), key).not.toBe('');
    }
  });

  it('exist for every key the code names', () => {
    const asked = [...code.matchAll(/\b\$?t\(\s*'([\w-]+(?:\.[\w-]+)+)'/g)].map((m) => m[1] as string);
    const missing = [...new Set(asked)].filter((key) => !zh.has(key));
    expect(missing).toEqual([]);
  });

  it('are all used', () => {
    const literals = new Set([...code.matchAll(/['"`]([\w-]+(?:\.[\w-]+)+)['"`]/g)].map((m) => m[1]));
    const patterns = [...code.matchAll(/`([\w-]+(?:\.[\w-]*)*\.?\$\{[^`]*)`/g)].map((m) => {
      const source = (m[1] as string)
        .replace(/\$\{[^}]*\}/g, '\u0000')
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/\u0000/g, '[\\w-]+');
      return new RegExp(`^${source}$`);
    });
    const unused = [...zh.keys()].filter((key) => !literals.has(key) && !patterns.some((p) => p.test(key)));
    expect(unused).toEqual([]);
  });
});
