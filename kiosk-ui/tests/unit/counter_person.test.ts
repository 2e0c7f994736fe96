// What a swipe puts on the counter's screen, and what it may not push off it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, type EffectScope } from 'vue';
import { api } from '@/api/client';
import { createPerson, IDLE_MS, meets, shownOf, type Person, type Shown } from '@/counter/member/person';
import type { Swipe } from '@/counter/terminal';
import { card, member } from './make';

const swipe = (id: string, result: Swipe['result'] = 'card'): Swipe => ({
  id,
  result,
  device: 1,
  virtual: true,
  at_ms: 1,
});
const unknown: Shown = { kind: 'unknown', swipe: 's', card: null, virtual: false };
const found: Shown = { kind: 'member', member: member(), card: card(), customer: null, virtual: false };

describe('a swipe that meets a form', () => {
  it('is shown when there is none, or nothing is typed', () => {
    expect(meets(null, found)).toBe('show');
    expect(meets({ card: false, dirty: false }, found)).toBe('show');
  });
  it('waits until it is asked when something is typed', () => {
    expect(meets({ card: false, dirty: true }, found)).toBe('ask');
    expect(meets({ card: false, dirty: true }, unknown)).toBe('ask');
    expect(meets({ card: true, dirty: true }, found)).toBe('ask');
  });
  it('is the card the form waits for, when it is nobody’s', () => {
    expect(meets({ card: true, dirty: true }, unknown)).toBe('take');
    expect(meets({ card: true, dirty: false }, unknown)).toBe('take');
  });
});

describe('a card that was found', () => {
  const at = (state: 'issued' | 'lost' | 'replaced' | 'returned', id = 's'): string =>
    shownOf({ card: card({ state }), member: member() }, { id, virtual: false }).kind;
  it('is its member’s, dead, or free to be issued again', () => {
    expect(at('issued')).toBe('member');
    expect(at('lost')).toBe('dead');
    expect(at('replaced')).toBe('dead');
    expect(at('returned')).toBe('unknown');
    expect(at('returned', '')).toBe('dead'); // by a number that was typed: it is not at hand
  });
});

describe('who stands at the counter', () => {
  let scope: EffectScope;
  let person: Person;
  /** What the daemon says of each swipe: a state of the card, or the code of a refusal. */
  let says: Record<string, string>;
  let slow: Record<string, number>;
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
    [says, slow] = [{}, {}];
    vi.spyOn(api, 'GET').mockImplementation((async (
      path: string,
      init: { params: { query?: { swipe?: string } } },
    ) => {
      if (!path.endsWith('/find')) return { data: member(), response: new Response(null, { status: 200 }) };
      const id = init.params.query?.swipe ?? '';
      await new Promise((done) => setTimeout(done, slow[id] ?? 0));
      const word = says[id] ?? 'issued';
      return word.includes('.')
        ? { error: { code: word, title: 'x', detail: 'x' }, response: new Response(null, { status: 404 }) }
        : {
            data: { card: card({ state: word as 'issued' }), member: member({ name: id }) },
            response: new Response(null, { status: 200 }),
          };
    }) as never);
    scope = effectScope();
    person = scope.run(() => createPerson({ has: (r) => r !== 'customer.edit' })) as Person;
  });
  afterEach(() => {
    scope.stop();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
  const name = (): string | null =>
    person.shown.value?.kind === 'member' ? person.shown.value.member.name : null;

  it('is the last one swiped, however late an earlier answer comes', async () => {
    slow['a'] = 500;
    void person.onSwipe(swipe('a'));
    void person.onSwipe(swipe('b'));
    await settle(1000);
    expect(name()).toBe('b');
  });

  it('is told of a bad read without losing who is shown', async () => {
    void person.onSwipe(swipe('a'));
    await settle(1);
    void person.onSwipe(swipe('', 'bad'));
    await settle(1);
    expect([name(), person.notice.value]).toEqual(['a', 'bad']);
    await settle(10_000);
    expect(person.notice.value).toBeNull();
  });

  it('an unknown card opens the form that issues it, and another one takes its place there', async () => {
    says['x'] = says['y'] = 'card.unknown';
    void person.onSwipe(swipe('x'));
    await settle(1);
    expect([person.doing.value, person.card.value?.swipe]).toEqual(['issue', 'x']);
    person.typed(true);
    void person.onSwipe(swipe('y'));
    await settle(1);
    expect([person.card.value?.swipe, person.asking.value, person.dirty.value]).toEqual(['y', false, true]);
  });

  it('a swipe that is too old is swiped again', async () => {
    says['x'] = 'swipe.gone';
    void person.onSwipe(swipe('x'));
    await settle(1);
    expect([person.shown.value, person.notice.value]).toEqual([null, 'gone']);
  });

  it('asks before what was typed goes, and keeps it when told to', async () => {
    void person.onSwipe(swipe('a'));
    await settle(1);
    person.start('lose');
    person.typed(true);
    void person.onSwipe(swipe('b'));
    await settle(1);
    expect([name(), person.asking.value]).toEqual(['a', true]);
    person.stay();
    expect([name(), person.doing.value, person.dirty.value]).toEqual(['a', 'lose', true]);
    void person.onSwipe(swipe('b'));
    await settle(1);
    person.leave();
    expect([name(), person.doing.value, person.dirty.value]).toEqual(['b', null, false]);
  });

  it('goes back one step at a time', async () => {
    void person.onSwipe(swipe('a'));
    await settle(1);
    person.start('lose');
    expect(person.back()).toBe(true);
    expect([name(), person.doing.value]).toEqual(['a', null]);
    expect(person.back()).toBe(true);
    expect(person.shown.value).toBeNull();
    expect(person.back()).toBe(false);
  });

  it('is put away when nobody touches the desk, but not what is half filled in', async () => {
    void person.onSwipe(swipe('a'));
    await settle(1);
    person.start('lose');
    person.typed(true);
    await settle(IDLE_MS + 10_000);
    expect(name()).toBe('a');
    person.typed(false);
    await settle(10_000);
    expect(person.shown.value).toBeNull();
  });

  it('offers no form to who may not issue cards', async () => {
    scope.stop();
    scope = effectScope();
    person = scope.run(() => createPerson({ has: (r) => r === 'member.view' })) as Person;
    says['x'] = 'card.unknown';
    void person.onSwipe(swipe('x'));
    await settle(1);
    expect([person.shown.value?.kind, person.doing.value]).toEqual(['unknown', null]);
  });
});
