// After the wipe nothing of a visitor is left: no choice, no request, no trace in storage or address.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NO_FILTER } from '@/chart/filter';
import { decodeChart } from '@/chart/model';
import { lang, preloadLang, setLang } from '@/kiosk/i18n';
import * as s from '@/kiosk/state';
import { makeChart } from './make';

describe('wipe', () => {
  beforeEach(async () => {
    window.localStorage.clear(); // other files may share this window
    window.sessionStorage.clear();
    preloadLang();
    await vi.dynamicImportSettled();
    vi.useFakeTimers();
    s.projectId.value = 1;
    s.chart.value = decodeChart(makeChart(40));
    s.wake();
  });
  afterEach(() => vi.useRealTimers());

  it('forgets everything the visitor did', () => {
    const request = s.visitSignal();
    s.go({ name: 'building', building: 1, stair: null, unit: null });
    s.go({ name: 'unit', unit: 3 });
    s.toggleCompare(3);
    s.filter.value = { ...NO_FILTER, states: new Set([1]) };
    s.palette.value = 'clear';
    s.large.value = s.contrast.value = s.reach.value = true;
    s.call.value = 'failed';
    setLang('en');
    expect(lang.value).toBe('en');
    history.pushState({ unit: 3 }, '', '?unit=3#x');

    s.wipe();

    expect(request.aborted).toBe(true);
    expect(s.visitSignal().aborted).toBe(false);
    expect(s.awake.value).toBe(false);
    expect(s.screen.value).toEqual({ name: 'overview' });
    expect(s.depth.value).toBe(0);
    expect(s.compare.value).toEqual([]);
    expect(s.filter.value).toBe(NO_FILTER);
    expect([s.palette.value, s.large.value, s.contrast.value, s.reach.value]).toEqual([
      'authority',
      false,
      false,
      false,
    ]);
    expect(s.call.value).toBe('idle');
    expect(s.countdown.value).toBeNull();
    expect(lang.value).toBe('zh-CN');
    expect(history.state).toBeNull();
    expect(location.search + location.hash).toBe('');
    expect(window.localStorage.length + window.sessionStorage.length).toBe(0);
    s.back();
    expect(s.screen.value).toEqual({ name: 'overview' });
  });

  it('keeps what is public: the chart stays', () => {
    const before = s.chart.value;
    s.wipe();
    expect(s.chart.value).toBe(before);
  });

  it('comes by itself when nobody touches the screen', () => {
    vi.useRealTimers();
    const clock = vi.spyOn(performance, 'now');
    clock.mockReturnValue(1_000);
    s.wipe();
    s.wake();
    clock.mockReturnValue(1_000 + 74_000);
    s.idle.tick();
    expect(s.countdown.value).toBeNull();
    clock.mockReturnValue(1_000 + 76_000);
    s.idle.tick();
    expect(s.countdown.value).toBe(19);
    clock.mockReturnValue(1_000 + 95_001);
    s.idle.tick();
    expect(s.awake.value).toBe(false);
  });

  it('compares no more than four', () => {
    s.wipe();
    for (const id of [1, 2, 3, 4]) expect(s.toggleCompare(id)).toBe(true);
    expect(s.toggleCompare(5)).toBe(false);
    expect(s.compare.value).toEqual([1, 2, 3, 4]);
    s.toggleCompare(2);
    expect(s.compare.value).toEqual([1, 3, 4]);
    s.wipe();
  });
});
