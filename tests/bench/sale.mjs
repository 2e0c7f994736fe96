// sale_rate, hot_unit: subscriptions with their schedule, through HTTP and durable; and one unit that everybody wants.
import { Agent } from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { WORK, ask, at_percent, call, cpu_ns, in_turn, log_in, median, run, serve, short, site, sleep, tool, unserve } from './lib.mjs';

export const CLIENTS = 64;
const ROUNDS = 5;
const SALES = 640; // a round
const NOTICE = '隐私告知 2026-01';

const now_ms = () => Number(process.hrtime.bigint()) / 1e6;

/** An identity number by GB 11643 of a person who is not there. */
function document_of(n) {
  const body = `110105${1950 + (Math.floor(n / 1000) % 50)}0101${String(n % 1000).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((all, weight, i) => all + weight * Number(body[i]), 0);
  return body + '10X98765432'[sum % 11];
}

/** The project of @place with its consultant, and the homes that are on sale. */
export class Office {
  static async open(place) {
    const one = Object.assign(new Office(), { place, daemon: await serve(place) });
    one.agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    one.cookie = await log_in(one.daemon, { ...place, login: place.consultant });
    one.plan = (await one.get(`/api/v1/projects/${place.project}/plans`)).items[0].id;
    one.units = [];
    for (let at = ''; at !== undefined;) {
      const page = await one.get(`/api/v1/projects/${place.project}/units?limit=500${at && `&cursor=${at}`}`);
      one.units.push(...page.items.filter((u) => u.state === 'A' && u.total_fen));
      at = page.next;
    }
    return one;
  }

  async get(path) {
    return JSON.parse((await ask(this.daemon, 'GET', path, { cookie: this.cookie })).bytes);
  }

  /** Sent over one of so many connections; the answer, whatever it is. */
  send(path, body, key, cookie = this.cookie) {
    const headers = { 'Idempotency-Key': key ?? `bench-${(this.keys = (this.keys ?? 0) + 1)}-${process.pid}` };
    return call(this.daemon, 'POST', path, { cookie, body, headers, agent: this.agent });
  }

  async make(path, body) {
    const answer = await this.send(path, body);
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.bytes}`);
    return JSON.parse(answer.bytes);
  }

  async buyer(n) {
    const document = document_of(n);
    const { id } = await this.make('/api/v1/customers', {
      kind: 'person',
      name: '测量客户',
      notice: NOTICE,
      source_id: 3,
      phones: [{ number: `199${String(n).padStart(8, '0')}` }],
      document: { kind: 'id_card', number: document },
    });
    return { id, document };
  }

  /** What is asked for the subscription of @unit by a buyer of its own, the terms fixed. */
  async asked(unit, n) {
    const buyer = await this.buyer(n);
    const terms = await this.make(`/api/v1/units/${unit.id}/terms`, {
      customer_id: buyer.id,
      plan_id: this.plan,
      bank: '建设银行',
      loan_years: 30,
    });
    return {
      stage: 'S',
      unit_id: unit.id,
      unit_version: unit.version,
      terms_id: terms.id,
      buyers: [{ customer_id: buyer.id, share_bp: 10000 }],
      document_again: buyer.document,
    };
  }

  /** Each of the clients does the next until all are done. */
  async together(list, act) {
    let next = 0;
    const client = async () => {
      while (next < list.length) await act(list[next++]);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  }

  /** Its database as it is now, in one file. */
  copy(folder, name) {
    const file = join(folder, name);
    run('sqlite3', ['-readonly', join(this.place.folder, 'anchang.db'), `VACUUM INTO '${file}'`]);
    return file;
  }

  async close() {
    this.agent.destroy();
    await unserve(this.daemon);
  }
}

async function sale_rate() {
  const office = await Office.open(site(10000, 'sale')); // half of them come sold
  let buyers = 0;
  const folder = join(WORK, 'plain');
  mkdirSync(folder, { recursive: true });
  try {
    const wanted = [];
    await office.together(office.units.slice(0, (ROUNDS + 1) * SALES), async (unit) => wanted.push(await office.asked(unit, buyers++)));
    const times = [];
    const costs = []; // us of the daemon's processors a sale
    const sell = async (list) => {
      const cost = cpu_ns(office.daemon.pid);
      const begun = now_ms();
      await office.together(list, async (body) => {
        const at = now_ms();
        await office.make('/api/v1/deals', body);
        times.push(now_ms() - at);
      });
      const spent = now_ms() - begun;
      costs.push((cpu_ns(office.daemon.pid) - cost) / list.length / 1000);
      return (list.length * 1000) / spent;
    };
    const before = office.copy(folder, 'before.db');
    await sell(wanted.splice(0, SALES)); // warms up, and says what a sale writes
    const after = office.copy(folder, 'after.db');
    let rows = 0;
    times.length = 0;
    costs.length = 0;
    const result = await in_turn(
      ROUNDS,
      () => sell(wanted.splice(0, SALES)),
      () => {
        const plain = JSON.parse(run(tool('bench_rows'), [before, after, String(SALES), folder, '1']));
        ({ rows } = plain);
        return plain.single[0];
      },
    );
    const notes = `${result.spread}; ${rows} rows a sale; p99 ${short(at_percent(times, 99))} ms; cpu ${short(median(costs))} us a sale`;
    return [{ name: 'sale_rate', unit: '/s', judge: 'ratio', must: ['>=', 1], aim: ['>=', 4], ...result, spread: notes }];
  } finally {
    await office.close();
  }
}

// One home, five hundred tries a second by all who want it: each is decided soon, one of them has it.
async function hot_unit() {
  const SECONDS = 10;
  const RATE = 500;
  const office = await Office.open(site(10000, 'hot'));
  try {
    const [unit] = office.units;
    const bodies = [];
    for (let i = 0; i < CLIENTS; i += 1) bodies.push(await office.asked(unit, i));
    const times = [];
    const answers = new Map();
    const open = [];
    const begun = now_ms();
    for (let i = 0; i < SECONDS * RATE; i += 1) {
      const due = begun + (i * 1000) / RATE;
      if (due > now_ms()) await sleep(due - now_ms());
      const from = Math.min(due, now_ms()); // a timer may be early
      open.push(
        office.send('/api/v1/deals', bodies[i % CLIENTS]).then(({ status }) => {
          times.push(now_ms() - from); // also what it waited for its turn
          answers.set(status, (answers.get(status) ?? 0) + 1);
        }),
      );
    }
    await Promise.all(open);
    const rate = (times.length * 1000) / (now_ms() - begun);
    if (answers.get(201) !== 1 || answers.get(409) !== SECONDS * RATE - 1) throw new Error(`hot_unit: ${[...answers]}`);
    const notes = `${short(rate)} tries/s, one sold; median ${short(at_percent(times, 50))}, p90 ${short(at_percent(times, 90))} ms`;
    return [{ name: 'hot_unit', value: at_percent(times, 99), unit: 'ms p99', judge: 'value', must: ['<=', 50], aim: ['<=', 10], spread: notes }];
  } finally {
    await office.close();
  }
}

export const figures = { sale_rate, hot_unit };
