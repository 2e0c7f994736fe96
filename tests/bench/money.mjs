// payment_rate, payment_growth: money taken on receipts, through HTTP and durable; and what one costs where there is much.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { WORK, at_percent, cpu_ns, in_turn, log_in, median, run, short, site, sleep, tool } from './lib.mjs';
import { CLIENTS, Office } from './sale.mjs';

const ROUNDS = 5;
const PAYMENTS = 640; // a round
const EACH = 8; // of a deal: between six and twelve receipts come for a home (FC 28)

const now_ms = () => Number(process.hrtime.bigint()) / 1e6;

/** A project with its cashier, and so many deals whose first money has come in. */
class Counter {
  static async open(place, deals) {
    const one = Object.assign(new Counter(), { place, office: await Office.open(place), deals: [], next: 0 });
    one.cookie = await log_in(one.office.daemon, { ...place, login: place.cashier });
    const { office } = one;
    let buyers = 0;
    const asked = [];
    await office.together(office.units.slice(0, deals), async (unit) => asked.push(await office.asked(unit, buyers++)));
    await office.together(asked, async (body) => one.deals.push((await office.make('/api/v1/deals', body)).id));
    await office.together(one.deals, (deal) => one.pay(deal, 'down_payment'));
    return one;
  }

  async pay(deal, fund) {
    const { office, place } = this;
    const amount_fen = 10000;
    const body = {
      book_id: place.book,
      lines: [{ fund, amount_fen }],
      tenders: [{ tender: 'card', amount_fen, reference: `S${(this.next += 1)}`, card: '8888' }],
    };
    const answer = await office.send(`/api/v1/deals/${deal}/receipts`, body, undefined, this.cookie);
    if (answer.status !== 201) throw new Error(`a payment: ${answer.status} ${answer.bytes}`);
  }

  /** So many payments, deal after deal. */
  list(n) {
    this.at = this.at ?? 0;
    return Array.from({ length: n }, () => this.deals[this.at++ % this.deals.length]);
  }
}

async function payment_rate() {
  const counter = await Counter.open(site(10000, 'money', 0, 0), ((ROUNDS + 1) * PAYMENTS) / EACH);
  const { office } = counter;
  const folder = join(WORK, 'plain');
  mkdirSync(folder, { recursive: true });
  try {
    const times = [];
    const costs = []; // us of the daemon's processors a payment
    const take = async (n) => {
      const list = counter.list(n);
      const cost = cpu_ns(office.daemon.pid);
      const begun = now_ms();
      await office.together(list, async (deal) => {
        const at = now_ms();
        await counter.pay(deal, 'down_payment');
        times.push(now_ms() - at);
      });
      const spent = now_ms() - begun;
      costs.push((cpu_ns(office.daemon.pid) - cost) / n / 1000);
      return (n * 1000) / spent;
    };
    const before = office.copy(folder, 'before.db');
    await take(PAYMENTS); // warms up, and says what a payment writes
    const after = office.copy(folder, 'after.db');
    let rows = 0;
    times.length = 0;
    costs.length = 0;
    const result = await in_turn(
      ROUNDS,
      () => take(PAYMENTS),
      () => {
        const plain = JSON.parse(run(tool('bench_rows'), [before, after, String(PAYMENTS), folder, '1']));
        ({ rows } = plain);
        return plain.single[0];
      },
    );
    const notes = `${result.spread}; ${rows} rows a payment; p99 ${short(at_percent(times, 99))} ms; cpu ${short(median(costs))} us a payment`;
    return [{ name: 'payment_rate', unit: '/s', judge: 'ratio', must: ['>=', 1], aim: ['>=', 4], ...result, spread: notes }];
  } finally {
    await office.close();
  }
}

// FC 28's sets S and L: units, customers, receipts. L is one project here, which is not less.
const SETS = [
  [1027, 20000, 8000],
  [60000, 400000, 500000],
];

async function payment_growth() {
  const counters = [];
  const PART = 320; // a round
  try {
    for (const [i, set] of SETS.entries()) counters.push(await Counter.open(site(set[0], `money-${i}`, set[1], set[2]), CLIENTS));
    const costs = SETS.map(() => []);
    await sleep(200);
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const [i, counter] of counters.entries()) {
        const { office } = counter;
        const cost = cpu_ns(office.daemon.pid);
        await office.together(counter.list(PART), (deal) => counter.pay(deal, 'down_payment'));
        if (round > 0) costs[i].push((cpu_ns(office.daemon.pid) - cost) / PART / 1000); // the first warms up
      }
    const [s, l] = costs.map(median);
    const notes = `${short(s)} us at S, ${short(l)} us at L: ${SETS[1].map((n) => `${n / 1000}k`).join(', ')} units, customers, receipts`;
    return [{ name: 'payment_growth', value: l, unit: 'us cpu', reference: s, ratio: l / s, judge: 'ratio', must: ['<=', 1.3], aim: ['<=', 1.05], spread: notes }];
  } finally {
    for (const { office } of counters) await office.close();
  }
}

export const figures = { payment_rate, payment_growth };
