/* plan.ts - what the import wizard knows and sends: mapping, decisions, and what still stands in the way.
 *
 * Pure functions over the API's types; no Vue, no network. Rows are numbered from 1 as a spreadsheet
 * shows them, columns from 0. Nothing is guessed here: a word or column the daemon did not recognise
 * stays without a meaning until a person gives it one.
 */
import type { components } from '@/api/schema.gen';

export type ImportFile = components['schemas']['ImportFile'];
export type ImportMapping = components['schemas']['ImportMapping'];
export type ImportPlan = components['schemas']['ImportPlan'];
export type ImportScan = components['schemas']['ImportScan'];
export type ImportProblem = components['schemas']['ImportProblem'];
export type ImportDecision = components['schemas']['ImportDecision'];
export type MatrixLayout = components['schemas']['MatrixLayout'];
export type WordMap = components['schemas']['WordMap'];

/** Fields a column (or a sub-row of a matrix) can carry, in the order people think of them. */
export const FIELDS = [
  'project',
  'building',
  'stair',
  'floor',
  'room',
  'class',
  'layout',
  'orientation',
  'gross',
  'inner',
  'shared',
  'unit_price',
  'total',
  'filed_total',
  'deal_total',
  'status',
  'floor_height',
] as const;
export type Field = (typeof FIELDS)[number];

/** Sub-rows of a matrix carry facts of the unit, not its place: floor, line and building come from the grid. */
export const MATRIX_FIELDS: readonly Field[] = [
  'room',
  'gross',
  'inner',
  'shared',
  'unit_price',
  'total',
  'filed_total',
  'deal_total',
  'layout',
  'orientation',
  'class',
  'status',
];

/** States a list may bring along; a pick lock (K) lives for minutes and is never imported. */
export const STATES: readonly string[] = ['A', 'U', 'X', 'R', 'B', 'S', 'C', 'F', 'D', 'T', 'N'];
export const CLASSES: readonly string[] = [
  'home',
  'villa',
  'shop',
  'office',
  'apartment',
  'parking',
  'storage',
  'other',
];

export interface Draft {
  mapping: ImportMapping;
  decisions: Record<string, { decision: ImportDecision['decision']; value?: string }>;
  remember: boolean;
  fromFile: boolean;
  filter: string[];
}

/** A fresh draft from what the daemon found in the file. */
export function draftOf(file: ImportFile): Draft {
  return {
    mapping: structuredCloneJson({ ...file.suggestion, sheet: file.sheet }),
    decisions: {},
    remember: true,
    fromFile: false,
    filter: [],
  };
}

/** Plain copy; reactive proxies cannot be cloned structurally. */
export function structuredCloneJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Spreadsheet name of a column: 0 → A, 25 → Z, 26 → AA. */
export function columnName(index: number): string {
  let name = '';
  for (let i = index; i >= 0; i = Math.floor(i / 26) - 1) name = String.fromCharCode(65 + (i % 26)) + name;
  return name;
}

/** Gives column @index the meaning @field; a field has one column only, so another one loses it. */
export function setColumn(mapping: ImportMapping, index: number, field: string | null): ImportMapping {
  const columns = mapping.columns.filter((c) => c.index !== index && (field === null || c.field !== field));
  if (field !== null) columns.push({ index, field });
  columns.sort((a, b) => a.index - b.index);
  return { ...mapping, columns };
}

export function fieldOf(mapping: ImportMapping, index: number): string | null {
  return mapping.columns.find((c) => c.index === index)?.field ?? null;
}

function hasField(mapping: ImportMapping, field: string): boolean {
  if (mapping.form === 'matrix') return blocksOf(mapping).some((m) => m.row_fields.includes(field));
  return mapping.columns.some((c) => c.field === field);
}

export interface MappingGaps {
  /** without these nothing can be imported */
  missing: string[];
  /** without these the import works, but something is lost; worth a sentence */
  absent: string[];
}

/** What the mapping lacks. The total is the authority; with only a unit price the daemon works it out. */
export function mappingGaps(mapping: ImportMapping): MappingGaps {
  const missing: string[] = [];
  const absent: string[] = [];
  // In a matrix the room number may come from the floor and the line instead of a row of its own.
  if (!hasField(mapping, 'room')) (mapping.form === 'matrix' ? absent : missing).push('room');
  if (mapping.form === 'rows' && !hasField(mapping, 'floor')) absent.push('floor');
  if (mapping.form === 'rows' && !hasField(mapping, 'building')) absent.push('building');
  if (!hasField(mapping, 'gross') && !hasField(mapping, 'inner')) absent.push('gross');
  if (!hasField(mapping, 'total') && !hasField(mapping, 'unit_price')) absent.push('total');
  if (!hasField(mapping, 'status')) absent.push('status');
  if (!hasField(mapping, 'class')) absent.push('class');
  return { missing, absent };
}

/** Every block of the sheet: the first, and those beside or below it. */
export function blocksOf(mapping: ImportMapping): MatrixLayout[] {
  return mapping.matrix ? [mapping.matrix, ...(mapping.matrix_more ?? [])] : [];
}

/** The mapping with other blocks; without any it is no matrix. */
export function withBlocks(mapping: ImportMapping, blocks: MatrixLayout[]): ImportMapping {
  const [matrix = null, ...matrix_more] = blocks;
  return { ...mapping, matrix, matrix_more };
}

/** Sub-rows whose money can be in 万元. */
export function isMoney(field: string): boolean {
  return field === 'unit_price' || field === 'total' || field === 'filed_total' || field === 'deal_total';
}

/** What is wrong with the shape of a matrix: keys of `import.matrixWrong`. */
export function matrixFaults(m: MatrixLayout, columns: number, rows: number): string[] {
  const faults: string[] = [];
  if (m.first_column > m.last_column) faults.push('columns');
  if (m.last_column >= columns || m.floor_column >= columns) faults.push('outside');
  if (m.floor_column >= m.first_column && m.floor_column <= m.last_column) faults.push('floorInside');
  if (m.first_row > m.last_row) faults.push('rows');
  if (m.header_row >= m.first_row) faults.push('header');
  if (m.last_row > rows) faults.push('outside');
  const named = m.row_fields.filter((f) => f !== '');
  if (new Set(named).size !== named.length) faults.push('twice');
  if (m.building.trim() === '') faults.push('building');
  return [...new Set(faults)];
}

export type CellRole = 'header' | 'floor' | 'unit' | 'out';

/** What the cell at @row (from 1), @column (from 0) is in the matrix, and which sub-row it belongs to. */
export function cellRole(m: MatrixLayout, row: number, column: number): { role: CellRole; sub: number } {
  const out = { role: 'out' as const, sub: -1 };
  if (row === m.header_row)
    return column >= m.first_column && column <= m.last_column ? { role: 'header', sub: -1 } : out;
  if (row < m.first_row || row > m.last_row) return out;
  const sub = m.in_cell ? 0 : (row - m.first_row) % m.rows_per_floor;
  if (column === m.floor_column) return { role: 'floor', sub };
  if (column < m.first_column || column > m.last_column) return out;
  return { role: 'unit', sub };
}

/** Changes the number of sub-rows and keeps the meanings given so far. */
export function setRowsPerFloor(m: MatrixLayout, rows: number): MatrixLayout {
  const row_fields = Array.from({ length: rows }, (_, i) => m.row_fields[i] ?? '');
  const row_wan = row_fields.map((_, i) => m.row_wan?.[i] ?? false);
  return { ...m, rows_per_floor: rows, row_fields, row_wan };
}

/** A matrix to start from when the daemon saw none: header, floors left, everything else units. */
export function matrixGuessless(file: ImportFile): MatrixLayout {
  const header = Math.max(1, file.header_row);
  const width = file.columns.length;
  const sheetRows = file.sheets.find((s) => s.index === file.sheet)?.rows ?? header + 1;
  return {
    header_row: header,
    floor_column: 0,
    first_column: Math.min(1, Math.max(0, width - 1)),
    last_column: Math.max(0, width - 1),
    first_row: header + 1,
    last_row: Math.max(header + 1, sheetRows),
    rows_per_floor: 1,
    row_fields: ['room'],
    building: '',
    stair_row: null,
  };
}

/** Words with the user's answers put over what the daemon knows; unknown first, then by count. */
export function mergeWords(found: WordMap[], chosen: WordMap[]): WordMap[] {
  const by = new Map(chosen.map((w) => [w.word, w.code]));
  return found
    .map((w) => ({ ...w, code: by.has(w.word) ? (by.get(w.word) ?? null) : w.code }))
    .sort(
      (a, b) =>
        Number(a.code !== null) - Number(b.code !== null) ||
        (b.count ?? 0) - (a.count ?? 0) ||
        a.word.localeCompare(b.word),
    );
}

/** Records the meaning of one word. */
export function setWord(words: WordMap[], word: string, code: string | null): WordMap[] {
  return [...words.filter((w) => w.word !== word), { word, code }];
}

/** Words without a meaning; a file whose word is unknown must not pass silently. */
export function unknownWords(words: WordMap[]): WordMap[] {
  return words.filter((w) => w.code === null);
}

/** The request body of scan and commit. */
export function planOf(draft: Draft): ImportPlan {
  const plan: ImportPlan = {
    mapping: withBlocks(draft.mapping, draft.mapping.form === 'matrix' ? blocksOf(draft.mapping) : []),
    decisions: Object.entries(draft.decisions).map(([problem, d]) => ({
      problem,
      decision: d.decision,
      ...(d.value !== undefined && d.value !== '' ? { value: d.value } : {}),
    })),
    remember: draft.remember,
  };
  if (draft.fromFile) plan.project_from_file = true;
  if (draft.filter.length > 0) plan.project_filter = [...draft.filter];
  return plan;
}

/** `row.floor-missing` and `floor-missing` are one class. */
export function problemName(problem: string): string {
  return problem.replace(/^row\./u, '');
}

/** What accepting a class of problems asks for: a floor label, a state, a use, or nothing. */
export function valueKind(problem: string): 'floor' | 'state' | 'class' | null {
  const name = problemName(problem);
  if (name === 'floor-missing') return 'floor';
  if (name === 'status-unknown') return 'state';
  if (name === 'class-unknown') return 'class';
  return null;
}

/** Problem classes still in the way: refused, or accepted without the value they need. */
export function blocking(scan: ImportScan, draft: Draft): ImportProblem[] {
  return scan.problems.filter((p) => {
    const d = draft.decisions[p.problem];
    const decision = d?.decision ?? p.decision;
    if (decision === 'refuse') return p.count > 0;
    return decision === 'accept' && valueKind(p.problem) !== null && !d?.value?.trim();
  });
}

export const UPLOAD_MAX = 32 * 1024 * 1024;

/** Why a file need not be sent at all; null when it may be. The daemon looks at the bytes, not at the name. */
export function uploadFault(name: string, size: number): 'empty' | 'large' | 'xls' | 'kind' | null {
  if (size === 0) return 'empty';
  if (size > UPLOAD_MAX) return 'large';
  if (/\.xls$/i.test(name)) return 'xls';
  if (!/\.(csv|txt|tsv|xlsx)$/i.test(name)) return 'kind';
  return null;
}

/** The file with row @header as its headers (0: none), as far as the sample shows it. The daemon proposes
 * meanings for the headers it found; a row chosen by hand keeps those whose header still says the same. */
export function withHeader(file: ImportFile, header: number): ImportFile {
  const row = file.sample.find((r) => r.row === header);
  const below = file.sample.filter((r) => r.row > header);
  const columns = file.columns.map((c) => {
    const title = row?.cells[c.index] ?? '';
    const sample = [...new Set(below.map((r) => r.cells[c.index] ?? '').filter((v) => v !== ''))].slice(0, 3);
    return { ...c, header: title, sample, field: title === c.header ? c.field : null };
  });
  return { ...file, header_row: header, columns };
}
