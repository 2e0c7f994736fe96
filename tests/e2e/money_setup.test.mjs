// money_setup.test.mjs - a site sets up money in the office: banks, accounts, which money goes where, receipt books;
// what is wrong is said, and then money is taken at a deal and stands in the book.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { takeMoney } from './lib/money.mjs'
import { moneyless } from './lib/money_setup.mjs'

let stage, people, project, deal
before(async () => {
  stage = await Stage.open()
  people = stage.people
  const made = await moneyless(stage, '收款设置')
  project = made.project
  deal = await made.subscribe()
  // Banks are the site's: a site that has none yet has none that may be picked.
  for (const bank of (await people.manager.get('/api/v1/banks')).items)
    await people.manager.patch(`/api/v1/banks/${bank.id}`, { version: bank.version, disabled: true }, 200)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const office = (login, address) =>
  b.office(stage.browser, stage.site, `${address}?p=${project}`, { client: people[login] })
const problem = (page, words) => page.locator('.problem', { hasText: words }).waitFor()
const drawer = (page) => page.locator('.el-drawer:visible')
const save = (page) => drawer(page).locator('button[type=submit]')
const of = (rest) => `/api/v1/projects/${project}/${rest}`
const options = async (page, label) => {
  const select = page.getByRole('combobox', { name: label, exact: true })
  await select.click({ force: true })
  const list = page.locator(`[id="${await select.getAttribute('aria-controls')}"]`)
  await list.waitFor({ state: 'visible' })
  const texts = await list.locator('[role=option]').allInnerTexts()
  await page.keyboard.press('Escape')
  await list.waitFor({ state: 'hidden' })
  return texts
}

test('banks and accounts: what comes first is said, and what is wrong', async () => {
  const page = await office('manager', '/accounts')
  const { type, tabTo, keys } = b.keyboard(page)
  const now = () => page.locator('[aria-current=step]').innerText()
  await page.waitForSelector('[aria-current=step]')
  assert.match(await now(), /登记银行/)
  assert.ok(await b.button(page, '登记账户').isDisabled(), 'no bank that may be picked, no account')
  assert.equal(await page.locator('.rules').count(), 0)

  await tabTo('#bank-name')
  await type('甲银行')
  await keys('Enter')
  await page.locator('li .name', { hasText: '甲银行' }).waitFor()
  await type('甲银行')
  await keys('Enter')
  await problem(page, '甲银行')
  assert.equal(await page.inputValue('#bank-name'), '甲银行', 'what was typed stays')
  assert.match(await now(), /登记账户/)

  await b.button(page, '登记账户').click()
  await drawer(page).waitFor()
  await page.fill('#ba-holder', '某公司')
  await page.fill('#ba-number', '6222 0000 1')
  await b.choose(page, '开户银行', '甲银行')
  assert.ok(await save(page).isDisabled(), 'an escrow account is that of a permit')
  await page.fill('#ba-number', '')
  await page.fill('#ba-holder', '')
  await b.choose(page, '许可证', `第 ${project} 号`)
  assert.deepEqual(
    [await page.inputValue('#ba-holder'), await page.inputValue('#ba-number')],
    ['监管账户', '6200 0000'],
    'what the permit says is not typed again',
  )
  await save(page).click()
  await page.locator('.number', { hasText: '6200 0000' }).waitFor()

  for (const [kind, number] of [
    ['一般账户', '62000000'],
    ['代收账户', '6222 0003'],
  ]) {
    await b.button(page, '登记账户').click()
    await drawer(page).waitFor()
    await b.choose(page, '账户用途', kind)
    await b.choose(page, '开户银行', '甲银行')
    await page.fill('#ba-holder', '某公司')
    await page.fill('#ba-number', number)
    await save(page).click()
    if (number === '62000000') {
      await problem(page, '62000000') // twice, with spaces and without
      await page.fill('#ba-number', '62220002')
      await save(page).click()
    }
    await drawer(page).waitFor({ state: 'detached' })
  }
  assert.match(await now(), /指定款项的账户/)
  await b.close(page)
})

test('which money goes where: only what may be is offered, and nobody overwrites another', async () => {
  const page = await office('manager', '/accounts')
  await page.locator('.missing', { hasText: '17 种款项收不了' }).waitFor()
  assert.deepEqual((await options(page, '定金，全项目')).length, 1, 'escrow alone')
  assert.equal((await options(page, '其他，全项目')).length, 2)
  assert.equal((await options(page, '代收费用，全项目')).length, 1)
  assert.ok(await b.button(page, '保存整表').isDisabled())

  const other = await office('manager', '/accounts')
  await b.choose(other, '其他，全项目', '0002')
  for (const account of ['尾号 0000', '尾号 0002', '尾号 0003']) await b.choose(page, '全项目批量填入', account)
  await page.locator('.whole').waitFor()
  await b.button(page, '保存整表').click()
  await page.locator('.el-message', { hasText: '已保存' }).waitFor()
  assert.equal((await people.manager.get(of('account-rules'))).items.length, 17)

  await b.button(other, '保存整表').click()
  await problem(other, '已被他人修改')
  await b.button(other, '载入最新内容，保留我填写的').click()
  await other.locator('.whole').waitFor()
  await b.close(other)

  // a building of its own, and back
  await b.choose(page, '＋ 楼栋单独设置', '1')
  const own = page.locator('thead .column').nth(1)
  const building = (await own.locator('.column-name').innerText()).trim()
  await b.choose(page, `租金，${building}`, '0000')
  await b.button(page, '保存整表').click()
  await b.until(async () => (await people.manager.get(of('account-rules'))).items.length === 18, 'a rule of a building')
  await own.locator('button').click()
  await b.button(page, '保存整表').click()
  await b.until(async () => (await people.manager.get(of('account-rules'))).items.length === 17, 'gone again')
  await b.close(page)
})

test('a book is registered, handed out, used at a deal, and each leaf of it is seen', async () => {
  const page = await office('manager', '/receipt-books')
  await page.locator('.empty', { hasText: '还没有收据本' }).waitFor()
  await page.locator('.page-head-actions .el-button--primary').click()
  await drawer(page).waitFor()
  const range = async (first, last) => {
    await page.fill('#rb-first', first)
    await page.fill('#rb-last', last)
  }
  await page.fill('#rb-prefix', 'SJ') // SJ000001 is in a book of the demonstration
  await range('500', '499')
  await page.locator('.sum.gap').waitFor()
  assert.ok(await save(page).isDisabled())
  await range('1', '10001')
  assert.ok(await save(page).isDisabled(), 'too many leaves')
  await range('x', '10')
  assert.ok(await save(page).isDisabled())
  await range('500', '600')
  await page.locator('.sum', { hasText: 'SJ000500–SJ000600，共 101 张' }).waitFor()
  await save(page).click()
  await problem(page, '这些号码已在另一本收据本中')
  await page.fill('#rb-prefix', 'XM')
  await save(page).click()
  await page.getByRole('link', { name: 'XM000500–XM000600' }).waitFor()
  await page.locator('.page-head-actions .el-button--primary').click()
  assert.deepEqual([await page.inputValue('#rb-first'), await page.inputValue('#rb-last')], ['601', '701'])
  await save(page).click()
  await page.getByRole('link', { name: 'XM000601–XM000701' }).waitFor()

  const row = page.locator('tr', { hasText: 'XM000500' })
  await row.getByRole('button', { name: /^发放/ }).click()
  assert.ok(await b.dialog(page).locator('button[type=submit]').isDisabled(), 'to whom')
  const name = people.cashier.session.user.name
  await b.choose(page, '发放给', name)
  await b.confirm(page)
  await row.locator('td', { hasText: name }).waitFor()

  const till = await office('cashier', `/deals/${deal.id}`)
  await takeMoney(till)
  await till.locator('.el-message', { hasText: 'XM000500' }).waitFor()
  await b.visit(till, `/receipt-books?p=${project}&holder=me`)
  await till.getByRole('link', { name: 'XM000500–XM000600' }).waitFor()
  assert.equal(await till.locator('tbody tr').count(), 1)
  await till.getByRole('link', { name: 'XM000500–XM000600' }).click()
  await till.locator('tbody td', { hasText: /^\s*XM000500\s*$/ }).waitFor()

  // by keyboard: the next leaf is spoilt
  const { press, tabTo, type, keys } = b.keyboard(till)
  await press('坏页或遗失')
  await b.dialog(till).getByText('XM000501 不能用了').waitFor()
  await tabTo('#rb-reason')
  await type('打印歪了')
  await keys('Enter')
  await till.locator('td', { hasText: '打印歪了' }).waitFor()
  await till.locator('.unused', { hasText: 'XM000502–XM000600' }).waitFor()
  await till.locator('.el-radio-button', { hasText: '坏页 1' }).click()
  await b.until(async () => (await till.locator('tbody tr').count()) === 1, 'the spoilt one alone')
  await till.reload()
  await till.locator('td', { hasText: '打印歪了' }).waitFor()
  assert.equal(await till.locator('tbody tr').count(), 1, 'the filter is in the address')
  await till.locator('.el-radio-button', { hasText: '全部' }).click()
  await till.locator('td a', { hasText: deal.unit }).click()
  await till.waitForURL(`**/deals/${deal.id}**`)
  await b.close(till)
  await b.close(page)
})

test('taken back and verified; who is slower is told, and goes on', async () => {
  const page = await office('manager', '/receipt-books')
  const row = page.locator('tr', { hasText: 'XM000500' })
  await row.getByRole('button', { name: /^收回/ }).click()
  const book = (await people.cashier.get(of('receipt-books'))).items.find((x) => x.first_no === 500)
  const back = `/api/v1/receipt-books/${book.id}/return`
  await people.cashier.post(back, { version: book.version }, 200)
  await b.confirm(page)
  await problem(page, '已被他人修改')
  await b.confirm(page)
  await problem(page, '当前状态不能')
  await page.keyboard.press('Escape')
  await row.getByRole('button', { name: /^核销/ }).click()
  await b.confirm(page)
  await row.locator('.mark', { hasText: '已核销' }).waitFor()
  await b.dialog(page).waitFor({ state: 'hidden' })
  assert.equal(await row.locator('button').count(), 0, 'nothing more can be done with it')
  await b.choose(page, '状态', '已登记')
  await row.waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('link', { name: 'XM000601–XM000701' }).waitFor()
  assert.equal(await row.count(), 0, 'the filter is in the address')
  await b.close(page)
})

test('an account is disabled: what cannot be taken then is said before and after', async () => {
  const page = await office('manager', '/accounts')
  const row = page.locator('tr', { hasText: '6222 0003' })
  await row.getByRole('button', { name: /^停用/ }).click()
  await b.dialog(page).getByText('代收费用现在进这个账户').waitFor()
  await b.confirm(page)
  await row.locator('.mark', { hasText: '已停用' }).waitFor()
  await page.locator('.missing', { hasText: '代收费用' }).waitFor()
  await page.locator('tr .bad').waitFor()
  await row.getByRole('button', { name: /^启用/ }).click()
  await page.locator('.whole').waitFor()
  await b.close(page)
})
