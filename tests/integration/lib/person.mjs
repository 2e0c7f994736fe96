// person.mjs - a site that knows all there can be known of one person, in words that occur nowhere else: for tests of
// who reads what of him.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { chinaDay } from './day.mjs';
import { take } from './money.mjs';
import { Site } from './site.mjs';
import { act } from './walk.mjs';

const WALK_IN = 3;
const FRIEND = 20;

/** What is his, by what it is. */
export const PERSON = {
  name: '诸葛无双',
  phone: '13912345678',
  document: '11010519900307881X',
  address: '星河湾隐月街七号院九座1208室',
  email: 'zhuge.wushuang@example.com',
  birth: '1990-03-07',
  paper: '编号甲子七七四九',
};
export const CARD = 'n:66778899';
/** Whatever was written down about him begins so, and goes on with where. */
export const NOTE = '密记';

/** The ids of customers made from here on are numbers that mean nothing else. */
const FIRST_ID = 987650000;
function aside(site) {
  const sql = `INSERT INTO customer (id, kind, name, notice, created_by, created_ms, changed_ms, deleted_ms)
    VALUES (${FIRST_ID}, 'person', 'x', 'x', 'system', 0, 0, 1)`;
  const done = spawnSync('sqlite3', [join(site.state, 'anchang.db'), sql], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
}

/** A demonstration whose next customer has an id that is found in any text. */
export async function siteAside(options) {
  const site = new Site(options);
  site.ctlOk('demo');
  aside(site);
  await site.start();
  return site;
}

/** Makes him and what hangs on him in @project, by @by: { sales (whose he is), rival, manager, cashier, service }. */
export class Person {
  static async of(site, project, by) {
    const one = new Person();
    Object.assign(one, { site, project, by, ids: {}, notes: [], taken: new Set() });
    one.building = (await by.sales.get(one.of('/tree'))).buildings[0].id;
    await one.record();
    await one.known();
    await one.followed();
    await one.member();
    await one.asked();
    await one.buys();
    await one.claimed();
    return one;
  }

  /** Words about him, and that there are such. */
  note(where) {
    const words = `${NOTE}${where}`;
    this.notes.push(words);
    return words;
  }

  of(rest) {
    return `/api/v1/projects/${this.project}${rest}`;
  }
  at(rest) {
    return `/api/v1/customers/${this.id}${rest}`;
  }

  async record() {
    const { sales } = this.by;
    const visit = { kind: 'visit', project_id: this.project, awareness_id: FRIEND, note: this.note('到访') };
    const body = {
      kind: 'person',
      name: PERSON.name,
      notice: '隐私告知 2026-01',
      source_id: WALK_IN,
      project_id: this.project,
      phones: [{ number: PERSON.phone }],
      document: { kind: 'id_card', number: PERSON.document },
      visit,
    };
    this.id = (await sales.post('/api/v1/customers', body, 201)).id;
  }

  async known() {
    const { sales, manager } = this.by;
    const field = await manager.post('/api/v1/customer-fields', { name: '忌口', type: 'text' }, 201);
    const { version } = await sales.get(this.at(''));
    await sales.patch(this.at('/detail'), {
      version,
      birth_date: PERSON.birth,
      address: PERSON.address,
      email: PERSON.email,
      employer: this.note('单位'),
      note: this.note('备注'),
      extra: [{ field_id: field.id, value: this.note('字段') }],
    });
    const company = {
      kind: 'company',
      name: '昆仑贸易有限公司',
      notice: 'n',
      source_id: WALK_IN,
      project_id: this.project,
      phones: [{ number: '13700008888' }],
    };
    const { id } = await sales.post('/api/v1/customers', company, 201);
    await sales.post(`/api/v1/customers/${id}/persons`, { person_id: this.id, role: this.note('职务') }, 200);
    await sales.put(this.at(`/intents/${this.project}`), { version: 0, note: this.note('意向') });
    this.ids.proof = await this.scan(`${NOTE}购房`);
    const paper = { project_id: this.project, result: 'pass', date: '2026-01-01', number: PERSON.paper };
    await sales.post(this.at('/qualifications'), { ...paper, note: this.note('资格'), media: this.ids.proof });
    await sales.post(this.at('/consents'), { purpose: 'marketing', notice: '隐私告知 2026-01' }, 200);
    await manager.post(this.at('/identities'), { identity: '老业主', document: this.note('证明') });
    await manager.post(this.at('/held'), { reason: this.note('请求') }, 200);
  }

  async followed() {
    const { sales } = this.by;
    const reason = '表弟代为登记'; // to who decides it is told
    this.notes.push(reason);
    const asked = { project_id: this.project, source_id: 4, reason };
    this.ids.source_change = (await sales.post(this.at('/source-changes'), asked, 201)).id;
    const body = { project_id: this.project, channel: 'phone', content: this.note('跟进'), next_ms: Date.now() + 3600_000 };
    await sales.post(this.at('/follows'), body, 201);
    await sales.post(this.at('/opportunities'), { project_id: this.project, stage: 'contacted' }, 201);
  }

  async member() {
    const { cashier, manager } = this.by;
    const card = await cashier.post(this.at('/cards'), { code: CARD, terms: '会员章程 2026-01' }, 201);
    Object.assign(this.ids, { member: card.member_id, card: card.id });
    await manager.post(`/api/v1/members/${card.member_id}/points`, { points: 5, reason: this.note('积分') }, 201);
  }

  /** A questionnaire of this stage is open, and he said something in it. */
  async asked() {
    const { sales, manager } = this.by;
    const made = await manager.post(this.of('/questionnaires'), { stage: 'first_visit', title: '首访' }, 201);
    const questions = [{ kind: 'text', text: '还有什么想说', high: 40 }];
    const set = await manager.patch(`/api/v1/questionnaires/${made.id}`, { version: made.version, questions });
    await manager.post(`/api/v1/questionnaires/${set.id}/enable`, { version: set.version }, 200);
    const answers = [{ question_id: set.questions[0].id, text: this.note('答卷') }];
    const sheet = await sales.post(this.at('/answer-sheets'), { questionnaire_id: set.id, answers }, 201);
    Object.assign(this.ids, { questionnaire: set.id, sheet: sheet.id });
  }

  /** A picture of a paper, whose bytes say what it is. */
  async scan(what) {
    const bytes = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(what), Buffer.alloc(64)]);
    return (await this.by.sales.upload(`/api/v1/deal-media?project=${this.project}&name=x.png`, bytes)).id;
  }

  async unit() {
    const { items } = await this.by.sales.get(this.of('/units?limit=500'));
    const fits = (u) => u.state === 'A' && u.class === 'home' && u.total_fen && !this.taken.has(u.id);
    const { id } = items.find(fits);
    this.taken.add(id);
    return this.by.sales.get(`/api/v1/units/${id}`);
  }

  async buys() {
    await this.waits();
    await this.signs();
    await this.served();
  }

  /** Numbers, an opening day, a lock, a reservation and a confirmation. */
  async waits() {
    const { sales, manager } = this.by;
    await sales.post(this.of('/queue'), { customer_id: this.id }, 201);
    const opening = {
      name: '一期开盘',
      day: chinaDay(1),
      order_by: 'number',
      batch_size: 2,
      pick_minutes: 5,
      pay_minutes: 30,
      picks_most: 1,
      buildings: [this.building],
    };
    this.ids.opening = (await manager.post(this.of('/openings'), opening, 201)).id;
    await manager.post(`/api/v1/openings/${this.ids.opening}/groups`, undefined, 200);
    const [locked, kept, sure] = [await this.unit(), await this.unit(), await this.unit()];
    await sales.post(`/api/v1/units/${locked.id}/lock`, { version: locked.version, customer_id: this.id }, 200);
    const reserve = { holder: '内部预留', customer_id: this.id, reason: '预留', until_ms: Date.now() + 3600_000 };
    await act(manager, this.project, 'reserve', [kept], reserve);
    const body = { version: sure.version, customer_id: this.id };
    await manager.post(`/api/v1/units/${sure.id}/confirmations`, body, 201);
    Object.assign(this.ids, { locked: locked.id, kept: kept.id, sure: sure.id });
  }

  /** An invoice on his name went out in a list, and is not wanted any more: his deal changes after it. */
  async invoiced(cashier, deal) {
    const name = { customer_id: this.id, kind: 'person', name: PERSON.name, tax_no: PERSON.document };
    const { id: profile_id } = await cashier.post(`/api/v1/deals/${deal}/invoice-profiles`, name, 201);
    const { voucher_id } = (await cashier.get(`/api/v1/deals/${deal}/invoice-sources`)).items[0];
    const ask = { profile_id, parts: [{ voucher_id, amount_fen: 1 }] };
    const { id } = await cashier.post(`/api/v1/deals/${deal}/invoices`, ask, 201);
    const { id: batch } = await cashier.post(this.of('/invoice-batches'), { ids: [id] }, 201);
    const { version } = await cashier.get(`/api/v1/invoices/${id}`);
    await cashier.post(`/api/v1/invoices/${id}/void`, { version, reason: '不开了' }, 200);
    Object.assign(this.ids, { invoice: id, batch });
  }

  /** Terms, a subscription paid, a contract whose text is made from a template. */
  async signs() {
    const { sales, manager, cashier } = this.by;
    const text = '买受人：{{买受人}} {{证件号码}} {{phones}} {{共有份额}}';
    const template = await manager.post(this.of('/document-templates'), { kind: 'contract', name: '合同', body: text }, 201);
    await manager.post(`/api/v1/document-templates/${template.id}/activate`, undefined, 200);
    const unit = await this.unit();
    const plan = (await sales.get(this.of('/plans'))).items.find((p) => p.enabled && p.kind === 'commercial');
    const ask = { customer_id: this.id, plan_id: plan.id, bank: '建设银行', loan_years: 30 };
    const terms = await sales.post(`/api/v1/units/${unit.id}/terms`, ask, 201);
    const buying = {
      stage: 'S',
      unit_id: unit.id,
      unit_version: unit.version,
      terms_id: terms.id,
      buyers: [{ customer_id: this.id, share_bp: 10000 }],
      document_again: PERSON.document,
    };
    let deal = await sales.post('/api/v1/deals', buying, 201);
    const { amount_fen } = deal.receivables.find((line) => line.fund === 'deposit');
    const { book_id, no } = await take(cashier, deal.id, 'deposit', amount_fen);
    const paper = { kind: 'receipt', subject_id: book_id, subject_no: no, print: false };
    Object.assign(this.ids, { book: book_id, no, paper: (await cashier.post('/api/v1/papers', paper, 200)).id });
    const reason = '家人住院急用'; // to who decides it and who pays it is told
    this.notes.push(reason);
    const lines = [{ fund: 'deposit', amount_fen: 100 }];
    this.ids.refund = (await sales.post(`/api/v1/deals/${deal.id}/refunds`, { lines, reason }, 201)).id;
    await this.invoiced(cashier, deal.id);
    deal = await cashier.get(`/api/v1/deals/${deal.id}`);
    const shown = (await sales.get(`/api/v1/deals/${deal.id}/contract`)).showings.map((s) => s.code);
    await sales.post(`/api/v1/deals/${deal.id}/showings`, { items: shown }, 200);
    const signing = { version: deal.version, stage: 'C', document: `HT-${deal.id}` };
    this.deal = await sales.post(`/api/v1/deals/${deal.id}/advance`, signing, 200);
    const document = this.deal.documents.at(-1).id;
    Object.assign(this.ids, { deal: deal.id, unit: unit.id, terms: terms.id, template: template.id, document });
  }

  /** A loan, a notice, a change that waits for its approval. */
  async served() {
    const { sales, service } = this.by;
    const { deal, terms } = this.ids;
    const { loan_fen } = await sales.get(`/api/v1/terms/${terms}`);
    const loan = { kind: 'commercial', bank: '建设银行', amount_fen: loan_fen, years: 30 };
    await service.post(`/api/v1/deals/${deal}/mortgages`, loan, 200);
    const notice = { deal_ids: [deal], handover_date: chinaDay(10), way: 'post' };
    await service.post(this.of('/movein-notices'), notice, 204);
    this.ids.node = (await sales.get(`/api/v1/deals/${deal}/nodes`)).items[0].id;
    const joint = await sales.post(
      '/api/v1/customers',
      {
        kind: 'person',
        name: '黄小娥',
        notice: 'n',
        source_id: WALK_IN,
        project_id: this.project,
        phones: [{ number: '13700007777' }],
        document: { kind: 'id_card', number: '110105199003078828' },
      },
      201,
    );
    const buyers = [this.id, joint.id].map((customer_id) => ({ customer_id, share_bp: 5000 }));
    const { version } = await sales.get(`/api/v1/deals/${deal}`);
    this.ids.scan = await this.scan('公证书');
    const papers = { document: '公证-1', exception: 'family', media: [this.ids.scan] };
    const ask = { kind: 'parties', version, reason: '客户申请', buyers, ...papers };
    const change = await sales.post(`/api/v1/deals/${deal}/changes`, ask, 201);
    Object.assign(this.ids, { change: change.id, approval: change.approval_id });
  }

  /** Somebody else says that he is his, loses, and says so again. */
  async claimed() {
    const { rival, manager } = this.by;
    const claim = { phone: PERSON.phone, claim: '五月接待过' };
    const first = await rival.post(this.of('/collisions'), claim, 201);
    const decision = { version: first.version, outcome: 'holder', note: '无来访记录' };
    await manager.post(`/api/v1/collisions/${first.id}/decision`, decision);
    this.ids.collision = (await rival.post(this.of('/collisions'), claim, 201)).id;
  }
}
