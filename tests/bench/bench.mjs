// node tests/bench/bench.mjs [NAME…] → one line a figure; exit 1 when a must is missed. See README.md.
import { mkdirSync, rmSync } from 'node:fs';
import { WORK, kill_all, short } from './lib.mjs';

const MINUTES = 8;
const figures = {};
for (const part of ['http', 'fanout', 'store', 'growth', 'process', 'device', 'customer', 'sale', 'money', 'print', 'kiosk'])
  Object.assign(figures, (await import(`./${part}.mjs`)).figures);
const long = (await import('./fuzz.mjs')).figures; // minutes and hours, so only when they are named

const COLUMNS = [22, 10, 10, 10, 8, 8, 8, 6];
const print = (cells) =>
  console.log(cells.map((cell, i) => (i === 0 || i > 5 ? cell.padEnd(COLUMNS[i] ?? 0) : cell.padStart(COLUMNS[i]))).join('  ').trimEnd());

const met = (figure, [sign, limit]) => {
  const value = figure.judge === 'ratio' ? figure.ratio : figure.value;
  return sign === '>=' ? value >= limit : value <= limit;
};
const bound = (limit) => (limit ? `${limit[0]} ${limit[1]}` : 'report');

function print_figure(f) {
  if (f.skipped) {
    print([f.name, '-', '-', '-', '-', '-', '-', 'skip', f.skipped]);
    return true;
  }
  const ok = !f.must || met(f, f.must);
  const aim = f.aim ? (met(f, f.aim) ? 'aim met; ' : 'aim not met; ') : '';
  print([f.name, short(f.value), f.unit, short(f.reference), short(f.ratio), bound(f.must), f.aim ? bound(f.aim) : '-', ok ? 'ok' : 'short', `${aim}${f.spread}`]);
  return ok;
}

function clean() {
  kill_all();
  rmSync(WORK, { recursive: true, force: true });
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(figures);
const all = { ...figures, ...long };
const unknown = wanted.filter((name) => !(name in all));
if (unknown.length) {
  console.error(`no such figure: ${unknown.join(' ')}\nthere are: ${Object.keys(all).join(' ')}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    clean();
    process.exit(130);
  });
if (!wanted.some((name) => name in long))
  setTimeout(() => {
    console.error(`bench: not done after ${MINUTES} minutes`);
    clean();
    process.exit(1);
  }, MINUTES * 60000).unref();

let missed = 0;
mkdirSync(WORK, { recursive: true });
print(['name', 'value', 'unit', 'reference', 'ratio', 'must', 'aim', 'state', 'notes']);
try {
  for (const name of wanted) {
    try {
      for (const figure of await all[name]()) if (!print_figure(figure)) missed += 1;
    } catch (error) {
      missed += 1; // what cannot be measured is not reached
      print([name, '-', '-', '-', '-', '-', '-', 'short', error.message.trim().split('\n')[0]]);
      if (process.env.BENCH_TRACE) console.error(error);
    }
    rmSync(WORK, { recursive: true, force: true });
    mkdirSync(WORK, { recursive: true });
  }
} finally {
  clean();
}
process.exit(missed ? 1 : 0);
