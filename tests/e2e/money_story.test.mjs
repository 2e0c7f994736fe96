// money_story.test.mjs - one buyer's money from the first day to the last, on the screens where it happens: earnest
// money at the counter, carried to a deposit that is paid in two ways, the down payment, the loan's arrival, the area
// settled, an exchange under approval, a refund, the end of the shift. After each step every screen says what the ledger's own sums are.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { enrolCustomer, virtualReaders } from '../integration/lib/members.mjs'
import { slip, till } from '../integration/lib/money.mjs'
import { approvedLoan, Sales } from '../integration/lib/service.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { desk, place } from './lib/desk.mjs'
import { approve } from './lib/sale.mjs'
import { closeShifts, swipeBuyer, TillHands } from './lib/till.mjs'

const READER = '收银读卡器'
const FLOAT = 200000
let stage, people, project, shop, at, who, deal
let cash = 0 // fen that came in at the counter in cash, less what went out
before(async () => {
  stage = await Stage.open({ config: { devices: virtualReaders(READER) } })
  ;({ people, project } = stage)
  at = await place(stage, { name: '收银台', reader: READER })
  shop = await Sales.of(people.sales, people.cashier)
  who = await enrolCustomer(people.cashier, shop.buyer, 'n:66888001')
  await till(people.cashier, project)
  await closeShifts(people.cashier)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const fen = (text) => Math.round(Number(text.replace(/[^\d.-]/g, '')) * 100)
const opened = (address, login) => b.office(stage.browser, stage.site, address, { client: people[login] })
const read = (id = deal.id) => people.cashier.get(`/api/v1/deals/${id}`)
const submit = (page) => page.locator('.el-drawer:visible .el-drawer__footer button[type=submit]')

/** The cashier's desk with the buyer's card swiped. */
async function counter() {
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  await swipeBuyer(page, at, who)
  return { page, hands }
}

// ---- what the ledger says, asked of the database itself

function sql(text) {
  const done = spawnSync('sqlite3', ['-readonly', join(stage.site.state, 'anchang.db'), text], { encoding: 'utf8' })
  assert.equal(done.status, 0, done.stderr)
  return Number(done.stdout)
}

const balance = (where) =>
  sql(`SELECT COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entry e JOIN ledger_account a ON a.id = e.credit_id
         WHERE ${where}), 0) - COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entry e JOIN ledger_account a
         ON a.id = e.debit_id WHERE ${where}), 0)`)
const onDeal = (id) => balance(`a.deal_id = ${id}`)
const held = () => balance(`a.customer_id = ${shop.buyer}`)
const collected = () => -balance(`a.kind = 'tender' AND a.project_id = ${project}`)

/** Every screen that shows this money says the same as the ledger. @beside: money of the deal that is not for its price. */
async function agree({ beside = 0, ...expected }) {
  assert.equal(onDeal(deal.id), expected.deal + beside, 'the ledger')
  assert.equal(held(), expected.held, 'what is held')
  const told = await read()
  assert.deepEqual([told.received_fen, told.money_fen], [expected.deal, expected.deal + beside], 'the API')
  const page = await opened(`/deals/${deal.id}?p=${project}`, 'manager')
  const shown = page.locator('.standing .figures dd').nth(1)
  await shown.waitFor()
  assert.equal(fen(await shown.innerText()), expected.deal, 'the deal')
  const plan = page.locator('section[aria-label="付款计划"] tfoot td')
  await plan.last().waitFor()
  const texts = await plan.allInnerTexts()
  assert.ok(texts.map(fen).includes(expected.deal), `the schedule: ${texts}`)
  await b.visit(page, `/deals?p=${project}&cols=received.due_now`)
  const row = page.locator('tbody tr', { hasText: deal.unit }).first()
  await row.waitFor()
  const [received, due] = (await row.locator('td').allInnerTexts()).slice(-2).map((x) => fen(x) || 0)
  assert.deepEqual([received, due], [expected.deal, (await read()).due_now_fen], 'the list of deals')
  await b.visit(page, `/collection?p=${project}`)
  await page.locator('tfoot td').last().waitFor()
  assert.equal(fen(await page.locator('tfoot td').last().innerText()), collected(), 'the report of the day')
  await b.close(page)
  stage.site.verify()
}

test('earnest money of who has no home yet', async () => {
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  await hands.openShift(String(FLOAT / 100))
  await swipeBuyer(page, at, who)
  await hands.due(/诚意金/)
  await hands.amount('20000')
  await hands.pay('F6', '', '')
  await hands.take()
  cash += 2000000
  await b.close(page)
  assert.equal(held(), 2000000)
})

test('carried to the deposit, whose rest comes in two ways', async () => {
  deal = await shop.owing()
  const deposit = deal.receivables.find((l) => l.fund === 'deposit').amount_fen
  const { page, hands } = await counter()
  await hands.due(new RegExp(deal.unit))
  await page.locator('.held', { hasText: '20,000' }).waitFor()
  await hands.keys('Alt+m')
  await hands.at('#carry-amount')
  await hands.amount('20000')
  await hands.keys('Enter')
  await page.locator('.held').waitFor({ state: 'detached' })
  await agree({ deal: 2000000, held: 0 })
  const rest = deposit - 2000000
  await hands.at('[data-due] input')
  await hands.amount(String(rest / 100))
  await hands.pay('F6', '10000', '')
  await hands.pay('F8', '', slip(), 'POS-1', '000001', '4321')
  await hands.take()
  cash += 1000000
  await b.close(page)
  await agree({ deal: deposit, held: 0 })
})

test('the down payment, after the contract', async () => {
  deal = await shop.sign(await read())
  const owed = deal.receivables.filter((l) => l.fund !== 'bank_loan').reduce((n, l) => n + l.amount_fen - l.received_fen, 0)
  const { page, hands } = await counter()
  await hands.due(new RegExp(deal.unit))
  await hands.amount(String(owed / 100))
  await hands.pay('Alt+t', '', slip())
  await hands.take()
  await b.close(page)
  await agree({ deal: deal.received_fen + owed, held: 0 })
})

test('the loan arrives from its bank', async () => {
  await approvedLoan(people.manager, deal)
  const { amount_fen } = deal.receivables.find((l) => l.fund === 'bank_loan')
  const page = await opened(`/loans?p=${project}`, 'cashier')
  const row = page.locator('tr', { hasText: `HT-${deal.id}` })
  await row.getByRole('button', { name: /^登记到账/ }).click()
  await page.fill('#loan-reference', slip())
  await b.dialog(page).locator('button[type=submit]').click()
  await row.waitFor({ state: 'detached' })
  await b.close(page)
  deal = await read()
  assert.equal(deal.received_fen, deal.total_fen)
  await agree({ deal: deal.total_fen, held: 0 })
})

test('the home measures more: settled by the rule, the difference paid on a line of its own', async () => {
  const { items } = await people.manager.get(`/api/v1/projects/${project}/settlements`)
  const gross = items.find((x) => x.deal_id === deal.id).contract_area + 10
  const page = await opened(`/settlements?p=${project}`, 'manager')
  await page.locator('[data-act="measure"]').click()
  const drawer = page.locator('.el-drawer:visible')
  await page.fill('#measure-source', '测绘报告 2026-11')
  await page.fill('#measure-unit', deal.unit)
  await page.locator('.combo-pop [role=option]', { hasText: deal.unit }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.fill('#measure-gross', (gross / 100).toFixed(2))
  await page.fill('#measure-inner', (gross / 125).toFixed(2))
  await drawer.getByRole('button', { name: '加入' }).click()
  await drawer.getByRole('button', { name: '登记 1 套' }).click()
  await drawer.waitFor({ state: 'detached' })
  await b.close(page)
  const finance = await opened(`/settlements?p=${project}`, 'cashier')
  const row = finance.locator('tbody tr', { hasText: deal.unit })
  await row.locator('.pick').click()
  await finance.locator('.page-head-actions .el-button--primary').click()
  await b.confirm(finance)
  await row.locator('.pick').waitFor({ state: 'detached' })
  await b.close(finance)
  const owed = (await read()).receivables.find((l) => l.fund === 'area_difference').amount_fen
  assert.ok(owed > 0)
  const { page: till, hands } = await counter()
  await hands.due(new RegExp(deal.unit))
  await hands.amount(String(owed / 100))
  await hands.pay('Alt+t', '', slip())
  await hands.take()
  await b.close(till)
  await agree({ deal: deal.total_fen, beside: owed, held: 0 })
  deal = await read()
})

test('an exchange for a smaller home, approved by another: its vouchers move all that was paid', async () => {
  const { items } = await people.sales.get(`/api/v1/projects/${project}/units?limit=500`)
  const to = items
    .filter((u) => u.state === 'A' && u.class === 'home' && u.total_fen && u.total_fen < deal.total_fen)
    .sort((x, y) => x.total_fen - y.total_fen)[0]
  const { path } = await people.sales.get(`/api/v1/units/${to.id}`)
  const page = await opened(`/deals/${deal.id}?p=${project}&change=1`, 'sales')
  await page.locator('.kind[data-kind="exchange"]').click()
  await page.fill('#ca-unit', path)
  await page.locator('.combo-pop [role=option]', { hasText: path }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.click('#ca-terms')
  await page.locator('.quote .answer[aria-busy="false"] .chain').waitFor()
  await page.locator('.quote .save button').click()
  await page.fill('#ca-document', '换房协议-1')
  await page.fill('#ca-reason', '换小户型')
  await page.locator('.el-drawer .after[aria-busy="false"] .effect').waitFor()
  await submit(page).click()
  await page.locator('[data-change] .mark.wait', { hasText: '待审批' }).waitFor()
  await approve(stage, people.manager, `${deal.unit} → ${path}`)
  await page.locator('[data-change] .mark.live', { hasText: '已办理' }).waitFor()
  await page.locator('[data-change]').getByText('换房后的交易').click()
  await page.locator('.page-head', { hasText: path }).waitFor()
  const moved = { deal: deal.received_fen, beside: deal.money_fen - deal.received_fen }
  await b.close(page)
  assert.equal(onDeal(deal.id), 0, 'nothing is left on a deal that ended')
  const [change] = (await people.sales.get(`/api/v1/deals/${deal.id}/changes`)).items
  deal = await read(change.new_deal_id)
  assert.equal(deal.unit, path)
  await agree({ ...moved, held: 0 })
})

test('what is too much goes back, approved by another, paid by transfer', async () => {
  const over = deal.received_fen - deal.total_fen
  assert.ok(over > 0)
  const page = await opened(`/deals/${deal.id}?p=${project}`, 'sales')
  await page.locator('[data-ask="refund"]').click()
  await page.locator('#refund-down_payment').waitFor()
  assert.equal(await page.locator('#refund-bank_loan').count(), 0, 'a loan goes back to its bank alone')
  await page.fill('#refund-deposit', '')
  const settled = fen(await page.inputValue('#refund-area_difference'))
  assert.equal(settled, deal.money_fen - deal.received_fen, 'the new home owes none')
  await page.fill('#refund-down_payment', String(over / 100))
  await page.fill('#refund-reason', '换房差额')
  await page.fill('#refund-bank', '建设银行')
  await page.fill('#refund-account', '6222021234567890')
  await submit(page).click()
  await page.locator('[data-refund] .mark.wait', { hasText: '待审批' }).waitFor()
  await approve(stage, people.manager, '换房差额')
  await page.locator('[data-refund] .mark.open', { hasText: '待支付' }).waitFor()
  await b.close(page)
  const [refund] = (await people.cashier.get(`/api/v1/refunds?deal=${deal.id}`)).items
  const office = await opened(`/refunds/${refund.id}?p=${project}`, 'cashier')
  await office.locator('[data-act="pay"]').click()
  await office.fill('#refund-reference', slip())
  await b.confirm(office)
  await office.locator('.el-drawer .mark.live', { hasText: '已支付' }).waitFor()
  await b.close(office)
  await agree({ deal: deal.total_fen, held: 0 })
})

test('the shift is closed with what its drawer has; its report says what came in and went out', async () => {
  const [{ id }] = (await people.cashier.get('/api/v1/my/shifts')).items.filter((x) => x.closed_ms === null)
  const inShift = (tender) => -balance(`a.tender = '${tender}' AND e.voucher_id IN (SELECT v.id FROM voucher v WHERE v.shift_id = ${id})`)
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  await hands.see('[data-shift=open]')
  await hands.keys('Alt+s')
  await hands.at('[data-count=cash] input')
  await hands.type(String((FLOAT + cash) / 100))
  for (const tender of ['card', 'transfer', 'cheque', 'loan']) {
    await page.locator(`[data-count=${tender}] input`).first().focus()
    await hands.amount(String(inShift(tender) / 100))
  }
  await page.locator('#ts-next').focus()
  await hands.keys('Tab', 'Enter')
  await hands.see('[data-counted=cash]')
  const line = (await page.locator('[data-counted=cash] .fen').allInnerTexts()).map(fen)
  assert.deepEqual(line.slice(0, 2), [FLOAT + cash, FLOAT + cash])
  assert.equal(await page.locator('.counted .wrong').count(), 0, 'nothing differs')
  await b.close(page)
  await agree({ deal: deal.total_fen, held: 0 })
})
