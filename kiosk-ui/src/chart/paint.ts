// How a state looks: one place for the canvas overview, the legend's swatches and the cells of the grid.
// Colour is never alone: large cells carry the state's glyph, small ones a mark, both in the state's ink.
import type { Paint, StateInfo } from '@/api/types';

export type PaletteName = 'authority' | 'clear';

export function paintOf(state: StateInfo, palette: PaletteName): Paint {
  return palette === 'clear' ? state.clear : state.authority;
}

export type Mark = 'none' | 'dot' | 'slash' | 'cross' | 'bar' | 'ring' | 'corner' | 'stripe' | 'frame';
const MARKS: readonly Mark[] = ['slash', 'cross', 'dot', 'corner', 'ring', 'bar', 'stripe', 'frame'];

/** One mark per state: states without a glyph (the available ones) stay plain, hatched ones are their hatch. */
export function marksOf(states: readonly StateInfo[], palette: PaletteName): Mark[] {
  let next = 0;
  return states.map((s) => {
    if (s.glyph === '' || paintOf(s, palette).pattern === 'hatch') return 'none';
    const mark = MARKS[next % MARKS.length] as Mark;
    next += 1;
    return mark;
  });
}

export interface Look {
  fill: string;
  ink: string;
  pattern: Paint['pattern'];
  glyph: string;
  mark: Mark;
}

export function looksOf(states: readonly StateInfo[], palette: PaletteName): Look[] {
  const marks = marksOf(states, palette);
  return states.map((s, i) => ({ ...paintOf(s, palette), glyph: s.glyph, mark: marks[i] ?? 'none' }));
}

type Ctx = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** px of cell height from which the glyph is drawn instead of the mark. */
export const GLYPH_FROM = 18;
const MARK_FROM = 5;

/** Diagonals of a hatch, cut off at the cell's edges by arithmetic: clipping each cell would cost more than all else. */
function hatchPath(ctx: Ctx, x: number, y: number, w: number, h: number): void {
  const step = Math.max(4, Math.min(9, h / 2));
  for (let d = step; d < w + h; d += step) {
    if (d <= h) ctx.moveTo(x, y + d);
    else ctx.moveTo(x + d - h, y + h);
    if (d <= w) ctx.lineTo(x + d, y);
    else ctx.lineTo(x + w, y + d - w);
  }
}

function markPath(ctx: Ctx, mark: Mark, x: number, y: number, w: number, h: number): void {
  const s = Math.min(w, h);
  const cx = x + w / 2;
  const cy = y + h / 2;
  const r = s * 0.22;
  switch (mark) {
    case 'none':
      return;
    case 'dot': {
      const k = Math.max(1, r * 0.75);
      ctx.rect(cx - k, cy - k, 2 * k, 2 * k);
      return;
    }
    case 'ring': {
      const k = Math.max(1.2, r);
      ctx.moveTo(cx + k, cy);
      ctx.arc(cx, cy, k, 0, 2 * Math.PI);
      return;
    }
    case 'slash':
      ctx.moveTo(cx - r * 1.3, cy + r * 1.3);
      ctx.lineTo(cx + r * 1.3, cy - r * 1.3);
      return;
    case 'cross':
      ctx.moveTo(cx - r * 1.2, cy + r * 1.2);
      ctx.lineTo(cx + r * 1.2, cy - r * 1.2);
      ctx.moveTo(cx - r * 1.2, cy - r * 1.2);
      ctx.lineTo(cx + r * 1.2, cy + r * 1.2);
      return;
    case 'bar':
      ctx.moveTo(cx - r * 1.5, cy);
      ctx.lineTo(cx + r * 1.5, cy);
      return;
    case 'frame':
      ctx.rect(cx - r * 1.1, cy - r * 1.1, r * 2.2, r * 2.2);
      return;
    case 'stripe':
      ctx.moveTo(cx, cy - r * 1.5);
      ctx.lineTo(cx, cy + r * 1.5);
      return;
    case 'corner':
      ctx.moveTo(x + w, y);
      ctx.lineTo(x + w - s * 0.5, y);
      ctx.lineTo(x + w, y + s * 0.5);
      ctx.closePath();
  }
}

const SOLID: ReadonlySet<Mark> = new Set(['dot', 'corner']);

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** The signs of many cells of one state: a path each for pattern, border and mark. `small`: marks, no glyphs. */
export function drawSigns(ctx: Ctx, look: Look, boxes: readonly Box[], small: boolean): void {
  const first = boxes[0];
  if (first === undefined || first.h < MARK_FROM) return;
  ctx.strokeStyle = look.ink;
  ctx.fillStyle = look.ink;
  if (look.pattern === 'hatch') {
    ctx.save();
    ctx.beginPath();
    for (const b of boxes) hatchPath(ctx, b.x, b.y, b.w, b.h);
    ctx.globalAlpha *= 0.45;
    ctx.lineWidth = 1;
    ctx.stroke();
    ctx.restore();
  }
  if (look.pattern !== 'plain') {
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (const b of boxes) ctx.rect(b.x + 0.5, b.y + 0.5, b.w - 1, b.h - 1);
    ctx.stroke();
  }
  if (!small && look.glyph !== '') {
    ctx.textAlign = 'right';
    ctx.textBaseline = 'top';
    for (const b of boxes) {
      ctx.fillText(
        look.glyph,
        b.x + b.w - Math.max(2, b.w * 0.06),
        b.y + Math.max(2, Math.min(8, b.h * 0.08)),
      );
    }
  } else if (look.mark !== 'none') {
    ctx.beginPath();
    for (const b of boxes) markPath(ctx, look.mark, b.x, b.y, b.w, b.h);
    if (SOLID.has(look.mark)) ctx.fill();
    else {
      ctx.lineWidth = Math.max(1, Math.min(first.w, first.h) * 0.1);
      ctx.stroke();
    }
  }
}
