import { describe, expect, it } from 'vitest';
import { moved, placeAt, placesOf, put } from '@/office/chart/plan';

describe('a plan of a floor', () => {
  it('keeps places in 0.1 % of the image, whatever its size on the screen', () => {
    expect(placeAt(400, 100, 800, 400)).toEqual({ x: 500, y: 250 });
    expect(placeAt(-3, 401, 800, 400)).toEqual({ x: 0, y: 1000 });
  });
  it('moves by the arrow keys, finely with Shift, never off the image', () => {
    expect(moved({ x: 2, y: 500 }, 'ArrowLeft', false)).toEqual({ x: 0, y: 500 });
    expect(moved({ x: 2, y: 500 }, 'ArrowDown', true)).toEqual({ x: 2, y: 501 });
    expect(moved({ x: 2, y: 500 }, 'Enter', false)).toBeNull();
  });
  it('takes those of one floor, and puts one anew or off', () => {
    const plans = {
      floors: [],
      places: [
        { unit_id: 1, floor_id: 7, x: 1, y: 2 },
        { unit_id: 2, floor_id: 8, x: 3, y: 4 },
      ],
    };
    const places = placesOf(plans, 7);
    expect([...places.keys()]).toEqual([1]);
    expect(put(places, 3, { x: 9, y: 9 }).get(3)).toEqual({ x: 9, y: 9 });
    expect(put(places, 1, null).size).toBe(0);
    expect(places.size).toBe(1);
  });
});
