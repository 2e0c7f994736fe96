// memory, startup: what the daemon takes before and while it serves.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { ask, median, serve, short, site, spread, terminal_cookie, unserve } from './lib.mjs';

const STREAMS = 60;

function stream_open(daemon, place, index, agent) {
  return new Promise((done, fail) => {
    const path = `/api/v1/public/events?project=${place.project}`;
    const sent = request({ host: '127.0.0.1', port: daemon.port, path, agent, headers: { Cookie: terminal_cookie(place, index) } }, (answer) => {
      if (answer.statusCode !== 200) fail(new Error(`stream ${index}: ${answer.statusCode}`));
      answer.on('error', () => {});
      answer.once('data', () => done(sent)); // the first heartbeat
      answer.resume();
    });
    sent.on('error', fail);
    sent.end();
  });
}

const status = (pid, key) => Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function memory() {
  const place = site(10000, 'memory');
  const daemon = await serve(place);
  const agent = new Agent({ keepAlive: true });
  const streams = [];
  try {
    const before = status(daemon.pid, 'VmRSS');
    for (let i = 0; i < STREAMS; i += 1) {
      const own = new Agent({ keepAlive: true }); // each kiosk has a connection of its own beside its stream
      await ask(daemon, 'GET', `/api/v1/public/projects/${place.project}/chart`, { cookie: terminal_cookie(place, i), agent: own });
      streams.push(await stream_open(daemon, place, i, agent));
      streams.at(-1).own = own;
    }
    const value = status(daemon.pid, 'VmRSS');
    const parts = `${short(status(daemon.pid, 'RssAnon'))} own, ${short(status(daemon.pid, 'RssFile'))} of files; ${short(before)} at start`;
    return [{ name: 'memory', value, unit: 'MiB rss', judge: 'value', must: ['<=', 64], aim: ['<=', 32], spread: parts }];
  } finally {
    for (const sent of streams) {
      sent.removeAllListeners('error').on('error', () => {});
      sent.destroy();
      sent.own.destroy();
    }
    agent.destroy();
    await unserve(daemon);
  }
}

async function startup() {
  const place = site(20000, 'startup');
  const times = [];
  for (let i = 0; i < 9; i += 1) {
    const daemon = await serve(place);
    const answer = await ask(daemon, 'GET', '/readyz');
    if (answer.status !== 200) throw new Error(`readyz: ${answer.status}`);
    if (i > 0) times.push(daemon.ready_ms); // the first reads from the disk what the copy left there
    await unserve(daemon);
  }
  return [{ name: 'startup', value: median(times), unit: 'ms', judge: 'value', must: ['<=', 500], aim: ['<=', 150], spread: `${spread(times)}` }];
}

export const figures = { memory, startup };
