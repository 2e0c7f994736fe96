// Publications: who may approve what, one snapshot on all media, and its replay (SC-13, SC-15, SC-16, WF-14).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { unitsOf } from './lib/lists.mjs';
import { published } from './lib/published.mjs';
import {
  act,
  draft,
  hold,
  internalUnits,
  publicChart,
  publicUnits,
  publish,
  readyProject,
  step,
  reprice,
} from './lib/walk.mjs';

let site, admin, control, manager, id, kiosk;
before(async () => {
  ({ site, admin, control, manager, id, kiosk } = await published());
});
after(() => site.close());

describe('SC-13: deal prices for all sold units or for none', () => {
  test('off: none is shown; on: what lacks one is named and the publication refused', async () => {
    const own = await readyProject(control, {
      name: '成交价',
      list: { buildings: 1, floors: 4, rooms: 4, sold: 5 },
    });
    await publish(control, manager, own);
    const screen = await site.terminal(admin, { project: own });
    const sold = (await publicUnits(screen, own)).filter((u) => u.state === 'C');
    assert.ok(sold.length > 3);
    for (const u of sold) {
      const sheet = await screen.get(`/api/v1/public/units/${u.id}`);
      assert.deepEqual(
        [sheet.total_fen, sheet.unit_price_fen, sheet.deal_total_fen, u.total],
        [null, null, null, null],
      );
    }
    const project = await control.get(`/api/v1/projects/${own}`);
    await control.patch(`/api/v1/projects/${own}`, { version: project.version, show_deal_price: true });
    const publication = await draft(control, own);
    const check = await control.get(`/api/v1/publications/${publication.id}/check`);
    const named = check.items.filter((i) => i.code === 'check.deal-price').map((i) => i.unit_id);
    assert.deepEqual(named.sort(), sold.map((u) => u.id).sort());
    await control.refused(
      'POST',
      `/api/v1/publications/${publication.id}/submit`,
      409,
      'publication.incomplete',
      {
        body: { version: publication.version },
      },
    );
    assert.equal((await publicChart(screen, own)).show_deal_price, false, 'the switch too waits');
  });

  test('on, and the list told what was sold for how much: every sold unit shows it', async () => {
    const own = await readyProject(control, {
      name: '成交价齐全',
      list: { buildings: 1, floors: 4, rooms: 4, sold: 5, deals: true },
    });
    const project = await control.get(`/api/v1/projects/${own}`);
    await control.patch(`/api/v1/projects/${own}`, { version: project.version, show_deal_price: true });
    await publish(control, manager, own);
    const screen = await site.terminal(admin, { project: own });
    const units = await publicUnits(screen, own);
    assert.ok(units.filter((u) => u.state === 'C').length > 3);
    for (const u of units) {
      const sheet = await screen.get(`/api/v1/public/units/${u.id}`);
      const inner = await control.get(`/api/v1/units/${u.id}`);
      if (u.state === 'C') assert.equal(sheet.deal_total_fen, inner.total_fen - 100_000);
      else assert.equal(sheet.deal_total_fen, null);
    }
  });
});

describe('SC-15, SC-16: one snapshot, and its replay', () => {
  test('what a kiosk saw can be shown again, patch by patch', async () => {
    const own = await readyProject(control, { name: '重放', list: { buildings: 1, floors: 3, rooms: 3 } });
    await publish(control, manager, own);
    const screen = await site.terminal(admin, { project: own });
    const seen = [await publicChart(screen, own)];
    for (let i = 0; i < 3; i++) {
      const u = (await internalUnits(control, own)).find((x) => x.state === 'A');
      await hold(control, own, [u]);
      seen.push(await publicChart(screen, own));
    }
    assert.deepEqual(
      seen.map((c) => c.publication.patch),
      [0, 1, 2, 3],
    );
    const { buildings } = await control.get(`/api/v1/projects/${own}/tree`);
    const held = (await internalUnits(control, own)).filter((u) => u.state === 'X');
    await act(control, own, 'unhold', held);
    await control.patch(`/api/v1/buildings/${buildings[0].id}`, {
      version: buildings[0].version,
      name: '改名栋',
    });
    const project = await control.get(`/api/v1/projects/${own}`);
    await control.patch(`/api/v1/projects/${own}`, { version: project.version, name: '重放改名' });
    await publish(control, manager, own);
    assert.equal((await publicChart(screen, own)).project.name, '重放改名');
    const first = seen[0].publication.id;
    for (const chart of seen) {
      const replay = await manager.get(
        `/api/v1/publications/${first}/chart?patch=${chart.publication.patch}`,
      );
      assert.deepEqual(replay.buildings, chart.buildings);
      assert.deepEqual(replay.layouts, chart.layouts);
      assert.equal(replay.publication.hash, chart.publication.hash);
      assert.equal(replay.project.name, '重放');
    }
    const last = await manager.get(`/api/v1/publications/${first}/chart`);
    assert.deepEqual(last.buildings, seen.at(-1).buildings, 'without a patch: as it was last');
    const ledger = (await manager.get(`/api/v1/projects/${own}/publications`)).items;
    assert.deepEqual(
      ledger.map((p) => [p.number, p.state, p.patches]),
      [
        [2, 'live', 0],
        [1, 'superseded', 3],
      ],
    );
    for (const p of ledger) assert.ok(p.author && p.approver && p.hash && p.decided_ms);
  });

  test('screen, sheet, disclosure, phone page, paper and command line name the same snapshot', async () => {
    const chart = await publicChart(kiosk, id);
    const { hash, number } = chart.publication;
    const [u] = unitsOf(chart);
    const link = await kiosk.get(`/api/v1/public/units/${u.id}/link`);
    const page = await site.client().get(`/api/v1/links/${link.url.split('/').at(-1)}`);
    const { approver_role, approver_role_en } = chart.publication;
    assert.deepEqual([approver_role, approver_role_en], ['项目销售经理', 'project sales manager']);
    const posts = async (lang) =>
      (await manager.request('GET', '/api/v1/session', { headers: { 'Accept-Language': lang } })).body.user.posts;
    assert.deepEqual([await posts('zh-CN'), await posts('en')], [[approver_role], [approver_role_en]]);
    const named = [
      (await kiosk.get(`/api/v1/public/units/${u.id}`)).publication,
      (await kiosk.get(`/api/v1/public/projects/${id}/buildings/${u.building_id}`)).publication,
      (await kiosk.get(`/api/v1/public/projects/${id}/disclosure`)).publication,
      page.unit.publication,
      JSON.parse(site.ctlOk('export', '--project', String(id))).publication,
      (await manager.get(`/api/v1/projects/${id}/publications`)).items.find((p) => p.state === 'live'),
    ];
    for (const publication of named) assert.deepEqual([publication.hash, publication.number], [hash, number]);
    const exported = JSON.parse(site.ctlOk('export', '--project', String(id)));
    assert.deepEqual(exported.buildings, chart.buildings);
    assert.equal(
      (await kiosk.get('/api/v1/public/projects')).items[0].publication,
      chart.project.publication,
    );
  });

  test('chart, sheet and disclosure say the same of a layout, and it is what its units measure', async () => {
    const chart = await publicChart(kiosk, id);
    const disclosed = (await kiosk.get(`/api/v1/public/projects/${id}/disclosure`)).layouts;
    let measured = 0;
    assert.equal(disclosed.length, chart.layouts.length);
    for (const [i, layout] of chart.layouts.entries()) {
      const units = unitsOf(chart).filter((u) => u.layout === i);
      const areas = units.map((u) => u.gross).filter(Boolean);
      measured += areas.length > 0;
      assert.deepEqual(
        [layout.gross_min, layout.gross_max],
        areas.length > 0 ? [Math.min(...areas), Math.max(...areas)] : [0, 0],
        layout.name,
      );
      if (units.length > 0)
        assert.deepEqual((await kiosk.get(`/api/v1/public/units/${units[0].id}`)).layout, layout);
      const { version, description, units: n, ...same } = disclosed[i];
      assert.deepEqual([same, n], [layout, units.length], `${version} ${description}`);
    }
    assert.ok(measured > 1);
  });

  test('price list and chart agree on every price', async () => {
    const chart = await publicChart(kiosk, id);
    const reply = await manager.request('GET', `/api/v1/projects/${id}/export/price-list.xlsx?lang=zh`);
    assert.equal(reply.status, 200);
    const file = join(site.folder, 'prices.xlsx');
    writeFileSync(file, reply.bytes);
    const part = (name) =>
      spawnSync('unzip', ['-p', file, name], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
    const strings = [...part('xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>/gs)].map((m) =>
      m[1].replace(/<[^>]+>/g, ''),
    );
    const rows = new Map();
    for (const m of part('xl/worksheets/sheet1.xml').matchAll(
      /<c r="([A-Z]+)(\d+)"([^>]*)>(?:<v>([^<]*)<\/v>)?/g,
    )) {
      const value = / t="s"/.test(m[3]) ? strings[Number(m[4])] : m[4];
      rows.set(m[2], { ...rows.get(m[2]), [m[1]]: value });
    }
    const head = [...rows.values()].find((row) => Object.values(row).some((v) => v === '房号'));
    const column = (test) => Object.entries(head).find(([, v]) => v && test(v))[0];
    const [room, total] = [column((v) => v === '房号'), column((v) => v.startsWith('总价'))];
    const listed = [...rows.values()].filter(
      (r) => r !== head && r[room] && r[total] !== undefined && Number(r[total]) > 0,
    );
    const priced = unitsOf(chart).filter((u) => u.total);
    const key = (roomName, yuan) => `${roomName}=${yuan}`;
    assert.deepEqual(
      listed.map((r) => key(r[room], Number(r[total]))).sort(),
      priced.map((u) => key(u.room, u.total / 100)).sort(),
    );
  });
});

describe('WF-14: steps of a publication', () => {
  let own;
  before(async () => {
    own = await readyProject(control, { name: '步骤', list: { buildings: 1, floors: 3, rooms: 3 } });
  });

  test('one open draft at a time; what is stale, out of order or without reason is refused', async () => {
    const first = await draft(control, own);
    await control.refused('POST', `/api/v1/projects/${own}/publications`, 409, 'publication.open', {
      body: {},
    });
    await manager.refused('POST', `/api/v1/publications/${first.id}/approve`, 409, 'publication.state', {
      body: { version: first.version },
    });
    const submitted = await step(control, first, 'submit');
    await manager.refused('POST', `/api/v1/publications/${first.id}/approve`, 412, 'version.changed', {
      body: { version: first.version },
    });
    await manager.refused('POST', `/api/v1/publications/${first.id}/reject`, 422, 'reason.needed', {
      body: { version: submitted.version },
    });
    const rejected = await step(manager, submitted, 'reject', { reason: '价格不对' });
    assert.deepEqual([rejected.state, rejected.reason], ['rejected', '价格不对']);
    await manager.refused('POST', `/api/v1/publications/${first.id}/approve`, 409, 'publication.state', {
      body: { version: rejected.version },
    });
    const second = await step(control, await draft(control, own), 'withdraw');
    assert.equal(second.state, 'withdrawn');
    await kiosk.refused('GET', `/api/v1/public/projects/${own}/chart`, 404);
  });

  test('nobody approves what he wrote, unless the project says one person is enough', async () => {
    const mine = await step(manager, await draft(manager, own), 'submit');
    assert.ok(!mine.my_steps.includes('approve'));
    await manager.refused('POST', `/api/v1/publications/${mine.id}/approve`, 403, 'approval.self', {
      body: { version: mine.version },
    });
    assert.equal((await manager.get(`/api/v1/publications/${mine.id}`)).state, 'submitted');
    const asked = site.ctl('publish', 'approve', '--project', String(own), '--as', 'manager');
    assert.notEqual(asked.status, 0);
    assert.match(asked.stderr, /approve what you submitted/);
    await step(manager, mine, 'withdraw');
    const project = await manager.get(`/api/v1/projects/${own}`);
    const alone = await manager.patch(`/api/v1/projects/${own}`, {
      version: project.version,
      two_person: false,
    });
    const again = await step(manager, await draft(manager, own), 'submit');
    assert.equal((await step(manager, again, 'approve')).state, 'live');
    await manager.patch(`/api/v1/projects/${own}`, { version: alone.version, two_person: true });
  });

  test('what changed since the submission is named and must be submitted again', async () => {
    const submitted = await step(control, await draft(control, own), 'submit');
    const [a, b] = (await internalUnits(control, own)).filter((u) => u.state === 'A');
    await hold(control, own, [a]);
    await reprice(control, manager, own, b.id, b.total - 5000);
    const refused = await manager.refused(
      'POST',
      `/api/v1/publications/${submitted.id}/approve`,
      409,
      'publication.changed',
      {
        body: { version: submitted.version },
      },
    );
    const named = refused.errors.map((e) => e.detail).sort();
    assert.deepEqual(named, [a, b].map((u) => `${u.building}-${u.stair}-${u.room}`).sort());
    const still = await manager.get(`/api/v1/publications/${submitted.id}`);
    assert.deepEqual([still.state, still.version], ['submitted', submitted.version]);
    await step(control, still, 'withdraw');
    assert.equal((await publish(control, manager, own)).state, 'live');
  });

  test('the approver approves what he saw: another hash is refused', async () => {
    const submitted = await step(control, await draft(control, own), 'submit');
    await manager.refused(
      'POST',
      `/api/v1/publications/${submitted.id}/approve`,
      409,
      'publication.changed',
      {
        body: { version: submitted.version, hash: '0'.repeat(64) },
      },
    );
    await step(manager, submitted, 'approve', { hash: submitted.hash });
  });

  test('an empty project cannot be submitted', async () => {
    const empty = await control.post('/api/v1/projects', { name: '空的' }, 201);
    const publication = await draft(control, empty.id);
    await control.refused('POST', `/api/v1/publications/${publication.id}/submit`, 409, 'publication.empty', {
      body: { version: publication.version },
    });
  });

  test('a project closed for the day says so on the kiosk and its units stay', async () => {
    const screen = await site.terminal(admin, { project: own });
    const events = await screen.events(`/api/v1/public/events?project=${own}`);
    const project = await manager.get(`/api/v1/projects/${own}`);
    const closed = await manager.post(
      `/api/v1/projects/${own}/closing`,
      { version: project.version, closed: true },
      200,
    );
    await events.next('project');
    assert.equal((await publicChart(screen, own)).project.closed, true);
    await manager.post(`/api/v1/projects/${own}/closing`, { version: closed.version, closed: false }, 200);
    assert.equal((await publicChart(screen, own)).project.closed, false);
    await events.close();
  });
});
