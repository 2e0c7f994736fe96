// F20, PA-17: the clock of the machine is set while the daemon runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settable } from './lib/clock.mjs';
import { take } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site, sleep } from './lib/site.mjs';
import { act, hold, internalUnits, publicChart } from './lib/walk.mjs';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

test('a clock set forward ends no hold early; it is said, and what to do; a new start believes it', async (t) => {
  const site = new Site();
  t.after(() => site.close());
  const { env, set } = settable(site.folder);
  site.ctlOk('demo');
  await site.start({ env });
  let control = await site.login('control');
  const admin = await site.login('admin');
  const kiosk = await site.terminal(admin, { project: 1 });
  const stateOf = async (id) => (await internalUnits(control, 1)).find((u) => u.id === id).state;
  const [soon, later, other] = (await internalUnits(control, 1)).filter((u) => u.state === 'A');
  await hold(control, 1, [soon], { until_ms: Date.now() + 3 * MINUTE_MS });
  await hold(control, 1, [later], { until_ms: Date.now() + HOUR_MS });
  assert.equal((await admin.get('/api/v1/system')).clock_step_ms, 0);

  set(5 * HOUR_MS);
  const ahead = (await admin.get('/api/v1/system')).clock_step_ms;
  assert.ok(Math.abs(ahead - 5 * HOUR_MS) < MINUTE_MS, `${ahead} ms`);
  const { reasons } = await admin.get('/readyz', 503);
  assert.match(reasons.join(), /the clock was set forward/);
  // Five minutes of it are believed: when what ends within them has ended, all has been looked at.
  for (const end = performance.now() + 20000; (await stateOf(soon.id)) !== 'A'; await sleep(50))
    assert.ok(performance.now() < end, 'a hold that ends within five minutes');
  assert.equal(await stateOf(later.id), 'X');
  // and the office works on
  await publicChart(kiosk, 1);
  const { units } = await hold(control, 1, [other], { until_ms: Date.now() + 6 * HOUR_MS });
  await act(control, 1, 'unhold', [{ id: other.id, version: units[0].version }], { reason: 'x' });

  set(0); // it was wrong: set right, nothing is left of it
  await site.ready();
  assert.equal((await admin.get('/api/v1/system')).clock_step_ms, 0);

  set(5 * HOUR_MS); // it was right: from a new start on it counts
  await site.stop();
  await site.start({ env });
  control = await site.login('control');
  for (const end = performance.now() + 20000; (await stateOf(later.id)) !== 'A'; await sleep(50))
    assert.ok(performance.now() < end, 'after the new start it ends');
  site.verify();
});

test('a clock set back frees nothing early; it is said as long as it is so', async (t) => {
  const site = new Site();
  t.after(() => site.close());
  const { env, set } = settable(site.folder);
  site.ctlOk('demo');
  await site.start({ env });
  const control = await site.login('control');
  const admin = await site.login('admin');
  const step = async () => (await admin.get('/api/v1/system')).clock_step_ms;
  const until = Date.now() + 5_000;
  const [unit] = (await internalUnits(control, 1)).filter((u) => u.state === 'A');
  await hold(control, 1, [unit], { until_ms: until });

  set(-4 * MINUTE_MS); // what a time server may trim
  assert.equal(await step(), 0);
  set(-5 * HOUR_MS);
  const back = await step();
  assert.ok(Math.abs(back + 5 * HOUR_MS) < MINUTE_MS, `${back} ms`);
  const { reasons } = await admin.get('/readyz', 503);
  assert.match(reasons.join(), /the clock was set back/);
  // The hold is not over by the clock as it is, and work goes on.
  while (Date.now() <= until) await sleep(50);
  const [other] = (await internalUnits(control, 1)).filter((u) => u.state === 'A');
  await hold(control, 1, [other]);
  const stateOf = async (id) => (await internalUnits(control, 1)).find((u) => u.id === id).state;
  assert.equal(await stateOf(unit.id), 'X');

  set(0); // set right again, the hold ends
  await site.ready();
  assert.equal(await step(), 0);
  for (const end = performance.now() + 20000; (await stateOf(unit.id)) !== 'A'; await sleep(50))
    assert.ok(performance.now() < end, 'the hold ends');
  site.verify();
});

test('a start with a clock before what is booked: it is said how long, and nothing is booked meanwhile', async (t) => {
  const site = new Site();
  t.after(() => site.close());
  const { env, set } = settable(site.folder);
  site.ctlOk('demo');
  await site.start({ env });
  const cashier = await site.login('cashier');
  const deal = await (await Sales.of(await site.login('sales'), cashier)).subscribed();
  await take(cashier, deal.id, 'down_payment', 100);
  const system = async () => (await site.login('admin')).get('/api/v1/system');
  assert.equal((await system()).books_wait_ms, 0);
  await site.stop();
  set(-5 * HOUR_MS);
  await site.start({ env });
  const back = await system();
  assert.equal(back.clock_step_ms, 0, 'it started with this clock');
  assert.ok(Math.abs(back.books_wait_ms - 5 * HOUR_MS) < MINUTE_MS, `${back.books_wait_ms} ms`);
  const again = await site.login('cashier');
  await again.refused('POST', '/api/v1/my/shifts', 409, 'clock.back', { body: { float_fen: 0 } });
  const manager = await site.login('manager');
  const calls = async () => (await manager.get('/api/v1/alerts')).items.filter((a) => a.reason === 'clock').length;
  const become = async (n) => {
    for (const end = performance.now() + 20000; (await calls()) !== n; await sleep(50))
      assert.ok(performance.now() < end, `${n} calls of the clock`);
  };
  await become(1);
  set(0);
  await become(0);
  assert.equal((await system()).books_wait_ms, 0);
  await take(again, deal.id, 'down_payment', 100);
  site.verify();
});
