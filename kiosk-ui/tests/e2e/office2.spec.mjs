// Import, structure, permits, disclosure, layouts, users, terminals, audit log, system and the counter in a real
// browser: BASE_URL=http://127.0.0.1:8080 node --test tests/e2e/office2.spec.mjs
//
// Works on the demo site (users control, manager, admin, cashier with OFFICE_PASSWORD) and makes projects, users
// and terminals of its own, so it can run again on the same site. SHOTS=<folder> keeps a picture of every screen.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { axe, launch } from './browser.mjs';

const BASE = process.env.BASE_URL ?? 'http://127.0.0.1:8080';
const PASSWORD = process.env.OFFICE_PASSWORD ?? 'anchang-demo';
const SHOTS = process.env.SHOTS;
const RUN = Date.now().toString(36);
const PROJECT = `测试楼盘 ${RUN}`;
const WRITE = { 'X-Anchang': '1', Origin: BASE };

let browser;
const contexts = new Map();
let project = 0;

before(async () => {
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  browser = await launch();
});
after(() => browser?.close());
// A page left open by a test that failed holds an event stream; a browser has six connections in all.
afterEach(async () => {
  for (const context of contexts.values()) for (const page of context.pages()) await page.close();
});

/** A page of this user; one log-in per user, for the daemon counts them. */
async function as(login, { lang = 'zh-CN', width = 1366, height = 768 } = {}) {
  if (!contexts.has(login)) {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const reply = await context.request.post(`${BASE}/api/v1/session`, {
      data: { login, password: PASSWORD },
      headers: WRITE,
    });
    assert.equal(reply.status(), 200, await reply.text());
    contexts.set(login, context);
  }
  const context = contexts.get(login);
  await context.addCookies([{ name: 'anchang_lang', value: lang, url: BASE }]);
  const page = await context.newPage();
  await page.setViewportSize({ width, height });
  page.setDefaultTimeout(15_000);
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  return page;
}
async function office(page, path) {
  const query = project ? `${path.includes('?') ? '&' : '?'}p=${project}` : '';
  await page.goto(`${BASE}/office/#${path}${query}`);
  await page.locator('main h1').first().waitFor();
}
async function done(page) {
  assert.deepEqual(page.faults, []);
  await page.close();
}
async function api(page, method, path, data, extra = {}) {
  const key = `e2e-${RUN}-${Math.random().toString(36).slice(2)}`;
  const reply = await page.context().request.fetch(`${BASE}${path}`, {
    method,
    data,
    headers: { ...WRITE, 'Idempotency-Key': key, ...extra },
  });
  const text = await reply.text();
  assert.ok(reply.ok(), `${method} ${path}: ${reply.status()} ${text}`);
  return text ? JSON.parse(text) : null;
}
const primary = (page) => page.locator('.bar .el-button--primary');
const drawerSave = (page) => page.locator('.el-drawer:visible .el-drawer__footer .el-button--primary');
const dialogGo = (page) => page.locator('.el-dialog:visible button[type=submit]');
async function choose(page, select, name) {
  await select.click();
  await page.locator('.el-select-dropdown__item:visible', { hasText: name }).first().click();
  await page.locator('.el-select-dropdown:visible').waitFor({ state: 'hidden' });
}

/** Gives every word that is still unknown the meaning 签约; an answered one leaves the list. */
async function answerWords(page) {
  const unknown = page.locator('tr.unknown');
  for (let left = await unknown.count(); left > 0; left = await unknown.count())
    await choose(page, unknown.first().locator('.el-select'), '签约');
}

test('a project is made and its settings saved; a figure out of range is stopped', async () => {
  const page = await as('control');
  await office(page, '/property');
  await page.locator('.page-head-actions .el-button', { hasText: '新建项目' }).click();
  await page.fill('#pn', PROJECT);
  await dialogGo(page).click();
  await page.locator('.settings').waitFor();
  project = (await api(page, 'GET', '/api/v1/projects')).items.find((p) => p.name === PROJECT).id;

  await page.fill('#s-commercial_rate_ppm', '3.05');
  await page.fill('#s-down_bp', '30.001');
  assert.ok(await page.locator('.settings button[type=submit]').isDisabled());
  await page.fill('#s-down_bp', '25');
  await page.fill('#s-developer', '测试置业有限公司');
  await page.locator('.settings button[type=submit]').click();
  await page.locator('.el-message', { hasText: '设置已保存' }).waitFor();
  const saved = await api(page, 'GET', `/api/v1/projects/${project}`);
  assert.equal(saved.commercial_rate_ppm, 30_500);
  assert.equal(saved.down_bp, 2500);

  // Something typed and not saved is not lost by a click in the menu.
  await page.fill('#s-city', '某市');
  await page.locator('nav a', { hasText: '许可证' }).click();
  await page.locator('.el-message-box').waitFor();
  await page.locator('.el-message-box__btns .el-button').first().click();
  assert.equal(await page.inputValue('#s-city'), '某市');
  await page.locator('.buttons .el-button', { hasText: '撤销修改' }).click();
  await done(page);
});

const LIST = [
  '楼栋,单元,楼层,房号,用途,建筑面积,套内面积,单价,总价,状态',
  '9栋,一单元,1,101,住宅,100.00,80.00,20000,2000000,在售',
  '9栋,一单元,1,102,住宅,100.00,80.00,20000,2000000,在售',
  `9栋,一单元,2,201,住宅,100.00,80.00,20000,2000000,已挂牌待定${RUN}`,
  '9栋,一单元,,202,住宅,100.00,80.00,20000,2100000,已签预售合同',
  '9栋,一单元,2,201,住宅,100.00,80.00,20000,2000000,在售',
].join('\r\n');

test('a list is imported: unknown words are asked, rows that repeat skipped, all or none, back keeps everything', async () => {
  const page = await as('control');
  await office(page, '/import');
  await page.setInputFiles('input[type=file]', { name: '旧表.xls', mimeType: 'x', buffer: Buffer.from('x') });
  await page.locator('.fault', { hasText: 'XLSX' }).waitFor();
  await page.setInputFiles('input[type=file]', {
    name: `e2e-${RUN}.csv`,
    mimeType: 'text/csv',
    buffer: Buffer.from(LIST),
  });
  await page.locator('.drop', { hasText: 'UTF-8' }).waitFor();
  await primary(page).click();

  const total = page.locator('tr', { hasText: '总价' }).locator('.el-select');
  await total.waitFor();
  await choose(page, total, '不导入');
  await page.locator('.steps button').first().click();
  await primary(page).click();
  assert.match(await page.locator('tr', { hasText: '总价' }).locator('.el-select').innerText(), /不导入/);
  await choose(page, page.locator('tr', { hasText: '总价' }).locator('.el-select'), '总价');
  await primary(page).click();

  const unknown = page.locator('tr.unknown', { hasText: '已挂牌待定' });
  await unknown.waitFor();
  await choose(page, unknown.locator('.el-select'), '销控');
  await answerWords(page);
  await primary(page).click();

  await page.locator('.problems > li').first().waitFor();
  assert.ok(await primary(page).isDisabled(), 'nothing is imported before every class is decided');
  for (const li of await page.locator('.problems > li').all()) {
    const twice = (await li.innerText()).includes('重复');
    await li
      .locator('.el-radio')
      .nth(twice ? 1 : 2)
      .click();
  }
  const floor = page.locator('.value .el-input input');
  await page.waitForTimeout(300);
  if (await floor.count()) await floor.first().fill('2');
  await page.waitForFunction(() => !document.querySelector('.bar .el-button--primary')?.disabled);
  if (SHOTS) await page.screenshot({ path: join(SHOTS, 'import-check.png') });
  await primary(page).click();
  await page.locator('.done').waitFor();
  const units = await api(page, 'GET', `/api/v1/projects/${project}/units`);
  assert.equal(units.total, Number(/\d+/.exec(await page.locator('.done h2').innerText())[0]));
  assert.ok(units.total === 4 || units.total === 3);
  assert.deepEqual(
    [...new Set(units.items.map((u) => u.state))].filter((s) => s === 'A'),
    [],
    'nothing is on sale unreleased',
  );
  await done(page);
});

test('a floor × room sheet is confirmed on the grid and imported', async () => {
  const page = await as('control');
  await office(page, '/import');
  const rows = ['5栋 销控表,,,', '楼层,01,02,'];
  for (const f of [3, 2, 1]) rows.push(`${f}F,${f}01,${f}02,`, ',88.50,92.00,', ',在售,已签预售合同,');
  await page.setInputFiles('input[type=file]', {
    name: '5栋.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(rows.join('\n')),
  });
  await page.locator('.drop.small').waitFor();
  await page.locator('.el-radio', { hasText: '销控表' }).click();
  await primary(page).click();
  await page.locator('.matrix').waitFor();
  const set = async (name, value) => {
    const input = page
      .locator(`.matrix [aria-label="${name}"] input, .matrix input[aria-label="${name}"]`)
      .first();
    await input.fill(String(value));
    await input.press('Tab');
  };
  await page.locator('.matrix input[aria-label="楼栋名称"]').fill('5栋');
  const field = (name) => page.locator('.matrix label.field', { hasText: name });
  await set('房号行', 2);
  await choose(page, field('楼层列').locator('.el-select'), /^A$/);
  await choose(page, field('首个房号列').locator('.el-select'), /^B$/);
  await choose(page, field('末个房号列').locator('.el-select'), /^C$/);
  await set('首个楼层行', 3);
  await set('末个楼层行', 11);
  await set('每层占几行', 3);
  for (const [i, name] of ['房号', '建筑面积', '状态'].entries())
    await choose(page, page.locator('.sub').nth(i).locator('.el-select'), name);
  await primary(page).click();
  await page.locator('.words .tables').waitFor();
  await answerWords(page);
  await primary(page).click();
  await page.locator('.figures').waitFor();
  for (const li of await page.locator('.problems > li').all()) await li.locator('.el-radio').last().click();
  await page.waitForFunction(() => !document.querySelector('.bar .el-button--primary')?.disabled);
  await primary(page).click();
  await page.locator('.done h2', { hasText: '6' }).waitFor();
  await done(page);
});

test('a building without 4, 13 and 14 is drawn, made and filled; a second run adds nothing; it cannot be deleted', async () => {
  const page = await as('control');
  await office(page, '/property');
  await page.locator('.page-head-actions .el-button--primary').click();
  await page.fill('#bn', '12栋');
  await page.fill('#bs', '一单元，二单元');
  await page.locator('.el-drawer:visible .presets button', { hasText: '4 13 14' }).first().click();
  assert.equal(await page.locator('.drawing .floor').count(), 15);
  await drawerSave(page).click();
  await page.locator('.pane h2', { hasText: '12栋' }).waitFor();
  const generate = async () => {
    await page.locator('.building .el-button').click();
    const preview = page.waitForResponse((r) => r.url().endsWith('/generate') && r.ok());
    await preview;
    await page.locator('.preview .big').waitFor();
  };
  await generate();
  assert.equal(await page.locator('.preview .big').innerText(), '120');
  await drawerSave(page).click();
  await page.locator('.el-message', { hasText: '120' }).waitFor();
  await page.locator('.el-drawer:visible').waitFor({ state: 'hidden' });
  await generate();
  await page.locator('.preview', { hasText: '不会重复生成' }).waitFor();
  assert.ok(await drawerSave(page).isDisabled());
  await page.keyboard.press('Escape');
  await page.locator('.el-drawer:visible').waitFor({ state: 'hidden' });
  await page.locator('.pane-actions button', { hasText: '删除' }).click();
  await dialogGo(page).click();
  await page.locator('.el-dialog:visible .problem-list li').first().waitFor();
  await page.locator('.el-dialog:visible .el-button', { hasText: '取消' }).click();
  await done(page);
});

test('a permit flags a count that differs, and says what revoking closes', async () => {
  const page = await as('control');
  await office(page, '/permits');
  await page.locator('.page-head-actions .el-button--primary').click();
  await page.fill('#p-number', `测售许字 ${RUN}`);
  const issued = page.locator('.el-drawer:visible .el-date-editor input').first();
  await issued.fill('2026-06-18');
  await issued.press('Enter');
  await page.locator('.el-drawer:visible .el-input-number input').fill('119');
  await page.locator('.el-drawer:visible .buildings .el-checkbox', { hasText: '12栋' }).click();
  await page.locator('.sum.gap', { hasText: '120' }).waitFor();
  await drawerSave(page).click();
  const card = page.locator('.permits li', { hasText: RUN });
  await card.locator('.gap', { hasText: '多 1 套' }).waitFor();
  await card.locator('.danger').click();
  await page.locator('.el-dialog:visible', { hasText: '120' }).waitFor();
  assert.ok(await dialogGo(page).isDisabled(), 'a reason is needed');
  await page.fill('#revoke-reason', '测试');
  await dialogGo(page).click();
  await card.locator('.mark', { hasText: '已撤销' }).waitFor();
  await done(page);
});

test('disclosure: what is missing stands first, an agency fee is always voluntary', async () => {
  const page = await as('control');
  await office(page, '/disclosure');
  const missing = page.locator('.group.missing tbody tr');
  await missing.first().waitFor();
  const count = await missing.count();
  await missing.filter({ hasText: '容积率' }).locator('button').last().click();
  await page.fill('#d-value', '2.5');
  await drawerSave(page).click();
  await page.locator('.group.filled tr', { hasText: '容积率' }).waitFor();
  assert.equal(await missing.count(), count - 1);
  await page.locator('.el-tabs__item', { hasText: '代收' }).click();
  await page.locator('.el-button:visible', { hasText: '添加代收代办' }).click();
  await page.fill('#fee-name', '不动产登记代办');
  await page.fill('#fee-standard', '200 元/套');
  await drawerSave(page).click();
  await page.locator('tr:visible', { hasText: '不动产登记代办' }).filter({ hasText: '自愿' }).waitFor();
  await done(page);
});

// 1 × 1 px
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

test('a layout gets its plan and its units', async () => {
  const page = await as('control');
  await office(page, '/layouts');
  await page.locator('.page-head-actions .el-button--primary').click();
  await page.fill('#l-name', `户型 ${RUN}`);
  await page
    .locator('.el-drawer:visible input[type=file]')
    .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: PNG });
  await page.locator('.el-drawer:visible .wrong', { hasText: 'PDF' }).waitFor();
  await page
    .locator('.el-drawer:visible input[type=file]')
    .setInputFiles({ name: 'plan.png', mimeType: 'image/png', buffer: PNG });
  await page.locator('.el-drawer:visible .shown').waitFor();
  await drawerSave(page).click();
  const card = page.locator('.cards li', { hasText: RUN });
  await card.locator('img').waitFor();
  await card.locator('button', { hasText: '指定房源' }).click();
  await choose(page, page.locator('.picker .el-select'), '12栋');
  await page.locator('.row.all .el-checkbox', { hasText: '120' }).click();
  await page.locator('.count', { hasText: '120' }).waitFor();
  await drawerSave(page).click();
  await card.locator('p', { hasText: '120 套在用' }).waitFor();
  await done(page);
});

test('a user is made with a first password shown once, then disabled; built-in posts are read only', async () => {
  const page = await as('admin');
  await office(page, '/users');
  await page.locator('.tools .el-button--primary:visible').click();
  await page.fill('#u-name', '测试员');
  await page.fill('#u-login', `t${RUN}`);
  await choose(page, page.locator('.el-drawer:visible .el-select'), '客服').catch(() => undefined);
  await page
    .locator('.el-drawer:visible .el-drawer__title, .el-drawer:visible [role=heading]')
    .first()
    .click();
  await drawerSave(page).click();
  const secret = await page.locator('.el-dialog:visible .secret').innerText();
  assert.ok(secret.length >= 10);
  await page.locator('.el-dialog:visible .el-button--primary').click();
  const row = page.locator('tr', { hasText: `t${RUN}` });
  await row.locator('.mark', { hasText: '待改初始密码' }).waitFor();
  await row.locator('button', { hasText: '停用' }).click();
  await dialogGo(page).click();
  await row.locator('.mark', { hasText: '已停用' }).waitFor();
  await page.locator('.el-tabs__item', { hasText: '岗位' }).click();
  await page.locator('tr:visible', { hasText: '置业顾问' }).locator('button', { hasText: '查看' }).click();
  assert.ok(await drawerSave(page).isDisabled());
  await done(page);
});

test('a terminal is paired by code, calls, is answered at the counter, and loses access when revoked', async () => {
  const page = await as('control');
  await office(page, '/terminals');
  await page.locator('.page-head-actions .el-button--primary').click();
  await page.fill('#t-name', `终端 ${RUN}`);
  await choose(page, page.locator('.el-drawer:visible .el-select').last(), '全部项目');
  await drawerSave(page).click();
  const digits = page.locator('.digits');
  await digits.waitFor();
  const code = await digits.getAttribute('aria-label');
  await page.locator('.left', { hasText: /[0-9]:[0-9]{2}/ }).waitFor();
  const machine = await browser.newContext();
  const paired = await machine.request.post(`${BASE}/api/v1/terminal/pair`, {
    data: { code },
    headers: WRITE,
  });
  assert.equal(paired.status(), 200, await paired.text());
  const call = await machine.request.post(`${BASE}/api/v1/terminal/call`, {
    data: { reason: 'help' },
    headers: { ...WRITE, 'Idempotency-Key': `call-${RUN}` },
  });
  assert.equal(call.status(), 201, await call.text());

  const counter = await as('cashier');
  await counter.goto(`${BASE}/counter/`);
  const mine = counter.locator('.calls li', { hasText: RUN });
  await mine.waitFor();
  assert.ok((await counter.title()).startsWith('('), 'the window title counts the calls');
  const open = await counter.locator('.calls li').count();
  for (let i = 0; i < open + 1 && (await mine.count()); i += 1) {
    await counter.keyboard.press('F8');
    await counter.waitForTimeout(500);
  }
  assert.equal(await mine.count(), 0);
  await done(counter);

  await page.keyboard.press('Escape');
  await page.locator('tr', { hasText: RUN }).locator('button').click();
  await dialogGo(page).click();
  await page.locator('.old', { hasText: '已停用' }).waitFor();
  const gone = await machine.request.get(`${BASE}/api/v1/public/projects`);
  assert.equal(gone.status(), 401);
  await machine.close();
  await done(page);
});

test('the counter finds a unit without a mouse and never scrolls', async () => {
  const page = await as('cashier');
  await page.goto(`${BASE}/counter/`);
  await page.locator('.unit .price').waitFor();
  await page.keyboard.type('1');
  await page.locator('#c-hits li').first().waitFor();
  const first = await page.locator('.number').innerText();
  await page.keyboard.press('ArrowDown');
  if ((await page.locator('#c-hits li').count()) > 1)
    assert.notEqual(await page.locator('.number').innerText(), first);
  await page.keyboard.press('F1');
  await page.locator('[role=dialog]').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.equal(await page.inputValue('#c-find'), '');
  assert.ok(await page.locator('.honest').isVisible());
  for (const [width, height] of [
    [1366, 768],
    [1920, 1080],
  ]) {
    await page.setViewportSize({ width, height });
    const over = await page.evaluate(() => [
      document.documentElement.scrollWidth - innerWidth,
      document.documentElement.scrollHeight - innerHeight,
    ]);
    assert.deepEqual(over, [0, 0], `${width} × ${height}`);
  }
  await done(page);
});

test('the log keeps its filter in the address, opens an entry and checks its chain', async () => {
  const page = await as('admin');
  await page.goto(`${BASE}/office/#/audit`);
  await page.locator('tbody tr').first().waitFor();
  await page.locator('input[aria-label="操作人"]').fill('control');
  await page.locator('.filters button[type=submit]').click();
  await page.waitForFunction(() => location.hash.includes('actor=control'));
  await page.reload();
  await page.locator('tbody tr').first().waitFor();
  assert.equal(await page.inputValue('input[aria-label="操作人"]'), 'control');
  await page.locator('tbody tr').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('.el-drawer:visible code').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.page-head-actions .el-button', { hasText: '校验日志' }).click();
  await page.locator('.verdict', { hasText: '日志完整' }).waitFor();
  await done(page);
});

const SCREENS = [
  ['control', '/import'],
  ['control', '/property'],
  ['control', '/property?tab=settings'],
  ['control', '/permits'],
  ['control', '/disclosure'],
  ['control', '/disclosure?tab=fees'],
  ['control', '/disclosure?tab=discounts'],
  ['control', '/layouts'],
  ['control', '/terminals'],
  ['control', '/system'],
  ['admin', '/users'],
  ['admin', '/users?tab=posts'],
  ['admin', '/users?tab=matrix'],
  ['admin', '/audit'],
];

for (const lang of ['zh-CN', 'en']) {
  test(`axe finds nothing on any screen, nothing sticks out (${lang})`, async () => {
    const found = [];
    for (const [login, path] of SCREENS) {
      const page = await as(login, { lang });
      await office(page, path);
      await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined);
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `${path.replace(/\W+/g, '-')}.${lang}.png`) });
      for (const v of await axe(page)) found.push(`${path}: ${v}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) found.push(`${path}: ${over} px too wide`);
      await done(page);
    }
    const page = await as('cashier', { lang });
    await page.goto(`${BASE}/counter/`);
    await page.locator('.unit .price').waitFor();
    if (SHOTS) await page.screenshot({ path: join(SHOTS, `counter.${lang}.png`) });
    for (const v of await axe(page)) found.push(`counter: ${v}`);
    await done(page);
    assert.deepEqual(found, []);
  });
}
