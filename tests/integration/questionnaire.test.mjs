// Questionnaires over the API: drafted, enabled, revised, filled in; bad input is named and stores nothing (QN-01 to
// QN-09).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newKey } from './lib/client.mjs';
import { chinaDay } from './lib/day.mjs';
import { Site } from './lib/site.mjs';

let site, manager, sales, audit, project;
before(async () => {
  site = await Site.demo();
  [manager, sales, audit] = [await site.login('manager'), await site.login('sales'), await site.login('audit')];
  project = (await manager.get('/api/v1/projects')).items[0].id;
});
after(() => site.close());

const options = (...texts) => texts.map((text) => ({ text }));
const FIVE = [
  { kind: 'single', text: '置业目的', required: true, options: options('自住', '投资', '养老') },
  { kind: 'multi', text: '看重什么', high: 2, options: options('位置', '价格', '学校') },
  { kind: 'text', text: '还有什么想说', high: 40 },
  { kind: 'score', text: '接待打分', required: true, low: 1, high: 5 },
  { kind: 'matrix', text: '各方面如何', options: options('好', '一般', '差'), rows: options('样板间', '讲解') },
];

const draft = async (stage, title = '问卷', questions = FIVE) => {
  const made = await manager.post(`/api/v1/projects/${project}/questionnaires`, { stage, title }, 201);
  return manager.patch(`/api/v1/questionnaires/${made.id}`, { version: made.version, questions });
};
const act = (set, name, status = 200) =>
  manager.post(`/api/v1/questionnaires/${set.id}/${name}`, { version: set.version }, status);
const enabled = async (...about) => act(await draft(...about), 'enable');
const get = (id) => manager.get(`/api/v1/questionnaires/${id}`);

let phones = 0;
const customer = () =>
  sales.post(
    '/api/v1/customers',
    {
      kind: 'person',
      name: '钱七',
      notice: '2026-01', source_id: 3,
      phones: [{ number: `1370000${String(++phones).padStart(4, '0')}` }],
    },
    201,
  );

/** Good answers to the five questions, with @change made to those of the question of that number. */
function answersTo({ questions }, change = {}) {
  const [single, multi, text, score, matrix] = questions;
  const good = [
    { question_id: single.id, option_ids: [single.options[0].id] },
    { question_id: multi.id, option_ids: [multi.options[2].id, multi.options[0].id] },
    { question_id: text.id, text: '采光好' },
    { question_id: score.id, score: 4 },
    { question_id: matrix.id, cells: matrix.rows.map((r, i) => ({ row_id: r.id, option_id: matrix.options[i].id })) },
  ];
  return good.map((a, i) => ({ ...a, ...change[i] }));
}
const sheetOf = (set, change, more = {}) => ({ questionnaire_id: set.id, answers: answersTo(set, change), ...more });
const path = (who) => `/api/v1/customers/${who.id}/answer-sheets`;

describe('sets', () => {
  test('drafted, all kinds, order kept; invisible to who fills in until enabled (QN-02, QN-03)', async () => {
    const who = await customer();
    const set = await draft('lost', '流失问卷');
    assert.deepEqual([set.state, set.edition, set.questions_count], ['draft', null, 5]);
    assert.deepEqual(
      set.questions.map((q) => [q.kind, q.text, q.required, q.low, q.high, q.options.map((o) => o.text)]),
      FIVE.map((q) => [
        q.kind,
        q.text,
        q.required ?? false,
        q.low ?? null,
        q.high ?? null,
        (q.options ?? []).map((o) => o.text),
      ]),
    );
    const open = async () => (await sales.get(`/api/v1/customers/${who.id}/questionnaires?project=${project}`)).items;
    assert.ok(!(await open()).some((s) => s.stage === 'lost'));
    await sales.refused('POST', path(who), 409, 'questionnaire.closed', { body: sheetOf(set) });
    await sales.refused('GET', `/api/v1/questionnaires/${set.id}`, 403, 'right.denied');
    await act(set, 'enable');
    const lost = (await open()).find((s) => s.stage === 'lost');
    assert.deepEqual([lost.owed, lost.questionnaire_id, lost.title], [true, set.id, '流失问卷']);
    assert.deepEqual(lost.questions, set.questions);
  });

  test('turned round: the new order is the order', async () => {
    const set = await draft('deal');
    const turned = await manager.patch(`/api/v1/questionnaires/${set.id}`, {
      version: set.version,
      questions: FIVE.toReversed(),
    });
    assert.deepEqual(
      turned.questions.map((q) => q.text),
      FIVE.toReversed().map((q) => q.text),
    );
    await manager.delete(`/api/v1/questionnaires/${set.id}`);
    await manager.refused('GET', `/api/v1/questionnaires/${set.id}`, 404, 'not-found');
  });

  test('enabling fixes it and takes the place of the one before; a change is a new version (QN-04, QN-07)', async () => {
    const first = await enabled('revisit', '复访一');
    const change = { version: first.version, title: '改名' };
    await manager.refused('PATCH', `/api/v1/questionnaires/${first.id}`, 409, 'questionnaire.state', { body: change });
    await manager.refused('DELETE', `/api/v1/questionnaires/${first.id}`, 409, 'questionnaire.state');
    const next = await act(first, 'revise', 201);
    assert.deepEqual([next.state, next.from_id, next.questions.length], ['draft', first.id, 5]);
    await manager.refused('POST', `/api/v1/questionnaires/${first.id}/revise`, 409, 'questionnaire.drafted', {
      body: { version: first.version },
    });
    await manager.refused('POST', `/api/v1/questionnaires/${next.id}/enable`, 412, 'version.changed', {
      body: { version: next.version + 1 },
    });
    const second = await act(next, 'enable');
    assert.deepEqual([(await get(first.id)).state, second.state, second.edition], ['disabled', 'enabled', 2]);
    assert.equal((await act(second, 'disable')).state, 'disabled');
    await manager.refused('POST', `/api/v1/questionnaires/${second.id}/disable`, 409, 'questionnaire.state', {
      body: { version: second.version + 1 },
    });
  });

  test('all stages beside each other (QN-08); two who enable at once leave one', async () => {
    for (const stage of ['first_visit', 'revisit', 'lost', 'deal', 'handover']) await enabled(stage, stage);
    const drafts = await Promise.all(Array.from({ length: 6 }, (_, i) => draft('handover', `交付${i}`)));
    await Promise.all(drafts.map((set) => act(set, 'enable')));
    const { items } = await manager.get(`/api/v1/questionnaires?state=enabled&project=${project}`);
    assert.deepEqual(
      items.map((s) => s.stage).sort(),
      ['deal', 'first_visit', 'handover', 'lost', 'revisit'],
    );
  });

  test('days: from the first to the last of the site; over is over', async () => {
    const who = await customer();
    const set = await draft('handover', '有期');
    const write = (version, valid) => manager.patch(`/api/v1/questionnaires/${set.id}`, { version, valid });
    await manager.refused('PATCH', `/api/v1/questionnaires/${set.id}`, 422, 'questionnaire.period', {
      body: { version: set.version, valid: { from: '2026-02-02', until: '2026-02-01' } },
    });
    await manager.refused('PATCH', `/api/v1/questionnaires/${set.id}`, 422, 'fields.wrong', {
      body: { version: set.version, valid: { from: '2026-02-30' } },
    });
    const past = await write(set.version, { from: null, until: chinaDay(-2) });
    await manager.refused('POST', `/api/v1/questionnaires/${set.id}/enable`, 409, 'questionnaire.ended', {
      body: { version: past.version },
    });
    const coming = await write(past.version, { from: chinaDay(2), until: null });
    assert.deepEqual(coming.valid, { from: chinaDay(2), until: null });
    await act(coming, 'enable');
    await sales.refused('POST', path(who), 409, 'questionnaire.closed', { body: sheetOf(coming) });
  });

  test('found by name, state, stage, project, day: exactly those, newest first, page by page (QN-01)', async () => {
    const before_ = Date.now();
    const made = [];
    for (let i = 0; i < 7; i++) made.unshift(await draft(i % 2 ? 'deal' : 'lost', `查找 ${i}%`));
    const list = async (query) => (await manager.get(`/api/v1/questionnaires?${query}`)).items.map((s) => s.id);
    const name = encodeURIComponent('查找');
    const ids = (some) => some.map((s) => s.id);
    assert.deepEqual(await list(`title=${name}`), ids(made));
    assert.deepEqual(await list(`title=${encodeURIComponent('3%')}`), [made[3].id]);
    assert.deepEqual(await list(`title=${name}&stage=deal`), ids(made.filter((s) => s.stage === 'deal')));
    assert.deepEqual(await list(`title=${name}&state=enabled`), []);
    assert.deepEqual(await list(`title=${name}&project=${project}&from_ms=${before_}`), ids(made));
    assert.deepEqual(await list(`title=${name}&to_ms=${before_}`), []);
    assert.deepEqual(
      await list(`title=${name}&from_ms=${made[4].created_ms}&to_ms=${made[2].created_ms}`),
      ids(made.filter((s) => s.created_ms >= made[4].created_ms && s.created_ms < made[2].created_ms)),
    );
    const seen = [];
    for (let next = ''; next !== undefined;) {
      const page = await manager.get(`/api/v1/questionnaires?title=${name}&limit=3${next && `&cursor=${next}`}`);
      assert.ok(page.items.length <= 3);
      seen.push(...page.items.map((s) => s.id));
      next = page.next;
    }
    assert.deepEqual(seen, ids(made));
    for (const bad of ['state=asleep', 'stage=dream', 'title=', 'limit=50', 'project=0'])
      await manager.refused('GET', `/api/v1/questionnaires?${bad}`, 422, 'fields.wrong');
    await manager.refused('GET', '/api/v1/questionnaires?cursor=x', 400, 'cursor.invalid');
    await sales.refused('GET', '/api/v1/questionnaires', 403, 'right.denied');
  });

  test('bad questions are named, and nothing is stored', async () => {
    const set = await draft('deal', '坏输入');
    const q = (more) => ({ kind: 'single', text: '题', options: options('甲', '乙'), ...more });
    const cases = [
      [q({ kind: 'essay' }), 'field.choice'],
      [q({ text: '' }), 'field.length'],
      [q({ text: '题'.repeat(201) }), 'field.length'],
      [q({ text: 'x'.repeat(10_000) }), 'field.length'],
      [q({ text: '\u202egnah' }), 'field.text'],
      [q({ text: 5 }), 'field.type'],
      [q({ required: 'yes' }), 'field.type'],
      [q({ options: options('甲') }), 'question.options'],
      [q({ options: options('甲', '甲') }), 'question.twice'],
      [q({ options: [...options('甲'), '乙'] }), 'field.type'],
      [q({ options: options('甲', 'x'.repeat(61)) }), 'field.length'],
      [q({ options: options(...Array.from({ length: 21 }, (_, i) => `${i}`)) }), 'field.range'],
      [q({ options: [{ text: '甲', id: 1 }, { text: '乙' }] }), 'field.unknown'],
      [q({ high: 1 }), 'field.unknown'],
      [q({ rows: options('行') }), 'question.rows'],
      [q({ kind: 'multi' }), 'field.missing'],
      [q({ kind: 'multi', high: 3 }), 'question.range'],
      [{ kind: 'score', text: '分', low: 3, high: 3 }, 'question.range'],
      [{ kind: 'score', text: '分', low: 0, high: 101 }, 'question.range'],
      [{ kind: 'score', text: '分', low: -1, high: 5 }, 'field.range'],
      [{ kind: 'score', text: '分', low: 1.5, high: 5 }, 'field.type'],
      [{ kind: 'score', text: '分', high: 5 }, 'field.missing'],
      [{ kind: 'text', text: '写', high: 1001 }, 'field.range'],
      [{ kind: 'text', text: '写', high: 5, options: options('甲', '乙') }, 'question.options'],
      [{ kind: 'matrix', text: '阵', options: options('甲', '乙') }, 'question.rows'],
      ['x', 'field.type'],
      [null, 'field.type'],
    ];
    for (const [question, code] of cases) {
      const reply = await manager.request('PATCH', `/api/v1/questionnaires/${set.id}`, {
        body: { version: set.version, questions: [FIVE[0], question] },
      });
      assert.deepEqual([reply.status, reply.body.code], [422, 'fields.wrong'], JSON.stringify(question));
      assert.deepEqual(
        reply.body.errors.map((e) => e.code),
        [code],
        JSON.stringify(question),
      );
      assert.match(reply.body.errors[0].field, /^questions\/1/);
    }
    await manager.refused('PATCH', `/api/v1/questionnaires/${set.id}`, 422, 'fields.wrong', {
      body: { version: set.version, questions: Array(51).fill(FIVE[0]) },
    });
    assert.deepEqual(await get(set.id), set);
    const odd = options(`'); DROP TABLE question; --`, '<script>alert(1)</script>', 'שלום', '𠮷野家');
    const kept = await manager.patch(`/api/v1/questionnaires/${set.id}`, {
      version: set.version,
      questions: [q({ text: '<img src=x onerror=alert(1)>', options: odd })],
    });
    assert.deepEqual(
      kept.questions[0].options.map((o) => o.text),
      odd.map((o) => o.text),
    );
    const biggest = Array.from({ length: 50 }, (_, i) => ({
      ...q({ kind: 'matrix', text: `${i}`.padStart(200, '题') }),
      options: options(...Array.from({ length: 20 }, (_x, k) => `${k}`.padStart(60, '列'))),
      rows: options(...Array.from({ length: 20 }, (_x, k) => `${k}`.padStart(60, '行'))),
    }));
    const full = await manager.patch(`/api/v1/questionnaires/${set.id}`, {
      version: kept.version,
      questions: biggest,
    });
    assert.equal(full.questions_count, 50);
  });

  test('an empty one is not enabled', async () => {
    const set = await draft('deal', '空', []);
    await manager.refused('POST', `/api/v1/questionnaires/${set.id}/enable`, 409, 'questionnaire.empty', {
      body: { version: set.version },
    });
  });
});

describe('filling in', () => {
  let set;
  before(async () => {
    set = await enabled('first_visit', '首访');
  });

  test('stored with who, for whom and what for; read back in order; the stage is settled (QN-09)', async () => {
    const who = await customer();
    const stage = async () =>
      (await sales.get(`/api/v1/customers/${who.id}/questionnaires?project=${project}`)).items.find(
        (s) => s.stage === 'first_visit',
      );
    assert.equal((await stage()).owed, true);
    const sheet = await sales.post(path(who), sheetOf(set, {}, { event: 'visit', event_id: 12 }), 201);
    assert.deepEqual(
      [sheet.customer_id, sheet.stage, sheet.edition, sheet.event, sheet.event_id, sheet.filled_by],
      [who.id, 'first_visit', set.edition, 'visit', 12, '赵顾问'],
    );
    assert.deepEqual(
      sheet.answers.map((a) => [a.question, a.row, a.option ?? a.score ?? a.text]),
      [
        ['置业目的', null, '自住'],
        ['看重什么', null, '位置'],
        ['看重什么', null, '学校'],
        ['还有什么想说', null, '采光好'],
        ['接待打分', null, 4],
        ['各方面如何', '样板间', '好'],
        ['各方面如何', '讲解', '一般'],
      ],
    );
    assert.deepEqual(await sales.get(`/api/v1/answer-sheets/${sheet.id}`), sheet);
    assert.deepEqual((await sales.get(path(who))).items, [sheet]);
    assert.equal((await stage()).owed, false);
    assert.equal((await get(set.id)).sheets_count, 1);
    const { items } = await audit.get(`/api/v1/audit?object=answer_sheet:${sheet.id}`);
    assert.equal(items[0].action, 'answer.fill');
    assert.ok(!JSON.stringify(items).includes('采光好'), 'what was written is not in the log');
    assert.equal(site.log.includes('采光好'), false);
  });

  test('an event has one sheet; a correction takes its place and leaves it readable', async () => {
    const who = await customer();
    const event = { event: 'visit', event_id: 5 };
    const first = await sales.post(path(who), sheetOf(set, {}, event), 201);
    await sales.refused('POST', path(who), 409, 'answer-sheet.exists', { body: sheetOf(set, {}, event) });
    const corrected = { ...event, corrects_id: first.id };
    const second = await sales.post(path(who), sheetOf(set, { 3: { score: 1 } }, corrected), 201);
    assert.equal(second.corrects_id, first.id);
    const was = await sales.get(`/api/v1/answer-sheets/${first.id}`);
    assert.deepEqual([was.corrected_by, was.answers], [second.id, first.answers]);
    await sales.refused('POST', path(who), 409, 'answer-sheet.corrected', { body: sheetOf(set, {}, corrected) });
    await sales.refused('POST', path(await customer()), 409, 'answer-sheet.corrected', {
      body: sheetOf(set, {}, { ...event, corrects_id: second.id }),
    });
  });

  test('a retry never stores twice; of many at once for one event one is stored', async () => {
    const who = await customer();
    const key = newKey();
    const body = sheetOf(set, {}, { event: 'visit', event_id: 9 });
    const again = await Promise.all(Array.from({ length: 6 }, () => sales.request('POST', path(who), { body, key })));
    assert.equal(new Set(again.map((r) => `${r.status} ${r.bytes}`)).size, 1);
    const other = await customer();
    const race = await Promise.all(
      Array.from({ length: 12 }, (_, i) => [sales, manager][i % 2].request('POST', path(other), { body })),
    );
    assert.deepEqual(race.map((r) => r.status).sort(), [201, ...Array(11).fill(409)]);
    assert.equal((await sales.get(path(who))).items.length, 1);
  });

  test('a question that is retired is asked no more; its answers stay (QN-05)', async () => {
    const old = await enabled('deal', '成交');
    const who = await customer();
    const before_ = await sales.post(path(who), sheetOf(old), 201);
    const text = old.questions[2];
    const now = await manager.post(`/api/v1/questions/${text.id}/retire`, undefined, 200);
    assert.deepEqual(
      now.questions.map((q) => q.retired),
      [false, false, true, false, false],
    );
    await manager.refused('POST', `/api/v1/questions/${text.id}/retire`, 409, 'question.retired');
    await manager.refused('POST', '/api/v1/questions/99999/retire', 404, 'not-found');
    const problem = await sales.refused('POST', path(who), 422, 'fields.wrong', { body: sheetOf(old) });
    assert.deepEqual(
      problem.errors.map((e) => [e.code, e.field]),
      [['answer.retired', `question/${text.id}`]],
    );
    const body = sheetOf(old);
    body.answers.splice(2, 1);
    assert.equal((await sales.post(path(who), body, 201)).answers.length, 6);
    assert.deepEqual(await sales.get(`/api/v1/answer-sheets/${before_.id}`), before_);
  });

  test('bad answers: each is named, nothing is stored', async () => {
    const who = await customer();
    const [single, multi, , , matrix] = set.questions;
    const all = multi.options.map((o) => o.id);
    const cell = (row, option) => ({ row_id: row, option_id: option });
    const cases = [
      [0, { option_ids: [] }, 'field.missing'],
      [0, { option_ids: [all[0]] }, 'field.choice'], // another question's
      [0, { option_ids: [99999] }, 'field.choice'],
      [0, { option_ids: [-1] }, 'field.choice'],
      [0, { option_ids: ['1'] }, 'field.type'],
      [0, { option_ids: single.options.map((o) => o.id) }, 'answer.count'],
      [0, { score: 1 }, 'answer.kind'],
      [1, { option_ids: all }, 'answer.count'],
      [1, { option_ids: [all[0], all[0]] }, 'field.choice'],
      [2, { text: 'x'.repeat(41) }, 'field.length'],
      [2, { text: 'x'.repeat(10_000) }, 'field.length'],
      [2, { text: '\u202egnah' }, 'field.text'],
      [2, { text: '一\u0007' }, 'field.text'],
      [2, { text: 7 }, 'field.type'],
      [3, { score: 0 }, 'field.range'],
      [3, { score: 6 }, 'field.range'],
      [3, { score: 1e9 }, 'field.range'],
      [3, { score: '5' }, 'field.type'],
      [3, { score: 4.5 }, 'field.type'],
      [3, { score: undefined }, 'field.missing'],
      [4, { cells: [cell(matrix.rows[0].id, matrix.options[0].id)] }, 'answer.rows'],
      [4, { cells: [{ row_id: matrix.rows[0].id }] }, 'field.missing'],
      [4, { cells: ['x'] }, 'field.type'],
      [4, { cells: Array(2).fill(cell(matrix.rows[0].id, matrix.options[0].id)) }, 'field.choice'],
      [4, { cells: matrix.rows.map((r) => cell(r.id, all[0])) }, 'field.choice'],
      [2, { question_id: 99999 }, 'answer.question'],
      [2, { question_id: single.id, text: undefined }, 'answer.question'], // twice
      [2, { surprise: 1 }, 'field.unknown'],
    ];
    for (const [i, change, code] of cases) {
      const reply = await sales.request('POST', path(who), { body: sheetOf(set, { [i]: change }) });
      assert.deepEqual([reply.status, reply.body.code], [422, 'fields.wrong'], JSON.stringify(change));
      assert.ok(
        reply.body.errors.some((e) => e.code === code),
        `${JSON.stringify(change)}: ${JSON.stringify(reply.body.errors)}`,
      );
    }
    for (const more of [{ event: 'party', event_id: 1 }, { event: 'visit' }, { event_id: 4 }, { answers: 'x' }])
      await sales.refused('POST', path(who), 422, 'fields.wrong', { body: sheetOf(set, {}, more) });
    await sales.refused('POST', '/api/v1/customers/99999/answer-sheets', 404, 'not-found', { body: sheetOf(set) });
    await sales.refused('POST', path(who), 404, 'not-found', { body: { ...sheetOf(set), questionnaire_id: 99999 } });
    await sales.refused('GET', `/api/v1/customers/99999/questionnaires?project=${project}`, 404, 'not-found');
    await sales.refused('GET', '/api/v1/answer-sheets/99999', 404, 'not-found');
    assert.deepEqual((await sales.get(path(who))).items, []);
    for (const text of [`'); DROP TABLE answer; --`, '<b>hi</b>', 'שלום עולם', '𠮷𠮷'])
      assert.equal(
        (await sales.post(path(who), sheetOf(set, { 2: { text } }), 201)).answers.find((a) => a.text).text,
        text,
      );
  });

  test('pages of what was filled in, once each', async () => {
    const who = await customer();
    for (let i = 0; i < 5; i++) await sales.post(path(who), sheetOf(set), 201);
    const page = await sales.get(`${path(who)}?limit=3&project=${project}`);
    const rest = await sales.get(`${path(who)}?limit=3&project=${project}&cursor=${page.next}`);
    const ids = [...page.items, ...rest.items].map((s) => s.id);
    assert.deepEqual(
      ids,
      [...new Set(ids)].sort((a, b) => b - a),
    );
    assert.deepEqual([page.items.length, rest.items.length, rest.next], [3, 2, undefined]);
  });

  test('the log is whole', () => site.verify());
});
