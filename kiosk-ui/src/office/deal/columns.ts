/* columns.ts - what a list of deals can show: those that always are, those that one chooses. */
export const COLUMNS = [
  { key: 'unit', fixed: true, nowrap: true, right: false },
  { key: 'customer', fixed: true, nowrap: true, right: false },
  { key: 'stage', fixed: true, nowrap: false, right: false },
  { key: 'paper', fixed: false, nowrap: false, right: false },
  { key: 'user', fixed: false, nowrap: true, right: false },
  { key: 'list', fixed: false, nowrap: false, right: true },
  { key: 'total', fixed: true, nowrap: false, right: true },
  { key: 'received', fixed: false, nowrap: false, right: true },
  { key: 'due_now', fixed: false, nowrap: false, right: true },
  { key: 'plan', fixed: false, nowrap: false, right: false },
  { key: 'due', fixed: false, nowrap: true, right: false },
  { key: 'opened', fixed: false, nowrap: true, right: false },
  { key: 'closed', fixed: false, nowrap: true, right: false },
] as const;
export type ColumnName = (typeof COLUMNS)[number]['key'];

export const CHOICES = COLUMNS.filter((c) => !c.fixed).map((c) => c.key);
export const USUAL: readonly ColumnName[] = ['paper', 'user', 'due_now', 'due', 'opened'];

/** The columns that an address names: `paper.due`; 'none': none but those that always are. */
export function columnsOf(text: string): ColumnName[] {
  return text.split('.').filter((k): k is ColumnName => (CHOICES as readonly string[]).includes(k));
}
export const columnsText = (names: readonly ColumnName[]): string =>
  names.length ? CHOICES.filter((k) => names.includes(k)).join('.') : 'none';
