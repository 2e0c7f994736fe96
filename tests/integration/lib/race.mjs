// race.mjs - a unit that 64 want at the same instant, by every way there is: what each sends, and how the unit is made
// free again. Who may win is the test's.
import assert from 'node:assert/strict';
import { newKey } from './client.mjs';
import { oneOf, random } from './rounds.mjs';
import { DOCUMENT, Sales } from './service.mjs';
import { act, draft, publicUnits, reprice, step } from './walk.mjs';

const CLIENTS = 64;
const TWINS = 16; // of them may send what another of the same person sends, with its key: a click too many
const EXCHANGES = 3;
/** Whose connections they are; the rest is the controller's. */
const SELLERS = 36;
const MANAGERS = 14;
/** Of three who want it one goes by the version that comes next: it finds the unit taken, not only changed. */
const AHEAD = 1 / 3;

/** How available a state reads in public, and as what (db/states.def). */
const RANK = { A: 9, K: 8, R: 7, X: 7, B: 6, S: 5, C: 4, U: 0, N: 0 };
const inPublic = (state) => (state === 'R' ? 'X' : state);

/** From which states each way leads where; own: from its own lock too (db/transitions.def). */
export const WAYS = {
  lock: { from: 'A', to: 'K' },
  book: { from: 'A', to: 'B', own: true },
  subscribe: { from: 'A', to: 'S', own: true },
  sign: { from: 'A', to: 'C' },
  exchange: { from: 'A', to: 'S' },
  hold: { from: 'UA', to: 'X' },
  reserve: { from: 'UA', to: 'R' },
  unhold: { from: 'RX', to: 'A' },
  release: { from: 'U', to: 'A' },
};
const SELLING = ['lock', 'book', 'subscribe', 'sign'];
const STAGE = { book: 'B', subscribe: 'S', sign: 'C' };

let papers = 0;

/** Everybody, and what they need to sell. */
export class Office {
  static async of(site) {
    const one = new Office();
    const names = ['admin', 'manager', 'control', 'sales'];
    const people = await Promise.all(names.map((login) => site.login(login)));
    names.forEach((name, i) => (one[name] = people[i]));
    const { project, buyer } = await Sales.of(one.sales);
    Object.assign(one, { project, buyer, taken: new Set(), places: [] });
    const { items } = await one.sales.get(`/api/v1/projects/${project}/plans`);
    one.plan = items.find((p) => p.enabled && p.kind === 'commercial').id;
    one.shown = (await one.sales.get(`/api/v1/projects/${project}/showings`)).items.map((item) => item.code);
    one.kiosk = await site.terminal(one.admin, { project });
    return one;
  }

  unit(id) {
    return this.sales.get(`/api/v1/units/${id}`);
  }

  /** A home on sale that nobody has touched. */
  async fresh() {
    const { items } = await this.sales.get(`/api/v1/projects/${this.project}/units?limit=500`);
    const { id } = items.find(
      (u) => u.state === 'A' && u.class === 'home' && u.total_fen && !this.taken.has(u.id),
    );
    this.taken.add(id);
    return id;
  }

  async terms(unitId, who = this.sales, more = {}) {
    const body = { customer_id: this.buyer, plan_id: this.plan, ...more };
    return (await who.post(`/api/v1/units/${unitId}/terms`, body, 201)).id;
  }

  deal(unit, stage, terms_id) {
    return {
      stage,
      unit_id: unit.id,
      unit_version: unit.version,
      terms_id,
      buyers: [{ customer_id: this.buyer, share_bp: 10000 }],
      document_again: DOCUMENT,
      ...(stage === 'C' && { document: `HT-${++papers}`, shown: this.shown }),
    };
  }

  /** Only so does what is free again look so in public. Again when the clock freed something meanwhile. */
  async publish() {
    const { control, manager } = this;
    for (;;) {
      const submitted = await step(control, await draft(control, this.project), 'submit');
      const { code } = await step(manager, submitted, 'approve', { hash: submitted.hash }, [200, 409]);
      if (!code) break;
      assert.equal(code, 'publication.changed');
      await step(control, submitted, 'withdraw');
    }
    const units = await publicUnits(this.kiosk, this.project);
    for (const place of this.places) place.published(units.find((u) => u.id === place.id).state);
  }
}

/** A deal elsewhere whose buyer waits to exchange it. */
class Exchange {
  static async of(office) {
    const one = Object.assign(new Exchange(), { office });
    const unit = await office.unit(await office.fresh());
    one.deal = await office.sales.post(
      '/api/v1/deals',
      office.deal(unit, 'S', await office.terms(unit.id)),
      201,
    );
    return one;
  }

  /** For @unitId, by a request that awaits the manager's word. */
  async ask(unitId) {
    const { sales, manager } = this.office;
    if (this.approval) {
      const { version } = await sales.get(`/api/v1/approvals/${this.approval}`);
      await sales.post(`/api/v1/approvals/${this.approval}/withdraw`, { version, reason: '另选' }, 200);
    }
    const terms_id = await this.office.terms(unitId, sales, { deal_id: this.deal.id, for_change: true });
    const body = { kind: 'exchange', version: this.deal.version, reason: '客户申请', terms_id };
    const change = await sales.post(`/api/v1/deals/${this.deal.id}/changes`, body, 201);
    this.change = change.id;
    this.approval = change.approval_id;
    const { items } = await manager.get('/api/v1/my/approvals?limit=200');
    this.task = items.find((a) => a.id === this.approval);
  }

  /** It was approved: the deal it led to, on its own unit, is the one that may be exchanged next. */
  async done() {
    const { new_deal_id } = await this.office.sales.get(`/api/v1/deal-changes/${this.change}`);
    const left = this.deal.unit_id;
    this.deal = await this.office.sales.get(`/api/v1/deals/${new_deal_id}`);
    this.approval = null;
    return left;
  }
}

/** The unit in question, as it is between the rounds: free, version known, terms at hand for each who may sell it. */
export class Place {
  static async of(office, exchanges = EXCHANGES) {
    const one = Object.assign(new Place(), { office, exchanges: [] });
    office.places.push(one);
    for (let i = 0; i < exchanges; i += 1) one.exchanges.push(await Exchange.of(office));
    await one.move(await office.fresh());
    return one;
  }

  async move(id) {
    const { office } = this;
    this.id = id;
    this.shown = 'A'; // in public; it was published as it is
    const sellers = [...Array(SELLERS).fill(office.sales), ...Array(MANAGERS).fill(office.manager)];
    this.clients = Array.from({ length: CLIENTS }, (_, i) => ({ who: sellers[i] ?? office.control }));
    for (const client of this.clients) await this.terms(client);
    for (const one of this.exchanges) await one.ask(id);
    await this.read();
  }

  /** As it is, that is; free too when the clock was there first. */
  published(state) {
    assert.ok(
      ['A', inPublic(this.unit.state)].includes(state),
      `${this.unit.state} is published as ${state}`,
    );
    this.shown = state;
  }

  async terms(client) {
    if (client.who !== this.office.control) client.terms = await this.office.terms(this.id, client.who);
  }

  async read() {
    this.unit = await this.office.unit(this.id);
    this.went(this.unit.state);
    return this.unit;
  }

  /** Through @state: in public it looks less available from then on, never more. */
  went(state) {
    if (RANK[state] < RANK[this.shown]) this.shown = inPublic(state);
  }

  path(step) {
    return `/api/v1/projects/${this.office.project}/units/${step}`;
  }

  batch(step, more = {}) {
    return act(this.office.control, this.office.project, step, [this.unit], more);
  }

  // ---- before a round: not free, until one of the 64 or the clock frees it

  async held(ms) {
    await this.batch('hold', { reason: '内部保留', until_ms: (this.until = Date.now() + ms) });
    await this.read();
  }

  async unreleased() {
    const document = '决议';
    await this.batch('retain', { kind: 'other', reason: '暂留', document });
    await this.read();
    await this.batch('unretain', { reason: '解除', document });
    await this.read();
  }

  // ---- what is sent

  /** What @client sends to get it by @way, or to free it for all. */
  attempt(client, way, exchange) {
    const { office, unit } = this;
    const version = unit.version + (random() < AHEAD && way !== 'unhold' && way !== 'release' ? 1 : 0);
    const units = [{ id: unit.id, version }];
    const until_ms = Date.now() + 3600000;
    const sent = (path, body) => ({ client, who: client.who, way, version, path, body, key: newKey() });
    switch (way) {
      case 'lock':
        return sent(`/api/v1/units/${unit.id}/lock`, { version });
      case 'hold':
        return sent(this.path(way), { units, reason: '内部保留', until_ms });
      case 'reserve':
        return sent(this.path(way), { units, reason: '预留', holder: '某客户', until_ms });
      case 'unhold':
        return sent(this.path(way), { units, reason: '解除' });
      case 'release':
        return sent(this.path(way), { units });
      case 'exchange':
        return {
          ...sent(`/api/v1/approval-tasks/${exchange.task.task_id}/decide`, {
            version: exchange.task.version,
            outcome: 'approved',
            note: '按此办理',
          }),
          exchange,
          version: null,
        };
      default:
        return sent('/api/v1/deals', office.deal({ id: unit.id, version }, STAGE[way], client.terms));
    }
  }

  /** What all 64 send; @opener: what one of the controller's must send, so that there is something to have. */
  attempts(opener) {
    const { control, manager } = this.office;
    const exchanges = [...this.exchanges];
    const all = this.clients.map((client) => {
      if (client.who === control && opener) {
        const way = opener;
        opener = null;
        return this.attempt(client, way);
      }
      if (client.who === control) return this.attempt(client, oneOf(['lock', 'hold', 'reserve']));
      if (client.who === manager && exchanges.length)
        return this.attempt(client, 'exchange', exchanges.pop());
      return this.attempt(client, oneOf(SELLING));
    });
    for (let n = 0; n < TWINS; n += 1) {
      const [i, k] = [random(), random()].map((r) => Math.floor(r * CLIENTS));
      if (all[i].who === all[k].who && !['unhold', 'release', 'exchange'].includes(all[i].way))
        all[i] = all[k];
    }
    return all;
  }

  // ---- after a round

  /** Free again, by the hands of those who may. @won: what was carried out. */
  async free(won) {
    const { control, manager, project } = this.office;
    const exchanged = won.find((a) => a.way === 'exchange')?.exchange;
    if (exchanged) {
      // An exchange is not taken back. What was left by it is sold on at a price that was looked at again.
      const left = await exchanged.done();
      const { total_fen } = await this.office.unit(left);
      await reprice(control, manager, project, left, total_fen - 100);
      await this.office.publish();
      return this.move(left);
    }
    const deal = won.find((a) => STAGE[a.way]);
    for (let { state } = await this.read(); state !== 'A'; { state } = await this.read())
      if (state === 'K') await control.post(`/api/v1/units/${this.id}/lock/release`, {}, 200);
      else if (state === 'U') await this.batch('release');
      else if (state === 'X' || state === 'R') await this.batch('unhold', { reason: '解除' });
      else {
        const { id, version } = deal.reply.body;
        await control.post(`/api/v1/deals/${id}/void`, { version, reason: '录错' }, 200);
        await this.terms(deal.client);
      }
    return null;
  }
}
