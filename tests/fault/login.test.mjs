// T7: many wrong log-ins. A password's hash takes 19 MiB and a core, so it is the dearest thing a stranger can ask for.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { rounds } from '../integration/lib/rounds.mjs';
import { DEMO_PASSWORD, Site, sleep } from '../integration/lib/site.mjs';
import { act, internalUnits, publicChart, tomorrow } from '../integration/lib/walk.mjs';
import { drop, inParallel, Tally } from './lib/broken.mjs';

const RSS_KB = 96 * 1024; // of the 192 MiB of the unit's MemoryHigh (daemon/systemd/anchangd.service)

const status = (site) => readFileSync(`/proc/${site.pid}/status`, 'utf8');
const figure = (site, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status(site))[1]);

/** Nanoseconds of processor time the daemon has had, all threads. */
const processorTime = (site) =>
  readdirSync(`/proc/${site.pid}/task`).reduce(
    (sum, id) => sum + Number(readFileSync(`/proc/${site.pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]),
    0,
  );

const attempt = (client, login, password = 'wrong wrong wrong') =>
  client.request('POST', '/api/v1/session', { body: { login, password } });

/** @n wrong log-ins, @wide at once, each under a name nobody used before; { done, tally }, done when all were answered. */
function flood(client, n, wide) {
  const tally = new Tally();
  const work = async (i) => {
    const reply = await attempt(client, `nobody-${i}`);
    tally.add(`${reply.status} ${reply.body.code}`);
    if (reply.status !== 401) assert.ok(Number(reply.headers['retry-after']) > 0, 'when to come again');
  };
  return { done: inParallel(n, wide, work), tally };
}

/** Reads of the chart, holds and their ends, until @flooding is over; the times they took, ascending. */
async function workBeside(control, flooding) {
  const unit = (await internalUnits(control, 1)).find((u) => u.state === 'A');
  const times = [];
  let over = false;
  let held = false;
  flooding.done.finally(() => (over = true)).catch(() => undefined);
  for (let { version } = unit; !over; await sleep(5)) {
    const begun = performance.now();
    await publicChart(control, 1);
    const body = { reason: 'x', ...(!held && { until_ms: tomorrow() }) };
    const { units } = await act(control, 1, held ? 'unhold' : 'hold', [{ id: unit.id, version }], body);
    times.push(performance.now() - begun);
    version = units[0].version;
    held = !held;
  }
  await flooding.done;
  return times.sort((a, b) => a - b);
}

describe('T7: a thousand wrong log-ins', () => {
  // What has no room in the queue of 32 is told to come again, so only the narrow flood is hashed to its end: at night
  // the whole thousand.
  for (const [wide, n] of [
    [30, rounds(100)],
    [60, 1000],
  ])
    test(`${wide} at once, as if from many addresses: memory is bounded, who is logged in does not notice`, async () => {
      const site = await Site.demo();
      try {
        const control = await site.login('control');
        const before = figure(site, 'VmRSS');
        const flooding = flood(site.client(), n, wide);
        const times = await workBeside(control, flooding);
        const [peak, threads] = [figure(site, 'VmHWM'), figure(site, 'Threads')];
        const at = (q) => times[Math.floor(times.length * q)];
        console.log(
          `${flooding.tally}; RSS ${before} kB before, ${peak} kB at most; ${times.length} reads and holds beside it: ` +
            `median ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms`,
        );
        assert.ok(peak < RSS_KB, `${peak} kB`);
        assert.ok(threads < 64, `${threads} threads`);
        assert.ok(times.length > 3 && at(0.5) < 100 && at(0.95) < 500, `${at(0.5)}, ${at(0.95)} ms`);
        const { counts } = flooding.tally;
        if (wide === 30) assert.deepEqual([...counts], [['401 login.wrong', n]]);
        else assert.deepEqual([...counts.keys()].sort(), ['401 login.wrong', '503 busy']);
        const begun = performance.now();
        await site.login('manager');
        assert.ok(performance.now() - begun < 2000, 'and behind it the door is open');
      } finally {
        await drop(site);
      }
    });

  test('from one address, as shipped: it is stopped at the door, and others log in beside it', async () => {
    const site = await Site.demo({ rateLimits: 'yes' });
    try {
      const flooding = flood(site.client({ from: '127.0.0.2' }), 1000, 60);
      const begun = performance.now();
      await site.login('manager');
      const took = performance.now() - begun;
      await flooding.done;
      console.log(`${flooding.tally}; a right one beside it took ${took.toFixed(0)} ms`);
      assert.ok(took < 2000, `${took} ms`);
      assert.ok(flooding.tally.counts.get('401 login.wrong') < 20, `${flooding.tally}`);
      assert.ok(figure(site, 'VmHWM') < RSS_KB);
    } finally {
      await drop(site);
    }
  });
});

test('T7: the work is the same for a name somebody has, one nobody has, and one that is disabled', async () => {
  const site = await Site.demo();
  try {
    site.ctlOk('user', 'disable', 'audit');
    const client = site.client();
    const spent = { cashier: 0, 'nobody-here': 0, audit: 0 };
    await attempt(client, 'nobody-else'); // what is done once
    for (let i = 0; i < 4; i++)
      for (const login of Object.keys(spent)) {
        const before = processorTime(site);
        const reply = await attempt(client, login, login === 'audit' ? DEMO_PASSWORD : undefined);
        assert.equal(reply.body.code, 'login.wrong');
        spent[login] += processorTime(site) - before;
      }
    const [least, most] = [Math.min(...Object.values(spent)), Math.max(...Object.values(spent))];
    console.log(Object.entries(spent).map(([login, ns]) => `${login} ${(ns / 4e6).toFixed(1)} ms`).join(', '));
    assert.ok(least > 4 * 5e6, 'a hash each');
    assert.ok(most / least < 1.5, 'their work differs');
  } finally {
    await drop(site);
  }
});
