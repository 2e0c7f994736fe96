// The internal chart as pure code: decoding, deltas, sums, filters, selection, actions.
import { describe, expect, it } from 'vitest';
import type { Schemas, StateInfo } from '@/api/types';
import { ofClass } from '@/chart/classes';
import { ACTIONS, complete, refusedIds, startsIn, type ActionFields } from '@/office/chart/actions';
import {
  FLAG,
  applyRows,
  decodeDesk,
  differsFromPublic,
  sumsOf,
  unitPath,
  unitsOf,
  type InternalUnit,
} from '@/office/chart/desk';
import { NO_DESK_FILTER, deskChoices, deskFilterCount, runDeskFilter } from '@/office/chart/desk_filter';
import { gridOf, rectIds, stepFrom, wrap } from '@/office/chart/grid';
import { deskLooks } from '@/office/chart/paint';

const paint = { fill: '#ffffff', ink: '#000000', pattern: 'plain' as const };
function state(code: string, pub: string, sold = false): StateInfo {
  return {
    code,
    public: pub,
    zh: code,
    en: code,
    public_zh: pub,
    public_en: pub,
    sold,
    priced: true,
    glyph: code === 'A' ? '' : code,
    authority: paint,
    clear: paint,
  };
}
const states = [state('A', 'A'), state('R', 'X'), state('X', 'X'), state('C', 'C', true), state('U', 'U')];

type Over = Partial<{
  state: string;
  cls: string;
  span: number;
  total: number | null;
  pub: string | null;
  flags: number;
  queue: number;
  version: number;
  gross: number | null;
  price: number | null;
}>;
function row(
  id: number,
  floor: number,
  stair: number,
  line: number,
  room: string,
  o: Over = {},
): InternalUnit {
  return [
    id,
    floor,
    stair,
    line,
    o.span ?? 1,
    o.state ?? 'A',
    o.cls ?? 'home',
    -1,
    o.gross === undefined ? 10_000 : o.gross,
    8_000,
    o.total === undefined ? 100_000_000 : o.total,
    o.price === undefined ? 1_000_000 : o.price,
    '',
    room,
    o.version ?? 1,
    o.pub === undefined ? 'A' : o.pub,
    o.queue ?? 0,
    o.flags ?? 0,
    null,
  ];
}
// Floors 3, 2, 1, -1; two stairs; 302 spans two floors upwards from 2; stair 2 has no unit on floor 3.
const rows = [
  row(1, 3, 0, 0, '301'),
  row(2, 2, 0, 0, '201'),
  row(3, 1, 0, 0, '101', { state: 'C', pub: 'C' }),
  row(4, 2, 0, 1, '202', { span: 2 }),
  row(5, 1, 0, 1, '102', { state: 'X', pub: 'X', flags: FLAG.mortgage }),
  row(6, 2, 1, 0, '201', { state: 'R', pub: 'X' }),
  row(7, 1, 1, 0, '101', { state: 'U', pub: null, total: null }),
  row(8, 0, 1, 0, 'B01', { cls: 'shop', queue: 2 }),
];
const live = { number: 3 } as Schemas['PublicationInfo'];
function chart(
  units = rows,
  publication: Schemas['PublicationInfo'] | null = live,
): Schemas['InternalChart'] {
  return {
    project: {
      id: 1,
      name: '甲',
      name_en: '',
      city: '',
      closed: false,
      units: units.length,
      states: [],
      live_number: 3,
      open_number: null,
    },
    publication,
    seq: '1',
    states,
    classes: [
      { code: 'home', zh: '住宅', en: 'home', loan: { years: 30, fund: true } },
      { code: 'shop', zh: '商铺', en: 'shop', loan: { years: 10, fund: false } },
    ],
    layouts: [],
    buildings: [
      {
        id: 10,
        name: '3栋',
        area: '',
        phase: '一期',
        enabled: true,
        floors: [
          { ordinal: -1, label: '-1' },
          { ordinal: 1, label: '1' },
          { ordinal: 2, label: '2' },
          { ordinal: 3, label: '3' },
        ],
        stairs: [
          { id: 21, name: '1单元', lines: ['01', '02'] },
          { id: 22, name: '2单元', lines: ['01'] },
        ],
        units: units as Schemas['InternalBuilding']['units'],
      },
    ],
  };
}

describe('desk', () => {
  it('keeps internal states apart that the public sees as one', () => {
    const desk = decodeDesk(chart());
    expect(desk.states.map((s) => s.code)).toEqual(['A', 'R', 'X', 'C', 'U']);
    const [b] = desk.buildings;
    expect(b?.units.find((u) => u.id === 6)?.state).toBe(1);
    expect(b?.units.find((u) => u.id === 5)?.state).toBe(2);
    expect(b?.counts).toEqual([4, 1, 1, 1, 1]);
  });

  it('marks a unit whose public letter is not that of its state, and none without a publication', () => {
    const desk = decodeDesk(chart([row(1, 3, 0, 0, '301', { pub: 'U' }), row(2, 2, 0, 0, '201')]));
    const [a, b] = desk.buildings[0]?.units ?? [];
    expect(a && differsFromPublic(desk, a)).toBe(true);
    expect(b && differsFromPublic(desk, b)).toBe(false);
    const never = decodeDesk(chart([row(1, 3, 0, 0, '301', { pub: null })], null));
    expect(differsFromPublic(never, never.buildings[0]!.units[0]!)).toBe(false);
  });

  it('applies events by building, keeps the others as they are, ignores old versions', () => {
    const desk = decodeDesk(chart());
    const sold = row(2, 2, 0, 0, '201', { state: 'C', pub: 'C', version: 2 });
    const next = applyRows(desk, [sold]);
    expect(next?.units).toEqual([2]);
    expect(next?.desk.buildings[0]?.counts).toEqual([3, 1, 1, 2, 1]);
    expect(desk.buildings[0]?.counts).toEqual([4, 1, 1, 1, 1]);
    const again = applyRows(next!.desk, [row(2, 2, 0, 0, '201', { version: 1 })]);
    expect(again?.units).toEqual([]);
    expect(again?.desk.buildings[0]?.units.find((u) => u.id === 2)?.state).toBe(3);
  });

  it('takes the newest of several events about one unit', () => {
    const desk = decodeDesk(chart());
    const next = applyRows(desk, [
      row(2, 2, 0, 0, '201', { state: 'C', version: 3 }),
      row(2, 2, 0, 0, '201', { state: 'X', version: 2 }),
    ]);
    expect(next?.desk.buildings[0]?.units.find((u) => u.id === 2)?.state).toBe(3);
  });

  it('asks for the whole chart when a unit is unknown or has moved', () => {
    const desk = decodeDesk(chart());
    expect(applyRows(desk, [row(99, 3, 0, 0, 'x')])).toBeNull();
    expect(applyRows(desk, [row(2, 1, 0, 0, '201', { version: 2 })])).toBeNull();
    expect(applyRows(desk, [row(2, 2, 0, 0, '201A', { version: 2 })])).toBeNull();
  });

  it('keeps the place and the layout that an event does not say', () => {
    const desk = decodeDesk(chart());
    const sold = row(2, 2, 0, 0, '201', { state: 'C', version: 2 });
    sold[1] = sold[2] = sold[3] = -1;
    sold[7] = -2;
    const next = applyRows(desk, [sold]);
    expect(next?.desk.buildings[0]?.units.find((u) => u.id === 2)).toMatchObject({
      floor: 2,
      stair: 0,
      line: 0,
      layout: -1,
      state: 3,
    });
  });

  it('sums units, areas and money by state; the average counts priced units only', () => {
    const desk = decodeDesk(chart());
    const sums = sumsOf(desk, unitsOf(desk.buildings));
    expect(sums.all.units).toBe(8);
    expect(sums.states.map((s) => s.units)).toEqual([4, 1, 1, 1, 1]);
    expect(sums.states.reduce((n, s) => n + s.units, 0)).toBe(sums.all.units);
    expect(sums.sold).toEqual({ units: 1, gross: 10_000, fen: 100_000_000 });
    expect(sums.average).toBe(1_000_000);
    expect(sumsOf(desk, []).average).toBeNull();
  });

  it('rounds the average to the nearest fen without floating sums', () => {
    const desk = decodeDesk(chart([row(1, 3, 0, 0, '301', { total: 262_788_500, gross: 7_809 })]));
    expect(sumsOf(desk, unitsOf(desk.buildings)).average).toBe(3_365_200);
  });

  it('leaves what is sold by the piece out of the average', () => {
    const space = row(2, 3, 0, 1, 'P1', { cls: 'parking', total: 20_000_000, gross: 1_200, price: null });
    const desk = decodeDesk(chart([row(1, 3, 0, 0, '301'), space]));
    const sums = sumsOf(desk, unitsOf(desk.buildings));
    expect(sums.average).toBe(1_000_000);
    expect(sums.all.fen).toBe(120_000_000);
  });

  it('writes a path as the daemon does: empty parts are left out', () => {
    const desk = decodeDesk(chart());
    const b = desk.buildings[0]!;
    expect(unitPath(b, b.units[0]!)).toBe('一期-3栋-1单元-301');
  });
});

describe('filters of the desk', () => {
  const desk = decodeDesk(chart());
  const choices = deskChoices(desk);

  it('offers only marks that occur', () => {
    expect(choices.traits).toEqual(['queue', 'mortgage', 'clean', 'differs', 'unpriced']);
  });

  it('counts the legend without the state filter and the result with it, of one class', () => {
    const f = { ...NO_DESK_FILTER, base: { ...NO_DESK_FILTER.base, states: new Set([0]) } };
    const out = runDeskFilter(ofClass(desk, 'home'), f, choices);
    expect(out.legend).toEqual([3, 1, 1, 1, 1]);
    expect(out.shown).toBe(3);
    expect([...(out.ids ?? [])].sort()).toEqual([1, 2, 4]);
    expect(deskFilterCount({ ...f, traits: new Set(['queue' as const]) })).toBe(1);
    expect(ofClass(desk, 'home').buildings[0]?.units.every((u) => u.version !== undefined)).toBe(true);
  });

  it('passes all without a filter and none when nothing fits', () => {
    expect(runDeskFilter(desk, NO_DESK_FILTER, choices).ids).toBeNull();
    const none = runDeskFilter(desk, { ...NO_DESK_FILTER, traits: new Set(['seizure' as const]) }, choices);
    expect(none.shown).toBe(0);
    expect(none.ids?.size).toBe(0);
  });

  it('counts within the scope in view but passes ids everywhere', () => {
    const out = runDeskFilter(
      desk,
      { ...NO_DESK_FILTER, traits: new Set(['queue' as const]) },
      choices,
      (_b, u) => u.stair === 0,
    );
    expect(out.shown).toBe(0);
    expect([...(out.ids ?? [])]).toEqual([8]);
  });
});

describe('grid of a building', () => {
  const building = decodeDesk(chart()).buildings[0]!;
  const grid = gridOf(building, null);
  const cell = (id: number) => grid.cells[grid.byId.get(id) ?? -1]!;

  it('has every unit exactly once, floors from the top, stairs apart', () => {
    expect(grid.cells.length).toBe(building.units.length);
    expect(grid.rows.map((r) => r.label)).toEqual(['3', '2', '1', '-1']);
    expect(grid.tracks).toEqual(['u', 'u', 'g', 'u']);
    expect(grid.rows.map((r) => r.below)).toEqual([false, false, false, true]);
  });

  it('lets a unit of two floors cover the row above', () => {
    expect(cell(4)).toMatchObject({ row: 0, span: 2, col: 1 });
  });

  it('shows one stair with its own floors only', () => {
    const one = gridOf(building, 1);
    expect(one.rows.map((r) => r.label)).toEqual(['2', '1', '-1']);
    expect(one.columns.length).toBe(1);
  });

  describe('of a garage', () => {
    const decks = [-1, -2].flatMap((floor, f) =>
      Array.from({ length: 23 }, (_, i) =>
        row(100 * (f + 1) + i, f, i < 20 ? 0 : 1, i < 20 ? i : i - 20, `B${-floor}-${i}`),
      ),
    );
    const raw = chart(decks);
    raw.buildings[0] = {
      ...raw.buildings[0]!,
      floors: [
        { ordinal: -1, label: '-1' },
        { ordinal: -2, label: '-2' },
      ],
      stairs: [
        { id: 1, name: '', lines: Array.from({ length: 20 }, (_, i) => String(i)) },
        { id: 2, name: '', lines: ['20', '21', '22'] },
      ],
    };
    const garage = gridOf(decodeDesk(raw).buildings[0]!, null);
    const grid = wrap(garage, 10);
    const at = (id: number) => grid.cells[grid.byId.get(id)!]!;

    it('puts each floor into rows of as many as there is room for', () => {
      expect(grid.wrapped).toBe(true);
      expect(grid.rows.map((r) => [r.label, r.rows])).toEqual([
        ['-1', 3],
        ['-1', 0],
        ['-1', 0],
        ['-2', 3],
        ['-2', 0],
        ['-2', 0],
      ]);
      expect([at(100), at(119), at(122), at(200)].map((c) => [c.row, c.col])).toEqual([
        [0, 0],
        [1, 9],
        [2, 2],
        [3, 0],
      ]);
      expect(grid.cells.length).toBe(garage.cells.length);
    });

    it('moves and selects by the rows that are seen', () => {
      expect(stepFrom(grid, at(100), 'down').unit.id).toBe(110);
      expect(stepFrom(grid, at(122), 'down').unit.id).toBe(202);
      expect(rectIds(grid, at(100), at(111)).sort()).toEqual([100, 101, 110, 111]);
    });

    it('stays as it is where it fits, where it is a tower, and under a unit of two floors', () => {
      expect(wrap(garage, 0)).toBe(garage);
      expect(wrap(garage, 23)).toBe(garage);
      const tower = gridOf(
        decodeDesk({
          ...raw,
          buildings: [
            {
              ...raw.buildings[0]!,
              floors: Array.from({ length: 7 }, (_, i) => ({ ordinal: i + 1, label: String(i + 1) })),
              units: Array.from({ length: 7 * 20 }, (_, i) =>
                row(i + 1, Math.floor(i / 20), 0, i % 20, `${i}`),
              ) as Schemas['InternalBuilding']['units'],
            },
          ],
        }).buildings[0]!,
        null,
      );
      expect(wrap(tower, 10)).toBe(tower);
      const duplex = gridOf(building, null);
      expect(wrap(duplex, 1)).toBe(duplex);
    });
  });

  it('takes a rectangle, tall units included', () => {
    expect(rectIds(grid, cell(1), cell(4)).sort()).toEqual([1, 2, 4]);
    expect(rectIds(grid, cell(3), cell(7)).sort()).toEqual([3, 5, 7]);
  });

  it('moves over blanks and stays at the edge', () => {
    expect(stepFrom(grid, cell(1), 'right').unit.id).toBe(4);
    expect(stepFrom(grid, cell(1), 'up').unit.id).toBe(1);
    expect(stepFrom(grid, cell(4), 'down').unit.id).toBe(5);
    expect(stepFrom(grid, cell(5), 'right').unit.id).toBe(7);
    expect(stepFrom(grid, cell(6), 'bottom').unit.id).toBe(8);
    expect(stepFrom(grid, cell(8), 'left').unit.id).toBe(8);
    expect(stepFrom(grid, cell(7), 'home').unit.id).toBe(3);
  });
});

describe('actions', () => {
  const blank: ActionFields = {
    reason: '',
    document: '',
    until: null,
    holder: '',
    kind: 'other',
    stage: 'premeasured',
  };
  const of = (name: string) => ACTIONS.find((a) => a.name === name)!;

  it('start in the states of the transition table', () => {
    expect('URXAKBSCFDTN'.split('').filter((s) => startsIn(of('hold'), s))).toEqual(['U', 'A']);
    expect('URXAKBSCFDTN'.split('').filter((s) => startsIn(of('unhold'), s))).toEqual(['R', 'X']);
    expect(startsIn(of('release'), 'U')).toBe(true);
    expect(startsIn(of('release'), 'A')).toBe(false);
  });

  it('are ready only with the fields they need', () => {
    expect(complete(of('release'), blank)).toBe(true);
    expect(complete(of('withdraw'), blank)).toBe(false);
    expect(complete(of('hold'), { ...blank, reason: ' ' })).toBe(false);
    expect(complete(of('hold'), { ...blank, reason: '看房', until: 1 })).toBe(true);
    expect(complete(of('reserve'), { ...blank, reason: '看房', until: 1 })).toBe(false);
    expect(complete(of('retain'), { ...blank, reason: '自持', document: '' })).toBe(false);
  });

  it('find the units that a refusal names, and not their neighbours', () => {
    const paths = new Map([
      [1, '3栋-1单元-101'],
      [2, '3栋-1单元-1011'],
      [3, '13栋-1单元-101'],
    ]);
    const details = [
      '3栋-1单元-1011：面积尚未复核。',
      '13栋-1单元-101: its area has not been reviewed.',
      '房源 3栋-1单元-101 已变化，请刷新后再试。',
    ];
    expect([...refusedIds(details.slice(0, 1), paths)]).toEqual([2]);
    expect([...refusedIds(details.slice(1, 2), paths)]).toEqual([3]);
    expect([...refusedIds(details, paths)].sort()).toEqual([1, 2, 3]);
    expect(refusedIds(['无关的话'], paths).size).toBe(0);
  });
});

describe('colours of the desk', () => {
  const all = ['U', 'A', 'K', 'R', 'X', 'B', 'S', 'C', 'F', 'D', 'T', 'N'].map((c) => state(c, c));
  const channel = (v: number): number => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => channel(parseInt(hex.slice(i, i + 2), 16) / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string): number => {
    const [x, y] = [light(a), light(b)].sort((m, n) => n - m) as [number, number];
    return (x + 0.05) / (y + 0.05);
  };

  it('carry their text with 4.5:1', () => {
    for (const look of deskLooks(all, 'desk')) {
      const ground = look.pattern === 'outline' ? '#f5f7f9' : look.fill;
      expect(contrast(look.ink, ground), look.fill).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('are never the only difference: every state but available has a glyph of its own', () => {
    const glyphs = deskLooks(all, 'desk').map((l) => l.glyph);
    expect(new Set(glyphs).size).toBe(all.length);
  });
});
