// Bad input: a clear error with a stable code, nothing half-done, nothing lost, nothing leaked, the daemon up.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { csvOf, HEAD, madeList } from './lib/lists.mjs';
import { exchange } from './lib/raw.mjs';
import { Site } from './lib/site.mjs';
import {
  act,
  hold,
  importList,
  internalUnits,
  publicUnits,
  publish,
  readyProject,
  scanList,
  tomorrow,
} from './lib/walk.mjs';
import { sheetXml, xlsxOf, zipOf } from './lib/zip.mjs';

let site, admin, control, manager, project;
before(async () => {
  site = await Site.demo();
  [admin, control, manager] = [
    await site.login('admin'),
    await site.login('control'),
    await site.login('manager'),
  ];
  project = (await control.post('/api/v1/projects', { name: '坏输入' }, 201)).id;
});
after(() => site.close());

/** After each: the daemon answers, and no upload was left lying about. */
afterEach(async () => {
  await control.get('/healthz');
  assert.deepEqual(readdirSync(join(site.state, 'upload')), []);
  assert.match(site.log, /^(?!.*(ERROR: AddressSanitizer|runtime error))/s);
});

const upload = (bytes, status, code, name = 'x.xlsx') =>
  control.refused(
    'POST',
    `/api/v1/imports?name=${encodeURIComponent(name)}&project=${project}`,
    status,
    code,
    { bytes },
  );

describe('files', () => {
  test('100 MB: refused before it is read, nothing kept', async () => {
    const head = `POST /api/v1/imports?name=big.csv&project=${project} HTTP/1.1\r\nHost: ${control.host}\r\nCookie: ${control.cookie()}\r\nX-Anchang: 1\r\nContent-Type: application/octet-stream\r\n`;
    const said = await exchange(site.port, `${head}Content-Length: ${100 << 20}\r\n\r\n`);
    assert.equal(said.status, 413);
    assert.match(said.text, /request\.too-large/);
    assert.match(said.text, /connection: close/i);
    // and when its size is not said beforehand
    const chunk = `${(1 << 20).toString(16)}\r\n${'x'.repeat(1 << 20)}\r\n`;
    const chunked = await exchange(
      site.port,
      `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(40)}`,
      { wait: 15000 },
    );
    assert.ok(chunked.status === 413 || chunked.closed, JSON.stringify(chunked));
    assert.deepEqual(readdirSync(join(site.state, 'import')), []);
  });

  test('33 MB of zeros in a body of its own size', async () => {
    const reply = await control
      .request('POST', `/api/v1/imports?name=z.csv&project=${project}`, { bytes: Buffer.alloc(33 << 20) })
      .catch((e) => e);
    assert.ok(
      reply.status === 413 || ['ECONNRESET', 'EPIPE'].includes(reply.code),
      String(reply.status ?? reply),
    );
  });

  test('zip bomb: small file, a gigabyte of rows', async () => {
    const row = `<row r="1"><c r="A1" t="inlineStr"><is><t>${'a'.repeat(60)}</t></is></c></row>`;
    const sheet = sheetXml([]).replace('<sheetData>', `<sheetData>${row.repeat(1 << 20)}`);
    const bomb = xlsxOf(null, { sheet });
    assert.ok(bomb.length < 2 << 20);
    const begun = performance.now();
    await upload(bomb, 413, 'sheet.limit');
    assert.ok(performance.now() - begun < 5000);
  });

  test('zip bomb in the shared strings; thousands of parts', async () => {
    const strings = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${'<si><t>aaaaaaaaaaaaaaaaaaaa</t></si>'.repeat(2 << 20)}</sst>`;
    const type =
      '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>';
    const packed = xlsxOf([['房号']], { more: [['xl/sharedStrings.xml', strings]] });
    const reply = await control.request('POST', `/api/v1/imports?name=s.xlsx&project=${project}`, {
      bytes: packed,
    });
    assert.ok([201, 413, 422].includes(reply.status), String(reply.status)); // not referred to: not read
    assert.ok(type);
    await upload(
      xlsxOf([['房号']], { more: Array.from({ length: 5000 }, (_, i) => [`x/${i}`, '']) }),
      413,
      'sheet.limit',
    );
  });

  test('DTD, entities and a foreign entity in a workbook: not opened', async () => {
    const lol =
      '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>';
    for (const options of [{ sheet: sheetXml([['房号']], { before: lol }) }, { workbookBefore: lol }]) {
      const problem = await upload(xlsxOf([['房号']], options), 422, 'sheet.damaged');
      assert.ok(!JSON.stringify(problem).includes('root:'));
    }
  });

  test('0 bytes, other formats, broken archives, passwords, old XLS', async () => {
    await upload(Buffer.alloc(0), [400, 411, 422], null);
    await upload(Buffer.from('\n\n'), 422, 'sheet.empty', 'leer.csv');
    await upload(zipOf([['a.txt', 'x']]), 422, 'sheet.format');
    await upload(Buffer.from('%PDF-1.7\nnothing'), 422, null, 'x.pdf');
    await upload(
      Buffer.concat([Buffer.from([0x89]), Buffer.from('PNG\r\n\x1a\n'), Buffer.alloc(64)]),
      422,
      null,
      'x.png',
    );
    await upload(
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
      422,
      'sheet.xls',
      'alt.xls',
    );
    const good = xlsxOf(madeList({ floors: 3 }));
    for (const cut of [30, 200, good.length >> 1, good.length - 10])
      await upload(good.subarray(0, cut), 422, null);
    const flipped = Buffer.from(good);
    for (let i = 700; i < flipped.length - 200; i += 97) flipped[i] ^= 0x55;
    await upload(flipped, 422, null);
  });

  test('unknown encodings: told by row, not guessed', async () => {
    const rows = csvOf(madeList({ floors: 3 }));
    const latin = Buffer.from(rows);
    latin.set([0xff, 0xfe, 0xff], latin.length - 40);
    const problem = await upload(latin, 422, 'sheet.encoding', 'kaputt.csv');
    assert.match(problem.detail, /[Rr]ow \d+/);
    const nul = Buffer.from(rows);
    nul[nul.length - 30] = 0;
    await upload(nul, 422, null, 'nul.csv');
  });

  for (const [name, encode] of [
    ['UTF-8 with a mark', (text) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16LE', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16BE', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])
    test(`${name}: found out, not asked`, async () => {
      const text = csvOf(madeList({ buildings: 1, floors: 2, rooms: 2 })).toString('utf8');
      const { id } = await control.post('/api/v1/projects', { name: `编码 ${name}` }, 201);
      const { result } = await importList(control, id, '编码.csv', encode(text));
      assert.equal(result.units, 8);
      assert.deepEqual([...new Set((await internalUnits(control, id)).map((u) => u.building))], ['1栋']);
    });

  test('formula cells: the stored value counts, one without is a question', async () => {
    const rows = madeList({ buildings: 1, floors: 2, rooms: 2 });
    const total = HEAD.indexOf('总价');
    rows[1][total] = { formula: 'H2*J2', value: rows[1][total] };
    rows[2][total] = { formula: 'WEBSERVICE("http://example.test/")' };
    const { id } = await control.post('/api/v1/projects', { name: '公式' }, 201);
    const { scan, file, plan } = await scanList(control, id, '公式.xlsx', xlsxOf(rows));
    const asked = scan.problems.find((p) => p.problem === 'formula');
    assert.deepEqual(
      asked.rows.map((r) => r.row),
      [3],
    );
    assert.equal(scan.accepted, 7);
    await control.refused('POST', `/api/v1/imports/${file.id}/commit`, 409, 'import.undecided', {
      body: plan,
    });
    assert.equal((await internalUnits(control, id)).length, 0);
  });

  test('names: NUL, paths, control characters, far too long', async () => {
    const before = readdirSync(join(site.state, 'import'));
    for (const name of [
      'a%00b.csv',
      '..%2F..%2Fetc%2Fpasswd',
      'a%2Fb.csv',
      'a%5Cb.csv',
      'a%0Ab.csv',
      '',
      'x'.repeat(300),
    ]) {
      const reply = await control.request('POST', `/api/v1/imports?name=${name}&project=${project}`, {
        bytes: Buffer.from('房号\n1\n'),
      });
      assert.ok([400, 414, 422].includes(reply.status), `${name}: ${reply.status} ${reply.bytes}`);
    }
    assert.deepEqual(readdirSync(join(site.state, 'import')), before);
  });

  test('media: only what they say they are; nothing active is served', async () => {
    const path = (name) => `/api/v1/media?name=${name}&project=${project}`;
    for (const bytes of [
      '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
      '<html><script>1</script>',
      'GIF89a',
    ])
      await control.refused('POST', path('x.png'), 422, 'media.type', { bytes: Buffer.from(bytes) });
    await control.refused('POST', path('x.png'), [400, 411, 422], null, { bytes: Buffer.alloc(0) });
    await control
      .refused('POST', path('x.png'), 413, null, { bytes: Buffer.alloc((8 << 20) + 1) })
      .catch((e) => {
        assert.match(e.code ?? String(e), /ECONNRESET|EPIPE/); // it may close before all was sent
      });
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const media = await control.upload(path('<script>.png'.replace(/[<>]/g, encodeURIComponent)), png);
    const served = await control.request('GET', `/api/v1/media/${media.id}`);
    assert.equal(served.type, 'image/png');
    assert.match(served.headers['content-security-policy'], /default-src 'none'|sandbox/);
    // not published: the public does not get it, whoever knows its name
    const kiosk = await site.terminal(admin, { project: 1 });
    await kiosk.refused('GET', `/api/v1/public/media/${media.id}`, 404);
  });
});

describe('JSON', () => {
  const path = () => `/api/v1/projects/${project}/layouts`;
  const send = (bytes, headers = {}) =>
    control.request('POST', path(), {
      bytes: Buffer.from(bytes),
      headers: { 'Content-Type': 'application/json', ...headers },
    });

  test('malformed, duplicate members, deep, large, numbers out of range, wrong types', async () => {
    for (const [text, status, code] of [
      ['{', 400, 'json.malformed'],
      ['', 400, 'json.malformed'],
      ['[]', [400, 422], null],
      ['"x"', [400, 422], null],
      ['{"name":"a","name":"b","rooms":1,"halls":1,"baths":1}', 400, 'json.malformed'],
      [`{"name":${'['.repeat(200)}${']'.repeat(200)}}`, 400, 'json.depth'],
      [`{"name":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`, 400, 'json.depth'],
      [`{"name":"${'x'.repeat(70000)}"}`, 413, 'request.too-large'],
      ['{"name":"a","rooms":1e400,"halls":1,"baths":1}', 400, 'json.malformed'],
      ['{"name":"a","rooms":99999999999999999999,"halls":1,"baths":1}', 400, 'json.malformed'],
      ['{"name":"a","rooms":1.5,"halls":1,"baths":1}', 422, 'fields.wrong'],
      ['{"name":"a","rooms":-1,"halls":1,"baths":1}', 422, 'fields.wrong'],
      ['{"name":7,"rooms":"1","halls":true,"baths":null}', 422, 'fields.wrong'],
      ['{"name":"a","rooms":1,"halls":1,"baths":1,"units":5}', 422, 'fields.wrong'],
      ['{"name":"a\\u0000b","rooms":1,"halls":1,"baths":1}', [400, 422], null],
      ['{"name":"a\\u202eb","rooms":1,"halls":1,"baths":1}', 422, 'fields.wrong'],
      ['{"name":"a\\u200bb","rooms":1,"halls":1,"baths":1}', 422, 'fields.wrong'],
      ['{"name":"\\ud800","rooms":1,"halls":1,"baths":1}', [400, 422], null],
      [Buffer.from('{"name":"\xff\xfe","rooms":1,"halls":1,"baths":1}', 'latin1'), 400, 'json.malformed'],
      ['\uFEFF{"name":"a","rooms":1,"halls":1,"baths":1}', 400, 'json.malformed'],
      ['{"name":"a","rooms":1,"halls":1,"baths":1} x', 400, 'json.malformed'],
    ]) {
      const reply = await send(text);
      const what = `${String(text).slice(0, 60)}: ${reply.status} ${reply.bytes}`;
      assert.ok([status].flat().includes(reply.status), what);
      if (code) assert.equal(reply.body.code, code, what);
    }
    assert.deepEqual((await control.get(path())).items, [], 'nothing was made');
  });

  test('all that is wrong with a body is told at once', async () => {
    const { errors } = await control.refused('POST', path(), 422, 'fields.wrong', {
      body: { name: '', rooms: 'x', extra: 1 },
    });
    assert.deepEqual(errors.map((e) => e.field).sort(), ['baths', 'extra', 'halls', 'name', 'rooms']);
  });

  test('content types: JSON where JSON is due, a file where a file is', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json; charset=gbk',
      null,
    ])
      assert.equal((await send('{"name":"a"}', { 'Content-Type': type })).status, 415, String(type));
    const asJson = { bytes: Buffer.from('房号\n'), headers: { 'Content-Type': 'application/json' } };
    await control.refused(
      'POST',
      `/api/v1/imports?name=x.csv&project=${project}`,
      415,
      'request.content-type',
      asJson,
    );
  });

  test('queries: unknown escapes, twice, out of range', async () => {
    for (const query of [
      'limit=0',
      'limit=x',
      'limit=999999',
      'limit=1&limit=2',
      'q=%ff%fe',
      'q=%zz',
      'q=%00',
      'cursor=../..',
    ])
      assert.ok(
        [400, 422].includes(
          (await control.request('GET', `/api/v1/projects/${project}/units?${query}`)).status,
        ),
        query,
      );
    for (const id of ['0', '-1', '99999999999999999999', '1e3', 'abc', '1.0'])
      assert.ok([400, 404].includes((await control.request('GET', `/api/v1/projects/${id}`)).status), id);
  });
});

describe('where a request comes from (T1, T2, T4)', () => {
  const body = { name: '外来' };
  const attempt = (headers) => control.request('POST', '/api/v1/projects', { body, headers });

  test('Host: this site’s names alone, for every method', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${site.port}`,
      '127.0.0.1',
      '127.0.0.1:1',
      `127.0.0.1.:${site.port}`,
      `[::1]:${site.port}`,
    ]) {
      for (const path of ['/api/v1/session', '/healthz', '/', '/kiosk/'])
        assert.equal(
          (await control.request('GET', path, { headers: { Host: host } })).status,
          421,
          `${host} ${path}`,
        );
      assert.equal((await attempt({ Host: host })).status, 421, host);
    }
    assert.equal(
      (await control.request('GET', '/healthz', { headers: { Host: `localhost:${site.port}` } })).status,
      200,
    );
  });

  test('writes: own Origin, own mark, no other site', async () => {
    const own = `http://${control.host}`;
    for (const headers of [
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { Origin: `https://${control.host}` },
      { Origin: own.replace(/\d+$/, '1') },
      { 'X-Anchang': null },
      { 'X-Anchang': '2' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'none' },
    ]) {
      const reply = await attempt(headers);
      assert.deepEqual([reply.status, reply.body.code], [403, 'request.origin'], JSON.stringify(headers));
    }
    assert.equal((await attempt({ Origin: own })).status, 201);
    for (const headers of [{ Origin: 'http://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }])
      await control.refused('GET', '/api/v1/projects', 403, 'request.origin', { headers });
    // what a form or an image of another site can send at most
    const form = {
      'Content-Type': 'text/plain',
      'X-Anchang': null,
      Origin: 'http://evil.example',
      'Sec-Fetch-Site': 'cross-site',
    };
    assert.equal((await attempt(form)).status, 403);
    for (const method of ['OPTIONS', 'TRACE', 'CONNECT', 'FOO']) {
      const said = await exchange(
        site.port,
        `${method} /api/v1/projects HTTP/1.1\r\nHost: ${control.host}\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n`,
      );
      assert.ok([400, 405].includes(said.status), `${method}: ${said.status}`);
      assert.doesNotMatch(said.text, /access-control-allow/i);
    }
  });

  test('a GET or HEAD changes nothing', async () => {
    const before = (await (await site.login('audit')).get('/api/v1/audit?limit=1')).items[0].seq;
    for (const path of [
      '/api/v1/projects',
      `/api/v1/projects/${project}/chart`,
      '/api/v1/session',
      '/api/v1/projects/1/units',
    ])
      for (const method of ['GET', 'HEAD']) await control.request(method, path);
    const after = (await (await site.login('audit')).get('/api/v1/audit?limit=2')).items;
    assert.ok(after[0].seq - before <= 1, 'nothing but the second log-in');
  });

  test('the headers that keep a page in its place are on the pages and outside the contract too', async () => {
    // check() of the client looks at every answer, of this and of all other tests
    const nobody = site.client();
    for (const path of ['/', '/kiosk/', '/office/', '/counter/', '/u/x', '/nowhere', '/api/v1/nowhere', '/metrics'])
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) await nobody.request(method, path);
  });

  test('the odd requests: a refusal and a closed connection each', async () => {
    const host = `Host: ${control.host}\r\n`;
    const post = `POST /api/v1/projects HTTP/1.1\r\n${host}X-Anchang: 1\r\nContent-Type: application/json\r\n`;
    const odd = {
      'no Host': 'GET / HTTP/1.1\r\n\r\n',
      'two Hosts': `GET / HTTP/1.1\r\n${host}Host: b\r\n\r\n`,
      'length and chunked': `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n${host}\r\n`,
      'two lengths': `${post}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`,
      'length +3': `${post}Content-Length: +3\r\n\r\nabc`,
      'length -1': `${post}Content-Length: -1\r\n\r\nabc`,
      'length huge': `${post}Content-Length: 99999999999999999999999\r\n\r\nabc`,
      'NUL in a header': `GET / HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`,
      'NUL in the URL': `GET /a\0b HTTP/1.1\r\n${host}\r\n`,
      '%00 in the URL': `GET /a%00b HTTP/1.1\r\n${host}\r\n`,
      dots: `GET /../../etc/passwd HTTP/1.1\r\n${host}\r\n`,
      'encoded dots': `GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n${host}\r\n`,
      'bare LF': `GET / HTTP/1.1\nHost: ${control.host}\nX: lf\n\n`,
      'space before colon': `GET / HTTP/1.1\r\nHost : ${control.host}\r\n\r\n`,
      'folded line': `GET / HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`,
      'unknown transfer coding': `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      'huge chunk': `${post}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n`,
      'long method': `${'G'.repeat(100)} / HTTP/1.1\r\n${host}\r\n`,
      'long URL': `GET /${'a'.repeat(70000)} HTTP/1.1\r\n${host}\r\n`,
      'long header': `GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(70000)}\r\n\r\n`,
      'many headers': `GET / HTTP/1.1\r\n${host}${Array.from({ length: 3000 }, (_, i) => `h${i}: v\r\n`).join('')}\r\n`,
      'absolute form': `GET http://evil.example/x HTTP/1.1\r\n${host}\r\n`,
      'HTTP/2.0': `GET / HTTP/2.0\r\n${host}\r\n`,
      'HTTP/0.9': 'GET / HTTP/0.9\r\n\r\n',
      'a TLS hello': Buffer.from('160301000200010000', 'hex'),
      'two cookies of a session': `GET /api/v1/session HTTP/1.1\r\n${host}Cookie: anchang_session=${'A'.repeat(43)}; anchang_session=${'B'.repeat(43)}\r\n\r\n`,
      'body on a GET': `GET /healthz HTTP/1.1\r\n${host}Content-Length: 4\r\n\r\nbody`,
      'an Expect of one’s own': `${post}Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}`,
    };
    for (const [name, bytes] of Object.entries(odd)) {
      const said = await exchange(site.port, Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes, 'latin1'), {
        half: name === 'a TLS hello',
        wait: 7000,
      });
      assert.ok(
        [0, 505].includes(said.status) || (said.status >= 400 && said.status < 500),
        `${name}: ${said.text.slice(0, 200)}`,
      );
      assert.equal((said.text.match(/HTTP\/1\.1 2/g) ?? []).length, 0, `${name}: something was served`);
      if (name !== 'two cookies of a session') assert.ok(said.closed, `${name}: left open`);
    }
    const good = await exchange(site.port, `GET /healthz HTTP/1.1\r\n${host}\r\n`);
    assert.equal(good.status, 200);
  });
});

describe('text that would be code', () => {
  const XSS = `<script>alert(1)</script><img src=x onerror="alert('2')">&amp;"'`;
  const SQL = `'); DROP TABLE unit; --`;

  test('in every text field it is stored and comes back as the text it is', async () => {
    for (const evil of [XSS, SQL]) {
      const at = (path) => `/api/v1/projects/${shell.id}/${path}`;
      const shell = await control.post(
        '/api/v1/projects',
        {
          ...Object.fromEntries(['name', 'name_en', 'address', 'developer'].map((k) => [k, evil])),
          city: evil.slice(0, 40),
          phone: evil.slice(0, 40),
        },
        201,
      );
      for (const field of ['name', 'name_en', 'address', 'developer']) assert.equal(shell[field], evil);
      const short = evil.slice(0, 60).trim();
      const area = await control.post(at('areas'), { kind: 'area', name: short }, 201);
      assert.equal(area.name, short);
      const building = await control.post(
        at('buildings'),
        { name: short, area_id: area.id, stairs: [evil.slice(0, 40).trim()] },
        201,
      );
      assert.equal(building.name, short);
      const layout = await control.post(
        at('layouts'),
        { name: short, rooms: 1, halls: 1, baths: 1, description: evil },
        201,
      );
      assert.deepEqual([layout.name, layout.description], [short, evil]);
      const line = [
        '1栋',
        '1单元',
        '1',
        evil.slice(0, 20).trim(),
        '住宅',
        short.slice(0, 40).trim(),
        '南',
        '90.00',
        '72.00',
        '20000',
        '1800000',
        '在售',
      ];
      const { result } = await importList(control, shell.id, 'x.csv', csvOf([HEAD, line]), {
        decisions: [{ problem: 'text-long', decision: 'accept' }],
      });
      assert.equal(result.units, 1);
      const [u] = await internalUnits(control, shell.id);
      assert.equal(u.room, evil.slice(0, 20).trim());
      const changed = await control.patch(`/api/v1/units/${u.id}`, {
        version: u.version,
        display_note: evil,
      });
      assert.equal(changed.display_note, evil);
      await control.post(
        at('permits'),
        {
          kind: 'presale',
          number: short,
          issued_date: '2026-01-01',
          scope: evil,
          units_named: 1,
          escrow_bank: short,
          escrow_name: short,
          escrow_account: short.slice(0, 40),
          unit_ids: [u.id],
        },
        201,
      );
      const fee = await control.post(
        at('fees'),
        { kind: 'agency', name: short, standard: short, basis: short, payee: short, voluntary: true },
        201,
      );
      assert.equal(fee.name, short);
      const discount = await control.post(
        at('discounts'),
        { name: short, condition: evil, effect: short },
        201,
      );
      assert.equal(discount.condition, evil);
      const item = await control.put(
        at('disclosure/P3'),
        { version: 0, value: evil, doc_name: short },
        [200, 412],
      );
      if (item.code) await control.put(at('disclosure/P3'), { version: 1, value: evil, doc_name: short });
      const held = await hold(control, shell.id, [{ id: u.id, version: changed.version }], {
        reason: evil,
        document: short,
      });
      assert.equal(held.changed, 1);
      const draft = await control.post(at('publications'), { note: evil }, 201);
      assert.equal(draft.note, evil);
      const stored = await control.get(`/api/v1/units/${u.id}`);
      assert.equal(stored.hold.reason, evil);
      const found = await control.get(
        `/api/v1/projects/${shell.id}/units?q=${encodeURIComponent(evil.slice(0, 20))}`,
      );
      assert.ok(found.total >= 0);
      const trail = await control.get(`/api/v1/units/${u.id}/trail`);
      assert.ok(trail.items.some((t) => t.after === evil));
    }
    site.verify();
  });

  test('a formula in a text stays text on the sheets', async () => {
    const id = await readyProject(control, {
      name: '=cmd|calc',
      list: { buildings: 1, floors: 2, rooms: 2 },
    });
    await publish(control, manager, id);
    const reply = await control.request('GET', `/api/v1/projects/${id}/export/price-list.xlsx?lang=zh`);
    assert.equal(reply.status, 200);
    assert.ok(!reply.bytes.includes('<f>'));
  });
});

describe('refusals that have codes of their own', () => {
  test('an address that is none; a day that is none; a body that names it', async () => {
    await control.refused('GET', '/api/v1/nothing', 404, 'route.unknown');
    await control.refused('GET', '/api/v1/units', 404, 'route.unknown');
    const body = { kind: 'presale', number: 'x', issued_date: '2026-02-30', scope: '全部', units_named: 1, unit_ids: [] };
    const refused = await control.refused('POST', `/api/v1/projects/${project}/permits`, 422, 'fields.wrong', { body });
    assert.deepEqual(
      refused.errors.map((e) => [e.code, e.field]),
      [['field.date', 'issued_date']],
    );
  });

  test('an uploaded list is its uploader’s alone, until it is thrown away', async () => {
    const rows = madeList({ buildings: 1, floors: 1 });
    const path = `/api/v1/imports?name=a.csv&project=${project}`;
    const { id } = await control.upload(path, csvOf(rows));
    const plan = { mapping: {}, decisions: [] };
    await manager.refused('GET', `/api/v1/imports/${id}`, 410, 'import.gone');
    await manager.refused('POST', `/api/v1/imports/${id}/scan`, 410, 'import.gone', { body: plan });
    await manager.refused('DELETE', `/api/v1/imports/${id}`, 410, 'import.gone');
    await control.request('DELETE', `/api/v1/imports/${id}`);
    await control.refused('POST', `/api/v1/imports/${id}/commit`, 410, 'import.gone', { body: plan });
    await control.refused('GET', '/api/v1/imports/..', 400, 'request.malformed');
  });
});

describe('nothing half-done', () => {
  test('PM-01: a node with units is not deleted or moved: what blocks it is listed', async () => {
    const { id } = await control.post('/api/v1/projects', { name: '删除' }, 201);
    await importList(control, id, 'x.csv', csvOf(madeList({ buildings: 2, floors: 2, rooms: 2 })));
    const { buildings } = await control.get(`/api/v1/projects/${id}/tree`);
    const blocked = await control.refused(
      'DELETE',
      `/api/v1/buildings/${buildings[0].id}`,
      409,
      'node.blocked',
    );
    assert.equal(blocked.errors.length + (blocked.more ?? 0), 8);
    assert.ok(blocked.errors.every((e) => e.detail.includes('1栋')));
    const area = await control.post(`/api/v1/projects/${id}/areas`, { kind: 'area', name: '南区' }, 201);
    await control.refused('PATCH', `/api/v1/buildings/${buildings[0].id}`, 409, 'node.blocked', {
      body: { version: buildings[0].version, parent_id: area.id },
    });
    await control.delete(`/api/v1/areas/${area.id}`);
    const held = await control.post(`/api/v1/projects/${id}/areas`, { kind: 'area', name: '北区' }, 201);
    await control.post(`/api/v1/projects/${id}/buildings`, { name: '9栋', area_id: held.id }, 201);
    await control.refused('DELETE', `/api/v1/areas/${held.id}`, 409, 'node.blocked');
    assert.equal((await internalUnits(control, id)).length, 16);
  });

  test('PM-07: only untouched units are deleted; all or none, the rest listed', async () => {
    const id = await readyProject(control, { name: '删房', list: { buildings: 1, floors: 2, rooms: 2 } });
    const units = await internalUnits(control, id);
    const body = { units: units.map(({ id, version }) => ({ id, version })) };
    await control.refused('POST', `/api/v1/projects/${id}/units/delete`, 409, null, { body });
    assert.equal((await internalUnits(control, id)).length, units.length);
  });

  test('a layout in use, a stale version, a unit of another project', async () => {
    const id = await readyProject(control, { name: '户型', list: { buildings: 1, floors: 2, rooms: 2 } });
    const { items } = await control.get(`/api/v1/projects/${id}/layouts`);
    const used = items.find((l) => l.units > 0);
    await control.refused('DELETE', `/api/v1/layouts/${used.id}`, 409, 'layout.in-use');
    await control.refused('PATCH', `/api/v1/layouts/${used.id}`, 412, 'version.changed', {
      body: { version: used.version + 1, name: 'x' },
    });
    const [u] = await internalUnits(control, id);
    await control.refused('PATCH', `/api/v1/units/${u.id}`, 412, null, {
      body: { version: u.version + 1, orientation: '东' },
    });
    const [foreign] = await internalUnits(control, 1);
    await control.refused('POST', `/api/v1/projects/${id}/units/hold`, 404, 'not-found', {
      body: { units: [{ id: foreign.id, version: foreign.version }], reason: 'x', until_ms: tomorrow() },
    });
    await control.refused('POST', `/api/v1/projects/${id}/layouts/${used.id}/assign`, 404, null, {
      body: { units: [{ id: foreign.id, version: foreign.version }] },
    });
  });

  test('holds need a reason and an end within the project’s limit; areas must add up; prices must make sense', async () => {
    const id = await readyProject(control, { name: '规则', list: { buildings: 1, floors: 2, rooms: 2 } });
    const [u] = (await internalUnits(control, id)).filter((x) => x.state === 'A');
    const refused = (step, more, code, status = 422) =>
      control.refused('POST', `/api/v1/projects/${id}/units/${step}`, status, code, {
        body: { units: [{ id: u.id, version: u.version }], ...more },
      });
    await refused('hold', { reason: 'x', until_ms: Date.now() - 1000 }, 'until.needed');
    await refused('hold', { reason: 'x', until_ms: Date.now() + 1000 * 86400000 }, 'until.needed');
    await refused('hold', { reason: '   ', until_ms: tomorrow() }, 'fields.wrong');
    await refused('withdraw', {}, 'reason.needed');
    await refused('hold', { units: [], reason: 'x', until_ms: tomorrow() }, null);
    await refused(
      'hold',
      {
        units: [
          { id: u.id, version: u.version },
          { id: u.id, version: u.version },
        ],
        reason: 'x',
        until_ms: tomorrow(),
      },
      null,
      [409, 422],
    );
    const areas = {
      version: u.version,
      stage: 'premeasured',
      gross_area: 10000,
      inner_area: 8000,
      shared_area: 1999,
    };
    await control.refused('POST', `/api/v1/units/${u.id}/areas`, 422, 'unit.area-sum', { body: areas });
    for (const price of [{ total_fen: 0 }, { total_fen: -5 }, { total_fen: 1e18 }])
      await control.refused('POST', `/api/v1/units/${u.id}/price`, [409, 422], null, {
        body: { version: u.version, reason: 'x', ...price },
      });
    assert.equal((await control.get(`/api/v1/units/${u.id}`)).version, u.version);
    await act(control, id, 'hold', [u], { reason: 'x', until_ms: tomorrow() });
    assert.ok((await publicUnits(control, 1)).length > 0);
  });
});
