// PM-12: what follows from the class of a unit: how it is numbered, and whether it owes an area. A list of parking
// spaces without areas goes the whole way to the public chart.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { csvOf, madeList } from './lib/lists.mjs';
import { Site } from './lib/site.mjs';
import {
  disclose,
  draft,
  giveFloorHeights,
  giveLayouts,
  hold,
  importList,
  internalUnits,
  permit,
  publicUnits,
  publish,
  release,
  review,
  scanList,
} from './lib/walk.mjs';

let site, admin, control, manager;
before(async () => {
  site = await Site.demo();
  [admin, control, manager] = [
    await site.login('admin'),
    await site.login('control'),
    await site.login('manager'),
  ];
});
after(() => site.close());

const newProject = (name) =>
  control.post('/api/v1/projects', { name, address: '某路 1 号', developer: '某公司' }, 201);

describe('numbering', () => {
  let project;
  before(async () => {
    project = await newProject('编号');
  });

  async function building(name, stairs) {
    const body = { name, stairs, floor_from: -1, floor_to: 2, skip: [] };
    return control.post(`/api/v1/projects/${project.id}/buildings`, body, 201);
  }
  const generate = ({ id }, more, status = 200) =>
    control.post(
      `/api/v1/buildings/${id}/generate`,
      { preview: false, class: 'home', floor_from: -1, floor_to: -1, rooms_per_floor: 2, ...more },
      status,
    );

  const usual = {
    home: { rooms: ['-101', '-102', '-101', '-102'], stairs: ['一单元', '二单元'] },
    shop: { rooms: ['S-101', 'S-102'], stairs: [''] },
    parking: { rooms: ['B1-001', 'B1-002'], stairs: [''] },
    storage: { rooms: ['B1-储001', 'B1-储002'], stairs: [''] },
  };
  for (const [cls, { rooms, stairs }] of Object.entries(usual))
    test(`${cls}: as is usual, and running it again adds nothing`, async () => {
      const b = await building(`编号 ${cls}`, ['一单元', '二单元']);
      const seen = await generate(b, { class: cls, preview: true });
      assert.deepEqual([seen.sample, seen.stairs, seen.pattern_from], [rooms, stairs, 'class']);
      assert.equal(seen.pattern, seen.class_pattern);
      assert.equal((await generate(b, { class: cls })).created, rooms.length);
      const again = await generate(b, { class: cls });
      assert.deepEqual([again.created, again.existing], [0, rooms.length]);
      assert.equal(again.pattern_from, 'project');
      const made = (await internalUnits(control, project.id)).filter((u) => u.building === `编号 ${cls}`);
      assert.deepEqual(made.map((u) => u.room).sort(), [...rooms].sort());
      assert.deepEqual([...new Set(made.map((u) => u.stair))].sort(), [...stairs].sort());
    });

  test('a project goes on with its own pattern; another keeps to what is usual; the log names both', async () => {
    const first = await building('车库一', []);
    const typed = { class: 'parking', pattern: 'P{floor}{room:03}' };
    assert.equal((await generate(first, { ...typed, preview: true })).pattern_from, 'request');
    await generate(first, typed);
    const second = await building('车库二', []);
    const next = await generate(second, { class: 'parking', preview: true });
    assert.deepEqual([next.pattern, next.pattern_from, next.sample[0]], [typed.pattern, 'project', 'P-1001']);
    assert.equal(next.class_pattern, '{level}-{room:03}');
    const rerun = await generate(first, { class: 'parking' });
    assert.deepEqual([rerun.created, rerun.existing], [0, 2]);
    const { items } = await admin.get('/api/v1/audit?action=building.generate&limit=10');
    assert.ok(items.some((i) => JSON.stringify(i).includes('P{floor}{room:03}')));

    project = await newProject('编号二');
    const other = await building('车库一', []);
    assert.equal((await generate(other, { class: 'parking', preview: true })).sample[0], 'B1-001');
  });
});

describe('areas', () => {
  const rows = [
    ['楼栋', '楼层', '房号', '用途', '总价', '状态'],
    ...[1, 2, 3, 4].map((n) => ['地下车库', '-1', `B1-00${n}`, '车位', `${12 + n}0000`, '在售']),
    ['地下车库', '-1', 'B1-储001', '储藏室', '40000', '已签约'],
  ];
  let id, kiosk;
  before(async () => {
    ({ id } = await newProject('车位'));
    kiosk = await site.terminal(admin, { project: id });
  });

  test('parking without areas: import → release → publication → public chart', async () => {
    const { scan, result } = await importList(control, id, '车位.csv', csvOf(rows));
    assert.deepEqual(scan.problems, []);
    assert.deepEqual([scan.refused, scan.gross_area, result.units], [0, 0, 5]);
    const units = await internalUnits(control, id);
    const record = await control.get(`/api/v1/units/${units[0].id}`);
    assert.deepEqual([record.area_owed, record.areas, record.unit_price_fen], [false, [], null]);

    await permit(control, id, units);
    await review(control, id); // there is nothing to review, and so nothing to refuse
    await disclose(control, id);
    assert.equal(await release(control, id), 4);
    const publication = await draft(control, id);
    const check = await control.get(`/api/v1/publications/${publication.id}/check`);
    assert.deepEqual(check.items, []);
    await control.post(`/api/v1/publications/${publication.id}/withdraw`, {
      version: publication.version,
      reason: '重来',
    });
    await publish(control, manager, id);

    const shown = await publicUnits(kiosk, id);
    assert.equal(shown.length, 5);
    const space = shown.find((u) => u.room === 'B1-001');
    assert.deepEqual(
      [space.state, space.class, space.gross, space.inner, space.total, space.unit_price],
      ['A', 'parking', null, null, 13000000, null],
    );
    const sheet = await kiosk.get(`/api/v1/public/units/${space.id}`);
    assert.deepEqual(
      [sheet.basis, sheet.gross_area, sheet.inner_area, sheet.shared_area, sheet.unit_price_fen],
      ['unit', null, null, null, null],
    );
    // nobody lends for it
    await kiosk.refused('GET', `/api/v1/public/units/${space.id}/estimate`, 422, 'loan.none');
  });

  test('reports and papers of units without areas', async () => {
    for (const by of ['class', 'building', 'layout']) {
      const stock = await manager.get(`/api/v1/projects/${id}/reports/stock?by=${by}`);
      assert.deepEqual([stock.total.units, stock.total.gross_area], [5, 0]);
    }
    assert.equal((await manager.get(`/api/v1/projects/${id}/reports/disclosure`)).ok, true);
    for (const name of ['chart.xlsx', 'chart.pdf', 'price-list.xlsx', 'price-list.pdf']) {
      const reply = await control.request('GET', `/api/v1/projects/${id}/export/${name}?lang=zh`, {
        timeout: 60000,
      });
      assert.equal(reply.status, 200, name);
      if (name !== 'price-list.xlsx') continue;
      // the list that is given out goes in again as it came (IN-09), but for the list price of what is sold
      const again = await newProject('车位，再次');
      const decisions = [{ problem: 'price-missing', decision: 'accept' }];
      const { scan } = await importList(control, again.id, name, reply.bytes, { decisions });
      assert.deepEqual(
        scan.problems.map((p) => [p.problem, p.count]),
        [['price-missing', 1]],
      );
      const bare = ({ room, class: cls, gross, total }) => [room, cls, gross, total];
      const sold = (u) => u.room === 'B1-储001';
      const [came, went] = [await internalUnits(control, again.id), await internalUnits(control, id)].map(
        (list) => list.filter((u) => !sold(u)).map(bare),
      );
      assert.deepEqual(came, went);
    }
  });

  test('a price is set without an area; one that is entered must be reviewed first', async () => {
    const { id: own } = await newProject('车位定价');
    await importList(control, own, '车位.csv', csvOf(rows));
    const [space] = await internalUnits(control, own);
    const price = (version, more) =>
      control.post(`/api/v1/units/${space.id}/price`, { version, reason: '定价', ...more }, 200);
    const priced = await price(space.version, { total_fen: 15000000 });
    assert.deepEqual([priced.total_fen, priced.price_reviewed], [15000000, true]);
    await control.refused('POST', `/api/v1/units/${space.id}/price`, 422, 'price.basis', {
      body: { version: priced.version, reason: '定价', unit_price_fen: 100000 },
    });
    const areas = { stage: 'premeasured', gross_area: 1200, inner_area: 1000, shared_area: 200 };
    const measured = await control.post(
      `/api/v1/units/${space.id}/areas`,
      { version: priced.version, ...areas },
      200,
    );
    await control.refused('POST', `/api/v1/units/${space.id}/price`, 409, 'guard.area-review', {
      body: { version: measured.version, reason: '定价', total_fen: 16000000 },
    });
  });

  test('homes owe theirs: import asks, release and publication refuse', async () => {
    const { id: own } = await newProject('住宅无面积');
    const homes = [rows[0], ['1栋', '1', '101', '住宅', '1000000', '在售']];
    const { scan } = await scanList(control, own, '住宅.csv', csvOf(homes));
    assert.deepEqual(
      scan.problems.map((p) => p.problem),
      ['area-missing'],
    );
    const decisions = [{ problem: 'area-missing', decision: 'accept' }];
    await importList(control, own, '住宅.csv', csvOf(homes), { decisions });
    const units = await internalUnits(control, own);
    assert.equal((await control.get(`/api/v1/units/${units[0].id}`)).area_owed, true);
    await permit(control, own, units);
    await giveLayouts(control, own);
    const refused = await control.refused(
      'POST',
      `/api/v1/projects/${own}/units/release`,
      409,
      'units.refused',
      {
        body: {
          units: (await internalUnits(control, own)).map(({ id: unit, version }) => ({ id: unit, version })),
        },
      },
    );
    assert.deepEqual(
      refused.errors.map((e) => e.code),
      ['guard.area-review'],
    );
  });
});

describe('one project of homes, shops and parking', () => {
  let id, kiosk;
  const priced = new Map();
  before(async () => {
    ({ id } = await newProject('三类'));
    kiosk = await site.terminal(admin, { project: id });
    // the ground floor is shops
    const list = madeList({ buildings: 1, floors: 3, rooms: 2, sold: 100 }).map((row) =>
      row[2] === '1' ? row.with(4, '商铺') : row,
    );
    const space = ['地下车库', '', '-1', 'B1-001', '车位', '', '', '', '', '', '120000', '在售'];
    await importList(control, id, '三类.csv', csvOf([...list, space]));
    await permit(control, id, await internalUnits(control, id));
    await giveLayouts(control, id);
    await review(control, id);
    await giveFloorHeights(control, id);
    await disclose(control, id);
    await release(control, id);
    await publish(control, manager, id);
    for (const u of await publicUnits(kiosk, id)) if (!priced.has(u.class)) priced.set(u.class, u);
  });

  test('PR-16: what is lent for each, and nothing that is not', async () => {
    const estimate = (cls, query) => `/api/v1/public/units/${priced.get(cls).id}/estimate${query}`;
    const own = (await control.get(`/api/v1/projects/${id}`)).down_bp;
    const usual = async (cls) => {
      const e = await kiosk.get(estimate(cls, ''));
      return [e.years, e.down_bp, e.down_min_bp, e.loan];
    };
    assert.deepEqual(await usual('home'), [30, own, own, 'commercial']);
    assert.deepEqual(await usual('shop'), [10, 5000, 5000, 'commercial']);
    await kiosk.get(estimate('home', '?loan=fund&years=30'));
    await kiosk.get(estimate('shop', '?loan=commercial&years=5&down=6000'));
    for (const query of ['?loan=fund', '?loan=combined', '?years=11', '?down=4999'])
      await kiosk.refused('GET', estimate('shop', query), 422, 'fields.wrong');
    await kiosk.refused('GET', estimate('parking', ''), 422, 'loan.none');
    // the chart says so before anybody asks
    const { classes } = await kiosk.get(`/api/v1/public/projects/${id}/chart`);
    const offered = Object.fromEntries(classes.map((c) => [c.code, c.loan]));
    assert.deepEqual(
      [offered.home, offered.shop, offered.apartment, offered.parking, offered.storage],
      [{ years: 30, fund: true }, { years: 10, fund: false }, { years: 10, fund: false }, null, null],
    );
  });

  test('a project is counted by class, and begins at the price of what is available of each', async () => {
    const stock = async () => {
      const { items } = await kiosk.get('/api/v1/public/projects');
      return items[0].classes.map((c) => [c.code, c.zh, c.units, c.available, c.from_fen]);
    };
    const least = (cls) =>
      Math.min(...units.filter((u) => u.class === cls && u.state === 'A').map((u) => u.total));
    let units = await publicUnits(kiosk, id);
    assert.deepEqual(await stock(), [
      ['home', '住宅', 8, 8, least('home')],
      ['shop', '商铺', 4, 4, least('shop')],
      ['parking', '车位', 1, 1, 12000000],
    ]);
    // a loss is counted at once
    await hold(control, id, (await internalUnits(control, id)).filter((u) => u.class === 'parking'));
    units = await publicUnits(kiosk, id);
    assert.deepEqual((await stock()).at(-1), ['parking', '车位', 1, 0, null]);
  });
});
