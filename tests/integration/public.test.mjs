// What the public hears: nothing that is not the public’s; chart, event stream and links as they travel.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { contract } from './lib/contract.mjs';
import { csvOf, madeList, unitsOf } from './lib/lists.mjs';
import { published } from './lib/published.mjs';
import {
  act,
  draft,
  hold,
  importList,
  internalUnits,
  publicChart,
  publicUnits,
  publish,
  readyProject,
  step,
  tomorrow,
} from './lib/walk.mjs';

let site, admin, control, manager, id, kiosk, unit, fresh;
before(async () => {
  ({ site, admin, control, manager, id, kiosk, unit, fresh } = await published());
});
after(() => site.close());

describe('SC-07: the public hears nothing that is not the public’s', () => {
  const WORDS = [
    '机密客户',
    '机密原因',
    '机密依据',
    '机密备注',
    '机密用户',
    '机密查封',
    '机密终端',
    '机密文件',
  ];
  const FLOOR_FEN = 98765432101; // a floor price nobody could mistake
  const FILED_FEN = 98765432102;

  /** Every reply with the right chart.public, open to anybody, and the stream: the raw bytes. */
  async function publicBytes(screen, projectId, unitIds) {
    const paths = ['/api/v1/public/projects', '/healthz', '/readyz', '/metrics', '/api/v1/session'];
    const chart = await publicChart(screen, projectId);
    paths.push(
      `/api/v1/public/projects/${projectId}/chart`,
      `/api/v1/public/projects/${projectId}/disclosure`,
    );
    for (const b of chart.buildings) paths.push(`/api/v1/public/projects/${projectId}/buildings/${b.id}`);
    for (const u of unitIds) {
      paths.push(
        `/api/v1/public/units/${u}`,
        `/api/v1/public/units/${u}/link`,
        `/api/v1/public/units/${u}/qr.svg`,
      );
      const { url } = await screen.get(`/api/v1/public/units/${u}/link`);
      paths.push(`/api/v1/links/${url.split('/').at(-1)}`);
    }
    const bytes = [];
    for (const path of paths) {
      const reply = await screen.request('GET', path);
      assert.equal(reply.status, 200, path);
      bytes.push([path, reply.bytes.toString('utf8')]);
      if (reply.body) bytes.push([path, JSON.stringify(reply.body)]);
    }
    return bytes;
  }

  /** Member names that the schemas reachable from @names allow. */
  function allowed(names) {
    const found = new Set();
    const seen = new Set();
    const walk = (schema) => {
      if (!schema || typeof schema !== 'object' || seen.has(schema)) return;
      seen.add(schema);
      if (schema.$ref) walk(contract.components.schemas[schema.$ref.split('/').at(-1)]);
      for (const key of Object.keys(schema.properties ?? {})) found.add(key);
      for (const value of Object.values(schema)) walk(value);
    };
    for (const name of names) walk(contract.components.schemas[name]);
    return found;
  }

  function keysOf(value, into = new Set()) {
    if (Array.isArray(value)) for (const item of value) keysOf(item, into);
    else if (value && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) {
        into.add(key);
        keysOf(inner, into);
      }
    return into;
  }

  test('canaries planted in every inner field come out nowhere', async () => {
    const own = await readyProject(control, {
      name: '机密项目',
      list: { buildings: 1, floors: 3, rooms: 3 },
    });
    const spy = await site.user('spy', 'sales-manager');
    const users = (await admin.get('/api/v1/users')).items;
    const { id: userId, version } = users.find((u) => u.login === 'spy');
    await admin.patch(`/api/v1/users/${userId}`, { version, name: WORDS[4] });
    const [unpublished] = await internalUnits(control, own);
    const inner = { version: unpublished.version, floor_total_fen: FLOOR_FEN, reason: WORDS[1] };
    await spy.post(`/api/v1/units/${unpublished.id}/price`, inner);
    await step(manager, await step(spy, await draft(spy, own, WORDS[3]), 'submit'), 'approve');
    const screen = await site.terminal(admin, { project: own, name: WORDS[6] });
    const events = await screen.events(`/api/v1/public/events?project=${own}`);
    const units = (await internalUnits(control, own)).filter((u) => u.state === 'A');
    const priced = await spy.post(`/api/v1/units/${units[0].id}/price`, {
      version: units[0].version,
      filed_total_fen: FILED_FEN,
      reason: WORDS[1],
    });
    await hold(spy, own, [priced], { reason: WORDS[1], document: WORDS[2] });
    const reserve = { holder: WORDS[0], reason: WORDS[1], document: WORDS[2], until_ms: tomorrow() };
    await act(spy, own, 'reserve', [units[1]], reserve);
    await spy.post(`/api/v1/units/${units[2].id}/encumbrances`, { kind: 'seizure', document: WORDS[5] }, 201);
    await importList(
      spy,
      own,
      `${WORDS[7]}.csv`,
      csvOf(madeList({ buildings: 1, floors: 1, rooms: 1 }).map((r, i) => (i ? ['8栋', ...r.slice(1)] : r))),
    );
    await events.next('units', { test: (d) => d.units.some((u) => u[0] === units[2].id) });
    for (const again of [false, true]) {
      const bytes = await publicBytes(screen, own, [units[0].id, units[1].id, units[2].id, units[3].id]);
      bytes.push(['events', events.raw]);
      for (const [path, text] of bytes)
        for (const canary of [
          ...WORDS.filter((w) => w !== WORDS[6] || path !== '/api/v1/session'),
          FLOOR_FEN,
          FILED_FEN,
        ])
          assert.ok(!text.includes(String(canary)), `${canary} in ${path}`);
      if (again) break;
      // the same after the next publication, which takes up what was changed
      await act(
        control,
        own,
        'delete',
        (await internalUnits(control, own)).filter((u) => u.building === '8栋'),
      );
      await publish(spy, manager, own);
    }
    // the canaries are really there: inside they are shown to those who may see them
    const inside = await spy.get(`/api/v1/units/${units[0].id}`);
    assert.deepEqual([inside.hold.reason, inside.floor_total_fen], [WORDS[1], FLOOR_FEN]);
    assert.equal((await spy.get(`/api/v1/units/${units[1].id}`)).hold.holder, WORDS[0]);
    // a floor price is for those alone who may see floor prices
    assert.ok(!JSON.stringify(await control.get(`/api/v1/units/${units[0].id}`)).includes(String(FLOOR_FEN)));
    assert.ok(
      !JSON.stringify(await control.get(`/api/v1/units/${units[0].id}/trail`)).includes(String(FLOOR_FEN)),
      'nor in the trail',
    );
    await events.close();
  });

  test('no member beyond the public schemas, at any depth', async () => {
    const chart = await publicChart(kiosk, id);
    const [first] = unitsOf(chart);
    const checks = [
      ['PublicChart', chart],
      [
        'PublicBuildingReply',
        await kiosk.get(`/api/v1/public/projects/${id}/buildings/${first.building_id}`),
      ],
      ['PublicUnit', await kiosk.get(`/api/v1/public/units/${first.id}`)],
      ['PublicDisclosure', await kiosk.get(`/api/v1/public/projects/${id}/disclosure`)],
      ['PublicProjectList', await kiosk.get('/api/v1/public/projects')],
    ];
    const never =
      /floor_total|filed|holder|hold|queue|approver$|^author$|actor|login|customer|phone_of|salesperson|reason$/;
    for (const [name, body] of checks) {
      const may = allowed([name]);
      for (const key of keysOf(body)) {
        assert.ok(may.has(key), `${name}: ${key}`);
        assert.ok(!never.test(key) || key === 'not_for_sale_reason', `${name}: ${key} has an inner name`);
      }
    }
  });
});

describe('transport of the chart', () => {
  const chartPath = () => `/api/v1/public/projects/${id}/chart`;

  test('ETag: 304 while nothing changed, another one after a loss', async () => {
    const first = await kiosk.request('GET', chartPath());
    assert.ok(first.headers.etag);
    const same = await kiosk.request('GET', chartPath(), {
      headers: { 'If-None-Match': first.headers.etag },
    });
    assert.deepEqual([same.status, same.bytes.length], [304, 0]);
    await hold(control, id, [await fresh()]);
    const after = await kiosk.request('GET', chartPath(), {
      headers: { 'If-None-Match': first.headers.etag },
    });
    assert.equal(after.status, 200);
    assert.notEqual(after.headers.etag, first.headers.etag);
  });

  test('gzip: the same bytes, made ahead', async () => {
    const plain = await kiosk.request('GET', chartPath());
    const packed = await kiosk.request('GET', chartPath(), { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.ok(packed.bytes.equals(plain.bytes));
    assert.ok(packed.sent.length < plain.bytes.length / 3);
    for (const reply of [plain, packed]) assert.match(reply.headers.vary ?? '', /accept-encoding/i);
  });

  test('HEAD says what GET would', async () => {
    const get = await kiosk.request('GET', chartPath());
    const head = await kiosk.request('HEAD', chartPath());
    assert.deepEqual([head.status, head.bytes.length], [200, 0]);
    assert.equal(head.headers.etag, get.headers.etag);
  });

  test('DV-11: a stream goes on where it broke off; from too long ago or elsewhere it says reset', async () => {
    const path = `/api/v1/public/events?project=${id}`;
    const first = await kiosk.events(path);
    const [a, b] = [await fresh(), await fresh()];
    await hold(control, id, [a]);
    const seen = await first.next('units', { test: (d) => d.units.some((u) => u[0] === a.id) });
    await first.close();
    await hold(control, id, [b]);
    const second = await kiosk.events(path, { lastEventId: seen.id });
    const missed = await second.next('units');
    assert.deepEqual(
      missed.data.units.map((u) => u[0]),
      [b.id],
      'what was missed, once, and nothing twice',
    );
    await second.close();
    for (const lastEventId of ['feed-1', 'x', `${seen.id.split('-')[0]}-999999`]) {
      const lost = await kiosk.events(path, { lastEventId });
      await lost.next('reset');
      await lost.close();
    }
    const numbers = [seen.id, missed.id].map((text) => Number(text.split('-')[1]));
    assert.ok(numbers[1] > numbers[0]);
  });
});

describe('PM-10, PM-25: layouts and images', () => {
  const PLAN = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  test('a layout edited once is changed on all its units; its plan and a unit’s own images with the next publication', async () => {
    const own = await readyProject(control, { name: '图', list: { buildings: 1, floors: 2, rooms: 2 } });
    await publish(control, manager, own);
    const screen = await site.terminal(admin, { project: own });
    const upload = (name, bytes) => control.upload(`/api/v1/media?name=${name}&project=${own}`, bytes);
    const { id: plan } = await upload('plan.png', PLAN);
    const { id: view } = await upload('view.png', PLAN);
    assert.equal(plan, view, 'the same image is kept once');
    const [layout] = (await control.get(`/api/v1/projects/${own}/layouts`)).items.filter((l) => l.units > 1);
    await control.patch(`/api/v1/layouts/${layout.id}`, {
      version: layout.version,
      rooms: 5,
      description: '南北通透',
      media: plan,
    });
    const [u] = (await internalUnits(control, own)).filter((x) => x.state === 'A');
    const now = await unit(u.id);
    const vr = 'https://vr.example.test/1';
    await control.patch(`/api/v1/units/${u.id}`, {
      version: now.version,
      media: [view],
      model_room: true,
      vr_url: vr,
    });
    // who shows a model room says what in it is not sold with the unit
    await control.put(`/api/v1/projects/${own}/disclosure/P23`, { version: 0, value: '家具不含' });
    const shown = () => screen.get(`/api/v1/public/units/${u.id}`);
    const before = await shown();
    assert.deepEqual([before.media, before.model_room, before.vr_url], [[], false, null]);
    await screen.refused('GET', `/api/v1/public/media/${plan}`, 404);
    await publish(control, manager, own);
    const after = await shown();
    assert.deepEqual([after.media, after.model_room, after.vr_url], [[view], true, vr]);
    const chart = await publicChart(screen, own);
    const [{ rooms, media }] = chart.layouts.filter((l) => l.id === layout.id);
    assert.deepEqual([rooms, media], [5, plan]);
    const ids = new Set(unitsOf(chart).map((x) => x.id));
    const held = (await internalUnits(control, own)).filter((x) => ids.has(x.id));
    let same = 0;
    for (const x of held) {
      const { layout: its } = await screen.get(`/api/v1/public/units/${x.id}`);
      if (its?.id !== layout.id) continue;
      assert.equal(its.rooms, 5);
      same++;
    }
    assert.equal(same, layout.units);
    const served = await screen.request('GET', `/api/v1/public/media/${plan}`);
    assert.deepEqual([served.status, served.type], [200, 'image/png']);
    const again = await screen.request('GET', `/api/v1/public/media/${plan}`, {
      headers: { 'If-None-Match': served.headers.etag },
    });
    assert.deepEqual([again.status, again.bytes.length], [304, 0]);
    // another project's kiosk does not get it
    await kiosk.refused('GET', `/api/v1/public/media/${plan}`, 404);
  });
});

describe('SC-11, SC-12, SC-26: what must be disclosed', () => {
  test('every item with its document, agency fees marked voluntary, hidden units with their reason', async () => {
    const own = await readyProject(control, { name: '公示项', list: { buildings: 1, floors: 2, rooms: 2 } });
    const at = (path) => `/api/v1/projects/${own}/${path}`;
    const { items: now } = await control.get(at('disclosure'));
    const { version } = now.find((i) => i.code === 'P7');
    const P7 = { version, value: '2.5', doc_name: '规划许可证 1 号', doc_date: '2026-01-02' };
    await control.put(at('disclosure/P7'), P7);
    const agency = { kind: 'agency', name: '代办产证', standard: '300 元', payee: '代办公司', classes: ['parking', 'home'] };
    await control.refused('POST', at('fees'), [409, 422], 'fee.voluntary', {
      body: { ...agency, voluntary: false },
    });
    await control.refused('POST', at('fees'), 422, 'fields.wrong', {
      body: { ...agency, voluntary: true, classes: ['garage'] },
    });
    await control.post(at('fees'), { ...agency, voluntary: true }, 201);
    const units = await internalUnits(control, own);
    const [kept] = units.filter((u) => u.state === 'A');
    const retain = { kind: 'resettlement', reason: '回迁', document: '协议 1 号' };
    await control.post(
      at('units/retain'),
      { units: [{ id: kept.id, version: kept.version }], ...retain },
      200,
    );
    await publish(control, manager, own);
    const screen = await site.terminal(admin, { project: own });
    const shown = await screen.get(`/api/v1/public/projects/${own}/disclosure`);
    assert.deepEqual([shown.project.phone, shown.complaint_phone], ['0000', '12345']); // P17 is not the office's
    const item = shown.items.find((i) => i.code === 'P7');
    assert.deepEqual([item.value, item.doc_name, item.doc_date], ['2.5', '规划许可证 1 号', '2026-01-02']);
    assert.deepEqual(
      shown.fees.filter((f) => f.kind === 'agency').map((f) => [f.name, f.voluntary, f.classes]),
      [['代办产证', true, ['home', 'parking']]],
    );
    const { state, not_for_sale_reason: reason } = await screen.get(`/api/v1/public/units/${kept.id}`);
    assert.deepEqual([state, reason], ['N', 'resettlement']);
    // nothing is dropped: the chart, the office and the permit count the same units
    assert.equal(unitsOf(await publicChart(screen, own)).length, units.length);
    const [permit] = shown.permits;
    assert.equal(permit.units_named, units.length);
  });
});

describe('unit QR and take-home links', () => {
  test('PR-15: price and estimate say their version and until when they hold, from the next publication on', async () => {
    const u = await fresh();
    const nobody = site.client();
    const said = async () => {
      const link = await kiosk.get(`/api/v1/public/units/${u.id}/link`);
      const page = await nobody.get(`/api/v1/links/${link.url.split('/').at(-1)}`);
      const estimate = await kiosk.get(`/api/v1/public/units/${u.id}/estimate`);
      const { publication } = await kiosk.get(`/api/v1/public/units/${u.id}`);
      assert.equal(estimate.publication, publication.number);
      assert.equal(estimate.valid_until_ms, publication.valid_until_ms);
      assert.equal(page.unit.publication.valid_until_ms, publication.valid_until_ms);
      return publication;
    };
    assert.equal((await said()).valid_until_ms, null);
    const { version } = await control.get(`/api/v1/projects/${id}`);
    await control.patch(`/api/v1/projects/${id}`, { version, validity_days: 30 });
    assert.equal((await said()).valid_until_ms, null);
    // RP-27: the public does not see yet what is recorded
    const differing = async () =>
      (await control.get(`/api/v1/projects/${id}/reports/disclosure`)).items.map((i) => [i.code, i.field]);
    assert.deepEqual(await differing(), [['check.public-item', 'project']]);
    await publish(control, manager, id);
    assert.deepEqual(await differing(), []);
    const { valid_until_ms, approved_ms } = await said();
    assert.equal(valid_until_ms, approved_ms + 30 * 86400000);
  });

  test('the code leads to the unit in that publication; superseded, revoked, forged', async () => {
    const nobody = site.client();
    const [u] = (await publicUnits(kiosk, id)).filter((x) => x.state === 'A');
    const link = await kiosk.get(`/api/v1/public/units/${u.id}/link`);
    assert.match(link.url, /^https:\/\/example\.test\/u\//);
    const token = link.url.split('/').at(-1);
    const page = await nobody.get(`/api/v1/links/${token}`);
    assert.deepEqual([page.unit.id, page.superseded, page.time_zone], [u.id, false, 'Asia/Shanghai']);
    assert.deepEqual([page.project.phone, page.complaint_phone], ['0755-1', '12345']);
    const svg = await kiosk.request('GET', `/api/v1/public/units/${u.id}/qr.svg`);
    assert.match(svg.bytes.toString('utf8'), /^<\?xml|^<svg/);
    const png = await kiosk.request('GET', `/api/v1/public/units/${u.id}/qr.png`);
    assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');
    const file = join(site.folder, 'qr.png');
    writeFileSync(file, png.bytes);
    const read = spawnSync('zbarimg', ['-q', '--raw', file], { encoding: 'utf8' });
    if (!read.error) assert.equal(read.stdout.trim(), link.url);
    // one character of it changed: nothing is told apart from a link that never was
    for (const at of [0, 5, token.length - 1]) {
      const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      const reply = await nobody.request('GET', `/api/v1/links/${forged}`);
      assert.ok([404, 410].includes(reply.status), `${at}: ${reply.status}`);
    }
    await publish(control, manager, id);
    assert.equal((await nobody.get(`/api/v1/links/${token}`)).superseded, true);
    assert.equal(
      (await nobody.get(`/api/v1/links/${token}`)).unit.publication.hash,
      page.unit.publication.hash,
    );
    await control.post(
      `/api/v1/projects/${id}/link-revocations`,
      { scope: 'link', short_code: link.short_code, reason: '丢失' },
      201,
    );
    await nobody.refused('GET', `/api/v1/links/${token}`, 410, 'link.gone');
    const next = await kiosk.get(`/api/v1/public/units/${u.id}/link`);
    const nextToken = next.url.split('/').at(-1);
    await nobody.get(`/api/v1/links/${nextToken}`);
    await control.post(
      `/api/v1/projects/${id}/link-revocations`,
      { scope: 'unit', unit_id: u.id, reason: '全撤' },
      201,
    );
    await nobody.refused('GET', `/api/v1/links/${nextToken}`, 410, 'link.gone');
    const { items } = await control.get(`/api/v1/projects/${id}/link-revocations`);
    const { user } = await control.get('/api/v1/session');
    assert.deepEqual(
      items.map((r) => [r.scope, r.by, r.by_name]),
      ['unit', 'link'].map((scope) => [scope, user.login, user.name]),
    );
  });
});
