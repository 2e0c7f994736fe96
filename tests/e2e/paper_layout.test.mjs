// paper_layout.test.mjs - a layout is changed where it is seen: chosen, moved by pointer and keys, undone, kept as a
// version, printed as a test page; a printer that is off is set right.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { until } from '../integration/lib/cups.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage, layout
before(async () => {
  stage = await Stage.open({ people: ['admin', 'manager', 'control'] })
  layout = (await stage.people.admin.get('/api/v1/paper-layouts')).items.find((l) => l.kind === 'receipt')
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const office = (path, more = {}) => b.office(stage.browser, stage.site, path, { client: stage.people.admin, ...more })
const looked = async (page, what) => assert.deepEqual(await b.axe(page), [], what)
const drawn = (page) => page.locator('.sheet-paper:not(.stale) img').waitFor()
const kept = () => stage.people.admin.get(`/api/v1/paper-layouts/${layout.id}`)
const shot = (page, name) => process.env.ANCHANG_SHOTS && page.screenshot({ path: join(process.env.ANCHANG_SHOTS, name) })

test('from the list: a copy is made, an item moved by pointer and keys, undone, its text changed, saved', async () => {
  const page = await office('/printing')
  const row = page.locator('section', { hasText: '每种单据的样子' }).locator('tr', { hasText: layout.name })
  await row.waitFor()
  await looked(page, 'the list')
  await shot(page, 'layouts.png')
  await row.getByRole('button', { name: '复制' }).click()
  await drawn(page)
  await looked(page, 'the paper')
  await shot(page, 'layout.png')

  const nth = JSON.parse((await kept()).body).items.findIndex((i) => i.box === '{payer}')
  const payer = page.locator(`[data-item="${nth}"]`)
  const before = await payer.boundingBox()
  await page.mouse.move(before.x + 10, before.y + 5)
  await page.mouse.down()
  await page.mouse.move(before.x + 60, before.y + 25, { steps: 4 })
  await page.mouse.up()
  await drawn(page)
  const moved = await payer.boundingBox()
  assert.ok(moved.x > before.x + 40 && moved.y > before.y + 15, 'it went with the pointer')
  await page.getByRole('button', { name: '撤销' }).click()
  await drawn(page)
  assert.ok(Math.abs((await payer.boundingBox()).x - before.x) < 1, 'and back')

  await b.choose(page, '所选内容', '多行文字 {payer}')
  await page.locator('.sheet-paper').focus()
  await page.keyboard.press('Shift+ArrowRight')
  await drawn(page)
  assert.equal(await page.locator('#li-x').inputValue(), '41.0') // 36 and 5 mm
  await looked(page, 'an item')
  await shot(page, 'layout_item.png')
  await page.fill('#li-text', '交款人 {payer}')
  await page.fill('#l-name', '收据（宽交款人）')
  await drawn(page)
  await page.getByRole('button', { name: '保存为新版本' }).click()
  await page.locator('.el-message', { hasText: '第 2 版' }).waitFor()
  await b.close(page)
  const made = (await stage.people.admin.get('/api/v1/paper-layouts')).items.find((l) => l.name === '收据（宽交款人）')
  const { body } = await stage.people.admin.get(`/api/v1/paper-layouts/${made.id}`)
  assert.ok(JSON.parse(body).items.some((i) => i.box === '交款人 {payer}' && i.x === 41))
  assert.equal((await kept()).ordinal, 1, 'the first stays as it was')
})

test('a field that is not there is named and cannot be kept; the source text says the same', async () => {
  const page = await office(`/printing/layouts/${layout.id}`)
  await drawn(page)
  await page.getByRole('button', { name: '源文本' }).click()
  const source = page.locator('textarea[aria-label="源文本"]')
  const text = await source.inputValue()
  await source.fill(text.replace('{payer}', '{nobody}'))
  await page.locator('.problem', { hasText: 'nobody' }).waitFor()
  await looked(page, 'a wrong field')
  await shot(page, 'layout_wrong.png')
  await source.fill(text.slice(0, 100))
  await page.getByText('源文本还不完整').waitFor()
  assert.ok(await page.getByRole('button', { name: '保存为新版本' }).isDisabled())
  await source.fill(text)
  await page.getByRole('button', { name: '看纸面' }).click()
  await drawn(page)
  await b.close(page)
})

test('a printer that is off: a test page, then its offset', async () => {
  const page = await office('/printing', { lang: 'en' })
  const row = page.locator('tr', { hasText: 'PDF folder' }).first()
  await row.getByRole('button', { name: 'Test print' }).click()
  await looked(page, 'a test page')
  await page.getByRole('button', { name: 'Print a test page' }).click()
  const folder = join(stage.site.state, 'printed')
  await until(() => fs.existsSync(folder) && fs.readdirSync(folder).some((f) => f.startsWith('测试页')), 'a test page')
  await row.getByRole('button', { name: 'Change' }).click()
  await page.fill('#p-right', '2.5')
  await page.locator('#p-right').press('Tab')
  await looked(page, 'an offset')
  await shot(page, 'printer_en.png')
  await page.getByRole('button', { name: 'Save' }).click()
  await until(async () => (await stage.people.admin.get('/api/v1/printers')).items[0].offset_x === 25, 'kept')
  await b.close(page)
})
