/* questionnaire.ts - a set of questions as it is edited and as it is filled in, without the page: kinds, order, what
 * is given, what is lacking, what is sent. The daemon checks all of it again. */
import type { ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';

export type Questionnaire = Schemas['Questionnaire'];
export type QuestionnaireFull = Schemas['QuestionnaireFull'];
export type Stage = Schemas['QuestionnaireStage'];
export type Kind = Schemas['QuestionKind'];

export const STAGES: readonly Stage[] = ['first_visit', 'revisit', 'lost', 'deal', 'handover'];
export const STATES = ['draft', 'enabled', 'disabled'] as const;
export const KINDS: readonly Kind[] = ['single', 'multi', 'text', 'score', 'matrix'];
export const MARK = { draft: 'wait', enabled: 'live', disabled: '' } as const;

export const QUESTIONS_MAX = 50;
export const CHOICES_MAX = 20;
export const SCORE_MAX = 100;
export const LONG_MAX = 1000;
/** Up to so many values a score is a row of buttons, beyond it a field. */
const SCORE_BUTTONS = 11;
/** From so many characters on a fill-in gets several lines. */
const LONG_FROM = 60;

export interface Choice {
  /** the id when it is stored, else one of this page */
  readonly key: string;
  text: string;
}
export interface Asked {
  readonly key: string;
  kind: Kind;
  text: string;
  required: boolean;
  /** of a score */
  low: number;
  /** of a score; most choices of a multi; most characters of a text */
  high: number;
  options: Choice[];
  rows: Choice[];
  readonly retired: boolean;
}

let made = 0;
const freshKey = (): string => `new-${++made}`;
export const choice = (text = ''): Choice => ({ key: freshKey(), text });

const hasOptions = (kind: Kind): boolean => kind === 'single' || kind === 'multi' || kind === 'matrix';

/** What a question of a kind starts with. */
const LIMITS: Record<Kind, { low: number; high: number }> = {
  single: { low: 0, high: 0 },
  multi: { low: 0, high: 2 },
  text: { low: 0, high: 200 },
  score: { low: 1, high: 5 },
  matrix: { low: 0, high: 0 },
};

export function blank(kind: Kind): Asked {
  return {
    key: freshKey(),
    kind,
    text: '',
    required: false,
    ...LIMITS[kind],
    options: hasOptions(kind) ? [choice(), choice()] : [],
    rows: kind === 'matrix' ? [choice()] : [],
    retired: false,
  };
}

/** The same question as another kind: its words and what both kinds have stay. */
export function asKind(q: Asked, kind: Kind): Asked {
  const start = blank(kind);
  return {
    ...start,
    key: q.key,
    text: q.text,
    required: q.required,
    high: kind === 'multi' ? Math.max(q.options.length, 2) : start.high,
    options: hasOptions(kind) && q.options.length ? q.options : start.options,
    rows: kind === 'matrix' && q.rows.length ? q.rows : start.rows,
  };
}

const stored = (list: Schemas['QuestionOption'][]): Choice[] =>
  list.map((o) => ({ key: String(o.id), text: o.text }));

export function fromApi(questions: readonly Schemas['Question'][]): Asked[] {
  return questions.map((q) => ({
    key: String(q.id),
    kind: q.kind,
    text: q.text,
    required: q.required,
    low: q.low ?? 0,
    high: q.high ?? 0,
    options: stored(q.options),
    rows: stored(q.rows),
    retired: q.retired,
  }));
}

const words = (list: readonly Choice[]): Schemas['QuestionOptionNew'][] =>
  list.map((o) => ({ text: o.text.trim() }));

export function toApi(questions: readonly Asked[]): Schemas['QuestionNew'][] {
  return questions.map((q) => ({
    kind: q.kind,
    text: q.text.trim(),
    required: q.required,
    ...(q.kind === 'score' ? { low: q.low } : {}),
    ...(q.kind === 'score' || q.kind === 'text' || q.kind === 'multi' ? { high: q.high } : {}),
    ...(hasOptions(q.kind) ? { options: words(q.options) } : {}),
    ...(q.kind === 'matrix' ? { rows: words(q.rows) } : {}),
  }));
}

/** What the daemon says of the question at @index of those that were sent. */
export function saidOfQuestion(problem: ApiError | null, index: number): string[] {
  const at = `questions/${index}`;
  return (problem?.errors ?? [])
    .filter((e) => e.field === at || e.field?.startsWith(`${at}/`))
    .map((e) => e.detail);
}

/* ---- filling in ---- */

export interface Given {
  options: string[];
  text: string;
  score: number | null;
  /** row to option */
  cells: Record<string, string>;
}
export const nothing = (): Given => ({ options: [], text: '', score: null, cells: {} });
export type Answers = Record<string, Given>;

export function isGiven(q: Asked, given: Given | undefined): boolean {
  if (!given) return false;
  if (q.kind === 'text') return given.text.trim() !== '';
  if (q.kind === 'score') return given.score !== null;
  if (q.kind === 'matrix') return Object.keys(given.cells).length > 0;
  return given.options.length > 0;
}

/** The questions that still want an answer: required ones without, and a matrix that was begun. */
export function lacking(questions: readonly Asked[], answers: Answers): string[] {
  return questions
    .filter((q) => {
      const given = answers[q.key];
      if (!isGiven(q, given)) return q.required;
      return q.kind === 'matrix' && q.rows.some((r) => given?.cells[r.key] === undefined);
    })
    .map((q) => q.key);
}

export function answersToApi(questions: readonly Asked[], answers: Answers): Schemas['AnswerNew'][] {
  return questions.flatMap((q): Schemas['AnswerNew'][] => {
    const given = answers[q.key];
    if (!given || !isGiven(q, given)) return [];
    const question_id = Number(q.key);
    if (q.kind === 'text') return [{ question_id, text: given.text.trim() }];
    if (q.kind === 'score') return [{ question_id, score: given.score ?? 0 }];
    if (q.kind !== 'matrix') return [{ question_id, option_ids: given.options.map(Number) }];
    const cells = q.rows
      .filter((r) => given.cells[r.key] !== undefined)
      .map((r) => ({ row_id: Number(r.key), option_id: Number(given.cells[r.key]) }));
    return [{ question_id, cells }];
  });
}

/** What was answered, to be corrected. */
export function answersFromApi(list: readonly Schemas['Answer'][]): Answers {
  const out: Answers = {};
  for (const a of list) {
    const given = (out[String(a.question_id)] ??= nothing());
    if (a.row_id !== null && a.option_id !== null) given.cells[String(a.row_id)] = String(a.option_id);
    else if (a.option_id !== null) given.options.push(String(a.option_id));
    else if (a.score !== null) given.score = a.score;
    else given.text = a.text ?? '';
  }
  return out;
}

/** What the daemon says of the answer to a question, by the question's key. */
export function saidOfAnswers(problem: ApiError | null): Record<string, string> {
  const out: Record<string, string> = {};
  for (const e of problem?.errors ?? []) {
    const id = /^question\/(\d+)$/.exec(e.field ?? '')?.[1];
    if (id !== undefined) out[id] = e.detail;
  }
  return out;
}

/** The values of a score as buttons; null: too many for that. */
export function scoreButtons(q: Asked): number[] | null {
  const n = q.high - q.low + 1;
  return n >= 2 && n <= SCORE_BUTTONS ? Array.from({ length: n }, (_, i) => q.low + i) : null;
}
export const isLong = (q: Asked): boolean => q.high > LONG_FROM;

/** The answers of a sheet, one line a question: `自住、投资`, `样板间：好`. */
export function answerLines(
  list: readonly Schemas['Answer'][],
  comma: string,
  colon: string,
): { id: number; question: string; answer: string }[] {
  const lines: { id: number; question: string; parts: string[] }[] = [];
  for (const a of list) {
    let line = lines.find((l) => l.id === a.question_id);
    if (!line) lines.push((line = { id: a.question_id, question: a.question, parts: [] }));
    const value = a.option ?? a.text ?? String(a.score ?? '');
    line.parts.push(a.row === null ? value : `${a.row}${colon}${value}`);
  }
  return lines.map((l) => ({ id: l.id, question: l.question, answer: l.parts.join(comma) }));
}
