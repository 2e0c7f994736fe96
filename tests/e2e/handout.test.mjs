// handout.test.mjs - what a visitor prints at the glass: offered where there is a printer for it, a few for each, nothing
// of it left for the next.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { BOTH, Looker } from './lib/look.mjs'

let stage
let terminal
let printer
before(async () => {
  stage = await Stage.open({ people: ['admin', 'control'] })
  terminal = await stage.terminal({ name: '大堂左侧' })
  printer = (await stage.people.admin.get('/api/v1/printers')).items[0]
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const kiosk = (options) => b.kiosk(stage.browser, stage.site, terminal, options)
const routed = async (printer_id) => {
  for (const kind of ['unit_sheet', 'purchase_plan'])
    await stage.people.admin.put(
      '/api/v1/print-routes',
      { kind, terminal_id: terminal.session.terminal.id, printer_id },
      200,
    )
}
const files = () => {
  const folder = join(stage.site.state, 'printed')
  return fs.existsSync(folder) ? fs.readdirSync(folder) : []
}
const printKey = (page) => page.locator('.unit-keys .btn', { hasText: /打印|Print/ })
const says = (page, text) => page.waitForFunction((t) => document.querySelector('.print-sheet')?.textContent.includes(t), text)
const closed = (page) => page.locator('.sheet header .btn').click()
const ESTIMATED = '.estimate dl'

test('without a printer there is no such button', async () => {
  const page = await kiosk()
  await b.wake(page)
  await b.openUnit(page)
  await page.waitForSelector(ESTIMATED)
  assert.equal(await page.getByText('打印', { exact: false }).count(), 0)
})

test('a sheet and a plan come out, three at most, and the next visitor has his own', async () => {
  await routed(printer.id)
  const page = await kiosk({ clock: true })
  await b.wake(page)
  await b.openUnit(page)
  await printKey(page).click()
  await says(page, '请取走您的纸张')
  assert.equal(files().filter((n) => n.startsWith('FY')).length, 1)
  await closed(page)
  await page.locator('.estimate-foot .btn').click()
  await says(page, '请取走您的纸张')
  assert.equal(files().filter((n) => n.startsWith('JH')).length, 1)
  const number = (await page.textContent('.print-sheet .num')).match(/JH\d+/)[0]
  await closed(page)
  await printKey(page).click()
  await says(page, '请取走您的纸张')
  await closed(page)
  await printKey(page).click()
  await says(page, '每次最多打印 3 张')
  await closed(page)
  assert.equal(files().length, 3)
  // The next visitor begins anew, and nothing of the last is left.
  await page.clock.runFor(97_000)
  await page.waitForSelector('.attract-figures')
  const left = await page.evaluate(() => document.body.innerHTML + JSON.stringify([localStorage, sessionStorage]))
  assert.ok(!left.includes(number) && !left.includes('print-sheet'))
  await b.wake(page)
  await b.openUnit(page)
  await printKey(page).click()
  await says(page, '请取走您的纸张')
  assert.equal(files().length, 4)
})

test('everybody can read it, in both languages', async () => {
  for (const lang of BOTH) {
    const page = await kiosk()
    const look = new Looker(page, { touch: true })
    await b.wake(page)
    if (lang === 'en') await b.bar(page, 'language').click()
    await b.openUnit(page)
    await page.waitForSelector('.estimate-foot .btn')
    await look.at('unit with its keys')
    await page.locator('.estimate-foot .btn').click()
    await says(page, lang === 'en' ? 'take your paper' : '请取走您的纸张')
    await look.at('printed')
    if (process.env.ANCHANG_KEEP) await page.screenshot({ path: join(process.env.ANCHANG_KEEP, `printed-${lang}.png`) })
    await closed(page)
    if (process.env.ANCHANG_KEEP) await page.screenshot({ path: join(process.env.ANCHANG_KEEP, `unit-${lang}.png`) })
    await look.done()
  }
})

test('the office prints one of the unit that is open', async () => {
  const { control } = stage.people
  const { items } = await control.get(`/api/v1/projects/${stage.project}/units?limit=500`)
  const unit = items.find((u) => u.state === 'A' && u.class === 'home')
  const before = files().length
  const page = await b.office(stage.browser, stage.site, `/units/${unit.id}?p=${stage.project}`, { client: control })
  await b.button(page, '打印').click()
  await page.getByRole('menuitem', { name: '房源单' }).click()
  await b.confirm(page)
  await b.until(() => files().length > before, 'the sheet is printed')
})

test('a printer in trouble is one sentence and a way to staff', async () => {
  const gone = await stage.people.admin.post(
    '/api/v1/printers',
    { name: '走廊', driver: 'cups', target: 'nowhere' },
    201,
  )
  await routed(gone.id)
  const page = await kiosk()
  await b.wake(page)
  await b.openUnit(page)
  await printKey(page).click()
  await says(page, '打印机暂时不能用，请找工作人员。')
  await page.locator('.print-sheet .primary').click()
  await page.waitForFunction(() => document.body.textContent.includes('已通知工作人员'))
})
