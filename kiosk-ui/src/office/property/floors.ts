/* floors.ts - floor numbers as people count them, the tree of a project, and a preview of room numbers.
 *
 * There is no floor 0: below 1 comes -1. Skipped numbers (4, 13, 14) are names nobody uses, not gaps in
 * the building (PM-03). The daemon's preview is the authority; this one only follows the typing.
 */
import type { components } from '@/api/schema.gen';

export type Tree = components['schemas']['Tree'];
export type TreeArea = components['schemas']['TreeArea'];
export type TreeBuilding = components['schemas']['TreeBuilding'];

export const FLOORS_MAX = 200;

/** Numbers people leave out; the presets of the form. */
export const SKIP_PRESETS: readonly { key: string; skip: readonly number[] }[] = [
  { key: 'none', skip: [] },
  { key: 'four', skip: [4, 14] },
  { key: 'thirteen', skip: [13, 14] },
  { key: 'both', skip: [4, 13, 14] },
  { key: 'allFours', skip: [4, 13, 14, 24, 34, 44] },
];

/** Why floors from @from to @to cannot be: the wrong way round, or too many; empty: they can. */
export function floorFault(from: number, to: number): 'fromTo' | 'tooMany' | '' {
  if (from > to) return 'fromTo';
  return to - from >= FLOORS_MAX ? 'tooMany' : '';
}

/** Floor numbers from @from up to @to without 0 and without @skip, lowest first. */
export function floorNumbers(from: number, to: number, skip: readonly number[] = []): number[] {
  const out: number[] = [];
  for (let n = from; n <= to && out.length < FLOORS_MAX; n += 1) {
    if (n !== 0 && !skip.includes(n)) out.push(n);
  }
  return out;
}

/** "4, 13 14、24" → [4, 13, 14, 24]; null when something in it is not a whole number. */
export function parseNumbers(text: string): number[] | null {
  const parts = text.split(/[\s,，、;；]+/u).filter((p) => p !== '');
  const out: number[] = [];
  for (const part of parts) {
    if (!/^-?\d{1,3}$/u.test(part)) return null;
    const n = Number(part);
    if (!out.includes(n)) out.push(n);
  }
  return out.sort((a, b) => a - b);
}

/** Names separated by any comma or new line; empty ones and repeats fall out. */
export function parseNames(text: string): string[] {
  return [...new Set(text.split(/[,，、;；\n]+/u).map((p) => p.trim()))].filter((p) => p !== '');
}

export interface Branch {
  key: string;
  kind: 'phase' | 'area' | 'building';
  name: string;
  id: number;
  version: number;
  ordinal: number;
  enabled: boolean;
  units: number;
  parentId: number | null;
  building?: TreeBuilding;
  children: Branch[];
}

function areaBranch(a: TreeArea): Branch {
  const { id, version, ordinal, enabled, units, name, kind } = a;
  return {
    key: `area-${id}`,
    kind,
    name,
    id,
    version,
    ordinal,
    enabled,
    units,
    parentId: a.parent_id,
    children: [],
  };
}

function buildingBranch(b: TreeBuilding): Branch {
  const { id, version, ordinal, enabled, units, name } = b;
  return {
    key: `building-${id}`,
    kind: 'building',
    name,
    id,
    version,
    ordinal,
    enabled,
    units,
    parentId: b.area_id,
    building: b,
    children: [],
  };
}

/** The flat lists of the API as one tree, each level in its own order; nothing is ever lost: a child of a
 * parent that is not there stands at the top. */
export function branches(tree: Tree): Branch[] {
  const areas = new Map(tree.areas.map((a) => [a.id, areaBranch(a)]));
  const top: Branch[] = [];
  const put = (b: Branch) => {
    const parent = b.parentId === null ? undefined : areas.get(b.parentId);
    if (parent && parent !== b) parent.children.push(b);
    else top.push(b);
  };
  areas.forEach(put);
  tree.buildings.map(buildingBranch).forEach(put);
  const sort = (list: Branch[]) => {
    list.sort((a, b) => a.ordinal - b.ordinal || a.name.localeCompare(b.name, 'zh-CN', { numeric: true }));
    list.forEach((b) => sort(b.children));
  };
  sort(top);
  return top;
}

/** Areas an item may move to: not itself and nothing below itself. */
export function parentChoices(tree: Tree, moving: Branch): TreeArea[] {
  if (moving.kind === 'building') return tree.areas;
  const below = new Set<number>([moving.id]);
  for (let grew = true; grew;) {
    grew = false;
    for (const a of tree.areas) {
      if (a.parent_id !== null && below.has(a.parent_id) && !below.has(a.id)) {
        below.add(a.id);
        grew = true;
      }
    }
  }
  return tree.areas.filter((a) => !below.has(a.id));
}

/** Text that stands for a floor range: 1–33 without 4, 13, 14. Numbers only; words come from the page. */
export function floorRange(labels: readonly string[]): string {
  if (labels.length === 0) return '';
  const first = labels[0] ?? '';
  const last = labels[labels.length - 1] ?? '';
  return first === last ? first : `${first} – ${last}`;
}
