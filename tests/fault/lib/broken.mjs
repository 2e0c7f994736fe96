// broken.mjs - states to break: copies of a made one, moments at which it is broken.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../integration/lib/rounds.mjs';
import { copyState, Site } from '../../integration/lib/site.mjs';

/** Sites at once: as many as the smallest machine has cores. */
export const WIDE = 2;

/** A site whose state is a copy of @made's (which must be stopped). Not started. */
export function copyOf(made) {
  const site = new Site();
  copyState(made.state, site.state);
  return site;
}

/** Ended whatever its state is, and removed. */
export async function drop(site) {
  if (site.child && site.child.exitCode === null && site.child.signalCode === null) await site.kill();
  for (const client of [...site.clients]) client.close();
  rmSync(site.folder, { recursive: true, force: true });
}

/**
 * Random moments within what something takes, stretched or pressed together until about as many rounds end before
 * as after it: next() gives one, told(done) says how it came out.
 */
export class Moments {
  constructor(took) {
    this.span = took;
  }
  next() {
    return random() * this.span;
  }
  told(done) {
    this.span *= done ? 0.9 : 1.15;
  }
}

/** Does @work(round) @n times, @wide at once. */
export async function inParallel(n, wide, work) {
  let next = 0;
  const worker = async () => {
    while (next < n) await work(next++);
  };
  await Promise.all(Array.from({ length: wide }, worker));
}

/** The daemon of @site dies when @ms have passed. Resolves when it is gone. */
export async function killAfter(site, ms) {
  await sleep(ms);
  return site.kill();
}

/** The reply of a request, or null when the connection broke before it was whole. */
export const maybe = (promise) =>
  promise.catch((error) => {
    assert.match(
      String(error.code ?? error.message),
      /ECONN|EPIPE|socket hang up|aborted|ECANCELED/,
      error.stack,
    );
    return null;
  });

/** Verified beside the running or stopped daemon, without holding up other rounds. */
export async function verified(site) {
  const done = await site.ctlAsync('verify');
  assert.equal(done.status, 0, `anchangctl verify: ${done.stdout}${done.stderr}`);
  assert.match(done.stdout, /invariants: 0 violations/);
}

/** How many rounds ended in which way: shown, so that one sees that both sides happen. */
export class Tally {
  constructor() {
    this.counts = new Map();
  }
  add(outcome) {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
  }
  toString() {
    return [...this.counts].map(([outcome, n]) => `${outcome}: ${n}`).join(', ');
  }
}
