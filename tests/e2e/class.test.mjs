// class.test.mjs - homes, shops and parking looked at apart, on the kiosk and in the office (PM-12, SF-23).
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage
before(async () => (stage = await Stage.open({ people: ['admin', 'control'] })))
after(() => stage?.close())

/** A grey image of one dot. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==', 'base64')
const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)

/** The units of the demonstration as @read gives them, and how many there are of a class. */
async function counted(read) {
  const units = await read(stage.people.control, stage.project)
  return { units, of: (cls) => units.filter((u) => u.class === cls).length }
}

test('each class of units has its tab on the kiosk: chart, counts, filters and the way to a unit are those of the tab (PM-12)', async () => {
  const { units, of } = await counted(w.publicUnits)
  const page = await b.kiosk(stage.browser, stage.site, await stage.terminal())
  await b.wake(page)
  const tabs = page.locator('.class-tabs label')
  assert.deepEqual(
    await tabs.allInnerTexts().then((all) => all.map((text) => text.replace(/\s+/g, ' '))),
    [['住宅', 'home'], ['商铺', 'shop'], ['公寓', 'apartment'], ['车位', 'parking']].map(([zh, c]) => `${zh} ${of(c)}`),
  )
  const rows = page.locator('.overview-table tbody tr')
  const legend = async () => {
    const all = await page.locator('.legend-item b').allInnerTexts()
    return all.reduce((sum, text) => sum + Number(text.replace(/\D/g, '')), 0)
  }
  assert.equal(await legend(), of('home'))
  assert.match(await page.textContent('.overview .head p'), new RegExp(`住宅 ${of('home')} · 全项目 ${units.length}`))

  await b.openTab(page, '商铺')
  await page.waitForSelector('.overview .head p:has-text("商铺")')
  await page.locator('.filter-bar .btn').first().click()
  await page.waitForSelector('.filters')
  assert.match(await page.textContent('.filters'), /建筑面积/)
  assert.doesNotMatch(await page.textContent('.filters'), /户型|朝向|用途/, 'only what shops differ in')
  await page.locator('.filters .btn').first().click()
  await page.locator('.sheet footer .primary').click()
  await page.waitForSelector('.filter-bar .quiet')

  await b.openTab(page, '车位')
  await page.waitForSelector('.overview .head p:has-text("车位")')
  assert.equal(await page.locator('.filter-bar .btn').count(), 0, 'the filter of the shops went with them')
  assert.equal(await legend(), of('parking'))
  assert.deepEqual(await rows.locator('th').allInnerTexts(), ['地下车库'])
  await b.openBuilding(page)
  assert.equal(await page.locator('[data-unit]').count(), of('parking'))
  assert.equal(await legend(), of('parking'))

  // Along the tabs by keys; a building that has nothing of the class is left.
  await page.locator('.class-tabs input').last().focus()
  await page.keyboard.press('ArrowLeft')
  await page.waitForSelector('.overview .head p:has-text("公寓")')
  assert.equal(await page.locator('.class-tabs label.on').innerText().then((s) => s.slice(0, 2)), '公寓')

  // A unit is found whatever its class is; from there on its tab is open, and the way back opens the one before.
  await b.bar(page, 'search').click()
  await b.typePad(page, 'B1-012')
  await page.locator('.hit', { hasText: 'B1-012' }).click()
  await page.waitForSelector('.unit-facts')
  await b.bar(page, 'home').click()
  await page.waitForSelector('.overview .head p:has-text("车位")')
  assert.equal(await legend(), of('parking'))
  await b.close(page)
})

test('the office shows one class at a time: tree, numbers and chart are of the class, what was selected is let go (PM-12)', async () => {
  const { units: all, of } = await counted(w.internalUnits)
  const home = all.find((u) => u.class === 'home')
  const page = await b.office(stage.browser, stage.site, `/chart/${home.building_id}?p=${stage.project}`, {
    client: stage.people.control,
  })
  await page.waitForSelector('.cell')
  const number = async (selector) => Number((await page.textContent(selector)).replace(/\D/g, ''))
  const classes = page.locator('.classes .class')
  assert.deepEqual(
    await classes.evaluateAll((list) => list.map((c) => Number(c.querySelector('small').textContent))),
    [all.length, of('home'), of('shop'), of('apartment'), of('parking')],
  )
  await page.locator('.cell').first().click()
  await page.waitForSelector('.action-bar')
  await b.button(page, `车位 ${of('parking')}`).click() // the building has none: all of the class
  await page.waitForSelector('.overview-canvas')
  await b.button(page, `全部 ${all.length}`).click()
  await page.waitForSelector('.tree .node >> nth=5')
  assert.equal(await page.locator('.action-bar').count(), 0, 'nothing is selected any more')
  await b.button(page, `车位 ${of('parking')}`).click()
  await page.waitForSelector('.tree .node >> nth=5', { state: 'detached' })
  assert.equal(await number('.stats .lead dd'), of('parking'))
  assert.deepEqual(await page.locator('.tree .node-name').allInnerTexts(), ['全部楼栋', '地下车库'])
  await page.reload() // the address holds it
  await page.waitForSelector('.overview-canvas')
  assert.equal(await number('.stats .lead dd'), of('parking'))
  await page.locator('.tree .node').nth(1).click()
  await page.waitForSelector('.cell')
  assert.equal(await page.locator('.cell').count(), of('parking'))
  await b.visit(page, `/chart?p=${stage.project}&class=parking&unit=${home.id}`)
  await page.waitForSelector(`.cell[data-id="${home.id}"][aria-selected="true"]`)
  assert.equal(await number('.classes .class.on'), of('home'), 'a unit that is asked for opens its class')

  // A space is bound to a home; both sheets say so (PM-16).
  const space = all.find((u) => u.class === 'parking' && u.state === 'A')
  const free = all.find((u) => u.class === 'home' && u.state === 'A')
  await b.visit(page, `/units/${space.id}?p=${stage.project}`)
  await b.button(page, '绑定到房源').click()
  await b.dialog(page).getByRole('combobox', { name: '附属于' }).fill(free.room)
  await page.locator('[role=option]:visible').first().click()
  await b.dialog(page).getByText('不计入合同总价').click()
  assert.deepEqual(await b.axe(page), [])
  await b.confirm(page)
  const bound = page.locator('section[aria-label="附属关系"]')
  await bound.getByText('不计入合同总价，另行计价').waitFor()
  assert.deepEqual(await b.axe(page), [])
  await bound.locator('a').click()
  await bound.locator('li', { hasText: space.room }).waitFor()

  // A floor as its plan: an image, the space put there by the keyboard, then chosen on it (SC-19).
  await b.visit(page, `/chart/${space.building_id}?p=${stage.project}&stair=all&view=plan`)
  await b.button(page, '编辑平面图').click()
  await page.locator('.plan input[type=file]').setInputFiles({ name: 'b1.png', mimeType: 'image/png', buffer: PNG })
  await page.locator('.plan-image img').waitFor()
  await page.locator('.plan-list button', { hasText: space.room }).first().focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('ArrowLeft')
  await page.locator('.plan-list button', { hasText: '已办证' }).first().focus() // one whose spot has a sign too
  await page.keyboard.press('Enter')
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight')
  await page.locator('.spot.picked', { hasText: '证' }).waitFor()
  assert.deepEqual(await b.axe(page), [])
  await b.button(page, '保存').click()
  await b.button(page, '编辑平面图').waitFor()
  assert.deepEqual(await b.axe(page), [])
  await page.locator('.spot', { hasText: space.room }).click()
  await page.waitForSelector('.chart-side')
  const plan = `/chart/${space.building_id}?p=${stage.project}&stair=all&view=plan`
  const english = await b.office(stage.browser, stage.site, plan, { client: stage.people.control, lang: 'en' })
  await english.locator('.spot').first().waitFor()
  assert.deepEqual(await b.axe(english), [])
  await b.close(english)
  const { floors, places } = await stage.people.control.get(`/api/v1/buildings/${space.building_id}/plans`)
  const own = places.find((at) => at.unit_id === space.id)
  assert.deepEqual([places.length, own.x, own.y], [2, 495, 500])
  const path = `/api/v1/buildings/${space.building_id}/plans/${floors[0].floor_id}`
  const far = { version: 9, media_id: null, places: [{ unit_id: space.id, x: 1001, y: 0 }] }
  await stage.people.control.refused('PUT', path, 422, 'fields.wrong', { body: far })
  await b.close(page)
})
