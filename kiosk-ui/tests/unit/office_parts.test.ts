// Small rules of the office: numbers people type, the menu by rights, what waits, the check list, files.
import { describe, expect, it } from 'vitest';
import type { Schemas } from '@/api/types';
import { daysUntil } from '@/office/days';
import { endingHolds, endingPermits, silentTerminals } from '@/office/home/waiting';
import {
  areaText,
  decimalText,
  metresText,
  parseArea,
  parseDecimal,
  parseMetres,
  parseSignedYuan,
  parseYuan,
  yuanText,
} from '@/office/parts/parse';
import { moved } from '@/office/parts/moved';
import {
  groupCheck,
  markOf,
  nonZero,
  paperUrl,
  placeOf,
  shortHash,
} from '@/office/publication/use_publication';
import { csvOf } from '@/office/report/table';
import { routes } from '@/office/routes';
import { menuOf } from '@/office/shell/menu';

describe('numbers people type', () => {
  it('become integers without floating point', () => {
    expect(parseYuan('1,060,454.50')).toBe(106_045_450);
    expect(['-1.5', '−2', '－3', ' 4', '-0'].map(parseSignedYuan)).toEqual([-150, -200, -300, 400, 0]);
    expect(['--1', '1-', '-', '', '-1.234'].map(parseSignedYuan)).toEqual([null, null, null, null, null]);
    expect(parseYuan('¥ 1060454')).toBe(106_045_400);
    expect(parseYuan('１０６０４５４．５')).toBe(106_045_450);
    expect(parseYuan('0.07')).toBe(7);
    expect(parseArea('89.37')).toBe(8_937);
    expect(parseArea('1.1')).toBe(110);
    expect(parseMetres('2.95')).toBe(2_950);
  });

  it('are refused when they are not such numbers', () => {
    for (const text of ['', 'abc', '1.234', '-1', '1.2.3', '1e5', '99999999999999'])
      expect(parseYuan(text), text).toBeNull();
    expect(parseDecimal('1.', 2)).toBe(100);
    expect(parseDecimal('3.1', 4)).toBe(31_000);
    expect(parseDecimal('2.50', 1)).toBe(25);
    expect(parseDecimal('１２％', 2)).toBe(1200);
    for (const bad of ['1.005', '-1', '1e3', '.5']) expect(parseDecimal(bad, 2), bad).toBeNull();
  });

  it('come back as they were', () => {
    for (const fen of [0, 7, 100, 106_045_450, 1_524_138_393_600]) expect(parseYuan(yuanText(fen))).toBe(fen);
    expect(areaText(8_930)).toBe('89.30');
    expect(metresText(2_950)).toBe('2.95');
    expect(decimalText(2950, 3, 2)).toBe('2.95');
    expect(decimalText(3000, 3, 2)).toBe('3');
    for (const [n, digits] of [
      [31_000, 4],
      [7, 2],
      [0, 2],
      [18, 0],
    ] as const)
      expect(parseDecimal(decimalText(n, digits), digits)).toBe(n);
    expect(yuanText(null)).toBe('');
  });
});

describe('a list whose order people give', () => {
  it('has what is moved at its new place, and nothing beyond its ends', () => {
    expect(moved([1, 2, 3], 0, 2)).toEqual([2, 3, 1]);
    expect(moved([1, 2, 3], 2, 0)).toEqual([3, 1, 2]);
    expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3]);
    expect(moved([1, 2, 3], 2, 3)).toEqual([1, 2, 3]);
  });
});

describe('menu', () => {
  const menu = (rights: string[]) =>
    menuOf(routes, (need) => !need || need.some((r) => rights.includes(r))).flatMap((g) =>
      g.entries.map((e) => e.name),
    );

  it('shows an entry when at least one of its rights is held, and no empty group', () => {
    const mine = ['todo', 'approval', 'request'];
    expect(menu([])).toEqual(['home', ...mine]);
    expect(menu(['unit.edit'])).toEqual(['home', ...mine, 'property']);
    expect(menu(['chart.view'])).toEqual(['home', 'chart', ...mine, 'publication']);
    expect(menu(['user.edit', 'audit.view'])).toEqual(['home', ...mine, 'user', 'audit']);
  });

  it('gives every entry a name and a picture', () => {
    for (const r of routes)
      if (r.meta?.nav) expect(r.meta.icon, String(r.name)).toMatch(/^M[\d\s.\-a-z,]+$/i);
  });
});

describe('what waits', () => {
  const now = new Date(2026, 10, 21, 15, 0).getTime();
  const unit = (id: number, until: number | null) => ({ id, hold_until_ms: until }) as Schemas['UnitBrief'];
  const permit = (
    id: number,
    until: string | null,
    state: Schemas['Permit']['state'] = 'valid',
    covered = 5,
  ) => ({ id, valid_until: until, state, units_covered: covered }) as Schemas['Permit'];

  it('lists holds that end within a day, first the first', () => {
    const hour = 3_600_000;
    const got = endingHolds(
      [unit(1, now + 23 * hour), unit(2, now + hour), unit(3, now + 25 * hour), unit(4, null)],
      now,
    );
    expect(got.map((u) => u.id)).toEqual([2, 1]);
  });

  it('counts days by date, not by hours', () => {
    expect(daysUntil('2026-11-21', now)).toBe(0);
    expect(daysUntil('2026-11-22', now)).toBe(1);
    expect(daysUntil('2026-11-20', now)).toBe(-1);
    expect(daysUntil('2027-01-01', now)).toBe(41);
  });

  it('lists permits that end within 30 days, and run-out ones that still cover units', () => {
    const got = endingPermits(
      [
        permit(1, '2026-12-21'),
        permit(2, '2026-12-22'),
        permit(3, '2026-11-20', 'expired'),
        permit(4, '2026-11-20', 'expired', 0),
        permit(5, '2026-11-25', 'revoked'),
        permit(6, null),
      ],
      now,
    );
    expect(got.map((e) => [e.permit.id, e.days])).toEqual([
      [3, -1],
      [1, 30],
    ]);
  });

  it('names terminals that are not heard from, but no revoked or never used ones', () => {
    const t = (id: number, link: Schemas['Terminal']['link'], revoked: number | null = null) =>
      ({ id, link, revoked_ms: revoked }) as Schemas['Terminal'];
    expect(
      silentTerminals([t(1, 'live'), t(2, 'lost'), t(3, 'lost', 1), t(4, 'never'), t(5, 'late')]).map(
        (x) => x.id,
      ),
    ).toEqual([2, 5]);
  });
});

describe('publications', () => {
  const item = (
    level: Schemas['CheckItem']['level'],
    code: Schemas['FaultCode'],
    unit_id: number | null,
    field: string | null,
  ): Schemas['CheckItem'] => ({
    code,
    detail: code,
    level,
    unit_id,
    field,
  });

  it('group what is missing: the project first, then the larger groups of units', () => {
    const groups = groupCheck([
      item('unit', 'check.unit-item', 1, 'layout'),
      item('unit', 'check.unit-item', 2, 'floor_height'),
      item('unit', 'check.unit-item', 3, 'floor_height'),
      item('project', 'check.project-item', null, 'disclosure:P7'),
      item('project', 'check.project-item', null, 'disclosure:P9'),
    ]);
    expect(groups.map((g) => [g.level, g.field, g.items.length])).toEqual([
      ['project', null, 2],
      ['unit', 'floor_height', 2],
      ['unit', 'layout', 1],
    ]);
  });

  it('lead each item to the screen that mends it', () => {
    expect(placeOf(item('unit', 'check.unit-item', 7, 'layout'))).toEqual({
      name: 'unit',
      params: { unit: '7' },
    });
    expect(placeOf(item('project', 'check.permit-count', null, null)).name).toBe('permit');
    expect(placeOf(item('project', 'check.no-permit', null, null)).name).toBe('permit');
    expect(placeOf(item('project', 'check.project-item', null, 'disclosure:P7'))).toEqual({
      name: 'disclosure',
      query: { item: 'P7' },
    });
    const names = new Set(routes.map((r) => r.name));
    for (const name of ['unit', 'permit', 'disclosure', 'property']) expect(names.has(name)).toBe(true);
  });

  it('are marked by state, and show only what changed', () => {
    expect(markOf('live')).toBe('live');
    expect(markOf('superseded')).toBe('');
    expect(shortHash('0123456789abcdef')).toBe('01234567');
    expect(shortHash(null)).toBe('—');
    const none = {
      added: 0,
      removed: 0,
      opened: 2,
      closed: 0,
      price_up: 0,
      price_down: 0,
      other: 0,
      items: 1,
    };
    expect(nonZero(none)).toEqual([
      { change: 'opened', n: 2 },
      { change: 'items', n: 1 },
    ]);
    expect(nonZero(null)).toEqual([]);
  });

  it('name the snapshot in the address of every export', () => {
    expect(paperUrl(3, 'price-list.pdf', 12, 'en')).toBe(
      '/api/v1/projects/3/export/price-list.pdf?publication=12&lang=en',
    );
    expect(paperUrl(3, 'chart.xlsx', 12, 'zh-CN')).toContain('lang=zh');
  });
});

describe('a table as a file', () => {
  it('quotes what must be quoted and runs no formulas', () => {
    const text = csvOf([
      ['名称', '套数'],
      ['A,"B"', '-3'],
      ['=cmd()', '+1'],
    ]);
    expect(text.charCodeAt(0)).toBe(0xfeff);
    expect(text.slice(1)).toBe('名称,套数\r\n"A,""B""",-3\r\n\'=cmd(),\'+1\r\n');
  });
});
