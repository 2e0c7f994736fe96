// F5, F6, F9, F18, F31, F32, F48: a full disk, a sync that fails, a stranger in the database, SIGTERM under
// load, backups meanwhile, clients that are slow or do nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { newKey } from '../integration/lib/client.mjs';
import { csvOf, madeList } from '../integration/lib/lists.mjs';
import { random, rounds } from '../integration/lib/rounds.mjs';
import { copyState, occupy, scratch, Site, sleep } from '../integration/lib/site.mjs';
import {
  act,
  commit,
  hold,
  internalUnits,
  publicChart,
  scanList,
  tomorrow,
} from '../integration/lib/walk.mjs';
import { copyOf, drop, maybe, verified } from './lib/broken.mjs';

/** Writers that hold and release units of project 1 until told to stop. What was acknowledged is kept. */
function load(control, units) {
  const log = { acknowledged: [], refused: [], stopped: false };
  const one = async (unit) => {
    let { version } = unit;
    let held = false;
    while (!log.stopped) {
      const reason = newKey();
      const body = { units: [{ id: unit.id, version }], reason, ...(!held && { until_ms: tomorrow() }) };
      const path = `/api/v1/projects/1/units/${held ? 'unhold' : 'hold'}`;
      const reply = await maybe(control.request('POST', path, { body }));
      if (reply?.status !== 200) {
        log.refused.push(reply ? `${reply.status} ${reply.body.code}` : 'cut');
        return;
      }
      log.acknowledged.push({ unit: unit.id, reason });
      version = reply.body.units[0].version;
      held = !held;
    }
  };
  log.done = Promise.all(units.map(one));
  return log;
}

const available = async (control, n) =>
  (await internalUnits(control, 1)).filter((u) => u.state === 'A').slice(0, n);

/** Each acknowledged change is in its unit's history once. */
async function allThere(control, acknowledged) {
  const byUnit = new Map();
  for (const { unit, reason } of acknowledged) byUnit.set(unit, [...(byUnit.get(unit) ?? []), reason]);
  for (const [unit, reasons] of byUnit) {
    const told = new Map();
    for (const h of (await control.get(`/api/v1/units/${unit}/history`)).items)
      told.set(h.reason, (told.get(h.reason) ?? 0) + 1);
    for (const reason of reasons) assert.equal(told.get(reason), 1);
  }
}

test('F18: SIGTERM under load: exit 0 within 5 s, every answer whole, what was acknowledged is there', async () => {
  const site = await Site.demo();
  try {
    for (let round = 0; round < rounds(5); round++) {
      const control = await site.login('control');
      // What the round before left held; or the rounds of a night use up all units.
      const left = (await internalUnits(control, 1)).filter((u) => u.state === 'X');
      if (left.length) await act(control, 1, 'unhold', left, { reason: newKey() });
      const writers = load(control, await available(control, 8));
      let stop = false;
      const readers = Array.from({ length: 8 }, async () => {
        while (!stop) {
          const reply = await maybe(control.request('GET', '/api/v1/public/projects/1/chart'));
          if (!reply) return; // before an answer began: maybe() lets nothing else pass
          if (reply.status !== 200) assert.equal(reply.status, 503);
        }
      });
      const stream = await control.events('/api/v1/events?project=1');
      const enough = 9 + random() * 90; // a moment by what is done, however fast the machine is
      while (writers.acknowledged.length < enough && !writers.refused.length) await sleep(2);
      assert.deepEqual(writers.refused, []);
      const begun = performance.now();
      site.signal('SIGTERM');
      const ended = await site.exited;
      assert.ok(performance.now() - begun < 5000, `${performance.now() - begun} ms`);
      assert.deepEqual(ended, { code: 0, signal: null }, site.log);
      stop = true;
      writers.stopped = true;
      await Promise.all([...readers, writers.done, stream.ended]);
      for (const refusal of writers.refused) assert.match(refusal, /^(cut|503 busy)$/);
      site.dropConnections();
      assert.equal(
        existsSync(join(site.state, 'anchang.db-wal'))
          ? statSync(join(site.state, 'anchang.db-wal')).size
          : 0,
        0,
        'the log is folded in',
      );
      await site.start();
      await allThere(await site.login('control'), writers.acknowledged);
    }
    await verified(site);
  } finally {
    await drop(site);
  }
});

describe('F6: a full disk', () => {
  const folder = scratch();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'anchang-test', folder]).status === 0;
  after(() => mounted && spawnSync('umount', ['-l', folder]));
  const skip = mounted ? false : 'a small tmpfs cannot be mounted here (not root)';

  test('507, reads go on, nothing half-done; with room again all goes on', { skip }, async () => {
    const made = await Site.demo();
    await made.stop();
    const state = join(folder, 'state');
    copyState(made.state, state);
    await drop(made);
    const site = new Site({ state });
    try {
      await site.start();
      const control = await site.login('control');
      const list = csvOf(madeList({ buildings: 4, floors: 25, rooms: 8 }));
      const { id } = await control.post('/api/v1/projects', { name: '满盘' }, 201);
      const looked = await scanList(control, id, '满.csv', list);
      const ballast = join(folder, 'ballast');
      const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096', 'count=100000']);
      fill();
      const units = await available(control, 40);
      const kept = [];
      let full = null;
      for (const u of units) {
        const body = { units: [{ id: u.id, version: u.version }], reason: '满', until_ms: tomorrow() };
        const reply = await control.request('POST', '/api/v1/projects/1/units/hold', { body });
        if (reply.status === 200) kept.push(u.id);
        else {
          full = reply;
          break;
        }
      }
      assert.deepEqual([full?.status, full?.body.code], [507, 'disk.full'], 'the log file is full at last');
      await control.refused('POST', `/api/v1/imports/${looked.file.id}/commit`, 507, 'disk.full', {
        body: looked.plan,
      });
      await control.refused('POST', `/api/v1/imports?name=x.csv&project=${id}`, 507, 'disk.full', {
        bytes: list,
      });
      await publicChart(control, 1);
      assert.equal((await internalUnits(control, id)).length, 0);
      const held = (await internalUnits(control, 1)).filter((u) => u.state === 'X').map((u) => u.id);
      for (const unit of kept) assert.ok(held.includes(unit));
      assert.ok(!held.includes(units[kept.length].id), 'the refused one is not half-held');
      assert.equal(readdirSync(join(state, 'upload')).length, 0);
      rmSync(ballast);
      assert.equal((await commit(control, looked)).units, 1600);
      await hold(control, 1, [(await internalUnits(control, 1)).find((u) => u.id === units[kept.length].id)]);
      await verified(site);
      await site.restart();
      await verified(site);
    } finally {
      await drop(site);
    }
  });
});

describe('F5: a sync that fails', () => {
  const traces = spawnSync('strace', ['-f', '-e', 'inject=fdatasync:delay_enter=1', 'true']).status === 0;
  const skip = traces ? false : 'strace cannot trace here';

  for (const failing of ['fdatasync', 'pwrite64'])
    test(
      `EIO of ${failing}: nothing is acknowledged any more, the daemon ends, a restart is sound`,
      { skip },
      async () => {
        const made = await Site.demo();
        await made.stop();
        for (let round = 0; round < rounds(3); round++) {
          const site = copyOf(made);
          try {
            // after the start's own writes
            const when =
              failing === 'fdatasync' ? 25 + Math.floor(random() * 20) : 120 + Math.floor(random() * 100);
            const wrap = [
              'strace',
              '-f',
              '--seccomp-bpf',
              '-qq',
              '-o',
              '/dev/null',
              '-e',
              `trace=${failing}`,
              '-e',
              `inject=${failing}:error=EIO:when=${when}+`,
            ];
            await site.start({ wrap });
            const control = await site.login('control');
            const writers = load(control, await available(control, 4));
            const ended = await Promise.race([site.exited, sleep(20000)]);
            writers.stopped = true;
            assert.ok(ended, 'it ends by itself');
            await writers.done;
            assert.notEqual(ended.code, 0, site.log);
            assert.notEqual(ended.code, 78, 'systemd may start it again');
            assert.match(site.log, /could not be written/);
            for (const refusal of writers.refused) assert.match(refusal, /^(cut|50[0-9] .+)$/);
            site.dropConnections();
            await site.start();
            await allThere(await site.login('control'), writers.acknowledged);
            await verified(site);
          } finally {
            await drop(site);
          }
        }
        await drop(made);
      },
    );
});

describe('F12, DV-07: the database is taken away', () => {
  for (const names of [['anchang.db', 'anchang.db-wal', 'anchang.db-shm'], ['anchang.db-wal']])
    test(`${names[0]}: the chart is served on, nothing is acknowledged into the void`, async () => {
      const site = await Site.demo();
      try {
        const control = await site.login('control');
        const [a, b] = await available(control, 2);
        await hold(control, 1, [a]);
        const before = await publicChart(control, 1);
        const move = (from, to) => {
          for (const name of names) renameSync(join(site.state, name + from), join(site.state, name + to));
        };
        move('', '.gone');
        assert.deepEqual((await publicChart(control, 1)).buildings, before.buildings);
        if (names.length > 1) {
          const { reasons } = await control.get('/readyz', 503);
          assert.deepEqual(reasons, ['database cannot be opened']);
        }
        const body = { units: [{ id: b.id, version: b.version }], reason: 'x', until_ms: tomorrow() };
        const reply = await control
          .request('POST', '/api/v1/projects/1/units/hold', { body })
          .catch(() => ({ status: 'cut' }));
        assert.ok(reply.status === 'cut' || reply.status >= 500, String(reply.status));
        const ended = await Promise.race([site.exited, sleep(20000)]);
        assert.ok(ended, 'it ends by itself');
        assert.notEqual(ended.code, 0, site.log);
        assert.match(site.log, /could not be written/);
        site.dropConnections();
        move('.gone', '');
        await site.start();
        const again = await internalUnits(await site.login('control'), 1);
        assert.deepEqual(
          [a, b].map((u) => again.find((x) => x.id === u.id).state),
          ['X', 'A'],
        );
        await verified(site);
      } finally {
        await drop(site);
      }
    });
});

describe('F9: a stranger in the database', () => {
  test('one who only looks leaves the log where it is: nothing acknowledged is lost with him', async () => {
    const site = await Site.demo();
    try {
      const control = await site.login('control');
      const units = await available(control, 3);
      const log = join(site.state, 'anchang.db-wal');
      const { ino } = statSync(log);
      for (const u of units) {
        const looked = spawnSync('sqlite3', [join(site.state, 'anchang.db'), 'SELECT COUNT(*) FROM unit'], {
          encoding: 'utf8',
        });
        assert.equal(looked.status, 0, looked.stderr);
        assert.equal(statSync(log).ino, ino, 'the log the daemon writes to is the one in the folder');
        await hold(control, 1, [u]);
        await verified(site);
      }
      await site.kill();
      await site.start();
      const held = await internalUnits(await site.login('control'), 1);
      for (const u of units) assert.equal(held.find((x) => x.id === u.id).state, 'X');
      await verified(site);
    } finally {
      await drop(site);
    }
  });

  test('who is short is waited for; who stays costs a 503, not the daemon', async () => {
    const site = await Site.demo();
    try {
      const control = await site.login('control');
      const [a, b] = await available(control, 2);
      const file = join(site.state, 'anchang.db');
      const short = occupy(file);
      await short.locked;
      setTimeout(short.end, 1000);
      await hold(control, 1, [a]);
      await short.gone;
      const long = occupy(file);
      await long.locked;
      const begun = performance.now();
      const body = { units: [{ id: b.id, version: b.version }], reason: 'x', until_ms: tomorrow() };
      const waits = control.request('POST', '/api/v1/projects/1/units/hold', { body });
      await publicChart(control, 1); // reads do not wait
      assert.ok(performance.now() - begun < 1000);
      const reply = await waits;
      const took = performance.now() - begun;
      assert.equal(reply.status, 503, String(took));
      assert.ok(took > 3000 && took < 7500, `${took} ms`);
      long.end();
      await long.gone;
      assert.equal((await control.get(`/api/v1/units/${b.id}`)).state, 'A');
      await hold(control, 1, [b]);
      await verified(site);
    } finally {
      await drop(site);
    }
  });
});

test('F48, PA-13: backups under load open, verify and restore', async () => {
  const site = await Site.demo();
  try {
    const control = await site.login('control');
    const writers = load(control, await available(control, 6));
    const files = [];
    for (let i = 0; i < rounds(4); i++) {
      const file = join(site.folder, `night-${i}.db`);
      const before = writers.acknowledged.length;
      const done = await site.ctlAsync('backup', file);
      assert.equal(done.status, 0, done.stderr);
      files.push({ file, before });
    }
    writers.stopped = true;
    await writers.done;
    assert.deepEqual(writers.refused, []);
    assert.ok(writers.acknowledged.length > 100);
    for (const { file, before } of files) {
      const drill = new Site();
      try {
        mkdirSync(drill.state, { mode: 0o700 });
        cpSync(join(site.state, 'secret'), join(drill.state, 'secret'), { recursive: true });
        const restored = drill.ctl('restore', file);
        assert.equal(restored.status, 0, restored.stderr);
        await verified(drill);
        await drill.start();
        // what was acknowledged before the backup began is in it
        await allThere(await drill.login('control'), writers.acknowledged.slice(0, before));
      } finally {
        await drop(drill);
      }
    }
  } finally {
    await drop(site);
  }
});

describe('F31, F32: slow and idle clients', () => {
  /** Opens a socket that sends @head at once and then @drip a byte at a time. */
  function rude(port, head, drip = '') {
    const client = { closed: false, took: 0 };
    const begun = performance.now();
    const socket = net.connect({ port, host: '127.0.0.1' });
    let at = 0;
    const timer = drip && setInterval(() => at < drip.length && socket.write(drip[at++]), 200);
    socket.on('connect', () => head && socket.write(head));
    socket.on('error', () => {});
    client.gone = new Promise((resolve) =>
      socket.on('close', () => {
        clearInterval(timer);
        client.closed = true;
        client.took = performance.now() - begun;
        resolve();
      }),
    );
    socket.resume();
    client.end = () => socket.destroy();
    return client;
  }

  test('a good client stays fast; the slow are cut at their time; the daemon forgets them', async () => {
    const site = await Site.demo();
    try {
      const control = await site.login('control');
      const host = `Host: 127.0.0.1:${site.port}\r\n`;
      const post = `POST /api/v1/projects HTTP/1.1\r\n${host}Cookie: ${control.cookie()}\r\nX-Anchang: 1\r\nIdempotency-Key: abcdefgh\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n`;
      const dripping = Array.from({ length: 30 }, () =>
        rude(site.port, 'GET / HTTP/1.1\r\n', `X-Slow: ${'a'.repeat(1000)}`),
      );
      const bodies = Array.from({ length: 20 }, () => rude(site.port, post, `{"name":"${'b'.repeat(1000)}`));
      const silent = Array.from({ length: 40 }, () => rude(site.port, ''));
      await sleep(300);
      const times = [];
      const [u] = await available(control, 1);
      let version = u.version;
      const until = performance.now() + 9500;
      for (let i = 0; performance.now() < until && !dripping.every((c) => c.closed); i++) {
        const begun = performance.now();
        if (i % 2) await publicChart(control, 1);
        else {
          const step = i % 4 ? 'unhold' : 'hold';
          const { units } = await act(control, 1, step, [{ id: u.id, version }], {
            reason: 'x',
            ...(step === 'hold' && { until_ms: tomorrow() }),
          });
          version = units[0].version;
        }
        times.push(performance.now() - begun);
        await sleep(20);
      }
      times.sort((x, y) => x - y);
      const at = (q) => times[Math.floor(times.length * q)];
      console.log(
        `good client beside 90 rude ones: median ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, worst ${times.at(-1).toFixed(1)} ms`,
      );
      assert.ok(at(0.5) < 50 && at(0.95) < 250, `median ${at(0.5)} ms, p95 ${at(0.95)} ms`);
      for (const c of dripping) assert.ok(c.closed && c.took < 8000, `headers: ${c.closed} ${c.took} ms`);
      const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${site.pid}/status`, 'utf8'))[1]);
      assert.ok(rss < 128 * 1024, `${rss} kB`);
      for (const c of [...bodies, ...silent]) c.end();
    } finally {
      await drop(site);
    }
  });

  test('more connections than the cap: the surplus is closed at once, the rest works', async () => {
    const site = await Site.demo();
    try {
      const many = Array.from({ length: 400 }, () => rude(site.port, ''));
      await Promise.race([Promise.all(many.map((c) => c.gone)), sleep(1000)]);
      const closed = many.filter((c) => c.closed).length;
      assert.ok(closed >= 100 && closed < 400, `${closed} of 400 were closed`);
      for (const c of many) c.end();
      await Promise.all(many.map((c) => c.gone));
      await site.ready();
      await publicChart(await site.login('control'), 1);
    } finally {
      await drop(site);
    }
  });

  test('event streams: past their number 503 with a time to come back; readers that never read', async () => {
    const site = await Site.demo({ streams: 16 });
    try {
      const control = await site.login('control');
      const streams = [];
      for (let i = 0; i < 16; i++) {
        const who = i % 4 ? control : await site.login('control');
        streams.push(await who.events('/api/v1/events?project=1').catch(() => null));
      }
      const open = streams.filter(Boolean);
      assert.ok(open.length >= 8);
      const late = await control.request('GET', '/api/v1/events?project=1').catch(() => null);
      if (late) assert.deepEqual([late.status, Boolean(late.headers['retry-after'])], [503, true]);
      const stuck = rude(
        site.port,
        `GET /api/v1/public/projects/1/chart HTTP/1.1\r\nHost: 127.0.0.1:${site.port}\r\nCookie: ${control.cookie()}\r\n\r\n`.repeat(
          50,
        ),
      );
      const [u] = await available(control, 1);
      await hold(control, 1, [u]);
      await Promise.all(open.map((s) => s.next('unit', { test: (d) => d.unit[0] === u.id })));
      stuck.end();
      await Promise.all(open.map((s) => s.close()));
      // the places are free again when the daemon has seen them go
      for (const end = performance.now() + 5000; ; await sleep(50)) {
        const again = await control.events('/api/v1/events?project=1').catch(() => null);
        if (again) break;
        assert.ok(performance.now() < end, 'closed streams keep their places');
      }
    } finally {
      await drop(site);
    }
  });
});

test('a folder that becomes read-only: refused as a full or failing disk is, not acknowledged', async (t) => {
  const folder = scratch();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'anchang-test', folder]).status !== 0)
    return t.skip('not root');
  t.after(() => spawnSync('umount', ['-l', folder]));
  const made = await Site.demo();
  await made.stop();
  const state = join(folder, 'state');
  copyState(made.state, state);
  await drop(made);
  const site = new Site({ state });
  try {
    writeFileSync(join(folder, 'x'), '');
    spawnSync('mount', ['-o', 'remount,ro', folder]);
    const refused = site.run();
    assert.equal(refused.status, 78);
    assert.match(refused.stderr, /Read-only|read-only|cannot/);
    spawnSync('mount', ['-o', 'remount,rw', folder]);
    await site.start();
    await verified(site);
  } finally {
    await drop(site);
  }
});
