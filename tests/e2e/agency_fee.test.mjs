// agency_fee.test.mjs - agency fees in a real browser: the buyer's choice written down at the deal, taken at the counter by
// keyboard alone on a receipt of their own, paid over in the office, and what came back reversed.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before } from 'node:test'
import { virtualReaders } from '../integration/lib/members.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { desk, place } from './lib/desk.mjs'
import { buyerOf } from './lib/member.mjs'
import { closeShifts, swipeBuyer, TillHands } from './lib/till.mjs'

const READER = '代收读卡器'
const FUND = { name: '住宅专项维修资金', standard: '100 元/m²', payee: '市住房维修资金管理中心', formula: 'area', rate: 10000 }
let stage, people, project, at, who, deal, fee
before(async () => {
  stage = await Stage.open({ config: { devices: virtualReaders(READER) } })
  ;({ people, project } = stage)
  at = await place(stage, { name: '收银台', reader: READER })
  who = await buyerOf(stage)
  deal = who.owing.id
  await closeShifts(people.cashier)
  fee = await people.manager.post(`/api/v1/projects/${project}/fees`, { kind: 'agency', voluntary: true, ...FUND }, 201)
  const books = await people.cashier.get(`/api/v1/projects/${project}/receipt-books`)
  const book = books.items.find((x) => x.kind === 'agency')
  await people.cashier.post(`/api/v1/receipt-books/${book.id}/take-out`, { version: book.version }, 200)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const opened = (path, login, more = {}) => b.office(stage.browser, stage.site, path, { client: people[login], ...more })
const read = () => people.cashier.get(`/api/v1/deals/${deal}`)
const feeNow = async () => (await read()).fees.find((f) => f.fee_id === fee.id)
const looked = async (page, what) => assert.deepEqual(await b.axe(page), [], what)
const submit = (page) => page.locator('.el-drawer:visible .el-drawer__footer button[type=submit]')
/** ANCHANG_SHOTS keeps a picture of what was looked at. */
async function shot(page, name) {
  const dir = process.env.ANCHANG_SHOTS
  if (!dir) return
  mkdirSync(dir, { recursive: true })
  await page.screenshot({ path: `${dir}/fee-${name}.png` })
}

test('FI-09: what the buyer chose is written down at the deal, worked out from it, and taken back while nothing is paid', async () => {
  const page = await opened(`/deals/${deal}?p=${project}`, 'manager')
  const part = page.locator('[data-part=fees]')
  await part.getByText('买受人没有选择代收费').waitFor()
  await part.locator('[data-act=choose-fees]').click()
  await b.dialog(page).getByText('代办不动产登记').waitFor()
  await looked(page, 'choosing')
  await shot(page, 'choose')
  for (const name of ['代办不动产登记', FUND.name]) await b.dialog(page).locator('.el-checkbox', { hasText: name }).click()
  await b.confirm(page)
  await part.locator(`[data-fee="${fee.id}"]`).waitFor()
  const now = await feeNow()
  assert.equal(now.amount_fen, now.base * 100)
  const other = part.locator('tr', { hasText: '代办不动产登记' })
  await other.getByRole('button', { name: '取消' }).click()
  await page.fill('#fee-end-reason', '买受人自己办')
  await b.confirm(page)
  await other.waitFor({ state: 'detached' })
  await looked(page, 'chosen')
  await part.scrollIntoViewIfNeeded()
  await shot(page, 'deal')
  await b.close(page)
})

test('FI-10: at the counter it stands apart from the house, goes on its own receipt, and is not mixed with it', async () => {
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  const was = await read()
  await hands.openShift('200')
  await swipeBuyer(page, at, who)
  await hands.due(new RegExp(who.owing.unit))
  assert.match(await page.locator('tr.apart').innerText(), /代收费[\s\S]*不计入房款/)
  await looked(page, 'paying')
  await shot(page, 'counter')
  const field = page.locator(`[data-due="fee-${fee.id}"] input`)
  while (!(await field.evaluate((x) => x === document.activeElement))) await hands.keys('ArrowDown')
  await hands.amount('1000')
  await hands.keys('F9')
  await hands.see('.body .wrong') // with the house's line that was filled in
  while (!(await page.evaluate(() => document.activeElement?.closest('[data-due]') === document.querySelector('[data-due]'))))
    await hands.keys('ArrowUp')
  await hands.keys('Control+a', 'Delete')
  await hands.pay('F6', '', '')
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  assert.match(await page.locator('.confirm-pay').innerText(), new RegExp(FUND.name))
  await hands.keys('F9')
  assert.match(await hands.receipt(), /^DS\d{6}$/)
  assert.match(await page.locator('.receipt-given').innerText(), new RegExp(FUND.name))
  await shot(page, 'receipt')
  const now = await read()
  assert.equal(now.received_fen, was.received_fen)
  assert.deepEqual([(await feeNow()).collected_fen, (await feeNow()).balance_fen], [100000, 100000])
  await b.close(page)
})

test('FI-10: paid over up to the balance, in the history, and reversed with a reason', async () => {
  const page = await opened(`/agency-fees?p=${project}`, 'manager')
  const row = page.locator('tbody tr', { hasText: FUND.name })
  await row.waitFor()
  await looked(page, 'the fees')
  await shot(page, 'fees')
  await row.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/tab=deals/)
  await page.locator('tbody tr', { hasText: who.owing.unit }).waitFor()
  await looked(page, 'deal by deal')
  await shot(page, 'deals')
  await page.locator('[data-act=pay-over]').click()
  const sum = page.locator('.el-drawer .fen').first()
  await sum.waitFor()
  assert.equal(await sum.inputValue(), '1000')
  await page.fill('#payover-reference', 'ZF-2026-1')
  await sum.fill('1000.01')
  await page.locator('.el-drawer .wrong').waitFor()
  assert.ok(await submit(page).isDisabled())
  await looked(page, 'paying over')
  await sum.fill('600')
  await shot(page, 'pay')
  await page.keyboard.press('Enter')
  await page.locator('tbody tr', { hasText: '400' }).waitFor()
  assert.deepEqual([(await feeNow()).paid_over_fen, (await feeNow()).balance_fen], [60000, 40000])

  await page.getByRole('tab', { name: '转付记录' }).click()
  await page.locator('tbody tr', { hasText: 'ZF-2026-1' }).click()
  await page.locator('.el-drawer').getByText(who.owing.unit).waitFor()
  await looked(page, 'one that was paid over')
  await page.locator('[data-act=reverse]').click()
  await page.fill('#payover-reason', '收款单位退回')
  await b.confirm(page)
  await page.locator('.el-drawer').getByText('收款单位退回').waitFor()
  await shot(page, 'reversed')
  await page.keyboard.press('Escape')
  await page.locator('tbody .mark.bad').waitFor()
  assert.deepEqual([(await feeNow()).paid_over_fen, (await feeNow()).balance_fen], [0, 100000])
  await b.close(page)
  stage.site.verify()
})

test('who may not pay over sees what there is and no button; in English too, on a large screen', async () => {
  const page = await opened(`/agency-fees?p=${project}`, 'cashier', { lang: 'en', viewport: { width: 1920, height: 1080 } })
  await page.locator('tbody tr', { hasText: FUND.name }).waitFor()
  assert.equal(await page.locator('[data-act=pay-over]').count(), 0)
  await looked(page, 'English')
  await shot(page, 'en')
  await page.getByRole('tab', { name: 'Paid over' }).click()
  await page.locator('tbody tr', { hasText: 'ZF-2026-1' }).waitFor()
  await shot(page, 'en-history')
  await b.close(page)
})
