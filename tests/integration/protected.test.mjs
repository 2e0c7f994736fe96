// WF-10, PA-16: what changes only under approval is changed by no other route, whoever asks. Every role sends
// every operation that writes, with bodies made from the contract and aimed at things that are there; after each
// the protected values must be what they were.
//
// A new subject adds its line to PROTECTED, and what its bodies need to AIM.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { contract, operations } from './lib/contract.mjs';
import { Site } from './lib/site.mjs';

/** What it is, and a query that gives all of it as one text, of what there was at the start. */
const PROTECTED = [
  {
    what: 'the list price and the floor price of published units (PR-03)',
    sql: () =>
      "SELECT group_concat(id || ':' || COALESCE(total_fen, '') || ':' || COALESCE(floor_total_fen, ''), ' ') FROM (SELECT * FROM unit WHERE ever_published = 1 ORDER BY id)",
  },
  {
    what: 'the source of customers (CU-04)',
    sql: () =>
      `SELECT group_concat(id || ':' || COALESCE(source_id, ''), ' ') FROM (SELECT * FROM customer WHERE id <= ${ids.customers} ORDER BY id)`,
  },
];

/** The one way there is, and what would end the session that asks. */
const LEFT_OUT = new Set([
  'approval_decide',
  'login',
  'logout',
  'password_change',
  'terminal_pair',
  'user_update', // would take the posts of those who ask
  'user_password',
  'post_update',
]);

const ROLES = {
  admin: 'admin',
  'sales-manager': 'manager',
  'sales-controller': 'control',
  cashier: 'cashier',
  consultant: 'sales',
  auditor: 'audit',
  'group-manager': 'group',
};
const MORE_ROLES = ['group-finance', 'company-finance', 'company-marketing', 'company-sales', 'service'];

let site, control, database, ids;
const clients = {};
before(async () => {
  site = await Site.demo();
  for (const [role, login] of Object.entries(ROLES)) clients[role] = await site.login(login);
  for (const role of MORE_ROLES) clients[role] = await site.user(role, role);
  control = clients['sales-controller'];
  database = reader(join(site.state, 'anchang.db'));
  ids = await things();
});
after(async () => {
  database?.end();
  await site.close();
});

/** Answers of one line, from one process for all of them: there are thousands. */
function reader(file) {
  const child = spawn('stdbuf', ['-oL', 'sqlite3', '-readonly', file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(sql) {
      child.stdin.write(`${sql};\n`);
      const { value, done } = await lines.next();
      assert.ok(!done, 'sqlite3 has ended');
      return value;
    },
    end: () => child.stdin.end(),
  };
}
/** A source that the customers of the demonstration have not. */
const OUTREACH = 6;
const one = async (sql) => Number(await database.ask(sql)) || 1;

/** Things that are there, by the name they have in addresses and bodies. */
async function things() {
  const { items } = await control.get('/api/v1/projects');
  const project = items.find((p) => p.live_number !== null).id;
  const unit = await one(
    `SELECT id FROM unit WHERE project_id = ${project} AND ever_published = 1 AND sale_state = 'A' LIMIT 1`,
  );
  const of = (table, which = 'MIN') => one(`SELECT ${which}(id) FROM ${table}`);
  return {
    project,
    unit,
    building: await one(`SELECT building_id FROM unit WHERE id = ${unit}`),
    layout: await one(`SELECT COALESCE(layout_id, 1) FROM unit WHERE id = ${unit}`),
    publication: await of('publication'),
    permit: await of('permit'),
    discount: await of('discount'),
    fee: await of('fee'),
    customer: await of('customer'),
    customers: await of('customer', 'MAX'),
    member: await of('member'),
    card: await of('card'),
    flow: await of('flow'),
    rule: await of('flow_rule'),
  };
}

/** Bodies that a price can be hidden in are aimed at a price; whatever else is asked for is made up. */
const AIM = {
  total_fen: () => 100,
  unit_price_fen: () => 100,
  floor_total_fen: () => 100,
  filed_total_fen: () => 1_000_000_000,
  value: () => -1000,
  reason: () => '绕过审批',
  reprice_id: () => 1,
  resubmits_id: () => null,
  source_id: () => OUTREACH,
  class: () => 'home',
  states: () => 'AU',
  floor_to: () => 30,
  building_id: () => null,
  layout_id: () => null,
};

/** Tables of things with versions, by the name they have in addresses. */
const VERSIONED = {
  unit: 'unit',
  project: 'project',
  building: 'building',
  layout: 'layout',
  publication: 'publication',
  permit: 'permit',
  discount: 'discount',
  fee: 'fee',
  customer: 'customer',
  member: 'member',
  flow: 'flow',
  rule: 'flow_rule',
};

/** What is protected, and the version of each thing: { protected: [text…], versions }. */
async function now() {
  const version = ([name, table]) => `'${name}', (SELECT version FROM ${table} WHERE id = ${ids[name]})`;
  const versions = Object.entries(VERSIONED).map(version).join(', ');
  const texts = PROTECTED.map((p) => `(${p.sql()})`).join(', ');
  return JSON.parse(
    await database.ask(
      `SELECT json_object('protected', json_array(${texts}), 'versions', json_object(${versions}))`,
    ),
  );
}

const resolve = (schema) =>
  schema.$ref ? resolve(contract.components.schemas[schema.$ref.split('/').at(-1)]) : schema;

/** @versions: so that the refusal is not "somebody was faster". */
function made(given, name, operation, versions) {
  const schema = resolve(given);
  if (name === 'version') return versions[operation.params.at(-1)] ?? 1;
  if (AIM[name]) return AIM[name]();
  const thing = name.replace(/_ids?$/, '');
  if (name.endsWith('_id') && ids[thing]) return ids[thing];
  if (schema.enum) return schema.enum.find((v) => v !== null);
  const type = [schema.type].flat().find((t) => t !== 'null');
  if (name === 'units' && type === 'array') return [{ id: ids.unit, version: versions.unit }];
  if (type === 'array')
    return schema.items && !/ids$/.test(name) ? [made(schema.items, '', operation, versions)] : [ids[thing] ?? 1];
  if (type === 'integer')
    return Math.max(schema.minimum ?? 1, /_ms$/.test(name) ? Date.now() + 3_600_000 : 1);
  if (type === 'boolean') return true;
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([k, v]) => [k, made(v, k, operation, versions)]),
    );
  return /date$/.test(name) ? '2026-11-01' : 'x'.repeat(Math.max(1, schema.minLength ?? 1));
}

/** All that the contract takes, and what it wants with nothing but the aimed fields beside: one odd field too many
 * must not save a route from the other. */
function bodiesOf(operation, versions) {
  const schema = operation.operation.requestBody?.content?.['application/json']?.schema;
  if (!schema) return [undefined];
  const whole = made(schema, '', operation, versions);
  const needed = new Set(resolve(schema).required ?? []);
  const lean = Object.fromEntries(Object.entries(whole).filter(([k]) => needed.has(k) || AIM[k]));
  return [whole, lean];
}
const pathOf = (operation) =>
  operation.path.replace(/\{([a-z_]+)\}/g, (_, name) => (name === 'item' ? 'P7' : (ids[name] ?? 1)));

test('no route changes what is protected, for no role', async (t) => {
  const writes = operations.filter((o) => o.method !== 'GET' && !LEFT_OUT.has(o.id));
  const before = await now();
  let { versions } = before;
  for (const text of before.protected) assert.ok(text.length > 100, 'there is something to protect');
  const done = new Map();
  for (const [role, client] of Object.entries(clients))
    for (const operation of writes) {
      for (const body of bodiesOf(operation, versions)) {
        const reply = await client.request(operation.method, pathOf(operation), body ? { body } : {});
        if (reply.status < 300) done.set(operation.id, role);
      }
      const then = await now();
      for (const [i, p] of PROTECTED.entries())
        assert.equal(then.protected[i], before.protected[i], `${p.what}: ${role} ${operation.id}`);
      versions = then.versions;
    }
  t.diagnostic(
    `${Object.keys(clients).length} roles × ${writes.length} operations; ${done.size} of them did something`,
  );
  // The bodies are not nonsense: what is not protected can be changed by them.
  for (const id of ['reprice_create', 'unit_update', 'project_update', 'permit_create', 'flow_rule_update', 'source_change_ask'])
    assert.ok(done.has(id), `${id} was refused to everybody`);
  site.verify();
});
