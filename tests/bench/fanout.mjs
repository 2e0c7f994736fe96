// delta_fanout: one unit held, until the last of 60 event streams has its event.
import { gunzipSync } from 'node:zlib';
import { ask, at_percent, log_in, median, run_beside, serve, short, site, terminal_cookie, tool, unserve } from './lib.mjs';

const UNITS = 2000;
const STREAMS = 60;
const CHANGES = 300;

export async function chart_of(daemon, place) {
  const answer = await ask(daemon, 'GET', `/api/v1/public/projects/${place.project}/chart`, { cookie: terminal_cookie(place, 0) });
  return JSON.parse(gunzipSync(answer.bytes));
}

// Ids of units on sale, in the order of the chart: PublicUnit is [id, floor, stair, line, span, state, …].
export const available = (buildings) => buildings.flatMap((b) => b.units.filter((u) => u[5] === 'A').map((u) => u[0]));

async function delta_fanout() {
  const place = site(UNITS, 'fanout');
  const daemon = await serve(place);
  try {
    const chart = await chart_of(daemon, place);
    const input = [
      `port ${daemon.port}`,
      `project ${place.project}`,
      `version ${place.version}`,
      `until ${Date.now() + 2 * 86400000}`,
      `session ${await log_in(daemon, place)}`,
      ...Array.from({ length: STREAMS }, (_, i) => `stream ${place.tokens[i % place.tokens.length]}`),
      ...available(chart.buildings).slice(0, CHANGES).map((id) => `unit ${id}`),
    ];
    const found = JSON.parse(await run_beside(tool('bench_streams'), [], `${input.join('\n')}\n`));
    const value = at_percent(found.last_us, 99) / 1000;
    const reference = at_percent(found.trip_us, 99) / 1000;
    const half = `p50 ${short(median(found.last_us) / 1000)} against ${short(median(found.trip_us) / 1000)} ms`;
    return [
      { name: 'delta_fanout', value, unit: 'ms p99', reference, ratio: value / reference, judge: 'value', aim: ['<=', 20], spread: `${half}; ${found.changes} changes` },
    ];
  } finally {
    await unserve(daemon);
  }
}

export const figures = { delta_fanout };
