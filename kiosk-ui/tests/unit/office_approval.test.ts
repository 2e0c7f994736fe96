// Approvals, plans and flows in words and as sent: the pure parts.
import { describe, expect, test } from 'vitest';
import {
  age,
  filledIn,
  linesOf,
  oneLine,
  stepsOf,
  urgeWait,
  weight,
  type RequestNode,
  type RequestSeat,
} from '@/office/approval/approval';
import {
  boundsText,
  moveStep,
  nodesForm,
  nodesSent,
  rangeText,
  renumber,
  ruleForm,
  ruleSent,
  type NodeForm,
} from '@/office/flow/flow';
import {
  changeText,
  difference,
  emptyForm,
  filterOf,
  floorOf,
  selectionOf,
  valueOf,
} from '@/office/reprice/reprice';
import { placeOf } from '@/office/todo/place';

const seat = (more: Partial<RequestSeat> = {}): RequestSeat => ({
  task_id: 1,
  post: true,
  who: '销售经理',
  state: 'open',
  decided_by: null,
  note: '',
  made_ms: 1,
  decided_ms: null,
  holders: [],
  ...more,
});
const node = (step: number, more: Partial<RequestNode> = {}): RequestNode => ({
  id: step,
  step,
  name: 'n',
  all: false,
  state: 'next',
  seats: [],
  ...more,
});

describe('a request', () => {
  test('nodes of one step stand side by side', () => {
    expect(stepsOf([node(1), node(2), node(2), node(3)]).map((s) => s.nodes.length)).toEqual([1, 2, 1]);
  });
  test('of a node that one passed, only he is shown; of a countersign everybody', () => {
    const seats = [seat({ decided_by: '陈', state: 'approved' }), seat({ state: 'void' })];
    expect(linesOf(node(1, { seats }))).toHaveLength(1);
    const two = [seat({ decided_by: '陈', state: 'approved' }), seat()];
    expect(linesOf(node(1, { seats: two, all: true }))).toHaveLength(2);
  });
  test('age in the largest unit', () => {
    expect(age(0, 59 * 60_000)).toEqual({ unit: 'minute', n: 59 });
    expect(age(0, 60 * 60_000)).toEqual({ unit: 'hour', n: 1 });
    expect(age(0, 49 * 3_600_000)).toEqual({ unit: 'day', n: 2 });
    expect(age(10, 0)).toEqual({ unit: 'minute', n: 0 });
  });
  test('a reminder every 30 minutes, whatever the clock of this machine', () => {
    expect(urgeWait(null, 0)).toBe(0);
    expect(urgeWait(1_000, 0)).toBe(30);
    expect(urgeWait(0, 29 * 60_000 + 1)).toBe(1);
    expect(urgeWait(0, 30 * 60_000)).toBe(0);
    expect(urgeWait(5 * 3_600_000, 0)).toBe(0);
  });
  test('no money and no discount say nothing', () => {
    expect(weight({ amount_fen: 0, discount_bp: 0 })).toEqual([]);
    expect(weight({ amount_fen: 100, discount_bp: 50 })).toHaveLength(2);
    expect(oneLine(' 一\n 二 ')).toBe('一 二');
  });
  test('a to-do leads to where it is handled', () => {
    expect(placeOf({ object_kind: 'approval_task', object_id: 5, project_id: 1 })).toEqual({
      name: 'approval',
      query: { task: '5' },
    });
    expect(placeOf({ object_kind: 'nothing', object_id: 5, project_id: 1 })).toBeNull();
  });
});

describe('a plan', () => {
  test('what is typed, with its sign', () => {
    expect(valueOf({ method: 'percent', way: 'down', value: '3.5' })).toBe(-350);
    expect(valueOf({ method: 'amount', way: 'up', value: '12,000' })).toBe(1_200_000);
    expect(valueOf({ method: 'replace', way: 'down', value: '8' })).toBe(800);
    expect(valueOf({ method: 'percent', way: 'down', value: '0' })).toBeNull();
    expect(valueOf({ method: 'percent', way: 'down', value: 'x' })).toBeNull();
  });
  test('what was filled in of a form goes along, and what was not does not', () => {
    expect(filledIn({ '3': '批文', '4': '' })).toEqual({ values: { '3': '批文' } });
    expect(filledIn({ '4': '' })).toEqual({});
  });
  test('nothing is asked for while a floor is none', () => {
    const form = { ...emptyForm(), value: '1', floorFrom: '-2', floorTo: '３' };
    expect(selectionOf(form)).toEqual({
      target: 'list',
      method: 'percent',
      per: 'total',
      value: -100,
      floor_from: -2,
      floor_to: 3,
    });
    expect(selectionOf({ ...form, floorTo: '1x' })).toBeNull();
    expect(floorOf('')).toBeNull();
    expect(floorOf('201')).toBeNaN();
  });
  test('in words', () => {
    expect(changeText({ method: 'percent', per: 'total', value: -350 })).toMatch(/^−3\.5/);
    expect(changeText({ method: 'amount', per: 'area', value: 20_000 })).toMatch(/^\+.*200.*m²$/);
    expect(changeText({ method: 'replace', per: 'total', value: 100 })).not.toMatch(/[+−]/);
    expect(difference(1_000_00, 950_00)).toMatchObject({ fen: -50_00, bp: 500 });
    expect(difference(0, 5).bp).toBe(0);
    expect(filterOf('building=1栋|floors=2..5|layout=|class=|states=')).toEqual({
      building: '1栋',
      floors: '2..5',
    });
  });
});

describe('a flow', () => {
  const form = (step: number, name = 'n'): NodeForm => ({
    step,
    name,
    all: false,
    amount: '',
    discount: '',
    approvers: ['p1'],
  });
  test('steps are numbered anew and change places whole', () => {
    expect(renumber([form(5), form(2), form(5)]).map((n) => n.step)).toEqual([1, 2, 2]);
    const moved = moveStep([form(1, 'a'), form(2, 'b'), form(2, 'c')], 2, -1);
    expect(moved.map((n) => [n.step, n.name])).toEqual([
      [1, 'b'],
      [1, 'c'],
      [2, 'a'],
    ]);
  });
  test('as sent', () => {
    const nodes = [{ ...form(1, ' a '), amount: '5,000', discount: '2.5', approvers: ['p3', 'u4'] }];
    expect(nodesSent(nodes)).toEqual([
      {
        step: 1,
        name: 'a',
        all: false,
        amount_from_fen: 500_000,
        discount_from_bp: 250,
        approvers: [{ post_id: 3 }, { user_id: 4 }],
      },
    ]);
    expect(nodesSent([{ ...form(1), amount: 'x' }])).toBeNull();
    expect(nodesSent([{ ...form(1), discount: '0' }])).toBeNull();
  });
  test('and back', () => {
    const [back] = nodesForm([
      {
        step: 1,
        name: 'a',
        all: true,
        amount_from_fen: 500_000_00,
        discount_from_bp: 250,
        approvers: [{ post_id: null, user_id: 4, name: 'x' }],
      },
    ]);
    expect(back).toMatchObject({ amount: '500000', discount: '2.5', approvers: ['u4'] });
    expect(boundsText({ amount_from_fen: null, discount_from_bp: 500 })).toMatch(/^≥ 5/);
  });
  test('a rule: open bounds are null, what is no number is not sent', () => {
    const rule = { ...ruleForm(null), flow: 3, amountFrom: '0', discountTo: '5' };
    expect(ruleSent(rule)).toEqual({
      ordinal: 0,
      amount_from_fen: 0,
      amount_to_fen: null,
      discount_from_bp: null,
      discount_to_bp: 500,
      flow_id: 3,
      enabled: true,
    });
    expect(ruleSent({ ...rule, amountTo: 'x' })).toBeNull();
    expect(ruleSent({ ...rule, flow: null })).toBeNull();
    const n = (v: number): string => String(v);
    expect([
      rangeText(null, null, n),
      rangeText(1, null, n),
      rangeText(null, 2, n),
      rangeText(1, 2, n),
    ]).toEqual(['', '≥ 1', '< 2', '1 – < 2']);
  });
});
