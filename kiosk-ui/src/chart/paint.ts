// How a state looks: one place for the canvas overview, the legend's swatches and the cells of the grid.
// Colour is never alone: large cells carry the state's glyph, small ones a mark, both in the state's ink.
import type { Paint, StateInfo } from '@/api/types';

export type PaletteName = 'authority' | 'clear';

export function paintOf(state: StateInfo, palette: PaletteName): Paint {
  return palette === 'clear' ? state.clear : state.authority;
}

export type Mark = 'none' | 'dot' | 'slash' | 'cross' | 'bar' | 'ring' | 'corner' | 'stripe';
const MARKS: readonly Mark[] = ['slash', 'cross', 'dot', 'corner', 'ring', 'bar', 'stripe'];

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

const GLYPH_FROM = 18; // px of cell height from which the glyph is drawn instead of the mark
const MARK_FROM = 5;

export function drawHatch(ctx: Ctx, x: number, y: number, w: number, h: number, ink: string): void {
  const step = Math.max(3, Math.min(8, h / 2.5));
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, w, h);
  ctx.clip();
  ctx.beginPath();
  for (let d = -h; d < w; d += step) {
    ctx.moveTo(x + d, y + h);
    ctx.lineTo(x + d + h, y);
  }
  ctx.strokeStyle = ink;
  ctx.globalAlpha *= 0.45;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.restore();
}

export function drawMark(ctx: Ctx, look: Look, x: number, y: number, w: number, h: number): void {
  if (h < MARK_FROM || look.mark === 'none') return;
  const s = Math.min(w, h);
  const cx = x + w / 2;
  const cy = y + h / 2;
  const r = s * 0.22;
  ctx.strokeStyle = look.ink;
  ctx.fillStyle = look.ink;
  ctx.lineWidth = Math.max(1, s * 0.1);
  ctx.beginPath();
  switch (look.mark) {
    case 'dot':
      ctx.arc(cx, cy, Math.max(1, r * 0.8), 0, 7);
      ctx.fill();
      return;
    case 'ring':
      ctx.arc(cx, cy, Math.max(1.2, r), 0, 7);
      break;
    case 'slash':
      ctx.moveTo(cx - r * 1.3, cy + r * 1.3);
      ctx.lineTo(cx + r * 1.3, cy - r * 1.3);
      break;
    case 'cross':
      ctx.moveTo(cx - r * 1.2, cy + r * 1.2);
      ctx.lineTo(cx + r * 1.2, cy - r * 1.2);
      ctx.moveTo(cx - r * 1.2, cy - r * 1.2);
      ctx.lineTo(cx + r * 1.2, cy + r * 1.2);
      break;
    case 'bar':
      ctx.moveTo(cx - r * 1.5, cy);
      ctx.lineTo(cx + r * 1.5, cy);
      break;
    case 'stripe':
      ctx.moveTo(cx, cy - r * 1.5);
      ctx.lineTo(cx, cy + r * 1.5);
      break;
    case 'corner':
      ctx.moveTo(x + w, y);
      ctx.lineTo(x + w - s * 0.5, y);
      ctx.lineTo(x + w, y + s * 0.5);
      ctx.fill();
      return;
  }
  ctx.stroke();
}

/** One cell: fill, pattern, then its glyph or mark. The caller has set the font when cells are large. */
export function drawSign(
  ctx: Ctx,
  look: Look,
  x: number,
  y: number,
  w: number,
  h: number,
  small = false,
): void {
  if (look.pattern === 'hatch') drawHatch(ctx, x, y, w, h, look.ink);
  if (look.pattern !== 'plain' && h >= MARK_FROM) {
    ctx.strokeStyle = look.ink;
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  }
  if (!small && h >= GLYPH_FROM && look.glyph !== '') {
    ctx.fillStyle = look.ink;
    ctx.textAlign = 'right';
    ctx.textBaseline = 'top';
    ctx.fillText(look.glyph, x + w - Math.max(2, w * 0.06), y + Math.max(2, h * 0.08));
  } else {
    drawMark(ctx, look, x, y, w, h);
  }
}
