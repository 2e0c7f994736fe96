// What is to be done for a deal, over the API: templates, nodes in their order, lists by day, the board; the
// contract shown, reviewed, countersigned, handed on; mortgages; notices; the texts of papers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chinaDay } from './lib/day.mjs';
import { DOCUMENT, PHONE, Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, manager, control, cashier, sales, service, lawyer, made, project;
before(async () => {
  site = await Site.demo();
  [manager, control, cashier, sales] = await Promise.all(
    ['manager', 'control', 'cashier', 'sales'].map((login) => site.login(login)),
  );
  service = await site.user('kefu', 'service');
  lawyer = await site.user('lvshi', 'service');
  made = await Sales.of(sales, cashier);
  ({ project } = made);
});
after(() => site.close());

const of = (rest) => made.path(rest);
const subscribed = (kind) => made.subscribed(kind);
const signed = (kind) => made.signed(kind);
const nodes = async (deal, who = sales) => (await who.get(`/api/v1/deals/${deal.id}/nodes`)).items;
const node = async (deal, code, who = sales) => (await nodes(deal, who)).find((n) => n.code === code);
const contractOf = (deal, who = sales) => who.get(`/api/v1/deals/${deal.id}/contract`);

/** Somebody who sees all deals of some buildings. */
async function partOf(building_ids) {
  const admin = await site.login('admin');
  const rights = ['self', 'own', 'project.list', 'chart.view', 'deal.view', 'deal.all'];
  const scope = { all_projects: false, project_ids: [], building_ids };
  await admin.post('/api/v1/posts', { name: '分管楼栋', rights, ...scope }, 201);
  return site.user('fenguan', '分管楼栋');
}

describe('templates (AS-01)', () => {
  test('a new project has some; they are edited whole', async () => {
    const fresh = await manager.post('/api/v1/projects', { name: '新开项目' }, 201);
    const { items } = await manager.get(`/api/v1/projects/${fresh.id}/processes`);
    assert.deepEqual(
      items.map((p) => [p.plan_kinds.includes('commercial'), p.nodes.some((n) => n.kind === 'loan-apply')]),
      [
        [true, true],
        [false, false],
      ],
    );
    const options = await manager.get('/api/v1/process-options');
    assert.ok(options.kinds.some((k) => k.code === 'manual' && k.by_hand));
    assert.ok(!options.rights.some((r) => ['none', 'self', 'terminal.self'].includes(r.code)));
    const path = `/api/v1/projects/${fresh.id}/processes`;
    const body = {
      name: '分期',
      begins: 'subscribed',
      plan_kinds: ['instalments'],
      nodes: [{ code: 'a', name: '甲', kind: 'manual', right: 'deal.process', days: 3 }],
    };
    const added = await manager.post(path, body, 201);
    assert.deepEqual(added.nodes[0], { ...body.nodes[0], counts_previous: false, strict: false });
    await manager.refused('POST', path, 409, 'name.taken', { body });
    await sales.refused('POST', path, 403, 'right.denied', { body });
    const wrong = { ...body, name: 'x', nodes: [{ ...body.nodes[0], kind: 'nonsense', right: 'no.right' }] };
    const problem = await manager.refused('POST', path, 422, 'fields.wrong', { body: wrong });
    assert.deepEqual(
      problem.errors.map((e) => e.field),
      ['/nodes/0/kind', '/nodes/0/right'],
    );
    await manager.refused('POST', path, 422, 'fields.wrong', { body: { ...body, plan_kinds: ['bribe'] } });
    await manager.refused('POST', path, 422, 'fields.wrong', {
      body: { ...body, nodes: Array(41).fill(body.nodes[0]) },
    });
    const changed = await manager.put(`/api/v1/processes/${added.id}`, {
      ...body,
      version: 1,
      enabled: false,
      nodes: [],
    });
    assert.deepEqual([changed.version, changed.enabled, changed.nodes], [2, false, []]);
    await manager.refused('PUT', `/api/v1/processes/${added.id}`, 412, 'version.changed', {
      body: { ...body, version: 1 },
    });
  });
});

describe('nodes (SF-12, SF-13, AS-02 to AS-04)', () => {
  test('made with the contract, by plan; ended in order, by right, with its result', async () => {
    const before = await subscribed();
    assert.deepEqual(await nodes(before), []);
    const deal = await signed();
    const list = await nodes(deal);
    assert.deepEqual(
      list.map((n) => n.code),
      ['first-payment', 'papers', 'filing', 'loan-apply', 'loan-release', 'movein-notice', 'handover', 'title'],
    );
    assert.equal(list[1].due_date, chinaDay(7));
    assert.equal(list[3].due_date, null, 'counted from the filing');
    assert.ok(!(await nodes(await signed('one_off'))).some((n) => n.code.startsWith('loan')));
    const papers = list[1];
    assert.equal(papers.may, false);
    const done = { version: papers.version, result: '资料齐全', document: 'ZL-1' };
    const path = `/api/v1/deal-nodes/${papers.id}`;
    await sales.refused('POST', `${path}/done`, 403, 'right.denied', { body: done });
    await service.refused('POST', `/api/v1/deal-nodes/${list[3].id}/done`, 409, 'node.by-event', {
      body: { version: list[3].version, result: 'x' },
    });
    await service.refused('POST', `${path}/done`, 422, 'media.unknown', {
      body: { ...done, media_id: 'a'.repeat(32) },
    });
    await service.post(`${path}/progress`, { note: '差收入证明' }, 204);
    await service.post(`${path}/done`, done, 204);
    await service.refused('POST', `${path}/done`, 412, 'version.changed', { body: done });
    const now = await node(deal, 'papers');
    assert.deepEqual([now.state, now.result, now.document, now.done_by], ['done', '资料齐全', 'ZL-1', 'kefu']);
    assert.deepEqual(
      (await sales.get(`${path}/events`)).items.map((e) => [e.event, e.note]),
      [
        ['done', '资料齐全'],
        ['progress', '差收入证明'],
      ],
    );
  });

  test('who sees the deal hears that a step of it was done, and nobody else', async () => {
    const other = await site.user('guwen2', 'consultant');
    const deal = await signed();
    const path = `/api/v1/events?project=${project}`;
    const [own, mine, all, part, none] = await Promise.all([
      sales.events(path),
      sales.events('/api/v1/my/events'),
      service.events(path),
      (await partOf([deal.building_id])).events(path),
      other.events(path),
    ]);
    const papers = await node(deal, 'papers');
    await service.post(`/api/v1/deal-nodes/${papers.id}/done`, { version: papers.version, result: '齐' }, 204);
    for (const stream of [own, mine, all, part])
      assert.deepEqual((await stream.next('deal')).data, { deal_id: deal.id });
    // What was posted after it has come.
    const { version } = await manager.get(`/api/v1/projects/${project}`);
    await manager.patch(`/api/v1/projects/${project}`, { version, name: `听见 ${Date.now()}` });
    await none.next('project');
    assert.ok(!none.events.some((e) => e.event === 'deal'));
    await Promise.all([own, mine, all, part, none].map((stream) => stream.close()));
  });

  test('opened again by an approval and by nothing else', async () => {
    const deal = await signed();
    let papers = await node(deal, 'papers');
    const path = `/api/v1/deal-nodes/${papers.id}`;
    const ask = { version: papers.version, reason: '资料有误' };
    await service.refused('POST', `${path}/reopen`, 409, 'node.open', { body: ask });
    await service.post(`${path}/done`, { version: papers.version, result: '齐' }, 204);
    papers = await node(deal, 'papers');
    await service.refused('POST', `${path}/reopen`, 412, 'version.changed', { body: ask });
    const { approval_id } = await service.post(`${path}/reopen`, { ...ask, version: papers.version }, 201);
    await service.refused('POST', `${path}/reopen`, 409, 'approval.running', {
      body: { ...ask, version: papers.version },
    });
    assert.equal((await node(deal, 'papers')).state, 'done');
    const task = (await manager.get('/api/v1/my/approvals')).items.find((t) => t.id === approval_id);
    await manager.post(
      `/api/v1/approval-tasks/${task.task_id}/decide`,
      { version: task.version, outcome: 'approved' },
      200,
    );
    const again = await node(deal, 'papers');
    assert.deepEqual([again.state, again.done_by, again.result], ['open', null, '']);
    assert.equal((await sales.get(`${path}/events`)).items[0].event, 'reopened');
  });

  test('given to somebody; what falls due is listed, page by page, and is a to-do', async () => {
    const path = of('processes');
    const mine = (await manager.get(path)).items.find((p) => p.plan_kinds.length === 0);
    const quick = [
      { code: 'today', name: '当日事项', kind: 'manual', right: 'deal.process', days: 0 },
      { code: 'soon', name: '三日事项', kind: 'manual', right: 'deal.process', days: 3 },
      { code: 'later', name: '四日事项', kind: 'manual', right: 'deal.process', days: 4 },
    ];
    await manager.put(`/api/v1/processes/${mine.id}`, { ...mine, id: undefined, nodes: quick });
    const [deal, other] = [await signed('one_off'), await signed('one_off')];
    const list = async (query, who = service) => (await who.get(of(`node-tasks?${query}`))).items;
    const codes = (items) => items.filter((n) => n.deal_id === deal.id).map((n) => n.code);
    assert.deepEqual(codes(await list('when=due')), ['today']);
    assert.deepEqual(codes(await list('when=near')), ['soon']);
    assert.deepEqual(codes(await list('when=overdue')), []);
    await service.refused('GET', of('node-tasks?when=someday'), 422, 'fields.wrong');
    const first = await service.get(of('node-tasks?when=due&limit=1'));
    const second = await service.get(of(`node-tasks?when=due&limit=1&cursor=${first.next}`));
    assert.equal(second.next, undefined);
    assert.deepEqual([first.items[0].deal_id, second.items[0].deal_id].sort(), [deal.id, other.id].sort());
    assert.equal(first.items[0].customer, '郑**');
    const today = await node(deal, 'today', service);
    const me = service.session.user.id;
    await sales.refused('POST', `/api/v1/deal-nodes/${today.id}/assign`, 403, 'right.denied', { body: {} });
    await control.post(`/api/v1/deal-nodes/${today.id}/assign`, { version: today.version, user_id: me }, 204);
    assert.deepEqual(codes(await list('when=due&mine=1')), ['today']);
    assert.deepEqual(await list('when=due&mine=1', lawyer), []);
    const todos = async () => (await service.get('/api/v1/my/todos')).items.filter((t) => t.kind === 'node.due');
    for (const end = Date.now() + 15000; (await todos()).length < 2; )
      assert.ok(Date.now() < end, 'the timer tells');
    const now = await node(deal, 'today', service);
    await service.post(`/api/v1/deal-nodes/${now.id}/done`, { version: now.version, result: '好' }, 204);
    assert.ok(!(await todos()).some((t) => t.object_id === now.id), 'ended by what it was for');
  });

  test("another's deal is not there", async () => {
    const deal = await signed();
    const rival = await site.user('rival', 'consultant');
    const papers = await node(deal, 'papers');
    for (const path of [`deals/${deal.id}/nodes`, `deals/${deal.id}/contract`, `deals/${deal.id}/mortgages`])
      await rival.refused('GET', `/api/v1/${path}`, 404, 'not-found');
    await rival.refused('GET', `/api/v1/deal-nodes/${papers.id}/events`, 404, 'not-found');
    await rival.refused('POST', `/api/v1/deals/${deal.id}/showings`, 404, 'not-found', {
      body: { items: ['permit'] },
    });
    assert.deepEqual((await rival.get(of('service-board'))).items, []);
  });
});

describe('the contract (SF-27, SF-34, SF-36, SF-37)', () => {
  test('shown, reviewed, countersigned in order, filed, handed on', async () => {
    let deal = await subscribed();
    await sales.refused('POST', `/api/v1/deals/${deal.id}/advance`, 409, 'contract.showing-missing', {
      body: { version: deal.version, stage: 'C', document: 'HT-x' },
    });
    await sales.refused('POST', `/api/v1/deals/${deal.id}/showings`, 422, 'field.choice', {
      body: { items: ['nonsense'] },
    });
    deal = await signed();
    const path = `/api/v1/deals/${deal.id}/contract`;
    const sheet = await contractOf(deal);
    assert.equal(sheet.document_id, deal.documents.at(-1).id);
    assert.ok(sheet.showings.length > 0 && sheet.showings.every((s) => s.done && s.actor));
    const filing = { version: deal.version, number: 'BA-9', date: chinaDay(0) };
    await control.refused('POST', `/api/v1/deals/${deal.id}/filing`, 409, 'contract.unreviewed', {
      body: filing,
    });
    await sales.refused('POST', `${path}/checks`, 403, 'right.denied', { body: { item: 'text', ok: true } });
    await control.refused('POST', `${path}/checks`, 422, 'reason.needed', { body: { item: 'text', ok: false } });
    for (const check of sheet.checks) await control.post(`${path}/checks`, { item: check.code, ok: true }, 200);
    await sales.refused('POST', `${path}/signs`, 409, 'contract.signer-not-next', { body: { signer: 'buyer' } });
    const sheetOf = [sales, sales, lawyer, control, service, manager];
    for (const [i, who] of sheetOf.entries()) {
      const reply = await who.post(`${path}/signs`, { signer: sheet.signers[i].code }, 200);
      assert.deepEqual(
        reply.signers.map((s) => s.done),
        sheetOf.map((_, k) => k <= i),
      );
    }
    deal = await control.post(`/api/v1/deals/${deal.id}/filing`, filing, 200);
    assert.equal(deal.stage, 'F');
    assert.equal((await node(deal, 'filing')).state, 'done');
    const hand = `/api/v1/deal-documents/${sheet.document_id}/hand`;
    await sales.post(hand, { holder: '建设银行', note: '按揭' }, 200);
    const { items } = await control.post(hand, { holder: '档案室' }, 200);
    assert.deepEqual(
      items.map((p) => p.holder),
      ['档案室', '建设银行'],
    );
    assert.equal((await contractOf(deal)).places[0].holder, '档案室');
  });
});

describe('mortgages (SF-16, AS-05)', () => {
  test('papers, handed in, approved: the node ends; what stands still is listed', async () => {
    const deal = await signed();
    const terms = await sales.get(`/api/v1/terms/${deal.terms_id}`);
    const path = `/api/v1/deals/${deal.id}/mortgages`;
    const body = { kind: 'commercial', bank: '建设银行', amount_fen: terms.loan_fen, years: 30 };
    await sales.refused('POST', path, 403, 'right.denied', { body });
    await service.refused('POST', path, 422, 'mortgage.too-much', {
      body: { ...body, amount_fen: terms.loan_fen + 1 },
    });
    let sheet = await service.post(path, body, 200);
    const [loan] = sheet.items;
    const step = (more, status = 200) =>
      service.post(`/api/v1/mortgages/${loan.id}/step`, { version: sheet.items[0].version, ...more }, status);
    await service.refused('POST', `/api/v1/mortgages/${loan.id}/step`, 409, 'mortgage.papers', {
      body: { version: 1, step: 'submit' },
    });
    const stale = async (days) => (await service.get(of(`stale-mortgages?days=${days}`))).items.map((m) => m.id);
    assert.ok((await stale(0)).includes(loan.id));
    assert.ok(!(await stale(1)).includes(loan.id));
    await service.refused('POST', `/api/v1/mortgages/${loan.id}/papers`, 422, 'field.choice', {
      body: { version: 1, papers: ['bribe'] },
    });
    sheet = await service.post(
      `/api/v1/mortgages/${loan.id}/papers`,
      { version: 1, papers: sheet.papers.map((p) => p.code) },
      200,
    );
    sheet = await step({ step: 'submit' });
    sheet = await step({ step: 'approve', amount_fen: terms.loan_fen });
    assert.equal(sheet.items[0].state, 'approved');
    assert.equal((await node(deal, 'loan-apply')).state, 'done');
    assert.ok(!(await stale(0)).includes(loan.id));
  });
});

describe('move-in notices (SF-19)', () => {
  test('ten days ahead, all or none, with the proof', async () => {
    const [deal, other] = [await signed(), await subscribed()];
    const path = of('movein-notices');
    const body = { deal_ids: [deal.id], handover_date: chinaDay(9), way: 'post' };
    const problem = await service.refused('POST', path, 422, 'movein.early', { body });
    assert.match(problem.detail, new RegExp(chinaDay(10)));
    const list = async (query = '') => (await service.get(`${path}?limit=199${query}`)).items;
    await service.refused('POST', path, 409, 'contract.none', {
      body: { ...body, handover_date: chinaDay(10), deal_ids: [deal.id, other.id] },
    });
    assert.equal((await list(`&deal=${deal.id}`))[0].id, null, 'nothing half-done');
    await service.post(path, { ...body, handover_date: chinaDay(10) }, 204);
    const [row] = await list(`&deal=${deal.id}&which=sent`);
    assert.equal((await node(deal, 'movein-notice')).state, 'done');
    await service.refused('POST', `/api/v1/movein-notices/${row.id}/deliver`, 422, 'fields.wrong', { body: {} });
    await service.post(`/api/v1/movein-notices/${row.id}/deliver`, { proof: 'EMS 1234' }, 204);
    await service.refused('POST', `/api/v1/movein-notices/${row.id}/deliver`, 409, 'movein.delivered', {
      body: { proof: 'x' },
    });
    assert.deepEqual((await list(`&deal=${deal.id}&which=delivered`))[0].proof, 'EMS 1234');
  });
});

describe('papers (SF-25, SF-26)', () => {
  const text = '合同 {{单据编号}}\n买受人：{{买受人}} {{证件号码}} {{phones}}\n总价 {{总价}} 元（{{总价大写}}）\n{{监管账号}}';

  test('a template: draft, previewed, used; the text of a contract, masked and in clear', async () => {
    const path = of('document-templates');
    const problem = await manager.refused('POST', path, 422, 'fields.wrong', {
      body: { kind: 'contract', name: '合同', body: '{{没有}} {{nothing}}' },
    });
    assert.deepEqual(
      problem.errors.map((e) => e.code),
      ['template.field', 'template.field'],
    );
    await sales.refused('POST', path, 403, 'right.denied', { body: {} });
    const draft = await manager.post(path, { kind: 'contract', name: '合同', body: 'x' }, 201);
    const one = `/api/v1/document-templates/${draft.id}`;
    const saved = await manager.patch(one, { version: draft.version, body: text });
    await manager.refused('PATCH', one, 412, 'version.changed', {
      body: { version: draft.version, name: '另一人' },
    });
    assert.equal((await manager.get(one)).name, '合同');
    const shown = (await manager.post(`${path}/preview`, { kind: 'contract', body: text }, 200)).body;
    assert.doesNotMatch(shown, /{{/);
    const used = await manager.post(`/api/v1/document-templates/${draft.id}/activate`, undefined, 200);
    assert.equal(used.state, 'active');
    await manager.refused('PATCH', one, 409, 'template.used', {
      body: { version: saved.version, body: 'y' },
    });
    const deal = await signed();
    // The paper before it had no template: it has no text.
    const [row, ...more] = (await sales.get(`/api/v1/deals/${deal.id}/document-texts`)).items;
    assert.deepEqual([row.kind, row.change, row.number, more], ['contract', null, deal.documents.at(-1).number, []]);
    const masked = (await sales.get(`/api/v1/document-texts/${row.id}`)).body;
    assert.match(masked, /郑\*\* \*+002X 139\*+0001/);
    const total = (deal.total_fen / 100).toLocaleString('en', { minimumFractionDigits: 2 });
    assert.ok(masked.includes(`总价 ${total} 元（`), masked);
    assert.match(masked, /元整）|[角分]整?）/);
    const clear = `/api/v1/document-texts/${row.id}/clear`;
    await sales.refused('POST', clear, 403, 'right.denied');
    const whole = (await manager.post(clear, undefined, 200)).body;
    assert.match(whole, new RegExp(`郑一鸣 ${DOCUMENT} ${PHONE}`));
    const audit = await site.login('audit');
    const log = (await audit.get('/api/v1/audit?limit=5')).items;
    assert.ok(log.some((row) => row.action === 'document.clear' && row.object === `deal:${deal.id}`));
    await sales.refused('GET', '/api/v1/document-texts/999999', 404, 'not-found');
    await sales.refused('GET', '/api/v1/deals/999999/document-texts', 404, 'not-found');
    const fields = (await manager.get('/api/v1/document-fields')).items;
    assert.ok(fields.some((f) => f.personal) && fields.some((f) => !f.personal));
  });

  test('a notice has a paper of its own, with the day it names', async () => {
    const body = '入伙通知书 {{单据编号}}：请{{买受人}}于 {{交付日期}} 接收 {{房号}}';
    const preview = async () => (await manager.post(`${of('document-templates')}/preview`, { kind: 'movein_notice', body }, 200)).body;
    await manager.post(of('document-templates'), { kind: 'movein_notice', name: '入伙', body }, 201).then((t) =>
      manager.post(`/api/v1/document-templates/${t.id}/activate`, undefined, 200),
    );
    const deal = await signed();
    await service.post(of('movein-notices'), { deal_ids: [deal.id], handover_date: '2099-01-15', way: 'sms' }, 204);
    const row = (await sales.get(`/api/v1/deals/${deal.id}/document-texts`)).items.at(-1);
    assert.equal(row.kind, 'movein_notice');
    const got = (await sales.get(`/api/v1/document-texts/${row.id}`)).body;
    assert.match(got, /：请郑\*\*于 2099-01-15 接收 .+-\d+/);
    assert.equal(await preview(), got);
  });

  test('more than a template holds is refused, and nothing of it is kept', async () => {
    const path = of('document-templates');
    const body = { kind: 'booking', name: '长', body: '字'.repeat(60001) };
    await manager.refused('POST', path, 422, 'fields.wrong', { body });
    assert.deepEqual((await manager.get(`${path}?kind=booking`)).items, []);
    await manager.post(path, { ...body, body: '字'.repeat(60000) }, 201);
  });
});

describe('the service board (AS-13)', () => {
  test('one row per contract, each cell its node; filters; pages', async () => {
    const deal = await signed();
    const seen = [];
    for (let next = ''; next !== undefined; ) {
      const page = await service.get(of(`service-board?limit=2${next && `&cursor=${next}`}`));
      seen.push(...page.items);
      next = page.next;
    }
    assert.equal(new Set(seen.map((row) => row.deal_id)).size, seen.length);
    const row = seen.find((r) => r.deal_id === deal.id);
    assert.deepEqual(row.nodes, await nodes(deal, service));
    const board = async (query) => (await service.get(of(`service-board?limit=199&${query}`))).items;
    const filed = await board('stage=F');
    assert.ok(filed.length > 0 && filed.length < seen.length && filed.every((r) => r.stage === 'F'));
    assert.deepEqual(await board('overdue=1'), []);
    const loans = await board('kind=loan-apply');
    assert.ok(loans.length > 0 && loans.every((r) => r.nodes.some((n) => n.kind === 'loan-apply' && n.state === 'open')));
    assert.ok((await board(`user=${sales.session.user.id}`)).length === seen.length);
    site.verify();
  });
});
