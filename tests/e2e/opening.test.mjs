// opening.test.mjs - an opening day in a real browser: planned and drawn, then the desks of the day at once, with the
// keyboard alone. Two of them want the same unit; one gets it, the other is told and goes on.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { readyProject } from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { OpeningDay, SEED } from './lib/opening_screens.mjs'

let stage, day
before(async () => {
  stage = await Stage.open({ people: ['manager', 'control', 'cashier', 'sales'] })
  day = new OpeningDay(stage)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const open = async (login, rest = '', options = {}) => {
  const address = `/openings/${day.id}${rest}?p=${stage.project}`
  const page = await b.office(stage.browser, stage.site, address, { client: stage.people[login], ...options })
  await page.waitForSelector('.link-state.live')
  return page
}
const total = (page, key) => page.locator(`[data-total="${key}"] dd`)
const shows = (page, key, n) =>
  page.waitForFunction(
    ([k, value]) => document.querySelector(`[data-total="${k}"] dd`)?.textContent.trim().startsWith(value),
    [key, String(n)],
  )
const focused = (page, selector) =>
  page.waitForFunction((s) => document.activeElement?.matches(s) ?? false, selector)
const said = (page, key) => page.locator(`.said.${key}`).waitFor()
const row = (page, n) => page.locator(`.row[data-number="${n}"]`)
/** A unit's number as people say it: its stair and room, or its room alone where there is no other like it. */
const spoken = (unit) => unit.path.replaceAll('一', '1').replaceAll('二', '2').replace(/[栋单元]/g, '')

test('planned on the page, filled from the queue, drawn from a seed that the page draws again', async () => {
  for (let i = 0; i < 12; i++) await day.ticket()
  const page = await b.office(stage.browser, stage.site, `/openings?p=${stage.project}`, {
    client: stage.people.manager,
  })
  await page.locator('.empty').waitFor()
  await b.button(page, '新建开盘').click()
  const form = page.locator('.el-drawer:visible')
  await form.locator('#op-name').fill('一期首开')
  await form.locator('#op-day').fill('2026-11-28')
  await form.locator('#op-day').press('Enter')
  await form.locator('.el-radio-button', { hasText: '摇号' }).click()
  await form.locator('#op-batch_size').fill('4')
  await form.locator('.el-checkbox', { hasText: '1栋' }).click()
  await b.button(page, '新建', form).click()
  await page.waitForSelector('.setup')
  day.id = Number(/openings\/(\d+)/.exec(page.url())[1])
  await b.button(page, '取入排队中的号').click()
  await page.locator('.big', { hasText: '12 组' }).waitFor()

  // The door is open before the start.
  await page.keyboard.press('F2')
  await page.keyboard.type('3')
  await page.keyboard.press('Enter')
  await said(page, 'here')
  await page.locator('.big', { hasText: '已签到 1 组' }).waitFor()

  await b.button(page, '摇号并开始').click()
  await page.fill('#op-seed', 'short')
  assert.ok(await b.dialog(page).locator('button[type=submit]').isDisabled())
  await page.fill('#op-seed', SEED)
  await b.confirm(page)
  await page.waitForSelector('.desk')
  assert.equal(await total(page, 'came').textContent(), '1 / 12')
  await b.button(page, '顺序').click()
  assert.equal(await page.locator('.seed-text').textContent(), SEED)
  await b.button(page, '在本页重新摇一遍').click()
  await page.locator('.checked .live', { hasText: '12 个号重算，与现有顺序一致' }).waitFor()
  await b.close(page)
})

test('with the keyboard alone: checked in, called, picked with a number, a room and three times Enter', async () => {
  const page = await open('control')
  const { keys, type } = b.keyboard(page)
  const order = await day.groups()
  await focused(page, '.entry .number')
  for (const g of order.slice(0, 9)) {
    await type(String(g.number))
    await keys('Enter')
  }
  await shows(page, 'came', new Set([...order.slice(0, 9).map((g) => g.number), 3]).size)
  await type('９９９')
  await keys('Enter')
  await said(page, 'unknown')
  await type(`No. 0${order[0].number}`)
  await keys('Enter')
  await said(page, 'arrived')
  await type('abc')
  await keys('Enter')
  await said(page, 'unread')
  await page.locator('.entry .number').fill('')

  await keys('F4')
  await shows(page, 'called', 4)
  assert.deepEqual(
    await page.locator('.row b').allTextContents(),
    order.slice(0, 4).map((g) => String(g.number)),
  )
  const [unit] = (await day.onSale()).filter((u) => u.building === '1栋')
  const presses = { n: 0 }
  await page.exposeFunction('pressed', () => presses.n++)
  await page.evaluate(() => addEventListener('keydown', () => window.pressed(), true))
  await type(String(order[0].number))
  await keys('Enter')
  await focused(page, '.find input')
  await type(spoken(unit))
  await keys('Enter')
  await focused(page, '.confirm button')
  assert.ok((await page.locator('.confirm .path').textContent()).endsWith(unit.room))
  await keys('Enter')
  await page.locator('.slip .unit', { hasText: unit.room }).waitFor()
  assert.equal(presses.n, String(order[0].number).length + spoken(unit).length + 3)
  await page.locator('.slip .pay .countdown').waitFor()
  await shows(page, 'picked', 1)
  await focused(page, '.entry .number')

  // Not there: behind everybody. Does not want to: out, after a question.
  await row(page, order[1].number).focus()
  await keys('ArrowDown')
  await focused(page, `.row[data-number="${order[2].number}"]`)
  await keys('Enter')
  await focused(page, '.find input')
  await keys('F8')
  await shows(page, 'passed', 1)
  await focused(page, '.entry .number')
  await type(String(order[2].number))
  await keys('Enter')
  await said(page, 'here')
  assert.ok((await day.groups()).at(-1).number === order[2].number, 'behind everybody')
  await type(String(order[3].number))
  await keys('Enter')
  await focused(page, '.find input')
  await keys('F9')
  await b.dialog(page).waitFor()
  await b.confirm(page)
  await shows(page, 'left', 1)
  await focused(page, '.entry .number')
  await type(String(order[3].number))
  await keys('Enter')
  await said(page, 'left')
  await b.close(page)
})

test('two desks want one unit: one gets it, the other is told what it is now, and picks another', async () => {
  await day.step('call')
  const called = await day.groups('state=called')
  assert.ok(called.length >= 2)
  const [unit, other] = (await day.onSale()).filter((u) => u.building === '1栋')
  const desks = await Promise.all(['control', 'sales'].map((login) => open(login)))
  const wall = await open('sales', '/board')
  for (const [i, page] of desks.entries()) {
    await page.keyboard.type(String(called[i].number))
    await page.keyboard.press('Enter')
    await focused(page, '.find input')
    await page.keyboard.type(spoken(unit))
    await page.keyboard.press('Enter')
    await focused(page, '.confirm button')
  }
  await Promise.all(desks.map((page) => page.keyboard.press('Enter')))
  const outcome = (page) =>
    page
      .waitForFunction(() =>
        document.querySelector('.slip') ? 'won' : document.querySelector('.gone, .refused') ? 'lost' : null,
      )
      .then((h) => h.jsonValue())
  const outcomes = await Promise.all(desks.map(outcome))
  assert.deepEqual([...outcomes].sort(), ['lost', 'won'])
  const lost = desks[outcomes.indexOf('lost')]
  await lost.locator('.confirm .gone', { hasText: '刚被别人选走' }).waitFor()
  assert.ok(await lost.locator('.confirm button').isDisabled())
  await focused(lost, '.find input')
  await lost.keyboard.type(spoken(other))
  await lost.keyboard.press('Enter')
  await focused(lost, '.confirm button')
  assert.equal(await lost.locator('.refused').count(), 0, 'what was refused is over')
  await lost.keyboard.press('Enter')
  await lost.locator('.slip .unit', { hasText: other.room }).waitFor()
  for (const page of desks) await shows(page, 'picked', 3)
  await wall.locator('.gone li', { hasText: other.room }).waitFor()
  await wall.locator('.gone li', { hasText: unit.room }).waitFor()
  assert.equal(await wall.locator('.numbers li', { hasText: new RegExp(`^${called[0].number}$`) }).count(), 0)
  for (const page of [...desks, wall]) await b.close(page)
})

test('one group at two desks: who is second is told that it was served elsewhere', async () => {
  const [group] = await day.groups('state=called')
  const page = await open('control')
  await row(page, group.number).click()
  await focused(page, '.find input')
  await day.pass(group)
  await page.locator('.el-message', { hasText: `${group.number} 号已由其他选房台办理` }).waitFor()
  await focused(page, '.entry .number')
  await b.close(page)
})

test('on the chart, with the mouse; beyond its time a group is shown as over; names are masked', async () => {
  const back = (await day.groups('state=passed'))[0]
  await day.arrive(back)
  await day.step('call')
  const [group] = await day.groups('state=called')
  const page = await open('sales', '', { clock: true })
  assert.match(await row(page, group.number).locator('.name').textContent(), /\*/)
  assert.equal(await b.button(page, '结束开盘').count(), 0, 'who may not')
  assert.equal(await page.locator('.call').count(), 0)
  await page.clock.runFor(6 * 60_000)
  await page.locator('.row.over .time', { hasText: '超时 1:' }).first().waitFor()
  await row(page, group.number).click()
  const cell = page.locator('.pick .cell:not(.faded)').first()
  const id = Number(await cell.getAttribute('data-id'))
  await cell.click()
  await page.locator('.confirm button').click()
  await page.waitForSelector('.slip')
  const slips = (await stage.people.sales.get(`/api/v1/openings/${day.id}/slips`)).items
  assert.equal(slips[0].unit_id, id)
  await b.close(page)
})

test('a link opens it whatever project was chosen', async () => {
  const other = await readyProject(stage.people.control, { name: '二期', list: { buildings: 1, floors: 2, rooms: 2 } })
  const page = await b.office(stage.browser, stage.site, `/openings/${day.id}?p=${other}`, {
    client: stage.people.control,
  })
  await page.waitForFunction(() => Number(document.querySelector('[data-total="units"] dd')?.textContent) > 0)
  await b.close(page)
})

test('the day ends: its slips stay, the desk is gone', async () => {
  const page = await open('manager')
  await b.button(page, '结束开盘').click()
  await b.confirm(page)
  await page.locator('.rest tbody tr').first().waitFor()
  assert.equal(await page.locator('.desk').count(), 0)
  assert.equal(await page.locator('.rest tbody tr').count(), 4)
  await page.locator('.rest tbody tr').first().click()
  await b.dialog(page).locator('.slip').waitFor()
  await b.close(page)
})
