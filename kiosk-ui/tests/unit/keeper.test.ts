// The chart a page shows is never older than what it has heard, whatever comes late, fails or is missed.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, ApiError } from '@/api/client';
import type { FeedSource, LinkState } from '@/api/feed';
import type { PublicChart } from '@/api/types';
import { ChartKeeper, type Delta } from '@/chart/keeper';
import type { Chart } from '@/chart/model';
import { makeChart } from './make';

class Source implements FeedSource {
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  readyState = 1;
  private listeners = new Map<string, (event: MessageEvent<string>) => void>();
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.readyState = 2;
  }
  sends(name: string, data: unknown): void {
    this.listeners.get(name)?.({ data: JSON.stringify(data) } as MessageEvent<string>);
  }
}

/** The chart as of a patch; from patch 1 on unit 1 is sold, from patch 2 on unit 3 as well. */
function chartAt(patch: number): PublicChart {
  const raw = makeChart(40);
  raw.publication = { ...raw.publication, id: 7, number: 7, patch };
  for (const row of raw.buildings.flatMap((b) => b.units))
    if ((row[0] === 1 && patch >= 1) || (row[0] === 3 && patch >= 2)) row[5] = SOLD;
  return raw;
}
const SOLD = makeChart(40).states.find((s) => s.sold)?.public ?? '';
const loss = (patch: number, ...units: number[]) => ({
  publication: 7,
  patch,
  data_ms: 1,
  units: units.map((id) => [id, SOLD, null, null]),
});

interface Pending {
  etag: string | null;
  answer: (raw: PublicChart | null, status?: number) => void;
  fail: () => void;
}

describe('chart keeper', () => {
  let asked: Pending[];
  let source: Source;
  let keeper: ChartKeeper;
  let chart: Chart | null | undefined;
  const deltas: (Delta | null)[] = [];
  const states: LinkState[] = [];
  const also = vi.fn(async () => undefined);
  const onProblem = vi.fn();
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const isSold = (id: number) => {
    const unit = chart?.buildings.flatMap((b) => b.units).find((u) => u.id === id);
    return chart?.states[unit?.state ?? -1]?.sold;
  };
  const newest = () => asked.at(-1) as Pending;

  beforeEach(async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
    asked = [];
    deltas.length = states.length = 0;
    chart = undefined;
    also.mockReset();
    onProblem.mockReset();
    vi.spyOn(api, 'GET').mockImplementation(
      ((_path: string, init: { headers: Record<string, string> }) =>
        new Promise((done, failed) =>
          asked.push({
            etag: init.headers['If-None-Match'] ?? null,
            answer: (raw, status = 200) =>
              done({
                data: raw ?? undefined,
                response: new Response(null, {
                  status,
                  headers: raw ? { ETag: `"${raw.publication.patch}"` } : {},
                }),
              }),
            fail: () => failed(new TypeError('no line')),
          }),
        )) as never,
    );
    source = new Source();
    keeper = new ChartKeeper({
      project: 1,
      onChart: (next, delta) => {
        chart = next;
        deltas.push(delta);
      },
      also,
      onState: (s) => states.push(s),
      onProblem,
      open: () => source,
    });
    keeper.start();
    source.onopen?.(new Event('open'));
    await settle();
  });
  afterEach(() => {
    keeper.stop();
    vi.useRealTimers();
  });

  const first = async () => {
    newest().answer(chartAt(0));
    await settle();
  };

  it('fetches once, then lives by the events', async () => {
    await first();
    expect(isSold(1)).toBe(false);
    source.sends('units', loss(1, 1));
    expect(isSold(1)).toBe(true);
    source.sends('units', loss(1, 1)); // heard already
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(1);
    expect(deltas).toEqual([null, { buildings: [0], units: [1] }]);
  });

  it('takes many losses in one event without asking, but not an event after one that was missed', async () => {
    await first();
    source.sends('units', loss(2, 1, 3));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(1);
    source.sends('units', loss(4, 6)); // patch 3 was not told
    await settle();
    expect(asked).toHaveLength(2);
    expect(newest().etag).toBe('"0"');
  });

  it('does not bring back a lost unit with an answer that left before the loss', async () => {
    await first();
    await vi.advanceTimersByTimeAsync(2_000);
    source.sends('published', { publication: 7 });
    await settle();
    source.sends('units', loss(1, 1));
    newest().answer(chartAt(0));
    await settle();
    expect(isSold(1)).toBe(true);
  });

  it('asks once more for what was told while it asked', async () => {
    await first();
    await vi.advanceTimersByTimeAsync(2_000);
    source.sends('published', { publication: 7 });
    await settle();
    source.sends('published', { publication: 7 });
    newest().answer(chartAt(1));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toHaveLength(3);
    newest().answer(chartAt(2));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(isSold(3)).toBe(true);
    expect(asked).toHaveLength(3);
  });

  it('asks until it has the news, and is not live meanwhile', async () => {
    await first();
    expect(states).toEqual(['live']);
    await vi.advanceTimersByTimeAsync(2_000);
    source.sends('published', { publication: 7 });
    for (let s = 0; s < 20; s += 1) {
      source.sends('heartbeat', { now_ms: 0, age_ms: 0 });
      await vi.advanceTimersByTimeAsync(1_000);
      if (asked.length > 1 && s < 18) newest().fail();
    }
    expect(states).toEqual(['live', 'reconnecting']);
    expect(onProblem.mock.calls.length).toBeGreaterThan(3);
    expect((onProblem.mock.calls[0]?.[0] as ApiError).code).toBe('net.offline');
    await vi.advanceTimersByTimeAsync(4_000);
    newest().answer(chartAt(1));
    await settle();
    expect(isSold(1)).toBe(true);
    expect(states).toEqual(['live', 'reconnecting', 'live']);
  });

  it('repeats the round when what belongs to the chart did not come', async () => {
    also.mockRejectedValueOnce(new TypeError('no line'));
    await first();
    expect(isSold(1)).toBe(false);
    await vi.advanceTimersByTimeAsync(3_500);
    expect(asked).toHaveLength(2);
    newest().answer(null, 304);
    await settle();
    expect(also).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(2);
  });

  it('shows nothing when nothing is published, and the chart when it is', async () => {
    await first();
    await vi.advanceTimersByTimeAsync(2_000);
    source.sends('project', { project_id: 1 });
    await settle();
    newest().answer(null, 404);
    await settle();
    expect(chart).toBeNull();
    await vi.advanceTimersByTimeAsync(2_000);
    source.sends('published', { publication: 7 });
    await settle();
    expect(newest().etag).toBeNull();
    newest().answer(chartAt(0));
    await settle();
    expect(chart?.total).toBe(40);
  });

  it('says nothing any more once it is stopped', async () => {
    keeper.stop();
    newest().answer(chartAt(0));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(chart).toBeUndefined();
    expect(asked).toHaveLength(1);
  });
});
