// States, classes and roles are called what the daemon calls them: the pages name some before they have an answer.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messages, type Messages } from '@/locales';

const at = (tree: Messages, path: string): unknown =>
  path.split('.').reduce<unknown>((node, part) => (node as Messages | undefined)?.[part], tree);

/** Code, Chinese and English of every row of a list of the database. */
function rows(file: string, row: RegExp): [string, string, string][] {
  const text = readFileSync(join(process.cwd(), '../db', file), 'utf8');
  return [...text.matchAll(row)].map((m) => [m[1] ?? '', m[2] ?? '', m[3] ?? '']);
}

describe('the words of the trade', () => {
  for (const [file, row, key] of [
    ['states.def', /^STATE\(\w+, '(\w)', "([^"]*)", "([^"]*)"/gm, 'office.state'],
    ['unit_class.def', /^CLASS\(\w+, "([^"]*)", "([^"]*)", "([^"]*)"/gm, 'office.class'],
    ['role.def', /^ROLE\("([^"]*)", "([^"]*)", "([^"]*)"/gm, 'office.role'],
  ] as const)
    it(`${key} are those of ${file}`, () => {
      const found = rows(file, row);
      expect(found.length).toBeGreaterThan(7);
      for (const [code, zh, en] of found) {
        expect(at(messages['zh-CN'], `${key}.${code}`), code).toBe(zh);
        expect(at(messages.en, `${key}.${code}`), code).toBe(en);
      }
    });
});
