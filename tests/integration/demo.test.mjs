// The demonstration in full swing: the business of ninety days, made by the real transactions, on any day of a year.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settable } from './lib/clock.mjs';
import { Site } from './lib/site.mjs';

const DAY_MS = 86400000;

/** How many there are of each value of @key. */
const tally = (items, key) => items.reduce((all, item) => ({ ...all, [item[key]]: (all[item[key]] ?? 0) + 1 }), {});

async function all(client, path) {
  const items = [];
  for (let next = ''; next !== undefined; ) {
    const page = await client.get(`${path}limit=49${next && `&cursor=${next}`}`);
    items.push(...page.items);
    next = page.next;
  }
  return items;
}

test('hundreds of customers, deals in every state, approvals under way, follow-ups overdue', async (t) => {
  const site = new Site();
  t.after(() => site.close());
  site.ctlOk('demo', '--days', '90');
  site.verify();
  await site.start();
  const [manager, sales] = [await site.login('manager'), await site.login('sales')];
  const customers = await all(manager, '/api/v1/customers?');
  assert.ok(customers.length > 300, `${customers.length} customers`);
  const deals = await all(manager, '/api/v1/deals?');
  assert.ok(deals.length > 100, `${deals.length} deals`);
  const stages = tally(
    deals.filter((d) => d.outcome === null),
    'stage',
  );
  for (const stage of 'BSCF') assert.ok(stages[stage] > 0, `${stage}: ${JSON.stringify(stages)}`);
  const outcomes = tally(deals, 'outcome');
  for (const outcome of ['cancelled', 'exchanged', 'expired']) assert.ok(outcomes[outcome] > 0, outcome);
  const approvals = await all(manager, '/api/v1/approvals?all=1&');
  const states = tally(approvals, 'state');
  for (const state of ['running', 'approved', 'rejected']) assert.ok(states[state] > 0, JSON.stringify(states));
  const late = (await sales.get('/api/v1/tasks?project=1&when=overdue&limit=200')).items;
  assert.ok(late.length > 0);
});

test('so on any day', async (t) => {
  for (const days of [61, 95, 130, 400]) {
    const site = new Site();
    t.after(() => site.close());
    const { env, set } = settable(site.folder);
    set(days * DAY_MS);
    site.ctlOk('demo', '--days', '90', { env });
    site.verify();
  }
});

test('so many days as there may be', () => {
  const site = new Site();
  try {
    const done = site.ctl('demo', '--days', '366');
    assert.notEqual(done.status, 0);
    assert.match(done.stderr, /days/);
  } finally {
    site.close();
  }
});
