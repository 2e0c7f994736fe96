// The main job on real lists: a price list goes in, a chart is approved, customers see it on a kiosk, and it
// stays true while units sell.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { csvOf, csvRows, hundredths, madeList, needs, realList, totals, unitsOf } from './lib/lists.mjs';
import { Site } from './lib/site.mjs';
import {
  commit,
  disclose,
  draft,
  giveFloorHeights,
  giveLayouts,
  hold,
  act,
  importList,
  internalChart,
  internalUnits,
  permit,
  publicChart,
  publicUnits,
  publish,
  release,
  review,
  scanList,
  step,
} from './lib/walk.mjs';

const SECOND = '02_shenzhen_huaide_plaza.csv';
const ALL = '91_shenzhen_2018_real_status_16projects.csv';
const INTERNAL = { 在售: 'U', 已产权备案: 'T', 初始登记: 'T', 已签预售合同: 'C', 已签认购书: 'S' };

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

/** Each unit of the list is on the chart once, with the list's areas, total and state. */
function sameUnits(rows, units) {
  const key = (...parts) => parts.join('|');
  const on = new Map();
  for (const u of units) {
    const at = key(u.building, u.stair, u.floor, u.room);
    assert.ok(!on.has(at), `${at} is on the chart twice`);
    on.set(at, u);
  }
  assert.equal(units.length, rows.length);
  for (const row of rows) {
    const at = key(row.building, row.stair, row.floor, row.room);
    const u = on.get(at);
    assert.ok(u, `${at} is not on the chart`);
    const listed = [row.building_area_m2, row.inner_area_m2, row.total_price_cny].map(hundredths);
    assert.deepEqual([u.gross, u.inner, u.total], listed, at);
    assert.equal(u.state, INTERNAL[row.status_source_text], at);
  }
}

function sums(units) {
  const add = (field) => units.reduce((n, u) => n + (u[field] ?? 0), 0);
  return { units: units.length, gross: add('gross'), fen: add('total') };
}

/** The totals that the project list and the stock report show. */
async function sameTotals(projectId, wanted) {
  const brief = (await control.get('/api/v1/projects')).items.find((p) => p.id === projectId);
  const add = (field) => brief.states.reduce((n, s) => n + s[field], 0);
  assert.deepEqual({ units: add('units'), gross: add('gross_area'), fen: add('total_fen') }, wanted);
  for (const by of ['class', 'building', 'layout']) {
    const stock = await manager.get(`/api/v1/projects/${projectId}/reports/stock?by=${by}`);
    assert.equal(stock.total.units, wanted.units, by);
    assert.equal(stock.total.gross_area, wanted.gross, by);
    const parts = stock.groups.reduce((n, g) => n + g.units, 0);
    assert.equal(parts, wanted.units, by);
  }
}

describe('the walk: list → kiosk', () => {
  const lists = [
    { name: SECOND, title: 'a real list', ...needs(SECOND), bytes: () => realList(SECOND) },
    {
      name: '甲.csv',
      title: 'a generated list',
      bytes: () => csvOf(madeList({ floors: 12 }), { bom: true, eol: '\r\n' }),
    },
  ];
  for (const list of lists)
    test(list.title, { skip: list.skip }, async () => {
      const project = await newProject(`项目 ${list.name}`);
      const { id } = project;
      const looked = await importList(control, id, list.name, list.bytes());
      const { scan, result } = looked;
      assert.equal(scan.accepted, scan.rows);
      assert.deepEqual(scan.problems, []);
      assert.equal(result.units, scan.rows);
      const units = await internalUnits(control, id);
      assert.equal(units.length, result.units);
      assert.deepEqual(sums(units), { units: scan.rows, gross: scan.gross_area, fen: scan.total_fen });
      await sameTotals(id, sums(units));

      // nothing is sold without a permit, a review and a price
      const stock = units.filter((u) => u.state === 'U');
      const unreleased = await control.refused(
        'POST',
        `/api/v1/projects/${id}/units/release`,
        409,
        'units.refused',
        {
          body: { units: stock.slice(0, 3).map(({ id, version }) => ({ id, version })) },
        },
      );
      const codes = new Set(unreleased.errors.map((e) => e.code));
      assert.ok(codes.has('guard.permit') && codes.has('guard.area-review'), [...codes].join());
      await permit(control, id, units);
      await review(control, id);

      // the check's list shrinks to none
      const publication = await draft(control, id, '首次公示');
      const check = () => control.get(`/api/v1/publications/${publication.id}/check`);
      const first = await check();
      assert.equal(first.ok, false);
      const missing = first.items.filter((i) => i.level === 'project').map((i) => i.field);
      assert.ok(missing.includes('disclosure:P3') && missing.includes('disclosure:P17'), missing.join());
      const refused = await control.refused(
        'POST',
        `/api/v1/publications/${publication.id}/submit`,
        409,
        'publication.incomplete',
        {
          body: { version: publication.version },
        },
      );
      assert.equal(refused.errors.length + (refused.more ?? 0), first.total_items);
      const left = [first.total_items];
      for (const mend of [giveLayouts, giveFloorHeights, disclose, release]) {
        await mend(control, id);
        left.push((await check()).total_items);
      }
      assert.equal(left.at(-1), 0, `missing after each step: ${left}`);
      assert.ok(left[0] > left.at(-2) || left.at(-2) === 0, `${left}`);
      assert.equal((await check()).ok, true);
      const report = await manager.get(`/api/v1/projects/${id}/reports/disclosure`);
      assert.equal(report.ok, true); // nothing is public yet that could differ

      // a paired kiosk sees nothing before, the whole chart after
      const kiosk = await site.terminal(admin, { project: id });
      assert.deepEqual((await kiosk.get('/api/v1/public/projects')).items, []);
      await kiosk.refused('GET', `/api/v1/public/projects/${id}/chart`, 404, 'chart.none');
      const events = await kiosk.events(`/api/v1/public/events?project=${id}`);
      const submitted = await step(control, publication, 'submit');
      assert.equal(submitted.state, 'submitted');
      await control.refused('POST', `/api/v1/publications/${publication.id}/approve`, 403, null, {
        body: { version: submitted.version },
      });
      const live = await step(manager, submitted, 'approve', { hash: submitted.hash });
      assert.equal(live.state, 'live');
      await events.next('published');
      const chart = await publicChart(kiosk, id);
      assert.equal(chart.publication.hash, submitted.hash);
      const shown = unitsOf(chart);
      assert.equal(shown.length, units.length, 'every unit is on the kiosk once');
      assert.equal(new Set(shown.map((u) => u.id)).size, units.length);
      const available = shown.filter((u) => u.state === 'A');
      assert.equal(available.length, stock.length);

      // held: gone from the kiosk within 2 s without anybody's approval
      const target = (await internalUnits(control, id)).find((u) => u.id === available[0].id);
      const from = events.events.length;
      const begun = performance.now();
      const held = await hold(control, id, [target]);
      const told = await events.next('units', { from, test: (d) => d.units.some((u) => u[0] === target.id) });
      const seen = (await publicUnits(kiosk, id)).find((u) => u.id === target.id);
      assert.ok(performance.now() - begun < 2000, 'within 2 s');
      assert.equal(seen.state, 'X');
      assert.equal(told.data.units.find((u) => u[0] === target.id)[1], 'X');
      assert.equal(told.data.publication, live.number);
      assert.equal((await kiosk.get(`/api/v1/public/units/${target.id}`)).state, 'X');

      // given back: available inside, on the kiosk only with the next approved chart
      await act(control, id, 'unhold', held.units);
      const inside = (await internalUnits(control, id)).find((u) => u.id === target.id);
      assert.deepEqual([inside.state, inside.shown], ['A', 'X']);
      assert.equal((await publicUnits(kiosk, id)).find((u) => u.id === target.id).state, 'X');
      assert.equal((await publicChart(kiosk, id)).publication.patch, 1);
      const second = await publish(control, manager, id);
      assert.equal(second.number, 2);
      assert.equal((await publicUnits(kiosk, id)).find((u) => u.id === target.id).state, 'A');
      await events.close();
    });
});

describe('all real lists', () => {
  const single = [
    { name: SECOND, decisions: [] },
    {
      name: '04_shenzhen_longping_ziyuan.csv',
      decisions: [{ problem: 'total-differs', decision: 'accept' }],
    },
    { name: '05_shenzhen_jialin_yuexiyuan.csv', decisions: [] },
  ];
  for (const { name, decisions } of single)
    test(name, needs(name), async () => {
      const rows = csvRows(realList(name));
      const { id } = await newProject(`全部 ${name}`);
      const { result, scan } = await importList(control, id, name, realList(name), { decisions });
      assert.equal(result.units, rows.length);
      const words = Object.fromEntries(scan.status_words.map((w) => [w.word, w.count]));
      assert.deepEqual(words, totals(rows).words);
      const units = await internalUnits(control, id);
      sameUnits(rows, units);
      const { units: n, gross, fen } = totals(rows);
      await sameTotals(id, { units: n, gross, fen });
      await control.refused('GET', `/api/v1/public/projects/${id}/chart`, 404); // no one has published it
    });

  test(ALL, needs(ALL), async () => {
    const rows = csvRows(realList(ALL));
    const { id } = await newProject('十六个项目');
    const decisions = [
      { problem: 'total-differs', decision: 'accept' },
      { problem: 'floor-missing', decision: 'accept', value: '1' },
      { problem: 'class-unknown', decision: 'accept', value: 'other' },
    ];
    const { scan, result } = await importList(control, id, ALL, realList(ALL), {
      decisions,
      project_from_file: true,
    });
    assert.equal(scan.refused, 0);
    assert.equal(result.units, rows.length);
    assert.equal(result.project_ids.length, 16);
    assert.equal(
      scan.problems.find((p) => p.problem === 'floor-missing').count,
      rows.filter((r) => r.floor === '').length,
    );
    const byName = Map.groupBy ? Map.groupBy(rows, (r) => r.project) : grouped(rows);
    const { items } = await control.get('/api/v1/projects');
    for (const [name, mine] of byName) {
      const project = items.find((p) => p.name === name);
      assert.ok(project && result.project_ids.includes(project.id), name);
      sameUnits(
        mine.map((r) => ({ ...r, floor: r.floor || '1' })),
        await internalUnits(control, project.id),
      );
      const { units, gross, fen } = totals(mine);
      await sameTotals(project.id, { units, gross, fen });
    }
    assert.equal(
      (await internalChart(control, id)).buildings.length,
      0,
      'the project it was uploaded in stays empty',
    );
  });

  function grouped(rows) {
    const groups = new Map();
    for (const row of rows) groups.set(row.project, [...(groups.get(row.project) ?? []), row]);
    return groups;
  }
});

describe('import: all rows or none', () => {
  test('three bad rows of a thousand: none goes in, the three are named; mended, all go in at once', async () => {
    const rows = madeList({ buildings: 5, floors: 25, rooms: 4 });
    const bad = rows.map((r) => [...r]);
    bad[100][3] = ''; // no room
    bad[200][7] = 'zwölf'; // no number
    bad[300] = [...bad[299]]; // twice
    const { id } = await newProject('一千行');
    const looked = await scanList(control, id, '坏.csv', csvOf(bad));
    assert.equal(looked.scan.refused, 3);
    const named = new Set(looked.scan.problems.flatMap((p) => p.rows.map((r) => r.row)));
    assert.deepEqual([...named].sort(), [101, 201, 301]);
    const refused = await control.refused(
      'POST',
      `/api/v1/imports/${looked.file.id}/commit`,
      409,
      'import.undecided',
      { body: looked.plan },
    );
    assert.deepEqual([...new Set(refused.errors.map((e) => e.row))].sort(), [101, 201, 301]);
    assert.equal((await internalUnits(control, id)).length, 0);
    assert.equal((await control.get(`/api/v1/projects/${id}/tree`)).buildings.length, 0, 'nor a building');
    const { result } = await importList(control, id, '好.csv', csvOf(rows));
    assert.equal(result.units, 1000);
    // the same list again: each of its units is there already
    const again = await scanList(control, id, '好.csv', csvOf(rows));
    const commit = await control.request('POST', `/api/v1/imports/${again.file.id}/commit`, {
      body: again.plan,
    });
    assert.ok([409, 422].includes(commit.status), String(commit.status));
    assert.equal((await internalUnits(control, id)).length, 1000);
  });

  test('words, columns and decisions are remembered for the next list of the source', async () => {
    const head = ['座', '层数', '户号', '面积', '总价款', '销售情况'];
    const rows = [
      head,
      ['A', '2', '201', '90.00', '1800000', '可卖'],
      ['A', '3', '301', '90.00', '1810000', '走了'],
    ];
    const { id } = await newProject('生词');
    const { file, plan, scan } = await scanList(control, id, '生词.csv', csvOf(rows), { decisions: [] });
    const words = scan.status_words.filter((w) => w.code === null).map((w) => w.word);
    assert.deepEqual(
      words.sort(),
      ['可卖', '走了'].sort().filter((w) => words.includes(w)),
    );
    assert.ok(words.includes('走了'), 'an unknown word is not guessed');
    plan.mapping.status_words = [
      { word: '可卖', code: 'A' },
      { word: '走了', code: 'C' },
    ];
    plan.mapping.source = '生词局';
    plan.remember = true;
    plan.decisions = [
      { problem: 'class-unknown', decision: 'accept', value: 'home' },
      { problem: 'area-missing', decision: 'accept' },
    ];
    const { result } = { result: await control.post(`/api/v1/imports/${file.id}/commit`, plan, 200) };
    assert.equal(result.units, 2);
    assert.deepEqual((await internalUnits(control, id)).map((u) => u.state).sort(), ['C', 'U']);
    const { items } = await control.get('/api/v1/import-mappings');
    assert.ok(
      items.some(
        (m) => m.source === '生词局' && m.status_words.some((w) => w.word === '走了' && w.code === 'C'),
      ),
    );
    const other = await newProject('生词二');
    const next = await control.upload(`/api/v1/imports?name=next.csv&project=${other.id}`, csvOf(rows));
    assert.equal(next.remembered, '生词局');
    assert.ok(next.suggestion.status_words.some((w) => w.word === '走了' && w.code === 'C'));
  });

  test('a remembered heading further down is not taken for a list that begins above it', async () => {
    const head = ['楼层', '房号', '面积', '总价', '状态'];
    const rows = [head, ...['2', '3', '4'].map((f) => [f, `${f}01`, '90.00', '1800000', '在售'])];
    const { id } = await newProject('标题在下');
    const below = [['云山府价目表'], ['二〇二六年'], ...rows];
    const looked = await scanList(control, id, '标题在下.csv', csvOf(below));
    assert.equal(looked.file.header_row, 3);
    looked.plan.mapping.source = '标题在下';
    looked.plan.remember = true;
    looked.plan.decisions = [{ problem: 'class-unknown', decision: 'accept', value: 'home' }];
    assert.equal((await commit(control, looked)).units, 3);
    const other = await newProject('标题在上');
    const above = await control.upload(`/api/v1/imports?name=a.csv&project=${other.id}`, csvOf(rows));
    assert.deepEqual([above.remembered, above.suggestion.header_row], [null, 1]);
    const same = await control.upload(`/api/v1/imports?name=b.csv&project=${other.id}`, csvOf(below));
    assert.deepEqual([same.remembered, same.suggestion.header_row], ['标题在下', 3]);
  });

  test('a sheet of several buildings: all blocks in one go, 万元 where it says so, and remembered', async () => {
    // Two buildings side by side and one below; each floor a room row and a row of totals in 万元.
    const floors = [3, 2, 1];
    const block = (wan) =>
      floors.flatMap((f) => [
        [String(f), '房号', `${f}01`, `${f}02`],
        ['', '总价（万元）', String(wan + f), String(wan + f + 0.55)],
      ]);
    const beside = (left, right) => left.map((row, i) => [...row, '', ...right[i]]);
    const head = ['层', '', '01', '02'];
    const rows = [
      ['1栋', '', '', '', '', '2栋', '', '', ''],
      ...beside([head, ...block(100)], [head, ...block(200)]),
      [''],
      ['3栋'],
      head,
      ...block(300),
    ];
    const { id } = await newProject('三栋一表');
    const decisions = ['area-missing', 'class-unknown', 'status-unknown'].map((problem) => ({
      problem,
      decision: 'accept',
      ...(problem === 'class-unknown' ? { value: 'home' } : {}),
      ...(problem === 'status-unknown' ? { value: 'U' } : {}),
    }));
    const looked = await scanList(control, id, '三栋.csv', csvOf(rows), { decisions });
    const { mapping } = looked.plan;
    assert.equal(mapping.form, 'matrix');
    assert.deepEqual(
      [mapping.matrix, ...mapping.matrix_more].map((m) => [m.building, m.row_fields, m.row_wan]),
      ['1栋', '2栋', '3栋'].map((building) => [building, ['room', 'total'], [false, true]]),
    );
    assert.deepEqual(looked.scan.buildings.map((b) => [b.name, b.count]).sort(), [
      ['1栋', 6],
      ['2栋', 6],
      ['3栋', 6],
    ]);
    mapping.source = '三栋';
    looked.plan.remember = true;
    const result = await commit(control, looked);
    assert.deepEqual([result.units, result.buildings], [18, 3]);
    const units = await internalUnits(control, id);
    const total = (building, room) =>
      units.find((u) => u.building === building && u.room === room).total / 1000000;
    assert.deepEqual([total('1栋', '301'), total('2栋', '202'), total('3栋', '102')], [103, 202.55, 301.55]);
    const other = await newProject('三栋又来');
    const path = `/api/v1/imports?name=next.csv&project=${other.id}`;
    const next = await control.upload(path, csvOf(rows));
    assert.equal(next.remembered, '三栋');
    assert.deepEqual(next.suggestion.matrix_more, mapping.matrix_more);
    assert.deepEqual(await control.get(`/api/v1/imports/${next.id}?sheet=0`), next, 'looked at again');
    // Another building in the same place is not the one remembered.
    const moved = await control.upload(path, csvOf(rows).toString().replace('3栋', '4栋'));
    assert.equal(moved.remembered, null);
    assert.equal(moved.suggestion.matrix_more[1].building, '4栋');
  });

  test('rooms, areas and states as lines of one cell', async () => {
    const cell = (room) => `${room}\n89.50\n待售`;
    const rows = [
      ['5号楼'],
      ['层', '01', '02'],
      ...[3, 2, 1].map((f) => [String(f), cell(`${f}01`), cell(`${f}02`)]),
    ];
    const { id } = await newProject('一格三行');
    const quoted = rows.map((r) => r.map((c) => `"${c}"`).join(',')).join('\n');
    const decisions = ['price-missing', 'class-unknown'].map((problem) => ({
      problem,
      decision: 'accept',
      ...(problem === 'class-unknown' ? { value: 'home' } : {}),
    }));
    const looked = await scanList(control, id, '一格.csv', Buffer.from(quoted), { decisions });
    assert.ok(looked.plan.mapping.matrix.in_cell);
    assert.equal((await commit(control, looked)).units, 6);
    const [first] = await internalUnits(control, id);
    assert.equal(first.gross, 8950);
  });
});

describe('paper', () => {
  const opens = {
    'chart.xlsx': (file) => spawnSync('unzip', ['-t', file], { encoding: 'utf8' }),
    'price-list.xlsx': (file) => spawnSync('unzip', ['-t', file], { encoding: 'utf8' }),
    'chart.pdf': (file) =>
      spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 1 << 26 }),
    'price-list.pdf': (file) =>
      spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 1 << 26 }),
  };
  for (const [name, open] of Object.entries(opens))
    test(`${name} opens and carries the snapshot it was made from`, async () => {
      const project = (await control.get('/api/v1/projects')).items.find((p) => p.id === 1); // the demo's
      const { publication, project: head } = await publicChart(control, project.id);
      const reply = await control.request('GET', `/api/v1/projects/${project.id}/export/${name}?lang=zh`, {
        timeout: 60000,
      });
      assert.equal(reply.status, 200, reply.bytes.toString('utf8').slice(0, 300));
      assert.match(reply.headers['content-disposition'] ?? '', /attachment/);
      const folder = mkdtempSync(join(tmpdir(), 'anchang-paper-'));
      try {
        const file = join(folder, name);
        writeFileSync(file, reply.bytes);
        const opened = open(file);
        if (opened.error) assert.fail(`${opened.error.message}`);
        assert.equal(opened.status, 0, opened.stderr);
        const text = name.endsWith('.pdf')
          ? opened.stdout
          : spawnSync('unzip', ['-p', file], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
        assert.ok(text.includes(publication.hash.slice(0, 12)), 'the snapshot id');
        assert.ok(text.includes(head.name), 'the project');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
});
