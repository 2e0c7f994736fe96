// Paints the all-buildings overview on one canvas. Each block has its own bitmap, so that one sold unit
// repaints one cell, a filter repaints bitmaps, and a pan only copies them.
import { sharePercent } from '@/format';
import { cellWidth, refreshBlock, spotOf, type Block, type Placed, type Plan } from './layout';
import type { Building, Chart, Unit } from './model';
import { soldUnits } from './model';
import { drawSigns, GLYPH_FROM, type Box, type Look } from './paint';

export interface Theme {
  ink: string;
  ink2: string;
  line: string;
  paper: string;
  accent: string;
  font: string;
  /** CSS px of the building names. */
  text: number;
}

interface Bitmap {
  canvas: OffscreenCanvas | HTMLCanvasElement;
  fresh: boolean;
}

const FADE = 0.14;
const ROOM_W = 44; // px of cell from which room numbers are written
const ROOM_H = 22;
/** How long a cell that changed stays outlined; who draws draws once more after it. */
export const CHANGED_MS = 4_000;

/** px of what is written in cells. */
function letterPx(plan: Plan): number {
  return Math.max(9, Math.min(28, plan.ch * 0.36));
}

function makeCanvas(w: number, h: number): Bitmap['canvas'] {
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(w, h);
  const canvas = document.createElement('canvas');
  canvas.width = w;
  canvas.height = h;
  return canvas;
}

export class Overview {
  private plan: Plan | null = null;
  private chart: Chart | null = null;
  private looks: readonly Look[] = [];
  private passing: ReadonlySet<number> | null = null;
  private bitmaps = new Map<Placed, Bitmap>();
  private view = { x: 0, y: 0, w: 0, h: 0, dpr: 1 };
  private changed = new Map<number, number>();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private theme: Theme,
  ) {}

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.bitmaps.clear();
  }

  setLooks(looks: readonly Look[]): void {
    this.looks = looks;
    this.bitmaps.clear();
  }

  setPlan(chart: Chart, plan: Plan): void {
    this.chart = chart;
    this.plan = plan;
    this.bitmaps.clear();
  }

  /** After a delta: the chart with replaced buildings, of which only `units` are painted again. */
  update(chart: Chart, buildings: readonly number[], units: readonly number[]): void {
    this.chart = chart;
    if (this.plan === null) return;
    const ids = new Set(units);
    const at = performance.now();
    for (const id of units) this.changed.set(id, at);
    const placed = this.plan.placed.map((p) => {
      if (!buildings.includes(p.block.building)) return p;
      const block = refreshBlock(p.block, chart.buildings[p.block.building] as Building);
      const next = { ...p, block };
      const bitmap = this.bitmaps.get(p);
      if (bitmap) {
        this.bitmaps.delete(p);
        this.bitmaps.set(next, bitmap);
        const ctx = bitmap.canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        this.prepare(ctx);
        for (const u of block.units) if (ids.has(u.id)) this.cell(ctx, block, u);
      }
      return next;
    });
    this.plan = { ...this.plan, placed };
  }

  setFilter(passing: ReadonlySet<number> | null): void {
    this.passing = passing;
    for (const b of this.bitmaps.values()) b.fresh = false;
  }

  setView(x: number, y: number, w: number, h: number, dpr: number): void {
    if (w !== this.view.w || h !== this.view.h || dpr !== this.view.dpr) {
      this.canvas.width = Math.round(w * dpr);
      this.canvas.height = Math.round(h * dpr);
      if (dpr !== this.view.dpr) this.bitmaps.clear();
    }
    this.view = { x, y, w, h, dpr };
  }

  get currentPlan(): Plan | null {
    return this.plan;
  }

  draw(): void {
    const ctx = this.canvas.getContext('2d');
    if (ctx === null || this.plan === null || this.chart === null) return;
    const { x, y, w, h, dpr } = this.view;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    ctx.setTransform(dpr, 0, 0, dpr, -x * dpr, -y * dpr);
    this.grounds(ctx);
    const { plan } = this;
    for (const placed of plan.placed) {
      const { block } = placed;
      const top = placed.ground - block.above * plan.ch;
      const bottom = placed.ground + block.below * plan.ch + plan.label;
      if (
        placed.x > x + w ||
        placed.x + block.width * cellWidth(plan, block) < x ||
        top > y + h ||
        bottom < y
      )
        continue;
      const bitmap = this.bitmap(placed);
      ctx.drawImage(bitmap.canvas, placed.x, top, bitmap.canvas.width / dpr, bitmap.canvas.height / dpr);
      this.caption(ctx, placed);
    }
    this.outline(ctx);
  }

  private bitmap(placed: Placed): Bitmap {
    const plan = this.plan as Plan;
    const { dpr } = this.view;
    let bitmap = this.bitmaps.get(placed);
    if (bitmap === undefined) {
      const w = Math.max(1, Math.ceil(placed.block.width * cellWidth(plan, placed.block) * dpr));
      const h = Math.max(1, Math.ceil((placed.block.above + placed.block.below) * plan.ch * dpr));
      bitmap = { canvas: makeCanvas(w, h), fresh: false };
      this.bitmaps.set(placed, bitmap);
    }
    if (!bitmap.fresh) {
      this.block(bitmap, placed.block);
      bitmap.fresh = true;
    }
    return bitmap;
  }

  private prepare(ctx: OffscreenCanvasRenderingContext2D): void {
    const { dpr } = this.view;
    const plan = this.plan as Plan;
    ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
    ctx.font = `${letterPx(plan)}px ${this.theme.font}`;
  }

  /** All cells of a block, colour by colour: changing fillStyle is what costs. */
  private block(bitmap: Bitmap, block: Block): void {
    const ctx = bitmap.canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, bitmap.canvas.width, bitmap.canvas.height);
    this.prepare(ctx);
    const plan = this.plan as Plan;
    const { ch } = plan;
    const cw = cellWidth(plan, block);
    const small = ch < GLYPH_FROM;
    const groups: Unit[][] = this.looks.map(() => []);
    const faded: Unit[][] = this.looks.map(() => []);
    for (const u of block.units) {
      const pass = this.passing === null || this.passing.has(u.id);
      (pass ? groups : faded)[u.state]?.push(u);
    }
    for (const [units, alpha] of [
      [faded, FADE],
      [groups, 1],
    ] as const) {
      ctx.globalAlpha = alpha;
      units.forEach((list, state) => {
        const look = this.looks[state];
        if (look === undefined || list.length === 0) return;
        ctx.fillStyle = look.fill;
        const boxes = list.map((u) => this.box(block, u, cw, ch));
        for (const k of boxes) ctx.fillRect(k.x, k.y, k.w, k.h);
        if (alpha < 1) {
          this.frames(ctx, boxes);
          return;
        }
        drawSigns(ctx, look, boxes, small);
        if (cw >= ROOM_W && ch >= ROOM_H) list.forEach((u, i) => this.room(ctx, look, u, boxes[i] as Box));
      });
    }
    ctx.globalAlpha = 1;
  }

  /** Where a cell lies in its block's bitmap, on whole pixels: crisp, and the cheapest to fill. */
  private box(block: Block, u: Unit, cw: number, ch: number): Box {
    const spot = spotOf(block, u);
    const left = spot.x * cw;
    const top = (block.above - spot.row - u.span) * ch;
    const x = Math.round(left);
    const y = Math.round(top);
    return {
      x,
      y,
      w: Math.max(1, Math.round(left + cw) - x - 1),
      h: Math.max(1, Math.round(top + ch * u.span) - y - 1),
    };
  }

  /** Thin frames for faded cells: even a white one keeps its place in sight. */
  private frames(ctx: OffscreenCanvasRenderingContext2D, boxes: readonly Box[]): void {
    const alpha = ctx.globalAlpha;
    ctx.globalAlpha = 1;
    ctx.strokeStyle = this.theme.line;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (const b of boxes) ctx.rect(b.x + 0.5, b.y + 0.5, b.w - 1, b.h - 1);
    ctx.stroke();
    ctx.globalAlpha = alpha;
  }

  private room(ctx: OffscreenCanvasRenderingContext2D, look: Look, u: Unit, b: Box): void {
    ctx.fillStyle = look.ink;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    // Below the glyph, which has the upper corner.
    ctx.fillText(u.room, b.x + 5, b.y + b.h - letterPx(this.plan as Plan) * 0.8, b.w - 10);
  }

  private cell(ctx: OffscreenCanvasRenderingContext2D, block: Block, u: Unit): void {
    const { ch } = this.plan as Plan;
    const cw = cellWidth(this.plan as Plan, block);
    const look = this.looks[u.state];
    if (look === undefined) return;
    const b = this.box(block, u, cw, ch);
    ctx.clearRect(b.x, b.y, b.w, b.h);
    const pass = this.passing === null || this.passing.has(u.id);
    ctx.globalAlpha = pass ? 1 : FADE;
    ctx.fillStyle = look.fill;
    ctx.fillRect(b.x, b.y, b.w, b.h);
    if (!pass) this.frames(ctx, [b]);
    else {
      drawSigns(ctx, look, [b], ch < GLYPH_FROM);
      if (cw >= ROOM_W && ch >= ROOM_H) this.room(ctx, look, u, b);
    }
    ctx.globalAlpha = 1;
  }

  private grounds(ctx: CanvasRenderingContext2D): void {
    const plan = this.plan as Plan;
    ctx.strokeStyle = this.theme.ink2;
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    for (const s of plan.shelves) {
      ctx.moveTo(8, s.ground + 0.5);
      ctx.lineTo(plan.width - 8, s.ground + 0.5);
    }
    ctx.stroke();
  }

  private caption(ctx: CanvasRenderingContext2D, placed: Placed): void {
    const plan = this.plan as Plan;
    const { block } = placed;
    const chart = this.chart as Chart;
    const building = chart.buildings[block.building] as Building;
    const shelf = plan.shelves[placed.shelf];
    const bottom = shelf ? shelf.y + shelf.height - plan.label : placed.ground;
    const full = block.width * cellWidth(plan, block);
    const width = Math.max(full, 40);
    const cx = placed.x + full / 2;
    const t = this.theme;
    ctx.fillStyle = t.ink;
    ctx.font = `${t.text}px ${t.font}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'top';
    ctx.fillText(block.name, cx, bottom + 8, Math.max(width + 10, t.text * 9));
    let sold = 0;
    let all = building.units.length;
    if (block.stair === null) sold = soldUnits(building, chart.states);
    else {
      all = block.units.length;
      for (const u of block.units) if (chart.states[u.state]?.sold) sold += 1;
    }
    const barW = Math.min(width - 4, 120);
    const bx = cx - barW / 2;
    const by = bottom + 14 + t.text * 1.25;
    ctx.fillStyle = t.line;
    ctx.fillRect(bx, by, barW, 4);
    ctx.fillStyle = t.ink2;
    ctx.fillRect(bx, by, all === 0 ? 0 : (barW * sold) / all, 4);
    if (plan.label >= 14 + t.text * 2.6) {
      ctx.font = `${Math.round(t.text * 0.75)}px ${t.font}`;
      ctx.fillText(sharePercent(sold, all), cx, by + 9);
    }
  }

  /** For a moment, the cells that just changed. */
  private outline(ctx: CanvasRenderingContext2D): void {
    const plan = this.plan as Plan;
    const now = performance.now();
    for (const [id, at] of this.changed) if (now - at > CHANGED_MS) this.changed.delete(id);
    if (this.changed.size === 0) return;
    for (const { block, x, ground } of plan.placed) {
      const cw = cellWidth(plan, block);
      for (const u of block.units) {
        if (!this.changed.has(u.id)) continue;
        const spot = spotOf(block, u);
        const ux = x + spot.x * cw;
        const uy = ground - (spot.row + u.span) * plan.ch;
        ctx.strokeStyle = this.theme.accent;
        ctx.lineWidth = 2;
        ctx.strokeRect(ux - 1.5, uy - 1.5, cw + 2, plan.ch * u.span + 2);
      }
    }
  }
}
