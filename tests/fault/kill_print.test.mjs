// F4, F38-F40: kill -9 of the daemon, of cupsd, or of both while receipts are printed, and restarts of cupsd in the
// middle: each receipt is printed once, or people are told that nobody knows, or that it was not; never twice.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from '../integration/lib/client.mjs';
import { Cups, noCups, until } from '../integration/lib/cups.mjs';
import { payment } from '../integration/lib/money.mjs';
import { oneOf, random, rounds } from '../integration/lib/rounds.mjs';
import { Sales } from '../integration/lib/service.mjs';
import { Site, sleep } from '../integration/lib/site.mjs';
import { maybe, Tally, verified } from './lib/broken.mjs';

const PAYERS = 3;
const ROUNDS = rounds(30, 500);
const OVER = ['handed_over', 'printed', 'unconfirmed', 'failed', 'expired'];
// What the test itself is tried with: a queue of another device, a cupsd that writes down late.
const DEVICE = process.env.ANCHANG_PRINT_DEVICE ?? 'once:anchang-test:';
const DIRTY = Number(process.env.ANCHANG_PRINT_DIRTY ?? 0);

describe('kill -9 while receipts are printed', { skip: noCups() ?? false }, () => {
  let site, cups, desk, cashier, admin, deal, book;
  const receipts = []; // that were acknowledged
  const jobs = new Map(); // of receipts, by number, all rounds
  const open = []; // payments that were not answered
  const tally = new Tally();
  let kills = 0;

  async function enter() {
    [admin, cashier] = await Promise.all(['admin', 'cashier'].map((name) => site.login(name)));
  }

  before(async () => {
    cups = await Cups.start({ dirty: DIRTY });
    process.env.CUPS_SERVER = cups.socket;
    desk = cups.queue('desk', { device: DEVICE });
    await cups.kill('SIGTERM'); // the queue is written down, however late cupsd writes
    await cups.run();
    site = await Site.demo();
    await enter();
    const shop = await Sales.of(await site.login('sales'), cashier);
    deal = (await shop.subscribed()).id;
    const manager = await site.login('manager');
    const range = { kind: 'receipt', source: 'system', prefix: 'P', first_no: 1, last_no: 10000 };
    const { id, version } = await manager.post(`/api/v1/projects/${shop.project}/receipt-books`, range, 201);
    await cashier.post(`/api/v1/receipt-books/${id}/take-out`, { version }, 200);
    book = id;
    const printer = await admin.post('/api/v1/printers', { name: '收银台', driver: 'cups', target: 'desk' }, 201);
    await admin.put('/api/v1/print-routes', { kind: 'receipt', terminal_id: null, printer_id: printer.id }, 200);
  });
  after(async () => {
    await site?.close();
    await cups?.close();
  });

  /** Takes money until the daemon is gone; what was not answered before comes first, under its key. */
  async function pay(over) {
    while (!over.now) {
      const one = open.shift() ?? { key: newKey(), body: payment(book, 'house_money', 100) };
      const reply = await maybe(
        cashier.request('POST', `/api/v1/deals/${deal}/receipts`, { body: one.body, key: one.key }),
      );
      if (!reply) {
        open.push(one);
        return;
      }
      assert.equal(reply.status, 201, `${reply.bytes}`);
      receipts.push(reply.body);
      await sleep(random() * 250);
    }
  }

  /** Something breaks while money is taken, and is there again. */
  async function broken(what) {
    const over = { now: false };
    const paying = Promise.all(Array.from({ length: PAYERS }, () => pay(over)));
    const [daemon, queues] = [what === 'daemon' || what === 'both', what !== 'daemon'];
    await sleep(50 + random() * 500);
    kills += daemon + queues;
    if (daemon) await site.kill();
    if (queues) await cups.kill(what === 'restart' ? 'SIGTERM' : 'SIGKILL');
    await sleep(random() * 100);
    if (queues) await cups.run();
    over.now = true;
    await paying;
    if (!daemon) return;
    await site.start();
    await enter();
  }

  /** The jobs that are new since the last round, once all are settled. */
  async function settled() {
    const found = await until(async () => {
      const { items } = await admin.get('/api/v1/print-jobs?limit=100');
      const fresh = items.filter((job) => job.number.startsWith('P') && !jobs.has(job.number));
      return fresh.every((job) => OVER.includes(job.state)) && fresh;
    }, 'all are settled').catch(async (error) => {
      const { items } = await admin.get('/api/v1/print-jobs?limit=20');
      const left = items.filter((job) => !OVER.includes(job.state)).map((job) => `${job.number} ${job.state}`);
      const printers = (await admin.get('/api/v1/printers')).items.map((p) => `${p.name} ${p.health} ${p.reasons}`);
      const queue = cups.tool('lpstat', '-o', '-p', '-l').stdout;
      throw new Error(`${left.join(', ')}; ${printers.join(', ')}\n${queue}`, { cause: error });
    });
    assert.ok(found.length < 100);
    for (const job of found) {
      assert.ok(!jobs.has(job.number), `${job.number} has one job`);
      jobs.set(job.number, job);
      tally.add(job.state);
    }
    return found;
  }

  /** How many of @names are of which receipt: a job is called by its number and a name of its own. */
  function count(names) {
    const counts = new Map();
    for (const [number] of names.map((name) => name.split('_'))) counts.set(number, (counts.get(number) ?? 0) + 1);
    return (job) => counts.get(job.number) ?? 0;
  }

  /** What became of each is what lies at the printer. */
  function seen(some) {
    const [begun, paper] = [count(desk.begun()), count(desk.out())];
    for (const job of some) {
      const { number, state } = job;
      assert.ok(begun(job) <= 1, `${number} was begun ${begun(job)} times (${state})`);
      if (state === 'handed_over') assert.equal(paper(job), 1, `${number} was handed over`);
      if (state === 'failed' || state === 'expired') assert.equal(begun(job), 0, `${number} ${state}`);
    }
  }

  async function round() {
    desk.does(`slow ${(random() * 0.15).toFixed(3)}`);
    await broken(oneOf(['daemon', 'cupsd', 'both', 'restart']));
    seen(await settled());
  }

  test('each receipt is printed once, or its doubt is shown; never twice, none lost', async () => {
    for (let i = 0; i < ROUNDS; i += 1) await round();
    // What was not answered is asked for again, and is a receipt once.
    const over = { now: true };
    while (open.length) {
      over.now = false;
      await Promise.race([pay(over), sleep(200).then(() => (over.now = true))]);
    }
    await sleep(300);
    await settled();
    const { items } = await cashier.get(`/api/v1/deals/${deal}/receipts`);
    const inBook = items.filter((r) => r.book_id === book);
    assert.deepEqual(
      inBook.map((r) => r.no).sort((a, b) => a - b),
      inBook.map((_, i) => i + 1),
      'the books have each number once',
    );
    const numbers = new Set(inBook.map((r) => r.number));
    for (const r of receipts) assert.ok(numbers.has(r.number), `${r.number} was acknowledged`);
    assert.equal(numbers.size, receipts.length, 'and no other');
    for (const number of numbers) assert.ok(jobs.has(number), `${number} has a job`);
    // A last look, now that all that was cut off from cupsd has ended.
    seen(jobs.values());
    const doubtful = [...jobs.values()].filter((job) => job.state === 'unconfirmed').length;
    console.log(`${ROUNDS} rounds, ${kills} kills, ${numbers.size} receipts: ${tally}; ${desk.begun().length} begun`);
    assert.ok(doubtful <= kills, `${doubtful} in doubt after ${kills} kills`);
    await verified(site);
  });
});
