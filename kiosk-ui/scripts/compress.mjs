// Writes a gzip -9 twin next to every text file of dist/, so that the daemon serves prepared bytes.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const TEXT = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt']);

function* walk(dir) {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield path;
  }
}

let files = 0;
for (const path of walk(dist)) {
  if (path.endsWith('.gz')) continue;
  if (!TEXT.has(extname(path))) continue;
  const body = readFileSync(path);
  const packed = gzipSync(body, { level: 9 });
  if (packed.length < body.length) {
    writeFileSync(`${path}.gz`, packed);
    files += 1;
  } else {
    rmSync(`${path}.gz`, { force: true });
  }
}
console.log(`compressed ${files} files`);
