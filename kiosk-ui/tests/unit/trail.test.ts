// What the daemon notes into the log has a name here in both languages, and a state of what it notes a word.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messages, type Messages } from '@/locales';
import { changeText, fieldName, valueText } from '@/office/trail';

const root = join(process.cwd(), '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = ['db', 'daemon', 'daemon/api', 'daemon/chart', 'daemon/paper'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.c'))
    .map((name) => [`${folder}/${name}`, read(`${folder}/${name}`)] as const),
);
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((m) => m[1] as string);
const codes = (file: string, pattern: RegExp): string[] => {
  const found = all(read(file), pattern);
  expect(found.length, file).toBeGreaterThan(0);
  return found;
};

const named = new Set<string>();
const made: string[] = []; // where the name is not written in the call
for (const [file, text] of sources)
  for (const name of all(text, /\btrail_(?:given_)?(?:text|int)\(\s*&?[\w>-]+,\s*([^,]+),/g))
    if (name.startsWith('"')) named.add(name.slice(1, -1));
    else made.push(`${file}: ${name}`);
for (const name of [
  ...codes('db/project.def', /^(?:TEXT|INT)\(\d+, (\w+)\)/gm),
  ...codes('db/customer_detail.h', /^\s+(?:TEXT|WORD|INT|OPTION)\((\w+)/gm),
  ...codes('db/customer_rule.def', /^(?:INT|UNIT)\(\d+, (\w+),/gm),
  ...codes('db/disclosure.def', /^DISCLOSURE\("(\w+)"/gm),
  ...all(read('db/customer_secret.c').split('trail_field(enum')[1] ?? '', /"(customer_\w+)"/g),
  ...['planned', 'premeasured', 'measured'].flatMap((stage) =>
    ['gross', 'inner', 'shared', 'reviewed'].map((what) => `${stage}.${what}`),
  ),
])
  named.add(name);

/** The tables whose rows have a state by the schema, and its codes as the schema lists them. */
const tables = readdirSync(join(root, 'db/migrations'))
  .flatMap((name) => read(`db/migrations/${name}`).split(/CREATE TABLE |ALTER TABLE /))
  .flatMap((text) => {
    const list = /state TEXT[^\n]*CHECK \(state IN \(([^)]*)\)/.exec(text.split('\n);')[0] ?? '');
    return list ? [[/^\w+/.exec(text)?.[0] ?? '', list[1] ?? ''] as const] : [];
  });

describe.each(['zh-CN', 'en'] as const)('the log in %s', (lang) => {
  const at = (key: string): unknown =>
    key
      .split('.')
      .reduce<unknown>((node, part) => (node as Messages | undefined)?.[part], messages[lang] as Messages);
  const words = {
    t: (key: string) => String(at(key)),
    te: (key: string) => typeof at(key) === 'string',
  };

  it('names every field that is noted', () => {
    expect(named.size).toBeGreaterThan(150);
    const bare = [...named].filter((code) => fieldName(code, words) === code);
    expect(bare).toEqual([]);
  });

  it('has a word for each state of what is noted', () => {
    const states = [
      ...codes('db/states.def', /^STATE\(\w+, '(\w)'/gm).map((code) => ['unit', code]),
      ...codes('db/permit.c', /"state", "valid", "(\w+)"/g).map((code) => ['permit', code]),
      ['permit', 'valid'],
      ...tables.flatMap(([table, list]) => all(list, /'(\w+)'/g).map((code) => [table, code])),
    ] as [string, string][];
    expect(states).toContainEqual(['publication', 'submitted']);
    expect(states).toContainEqual(['card', 'lost']);
    const keyed = { ...words, t: (key: string) => `<${key}>` };
    for (const [kind, code] of states)
      expect(valueText(kind, 'state', code, keyed), `${kind} ${code}`).toMatch(/^</);
  });

  it('has a word for each reason of a call, as the schema lists them', () => {
    const reasons = all(read('db/migrations/008_alert_site.sql'), /reason IN \(([^)]+)\)\),/g).flatMap(
      (list) => all(list, /'([\w-]+)'/g),
    );
    expect(reasons).toContain('disk-backups');
    const keyed = { ...words, t: (key: string) => `<${key}>` };
    for (const code of reasons) expect(valueText('alert', 'reason', code, keyed), code).toMatch(/^</);
  });
});

describe('the log', () => {
  it('knows where names are made that no call has written in it', () => {
    expect([...new Set(made)].sort()).toEqual([
      'db/audit.c: field',
      'db/customer_detail.c: #name',
      'db/customer_detail.c: name',
      'db/customer_field.c: field',
      'db/customer_rule.c: #column',
      'db/customer_secret.c: trail_field(kind)',
      'db/disclosure.c: set->code',
      'db/process.c: field',
      'db/project.c: #column',
      'db/unit.c: field',
    ]);
  });

  it('tells a change as people read it, and that one was hidden', () => {
    const zh: Record<string, string> = {
      'office.field.state': '状态',
      'office.publication.state-draft': '草稿',
      'office.publication.state-submitted': '待审批',
      'office.field.holder': '预留给',
    };
    const words = { t: (key: string) => zh[key] ?? key, te: (key: string) => key in zh };
    const tell = (change: Parameters<typeof changeText>[1]) => changeText('publication', change, words, '：');
    expect(tell({ field: 'state', before: 'draft', after: 'submitted' })).toBe('状态：草稿 → 待审批');
    expect(tell({ field: 'state', before: null, after: 'draft' })).toBe('状态：草稿');
    expect(tell({ field: 'holder', before: null, after: null, hidden: true })).toBe('预留给：***');
    expect(tell({ field: 'later', before: 'a', after: null })).toBe('later：a → —');
  });
});
