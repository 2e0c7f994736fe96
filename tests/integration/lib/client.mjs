// client.mjs - one user's (or one terminal's) way to the daemon: cookies, the headers a page sends,
// idempotency keys, and a check of every answer against the contract.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { check, operationOf } from './contract.mjs';
import { EventStream } from './events.mjs';

export const newKey = () => randomBytes(12).toString('hex');

function parseJson(type, bytes) {
  if (!/^application\/(problem\+)?json/.test(type)) return undefined;
  return JSON.parse(bytes.toString('utf8'));
}

export class Client {
  /** @from: the address it comes from (of 127.0.0.0/8); without it 127.0.0.1. */
  constructor(site, { lang = 'en', from } = {}) {
    this.site = site;
    this.lang = lang;
    this.jar = new Map();
    this.connections = { keepAlive: true, maxSockets: 64, ...(from && { localAddress: from }) };
    this.agent = new http.Agent(this.connections);
    site.clients.add(this);
  }

  /** The daemon is another one now: its connections are gone. */
  reconnect() {
    this.agent.destroy();
    this.agent = new http.Agent(this.connections);
  }

  close() {
    this.agent.destroy();
    this.site.clients.delete(this);
  }

  get host() {
    return `127.0.0.1:${this.site.port}`;
  }

  cookie() {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  keepCookies(headers) {
    for (const line of headers['set-cookie'] ?? []) {
      const [pair] = line.split(';');
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1);
      if (value === '' || /max-age=0/i.test(line)) this.jar.delete(pair.slice(0, at));
      else this.jar.set(pair.slice(0, at), value);
    }
  }

  /** The headers of a page's own request. In @options.headers null takes one away. */
  headersOf(method, path, options) {
    const write = !['GET', 'HEAD'].includes(method);
    const headers = { Host: this.host, 'Accept-Language': this.lang, 'Sec-Fetch-Site': 'same-origin' };
    if (this.jar.size) headers.Cookie = this.cookie();
    if (write) {
      headers['X-Anchang'] = '1';
      headers.Origin = `http://${this.host}`;
    }
    if (options.body !== undefined) headers['Content-Type'] = 'application/json';
    if (options.bytes !== undefined) headers['Content-Type'] = 'application/octet-stream';
    if (options.key !== null && operationOf(method, path)?.idempotent)
      headers['Idempotency-Key'] = options.key ?? newKey();
    for (const [name, value] of Object.entries(options.headers ?? {}))
      if (value === null) delete headers[name];
      else headers[name] = value;
    return headers;
  }

  /**
   * One exchange; resolves with { status, headers, type, bytes, body, sent }, bytes unpacked. @options: body
   * (sent as JSON), bytes, key, headers, check (false: the answer is none of the contract's), timeout (ms).
   */
  async request(method, path, options = {}) {
    const reply = await this.exchange(method, path, options);
    this.keepCookies(reply.headers);
    if (options.check !== false) check(method, path, reply);
    return reply;
  }

  /** The daemon may close an idle connection in the moment in which we send on it: then nothing was read of it. */
  async exchange(method, path, options) {
    const headers = this.headersOf(method, path, options); // once: a second try has the key of the first
    try {
      return await this.send(method, path, options, headers);
    } catch (error) {
      if (error.code !== 'ECONNRESET' || !error.reused) throw error;
      return this.send(method, path, options, headers);
    }
  }

  send(method, path, options, headers) {
    const payload = options.bytes ?? (options.body === undefined ? null : JSON.stringify(options.body));
    if (payload !== null) headers['Content-Length'] = Buffer.byteLength(payload);
    else if (!['GET', 'HEAD'].includes(method)) headers['Content-Length'] = 0;
    return new Promise((resolve, reject) => {
      const request = http.request(
        { host: '127.0.0.1', port: this.site.port, method, path, headers, agent: this.agent },
        (response) => {
          const parts = [];
          response.on('data', (part) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const sent = Buffer.concat(parts);
            const type = response.headers['content-type'] ?? '';
            try {
              const packed = response.headers['content-encoding'] === 'gzip' && sent.length > 0;
              const bytes = packed ? gunzipSync(sent) : sent;
              const body = bytes.length > 0 ? parseJson(type, bytes) : undefined;
              resolve({ status: response.statusCode, headers: response.headers, type, bytes, body, sent });
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      request.setTimeout(options.timeout ?? 30000, () => request.destroy(new Error(`${path}: no answer`)));
      request.on('error', (error) => reject(Object.assign(error, { reused: request.reusedSocket })));
      request.end(payload);
    });
  }

  async expect(method, path, status, options) {
    const reply = await this.request(method, path, options);
    const wanted = [status].flat();
    assert.ok(
      wanted.includes(reply.status),
      `${method} ${path}: ${reply.status}, not ${wanted}: ${reply.bytes.toString('utf8').slice(0, 1500)}`,
    );
    return reply.body ?? reply;
  }

  get(path, status = 200, options = {}) {
    return this.expect('GET', path, status, options);
  }
  post(path, body = {}, status = [200, 201, 204], options = {}) {
    return this.expect('POST', path, status, { body, ...options });
  }
  patch(path, body, status = 200, options = {}) {
    return this.expect('PATCH', path, status, { body, ...options });
  }
  put(path, body, status = 200, options = {}) {
    return this.expect('PUT', path, status, { body, ...options });
  }
  delete(path, status = 204, options = {}) {
    return this.expect('DELETE', path, status, options);
  }
  upload(path, bytes, status = 201, options = {}) {
    return this.expect('POST', path, status, { bytes, timeout: 120000, ...options });
  }

  /** A refusal: status and code; resolves with the problem. */
  async refused(method, path, status, code, options = {}) {
    const problem = await this.expect(method, path, status, options);
    if (code) assert.equal(problem.code, code, JSON.stringify(problem));
    return problem;
  }

  async login(login, password) {
    this.session = await this.post('/api/v1/session', { login, password }, 200);
    return this;
  }

  events(path, options = {}) {
    return EventStream.open(this, path, options);
  }
}
