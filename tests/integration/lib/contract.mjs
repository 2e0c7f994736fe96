// contract.mjs - holds what the daemon answers against daemon/api/openapi.yaml.
//
// check() is called by the client for every answer of every test: the operation must be in the contract, its
// status and content type must be named there, and the body must be exactly of its schema. Problems
// (RFC 9457) are held against the schema of `default`. Whatever it is, an answer carries the headers that keep
// a page in its place (T4).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { parse } from 'yaml';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** What has the digest, as it was kept; undefined when nothing is, or something else. */
function kept(file, digest) {
  try {
    const found = JSON.parse(readFileSync(file, 'utf8'));
    return found.digest === digest ? found.contract : undefined;
  } catch {
    return undefined;
  }
}

/** Each test file is a process of its own, and YAML takes a second: one reads it for all that come later. */
function read() {
  const text = readFileSync(new URL('../../../daemon/api/openapi.yaml', import.meta.url), 'utf8');
  const build = new URL('../../../build/', import.meta.url);
  const file = new URL('contract.json', build);
  const digest = createHash('sha256').update(text).digest('hex');
  const known = kept(file, digest);
  if (known) return known;
  const made = parse(text);
  const own = new URL(`contract-${process.pid}.json`, build);
  mkdirSync(build, { recursive: true });
  writeFileSync(own, JSON.stringify({ digest, contract: made }));
  renameSync(own, file);
  return made;
}

export const contract = read();

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'contract', components: contract.components });

const validators = new Map();
function validator(ref) {
  if (!validators.has(ref)) validators.set(ref, ajv.compile({ $ref: `contract${ref}` }));
  return validators.get(ref);
}

function errorsOf(validate, value) {
  if (validate(value)) return '';
  return validate.errors
    .slice(0, 6)
    .map((e) => `${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`)
    .join('; ');
}

/** Checks @value against a named schema of the contract; '' or what is wrong. */
export function schemaErrors(name, value) {
  return errorsOf(validator(`#/components/schemas/${name}`), value);
}

/** Every operation: { method, path, right, idempotent, params, operation }. */
export const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => ({
    method: method.toUpperCase(),
    path,
    id: item[method].operationId,
    right: item[method]['x-right'],
    reads: item[method]['x-reads'],
    idempotent: item[method]['x-idempotent'] === true,
    params: [...path.matchAll(/\{([a-z_]+)\}/g)].map((m) => m[1]),
    operation: item[method],
    pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[a-z_]+\}/g, '[A-Za-z0-9_.~-]+')}$`),
  })),
);

/** The operation of a request, or undefined. A path without parameters wins over one with. */
export function operationOf(method, url) {
  const path = url.split('?')[0];
  const fits = operations.filter((o) => o.method === method && o.pattern.test(path));
  return fits.sort((a, b) => a.params.length - b.params.length)[0];
}

function responseOf(operation, status) {
  const found = operation.operation.responses[String(status)];
  if (!found && status >= 400) return contract.components.responses.Problem;
  return found;
}

function checkProblem(reply, what) {
  assert.match(reply.type, /^application\/problem\+json/, `${what}: content type ${reply.type}`);
  assert.equal(schemaErrors('Problem', reply.body), '', `${what}: ${JSON.stringify(reply.body)}`);
  assert.equal(reply.body.status, reply.status, `${what}: status in the body`);
  assert.notEqual(reply.body.detail, '', `${what}: a problem without a detail`);
}

function checkBody(response, reply, what) {
  const types = Object.entries(response.content ?? {});
  if (types.length === 0) {
    assert.equal(reply.bytes.length, 0, `${what}: a body where none is named`);
    return;
  }
  const [type, { schema }] = types[0];
  if (type === 'application/json') {
    assert.match(reply.type, /^application\/json(;|$)/, `${what}: content type ${reply.type}`);
    assert.equal(errorsOf(validator(schema.$ref), reply.body), '', what);
  } else if (type !== 'application/octet-stream') {
    // application/octet-stream stands for "whatever was uploaded"
    assert.ok(reply.type.startsWith(type), `${what}: content type ${reply.type}, not ${type}`);
  }
}

function checkHeaders(url, { headers }, what) {
  const policy = headers['content-security-policy'] ?? '';
  assert.equal(headers['x-content-type-options'], 'nosniff', what);
  assert.match(policy, /default-src '(self|none)'/, what);
  assert.match(policy, /frame-ancestors 'none'/, what);
  assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline|\*/, what);
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin', what);
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin', what);
  assert.ok(headers['referrer-policy'], what);
  assert.equal(headers['access-control-allow-origin'], undefined, what);
  if (url.startsWith('/api/')) assert.match(headers['cache-control'], /no-store|no-cache|private/, what);
}

/** Fails when the answer is not what the contract says. */
export function check(method, url, reply) {
  checkHeaders(url, reply, `${method} ${url} -> ${reply.status}`);
  const operation = operationOf(method === 'HEAD' ? 'GET' : method, url);
  const what = `${method} ${url} -> ${reply.status}`;
  const api = url.startsWith('/api/');
  const named = operation?.operation.responses[String(reply.status)];
  if (reply.status >= 400 && !named) {
    if ((api || operation) && method !== 'HEAD') checkProblem(reply, what);
    return;
  }
  if (!operation) {
    assert.ok(!api, `${what}: not in the contract`);
    return;
  }
  if (reply.status === 304) return;
  const response = responseOf(operation, reply.status);
  assert.ok(response, `${what}: this status is not in the contract`);
  if (method !== 'HEAD') checkBody(response, reply, what);
}

const FEED_SCHEMAS = {
  todo: 'FeedOwn',
  approval: 'FeedOwn',
  deal: 'FeedDeal',
  units: 'FeedUnits',
  published: 'FeedPublished',
  unit: 'FeedUnit',
  reader: 'TerminalReader',
  card: 'ReaderCard',
  swipe: 'TerminalSwipe',
  answered: 'TerminalAnswered',
};

/** Fails when an event's data is not of the schema that the contract has for its name. */
export function checkEvent(event) {
  const name = FEED_SCHEMAS[event.event];
  if (name) assert.equal(schemaErrors(name, event.data), '', `event ${event.event}`);
}
