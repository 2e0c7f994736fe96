import { afterEach, describe, expect, it, vi } from 'vitest';
import { lang, setLang } from '@/kiosk/i18n';
import { basisText, estimateNote, facingText, validText } from '@/kiosk/words';

describe('until when a price holds (PR-15)', () => {
  it('is said before and after that day, and not when the project does not say', () => {
    const day = Date.parse('2030-05-06T04:00:00Z');
    vi.useFakeTimers({ now: day - 1 });
    expect(validText(day)).toBe('价格有效至 2030-05-06。');
    vi.setSystemTime(day + 1);
    expect(validText(day)).toBe('价格有效期已于 2030-05-06 结束，以柜台为准。');
    expect(validText(null)).toBe('');
    vi.useRealTimers();
  });
});

describe('what stands under an estimate (PR-16)', () => {
  afterEach(() => setLang('zh-CN'));
  const e = { rates_date: '2026-10-20', note: '仅供参考。', publication: 3, valid_until_ms: null };

  it('names the day of its rates where the project says it, and nothing in its place', () => {
    expect(estimateNote(e)).toBe('利率日期 2026-10-20。仅供参考。按第 3 版销控表的价格试算。');
    expect(estimateNote({ ...e, rates_date: '' })).toBe('仅供参考。按第 3 版销控表的价格试算。');
  });

  it('has its sentences apart in English', async () => {
    setLang('en');
    await vi.waitFor(() => expect(lang.value).toBe('en'));
    const en = { ...e, note: 'An estimate.' };
    expect(estimateNote(en)).toBe('Rates of 2026-10-20. An estimate. Reckoned from the prices of version 3.');
    expect(estimateNote({ ...en, rates_date: '' })).toBe(
      'An estimate. Reckoned from the prices of version 3.',
    );
  });
});

describe('what a unit is priced by (PM-12)', () => {
  it('comes with the price of its square metre, and a piece has none', () => {
    const u = { unit_price_fen: 1_000_000, inner_unit_price_fen: 1_250_000 };
    expect(basisText({ ...u, basis: 'gross' })).toContain('10,000');
    expect(basisText({ ...u, basis: 'inner' })).toContain('12,500');
    expect(basisText({ basis: 'unit', unit_price_fen: null, inner_unit_price_fen: null })).toBe(
      '按套（个）计价',
    );
  });
});

describe('facing', () => {
  afterEach(() => setLang('zh-CN'));

  it('is what was written, in Chinese', () => {
    expect(['南', '南北', '东南', ''].map(facingText)).toEqual(['南', '南北', '东南', '—']);
  });

  it('is said in English where it is made of the four sides', async () => {
    setLang('en');
    await vi.waitFor(() => expect(lang.value).toBe('en'));
    expect(['南', '南北', '东南', '西北', '东西', '东南北', '南偏东 15°'].map(facingText)).toEqual([
      'South',
      'South, North',
      'Southeast',
      'Northwest',
      'East, West',
      'East, South, North',
      '南偏东 15°',
    ]);
  });
});
