// What is typed is what is sent, whatever is loaded meanwhile.
import { afterEach, describe, expect, it, vi } from 'vitest';
import ApprovalPage from '@/office/approval/Page.vue';
import DetailPart from '@/office/customer/DetailPart.vue';
import IntentPart from '@/office/customer/IntentPart.vue';
import Mine from '@/office/deal/Mine.vue';
import StepPanel from '@/office/deal/StepPanel.vue';
import TermsPart from '@/office/deal/TermsPart.vue';
import Editor from '@/office/document/Editor.vue';
import DiscountTab from '@/office/offer/DiscountTab.vue';
import ComboBox from '@/office/parts/ComboBox.vue';
import One from '@/office/questionnaire/One.vue';
import Wizard from '@/office/reprice/Wizard.vue';
import Rules from '@/office/rules/Page.vue';
import ProcessTable from '@/office/service/ProcessTable.vue';
import CustomerPick from '@/office/terms/CustomerPick.vue';
import QuotePanel from '@/office/terms/QuotePanel.vue';
import { openRegister, opened } from '@/office/visit/register';
import RegisterDrawer from '@/office/visit/RegisterDrawer.vue';
import { daemon, later, press, refusal, settled, shown, type, typed, type Page } from './lib/office';

vi.mock('element-plus', () => import('./lib/element'));

let page: Page | null = null;
afterEach(() => {
  vi.useRealTimers();
  page?.unmount();
  page = null;
  opened.value = false;
});

describe('the details of a customer', () => {
  const detail = { version: 3, hobbies: '钓鱼', extra: [{ field_id: 7, name: '车牌', value: '京A1' }] };
  const own = { id: 7, name: '车牌', type: 'text', choices: '', enabled: true };

  it('keep what an own field holds, however late the fields come', async () => {
    const fields = later<unknown>();
    const asked = daemon({
      'GET /customers/{customer}/detail': () => detail,
      'GET /customer-fields': () => fields.answer,
      'PATCH /customers/{customer}/detail': () => detail,
      'GET /options': () => ({ items: [] }),
    });
    page = await shown(DetailPart, { customer: { id: 5, state: 'active' }, clear: null }, ['customer.edit']);
    await press('填写').catch(() => undefined); // it is not there before there is what it fills in
    fields.give({ items: [own] });
    await settled();
    if (!document.getElementById('d-hobbies')) await press('填写');
    expect(typed('d-extra-7')).toBe('京A1');
    await type('d-hobbies', '下棋');
    await press('保存');
    expect(asked.find((a) => a.method === 'PATCH')?.body).toEqual({ version: 3, hobbies: '下棋' });
  });
});

describe('a template of papers', () => {
  const draft = { id: 3, kind: 'contract', name: '合同', state: 'draft', version: 11 };
  const props = { project: 1, template: draft, from: null, kinds: ['contract'], modelValue: true };

  it('is typed into once its text is there, and saved on the version that was seen', async () => {
    const text = later<unknown>();
    const asked = daemon({
      'GET /document-templates/{template}': () => text.answer,
      'PATCH /document-templates/{template}': () => draft,
      'GET /document-fields': () => ({ items: [] }),
    });
    page = await shown(Editor, props);
    await type('template-body', '早').catch(() => undefined);
    text.give({ ...draft, body: '甲方' });
    await settled();
    expect(typed('template-body')).toBe('甲方');
    await type('template-body', '甲方乙方');
    await press('保存草稿');
    expect(asked.find((a) => a.method === 'PATCH')?.body).toEqual({
      version: 11,
      name: '合同',
      body: '甲方乙方',
    });
  });

  it('is there when it came at the second try', async () => {
    let first = true;
    daemon({
      'GET /document-templates/{template}': () => {
        if (!first) return { ...draft, body: '甲方' };
        first = false;
        return refusal(503, 'disk.full');
      },
      'GET /document-fields': () => ({ items: [] }),
    });
    page = await shown(Editor, props);
    await press('再试一次');
    expect(typed('template-body')).toBe('甲方');
  });
});

describe('a box that looks for what is typed', () => {
  const hit = (title: string) => [{ key: title, title, more: '', group: '', value: title }];
  const props = (find: unknown, picked: string[]) => ({
    find,
    label: '客户',
    placeholder: '',
    none: () => '',
    inputId: 'box',
    onPick: (value: string) => picked.push(value),
  });
  const press = async (key: string): Promise<void> => {
    document.getElementById('box')?.dispatchEvent(new KeyboardEvent('keydown', { key }));
    await settled();
  };

  it('takes what was found for the words that stand in it', async () => {
    vi.useFakeTimers();
    const picked: string[] = [];
    page = await shown(
      ComboBox,
      props((words: string) => Promise.resolve(hit(words)), picked),
    );
    await type('box', '王');
    await vi.advanceTimersByTimeAsync(200);
    await type('box', '王五');
    await press('Enter');
    expect(picked).toEqual(['王五']);
  });

  it('takes nothing while what is found is for older words', async () => {
    vi.useFakeTimers();
    const picked: string[] = [];
    const answers = [later<unknown>(), later<unknown>()];
    let n = 0;
    page = await shown(
      ComboBox,
      props(() => answers[n++]?.answer, picked),
    );
    await type('box', '王');
    await press('Enter');
    await type('box', '王五');
    answers[0]?.give(hit('王'));
    await settled();
    expect(picked).toEqual([]);
  });

  it('is quiet once it is left', async () => {
    vi.useFakeTimers();
    const find = vi.fn(() => Promise.resolve(hit('王')));
    page = await shown(ComboBox, props(find, []));
    await type('box', '王');
    document.getElementById('box')?.dispatchEvent(new Event('blur'));
    await vi.advanceTimersByTimeAsync(1000);
    await type('box', '李');
    page.unmount();
    page = null;
    await vi.advanceTimersByTimeAsync(1000);
    expect(find).not.toHaveBeenCalled();
  });
});

describe('what a customer looks for', () => {
  const intent = (version: number, note: string, orientation: string) => ({
    id: 9,
    version,
    project_id: 1,
    note,
    orientation,
    hard: [],
    created_by: '王',
    changed_ms: 1,
  });
  const props = { customer: { id: 5, state: 'active' } };

  it('keeps what is typed while it is saved', async () => {
    const saved = later<unknown>();
    const asked = daemon({
      'GET /customers/{customer}/intents': () => ({ items: [intent(2, '', '南')] }),
      'PUT /customers/{customer}/intents/{project}': () => saved.answer,
    });
    page = await shown(IntentPart, props, ['customer.edit']);
    await type('in-note', '要学区');
    await press('保存');
    await type('in-note', '要学区，低楼层');
    saved.give(intent(3, '要学区', '南'));
    await settled();
    expect(typed('in-note')).toBe('要学区，低楼层');
    await press('保存');
    expect(
      asked.filter((a) => a.method === 'PUT').map((a) => (a.body as { version: number }).version),
    ).toEqual([2, 3]);
  });

  it('goes on from what somebody else saved, with what was typed here', async () => {
    const asked = daemon({
      'GET /customers/{customer}/intents': () => ({
        items: [asked.some((a) => a.method === 'PUT') ? intent(3, '', '北') : intent(2, '', '南')],
      }),
      'PUT /customers/{customer}/intents/{project}': ({ body }) =>
        (body as { version: number }).version === 2 ? refusal(412, 'version.changed') : intent(4, '', ''),
    });
    page = await shown(IntentPart, props, ['customer.edit']);
    await type('in-note', '要学区');
    await press('保存');
    await press('载入最新内容，保留我填写的');
    await press('保存');
    expect(asked.filter((a) => a.method === 'PUT')[1]?.body).toMatchObject({
      version: 3,
      note: '要学区',
      orientation: '北',
    });
  });
});

describe('a plan in the place of one before', () => {
  it('is typed into once what it was for can be named, and starts once', async () => {
    const layouts = later<unknown>();
    daemon({
      'GET /projects/{project}/tree': () => ({ buildings: [{ id: 4, name: '1号楼' }] }),
      'GET /projects/{project}/layouts': () => layouts.answer,
      'GET /projects/{project}/forms/{subject}': () => ({ items: [] }),
      'GET /projects/{project}/states': () => ({ items: [] }),
    });
    const plan = {
      target: 'list',
      method: 'percent',
      per: 'total',
      value: -500,
      title: '调价',
      reason: '去化',
    };
    const again = { request: 8, plan: { ...plan, filter: 'building=1号楼' } };
    page = await shown(Wizard, { project: 1, again, modelValue: true });
    const title = (): string => document.querySelector<HTMLInputElement>('[id$=-title]')?.id ?? '';
    if (title()) await type(title(), '改了的');
    const early = title() ? typed(title()) : '调价';
    layouts.give({ items: [] });
    await settled();
    expect(typed(title())).toBe(early);
    expect(typed(title().replace('-title', '-building'))).toBe('4');
  });
});

describe('a quote in the place of one that was not approved', () => {
  it('has its discounts, also when what there is to choose came at the second try', async () => {
    let first = true;
    daemon({
      'GET /projects/{project}/plans': () => ({ items: [] }),
      'GET /projects/{project}/discounts': () => {
        if (!first)
          return {
            items: [
              { id: 6, name: '老客户', kind: 'regular', plan_id: null, method: 'percent', shown: true },
            ],
          };
        first = false;
        return refusal(503, 'disk.full');
      },
    });
    const terms = { customer_id: 5, plan_id: 0, steps: [{ discount_id: 6, method: 'percent', value: 9900 }] };
    page = await shown(QuotePanel, { unit: 2, project: 1, customer: 5, again: { request: 1, terms } });
    await press('再试一次');
    const boxes = [...document.querySelectorAll<HTMLInputElement>('input[type=checkbox]')];
    expect(boxes.map((b) => b.checked)).toEqual([true]);
  });
});

describe('a step of a process', () => {
  it('opens with nothing of what was thrown away', async () => {
    daemon({
      'GET /deals/{deal}/nodes': () => ({
        items: [{ id: 1, name: '按揭', state: 'open', by_hand: true, may: true, version: 1, due_date: null }],
      }),
    });
    page = await shown(ProcessTable, { deal: 3, project: 1 }, ['deal.process']);
    await press('跟进 按揭');
    await type('node-text', '丢掉的');
    await press('取消');
    await press('跟进 按揭');
    expect(typed('node-text')).toBe('');
  });
});

describe('the terms of a deal', () => {
  it('lead to the request for them, whoever asked', async () => {
    daemon({
      'GET /terms/{terms}': () => ({
        id: 2,
        approval_id: 77,
        steps: [],
        lines: [],
        attached: [],
        made_ms: 1,
        discount_bp: 0,
      }),
    });
    page = await shown(TermsPart, { deal: { terms_id: 2 } });
    expect(document.querySelector('a')?.getAttribute('href')).toBe('/requests?open=77&whose=all');
  });
});

describe('requests that wait', () => {
  it('answer for themselves: a decision that comes late is of the one it was made for', async () => {
    const late = later<unknown>();
    const request = (id: number) => ({
      id,
      task_id: id,
      version: 1,
      title: `请求${id}`,
      state: 'running',
      subject: 'x',
      object: 'unit:1',
      subject_name: '调价',
      values: [],
      events: [],
      steps: [],
      nodes: [],
    });
    daemon({
      'GET /my/approvals': () => ({ items: [request(1), request(2)] }),
      'GET /approvals/{approval}': ({ params }) => request(Number(params.path?.['approval'])),
      'POST /approval-tasks/{task}/decide': () => late.answer,
    });
    page = await shown(ApprovalPage);
    await press('同意A');
    document.getElementById('waits-2')?.click();
    await settled();
    late.give({ ...request(1), state: 'approved' });
    await settled();
    expect(document.querySelector('article h2')?.textContent).toBe('请求2');
  });
});

describe('choosing a customer', () => {
  it('shows what was found for what is typed, and waits for nothing when nothing is', async () => {
    const first = later<unknown>();
    const one = { id: 5, name: '陈', phones: [] };
    daemon({
      'GET /customers/{customer}': () => first.answer,
      'GET /customers/search': () => ({ items: [{ id: 6, name: '李', phones: [] }] }),
    });
    page = await shown(CustomerPick, { label: '客户', modelValue: 5 });
    const box = document.querySelector('input');
    if (!box) throw new Error('no box');
    box.id = 'pick';
    await type('pick', '李');
    first.give(one);
    await settled();
    expect([...document.querySelectorAll('li')].map((l) => l.textContent)).toEqual(['陈', '李']);
  });
});

describe('a visit', () => {
  it('asks how they heard of us after the one who is chosen now', async () => {
    const slow = later<unknown>();
    const visits = (project: number) => ({ items: [{ project_id: project, kind: 'visit' }] });
    daemon({
      'GET /customers/{customer}/visits': ({ params }) =>
        params.path?.['customer'] === 1 ? slow.answer : visits(99),
      'GET /customers/search': () => ({
        items: [1, 2].map((id) => ({
          id,
          name: `客户${id}`,
          class: 'potential',
          phones: [],
          visited_ms: null,
        })),
      }),
      'GET /consultants': () => ({ items: [] }),
      'GET /options': () => ({ items: [] }),
    });
    openRegister();
    page = await shown(RegisterDrawer);
    await type('v-phone', '1390001');
    await vi.waitFor(() => expect(document.querySelector('.hits')).not.toBeNull());
    const asks = (): boolean => (document.body.textContent ?? '').includes('认知途径');
    const entries = [...document.querySelectorAll<HTMLElement>('.hits button')];
    entries[0]?.click();
    entries[1]?.click();
    await settled();
    expect(asks()).toBe(true);
    slow.give(visits(1)); // that one has been here
    await settled();
    expect(asks()).toBe(true);
  });
});

describe('a step of a deal', () => {
  it('stands on the present price while other terms wait for their approval', async () => {
    const deal = {
      id: 1,
      unit_id: 2,
      unit: '1-101',
      version: 3,
      stage: 'B',
      total_fen: 100_00,
      plan_name: '一次性',
    };
    daemon({
      'GET /deals/{deal}': () => ({ ...deal, project_id: 1, customer_id: 5 }),
      'GET /projects/{project}/plans': () => ({ items: [{ id: 1, name: '按揭', enabled: true, lines: [] }] }),
      'GET /projects/{project}/discounts': () => ({ items: [] }),
      'POST /units/{unit}/quote': () => ({
        beyond: '',
        total_fen: 70_00,
        limit_bp: 0,
        steps: [],
        lines: [],
        attached: [],
      }),
      'POST /units/{unit}/terms': () => ({ id: 9, state: 'pending', total_fen: 70_00, plan_name: '按揭' }),
    });
    page = await shown(StepPanel, { id: 1, step: 'subscribe' });
    await press('另行报价');
    await vi.waitFor(() => expect(document.querySelector('.answer')?.textContent).toContain('70'));
    await press('保存为价格方案');
    expect(document.querySelector('.on')?.textContent).toMatch(/100.*一次性/u);
  });
});

describe('a draft of questions', () => {
  it('keeps what is typed while it is saved', async () => {
    const saved = later<unknown>();
    const draft = {
      id: 4,
      version: 1,
      title: '到访',
      stage: 'first_visit',
      state: 'draft',
      valid: { from: null, until: null },
      questions: [],
      from_id: null,
    };
    const asked = daemon({
      'GET /questionnaires/{questionnaire}': () => draft,
      'PATCH /questionnaires/{questionnaire}': () => saved.answer,
    });
    page = await shown(One, {}, [], {
      path: '/questionnaires/:questionnaire(\\d+)',
      at: '/questionnaires/4',
    });
    await type('q-title', '首访');
    await press('保存草稿');
    await type('q-title', '首访问卷');
    saved.give({ ...draft, version: 2, title: '首访' });
    await settled();
    expect(typed('q-title')).toBe('首访问卷');
    await press('保存草稿');
    expect(asked.filter((a) => a.method === 'PATCH').map((a) => a.body)).toMatchObject([
      { version: 1, title: '首访' },
      { version: 2, title: '首访问卷' },
    ]);
  });
});

describe('the order of discounts', () => {
  const rows = ['甲', '乙', '丙'].map((name, i) => ({
    id: i + 1,
    name,
    kind: 'regular',
    method: 'percent',
    value: 9900,
    units: [],
    version: 1,
    ordinal: i,
  }));
  const answers = {
    'GET /projects/{project}/discounts': () => ({ items: rows }),
    'GET /projects/{project}/discount-schemes': () => ({ items: [] }),
    'GET /projects/{project}/plans': () => ({ items: [] }),
    'POST /projects/{project}/discounts/example': () => refusal(422, 'fields.wrong'),
  };
  const up = (name: string): HTMLElement | null => document.querySelector(`[aria-label="“${name}”上移"]`);

  it('is changed in one write, and said to be so once it is', async () => {
    let refuse = true;
    const asked = daemon({
      ...answers,
      'PUT /projects/{project}/discounts/order': () =>
        refuse ? refusal(412, 'version.changed') : { items: rows },
    });
    page = await shown(DiscountTab, { project: 1 }, ['disclosure.edit']);
    up('丙')?.click();
    await settled();
    const said = (): string => document.querySelector('p[role=status]')?.textContent ?? '';
    expect(said()).toBe('');
    refuse = false;
    up('丙')?.click();
    await settled();
    expect(said()).toContain('丙');
    const writes = asked.filter((a) => a.method === 'PUT' || a.method === 'PATCH');
    expect(writes.map((a) => a.body)).toEqual(Array(2).fill({ seen: [1, 2, 3], order: [1, 3, 2] }));
  });

  it('has an example that says why there is none', async () => {
    const asked = daemon(answers);
    page = await shown(DiscountTab, { project: 1 }, ['disclosure.edit']);
    expect(asked.filter((a) => a.method === 'POST')).toEqual([]); // of nothing there is no example
    document.querySelector<HTMLElement>('.example input[type=checkbox]')?.click();
    await settled();
    expect(document.querySelector('.example')?.textContent).toContain('fields.wrong');
  });
});

describe('my sales', () => {
  it('are counted by the daemon, all of them', async () => {
    daemon({
      'GET /deals': () => ({ items: [], next: 'more' }),
      'GET /deals/figures': () => ({
        deals: 345,
        total_fen: 67_800_00,
        due_now_fen: 0,
        overdue: 0,
        soon: [],
      }),
      'GET /projects/{project}/states': () => ({ items: [] }),
    });
    page = await shown(Mine, {}, ['deal.view']);
    expect(document.querySelector('.figures')?.textContent).toMatch(/345.*67,800/u);
  });
});

describe('the settings for customers', () => {
  const rule = { project_id: 1, version: 1, reported_n: 3, reported_unit: 'days' };
  const stage = (name: string) => ({ stage: name, interval_hours: 24, need_next: true });
  const field = (label: string): string => {
    const found = document.querySelector<HTMLInputElement>(`[aria-label^="${label}"]`);
    if (found) found.id = `f-${label}`;
    return `f-${label}`;
  };

  it('say what was saved when a part is refused, and save the rest alone', async () => {
    let refuse = true;
    const asked = daemon({
      'GET /projects/{project}/customer-rules': () => rule,
      'PATCH /projects/{project}/customer-rules': () => ({ ...rule, version: 2, reported_n: 5 }),
      'GET /projects/{project}/follow-rules': () => ({ items: [stage('lead'), stage('visited')] }),
      'PUT /projects/{project}/follow-rules/{stage}': () =>
        refuse ? refusal(503, 'disk.full') : stage('lead'),
      'GET /working-days': () => ({ items: [] }),
    });
    page = await shown(Rules);
    await type('r-reported', '5');
    await type(field('线索'), '48');
    await press('保存');
    expect(document.body.textContent).toContain('已保存：保护期、公海和查重');
    refuse = false;
    await type('r-reported', '6');
    await type('r-reported', '5');
    await press('保存');
    expect(asked.filter((a) => a.method !== 'GET').map((a) => a.method)).toEqual(['PATCH', 'PUT', 'PUT']);
  });

  it('keep what is typed while they are saved', async () => {
    const saved = later<unknown>();
    const asked = daemon({
      'GET /projects/{project}/customer-rules': () => rule,
      'PATCH /projects/{project}/customer-rules': () => saved.answer,
      'GET /projects/{project}/follow-rules': () => ({ items: [] }),
      'GET /working-days': () => ({ items: [] }),
    });
    page = await shown(Rules);
    await type('r-reported', '5');
    await press('保存');
    await type('r-reported', '7');
    saved.give({ ...rule, version: 2, reported_n: 5 });
    await settled();
    expect(typed('r-reported')).toBe('7');
    await press('保存');
    expect(asked.filter((a) => a.method === 'PATCH').map((a) => a.body)).toEqual([
      { version: 1, reported_n: 5 },
      { version: 2, reported_n: 7 },
    ]);
  });
});
