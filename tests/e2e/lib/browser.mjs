// browser.mjs - one Chromium for a test file, people and kiosks in windows of their own.
//
// A window collects what no page may ever do (`page.faults`: errors, violations of the content policy, native
// dialogs, requests to other hosts); `whole()` fails when there is any. Pages are waited for by condition only.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { axe, clipped, launch, smallTargets } from '../../../kiosk-ui/tests/e2e/browser.mjs'
import { DEMO_PASSWORD } from '../../integration/lib/site.mjs'

export { axe, clipped, launch, smallTargets }

export const KIOSK = { width: 1080, height: 1920 }
export const DESK = { width: 1366, height: 768 }
export const PHONE = { width: 390, height: 844 }

/** The pages to test: those of the checkout, or a build of one's own. */
export const pages = (config = {}) =>
  process.env.ANCHANG_PAGES
    ? { ...config, storage: { pages: process.env.ANCHANG_PAGES, ...config.storage } }
    : config

const TIMEOUT_MS = 20_000
// What the browser says by itself of requests refused or cut: the tests stop daemons and provoke refusals.
const NETWORK = /Failed to load resource|ERR_[A-Z_]+|net::/

/** A window of its own: a context with one page. @options: width, height, lang, cookies, touch, clock. */
export async function openWindow(browser, site, path, options = {}) {
  const { width, height, lang = 'zh-CN', cookies = [], clock = false, ...more } = options
  const context = await browser.newContext({
    viewport: { width, height },
    locale: lang,
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    ...more,
  })
  if (cookies.length) await context.addCookies(cookies)
  const page = await context.newPage()
  page.setDefaultTimeout(TIMEOUT_MS)
  page.base = `http://127.0.0.1:${site.port}`
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    if (dialog.type() !== 'beforeunload') page.faults.push(`dialog: ${dialog.message()}`)
    dialog.accept().catch(() => undefined)
  })
  page.on('console', (message) => {
    const text = message.text()
    if (['error', 'warning'].includes(message.type()) && !NETWORK.test(text))
      page.faults.push(`console: ${text}`)
  })
  page.on('request', (request) => {
    const at = new URL(request.url())
    if (at.protocol.startsWith('http') && at.hostname !== '127.0.0.1')
      page.faults.push(`foreign request: ${request.url()}`)
  })
  if (clock) await page.clock.install()
  await page.goto(page.base + path)
  return page
}

export function whole(page) {
  assert.deepEqual(page.faults, [])
}

/** Ends a window; nothing may have gone wrong in it. */
export async function close(page) {
  whole(page)
  await page.unrouteAll({ behavior: 'wait' }) // an answer that is just being altered is not cut off
  await page.context().close()
}

/** Cookies of a logged-in client of the integration tests, for a window. */
export const cookiesOf = (client) =>
  [...client.jar].map(([name, value]) => ({ name, value, domain: '127.0.0.1', path: '/', httpOnly: true }))

const tongue = (lang) => ({ name: 'anchang_lang', value: lang, domain: '127.0.0.1', path: '/' })

/**
 * A test with windows of @browser() of its own: they are closed behind it, and when it fails and ANCHANG_SHOTS names a
 * folder, their pictures are kept there.
 */
export function browserTest(browser, name, options, run) {
  test(name, options, async (t) => {
    const before = new Set(browser().contexts())
    const own = () =>
      browser()
        .contexts()
        .filter((c) => !before.has(c))
    try {
      await run(t)
    } catch (error) {
      await tell(t, own())
      await keepPictures(own(), name)
      throw error
    } finally {
      await Promise.all(own().map((c) => c.close()))
    }
  })
}

/** What the pages of a failed test show: where a log is all there is, it is what tells why. */
async function tell(t, contexts) {
  for (const page of contexts.flatMap((c) => c.pages())) {
    const text = await page.evaluate(() => document.body.innerText.replace(/\s+/g, ' ')).catch((e) => e.message)
    t.diagnostic(`${page.url()}: ${text.slice(0, 2000)}`)
  }
}

async function keepPictures(contexts, name) {
  const folder = process.env.ANCHANG_SHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  const pages = contexts.flatMap((c) => c.pages())
  for (const [i, page] of pages.entries())
    await page.screenshot({ path: join(folder, `${name.slice(0, 40).replace(/\W+/g, '-')}-${i}.png`) }).catch(() => undefined)
}

// ---- the office

/** Fills in the log-in form and waits for the desk (or the change of a first password). */
export async function logIn(page, login, password = DEMO_PASSWORD) {
  await page.fill('#login-name', login)
  await page.fill('#login-password', password)
  await page.keyboard.press('Enter')
}

/** The office at an address, as @client is logged in (without one: the log-in). */
export async function office(browser, site, address = '/', { client, lang = 'zh-CN', ...more } = {}) {
  const cookies = [...(client ? cookiesOf(client) : []), tongue(lang)]
  const page = await openWindow(browser, site, `/office/#${address}`, { ...DESK, lang, cookies, ...more })
  await page.waitForSelector(client ? '.frame' : '#login-name')
  if (client?.session.rights.includes('chart.view')) await page.waitForSelector('.frame-top .project')
  return page
}

export const counter = (browser, site, { client, lang = 'zh-CN', ...more } = {}) =>
  openWindow(browser, site, '/counter/', {
    ...DESK,
    lang,
    cookies: [...(client ? cookiesOf(client) : []), tongue(lang)],
    ...more,
  })

/** Another address of the same office page, without loading it again. */
export async function visit(page, address) {
  await page.evaluate((a) => {
    location.hash = a
  }, address)
}

/** The screen of a menu entry is there when its heading says what the entry says, and it has loaded. */
export async function arrived(page, path) {
  await page.waitForFunction((p) => {
    const entry = document.querySelector(`.side-entry.active[href="#${p}"], .side-entry.active[href^="#${p}?"]`)
    if (p === '/') return entry && document.querySelector('.frame-screen h1')
    return entry && entry.textContent.trim() === document.querySelector('.frame-screen h1')?.textContent.trim()
  }, path)
  await page.waitForSelector('.frame-screen .skeleton', { state: 'detached' })
}

/** An exchange with the session and from the origin of a page; resolves with { status, body }. */
export function ask(page, path, { method = 'GET', body } = {}) {
  return page.evaluate(
    async ([p, m, b]) => {
      const headers = { 'X-Anchang': '1', 'Idempotency-Key': crypto.randomUUID().replaceAll('-', '') }
      if (b !== undefined) headers['Content-Type'] = 'application/json'
      const reply = await fetch(p, { method: m, headers, body: b === undefined ? undefined : JSON.stringify(b) })
      const text = await reply.text()
      return { status: reply.status, body: text === '' ? null : JSON.parse(text) }
    },
    [path, method, body],
  )
}

export const button = (page, name, root = page) => root.getByRole('button', { name, exact: true })
export const dialog = (page) => page.locator('.el-dialog:visible')
export const confirm = (page) => dialog(page).locator('button[type=submit]').click()

/** Chooses @option of an Element Plus select found by its label. */
export async function choose(page, label, option) {
  const select = page.getByRole('combobox', { name: label })
  await select.click({ force: true }) // where there is a placeholder it lies on the field
  const list = await select.getAttribute('aria-controls')
  await page.locator(`[id="${list}"] [role=option]`, { hasText: option }).first().click()
}

/** Hands on the keyboard only: keys one after the other, Tab to a selector, Tab to a button by its first words. */
export function keyboard(page) {
  const keys = async (...list) => {
    for (const key of list) await page.keyboard.press(key)
  }
  const seek = async (found, arg, what) => {
    for (let i = 0; i < 80; i++) {
      if (await page.evaluate(found, arg)) return
      await page.keyboard.press('Tab')
    }
    assert.fail(`${what} is not reached by Tab`)
  }
  const tabTo = (selector) => seek((s) => document.activeElement?.matches(s) ?? false, selector, selector)
  const press = async (words) => {
    await seek(
      (w) => document.activeElement?.matches('button, a') && document.activeElement.textContent.trim().startsWith(w),
      words,
      words,
    )
    await keys('Enter')
  }
  return { keys, tabTo, press, type: (text) => page.keyboard.type(text) }
}

/** Waits until @what, asked again and again, is true. */
export async function until(what, why, timeout = 10_000) {
  for (const end = performance.now() + timeout; ; ) {
    if (await what()) return
    assert.ok(performance.now() < end, `${why}: not within ${timeout} ms`)
    await new Promise((done) => setTimeout(done, 25))
  }
}

// ---- the kiosk

const BAR = ['back', 'home', 'search', 'compare', 'disclosure', 'display', 'language', 'call']
export const bar = (page, name) => page.locator('.bar .btn').nth(BAR.indexOf(name))

/** A kiosk that is a terminal already. */
export function kiosk(browser, site, terminal, { path = '/kiosk/', ...more } = {}) {
  return openWindow(browser, site, path, { ...KIOSK, cookies: cookiesOf(terminal), ...more })
}

/** Opens the tab of a class. */
export const openTab = (page, name) => page.locator('.class-tabs label', { hasText: name }).click()

/** Types on the page's own pad. */
export async function typePad(page, keys) {
  for (const key of keys)
    await page.locator('.pad .key', { hasText: new RegExp(`^\\s*${key === '-' ? '–' : key}\\s*$`) }).click()
}

/** Types a pairing code on the pad of a page that is no terminal yet. */
export async function pairOnPad(page, code) {
  await page.waitForSelector('.pairing .pad')
  await typePad(page, code.replace(/\D/g, ''))
  await page.locator('.pairing .primary').click()
  await page.waitForSelector('.attract')
}

/** The first touch; to the overview of the project. */
export async function wake(page) {
  await page.waitForSelector('.attract')
  await page.click('.attract')
  await page.waitForSelector('.overview-frame, .project')
  if (await page.locator('.project').count()) await page.locator('.project').first().click()
  await page.waitForSelector('.overview-frame')
}

/** From the overview into the first building (and stair) with something for sale. */
export async function openBuilding(page) {
  const rows = page.locator('.overview-table tbody tr')
  await rows.first().waitFor({ state: 'attached' })
  const free = await rows.evaluateAll((all) => all.findIndex((r) => r.querySelector('td').textContent !== '0'))
  await rows
    .nth(free)
    .locator('button')
    .evaluate((b) => b.click())
  await page.waitForSelector('.building [data-unit]')
  const tabs = page.locator('.building .tabs .btn')
  for (let i = 0; i < (await tabs.count()) && !(await page.locator('[data-unit].s0').count()); i++)
    await tabs.nth(i).click()
}

/** From the overview to the sheet of a unit for sale; resolves with its id. */
export async function openUnit(page, nth = 0) {
  await openBuilding(page)
  const cell = page.locator('[data-unit].s0').nth(nth)
  const id = Number(await cell.getAttribute('data-unit'))
  await cell.click()
  await page.waitForSelector('.unit-facts')
  return id
}
