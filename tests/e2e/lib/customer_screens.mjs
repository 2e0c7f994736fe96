// customer_screens.mjs - every look of the office's screens of customers, visits and lists: axe and the pictures go
// through the same ones. @look is called with a name, and what to look at alone (a dialog), if any.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as b from './browser.mjs'

const PHONE = '19900000005' // of the demonstration's fifth
const DRAWER = '.el-drawer'

const shut = async (page) => {
  await page.keyboard.press('Escape')
  await page.locator('.el-drawer:visible').waitFor({ state: 'detached' })
}

export async function recordLooks(stage, options, look) {
  const { people, site, browser } = stage
  const page = await b.office(browser, site, '/customers', { client: people.manager, ...options })
  await page.waitForSelector('tbody tr')
  await look(page, 'list')
  await page.fill('#customer-search', 'chenj') // 陈静; 'chen' is a part of 罗成 too
  await page.keyboard.press('Enter')
  await b.until(async () => {
    const names = await page.locator('tbody td:first-child').allInnerTexts()
    return names.length > 0 && names.every((name) => name.includes('陈'))
  }, 'only those found')
  await look(page, 'found by pinyin')
  await page.fill('#customer-search', '没有这个人')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.empty')
  await look(page, 'nobody')

  const { items } = await people.manager.get(`/api/v1/customers/search?q=${PHONE}`)
  for (const [tab, ready] of [
    ['facts', '.facts dd'],
    ['timeline', '.events li'],
    ['visit', 'tbody tr'],
    ['intent', '.matches li'],
    ['consent', '.rows li'],
  ]) {
    await b.visit(page, `/customers/${items[0].id}?tab=${tab}`)
    await page.waitForSelector(ready)
    await look(page, `record, ${tab}`)
  }
  await b.visit(page, `/customers/${items[0].id}`)
  await page.waitForSelector('.groups, .sheet .muted')
  await page.locator('section', { has: page.locator('.groups') }).locator('button').first().click()
  await page.waitForSelector('#d-address')
  await look(page, 'details form', DRAWER)
  await shut(page)

  await page.keyboard.press('Alt+n')
  await page.waitForSelector('#v-phone')
  await look(page, 'visit form', DRAWER)
  await page.fill('#v-phone', PHONE)
  await page.waitForSelector('.who')
  await look(page, 'visit, who has been here', DRAWER)
  await page.fill('#v-phone', '13655550000')
  await page.waitForSelector('#v-name')
  await look(page, 'visit, a new customer', DRAWER)
  await b.close(page)
}

export async function listLooks(stage, options, look) {
  const { people, site, browser } = stage
  const page = await b.office(browser, site, '/options', { client: people.manager, ...options })
  await page.waitForSelector('tbody tr')
  await look(page, 'options')
  await page.locator('.page-head-actions .el-button').click()
  await page.waitForSelector('#o-code')
  await look(page, 'option form', DRAWER)
  await shut(page)
  await b.visit(page, '/options?kind=fields')
  await page.waitForSelector('.el-tabs__item.is-active#tab-fields')
  await page.waitForSelector('.empty')
  await look(page, 'own fields')
  const file = join(site.folder, 'list.csv')
  writeFileSync(file, '姓名,电话,来源,告知版本\n甲,12,自访,2026-01\n乙,13655550001,天上,2026-01\n丙,13655550002,自访,\n')
  await b.visit(page, '/customers/import')
  await page.waitForSelector('.drop')
  await look(page, 'import')
  await page.setInputFiles('.drop input[type=file]', file)
  await page.waitForSelector('tbody tr')
  await look(page, 'import, faults')
  await b.close(page)
}
