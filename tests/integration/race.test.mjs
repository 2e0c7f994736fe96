// 64 for one unit at the same instant by every way there is, through HTTP: one has it, the others hear what it is
// now, both charts are right after each round (SF-28, ST-04; FC 25.6 I1, I2; RS P1).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Office, Place, WAYS } from './lib/race.mjs';
import { oneOf, rounds, shuffled } from './lib/rounds.mjs';
import { Site } from './lib/site.mjs';
import { internalUnits, publicUnits } from './lib/walk.mjs';

const ROUNDS = rounds(40, 10000);
const PUBLISHED = 20; // rounds between publications
const HOLD_MS = 2500; // longer than the clock's duties lie apart: then it ends to the moment
const NEAR_MS = 5;

const DEAL = ['unit.moved', 'transition.refused', 'guard.taken'];
const REFUSED = {
  lock: DEAL,
  book: DEAL,
  subscribe: DEAL,
  sign: DEAL,
  exchange: ['change.target'],
  hold: ['units.refused'],
  reserve: ['units.refused'],
  release: ['units.refused'],
};
const WORDS = {
  A: 'available',
  K: 'picking',
  R: 'reserved',
  X: 'held',
  B: 'booked',
  S: 'subscribed',
  C: 'signed',
  U: 'not released',
};

let site, office;
before(async () => {
  site = await Site.demo();
  office = await Office.of(site);
});
after(() => site.close());

/** All of @attempts at once; what was carried out is pushed to @won. Resolves with [attempt, reply] of each refused. */
async function burst(attempts, won) {
  const send = (a) => a.who.request('POST', a.path, { body: a.body, key: a.key });
  const replies = await Promise.all(attempts.map(send));
  const refused = [];
  replies.forEach((reply, i) => {
    const a = attempts[i];
    if (reply.status >= 300) return refused.push([a, reply]);
    if (a.reply) return assert.ok(reply.bytes.equals(a.reply.bytes), 'one key, one answer');
    a.reply = reply;
    return won.push(a);
  });
  return refused;
}

/**
 * What @won led through from @state of @version, each taking the unit as the one before left it: the ways in this
 * order, and the states after them. Of an exchange, which names no version, there is one at most.
 */
function chain(won, version, state) {
  const [ways, states] = [[], []];
  let [is, last] = [state, null];
  for (let i = 0; i < won.length; i += 1) {
    const next = won.find((a) => a.version === version + i) ?? won.find((a) => a.way === 'exchange');
    const { from, own, to } = WAYS[next.way];
    const legal = from.includes(is) || (own && is === 'K' && last?.way === 'lock' && last.who === next.who);
    assert.ok(legal, `${won.map((a) => a.way)}: ${next.way} of ${is}`);
    ways.push(next.way);
    states.push(to);
    [is, last] = [to, next];
  }
  return { ways, states };
}

/** Everybody who was refused: so, and of a state that the unit had in this round. */
function checkRefused(refused, states) {
  const words = new RegExp(states.map((letter) => WORDS[letter]).join('|'));
  for (const [a, { status, body }] of refused) {
    assert.equal(status, 409, JSON.stringify(body));
    assert.ok(REFUSED[a.way]?.includes(body.code), `${a.way}: ${JSON.stringify(body)}`);
    const { code, detail } = body.code === 'units.refused' ? body.errors[0] : body;
    if (code !== 'unit.changed') assert.match(detail, words, `${a.way}: ${JSON.stringify(body)}`);
  }
}

async function checkCharts(place) {
  const inside = (await internalUnits(office.sales, office.project)).find((u) => u.id === place.id);
  assert.deepEqual([inside.state, inside.version], [place.unit.state, place.unit.version]);
  const outside = (await publicUnits(office.kiosk, office.project)).find((u) => u.id === place.id);
  assert.equal(outside.state, place.shown);
}

/** The same again: who won hears the same, who came second is still refused. */
async function checkRetries(won, refused, version) {
  for (const a of won) {
    const again = await a.who.request('POST', a.path, { body: a.body, key: a.key });
    assert.equal(again.status, a.reply.status);
    assert.ok(again.bytes.equals(a.reply.bytes), 'the same key, the same answer');
  }
  const late = refused.filter(([a]) => a.version === version && !won.includes(a));
  if (late.length === 0) return;
  const [a] = oneOf(late);
  const again = await a.who.request('POST', a.path, { body: a.body, key: a.key });
  assert.equal(again.status, 409, `${a.way} after ${won.map((w) => w.way)}`);
}

/**
 * One round. @opener: with what one of them frees the unit for all, or 'clock'. By the clock nobody knows the
 * moment: they try until one has it.
 */
async function race(place, opener = null) {
  const [{ version, state }, won, refused] = [place.unit, [], []];
  const clock = opener === 'clock';
  const end = performance.now() + 20000;
  do {
    assert.ok(performance.now() < end, 'nobody');
    refused.push(...(await burst(shuffled(place.attempts(clock ? null : opener)), won)));
  } while (clock && won.length === 0);
  assert.ok(won.length > 0, 'nobody');
  const { ways, states } = clock ? chain(won, version + 1, 'A') : chain(won, version, state);
  checkRefused(refused, [state, ...(clock ? ['A'] : []), ...states]);
  for (const one of states) place.went(one);
  await place.read();
  assert.equal(place.unit.state, states.at(-1));
  assert.equal(place.unit.version, version + won.length + (clock ? 1 : 0), 'a version for each who had it');
  await checkCharts(place);
  await checkRetries(won, refused, version);
  await place.free(won);
  return clock ? ['clock', ...ways] : ways;
}

test('one has it, whoever and however many come', async () => {
  const missing = new Set([...Object.keys(WAYS), 'clock']);
  const counts = new Map();
  const place = await Place.of(office);
  const timed = await Place.of(office, 0);
  await timed.held(HOLD_MS);
  const begun = performance.now();
  let round = 0;
  for (; round < ROUNDS || missing.size; round += 1) {
    assert.ok(round < ROUNDS * 20, `never first: ${[...missing]}`);
    const due = timed.until - Date.now() < NEAR_MS;
    const opener = due ? 'clock' : oneOf([null, null, null, 'unhold', 'release']);
    if (opener === 'unhold') await place.held(3600000);
    if (opener === 'release') await place.unreleased();
    const ways = await race(due ? timed : place, opener);
    if (due) await timed.held(HOLD_MS);
    for (const way of ways) missing.delete(way);
    counts.set(`${ways}`, (counts.get(`${ways}`) ?? 0) + 1);
    if (round % PUBLISHED === PUBLISHED - 1) await office.publish();
  }
  site.verify();
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(
    `${round} rounds in ${seconds} s; ${[...counts]
      .sort()
      .map(([ways, n]) => `${ways} ${n}`)
      .join('; ')}`,
  );
});
