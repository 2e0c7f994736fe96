// Readers as the device page puts them: who needs a hand first, what is not ours apart, a sentence for each trouble.
import { describe, expect, it } from 'vitest';
import { messages, type Messages } from '@/locales';
import { arranged, markText, todoOf, type Device } from '@/office/device/device';

const device = (over: Partial<Device>): Device => ({
  id: 1,
  version: 1,
  bus: 'usb',
  mark: 'usb-1',
  name: '甲',
  terminal_id: null,
  model: 'm',
  model_name: 'M',
  maturity: 'stable',
  product: null,
  usb_id: null,
  virtual: false,
  present: true,
  state: 'ready',
  trouble: null,
  error: null,
  attempt: 0,
  since_ms: 1,
  seen_ms: 1,
  card_ms: null,
  counts: { cards: 0, bad: 0, refused: 0, dropped: 0, skipped_bytes: 0 },
  ...over,
});

describe('readers', () => {
  it('that need a hand stand first, those without a row apart', () => {
    const { known, others } = arranged([
      device({ id: 1, name: 'b' }),
      device({ id: 2, name: 'c', state: 'denied', trouble: 'rights' }),
      device({ id: 3, name: 'a', state: 'absent' }),
      device({ id: null, version: null, name: null, state: 'unsupported', trouble: 'no-model' }),
    ]);
    expect(known.map((d) => d.id)).toEqual([3, 2, 1]);
    expect(others).toHaveLength(1);
  });

  it('in trouble have a sentence that says what to do, in both languages', () => {
    const troubles = ['noise', 'busy', 'io', 'rights', 'no-model', 'lies'] as const;
    for (const tree of Object.values(messages)) {
      const todo = (tree['device'] as Messages)['todo'] as Messages;
      for (const trouble of troubles) expect(todo[todoOf(device({ trouble })) ?? ''], trouble).toBeTruthy();
      expect(todo[todoOf(device({ state: 'absent' })) ?? '']).toBeTruthy();
    }
    expect(todoOf(device({}))).toBeNull();
  });

  it('show the end of a long mark', () => {
    expect(markText('short')).toBe('short');
    const text = markText(`${'x'.repeat(50)}1-4.2:1.0`, 20);
    expect(text).toHaveLength(20);
    expect(text.endsWith('1-4.2:1.0')).toBe(true);
  });
});
