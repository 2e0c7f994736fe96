// Approvals over the API: who may, what waits for whom, the way of a request, settings with versions, and
// re-pricing plans as what is asked for (WF-01 to WF-08, WF-10 to WF-12, PR-03).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { DEMO_PASSWORD, Site } from './lib/site.mjs';
import { internalUnits, publicUnits, publish, readyProject } from './lib/walk.mjs';

let site, admin, control, manager, group, sales, project;
before(async () => {
  site = await Site.demo();
  [admin, control, manager, group, sales] = await Promise.all(
    ['admin', 'control', 'manager', 'group', 'sales'].map((name) => site.login(name)),
  );
  project = await readyProject(control, {
    name: '调价园',
    list: { buildings: 1, floors: 4, rooms: 2 },
  });
  await publish(control, manager, project);
});
after(() => site.close());

const PLAN = {
  target: 'list',
  method: 'percent',
  per: 'total',
  title: '春季调价',
  reason: '去化慢',
};
const plan = (more = {}, status = 201) =>
  control.post(`/api/v1/projects/${project}/reprices`, { ...PLAN, value: -100, ...more }, status);
const request = (client, id) => client.get(`/api/v1/approvals/${id}`);
const waiting = async (client, approval) =>
  (await client.get('/api/v1/my/approvals?limit=200')).items.find((a) => a.id === approval);
const decide = (client, task, outcome, more = {}, status = 200) =>
  client.post(
    `/api/v1/approval-tasks/${task.task_id}/decide`,
    { version: task.version, outcome, note: '按此办理', ...more },
    status,
  );
const todos = async (client) => (await client.get('/api/v1/my/todos?limit=200')).items;
/** Of the units that a plan may change: those for sale. */
const prices = async () =>
  new Map((await internalUnits(control, project)).filter((u) => u.state === 'A').map((u) => [u.id, u.total]));

describe('a plan and its approval', () => {
  test('nothing changes before approval; the last one carries it out; the chart waits', async () => {
    const before = await prices();
    const preview = await control.get(
      `/api/v1/projects/${project}/reprice-preview?target=list&method=percent&per=total&value=-100`,
    );
    assert.equal(preview.planned, before.size);
    const made = await plan();
    assert.equal(made.state, 'pending');
    assert.deepEqual(await prices(), before);
    // Who asks has no part in it, whatever he may do otherwise.
    assert.equal(await waiting(control, made.approval_id), undefined);
    const task = await waiting(manager, made.approval_id);
    assert.equal(task.subject, 'reprice');
    await control.refused('POST', `/api/v1/approval-tasks/${task.task_id}/decide`, 403, 'approval.self', {
      body: { version: task.version, outcome: 'approved' },
    });
    for (const stranger of [sales, admin]) {
      await stranger.refused('POST', `/api/v1/approval-tasks/${task.task_id}/decide`, 404, 'not-found', {
        body: { version: task.version, outcome: 'approved' },
      });
      await stranger.refused('GET', `/api/v1/approvals/${made.approval_id}`, 404, 'not-found');
      await stranger.refused('GET', `/api/v1/reprices/${made.id}`, [403, 404], null);
    }
    const own = (await control.get('/api/v1/my/requests')).items.find((r) => r.id === made.approval_id);
    assert.equal(own.state, 'running');
    assert.deepEqual(own.holders, ['陈经理']);
    assert.equal(own.nodes.length, 1);

    const done = await decide(manager, task, 'approved');
    assert.equal(done.state, 'approved');
    assert.deepEqual(
      done.nodes.map((n) => n.state),
      ['passed', 'over'],
    );
    assert.equal(done.nodes[0].seats.find((s) => s.decided_by)?.decided_by, '陈经理');
    const after = await prices();
    for (const [id, fen] of before) assert.ok(after.get(id) < fen);
    const read = await manager.get(`/api/v1/reprices/${made.id}`);
    assert.equal(read.state, 'executed');
    assert.equal(read.changed, before.size);
    const kiosk = await site.terminal(admin, { project });
    const shown = new Map((await publicUnits(kiosk, project)).map((u) => [u.id, u.total]));
    for (const [id, fen] of before) assert.equal(shown.get(id), fen, 'until the next publication');
  });

  test('a steep one goes two steps; an amount too', async () => {
    const made = await plan({ value: -600, title: '大幅下调' });
    const first = await waiting(manager, made.approval_id);
    assert.equal(await waiting(group, made.approval_id), undefined);
    let now = await decide(manager, first, 'approved');
    assert.equal(now.state, 'running');
    assert.deepEqual(
      now.nodes.map((n) => n.state),
      ['passed', 'current'],
    );
    const second = await waiting(group, made.approval_id);
    now = await decide(group, second, 'rejected', { note: '幅度过大' });
    assert.equal(now.state, 'rejected');
    assert.equal((await control.get(`/api/v1/reprices/${made.id}`)).state, 'rejected');
  });

  test('returned, mended, sent again as a new one that names the old', async () => {
    const made = await plan({ title: '待修改' });
    await decide(manager, await waiting(manager, made.approval_id), 'returned', {
      note: '理由不足',
    });
    const mine = (await todos(control)).find((t) => t.object_id === made.approval_id);
    assert.equal(mine.kind, 'returned');
    const again = await plan({ title: '已修改', resubmits_id: made.approval_id });
    assert.equal((await request(control, again.approval_id)).resubmits_id, made.approval_id);
    assert.equal((await request(control, made.approval_id)).resubmitted_id, again.approval_id);
    assert.ok(!(await todos(control)).some((t) => t.object_id === made.approval_id && t.kind === 'returned'));
    const now = await request(control, again.approval_id);
    const back = await control.post(`/api/v1/approvals/${again.approval_id}/withdraw`, {
      version: now.version,
    });
    assert.equal(back.state, 'withdrawn');
    assert.ok(!(await todos(manager)).some((t) => t.title === '已修改'));
  });

  test('stale, retried, urged', async () => {
    const made = await plan({ title: '催一催' });
    const task = await waiting(manager, made.approval_id);
    await control.post(`/api/v1/approvals/${made.approval_id}/urge`);
    await control.refused('POST', `/api/v1/approvals/${made.approval_id}/urge`, 409, 'approval.urged');
    await manager.refused('POST', `/api/v1/approvals/${made.approval_id}/urge`, 404, 'not-found');
    await manager.refused('POST', `/api/v1/approval-tasks/${task.task_id}/decide`, 412, 'version.changed', {
      body: { version: task.version + 1, outcome: 'approved' },
    });
    const key = newKey();
    const body = { version: task.version, outcome: 'rejected', note: '不同意' };
    const path = `/api/v1/approval-tasks/${task.task_id}/decide`;
    const first = await manager.post(path, body, 200, { key });
    assert.deepEqual(await manager.post(path, body, 200, { key }), first);
    await manager.refused('POST', path, 409, 'approval.state', { body });
    const { events } = await request(control, made.approval_id);
    assert.deepEqual(
      events.map((e) => e.event),
      ['submitted', 'urged', 'rejected'],
    );
  });

  test('at its time, once; cancelled before it', async () => {
    const at = Date.now() + 4000;
    const made = await plan({ value: -50, title: '定时', effective_ms: at });
    const gone = await plan({ value: -70, title: '取消', effective_ms: at });
    for (const one of [made, gone])
      await decide(manager, await waiting(manager, one.approval_id), 'approved');
    const approved = await control.get(`/api/v1/reprices/${gone.id}`);
    assert.equal(approved.state, 'approved');
    await control.post(`/api/v1/reprices/${gone.id}/cancel`, {
      version: approved.version,
      reason: '不调了',
    });
    const before = await prices();
    let now;
    for (const end = Date.now() + 30000; Date.now() < end;) {
      now = await control.get(`/api/v1/reprices/${made.id}`);
      if (now.state === 'executed') break;
    }
    assert.equal(now.state, 'executed');
    assert.ok(now.executed_ms >= at && now.executed_ms < at + 15000, `${now.executed_ms - at} ms after`);
    const after = await prices();
    for (const [id, fen] of before) assert.ok(after.get(id) < fen);
    assert.equal((await control.get(`/api/v1/reprices/${gone.id}`)).state, 'cancelled');
    const { items } = await control.get(`/api/v1/reprices/${made.id}/units?limit=3`);
    assert.equal(items.length, 3);
  });

  test('PR-03: held units are skipped and listed; a published price is set in no other way', async () => {
    const [held] = await internalUnits(control, project);
    await control.post(`/api/v1/projects/${project}/units/hold`, {
      units: [{ id: held.id, version: held.version }],
      reason: '保留',
      until_ms: Date.now() + 3600000,
    });
    const { items } = await control.get(
      `/api/v1/projects/${project}/reprice-preview?target=list&method=amount&per=total&value=-100000`,
    );
    assert.equal(items.find((u) => u.unit_id === held.id).reason, 'held');
    const [, other] = await internalUnits(control, project);
    const full = await control.get(`/api/v1/units/${other.id}`);
    await control.refused('POST', `/api/v1/units/${other.id}/price`, 409, 'price.planned', {
      body: { version: full.version, total_fen: other.total - 100, reason: '直接改' },
    });
    for (const [query, status, code] of [
      ['target=list&method=percent&per=total&value=0', 422, 'field.range'],
      ['target=list&method=percent&per=total&value=-10000', 422, 'field.range'],
      ['target=all&method=percent&per=total&value=1', 422, 'fields.wrong'],
      ['target=list&method=percent&per=total&value=1&states=Z', 422, 'fields.wrong'],
      ['target=floor&method=percent&per=total&value=1', 403, 'right.denied'],
    ])
      await control.refused('GET', `/api/v1/projects/${project}/reprice-preview?${query}`, status, code);
    await plan({ effective_ms: 1000 }, 422);
    await sales.refused('POST', `/api/v1/projects/${project}/reprices`, 403, 'right.denied', {
      body: { ...PLAN, value: -100 },
    });
  });
});

test('an open page hears of its own tasks within 2 s, and of nobody else’s', async () => {
  const theirs = await manager.events('/api/v1/my/events');
  const strangers = await sales.events('/api/v1/my/events');
  const inProject = await manager.events(`/api/v1/events?project=${project}`);
  const start = performance.now();
  const made = await plan({ title: '通知' });
  const told = await theirs.next('todo', { timeout: 2000 });
  assert.ok(told.at - start < 2000);
  await inProject.next('approval', { test: (d) => d.id === made.approval_id, timeout: 2000 });
  const from = theirs.events.length;
  await decide(manager, await waiting(manager, made.approval_id), 'rejected');
  await theirs.next('todo', { from, timeout: 2000 });
  assert.ok(strangers.events.every((e) => !['todo', 'approval'].includes(e.event)));
  await Promise.all([theirs.close(), strangers.close(), inProject.close()]);
});

describe('settings', () => {
  test('what a site begins with has a name in each language; what people name has the one they gave it', async () => {
    const chinese = await site.client({ lang: 'zh-CN' }).login('admin', DEMO_PASSWORD);
    const names = async (client) => {
      const { items } = await client.get('/api/v1/flows');
      const one = await client.get(`/api/v1/flows/${items[0].id}`);
      return { ...one, names: [one.name, ...one.versions.find((v) => v.state === 'active').nodes.map((n) => n.name)] };
    };
    const were = ['常规审批', '销售经理审批', '集团审批'];
    assert.deepEqual((await names(chinese)).names, were);
    const flow = await names(admin);
    assert.deepEqual(flow.names, ['Routine approval', 'Sales manager', 'Group management']);
    // What an English page sends back is what was there.
    const same = { version: flow.version, name: flow.name, enabled: true };
    assert.equal((await admin.patch(`/api/v1/flows/${flow.id}`, same)).version, flow.version);
    const nodes = flow.versions.find((v) => v.state === 'active').nodes.map((n) => ({
      ...n,
      approvers: n.approvers.map(({ post_id, user_id }) => ({ post_id, user_id })),
    }));
    await admin.put(`/api/v1/flows/${flow.id}/draft`, { version: flow.version, nodes });
    const draft = (await names(chinese)).versions.find((v) => v.state === 'draft');
    assert.deepEqual(draft.nodes.map((n) => n.name), were.slice(1));
    nodes[0].name = 'Somebody';
    const own = await admin.put(`/api/v1/flows/${flow.id}/draft`, { version: flow.version + 1, nodes });
    assert.equal(own.versions.find((v) => v.state === 'draft').nodes[0].name, 'Somebody');
    const now = await names(chinese);
    assert.equal(now.versions.find((v) => v.state === 'draft').nodes[0].name, 'Somebody');
    await admin.post(`/api/v1/flows/${flow.id}/draft/drop`, { version: now.version });
  });

  let flow;
  const rules = () => admin.get(`/api/v1/flow-rules?project=${project}`);

  test('a flow has versions; running requests keep theirs', async () => {
    const options = await admin.get('/api/v1/flow-options');
    const post = options.posts.find((p) => p.name === 'project sales manager');
    const boss = options.users.find((u) => u.name === '周总');
    flow = await admin.post('/api/v1/flows', { name: '调园流程', project_id: project }, 201);
    await admin.refused('POST', `/api/v1/flows/${flow.id}/activate`, 409, 'flow.no-draft', {
      body: { version: flow.version },
    });
    const nodes = [
      { step: 2, name: '会签', all: true, approvers: [{ post_id: post.id }, { user_id: boss.id }] },
    ];
    flow = await admin.put(`/api/v1/flows/${flow.id}/draft`, { version: flow.version, nodes });
    assert.equal(flow.versions[0].nodes[0].step, 1, 'numbered anew');
    flow = await admin.post(`/api/v1/flows/${flow.id}/activate`, { version: flow.version });
    await admin.post('/api/v1/flow-rules', {
      subject: 'reprice',
      project_id: project,
      flow_id: flow.id,
      enabled: true,
    });
    const made = await plan({ title: '会签的' });
    flow = await admin.put(`/api/v1/flows/${flow.id}/draft`, {
      version: flow.version,
      nodes: [{ step: 1, name: '集团', all: false, approvers: [{ user_id: boss.id }] }],
    });
    flow = await admin.post(`/api/v1/flows/${flow.id}/activate`, { version: flow.version });
    assert.equal(flow.active_number, 2);
    assert.equal(flow.versions.find((v) => v.number === 1).state, 'retired');
    assert.equal(flow.versions.find((v) => v.number === 1).requests, 1);
    let now = await request(control, made.approval_id);
    assert.deepEqual([now.flow_number, now.nodes.length, now.nodes[0].seats.length], [1, 1, 2]);
    await decide(group, await waiting(group, made.approval_id), 'approved');
    now = await decide(manager, await waiting(manager, made.approval_id), 'approved');
    assert.equal(now.state, 'approved');
  });

  test('bounds of rules; the project’s own come first; none that fits refuses', async () => {
    const { items } = await rules();
    const own = items.find((r) => r.subject === 'reprice');
    assert.equal(own.project_id, project);
    const global = items.find((r) => r.project_id === null && r.subject === 'reprice');
    const change = (rule, more) =>
      admin.patch(`/api/v1/flow-rules/${rule.id}`, {
        version: rule.version,
        ordinal: rule.ordinal,
        flow_id: rule.flow_id,
        enabled: rule.enabled,
        amount_from_fen: rule.amount_from_fen,
        amount_to_fen: rule.amount_to_fen,
        discount_from_bp: rule.discount_from_bp,
        discount_to_bp: rule.discount_to_bp,
        ...more,
      });
    await admin.refused('PATCH', `/api/v1/flow-rules/${own.id}`, 422, 'flow-rule.bounds', {
      body: {
        version: own.version,
        flow_id: flow.id,
        enabled: true,
        amount_from_fen: 5,
        amount_to_fen: 5,
      },
    });
    await admin.refused('PATCH', `/api/v1/flow-rules/${global.id}`, 422, 'flow-rule.flow', {
      body: { version: global.version, flow_id: flow.id, enabled: true },
    });
    const off = await change(global, { enabled: false });
    await change(own, { discount_from_bp: 9000 });
    const refused = await plan({}, 409);
    assert.equal(refused.code, 'approval.no-route');
    await change(off, { enabled: true });
    const again = await plan({ title: '又可以了' });
    assert.equal((await request(control, again.approval_id)).flow_number, 1);
  });

  test('WF-02: a new field is asked for, checked, kept and shown; a retired one stays readable', async () => {
    const field = await admin.post(
      '/api/v1/form-fields',
      {
        subject: 'reprice',
        project_id: project,
        type: 'choice',
        name: '依据',
        name_en: 'Basis',
        choices: ['会议纪要', '批文'],
        required: true,
      },
      201,
    );
    const form = await control.get(`/api/v1/projects/${project}/forms/reprice`);
    assert.deepEqual(
      form.items.map((f) => f.name),
      ['依据'],
    );
    const missing = await plan({}, 422);
    assert.equal(missing.errors[0].field, `values/${field.id}`);
    const wrong = await plan({ values: { [field.id]: '口头' } }, 422);
    assert.equal(wrong.errors[0].code, 'field.choice');
    await plan({ values: { [field.id]: '批文', 999: 'x' } }, 422);
    const made = await plan({ title: '有依据', values: { [field.id]: '批文' } });
    assert.deepEqual(
      (await request(control, made.approval_id)).values.map((v) => v.value),
      ['批文'],
    );
    const now = (await admin.get('/api/v1/form-fields')).items.find((f) => f.id === field.id);
    await admin.post(`/api/v1/form-fields/${field.id}/retire`, {
      version: now.version,
      retired: true,
    });
    assert.equal((await control.get(`/api/v1/projects/${project}/forms/reprice`)).items.length, 0);
    assert.deepEqual(
      (await request(control, made.approval_id)).values.map((v) => v.value),
      ['批文'],
    );
  });

  test('choices are texts like any other: trimmed, in one form, none twice', async () => {
    const field = { subject: 'reprice', type: 'choice', name: '口径', required: false, project_id: project };
    const made = await admin.post(
      '/api/v1/form-fields',
      { ...field, choices: [' 甲 ', '\u3000Jose\u0301'] },
      201,
    );
    assert.deepEqual(made.choices, ['甲', 'Jos\u00e9']);
    for (const choices of [['甲', ' 甲'], ['Jose\u0301', 'Jos\u00e9'], []])
      await admin.refused('POST', '/api/v1/form-fields', 422, 'customer-field.choices', {
        body: { ...field, choices },
      });
    const wrong = await admin.refused('POST', '/api/v1/form-fields', 422, 'fields.wrong', {
      body: { ...field, choices: ['甲', '长'.repeat(41), 7] },
    });
    assert.deepEqual(
      wrong.errors.map((e) => [e.code, e.row]),
      [
        ['field.length', 2],
        ['field.type', 3],
      ],
    );
    await admin.post(`/api/v1/form-fields/${made.id}/retire`, { version: made.version, retired: true });
  });

  test('who may not, and what is wrong', async () => {
    for (const path of ['/api/v1/flows', '/api/v1/flow-rules', '/api/v1/form-fields', '/api/v1/flow-options'])
      await manager.refused('GET', path, 403, 'right.denied');
    await sales.refused('GET', '/api/v1/approvals', 403, 'right.denied');
    assert.ok((await manager.get(`/api/v1/approvals?project=${project}&limit=2`)).next);
    const kiosk = await site.terminal(admin, { project });
    await kiosk.refused('GET', '/api/v1/my/todos', 403, 'right.denied');
    const fresh = await admin.get(`/api/v1/flows/${flow.id}`);
    const bad = await admin.put(
      `/api/v1/flows/${flow.id}/draft`,
      {
        version: fresh.version,
        nodes: [
          { step: 1, name: '甲', all: false, approvers: [] },
          { step: 1, name: '甲', all: false, approvers: [{ post_id: 1 }, { post_id: 1 }] },
        ],
      },
      422,
    );
    assert.deepEqual(
      bad.errors.map((e) => [e.row, e.code]),
      [
        [1, 'flow.node-approvers'],
        [2, 'flow.node-name'],
        [2, 'field.choice'],
      ],
    );
    site.verify();
  });
});
