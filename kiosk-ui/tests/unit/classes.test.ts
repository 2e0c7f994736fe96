// One class of units at a time (PM-12, SF-23): every unit is in exactly one tab, on floors and lines of its own.
import { describe, expect, it } from 'vitest';
import type { ClassInfo } from '@/api/types';
import { classesOf, ofClass } from '@/chart/classes';
import { choicesOf, NO_FILTER, runFilter } from '@/chart/filter';
import { gridOf } from '@/chart/grid';
import { blocksOf } from '@/chart/layout';
import { applyUnits, countStates, decodeChart, replacedBuildings } from '@/chart/model';
import { makeBuilding, makeChart, makeUnit } from './make';

const CLASSES = ['home', 'villa', 'shop', 'parking'].map(
  (code) => ({ code, zh: code, en: code }) as ClassInfo,
);

/** Two towers whose ground floor is shops, and a garage under all with a space over two floors. */
function mixed() {
  const raw = makeChart(80, 40);
  for (const b of raw.buildings)
    for (const u of b.units) if (u[1] === 0) (u as unknown[]).splice(6, 1, 'shop');
  const garage = makeBuilding(9, 0, 0);
  garage.floors = [-2, -1].map((ordinal) => ({ ordinal, label: String(ordinal) }));
  garage.units = [0, 1, 2].map((line) =>
    makeUnit(900 + line, {
      1: 0,
      2: 1,
      3: line,
      4: line === 2 ? 2 : 1,
      6: 'parking',
      8: null,
      13: `B2-00${line}`,
    }),
  );
  return { ...raw, classes: CLASSES, buildings: [garage, ...raw.buildings] };
}

describe('tabs of classes', () => {
  const chart = decodeChart(mixed());

  it('are the classes with units, in the order of the list, and add up to the project', () => {
    expect(classesOf(chart).map((c) => [c.code, c.units])).toEqual([
      ['home', 64],
      ['shop', 16],
      ['parking', 3],
    ]);
    expect(classesOf(decodeChart({ ...mixed(), classes: [] })).map((c) => c.units)).toEqual([3, 16, 64]);
  });

  it('hold each unit exactly once, with counts that add up', () => {
    const parts = classesOf(chart).map((c) => ofClass(chart, c.code));
    const ids = parts.flatMap((p) => p.buildings.flatMap((b) => b.units.map((u) => u.id)));
    expect(ids).toHaveLength(chart.total);
    expect(new Set(ids).size).toBe(chart.total);
    const sum = parts.map(countStates).reduce((all, one) => all.map((n, i) => n + (one[i] ?? 0)));
    expect(sum).toEqual(countStates(chart));
    for (const p of parts)
      for (const [id, at] of p.where) expect(p.buildings[at]?.units.some((u) => u.id === id)).toBe(true);
  });

  it('cut a building to the floors and lines of its class, the stairs keep their places', () => {
    const shops = ofClass(chart, 'shop');
    expect(shops.buildings.map((b) => b.id)).toEqual([1, 2]);
    const [tower] = shops.buildings;
    expect(tower?.floors).toEqual([{ ordinal: 1, label: '1' }]);
    expect(tower?.stairs.map((s) => s.units)).toEqual([4, 4]);
    const homes = ofClass(chart, 'home').buildings[0];
    expect(homes?.floors.map((f) => f.ordinal)).toEqual([2, 3, 4, 5]);
    expect(homes && gridOf(homes, null).cells).toBe(32);
    const raw = mixed();
    const first = raw.buildings[1]!;
    first.units = first.units.filter((u) => u[1] > 0 || u[3] === 2); // only the third line of the shops is there
    const cut = ofClass(decodeChart(raw), 'shop').buildings[0]!;
    expect(cut.stairs.map((s) => s.lines)).toEqual([['03'], ['03']]);
    expect(cut.units.map((u) => u.line)).toEqual([0, 0]);
  });

  it('leave a building of one class as it is', () => {
    expect(ofClass(chart, 'parking').buildings[0]).toBe(chart.buildings[0]);
  });

  it('keep the floors that a unit reaches up to', () => {
    const raw = mixed();
    raw.buildings[0]!.units.push(makeUnit(999, { 1: 1, 2: 0, 3: 0, 6: 'shop' }));
    const garage = ofClass(decodeChart(raw), 'parking').buildings[0]!;
    expect(garage.floors.map((f) => f.ordinal)).toEqual([-2, -1]);
  });

  it('have nothing above the ground where all lies below it', () => {
    const [block] = blocksOf(ofClass(chart, 'parking'));
    expect([block?.above, block?.below]).toEqual([0, 2]);
    expect(blocksOf(ofClass(chart, 'home')).map((b) => b.above)).toEqual([4, 4]);
  });

  it('offer the filters of their own units', () => {
    expect(choicesOf(ofClass(chart, 'parking')).areas).toEqual([]);
    const homes = ofClass(chart, 'home');
    expect(runFilter(homes, NO_FILTER, choicesOf(homes)).shown).toBe(64);
  });

  it('change only the building that a loss is in', () => {
    const unit = chart.buildings[2]!.units[20]!;
    const letter = chart.states[2]!.public;
    const next = applyUnits(chart, {
      publication: chart.publication.number,
      patch: 1,
      data_ms: 1,
      units: [[unit.id, letter, null, null]],
    } as never)!.chart;
    const before = ofClass(chart, unit.cls);
    const now = ofClass(next, unit.cls);
    expect(replacedBuildings(before, now)).toEqual([before.where.get(unit.id)]);
    expect(replacedBuildings(ofClass(chart, 'parking'), ofClass(next, 'parking'))).toEqual([]);
    expect(replacedBuildings(before, ofClass(next, 'parking'))).toBeNull();
  });
});
