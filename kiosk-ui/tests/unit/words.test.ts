import { afterEach, describe, expect, it, vi } from 'vitest';
import { lang, setLang } from '@/kiosk/i18n';
import { facingText, validText } from '@/kiosk/words';

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
