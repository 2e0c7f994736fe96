// The colours of the desk. Staff need more states apart than the public is shown (a hold from a reservation,
// booked from subscribed), so the desk has a palette of its own beside the two public ones. Same families:
// green available, blue being chosen, amber booked, red signed, purple filed, grey not offered.
import type { Paint, StateInfo } from '@/api/types';
import { marksOf, type Look, type PaletteName } from '@/chart/paint';

export type DeskPalette = 'desk' | PaletteName;
export const PALETTES: readonly DeskPalette[] = ['desk', 'clear', 'authority'];

const p = (fill: string, ink = '#14202b', pattern: Paint['pattern'] = 'plain'): Paint => ({
  fill,
  ink,
  pattern,
});

const DESK: Record<string, { paint: Paint; glyph?: string }> = {
  A: { paint: p('#BFE8B4') },
  K: { paint: p('#7CC4EE') },
  R: { paint: p('#E9F3DC', '#14202b', 'hatch'), glyph: '留' },
  X: { paint: p('#D5E4F5', '#14202b', 'hatch'), glyph: '控' },
  B: { paint: p('#FFE48A') },
  S: { paint: p('#F9BC4B') },
  C: { paint: p('#B3261E', '#FFFFFF') },
  F: { paint: p('#4B2E83', '#FFFFFF') },
  D: { paint: p('#6A5596', '#FFFFFF'), glyph: '交' },
  T: { paint: p('#B9AED2'), glyph: '证' },
  U: { paint: p('#D3D9DE') },
  N: { paint: p('#8A949E', '#14202b', 'outline') },
};

export function deskPaint(state: StateInfo, palette: DeskPalette): Paint {
  if (palette !== 'desk') return state[palette];
  return DESK[state.code]?.paint ?? state.clear;
}

export function deskGlyph(state: StateInfo): string {
  return DESK[state.code]?.glyph ?? state.glyph;
}

export function deskLooks(states: readonly StateInfo[], palette: DeskPalette): Look[] {
  const marks = marksOf(states, palette === 'authority' ? 'authority' : 'clear');
  return states.map((s, i) => ({ ...deskPaint(s, palette), glyph: deskGlyph(s), mark: marks[i] ?? 'none' }));
}
