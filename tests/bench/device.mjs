// swipe_latency, swipe_rate: a card at a reader, until the page of its terminal has heard of it.
// replug: from plugging a reader in to its next card, in the virtual machine of the tests.
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { BUILD, ROOT, ask, at_percent, median, run, serve, short, site, sleep, start, terminal_cookie, unserve } from './lib.mjs';

const CARDS = 1_000_000;
const SWIPES = 1000;
const READER = 'bench';
const READERS = 16;
const EACH = 4000; // swipes of a reader
const BEGIN_MS = 4000; // by then the streams are open
const MODELS = `models = ${join(ROOT, 'drivers/models')}\n`;

// Somebody with a card of his own, a million times. Straight into the tables: what is measured is looking one up.
const FILL = `
BEGIN;
CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${CARDS}) SELECT i FROM c;
INSERT INTO customer (id, kind, name, notice, created_by, created_ms, changed_ms)
  SELECT i, 'person', '客户' || i, 'bench', 'bench', 1, 1 FROM n;
INSERT INTO member (id, customer_id, joined_ms) SELECT i, i, 1 FROM n;
INSERT INTO card (id, member_id, code, terms, issued_by, issued_ms)
  SELECT i, i, printf('n:99%08d', i), 'bench', 'bench', 1 FROM n;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
`;

async function cookie_of(daemon, place, login) {
  const answer = await ask(daemon, 'POST', '/api/v1/session', { body: { login, password: place.password } });
  return answer.headers['set-cookie'][0].split(';')[0];
}

/** Every reader to a terminal: as many as there are, in turn. */
async function bind(daemon, place, readers) {
  const cookie = await cookie_of(daemon, place, place.login);
  const get = async (path) => JSON.parse((await ask(daemon, 'GET', path, { cookie, headers: { 'Accept-Encoding': 'identity' } })).bytes);
  let devices = [];
  while (devices.length < readers || devices.some((d) => !d.id)) {
    devices = (await get('/api/v1/devices')).items;
    await sleep(20);
  }
  const terminals = (await get('/api/v1/terminals')).items;
  for (const [i, d] of devices.entries())
    await ask(daemon, 'PATCH', `/api/v1/devices/${d.id}`, { cookie, body: { version: d.version, terminal_id: terminals[i % terminals.length].id } });
  return Math.min(devices.length, terminals.length);
}

/** The stream of a terminal; @heard is given what arrives, as it comes. */
function listen(daemon, cookie, heard) {
  return new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port: daemon.port, path: '/api/v1/terminal/events', headers: { Cookie: cookie }, agent: false };
    const sent = request(options, (answer) => {
      if (answer.statusCode !== 200) fail(new Error(`stream: ${answer.statusCode}`));
      answer.setEncoding('utf8').on('data', heard).on('error', () => {});
      answer.once('data', () => done(sent));
    });
    sent.on('error', fail);
    sent.end();
  });
}

const hush = (sent) => sent.removeAllListeners('error').on('error', () => {}).destroy();

/** The code at the virtual reader; resolves when the daemon has taken it. */
function swipe(place, code) {
  return new Promise((done, fail) => {
    const socket = connect(join(place.folder, 'control'));
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => (text += part));
    socket.on('end', () => (JSON.parse(text).ok ? done() : fail(new Error(text)))).on('error', fail);
    socket.write(`${JSON.stringify({ command: 'swipe', args: { reader: READER, card: code } })}\n`);
  });
}

async function swipe_latency() {
  const place = site(100, 'swipe');
  run('sqlite3', ['-bail', join(place.folder, 'anchang.db')], { input: FILL, seconds: 240 });
  const daemon = await serve(place, `[devices]\n${MODELS}virtual = ${READER}\n`);
  let stream;
  try {
    await bind(daemon, place, 1);
    const terminal = terminal_cookie(place, 0);
    const cookie = `${terminal}; ${await cookie_of(daemon, place, 'bench-manager')}`;
    let wake;
    stream = await listen(daemon, terminal, (text) => {
      const found = /event: swipe[^]*?"id":"([^"]+)"/.exec(text);
      if (found) wake?.(found[1]);
    });
    const event_ms = [];
    const shown_ms = [];
    for (let i = 0; i < SWIPES; i += 1) {
      const heard = new Promise((done) => (wake = done));
      const begun = performance.now();
      const taken = swipe(place, `n:99${String(1 + ((i * 7919) % CARDS)).padStart(8, '0')}`);
      const id = await heard;
      event_ms.push(performance.now() - begun);
      await ask(daemon, 'GET', `/api/v1/cards/find?swipe=${id}`, { cookie });
      shown_ms.push(performance.now() - begun);
      await taken;
    }
    const notes = `p50 ${short(median(event_ms))}; with the member read p50 ${short(median(shown_ms))}, p99 ${short(at_percent(shown_ms, 99))} ms; ${CARDS.toLocaleString('en')} cards`;
    return [{ name: 'swipe_latency', value: at_percent(event_ms, 99), unit: 'ms p99', judge: 'value', must: ['<=', 20], aim: ['<=', 5], spread: notes }];
  } finally {
    if (stream) hush(stream);
    await unserve(daemon);
  }
}

/** A capture of EACH swipes, @spacing ms from each other, of cards of its own. */
function capture_write(file, reader, spacing) {
  const hex = (text) => [...Buffer.from(text)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
  const lines = ['# Device: bench', '# Model: virtual', '# Transport: virtual', '# Date: 2026-01-01', '# Made: for the bench'];
  for (let i = 0; i < EACH; i += 1)
    lines.push(`< ${BEGIN_MS + i * spacing} ${hex(`n:${String(reader).padStart(2, '0')}${String(i).padStart(6, '0')}\n`)}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** Swipes a second that arrived, and how many did not. */
async function rate_try(spacing) {
  const place = site(100, `rate-${spacing}`);
  const files = Array.from({ length: READERS }, (_, i) => join(place.folder, `reader-${i}.cap`));
  files.forEach((file, i) => capture_write(file, i, spacing));
  const devices = `[devices]\n${MODELS}${files.map((file) => `replay = virtual ${file}\n`).join('')}`;
  const first = await serve(place, devices);
  const terminals = await bind(first, place, READERS);
  await unserve(first);
  const daemon = await serve(place, devices);
  const streams = [];
  let count = 0;
  let begin = 0;
  let end = 0;
  try {
    for (let i = 0; i < terminals; i += 1)
      streams.push(
        await listen(daemon, terminal_cookie(place, i), (text) => {
          const n = text.split('event: swipe').length - 1;
          if (n && !count) begin = performance.now();
          count += n;
          if (n) end = performance.now();
        }),
      );
    await sleep(BEGIN_MS + EACH * spacing + 1000);
    return { lost: READERS * EACH - count, rate: count / ((end - begin) / 1000) };
  } finally {
    streams.forEach(hush);
    await unserve(daemon);
  }
}

async function swipe_rate() {
  const tries = [];
  for (const spacing of [1, 2, 4, 8]) {
    const { lost, rate } = await rate_try(spacing);
    tries.push(`${short((READERS * 1000) / spacing)}/s sent: ${lost} lost`);
    if (lost === 0 || spacing === 8)
      return [{ name: 'swipe_rate', value: lost ? 0 : rate, unit: 'swipes/s', judge: 'value', must: ['>=', 200], aim: ['>=', 2000], spread: tries.join('; ') }];
  }
  return [];
}

async function replug() {
  const name = 'replug';
  const machine = start(join(ROOT, 'tests/rigs/vm/vm.sh'), [BUILD]);
  const status = await machine.ended;
  if (status === 77) return [{ name, skipped: /^skipped: (.*)/m.exec(machine.text)[1] }];
  if (status !== 0) throw new Error(`vm.sh: ${machine.text.slice(-500)}`);
  const each = [...machine.text.matchAll(/^replug: (.*): ready after \d+ ms, read after (\d+) ms/gm)].map(([, what, ms]) => ({ what, s: ms / 1000 }));
  const worst = Math.max(...each.map(({ s }) => s));
  const spread = `the worst of ${each.map(({ what, s }) => `${what} ${short(s)}`).join('; ')}; on a processor that is only played`;
  return [{ name, value: worst, unit: 's', judge: 'value', must: ['<=', 3], aim: ['<=', 1], spread }];
}

export const figures = { swipe_latency, swipe_rate, replug };
