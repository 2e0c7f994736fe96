// chart_rps, chart_304: the published chart against nginx serving the same bytes from a file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { WORK, WORKERS, ask, call, cpu_ns, in_turn, median, run_beside, serve, short, site, sleep, start, stop, terminal_cookie, unserve } from './lib.mjs';

const UNITS = 2000;
const CONNECTIONS = 32;
const ROUNDS = 15; // short ones: what disturbs a round then disturbs its neighbour too

function free_port() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// Headers nginx sets by itself for a file; every other one of ours is added to its answer.
const OWN = new Set(['connection', 'content-length', 'content-type', 'content-encoding', 'date', 'etag', 'vary']);

async function nginx(answer) {
  const folder = join(WORK, 'nginx');
  const port = await free_port();
  mkdirSync(join(folder, 'www'), { recursive: true });
  writeFileSync(join(folder, 'www/chart.gz'), answer.bytes);
  writeFileSync(join(folder, 'www/chart'), gunzipSync(answer.bytes));
  const headers = Object.entries(answer.headers)
    .filter(([name]) => !OWN.has(name))
    .map(([name, value]) => `add_header ${name} ${JSON.stringify(value)} always;`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes ${WORKERS}; pid ${folder}/pid; error_log ${folder}/error.log;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=16;
  ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${port};
    root ${folder}/www;
    location = /chart { default_type application/json; gzip_static on; gzip_vary on; ${headers.join(' ')} }
  }
}
`,
  );
  const child = start('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]);
  for (let i = 0; i < 100; i += 1) {
    const found = await call({ port }, 'GET', '/chart', { agent: undefined }).catch(() => undefined);
    if (found?.status === 200) {
      if (!found.bytes.equals(answer.bytes)) throw new Error('nginx serves other bytes');
      const missing = Object.keys(answer.headers).filter((name) => !(name in found.headers) && name !== 'connection');
      if (missing.length) throw new Error(`nginx does not send ${missing}`);
      return { child, port, etag: found.headers.etag };
    }
    await sleep(50);
  }
  throw new Error(`nginx does not answer: ${child.text}`);
}

// Requests a second over one second; the processor time each cost the server goes to @costs.
async function wrk(url, headers, pid, costs) {
  const before = cpu_ns(pid);
  const text = await run_beside('wrk', ['-t2', `-c${CONNECTIONS}`, '-d1s', ...headers.flatMap((header) => ['-H', header]), url]);
  if (/Socket errors|Non-2xx/.test(text)) throw new Error(`wrk: ${text}`);
  costs.push((cpu_ns(pid) - before) / Number(/(\d+) requests in/.exec(text)[1]) / 1000);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]);
}

async function measure(conditional) {
  const place = site(UNITS, 'http');
  const daemon = await serve(place);
  let other;
  try {
    const path = `/api/v1/public/projects/${place.project}/chart`;
    const cookie = terminal_cookie(place, 0);
    const answer = await ask(daemon, 'GET', path, { cookie });
    other = await nginx(answer);
    const headers = (etag) => [`Cookie: ${cookie}`, 'Accept-Encoding: gzip', ...(conditional ? [`If-None-Match: ${etag}`] : [])];
    const cost = { ours: [], theirs: [] };
    const ours = () => wrk(`http://127.0.0.1:${daemon.port}${path}`, headers(answer.headers.etag), daemon.pid, cost.ours);
    const theirs = () => wrk(`http://127.0.0.1:${other.port}/chart`, headers(other.etag), other.child.pid, cost.theirs);
    await ours();
    await theirs();
    const result = await in_turn(ROUNDS, ours, theirs);
    const cpu = `cpu ${short(median(cost.ours))} against ${short(median(cost.theirs))} us each`;
    return { ...result, spread: `${result.spread}; ${cpu}; ${answer.bytes.length} bytes` };
  } finally {
    if (other) await stop(other.child);
    await unserve(daemon);
  }
}

const line = (name, conditional) => async () => [
  { name, unit: 'req/s', judge: 'ratio', must: ['>=', 0.9], aim: ['>=', 1.1], ...(await measure(conditional)) },
];

export const figures = { chart_rps: line('chart_rps', false), chart_304: line('chart_304', true) };
