// Which project the kiosk stands for, and what becomes of it when the daemon says otherwise.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import type { PublicChart } from '@/api/types';
import * as s from '@/kiosk/state';
import { makeBuilding, makeChart } from './make';

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

  describe('tabs', () => {
    beforeEach(async () => {
      const raw = chartOf(1, 10, 80);
      raw.classes = [...raw.classes, { code: 'parking', zh: '车位', en: 'Parking', loan: null }];
      const garage = makeBuilding(9, 6, 900);
      for (const u of garage.units) (u as unknown[]).splice(6, 1, 'parking');
      raw.buildings = [...raw.buildings, garage];
      charts.set(1, raw);
      await s.start();
      await settle();
      s.wake();
    });
    afterEach(() => s.wipe());
    const shown = () => s.view.value?.buildings.map((b) => b.id);

    it('narrow what is shown, the first one at the start', () => {
      expect(s.tabs.value.map((c) => [c.code, c.units])).toEqual([
        ['home', 80],
        ['parking', 6],
      ]);
      expect(s.cls.value).toBe('home');
      expect(shown()).toEqual([1]);
      s.openTab('parking');
      expect(shown()).toEqual([9]);
      expect(s.outcome.value?.shown).toBe(6);
      expect(s.chart.value?.total).toBe(86);
    });

    it('are none where all units are of one class', async () => {
      charts.set(1, chartOf(1, 11));
      s.enterProject(1);
      await settle();
      expect(s.tabs.value).toEqual([]);
      expect(s.view.value).toBe(s.chart.value);
    });

    it('take the filters of their units with them, but not the states', () => {
      s.filter.value = { ...s.filter.value, states: new Set([0]), areas: new Set([1]) };
      const before = s.choices.value;
      s.openTab('home');
      expect(s.filter.value.areas.size).toBe(1);
      s.openTab('parking');
      expect(s.filter.value.areas.size).toBe(0);
      expect([...s.filter.value.states]).toEqual([0]);
      expect(s.choices.value).not.toBe(before);
    });

    it('leave a building that has nothing of them', () => {
      s.go({ name: 'building', building: 1, stair: null, unit: null });
      s.openTab('home');
      expect(s.screen.value).toMatchObject({ name: 'building', building: 1 });
      s.openTab('parking');
      expect(s.screen.value).toEqual({ name: 'overview' });
    });

    it('follow a unit found by its number, and the way back', () => {
      s.go({ name: 'building', building: 1, stair: null, unit: null });
      s.go({ name: 'search' });
      s.go({ name: 'unit', unit: 903 });
      expect(s.cls.value).toBe('parking');
      s.back();
      s.back();
      expect(s.screen.value).toMatchObject({ name: 'building', building: 1 });
      expect(s.cls.value).toBe('home');
      s.go({ name: 'unit', unit: 903 });
      s.goHome();
      expect(shown()).toEqual([9]);
    });

    it('are forgotten with the visitor', () => {
      s.openTab('parking');
      s.wipe();
      expect(s.cls.value).toBe('home');
      s.openTab('parking');
      s.enterProject(1);
      expect(s.cls.value).toBeNull();
    });
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
