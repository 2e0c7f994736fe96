// A card at the glass: what is asked, what closes what it opened, and that nothing comes back after that.
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { api } from '@/api/client';
import type { SwipeCard, TerminalSwipe } from '@/api/types';
import * as m from '@/kiosk/member/member';
import * as s from '@/kiosk/state';

const CARD: SwipeCard = {
  card: 'member',
  name: '欧**',
  points: 73219,
  pin: 'set',
  pin_tries: 5,
  pin_locked_until_ms: null,
};
const PANE = {
  name: '欧**',
  level: 'gold',
  points: 73219,
  lines: [],
  units: [],
  idle_s: 60,
};
const swipe = (id: string, result: TerminalSwipe['result'] = 'card'): TerminalSwipe => ({
  id,
  result,
  device: 1,
  virtual: true,
  at_ms: 1,
});
const answer = (data: unknown, status = 200) => ({ data, response: new Response(null, { status }) });
const refusal = (status: number, code: string) => ({
  error: { code, detail: code, title: code },
  response: new Response(null, { status }),
});

describe('a card at the glass', () => {
  let get: MockInstance;
  let post: MockInstance;
  let end: MockInstance;
  const step = () => m.visit.value?.step;
  const ended = () => end.mock.calls.map((c) => (c[1] as { params: { query: unknown } }).params.query);
  const settle = () => vi.waitFor(() => expect(step()?.name).not.toBe('reading'));

  beforeEach(() => {
    get = vi.spyOn(api, 'GET').mockResolvedValue(answer(CARD) as never);
    post = vi.spyOn(api, 'POST').mockResolvedValue(answer(PANE) as never);
    end = vi.spyOn(api, 'DELETE').mockResolvedValue(answer(undefined, 204) as never);
    s.projectId.value = 1;
  });
  afterEach(() => s.wipe());

  async function opened(): Promise<void> {
    m.swiped(swipe('one'));
    await settle();
    m.askPin(CARD);
    await m.enterPin(CARD, '135791');
    expect(step()).toEqual({ name: 'pane', pane: PANE });
  }

  it('wakes the screen, shows what it may show alone, asks for the PIN', async () => {
    m.swiped(swipe('one'));
    expect(s.awake.value).toBe(true);
    expect(s.screen.value).toEqual({ name: 'member' });
    await settle();
    expect(step()).toEqual({ name: 'card', card: CARD });
    expect(m.visit.value?.virtual).toBe(true);
    expect(JSON.stringify(get.mock.calls)).toContain('"swipe":"one"');
  });

  it('lies over what was looked at, which is there again afterwards', async () => {
    s.wake();
    s.go({ name: 'search' });
    await opened();
    s.back();
    expect(s.screen.value).toEqual({ name: 'search' });
    expect(m.visit.value).toBeNull();
    expect(ended()).toEqual([{ swipe: 'one' }]);
    s.back();
    expect(s.screen.value).toEqual({ name: 'overview' });
  });

  it('is no step to come back to', async () => {
    s.wake();
    await opened();
    s.go({ name: 'search' });
    expect(m.visit.value).toBeNull();
    s.back();
    expect(s.screen.value).toEqual({ name: 'overview' });
  });

  it('another card: all is wiped, then the new one is asked about', async () => {
    s.wake();
    s.toggleCompare(3);
    await opened();
    m.swiped(swipe('two'));
    expect(step()).toEqual({ name: 'reading' });
    expect(s.compare.value).toEqual([]);
    expect(ended()).toEqual([{ swipe: 'one' }]);
    await settle();
    expect(step()?.name).toBe('card');
  });

  it('a bad read closes nothing, and noise keeps nobody awake', async () => {
    await opened();
    m.swiped(swipe('', 'bad'));
    expect(step()?.name).toBe('pane');
    s.wipe();
    m.swiped(swipe('', 'bad'));
    expect(step()).toEqual({ name: 'refused', why: 'bad' });
    const touch = vi.spyOn(s.idle, 'touch');
    m.swiped(swipe('', 'bad'));
    expect(touch).not.toHaveBeenCalled();
    m.swiped(swipe('two'));
    await settle();
    expect(step()?.name).toBe('card');
  });

  it.each([
    ['unknown', { ...CARD, card: 'unknown' }, 200],
    ['ended', { ...CARD, card: 'ended' }, 200],
    ['gone', undefined, 404],
  ])('%s is said and nothing else', async (why, card, status) => {
    get.mockResolvedValue((status === 200 ? answer(card) : refusal(status, 'not-found')) as never);
    m.swiped(swipe('one'));
    await settle();
    expect(step()).toEqual({ name: 'refused', why });
  });

  it('wrong PINs: the tries that are left, then until when it is locked', async () => {
    m.swiped(swipe('one'));
    await settle();
    post.mockResolvedValue(refusal(422, 'pin.wrong') as never);
    get.mockResolvedValue(answer({ ...CARD, pin_tries: 1 }) as never);
    await m.enterPin(CARD, '975313');
    expect(step()).toMatchObject({ name: 'pin', tries: 1, busy: false });
    post.mockResolvedValue(refusal(429, 'pin.locked') as never);
    const locked = { ...CARD, pin: 'locked' as const, pin_locked_until_ms: 99 };
    get.mockResolvedValue(answer(locked) as never);
    await m.enterPin(CARD, '975313');
    expect(step()).toEqual({ name: 'card', card: locked });
  });

  it('an answer that comes after the wipe brings nothing back', async () => {
    let come: (value: unknown) => void = () => undefined;
    get.mockReturnValue(new Promise((done) => (come = done)) as never);
    m.swiped(swipe('one'));
    s.wipe();
    come(answer(CARD));
    await Promise.resolve();
    expect(m.visit.value).toBeNull();
    expect(s.screen.value).toEqual({ name: 'overview' });
    const { signal } = get.mock.calls[0]?.[1] as unknown as { signal: AbortSignal };
    expect(signal.aborted).toBe(true);
  });

  it('closes when the daemon closed it, and when it cannot be renewed', async () => {
    await opened();
    m.memberEnded();
    expect(s.awake.value).toBe(false);
    await opened();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 16_000);
    get.mockResolvedValue(refusal(410, 'pass.ended') as never);
    await m.renew();
    clock.mockRestore();
    expect(m.visit.value).toBeNull();
    expect(s.awake.value).toBe(false);
  });

  it('half a minute without a touch, and it is gone', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    await opened();
    clock.mockReturnValue(1_000 + 10_500);
    s.idle.tick();
    expect(s.countdown.value).toBe(20);
    clock.mockReturnValue(1_000 + 30_500);
    s.idle.tick();
    clock.mockRestore();
    expect(m.visit.value).toBeNull();
    expect(s.awake.value).toBe(false);
  });
});
