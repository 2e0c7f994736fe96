import { describe, expect, it } from 'vitest';
import * as f from '@/format';

const T = '\u2009';

describe('figures', () => {
  it('money keeps every fen', () => {
    expect(f.money(106_045_400)).toBe(`¥${T}1,060,454`);
    expect(f.money(106_045_405)).toBe(`¥${T}1,060,454.05`);
    expect(f.money(0)).toBe(`¥${T}0`);
    expect(f.money(-1)).toBe(`−¥${T}0.01`);
    expect(f.money(99_999_999_999_99)).toBe(`¥${T}99,999,999,999.99`);
    expect(f.money(null)).toBe('—');
  });

  it('万 is rounded half up at two places', () => {
    expect(f.spoken(106_045_400, 'zh-CN')).toBe(`106.05${T}万`);
    expect(f.spoken(106_044_999, 'zh-CN')).toBe(`106.04${T}万`);
    expect(f.spoken(1_000_000_000_00, 'zh-CN')).toBe(`100,000.00${T}万`);
    expect(f.spoken(411_564_000, 'en')).toBe(`¥${T}4.12${T}M`);
    expect(f.spoken(99_999_999, 'en')).toBe(`¥${T}999,999.99`);
    expect(f.spoken(null, 'en')).toBe('—');
  });

  it('areas, heights and shares', () => {
    expect(f.area(8937)).toBe(`89.37${T}m²`);
    expect(f.area(100_005)).toBe(`1,000.05${T}m²`);
    expect(f.metres(2950)).toBe(`2.95${T}m`);
    expect(f.metres(3000)).toBe(`3.00${T}m`);
    expect(f.percentBp(3000)).toBe(`30${T}%`);
    expect(f.percentBp(3250)).toBe(`32.5${T}%`);
    expect(f.percentPpm(31_000)).toBe(`3.10${T}%`);
    expect(f.percentPpm(32_650)).toBe(`3.265${T}%`);
    expect(f.perArea(3_365_200)).toBe(`¥${T}33,652${T}/m²`);
    expect(f.count(10_374)).toBe('10,374');
  });

  it('a share never claims all or none too early', () => {
    expect(f.sharePercent(0, 10)).toBe(`0${T}%`);
    expect(f.sharePercent(1, 1000)).toBe(`1${T}%`);
    expect(f.sharePercent(999, 1000)).toBe(`99${T}%`);
    expect(f.sharePercent(1000, 1000)).toBe(`100${T}%`);
    expect(f.sharePercent(0, 0)).toBe(`0${T}%`);
  });

  it('times are of the site, not of the machine', () => {
    f.setZone('Asia/Shanghai');
    expect(f.dateTime(Date.UTC(2026, 10, 21, 16, 5))).toBe('2026-11-22\u00a000:05');
    f.setZone('America/New_York');
    expect(f.date(Date.UTC(2026, 10, 21, 3, 0))).toBe('2026-11-20');
    expect(f.clock(Date.UTC(2026, 10, 21, 5, 0))).toBe('00:00');
    f.setZone(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  it('dates are ISO and local', () => {
    const at = new Date(2026, 10, 21, 14, 5).getTime();
    expect(f.dateTime(at)).toBe('2026-11-21\u00a014:05');
    expect(f.date(at)).toBe('2026-11-21');
    expect(f.clock(at)).toBe('14:05');
  });
});
