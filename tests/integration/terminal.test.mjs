// Machines and people: pairing, calls for staff, revocation, log-in, sessions, passwords, users, the log.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { Site, WORD } from './lib/site.mjs';

let site, admin, control;
before(async () => {
  site = await Site.demo();
  [admin, control] = [await site.login('admin'), await site.login('control')];
});
after(() => site.close());

describe('terminals', () => {
  test('a code pairs once; a wrong one says nothing', async () => {
    const { code, expires_ms: expires } = await admin.post(
      '/api/v1/terminals/pairings',
      { kind: 'kiosk', name: '大堂', project_id: 1 },
      201,
    );
    assert.ok(expires > Date.now() + 500000 && expires < Date.now() + 700000, 'ten minutes');
    const client = site.client();
    await client.refused('POST', '/api/v1/terminal/pair', 422, 'pairing.code', {
      body: { code: 'AAAA-AAAA' },
    });
    const session = await client.post('/api/v1/terminal/pair', { code }, 200);
    assert.equal(session.kind, 'terminal');
    await site.client().refused('POST', '/api/v1/terminal/pair', 422, 'pairing.code', { body: { code } });
    // it stays paired over a restart of the daemon; people must log in again
    await site.restart();
    await client.get('/api/v1/public/projects/1/chart');
    await admin.refused('GET', '/api/v1/session', 401);
    [admin, control] = [await site.login('admin'), await site.login('control')];
  });

  test('a code is given once and lies nowhere in the folder of the site', async () => {
    const path = '/api/v1/terminals/pairings';
    const options = { key: newKey(), body: { kind: 'kiosk', name: '一次', project_id: 1 } };
    const { body: made } = await admin.request('POST', path, options);
    await admin.refused('POST', path, 409, 'idempotency.secret', options);
    assert.equal((await admin.get('/api/v1/terminals')).items.filter((t) => t.name === '一次').length, 1);
    for (const file of readdirSync(site.folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const bytes = readFileSync(join(file.path, file.name));
      assert.ok(!bytes.includes(`"${made.code}"`), `${file.name} holds the code`);
    }
    await site.client().post('/api/v1/terminal/pair', { code: made.code }, 200);
  });

  test('signs of life, a call for staff and its answer', async () => {
    const kiosk = await site.terminal(admin, { project: 1, name: '呼叫台' });
    const beat = { screen: 'building', frame_ms: 16, chart_version: 1, page_version: 'p1' };
    const reply = await kiosk.post('/api/v1/terminal/heartbeat', beat, 200);
    assert.ok(Math.abs(reply.now_ms - Date.now()) < 5000);
    const listed = (await admin.get('/api/v1/terminals')).items.find((t) => t.name === '呼叫台');
    assert.deepEqual([listed.link, listed.page_version], ['live', 'p1']);
    const events = await control.events('/api/v1/events?project=1');
    const call = await kiosk.post('/api/v1/terminal/call', { reason: 'help', unit_id: 1 }, 201);
    await events.next('alert');
    const open = (await control.get('/api/v1/alerts')).items;
    assert.deepEqual(
      open.map((a) => a.id),
      [call.id],
    );
    const answered = await control.post(`/api/v1/alerts/${call.id}/answer`, undefined, 200);
    const { user } = await control.get('/api/v1/session');
    assert.deepEqual([answered.id, answered.answered_by, answered.answered_by_name], [call.id, user.login, user.name]);
    assert.notEqual(user.name, user.login);
    assert.deepEqual((await control.get('/api/v1/alerts')).items, []);
    await events.close();
  });

  test('revoked: its page loses access at once, its stream ends', async () => {
    const kiosk = await site.terminal(admin, { project: 1, name: '撤台' });
    const stream = await kiosk.events('/api/v1/public/events?project=1');
    const { id } = (await admin.get('/api/v1/terminals')).items.find((t) => t.name === '撤台');
    await admin.delete(`/api/v1/terminals/${id}`);
    await kiosk.refused('GET', '/api/v1/public/projects/1/chart', 401);
    await Promise.race([
      stream.ended,
      new Promise((_, no) => setTimeout(() => no(new Error('the stream goes on')), 5000).unref()),
    ]);
  });
});

describe('log-in and sessions', () => {
  test('somebody at a paired machine is told which one it is, at the log-in and after; elsewhere there is none', async () => {
    const at = await site.terminal(admin, { kind: 'counter', name: '贵宾台' });
    const { terminal } = await at.post('/api/v1/session', { login: 'sales', password: 'anchang-demo' }, 200);
    assert.deepEqual([terminal.name, terminal.kind], ['贵宾台', 'counter']);
    const later = await at.get('/api/v1/session');
    assert.deepEqual([later.kind, later.terminal], ['user', terminal]);
    assert.equal((await control.get('/api/v1/session')).terminal, undefined);
    await admin.delete(`/api/v1/terminals/${terminal.id}`);
    assert.equal((await at.get('/api/v1/session')).terminal, undefined, 'a revoked one is none');
  });

  test('the cookie: out of reach of scripts and other sites, new at each log-in', async () => {
    const client = site.client();
    const body = { login: 'sales', password: 'anchang-demo' };
    const first = await client.request('POST', '/api/v1/session', { body });
    const [cookie] = first.headers['set-cookie'];
    assert.match(cookie, /^anchang_session=[A-Za-z0-9_-]{43};/);
    assert.match(cookie, /HttpOnly/i);
    assert.match(cookie, /SameSite=Strict/i);
    assert.match(cookie, /Path=\//i);
    const old = client.jar.get('anchang_session');
    await client.request('POST', '/api/v1/session', { body });
    assert.notEqual(client.jar.get('anchang_session'), old);
    const thief = site.client();
    thief.jar.set('anchang_session', old);
    await thief.refused('GET', '/api/v1/session', 401);
    // a token somebody was made to carry is not taken over
    const planted = site.client();
    planted.jar.set('anchang_session', 'A'.repeat(43));
    await planted.login('sales', 'anchang-demo');
    assert.notEqual(planted.jar.get('anchang_session'), 'A'.repeat(43));
  });

  test('ended by log-out, by a new password, by being disabled', async () => {
    const a = await site.user('ends', 'consultant');
    const token = a.jar.get('anchang_session');
    await a.delete('/api/v1/session');
    const ghost = site.client();
    ghost.jar.set('anchang_session', token);
    await ghost.refused('GET', '/api/v1/session', 401);

    const b = await site.login('ends', WORD);
    const c = await site.login('ends', WORD);
    await b.post('/api/v1/session/password', { old: WORD, new: `${WORD}x` }, 204);
    await c.refused('GET', '/api/v1/session', 401);
    await b.get('/api/v1/session');

    const user = (await admin.get('/api/v1/users')).items.find((u) => u.login === 'ends');
    await admin.patch(`/api/v1/users/${user.id}`, { version: user.version, enabled: false });
    await b.refused('GET', '/api/v1/session', 401);
    await site
      .client()
      .refused('POST', '/api/v1/session', 401, 'login.wrong', {
        body: { login: 'ends', password: `${WORD}x` },
      });
  });

  test('PA-01: five wrong passwords lock; unknown names look the same', async () => {
    await site.user('lockme', 'consultant');
    const attempt = (login, password) =>
      site.client().request('POST', '/api/v1/session', { body: { login, password } });
    const codes = { known: [], unknown: [] };
    for (let i = 0; i < 6; i++) {
      codes.known.push((await attempt('lockme', 'wrong wrong wrong')).body.code);
      codes.unknown.push((await attempt('nobody-here', 'wrong wrong wrong')).body.code);
    }
    assert.deepEqual(codes.known, codes.unknown);
    assert.equal(codes.known[0], 'login.wrong');
    assert.equal(codes.known.at(-1), 'login.locked');
    const right = await attempt('lockme', WORD);
    assert.deepEqual([right.status, right.body.code], [429, 'login.locked']);
    const { items } = await (
      await site.login('audit')
    ).get('/api/v1/audit?action=user.login-failed&limit=50');
    assert.ok(items.length >= 5);
    assert.ok(!JSON.stringify(items).includes('wrong wrong'), 'no password in the log');
  });

  test('an initial password opens nothing but its own change', async () => {
    site.ctlOk('user', 'add', 'fresh', '--name', 'fresh', '--posts', 'consultant', { input: `${WORD}0\n` });
    const client = await site.login('fresh', `${WORD}0`);
    await client.refused('GET', '/api/v1/projects', 403, 'password.change-needed');
    await client.refused('POST', '/api/v1/session/password', 422, 'password.weak', {
      body: { old: `${WORD}0`, new: 'short' },
    });
    await client.refused('POST', '/api/v1/session/password', 422, 'password.wrong', {
      body: { old: 'not it at all', new: WORD },
    });
    await client.post('/api/v1/session/password', { old: `${WORD}0`, new: WORD }, 204);
    await client.get('/api/v1/projects');
  });

  test('rate of log-ins from one address', async () => {
    const own = await Site.demo({ rateLimits: 'yes' });
    try {
      const statuses = [];
      for (let i = 0; i < 7; i++)
        statuses.push(
          (
            await own
              .client()
              .request('POST', '/api/v1/session', { body: { login: `x${i}`, password: 'whatever it is' } })
          ).status,
        );
      assert.deepEqual(statuses.slice(0, 5), [401, 401, 401, 401, 401]);
      assert.equal(statuses.at(-1), 429);
    } finally {
      await own.close();
    }
  });
});

describe('people', () => {
  test('users and posts: made, changed, refused', async () => {
    const posts = (await admin.get('/api/v1/posts')).items;
    const cashier = posts.find((p) => p.role === 'cashier');
    const made = await admin.post(
      '/api/v1/users',
      { login: 'neu', name: '新人', password: `${WORD}0`, post_ids: [cashier.id] },
      201,
    );
    await admin.refused('POST', '/api/v1/users', 409, 'user.exists', {
      body: { login: 'neu', name: 'x', password: `${WORD}0`, post_ids: [] },
    });
    await admin.refused('POST', '/api/v1/users', 422, 'password.weak', {
      body: { login: 'weak', name: 'x', password: 'weak', post_ids: [] },
    });
    await admin.refused('PATCH', `/api/v1/users/${made.id}`, 412, 'version.changed', {
      body: { version: made.version + 1, name: 'x' },
    });
    await admin.refused('PATCH', `/api/v1/posts/${cashier.id}`, 409, 'post.builtin', {
      body: { version: cashier.version, rights: ['self'] },
    });
    const mine = (await admin.get('/api/v1/users')).items.find((u) => u.login === 'admin');
    const refused = await admin.request('PATCH', `/api/v1/users/${mine.id}`, {
      body: { version: mine.version, enabled: false },
    });
    assert.ok(['user.last-admin', 'right.own'].includes(refused.body.code), refused.body.code);
    const reset = await admin.expect('POST', `/api/v1/users/${made.id}/password`, 204, {
      body: { version: made.version, password: `${WORD}1` },
    });
    assert.equal(reset.bytes.length, 0);
  });

  test('PA-07: the log names who did what, its chain is whole, and it pages', async () => {
    const audit = await site.login('audit');
    const verify = await audit.get('/api/v1/audit/verify');
    assert.equal(verify.ok, true);
    const first = await audit.get('/api/v1/audit?limit=10');
    const second = await audit.get(`/api/v1/audit?limit=10&cursor=${encodeURIComponent(first.next)}`);
    assert.equal(first.items.at(-1).seq, second.items[0].seq + 1);
    await audit.refused('GET', '/api/v1/audit?cursor=nonsense', 400, 'cursor.invalid');
    await audit.refused('GET', '/api/v1/audit?limit=501', 422);
    const { items } = await audit.get('/api/v1/audit?action=terminal.revoke&limit=5');
    assert.ok(items.every((row) => row.action === 'terminal.revoke'));
  });
});
