// The office in a real browser: BASE_URL=http://127.0.0.1:8080 node --test tests/e2e/office.spec.mjs
//
// The daemon must be a demo site (or give other people in CONTROLLER, MANAGER, ADMIN and PASSWORD): a project
// with a live publication, available and sold units in one building. What a test changes it puts back, but for
// one more publication in the ledger. SHOTS=<folder> keeps a picture of every screen.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, launch, open } from './browser.mjs';

const BASE = process.env.BASE_URL ?? 'http://127.0.0.1:8080';
const SHOTS = process.env.SHOTS;
const CONTROLLER = process.env.CONTROLLER ?? 'control';
const MANAGER = process.env.MANAGER ?? 'manager';
const ADMIN = process.env.ADMIN ?? 'admin';
const PASSWORD = process.env.PASSWORD ?? 'anchang-demo';
const SIZE = { width: 1366, height: 768 };
const LIVE_MS = 1_000; // SC-06

let browser;
before(async () => {
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  browser = await launch();
});
after(() => browser?.close());

const shot = (page, name) => (SHOTS ? page.screenshot({ path: join(SHOTS, `office-${name}.png`) }) : null);

/** The office in a language; `address` is what stands behind the #. */
async function office(address = '/', { lang = 'zh-CN', cookies = [] } = {}) {
  const tongue = { name: 'anchang_lang', value: lang, url: BASE };
  const page = await open(browser, `${BASE}/office/#${address}`, {
    ...SIZE,
    lang,
    cookies: [...cookies, tongue],
  });
  page.setDefaultTimeout(10_000);
  return page;
}

const sessions = new Map();
/** One session per person for the whole run: log-ins are slow on purpose, and the daemon counts them. */
async function keep(login, page) {
  const cookies = await page.context().cookies();
  sessions.set(
    login,
    cookies.filter((c) => c.name !== 'anchang_lang'),
  );
}

async function logIn(page, login) {
  await page.waitForSelector('#login-name');
  await page.fill('#login-name', login);
  await page.fill('#login-password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.frame, .problem');
  assert.equal(await page.locator('.problem').count(), 0, await page.locator('.login').allTextContents());
  await keep(login, page);
}

/** The office at an address, as a person; logs in when that person has no session yet. */
async function as(login, address, lang = 'zh-CN') {
  if (!sessions.has(login)) {
    const page = await office('/login');
    await logIn(page, login);
    await page.context().close();
  }
  return office(address, { lang, cookies: sessions.get(login) });
}

async function done(page) {
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

/** What the daemon itself says, with the session of a page. */
const ask = (page, path) => page.evaluate(async (p) => (await fetch(p)).json(), path);
const cell = (page, id) => page.locator(`.cell[data-id="${id}"]`);

/** A building with at least two units for sale and one sold, and those units. */
async function somewhere(page) {
  const { items } = await ask(page, '/api/v1/projects');
  const project = items.find((p) => p.live_number !== null && p.units > 0);
  assert.ok(project, 'a project with a live publication');
  const chart = await ask(page, `/api/v1/projects/${project.id}/chart`);
  for (const b of chart.buildings) {
    const of = (letters) => b.units.filter((u) => letters.includes(u[5]) && (u[17] & 0x3ff) === 0);
    const [free, sold] = [of('A'), b.units.filter((u) => 'CFDT'.includes(u[5]))];
    if (free.length >= 2 && sold.length >= 1)
      return {
        project: project.id,
        building: b.id,
        units: b.units.length,
        free: free.map((u) => u[0]),
        sold: sold[0][0],
      };
  }
  return assert.fail('no building with units for sale and sold ones');
}

async function openBuilding(login, lang) {
  const page = await as(login, '/', lang);
  await page.waitForSelector('.frame');
  const place = await somewhere(page);
  await page.goto(`${BASE}/office/#/chart/${place.building}?p=${place.project}&stair=all`);
  await page.waitForSelector('.cell');
  return { page, place };
}

test('log-in: a wrong password is said in words, a right one opens the desk', async () => {
  const page = await office('/login');
  await page.fill('#login-name', CONTROLLER);
  await page.fill('#login-password', 'not the password');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.problem');
  assert.match(await page.textContent('.problem'), /密码/);
  assert.equal(await page.inputValue('#login-password'), '');
  assert.equal(await page.inputValue('#login-name'), CONTROLLER);
  await shot(page, 'login');
  assert.deepEqual(await axe(page), []);
  await page.fill('#login-password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.frame');
  await keep(CONTROLLER, page);
  await done(page);
});

test('a screen asked for without a session opens after log-in', async () => {
  const page = await office('/publications');
  await logIn(page, MANAGER);
  await page.waitForFunction(() => location.hash.startsWith('#/publications'));
  await done(page);
});

test('a session that has ended asks to log in again, and says so', async () => {
  const page = await office('/');
  await logIn(page, ADMIN);
  const kept = sessions.get(ADMIN);
  await page.context().clearCookies({ name: 'anchang_session' });
  await page.locator('.side-entry[href^="#/users"]').click();
  await page.waitForSelector('.login-note');
  assert.match(await page.textContent('.login-note'), /重新登录/);
  sessions.set(ADMIN, kept);
  await done(page);
});

test('the menu is made of rights (PA-12)', async () => {
  const admin = await as(ADMIN, '/');
  await admin.waitForSelector('.side-entry');
  const entries = await admin
    .locator('.side-entry')
    .evaluateAll((all) => all.map((a) => a.getAttribute('href').replace(/\?.*/, '')));
  assert.deepEqual(entries, ['#/', '#/users', '#/terminals', '#/audit', '#/system']);
  await admin.goto(`${BASE}/office/#/chart`);
  await admin.waitForFunction(() => location.hash.includes('denied=chart'));
  await done(admin);
});

test('the chart shows every unit once, and its numbers are those of the daemon', async () => {
  const { page, place } = await openBuilding(CONTROLLER);
  assert.equal(await page.locator('.cell').count(), place.units);
  const chart = await ask(page, `/api/v1/projects/${place.project}/chart`);
  const b = chart.buildings.find((x) => x.id === place.building);
  const legend = await page
    .locator('.entry')
    .evaluateAll((all) => all.map((e) => Number(e.querySelector('b').textContent.replace(/,/g, ''))));
  assert.equal(
    legend.reduce((n, x) => n + x, 0),
    b.units.length,
  );
  await page.locator('.entry').first().click();
  const kept = await page.locator('.cell:not(.faded)').count();
  assert.equal(kept, legend[0]);
  assert.equal(await page.locator('.cell').count(), place.units, 'filtered units keep their place');
  await shot(page, 'chart');
  await done(page);
});

test('the keyboard alone selects and opens', async () => {
  const { page } = await openBuilding(CONTROLLER);
  await page.locator('.cell[tabindex="0"]').focus();
  await page.keyboard.press('Space');
  assert.equal(await page.locator('.cell.picked').count(), 1);
  await page.keyboard.press('Shift+ArrowDown');
  assert.ok((await page.locator('.cell.picked').count()) >= 2);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('.cell.picked').count(), 0);
  await page.keyboard.press('?');
  await page.waitForSelector('.keys');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.keys', { state: 'hidden' });
  await page.locator('.cell[tabindex="0"]').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.unit h1');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.unit h1', { state: 'hidden' });
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'combobox');
  await done(page);
});

test('a hold is on every open chart within a second; a batch with one that refuses changes nothing', async () => {
  const { page, place } = await openBuilding(CONTROLLER);
  const other = (await openBuilding(MANAGER)).page;
  const [a, b] = place.free;

  // One sold unit among them: the daemon refuses all and names it.
  await cell(page, a).click();
  await cell(page, b).click({ modifiers: ['Control'] });
  await cell(page, place.sold).click({ modifiers: ['Control'] });
  const hold = page.locator('.action-bar button', { hasText: '销控' }).first();
  await hold.click();
  await page.fill('.el-dialog textarea', '带看保留');
  await page.locator('.el-dialog button[type=submit]').click();
  await page.waitForSelector('.el-dialog .problem');
  assert.equal(await page.locator('.el-dialog .problem li').count(), 1);
  await shot(page, 'refused');
  assert.deepEqual(await axe(page), []);
  const before = await ask(page, `/api/v1/units/${a}`);
  assert.equal(before.state, 'A');

  // Leave it out and go on with the two.
  await page.locator('.el-dialog .problem button').click();
  await page.locator('.el-dialog button[type=submit]').click();
  await page.waitForSelector('.el-dialog', { state: 'hidden' });
  const seen = Date.now();
  await other.waitForFunction(
    (id) => document.querySelector(`.cell[data-id="${id}"] i`)?.textContent === '控',
    a,
    { timeout: LIVE_MS + 500 },
  );
  assert.ok(Date.now() - seen <= LIVE_MS, `${Date.now() - seen} ms`);
  await page.waitForFunction(
    (id) => document.querySelector(`.cell[data-id="${id}"] i`)?.textContent === '控',
    b,
  );
  assert.equal(await page.locator('.cell.picked').count(), 0);

  // The sheet tells who and why; then the hold is ended again.
  await cell(page, a).dblclick();
  await page.waitForSelector('.hold');
  assert.match(await page.textContent('.hold'), /带看保留/);
  await shot(page, 'unit');
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.unit h1', { state: 'hidden' });
  await page.keyboard.press('Escape');
  await cell(page, a).click();
  await cell(page, b).click({ modifiers: ['Control'] });
  await page.locator('.action-bar button', { hasText: '解控' }).click();
  await page.locator('.el-dialog button[type=submit]').click();
  await page.waitForFunction(
    (id) => document.querySelector(`.cell[data-id="${id}"] .cell-top i`) === null,
    b,
  );
  await done(other);
  await done(page);
});

test('somebody else saves first: nothing is overwritten', async () => {
  const { page, place } = await openBuilding(CONTROLLER);
  const id = place.free[0];
  await page.goto(`${BASE}/office/#/units/${id}?p=${place.project}`);
  await page.waitForSelector('.unit h1');
  await page.locator('.part-head .el-button').first().click();
  const note = page.locator('input[maxlength="200"]').first();
  const was = await note.inputValue();
  await note.fill(`${was}甲`);
  const version = (await ask(page, `/api/v1/units/${id}`)).version;
  const other = await page.evaluate(
    async ([unit, v, orientation]) => {
      const reply = await fetch(`/api/v1/units/${unit}`, {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/json', 'X-Anchang': '1' },
        body: JSON.stringify({ version: v, model_room: orientation }),
      });
      return reply.status;
    },
    [id, version, true],
  );
  assert.equal(other, 200);
  await page.waitForSelector('.outdated');
  await page.locator('.part button[type=submit]').click();
  await page.waitForSelector('.part .problem');
  await page.locator('.part .problem button').first().click();
  await page.waitForSelector('.outdated', { state: 'hidden' });
  assert.equal(await note.inputValue(), `${was}甲`);
  await page.locator('.part button[type=submit]').click();
  await page.waitForSelector('.facts.two');
  const after = await ask(page, `/api/v1/units/${id}`);
  assert.equal(after.display_note, `${was}甲`);
  assert.equal(after.model_room, true);
  const back = await page.evaluate(
    async ([unit, v, text]) =>
      (
        await fetch(`/api/v1/units/${unit}`, {
          method: 'PATCH',
          headers: { 'Content-Type': 'application/json', 'X-Anchang': '1' },
          body: JSON.stringify({ version: v, model_room: false, display_note: text }),
        })
      ).status,
    [id, after.version, was],
  );
  assert.equal(back, 200);
  await done(page);
});

test('a publication: draft, check, submit; not approved by its author; approved by another; replayed', async () => {
  const page = await as(CONTROLLER, '/publications');
  await page.waitForSelector('.now-card');
  const { project } = await somewhere(page);
  await page.goto(`${BASE}/office/#/publications?p=${project}`);
  await page.waitForSelector('.data-table-scroll');
  const list = await ask(page, `/api/v1/projects/${project}/publications`);
  const left = list.items.find((p) => p.state === 'draft' || p.state === 'submitted');
  if (left) {
    await page.goto(`${BASE}/office/#/publications/${left.id}?p=${project}`);
    await page.locator('button', { hasText: '撤回' }).click();
    await page.locator('.el-dialog button[type=submit]').click();
    await page.waitForSelector('.el-dialog', { state: 'hidden' });
    await page.goto(`${BASE}/office/#/publications?p=${project}`);
  }
  await page.locator('button:not([disabled])', { hasText: '编制新发布' }).click();
  await page.locator('.el-dialog input').fill('端到端检验');
  await page.locator('.el-dialog button[type=submit]').click();
  await page.waitForFunction(() => /#\/publications\/\d+/.test(location.hash));
  await page.waitForSelector('.ok');
  const id = Number(/publications\/(\d+)/.exec(page.url())[1]);
  await shot(page, 'publication');
  assert.deepEqual(await axe(page), []);
  await page.locator('button:not([disabled])', { hasText: '提交审批' }).click();
  await page.locator('.el-dialog button[type=submit]').click();
  await page.waitForSelector('.mark.wait');
  assert.equal(await page.locator('button', { hasText: '批准并公示' }).count(), 0);
  await done(page);

  const boss = await as(MANAGER, `/publications/${id}?p=${project}`);
  await boss.locator('button', { hasText: '批准并公示' }).click();
  await boss.locator('.el-dialog button[type=submit]').click();
  await boss.waitForSelector('.mark.live');
  const now = await ask(boss, `/api/v1/publications/${id}`);
  assert.equal(now.state, 'live');
  assert.notEqual(now.author, now.approver);
  await boss.goto(`${BASE}/office/#/publications/${id}/replay?p=${project}`);
  await boss.waitForSelector('.replay h1');
  assert.match(await boss.textContent('.replay-head'), new RegExp(now.hash));
  await boss.locator('.tree .node').nth(1).click();
  await boss.waitForSelector('.cell');
  await shot(boss, 'replay');
  await done(boss);
});

test('who wrote it may not approve it, and is told so', async () => {
  const page = await as(MANAGER, '/publications');
  await page.waitForSelector('.now-card');
  const { project } = await somewhere(page);
  await page.goto(`${BASE}/office/#/publications?p=${project}`);
  await page.locator('button:not([disabled])', { hasText: '编制新发布' }).click();
  await page.locator('.el-dialog button[type=submit]').click();
  await page.waitForSelector('.ok');
  await page.locator('button:not([disabled])', { hasText: '提交审批' }).click();
  await page.locator('.el-dialog button[type=submit]').click();
  await page.waitForSelector('.notice');
  assert.match(await page.textContent('.notice'), /另一位/);
  assert.equal(await page.locator('button', { hasText: '批准并公示' }).count(), 0);
  await page.locator('button', { hasText: '撤回' }).click();
  await page.locator('.el-dialog button[type=submit]').click();
  await page.waitForSelector('.el-dialog', { state: 'hidden' });
  await done(page);
});

for (const lang of ['zh-CN', 'en']) {
  test(`every screen is accessible and without faults (${lang})`, async () => {
    const page = await as(MANAGER, '/', lang);
    await page.waitForSelector('.frame');
    const place = await somewhere(page);
    const { items } = await ask(page, `/api/v1/projects/${place.project}/publications`);
    const live = items.find((p) => p.state === 'live');
    const screens = {
      home: ['/', '.stack'],
      overview: ['/chart', '.overview-canvas'],
      building: [`/chart/${place.building}`, '.cell'],
      unit: [`/units/${place.free[0]}`, '.unit h1'],
      publications: ['/publications', '.data-table-scroll'],
      publication: [`/publications/${live.id}`, '.sheet'],
      replay: [`/publications/${live.id}/replay`, '.overview-canvas'],
      stock: ['/report', 'tfoot'],
      check: ['/disclosure-check', '.ok, .missing'],
    };
    for (const [name, [address, there]] of Object.entries(screens)) {
      await page.goto(`${BASE}/office/#${address}?p=${place.project}`);
      await page.waitForSelector(there);
      await shot(page, `${name}-${lang}`);
      assert.deepEqual(await axe(page), [], name);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${name} sticks out by ${wide} px`);
    }
    await done(page);
  });
}
