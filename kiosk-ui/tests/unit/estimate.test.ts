import { describe, expect, it } from 'vitest';
import { downChoices, yearChoices } from '@/kiosk/unit/estimate';

describe('what an estimate offers (PR-16)', () => {
  it('no term longer than the class has', () => {
    expect(yearChoices(30)).toEqual([10, 20, 30]);
    expect(yearChoices(10)).toEqual([5, 10]);
    expect(yearChoices(15)).toEqual([5, 10, 15]);
    expect(yearChoices(3)).toEqual([3]);
  });

  it('no first payment below the least, and always the one that is chosen', () => {
    expect(downChoices(0, 0)).toEqual([1500, 2000, 3000, 4000, 5000]);
    expect(downChoices(2500, 2500)).toEqual([2500, 3000, 4000, 5000, 6000, 7000]);
    expect(downChoices(5000, 5000)).toEqual([5000, 6000, 7000, 8000]);
    expect(downChoices(1500, 3500)).toEqual([1500, 2000, 3000, 3500, 4000, 5000]);
    expect(downChoices(10_000, 10_000)).toEqual([10_000]);
  });
});
