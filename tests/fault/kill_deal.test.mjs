// F1, F2: kill -9 while sixteen homes are sold at once: fixed terms, a booking, a subscription, both taken back, again.
// Each step is there whole or not at all, in the deal, its unit and what it owes; what was acknowledged stays, once.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newKey } from '../integration/lib/client.mjs';
import { random, rounds } from '../integration/lib/rounds.mjs';
import { DOCUMENT, Sales } from '../integration/lib/service.mjs';
import { Site, sleep } from '../integration/lib/site.mjs';
import { internalUnits } from '../integration/lib/walk.mjs';
import { copyOf, drop, inParallel, killAfter, maybe, verified, WIDE } from './lib/broken.mjs';

const SELLERS = 16;
const SPELL = 25; // rounds on one copy of the state: what is to be verified grows with each
const ROUNDS = rounds(50, 1000);
const NEXT = { terms: 'book', book: 'subscribe', subscribe: 'undo', undo: 'void', void: 'terms' };
/** Where a step leaves the unit: taken back is a subscription to its booking, a booking to nothing. */
const STATE = { terms: 'A', book: 'B', subscribe: 'S', undo: 'B', void: 'A' };

/** One home on its way: the last step that was answered, and the one that is open. */
class Seller {
  constructor(unit, customer, plan) {
    Object.assign(this, { unit, customer, plan, last: 'void', told: null, open: null, deals: 0, done: 0 });
  }

  /** The next step, as it will be sent until it is answered. False: the daemon died before it was known. */
  async begin(client) {
    const step = NEXT[this.last];
    const unit = await maybe(client.request('GET', `/api/v1/units/${this.unit}`));
    if (!unit) return false;
    const { deal } = this;
    const back = { path: `/api/v1/deals/${deal?.id}/void`, body: { version: deal?.version, reason: '录错' } };
    this.open = {
      step,
      key: newKey(),
      ...{
        terms: {
          path: `/api/v1/units/${this.unit}/terms`,
          body: { customer_id: this.customer, plan_id: this.plan, bank: '建设银行', loan_years: 30 },
        },
        book: {
          path: '/api/v1/deals',
          body: {
            stage: 'B',
            unit_id: this.unit,
            unit_version: unit.body.version,
            terms_id: this.terms,
            buyers: [{ customer_id: this.customer, share_bp: 10000 }],
            document_again: DOCUMENT,
          },
        },
        subscribe: {
          path: `/api/v1/deals/${deal?.id}/advance`,
          body: { version: deal?.version, stage: 'S', document_again: DOCUMENT },
        },
        undo: back,
        void: back,
      }[step],
    };
    return true;
  }

  /** Answered or not; what it said is what the next step stands on. */
  async send(client) {
    const { step, path, body, key } = this.open;
    const reply = await maybe(client.request('POST', path, { body, key }));
    if (!reply) return false;
    assert.ok(reply.status === 200 || reply.status === 201, `${step}: ${reply.bytes}`);
    if (step === 'terms') this.terms = reply.body.id;
    else this.deal = reply.body;
    if (step === 'book') this.deals += 1;
    this.told = { ...this.open, bytes: reply.bytes };
    this.last = step;
    this.open = null;
    this.done += 1;
    return true;
  }

  /**
   * What @unit of the chart, the deals and the lines say, against what was answered; the open step is there whole or
   * not. True: it is there.
   */
  async check(client, unit) {
    const { items } = await client.get(`/api/v1/deals?unit=${this.unit}&limit=199`);
    const live = items.filter((d) => d.outcome === null);
    const { step } = this.open ?? {};
    const landed = step !== undefined && step !== 'terms' && unit.state === STATE[step];
    const now = landed ? step : this.last;
    assert.equal(unit.state, STATE[now], `after ${this.last}, ${step} open`);
    assert.equal(items.length, this.deals + (landed && now === 'book' ? 1 : 0), 'one deal a booking');
    assert.deepEqual(
      live.map((d) => d.stage),
      unit.state === 'A' ? [] : [unit.state],
    );
    for (const { id } of live) {
      const deal = await client.get(`/api/v1/deals/${id}`);
      assert.equal(deal.buyers.length, 1);
      const owed = deal.receivables.reduce((all, line) => all + line.amount_fen, 0);
      assert.equal(owed, unit.state === 'S' ? deal.total_fen : owed);
      if (!landed) assert.equal(deal.version, this.deal.version, 'acknowledged is there');
    }
    return landed;
  }
}

/** A copy of the state on which sixteen sell, round after round. */
class Spell {
  constructor(site, project, seller) {
    const sellers = Array.from({ length: SELLERS }, (_, i) => seller(i));
    Object.assign(this, { site, project, sellers, landed: 0 });
  }

  async enter() {
    await this.site.start();
    this.client = await this.site.login('manager');
  }

  get done() {
    return this.sellers.reduce((all, one) => all + one.done, 0);
  }

  /** Each home as the chart has it. */
  async units() {
    const all = new Map((await internalUnits(this.client, this.project)).map((u) => [u.id, u]));
    return this.sellers.map((one) => all.get(one.unit));
  }

  async sell(one) {
    do if (!(await one.begin(this.client))) return;
    while (await one.send(this.client));
  }

  /** Killed when so much was done, and a little later: at any moment of the next, however fast the machine is. */
  async broken() {
    const enough = this.done + SELLERS * (1 + 3 * random());
    const running = this.sellers.map((one) => this.sell(one));
    for (const end = performance.now() + 30000; this.done < enough; await sleep(1))
      assert.ok(performance.now() < end, 'nothing is sold');
    await killAfter(this.site, random() * 20);
    await Promise.all(running);
  }

  /** What is there of @one; then the same is asked again, of what was answered and of what was not. */
  async recover(one, unit) {
    if (await one.check(this.client, unit)) this.landed += 1;
    const { told } = one;
    if (told) {
      const replay = await this.client.request('POST', told.path, { body: told.body, key: told.key });
      assert.ok(replay.bytes.equals(told.bytes), 'the same key, the same answer');
    }
    if (one.open) assert.equal(await one.send(this.client), true, 'the retry of what was open');
  }

  async round() {
    await this.broken();
    await this.enter();
    const found = await this.units();
    await Promise.all([verified(this.site), ...this.sellers.map((one, i) => this.recover(one, found[i]))]);
    const after = await this.units();
    await Promise.all(this.sellers.map((one, i) => one.check(this.client, after[i])));
  }
}

describe('kill -9 while sixteen homes are sold', () => {
  test('every step whole or not there, acknowledged once', async () => {
    const made = await Site.demo();
    try {
      const manager = await made.login('manager');
      const { project, buyer } = await Sales.of(manager);
      const plan = (await manager.get(`/api/v1/projects/${project}/plans`)).items.find(
        (p) => p.enabled && p.kind === 'commercial',
      ).id;
      const { items } = await manager.get(`/api/v1/projects/${project}/units?limit=500`);
      const homes = items.filter((u) => u.state === 'A' && u.class === 'home' && u.total_fen);
      assert.ok(homes.length >= SELLERS);
      await made.stop();
      let [done, landed] = [0, 0];
      await inParallel(Math.ceil(ROUNDS / SPELL), WIDE, async (n) => {
        const spell = new Spell(copyOf(made), project, (i) => new Seller(homes[i].id, buyer, plan));
        try {
          await spell.enter();
          for (let i = n * SPELL; i < Math.min((n + 1) * SPELL, ROUNDS); i += 1) await spell.round();
          done += spell.done;
          landed += spell.landed;
        } finally {
          await drop(spell.site);
        }
      });
      console.log(`${ROUNDS} rounds: ${done} steps, ${landed} done and not acknowledged`);
      assert.ok(done > ROUNDS * SELLERS);
      assert.ok(landed > 0, 'never between the commit and its answer');
    } finally {
      await drop(made);
    }
  });
});
