// F1, F2, F29: kill -9 at any moment. Before or after, never between; what was acknowledged stays; the same key
// gives the same answer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { newKey } from '../integration/lib/client.mjs';
import { csvOf, madeList } from '../integration/lib/lists.mjs';
import { random, rounds } from '../integration/lib/rounds.mjs';
import { Site, sleep } from '../integration/lib/site.mjs';
import {
  commit,
  draft,
  hold,
  internalUnits,
  publicChart,
  publish,
  readyProject,
  reprice,
  scanList,
  step,
  tomorrow,
} from '../integration/lib/walk.mjs';
import { copyOf, drop, inParallel, killAfter, maybe, Moments, Tally, verified, WIDE } from './lib/broken.mjs';

/**
 * Rounds of attempt({ site, client, key }) on copies of @made, where @login is logged in. It resolves with who is logged
 * in after the restart when nothing had come of it: then the next round asks the same there again, with the same key.
 */
async function onCopies(made, login, n, attempt) {
  const untouched = [];
  const all = [];
  const fresh = async () => {
    const site = copyOf(made);
    all.push(site);
    await site.start();
    return { site, client: await site.login(login), key: newKey() };
  };
  const round = async () => {
    const copy = untouched.pop() ?? (await fresh());
    const client = await attempt(copy);
    if (client) untouched.push({ ...copy, client });
    else await drop(copy.site);
  };
  await inParallel(n, WIDE, round).finally(() => Promise.all(all.map(drop)));
  assert.ok(all.length > 1, 'nothing ever came of it');
}

describe('kill -9 while a list of 10,000 rows is imported', () => {
  let made, project, looked, took;
  before(async () => {
    made = await Site.demo();
    const control = await made.login('control');
    project = (await control.post('/api/v1/projects', { name: '一万行' }, 201)).id;
    const list = csvOf(madeList({ buildings: 25, floors: 25, rooms: 8 }));
    looked = await scanList(control, project, '一万.csv', list);
    assert.equal(looked.scan.accepted, 10000);
    await made.stop();
    const trial = copyOf(made);
    await trial.start();
    const begun = performance.now();
    await commit(await trial.login('control'), looked);
    took = performance.now() - begun;
    await drop(trial);
  });
  after(() => drop(made));

  test('none of them or all of them', async () => {
    const tally = new Tally();
    const moments = new Moments(took);
    const path = `/api/v1/imports/${looked.file.id}/commit`;
    await onCopies(made, 'control', rounds(50), async ({ site, client, key }) => {
      const moment = moments.next();
      const asked = maybe(client.request('POST', path, { body: looked.plan, key, timeout: 60000 }));
      await killAfter(site, moment);
      const answer = await asked;
      await site.start();
      const again = await site.login('control');
      const { units } = (await again.get('/api/v1/projects')).items.find((p) => p.id === project);
      assert.ok([0, 10000].includes(units), `${moment} ms: ${units} units`);
      if (answer) assert.deepEqual([answer.status, units], [200, 10000], 'acknowledged is there');
      const { buildings } = await again.get(`/api/v1/projects/${project}/tree`);
      assert.equal(buildings.length, units ? 25 : 0);
      await verified(site);
      if (units) {
        const retried = await again.post(path, looked.plan, 200, { key, timeout: 60000 });
        assert.equal(retried.units, 10000);
        if (answer) assert.deepEqual(retried, answer.body);
        assert.equal((await again.get('/api/v1/projects')).items.find((p) => p.id === project).units, 10000);
      }
      moments.told(units > 0);
      tally.add(answer ? 'acknowledged' : units ? 'done, not acknowledged' : 'nothing');
      return units ? null : again;
    });
    console.log(`import, commit takes ${Math.round(took)} ms: ${tally}`);
    assert.ok(tally.counts.get('nothing') > 0 && tally.counts.size > 1, `all rounds ended alike: ${tally}`);
  });
});

describe('kill -9 while a publication is approved', () => {
  let made, project, submitted, first, took;
  before(async () => {
    made = await Site.demo();
    const [control, manager] = [await made.login('control'), await made.login('manager')];
    project = await readyProject(control, { name: '审批', list: { buildings: 5, floors: 25, rooms: 8 } });
    first = await publish(control, manager, project);
    const units = (await internalUnits(control, project)).filter((u) => u.state === 'A').slice(0, 60);
    for (const u of units.slice(0, 20)) await reprice(control, manager, project, u.id, u.total - 100);
    await hold(control, project, units.slice(20));
    submitted = await step(control, await draft(control, project), 'submit');
    await made.stop();
    const trial = copyOf(made);
    await trial.start();
    const approver = await trial.login('manager');
    const begun = performance.now();
    await step(approver, submitted, 'approve');
    took = performance.now() - begun;
    await drop(trial);
  });
  after(() => drop(made));

  test('submitted or live, and what the kiosk shows is the one or the other', async () => {
    const tally = new Tally();
    const moments = new Moments(took);
    const path = `/api/v1/publications/${submitted.id}/approve`;
    const body = { version: submitted.version, hash: submitted.hash };
    await onCopies(made, 'manager', rounds(50), async ({ site, client, key }) => {
      const moment = moments.next();
      const asked = maybe(client.request('POST', path, { body, key }));
      await killAfter(site, moment);
      const answer = await asked;
      await site.start();
      const again = await site.login('manager');
      const ledger = (await again.get(`/api/v1/projects/${project}/publications`)).items;
      const states = ledger.map((p) => `${p.number} ${p.state}`).join();
      const live = states === '2 live,1 superseded';
      const chart = await publicChart(again, project);
      assert.equal(chart.publication.hash, live ? submitted.hash : first.hash);
      if (!live) {
        assert.equal(states, '2 submitted,1 live', `${moment} ms`);
        assert.equal(answer, null, 'acknowledged is there');
      }
      assert.equal(chart.project.units, 2000);
      await verified(site);
      if (live) {
        const retried = await again.request('POST', path, { body, key });
        assert.deepEqual([retried.status, retried.body.state], [200, 'live']);
        if (answer) assert.ok(retried.bytes.equals(answer.bytes));
        assert.equal((await publicChart(again, project)).publication.hash, submitted.hash);
      }
      moments.told(live);
      tally.add(answer ? 'acknowledged' : live ? 'live, not acknowledged' : 'submitted');
      return live ? null : again;
    });
    console.log(`approval takes ${Math.round(took)} ms: ${tally}`);
    assert.ok(tally.counts.get('submitted') > 0 && tally.counts.size > 1, `all rounds ended alike: ${tally}`);
  });
});

describe('kill -9 under sixteen writers', () => {
  test('what was acknowledged stays, once; what was not is absent or whole', async () => {
    const site = await Site.demo();
    let acknowledged = 0;
    try {
      let control = await site.login('control');
      const id = await readyProject(control, { name: '十六', list: { buildings: 2, floors: 10, rooms: 4 } });
      const mine = (await internalUnits(control, id)).filter((u) => u.state === 'A').slice(0, 16);
      const states = mine.map((u) => ({ id: u.id, version: u.version, held: false, done: [], open: null }));
      const send = async (who, client) => {
        const { path, body, key } = who.open;
        const reply = await maybe(client.request('POST', path, { body, key }));
        if (!reply) return false;
        assert.equal(reply.status, 200, reply.bytes.toString('utf8'));
        who.done.push({ ...who.open, bytes: reply.bytes });
        who.version = reply.body.units[0].version;
        who.held = !who.held;
        who.open = null;
        acknowledged++;
        return true;
      };
      const begin = (who) => {
        const name = who.held ? 'unhold' : 'hold';
        const reason = newKey();
        const body = { units: [{ id: who.id, version: who.version }], reason };
        if (!who.held) body.until_ms = tomorrow();
        who.open = { path: `/api/v1/projects/${id}/units/${name}`, body, key: newKey(), reason };
      };
      const check = async (who) => {
        const told = (await control.get(`/api/v1/units/${who.id}/history`)).items.map((h) => h.reason);
        const count = (reason) => told.filter((r) => r === reason).length;
        for (const { reason } of who.done) assert.equal(count(reason), 1, 'acknowledged: there, once');
        const landed = count(who.open.reason);
        assert.ok(landed <= 1);
        const unit = await control.get(`/api/v1/units/${who.id}`);
        assert.equal(unit.state, who.held !== (landed === 1) ? 'X' : 'A', 'history and state agree');
        const last = who.done.at(-1);
        if (last) {
          const replay = await control.request('POST', last.path, { body: last.body, key: last.key });
          assert.ok(replay.bytes.equals(last.bytes), 'the same key, the same answer');
        }
        assert.equal(await send(who, control), true, 'the retry of what was open');
      };
      for (let round = 0; round < rounds(15); round++) {
        // A moment by what is done, however fast the machine is.
        const enough = acknowledged + 16 * (1 + 9 * random());
        const running = states.map(async (who) => {
          do begin(who);
          while (await send(who, control));
        });
        for (const end = performance.now() + 30000; acknowledged < enough; await sleep(1))
          assert.ok(performance.now() < end, 'nothing is acknowledged');
        await killAfter(site, random() * 20);
        await Promise.all(running);
        await site.start();
        control = await site.login('control');
        await Promise.all([verified(site), ...states.map(check)]);
      }
      console.log(`${acknowledged} acknowledged`);
      assert.ok(acknowledged > rounds(15) * 16);
    } finally {
      await drop(site);
    }
  });
});

describe('kill at every write (F1, strace)', () => {
  const works = spawnSync('strace', ['-f', '-e', 'inject=fdatasync:delay_enter=1', 'true']).status === 0;
  const skip = works ? false : 'strace cannot trace here';
  const wrap = (out, more) => [
    'strace',
    '-f',
    '-qq',
    '-o',
    out,
    '-e',
    'trace=pwrite64,fdatasync,ftruncate',
    ...more,
  ];
  let made, project, target, writes;
  before(async () => {
    if (skip) return;
    made = await Site.demo();
    const control = await made.login('control');
    project = 1;
    target = (await internalUnits(control, project)).find((u) => u.state === 'A');
    await made.stop();
    const trial = copyOf(made);
    const out = join(trial.folder, 'trace');
    await trial.start({ wrap: wrap(out, []) });
    await hold(await trial.login('control'), project, [target]);
    process.kill(trial.pid, 'SIGKILL');
    await trial.exited;
    writes = readFileSync(out, 'utf8')
      .split('\n')
      .filter((line) => /(pwrite64|fdatasync|ftruncate)\(/.test(line)).length;
    await drop(trial);
  });
  after(() => made && drop(made));

  test('the first, second, third … write of start, log-in and hold', { skip }, async () => {
    const tally = new Tally();
    const key = newKey();
    const path = `/api/v1/projects/${project}/units/hold`;
    const body = {
      units: [{ id: target.id, version: target.version }],
      reason: '每一步',
      until_ms: tomorrow(),
    };
    const n = Math.min(rounds(30), writes);
    await inParallel(n, WIDE, async (round) => {
      const site = copyOf(made);
      const at = 1 + Math.floor((round * writes) / n);
      const inject = `inject=pwrite64,fdatasync,ftruncate:signal=KILL:when=${at}`;
      try {
        let answer = null;
        let reached = 'start';
        await site
          .start({ wrap: wrap('/dev/null', ['-e', inject]) })
          .then(async () => {
            reached = 'log-in';
            const control = await site.login('control');
            reached = 'hold';
            answer = await control.request('POST', path, { body, key });
            reached = 'after';
          })
          .catch((error) => assert.doesNotMatch(String(error.code), /ERR_ASSERTION/, error.stack));
        if (reached === 'after') {
          process.kill(site.pid, 'SIGKILL');
          await site.exited;
        } else await Promise.race([site.exited, sleep(10000)]);
        site.dropConnections();
        await site.start();
        const control = await site.login('control');
        const unit = await control.get(`/api/v1/units/${target.id}`);
        const rows = (await control.get(`/api/v1/units/${target.id}/history`)).items.filter(
          (h) => h.reason === '每一步',
        );
        assert.equal(unit.state, rows.length ? 'X' : 'A');
        assert.ok(rows.length <= 1);
        if (answer) assert.equal(rows.length, 1);
        await verified(site);
        assert.equal((await control.request('POST', path, { body, key })).status, 200);
        assert.equal((await control.get(`/api/v1/units/${target.id}`)).version, target.version + 1);
        tally.add(`${reached}${rows.length ? ', done' : ''}`);
      } finally {
        await drop(site);
      }
    });
    console.log(`${writes} writes; killed in: ${tally}`);
    for (const reached of ['start', 'hold']) assert.ok(tally.counts.has(reached), `never in ${reached}: ${tally}`);
  });
});

test('kill -9 during the very first start: the next one works', async () => {
  await inParallel(rounds(20), WIDE, async () => {
    const site = new Site();
    try {
      const starting = site.start().catch(() => null);
      await sleep(random() * 60);
      site.child.kill('SIGKILL');
      await starting;
      await site.exited;
      await site.start();
      await site.stop();
      await verified(site);
    } finally {
      await drop(site);
    }
  });
});
