// office.test.mjs - the staff's pages: who may open what, changes seen by others at once, refusals that change
// nothing, work that is not lost, the keyboard alone, and sessions that end.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { DEMO_PASSWORD, WORD } from '../integration/lib/site.mjs'
import { csvOf, madeList } from '../integration/lib/lists.mjs'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { PEOPLE, SCREENS, Stage } from './lib/demo.mjs'
import { AGAIN } from './lib/look.mjs'

const LIVE_MS = 1000 // SC-06

let stage
before(async () => (stage = await Stage.open()))
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const office = (login, address, options) =>
  b.office(stage.browser, stage.site, address, { client: stage.people[login], ...options })
const cell = (page, id) => page.locator(`.cell[data-id="${id}"]`)
const mark = (page, id, text) =>
  page.waitForFunction(
    ([unit, glyph]) => (document.querySelector(`.cell[data-id="${unit}"] .cell-top i`)?.textContent ?? '') === glyph,
    [id, text],
  )

/** A building with units for sale and a sold one. */
async function somewhere() {
  const units = await w.internalUnits(stage.people.control, stage.project)
  for (const { building_id: building } of units) {
    const of = (letters) => units.filter((u) => u.building_id === building && letters.includes(u.state))
    const [free, sold] = [of('A'), of('CF')]
    if (free.length > 4 && sold.length) return { building, free: free.map((u) => u.id), sold: sold[0] }
  }
  return assert.fail('no building with units for sale and a sold one')
}

async function chart(login, place, options) {
  const page = await office(login, `/chart/${place.building}?p=${stage.project}&stair=all`, options)
  await page.waitForSelector('.cell')
  await page.waitForSelector('.link-state.live')
  return page
}

test('a first password opens nothing but its own change', async () => {
  stage.site.ctlOk('user', 'add', 'neu', '--name', '新人', '--posts', 'consultant', { input: `${WORD}0\n` })
  const page = await b.office(stage.browser, stage.site, '/chart')
  await b.logIn(page, 'neu', 'something else altogether')
  await page.waitForSelector('.problem')
  assert.equal(await page.inputValue('#login-password'), '', 'a wrong password is not kept')
  await b.logIn(page, 'neu', `${WORD}0`)
  const fresh = page.locator('input[autocomplete="new-password"]')
  await fresh.first().fill('short')
  await page.waitForSelector('.hint.wrong')
  await b.visit(page, '/users')
  await page.waitForFunction(() => location.hash.startsWith('#/login'))
  await fresh.first().fill(WORD)
  await fresh.last().fill('another one 8 9')
  await page.waitForSelector('p.wrong')
  await fresh.last().fill(WORD)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.frame')
  await b.close(page)
})

/** Help is the same for everybody: by day it is read at each screen once. */
const helped = new Set()

for (const login of PEOPLE) {
  test(`${login}: the menu is what the rights are, every screen of it opens, no other does`, async () => {
    const rights = new Set(stage.people[login].session.rights)
    const may = SCREENS.filter((s) => s.rights.length === 0 || s.rights.some((r) => rights.has(r)))
    const page = await office(login, '/')
    await page.waitForSelector('.side-entry')
    const entries = await page
      .locator('.side-entry')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href').replace(/^#|\?.*/g, '')))
    assert.deepEqual(entries.sort(), may.map((s) => s.path).sort())
    if (!rights.has('chart.view')) assert.equal(await page.locator('.link-state, .project').count(), 0, 'nothing of units')
    for (const { path } of may) {
      await page.locator(`.side-entry[href="#${path}"], .side-entry[href^="#${path}?"]`).click()
      await b.arrived(page, path)
      assert.equal(await page.locator('.frame-screen .problem, .broken').count(), 0, `${path} has a problem`)
      // Help on every screen but the overview of the day, and it says something.
      const help = page.locator('.frame-screen').getByRole('button', { name: '帮助', exact: true })
      if (path === '/' || (helped.has(path) && !AGAIN)) continue
      helped.add(path)
      await help.click()
      const drawer = page.locator('.el-drawer:visible')
      await drawer.locator('.help-part p').first().waitFor()
      await page.keyboard.press('Escape')
      await drawer.waitFor({ state: 'hidden' })
    }
    for (const { path, name } of SCREENS.filter((s) => !may.includes(s))) {
      await b.visit(page, path)
      await page.waitForFunction((n) => location.hash.includes(`denied=${n}`), name)
    }
    await b.close(page)
  })
}

test('a hold is on every open chart within a second', async () => {
  const place = await somewhere()
  const [page, other] = [await chart('control', place), await chart('manager', place)]
  const [id] = place.free
  await cell(page, id).click()
  await page.locator('.action-bar button', { hasText: '销控' }).first().click()
  await b.dialog(page).locator('textarea').fill('带看保留')
  const began = performance.now()
  await b.confirm(page)
  await mark(other, id, '控')
  const took = performance.now() - began
  assert.ok(took <= LIVE_MS, `${Math.round(took)} ms`)
  await page.waitForSelector('.el-dialog', { state: 'hidden' })
  await cell(page, id).click()
  await page.locator('.action-bar button', { hasText: '解控' }).click()
  await b.confirm(page)
  await mark(other, id, '')
  await b.close(other)
  await b.close(page)
})

test('a batch in which one refuses changes nothing and names it', async () => {
  const place = await somewhere()
  const page = await chart('control', place)
  const [, a, c] = place.free
  await cell(page, a).click()
  await cell(page, c).click({ modifiers: ['Control'] })
  await cell(page, place.sold.id).click({ modifiers: ['Control'] })
  await page.locator('.action-bar button', { hasText: '销控' }).first().click()
  await b.dialog(page).locator('textarea').fill('带看保留')
  await b.confirm(page)
  await page.waitForSelector('.el-dialog .problem li')
  assert.equal(await page.locator('.el-dialog .problem li').count(), 1)
  assert.match(await page.textContent('.el-dialog .problem li'), new RegExp(place.sold.room))
  for (const id of [a, c]) assert.equal((await b.ask(page, `/api/v1/units/${id}`)).body.state, 'A')
  await page.keyboard.press('Escape')
  await b.close(page)
})

test('somebody else saves first: it is said, and what was typed is kept', async () => {
  const { free } = await somewhere()
  const id = free[3]
  const page = await office('control', `/units/${id}?p=${stage.project}`)
  await page.waitForSelector('.unit h1')
  await page.waitForSelector('.link-state.live')
  await page.locator('.part-head .el-button').first().click()
  const note = page.locator('input[maxlength="200"]').first()
  await note.fill('朝南，无遮挡')
  const { version } = await stage.people.manager.get(`/api/v1/units/${id}`)
  await stage.people.manager.patch(`/api/v1/units/${id}`, { version, model_room: true })
  await page.waitForSelector('.outdated')
  await page.locator('.part button[type=submit]').click()
  await page.locator('.part .problem button').first().click() // offers to look again
  await page.waitForSelector('.outdated', { state: 'hidden' })
  assert.equal(await note.inputValue(), '朝南，无遮挡')
  await page.locator('.part button[type=submit]').click()
  await page.waitForSelector('.facts.two')
  const saved = await stage.people.manager.get(`/api/v1/units/${id}`)
  assert.equal(saved.display_note, '朝南，无遮挡')
  assert.equal(saved.model_room, true)
  await stage.people.manager.patch(`/api/v1/units/${id}`, { version: saved.version, model_room: false })
  await b.close(page)
})

test('somebody else saves the record of an open form first: theirs is taken, what was typed stays', async () => {
  const { control, manager } = stage.people
  const path = `/api/v1/projects/${stage.project}/fees`
  const fee = { kind: 'agency', name: '契税代缴', standard: '据实', basis: '', payee: '', voluntary: true }
  const { id, version } = await control.post(path, fee, 201)
  const page = await office('control', `/disclosure?tab=fees&p=${stage.project}`)
  const row = page.locator('tr', { hasText: '契税代缴' })
  await row.locator('button').first().click()
  await page.fill('#fee-basis', '税务机关规定')
  await manager.patch(`/api/v1/fees/${id}`, { version, payee: '税务局' })
  await page.locator('.el-drawer:visible button[type=submit]').click()
  await page.locator('.el-drawer:visible .problem button').click()
  await page.waitForSelector('.el-drawer .problem', { state: 'detached' })
  assert.equal(await page.inputValue('#fee-basis'), '税务机关规定')
  assert.equal(await page.inputValue('#fee-payee'), '税务局')
  await page.locator('.el-drawer:visible button[type=submit]').click()
  await row.filter({ hasText: '税务机关规定' }).filter({ hasText: '税务局' }).waitFor()
  await row.locator('button').last().click()
  await b.confirm(page)
  await row.waitFor({ state: 'detached' })
  await b.close(page)
})

test('without a line the screen that is open stays, and the next one opens when the line is back', async () => {
  const page = await office('control', `/publications?p=${stage.project}`)
  await page.waitForSelector('.now-card')
  await page.context().setOffline(true)
  await page.locator('.side-entry[href*="#/permits"]').click()
  await page.waitForSelector('.el-message--error')
  assert.ok(await page.locator('.now-card').first().isVisible())
  await page.context().setOffline(false)
  await page.locator('.side-entry[href*="#/permits"]').click()
  await page.waitForSelector('.permits li')
  await b.close(page)
})

test('what is not known yet is not said to be nothing', async () => {
  const page = await office('control', '/')
  let answer
  const held = new Promise((done) => (answer = done))
  await page.route('**/publications?*', (route) => held.then(() => route.continue()))
  await b.visit(page, `/publications?p=${stage.project}`)
  await page.waitForSelector('.now-card')
  await page.waitForSelector('.data-table .skeleton')
  assert.deepEqual(await page.locator('.now-card p').allInnerTexts(), [])
  assert.ok(await page.getByRole('button', { name: '编制新发布' }).isDisabled())
  answer()
  await page.waitForSelector('.now-card .big')
  await b.close(page)
})

test('leaving with something not saved asks first', async () => {
  const page = await office('control', `/import?p=${stage.project}`)
  const file = { name: '价目表.csv', mimeType: 'text/csv', buffer: csvOf(madeList({ floors: 2 })) }
  await page.setInputFiles('.drop input[type=file]', file)
  await page.waitForSelector('.step-file.found')
  const leave = async (answer) => {
    await page.locator('.side-entry[href*="#/permits"]').click()
    await page.locator('.el-message-box').getByRole('button', { name: answer, exact: true }).click()
    await page.waitForSelector('.el-message-box', { state: 'hidden' })
  }
  await leave('继续编辑')
  assert.match(page.url(), /#\/import/)
  assert.match(await page.textContent('.drop-title'), /价目表/)
  await leave('放弃修改并离开')
  await page.waitForFunction(() => location.hash.startsWith('#/permits'))
  // An open form as well, by the back key of the browser.
  await page.locator('.page-head-actions .el-button').click()
  await page.fill('#p-number', '写到一半')
  await page.goBack()
  await page.locator('.el-message-box').getByRole('button', { name: '继续编辑', exact: true }).click()
  await page.waitForSelector('.el-message-box', { state: 'hidden' })
  assert.equal(await page.inputValue('#p-number'), '写到一半')
  await page.waitForFunction(() => location.hash.startsWith('#/permits'))
  await page.goBack()
  await page.locator('.el-message-box').getByRole('button', { name: '放弃修改并离开', exact: true }).click()
  await page.waitForFunction(() => location.hash.startsWith('#/import'))
  await b.close(page)
})

test('the keyboard alone: log in, open the chart, hold a unit, end the hold', async () => {
  const place = await somewhere()
  const page = await b.office(stage.browser, stage.site, `/chart/${place.building}?p=${stage.project}&stair=all`)
  const { keys, tabTo, press } = b.keyboard(page)
  await tabTo('#login-name')
  await page.keyboard.type('control')
  await tabTo('#login-password')
  await page.keyboard.type(DEMO_PASSWORD)
  await keys('Enter')
  await page.waitForSelector('.cell')
  await page.waitForSelector('.link-state.live')
  await tabTo('.cell')
  const sale = async () =>
    page.evaluate(() => /可售/.test(document.activeElement.querySelector('.visually-hidden')?.textContent ?? ''))
  for (let i = 0; i < 40 && !(await sale()); i++) await keys(i % 6 === 5 ? 'ArrowDown' : 'ArrowRight')
  const id = Number(await page.evaluate(() => document.activeElement.dataset.id))
  await keys('Space')
  await page.waitForSelector('.action-bar')
  await press('销控')
  await b.dialog(page).waitFor()
  await tabTo('.el-dialog textarea')
  await page.keyboard.type('键盘保留')
  await tabTo('.el-dialog button[type=submit]')
  await keys('Enter')
  await mark(page, id, '控')
  await page.waitForSelector('.el-dialog', { state: 'hidden' })
  await page.waitForFunction(() => !document.querySelector('.cell.picked'))
  await tabTo('.cell')
  assert.equal(Number(await page.evaluate(() => document.activeElement.dataset.id)), id, 'the same cell is found again')
  await keys('Space')
  await page.waitForSelector('.action-bar')
  await press('解控')
  await b.dialog(page).waitFor()
  await tabTo('.el-dialog button[type=submit]')
  await keys('Enter')
  await mark(page, id, '')
  await b.close(page)
})

test('the keyboard alone: several units, the sheet of one, the search', async () => {
  const place = await somewhere()
  const page = await chart('control', place)
  const { keys, tabTo } = b.keyboard(page)
  const picked = () => page.locator('.cell.picked').count()
  await tabTo('.cell')
  await keys('Space')
  assert.equal(await picked(), 1)
  await keys('Shift+ArrowDown')
  assert.ok((await picked()) >= 2)
  await keys('Escape')
  assert.equal(await picked(), 0)
  await keys('Shift+Space')
  assert.ok((await picked()) >= 2, 'a floor')
  await keys('Escape', '?')
  await page.waitForSelector('.keys')
  await keys('Escape')
  await page.waitForSelector('.keys', { state: 'hidden' })
  await page.waitForFunction(() => document.activeElement?.matches('.cell'), 'the focus is back on the cell')
  await keys('Enter')
  await page.waitForSelector('.unit h1')
  await keys('Escape')
  await page.waitForSelector('.unit h1', { state: 'hidden' })
  await keys('/')
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'combobox')
  await b.close(page)
})

test('the keyboard alone: a publication from draft to approval, and its replay', async () => {
  const page = await office('control', `/publications?p=${stage.project}`)
  await page.waitForSelector('.now-card')
  const own = b.keyboard(page)
  const agree = async (hands, window) => {
    await b.dialog(window).waitFor()
    await hands.tabTo('.el-dialog button[type=submit]')
    await hands.keys('Enter')
  }
  await own.press('编制新发布')
  await b.dialog(page).waitFor()
  await own.tabTo('.el-dialog input')
  await own.type('只用键盘')
  await agree(own, page)
  await page.waitForFunction(() => /#\/publications\/\d+/.test(location.hash))
  await page.waitForSelector('.sheet .ok')
  await own.press('提交审批')
  await agree(own, page)
  await page.waitForSelector('.mark.wait')
  assert.equal(await page.locator('button', { hasText: '批准并公示' }).count(), 0, 'not by who wrote it')
  const id = Number(/publications\/(\d+)/.exec(page.url())[1])
  const boss = await office('manager', `/publications?p=${stage.project}`)
  await boss.waitForSelector('.data-table tbody tr')
  const hands = b.keyboard(boss)
  await hands.tabTo('.data-table tbody tr')
  await hands.keys('Enter')
  await boss.waitForFunction((n) => location.hash.startsWith(`#/publications/${n}`), id)
  await boss.waitForSelector('.page-head h1')
  await hands.press('批准并公示')
  await agree(hands, boss)
  await boss.waitForSelector('.mark.live')
  const now = await stage.people.manager.get(`/api/v1/publications/${id}`)
  assert.deepEqual([now.state, now.author === now.approver], ['live', false])
  await hands.press('回放')
  await boss.waitForSelector('.replay h1')
  assert.match(await boss.textContent('.replay-head'), new RegExp(now.hash))
  await hands.tabTo('.tree .node:nth-of-type(2)')
  await hands.keys('Enter')
  await boss.waitForSelector('.cell')
  await b.close(page)
  await b.close(boss)
})

test('who wrote a publication may not approve it, and is told so', async () => {
  const { manager } = stage.people
  const { id, version } = await w.draft(manager, stage.project, '自己的')
  await manager.post(`/api/v1/publications/${id}/submit`, { version }, 200)
  const page = await office('manager', `/publications/${id}?p=${stage.project}`)
  await page.waitForSelector('.notice')
  assert.match(await page.textContent('.notice'), /另一位/)
  assert.equal(await page.locator('button', { hasText: '批准并公示' }).count(), 0)
  await page.locator('button', { hasText: '撤回' }).click()
  await b.confirm(page)
  await page.waitForSelector('.el-dialog', { state: 'hidden' })
  await b.close(page)
})

test('in English the project has its English name, and the log its states in words', async () => {
  const units = await w.internalUnits(stage.people.control, stage.project)
  await w.hold(stage.people.control, stage.project, [units.find((u) => u.state === 'A')])
  const page = await office('manager', `/?p=${stage.project}`, { lang: 'en' })
  const named = (words) => page.waitForSelector(`.frame-top .project:has-text("${words}")`)
  await named('Yunqi Garden')
  await page.waitForSelector('.home tbody .name:has-text("Yunqi Garden")')
  await page.locator('.frame-top .lang').click()
  await named('云栖雅苑')
  await b.close(page)
  const log = await office('audit', '/audit?action=hold', { lang: 'en' })
  const first = log.locator('tbody .detail').first()
  await first.filter({ hasText: 'available → held' }).waitFor()
  await log.locator('.frame-top .lang').click()
  await first.filter({ hasText: '可售 → 销控' }).waitFor()
  await b.close(log)
})

test('the stock report shows all of its columns on the narrowest desk, in either language', async () => {
  for (const lang of ['zh-CN', 'en']) {
    const page = await office('manager', `/report?p=${stage.project}`, { lang })
    await page.waitForSelector('tfoot td')
    const [wide, room] = await page.locator('.scroll').evaluate((el) => [el.scrollWidth, el.clientWidth])
    assert.ok(wide <= room, `${lang}: ${wide} px in ${room}`)
    await b.close(page)
  }
})

test('a clock that was set is told on the system page, which way, with what to do', async () => {
  const page = await office('admin', '/')
  let step = 5 * 3_600_000
  await page.route('**/api/v1/system', async (route) => {
    const response = await route.fetch()
    const books_wait_ms = Math.max(0, -step)
    await route.fulfill({ response, json: { ...(await response.json()), clock_step_ms: step, books_wait_ms } })
  })
  await b.visit(page, '/system')
  const notice = page.locator('.clock[role=alert]:not([data-books])')
  const books = page.locator('[data-books]')
  await notice.filter({ hasText: '拨快了 5 小时' }).filter({ hasText: 'systemctl restart anchangd' }).waitFor()
  assert.equal(await books.count(), 0)
  step = -2 * 86_400_000
  await b.button(page, '刷新').click()
  await notice.filter({ hasText: '拨慢了 2 天' }).filter({ hasText: 'systemctl restart anchangd' }).waitFor()
  await books.filter({ hasText: '收款不能记账' }).filter({ hasText: '早 2 天' }).waitFor()
  assert.deepEqual(await b.axe(page), [])
  await page.unroute('**/api/v1/system')
  await b.button(page, '刷新').click()
  await notice.waitFor({ state: 'detached' })
  await books.waitFor({ state: 'detached' })
  await b.close(page)
})

test('a building shows each of its units once; the legend counts them and fades the others', async () => {
  const place = await somewhere()
  const page = await chart('control', place)
  const all = await w.internalUnits(stage.people.control, stage.project)
  const units = all.filter((u) => u.building_id === place.building).length
  assert.equal(await page.locator('.cell').count(), units)
  const counts = await page
    .locator('.entry')
    .evaluateAll((entries) => entries.map((e) => Number(e.querySelector('b').textContent.replace(/,/g, ''))))
  assert.equal(counts.reduce((n, x) => n + x, 0), units)
  await page.locator('.entry').first().click()
  assert.equal(await page.locator('.cell:not(.faded)').count(), counts[0])
  assert.equal(await page.locator('.cell').count(), units, 'faded units keep their place')
  await b.close(page)
})

test('a session that ends leads to the log-in and back to the same screen', async () => {
  const own = await stage.site.login('control')
  const page = await b.office(stage.browser, stage.site, `/publications?p=${stage.project}`, { client: own })
  await page.waitForSelector('.now-card')
  await own.delete('/api/v1/session')
  await page.locator('.side-entry[href*="#/permits"]').click()
  await page.waitForSelector('#login-name')
  await page.waitForSelector('.login-note')
  await b.logIn(page, 'control')
  await page.waitForFunction(() => location.hash.startsWith('#/permits'))
  await page.waitForSelector('.permits li')
  await b.close(page)
})

test('a session that ends in the middle of a form: the same person goes on, another starts afresh', async () => {
  const own = await stage.site.login('control')
  const page = await b.office(stage.browser, stage.site, `/layouts?p=${stage.project}`, { client: own })
  await page.waitForSelector('.link-state.live')
  const fill = async () => {
    await page.locator('.page-head-actions .el-button').click()
    await page.fill('#l-name', '会话户型')
    await page.fill('#l-text', '写到一半')
  }
  const end = async () => {
    assert.equal((await b.ask(page, '/api/v1/session', { method: 'DELETE' })).status, 204)
    // Sent, unless the page has heard of it by itself already.
    const sent = page.locator('.el-drawer:visible button[type=submit]').click({ timeout: 5000 })
    await Promise.allSettled([sent])
    await page.waitForSelector('.login-note')
    await page.waitForFunction(() => document.activeElement?.id === 'login-password', 'the name is known')
    assert.equal(await page.locator('.frame, .el-drawer').filter({ visible: true }).count(), 0, 'nothing of the page shows')
    await page.keyboard.press('Escape')
  }
  await fill()
  await end()
  await page.keyboard.type(DEMO_PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.login', { state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.closest('.el-drawer'))
  assert.equal(await page.inputValue('#l-name'), '会话户型')
  assert.equal(await page.inputValue('#l-text'), '写到一半')
  await page.waitForSelector('.link-state.live')
  await page.locator('.el-drawer:visible button[type=submit]').click()
  await page.locator('.layouts, .frame-screen', { hasText: '会话户型' }).first().waitFor()
  await page.waitForSelector('.el-drawer', { state: 'hidden' })
  await fill()
  await end()
  await b.logIn(page, 'manager')
  await page.waitForFunction(() => /^#\/(\?|$)/.test(location.hash))
  await page.waitForSelector('.frame-screen h1')
  assert.match(await page.textContent('.me-name'), /经理/)
  assert.equal(await page.locator('.el-drawer').filter({ visible: true }).count(), 0)
  await b.close(page)
})

test('the counter: log-in, a unit found by keys, a call answered', async () => {
  const terminal = await stage.terminal({ name: '大堂右侧' })
  const page = await b.counter(stage.browser, stage.site)
  await page.fill('#c-name', 'cashier')
  await page.fill('#c-pass', 'wrong')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.wrong')
  await page.fill('#c-name', 'cashier')
  await page.fill('#c-pass', DEMO_PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.desk .unit .price')
  const { sold } = await somewhere()
  await page.keyboard.press('F3')
  await page.keyboard.type(sold.room)
  await page.waitForSelector('#c-hits [role=option]')
  await page.waitForSelector('.unit .number')
  assert.match(await page.textContent('.unit .number'), new RegExp(sold.room))
  await terminal.post('/api/v1/terminal/call', { reason: 'help', unit_id: null }, [200, 201])
  await page.waitForSelector('.calls li:has-text("大堂右侧")')
  await page.keyboard.press('Alt+0')
  await page.waitForSelector('.calls li', { state: 'detached' })
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), true, 'no scrolling')
  await b.close(page)
})
