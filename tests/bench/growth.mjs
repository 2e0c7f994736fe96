// growth: what a request and a change cost in processor time as the project gets ten times larger.
import { ask, cpu_ns, log_in, median, run_beside, serve, short, site, sleep, terminal_cookie, unserve } from './lib.mjs';
import { available, chart_of } from './fanout.mjs';

const SIZES = [1000, 10000, 100000];
const ROUNDS = 7;
const CHANGES = 12; // a round

// Processor time of the daemon for @task, which returns how many requests that was.
async function cost(daemon, task) {
  const before = cpu_ns(daemon.pid);
  const n = await task();
  return (cpu_ns(daemon.pid) - before) / n / 1000; // us each
}

async function open(units) {
  const place = site(units, `growth-${units}`);
  const daemon = await serve(place);
  const cookie = terminal_cookie(place, 0);
  const chart = await chart_of(daemon, place);
  // Changes all fall on one building, whose chart is asked for: a kiosk showing it, an office selling.
  const building = chart.buildings[0];
  return { place, daemon, cookie, building: building.id, units: available([building]), session: await log_in(daemon, place), next: 0 };
}

async function hold(one) {
  const id = one.units[one.next];
  if (id === undefined) throw new Error('no unit left to hold');
  one.next += 1;
  await ask(one.daemon, 'POST', `/api/v1/projects/${one.place.project}/units/hold`, {
    cookie: one.session,
    headers: { 'Idempotency-Key': `bench-growth-${id}` },
    body: { units: [{ id, version: one.place.version }], reason: 'bench', until_ms: Date.now() + 86400000 },
  });
}

const project = (one) => `/api/v1/public/projects/${one.place.project}`;
const kinds = {
  building: async (one) => {
    const url = `http://127.0.0.1:${one.daemon.port}${project(one)}/buildings/${one.building}`;
    const text = await run_beside('wrk', ['-t1', '-c1', '-d1s', '-H', `Cookie: ${one.cookie}`, '-H', 'Accept-Encoding: gzip', url]);
    if (/Non-2xx/.test(text)) throw new Error(text);
    return Number(/(\d+) requests in/.exec(text)[1]);
  },
  // The change, and the new chart of its building.
  change: async (one) => {
    for (let i = 0; i < CHANGES; i += 1) {
      await hold(one);
      await ask(one.daemon, 'GET', `${project(one)}/buildings/${one.building}`, { cookie: one.cookie });
    }
    return CHANGES;
  },
  // The whole chart, made anew after a change: for the record.
  chart: async (one) => {
    for (let i = 0; i < 2; i += 1) {
      await hold(one);
      await ask(one.daemon, 'GET', `${project(one)}/chart`, { cookie: one.cookie });
    }
    return 2;
  },
};

async function growth() {
  const all = [];
  try {
    for (const units of SIZES) all.push(await open(units));
    const costs = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, SIZES.map(() => [])]));
    await sleep(200);
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const [kind, task] of Object.entries(kinds))
        for (const [i, one] of all.entries()) {
          if (round === 0 && kind === 'chart') continue;
          const us = await cost(one.daemon, () => task(one));
          if (round > 0) costs[kind][i].push(us); // the first warms up
        }
    return Object.keys(kinds).map((kind) => {
      const us = costs[kind].map(median);
      const steps = us.slice(1).map((value, i) => value / us[i]);
      const judged = kind === 'chart' ? {} : { must: ['<=', 1.3], aim: ['<=', 1.1] };
      const notes = `${us.map(short).join(', ')} us at ${SIZES.map((n) => `${n / 1000}k`).join(', ')}`;
      return { name: `growth.${kind}`, value: us[2], unit: 'us cpu', reference: us[0], ratio: Math.max(...steps), judge: 'ratio', ...judged, spread: `worst tenfold; ${notes}` };
    });
  } finally {
    for (const one of all) await unserve(one.daemon);
  }
}

export const figures = { growth };
