// events.mjs - reads a stream of server-sent events and lets a test wait for one of them.
import assert from 'node:assert/strict';
import http from 'node:http';
import { checkEvent } from './contract.mjs';

export class EventStream {
  static open(client, path, { lastEventId, headers = {} } = {}) {
    const all = { ...client.headersOf('GET', path, { headers }), Accept: 'text/event-stream' };
    if (lastEventId) all['Last-Event-ID'] = lastEventId;
    return new Promise((resolve, reject) => {
      const request = http.get(
        { host: '127.0.0.1', port: client.site.port, path, headers: all, agent: false },
        (response) => {
          if (response.statusCode === 200) resolve(new EventStream(request, response));
          else {
            response.resume();
            reject(new Error(`${path}: ${response.statusCode}`));
          }
        },
      );
      request.on('error', reject);
    });
  }

  constructor(request, response) {
    assert.match(response.headers['content-type'], /^text\/event-stream/);
    this.request = request;
    this.events = [];
    this.raw = '';
    this.rest = '';
    this.waiting = [];
    this.ended = new Promise((resolve) => response.on('close', resolve));
    request.on('error', () => {}); // an end by force is an end
    response.setEncoding('utf8');
    response.on('data', (text) => this.take(text));
  }

  take(text) {
    this.raw += text;
    this.rest += text;
    for (let at = this.rest.indexOf('\n\n'); at >= 0; at = this.rest.indexOf('\n\n')) {
      this.event(this.rest.slice(0, at));
      this.rest = this.rest.slice(at + 2);
    }
  }

  event(block) {
    const event = { event: 'message', data: '', at: performance.now() };
    for (const line of block.split('\n')) {
      const [, field, value] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
      if (field === 'data') event.data += (event.data && '\n') + value;
      else if (field) event[field] = value;
    }
    event.data = JSON.parse(event.data);
    checkEvent(event);
    this.events.push(event);
    for (const waiter of [...this.waiting]) waiter(event);
  }

  /** The first event so named (of those after the @from-th) that fits @test. */
  next(name, { test = () => true, from = 0, timeout = 5000 } = {}) {
    const fits = (e) => e.event === name && test(e.data);
    const found = this.events.slice(from).find(fits);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const done = (settle, value) => {
        clearTimeout(timer);
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        settle(value);
      };
      const waiter = (event) => fits(event) && done(resolve, event);
      const seen = () => this.events.map((e) => e.event).join(' ');
      const timer = setTimeout(
        () => done(reject, new Error(`no event ${name} in ${timeout} ms; seen: ${seen()}`)),
        timeout,
      );
      this.waiting.push(waiter);
    });
  }

  close() {
    this.request.destroy();
    return this.ended;
  }
}
