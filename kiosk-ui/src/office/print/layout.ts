// A layout of a paper as it is edited: where each item is, moved, changed, undone. What a layout may hold is written
// in daemon/paper/layout.h; members that are not known here are left as they are.

/** What stands in the file of an item; which member is there says what kind it is. */
export interface Item {
  text?: string;
  box?: string;
  line?: number[];
  frame?: number[];
  rows?: string;
  items?: Item[];
  x?: number;
  y?: number;
  w?: number;
  h?: number;
  size?: number;
  width?: number;
  bold?: boolean;
  align?: 'left' | 'center' | 'right';
  ink?: string;
  if?: string;
  form?: boolean;
  [more: string]: unknown;
}
export interface Layout {
  /** of a roll, columns: it has lines and no places, and is edited as text */
  roll?: number;
  width: number;
  height: number;
  copies?: string[];
  items: Item[];
  [more: string]: unknown;
}
/** mm */
export interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}
export type Kind = 'text' | 'box' | 'line' | 'frame' | 'rows' | 'other';

const KINDS = ['text', 'box', 'line', 'frame', 'rows'] as const;
const MM_OF_PT = 25.4 / 72;
/** so thin that nobody could point at it otherwise, mm */
const THIN = 1.6;

export function kindOf(item: Item): Kind {
  return KINDS.find((kind) => item[kind] !== undefined) ?? 'other';
}

const tenth = (n: number): number => Math.round(n * 10) / 10;

/** The layout of a text that was read or typed; a string says what is wrong. */
export function parseLayout(body: string): Layout | string {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch (e) {
    return e instanceof Error ? e.message : String(e);
  }
  const layout = read as Partial<Layout> | null;
  const good =
    typeof layout?.width === 'number' && typeof layout.height === 'number' && Array.isArray(layout.items);
  if (typeof layout?.roll === 'number') {
    return Array.isArray(layout.lines) ? ({ ...layout, items: [] } as unknown as Layout) : 'roll, lines';
  }
  return good ? (layout as Layout) : 'width, height, items';
}

/** One item a line, so that versions can be compared. */
export function layoutText(layout: Layout): string {
  const { items, ...rest } = layout;
  const head = Object.entries(rest).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const lines = items.map((item) => `    ${JSON.stringify(item)}`);
  return `{\n${[...head, `  "items": [\n${lines.join(',\n')}\n  ]`].join(',\n')}\n}\n`;
}

/** Where it is seen and taken hold of. */
export function placeOf(item: Item): Place {
  const { x = 0, y = 0, w = 20, h = 8, size = 9 } = item;
  const kind = kindOf(item);
  if (kind === 'text') {
    const high = size * MM_OF_PT;
    return { x, y: y - high, w, h: high * 1.3 };
  }
  if (kind === 'line') {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = item.line ?? [];
    const [left, top] = [Math.min(x1, x2), Math.min(y1, y2)];
    const [wide, high] = [Math.max(Math.abs(x2 - x1), THIN), Math.max(Math.abs(y2 - y1), THIN)];
    const [dx, dy] = [x1 === x2 ? THIN / 2 : 0, y1 === y2 ? THIN / 2 : 0];
    return { x: left - dx, y: top - dy, w: wide, h: high };
  }
  if (kind === 'frame') {
    const [fx = 0, fy = 0, fw = 0, fh = 0] = item.frame ?? [];
    return { x: fx, y: fy, w: fw, h: fh };
  }
  if (kind === 'rows') {
    const inner = (item.items ?? []).map(placeOf);
    const left = Math.min(...inner.map((p) => p.x), Infinity);
    const right = Math.max(...inner.map((p) => p.x + p.w), -Infinity);
    return inner.length > 0 ? { x: left, y, w: right - left, h } : { x, y, w, h };
  }
  return { x, y, w: w || size, h: h || size };
}

/** The item that much further to the right and down, mm. */
export function moved(item: Item, dx: number, dy: number): Item {
  if (item.line) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = item.line;
    return { ...item, line: [tenth(x1 + dx), tenth(y1 + dy), tenth(x2 + dx), tenth(y2 + dy)] };
  }
  if (item.frame) {
    const [x = 0, y = 0, w = 0, h = 0] = item.frame;
    return { ...item, frame: [tenth(x + dx), tenth(y + dy), w, h] };
  }
  const at = { ...item, y: tenth((item.y ?? 0) + dy) };
  if (item.rows !== undefined)
    return { ...at, x: tenth((item.x ?? 0) + dx), items: (item.items ?? []).map((i) => moved(i, dx, 0)) };
  return { ...at, x: tenth((item.x ?? 0) + dx) };
}

/** Without members that say what is so anyway. */
export function tidied(item: Item): Item {
  const kept = Object.entries(item).filter(
    ([key, value]) =>
      value !== undefined && value !== false && value !== '' && !(key === 'align' && value === 'left'),
  );
  return Object.fromEntries(kept) as Item;
}

/** A new one in the middle of a layout. */
export function madeItem(kind: 'text' | 'box' | 'line' | 'frame', layout: Layout, text: string): Item {
  const [x, y] = [tenth(layout.width / 2 - 20), tenth(layout.height / 2)];
  if (kind === 'text') return { text, x, y, w: 40, size: 10 };
  if (kind === 'box') return { box: text, x, y, w: 40, h: 10, size: 10 };
  if (kind === 'line') return { line: [x, y, x + 40, y], width: 0.4 };
  return { frame: [x, y, 40, 12], width: 0.5 };
}
