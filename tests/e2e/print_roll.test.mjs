// print_roll.test.mjs - a receipt printer is set up on the screen: how it is connected, its route with a layout that it
// takes, that layout as text beside its picture, a test page out of it.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { until } from '../integration/lib/cups.mjs'
import { Escpos } from '../integration/lib/escpos.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage, printer
before(async () => {
  printer = await Escpos.start()
  stage = await Stage.open({ people: ['admin', 'manager', 'control'] })
})
after(async () => {
  await stage?.close()
  await printer?.close()
})

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const admin = () => stage.people.admin
const office = (path) => b.office(stage.browser, stage.site, path, { client: admin() })
const looked = async (page, what) => assert.deepEqual(await b.axe(page), [], what)

test('a way that leads nowhere is said at its field; the right one is idle, and its route takes a roll', async () => {
  const page = await office('/printing')
  await page.locator('button', { hasText: '添加打印机' }).click()
  await page.locator('#p-name').fill('收银台小票机')
  await b.choose(page, '类型', '小票打印机（直连）')
  await page.locator('#p-target').fill('192.168.1.20')
  await b.button(page, '保存').click()
  await page.getByText('打印机的连接方式写法不对').first().waitFor()
  await looked(page, 'a wrong way')
  await page.locator('#p-target').fill(printer.target)
  await b.button(page, '保存').click()
  const row = page.locator('tr', { hasText: '收银台小票机' }).first()
  await row.locator('.mark', { hasText: '空闲' }).waitFor()
  printer.does('empty')
  await row.getByText('打印机缺纸').waitFor()
  printer.does('ok')
  await b.choose(page, '打印机 默认', '收银台小票机')
  const rolls = (await admin().get('/api/v1/paper-layouts')).items.find((l) => l.name.includes('80 mm'))
  const taken = async () => (await admin().get('/api/v1/print-routes')).items[0]?.layout_id === rolls.id
  await until(taken, 'a layout that it takes')
  await looked(page, 'its route')
  await b.close(page)
})

test('its layout is text beside its picture; what is wrong with it is named; a test page comes out', async () => {
  const { id } = (await admin().get('/api/v1/paper-layouts')).items.find((l) => l.name.includes('80 mm'))
  const page = await office(`/printing/layouts/${id}`)
  await page.locator('img.roll:not(.stale)').waitFor()
  await looked(page, 'a roll')
  const source = page.locator('textarea[aria-label="源文本"]')
  const text = await source.inputValue()
  await source.fill(text.replace('{payer}', '{nobody}'))
  await page.locator('.problem', { hasText: 'nobody' }).waitFor()
  await source.fill(text.replace('热敏纸会褪色', '请妥善保管'))
  await page.locator('img.roll:not(.stale)').waitFor()
  await page.getByRole('button', { name: '保存为新版本' }).click()
  await page.locator('.el-message', { hasText: '第 2 版' }).waitFor()
  await admin().post(`/api/v1/paper-layouts/${id}/test`, { printer_id: (await admin().get('/api/v1/printers')).items.at(-1).id }, 204)
  await until(() => printer.out().some((paper) => paper.includes('测试页') && paper.includes('请妥善保管')), 'a test page')
  await b.close(page)
})
