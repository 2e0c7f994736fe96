// How the steps of a deal stand, what is next, where the board has them; a process as it is edited.
import { describe, expect, test } from 'vitest';
import { body, daysOf, read, ready, step } from '@/office/process/process';
import { canFinish, cell, nextSteps, standing, type DealNode } from '@/office/service/service';

const node = (id: number, more: Partial<DealNode> = {}): DealNode => ({
  id,
  version: 1,
  deal_id: 1,
  ordinal: id,
  code: `n${id}`,
  name: `n${id}`,
  kind: 'manual',
  ends_by: '',
  by_hand: true,
  right: 'deal.process',
  may: true,
  user_id: null,
  user: null,
  strict: true,
  state: 'open',
  due_date: null,
  overdue: false,
  result: '',
  document: '',
  done_by: null,
  done_ms: null,
  ...more,
});
const ids = (list: DealNode[]): number[] => list.map((n) => n.id);

describe('steps', () => {
  test('the first strict one is next, and each that waits for nothing', () => {
    const list = [node(1, { state: 'done' }), node(2), node(3), node(4, { strict: false })];
    expect(ids(nextSteps(list))).toEqual([2, 4]);
    expect(ids(nextSteps([node(1, { strict: false }), node(2)]))).toEqual([1, 2]);
  });
  test('done by hand, by who may, in its turn', () => {
    const list = [node(1), node(2), node(3, { strict: false, by_hand: false })];
    expect(list.map((n) => canFinish(n, list))).toEqual([true, false, false]);
    const other = [node(1, { may: false })];
    expect(canFinish(other[0]!, other)).toBe(false);
  });
  test('overdue is not done', () => {
    expect(standing(node(1, { overdue: true }))).toBe('overdue');
    expect(standing(node(1, { state: 'done' }))).toBe('done');
  });
  test('each is in one column of the board', () => {
    const list = [node(1, { kind: 'filing' }), node(2), node(3, { kind: 'loan-release' })];
    expect(ids(cell(list, 'filing'))).toEqual([1]);
    expect(ids(cell(list, 'loan'))).toEqual([3]);
    expect(ids(cell(list, 'other'))).toEqual([2]);
  });
});

describe('a process', () => {
  test('days are whole and not more than ten years', () => {
    expect(['0', ' 30 ', '3650', '3651', '-1', '1.5', ''].map(daysOf)).toEqual([
      0,
      30,
      3650,
      null,
      null,
      null,
      null,
    ]);
  });
  test('new steps get codes that none has, the first counts from the beginning', () => {
    const draft = read(null);
    draft.name = ' a ';
    draft.nodes = [
      step({ name: 'x', counts_previous: true }),
      step({ name: 'y', code: 'step-1' }),
      step({ name: 'z', counts_previous: true }),
    ];
    expect(ready(draft)).toBe(true);
    const sent = body(draft);
    expect(sent.name).toBe('a');
    expect(sent.nodes.map((n) => [n.code, n.counts_previous])).toEqual([
      ['step-2', false],
      ['step-1', false],
      ['step-3', true],
    ]);
    draft.nodes[0]!.name = ' ';
    expect(ready(draft)).toBe(false);
  });
});
