// Who reads what of a customer (CU-21, CU-23, PA-09): every GET route of the contract, asked by every built-in role, by
// the consultant whose he is, by another one and by one of another project, on a site that knows all there can be known
// of him. In clear are his name for customer.clear alone and his numbers for nobody; what was written down of him, and
// his id, are for whom db/sight.h lets see him.
//
// A new route is called by itself; an id in its address that is not known yet is added to idsOf(). What hangs on a
// customer in a new way is added to lib/person.mjs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { contract, operations } from './lib/contract.mjs';
import { CARD, NOTE, Person, PERSON, siteAside } from './lib/person.mjs';
import { csvOf, madeList } from './lib/lists.mjs';

/** Nobody is answered by these here, and why that is no hole. */
const UNANSWERED = {
  terminal_handout: 'of a unit and of nobody, at its own terminal: handout.test.mjs',
  swipe_get: 'needs a card at a reader: terminal.test.mjs',
  late_waiver_get: 'needs a line that is late, and the demonstration begins today: late.test.mjs',
  payover_get: 'of a fee for many deals, and of nobody: agency_fee.test.mjs',
  member_pass_get: 'needs a card and a PIN at a kiosk: member_pass.test.mjs',
  paper_layout_get: 'what a paper looks like, with samples: test_print.c',
  print_job_events: 'a job’s states, what the printer said, who of the staff: print.test.mjs',
  public_media: 'only what is published, which no paper of his is',
  public_vr_svg: 'a picture of an address that no unit of the demonstration has',
  shift_receipt_list: 'of a shift of one’s own: receipt.test.mjs',
  receipt_verify: 'needs a code that is on paper, and names nobody: print.test.mjs',
  link_media: 'only what is published, which no paper of his is',
};

/** What an answer may show to who does not see him, and why. */
const ALLOWED = {
  customer_export: { words: ['phone', 'document'], why: 'asked for in clear by who may; it is written down' },
  invoice_export: { words: ['document'], why: 'asked for in clear by who may; it is written down' },
  invoice_batch_xlsx: { words: ['document'], why: 'the tax platform wants it in clear; it is written down' },
  invoice_batch_csv: { words: ['document'], why: 'the tax platform wants it in clear; it is written down' },
  audit_list: {
    words: ['id', `${NOTE}积分`, `${NOTE}请求`],
    why: 'the log says what was done to whom and for which reason; it hides names, numbers and papers',
  },
};

/** What is in an address and his alone: who does not see him is told that it is not there. */
const HIS = ['customer', 'member', 'sheet'];

/** Where he is found by who may see him: were he not, the others would prove nothing. */
const CONCERNED = [
  'answer_sheet_get',
  'answer_sheet_list',
  'card_find',
  'collision_get',
  'collision_list',
  'customer_get',
  'customer_list',
  'customer_search',
  'deal_as_of',
  'deal_change_get',
  'deal_get',
  'deal_list',
  'follow_list',
  'identity_list',
  'intent_list',
  'invoice_get',
  'invoice_list',
  'member_get',
  'opening_group_list',
  'opportunity_list',
  'points_list',
  'project_visit_list',
  'qualification_list',
  'refund_get',
  'refund_list',
  'source_change_get',
  'source_change_list',
  'task_list',
  'terms_get',
  'terms_list',
  'ticket_list',
  'unit_trail',
];

/** A floor price, for price.floor alone (PR-05). */
const FLOOR_FEN = 123_456_789;

const STAFF = {
  admin: 'admin',
  'sales-manager': 'manager',
  'sales-controller': 'control',
  cashier: 'cashier',
  auditor: 'audit',
  'the consultant whose he is': 'sales',
  'another consultant': 'sales2',
};
const MORE = ['group-manager', 'group-finance', 'company-finance', 'company-marketing', 'company-sales', 'service'];
const OWNER = 'the consultant whose he is';

let site, project, person, ids;
const clients = {};
const streams = [];
before(async () => {
  site = await siteAside({ config: { site: { 'public-address': 'https://example.test' } } });
  for (const [who, login] of Object.entries(STAFF)) clients[who] = await site.login(login);
  for (const role of MORE) clients[role] = await site.user(role, role);
  project = (await clients[OWNER].get('/api/v1/projects')).items[0].id;
  await others();
  await listen();
  person = await Person.of(site, project, {
    sales: clients[OWNER],
    rival: clients['another consultant'],
    manager: clients['sales-manager'],
    cashier: clients.cashier,
    service: clients.service,
  });
  ids = await idsOf();
});
after(() => site.close());

/** Terminals, and a consultant of another project. */
async function others() {
  const { admin, [OWNER]: sales, 'sales-manager': manager } = clients;
  for (const kind of ['kiosk', 'counter']) clients[kind] = await site.terminal(admin, { kind, project });
  const other = await manager.post('/api/v1/projects', { name: '丙项目' }, 201);
  const post = { name: '丙项目顾问', rights: sales.session.rights, all_projects: false, project_ids: [other.id] };
  await admin.post('/api/v1/posts', post, 201);
  clients['a consultant of another project'] = await site.user('far', post.name);
}

const mayAll = (client) => client.session.rights.includes('customer.all');
const sees = (who) => who === OWNER || mayAll(clients[who]);

/** What @text has of him, and of floor prices, that @who must not read, as words. */
function leaks(who, text) {
  const { rights } = clients[who].session;
  const found = ['phone', 'document', 'address', 'email', 'birth'].filter((what) => text.includes(PERSON[what]));
  if (!rights.includes('price.floor') && text.includes(String(FLOOR_FEN))) found.push('floor price');
  if (!rights.includes('customer.clear') && text.includes(PERSON.name)) found.push('name');
  if (sees(who)) return found;
  if (text.includes(String(person.id))) found.push('id');
  for (const [note] of text.matchAll(new RegExp(`${NOTE}..`, 'g'))) found.push(note);
  if (text.includes(PERSON.paper)) found.push('paper');
  return found;
}

// ---- what to ask

/** Things that are there, by the name they have in addresses. */
async function idsOf() {
  const { 'sales-manager': manager, 'sales-controller': control, admin, kiosk } = clients;
  const first = async (client, path) => (await client.get(path)).items[0].id;
  const live = (await manager.get(person.of('/publications'))).items[0].id;
  const { building_id } = await manager.get(`/api/v1/units/${person.ids.unit}`);
  const how = { target: 'floor', method: 'replace', per: 'total', value: FLOOR_FEN, unit_id: (await person.unit()).id };
  const plan = await manager.post(person.of('/reprices'), { ...how, title: '底价', reason: '成本' }, 201);
  const list = csvOf(madeList({ buildings: 1, floors: 1, rooms: 1 }));
  const upload = await control.upload(`/api/v1/imports?name=a.csv&project=${project}`, list);
  const link = await kiosk.get(`/api/v1/public/units/${person.ids.unit}/link`);
  return {
    ...person.ids,
    customer: person.id,
    project,
    building: building_id,
    publication: live,
    flow: await first(admin, '/api/v1/flows'),
    subject: 'deal.parties',
    reprice: plan.id,
    import: upload.id,
    text: await first(manager, `/api/v1/deals/${person.ids.deal}/document-texts`),
    token: link.url.split('/').at(-1),
  };
}

/** Values of the query that might find him, by name; the others of a parameter are those of its enum. */
const queries = () => ({
  project: [project],
  customer: [person.id],
  unit: [ids.unit, ids.locked, ids.kept, ids.sure],
  deal: [ids.deal],
  building: [ids.building],
  phone: [PERSON.phone],
  name: [PERSON.name],
  q: [PERSON.name, PERSON.phone, PERSON.phone.slice(-4)],
  code: [CARD],
  object: [`customer:${person.id}`, `deal:${ids.deal}`],
  clear: [1],
  sheet: [0],
  value: [1],
  days: [0],
});
/** Where the same thing is asked of several. */
const places = () => ({
  unit: [ids.unit, ids.locked, ids.kept, ids.sure],
  media: [ids.proof, ids.scan],
});

const resolve = (p) => (p.$ref ? contract.components.parameters[p.$ref.split('/').at(-1)] : p);

/** The addresses of an operation: as it is, and with each value of each parameter of its query. */
function addressesOf(operation) {
  const all = [...(operation.operation.parameters ?? []), ...(contract.paths[operation.path].parameters ?? [])];
  const given = all.map(resolve).filter((p) => p.in === 'query');
  const values = (p) => queries()[p.name] ?? p.schema.enum ?? [];
  const most = given.find((p) => p.name === 'limit')?.schema.maximum;
  const always = given.filter((p) => p.required).map((p) => [p.name, values(p)[0]]);
  if (most) always.push(['limit', most]);
  const sets = [always];
  for (const p of given) for (const v of values(p)) sets.push([...always.filter(([n]) => n !== p.name), [p.name, v]]);
  const paths = [{}];
  for (const name of operation.params)
    for (const at of paths.splice(0))
      for (const id of places()[name] ?? [ids[name] ?? 0]) paths.push({ ...at, [name]: id });
  return paths.flatMap((at) => {
    const path = operation.path.replace(/\{([a-z_]+)\}/g, (_, name) => at[name]);
    return sets.map((set) => path + (set.length ? `?${new URLSearchParams(set)}` : ''));
  });
}

/** An answer as the text that is in it. */
function textOf({ type, bytes }) {
  if (!/spreadsheetml|pdf/.test(type)) return bytes.toString('utf8');
  const file = join(site.folder, 'answer');
  writeFileSync(file, bytes);
  const [command, ...args] = /pdf/.test(type) ? ['pdftotext', file, '-'] : ['unzip', '-p', file];
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(done.status, 0, `${command}: ${done.error ?? done.stderr}`);
  return done.stdout;
}

const isStream = (operation) =>
  Object.keys(operation.operation.responses['200']?.content ?? {}).includes('text/event-stream');
const reads = operations.filter((o) => o.method === 'GET');

// ---- streams: open before anything is known of him

async function listen() {
  for (const operation of reads.filter(isStream))
    for (const [who, client] of Object.entries(clients)) {
      const stream = await client.events(`${operation.path}?project=${project}`).catch(() => null);
      if (stream) streams.push({ who, operation, stream });
    }
}

test('every route that reads: nothing of him for who must not read it', async (t) => {
  const answered = new Set();
  const concerned = new Set();
  const found = new Map();
  let asked = 0;
  for (const operation of reads.filter((o) => !isStream(o)))
    for (const path of addressesOf(operation))
      for (const [who, client] of Object.entries(clients)) {
        const reply = await client.request('GET', path);
        const text = textOf(reply);
        asked++;
        if (reply.status === 200) answered.add(operation.id);
        if (sees(who) && reply.status === 200 && (text.includes(String(person.id)) || text.includes(NOTE)))
          concerned.add(operation.id);
        const his = HIS.some((name) => operation.params.includes(name));
        for (const what of [...leaks(who, text), ...(his && !sees(who) && reply.status === 200 ? ['an answer'] : [])])
          if (!ALLOWED[operation.id]?.words.includes(what)) {
            const line = `${operation.id} (${path.split('?')[0]}): ${what}`;
            found.set(line, (found.get(line) ?? new Set()).add(who));
          }
      }
  t.diagnostic(`${reads.length} routes, ${Object.keys(clients).length} callers, ${asked} answers`);
  const told = [...found].map(([line, people]) => `${line} to ${[...people].join(', ')}`);
  assert.ok(told.length === 0, told.join('\n'));
  const silent = reads.filter((o) => !isStream(o) && !answered.has(o.id)).map((o) => o.id);
  assert.deepEqual(silent.sort(), Object.keys(UNANSWERED).sort(), 'neither answered nor listed, or listed and answered');
  for (const id of CONCERNED) assert.ok(concerned.has(id), `${id}: he is not in it, so nothing is proved`);
});

test('the copy that he is given has all of it: each word that was written down, and his numbers', async () => {
  const held = await clients['sales-manager'].post(person.at('/held'), { reason: '本人来函' }, 200);
  const text = JSON.stringify(held);
  for (const words of [...person.notes, ...Object.values(PERSON)]) assert.ok(text.includes(words), words);
  const none = held.parts.filter((p) => p.rows.some((row) => row.fields.length === 0)).map((p) => p.part);
  assert.deepEqual(none, []);
  for (const part of ['deal', 'terms', 'queue_ticket', 'voucher', 'receipt', 'mortgage', 'card', 'collision', 'opportunity'])
    assert.ok(held.parts.some((p) => p.part === part), part);
});

test('who has a deal is neither deleted nor erased', async () => {
  const { 'sales-manager': manager } = clients;
  const { version } = await manager.get(person.at(''));
  const body = { version, reason: '重复' };
  const problem = await manager.refused('POST', person.at('/delete'), 409, 'customer.kept', { body });
  assert.ok(problem.errors.some((e) => e.code === 'customer.kept-deal'));
});

test('a paper of a change is read by whoever reads the change, and by nobody else', async () => {
  for (const [who, client] of Object.entries(clients)) {
    const change = await client.request('GET', `/api/v1/deal-changes/${ids.change}`);
    const paper = await client.request('GET', `/api/v1/media/${ids.scan}`);
    const chart = client.session.rights.includes('chart.view');
    assert.equal(paper.status === 200, change.status === 200 && chart, `${who}: ${change.status}, ${paper.status}`);
  }
});

test('of one in the pool a consultant reads the masked row alone', async () => {
  const { cashier, 'another consultant': rival } = clients;
  const words = `${NOTE}公海`;
  const body = {
    kind: 'person',
    name: '公孙大娘',
    notice: 'n',
    source_id: 3,
    project_id: project,
    phones: [{ number: '13712349876' }],
    visit: { kind: 'visit', project_id: project, awareness_id: 20, note: words },
  };
  const { id, version } = await cashier.post('/api/v1/customers', body, 201);
  const at = (rest) => `/api/v1/customers/${id}${rest}`;
  await cashier.patch(at('/detail'), { version, employer: words, note: words });
  await cashier.put(at(`/intents/${project}`), { version: 0, note: words });
  await cashier.post(at('/qualifications'), { project_id: project, result: 'fail', date: '2026-01-01', note: words });
  const answered = [];
  for (const operation of reads.filter((o) => !isStream(o)))
    for (const path of addressesOf(operation)) {
      const his = path.replaceAll(String(person.id), String(id));
      const reply = await rival.request('GET', his);
      assert.ok(!textOf(reply).includes(words), his);
      if (!operation.params.includes('customer')) continue;
      if (reply.status === 200) answered.push(operation.id);
      else assert.match(reply.body.code, /^(customer\.not-yours|not-found|right\.denied)$/, his);
    }
  assert.deepEqual([...new Set(answered)].sort(), ['customer_get', 'ownership_at', 'ownership_get']);
  assert.ok((await rival.get(person.of('/visits?limit=99'))).items.some((v) => v.customer_id === id && v.note === ''));
});

test('event streams: none names him to who does not see him', async () => {
  const told = streams.find((s) => s.who === OWNER && s.operation.id === 'events');
  await told.stream.next('deal', { test: (d) => d.deal_id === ids.deal });
  assert.deepEqual(
    new Set(streams.map((s) => s.operation.id)),
    new Set(reads.filter(isStream).map((o) => o.id)),
    'every stream is open to somebody',
  );
  for (const { who, operation, stream } of streams) {
    assert.deepEqual(leaks(who, stream.raw), [], `${operation.id} to ${who}`);
    await stream.close();
  }
});

test('an export is written down, whoever takes it', async () => {
  const { auditor } = clients;
  const exports = reads.filter((o) => /export/.test(o.path));
  const log = async () => (await auditor.get('/api/v1/audit?limit=500')).items.filter((r) => /export/.test(r.action));
  for (const operation of exports) {
    const last = (await log())[0]?.seq ?? 0;
    await clients['sales-manager'].get(addressesOf(operation)[0], 200);
    assert.equal((await log()).filter((r) => r.seq > last).length, 1, operation.id);
  }
});
