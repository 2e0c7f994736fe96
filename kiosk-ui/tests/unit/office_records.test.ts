// The logic behind the office's import, property, settings, users, permits, audit, terminals and counter.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { areaSum, bytes, span } from '@/office/figures';
import {
  blocking,
  cellRole,
  columnName,
  draftOf,
  mappingGaps,
  matrixFaults,
  matrixGuessless,
  mergeWords,
  planOf,
  blocksOf,
  withBlocks,
  setColumn,
  setRowsPerFloor,
  setWord,
  unknownWords,
  uploadFault,
  valueKind,
  withHeader,
  type ImportFile,
  type ImportMapping,
  type ImportScan,
  type MatrixLayout,
} from '@/office/import/plan';
import {
  branches,
  floorNumbers,
  parentChoices,
  parseNames,
  parseNumbers,
  type Tree,
} from '@/office/property/floors';
import { changed, formOf, wrongFields, type Project } from '@/office/property/settings';
import { firstPassword, groupRights, scopeOf } from '@/office/user/rights';
import { countGap, sortPermits, validity, type Permit } from '@/office/permit/permit';
import { keptIn, progress, splitItems, type Disclosure } from '@/office/disclosure/disclosure';
import { actorOf } from '@/office/audit/audit';
import { linkOf, remaining, spell } from '@/office/terminal/terminal';
import { backupAge } from '@/office/system/system';

const mapping = (over: Partial<ImportMapping> = {}): ImportMapping => ({
  source: 's',
  form: 'rows',
  sheet: 0,
  header_row: 1,
  columns: [],
  status_words: [],
  class_words: [],
  matrix: null,
  ...over,
});
const matrix = (over: Partial<MatrixLayout> = {}): MatrixLayout => ({
  header_row: 2,
  floor_column: 0,
  first_column: 1,
  last_column: 4,
  first_row: 3,
  last_row: 11,
  rows_per_floor: 3,
  row_fields: ['room', 'gross', 'status'],
  building: '3栋',
  stair_row: null,
  ...over,
});
const file = (over: Partial<ImportFile> = {}): ImportFile => ({
  id: 'a',
  name: 'a.csv',
  size: 1,
  kind: 'csv',
  encoding: 'UTF-8',
  delimiter: ',',
  sheets: [{ index: 0, name: '', rows: 4 }],
  sheet: 0,
  columns: [
    { index: 0, header: '房号', field: 'room', sample: ['101'] },
    { index: 1, header: '总价', field: 'total', sample: ['1'] },
  ],
  sample: [
    { row: 1, cells: ['房号', '总价'] },
    { row: 2, cells: ['101', '1'] },
    { row: 3, cells: ['102'] },
  ],
  header_row: 1,
  rows: 3,
  suggestion: mapping({ columns: [{ index: 0, field: 'room' }] }),
  remembered: null,
  matrix: null,
  ...over,
});

describe('figures', () => {
  it('sums areas; of what has none it says so', () => {
    expect(areaSum(8937)).toBe('89.37\u2009m²');
    expect([areaSum(0), areaSum(undefined)]).toEqual(['—', '—']);
  });
  it('says sizes and ages as people do', () => {
    expect(bytes(999)).toBe('999\u2009B');
    expect(bytes(48_211_968)).toBe('45.9\u2009MiB');
    expect(span(4_999)).toEqual({ unit: 'now', n: 0 });
    expect(span(61_000)).toEqual({ unit: 'minute', n: 1 });
    expect(span(-5)).toEqual({ unit: 'now', n: 0 });
    expect(span(90_000_000)).toEqual({ unit: 'day', n: 1 });
  });
});

describe('import plan', () => {
  it('names columns as spreadsheets do', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
  });
  it('gives a field one column only', () => {
    const one = setColumn(mapping({ columns: [{ index: 0, field: 'room' }] }), 3, 'room');
    expect(one.columns).toEqual([{ index: 3, field: 'room' }]);
    expect(setColumn(one, 3, null).columns).toEqual([]);
  });
  it('refuses to go on without a room number and tells what else is lost', () => {
    expect(mappingGaps(mapping()).missing).toEqual(['room']);
    const full = mapping({
      columns: ['room', 'floor', 'building', 'gross', 'total', 'status', 'class'].map((field, index) => ({
        index,
        field,
      })),
    });
    expect(mappingGaps(full)).toEqual({ missing: [], absent: [] });
    expect(
      mappingGaps(mapping({ form: 'matrix', matrix: matrix({ row_fields: ['total'] }) })).missing,
    ).toEqual([]);
  });
  it('knows the parts of a matrix', () => {
    const m = matrix();
    expect(cellRole(m, 2, 1).role).toBe('header');
    expect(cellRole(m, 2, 0).role).toBe('out');
    expect(cellRole(m, 3, 0)).toEqual({ role: 'floor', sub: 0 });
    expect(cellRole(m, 7, 2)).toEqual({ role: 'unit', sub: 1 });
    expect(cellRole(m, 12, 2).role).toBe('out');
    expect(cellRole(m, 5, 5).role).toBe('out');
  });
  it('finds what is wrong with a matrix', () => {
    expect(matrixFaults(matrix(), 6, 11)).toEqual([]);
    expect(matrixFaults(matrix({ first_column: 5 }), 6, 11)).toEqual(['columns']);
    expect(matrixFaults(matrix({ floor_column: 2 }), 6, 11)).toEqual(['floorInside']);
    expect(matrixFaults(matrix({ header_row: 3 }), 6, 11)).toEqual(['header']);
    expect(matrixFaults(matrix({ last_row: 12 }), 6, 11)).toEqual(['outside']);
    expect(matrixFaults(matrix({ row_fields: ['room', 'room', ''] }), 6, 11)).toEqual(['twice']);
    expect(matrixFaults(matrix({ building: ' ' }), 6, 11)).toEqual(['building']);
    expect(matrixFaults(matrixGuessless(file()), 2, 4)).toEqual(['building']);
  });
  it('keeps meanings when the number of rows per floor changes', () => {
    expect(setRowsPerFloor(matrix(), 2).row_fields).toEqual(['room', 'gross']);
    expect(setRowsPerFloor(matrix(), 4).row_fields).toEqual(['room', 'gross', 'status', '']);
    expect(setRowsPerFloor(matrix({ row_wan: [false, true, true] }), 2).row_wan).toEqual([false, true]);
  });
  it('puts unknown words first and never invents a meaning', () => {
    const found = [
      { word: '在售', code: 'A', count: 9 },
      { word: '已签', code: null, count: 2 },
      { word: '抵押中', code: null, count: 5 },
    ];
    const merged = mergeWords(found, setWord([], '在售', null));
    expect(merged.map((w) => w.word)).toEqual(['在售', '抵押中', '已签']);
    expect(unknownWords(mergeWords(found, [{ word: '已签', code: 'C' }])).map((w) => w.word)).toEqual([
      '抵押中',
    ]);
  });
  it('takes another row as the headers from the sample, and none for 0', () => {
    const second = withHeader(file(), 2);
    expect(second.columns.map((c) => [c.header, c.field])).toEqual([
      ['101', null],
      ['1', null],
    ]);
    expect(second.columns[0]?.sample).toEqual(['102']);
    const none = withHeader(file(), 0);
    expect(none.columns[0]).toMatchObject({ header: '', sample: ['房号', '101', '102'] });
  });
  it('sends the plan with decisions and values, and the matrix only for a matrix', () => {
    const draft = draftOf(file({ suggestion: mapping({ matrix: matrix() }) }));
    draft.decisions = {
      'floor-missing': { decision: 'accept', value: '1' },
      duplicate: { decision: 'skip', value: '' },
    };
    draft.filter = ['甲'];
    expect(planOf(draft)).toEqual({
      mapping: { ...mapping(), matrix: null, matrix_more: [] },
      decisions: [
        { problem: 'floor-missing', decision: 'accept', value: '1' },
        { problem: 'duplicate', decision: 'skip' },
      ],
      remember: true,
      project_filter: ['甲'],
    });
  });
  it('sends every block of a sheet, changed or not, and only those kept', () => {
    const [one, two] = [matrix(), matrix({ building: '2栋', first_row: 20 })];
    const draft = draftOf(file({ suggestion: mapping({ form: 'matrix', matrix: one, matrix_more: [two] }) }));
    expect(planOf(draft).mapping).toMatchObject({ matrix: one, matrix_more: [two] });
    draft.mapping = withBlocks(draft.mapping, [two]);
    expect(planOf(draft).mapping).toMatchObject({ matrix: two, matrix_more: [] });
    expect(blocksOf(mapping())).toEqual([]);
  });
  it('a floor of one row has one sub-row, whatever its cells hold', () => {
    const m = matrix({ in_cell: true });
    expect([3, 4, 5].map((row) => cellRole(m, row, 0).sub)).toEqual([0, 0, 0]);
  });
  it('blocks on refused classes and on acceptance without its value', () => {
    const problem = (name: string, count = 1) => ({
      problem: name,
      title: '',
      count,
      decision: 'refuse' as const,
      choices: ['refuse', 'skip', 'accept'],
      what: '',
      rows: [],
    });
    const scan = {
      problems: [problem('floor-missing'), problem('duplicate'), problem('number', 0)],
    } as unknown as ImportScan;
    const draft = draftOf(file());
    expect(blocking(scan, draft).map((p) => p.problem)).toEqual(['floor-missing', 'duplicate']);
    draft.decisions = { 'floor-missing': { decision: 'accept' }, duplicate: { decision: 'skip' } };
    expect(blocking(scan, draft).map((p) => p.problem)).toEqual(['floor-missing']);
    draft.decisions['floor-missing'] = { decision: 'accept', value: ' 1 ' };
    expect(blocking(scan, draft)).toEqual([]);
    expect(valueKind('row.status-unknown')).toBe('state');
    expect(valueKind('total-differs')).toBeNull();
  });
  it('stops files that need not be sent', () => {
    expect(uploadFault('a.csv', 0)).toBe('empty');
    expect(uploadFault('a.xlsx', 33 * 1024 * 1024)).toBe('large');
    expect(uploadFault('旧.XLS', 10)).toBe('xls');
    expect(uploadFault('a.docx', 10)).toBe('kind');
    expect(uploadFault('表.XLSX', 32 * 1024 * 1024)).toBeNull();
  });
});

describe('property', () => {
  it('counts floors without 0 and without the skipped (PM-03)', () => {
    const floors = floorNumbers(-2, 33, [4, 13, 14]);
    expect(floors).toHaveLength(32);
    expect(floors.slice(0, 3)).toEqual([-2, -1, 1]);
    expect(floors).not.toContain(4);
    expect(floorNumbers(5, 1)).toEqual([]);
  });
  it('reads numbers and names however they are separated', () => {
    expect(parseNumbers('14、4，13 4')).toEqual([4, 13, 14]);
    expect(parseNumbers('')).toEqual([]);
    expect(parseNumbers('4a')).toBeNull();
    expect(parseNames('一单元，二单元,, 一单元\n三单元')).toEqual(['一单元', '二单元', '三单元']);
  });
  const tree: Tree = {
    project_id: 1,
    areas: [
      {
        id: 1,
        version: 1,
        parent_id: null,
        kind: 'phase',
        name: '一期',
        ordinal: 1,
        enabled: true,
        units: 0,
      },
      { id: 2, version: 1, parent_id: 1, kind: 'area', name: '东区', ordinal: 1, enabled: true, units: 0 },
      {
        id: 3,
        version: 1,
        parent_id: null,
        kind: 'phase',
        name: '二期',
        ordinal: 2,
        enabled: true,
        units: 0,
      },
    ],
    buildings: [
      {
        id: 9,
        version: 1,
        area_id: 2,
        name: '10栋',
        ordinal: 0,
        enabled: true,
        units: 1,
        stairs: [],
        floors: [],
      },
      {
        id: 8,
        version: 1,
        area_id: 2,
        name: '2栋',
        ordinal: 0,
        enabled: true,
        units: 1,
        stairs: [],
        floors: [],
      },
      {
        id: 7,
        version: 1,
        area_id: 99,
        name: '孤楼',
        ordinal: 0,
        enabled: true,
        units: 1,
        stairs: [],
        floors: [],
      },
    ],
  };
  it('makes a tree that loses nothing and orders by ordinal, then naturally', () => {
    const top = branches(tree);
    expect(top.map((b) => b.name)).toEqual(['孤楼', '一期', '二期']);
    expect(top[1]?.children[0]?.children.map((b) => b.name)).toEqual(['2栋', '10栋']);
  });
  it('offers no move into itself or below', () => {
    const phase = branches(tree)[1];
    expect(phase && parentChoices(tree, phase).map((a) => a.id)).toEqual([3]);
  });
});

describe('settings', () => {
  const project = {
    id: 1,
    version: 3,
    name: '云栖',
    name_en: '',
    city: '',
    address: '',
    developer: '',
    phone: '',
    sale_type: 'presale',
    price_basis: 'gross',
    round_mode: 'half_up',
    round_unit_fen: 100,
    show_deal_price: false,
    two_person: true,
    closed: false,
    hold_days_max: 7,
    link_days: 30,
    stale_s: 120,
    too_old_s: 1800,
    down_bp: 3000,
    loan_unit_fen: 1_000_000,
    commercial_rate_ppm: 31_000,
    fund_rate_ppm: 26_000,
    fund_cap_fen: 130_000_000,
    rates_date: '',
    validity_days: 0,
    book_days: 3,
    sign_days: 7,
    file_days: 30,
    remind_early_days: 7,
    remind_near_days: 1,
    remind_late_days: 1,
    late_rate: 10,
    late_days: 90,
    late_beyond_rate: 20,
    postpone_times: 2,
    postpone_days: 30,
    lock_minutes: 10,
    confirm_minutes: 30,
    cover_media: null,
  } as Project;
  it('sends nothing when nothing changed, and only what did', () => {
    const form = formOf(project);
    expect(form.commercial_rate_ppm).toBe('3.1');
    expect(form.down_bp).toBe('30');
    expect(changed(project, form)).toEqual({});
    form.commercial_rate_ppm = '3.05';
    form.name = ' 云栖江岸 ';
    form.rates_date = '2026-10-20';
    expect(changed(project, form)).toEqual({
      commercial_rate_ppm: 30_500,
      name: '云栖江岸',
      rates_date: '2026-10-20',
    });
  });
  it('finds figures out of range', () => {
    const form = { ...formOf(project), hold_days_max: 91, down_bp: '30.001', name: ' ' };
    expect(wrongFields(form).sort()).toEqual(['down_bp', 'hold_days_max', 'name']);
  });
  it('wants the second reminder nearer to its day than the first', () => {
    expect(wrongFields({ ...formOf(project), remind_near_days: 7 })).toEqual(['remind_near_days']);
    expect(wrongFields({ ...formOf(project), remind_near_days: 6 })).toEqual([]);
  });
});

describe('users and posts', () => {
  it('groups every right once and hides what nobody is given', () => {
    const right = (code: string) => ({ code, zh: code, en: code });
    const groups = groupRights(['none', 'self', 'chart.view', 'user.edit', 'future.thing'].map(right));
    expect(groups.map((g) => [g.key, g.items.map((i) => i.code)])).toEqual([
      ['see', ['chart.view']],
      ['run', ['user.edit']],
      ['other', ['future.thing']],
    ]);
  });
  it('has a group for every right that there is', () => {
    const table = readFileSync(join(process.cwd(), '../db/right.def'), 'utf8');
    const codes = [...table.matchAll(/^RIGHT\(\w+, "([\w.]+)"/gm)].map((m) => m[1] ?? '');
    expect(codes).toContain('deal.make');
    const groups = groupRights(codes.map((code) => ({ code, zh: code, en: code })));
    expect(groups.filter((g) => g.key === 'other')).toEqual([]);
  });
  it('says the scope of a post', () => {
    expect(scopeOf({ all_projects: true, building_ids: [] })).toBe('all');
    expect(scopeOf({ all_projects: false, building_ids: [] })).toBe('projects');
    expect(scopeOf({ all_projects: false, building_ids: [3] })).toBe('buildings');
  });
  it('makes first passwords long enough, without look-alikes, and not twice the same', () => {
    const all = new Set(Array.from({ length: 50 }, () => firstPassword()));
    expect(all.size).toBe(50);
    for (const p of all) expect(p).toMatch(/^[a-km-z2-9]{4}-[a-km-z2-9]{4}-[a-km-z2-9]{4}$/);
  });
});

describe('permits and disclosure', () => {
  const permit = (over: Partial<Permit>): Permit =>
    ({
      id: 1,
      state: 'valid',
      valid_until: null,
      issued_date: '2026-01-01',
      units_named: 1,
      units_covered: 1,
      ...over,
    }) as Permit;
  const today = new Date(2026, 10, 21).getTime();
  it('calls out what ends soon or does not add up, and puts history last', () => {
    expect(validity(permit({ valid_until: '2026-12-21' }), today)).toBe('soon');
    expect(validity(permit({ valid_until: '2026-12-22' }), today)).toBe('valid');
    expect(validity(permit({ state: 'revoked', valid_until: '2026-12-01' }), today)).toBe('revoked');
    expect(countGap(permit({ units_named: 718, units_covered: 720 }))).toBe(-2);
    const order = sortPermits(
      [
        permit({ id: 1, state: 'revoked' }),
        permit({ id: 2 }),
        permit({ id: 3, units_covered: 0 }),
        permit({ id: 4, state: 'expired' }),
      ],
      today,
    );
    expect(order.map((p) => p.id)).toEqual([3, 2, 4, 1]);
  });
  it('puts missing items first and believes the daemon about what is missing', () => {
    const item = (code: string, required: boolean, value: string) => ({
      code,
      required,
      value,
      media: null,
      zh: '',
      en: '',
      rule: '',
      doc_name: '',
      doc_date: null,
      version: 1,
    });
    const d: Disclosure = {
      items: [item('P1', true, 'x'), item('P2', true, ''), item('P13', true, ''), item('P18', false, '')],
      fees: [],
      discounts: [],
      missing: ['P2'],
    };
    const split = splitItems(d);
    expect(split.missing.map((i) => i.code)).toEqual(['P2']);
    expect(split.open.map((i) => i.code)).toEqual(['P18']);
    expect(split.filled.map((i) => i.code)).toEqual(['P1', 'P13']);
    expect(progress(d)).toEqual({ done: 2, all: 3 });
    expect(keptIn({ code: 'P15' })).toBe('fees');
    expect(keptIn({ code: 'P3' })).toBeNull();
  });
});

describe('audit, terminals, system', () => {
  it('names the person, the log-in beside the name', () => {
    expect(actorOf({ actor: 'zhang', actor_name: '张三' })).toEqual({ name: '张三', login: 'zhang' });
    expect(actorOf({ actor: 'gone', actor_name: '' })).toEqual({ name: 'gone', login: '' });
    expect(actorOf({ actor: '', actor_name: '' })).toEqual({ name: '', login: '' });
  });

  it('counts a code down and spells it', () => {
    expect(remaining(600_000, 0)).toBe('10:00');
    expect(remaining(59_001, 0)).toBe('1:00');
    expect(remaining(1_000, 1_000)).toBeNull();
    expect(spell('K7QX3M9P')).toBe('K7QX\u2009\u20093M9P');
    expect(spell('K7QX-3M9P')).toBe('K7QX-3M9P');
    expect(spell('123456')).toBe('123\u2009\u2009456');
    expect(linkOf({ link: 'lost', last_seen_ms: null })).toBe('never');
  });
  it('calls a backup old after a day and a half', () => {
    expect(backupAge(null, 0)).toBe('none');
    expect(backupAge(0, 36 * 3_600_000)).toBe('fresh');
    expect(backupAge(0, 36 * 3_600_000 + 1)).toBe('old');
  });
});
