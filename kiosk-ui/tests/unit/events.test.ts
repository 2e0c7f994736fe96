// What the daemon writes into the log and into the history of a unit has a word here, and nothing else has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messages, type Messages } from '@/locales';
import { eventWord } from '@/office/events';

const root = join(process.cwd(), '..');
const code = (folder: string): string =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.c'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
    .join('\n');
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((m) => m[1] as string);

// a column handed to a macro of SQL is no event, nor is what stands on a sheet
const store = code('db').replace(/\b(?:[A-Z_]+\(\s*|sheet_[a-z]+\([^,]+,\s*)"[a-z._]+"/g, '');
const daemon = code('daemon/api');
const transitions = readFileSync(join(root, 'db/transitions.def'), 'utf8');
const codes = new Set([
  ...all(transitions, /^TRANSITION\(.*?, "([a-z-]+)", "[^"]*", "[^"]*", /gm),
  ...all(store, /"([a-z]+\.[a-z]+(?:-[a-z]+)*)"/g),
  ...all(daemon, /"(user\.[a-z]+(?:-[a-z]+)*)"/g),
  ...all(daemon, /\.action = "([a-z.-]+)"/g), // lists that go out
  ...all(store + daemon, /\baudit_add(?:_project)?\([^,"]+,\s*"([a-z.-]+)"/g),
]);
const words = (lang: 'zh-CN' | 'en'): string[] =>
  Object.keys((messages[lang].office as Messages).event as Messages).sort();

describe('events', () => {
  it('are found in the sources', () => {
    for (const known of [
      'hold',
      'import',
      'export',
      'unit.price',
      'user.login-failed',
      'publication.approve',
    ])
      expect(codes).toContain(known);
  });

  it.each(['zh-CN', 'en'] as const)('have a word each in %s, and there is no word too many', (lang) => {
    expect(words(lang)).toEqual([...codes].map((c) => c.replace('.', '-')).sort());
  });

  it('show as their code when it is not known', () => {
    const has = (key: string) => key === 'office.event.unit-price';
    expect(eventWord('unit.price', (key) => key, has)).toBe('office.event.unit-price');
    expect(eventWord('deal.sign', (key) => key, has)).toBe('deal.sign');
  });
});
