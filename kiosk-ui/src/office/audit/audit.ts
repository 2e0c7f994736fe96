/* audit.ts - the detail of an entry in lines. */

/** The detail of an entry as name and value, when it is an object; null when it is plain text. */
export function detailRows(detail: string): [string, string][] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(detail);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const rows = Object.entries(parsed).map(([k, v]): [string, string] => [
    k,
    typeof v === 'string' ? v : JSON.stringify(v),
  ]);
  return rows.length ? rows : null;
}
