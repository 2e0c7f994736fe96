// Which project the kiosk stands for, and what becomes of it when the daemon says otherwise.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import type { PublicChart } from '@/api/types';
import * as s from '@/kiosk/state';
import { makeChart } from './make';

class Quiet {
  static all: string[] = [];
  onopen = null;
  onerror = null;
  readyState = 1;
  constructor(url: string) {
    Quiet.all.push(url);
  }
  addEventListener(): void {
    return;
  }
  close(): void {
    this.readyState = 2;
  }
}

function chartOf(project: number, publication: number, units = 40): PublicChart {
  const raw = makeChart(units);
  raw.project = { ...raw.project, id: project };
  raw.publication = { ...raw.publication, id: publication, number: publication };
  return raw;
}

describe('kiosk state', () => {
  let charts: Map<number, PublicChart>;
  let fixed: number | null;
  const disclosed = vi.fn();
  const answer = (data: unknown, status = 200) => ({ data, response: new Response(null, { status }) });
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
    vi.stubGlobal('EventSource', Quiet);
    Quiet.all = [];
    charts = new Map();
    fixed = null;
    disclosed.mockReset();
    disclosed.mockImplementation((project: number) => answer({ complaint_phone: `phone ${project}` }));
    vi.spyOn(api, 'GET').mockImplementation((async (
      path: string,
      init: { params?: { path?: { project?: number } } },
    ) => {
      const project = init.params?.path?.project ?? 0;
      if (path === '/api/v1/session')
        return answer({
          site: { time_zone: 'UTC', lang: 'zh-CN' },
          terminal: { kind: 'kiosk', project_id: fixed },
        });
      if (path === '/api/v1/public/projects')
        return answer({ items: [...charts.values()].map((c) => c.project) });
      if (path.endsWith('/disclosure')) return disclosed(project);
      const chart = charts.get(project);
      return chart ? answer(chart) : answer(undefined, 404);
    }) as never);
  });
  afterEach(async () => {
    charts.clear();
    fixed = null;
    await s.loadProjects(); // the last keeper ends
    vi.clearAllTimers();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('finds the first project that is published, by itself', async () => {
    await s.start();
    await settle(25_000);
    expect(s.projectId.value).toBeNull();
    expect(s.link.value).toBe('live');
    expect(Quiet.all).toEqual([]);
    charts.set(3, chartOf(3, 30));
    await settle(11_000);
    expect(s.projectId.value).toBe(3);
    expect(s.chart.value?.publication.id).toBe(30);
    expect(Quiet.all).toEqual(['/api/v1/public/events?project=3']);
  });

  it('stays with its own project while nothing of it is published', async () => {
    fixed = 5;
    await s.start();
    await settle(10_000);
    expect(s.notice.value).toBe('withdrawn');
    expect(Quiet.all).toEqual(['/api/v1/public/events?project=5']);
  });

  it('shows what belongs to the project chosen last, whatever answers later', async () => {
    charts.set(1, chartOf(1, 10));
    charts.set(2, chartOf(2, 20));
    await s.start();
    s.enterProject(1);
    s.enterProject(2);
    await settle(5_000);
    expect(s.chart.value?.publication.id).toBe(20);
    expect(s.complaintPhone.value).toBe('phone 2');
  });

  it('has the whole overview painted again when the whole chart came', async () => {
    charts.set(1, chartOf(1, 10));
    s.lastDelta.value = { buildings: [0], units: [1] };
    await s.start();
    await settle();
    expect(s.lastDelta.value.units).toEqual([]);
  });

  it('asks again for a disclosure that did not come', async () => {
    charts.set(1, chartOf(1, 10));
    disclosed.mockImplementationOnce(() => answer(undefined, 503));
    await s.start();
    await settle();
    expect(s.chart.value).not.toBeNull();
    expect(s.complaintPhone.value).toBe('');
    await settle(5_000);
    expect(s.complaintPhone.value).toBe('phone 1');
    expect(disclosed).toHaveBeenCalledTimes(2);
  });
});
