// records.test.mjs - the office's record keeping in a real browser: a project from nothing, its list imported, its
// structure, permit, disclosure and layouts; users, terminals and the log. One story: each test goes on from the one
// before.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

const PROJECT = '测试楼盘'
let stage
let project = 0
before(async () => (stage = await Stage.open({ people: ['admin', 'control', 'cashier'] })))
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
async function office(login, path) {
  const query = project ? `${path.includes('?') ? '&' : '?'}p=${project}` : ''
  const page = await b.office(stage.browser, stage.site, path + query, { client: stage.people[login] })
  await page.locator('main h1').first().waitFor()
  return page
}
const primary = (page) => page.locator('.bar .el-button--primary')
const drawerSave = (page) => page.locator('.el-drawer:visible .el-drawer__footer .el-button--primary')
const dialogGo = (page) => page.locator('.el-dialog:visible button[type=submit]')
async function pick(page, select, name) {
  await select.click()
  await page.locator('.el-select-dropdown__item:visible', { hasText: name }).first().click()
}
async function choose(page, select, name) {
  await pick(page, select, name)
  await page.locator('.el-select-dropdown:visible').waitFor({ state: 'hidden' })
}

/** Gives every word that is still unknown the meaning 签约; an answered one leaves the list. */
async function answerWords(page) {
  const unknown = page.locator('tr.unknown')
  for (let left = await unknown.count(); left > 0; left = await unknown.count())
    await choose(page, unknown.first().locator('.el-select'), '签约')
}

test('a project is made and its settings saved; a figure out of range is stopped', async () => {
  const page = await office('control', '/property')
  await page.locator('.page-head-actions .el-button', { hasText: '新建项目' }).click()
  await page.fill('#pn', PROJECT)
  await dialogGo(page).click()
  await page.locator('.settings').waitFor()
  project = (await stage.people.control.get('/api/v1/projects')).items.find((p) => p.name === PROJECT).id

  await page.fill('#s-commercial_rate_ppm', '3.05')
  await page.fill('#s-down_bp', '30.001')
  assert.ok(await page.locator('.settings button[type=submit]').isDisabled())
  await page.fill('#s-down_bp', '25')
  await page.fill('#s-developer', '测试置业有限公司')
  await page.locator('.settings button[type=submit]').click()
  await page.locator('.el-message', { hasText: '设置已保存' }).waitFor()
  const saved = await stage.people.control.get(`/api/v1/projects/${project}`)
  assert.equal(saved.commercial_rate_ppm, 30_500)
  assert.equal(saved.down_bp, 2500)

  // Something typed and not saved is not lost by a click in the menu.
  await page.fill('#s-city', '某市')
  await page.locator('nav a', { hasText: '许可证' }).click()
  await page.locator('.el-message-box').waitFor()
  await page.locator('.el-message-box__btns .el-button').first().click()
  assert.equal(await page.inputValue('#s-city'), '某市')
  // Somebody else saves first: theirs is taken, what was typed stays.
  await stage.people.control.patch(`/api/v1/projects/${project}`, { version: saved.version, phone: '0571-1' })
  await page.locator('.settings button[type=submit]').click()
  await page.locator('.settings .problem button').click()
  await page.waitForSelector('.settings .problem', { state: 'detached' })
  assert.deepEqual([await page.inputValue('#s-city'), await page.inputValue('#s-phone')], ['某市', '0571-1'])
  await page.locator('.buttons .el-button', { hasText: '撤销修改' }).click()
  await b.close(page)
})

const LIST = [
  '楼栋,单元,楼层,房号,用途,建筑面积,套内面积,单价,总价,状态',
  '9栋,一单元,1,101,住宅,100.00,80.00,20000,2000000,在售',
  '9栋,一单元,1,102,住宅,100.00,80.00,20000,2000000,在售',
  `9栋,一单元,2,201,住宅,100.00,80.00,20000,2000000,已挂牌待定`,
  '9栋,一单元,,202,住宅,100.00,80.00,20000,2100000,已签预售合同',
  '9栋,一单元,2,201,住宅,100.00,80.00,20000,2000000,在售',
].join('\r\n')

test('a list is imported: unknown words are asked, repeated rows skipped, all or none, back keeps everything', async () => {
  const page = await office('control', '/import')
  await page.setInputFiles('input[type=file]', { name: '旧表.xls', mimeType: 'x', buffer: Buffer.from('x') })
  await page.locator('.fault', { hasText: 'XLSX' }).waitFor()
  await page.setInputFiles('input[type=file]', {
    name: '房源.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(LIST),
  })
  await page.locator('.drop', { hasText: 'UTF-8' }).waitFor()
  await primary(page).click()

  const total = page.locator('tr', { hasText: '总价' }).locator('.el-select')
  await total.waitFor()
  await choose(page, total, '不导入')
  await page.locator('.steps button').first().click()
  await primary(page).click()
  assert.match(await page.locator('tr', { hasText: '总价' }).locator('.el-select').innerText(), /不导入/)
  await choose(page, page.locator('tr', { hasText: '总价' }).locator('.el-select'), '总价')
  await primary(page).click()

  const unknown = page.locator('tr.unknown', { hasText: '已挂牌待定' })
  await unknown.waitFor()
  await choose(page, unknown.locator('.el-select'), '销控')
  await answerWords(page)
  await primary(page).click()

  await page.locator('.problems > li').first().waitFor()
  assert.ok(await primary(page).isDisabled(), 'nothing is imported before every class is decided')
  // Each decision is followed by a dry run, which may take a class of problems away.
  const problems = page.locator('.problems > li.waiting')
  while (await problems.count()) {
    const text = await problems.first().innerText()
    const way = text.includes('重复') ? 1 : 2
    await problems.first().locator('.el-radio').nth(way).click()
    await page.waitForFunction((t) => document.querySelector('.problems > li.waiting')?.innerText !== t, text)
  }
  await page.waitForFunction(() => !document.querySelector('.bar .el-button--primary')?.disabled)
  await primary(page).click()
  await page.locator('.done').waitFor()
  const units = await stage.people.control.get(`/api/v1/projects/${project}/units`)
  assert.equal(units.total, Number(/\d+/.exec(await page.locator('.done h2').innerText())[0]))
  assert.equal(units.total, 4)
  assert.deepEqual(
    [...new Set(units.items.map((u) => u.state))].filter((s) => s === 'A'),
    [],
    'nothing is on sale unreleased',
  )
  await b.close(page)
})

test('a floor × room sheet is confirmed on the grid and imported', async () => {
  const page = await office('control', '/import')
  const rows = ['5栋 销控表,,,', '楼层,01,02,']
  for (const f of [3, 2, 1]) rows.push(`${f}F,${f}01,${f}02,`, ',88.50,92.00,', ',在售,已签预售合同,')
  await page.setInputFiles('input[type=file]', {
    name: '5栋.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(rows.join('\n')),
  })
  await page.locator('.drop.small').waitFor()
  await page.locator('.el-radio', { hasText: '销控表' }).click()
  await primary(page).click()
  await page.locator('.matrix').waitFor()
  const set = async (name, value) => {
    const input = page.locator(`.matrix [aria-label="${name}"] input, .matrix input[aria-label="${name}"]`).first()
    await input.fill(String(value))
    await input.press('Tab')
  }
  await page.locator('.matrix input[aria-label="楼栋名称"]').fill('5栋')
  const field = (name) => page.locator('.matrix label.field', { hasText: name })
  await set('房号行', 2)
  await choose(page, field('楼层列').locator('.el-select'), /^A$/)
  await choose(page, field('首个房号列').locator('.el-select'), /^B$/)
  await choose(page, field('末个房号列').locator('.el-select'), /^C$/)
  await set('首个楼层行', 3)
  await set('末个楼层行', 11)
  await set('每层占几行', 3)
  for (const [i, name] of ['房号', '建筑面积', '状态'].entries())
    await choose(page, page.locator('.sub').nth(i).locator('.el-select'), name)
  await primary(page).click()
  await page.locator('.words .tables').waitFor()
  await answerWords(page)
  await primary(page).click()
  await page.locator('.figures').waitFor()
  for (const li of await page.locator('.problems > li').all()) await li.locator('.el-radio').last().click()
  await page.waitForFunction(() => !document.querySelector('.bar .el-button--primary')?.disabled)
  await primary(page).click()
  await page.locator('.done h2', { hasText: '6' }).waitFor()
  await b.close(page)
})

test('the keyboard alone: a list from the file to the units', async () => {
  const page = await office('control', '/import')
  const { keys, tabTo, press } = b.keyboard(page)
  const rows = [
    '楼栋,单元,楼层,房号,用途,建筑面积,套内面积,单价,总价,状态',
    '7栋,一单元,1,101,住宅,100.00,80.00,20000,2000000,在售',
    '7栋,一单元,1,102,住宅,100.00,80.00,20000,2000000,仅供键盘',
    '7栋,一单元,1,103,住宅,100.00,80.00,20000,2100000,在售',
  ]
  const choosing = page.waitForEvent('filechooser')
  await press('选择文件')
  const chooser = await choosing
  await chooser.setFiles({ name: '键盘.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\r\n')) })
  await page.waitForSelector('.step-file.found')
  await tabTo('.bar .el-button--primary')
  await keys('Enter')
  await page.waitForSelector('.columns table')
  await tabTo('.bar .el-button--primary')
  await keys('Enter')
  await page.waitForSelector('tr.unknown')
  await tabTo('tr.unknown input')
  await keys('ArrowDown', 'ArrowDown', 'Enter')
  await page.waitForSelector('tr.unknown', { state: 'detached' })
  await tabTo('.bar .el-button--primary')
  await keys('Enter')
  await page.waitForSelector('.problems > li')
  await tabTo('.problems .el-radio__original')
  const checked = page.locator('.problems .el-radio.is-checked').first()
  for (let was = await checked.innerText(); was !== '接受'; was = await checked.innerText()) {
    await keys('ArrowRight')
    await b.until(async () => (await checked.innerText()) !== was, 'the choice moved')
  }
  await page.waitForFunction(() => !document.querySelector('.bar .el-button--primary')?.disabled)
  await tabTo('.bar .el-button--primary')
  await keys('Enter')
  await page.locator('.done h2', { hasText: '3' }).waitFor()
  await b.close(page)
})

test('a building without 4, 13 and 14 is drawn, made, filled; a second run adds nothing; it is not deleted', async () => {
  const page = await office('control', '/property')
  await page.locator('.page-head-actions .el-button--primary').click()
  await page.fill('#bn', '12栋')
  await page.fill('#bs', '一单元，二单元')
  await page.locator('.el-drawer:visible .presets button', { hasText: '4 13 14' }).first().click()
  assert.equal(await page.locator('.drawing .floor').count(), 15)
  await drawerSave(page).click()
  await page.locator('.pane h2', { hasText: '12栋' }).waitFor()
  const generate = async () => {
    const preview = page.waitForResponse((r) => r.url().endsWith('/generate') && r.ok())
    await page.locator('.building .el-button').click()
    await preview
    await page.locator('.preview .big').waitFor()
  }
  await generate()
  assert.equal(await page.locator('.preview .big').innerText(), '120')
  const rooms = page.locator('.el-drawer:visible .el-input-number input').nth(2)
  await rooms.fill('5')
  await rooms.press('Tab')
  assert.ok(await drawerSave(page).isDisabled(), 'nothing is made that was not previewed')
  await page.locator('.preview .big', { hasText: '150' }).waitFor()
  await rooms.fill('4')
  await rooms.press('Tab')
  await page.locator('.preview .big', { hasText: '120' }).waitFor()
  await drawerSave(page).click()
  await page.locator('.el-message', { hasText: '120' }).waitFor()
  await page.locator('.el-drawer:visible').waitFor({ state: 'hidden' })
  await generate()
  await page.locator('.preview', { hasText: '不会重复生成' }).waitFor()
  assert.ok(await drawerSave(page).isDisabled())

  // Another class is numbered as is usual for it, over the whole floor; what is typed stays, until it is emptied.
  const first = (room) => page.locator('.preview li').first().filter({ hasText: room }).waitFor()
  const drawer = page.locator('.el-drawer:visible')
  await choose(page, drawer.locator('.el-select').first(), '车位')
  await first('1-001')
  assert.equal(await page.inputValue('#gp'), '{level}-{room:03}')
  assert.match(await drawer.locator('#gp-from').innerText(), /车位常用/)
  assert.deepEqual(await drawer.locator('.el-checkbox.is-checked').allInnerTexts(), ['（不分单元）'])
  await page.fill('#gp', 'P{floor}{room:02}')
  await first('P101')
  await choose(page, drawer.locator('.el-select').first(), '储藏室')
  await drawer.locator('#gp-from', { hasText: '储藏室' }).waitFor()
  await first('P101')
  await page.fill('#gp', '')
  await page.locator('#gp').blur()
  await first('1-储001')
  assert.equal(await page.inputValue('#gp'), '{level}-储{room:03}')
  await page.keyboard.press('Escape')
  await page.locator('.el-message-box__btns .el-button').last().click()
  await page.locator('.el-drawer:visible').waitFor({ state: 'hidden' })
  await page.locator('.pane-actions button', { hasText: '删除' }).click()
  await dialogGo(page).click()
  await page.locator('.el-dialog:visible .problem-list li').first().waitFor()
  await page.locator('.el-dialog:visible .el-button', { hasText: '取消' }).click()
  await b.close(page)
})

test('a permit flags a count that differs, and says what revoking closes', async () => {
  const page = await office('control', '/permits')
  await page.locator('.page-head-actions .el-button--primary').click()
  await page.fill('#p-number', '测售许字 7 号')
  const issued = page.locator('.el-drawer:visible .el-date-editor input').first()
  await issued.fill('2026-06-18')
  await issued.press('Enter')
  await page.locator('.el-drawer:visible .el-input-number input').fill('119')
  await page.locator('.el-drawer:visible .buildings .el-checkbox', { hasText: '12栋' }).click()
  await page.locator('.sum.gap', { hasText: '120' }).waitFor()
  await drawerSave(page).click()
  const card = page.locator('.permits li', { hasText: '测售许字' })
  await card.locator('.gap', { hasText: '多 1 套' }).waitFor()
  await card.locator('.danger').click()
  await page.locator('.el-dialog:visible', { hasText: '120' }).waitFor()
  assert.ok(await dialogGo(page).isDisabled(), 'a reason is needed')
  await page.fill('#revoke-reason', '测试')
  await dialogGo(page).click()
  await card.locator('.mark', { hasText: '已撤销' }).waitFor()
  await b.close(page)
})

test('disclosure: what is missing stands first, an agency fee is always voluntary', async () => {
  const page = await office('control', '/disclosure')
  const missing = page.locator('.group.missing tbody tr')
  await missing.first().waitFor()
  const count = await missing.count()
  await missing.filter({ hasText: '容积率' }).locator('button').last().click()
  await page.fill('#d-value', '2.5')
  await drawerSave(page).click()
  await page.locator('.group.filled tr', { hasText: '容积率' }).waitFor()
  assert.equal(await missing.count(), count - 1)
  await page.locator('.el-tabs__item', { hasText: '代收' }).click()
  await page.locator('.el-button:visible', { hasText: '添加代收代办' }).click()
  await page.fill('#fee-name', '不动产登记代办')
  await page.fill('#fee-standard', '200 元/套')
  await drawerSave(page).click()
  await page.locator('tr:visible', { hasText: '不动产登记代办' }).filter({ hasText: '自愿' }).waitFor()
  await b.close(page)
})

// 1 × 1 px
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

test('a layout gets its plan and its units', async () => {
  const page = await office('control', '/layouts')
  await page.locator('.page-head-actions .el-button--primary').click()
  await page.fill('#l-name', '户型 七')
  await page
    .locator('.el-drawer:visible input[type=file]')
    .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: PNG })
  await page.locator('.el-drawer:visible .wrong', { hasText: 'PDF' }).waitFor()
  await page
    .locator('.el-drawer:visible input[type=file]')
    .setInputFiles({ name: 'plan.png', mimeType: 'image/png', buffer: PNG })
  await page.locator('.el-drawer:visible .shown').waitFor()
  await drawerSave(page).click()
  const card = page.locator('.cards li', { hasText: '户型 七' })
  await card.locator('img').waitFor()
  await card.locator('button', { hasText: '指定房源' }).click()
  await choose(page, page.locator('.picker .el-select'), '12栋')
  await page.locator('.row.all .el-checkbox', { hasText: '120' }).click()
  await page.locator('.count', { hasText: '120' }).waitFor()
  await drawerSave(page).click()
  await card.locator('p', { hasText: '120 套在用' }).waitFor()
  await b.close(page)
})

test('a user is made with a first password shown once, then disabled; built-in posts are read only', async () => {
  const page = await office('admin', '/users')
  await page.locator('.tools .el-button--primary:visible').click()
  await page.fill('#u-name', '测试\u202e员') // turns the writing round: the daemon names the field
  await page.fill('#u-login', 'tester')
  await pick(page, page.locator('.el-drawer:visible .el-select'), '客服') // of several: the list stays open
  await page.locator('.el-drawer:visible .el-drawer__title, .el-drawer:visible [role=heading]').first().click()
  await drawerSave(page).click()
  await page.locator('#u-name[aria-invalid=true]').waitFor()
  await page.locator('#u-name-says .wrong').waitFor()
  assert.equal(await page.locator('.el-drawer:visible .wrong').count(), 1)
  await page.fill('#u-name', '测试员')
  await drawerSave(page).click()
  const secret = await page.locator('.el-dialog:visible .secret').innerText()
  assert.ok(secret.length >= 10)
  await page.locator('.el-dialog:visible .el-button--primary').click()
  const row = page.locator('tr', { hasText: 'tester' })
  await row.locator('.mark', { hasText: '待改初始密码' }).waitFor()
  await row.locator('button', { hasText: '停用' }).click()
  await dialogGo(page).click()
  await row.locator('.mark', { hasText: '已停用' }).waitFor()
  await page.locator('.el-tabs__item', { hasText: '岗位' }).click()
  await page.locator('tr:visible', { hasText: '置业顾问' }).locator('button', { hasText: '查看' }).click()
  assert.ok(await drawerSave(page).isDisabled())
  await b.close(page)
})

test('a terminal is paired by code, calls, is answered at the counter, and loses access when revoked', async () => {
  const page = await office('control', '/terminals')
  await page.locator('.page-head-actions .el-button--primary').click()
  await page.fill('#t-name', '终端 七')
  await choose(page, page.locator('.el-drawer:visible .el-select').last(), '全部项目')
  await drawerSave(page).click()
  const digits = page.locator('.digits')
  await digits.waitFor()
  const code = await digits.getAttribute('aria-label')
  await page.locator('.left', { hasText: /[0-9]:[0-9]{2}/ }).waitFor()
  const machine = stage.site.client()
  await machine.post('/api/v1/terminal/pair', { code }, 200)
  await machine.post('/api/v1/terminal/call', { reason: 'help', unit_id: null }, 201)
  const counter = await b.counter(stage.browser, stage.site, { client: stage.people.cashier })
  await counter.locator('.calls li', { hasText: '终端 七' }).waitFor()
  assert.ok((await counter.title()).startsWith('('), 'the window title counts the calls')
  await counter.keyboard.press('Alt+0')
  await counter.waitForSelector('.calls li', { state: 'detached' })
  await b.close(counter)

  await page.keyboard.press('Escape')
  await page.locator('tr', { hasText: '终端 七' }).locator('button').click()
  await dialogGo(page).click()
  await page.locator('.old', { hasText: '已停用' }).waitFor()
  await machine.get('/api/v1/public/projects', 401)
  await b.close(page)
})

test('the log keeps its filter in the address, opens an entry and checks its chain', async () => {
  const page = await office('admin', '/audit')
  await page.locator('tbody tr').first().waitFor()
  await page.locator('input[aria-label="操作人"]').fill('control')
  await page.locator('.filters button[type=submit]').click()
  await page.waitForFunction(() => location.hash.includes('actor=control'))
  await page.reload()
  await page.locator('tbody tr').first().waitFor()
  assert.equal(await page.inputValue('input[aria-label="操作人"]'), 'control')
  await page.locator('tbody tr').first().focus()
  await page.keyboard.press('Enter')
  await page.locator('.el-drawer:visible code').first().waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.page-head-actions .el-button', { hasText: '校验日志' }).click()
  await page.locator('.verdict', { hasText: '日志完整' }).waitFor()
  await b.close(page)
})
