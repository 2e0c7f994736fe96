/* audit.ts - days as people pick them into the milliseconds of the API, and a detail in lines. */

function day(text: string): Date | null {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(text);
  return m ? new Date(Number(m[1]), Number(m[2]) - 1, Number(m[3])) : null;
}

/** Start of the day, local time of this machine; null for no day. */
export function dayStart(text: string): number | null {
  return day(text)?.getTime() ?? null;
}

/** Start of the day after: `to` of the API is exclusive, the day a person picks is not. */
export function dayEnd(text: string): number | null {
  const d = day(text);
  if (!d) return null;
  d.setDate(d.getDate() + 1);
  return d.getTime();
}

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
