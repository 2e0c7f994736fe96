// F1, F2: kill -9 while sixteen consultants sell: fixed terms, a booking, a subscription, both taken back, again. Each
// step is there whole or not at all, in the deal, its unit and what it owes; what was acknowledged stays, once.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newKey } from '../integration/lib/client.mjs';
import { random, rounds } from '../integration/lib/rounds.mjs';
import { DOCUMENT, Sales } from '../integration/lib/service.mjs';
import { Site } from '../integration/lib/site.mjs';
import { drop, killAfter, maybe, verified } from './lib/broken.mjs';

const SELLERS = 16;
const ROUNDS = rounds(15, 1000);
const NEXT = { terms: 'book', book: 'subscribe', subscribe: 'undo', undo: 'void', void: 'terms' };
/** Where a step leaves the unit: taken back is a subscription to its booking, a booking to nothing. */
const STATE = { terms: 'A', book: 'B', subscribe: 'S', undo: 'B', void: 'A' };

/** One consultant and one home: the last step that was answered, and the one that is open. */
class Seller {
  constructor(unit, customer, plan) {
    Object.assign(this, { unit, customer, plan, last: 'void', told: null, open: null, deals: 0, done: 0 });
  }

  /** The next step, as it will be sent until it is answered. False: the daemon died before it was known. */
  async begin(sales) {
    const step = NEXT[this.last];
    const unit = await maybe(sales.request('GET', `/api/v1/units/${this.unit}`));
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
  async send({ sales, control }) {
    const { step, path, body, key } = this.open;
    const reply = await maybe((path.endsWith('/void') ? control : sales).request('POST', path, { body, key }));
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

  /** What the unit, the deals and the lines say, against what was answered; the open step is there whole or not. */
  async check(sales) {
    const unit = await sales.get(`/api/v1/units/${this.unit}`);
    const { items } = await sales.get(`/api/v1/deals?unit=${this.unit}&limit=199`);
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
      const deal = await sales.get(`/api/v1/deals/${id}`);
      assert.equal(deal.buyers.length, 1);
      const owed = deal.receivables.reduce((all, line) => all + line.amount_fen, 0);
      assert.equal(owed, unit.state === 'S' ? deal.total_fen : owed);
      if (!landed) assert.equal(deal.version, this.deal.version, 'acknowledged is there');
    }
    return landed;
  }
}

describe('kill -9 while sixteen consultants sell', () => {
  test('every step whole or not there, acknowledged once', async () => {
    const site = await Site.demo();
    try {
      let people;
      const enter = async () => {
        const [sales, control] = await Promise.all(['sales', 'control'].map((login) => site.login(login)));
        people = { sales, control };
      };
      await enter();
      const project = (await people.sales.get('/api/v1/projects')).items[0].id;
      const plan = (await people.sales.get(`/api/v1/projects/${project}/plans`)).items.find(
        (p) => p.enabled && p.kind === 'commercial',
      ).id;
      const { items } = await people.sales.get(`/api/v1/projects/${project}/units?limit=500`);
      const homes = items.filter((u) => u.state === 'A' && u.class === 'home' && u.total_fen);
      assert.ok(homes.length >= SELLERS);
      const sellers = [];
      const { buyer } = await Sales.of(people.sales, people.control);
      for (let i = 0; i < SELLERS; i += 1) sellers.push(new Seller(homes[i].id, buyer, plan));
      let landed = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const running = sellers.map(async (one) => {
          do if (!(await one.begin(people.sales))) return;
          while (await one.send(people));
        });
        await killAfter(site, 30 + random() * 400);
        await Promise.all(running);
        await site.start();
        await enter();
        for (const one of sellers) {
          landed += await one.check(people.sales);
          const { told } = one;
          if (told) {
            const who = told.path.endsWith('/void') ? people.control : people.sales;
            const replay = await who.request('POST', told.path, { body: told.body, key: told.key });
            assert.ok(replay.bytes.equals(told.bytes), 'the same key, the same answer');
          }
          if (one.open) assert.equal(await one.send(people), true, 'the retry of what was open');
          await one.check(people.sales);
        }
        await verified(site);
      }
      const done = sellers.reduce((all, one) => all + one.done, 0);
      console.log(`${done} steps, ${landed} done and not acknowledged`);
      assert.ok(done > ROUNDS * SELLERS);
    } finally {
      await drop(site);
    }
  });
});
