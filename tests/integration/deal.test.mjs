// Deals over the API: from the queue to the handover, one unit once, others' deals not there, every screen told.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pay as payFor } from './lib/money.mjs';
import { newKey } from './lib/client.mjs';
import { chinaDay } from './lib/day.mjs';
import { Site } from './lib/site.mjs';
import { internalUnits, publicUnits } from './lib/walk.mjs';

const DOCUMENT = '11010519491231002X';

let site, admin, manager, control, cashier, sales, kiosk, project, plan, buyer;
before(async () => {
  site = await Site.demo();
  [admin, manager, control, cashier, sales] = await Promise.all(
    ['admin', 'manager', 'control', 'cashier', 'sales'].map((login) => site.login(login)),
  );
  project = (await sales.get('/api/v1/projects')).items[0].id;
  kiosk = await site.terminal(admin, { project });
  plan = (await sales.get(`/api/v1/projects/${project}/plans`)).items.find(
    (p) => p.enabled && p.kind === 'commercial',
  );
  buyer = await customer({ document: { kind: 'id_card', number: DOCUMENT } });
});
after(() => site.close());

let phones = 0;
const customer = async (more = {}) =>
  (
    await sales.post(
      '/api/v1/customers',
      {
        kind: 'person',
        source_id: 3,
        name: '郑一鸣',
        source_id: 3, // walk-in
        notice: '隐私告知 2026-01',
        source_id: 3,
        phones: [{ number: `1391234${String(++phones).padStart(4, '0')}` }],
        ...more,
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
const terms = async (unit, who = sales, more = {}) =>
  (await who.post(`/api/v1/units/${unit.id}/terms`, { customer_id: buyer, plan_id: plan.id, ...more }, 201)).id;
const asked = async (unit, stage = 'S', who = sales) => ({
  stage,
  unit_id: unit.id,
  unit_version: unit.version,
  terms_id: await terms(unit, who),
  buyers: [{ customer_id: buyer, share_bp: 10000 }],
  document_again: DOCUMENT,
  ...(stage === 'C' ? { document: `HT-${unit.id}`, shown: await toShow() } : {}),
});
const toShow = async () =>
  (await sales.get(`/api/v1/projects/${project}/showings`)).items.map((item) => item.code);
const open = async (unit, stage, who = sales) => who.post('/api/v1/deals', await asked(unit, stage, who), 201);
const step = (who, deal, way, body, status = 200) =>
  who.post(`/api/v1/deals/${deal.id}/${way}`, { version: deal.version, ...body }, status);
const pay = (deal, amount_fen) => payFor(cashier, deal.id, 'deposit', amount_fen);
const steps = async (who, unit) =>
  (await who.get(`/api/v1/units/${unit.id}/next-steps`)).items.filter((s) => s.step !== 'change');

describe('what belongs to a home (PM-16, SF-23)', () => {
  test('bound, sold and given back with it, in one step; in the total, or apart', async () => {
    const { items } = await sales.get(`/api/v1/projects/${project}/units?limit=500&class=parking`);
    const home = await fresh();
    const spaces = [];
    for (const [i, found] of items.filter((u) => u.class === 'parking' && u.state === 'A' && u.total_fen).slice(0, 2).entries()) {
      const { version } = await manager.get(`/api/v1/units/${found.id}`);
      const alone = await manager.patch(`/api/v1/units/${found.id}`, { version, attached_only: true });
      const bind = { version: alone.version, home_id: home.id, merged: i === 0 };
      const path = `/api/v1/units/${found.id}/attachment`;
      await sales.refused('PUT', path, 403, 'right.denied', { body: bind });
      await manager.refused('PUT', path, 422, 'fields.wrong', { body: { ...bind, home_id: null } });
      await manager.refused('PUT', path, 422, 'attachment.class', { body: { ...bind, home_id: found.id } });
      spaces.push(await manager.put(path, bind));
    }
    const [merged, apart] = spaces;
    const told = (await unitOf(home.id)).attachments;
    assert.deepEqual(
      told.map((a) => [a.unit_id, a.merged, a.alone, a.price_fen]),
      [
        [merged.id, true, false, merged.total_fen],
        [apart.id, false, false, apart.total_fen],
      ],
    );
    const alone = { ...(await asked(await fresh())), unit_id: merged.id, unit_version: merged.version };
    alone.terms_id = (await sales.post(`/api/v1/units/${merged.id}/terms`, { customer_id: buyer }, 201)).id;
    await sales.refused('POST', '/api/v1/deals', 409, 'guard.attached', { body: { ...alone, stage: 'B' } });

    const ask = { customer_id: buyer, plan_id: plan.id };
    const quote = await sales.post(`/api/v1/units/${home.id}/quote`, ask, 200);
    assert.equal(quote.total_fen, home.total_fen + merged.total_fen);
    assert.equal(quote.attached_fen, merged.total_fen);
    assert.equal(quote.discount_bp, 0);
    const owed = quote.lines.filter((line) => line.fund !== 'attached').reduce((sum, line) => sum + line.amount_fen, 0);
    assert.equal(owed, quote.total_fen);
    const beside = quote.lines.filter((line) => line.fund === 'attached');
    assert.deepEqual(
      beside.map((line) => [line.amount_fen, line.due]),
      [[apart.total_fen, 'signed']],
      'what is kept out of the total is owed beside it',
    );
    let deal = await open(await unitOf(home.id));
    assert.equal(deal.total_fen, quote.total_fen);
    const states = async () => {
      const all = await internalUnits(sales, project);
      const seen = await publicUnits(kiosk, project);
      return [home, merged, apart].map((u) => [all, seen].map((list) => list.find((x) => x.id === u.id).state).join(''));
    };
    assert.deepEqual(await states(), ['SS', 'SS', 'SS']);
    await manager.refused('PUT', `/api/v1/units/${merged.id}/attachment`, 409, 'attachment.held', {
      body: { version: (await manager.get(`/api/v1/units/${merged.id}`)).version, home_id: 0, merged: true },
    });
    deal = await step(control, deal, 'void', { reason: '录错' });
    assert.deepEqual((await states()).map((s) => s[0]), ['A', 'A', 'A']);
    assert.deepEqual(deal.stages.map((s) => s.stage), ['S'], 'its own unit alone');
    site.verify();
  });
});

describe('one deal', () => {
  test('from a number to the handover; chart, feed and lists agree', async () => {
    let unit = await fresh();
    const events = await sales.events(`/api/v1/events?project=${project}`);
    const ticket = await sales.post(
      `/api/v1/projects/${project}/queue`,
      { customer_id: buyer, unit_id: unit.id },
      201,
    );
    assert.equal(ticket.customer, '郑**');
    unit = await unitOf(unit.id);
    assert.equal(unit.queue_count, 1);
    assert.deepEqual(
      (await steps(sales, unit)).map((s) => s.step),
      ['lock', 'queue', 'book', 'subscribe', 'sign'],
    );
    const body = { ...(await asked(unit, 'S')), ticket_id: ticket.id };
    const begun = performance.now();
    let deal = await sales.post('/api/v1/deals', body, 201);
    const told = await events.next('deal', { test: (d) => d.deal_id === deal.id });
    await events.next('unit', { test: (d) => d.unit[0] === unit.id });
    assert.ok(told && performance.now() - begun < 1000, 'within a second');
    await events.close();
    assert.equal((await internalUnits(sales, project)).find((u) => u.id === unit.id).state, 'S');
    assert.equal((await publicUnits(kiosk, project)).find((u) => u.id === unit.id).state, 'S');
    assert.equal((await unitOf(unit.id)).queue_count, 0);
    assert.equal(
      deal.receivables.reduce((all, line) => all + line.amount_fen, 0),
      deal.total_fen,
    );
    const deposit = deal.receivables.find((line) => line.fund === 'deposit');
    assert.equal(deal.due_now_fen, deposit.amount_fen);
    assert.deepEqual(
      (await steps(sales, unit)).map((s) => [s.step, s.failing]),
      [['sign', ['guard.money']]],
    );
    await sales.refused('POST', `/api/v1/deals/${deal.id}/advance`, 409, 'guard.money', {
      body: { version: deal.version, stage: 'C', document: 'HT-1' },
    });
    deal = await pay(deal, deposit.amount_fen);
    assert.equal(deal.due_now_fen, 0);
    const showings = await toShow();
    assert.deepEqual(showings, ['sale-rules', 'model-contract', 'presale-rules', 'permit']);
    const signing = { version: deal.version, stage: 'C', document: 'HT-1' };
    const advance = (status, code, more) =>
      sales.refused('POST', `/api/v1/deals/${deal.id}/advance`, status, code, {
        body: { ...signing, ...more },
      });
    await advance(422, 'fields.wrong', { shown: ['brochure'] });
    await advance(422, 'fields.wrong', { shown: 'permit' });
    const some = await advance(409, 'contract.showing-missing', { shown: showings.slice(1) });
    assert.deepEqual(
      some.errors.map((e) => e.field),
      ['sale-rules'],
    );
    deal = await step(sales, deal, 'advance', { stage: 'C', document: 'HT-1', shown: showings });
    assert.deepEqual(
      deal.documents.map((d) => [d.kind, d.state]),
      [
        ['subscription', 'converted'],
        ['contract', 'live'],
      ],
    );
    assert.equal(deal.documents[1].previous_id, deal.documents[0].id);
    assert.equal(deal.received_fen, deposit.amount_fen, 'the money went on with it');
    const date = chinaDay();
    await control.refused('POST', `/api/v1/deals/${deal.id}/filing`, 409, 'contract.unreviewed', {
      body: { version: deal.version, number: 'BA-1', date },
    });
    await manager.refused('POST', `/api/v1/deals/${deal.id}/handover`, 412, 'version.changed', {
      body: { version: deal.version - 1, document: 'JF-1' },
    });
    const handover = { version: deal.version, document: 'JF-1' };
    await manager.refused('POST', `/api/v1/deals/${deal.id}/handover`, 409, 'deal.owes', { body: handover });
    deal = await pay(deal, deal.due_now_fen);
    deal = await step(manager, deal, 'handover', { document: 'JF-1' });
    deal = await step(manager, deal, 'title', { document: 'CZ-1' });
    assert.deepEqual(
      deal.stages.map((s) => s.stage),
      ['S', 'C', 'D', 'T'],
    );
    assert.equal((await unitOf(unit.id)).state, 'T');
    const { items } = await sales.get(`/api/v1/deals?unit=${unit.id}`);
    assert.deepEqual(
      items.map((d) => [d.id, d.stage]),
      [[deal.id, 'T']],
    );
    const byPaper = async (text) => (await sales.get(`/api/v1/deals?paper=${text}`)).items.map((d) => d.id);
    assert.deepEqual(await byPaper('HT-1'), [deal.id]);
    assert.deepEqual(await byPaper('HT-'), [], 'a number, whole');
  });

  test('the same key twice is one deal', async () => {
    const unit = await fresh();
    const body = await asked(unit, 'B');
    const options = { key: newKey() };
    const first = await sales.post('/api/v1/deals', body, 201, options);
    const again = await sales.post('/api/v1/deals', body, 201, options);
    assert.equal(again.id, first.id);
    await sales.refused('POST', '/api/v1/deals', 409, 'idempotency.mismatch', {
      ...options,
      body: { ...body, stage: 'S' },
    });
    assert.equal((await sales.get(`/api/v1/deals?unit=${unit.id}`)).items.length, 1);
  });

  test('taken back the same day, to what stood before', async () => {
    let unit = await fresh();
    const lock = await sales.post(`/api/v1/units/${unit.id}/lock`, { version: unit.version }, 200);
    assert.ok(lock.until_ms > Date.now());
    await manager.refused('POST', `/api/v1/units/${unit.id}/lock`, 409, 'unit.moved', {
      body: { version: unit.version },
    });
    await manager.refused('POST', `/api/v1/units/${unit.id}/lock/renew`, 409, 'lock.not-own');
    unit = await unitOf(unit.id);
    assert.equal(unit.state, 'K');
    const deal = await open(unit, 'S');
    await sales.refused('POST', `/api/v1/deals/${deal.id}/void`, 403, 'right.denied', {
      body: { version: deal.version, reason: '录错' },
    });
    const gone = await step(control, deal, 'void', { reason: '录错' });
    assert.equal(gone.outcome, 'void');
    assert.equal((await unitOf(unit.id)).state, 'K');
    await sales.post(`/api/v1/units/${unit.id}/lock/release`, undefined, 200);
    assert.equal((await unitOf(unit.id)).state, 'A');
  });

  test('what changed since it was read is said', async () => {
    const unit = await fresh();
    const body = await asked(unit, 'S');
    const more = { reason: '暂留', until_ms: Date.now() + 3600000 };
    const [held] = (
      await control.post(
        `/api/v1/projects/${project}/units/hold`,
        { units: [{ id: unit.id, version: unit.version }], ...more },
        200,
      )
    ).units;
    const problem = await sales.refused('POST', '/api/v1/deals', 409, 'unit.moved', { body });
    assert.match(problem.detail, /held/);
    assert.deepEqual(
      problem.errors.map((e) => e.code),
      ['unit.event'],
    );
    const now = { ...body, unit_version: held.version };
    await sales.refused('POST', '/api/v1/deals', 409, 'transition.refused', { body: now });
  });
});

describe('whose', () => {
  test("another's deal is not there; a manager's eyes see all", async () => {
    const deal = await open(await fresh(), 'B', manager);
    await sales.refused('GET', `/api/v1/deals/${deal.id}`, 404, 'not-found');
    await sales.refused('POST', `/api/v1/deals/${deal.id}/advance`, 404, 'not-found', {
      body: { version: deal.version, stage: 'S', document_again: DOCUMENT },
    });
    assert.ok(!(await sales.get('/api/v1/deals?limit=200')).items.some((d) => d.id === deal.id));
    assert.ok((await control.get('/api/v1/deals?limit=200')).items.some((d) => d.id === deal.id));
    await cashier.refused('POST', '/api/v1/deals', 403, 'right.denied', { body: {} });
  });

  test('what they come to is of all of them, and of whom one may see', async () => {
    for (const who of [manager, sales, control]) {
      const live = (await who.get('/api/v1/deals?live=1&limit=200')).items;
      const all = await who.get('/api/v1/deals/figures');
      const sum = (of) => live.reduce((n, d) => n + of(d), 0);
      assert.equal(all.deals, live.length);
      assert.equal(all.total_fen, sum((d) => d.total_fen));
      assert.equal(all.due_now_fen, sum((d) => d.due_now_fen));
      assert.equal(all.overdue, sum((d) => Number(d.due_ms !== null && d.due_ms <= Date.now())));
      const terms = live.filter((d) => d.due_ms > Date.now()).sort((a, b) => a.due_ms - b.due_ms || a.id - b.id);
      assert.deepEqual(
        all.soon.map((d) => d.id),
        terms.slice(0, 5).map((d) => d.id),
      );
    }
    assert.ok((await manager.get('/api/v1/deals/figures')).deals > 0);
    const none = await sales.get(`/api/v1/deals/figures?customer=${await customer()}`);
    assert.deepEqual(none, { deals: 0, total_fen: 0, due_now_fen: 0, overdue: 0, soon: [] });
  });

  test('page by page, once each', async () => {
    const seen = [];
    for (let next = ''; next !== undefined; ) {
      const page = await manager.get(`/api/v1/deals?limit=1${next && `&cursor=${next}`}`);
      seen.push(...page.items.map((d) => d.id));
      next = page.next;
    }
    assert.ok(seen.length >= 4);
    assert.equal(new Set(seen).size, seen.length);
  });
});

describe('what is refused', () => {
  test('bad bodies, unknown buyers, shares, a wrong second number', async () => {
    const unit = await fresh();
    const body = await asked(unit, 'S');
    const refused = (status, code, more) =>
      sales.refused('POST', '/api/v1/deals', status, code, { body: { ...body, ...more } });
    await refused(422, 'fields.wrong', { stage: 'T' });
    await refused(422, 'fields.wrong', { buyers: [{ customer_id: buyer }] });
    await refused(422, 'fields.wrong', { more: 1 });
    await refused(422, 'buyer.shares', { buyers: [{ customer_id: buyer, share_bp: 5000 }] });
    await refused(404, 'not-found', { buyers: [{ customer_id: 999999, share_bp: 10000 }] });
    await refused(422, 'identity.mismatch', { document_again: '110105194912310038' });
    await refused(404, 'not-found', { unit_id: 999999 });
    await refused(404, 'not-found', { terms_id: 999999 });
    await sales.refused('GET', '/api/v1/deals?stages=S&limit=0', 422, 'fields.wrong');
  });

  test('a number is given back and not given again', async () => {
    const path = `/api/v1/projects/${project}/queue`;
    const first = await sales.post(path, { customer_id: buyer }, 201);
    await sales.refused('POST', path, 409, 'ticket.exists', { body: { customer_id: buyer } });
    const cancel = { version: first.version, reason: '不来了' };
    assert.equal((await sales.post(`/api/v1/queue/${first.id}/cancel`, cancel, 200)).state, 'cancelled');
    const next = await sales.post(path, { customer_id: buyer }, 201);
    assert.equal(next.number, first.number + 1);
    const unknown = await customer();
    await sales.refused('POST', path, 409, 'identity.needed', { body: { customer_id: unknown } });
    const page = await sales.get(`${path}?state=waiting&limit=1`);
    assert.equal(page.items.length, 1);
  });

  test('the controller confirms, of the unit as it is', async () => {
    const unit = await fresh();
    const path = `/api/v1/units/${unit.id}/confirmations`;
    const body = { version: unit.version, customer_id: buyer };
    await sales.refused('POST', path, 403, 'right.denied', { body });
    await control.refused('POST', path, 409, 'unit.moved', { body: { ...body, version: unit.version + 1 } });
    const confirmed = await control.post(path, body, 201);
    assert.ok(confirmed.until_ms > Date.now());
  });
});
