// late.test.mjs - paying late in a real browser: what the contract says recorded at the deal, some of it waived under
// approval, the rest taken at the counter by keyboard alone; receipts swapped in the book. The deals are older than the
// day on which all this is done.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before } from 'node:test'
import { enrolCustomer, virtualReaders } from '../integration/lib/members.mjs'
import { take } from '../integration/lib/money.mjs'
import { Sales } from '../integration/lib/service.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { desk, place } from './lib/desk.mjs'
import { closeShifts, swipeBuyer, TillHands } from './lib/till.mjs'

const READER = '滞纳金读卡器'
const AGO_DAYS = 40
let stage, people, project, deal, shop
before(async () => {
  const options = { config: { devices: virtualReaders(READER) }, people: ['admin', 'manager', 'control', 'cashier', 'sales'] }
  stage = await Stage.aged(AGO_DAYS, options, async (then) => {
    shop = await Sales.of(then.people.sales, then.people.cashier)
    deal = await shop.signed()
  })
  ;({ people, project } = stage)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const opened = (path, login, more = {}) => b.office(stage.browser, stage.site, path, { client: people[login], ...more })
const fees = () => people.sales.get(`/api/v1/deals/${deal.id}/late-fees`)
const looked = async (page, what, within) => assert.deepEqual(await b.axe(page, within), [], what)
const part = (page) => page.locator('section[aria-label=滞纳金]')
const toast = (page, words) => page.locator('.el-message', { hasText: words }).waitFor()
const yuan = (fen) => (fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })
/** ANCHANG_SHOTS keeps a picture of what was looked at. */
async function shot(page, name) {
  const dir = process.env.ANCHANG_SHOTS
  if (!dir) return
  mkdirSync(dir, { recursive: true })
  await page.screenshot({ path: `${dir}/late-${name}.png` })
}

test('FI-25: nothing is owed until the contract’s term is recorded; what is wrong with it is said', async () => {
  const page = await opened(`/deals/${deal.id}?p=${project}`, 'manager')
  await part(page).getByText('还没有登记').waitFor()
  await part(page).scrollIntoViewIfNeeded()
  await shot(page, 'no-term')
  await part(page).locator('[data-act=late-term]').click()
  const submit = b.dialog(page).locator('button[type=submit]')
  await page.fill('#late-rate', '1.55')
  await page.fill('#late-days', '10')
  await page.fill('#late-beyond', '3')
  assert.ok(await submit.isDisabled(), 'a rate with two decimals')
  await page.fill('#late-rate', '5')
  await submit.click()
  await b.dialog(page).locator('[role=alert]').first().waitFor() // beyond the days it may not be lower
  await looked(page, 'a term that is refused', '.el-dialog')
  await shot(page, 'term-refused')
  await page.fill('#late-rate', '1')
  await submit.click()
  await part(page).locator('tbody tr').first().waitFor()
  const now = await fees()
  assert.deepEqual([now.term.rate, now.term.days, now.term.beyond_rate], [10, 10, 30])
  assert.ok(now.owed_fen > 0)
  const [line] = now.items
  const text = await part(page).locator('tbody tr').first().innerText()
  for (const words of [line.due_date, String(line.days), '万分之 3', yuan(line.owed_fen)]) assert.ok(text.includes(words), words)
  await part(page).scrollIntoViewIfNeeded()
  await looked(page, 'a deal that pays late')
  await shot(page, 'owed')
  await b.close(page)
})

test('FI-25: a waiver is asked for, seen in words by who approves it, and taken off', async () => {
  const [line] = (await fees()).items
  const page = await opened(`/deals/${deal.id}?p=${project}`, 'sales')
  const row = part(page).locator('tbody tr').first()
  await row.getByRole('button', { name: '申请减免' }).click()
  const submit = b.dialog(page).locator('button[type=submit]')
  assert.equal(await page.inputValue('#late-amount'), (line.owed_fen / 100).toFixed(2))
  await page.fill('#late-amount', ((line.owed_fen + 1) / 100).toFixed(2))
  await page.fill('#late-reason', '银行放款延误，客户已提供证明')
  await submit.click()
  await b.dialog(page).getByText('目前只有').waitFor()
  await looked(page, 'more than is owed', '.el-dialog')
  await shot(page, 'waiver-refused')
  await page.fill('#late-amount', '12.34')
  await submit.click()
  await row.getByText('减免待审批').waitFor()
  await shot(page, 'asked')
  await b.close(page)

  const boss = await opened('/approvals', 'manager')
  const request = boss.locator('.late-part')
  await request.waitFor()
  await request.getByText('银行放款延误').waitFor()
  const text = await request.innerText()
  for (const words of [deal.unit, line.due_date, '12.34', '银行放款延误，客户已提供证明']) assert.ok(text.includes(words), `${words} in ${text}`)
  await looked(boss, 'a waiver to be approved')
  await shot(boss, 'approval')
  await boss.getByRole('button', { name: /^同意/ }).click()
  await b.until(async () => (await fees()).items[0].waived_fen === 1234, 'it is waived')
  await b.visit(boss, `/deals/${deal.id}?p=${project}`)
  await part(boss).locator('tbody tr', { hasText: '12.34' }).waitFor()
  assert.equal((await fees()).items[0].owed_fen, line.owed_fen - 1234)
  await b.close(boss)
})

test('FI-25: at the counter it is a line of its own as of today, and what is taken of it is owed no more', async () => {
  const at = await place(stage, { name: '收银台', reader: READER })
  const who = await enrolCustomer(people.cashier, shop.buyer, 'n:66888001')
  await closeShifts(people.cashier)
  const { owed_fen: owed } = await fees()
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  await hands.openShift('200')
  await swipeBuyer(page, at, who)
  await hands.due(new RegExp(deal.unit))
  const line = page.locator('[data-due=late]')
  await line.waitFor()
  assert.match(await line.innerText(), new RegExp(`滞纳金\\s+截至今日\\s+.*${yuan(owed)}`))
  await looked(page, 'paying late')
  await shot(page, 'counter')
  const field = line.locator('input')
  await hands.amount('')
  await hands.keys('Delete')
  while (!(await field.evaluate((x) => x === document.activeElement))) await hands.keys('ArrowDown')
  await hands.amount(((owed + 1) / 100).toFixed(2))
  await line.locator('.wrong').waitFor()
  await hands.amount('100')
  await hands.pay('F6', '', '')
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  assert.match(await page.locator('.confirm-pay').innerText(), /滞纳金/)
  await hands.keys('F9')
  await hands.receipt()
  const now = await fees()
  assert.deepEqual([now.owed_fen, now.items.reduce((s, r) => s + r.charged_fen, 0)], [owed - 10000, 10000])
  await b.close(page)
  stage.site.verify()
})

test('FI-25: the desk of the office takes it too, with the payer’s bank and a note', async () => {
  const was = (await fees()).owed_fen
  const [bank] = (await people.cashier.get('/api/v1/banks')).items
  const page = await opened(`/deals/${deal.id}?p=${project}`, 'cashier')
  await b.button(page, '收款').click()
  const panel = page.locator('.confirm')
  await panel.locator('.book').waitFor()
  await b.choose(page, '款项', '滞纳金')
  await page.fill('#dm-amount', (was / 100 + 1).toFixed(2))
  await panel.getByText(/最多还可收/).waitFor()
  await page.fill('#dm-amount', '30')
  await page.fill('#dm-reference', 'KJ-LATE-1')
  await b.choose(page, '付款银行', bank.name)
  await page.fill('#dm-note', '客户转账时注明滞纳金')
  await looked(page, 'paying late in the office', '.el-dialog')
  await shot(page, 'office')
  await panel.locator('button[type=submit]').click()
  await toast(page, '已收')
  assert.equal((await fees()).owed_fen, was - 3000)
  const [{ tenders, note, lines }] = (await people.cashier.get(`/api/v1/deals/${deal.id}/receipts`)).items.filter((r) =>
    r.tenders.some((t) => t.reference === 'KJ-LATE-1'),
  )
  assert.deepEqual([lines[0].fund, note, tenders[0].bank_id], ['late_fee', '客户转账时注明滞纳金', bank.id])
  await b.close(page)
  stage.site.verify()
})

test('FI-30: a receipt is swapped with the old paper or without it, for a reason; the leaves say so', async () => {
  const first = await take(people.cashier, deal.id, 'down_payment', 5000)
  const was = await people.sales.get(`/api/v1/deals/${deal.id}`)
  const page = await opened(`/receipt-books/${first.book_id}?p=${project}`, 'cashier')
  const leaf = (number) => page.locator('tbody tr', { hasText: number }).first()
  const swap = async (number, paper, state, reason) => {
    await leaf(number).locator('[data-act=swap]').click()
    const submit = b.dialog(page).locator('button[type=submit]')
    await b.dialog(page).getByText(paper).click()
    assert.ok(await submit.isDisabled(), 'no reason yet')
    await page.fill('#swap-reason', reason)
    await looked(page, paper, '.el-dialog')
    await shot(page, `swap-${paper}`)
    await submit.click()
    await leaf(number).getByText(state, { exact: true }).waitFor()
    assert.ok((await leaf(number).innerText()).includes(reason))
    const old = await people.cashier.get(`/api/v1/receipts/${first.book_id}/${Number(number.replace(/\D/g, ''))}`)
    const by = old.swapped_by
    return (await people.cashier.get(`/api/v1/receipts/${by.book_id}/${by.no}`)).number
  }
  const second = await swap(first.number, '已收回', '已换票', '更名后换开')
  assert.equal(await leaf(first.number).locator('[data-act=swap]').count(), 0, 'swapped once')
  // The step stands on the line of its row and under its heading.
  const [number, button, heading] = await page.evaluate(() => {
    const rect = (element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      return range.getBoundingClientRect()
    }
    const step = document.querySelector('[data-act=swap]')
    const row = step.closest('tr')
    return [row.cells[0], step, document.querySelector('thead th:last-child')].map((e) => rect(e).toJSON())
  })
  assert.ok(Math.abs(number.top - button.top) <= 1, `${button.top - number.top} px below its row`)
  assert.ok(Math.abs(heading.left - button.left) <= 1, `${button.left - heading.left} px beside its heading`)
  const third = await swap(second, '遗失', '遗失', '客户遗失，已登报声明')
  await leaf(third).locator('[data-act=swap]').waitFor()
  await looked(page, 'a book with swapped leaves')
  await shot(page, 'book')
  const { received_fen } = await people.sales.get(`/api/v1/deals/${deal.id}`)
  assert.equal(received_fen, was.received_fen, 'no money moves')
  await b.close(page)
  stage.site.verify()
})
