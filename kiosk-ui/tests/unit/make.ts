// Made-up charts for tests and the bench: towers of two stairs with four lines each, states spread evenly.
import type { Card, Member } from '@/office/customer/acts';
import type { ChartBuilding, ChartUnit, Paint, PublicChart, StateInfo } from '@/api/types';

const paint = (fill: string, ink: string, pattern: Paint['pattern'] = 'plain'): Paint => ({
  fill,
  ink,
  pattern,
});

function state(
  code: string,
  letter: string,
  zh: string,
  en: string,
  sold: boolean,
  priced: boolean,
  glyph: string,
  authority: Paint,
  clear: Paint,
): StateInfo {
  return {
    code,
    public: letter,
    zh,
    en,
    public_zh: zh,
    public_en: en,
    sold,
    priced,
    glyph,
    authority,
    clear,
  };
}

const B = '#000000';
const W = '#FFFFFF';

/** The twelve sale states as the daemon sends them (FC 25.2, palettes of the design). */
export const STATES: StateInfo[] = [
  state('A', 'A', '可售', 'Available', false, true, '', paint('#33CC00', B), paint('#A6E59A', B)),
  state('K', 'K', '选房中', 'Being chosen', false, true, '选', paint('#00FFFF', B), paint('#3FA7E0', B)),
  state(
    'R',
    'X',
    '暂留',
    'On hold',
    false,
    true,
    '留',
    paint('#E6E6E6', B, 'hatch'),
    paint('#FFFFFF', B, 'hatch'),
  ),
  state(
    'X',
    'X',
    '暂留',
    'On hold',
    false,
    true,
    '留',
    paint('#E6E6E6', B, 'hatch'),
    paint('#FFFFFF', B, 'hatch'),
  ),
  state('B', 'B', '已预订', 'Booked', false, true, '订', paint('#FFCC99', B), paint('#FFC93C', B)),
  state('S', 'S', '已认购', 'Subscribed', false, true, '认', paint('#FFCC99', B), paint('#FFC93C', B)),
  state('C', 'C', '已签约', 'Signed', true, false, '签', paint('#FF0000', B), paint('#B3261E', W)),
  state('F', 'F', '已备案', 'Filed', true, false, '备', paint('#D2691E', B), paint('#4B2E83', W)),
  state('D', 'D', '已售', 'Sold', true, false, '售', paint('#D2691E', B), paint('#4B2E83', W)),
  state('T', 'D', '已售', 'Sold', true, false, '售', paint('#D2691E', B), paint('#4B2E83', W)),
  state('U', 'U', '未推出', 'Not released', false, false, '–', paint('#CCCCCC', B), paint('#9AA0A8', B)),
  state(
    'N',
    'N',
    '不可售',
    'Not for sale',
    false,
    false,
    '×',
    paint('#CCCCCC', B, 'outline'),
    paint('#9AA0A8', B, 'outline'),
  ),
];

const LETTERS = ['A', 'A', 'C', 'A', 'F', 'S', 'A', 'X', 'F', 'C', 'B', 'K', 'A', 'N'];
const PRICED = new Set(STATES.filter((s) => s.priced).map((s) => s.public));
const ORIENTS = ['南', '南北', '东南', '西'];

export function makeUnit(id: number, over: Partial<Record<number, ChartUnit[number]>> = {}): ChartUnit {
  const letter = LETTERS[id % LETTERS.length] as string;
  const gross = 6500 + ((id * 37) % 80) * 100;
  const total = PRICED.has(letter) ? gross * 33_652 : null;
  const row = [
    id,
    0,
    0,
    0,
    1,
    letter,
    'home',
    id % 3,
    gross,
    Math.floor((gross * 78) / 100),
    total,
    total === null ? null : 3_365_200,
    ORIENTS[id % 4],
    String(id),
  ];
  for (const [at, value] of Object.entries(over)) row[Number(at)] = value as never;
  return row as unknown as ChartUnit;
}

export function makeBuilding(id: number, units: number, firstUnit: number, basement = false): ChartBuilding {
  const STAIRS = 2;
  const LINES = 4;
  const perFloor = STAIRS * LINES;
  const above = Math.ceil(units / perFloor);
  const floors = Array.from({ length: above }, (_, i) => ({ ordinal: i + 1, label: String(i + 1) }));
  if (basement) floors.push({ ordinal: -1, label: 'B1' });
  const rows: ChartUnit[] = [];
  for (let i = 0; i < units; i += 1) {
    const floor = Math.floor(i / perFloor);
    const at = i % perFloor;
    const line = at % LINES;
    rows.push(
      makeUnit(firstUnit + i, {
        1: floor,
        2: Math.floor(at / LINES),
        3: line,
        13: `${floor + 1}${String(line + 1).padStart(2, '0')}`,
      }),
    );
  }
  return {
    id,
    name: `${id}栋`,
    area: '一期',
    phase: '',
    floors,
    stairs: Array.from({ length: STAIRS }, (_, i) => ({
      id: id * 10 + i,
      name: `${i + 1}单元`,
      lines: Array.from({ length: LINES }, (_, k) => String(k + 1).padStart(2, '0')),
    })),
    units: rows,
  };
}

export function makeChart(units: number, perBuilding = 200): PublicChart {
  const buildings: ChartBuilding[] = [];
  for (let left = units, first = 1; left > 0; left -= perBuilding, first += perBuilding) {
    buildings.push(
      makeBuilding(buildings.length + 1, Math.min(left, perBuilding), first, buildings.length % 4 === 0),
    );
  }
  return {
    project: {
      id: 1,
      name: '示例花园',
      name_en: 'Sample Garden',
      address: '',
      phone: '',
      cover_media: null,
      publication: 7,
      published_ms: 0,
      closed: false,
      units,
      available: 0,
      from_fen: null,
      classes: [],
    },
    publication: {
      id: 70,
      number: 7,
      hash: 'ab',
      approved_ms: 0,
      approver_role: '销售经理',
      approver_role_en: 'sales manager',
      valid_until_ms: null,
      permits: ['许字 1 号'],
      patch: 0,
      data_ms: 0,
      demo: true,
    },
    show_deal_price: false,
    states: STATES,
    classes: [{ code: 'home', zh: '住宅', en: 'Home', loan: { years: 30, fund: true } }],
    layouts: [1, 2, 3].map((id) => ({
      id,
      name: `${id} 户型`,
      rooms: id + 1,
      halls: 2,
      baths: 1,
      media: null,
      gross_min: 6500,
      gross_max: 14400,
    })),
    buildings,
  };
}

/** A card and its member, as the daemon tells of them. */
export const card = (over: Partial<Card> = {}): Card => ({
  id: 7,
  member_id: 3,
  state: 'issued',
  shown: '****0001',
  terms: '章程',
  issued_by: '王收银',
  issued_ms: 1,
  lost_ms: null,
  ended_ms: null,
  replaced_by: null,
  ...over,
});
export const member = (over: Partial<Member> = {}): Member => ({
  id: 3,
  version: 5,
  customer_id: 2,
  name: '王*',
  level: 'gold',
  joined_ms: 1,
  points: 10,
  points_due_ms: null,
  has_pin: true,
  pin_locked_until_ms: null,
  cards: [card()],
  ...over,
});
