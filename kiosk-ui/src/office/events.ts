// The words of what the log and the history of a unit call an event: `hold`, `unit.price`.
type Translate = (key: string) => string;

/** The word of @code; the code itself when a later daemon has one that these pages do not know. */
export function eventWord(code: string, t: Translate, te: (key: string) => boolean): string {
  const key = `office.event.${code.replace('.', '-')}`;
  return te(key) ? t(key) : code;
}
