// Plans and discounts as they are typed, and what is said of them.
import { describe, expect, it } from 'vitest';
import { lineBody, lineForm, newLine, parseValue, valueText } from '@/office/offer/offer';
import { dueText, stepText } from '@/office/terms/terms';

describe('a line of a plan', () => {
  it('is typed in per cent or yuan, and nothing of the rest', () => {
    expect(lineBody({ ...newLine(), value: '30' })?.value).toBe(3000);
    expect(lineBody({ ...newLine(), share: 'amount', value: '50,000' })?.value).toBe(5000000);
    expect(lineBody({ ...newLine(), share: 'rest', value: 'x' })?.value).toBe(0);
    expect(lineBody({ ...newLine(), value: 'x' })).toBeNull();
    expect(lineBody({ ...newLine(), value: '30', days: 'x' })).toBeNull();
    expect(lineBody({ ...newLine(), value: '1', due: 'date', days: '7', date: '2026-12-01' })).toMatchObject({
      due_days: 0,
      due_date: '2026-12-01',
    });
  });
  it('comes back as it was typed', () => {
    const body = lineBody({ ...newLine(), value: '33.33', days: '7' });
    expect(
      body &&
        lineForm({
          ...body,
          value: body.value ?? 0,
          loan: false,
          due_date: null,
          due_node: '',
          node_name: '',
          due_days: 7,
        }),
    ).toEqual({
      ...newLine(),
      value: '33.33',
      days: '7',
    });
  });
});

describe('words', () => {
  it('say what a step does', () => {
    expect(stepText({ method: 'percent', value: 9850 })).toBe('× 98.5\u2009%');
    expect(stepText({ method: 'points', value: 200 })).toBe('− 2\u2009%');
    expect(stepText({ method: 'amount', value: 1000000 })).toBe('− ¥\u200910,000');
    expect(stepText({ method: 'unit_price', value: 10000 })).toBe('− ¥\u2009100 /m²');
  });
  it('say when a line is due', () => {
    const t = (key: string, values?: Record<string, unknown>): string =>
      values ? `${key}:${Object.values(values).join(',')}` : key;
    const line = { due: 'signed', due_days: 7, due_date: null, due_node: '' } as const;
    expect(dueText(line, t)).toBe('terms.due.signedDays:7');
    expect(dueText({ ...line, due_days: 0 }, t)).toBe('terms.due.signed');
    expect(dueText({ ...line, due: 'date', due_date: '2026-12-01' }, t)).toBe('2026-12-01');
    expect(dueText({ ...line, due: 'node', due_days: 0, due_node: '封顶' }, t)).toBe('terms.due.node:封顶');
  });
  it('keep a value as its method types it', () => {
    expect(parseValue('percent', '98')).toBe(9800);
    expect(valueText('percent', 9850)).toBe('98.5');
    expect(parseValue('amount', '10000')).toBe(1000000);
    expect(valueText('amount', 1000000)).toBe('10000');
    expect(valueText('', 0)).toBe('');
  });
});
