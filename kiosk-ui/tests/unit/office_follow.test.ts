// What is due, and how a protection stands, at the very moment and beside it.
import { describe, expect, it } from 'vitest';
import { messages, type Messages } from '@/locales';
import { away, guard, CHANNELS, LOST, STAGES, WHENS } from '@/office/task/words';

const NOW = 1_780_000_000_000;
const DAY = 86_400_000;

describe('how far away', () => {
  it('is past from that millisecond on', () => {
    expect(away(NOW, NOW)).toEqual({ past: true, unit: 'now', n: 0 });
    expect(away(NOW + 1, NOW)).toMatchObject({ past: false });
    expect(away(NOW - 2 * DAY, NOW)).toEqual({ past: true, unit: 'day', n: 2 });
    expect(away(NOW + 3 * 3_600_000, NOW)).toEqual({ past: false, unit: 'hour', n: 3 });
  });
});

describe('a protection', () => {
  it('is over at its end, and ends soon within a day of it', () => {
    expect(guard(null, NOW)).toBe('none');
    expect(guard(NOW, NOW)).toBe('over');
    expect(guard(NOW + 1, NOW)).toBe('soon');
    expect(guard(NOW + DAY, NOW)).toBe('soon');
    expect(guard(NOW + DAY + 1, NOW)).toBe('safe');
  });
});

describe.each(['zh-CN', 'en'] as const)('the words of follow-up in %s', (lang) => {
  const at = (key: string): unknown =>
    key.split('.').reduce<unknown>((node, part) => (node as Messages | undefined)?.[part], messages[lang]);
  it('are there for each stage, channel, reason and list', () => {
    for (const key of [
      ...STAGES.map((s) => `follow.stage.${s}`),
      ...CHANNELS.map((c) => `follow.channel.${c}`),
      ...LOST.map((r) => `follow.lost.${r}`),
      ...WHENS.flatMap((w) => [`follow.when.${w}`, `follow.empty.${w}`]),
    ])
      expect(typeof at(key), key).toBe('string');
  });
});
