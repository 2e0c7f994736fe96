// Retries never double: keys, connections that break, rivals.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { published } from './lib/published.mjs';
import { hold, tomorrow } from './lib/walk.mjs';

let site, control, manager, id, unit, fresh;
before(async () => {
  ({ site, control, manager, id, unit, fresh } = await published());
});
after(() => site.close());

/** Sends @bytes and breaks the connection: at once, or when @want bytes of the answer came. How many came last. */
const cut = (bytes, want) =>
  new Promise((resolve) => {
    let came = 0;
    const socket = net.connect({ port: site.port, host: '127.0.0.1' }, () =>
      socket.write(bytes, () => want === 0 && socket.resetAndDestroy()),
    );
    socket.on('data', (part) => {
      came += part.length;
      if (came >= want) socket.resetAndDestroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(want > 0 && came >= want ? came : 0));
  });

describe('retries never double', () => {
  test('same key, same body: the first answer to the byte; another body: 409; no key: 400', async () => {
    const u = await fresh();
    const path = `/api/v1/projects/${id}/units/hold`;
    const key = newKey();
    const body = { units: [{ id: u.id, version: u.version }], reason: '重试', until_ms: tomorrow() };
    const first = await control.request('POST', path, { body, key });
    const again = await control.request('POST', path, { body, key });
    assert.deepEqual([first.status, again.status], [200, 200]);
    assert.ok(first.bytes.equals(again.bytes));
    const history = (await control.get(`/api/v1/units/${u.id}/history`)).items.filter(
      (h) => h.event === 'hold',
    );
    assert.equal(history.length, 1);
    await control.refused('POST', path, 409, 'idempotency.mismatch', {
      body: { ...body, reason: '别的' },
      key,
    });
    await control.refused('POST', path, 400, 'idempotency.missing', { body, key: null });
    await control.refused('POST', path, 400, 'idempotency.missing', { body, key: 'short' });
    await control.refused('POST', path, 400, 'idempotency.missing', { body, key: 'white space key' });
    // a key is its owner's: the manager's request with it is a request of its own
    await manager.refused('POST', path, 409, 'units.refused', { body, key });
  });

  test('the areas of a unit: set once however often it is asked', async () => {
    const u = await fresh();
    const path = `/api/v1/units/${u.id}/areas`;
    const body = { version: u.version, stage: 'measured', gross_area: 9000, inner_area: 7000, shared_area: 2000 };
    const key = newKey();
    const first = await control.request('POST', path, { body, key });
    const again = await control.request('POST', path, { body, key });
    assert.deepEqual([first.status, again.status], [200, 200]);
    assert.ok(first.bytes.equals(again.bytes));
    assert.equal((await unit(u.id)).version, u.version + 1);
    await control.refused('POST', path, 400, 'idempotency.missing', { body, key: null });
  });

  test('F29: cut off anywhere in the request or the answer, then asked again: one effect', async () => {
    const u = await fresh();
    const path = `/api/v1/projects/${id}/units/hold`;
    const key = newKey();
    const body = { units: [{ id: u.id, version: u.version }], reason: '断线', until_ms: tomorrow() };
    const options = { body, key };
    const headers = { ...control.headersOf('POST', path, options), Connection: 'close' };
    const payload = Buffer.from(JSON.stringify(body));
    headers['Content-Length'] = payload.length;
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n`), payload]);
    for (let n = 0; n < request.length; n += n < 16 || n > request.length - 16 ? 1 : 5)
      await cut(request.subarray(0, n), 0);
    assert.equal((await unit(u.id)).version, u.version, 'nothing came of a part');
    let read = 0; // of the answer, one byte more each time
    for (let got; read === 0 || got > 0; read += 9) got = await cut(request, read + 1);
    assert.ok(read > 500);
    const last = await control.request('POST', path, options);
    assert.equal(last.status, 200);
    assert.equal(last.headers['idempotency-replayed'], 'true');
    assert.equal((await unit(u.id)).version, u.version + 1);
    const { items } = await control.get(`/api/v1/units/${u.id}/history`);
    assert.equal(items.filter((h) => h.event === 'hold').length, 1);
  });

  test('a refusal is not remembered: the key is free to succeed', async () => {
    const u = await fresh();
    const path = `/api/v1/projects/${id}/units/hold`;
    const key = newKey();
    const body = { units: [{ id: u.id, version: u.version + 7 }], reason: '早了', until_ms: tomorrow() };
    await control.refused('POST', path, 409, 'units.refused', { body, key });
    body.units[0].version = u.version;
    await control.post(path, body, 200, { key });
  });

  test('sixteen at once with one key: one effect, one answer', async () => {
    const u = await fresh();
    const path = `/api/v1/projects/${id}/units/hold`;
    const key = newKey();
    const body = { units: [{ id: u.id, version: u.version }], reason: '同时', until_ms: tomorrow() };
    const replies = await Promise.all(
      Array.from({ length: 16 }, () => control.request('POST', path, { body, key })),
    );
    assert.deepEqual(new Set(replies.map((r) => `${r.status} ${r.bytes}`)).size, 1);
    assert.equal((await unit(u.id)).version, u.version + 1);
  });

  test('sixteen rivals for one unit: one has it', async () => {
    const u = await fresh();
    const rivals = await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        control.request('POST', `/api/v1/projects/${id}/units/hold`, {
          body: { units: [{ id: u.id, version: u.version }], reason: `对手 ${i}`, until_ms: tomorrow() },
        }),
      ),
    );
    const statuses = rivals.map((r) => r.status).sort();
    assert.deepEqual(statuses, [200, ...Array(15).fill(409)]);
  });
});
