// payment_rate, payment_growth: money taken on receipts, through HTTP and durable; and what one costs where there is much.
// arrears: what a large project is owed, as the office asks for it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { WORK, ask, at_percent, cpu_ns, in_turn, log_in, median, run, serve, short, site, sleep, tool, unserve } from './lib.mjs';
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
  const counter = await Counter.open(site(10000, 'money', { receipts: 0 }), ((ROUNDS + 1) * PAYMENTS) / EACH);
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

// FC 28's sets S and L: units, customers, receipts. L is one project here, which is not less. Nearly all homes on sale are sold.
const SETS = [
  [1027, { customers: 20000, deals: 440, receipts: 8000 }],
  [60000, { customers: 400000, deals: 29000, receipts: 500000 }],
];

const size_of = ([units, more]) =>
  Object.entries({ units, ...more })
    .map(([what, n]) => `${n / 1000}k ${what}`)
    .join(', ');

async function payment_growth() {
  const counters = [];
  const PART = 320; // a round
  try {
    for (const [i, set] of SETS.entries()) counters.push(await Counter.open(site(set[0], `money-${i}`, set[1]), CLIENTS));
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
    const notes = `${short(s)} us at S, ${short(l)} us at L: ${size_of(SETS[1])}`;
    return [{ name: 'payment_growth', value: l, unit: 'us cpu', reference: s, ratio: l / s, judge: 'ratio', must: ['<=', 1.3], aim: ['<=', 1.05], spread: notes }];
  } finally {
    for (const { office } of counters) await office.close();
  }
}

const PAGE = 100;

/** What both say of the first lines and of the sums; the name of a customer is masked in ours. */
function answers_of(list, sums, rows) {
  const ours = list.items.map((l) => [l.id, l.deal_id, l.unit, l.customer_id, l.user_id, l.user, l.fund, l.plan_name, l.amount_fen, l.received_fen, l.owed_fen, l.due_date, l.dunned_on, l.dunned_way]);
  const theirs = rows.slice(0, PAGE).map((row) => row.filter((_, i) => i !== 4));
  const all = [...sums.items, sums.total].map((s) => [s.lines, s.deals, s.owed_fen]);
  const bands = sums.items.map((_, i) => rows.slice(PAGE).find(([band]) => band === i) ?? []).concat([rows.at(-1)]);
  const late = list.items.reduce((fen, l) => fen + l.late_fen, 0); // no contract says anything of it
  return [JSON.stringify([ours, all, late]), JSON.stringify([theirs, bands.map((b) => [b[1] ?? 0, b[3] ?? 0, b[5] ?? 0]), 0])];
}

// The page and its sums, one after the other, as the office asks for them, against one statement that says both.
async function arrears() {
  const place = site(SETS[1][0], 'arrears', SETS[1][1]);
  const daemon = await serve(place);
  const path = `/api/v1/projects/${place.project}/arrears`;
  try {
    const cookie = await log_in(daemon, { ...place, login: place.manager });
    const get = async (more) => JSON.parse((await ask(daemon, 'GET', path + more, { cookie })).bytes);
    const plain = (today) => JSON.parse(run(tool('bench_arrears'), [join(place.folder, 'anchang.db'), String(place.project), today, String(PAGE)]));
    const parts = [[], []];
    const timed = async () => {
      const begun = now_ms();
      await get('');
      const between = now_ms();
      await get('/totals');
      const spent = [between - begun, now_ms() - between];
      spent.forEach((ms, i) => parts[i].push(ms));
      return spent[0] + spent[1];
    };
    const sums = await get('/totals');
    const [ours, theirs] = answers_of(await get(''), sums, plain(sums.day).rows);
    if (ours !== theirs) throw new Error(`arrears: the answers differ: ${ours.slice(0, 300)} ${theirs.slice(0, 300)}`);
    const result = await in_turn(ROUNDS, timed, () => plain(sums.day).ms);
    const notes = `${result.spread}; the page ${short(median(parts[0]))}, the sums ${short(median(parts[1]))} ms; ${sums.total.lines} lines are owed; ${size_of(SETS[1])}`;
    return [{ name: 'arrears', unit: 'ms', judge: 'ratio', must: ['<=', 1.5], aim: ['<=', 1.1], ...result, spread: notes }];
  } finally {
    await unserve(daemon);
  }
}

export const figures = { payment_rate, payment_growth, arrears };
