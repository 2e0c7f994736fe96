import { afterEach, describe, expect, it, vi } from 'vitest';
import { lang, setLang } from '@/kiosk/i18n';
import { facingText } from '@/kiosk/words';

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
