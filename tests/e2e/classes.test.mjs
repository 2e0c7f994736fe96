// classes.test.mjs - parking spaces without areas as people see them (PM-12): on the kiosk, on a phone and in the
// office no line asks for an area, no figure is 0.00 m² or NaN.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { csvOf } from '../integration/lib/lists.mjs'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage, project, space, next, terminal
before(async () => {
  stage = await Stage.open({
    people: ['admin', 'manager', 'control', 'cashier'],
    config: { site: { 'public-address': 'https://sale.example.cn' } },
  })
  const { control, manager, admin } = stage.people
  const fields = { name: '车位楼盘', address: '测试路 1 号', developer: '测试置业', phone: '0000', city: '测试市' }
  ;({ id: project } = await control.post('/api/v1/projects', fields, 201))
  const rows = [['楼栋', '楼层', '房号', '用途', '总价', '状态']]
  for (const f of [1, 2])
    for (let r = 1; r <= 12; r++)
      rows.push(['地下车库', `-${f}`, `B${f}-0${10 + r}`, '车位', `${10 + r}0000`, r % 5 ? '在售' : '已签约'])
  await w.importList(control, project, '车位.csv', csvOf(rows))
  await w.permit(control, project, await w.internalUnits(control, project))
  await w.disclose(control, project)
  await w.release(control, project)
  await w.publish(control, manager, project)
  ;[space, next] = (await w.internalUnits(control, project)).filter((u) => u.state === 'A')
  terminal = await stage.site.terminal(admin, { project })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const NO_AREA = /面积|m²|NaN|户型|层高/

test('the kiosk: chart, sheet and comparison of parking spaces', async () => {
  const page = await b.kiosk(stage.browser, stage.site, terminal)
  await b.wake(page)
  await b.openBuilding(page)
  assert.doesNotMatch(await page.locator('.building').innerText(), NO_AREA)
  assert.equal(await page.locator(`[data-unit="${space.id}"] span`).innerText(), '11.00')
  for (const u of [space, next]) {
    await page.locator(`[data-unit="${u.id}"]`).click()
    await page.waitForSelector('.unit-facts')
    const sheet = await page.locator('.unit').innerText()
    assert.match(sheet, /按套（个）计价/)
    assert.doesNotMatch(sheet, NO_AREA)
    assert.doesNotMatch(sheet, /公积金|月供/) // nobody lends for it
    await page.locator('.unit-keys .btn').first().click()
    await b.bar(page, 'back').click()
  }
  await b.bar(page, 'compare').click()
  await page.waitForSelector('.compare table')
  assert.doesNotMatch(await page.locator('.compare').innerText(), NO_AREA)
  assert.deepEqual(await page.locator('.compare tbody th').allInnerTexts(), ['总价', '楼层', '用途'])
  await b.close(page)
})

test('a phone: the sheet behind the code', async () => {
  const { url } = await terminal.get(`/api/v1/public/units/${space.id}/link`)
  const page = await b.openWindow(stage.browser, stage.site, new URL(url).pathname, b.PHONE)
  await page.waitForSelector('.unit-facts')
  assert.doesNotMatch(await page.locator('main').innerText(), NO_AREA)
  await b.close(page)
})

test('the office: sheet, chart and report; the area may be entered', async () => {
  const client = stage.people.control
  const page = await b.office(stage.browser, stage.site, `/units/${space.id}?p=${project}`, { client })
  await page.waitForSelector('.unit h1')
  assert.doesNotMatch(await page.locator('.unit-head').innerText(), NO_AREA)
  await page.locator('[role=tab]', { hasText: '面积与价格' }).click()
  await page.locator('.part', { hasText: '可以没有面积' }).waitFor()
  assert.equal(await page.locator('.part .warn').count(), 0, 'nothing is due')
  await b.visit(page, `/chart/${space.building_id}?p=${project}&stair=all`)
  const frame = page.locator('.grid-scroll')
  await frame.waitFor()
  await page.waitForFunction((el) => el.querySelectorAll('.cell').length === 24 && el.scrollWidth <= el.clientWidth, await frame.elementHandle())
  assert.equal(await frame.locator('.floor-head').count(), 2) // each of more than one row
  await frame.locator('.floor-head button').first().click()
  await page.locator('.action-bar', { hasText: '12' }).waitFor() // the floor, not a row of it
  await page.locator(`.cell[data-id="${space.id}"]`).click()
  await page.waitForSelector('.action-bar')
  assert.equal(await page.locator('.action-bar .what span').innerText(), '¥ 110,000'.replace(' ', '\u2009'))
  assert.doesNotMatch(await page.locator(`.cell[data-id="${space.id}"]`).innerText(), /m²|—/)
  const stats = await page.locator('.stat', { hasText: '面积' }).innerText()
  assert.match(stats, /—/)
  await b.visit(page, `/report?p=${project}`)
  const row = page.locator('tbody tr', { hasText: '车位' })
  await row.waitFor()
  assert.doesNotMatch(await row.innerText(), /0\.00|NaN/)
  await b.close(page)
})
