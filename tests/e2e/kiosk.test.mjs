// kiosk.test.mjs - what a visitor can do at the glass, what is left behind, and what the glass shows when the line,
// the site or the machine's right to show anything is gone.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { csvOf, HEAD, madeList } from '../integration/lib/lists.mjs'
import * as w from '../integration/lib/walk.mjs'
import { occupy, scratch } from '../integration/lib/site.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

const IDLE_S = 75
const WARN_S = 20
const PEOPLE = ['admin', 'manager', 'control', 'sales']
const PUBLIC = 'https://sale.example.cn'

let stage
let terminal
before(async () => {
  stage = await Stage.open({
    config: { site: { 'public-address': PUBLIC } },
    people: PEOPLE,
  })
  terminal = await stage.terminal({ name: '大堂左侧' })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const kiosk = (options) => b.kiosk(stage.browser, stage.site, terminal, options)
const phoneShown = (page) => page.locator('.strip-phone').isVisible()
const language = (page) => page.evaluate(() => document.documentElement.lang)
const focused = (page) => page.evaluate(() => Number(document.activeElement.dataset.unit))

/** Time passes at the glass, with somebody there: nothing is wiped. */
async function pass(page, seconds) {
  for (let left = seconds; left > 0; left -= 60) {
    await page.clock.fastForward(Math.min(60, left) * 1000)
    await page.keyboard.press('Shift')
  }
}

test('the first touch only wakes; the picture of all buildings opens the one that is touched', async () => {
  const page = await kiosk()
  await page.waitForSelector('.attract')
  await page.waitForSelector('.strip-phone') // comes with the disclosure, right after the chart
  assert.match(await page.textContent('.attract-law'), /\d{3,}/)
  await page.mouse.click(540, 900)
  await page.waitForSelector('.overview-frame canvas')
  assert.equal(await page.locator('.building').count(), 0)
  // Touch the picture from left to right until a building answers.
  const box = await page.locator('.overview-frame canvas').boundingBox()
  for (let x = 0.04; x < 1 && (await page.locator('.overview-frame').count()); x += 0.08)
    await page.mouse.click(box.x + box.width * x, box.y + box.height * 0.5)
  await page.waitForSelector('.building [data-unit]')
  await b.close(page)
})

test('a unit that is lost is outlined on the picture of all buildings, for a moment', async () => {
  const page = await kiosk()
  await b.wake(page)
  const picture = () => page.evaluate(() => document.querySelector('.overview-frame canvas').toDataURL())
  const change = async (from, why) => {
    await b.until(async () => (await picture()) !== from, why)
    return picture()
  }
  const before = await picture()
  const free = (await w.internalUnits(stage.people.control, stage.project)).filter((u) => u.state === 'A' && u.class === 'home')
  await w.hold(stage.people.control, stage.project, [free.at(-1)])
  const outlined = await change(before, 'the unit is painted as lost')
  assert.notEqual(await change(outlined, 'the outline goes'), before)
  await b.close(page)
})

test('keys alone lead from the grid to a unit; it has one tab stop', async () => {
  const page = await kiosk()
  await b.wake(page)
  await b.openBuilding(page)
  const stop = page.locator('[data-unit][tabindex="0"]')
  assert.equal(await stop.count(), 1)
  await stop.focus()
  for (const key of ['ArrowDown', 'ArrowRight', 'End', 'Home', 'ArrowUp']) {
    const from = await focused(page)
    await page.keyboard.press(key)
    if (key === 'ArrowDown' || key === 'ArrowRight')
      await page.waitForFunction((id) => Number(document.activeElement.dataset.unit) !== id, from)
    assert.equal(await stop.count(), 1, key)
    assert.equal(Number(await stop.getAttribute('data-unit')), await focused(page), key)
  }
  await page.keyboard.press('Enter')
  await page.waitForSelector('.unit-facts')
  await b.close(page)
})

test('a unit, its estimate, two of them compared, and what must be disclosed within two touches', async () => {
  const page = await kiosk()
  await b.wake(page)
  const first = await b.openUnit(page)
  const unit = await terminal.get(`/api/v1/public/units/${first}`)
  const yuan = Math.floor(unit.total_fen / 100).toLocaleString('en')
  assert.match(await page.textContent('.unit-price'), new RegExp(yuan), 'the exact price')
  const facts = await page.textContent('.unit-facts')
  for (const part of [unit.room, (unit.gross_area / 100).toFixed(2), (unit.inner_area / 100).toFixed(2), unit.permit])
    assert.ok(facts.includes(part), `${part} is missing`)
  const down = page.locator('.estimate .lead dd').first()
  await down.waitFor()
  const was = await down.textContent()
  await page.locator('.estimate .segments').first().locator('label').last().click()
  await page.waitForFunction((t) => document.querySelector('.estimate .lead dd').textContent !== t, was)
  assert.ok(await phoneShown(page))

  await page.locator('.unit-keys .btn').first().click()
  await b.bar(page, 'back').click()
  await page.locator('[data-unit].s0').nth(1).click()
  await page.waitForSelector('.unit-facts')
  await page.locator('.unit-keys .btn').first().click()
  await b.bar(page, 'compare').click()
  await page.waitForSelector('.compare thead th >> nth=1')
  assert.ok(await phoneShown(page))

  await b.bar(page, 'home').click()
  await b.bar(page, 'disclosure').click() // one touch from anywhere, the second to any part
  for (const part of ['项目信息', '许可与监管账户', '收费公示', '优惠及条件', '户型']) {
    await b.button(page, part).click()
    assert.ok((await page.textContent('.disclosure')).trim().length > 0, part)
    assert.ok(await phoneShown(page), part)
  }
  await b.button(page, '许可与监管账户').click()
  assert.ok((await page.textContent('.disclosure')).includes(unit.permit))
  await b.close(page)
})

test('a low screen shows the whole of a unit at once, the longest estimate with it', async () => {
  for (const lang of ['zh-CN', 'en']) {
    const page = await kiosk(b.DESK)
    await b.wake(page)
    if (lang === 'en') await b.bar(page, 'language').click()
    await b.openUnit(page)
    await page.locator('.estimate .segments').nth(2).locator('label').last().click()
    await page.locator('.estimate .segments').nth(3).locator('label').last().click() // a first and a last month
    await page.waitForFunction(() => document.querySelectorAll('.estimate dl > div').length === 6)
    const over = await page.locator('.unit.scroll').evaluate((el) => el.scrollHeight - el.clientHeight)
    assert.equal(over, 0, `${lang}: ${over} px below the fold`)
    assert.deepEqual(await b.clipped(page), [], lang)
    await b.close(page)
  }
})

test('a unit is found by its number on the pad', async () => {
  const page = await kiosk()
  await b.wake(page)
  const unit = await terminal.get(`/api/v1/public/units/${await b.openUnit(page)}`)
  await b.bar(page, 'search').click()
  assert.ok(await phoneShown(page))
  await b.typePad(page, '9999999')
  await page.waitForSelector('.search-hits :text("没有找到")')
  await b.button(page, '退格').click()
  assert.equal((await page.textContent('.search-box')).trim(), '999999')
  for (let i = 0; i < 6; i++) await b.button(page, '退格').click()
  await b.typePad(page, unit.room.replace(/\D/g, ''))
  await page.locator('.hit', { hasText: unit.room }).first().click()
  await page.waitForSelector('.unit-facts')
  assert.match(await page.textContent('.unit-name h1'), new RegExp(unit.room))
  await b.close(page)
})

test('filters fade what does not fit, count what does, and say so when nothing does', async () => {
  const page = await kiosk()
  await b.wake(page)
  await b.openBuilding(page)
  const all = await page.locator('[data-unit]').count()
  const entry = page.locator('.legend-item').first()
  const shown = Number((await entry.locator('b').textContent()).replace(/,/g, ''))
  await entry.click()
  await page.waitForSelector('[data-unit].faded')
  assert.equal(await page.locator('[data-unit]').count(), all, 'nothing moves')
  assert.ok((await page.locator('[data-unit]:not(.faded)').count()) <= shown)
  await entry.click()
  await page.waitForSelector('[data-unit].faded', { state: 'detached' })

  await page.locator('.filter-bar .btn').first().click()
  const show = page.locator('.sheet footer .primary')
  const left = async () => Number((await show.innerText()).replace(/\D/g, ''))
  // The smallest area for the highest price: there is no such thing.
  const chips = page.locator('.filters section').filter({ hasText: '建筑面积' }).locator('.btn')
  const prices = page.locator('.filters section').filter({ hasText: '总价' }).locator('.btn')
  await chips.first().click()
  assert.ok((await left()) > 0)
  for (let i = (await prices.count()) - 1; (await left()) > 0 && i > 0; i--) {
    await prices.nth(i).click()
    if (await left()) await prices.nth(i).click()
  }
  assert.equal(await left(), 0)
  await show.click()
  await page.waitForSelector('.nothing')
  await page.locator('.nothing .btn').click()
  await page.waitForSelector('.nothing', { state: 'detached' })
  assert.equal(await page.locator('[data-unit].faded').count(), 0)
  await b.close(page)
})

test('language, palette, large text, high contrast and reach mode', async () => {
  const page = await kiosk()
  await b.wake(page)
  const root = () => page.evaluate(() => ({ ...document.documentElement.dataset }))
  const textSize = () => page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('.stage h1')).fontSize))
  const before = await textSize()
  await b.bar(page, 'language').click()
  await page.waitForFunction(() => document.documentElement.lang === 'en')
  await page.waitForSelector('h1:has-text("building")')
  await b.bar(page, 'language').click()
  await b.bar(page, 'display').click()
  for (let i = 0; i < 3; i++) await page.locator('.flag').nth(i).click()
  await page.locator('.sheet .segments label').nth(1).click()
  await page.locator('.sheet header .btn').click()
  assert.deepEqual(Object.keys(await root()).sort(), ['contrast', 'large', 'reach'])
  assert.ok((await textSize()) > before)
  const main = await page.locator('.stage').boundingBox()
  assert.ok(main.y >= b.KIOSK.height * 0.3, 'reach mode moves all that is touched to the lower part')
  assert.deepEqual(await b.clipped(page), [])
  await b.openBuilding(page)
  const fill = await page.locator('[data-unit].s0').first().evaluate((c) => getComputedStyle(c).backgroundColor)
  assert.equal(fill, 'rgb(166, 229, 154)', 'the clear palette')
  assert.deepEqual(await b.clipped(page), [])
  assert.ok(await phoneShown(page))
  await b.close(page)
})

test('at 200 % nothing is cut off and the complaint phone stays on every screen', async () => {
  const page = await kiosk({ width: 540, height: 960 })
  const look = async (name) => {
    assert.ok(await phoneShown(page), `${name}: complaint phone`)
    assert.deepEqual(await b.clipped(page), [], name)
  }
  await page.waitForSelector('.strip-phone')
  await look('attract')
  await b.wake(page)
  await look('overview')
  await b.openUnit(page)
  await look('unit')
  for (const name of ['search', 'compare', 'disclosure']) {
    await b.bar(page, name).click()
    await look(name)
  }
  await b.close(page)
})

test('staff are called: the desk hears it, the visitor is told only when the daemon has it', async () => {
  const page = await kiosk()
  const desk = await b.office(stage.browser, stage.site, '/', { client: stage.people.sales })
  await desk.waitForSelector('.bell')
  assert.equal(await desk.locator('.bell.calling').count(), 0)
  await b.wake(page)
  let go
  const held = new Promise((done) => (go = done))
  await page.route('**/api/v1/terminal/call', async (route) => {
    await held
    await route.continue()
  })
  await b.bar(page, 'call').click()
  await page.waitForSelector('.call-text:has-text("正在通知")')
  assert.doesNotMatch(await page.textContent('.kiosk'), /已通知/)
  assert.equal(await desk.locator('.bell.calling').count(), 0)
  go()
  await page.waitForSelector('.call-text:has-text("已通知")')
  await desk.waitForSelector('.bell.calling')
  await desk.click('.bell')
  assert.match(await desk.textContent('.calls li'), /大堂左侧/)
  await desk.locator('.calls button').click()
  await desk.waitForSelector('.bell:not(.calling)')
  await b.close(desk)
  await b.close(page)
})

test('a call that did not get through is not said to have', async () => {
  const page = await kiosk()
  await b.wake(page)
  await page.route('**/api/v1/terminal/call', (route) => route.abort())
  await b.bar(page, 'call').click()
  await page.waitForSelector('.call-text:has-text("没有通知到")')
  await page.unroute('**/api/v1/terminal/call')
  await b.button(page, '再次呼叫').click()
  await page.waitForSelector('.call-text:has-text("已通知")')
  await b.close(page)
})

test('long presses, drags and selections do nothing', async () => {
  const page = await kiosk()
  await b.wake(page)
  const stopped = await page.evaluate(() =>
    ['contextmenu', 'selectstart', 'dragstart'].map(
      (name) => !document.body.dispatchEvent(new Event(name, { bubbles: true, cancelable: true })),
    ),
  )
  assert.deepEqual(stopped, [true, true, true])
  await b.close(page)
})

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
  const stranger = occupy(join(stage.site.state, 'anchang.db'), 25)
  await stranger.locked
  await page.waitForSelector('.strip.reconnecting', { timeout: 30_000 })
  await b.openUnit(page) // the last approved chart is still served
  assert.equal(await page.locator('.strip.live').count(), 0)
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

// ---- the code to take away

/** Reads the code that is shown as a phone would, off the glass. */
async function readCode(page) {
  const shot = join(scratch(), 'code.png')
  await page.locator('.take-code').screenshot({ path: shot })
  return execFileSync('zbarimg', ['-q', '--nodbus', '--raw', '-Sbinary', shot], { encoding: 'utf8' }).trim()
}

/** Opens the code of a unit and reads it off the glass as a phone would. Resolves with { page, url, code, id }. */
async function takeHome() {
  const page = await kiosk()
  await b.wake(page)
  const id = await b.openUnit(page)
  await page.locator('.unit-keys .primary').click()
  await page.waitForFunction(() => document.querySelector('.take-code')?.naturalWidth > 0)
  const url = await readCode(page)
  const code = (await page.textContent('.take-text b')).trim()
  return { page, url, code, id }
}

/** What makes a program see the clock of sixty days from now; the wrapper itself would stand between us and signals. */
function inSixtyDays() {
  const preload = execFileSync('faketime', ['-f', '+60d', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim()
  return { LD_PRELOAD: preload, FAKETIME: '+60d' }
}

const phone = (path) => b.openWindow(stage.browser, stage.site, path, b.PHONE)

test('the code leads to the unit on a phone, until it is revoked or its days are over', async () => {
  const { page, url, code, id } = await takeHome()
  assert.ok(url.startsWith(`${PUBLIC}/u/`), url)
  const path = url.slice(PUBLIC.length)
  const unit = await terminal.get(`/api/v1/public/units/${id}`)
  const handy = await phone(path)
  await handy.waitForSelector('.hero')
  const text = await handy.textContent('main')
  for (const part of [unit.room, unit.permit, '住宅', `第 ${unit.publication.number} 版`]) assert.ok(text.includes(part), part)
  // whom to call is the sales office, whom to complain to somebody else
  assert.equal(await handy.getAttribute('.dial', 'href'), 'tel:000012345678')
  assert.equal(await handy.getAttribute('footer dd a', 'href'), 'tel:12345')
  assert.deepEqual(await b.clipped(handy), [])
  assert.deepEqual(await b.axe(handy), [])
  await b.close(handy)

  await stage.site.stop()
  await stage.site.start({ env: inSixtyDays() })
  const late = await phone(path)
  await late.waitForSelector('.gone')
  assert.match(await late.textContent('.gone'), /过期|到期/)
  assert.deepEqual(await b.axe(late), [])
  await b.close(late)
  await stage.site.restart()

  await stage.logIn(PEOPLE)
  await stage.people.control.post(
    `/api/v1/projects/${stage.project}/link-revocations`,
    { scope: 'link', short_code: code, reason: '客户要求' },
    201,
  )
  const gone = await phone(path)
  await gone.waitForSelector('.gone')
  assert.match(await gone.textContent('.gone'), /失效|作废|撤回/)
  await b.close(gone)
  const forged = await phone(`${path.slice(0, -3)}AAA`)
  await forged.waitForSelector('.gone')
  await b.close(forged)
  await b.close(page)
})

test('a phone is refused in its own language, and in the other one when asked', async () => {
  const page = await b.openWindow(stage.browser, stage.site, '/u/AAAA', { ...b.PHONE, lang: 'en-GB' })
  const said = (want, never) =>
    page.waitForFunction(
      ([want, never]) => {
        const words = document.querySelector('.gone').textContent
        return new RegExp(want).test(words) && !new RegExp(never).test(words)
      },
      [want, never],
    )
  await page.waitForSelector('.gone')
  await said('[A-Za-z]{3}', '[\u4e00-\u9fff]')
  await page.locator('header button').click()
  await said('[\u4e00-\u9fff]', '[A-Za-z]{3}') // the first refusal stands until the next is there
  await b.close(page)
})

test('a tour on a foreign site is a code for the phone, and a link on the phone; the glass opens neither', async () => {
  const { control, manager } = stage.people
  const tour = 'https://vr.example.net/t/18?from=anchang&v=1'
  const list = await w.internalUnits(control, stage.project)
  const before = await terminal.get(`/api/v1/public/units/${list.find((u) => u.state === 'A').id}`)
  const { version } = await control.get(`/api/v1/units/${before.id}`)
  await control.patch(`/api/v1/units/${before.id}`, { version, vr_url: tour })
  await terminal.get(`/api/v1/public/units/${before.id}/vr.svg`, 404) // not published yet
  await w.publish(control, manager, stage.project)

  const page = await kiosk()
  await b.wake(page)
  await b.openBuilding(page)
  await b.bar(page, 'search').click()
  await b.typePad(page, before.room.replace(/\D/g, ''))
  await page.locator('.hit', { hasText: before.building }).first().click()
  await page.waitForSelector('.unit-facts')
  await b.button(page, 'VR 看房').click()
  await page.waitForFunction(() => document.querySelector('.take-code')?.naturalWidth > 0)
  assert.match(await page.textContent('.take-text'), /vr\.example\.net/)
  assert.equal(await readCode(page), tour)
  assert.deepEqual(await b.axe(page), [])
  assert.deepEqual(await b.clipped(page), [])
  assert.equal(await page.locator('a[href]').count(), 0)
  await b.close(page)

  const { url } = await terminal.get(`/api/v1/public/units/${before.id}/link`)
  const handy = await phone(url.slice(PUBLIC.length))
  await handy.waitForSelector('.tour')
  assert.equal(await handy.locator('.tour').getAttribute('href'), tour)
  assert.deepEqual(await b.axe(handy), [])
  await b.close(handy)
})

// ---- names nobody should choose

const EVIL = {
  project: '<script>alert(1)</script>"\'&amp;',
  building: '<img src=x onerror=alert(1)>',
  layout: '"><svg onload=alert(1)>',
  long: '一二三四ABCDEF'.repeat(6),
}

test('script tags, quotes, emoji and names of sixty characters are only text', async () => {
  const { control, manager } = stage.people
  const [, ...rows] = madeList({ buildings: 2, floors: 4, rooms: 3 })
  const names = [EVIL.building, '2栋']
  const list = rows.map(([building, stair, ...rest]) => [
    names[building === '1栋' ? 0 : 1],
    stair === '1单元' ? '\u{1F3E0}"单元\'' : EVIL.long.slice(0, 20),
    ...rest.map((cell) => (cell.startsWith('户型') ? EVIL.layout : cell)),
  ])
  const project = await control.post(
    '/api/v1/projects',
    { name: EVIL.project, address: EVIL.long, developer: EVIL.project, phone: '0000', city: '<b>市</b>' },
    201,
  )
  await w.importList(control, project.id, '<i>.csv', csvOf([HEAD, ...list]))
  const units = await w.internalUnits(control, project.id)
  await w.permit(control, project.id, units, { number: EVIL.project, scope: EVIL.long })
  await w.review(control, project.id)
  await w.giveLayouts(control, project.id)
  await w.giveFloorHeights(control, project.id)
  const { buildings } = await control.get(`/api/v1/projects/${project.id}/tree`)
  const { id, version } = buildings.find((x) => x.name === '2栋')
  await control.patch(`/api/v1/buildings/${id}`, { version, name: EVIL.long })
  await w.disclose(control, project.id, { ...w.DISCLOSED, P3: EVIL.building, P14: EVIL.long })
  await w.release(control, project.id)
  await w.publish(control, manager, project.id)

  const own = await stage.site.terminal(stage.people.admin, { project: project.id, name: EVIL.building })
  const page = await b.kiosk(stage.browser, stage.site, own)
  const look = async (name) => {
    assert.deepEqual(await b.clipped(page), [], name)
    b.whole(page)
  }
  await page.waitForSelector('.attract-figures')
  await look('attract')
  await b.wake(page)
  await look('overview')
  await b.openBuilding(page)
  assert.equal(await page.textContent('.building h1'), EVIL.building)
  await look('building')
  await page.locator('.building-name .btn').last().click()
  await page.waitForFunction((name) => document.querySelector('.building h1').textContent === name, EVIL.long)
  await look('long building')
  await page.locator('[data-unit].s0').first().click()
  await page.waitForSelector('.unit-facts')
  await look('unit')
  await b.bar(page, 'disclosure').click()
  await page.waitForSelector('.disclosure')
  for (const tab of await page.locator('.tabs .btn').all()) {
    await tab.click()
    await look('disclosure')
  }
  await b.close(page)

  const desk = await b.office(stage.browser, stage.site, `/chart?p=${project.id}`, { client: manager })
  await desk.waitForSelector('.tree .node >> nth=1')
  await desk.locator('.tree .node').nth(1).click()
  await desk.waitForSelector('.cell')
  for (const at of ['/publications', '/permits', '/property', '/layouts', '/disclosure']) {
    await b.visit(desk, `${at}?p=${project.id}`)
    await desk.waitForSelector('.page-head h1')
  }
  await b.close(desk)
})
