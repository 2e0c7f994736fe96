// Words for things of the chart, in the visitor's language.
import type { ChartLayout, ClassInfo, Estimate, PublicUnit, StateInfo } from '@/api/types';
import type { Building, Chart, Unit } from '@/chart/model';
import { area, areaFigure, date, perArea, spoken } from '@/format';
import { both, lang, t } from './i18n';

/** `A 户型 · 3 室 2 厅 1 卫` */
export function layoutText(l: ChartLayout | null): string {
  if (l === null) return '—';
  const rooms = roomsText(l);
  return rooms === '' ? l.name : `${l.name} · ${rooms}`;
}

export function roomsText(l: ChartLayout): string {
  if (l.rooms === 0 && l.halls === 0 && l.baths === 0) return '';
  return t('kiosk.unit.rooms', { rooms: l.rooms, halls: l.halls, baths: l.baths });
}

export function stateText(s: StateInfo | undefined): string {
  return s ? both(s.public_zh, s.public_en) : '';
}

/** `89.37`, or `89–91` when the units of a column differ. */
export function areaSpan(min: number, max: number): string {
  if (min === max) return areaFigure(min);
  const lo = Math.floor(min / 100);
  const hi = Math.floor((max + 99) / 100);
  return lo === hi ? areaFigure(min) : `${lo}–${hi}`;
}

/**
 * What a screen reader says for a cell: what is written in it, then layout, area, state and price, each once.
 * `shown` is the second line of the cell.
 */
export function unitLabel(chart: Chart, u: Unit, shown: string): string {
  const state = stateText(chart.states[u.state]);
  const parts = [shown === '' ? u.room : `${u.room} ${shown}`];
  const layout = chart.layouts[u.layout];
  if (layout) parts.push(layoutText(layout));
  if (u.gross !== null) parts.push(area(u.gross));
  if (shown !== state) parts.push(state);
  if (u.total !== null) parts.push(spoken(u.total, lang.value));
  return parts.join(lang.value === 'en' ? ', ' : '，');
}

export function classText(classes: readonly ClassInfo[] | undefined, code: string): string {
  const c = classes?.find((x) => x.code === code);
  return c ? both(c.zh, c.en) : code;
}

/** What the unit is priced by, and the price of a square metre where that is what it is priced by. */
export function basisText(u: Pick<PublicUnit, 'basis' | 'unit_price_fen' | 'inner_unit_price_fen'>): string {
  const basis = t(`kiosk.unit.basis.${u.basis}`);
  if (u.basis === 'unit') return basis;
  return `${basis} ${perArea(u.basis === 'inner' ? u.inner_unit_price_fen : u.unit_price_fen)}`;
}

/** Until which day a price holds, or since when it no longer does; '' when the project does not say (PR-15). */
export function validText(until: number | null): string {
  if (until === null) return '';
  return t(Date.now() <= until ? 'kiosk.unit.valid' : 'kiosk.unit.valid_past', { date: date(until) });
}

/** What stands under an estimate: of when its rates are, if the project says so, and what it was reckoned from. */
export function estimateNote(
  e: Pick<Estimate, 'rates_date' | 'note' | 'publication' | 'valid_until_ms'>,
): string {
  return [
    e.rates_date === '' ? '' : t('kiosk.estimate.rates', { date: e.rates_date }),
    e.note,
    t('kiosk.estimate.version', { n: e.publication }),
    validText(e.valid_until_ms),
  ]
    .filter(Boolean)
    .join(lang.value === 'en' ? ' ' : '');
}

/** Whose site an address leads to; an address that is none says nothing. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return '—';
  }
}

const SIDES: Record<string, string> = { 东: 'E', 南: 'S', 西: 'W', 北: 'N' };

/** `东南` is one side, `南北` are two. What is not made of the four words stays as it was written. */
export function facingText(orient: string): string {
  if (orient === '') return '—';
  if (lang.value !== 'en' || !/^[东南西北]{1,4}$/.test(orient)) return orient;
  const letters = [...orient].map((c) => SIDES[c] ?? '');
  const corner = /^[东西][南北]$/.test(orient);
  return (corner ? [letters.reverse().join('')] : letters).map((side) => t(`kiosk.side.${side}`)).join(', ');
}

/** Where a unit is: `3栋 · 2单元 · 18`. */
export function placeText(b: Building, u: Unit): string {
  const stair = b.stairs[u.stair]?.name ?? '';
  const parts = [b.name];
  if (stair !== '') parts.push(stair);
  parts.push(floorText(b.floors[u.floor]?.label ?? ''));
  return parts.join(' · ');
}

/** `18 层`, and a label that already says it stays as it is. */
export function floorText(label: string): string {
  return /^-?\d+$/.test(label) ? t('kiosk.unit.floor_n', { n: label }) : label;
}

/** Dates within a text do not break at their hyphens: a word joiner stands on both sides. */
export function wholeDates(text: string): string {
  return text.replace(/\b(\d{4})-(\d{2})-(\d{2})\b/g, '$1\u2060-\u2060$2\u2060-\u2060$3');
}
