// customer.test.mjs - a family comes in: recorded from anywhere, found again, what it looks for, units that fit.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage
before(async () => {
  stage = await Stage.open({})
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const open = (address, options = {}) => b.office(stage.browser, stage.site, address, { client: stage.people.sales, ...options })
const PHONE = '13655551234'

const pick = b.choose
const submit = (page) => page.locator('.el-drawer__footer button[type=submit]:visible')

test('CU-08: Alt+N on any page, a new family in one step; the same number again brings it up', async () => {
  const page = await open('/chart')
  await page.waitForSelector('.frame')
  await page.keyboard.press('Alt+n')
  await page.locator('#v-phone').fill(PHONE)
  await page.locator('#v-name').fill('慕容复')
  const save = submit(page)
  assert.equal(await save.isDisabled(), true, 'the first visit asks how they heard of us')
  await pick(page, '认知途径', '朋友介绍')
  await save.click()
  await page.waitForURL(/\/customers\/\d+/)
  const head = page.locator('.page-head')
  await head.filter({ hasText: '意向' }).filter({ hasText: '自访' }).waitFor()
  assert.equal(await page.locator('h1').innerText(), '慕**')

  await page.keyboard.press('Alt+n')
  await page.locator('#v-phone').fill(`+86 ${PHONE.slice(0, 3)} ${PHONE.slice(3)}`)
  await page.locator('.who', { hasText: '慕**' }).waitFor()
  assert.equal(await page.locator('#v-name').count(), 0)
  // asked once: the drawer before this one may still be on its way out
  await page.getByRole('combobox', { name: '认知途径' }).waitFor({ state: 'detached' })
  await save.click()
  await page.locator('.el-drawer:visible').waitFor({ state: 'detached' })
  await page.getByRole('tab', { name: '来电来访' }).click()
  await b.until(async () => (await page.locator('.data-table tbody tr').count()) === 2, 'both visits')
  assert.match(page.url(), /tab=visit/)
  assert.equal(await page.locator('tbody .first').count(), 1, 'one of them was the first')
  await page.reload()
  await page.waitForSelector('tbody tr')
  await b.close(page)
})

test('CU-17, CU-03: one box finds by pinyin and by the end of a number; filters stay in the address', async () => {
  const page = await open('/customers')
  const rows = page.locator('.data-table tbody tr')
  await rows.first().waitFor()
  for (const words of ['murongfu', 'mrf', '慕容']) {
    await page.fill('#customer-search', words)
    await page.keyboard.press('Enter')
    await rows.filter({ hasText: '慕**' }).first().waitFor()
  }
  await page.fill('#customer-search', PHONE.slice(-6))
  await page.keyboard.press('Enter')
  await page.locator('h1', { hasText: '慕**' }).waitFor() // a number is somebody's
  assert.ok(!page.url().includes(PHONE.slice(-6)), 'what is looked for is in no address')
  await page.goBack()
  await rows.first().waitFor()
  await page.fill('#customer-search', '')
  await page.keyboard.press('Enter')
  await pick(page, '按阶段筛选', '潜在')
  await page.waitForURL(/class=potential/)
  await b.until(async () => {
    const words = await rows.locator('td:nth-child(3)').allInnerTexts()
    return words.length > 0 && words.every((w) => w === '潜在')
  }, 'only those of that stage')
  await page.reload()
  await rows.first().waitFor()
  assert.match(page.url(), /class=potential/)
  await b.close(page)
})

test('CU-17: words that are entered while others are looked for win', async () => {
  const page = await open('/customers')
  const rows = page.locator('.data-table tbody tr')
  await rows.first().waitFor()
  const LATE_MS = 2000
  const first = page.waitForRequest(/search\?q=nobody/)
  await page.route(/search\?q=nobody/, async (route) => {
    await new Promise((done) => setTimeout(done, LATE_MS))
    await route.continue().catch(() => undefined) // given up by then
  })
  await page.fill('#customer-search', 'nobody')
  await page.keyboard.press('Enter')
  await first
  await page.fill('#customer-search', 'murongfu')
  await page.keyboard.press('Enter')
  await b.until(async () => {
    const names = await rows.locator('td:first-child').allInnerTexts()
    return names.length > 0 && names.every((name) => name.includes('慕**'))
  }, 'those of the last words')
  await b.close(page)
})

test('CU-09, CU-10: what they look for, and the units on sale beside it; a click opens one', async () => {
  const { items } = await stage.people.sales.get(`/api/v1/customers/search?q=${PHONE}`)
  const page = await open(`/customers/${items[0].id}?tab=intent`)
  const matches = page.locator('.matches li')
  await matches.first().waitFor()
  await pick(page, '用途', '住宅')
  await page.getByLabel('总价到').fill('150')
  await page.getByRole('switch', { name: '总价必须满足' }).focus()
  await page.keyboard.press('Space')
  await b.until(async () => {
    const texts = await page.locator('.matches .right').allInnerTexts()
    return texts.length > 0 && texts.every((x) => x !== '—' && Number(x.replace(/[^\d.]/gu, '')) <= 1500000)
  }, 'nothing dearer')
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator('.el-message', { hasText: '已保存' }).waitFor()
  const saved = await stage.people.sales.get(`/api/v1/customers/${items[0].id}/intents`)
  assert.deepEqual([saved.items[0].class, saved.items[0].hard, saved.items[0].price.max], ['home', ['price'], 150000000])
  await matches.first().locator('a').click()
  await page.waitForURL(/\/units\/\d+/)
  await b.close(page)
})

test('CU-04: another source is asked for on the record; who decides sees both; the record follows', async () => {
  const { items } = await stage.people.sales.get(`/api/v1/customers/search?q=${PHONE}`)
  const page = await open(`/customers/${items[0].id}`)
  await b.button(page, '申请变更来源').click()
  await pick(page, '新来源', '中介带看')
  await page.fill('#source-reason', '中介补交带看单')
  await submit(page).click()
  await page.locator('.source', { hasText: '正在审批：变更为“中介带看”' }).waitFor()
  assert.equal(await b.button(page, '申请变更来源').count(), 0)
  const manager = await open('/approvals', { client: stage.people.manager })
  const sheet = manager.locator('.source-change')
  await sheet.waitFor()
  for (const words of ['慕容复', '自访', '中介带看', '中介补交带看单']) await sheet.getByText(words, { exact: true }).waitFor()
  await manager.getByRole('button', { name: /^同意/ }).click()
  await page.locator('.source > span', { hasText: '中介带看' }).waitFor() // by itself
  await page.locator('.page-head', { hasText: '中介带看' }).waitFor()
  await page.getByRole('tab', { name: '事件' }).click()
  await page.locator('.events li.source', { hasText: '陈经理' }).waitFor()
  await page.locator('.events li.created', { hasText: '自访' }).waitFor()
  await b.close(manager)
  await b.close(page)
})

test('PA-10: a source is added and disabled; whoever has it keeps it', async () => {
  const page = await open('/options', { client: stage.people.manager })
  await page.waitForSelector('tbody tr')
  await page.locator('.page-head-actions .el-button').click()
  await page.fill('#o-name', '房展会')
  await page.fill('#o-code', 'fair')
  await submit(page).click()
  const row = page.locator('tbody tr', { hasText: '房展会' })
  await row.waitFor()
  await row.getByRole('button', { name: /停用/u }).click()
  await row.filter({ hasText: /启用\s*房展会/u }).waitFor()
  await page.locator('.page-head-actions .el-button').click()
  await page.fill('#o-name', '另一个')
  await page.fill('#o-code', 'fair')
  await submit(page).click()
  await page.locator('.el-drawer .wrong', { hasText: 'fair' }).waitFor()
  await b.close(page)
})

test('a list comes in: faults by row first, then all of it', async () => {
  const page = await open('/customers/import', { client: stage.people.manager })
  const file = join(stage.site.folder, 'list.csv')
  const write = (second) =>
    writeFileSync(file, `姓名,电话,来源,告知版本\n甲一,13655550001,自访,2026-01\n乙二,${second},自访,2026-01\n`)
  write('13655550001')
  await page.setInputFiles('.drop input[type=file]', file)
  await page.locator('tbody tr', { hasText: '与第 2 行重复' }).waitFor()
  const go = page.getByRole('button', { name: /^导入 \d/u })
  assert.equal(await go.isDisabled(), true)
  write('13655550002')
  await page.setInputFiles('.drop input[type=file]', file)
  await page.getByText('2 行都可以导入').waitFor()
  await go.click()
  await page.getByText('已导入 2 位客户').first().waitFor()
  await b.close(page)
})

test('CU-35: restricted and erased from the record', async () => {
  const { items } = await stage.people.manager.get('/api/v1/customers/search?q=13655550002')
  const page = await open(`/customers/${items[0].id}?tab=consent`, { client: stage.people.manager })
  for (const verb of ['限制处理', '擦除']) {
    await b.button(page, verb).first().click()
    await page.fill('#ask-reason', '本人来函 2026-05-01')
    await b.confirm(page)
    await page.locator('.rows strong', { hasText: verb }).waitFor()
  }
  await page.locator('h1', { hasText: '已**' }).waitFor()
  await b.close(page)
})
