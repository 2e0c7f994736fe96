// The listener for other boxes (T9): TLS alone, with the site's own authority; stricter cookies; nothing that is
// for this box only.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exchange } from './lib/raw.mjs';
import { DEMO_PASSWORD, Site } from './lib/site.mjs';

const NAME = 'office.example';
const LAN = '127.0.0.2';

describe('the LAN listener', () => {
  let site, ca, port;
  before(async () => {
    site = new Site();
    const folder = join(site.folder, 'ca');
    mkdirSync(folder);
    site.ctlOk('ca', folder, NAME);
    ca = readFileSync(join(folder, 'ca.pem'));
    site.settings.listen.hosts = NAME;
    site.settings.lan = {
      address: LAN,
      port: 0,
      certificate: join(folder, 'server.pem'),
      key: join(folder, 'server.key'),
    };
    site.configure();
    site.ctlOk('demo');
    await site.start();
    const { listeners } = await (await site.login('admin')).get('/api/v1/system');
    port = Number(/^https:.*:(\d+)$/.exec(listeners[1])[1]);
  });
  after(() => site.close());

  /** One request over TLS, the server's name checked against the site's authority. */
  function ask(method, path, { body, headers = {}, servername = NAME, trust = ca, ...more } = {}) {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const all = { Host: `${NAME}:${port}`, 'Content-Length': Buffer.byteLength(payload), ...headers };
    if (body !== undefined) Object.assign(all, { 'Content-Type': 'application/json', 'X-Anchang': '1' });
    const options = { host: LAN, port, method, path, headers: all, servername, ca: trust, agent: false, ...more };
    return new Promise((resolve, reject) => {
      const request = https.request(options, (response) => {
        let text = '';
        response.on('data', (part) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      request.on('error', reject);
      request.end(payload);
    });
  }

  test('its certificate is of the site’s authority and of its name', async () => {
    assert.equal((await ask('GET', '/healthz')).status, 200);
    await assert.rejects(ask('GET', '/healthz', { trust: [] }), /self-signed|unable to (get|verify)/i);
    await assert.rejects(ask('GET', '/healthz', { servername: 'other.example' }), /altnames|does not match/i);
    await assert.rejects(ask('GET', '/healthz', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }));
  });

  test('plain HTTP on it is not answered', async () => {
    const said = await exchange(port, `GET /healthz HTTP/1.1\r\nHost: ${NAME}:${port}\r\n\r\n`, {
      host: LAN,
      wait: 7000,
    });
    assert.equal(said.status, 0);
    assert.ok(said.closed);
  });

  test('cookies are for this host over TLS only; figures are for this box only', async () => {
    const login = { login: 'control', password: DEMO_PASSWORD };
    const own = { Origin: `https://${NAME}:${port}`, 'Sec-Fetch-Site': 'same-origin' };
    const reply = await ask('POST', '/api/v1/session', { body: login, headers: own });
    assert.equal(reply.status, 200, reply.text);
    const [cookie] = reply.headers['set-cookie'];
    assert.match(cookie, /^__Host-anchang_session=/);
    assert.match(cookie, /; *Secure/i);
    assert.match(reply.headers['strict-transport-security'] ?? '', /^(max-age=\d+.*)?$/);
    const session = { Cookie: cookie.split(';')[0] };
    assert.equal((await ask('GET', '/api/v1/projects', { headers: session })).status, 200);
    // the name without the prefix is no session here
    const bare = { Cookie: session.Cookie.replace('__Host-', '') };
    assert.equal((await ask('GET', '/api/v1/projects', { headers: bare })).status, 401);
    assert.equal((await ask('GET', '/metrics')).status, 404);
    const foreign = { ...own, Origin: `http://${NAME}:${port}` };
    assert.equal((await ask('POST', '/api/v1/session', { body: login, headers: foreign })).status, 403);
    assert.equal((await ask('GET', '/healthz', { headers: { Host: 'evil.example' } })).status, 421);
  });
});
