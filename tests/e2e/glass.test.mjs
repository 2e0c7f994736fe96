// glass.test.mjs - what the glass does by itself: nobody is there, the line, the site or its right to show anything is
// gone, a wall that goes round.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { occupy } from '../integration/lib/site.mjs'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

const IDLE_S = 75
const WARN_S = 20
const PEOPLE = ['admin', 'manager', 'control', 'sales']

let stage
let terminal
before(async () => {
  stage = await Stage.open({ config: { site: { 'public-address': 'https://sale.example.cn' } }, people: PEOPLE })
  terminal = await stage.terminal({ name: '大堂左侧' })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const kiosk = (options) => b.kiosk(stage.browser, stage.site, terminal, options)
const phoneShown = (page) => page.locator('.strip-phone').isVisible()

/** Time passes at the glass, with somebody there: nothing is wiped. */
async function pass(page, seconds) {
  for (let left = seconds; left > 0; left -= 60) {
    await page.clock.fastForward(Math.min(60, left) * 1000)
    await page.keyboard.press('Shift')
  }
}

test('nobody there: a countdown, and then nothing of the visitor is left', async () => {
  const page = await kiosk({ clock: true })
  const steps = await page.evaluate(() => history.length)
  await b.wake(page)
  await b.bar(page, 'language').click()
  await page.waitForFunction(() => document.documentElement.lang === 'en')
  await b.bar(page, 'display').click()
  for (let i = 0; i < 3; i++) await page.locator('.flag').nth(i).click()
  await page.locator('.sheet .segments label').nth(1).click()
  await page.locator('.sheet header .btn').click()
  await b.openTab(page, 'Apartment')
  await page.locator('.legend-item').first().click()
  const id = await b.openUnit(page)
  const room = (await terminal.get(`/api/v1/public/units/${id}`)).path
  await page.locator('.unit-keys .btn').first().click()

  await page.clock.runFor(IDLE_S * 1000 + 1500)
  await page.waitForSelector('.idle-box')
  const count = Number(await page.textContent('.idle-count'))
  assert.ok(count <= WARN_S && count > WARN_S - 5, `${count} s`)
  await page.clock.runFor(3000)
  assert.ok(Number(await page.textContent('.idle-count')) < count, 'it counts down')
  await page.locator('.idle-box .primary').click()
  await page.waitForSelector('.idle-box', { state: 'detached' })
  assert.ok(await page.locator('.unit-facts').isVisible(), 'going on stays where the visitor was')

  await page.clock.runFor((IDLE_S + WARN_S) * 1000 + 1500)
  await page.waitForSelector('.attract')
  await page.waitForFunction(() => document.documentElement.lang === 'zh-CN')
  const left = await page.evaluate(async () => ({
    modes: Object.keys(document.documentElement.dataset),
    dialogs: document.querySelectorAll('dialog[open], .sheet, .idle-box').length,
    units: document.querySelectorAll('[data-unit], .unit-facts, .compare, .filters').length,
    stored: localStorage.length + sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    cookie: document.cookie,
    address: location.pathname + location.search + location.hash,
    steps: history.length,
  }))
  assert.deepEqual(left, {
    modes: [],
    dialogs: 0,
    units: 0,
    stored: 0,
    databases: 0,
    caches: 0,
    cookie: '',
    address: '/kiosk/',
    steps, // nothing to go back to
  })
  assert.ok(!(await page.content()).includes(room), 'the unit is nowhere in the document')
  await b.wake(page)
  assert.equal(await page.locator('.legend-item[aria-pressed=true]').count(), 0, 'no filter')
  assert.ok(await page.locator('.class-tabs input').first().isChecked(), 'the first tab')
  assert.equal(await page.locator('.filter-bar .btn.quiet').count(), 0)
  await b.bar(page, 'compare').click()
  assert.equal(await page.locator('.compare table').count(), 0, 'nothing to compare')
  await b.close(page)
})

test('the daemon goes: reconnecting, stale, too old; it comes back: live by itself', async () => {
  const page = await kiosk({ clock: true })
  await b.wake(page)
  await b.openUnit(page)
  await page.waitForSelector('.strip.live')
  const port = stage.site.port
  await stage.site.stop()
  await page.clock.runFor(2000)
  await page.waitForSelector('.strip.reconnecting')
  assert.match(await page.textContent('.strip'), /正在重连/)
  await b.bar(page, 'back').click()
  await page.waitForSelector('.building [data-unit]') // what is there can be looked at
  await pass(page, 130)
  await page.waitForSelector('.strip.stale')
  assert.match(await page.textContent('.strip'), /信息截至 .*以柜台为准/)
  await pass(page, 1800)
  await page.waitForSelector('.strip.tooOld')
  await page.waitForSelector('.notice h1:has-text("已过时")')
  assert.equal(await page.locator('[data-unit], .unit-price').count(), 0, 'nothing that may be wrong is shown')
  assert.ok(await phoneShown(page))
  assert.match(await page.textContent('.notice .facts'), /售楼处电话\s*0000-12345678\s*价格举报\s*12345/)
  await b.bar(page, 'disclosure').click() // what the law wants displayed stays
  await page.waitForSelector('.disclosure')
  await b.bar(page, 'home').click()

  stage.site.settings.listen.port = port
  stage.site.configure()
  await stage.site.start()
  await b.until(async () => {
    await page.clock.runFor(1000)
    return page.locator('.strip.live').count()
  }, 'live again by itself', 30_000)
  // the stopped clock may have run past the idle limit while the daemon started: then the attract screen is up
  await page.waitForSelector('.overview-frame, .attract')
  await b.close(page)
  await stage.logIn(PEOPLE) // sessions of people end with the daemon; a terminal stays one
})

test('a wall goes round class after class', async () => {
  const screen = await stage.terminal({ kind: 'screen', name: '轮播屏' })
  const page = await kiosk({ cookies: b.cookiesOf(screen), clock: true })
  await page.waitForSelector('.wall .wall-frame canvas')
  for (const cls of ['住宅', '商铺', '公寓', '车位', '住宅']) {
    await page.waitForSelector(`.wall-head p:has-text("${cls}")`)
    await page.clock.runFor(12_000)
  }
  await b.close(page)
})

test('a wall shows its screen by itself, after the daemon was killed and after its box started anew (SC-25)', async () => {
  const screen = await stage.terminal({ kind: 'screen', name: '大屏' })
  const options = { cookies: b.cookiesOf(screen) }
  const page = await kiosk(options)
  const shows = (cls) => page.locator(`.wall-head p:has-text("${cls}")`).count()
  const free = async () => Number(/\d+/.exec(await page.locator('.legend-item').first().textContent())[0])
  await page.waitForSelector('.wall .wall-frame canvas')
  const { settings } = stage.site
  settings.listen = { ...settings.listen, port: stage.site.port } // the box knows one address
  stage.site.configure()
  await page.waitForSelector('.strip.live')
  await b.until(() => shows('住宅'), 'the homes do not come', 90_000) // the wall goes round meanwhile
  const before = await free()
  assert.ok(before > 0)
  await stage.site.kill() // as a power cut does it: nobody says goodbye
  await page.waitForSelector('.strip.reconnecting')
  await stage.site.start()
  await stage.logIn(PEOPLE)
  const [unit] = (await w.internalUnits(stage.people.control, stage.project)).filter((u) => u.state === 'A' && u.class === 'home')
  await w.hold(stage.people.control, stage.project, [unit])
  await page.waitForSelector('.strip.live') // nobody touched it
  await b.until(
    async () => (await shows('住宅')) && (await free()) === before - 1,
    'what is lost since then is still free on the wall',
    90_000, // a whole round of the classes
  )
  await page.reload()
  await page.waitForSelector('.wall .wall-frame canvas')
  await b.close(page)
  const next = await kiosk(options)
  await next.waitForSelector('.wall .wall-frame canvas')
  await b.close(next)
})

test('a daemon that cannot write to its database still shows the chart, and does not call it live', async () => {
  const page = await kiosk()
  await b.wake(page)
  await page.waitForSelector('.strip.live')
  const stranger = occupy(join(stage.site.state, 'anchang.db'))
  await stranger.locked
  await page.waitForSelector('.strip.reconnecting', { timeout: 30_000 })
  await b.openUnit(page) // the last approved chart is still served
  assert.equal(await page.locator('.strip.live').count(), 0)
  stranger.end()
  await stranger.gone
  await page.waitForSelector('.strip.live')
  await b.close(page)
})

test('a stale sheet stamps its price and makes no code to take away', async () => {
  const page = await kiosk({ clock: true })
  await b.wake(page)
  await b.openUnit(page)
  await page.waitForSelector('.strip.live')
  const offline = page.context()
  await offline.setOffline(true)
  await pass(page, 140)
  await page.waitForSelector('.strip.stale')
  assert.match(await page.textContent('.unit-price'), /以柜台为准/)
  await page.locator('.unit-keys .primary').click()
  await page.waitForSelector('.take :text("暂不生成二维码")')
  assert.equal(await page.locator('.take-code').count(), 0)
  await offline.setOffline(false)
  await b.close(page)
})

test('the manager closes the exhibition and opens it again', async () => {
  const page = await kiosk()
  await b.wake(page)
  await b.openBuilding(page)
  const set = async (closed) => {
    const { manager } = stage.people
    const { version } = await manager.get(`/api/v1/projects/${stage.project}`)
    await manager.post(`/api/v1/projects/${stage.project}/closing`, { version, closed }, 200)
  }
  await set(true)
  await page.waitForSelector('.notice h1:has-text("闭展")')
  assert.equal(await page.locator('[data-unit]').count(), 0)
  assert.ok(await phoneShown(page))
  await set(false)
  await page.waitForSelector('.notice', { state: 'detached' })
  await b.close(page)
})

test('a machine that is no terminal any more asks for a code', async () => {
  const other = await stage.terminal({ name: '被收回' })
  const page = await b.kiosk(stage.browser, stage.site, other)
  await b.wake(page)
  await stage.people.admin.delete(`/api/v1/terminals/${other.session.terminal.id}`)
  await page.waitForSelector('.pairing .pad')
  assert.equal(await page.locator('[data-unit], .overview-frame, .attract').count(), 0)
  await b.typePad(page, '1234567')
  assert.ok(await page.locator('.pairing .primary').isDisabled())
  await b.typePad(page, '89') // one more than a code has: not typed
  assert.equal((await page.textContent('.pairing-code')).replace(/\s/g, ''), '12345678')
  await b.button(page, '退格').click()
  assert.equal((await page.textContent('.pairing-code')).replace(/\s/g, ''), '1234567·')
  await b.typePad(page, '8')
  await page.locator('.pairing .primary').click()
  await page.waitForSelector('.pairing .problem')
  await b.close(page)
})
