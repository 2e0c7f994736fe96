/* audit.ts - who did it, and the detail of an entry in lines. */

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

/** Who did it as people call them, and the log-in beside it where that says something else. */
export function actorOf(row: { actor: string; actor_name: string }): { name: string; login: string } {
  const name = row.actor_name || row.actor;
  return { name, login: name === row.actor ? '' : row.actor };
}
