// kiosk.test.mjs - what a visitor can do at the glass: look, compare, filter, set the display, call staff.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage
let terminal
before(async () => {
  stage = await Stage.open({ config: { site: { 'public-address': 'https://sale.example.cn' } }, people: ['admin', 'manager', 'control', 'sales'] })
  terminal = await stage.terminal({ name: '大堂左侧' })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const kiosk = (options) => b.kiosk(stage.browser, stage.site, terminal, options)
const phoneShown = (page) => page.locator('.strip-phone').isVisible()
const focused = (page) => page.evaluate(() => Number(document.activeElement.dataset.unit))

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
