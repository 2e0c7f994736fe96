// print_submit: from a payment's answer until cupsd has its paper, against `lp` of that very paper; stuck_printer: what one
// printer without paper costs the others; receipt_burst: many receipts to four printers, each once; receipt_render: a page.
import { mkdirSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Cups, noCups, until } from '../integration/lib/cups.mjs';
import { payment, till } from '../integration/lib/money.mjs';
import { Sales } from '../integration/lib/service.mjs';
import { Site } from '../integration/lib/site.mjs';
import { WORK, at_percent, in_turn, median, run, short, start, tool } from './lib.mjs';

const SUBMITS = 100;
const PAGES = 200;
const STUCK_ROUNDS = 5;
const STUCK = 10; // payments of a round beside a stuck printer, and as many without one
const BURST = 2000;
const TOGETHER = 8; // cashiers' connections of the burst

/** A site of the demonstration, a private cupsd with @names as its printers. */
class Desk {
  static async open(...names) {
    mkdirSync(WORK, { recursive: true });
    const disk = dirname(WORK); // what is made once for all figures outlives each
    Object.assign(process.env, { TMPDIR: disk, ANCHANG_TMP: disk });
    const one = new Desk();
    one.cups = await Cups.start();
    process.env.CUPS_SERVER = one.cups.socket;
    one.site = await Site.demo();
    [one.admin, one.cashier] = await Promise.all(['admin', 'cashier'].map((name) => one.site.login(name)));
    const shop = await Sales.of(await one.site.login('sales'), one.cashier);
    one.deal = (await shop.subscribed()).id;
    one.book = await till(one.cashier, shop.project);
    const manager = await one.site.login('manager');
    const range = { kind: 'receipt', source: 'system', prefix: 'B', first_no: 1, last_no: 10000 };
    const { id, version } = await manager.post(`/api/v1/projects/${shop.project}/receipt-books`, range, 201);
    await one.cashier.post(`/api/v1/receipt-books/${id}/take-out`, { version }, 200);
    one.book = id;
    one.printers = [];
    for (const name of names) {
      const paper = one.cups.queue(name);
      const made = await one.admin.post('/api/v1/printers', { name, driver: 'cups', target: name }, 201);
      one.printers.push({ name, paper, id: made.id });
    }
    await one.to(0);
    return one;
  }

  async close() {
    await this.site?.close();
    await this.cups?.close();
  }

  /** Receipts go to that printer from now on. */
  to(n) {
    const route = { kind: 'receipt', terminal_id: null, printer_id: this.printers[n].id };
    return this.admin.put('/api/v1/print-routes', route, 200);
  }

  pay() {
    return this.cashier.post(`/api/v1/deals/${this.deal}/receipts`, payment(this.book, 'house_money', 100), 201);
  }

  /** The time at which cupsd next keeps a document: it answers that it has the job right after. */
  accepted() {
    const end = Date.now() + 20000;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no job came to cupsd')), end - Date.now());
      const eye = watch(join(this.cups.dir, 'spool'), (_, name) => {
        if (!/^d\d+-\d+$/.test(name ?? '')) return;
        clearTimeout(late);
        eye.close();
        resolve(performance.now());
      });
    });
  }

  /** ms from a payment's answer until cupsd has the paper, and the receipt. */
  async paid() {
    const there = this.accepted();
    const receipt = await this.pay();
    const answered = performance.now();
    return { receipt, ms: (await there) - answered };
  }

  jobs(query) {
    return this.admin.get(`/api/v1/print-jobs?limit=100${query}`);
  }

  /** Nothing is on its way to a printer. */
  idle(n, seconds = 60) {
    const id = this.printers[n].id;
    const none = async () => {
      const { waiting } = (await this.admin.get('/api/v1/printers')).items.find((p) => p.id === id);
      return waiting === 0;
    };
    return until(none, 'an idle printer', seconds * 1000);
  }
}

const lacking = (name) => noCups() && [{ name, skipped: noCups() }];

async function print_submit() {
  const desk = await Desk.open('desk');
  try {
    const ours = [];
    const theirs = [];
    const file = join(WORK, 'receipt.pdf');
    for (let i = -3; i < SUBMITS; i += 1) {
      const { receipt, ms } = await desk.paid();
      await desk.idle(0);
      const path = `/api/v1/receipts/${receipt.book_id}/${receipt.no}/paper`;
      writeFileSync(file, (await desk.cashier.request('GET', path)).bytes);
      const there = desk.accepted();
      const begun = performance.now();
      const lp = start('lp', ['-d', 'desk', file], { env: desk.cups.env, stdio: 'ignore' });
      const lp_ms = (await there) - begun;
      await lp.ended;
      if (i < 0) continue; // fonts are found, a connection is made
      ours.push(ms);
      theirs.push(lp_ms);
    }
    const [value, reference] = [at_percent(ours, 99), at_percent(theirs, 99)];
    const notes = `p99 of ${SUBMITS}; p50 ${short(median(ours))} against ${short(median(theirs))} ms`;
    return [{ name: 'print_submit', unit: 'ms', value, reference, ratio: value / reference, judge: 'ratio', must: ['<=', 1], aim: ['<=', 0.5], spread: notes }];
  } finally {
    await desk.close();
  }
}

function receipt_render() {
  const ms = run(tool('bench_paper'), [String(PAGES)]).trim().split('\n').map((us) => Number(us) / 1000);
  const notes = `p99 ${short(at_percent(ms, 99))} ms; ${PAGES} receipts, processor time`;
  return [{ name: 'receipt_render', unit: 'ms', value: median(ms), must: ['<=', 60], aim: ['<=', 15], spread: notes }];
}

async function stuck_printer() {
  const desk = await Desk.open('good', 'stuck');
  const { paper } = desk.printers[1];
  const some = async () => {
    const list = [];
    for (let i = 0; i < STUCK; i += 1) {
      list.push((await desk.paid()).ms);
      await desk.idle(0);
    }
    return median(list);
  };
  const beside = async () => {
    paper.does('empty');
    await desk.to(1);
    for (let i = 0; i < 8; i += 1) await desk.pay();
    await until(() => paper.begun().length > paper.out().length, 'the stuck one has begun');
    await desk.to(0);
    const ms = await some();
    const { waiting } = (await desk.admin.get('/api/v1/printers')).items.find((p) => p.name === 'stuck');
    if (waiting !== 8) throw new Error('it was not stuck');
    paper.does('ok');
    await desk.idle(1);
    return ms;
  };
  try {
    await desk.paid();
    const found = await in_turn(STUCK_ROUNDS, beside, some);
    const notes = `median from a payment until cupsd has the paper, ${short(found.value)} beside a printer without paper and 8 jobs at it, ${short(found.reference)} alone; ${found.spread}`;
    return [{ name: 'stuck_printer', unit: 'ms', value: found.value - found.reference, must: ['<=', 50], spread: notes }];
  } finally {
    await desk.close();
  }
}

async function receipt_burst() {
  const desk = await Desk.open('one', 'two', 'three', 'four');
  try {
    const begun = performance.now();
    const numbers = [];
    for (let n = 0; numbers.length < BURST; n = (n + 1) % 4) {
      await desk.to(n);
      const some = Array.from({ length: TOGETHER }, () => desk.pay());
      for (const receipt of await Promise.all(some)) numbers.push(receipt.number);
    }
    const paid_s = (performance.now() - begun) / 1000;
    for (let n = 0; n < 4; n += 1) await desk.idle(n, 400);
    const all_s = (performance.now() - begun) / 1000;
    const count = new Map();
    for (const { paper } of desk.printers)
      for (const name of paper.begun()) count.set(name.split('_')[0], (count.get(name.split('_')[0]) ?? 0) + 1);
    const lost = numbers.filter((number) => !count.has(number)).length;
    const doubled = numbers.filter((number) => count.get(number) > 1).length;
    const states = new Map();
    for (let cursor = ''; ; ) {
      const page = await desk.jobs(cursor);
      for (const job of page.items) states.set(job.state, (states.get(job.state) ?? 0) + 1);
      if (!page.next) break;
      cursor = `&cursor=${page.next}`;
    }
    const papers = desk.printers.reduce((sum, { paper }) => sum + readdirSync(paper.folder).filter((f) => f.endsWith('.pdf')).length, 0);
    const notes = `lost ${lost}, doubled ${doubled} of ${BURST}; ${papers} papers; ${[...states].map(([s, n]) => `${s} ${n}`).join(', ')}; taken in ${short(paid_s)} s, printed in ${short(all_s)} s`;
    return [{ name: 'receipt_burst', unit: 'bad', value: lost + doubled, must: ['<=', 0], spread: notes }];
  } finally {
    await desk.close();
  }
}

const withCups = (name, measure) => () => lacking(name) || measure();
export const figures = {
  print_submit: withCups('print_submit', print_submit),
  receipt_render,
  stuck_printer: withCups('stuck_printer', stuck_printer),
  receipt_burst: withCups('receipt_burst', receipt_burst),
};
