// till.test.mjs - a cashier's day at the counter by keyboard alone: shift, what is due, a split, receipts, what is
// refused, reloads at the worst moments, the customer's window, and the end of the day.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { virtualReaders } from '../integration/lib/members.mjs'
import { DEMO_PASSWORD } from '../integration/lib/site.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { desk, place } from './lib/desk.mjs'
import { buyerOf } from './lib/member.mjs'
import { closeShifts, glassOf, swipeBuyer, TillHands } from './lib/till.mjs'

const READER = '收银读卡器'
let stage, at, who, deal
before(async () => {
  stage = await Stage.open({ config: { devices: virtualReaders(READER) } })
  at = await place(stage, { name: '收银台', reader: READER })
  who = await buyerOf(stage)
  deal = who.owing.id
  await closeShifts(stage.people.cashier)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const yuan = (fen) => String(fen / 100)
const read = () => stage.people.cashier.get(`/api/v1/deals/${deal}`)
const receipts = async () => (await stage.people.cashier.get(`/api/v1/deals/${deal}/receipts`)).items
const looked = async (page, what) => assert.deepEqual(await b.axe(page), [], what)
const fits = async (page) =>
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), true, 'no scrolling')

const swipe = (page) => swipeBuyer(page, at, who)

/** The desk with the buyer's card swiped. */
async function swiped() {
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  await swipe(page)
  return { page, hands }
}

test('FI-36: a shift is opened with its float; without one nothing is taken, and it is said', async () => {
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  await hands.see('[data-shift=none]')
  await hands.keys('F4')
  await hands.see('.todo')
  await hands.keys('Escape')
  await swipe(page)
  await hands.due(new RegExp(who.owing.unit))
  await hands.pay('F6', '', '')
  await hands.keys('F9')
  await hands.wrong('还没有开班')
  await hands.keys('Escape', 'Escape')
  await hands.see('.till', { state: 'detached' })
  await hands.keys('Alt+s')
  await hands.at('#ts-float')
  for (const wrong of ['1.234', '-1']) {
    await hands.amount(wrong)
    await hands.wrong('最多两位小数')
  }
  await looked(page, 'opening')
  await hands.keys('Escape')
  await hands.openShift('2000')
  assert.match(await page.locator('.shift-bar').innerText(), /当班：\d\d:\d\d 起[\s\S]*2,000[\s\S]*SJ\d{6}/)
  await fits(page)
  await b.close(page)
})

test('FI-01, FI-33: due line, cash with change and a POS slip, one receipt with the number that was announced', async () => {
  const { page, hands } = await swiped()
  const was = await read()
  const next = await page.locator('.shift-bar [data-book=receipt] strong').first().innerText()
  await hands.due(new RegExp(who.owing.unit))
  await page.locator('[data-due]', { hasText: '定金' }).locator('.mark, .late').waitFor()
  await looked(page, 'paying')
  await hands.amount('300')
  assert.match(await hands.left(), /还差[\s\S]*300/)
  await hands.pay('F6', '100', '150')
  await hands.see('.paid li')
  assert.match(await page.locator('.paid').innerText(), /找 ¥\s50/)
  assert.match(await hands.left(), /还差[\s\S]*200/)
  await hands.pay('F8', '', 'SLIP-1', 'POS-7', '000012', '123')
  await hands.wrong('4 位数字')
  await hands.type('4')
  await looked(page, 'a slip')
  await hands.keys('Enter')
  await b.until(async () => /已齐/.test(await hands.left()), 'all is paid')
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  assert.match(await page.locator('.confirm-pay').innerText(), new RegExp(`叁佰元整[\\s\\S]*${next}`))
  await looked(page, 'before it is taken')
  await hands.keys('Escape')
  await hands.see('.confirm-pay', { state: 'detached' })
  assert.equal(await hands.take(), next)
  await page.locator('[data-print]', { hasText: '已存入 PDF 文件夹' }).waitFor()
  await looked(page, 'the receipt')
  await fits(page)
  await hands.keys('Enter')
  await hands.see('.person .who-is')
  const [taken] = (await receipts()).filter((r) => r.number === next)
  assert.deepEqual(
    taken.tenders.map((t) => [t.tender, t.amount_fen, t.reference, t.device, t.batch, t.card]),
    [
      ['cash', 10000, '', '', '', ''],
      ['card', 20000, 'SLIP-1', 'POS-7', '000012', '1234'],
    ],
  )
  assert.equal((await read()).received_fen, was.received_fen + 30000)
  await b.close(page)
})

test('bad input: decimals, below zero, huge, beyond what is due, a used slip; nothing is taken', async () => {
  const { page, hands } = await swiped()
  const was = (await receipts()).length
  await hands.due(new RegExp(who.owing.unit))
  for (const [text, words] of [
    ['1.234', '最多两位小数'],
    ['-100', '最多两位小数'],
    ['1000000000000000000', '金额太大'],
    ['99999999', '最多还可收'],
  ]) {
    await hands.amount(text)
    await hands.wrong(words)
    await hands.keys('F9')
    assert.equal(await page.locator('.confirm-pay').count(), 0, text)
  }
  await hands.amount('20')
  await hands.keys('F9')
  await hands.wrong('须等于本次合计')
  await hands.pay('F6', '21', '')
  await hands.wrong('最多还差')
  await hands.keys('Escape')
  await hands.pay('F8', '', 'SLIP-1', '', '', '')
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  await hands.keys('F9')
  await hands.wrong('SLIP-1')
  await looked(page, 'refused')
  assert.equal((await receipts()).length, was)
  await hands.keys('Alt+x')
  await hands.pay('F8', '', 'SLIP-2', '', '', '')
  await hands.take()
  assert.equal((await receipts()).length, was + 1)
  await b.close(page)
})

test('FI-30: a receipt of the deal that is open is swapped by keyboard; the new one is on the next leaf', async () => {
  const { page, hands } = await swiped()
  await hands.keys('?')
  await page.locator('.key-list dd', { hasText: '换票' }).last().waitFor()
  await hands.keys('Escape')
  await hands.due(new RegExp(who.owing.unit))
  await hands.keys('Alt+r')
  await hands.at('.given')
  await page.getByRole('heading', { name: `${who.owing.unit} 的收据` }).waitFor()
  const was = await read()
  const next = await page.locator('.shift-bar [data-book=receipt] strong').first().innerText()
  const live = page.locator('.given li.live')
  const number = await live.first().locator('strong').innerText()
  const at = (await page.locator('.given li').allInnerTexts()).findIndex((words) => words.includes(number))
  for (let i = 0; i < at; i++) await hands.keys('ArrowDown')
  await hands.keys('Enter')
  await hands.at('#swap-open')
  await hands.keys('Alt+h')
  await hands.at('#swap-paper')
  assert.match(await page.locator('form.swap').innerText(), new RegExp(next))
  await looked(page, 'a swap')
  await hands.keys('Enter')
  await hands.at('#swap-reason')
  await hands.type('更名?')
  await hands.keys('Enter')
  assert.ok(await page.locator('form.swap button').isDisabled(), 'not said what became of the paper')
  await page.locator('#swap-paper').focus()
  await hands.keys('ArrowDown', 'Enter', 'Enter')
  await page.locator('.receipts-pane .number', { hasText: next }).waitFor()
  await page.locator('.receipts-pane dl', { hasText: number }).waitFor()
  await looked(page, 'the new one')
  const all = await receipts()
  const old = all.find((r) => r.number === number)
  assert.deepEqual([old.state, old.reason], ['swapped', '更名?'])
  assert.equal(all.find((r) => r.number === next).state, 'live')
  assert.equal((await read()).received_fen, was.received_fen, 'no money moves')
  await fits(page)
  await hands.keys('Escape', 'Alt+r')
  await page.getByRole('heading', { name: '本班收据' }).waitFor()
  await hands.keys('Escape')
  await hands.see('.pay-lines')
  await hands.keys('Escape')
  await b.close(page)
})

test('FI-15: one of today is void, with a reason; its slip counts again', async () => {
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  const was = await read()
  await hands.keys('Alt+r')
  await hands.at('.given')
  await looked(page, 'the list')
  const rows = await page.locator('.given li').allInnerTexts()
  const index = rows.findIndex((row) => /¥\s?20$/.test(row.trim()))
  assert.match(rows[index], new RegExp(who.owing.unit))
  for (let i = 0; i < index; i++) await hands.keys('ArrowDown')
  await hands.keys('Enter')
  await hands.at('#void-reason')
  await looked(page, 'one of them')
  await hands.type('金额写错?')
  await hands.keys('Enter')
  await hands.see('.mark.void')
  assert.equal((await read()).received_fen, was.received_fen - 2000)
  assert.equal((await receipts()).find((r) => r.state === 'void').reason, '金额写错?')
  await hands.keys('Escape', 'Escape')
  await b.close(page)
})

test('nothing typed is lost on a reload, and what was sent before it is not taken twice', async () => {
  const { page, hands } = await swiped()
  const was = (await receipts()).length
  await hands.due(new RegExp(who.owing.unit))
  await hands.amount('66.6')
  await hands.pay('F6', '6.6', '10')
  await hands.keys('Alt+t')
  await hands.at('#pt-amount')
  await hands.keys('Enter')
  await hands.type('WIRE-')
  await page.reload()
  await hands.see('#pt-reference')
  assert.equal(await page.locator('#pt-reference').inputValue(), 'WIRE-')
  assert.equal(await page.locator('[data-due] input').first().inputValue(), '66.6')
  assert.match(await page.locator('.paid').innerText(), /找 ¥\s3\.40/)
  const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))
  assert.ok(!/郑|139|1101/.test(kept), kept)
  await hands.at('#pt-amount')
  await hands.keys('Enter')
  await hands.keys('End')
  await hands.type('1')
  await hands.keys('Enter', 'Enter')
  // The daemon takes it, the answer is lost, and the page with it.
  let sent = 0
  await page.route('**/api/v1/deals/*/receipts', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    sent += 1
    await route.fetch()
    await route.abort()
  })
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  await hands.keys('F9')
  await page.locator('.confirm-pay', { hasText: '同一笔不会收两次' }).waitFor()
  await looked(page, 'the outcome is not known')
  await hands.keys('Escape') // leads nowhere: the outcome is not known
  await hands.see('.confirm-pay')
  assert.equal((await receipts()).length, was + 1)
  await page.unrouteAll({ behavior: 'wait' })
  await page.reload()
  const number = await hands.receipt()
  assert.equal((await receipts()).at(-1).number, number)
  assert.equal((await receipts()).length, was + 1)
  await page.reload() // still the same one
  assert.equal(await hands.receipt(), number)
  assert.equal(sent, 1)
  await hands.keys('Enter')
  await hands.see('[data-receipt]', { state: 'detached' })
  await page.reload()
  await hands.see('[data-shift=open]')
  assert.equal(await page.locator('.till').count(), 0)
  assert.equal((await receipts()).length, was + 1)
  await b.close(page)
})

test('FI-16, FI-18: earnest money of who has no home yet, then carried to the deposit', async () => {
  const { page, hands } = await swiped()
  await hands.due(/诚意金/)
  await hands.amount('500')
  await hands.pay('Alt+c', '', 'CHEQUE-9', '')
  await hands.take()
  await hands.keys('Enter')
  const was = await read()
  await hands.due(new RegExp(who.owing.unit))
  await page.locator('.held', { hasText: '500' }).waitFor()
  await hands.keys('Alt+m')
  await hands.at('#carry-amount')
  await hands.amount('600')
  await hands.keys('Enter')
  await hands.wrong('诚意金只有')
  await looked(page, 'carrying')
  await page.locator('#carry-amount').focus()
  await hands.amount('120')
  await hands.keys('Enter')
  await page.locator('.held', { hasText: '380' }).waitFor()
  assert.equal((await read()).received_fen, was.received_fen + 12000)
  await b.close(page)
})

test("the customer's window shows a masked name, the unit and the amount, and asks the daemon for nothing", async () => {
  const { page, hands } = await swiped()
  const glass = await glassOf(page, hands)
  await glass.locator('.glass-rest').waitFor()
  await hands.due(new RegExp(who.owing.unit))
  await hands.amount('88.8')
  await hands.pay('Alt+l', '', 'LOAN-1')
  await glass.locator('.glass-sum', { hasText: '88.80' }).waitFor()
  const text = (await glass.locator('.glass').innerText()).replace(/\s+/g, ' ')
  assert.match(text, /郑\*+/)
  assert.ok(text.includes(who.owing.unit), text)
  assert.ok(!/郑一鸣|139|LOAN|银行|SJ|积分/.test(text), text)
  assert.deepEqual(await b.axe(glass), [])
  assert.deepEqual(
    glass.asked.filter((path) => path.startsWith('/api/')),
    [],
  )
  await hands.take()
  await glass.locator('.glass-word', { hasText: '已收' }).waitFor()
  await hands.keys('Enter')
  await glass.locator('.glass-rest').waitFor()
  await b.close(page)
})

test('who logs out leaves nothing behind; a session that ended does not lose what was typed', async () => {
  const own = await stage.site.login('cashier')
  const page = await desk(stage, at, { client: own })
  const hands = new TillHands(page)
  await swipe(page)
  await hands.due(new RegExp(who.owing.unit))
  await hands.amount('7.77')
  assert.equal((await b.ask(page, '/api/v1/session', { method: 'DELETE' })).status, 204)
  await page.waitForSelector('.login .ended')
  await hands.type(DEMO_PASSWORD)
  await hands.keys('Enter')
  await page.locator('[data-due]').first().waitFor()
  assert.equal(await page.locator('[data-due] input').first().inputValue(), '7.77')
  await page.locator('.top').getByRole('button', { name: '退出' }).focus()
  await hands.keys('Enter')
  await page.waitForSelector('#c-name')
  assert.equal(await page.evaluate(() => sessionStorage.length), 0)
  await b.close(page)
})

test('who may not take money has no till', async () => {
  const page = await desk(stage, at, { client: stage.people.sales })
  const hands = new TillHands(page)
  await hands.see('.honest')
  assert.equal(await page.locator('.shift-bar').count(), 0)
  await hands.keys('F4', 'Alt+s', 'Alt+r', 'F9')
  assert.equal(await page.locator('.till, .todo').count(), 0)
  await hands.keys('?')
  assert.equal(await page.locator('.panel .key-list').count(), 0)
  await b.close(page)
})

test('the keys are listed on ?; a shift of yesterday is said', async () => {
  const page = await desk(stage, at, { clock: true })
  const hands = new TillHands(page)
  await hands.see('[data-shift=open]')
  await hands.keys('?')
  const list = await page.locator('.key-list').innerText()
  for (const key of ['F2', 'F3', 'F4', 'F6', 'F8', 'F9', 'Esc']) assert.match(list, new RegExp(key))
  await looked(page, 'keys')
  await hands.keys('?')
  await page.clock.setFixedTime(Date.now() + 86_400_000)
  await page.clock.runFor(31_000)
  await page.locator('[data-shift=old]', { hasText: '前一天没有结班' }).waitFor()
  await b.close(page)
})

test('FI-36: closed blind; the books are shown after; a difference has its reason; the cash goes to a colleague', async () => {
  const page = await desk(stage, at)
  const hands = new TillHands(page)
  await hands.see('[data-shift=open]')
  await hands.keys('Alt+s')
  await hands.at('[data-count=cash] input')
  assert.ok(!/账面|差异：/.test((await page.locator('.close').innerText()).replace('与账面不符', '')), 'blind')
  await hands.type('1990')
  await page.reload()
  await hands.see('[data-count=cash] input')
  assert.equal(await page.locator('[data-count=cash] input').first().inputValue(), '1990', 'kept')
  await looked(page, 'closing')
  const reasons = ['少找十元', '对账中', '对账中', '对账中', '对账中']
  await page.locator('[data-count=cash] input').first().focus()
  await hands.keys(...Array(10).fill('Enter'))
  await hands.at('#ts-next')
  await hands.keys('Tab', 'Enter')
  await hands.wrong('请填写原因')
  assert.deepEqual(await page.locator('[data-refused]').allInnerTexts(), [
    '“现金”实点与账面不符，请填写原因。',
    '“刷卡”实点与账面不符，请填写原因。',
    '“转账”实点与账面不符，请填写原因。',
    '“支票”实点与账面不符，请填写原因。',
    '“银行放款”实点与账面不符，请填写原因。',
  ])
  await looked(page, 'refused')
  await page.locator('[data-count=cash] input').first().focus()
  for (const reason of reasons) {
    await hands.keys('Enter')
    await hands.type(reason)
    await hands.keys('Enter')
  }
  await hands.at('#ts-next')
  await hands.keys('ArrowDown')
  await hands.keys('Tab', 'Enter')
  await hands.see('[data-counted=cash]')
  const line = await page.locator('[data-counted=cash]').innerText()
  assert.match(line, /1,990/)
  assert.match(line, /少找十元/)
  await hands.see('[data-shift=none]')
  const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))
  assert.ok(!/少找十元|对账中|金额写错/.test(kept), 'what was written is sent and not kept')
  await looked(page, 'closed')
  const { handed } = await stage.people.manager.get('/api/v1/my/shifts')
  assert.equal(handed?.fen, 199000)
  await b.close(page)
})
