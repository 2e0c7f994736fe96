// The contract and who may do what: every operation against every role, and against the data scope.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { contract, operations, schemaErrors } from './lib/contract.mjs';
import { ANCHANGD, Site } from './lib/site.mjs';

// The seed roles and their rights come from the daemon itself (GET /rights); these are the people.
const STAFF_ROLES = [
  'admin',
  'group-manager',
  'group-finance',
  'company-finance',
  'company-marketing',
  'company-sales',
  'sales-manager',
  'sales-controller',
  'cashier',
  'consultant',
  'service',
  'auditor',
];

// Those of the demo site, who need not be made first.
const DEMO_LOGINS = {
  admin: 'admin',
  'sales-manager': 'manager',
  'sales-controller': 'control',
  cashier: 'cashier',
  consultant: 'sales',
  auditor: 'audit',
};

// What opens a session or ends the caller's own is not part of a matrix.
const OWN_SESSION = new Set(['login', 'logout', 'password_change', 'terminal_pair']);
const STREAMS = new Set(['events', 'my_events', 'public_events', 'device_events', 'terminal_events']);
const UPLOADS = new Set([
  'media_upload',
  'deal_media_upload',
  'import_upload',
  'advice_upload',
  'escrow_list_upload',
  'invoice_result_upload',
  'measurement_sheet',
]);

/** Whether it is asked of a project by the query. */
const byProject = ({ operation }) => (operation.parameters ?? []).some((p) => p.name === 'project' && p.in === 'query');

/** A path of the operation with the ids of @ids; unknown ones read 999999. */
function pathOf(operation, ids) {
  const path = operation.path.replace(/\{([a-z_]+)\}/g, (_, name) => ids[name] ?? 999999);
  return byProject(operation) ? `${path}?project=${ids.project}${UPLOADS.has(operation.id) ? '&name=x.csv' : ''}` : path;
}

/** A body that no handler accepts: the right is asked for before the body is read. */
function requestOf(operation) {
  if (UPLOADS.has(operation.id)) return { bytes: Buffer.from('x') };
  return operation.method === 'GET' || operation.method === 'DELETE' ? {} : { body: { nonsense: 1 } };
}

/** What @client gets for it: the status, streams closed at once. */
async function statusOf(client, operation, ids) {
  const path = pathOf(operation, ids);
  if (!STREAMS.has(operation.id))
    return (await client.request(operation.method, path, requestOf(operation))).status;
  try {
    const stream = await client.events(path);
    await stream.close();
    return 200;
  } catch (error) {
    return Number(/: (\d{3})$/.exec(error.message)?.[1]);
  }
}

function idsOf(chart, unitDetail) {
  return {
    project: chart.project.id,
    building: chart.buildings[0].id,
    unit: unitDetail.id,
    layout: chart.layouts[0].id,
    publication: chart.publication.id,
  };
}

describe('contract', () => {
  let site, admin, control, ids;

  before(async () => {
    site = await Site.demo();
    [admin, control] = [await site.login('admin'), await site.login('control')];
    const [project] = (await control.get('/api/v1/projects')).items;
    const chart = await control.get(`/api/v1/projects/${project.id}/chart`);
    const unit = await control.get(`/api/v1/units/${chart.buildings[0].units[0][0]}`);
    ids = idsOf(chart, unit);
    ids.item = 'P3';
  });
  after(() => site.close());

  test('the route table is the contract', () => {
    const routes = spawnSync(ANCHANGD, ['--routes'], { encoding: 'utf8' }).stdout.trim().split('\n');
    const named = operations.map((o) => `${o.method} ${o.path} ${o.right}`);
    assert.deepEqual(routes.sort(), named.sort());
    assert.equal(new Set(operations.map((o) => o.id)).size, operations.length, 'operationIds are unique');
  });

  test('every right of the contract exists, every role has rights', async () => {
    const { items, roles } = await admin.get('/api/v1/rights');
    // no post can have what is for machines and for anybody
    const known = new Set([...items.map((r) => r.code), 'none', 'terminal.self']);
    for (const o of operations) assert.ok(known.has(o.right), `${o.id}: ${o.right}`);
    for (const role of STAFF_ROLES)
      assert.ok(
        roles.some((r) => r.code === role && r.rights.length),
        role,
      );
  });

  test('every object of the contract is closed to further members', () => {
    for (const [name, schema] of Object.entries(contract.components.schemas))
      if (schema.type === 'object') assert.equal(schema.additionalProperties, false, name);
  });

  test('a refusal has a code of the list', () => {
    const problem = { type: 'about:blank', title: 'x', status: 404, detail: 'x', code: 'not-found' };
    const errors = [{ code: 'field.range', detail: 'x' }];
    assert.equal(schemaErrors('Problem', { ...problem, errors }), '');
    assert.notEqual(schemaErrors('Problem', { ...problem, code: 'not.of.the.list' }), '');
    assert.notEqual(schemaErrors('Problem', { ...problem, errors: [{ ...errors[0], code: 'x' }] }), '');
  });

  test('without a session: 401 everywhere but at what is open to anybody', async () => {
    const nobody = site.client();
    for (const operation of operations) {
      if (operation.right === 'none' && OWN_SESSION.has(operation.id)) continue;
      const status = await statusOf(nobody, operation, ids);
      if (operation.right === 'none')
        assert.ok([200, 404, 410].includes(status), `${operation.id}: ${status}`);
      else assert.equal(status, 401, `${operation.method} ${operation.path}`);
    }
  });

  test('every role: what it has the right for and nothing else', async () => {
    const { roles } = await admin.get('/api/v1/rights');
    const people = new Map();
    for (const role of STAFF_ROLES) {
      const login = DEMO_LOGINS[role];
      people.set(role, await (login ? site.login(login) : site.user(`r-${role}`, role)));
    }
    people.set('kiosk', await site.terminal(admin, { kind: 'kiosk', project: ids.project }));
    people.set('counter', await site.terminal(admin, { kind: 'counter', project: ids.project }));
    let cells = 0;
    for (const [role, client] of people) {
      const rights = new Set(client.session.rights);
      const seed = roles.find((r) => r.code === role);
      if (seed) assert.deepEqual([...rights].sort(), [...seed.rights].sort(), role);
      for (const operation of operations) {
        if (OWN_SESSION.has(operation.id) || operation.right === 'none') continue;
        // a picture of the chart takes a while: its right is tried on a project that is not there
        const there = operation.right === 'export' ? {} : ids;
        const status = await statusOf(client, operation, there);
        const cell = `${role}: ${operation.method} ${operation.path} -> ${status}`;
        const allowed =
          operation.right === 'self' ||
          (rights.has(operation.right) && (!operation.reads || rights.has(operation.reads)));
        if (!allowed) assert.equal(status, 403, cell);
        else {
          assert.ok(status < 500 && status !== 401, cell);
          // 403 of somebody entitled can only be a rule beyond the right; there is none for a GET
          if (operation.method === 'GET') assert.notEqual(status, 403, cell);
        }
        cells++;
      }
    }
    assert.ok(cells > 1000);
  });

  test('T6: a member that is not in the contract is named by every operation, and nothing is done', async () => {
    const audit = await site.login('audit');
    const head = async () => (await audit.get('/api/v1/audit?limit=1')).items[0].seq;
    const people = [admin, control, await site.terminal(admin)];
    for (const { code } of (await admin.get('/api/v1/rights')).roles)
      people.push(await site.user(`t6-${code}`, code));
    const seq = await head();
    let tried = 0;
    for (const operation of operations) {
      if (OWN_SESSION.has(operation.id) || !operation.operation.requestBody) continue;
      if (!operation.operation.requestBody.content['application/json']) continue;
      const who = people.find((c) => operation.right === 'self' || c.session.rights.includes(operation.right));
      assert.ok(who, `${operation.id}: ${operation.right}`);
      const path = pathOf(operation, { ...ids, permit: 1, fee: 1, discount: 1, user: 1, post: 1, area: 1 });
      const reply = await who.request(operation.method, path, { body: { version: 1, is_admin: true } });
      const what = `${operation.id}: ${reply.status} ${reply.bytes}`;
      if ([404, 410].includes(reply.status)) continue; // what it is of is not there
      assert.deepEqual([reply.status, reply.body.code], [422, 'fields.wrong'], what);
      assert.ok(
        reply.body.errors.some((e) => e.field === 'is_admin' && e.code === 'field.unknown'),
        what,
      );
      tried++;
    }
    assert.ok(tried > 30, String(tried));
    assert.equal(await head(), seq);
  });

  test('a kiosk: the public chart and its own calls alone', async () => {
    const kiosk = await site.terminal(admin, { kind: 'kiosk', project: ids.project });
    assert.deepEqual([...kiosk.session.rights].sort(), ['chart.public', 'self', 'terminal.self']);
    for (const operation of operations) {
      if (OWN_SESSION.has(operation.id) || operation.right === 'none') continue;
      const status = await statusOf(kiosk, operation, ids);
      const open = ['chart.public', 'terminal.self', 'self'].includes(operation.right);
      assert.equal(status === 403, !open, `${operation.id}: ${status}`);
    }
    // its session is no user's: nothing to log out of, no password to change
    await kiosk.refused('POST', '/api/v1/session/password', 403, null, { body: { old: 'x', new: 'y' } });
  });

  test('data scope: what is of another project is not there', async () => {
    const manager = await site.login('manager');
    const other = await manager.post('/api/v1/projects', { name: '乙项目' }, 201);
    const building = await manager.post(`/api/v1/projects/${other.id}/buildings`, { name: '1栋' }, 201);
    const every = (await admin.get('/api/v1/rights')).items.map((r) => r.code);
    const rights = every.filter((r) => r !== 'none' && r !== 'terminal.self');
    const post = { name: '只看乙', rights, all_projects: false, project_ids: [other.id] };
    const { id } = await admin.post('/api/v1/posts', post, 201);
    const outsider = await site.user('outsider', '只看乙');
    assert.deepEqual(outsider.session.projects, [other.id]);

    const mine = await outsider.get('/api/v1/projects');
    assert.deepEqual(
      mine.items.map((p) => p.id),
      [other.id],
    );
    await outsider.get(`/api/v1/projects/${other.id}/tree`);

    const permit = (await control.get(`/api/v1/projects/${ids.project}/permits`)).items[0].id;
    const disclosure = await control.get(`/api/v1/projects/${ids.project}/disclosure`);
    const theirs = { ...ids, permit, fee: disclosure.fees[0].id, discount: disclosure.discounts[0].id };
    const scoped = ['project', 'building', 'unit', 'layout', 'publication', 'permit', 'fee', 'discount'];
    for (const operation of operations) {
      if (!byProject(operation) && !operation.params.some((name) => scoped.includes(name))) continue;
      const status = await statusOf(outsider, operation, theirs);
      // a write may say first that its body is wrong, which tells nothing about the object
      const wanted = operation.method === 'GET' || operation.method === 'DELETE' ? [404] : [404, 422];
      assert.ok(wanted.includes(status), `${operation.method} ${pathOf(operation, theirs)} -> ${status}`);
    }
    await outsider.refused('POST', `/api/v1/projects/${ids.project}/publications`, 404, 'not-found', {
      body: {},
    });
    await outsider.refused('DELETE', `/api/v1/buildings/${ids.building}`, 404, 'not-found');
    // a project of one's own does not open the units of another
    const unit = await control.get(`/api/v1/units/${ids.unit}`);
    const hold = {
      units: [{ id: unit.id, version: unit.version }],
      reason: 'x',
      until_ms: Date.now() + 3600000,
    };
    await outsider.refused('POST', `/api/v1/projects/${other.id}/units/hold`, 404, 'not-found', {
      body: hold,
    });
    assert.equal((await control.get(`/api/v1/units/${ids.unit}`)).version, unit.version);

    // a change of the post's scope is felt by the open session
    const { items } = await admin.get('/api/v1/posts');
    const change = { version: items.find((p) => p.id === id).version, project_ids: [ids.project] };
    await admin.patch(`/api/v1/posts/${id}`, change);
    await outsider.get(`/api/v1/units/${ids.unit}`);
    await outsider.refused('DELETE', `/api/v1/buildings/${building.id}`, 404, 'not-found');
  });

  test('data scope of one building: its units, not those of the next, nothing of the whole project', async () => {
    const manager = await site.login('manager');
    const { buildings } = await control.get(`/api/v1/projects/${ids.project}/chart`);
    const [own, next] = buildings;
    assert.ok(own && next, 'two buildings');
    await admin.post(
      '/api/v1/posts',
      { name: '一栋', rights: manager.session.rights, all_projects: false, building_ids: [own.id] },
      201,
    );
    const clerk = await site.user('one-building', '一栋');
    assert.deepEqual(clerk.session.projects, [ids.project]);
    const seen = await clerk.get(`/api/v1/projects/${ids.project}/chart`);
    assert.deepEqual(
      seen.buildings.map((b) => b.id),
      [own.id],
    );
    const theirs = next.units.find((u) => u[5] === 'A' || u[5] === 'U')[0];
    const { version } = await control.get(`/api/v1/units/${theirs}`);
    await clerk.get(`/api/v1/units/${own.units[0][0]}`);
    await clerk.refused('GET', `/api/v1/units/${theirs}`, 404, 'not-found');
    const path = `/api/v1/projects/${ids.project}/units/hold`;
    const hold = { units: [{ id: theirs, version }], reason: 'x', until_ms: Date.now() + 3600000 };
    await clerk.refused('POST', path, 404, 'not-found', { body: hold });
    await clerk.refused('POST', `/api/v1/projects/${ids.project}/publications`, 403, 'scope.partial', {
      body: {},
    });
    // what happens next door is told without what it is
    const events = await clerk.events(`/api/v1/events?project=${ids.project}`);
    await control.post(path, hold);
    assert.deepEqual((await events.next('building')).data, { building_id: next.id });
    assert.ok(!events.events.some((e) => e.event === 'unit'));
    await events.close();
  });

  test('a kiosk of one project does not see another', async () => {
    const [project] = (await control.get('/api/v1/projects')).items.filter((p) => p.id !== ids.project);
    const kiosk = await site.terminal(admin, { kind: 'kiosk', project: project.id });
    assert.deepEqual((await kiosk.get('/api/v1/public/projects')).items, []);
    for (const path of [
      `projects/${ids.project}/chart`,
      `projects/${ids.project}/disclosure`,
      `projects/${ids.project}/buildings/${ids.building}`,
      `units/${ids.unit}`,
      `units/${ids.unit}/estimate`,
      `units/${ids.unit}/link`,
      `units/${ids.unit}/qr.svg`,
      `units/${ids.unit}/qr.png`,
    ])
      await kiosk.refused('GET', `/api/v1/public/${path}`, 404);
  });
});
