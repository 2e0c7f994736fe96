// What can be done with a card and a member, what a form sends, and how somebody is looked for.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import {
  cardActs,
  cardOf,
  cardPart,
  emptyFields,
  filled,
  lookFor,
  memberActs,
  perform,
  ways,
} from '@/office/customer/acts';
import { readerOf, type Reader } from '@/office/customer/use_card_reader';
import { card, member } from './make';

const all = (): boolean => true;

describe('what is offered', () => {
  it('of a card is what its state allows', () => {
    expect(cardActs(card(), all)).toEqual(['lose', 'replace', 'return']);
    expect(cardActs(card({ state: 'lost' }), all)).toEqual(['replace', 'return']);
    expect(cardActs(card({ state: 'replaced' }), all)).toEqual([]);
    expect(cardActs(card({ state: 'returned' }), all)).toEqual([]);
  });

  it('is what the person may do', () => {
    const consultant = (right: string): boolean => right === 'card.issue';
    expect(cardActs(card(), consultant)).toHaveLength(3);
    expect(memberActs(member(), consultant)).toEqual([]);
    expect(memberActs(member(), (r) => r === 'points.edit')).toEqual(['points']);
  });

  it('unlocks a PIN only while it is locked', () => {
    const locked = member({ pin_locked_until_ms: 1000 });
    expect(memberActs(locked, all, 999)).toContain('unlock');
    expect(memberActs(locked, all, 1001)).not.toContain('unlock');
  });

  it('is about the card in use, else the lost one', () => {
    const [used, lost, old] = [
      card({ id: 1 }),
      card({ id: 2, state: 'lost' }),
      card({ id: 3, state: 'replaced' }),
    ];
    expect(cardOf({ cards: [old, lost, used] })?.id).toBe(1);
    expect(cardOf({ cards: [old, lost] })?.id).toBe(2);
    expect(cardOf({ cards: [old] })).toBeNull();
  });
});

describe('a form', () => {
  it('is filled when what its step needs is there', () => {
    const f = emptyFields();
    expect(filled('lose', f)).toBe(false);
    expect(filled('lose', { ...f, reason: ' x ' })).toBe(true);
    expect(filled('replace', { ...f, reason: 'x' })).toBe(false);
    expect(filled('replace', { ...f, reason: 'x', swipe: 'abc' })).toBe(true);
    expect(filled('pin', { ...f, pin: '135790', again: '135791' })).toBe(false);
    expect(filled('pin', { ...f, pin: '135790', again: '135790' })).toBe(true);
    for (const points of ['0', '-5', '1.5', 'x', '']) {
      expect(filled('points', { ...f, reason: 'x', points }), points).toBe(false);
    }
    expect(filled('points', { ...f, reason: 'x', points: '１，０００'.replace('，', ',') })).toBe(true);
  });

  it('sends the swipe, or what was typed in its one form', () => {
    const typed = { swipe: '', code: ' 8800 ', number: ' YQ-1 ' };
    expect(cardPart(typed)).toEqual({ code: 'n:8800', number: 'YQ-1' });
    expect(cardPart({ ...typed, code: 'U:04AB', number: '' })).toEqual({ code: 'U:04AB' });
    expect(cardPart({ ...typed, swipe: 'id', number: '' })).toEqual({ swipe: 'id' });
  });
});

describe('what is sent', () => {
  afterEach(() => vi.restoreAllMocks());

  it('takes points as a negative line, which never expires', async () => {
    const post = vi
      .spyOn(api, 'POST')
      .mockResolvedValue({ data: member(), response: new Response(null, { status: 201 }) } as never);
    const f = { ...emptyFields(), reason: '兑换', points: '30', take: true, expires: '2030-01-01' };
    await perform('points', { member: member(), card: null }, f, 'k');
    expect(post.mock.calls[0]?.[1]).toEqual(
      expect.objectContaining({ body: { points: -30, reason: '兑换' } }),
    );
  });
});

describe('looking for somebody', () => {
  afterEach(() => vi.restoreAllMocks());

  it('takes digits for a phone or a card, letters with digits for a card, words for a name', () => {
    expect(ways('13800001111')).toEqual(['phone', 'number']);
    expect(ways('+86 138 0000 1111')).toEqual(['phone', 'number']);
    expect(ways('88000001')).toEqual(['number', 'phone']);
    expect(ways('YQ-0001')).toEqual(['number', 'name']);
    expect(ways('欧阳')).toEqual(['name']);
    expect(ways('  ')).toEqual([]);
  });

  it('goes on to the next way when there is no such card, and tells any other refusal', async () => {
    const asked: string[] = [];
    let code = 'card.unknown';
    vi.spyOn(api, 'GET').mockImplementation((async (path: string) => {
      asked.push(path);
      return path.endsWith('/find')
        ? { error: { code, detail: 'x', title: 'x' }, response: new Response(null, { status: 404 }) }
        : { data: { items: [{ id: 1 }] }, response: new Response(null, { status: 200 }) };
    }) as never);
    expect((await lookFor('0512660000', all, 5)).customers).toHaveLength(1);
    expect(asked).toEqual(['/api/v1/cards/find', '/api/v1/customers']);
    code = 'right.denied';
    await expect(lookFor('0512660000', all, 5)).rejects.toMatchObject({ code: 'right.denied' });
  });
});

describe('which reader is asked for a card', () => {
  const reader = (id: number, terminal_id: number | null, state: Reader['state'] = 'ready'): Reader => ({
    id,
    name: `读卡器 ${id}`,
    terminal_id,
    terminal: terminal_id === null ? null : '柜台',
    state,
  });

  it("is the machine's own, though it is away: another is not next to the clerk", () => {
    expect(readerOf([reader(1, 7), reader(2, 8, 'away')], 8, 1)).toBe(2);
  });

  it('is the one chosen last, else the only one that is ready, else none', () => {
    expect(readerOf([reader(1, 7), reader(2, 8)], null, 2)).toBe(2);
    expect(readerOf([reader(1, 7), reader(2, 8)], 9, 3)).toBeNull();
    expect(readerOf([reader(1, 7, 'away'), reader(2, null)], null, null)).toBe(2);
    expect(readerOf([], 7, 1)).toBeNull();
  });
});
