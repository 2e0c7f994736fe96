// Finding a unit by what people say: "3-2-1801", "1801", "B1204". Digits and the Latin letters of a room
// number are matched against building, stair and room from the right: the last part is the room.
import type { Building, Chart, Unit } from './model';

export interface Hit {
  building: Building;
  unit: Unit;
}

const NUMERALS: Record<string, string> = {
  一: '1',
  二: '2',
  三: '3',
  四: '4',
  五: '5',
  六: '6',
  七: '7',
  八: '8',
  九: '9',
};

/** Chinese numerals as digits: `十二单元` → `12单元`. */
function inDigits(text: string): string {
  return text
    .toUpperCase()
    .replace(/十([一二三四五六七八九])/g, (_, d: string) => `1${NUMERALS[d]}`)
    .replace(/[一二三四五六七八九]/g, (d) => NUMERALS[d] ?? '')
    .replace(/十/g, '10');
}

/** Digits (or, without any, letters) of a name: `3栋` → `3`, `B座` → `B`, `F座三单元` → `F3`. */
export const shortName = (name: string): string => inDigits(name).replace(/[^0-9A-Z]/g, '');

/** `3-2-1801`, `3栋-二单元-1801` → 3, 2, 1801. */
export const splitQuery = (query: string): string[] =>
  inDigits(query)
    .split(/[^0-9A-Z]+/)
    .filter((part) => part !== '');

/**
 * At most `limit` units. One part: the room starts with it. Two: building or stair, then room.
 * Three: building, stair, room. The earlier parts must match wholly, so that 1-… does not find building 11.
 */
export function searchUnits(chart: Chart, query: string, limit = 24): Hit[] {
  const parts = splitQuery(query);
  const room = parts.at(-1);
  if (room === undefined) return [];
  const before = parts.slice(0, -1);
  const exact: Hit[] = [];
  const begins: Hit[] = [];
  for (const building of chart.buildings) {
    const b = shortName(building.name);
    const stairs = building.stairs.map((s) => shortName(s.name));
    for (const unit of building.units) {
      const s = stairs[unit.stair] ?? '';
      const fits =
        before.length === 0 ||
        (before.length === 1 && (before[0] === b || before[0] === s || before[0] === b + s)) ||
        (before.length === 2 && before[0] === b && before[1] === s);
      // A number with dashes of its own, as parking spaces have them, is also looked for as it is written.
      const own = fits ? shortName(unit.room) : unit.room.toUpperCase();
      const asked = fits ? room : parts.join('-');
      if (own === asked) exact.push({ building, unit });
      else if (own.startsWith(asked) && begins.length < limit) begins.push({ building, unit });
    }
    if (exact.length >= limit) break;
  }
  return [...exact, ...begins].slice(0, limit);
}

/** The Latin letters that occur in building, stair and room names: extra keys for the pad. */
export function padLetters(chart: Chart): string[] {
  const letters = new Set<string>();
  for (const building of chart.buildings) {
    for (const name of [
      building.name,
      ...building.stairs.map((s) => s.name),
      ...building.units.map((u) => u.room),
    ]) {
      for (const c of name.toUpperCase().match(/[A-Z]/g) ?? []) letters.add(c);
    }
  }
  return [...letters].sort().slice(0, 12);
}
