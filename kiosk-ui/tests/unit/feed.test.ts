import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Feed, type FeedSource, type LinkState } from '@/api/feed';

class FakeSource implements FeedSource {
  static all: FakeSource[] = [];
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  readyState = 0;
  private listeners = new Map<string, (event: MessageEvent<string>) => void>();
  constructor() {
    FakeSource.all.push(this);
  }
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.readyState = 2;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen?.(new Event('open'));
  }
  sends(name: string, data: string): void {
    this.listeners.get(name)?.({ data } as MessageEvent<string>);
  }
  breaks(closed: boolean): void {
    this.readyState = closed ? 2 : 0;
    this.onerror?.(new Event('error'));
  }
}

describe('feed', () => {
  let now = 0;
  let feed: Feed;
  const states: LinkState[] = [];
  let asOf: number | null;
  const onEvent = vi.fn();
  const onReset = vi.fn();
  const onRefused = vi.fn();
  /** What a daemon says whose clock is a million ms ahead of the page's. */
  const beat = (age: number) => JSON.stringify({ now_ms: now + 1_000_000, age_ms: age });
  const source = () => FakeSource.all.at(-1) as FakeSource;
  const pass = (ms: number) => {
    for (let t = 0; t < ms; t += 1000) {
      now += 1000;
      vi.advanceTimersByTime(1000);
    }
  };

  beforeEach(() => {
    vi.useFakeTimers();
    now = 0;
    states.length = 0;
    FakeSource.all = [];
    for (const f of [onEvent, onReset, onRefused]) f.mockReset();
    feed = new Feed({
      url: '/x',
      events: ['units'],
      onEvent,
      onReset,
      onRefused,
      onState: (s, until) => {
        states.push(s);
        asOf = until;
      },
      now: () => now,
      open: () => new FakeSource(),
    });
    feed.start();
  });
  afterEach(() => {
    feed.stop();
    vi.useRealTimers();
  });

  it('is live with heartbeats, reconnecting without, stale after 2 min, too old after 30', () => {
    source().opens();
    expect(feed.link).toBe('live');
    pass(9_000);
    source().sends('heartbeat', beat(0));
    pass(9_000);
    expect(feed.link).toBe('live');
    pass(3_000);
    expect(feed.link).toBe('reconnecting');
    pass(115_000);
    expect(feed.link).toBe('stale');
    pass(1_700_000);
    expect(feed.link).toBe('tooOld');
    source().opens();
    expect(feed.link).toBe('tooOld'); // a line is no news yet
    source().sends('heartbeat', beat(0));
    expect(feed.link).toBe('live');
    expect(states).toEqual(['live', 'reconnecting', 'stale', 'tooOld', 'live']);
  });

  it('grows as old as the data of a daemon that lives without its database', () => {
    source().opens();
    for (let age = 0; age <= 2_000_000; age += 5_000) {
      source().sends('heartbeat', beat(age));
      if (age <= 10_000) expect(feed.link).toBe('live');
      else if (age <= 120_000) expect(feed.link).toBe('reconnecting');
      else expect(feed.link).toBe(age <= 1_800_000 ? 'stale' : 'tooOld');
      pass(5_000);
    }
    expect(FakeSource.all).toHaveLength(1); // the line itself was never silent
    source().sends('heartbeat', '{}');
    expect(feed.link).toBe('tooOld');
    source().sends('heartbeat', beat(900));
    expect(feed.link).toBe('live');
  });

  it('says until when the page is known to be true, by the clock of the daemon', () => {
    source().opens();
    expect(asOf).toBeNull();
    pass(60_000);
    source().sends('heartbeat', beat(700)); // at 60 s
    pass(125_000);
    expect(feed.link).toBe('stale');
    expect(asOf).toBe(1_060_000 - 700);
  });

  it('grows old while the page knows of news it could not fetch, and is young again with them', () => {
    source().opens();
    feed.behind = true;
    for (let t = 0; t < 130_000; t += 5_000) {
      source().sends('heartbeat', beat(0));
      pass(5_000);
    }
    expect(feed.link).toBe('stale');
    feed.behind = false;
    expect(feed.link).toBe('live');
  });

  it('hands over events, and takes one it cannot read for one it missed', () => {
    source().opens();
    source().sends('units', '{"patch":1}');
    expect(onEvent).toHaveBeenCalledWith('units', { patch: 1 });
    source().sends('units', '{"patch":');
    expect(onReset).toHaveBeenCalledTimes(1);
    source().sends('reset', '{}');
    expect(onReset).toHaveBeenCalledTimes(2);
  });

  it('fetches again after every new opening but the first', () => {
    source().opens();
    expect(onReset).not.toHaveBeenCalled();
    source().breaks(false);
    expect(feed.link).toBe('reconnecting');
    source().opens();
    expect(onReset).toHaveBeenCalledTimes(1);
  });

  it('opens a new line when the old one is silent but not broken', () => {
    source().opens();
    const first = source();
    pass(22_000);
    expect(source()).not.toBe(first);
    expect(first.readyState).toBe(2);
  });

  it('looks at the session when refused, and tries again more and more slowly', () => {
    source().breaks(true);
    expect(onRefused).toHaveBeenCalledTimes(1);
    pass(1_000);
    expect(FakeSource.all).toHaveLength(2);
    source().breaks(true);
    pass(1_000);
    expect(FakeSource.all).toHaveLength(2);
    pass(1_000);
    expect(FakeSource.all).toHaveLength(3);
  });

  it('stops for good', () => {
    feed.stop();
    pass(60_000);
    expect(FakeSource.all).toHaveLength(1);
  });
});
