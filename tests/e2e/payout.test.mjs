// payout.test.mjs - refunds paid out at the counter, what waits for the cashier, and who a payment is of, by keyboard
// alone.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { take } from '../integration/lib/money.mjs'
import { virtualReaders } from '../integration/lib/members.mjs'
import * as b from './lib/browser.mjs'
import { Deals } from './lib/deals.mjs'
import { Stage } from './lib/demo.mjs'
import { desk, place } from './lib/desk.mjs'
import { buyerOf } from './lib/member.mjs'
import { closeShifts, glassOf, swipeBuyer, TillHands } from './lib/till.mjs'

const READER = '退款读卡器'
let stage, people, deals, at, who, deal
before(async () => {
  stage = await Stage.open({ config: { devices: virtualReaders(READER) } })
  people = stage.people
  at = await place(stage, { name: '退款台', reader: READER })
  who = await buyerOf(stage)
  deals = await Deals.at(stage)
  deal = await deals.subscribed(await deals.fresh(), [deals.buyer, deals.other])
  await take(people.cashier, deal.id, 'down_payment', 900000)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const looked = async (page, what) => assert.deepEqual(await b.axe(page), [], what)
const fits = async (page) =>
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), true, 'no scrolling')
const received = async () => (await people.cashier.get(`/api/v1/deals/${deal.id}`)).received_fen
const refundOf = (id) => people.cashier.get(`/api/v1/refunds/${id}`)
const paidBy = async (customer) =>
  (await people.cashier.get(`/api/v1/deals/${deal.id}/refundable`)).payers.find((p) => p.customer_id === customer)?.free_fen
const vouchers = async () => (await people.cashier.get('/api/v1/my/shifts')).items[0].vouchers
const ACCOUNT = '6222021234567890'

const approved = (fen, account) => deals.refund(deal, fen, account)

/** The desk with what waits on it. */
async function todos(options) {
  const page = await desk(stage, at, options)
  const hands = new TillHands(page)
  await hands.keys('Alt+q')
  await hands.at('.work-pane [role=listbox]')
  return { page, hands }
}

/** Down to the row of @kind that says @words, and into it. */
async function into({ page, hands }, kind, words) {
  const rows = await page.locator('.work li').evaluateAll((all) => all.map((x) => [x.dataset.work, x.innerText]))
  const index = rows.findIndex(([k, text]) => k === kind && words.test(text))
  assert.ok(index >= 0, `${kind} ${words} is none of ${JSON.stringify(rows)}`)
  await hands.keys(...Array(index).fill('ArrowDown'), 'Enter')
}

test('FI-27: an approved refund is paid out at the counter, and the customer sees whose, of what, how much', async () => {
  const refund = await approved(123450)
  const was = [await received(), await vouchers()]
  const { page, hands } = await todos()
  await looked(page, 'what waits')
  await into({ page, hands }, 'refund', /1,234\.50/)
  await hands.at('#po-reference')
  await looked(page, 'to be paid out')
  await fits(page)
  const glass = await glassOf(page, hands)
  await glass.locator('.glass-word', { hasText: '应退' }).waitFor()
  const text = (await glass.locator('.glass').innerText()).replace(/\s+/g, ' ')
  assert.match(text, /郑\*+.*1,234\.50/)
  assert.ok(text.includes(deal.unit), text)
  assert.ok(!/郑一鸣|6222|7890|工商|多交/.test(text), text)
  assert.deepEqual(await b.axe(glass), [])
  await hands.keys('F9')
  await hands.wrong('请填写凭证号')
  await hands.keys('Alt+a')
  await page.locator('[data-clear]', { hasText: ACCOUNT }).waitFor()
  await looked(page, 'the account in clear')
  await hands.keys('Alt+a')
  await hands.see('[data-clear]', { state: 'detached' })
  await hands.type('TK-1')
  await page.reload()
  await hands.see('#po-reference')
  assert.equal(await page.locator('#po-reference').inputValue(), 'TK-1')
  const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))
  assert.ok(!/郑|6222/.test(kept), kept)
  await hands.at('#po-reference')
  await hands.keys('Enter')
  await hands.see('.confirm-pay')
  assert.match(await page.locator('.confirm-pay').innerText(), /壹仟贰佰叁拾肆元伍角整/)
  await looked(page, 'before it is paid')
  await hands.keys('Escape')
  await hands.see('.confirm-pay', { state: 'detached' })
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  await hands.keys('F9')
  await page.locator('.payout-pane .done').waitFor()
  await glass.locator('.glass-word', { hasText: '已退' }).waitFor()
  await looked(page, 'paid')
  assert.deepEqual([await received(), await vouchers()], [was[0] - refund.total_fen, was[1] + 1])
  const now = await refundOf(refund.id)
  assert.deepEqual([now.state, now.tenders[0].reference], ['paid', 'TK-1'])
  assert.ok(!(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).includes('TK-1'), 'nothing of it stays')
  await hands.keys('Enter')
  await hands.see('.work-pane')
  await page.locator('.work li', { hasText: '1,234.50' }).waitFor({ state: 'detached' })
  await glass.locator('.glass-rest').waitFor()
  await b.close(page)
})

test('an answer that was lost pays nothing twice; what a colleague has paid is said', async () => {
  const refund = await approved(20000)
  const { page, hands } = await todos()
  await into({ page, hands }, 'refund', /¥\s200$/)
  await hands.at('#po-reference')
  await hands.keys('Alt+c')
  await hands.at('#po-reference')
  await hands.type('CHEQUE-1')
  let sent = 0
  await page.route('**/api/v1/refunds/*/pay', async (route) => {
    sent += 1
    await route.fetch()
    await route.abort()
  })
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  await hands.keys('F9')
  await page.locator('.confirm-pay', { hasText: '同一笔不会付两次' }).waitFor()
  await looked(page, 'the outcome is not known')
  await hands.keys('Escape')
  await hands.see('.confirm-pay')
  assert.equal((await refundOf(refund.id)).state, 'paid')
  await page.unrouteAll({ behavior: 'wait' })
  await page.reload()
  await page.locator('.payout-pane .done').waitFor()
  assert.equal(sent, 1)
  await hands.keys('Enter')
  const other = await approved(30000)
  await hands.keys('Escape', 'Alt+q')
  await page.locator('.work li', { hasText: '300' }).waitFor()
  await into({ page, hands }, 'refund', /¥\s300$/)
  await hands.at('#po-reference')
  await hands.type('LATE-1')
  const body = { version: other.version, tenders: [{ tender: 'transfer', amount_fen: 30000, reference: 'EARLY-1' }] }
  await people.cashier.post(`/api/v1/refunds/${other.id}/pay`, body, 200)
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  await hands.keys('F9')
  await page.locator('.payout-pane .wrong').waitFor()
  assert.equal((await refundOf(other.id)).tenders[0].reference, 'EARLY-1')
  await b.close(page)
})

test('without a shift nothing is paid out; without an account it is cash or a cheque', async () => {
  const refund = await approved(40000, {})
  await closeShifts(people.cashier)
  const { page, hands } = await todos()
  await into({ page, hands }, 'refund', /¥\s400$/)
  await hands.at('.onward-pay')
  assert.equal(await page.locator('[role=radio]').count(), 2)
  await hands.keys('F9')
  await hands.wrong('还没有开班')
  await hands.keys('Escape', 'Escape')
  await hands.see('.till', { state: 'detached' })
  await hands.openShift('1000')
  await hands.keys('Alt+q')
  await hands.at('.work-pane [role=listbox]')
  await into({ page, hands }, 'refund', /¥\s400$/)
  await hands.at('.onward-pay')
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  await hands.keys('F9')
  await page.locator('.payout-pane .done').waitFor()
  assert.equal((await refundOf(refund.id)).tenders[0].tender, 'cash')
  await b.close(page)
})

test('what who stands here owes is among what waits, and Enter takes it', async () => {
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  await swipeBuyer(page, at, who)
  await hands.keys('Alt+q')
  await hands.at('.work-pane [role=listbox]')
  await page.locator('[data-work=due]').first().waitFor()
  await into({ page, hands }, 'due', new RegExp(who.owing.unit))
  await hands.at('[data-due] input')
  await hands.keys('Escape')
  await b.close(page)
})

test('a joint buyer pays: what goes back later goes to him; a note and his bank are on the receipt', async () => {
  const was = [await paidBy(deals.buyer), (await paidBy(deals.other)) ?? 0]
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  await hands.keys('F3')
  await hands.type(deal.unit.split('-').at(-1))
  await hands.see('#c-hits li[aria-selected=true]')
  const hits = await page.locator('#c-hits li').allInnerTexts()
  const index = hits.findIndex((h) => h.replace(/[ ·\s]/g, '').includes(deal.unit.replaceAll('-', '')))
  await hands.keys(...Array(Math.max(0, index)).fill('ArrowDown'), 'F4')
  await hands.at('[data-due] input')
  await hands.amount('321')
  await hands.keys('Alt+b')
  await hands.at('#pl-payer')
  await hands.keys('ArrowDown', 'Enter')
  await hands.at('[data-due] input')
  await hands.keys('Alt+t')
  await hands.at('#pt-amount')
  await hands.keys('Enter')
  await hands.type('WIRE-77')
  await hands.keys('Enter')
  await hands.at('#pt-bank')
  await hands.keys('ArrowDown', 'Enter')
  await hands.see('.paid li')
  await hands.keys('Alt+o')
  await hands.at('#pt-note')
  await hands.type('由共同买受人代交?')
  await looked(page, 'payer, bank, note')
  await fits(page)
  await page.reload()
  await hands.see('.paid li')
  assert.equal(await page.locator('#pt-note').inputValue(), '由共同买受人代交?')
  const number = await hands.take()
  assert.match(await page.locator('.receipt-given').innerText(), /银行[\s\S]*由共同买受人代交\?/)
  const items = (await people.cashier.get(`/api/v1/deals/${deal.id}/receipts`)).items
  const receipt = items.find((r) => r.number === number)
  assert.equal(receipt.note, '由共同买受人代交?')
  assert.ok(receipt.tenders[0].bank_id > 0)
  assert.deepEqual([await paidBy(deals.buyer), await paidBy(deals.other)], [was[0], was[1] + 32100])
  const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))
  assert.ok(!kept.includes('代交'), kept)
  await page.reload()
  assert.equal(await hands.receipt(), number)
  await b.close(page)
})
