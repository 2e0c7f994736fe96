// Special transactions over the API: asked for by one, approved by another, both units' charts, the public
// one when it is executed and not before, finance's task, and a deal as it was (FC 7, WF-10 to WF-12).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pay as payFor } from './lib/money.mjs';
import { newKey } from './lib/client.mjs';
import { Site } from './lib/site.mjs';
import { internalUnits, publicUnits } from './lib/walk.mjs';

const DOCUMENT = '11010519491231002X';
const CHANGING = 16; // of the flags of a unit

let site, admin, manager, control, cashier, sales, kiosk, project, plans, plan, buyer, other;
before(async () => {
  site = await Site.demo();
  [admin, manager, control, cashier, sales] = await Promise.all(
    ['admin', 'manager', 'control', 'cashier', 'sales'].map((login) => site.login(login)),
  );
  project = (await sales.get('/api/v1/projects')).items[0].id;
  kiosk = await site.terminal(admin, { project });
  plans = (await sales.get(`/api/v1/projects/${project}/plans`)).items.filter((p) => p.enabled);
  plan = plans.find((p) => p.kind === 'commercial');
  buyer = await customer(DOCUMENT);
  other = await customer('110105194912310038');
});
after(() => site.close());

let phones = 0;
const customer = async (number) =>
  (
    await sales.post(
      '/api/v1/customers',
      {
        kind: 'person',
        name: '郑一鸣',
        source_id: 3, // walk-in
        notice: '隐私告知 2026-01',
        phones: [{ number: `1391235${String(++phones).padStart(4, '0')}` }],
        document: { kind: 'id_card', number },
      },
      201,
    )
  ).id;

const taken = new Set();
/** A home on sale that nobody has touched, as it is now. */
async function fresh() {
  const { items } = await sales.get(`/api/v1/projects/${project}/units?limit=500`);
  const unit = items.find((u) => u.state === 'A' && u.class === 'home' && u.total_fen && !taken.has(u.id));
  taken.add(unit.id);
  return sales.get(`/api/v1/units/${unit.id}`);
}
const unitOf = (id) => sales.get(`/api/v1/units/${id}`);
const dealOf = (id) => sales.get(`/api/v1/deals/${id}`);
const terms = async (unit, more = {}) =>
  (await sales.post(`/api/v1/units/${unit.id}/terms`, { customer_id: buyer, plan_id: plan.id, ...more }, 201)).id;
async function open(unit, stage = 'S') {
  return sales.post(
    '/api/v1/deals',
    {
      stage,
      unit_id: unit.id,
      unit_version: unit.version,
      terms_id: await terms(unit),
      buyers: [{ customer_id: buyer, share_bp: 10000 }],
      document_again: DOCUMENT,
    },
    201,
  );
}
const pay = (deal, amount_fen) => payFor(cashier, deal.id, 'deposit', amount_fen);
const ask = (deal, kind, more, status = 201) =>
  sales.post(`/api/v1/deals/${deal.id}/changes`, { kind, version: deal.version, reason: '客户申请', ...more }, status);
const refused = (deal, kind, more, status, code, who = sales) =>
  who.refused('POST', `/api/v1/deals/${deal.id}/changes`, status, code, {
    body: { kind, version: deal.version, reason: '客户申请', ...more },
  });
const waiting = async (client, approval) =>
  (await client.get('/api/v1/my/approvals?limit=200')).items.find((a) => a.id === approval);
const decide = async (change, outcome = 'approved') => {
  const task = await waiting(manager, change.approval_id);
  return manager.post(
    `/api/v1/approval-tasks/${task.task_id}/decide`,
    { version: task.version, outcome, note: '按此办理' },
    200,
  );
};
const changeOf = (id) => sales.get(`/api/v1/deal-changes/${id}`);
const inside = async (unit) => (await internalUnits(sales, project)).find((u) => u.id === unit.id);
const outside = async (unit) => (await publicUnits(kiosk, project)).find((u) => u.id === unit.id).state;

describe('an exchange', () => {
  test('asked for, approved by another, seen on both charts when it is done', async () => {
    const from = await fresh();
    const to = await fresh();
    let deal = await open(from);
    const deposit = deal.due_now_fen;
    deal = await pay(deal, deposit);
    const asked_ms = Date.now();
    const terms_id = await terms(to, { deal_id: deal.id, for_change: true });
    assert.equal((await sales.get(`/api/v1/terms/${terms_id}`)).state, 'pending', 'by the change alone');
    const change = await ask(deal, 'exchange', { terms_id });
    assert.equal(change.state, 'asked');
    assert.equal(change.name, 'exchange');
    assert.equal((await dealOf(deal.id)).change_kind, 'exchange');
    assert.equal((await dealOf(deal.id)).version, deal.version, 'nothing of it changed');
    assert.ok((await inside(from)).flags & CHANGING, 'the chart inside shows it at once');
    assert.deepEqual([await outside(from), await outside(to)], ['S', 'A'], 'the one outside nothing');
    await refused(deal, 'exchange', { terms_id }, 409, 'change.running');

    const task = await waiting(manager, change.approval_id);
    assert.equal(task.subject, 'deal.exchange');
    assert.equal(await waiting(sales, change.approval_id), undefined, 'not by who asked');
    assert.equal((await manager.get(`/api/v1/deal-changes/${change.id}`)).id, change.id);
    const events = await sales.events(`/api/v1/events?project=${project}`);
    assert.equal((await decide(change)).state, 'approved');
    await events.next('deal', { test: (d) => d.deal_id === deal.id });
    await events.close();

    const done = await changeOf(change.id);
    assert.equal(done.state, 'executed');
    const [old, next] = [await dealOf(deal.id), await dealOf(done.new_deal_id)];
    assert.deepEqual([old.outcome, old.received_fen, old.to_deal_id], ['exchanged', 0, next.id]);
    assert.deepEqual([next.stage, next.received_fen, next.from_deal_id], ['S', deposit, old.id]);
    assert.equal(next.terms_id, terms_id);
    assert.deepEqual([(await inside(from)).state, (await inside(to)).state], ['A', 'S']);
    assert.ok(!((await inside(from)).flags & CHANGING));
    assert.equal(await outside(to), 'S', 'the loss is seen at once');
    assert.equal(await outside(from), 'S', 'the gain with the next publication');
    const then = await sales.get(`/api/v1/deals/${deal.id}/as-of?at_ms=${asked_ms}`);
    assert.deepEqual([then.stage, then.outcome, then.received_fen], ['S', null, deposit]);
    assert.equal(then.buyers[0].customer_id, buyer);
    assert.equal(then.receivables.reduce((all, line) => all + line.amount_fen, 0), then.total_fen);
  });

  test('who comes second hears why, and his deal stands', async () => {
    const [from, to] = [await fresh(), await fresh()];
    const deal = await open(from);
    const change = await ask(deal, 'exchange', {
      terms_id: await terms(to, { deal_id: deal.id, for_change: true }),
    });
    await open(await unitOf(to.id));
    const task = await waiting(manager, change.approval_id);
    await manager.refused('POST', `/api/v1/approval-tasks/${task.task_id}/decide`, 409, 'change.target', {
      body: { version: task.version, outcome: 'approved', note: '' },
    });
    assert.equal((await changeOf(change.id)).state, 'asked');
    await decide(change, 'returned');
    assert.equal((await changeOf(change.id)).state, 'returned');
    assert.equal((await dealOf(deal.id)).outcome, null);
    assert.ok(!((await inside(from)).flags & CHANGING));
  });
});

describe('a cancel', () => {
  test('money, the unit, finance, the archive', async () => {
    const unit = await fresh();
    let deal = await open(unit);
    deal = await pay(deal, 100000);
    const side = { fault_side: 'buyer' };
    await refused(deal, 'cancel', { ...side, refund_fen: 1 }, 422, 'change.money-sum');
    const change = await ask(deal, 'cancel', { ...side, refund_fen: 60000, forfeit_fen: 40000 });
    await cashier.refused('POST', `/api/v1/deal-changes/${change.id}/archive`, 409, 'change.state', {
      body: { version: change.version, result: '已退' },
    });
    await decide(change);
    deal = await dealOf(deal.id);
    assert.deepEqual([deal.outcome, deal.received_fen], ['cancelled', 60000]);
    assert.deepEqual(deal.receivables, []);
    const [refund] = (await cashier.get(`/api/v1/refunds?deal=${deal.id}`)).items;
    assert.deepEqual([refund.state, refund.total_fen, refund.change_id], ['approved', 60000, change.id]);
    assert.equal((await unitOf(unit.id)).state, 'A');
    const todos = async () =>
      (await cashier.get('/api/v1/my/todos?limit=200')).items.filter(
        (t) => t.kind === 'finance' && t.object_id === change.id,
      );
    assert.equal((await todos()).length, 1);
    const { version } = await changeOf(change.id);
    const archive = `/api/v1/deal-changes/${change.id}/archive`;
    await sales.refused('POST', archive, 403, 'right.denied', { body: { version, result: '已退' } });
    await cashier.refused('POST', archive, 412, 'version.changed', { body: { version: version + 1, result: '已退' } });
    await cashier.refused('POST', archive, 422, 'fields.wrong', { body: { version } });
    await cashier.refused('POST', archive, 409, 'change.unpaid', { body: { version, result: '已退' } });
    const cash = { version: refund.version, tenders: [{ tender: 'cash', amount_fen: 60000 }] };
    await cashier.post(`/api/v1/refunds/${refund.id}/pay`, cash, 200);
    const options = { key: newKey() };
    const done = await cashier.post(archive, { version, result: '已退' }, 200, options);
    assert.equal(done.result, '已退');
    assert.deepEqual(await cashier.post(archive, { version, result: '已退' }, 200, options), done);
    assert.equal((await todos()).length, 0);
    assert.equal((await dealOf(deal.id)).received_fen, 0);
    site.ctlOk('verify');
  });

  test("a buyer's penalty is kept of what goes back", async () => {
    const unit = await fresh();
    let deal = await open(unit);
    deal = await pay(deal, 100000);
    const side = { fault_side: 'buyer', refund_fen: 100000, document: '解约-1' };
    await refused(deal, 'rescind', { ...side, penalty_fen: 100001 }, 422, 'change.kept');
    await decide(await ask(deal, 'rescind', { ...side, penalty_fen: 30000 }));
    deal = await dealOf(deal.id);
    assert.deepEqual([deal.outcome, deal.received_fen, deal.receivables], ['rescinded', 70000, []]);
    const [refund] = (await cashier.get(`/api/v1/refunds?deal=${deal.id}`)).items;
    assert.equal(refund.total_fen, 70000);
    site.ctlOk('verify');
  });
});

describe('terms, buyers, days', () => {
  test('each kind its own, one after the other', async () => {
    const unit = await fresh();
    let deal = await open(unit);
    const run = async (kind, more) => {
      const change = await ask(deal, kind, more);
      await decide(change);
      assert.equal((await changeOf(change.id)).state, 'executed', kind);
      deal = await dealOf(deal.id);
    };
    const due = deal.due_ms;
    await run('postpone-signing', { days: 3 });
    assert.equal(deal.due_ms, due + 3 * 86400000);
    const wrong = { terms_id: await terms(unit, { deal_id: deal.id, for_change: true }) };
    await refused(deal, 'plan', wrong, 409, 'change.terms-kind');
    const one = plans.find((p) => p.kind === 'one_off');
    await run('plan', { terms_id: await terms(unit, { plan_id: one.id, deal_id: deal.id, for_change: true }) });
    assert.equal(deal.plan_kind, 'one_off');
    const rename = { buyers: [{ customer_id: other, share_bp: 10000 }], document: '公证-1' };
    await refused(deal, 'rename', rename, 409, 'rename.forbidden');
    await run('rename', { ...rename, exception: 'family' });
    assert.equal(deal.customer_id, other);
    await run('parties', {
      buyers: [
        { customer_id: other, share_bp: 5000 },
        { customer_id: buyer, share_bp: 5000 },
      ],
      document: '公证-2',
      exception: 'family',
    });
    assert.equal(deal.buyers.filter((b) => !b.ended_ms).length, 2);
    const line = deal.receivables.find((l) => l.due_date);
    await run('postpone-payment', { receivable_id: line.id, days: 2 });
    await run('waive', { receivable_id: deal.receivables.find((l) => l.due_date).id });
    assert.equal(deal.receivables.filter((l) => l.state === 'waived').length, 1);
    const { items } = await sales.get(`/api/v1/deals/${deal.id}/changes`);
    assert.deepEqual(
      items.map((c) => c.kind),
      ['waive', 'postpone-payment', 'parties', 'rename', 'plan', 'postpone-signing'],
    );
    assert.equal(items[3].buyers[0].customer, '郑**');
  });
});

describe('before it is asked for', () => {
  const check = (deal, kind, more, status = 200) =>
    sales.post(`/api/v1/deals/${deal.id}/changes/check`, { kind, version: deal.version, ...more }, status);

  test('the unit says which kinds there are and what each takes', async () => {
    const unit = await fresh();
    const deal = await open(unit);
    const steps = async (id) => (await sales.get(`/api/v1/units/${id}/next-steps`)).items;
    const kinds = Object.fromEntries(
      (await steps(unit.id)).filter((s) => s.step === 'change').map((s) => [s.change, s.fields]),
    );
    assert.deepEqual(kinds['postpone-signing'], [
      { field: 'days', required: true },
      { field: 'document', required: false },
    ]);
    assert.deepEqual(
      kinds.rename.map((f) => [f.field, f.required]),
      [
        ['buyers', true],
        ['exception', false],
        ['document', true],
      ],
    );
    assert.equal(kinds.exchange.find((f) => f.field === 'document').required, false, 'no contract yet');
    assert.equal((await steps(unit.id)).find((s) => s.step === 'sign').fields.length, 0);
    // Exactly these are taken: each kind with nothing misses what is required of it, and no more.
    for (const [kind, fields] of Object.entries(kinds)) {
      const wanted = fields.filter((f) => f.required).map((f) => f.field);
      if (!wanted.length) continue;
      const { errors } = await sales.refused('POST', `/api/v1/deals/${deal.id}/changes/check`, 422, 'fields.wrong', {
        body: { kind, version: deal.version },
      });
      assert.deepEqual(errors.map((e) => e.field), wanted, kind);
    }
  });

  test('what it would do, without doing it', async () => {
    const [from, to] = [await fresh(), await fresh()];
    const deal = await pay(await open(from), 100000);
    const terms_id = await terms(to, { deal_id: deal.id, for_change: true });
    const would = await check(deal, 'exchange', { terms_id });
    const dear = await sales.get(`/api/v1/terms/${terms_id}`);
    assert.deepEqual([would.was.unit_id, would.now.unit_id], [from.id, to.id]);
    assert.deepEqual([would.was.total_fen, would.now.total_fen], [deal.total_fen, dear.total_fen]);
    assert.equal(would.difference_fen, dear.total_fen - deal.total_fen);
    assert.equal(would.received_fen, 100000);
    const later = await check(deal, 'postpone-signing', { days: 3 });
    assert.deepEqual([later.was_due_ms, later.due_ms], [deal.due_ms, deal.due_ms + 3 * 86400000]);
    assert.equal(later.now, null);
    const line = deal.receivables.find((l) => l.due_date);
    assert.deepEqual((await check(deal, 'waive', { receivable_id: line.id })).line, {
      fund: line.fund,
      amount_fen: line.amount_fen,
      was_due_date: line.due_date,
      due_date: null,
    });
    const path = `/api/v1/deals/${deal.id}/changes/check`;
    const body = { kind: 'waive', version: deal.version + 1, receivable_id: line.id };
    await sales.refused('POST', path, 412, 'version.changed', { body });
    await cashier.refused('POST', path, 403, 'right.denied', { body });
    assert.deepEqual((await sales.get(`/api/v1/deals/${deal.id}/changes`)).items, []);
    assert.equal((await dealOf(deal.id)).version, deal.version);
  });

  test('a change tells what it changed long after', async () => {
    const unit = await fresh();
    let deal = await open(unit);
    const due = deal.due_ms;
    for (const days of [2, 1]) {
      await decide(await ask(deal, 'postpone-signing', { days }));
      deal = await dealOf(deal.id);
    }
    await decide(
      await ask(deal, 'rename', { buyers: [{ customer_id: other, share_bp: 10000 }], document: '公证-1', exception: 'family' }),
    );
    const [rename, last, first] = (await sales.get(`/api/v1/deals/${deal.id}/changes`)).items;
    const day = 86400000;
    assert.deepEqual([first.effect.was_due_ms, first.effect.due_ms], [due, due + 2 * day]);
    assert.deepEqual([last.effect.was_due_ms, last.effect.due_ms], [due + 2 * day, due + 3 * day]);
    assert.deepEqual([rename.were_buyers[0].customer_id, rename.buyers[0].customer_id], [buyer, other]);
  });
});

describe('the register', () => {
  test('by kind and state, page by page, of what one sees', async () => {
    const unit = await fresh();
    const deal = await open(unit);
    const change = await ask(deal, 'postpone-signing', { days: 1 });
    const list = (client, query) => client.get(`/api/v1/deal-changes?project=${project}&${query}`);
    const asked = await list(sales, 'kind=postpone-signing&state=asked');
    assert.deepEqual([...new Set(asked.items.map((c) => `${c.kind} ${c.state}`))], ['postpone-signing asked']);
    assert.equal(asked.items[0].id, change.id);
    assert.ok((await list(cashier, 'archived=0')).items.every((c) => c.state === 'executed' && !c.archived_ms));
    assert.ok((await list(cashier, 'archived=1')).items.every((c) => c.archived_ms));
    const all = (await list(sales, 'limit=200')).items.map((c) => c.id);
    const paged = [];
    let next = '';
    do {
      const page = await list(sales, `limit=2${next && `&cursor=${next}`}`);
      paged.push(...page.items.map((c) => c.id));
      next = page.next ?? '';
    } while (next);
    assert.deepEqual(paged, all);
    await decide(change, 'rejected');
    assert.ok(!(await list(sales, 'state=asked')).items.some((c) => c.id === change.id));
    await sales.refused('GET', '/api/v1/deal-changes?kind=gift', 422, 'fields.wrong');
    await admin.refused('GET', '/api/v1/deal-changes', 403, 'right.denied');
  });

  test('as a workbook: what one filters, names masked unless they are asked for, written down', async () => {
    const audit = await site.login('audit');
    const texts = async (client, query) => {
      const { status, bytes } = await client.request('GET', `/api/v1/deal-changes/export.xlsx?project=${project}&${query}`);
      assert.equal(status, 200);
      const file = join(site.folder, 'changes.xlsx');
      writeFileSync(file, bytes);
      const { stdout } = spawnSync('unzip', ['-p', file, 'xl/sharedStrings.xml'], { encoding: 'utf8' });
      return [...stdout.matchAll(/<t[^>]*>([^<]*)/g)].map(([, text]) => text);
    };
    const unit = await fresh();
    const deal = await open(unit);
    const reason = '=1+1 增加配偶';
    const buyers = [buyer, other].map((customer_id) => ({ customer_id, share_bp: 5000 }));
    const change = await ask(deal, 'parties', { reason, buyers, document: '结婚证-9', exception: 'family' });
    const masked = await texts(manager, 'kind=parties&state=asked&lang=zh');
    for (const words of ['增减权益人', '已申请', change.unit, '郑**、郑**', reason, '结婚证-9'])
      assert.ok(masked.includes(words), words);
    assert.ok(!masked.some((text) => text.includes('郑一鸣')), 'nobody asked for names');
    assert.ok((await texts(manager, 'kind=parties&clear=1')).includes('郑一鸣、郑一鸣'));
    assert.ok((await texts(control, 'lang=en')).includes('change joint buyers'));
    const { items } = await audit.get('/api/v1/audit?action=deal.change-export');
    assert.deepEqual(
      items.map((r) => r.detail.map((d) => `${d.field} ${d.after}`).at(-1)),
      ['clear 0', 'clear 1', 'clear 0'],
    );
    const at = '/api/v1/deal-changes/export.xlsx';
    await sales.refused('GET', at, 403, 'right.denied');
    await (await site.user('market', 'company-marketing')).refused('GET', at, 403, 'right.denied'); // sees no deals
    await control.refused('GET', `${at}?clear=1`, 403, 'right.denied');
    await manager.refused('GET', `${at}?kind=gift`, 422, 'fields.wrong');
    // Of another project: not there, and none of it among all.
    const elsewhere = await manager.post('/api/v1/projects', { name: '丙项目' }, 201);
    const post = { name: '丙项目经理', rights: manager.session.rights, all_projects: false, project_ids: [elsewhere.id] };
    await admin.post('/api/v1/posts', post, 201);
    const far = await site.user('far', post.name);
    await far.refused('GET', `${at}?project=${project}`, 404, 'not-found');
    assert.equal((await far.request('GET', at)).status, 200);
    const [last] = (await audit.get('/api/v1/audit?action=deal.change-export')).items;
    assert.deepEqual([last.actor, last.detail[0].after], ['far', '0']);
    await decide(change, 'rejected');
  });
});

describe('what is refused', () => {
  test('fields, scope, rights', async () => {
    const deal = await open(await fresh());
    const problem = await refused(deal, 'waive', { days: 3 }, 422, 'fields.wrong');
    assert.deepEqual(
      problem.errors.map((e) => [e.field, e.code]).sort(),
      [
        ['days', 'change.unused'],
        ['receivable_id', 'field.missing'],
      ],
    );
    await refused(deal, 'gift', {}, 422, 'fields.wrong');
    await refused(deal, 'waive', { receivable_id: 1, more: 1 }, 422, 'fields.wrong');
    await refused(deal, 'waive', { receivable_id: 1, buyers: [{}] }, 422, 'fields.wrong');
    await refused(deal, 'waive', { receivable_id: 1, media: [7] }, 422, 'fields.wrong');
    await refused(deal, 'waive', { receivable_id: 999999 }, 409, 'change.line');
    await refused(deal, 'waive', { receivable_id: 1, version: deal.version + 1 }, 412, 'version.changed');
    await refused(deal, 'title', {}, 422, 'fields.wrong');
    await refused({ ...deal, id: 999999 }, 'waive', { receivable_id: 1 }, 404, 'not-found');
    await refused(deal, 'waive', { receivable_id: 1 }, 403, 'right.denied', cashier);
    const change = await ask(deal, 'postpone-signing', { days: 1 });
    await admin.refused('GET', `/api/v1/deal-changes/${change.id}`, 404, 'not-found');
    await sales.refused('GET', '/api/v1/deal-changes/999999', 404, 'not-found');
    await sales.refused('GET', '/api/v1/deals/999999/changes', 404, 'not-found');
    await sales.refused('GET', '/api/v1/deals/999999/as-of', 404, 'not-found');
    await sales.refused('GET', `/api/v1/deals/${deal.id}/as-of?at_ms=1`, 404, 'not-found');
    const { version } = await manager.get(`/api/v1/approvals/${change.approval_id}`);
    await sales.post(`/api/v1/approvals/${change.approval_id}/withdraw`, { version, reason: '不改了' }, 200);
    assert.equal((await changeOf(change.id)).state, 'withdrawn');
    assert.equal((await dealOf(deal.id)).change_kind, null);
  });
});
