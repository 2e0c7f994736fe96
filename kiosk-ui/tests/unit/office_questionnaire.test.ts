import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import {
  answerLines,
  answersFromApi,
  answersToApi,
  asKind,
  blank,
  choice,
  fromApi,
  lacking,
  nothing,
  saidOfAnswers,
  saidOfQuestion,
  scoreButtons,
  toApi,
  type Answers,
} from '@/office/questionnaire/questionnaire';
import { daysText } from '@/office/questionnaire/days_text';

const base = { required: false, low: null, high: null, retired: false, options: [], rows: [] };
const options = [
  { id: 11, text: '自住' },
  { id: 12, text: '投资' },
];
const SET: Schemas['Question'][] = [
  { ...base, id: 1, kind: 'single', text: '目的', required: true, options },
  { ...base, id: 2, kind: 'multi', text: '看重', high: 2, options },
  { ...base, id: 3, kind: 'text', text: '意见', high: 50 },
  { ...base, id: 4, kind: 'score', text: '打分', required: true, low: 0, high: 5 },
  {
    ...base,
    id: 5,
    kind: 'matrix',
    text: '印象',
    options,
    rows: [
      { id: 21, text: '样板间' },
      { id: 22, text: '讲解' },
    ],
  },
];
const asked = fromApi(SET);
const problem = (errors: { code: string; detail: string; field?: string }[]) =>
  new ApiError(422, 'fields.wrong', '', '', { errors: errors as never });

describe('a draft', () => {
  it('goes out as it came in, without ids, texts trimmed', () => {
    const sent = toApi(asked.map((q) => ({ ...q, text: ` ${q.text} ` })));
    expect(sent.map((q) => q.text)).toEqual(SET.map((q) => q.text));
    expect(sent[0]).toEqual({
      kind: 'single',
      text: '目的',
      required: true,
      options: [{ text: '自住' }, { text: '投资' }],
    });
    expect(sent[3]).toEqual({ kind: 'score', text: '打分', required: true, low: 0, high: 5 });
    expect(sent[2]).toEqual({ kind: 'text', text: '意见', required: false, high: 50 });
    expect(sent[4]?.rows).toEqual([{ text: '样板间' }, { text: '讲解' }]);
  });

  it('keeps what both kinds have when the kind changes', () => {
    const [single] = asked;
    const multi = asKind(single!, 'multi');
    expect([multi.key, multi.text, multi.required, multi.options, multi.high]).toEqual([
      '1',
      '目的',
      true,
      single!.options,
      2,
    ]);
    const score = asKind(multi, 'score');
    expect([score.options, score.low, score.high]).toEqual([[], 1, 5]);
    expect(asKind(score, 'matrix').rows).toHaveLength(1);
    expect(blank('single').options).toHaveLength(2);
  });

  it('gives every new choice a key of its own', () => {
    expect(choice().key).not.toBe(choice().key);
  });

  it('hears what is said of one question, and not of the tenth', () => {
    const p = problem([
      { code: 'x', detail: 'a', field: 'questions/1/options/0/text' },
      { code: 'x', detail: 'b', field: 'questions/10/text' },
      { code: 'x', detail: 'c', field: 'questions/1' },
    ]);
    expect(saidOfQuestion(p, 1)).toEqual(['a', 'c']);
    expect(saidOfQuestion(p, 10)).toEqual(['b']);
    expect(saidOfQuestion(null, 0)).toEqual([]);
  });
});

describe('answers', () => {
  const full: Answers = {
    1: { ...nothing(), options: ['12'] },
    2: { ...nothing(), options: ['12', '11'] },
    3: { ...nothing(), text: ' 好 ' },
    4: { ...nothing(), score: 0 },
    5: { ...nothing(), cells: { 22: '11', 21: '12' } },
  };

  it('lack what is required, and the rest of a matrix that was begun', () => {
    expect(lacking(asked, {})).toEqual(['1', '4']);
    expect(lacking(asked, full)).toEqual([]);
    expect(lacking(asked, { ...full, 5: { ...nothing(), cells: { 21: '12' } } })).toEqual(['5']);
    expect(lacking(asked, { ...full, 4: nothing() })).toEqual(['4']);
  });

  it('go out as the daemon wants them; what is empty does not', () => {
    expect(answersToApi(asked, full)).toEqual([
      { question_id: 1, option_ids: [12] },
      { question_id: 2, option_ids: [12, 11] },
      { question_id: 3, text: '好' },
      { question_id: 4, score: 0 },
      {
        question_id: 5,
        cells: [
          { row_id: 21, option_id: 12 },
          { row_id: 22, option_id: 11 },
        ],
      },
    ]);
    expect(answersToApi(asked, { 3: { ...nothing(), text: '  ' }, 2: nothing() })).toEqual([]);
  });

  const one = (more: Partial<Schemas['Answer']>): Schemas['Answer'] => ({
    question_id: 1,
    question: 'q',
    kind: 'single',
    option_id: null,
    option: null,
    row_id: null,
    row: null,
    score: null,
    text: null,
    ...more,
  });
  const stored = [
    one({ option_id: 12, option: '投资' }),
    one({ question_id: 2, option_id: 11, option: '自住' }),
    one({ question_id: 2, option_id: 12, option: '投资' }),
    one({ question_id: 4, score: 0 }),
    one({ question_id: 5, option_id: 11, option: '自住', row_id: 21, row: '样板间' }),
    one({ question_id: 3, text: '好' }),
  ];

  it('come back to be corrected', () => {
    const back = answersFromApi(stored);
    expect(back['1']?.options).toEqual(['12']);
    expect(back['2']?.options).toEqual(['11', '12']);
    expect(back['4']?.score).toBe(0);
    expect(back['5']?.cells).toEqual({ 21: '11' });
    expect(back['3']?.text).toBe('好');
  });

  it('are read one line a question', () => {
    expect(answerLines(stored, '、', '：').map((l) => l.answer)).toEqual([
      '投资',
      '自住、投资',
      '0',
      '样板间：自住',
      '好',
    ]);
  });

  it('hear what the daemon says of each', () => {
    const p = problem([
      { code: 'x', detail: '缺', field: 'question/4' },
      { code: 'x', detail: 'y', field: 'answers/0/text' },
    ]);
    expect(saidOfAnswers(p)).toEqual({ 4: '缺' });
  });

  it('score by buttons, a wide range by a field', () => {
    expect(scoreButtons(asked[3]!)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(scoreButtons({ ...asked[3]!, high: 10 })).toHaveLength(11);
    expect(scoreButtons({ ...asked[3]!, high: 11 })).toBeNull();
    expect(scoreButtons({ ...asked[3]!, low: 5, high: 5 })).toBeNull();
  });
});

describe('validity', () => {
  it('is said by what is given', () => {
    const t = (key: string) => key.replace('questionnaire.', '');
    expect(daysText({ from: 'a', until: 'b' }, t)).toBe('validBoth');
    expect(daysText({ from: 'a', until: null }, t)).toBe('validFrom');
    expect(daysText({ from: null, until: 'b' }, t)).toBe('validUntil');
    expect(daysText({}, t)).toBe('validAlways');
  });
});
