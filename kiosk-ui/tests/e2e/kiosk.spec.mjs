// The kiosk in a real browser: BASE_URL=http://127.0.0.1:8080 node --test tests/e2e/kiosk.spec.mjs
//
// The daemon must have one project with a live publication that holds available units, and this browser must be
// a terminal: give its cookie in TERMINAL_COOKIE (the value of anchang_terminal), or a fresh pairing code in
// PAIRING_CODE. SHOTS=<folder> keeps a picture of every screen.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, clipped, launch, open, smallTargets } from './browser.mjs';

const BASE = process.env.BASE_URL ?? 'http://127.0.0.1:8080';
const SHOTS = process.env.SHOTS;
const PORTRAIT = { width: 1080, height: 1920 };
const SIZES = [PORTRAIT, { width: 1920, height: 1080 }, { width: 1366, height: 768 }];
const BAR = { back: 0, home: 1, search: 2, compare: 3, disclosure: 4, display: 5, language: 6, call: 7 };

let browser;
let cookies = [];

before(async () => {
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  browser = await launch();
  const url = new URL(BASE);
  if (process.env.TERMINAL_COOKIE) {
    cookies = [
      { name: 'anchang_terminal', value: process.env.TERMINAL_COOKIE, domain: url.hostname, path: '/' },
    ];
  } else if (process.env.PAIRING_CODE) {
    const page = await open(browser, `${BASE}/kiosk/`, PORTRAIT);
    await page.waitForSelector('.pairing');
    for (const digit of process.env.PAIRING_CODE.replace(/\D/g, '')) {
      await page.locator('.pad-keys .key', { hasText: new RegExp(`^\\s*${digit}\\s*$`) }).click();
    }
    await page.locator('.pairing .primary').click();
    await page.waitForSelector('.attract');
    cookies = await page.context().cookies();
    await page.context().close();
  }
});
after(() => browser?.close());

const kiosk = (size = PORTRAIT, query = '') => open(browser, `${BASE}/kiosk/${query}`, { ...size, cookies });
const bar = (page, name) => page.locator('.bar .btn').nth(BAR[name]);

async function wake(page) {
  await page.waitForSelector('.attract');
  await page.click('.attract');
  if (await page.locator('.project').count()) await page.locator('.project').first().click();
  await page.waitForSelector('.overview-frame');
}

/** A building that has a unit for sale, opened. */
async function openBuilding(page) {
  const rows = page.locator('.overview-table tbody tr');
  for (let i = 0; i < (await rows.count()); i += 1) {
    if ((await rows.nth(i).locator('td').first().textContent()) === '0') continue;
    await rows
      .nth(i)
      .locator('button')
      .evaluate((button) => button.click());
    break;
  }
  await page.waitForSelector('.building [data-unit]');
  // A building shown stair by stair: the first stair with something for sale.
  const tabs = page.locator('.tabs .btn');
  for (let i = 0; i < (await tabs.count()); i += 1) {
    if (await page.locator('[data-unit].s0').count()) break;
    await tabs.nth(i).click();
  }
}

async function openUnit(page) {
  await openBuilding(page);
  const cell = page.locator('[data-unit].s0').first();
  const id = await cell.getAttribute('data-unit');
  await cell.click();
  await page.waitForSelector('.unit-facts');
  return id;
}

async function look(page, name) {
  assert.deepEqual(await axe(page), [], `${name}: accessibility`);
  assert.deepEqual(await clipped(page), [], `${name}: nothing cut off`);
  assert.deepEqual(await smallTargets(page), [], `${name}: large enough to touch`);
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** Every screen in turn. */
async function walk(page, tag, english) {
  await page.waitForSelector('.attract');
  await look(page, `${tag}-attract`);
  await wake(page);
  if (english) await bar(page, 'language').click();
  await page.waitForFunction((want) => document.documentElement.lang === want, english ? 'en' : 'zh-CN');
  await look(page, `${tag}-overview`);
  await openBuilding(page);
  await look(page, `${tag}-building`);
  await bar(page, 'home').click();
  await openUnit(page);
  await page.waitForFunction(
    () => !document.querySelector('.estimate') || document.querySelector('.estimate dl, .problem'),
  );
  await look(page, `${tag}-unit`);
  await page.locator('.unit-keys .btn').nth(1).click();
  await page.waitForSelector('.take-text');
  await look(page, `${tag}-take`);
  await page.locator('.sheet header .btn').click();
  await page.locator('.unit-keys .btn').nth(0).click();
  await bar(page, 'compare').click();
  await page.waitForSelector('.compare table');
  await look(page, `${tag}-compare`);
  await bar(page, 'search').click();
  await page.locator('.pad-keys .key').first().click();
  await look(page, `${tag}-search`);
  await bar(page, 'disclosure').click();
  for (let i = 0; i < 5; i += 1) {
    await page.locator('.tabs .btn').nth(i).click();
    await look(page, `${tag}-disclosure-${i}`);
  }
  assert.deepEqual(page.faults, []);
}

for (const size of SIZES) {
  for (const english of [false, true]) {
    const tag = `${size.width}-${english ? 'en' : 'zh'}`;
    test(`every screen is accessible and whole: ${tag}`, async () => {
      const page = await kiosk(size);
      await walk(page, tag, english);
      await page.context().close();
    });
  }
}

test('large text, high contrast, reach and the clear palette together', async () => {
  const page = await kiosk();
  await wake(page);
  await bar(page, 'display').click();
  for (let i = 0; i < 3; i += 1) await page.locator('.flag').nth(i).click();
  await page.locator('.sheet .segments label').nth(1).click();
  await look(page, 'modes-display');
  await page.locator('.sheet header .btn').click();
  await look(page, 'modes-overview');
  await openBuilding(page);
  await look(page, 'modes-building');
  await page.context().close();
});

test('at 200 % nothing overlaps and the complaint phone stays', async () => {
  const page = await kiosk({ width: 540, height: 960 });
  await wake(page);
  await look(page, 'zoom-overview');
  await openUnit(page);
  await look(page, 'zoom-unit');
  assert.ok(await page.locator('.strip-phone').isVisible());
  await page.context().close();
});

test('the first touch only wakes; three more lead to a price', async () => {
  const page = await kiosk();
  await page.waitForSelector('.attract');
  await page.mouse.click(540, 900);
  await page.waitForSelector('.overview-frame, .projects');
  assert.equal(await page.locator('.building').count(), 0);
  if (await page.locator('.project').count()) await page.locator('.project').first().click();
  await page.waitForSelector('.overview-frame');
  await openUnit(page);
  assert.match(await page.locator('.unit-price .hero').textContent(), /\d/);
  await page.context().close();
});

test('every mandated item of a unit is shown', async () => {
  const page = await kiosk();
  await wake(page);
  await openUnit(page);
  const names = await page.locator('.unit-facts dt').allTextContents();
  for (const part of [
    '房号',
    '楼层',
    '户型',
    '层高',
    '建筑面积',
    '套内建筑面积',
    '分摊共有建筑面积',
    '销售状态',
    '单价',
    '总价',
    '许可证',
  ]) {
    assert.ok(
      names.some((name) => name.includes(part)),
      `${part} is missing`,
    );
  }
  await page.context().close();
});

test('the permit, the version and the complaint phone are on every screen', async () => {
  const page = await kiosk();
  const strip = async (name) => {
    const text = await page.locator('.strip').innerText();
    assert.match(text, /第 \d+ 版/, name);
    assert.match(text, /许可证/, name);
    assert.match(text, /价格举报/, name);
  };
  await page.waitForSelector('.strip-phone');
  await strip('attract');
  await wake(page);
  await strip('overview');
  await openUnit(page);
  await strip('unit');
  for (const name of ['search', 'compare', 'disclosure']) {
    await bar(page, name).click();
    await strip(name);
  }
  await page.context().close();
});

test('the grid can be walked with arrow keys and one tab stop', async () => {
  const page = await kiosk();
  await wake(page);
  await openBuilding(page);
  assert.equal(await page.locator('[data-unit][tabindex="0"]').count(), 1);
  await page.locator('[data-unit][tabindex="0"]').focus();
  const from = await page.evaluate(() => document.activeElement.dataset.unit);
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction((id) => document.activeElement.dataset.unit !== id, from);
  assert.equal(await page.locator('[data-unit][tabindex="0"]').count(), 1);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.unit-facts');
  await page.context().close();
});

test('nobody there: a countdown, then nothing of the visitor is left', async () => {
  const context = await browser.newContext({ viewport: PORTRAIT, locale: 'zh-CN', reducedMotion: 'reduce' });
  if (cookies.length) await context.addCookies(cookies);
  const own = await context.newPage();
  await own.clock.install();
  await own.goto(`${BASE}/kiosk/`);
  await wake(own);
  await bar(own, 'language').click();
  await own.waitForFunction(() => document.documentElement.lang === 'en');
  const id = await openUnit(own);
  await own.locator('.unit-keys .btn').nth(0).click();
  await own.clock.runFor(76_000);
  await own.waitForSelector('.idle-box');
  assert.deepEqual(await axe(own), []);
  await own.locator('.idle-box .primary').click();
  await own.waitForSelector('.idle-box', { state: 'detached' });
  assert.ok(await own.locator('.unit-facts').isVisible(), 'going on stays where the visitor was');
  await own.clock.runFor(96_000);
  await own.waitForSelector('.attract');
  const left = await own.evaluate(() => ({
    lang: document.documentElement.lang,
    units: document.querySelectorAll('[data-unit], .unit-facts, .compare').length,
    stored: window.localStorage.length + window.sessionStorage.length,
    address: location.search + location.hash,
  }));
  assert.deepEqual(left, { lang: 'zh-CN', units: 0, stored: 0, address: '' });
  await wake(own);
  await bar(own, 'compare').click();
  assert.equal(await own.locator('.compare table').count(), 0, `unit ${id} is still compared`);
  await context.close();
});

test('long presses, pinches and selections do nothing', async () => {
  const page = await kiosk();
  await wake(page);
  const stopped = await page.evaluate(() => {
    const fire = (name) => !document.body.dispatchEvent(new Event(name, { bubbles: true, cancelable: true }));
    return [fire('contextmenu'), fire('selectstart'), fire('dragstart')];
  });
  assert.deepEqual(stopped, [true, true, true]);
  await page.context().close();
});

test('calling staff says so only after the daemon has taken the call', async () => {
  const page = await kiosk();
  await wake(page);
  await page.route('**/api/v1/terminal/call', (route) => route.abort());
  await bar(page, 'call').click();
  await page.waitForSelector('.call-text:has-text("没有通知到")');
  await page.unroute('**/api/v1/terminal/call');
  await page.locator('.sheet footer .btn').first().click();
  await page.waitForSelector('.call-text:has-text("已通知")');
  await page.context().close();
});

test('the wall is dark, fills the screen and turns by itself', async () => {
  const page = await kiosk({ width: 1920, height: 1080 }, '?screen=1');
  await page.waitForSelector('.wall-frame canvas');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await look(page, 'wall');
  await page.context().close();
});
