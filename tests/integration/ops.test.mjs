// anchangctl through the daemon and without it; what must not start; backups, restores, keys, damage.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { csvOf, madeList } from './lib/lists.mjs';
import { ANCHANGCTL, ANCHANGD, scratch, Site, WORD } from './lib/site.mjs';
import { hold, internalUnits, publicChart, publish, readyProject } from './lib/walk.mjs';

const sqlite = (file, sql) => {
  const done = spawnSync('sqlite3', [file, sql], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
const database = (site) => join(site.state, 'anchang.db');
const digest = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('anchangctl', () => {
  for (const mode of ['through the daemon', 'without a daemon'])
    test(mode, async (t) => {
      const site = await Site.demo();
      t.after(() => site.close());
      if (mode === 'without a daemon') await site.stop();
      const online = async (work) => {
        if (mode === 'without a daemon') await site.start();
        await work();
        if (mode === 'without a daemon') await site.stop();
      };

      site.ctlOk('user', 'add', 'zoe', '--name', '卓依', '--posts', 'sales-controller', {
        input: `${WORD}0\n`,
      });
      assert.match(site.ctlOk('user', 'list'), /zoe +卓依/);
      site.ctlOk('user', 'add', 'jose', '--name', 'Jose\u0301', '--posts', 'cashier', { input: `${WORD}0\n` });
      assert.match(site.ctlOk('user', 'list'), /jose +Jos\u00e9/, 'one form of each text');
      site.ctlOk('user', 'password', 'zoe', { input: `${WORD}9\n` });
      await online(async () => assert.equal((await site.login('zoe', `${WORD}9`)).session.user.login, 'zoe'));
      site.ctlOk('user', 'disable', 'zoe');
      assert.match(site.ctlOk('user', 'list'), /zoe .*disabled/);
      const weak = site.ctl('user', 'add', 'weak', '--name', 'x', '--posts', 'cashier', { input: 'weak\n' });
      assert.deepEqual([weak.status, /at least 10/.test(weak.stderr)], [1, true]);
      const twice = site.ctl('user', 'add', 'zoe', '--name', 'x', '--posts', 'cashier', {
        input: `${WORD}0\n`,
      });
      assert.match(twice.stderr, /already taken/);

      const code = site.ctlOk('pair', 'kiosk', '大堂', '--project', '1').trim();
      await online(async () => {
        const kiosk = site.client();
        await kiosk.post('/api/v1/terminal/pair', { code }, 200);
        await publicChart(kiosk, 1);
      });

      const list = join(site.folder, '新.csv');
      writeFileSync(
        list,
        csvOf(
          madeList({ buildings: 1, floors: 3, rooms: 2 }).map((r, i) => (i ? ['九栋', ...r.slice(1)] : r)),
        ),
      );
      assert.match(site.ctlOk('import', list, '--project', '1'), /^12 units/);
      const whose = site.ctl('import', list);
      assert.equal(whose.status, 1);
      assert.match(whose.stderr, /mapping is incomplete: project/);
      const again = site.ctl('import', list, '--project', '1');
      assert.equal(again.status, 1);
      assert.match(again.stderr, /row 2: .*exists/);
      const plan = JSON.parse(site.ctlOk('import', list, '--project', '1', '--print-plan', 'yes'));
      assert.ok(plan.mapping.columns.length > 8);
      const bad = join(site.folder, 'bad.csv');
      writeFileSync(bad, '楼栋,楼层,房号,状态,建筑面积\n十栋,1,,在售,90\n十栋,1,102,谜,90\n');
      const refused = site.ctl('import', bad, '--project', '1');
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, /row 2:/);
      const odd = join(site.folder, 'odd.csv');
      writeFileSync(odd, '楼栋,楼层,房号,状态,建筑面积\n十栋,1,101,谜,90\n');
      assert.match(
        site.ctlOk('import', odd, '--project', '1', '--accept', 'status-unknown,price-missing', '--sale-state', 'A'),
        /^1 units/,
      );

      // A sheet of floors and lines, which has no column of rooms.
      const matrix = join(site.folder, 'matrix.csv');
      writeFileSync(matrix, '十二栋\n层,01,02,03\n3,301,302,303\n2,201,202,203\n1,101,102,103\n');
      const shape = JSON.parse(site.ctlOk('import', matrix, '--project', '1', '--print-plan', 'yes')).mapping;
      assert.deepEqual([shape.form, shape.matrix.building, shape.columns], ['matrix', '十二栋', []]);
      assert.match(
        site.ctlOk(
          ...['import', matrix, '--project', '1', '--class', 'home', '--sale-state', 'U'],
          ...['--accept', 'area-missing,price-missing,status-unknown,class-unknown'],
        ),
        /^9 units/,
      );

      const step = (name, as) => site.ctl('publish', name, '--project', '1', '--as', as);
      assert.match(
        site.ctlOk('publish', 'draft', '--project', '1', '--as', 'control', '--note', '命令行'),
        /publication 2/,
      );
      assert.equal(step('submit', 'sales').status, 1, 'no right, no step');
      assert.equal(step('submit', 'control').status, 0);
      const own = step('approve', 'control');
      assert.deepEqual([own.status, own.stderr !== ''], [1, true]);
      site.ctlOk('publish', 'approve', '--project', '1', '--as', 'manager');

      const chart = JSON.parse(site.ctlOk('export', '--project', '1'));
      assert.equal(chart.publication.number, 2);
      const prices = site.ctl('export', '--project', '1', '--as', 'price-list.pdf');
      assert.match(prices.stdout, /^%PDF-/);

      const backup = join(site.folder, 'copy.db');
      assert.equal(site.ctlOk('backup', backup).trim(), backup);
      assert.equal(sqlite(backup, 'PRAGMA integrity_check'), 'ok');
      assert.equal(site.ctl('backup', backup).status, 1, 'what is there is not written over');
      site.verify();
      const restore = site.ctl('restore', backup);
      if (mode === 'through the daemon') {
        assert.equal(restore.status, 1);
        assert.match(restore.stderr, new RegExp(`process ${site.pid}\\b.*stop anchangd`));
      } else assert.equal(restore.status, 0, restore.stderr);
      site.verify();

      const authority = join(site.folder, 'ca');
      mkdirSync(authority);
      site.ctlOk('ca', authority, 'kiosk.example');
      const chain = spawnSync(
        'openssl',
        ['verify', '-CAfile', join(authority, 'ca.pem'), join(authority, 'server.pem')],
        { encoding: 'utf8' },
      );
      assert.equal(chain.status, 0, chain.stderr);
      assert.equal(statSync(join(authority, 'server.key')).mode & 0o077, 0);
      assert.match(
        site.ctlOk('demo'),
        /control +anchang-demo/,
        'a second time: nothing made, the log-ins told',
      );

      for (const args of [
        [],
        ['nonsense'],
        ['user'],
        ['user', 'rename', 'zoe'],
        ['pair', 'kiosk'],
        ['publish', 'approve'],
        ['import'],
        ['backup'],
      ]) {
        const wrong = site.ctl(...args, { input: 'x\n' });
        assert.equal(wrong.status, 64, `${args.join(' ')}: ${wrong.status}`);
      }
      for (const args of [
        ['pair', 'toaster', 'x'],
        ['pair', 'kiosk', 'x', '--project', '不存在'],
        ['import', '/nonexistent.csv'],
        ['publish', 'draft', '--project', '1', '--as', 'ghost'],
        ['export', '--project', '77'],
      ]) {
        const wrong = site.ctl(...args);
        assert.ok(
          [1, 64].includes(wrong.status) && wrong.stderr !== '',
          `${args.join(' ')}: ${wrong.status} ${wrong.stderr}`,
        );
      }
      assert.equal(spawnSync(ANCHANGCTL, ['--version'], { encoding: 'utf8' }).status, 0);
      // what was done by hand is in the log under the system's user
      await online(async () => {
        const { items } = await (await site.login('audit')).get('/api/v1/audit?action=user.create&limit=1');
        assert.match(items[0].actor, /^ctl:/);
      });
    });

  test('a project for each name in the list; all rows or none', async (t) => {
    const site = await Site.empty();
    t.after(() => site.close());
    const list = join(site.folder, '两个.csv');
    const rows = madeList({ buildings: 1, floors: 2, rooms: 2 }).map((r, i) => [
      i ? (i % 2 ? '甲苑' : '乙苑') : '项目',
      ...r,
    ]);
    writeFileSync(list, csvOf(rows));
    assert.match(site.ctlOk('import', list), /^8 units/);
    rows.push([...rows[1]]);
    rows.at(-1)[3] = '谁知道';
    writeFileSync(list, csvOf(rows.map((r, i) => (i ? [`${r[0]}二期`, ...r.slice(1)] : r))));
    assert.equal(site.ctl('import', list).status, 1);
    assert.equal(sqlite(database(site), 'SELECT COUNT(*) FROM project'), '2');
    assert.equal(sqlite(database(site), 'SELECT COUNT(*) FROM unit'), '8');
    site.verify();
  });
});

describe('what must not start', () => {
  let folder;
  before(() => {
    folder = scratch();
  });
  const run = (text) => {
    const file = join(folder, 'c.conf');
    writeFileSync(file, text);
    return spawnSync(ANCHANGD, ['--config', file], { encoding: 'utf8', timeout: 10000 });
  };

  test('configuration: unknown keys and wrong values, by file and line, exit 78', () => {
    const state = join(folder, 'never');
    for (const [text, line, word] of [
      [`[site]\nname = x\nnaem = y\n`, 3, 'naem'],
      [`[storage]\nstate = ${state}\n[listen]\nprot = 1\n`, 4, 'prot'],
      [`[nowhere]\nkey = 1\n`, 2, 'key'],
      [`[listen]\nport = 70000\n`, 2, 'port'],
      [`[listen]\nport = eight\n`, 2, 'port'],
      [`[listen]\nworkers = 0\n`, 2, 'workers'],
      [`[site]\ndemo = maybe\n`, 2, 'demo'],
      [`[site]\nlanguage = fr\n`, 2, 'language'],
      [`[storage]\nstate = relative/path\n`, 2, 'state'],
      [`[site]\nname = ${'x'.repeat(4000)}\n`, 2, ''],
      [`no section at all\n`, 1, ''],
    ]) {
      const done = run(text);
      assert.equal(done.status, 78, `${text}: ${done.status} ${done.stderr}`);
      assert.ok(done.stderr.includes(`c.conf:${line}`) && done.stderr.includes(word), done.stderr);
    }
    assert.equal(existsSync(state), false, 'nothing was made');
    assert.equal(run(`[site]\ntime-zone = Mars/Base\n[storage]\nstate = ${state}\n`).status, 78);
    assert.equal(spawnSync(ANCHANGD, ['--config', '/nonexistent.conf']).status, 78);
    assert.equal(spawnSync(ANCHANGD, ['--nonsense']).status, 64);
  });

  test('a plain listener beyond loopback; a certificate that is not there', () => {
    const state = join(folder, 'lan');
    const storage = `[storage]\nstate = ${state}\npages = ${folder}\n`;
    const open = run(`${storage}[listen]\naddress = 0.0.0.0\nport = 0\n`);
    assert.notEqual(open.status, 0);
    assert.equal(open.signal, null, 'it ends by itself');
    const bare = run(`${storage}[listen]\nport = 0\n[lan]\naddress = 0.0.0.0\nport = 0\n`);
    assert.notEqual(bare.status, 0);
    assert.equal(bare.signal, null);
    const gone = run(
      `${storage}[listen]\nport = 0\n[lan]\naddress = 127.0.0.2\nport = 0\ncertificate = /no/such.pem\nkey = /no/such.key\n`,
    );
    assert.notEqual(gone.status, 0);
    assert.equal(gone.signal, null);
  });

  test('a second daemon: exit 75, the pid of the first, which is not disturbed', async (t) => {
    const site = await Site.demo();
    t.after(() => site.close());
    const begun = performance.now();
    const many = await Promise.all(
      Array.from(
        { length: 8 },
        () =>
          new Promise((resolve) => {
            const child = spawn(ANCHANGD, ['--config', site.configFile], {
              stdio: ['ignore', 'ignore', 'pipe'],
            });
            let stderr = '';
            child.stderr.on('data', (text) => (stderr += text));
            child.on('close', (status) => resolve({ status, stderr }));
          }),
      ),
    );
    assert.ok(performance.now() - begun < 5000);
    for (const done of many) {
      assert.equal(done.status, 75, done.stderr);
      assert.match(done.stderr, new RegExp(`process ${site.child.pid}\\b`));
    }
    await (await site.login('control')).get('/api/v1/projects');
  });

  test('twenty at once on one folder: exactly one stays', async (t) => {
    const site = new Site();
    site.ctlOk('demo');
    const children = Array.from({ length: 20 }, () =>
      spawn(ANCHANGD, ['--config', site.configFile], { stdio: 'ignore' }),
    );
    t.after(() => children.forEach((c) => c.kill('SIGKILL')));
    const ends = children.map((c) => new Promise((resolve) => c.on('close', (code) => resolve(code))));
    const codes = [];
    await new Promise((resolve) =>
      ends.forEach((end) => end.then((code) => codes.push(code) === 19 && resolve())),
    );
    assert.deepEqual(codes, Array(19).fill(75));
    const [left] = children.filter((c) => c.exitCode === null);
    left.kill('SIGTERM');
    assert.equal(await new Promise((resolve) => left.on('close', resolve)), 0);
  });

  /** A stopped demo site; its files as they are. */
  async function stopped(t) {
    const site = await Site.demo();
    await site.stop();
    t.after(() => rmSync(site.folder, { recursive: true, force: true }));
    return site;
  }

  test('a database of a newer version: refused, untouched', async (t) => {
    const site = await stopped(t);
    sqlite(
      database(site),
      "INSERT INTO schema_version VALUES (999, 'future', 1); PRAGMA wal_checkpoint(TRUNCATE)",
    );
    const before = readFileSync(database(site));
    const done = site.run();
    assert.equal(done.status, 78);
    assert.match(done.stderr, /newer version/);
    assert.ok(readFileSync(database(site)).equals(before));
    for (const command of [['verify'], ['user', 'list']]) assert.notEqual(site.ctl(...command).status, 0);
  });

  test('F11: a damaged database: exit 78, what to do, nothing changed; a backup puts it right', async (t) => {
    const site = await stopped(t);
    const good = join(site.folder, 'good.db');
    site.ctlOk('backup', good);
    const size = statSync(database(site)).size;
    const original = readFileSync(database(site));
    let refused = 0;
    for (const at of [0, 30, 4096 + 10, Math.floor(size / 8192) * 4096 + 5, size - 4000]) {
      const damaged = Buffer.from(original);
      for (let i = 0; i < 64; i++) damaged[at + i] ^= 0xa5;
      writeFileSync(database(site), damaged);
      const before = digest(database(site));
      const started = await site.start().catch(() => null);
      if (started) {
        await site.stop(); // where nothing was: there is no page to damage
        continue;
      }
      refused++;
      assert.equal((await site.exited).code, 78, site.log);
      assert.match(site.log, /anchang\.db/);
      assert.equal(digest(database(site)), before, `at ${at}: it was changed`);
      assert.notEqual(site.ctl('verify').status, 0);
    }
    assert.ok(refused >= 3, `only ${refused} damages were found`);
    truncateSync(database(site), size >> 1);
    assert.equal(site.run().status, 78);
    writeFileSync(database(site), Buffer.alloc(8192, 'x'));
    assert.equal(site.run().status, 78);
    // gone or emptied: no empty site takes its place
    writeFileSync(database(site), '');
    assert.equal(site.run().status, 78);
    rmSync(database(site));
    const without = site.run();
    assert.equal(without.status, 78);
    assert.match(without.stderr, /anchang\.db is gone: .*restore/);
    assert.equal(existsSync(database(site)), false);
    const restored = site.ctl('restore', good);
    assert.equal(restored.status, 0, restored.stderr);
    site.verify();
    await site.start();
    await publicChart(await site.login('control'), 1);
    await site.stop();
  });

  test('F50: keys that are missing, short or not readable; a folder that cannot be used', async (t) => {
    const site = await stopped(t);
    const key = join(site.state, 'secret/audit.key');
    const keep = `${key}.keep`;
    renameSync(key, keep);
    const missing = site.run();
    assert.equal(missing.status, 78, missing.stderr);
    assert.match(missing.stderr, /audit\.key/);
    assert.equal(existsSync(key), false, 'no new key is made beside an old log');
    for (const bytes of [0, 5]) {
      writeFileSync(key, Buffer.alloc(bytes));
      const short = site.run();
      assert.equal(short.status, 78);
      assert.match(short.stderr, /audit\.key/);
    }
    writeFileSync(key, Buffer.alloc(32, 7));
    const wrong = site.run();
    assert.equal(wrong.status, 78, wrong.stderr);
    assert.match(wrong.stderr, /audit/);
    rmSync(key);
    renameSync(keep, key);
    await site.start();
    await site.stop();
    site.verify();
    const inTheWay = join(site.folder, 'file');
    writeFileSync(inTheWay, '');
    site.settings.storage.state = inTheWay;
    site.configure();
    assert.equal(site.run().status, 78);
  });

  test('T16: a row of the log altered behind our back is named', async (t) => {
    const site = await stopped(t);
    const db = database(site);
    const total = Number(sqlite(db, 'SELECT COUNT(*) FROM audit'));
    const triggers = sqlite(
      db,
      "SELECT group_concat(name) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'",
    );
    assert.notEqual(
      spawnSync('sqlite3', [db, "UPDATE audit SET actor = 'x' WHERE seq = 5"]).status,
      0,
      'a trigger forbids it',
    );
    for (const trigger of triggers.split(',')) sqlite(db, `DROP TRIGGER "${trigger}"`);
    sqlite(db, "UPDATE audit SET actor = 'somebody else' WHERE seq = 5");
    const found = site.ctl('verify');
    assert.equal(found.status, 1);
    assert.match(found.stdout, /row 5 was altered/);
    assert.ok(total > 10);
  });
});

test('the configuration of the demonstration follows its call, until somebody makes it his own', (t) => {
  const site = new Site();
  t.after(() => site.close());
  const conf = join(site.state, 'anchangd.conf');
  site.ctlOk('demo', '--www', '/one', '--port', '9001');
  site.ctlOk('demo', '--www', '/two', '--port', '9002');
  const made = readFileSync(conf, 'utf8');
  assert.match(made, /^pages = \/two$[^]*^port = 9002$/m);
  assert.match(made, /^\[devices\]\nvirtual = 收银台读卡器\nvirtual = 自助屏读卡器$/m);
  site.ctlOk('demo', '--www', '/two', '--models', '/some/models');
  assert.match(readFileSync(conf, 'utf8'), /^\[devices\]\nmodels = \/some\/models\nvirtual = /m);
  site.ctlOk('pair', 'counter', '演示收银台', '--reader', '收银台读卡器'); // registered before there is a daemon
  const own = made.replace(/^#.*\n/, '') + 'workers = 3\n';
  writeFileSync(conf, own);
  site.ctlOk('demo', '--www', '/three', '--port', '9003');
  assert.equal(readFileSync(conf, 'utf8'), own);
});

test('a command line that says too much or too little does nothing', (t) => {
  const site = new Site();
  t.after(() => site.close());
  for (const [args, why] of [
    [['pair', 'kiosk', '大堂', '--projcet', '1'], /takes no --projcet/],
    [['pair', 'kiosk', '大堂', '--as', 'x'], /takes no --as/],
    [['pair', 'kiosk', '大堂', '--project'], /--project needs a value/],
    [['user', 'add', 'a', '--name', '--posts', 'admin'], /--name needs a value/],
    [['restore', 'a.db', 'b.db'], /b\.db is one word too many/],
    [['verify', 'all'], /all is one word too many/],
    [['verify', '--config'], /takes no --config/],
    [['user', 'ad', 'a'], /^usage:/],
  ]) {
    const done = site.ctl(...args);
    assert.deepEqual([done.status, done.stdout], [64, ''], args.join(' '));
    assert.match(done.stderr, why);
  }
  assert.equal(existsSync(site.state), false);
});

describe('backup and restore', () => {
  test('restore drill: the site is as it was at the backup, images included; what was there is kept', async (t) => {
    const site = await Site.demo();
    t.after(() => site.close());
    const [admin, control, manager] = [
      await site.login('admin'),
      await site.login('control'),
      await site.login('manager'),
    ];
    const id = await readyProject(control, { name: '演练', list: { buildings: 1, floors: 3, rooms: 3 } });
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const media = await control.upload(`/api/v1/media?name=plan.png&project=${id}`, png);
    const [layout] = (await control.get(`/api/v1/projects/${id}/layouts`)).items;
    await control.patch(`/api/v1/layouts/${layout.id}`, { version: layout.version, media: media.id });
    await publish(control, manager, id);
    const kiosk = await site.terminal(admin, { project: id });
    const before = await publicChart(kiosk, id);
    const file = join(site.folder, 'night.db');
    assert.equal((await admin.get('/api/v1/system')).last_backup_ms, null);
    const began = Date.now();
    site.ctlOk('backup', file);
    const noted = (await admin.get('/api/v1/system')).last_backup_ms;
    assert.ok(noted >= began && noted <= Date.now(), 'the office page says when');
    const { items } = await admin.get('/api/v1/audit?action=backup');
    assert.equal(items.length, 1);
    assert.deepEqual(items[0].detail.map((c) => c.field), ['file', 'bytes']);
    assert.equal(items[0].detail[0].after, file);
    const [u] = (await internalUnits(control, id)).filter((x) => x.state === 'A');
    await hold(control, id, [u]);
    await control.post('/api/v1/projects', { name: '之后' }, 201);
    await site.stop();
    rmSync(join(site.state, 'media'), { recursive: true });
    const said = site.ctlOk('restore', file);
    assert.match(said, /replaced-\d+\.db/);
    assert.equal(
      sqlite(said.trim().split(' ').at(-1), "SELECT COUNT(*) FROM project WHERE name = '之后'"),
      '1',
    );
    site.verify();
    await site.start();
    assert.deepEqual((await publicChart(kiosk, id)).buildings, before.buildings, 'its kiosk is still paired');
    const again = await site.login('control');
    const last = (await (await site.login('admin')).get('/api/v1/system')).last_backup_ms;
    assert.equal(last, null, 'no copy holds a word of itself');
    assert.ok((await again.request('GET', `/api/v1/media/${media.id}`)).bytes.equals(png));
    assert.equal(
      (await again.get('/api/v1/projects')).items.some((p) => p.name === '之后'),
      false,
    );
    await hold(again, id, [(await internalUnits(again, id)).find((x) => x.id === u.id)]);
    site.verify();
  });

  const root = process.getuid?.() === 0;
  test('root leaves nothing of its own in the folder of the daemon\'s user', { skip: !root && 'not root' }, (t) => {
    const site = new Site();
    t.after(() => site.close());
    const nobody = 65534;
    chmodSync(site.folder, 0o711);
    mkdirSync(site.state, { mode: 0o700 });
    chownSync(site.state, nobody, nobody);
    const public_ = join(site.folder, 'backups');
    mkdirSync(public_);
    chownSync(public_, nobody, nobody);
    site.ctlOk('demo');
    const file = join(public_, 'b.db');
    site.ctlOk('backup', file);
    site.ctlOk('restore', file);
    site.ctlOk('ca', join(site.state, 'tls'), 'office.example');
    // what is read may be root's alone
    const closed = join(site.folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    writeFileSync(join(closed, '单.csv'), csvOf(madeList({ buildings: 1, floors: 2, rooms: 2 })), { mode: 0o600 });
    assert.match(site.ctlOk('import', join(closed, '单.csv'), '--project', '1'), /^8 units/);
    copyFileSync(file, join(closed, 'mine.db'));
    site.ctlOk('restore', join(closed, 'mine.db'));
    const made = readdirSync(site.state, { recursive: true, withFileTypes: true });
    assert.ok(made.length > 8, made);
    for (const entry of made) {
      const { uid, gid } = statSync(join(entry.path, entry.name));
      assert.deepEqual([uid, gid], [nobody, nobody], join(entry.path, entry.name));
    }
    // where the owner may not go, root does not go for him
    const refused = site.ctl('backup', join(closed, 'b.db'));
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /works as the owner of/);
    assert.match(sqlite(database(site), 'SELECT group_concat(DISTINCT actor) FROM audit'), /ctl:root/);
  });

  test('a damaged or foreign backup replaces nothing', async (t) => {
    const site = await Site.demo();
    t.after(() => site.close());
    const file = join(site.folder, 'b.db');
    site.ctlOk('backup', file);
    await site.stop();
    const before = readFileSync(database(site));
    const broken = join(site.folder, 'broken.db');
    copyFileSync(file, broken);
    const bytes = readFileSync(broken);
    for (let i = 0; i < 400; i++) bytes[4096 * 3 + i] ^= 0xff;
    writeFileSync(broken, bytes);
    const other = join(site.folder, 'other.db');
    sqlite(other, 'CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    const newer = join(site.folder, 'newer.db');
    copyFileSync(file, newer);
    sqlite(newer, "INSERT INTO schema_version VALUES (999, 'future', 1)");
    const text = join(site.folder, 'text.db');
    writeFileSync(text, 'this is no database');
    for (const path of [broken, other, newer, text, '/nonexistent', site.folder]) {
      const done = site.ctl('restore', path);
      assert.notEqual(done.status, 0, path);
      assert.match(done.stderr, /nothing was replaced/, path);
      assert.ok(readFileSync(database(site)).equals(before), path);
    }
    const locked = join(site.folder, 'nodir/x.db');
    assert.equal(site.ctl('backup', locked).status, 1);
    chmodSync(file, 0o600);
    site.verify();
    await site.start();
  });
});

describe('health and figures (DV-08)', () => {
  let site;
  before(async () => {
    site = await Site.demo();
  });
  after(() => site.close());

  test('/healthz, /readyz, /metrics, the system page', async () => {
    const nobody = site.client();
    assert.equal((await nobody.get('/healthz')).ok, true);
    const ready = await nobody.get('/readyz');
    assert.deepEqual([ready.ok, ready.reasons], [true, []]);
    const metrics = (await nobody.request('GET', '/metrics')).bytes.toString('utf8');
    assert.match(metrics, /^# TYPE /m);
    for (const line of metrics.trim().split('\n'))
      assert.match(
        line,
        /^(# (HELP|TYPE) .+|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^}]*\})? -?[0-9.e+-]+(Inf|NaN)?)$/,
        line,
      );
    assert.ok(/anchang_http_requests/.test(metrics), metrics.slice(0, 300));
    const system = await (await site.login('admin')).get('/api/v1/system');
    assert.ok(system.db_bytes > 100000 && system.commits > 0 && system.schema > 0);
    assert.ok(system.listeners.some((l) => l.includes(String(site.port))));
  });
});
