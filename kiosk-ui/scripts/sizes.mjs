// Holds the first load of each page against its budget (gzip -9, static imports only: what the browser
// must fetch before the page works). Exit 1 when one is over. `--json` prints the figures for the bench.
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const manifest_of = (mode) => JSON.parse(readFileSync(`${dist}.vite/${mode}.json`, 'utf8'));
const manifests = { public: manifest_of('public'), staff: manifest_of('staff') };
const KB = 1000;
const BUDGET = {
  'kiosk.html': { js: 100 * KB, css: 15 * KB },
  'unit.html': { js: 60 * KB, css: 15 * KB },
  'counter.html': { js: 250 * KB, css: 80 * KB },
  'office.html': { js: 320 * KB, css: 80 * KB },
};

const size = (file) =>
  existsSync(dist + file) ? gzipSync(readFileSync(dist + file), { level: 9 }).length : 0;

function first_load(entry) {
  const manifest = entry in manifests.public ? manifests.public : manifests.staff;
  const seen = new Set();
  const out = { js: 0, css: 0 };
  const css = new Set();
  const visit = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = manifest[key];
    out.js += size(chunk.file);
    for (const file of chunk.css ?? []) css.add(file);
    for (const next of chunk.imports ?? []) visit(next);
  };
  visit(entry);
  // Everything the page can ever load, for the record: parts that come later count here only.
  const all = new Set();
  const walk = (key) => {
    if (all.has(key)) return;
    all.add(key);
    for (const next of [...(manifest[key].imports ?? []), ...(manifest[key].dynamicImports ?? [])])
      walk(next);
  };
  walk(entry);
  out.all = [...all].reduce(
    (sum, key) => sum + (manifest[key].file.endsWith('.js') ? size(manifest[key].file) : 0),
    0,
  );
  for (const file of css) out.css += size(file);
  return out;
}

let over = 0;
const report = {};
for (const [entry, budget] of Object.entries(BUDGET)) {
  const load = first_load(entry);
  report[entry] = load;
  if (!process.argv.includes('--json'))
    console.log(`      ${entry.padEnd(13)} all ${(load.all / KB).toFixed(1)} kB with later parts`);
  for (const kind of ['js', 'css']) {
    const ok = load[kind] <= budget[kind];
    if (!ok) over += 1;
    if (!process.argv.includes('--json')) {
      const line = `${(load[kind] / KB).toFixed(1)} kB of ${budget[kind] / KB} kB`;
      console.log(`${ok ? 'ok   ' : 'OVER '} ${entry.padEnd(13)} ${kind.padEnd(3)} ${line}`);
    }
  }
}
if (process.argv.includes('--json')) console.log(JSON.stringify(report));
process.exit(over > 0 ? 1 : 0);
