// F1, F2: kill -9 while two cashiers take money over sixteen connections: each payment is on a receipt or nowhere, what
// was acknowledged stays, the same key is the same receipt, and the numbers of each book go on by one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newKey } from '../integration/lib/client.mjs';
import { random, rounds } from '../integration/lib/rounds.mjs';
import { Sales } from '../integration/lib/service.mjs';
import { Site, sleep } from '../integration/lib/site.mjs';
import { copyOf, drop, inParallel, killAfter, maybe, verified, WIDE } from './lib/broken.mjs';

const PAYERS = 16;
const DEALS = 4;
const SPELL = 10; // rounds on one copy of the state: what is to be read back grows with each
const ROUNDS = rounds(20, 1000);
const CASHIERS = ['cashier', 'manager'];

/** One connection: takes money, twice, and takes the second receipt back; again. */
class Payer {
  constructor(n, deal) {
    Object.assign(this, { n, deal, at: 0, told: null, open: null, receipts: [], done: 0 });
  }

  /** What it sends next, until it is answered. */
  begin(book) {
    const number = ++this.at;
    const last = this.receipts.at(-1);
    if (number % 3 === 0) {
      const path = `/api/v1/receipts/${last.book_id}/${last.no}/void`;
      this.open = { path, key: newKey(), body: { reason: '金额写错' }, last };
      return;
    }
    const [cash, card] = [100 + this.n, 1 + number];
    const body = {
      book_id: book,
      lines: [
        { fund: 'down_payment', amount_fen: cash },
        { fund: 'house_money', amount_fen: card },
      ],
      tenders: [
        { tender: 'cash', amount_fen: cash },
        { tender: 'card', amount_fen: card, reference: `${this.n}-${number}` },
      ],
    };
    this.open = { path: `/api/v1/deals/${this.deal}/receipts`, key: newKey(), body };
  }

  /** Answered or not. */
  async send(client) {
    const { path, key, body, last } = this.open;
    const reply = await maybe(client.request('POST', path, { body, key }));
    if (!reply) return false;
    assert.ok(reply.status === 200 || reply.status === 201, `${path}: ${reply.bytes}`);
    if (last) last.state = reply.body.state;
    else this.receipts.push(reply.body);
    this.told = { ...this.open, bytes: reply.bytes };
    this.open = null;
    this.done += 1;
    return true;
  }

  async pay(client, book) {
    do this.begin(book);
    while (await this.send(client));
  }

  /** Whether what was not answered is among @items, the receipts there are. */
  landed(items) {
    if (!this.open) return false;
    const { last, body } = this.open;
    if (last) return items.find((r) => r.book_id === last.book_id && r.no === last.no).state === 'void';
    const slip = body.tenders[1].reference;
    return items.some((r) => r.tenders.some((t) => t.reference === slip));
  }

  /** What was answered is asked once more, then what was not. */
  async recover(client) {
    const { told } = this;
    if (told) {
      const again = await client.request('POST', told.path, { body: told.body, key: told.key });
      assert.ok(again.bytes.equals(told.bytes), 'the same key, the same receipt');
    }
    if (this.open) assert.equal(await this.send(client), true, 'the retry of what was open');
  }
}

/** A copy of the state on which sixteen pay, round after round. */
class Spell {
  constructor(site, project, deals, books) {
    const payers = Array.from({ length: PAYERS }, (_, n) => new Payer(n, deals[n % DEALS]));
    Object.assign(this, { site, project, deals, books, payers, landed: 0, deposits: 0 });
  }

  async enter() {
    await this.site.start();
    this.clients = await Promise.all(CASHIERS.map((name) => this.site.login(name)));
  }

  client(payer) {
    return this.clients[payer.n % CASHIERS.length];
  }

  get done() {
    return this.payers.reduce((all, one) => all + one.done, 0);
  }

  /** Killed when so much was done, and a little later. */
  async broken() {
    const enough = this.done + PAYERS * (1 + 3 * random());
    const running = this.payers.map((one) => one.pay(this.client(one), this.books[one.n % CASHIERS.length]));
    for (const end = performance.now() + 30000; this.done < enough; await sleep(1))
      assert.ok(performance.now() < end, 'nothing is paid');
    await killAfter(this.site, random() * 20);
    await Promise.all(running);
  }

  /** All receipts, deal by deal, of which each stands for its money; and each book counts its leaves. */
  async read() {
    const all = [];
    for (const [i, id] of this.deals.entries()) {
      const { items } = await this.clients[0].get(`/api/v1/deals/${id}/receipts`);
      const { received_fen } = await this.clients[0].get(`/api/v1/deals/${id}`);
      const stand = items.filter((r) => r.state === 'live');
      assert.equal(
        received_fen,
        stand.reduce((sum, r) => sum + r.total_fen, 0),
        `deal ${i}`,
      );
      all.push(...items);
    }
    const { items } = await this.clients[0].get(`/api/v1/projects/${this.project}/receipt-books`);
    for (const book of this.books) {
      const { first_no, issued } = items.find((b) => b.id === book);
      const numbers = all.filter((r) => r.book_id === book).map((r) => r.no).sort((a, b) => a - b);
      assert.deepEqual(
        numbers,
        numbers.map((_, i) => first_no + i),
        'no gap, none twice',
      );
      assert.equal(numbers.at(-1) ?? null, issued);
    }
    return all;
  }

  /** What was acknowledged is there as it was told; @more are there besides. */
  acknowledged(items, more) {
    const told = this.payers.flatMap((one) => one.receipts);
    const there = new Map(items.map((r) => [`${r.book_id}/${r.no}`, r]));
    for (const r of told) {
      const { state, total_fen, number, tenders } = there.get(`${r.book_id}/${r.no}`);
      assert.deepEqual([total_fen, number, tenders], [r.total_fen, r.number, r.tenders]);
      const taking = this.payers.some((one) => one.open?.last === r);
      if (!taking) assert.equal(state, r.state);
    }
    assert.equal(items.length - this.deposits, told.length + more, 'and no other');
  }

  async round() {
    await this.broken();
    await this.enter();
    const [found] = await Promise.all([this.read(), verified(this.site)]);
    const landed = this.payers.filter((one) => one.landed(found));
    this.landed += landed.length;
    this.acknowledged(found, landed.filter((one) => !one.open.last).length);
    await Promise.all(this.payers.map((one) => one.recover(this.client(one))));
    this.acknowledged(await this.read(), 0);
  }
}

/** A book of their own for both, and a shift. */
async function tills(site, project) {
  const clients = await Promise.all(CASHIERS.map((name) => site.login(name)));
  const manager = clients[CASHIERS.indexOf('manager')];
  const books = [];
  for (const [i, client] of clients.entries()) {
    const range = { kind: 'receipt', source: 'system', prefix: `K${i}`, first_no: 7, last_no: 9000 };
    const { id, version } = await manager.post(`/api/v1/projects/${project}/receipt-books`, range, 201);
    await client.post(`/api/v1/receipt-books/${id}/take-out`, { version }, 200);
    if ((await client.get('/api/v1/my/shifts')).items.every((s) => s.closed_ms !== null))
      await client.post('/api/v1/my/shifts', { float_fen: 0 }, 201);
    books.push(id);
  }
  return books;
}

describe('kill -9 while money is taken', () => {
  test('every payment on its receipt or nowhere, acknowledged once, numbers without a gap', async () => {
    const made = await Site.demo();
    try {
      const shop = await Sales.of(await made.login('sales'), await made.login('cashier'));
      const deals = [];
      for (let i = 0; i < DEALS; i += 1) deals.push((await shop.subscribed()).id);
      const books = await tills(made, shop.project);
      await made.stop();
      let [done, landed] = [0, 0];
      await inParallel(Math.ceil(ROUNDS / SPELL), WIDE, async (n) => {
        const spell = new Spell(copyOf(made), shop.project, deals, books);
        try {
          await spell.enter();
          spell.deposits = (await spell.read()).length;
          for (let i = n * SPELL; i < Math.min((n + 1) * SPELL, ROUNDS); i += 1) await spell.round();
          done += spell.done;
          landed += spell.landed;
        } finally {
          await drop(spell.site);
        }
      });
      console.log(`${ROUNDS} rounds: ${done} steps, ${landed} done and not acknowledged`);
      assert.ok(done > ROUNDS * PAYERS);
      assert.ok(landed > 0, 'never between the commit and its answer');
    } finally {
      await drop(made);
    }
  });
});
