// A floor's plan as it is edited: places in 0.1 % of the image, moved by a click or the arrow keys. No Vue, no DOM.
import type { Schemas } from '@/api/types';

export type Plans = Schemas['FloorPlans'];
export type Floor = Plans['floors'][number];
export interface Place {
  x: number;
  y: number;
}
export type Places = ReadonlyMap<number, Place>;

export const SCALE = 1000;
const STEP = 5;

const within = (n: number): number => Math.min(SCALE, Math.max(0, Math.round(n)));

export function placesOf(plans: Plans, floor: number): Places {
  return new Map(
    plans.places.filter((p) => p.floor_id === floor).map((p) => [p.unit_id, { x: p.x, y: p.y }]),
  );
}

/** Where a click at @left, @top of an image of that size lies. */
export function placeAt(left: number, top: number, width: number, height: number): Place {
  return { x: within((left / width) * SCALE), y: within((top / height) * SCALE) };
}

/** An arrow key's step, with Shift a fine one; null: another key. */
export function moved(from: Place, key: string, fine: boolean): Place | null {
  const by = fine ? 1 : STEP;
  const dx = key === 'ArrowLeft' ? -by : key === 'ArrowRight' ? by : 0;
  const dy = key === 'ArrowUp' ? -by : key === 'ArrowDown' ? by : 0;
  return dx || dy ? { x: within(from.x + dx), y: within(from.y + dy) } : null;
}

/** The places with one that is put anew; null takes it off. */
export function put(places: Places, unit: number, place: Place | null): Places {
  const next = new Map(places);
  if (place) next.set(unit, place);
  else next.delete(unit);
  return next;
}
