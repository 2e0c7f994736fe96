// What the counter shows of the public chart when it comes, goes, or cannot be read.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, type EffectScope } from 'vue';
import { api } from '@/api/client';
import { createDesk } from '@/counter/desk';
import { makeChart } from './make';

class Quiet {
  onopen = null;
  onerror = null;
  readyState = 1;
  addEventListener(): void {
    return;
  }
  close(): void {
    this.readyState = 2;
  }
}

describe('counter desk', () => {
  let scope: EffectScope;
  let listed: boolean;
  let status: number;
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  const open = () =>
    scope.run(() => createDesk({ has: () => false, ended: false }, () => undefined)) as ReturnType<
      typeof createDesk
    >;

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
    vi.stubGlobal('EventSource', Quiet);
    scope = effectScope();
    listed = true;
    status = 200;
    const raw = makeChart(40);
    vi.spyOn(api, 'GET').mockImplementation((async (path: string) => {
      const ok = path.endsWith('/chart') ? status : 200;
      const data = path.endsWith('/chart') ? raw : { items: listed ? [raw.project] : [] };
      return ok === 200
        ? { data, response: new Response(null, { status: 200 }) }
        : { error: { code: 'x', detail: '暂时不行。' }, response: new Response(null, { status: ok }) };
    }) as never);
  });
  afterEach(() => {
    scope.stop();
    vi.clearAllTimers();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('shows the chart, and that there is none when it is withdrawn', async () => {
    const desk = open();
    await settle();
    expect(desk.chart.value?.total).toBe(40);
    status = 404;
    listed = false;
    desk.refresh();
    await settle(2_000);
    expect(desk.chart.value).toBeNull();
    expect(desk.projects.value).toEqual([]);
    expect(desk.problem.value).toBeNull();
  });

  it('says what the daemon said, and has the chart as soon as it can', async () => {
    status = 503;
    const desk = open();
    await settle();
    expect(desk.problem.value?.detail).toBe('暂时不行。');
    status = 200;
    await settle(5_000);
    expect(desk.problem.value).toBeNull();
    expect(desk.chart.value?.total).toBe(40);
  });

  it('refreshes the list while it has no project', async () => {
    listed = false;
    const desk = open();
    await settle();
    expect(desk.chart.value).toBeNull();
    listed = true;
    desk.refresh();
    await settle();
    expect(desk.chart.value?.total).toBe(40);
  });
});
