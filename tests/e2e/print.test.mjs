// print.test.mjs - the paper of a receipt at the counter, on a real cupsd: it comes out by itself and the page says so; out
// of paper, given up in the middle, a copy with its reason, by keyboard alone.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { Cups, noCups, until } from '../integration/lib/cups.mjs'
import { take } from '../integration/lib/money.mjs'
import { virtualReaders } from '../integration/lib/members.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { desk, place } from './lib/desk.mjs'
import { buyerOf } from './lib/member.mjs'
import { closeShifts, swipeBuyer, TillHands } from './lib/till.mjs'

const READER = '收银读卡器'
const lacks = noCups()
let stage, cups, printer, at, who
before(async () => {
  if (lacks) return
  cups = await Cups.start()
  process.env.CUPS_SERVER = cups.socket
  stage = await Stage.open({ config: { devices: virtualReaders(READER) } })
  printer = cups.queue('desk')
  const { admin } = stage.people
  const { id } = await admin.post('/api/v1/printers', { name: '收银台打印机', driver: 'cups', target: 'desk' }, 201)
  await admin.put('/api/v1/print-routes', { kind: 'receipt', terminal_id: null, printer_id: id }, 200)
  at = await place(stage, { name: '收银台', reader: READER })
  who = await buyerOf(stage)
  await closeShifts(stage.people.cashier)
})
after(async () => {
  await stage?.close()
  await cups?.close()
})

const test = (name, run) => b.browserTest(() => stage.browser, name, { skip: lacks ?? false }, run)
const says = (page, words) => page.locator('[data-print]', { hasText: words }).waitFor()
const looked = async (page, what) => assert.deepEqual(await b.axe(page), [], what)

const office = (login) => b.office(stage.browser, stage.site, '/printing', { client: stage.people[login] })

/** Takes a hundred; the receipt's number. */
async function paid(page, hands) {
  await hands.due(new RegExp(who.owing.unit))
  await hands.amount('100')
  await hands.pay('F6', '', '')
  return hands.take()
}
async function swiped() {
  const page = await desk(stage, at)
  await swipeBuyer(page, at, who)
  return { page, hands: new TillHands(page) }
}
const papers = (number) => printer.out().filter((name) => name.includes(number))

test('money is taken and the paper comes out by itself; printed again it is a copy with its reason', async () => {
  const { page, hands } = await swiped()
  await hands.openShift('500')
  await swipeBuyer(page, at, who)
  const number = await paid(page, hands)
  await says(page, '已交打印机“收银台打印机”')
  assert.equal(papers(number).length, 1)
  await looked(page, 'handed over')
  await hands.keys('F10')
  await hands.at('#copy-reason')
  await looked(page, 'why a copy')
  await hands.type('客户遗失')
  await hands.keys('Enter')
  await says(page, '补打第 1 次')
  await says(page, '已交打印机')
  assert.equal(papers(number).length, 2)
  await b.close(page)
})

test('out of paper in the middle of the day: told at once, printed when there is paper, and the next one behind it', async () => {
  const { page, hands } = await swiped()
  printer.does('empty')
  const first = await paid(page, hands)
  await says(page, '打印机缺纸：请装纸')
  await looked(page, 'out of paper')
  await hands.keys('Enter')
  await hands.see('.person .who-is')
  const second = await paid(page, hands)
  await says(page, '打印机缺纸')
  printer.does('ok')
  await says(page, '已交打印机')
  await until(() => papers(first).length === 1 && papers(second).length === 1, 'both papers')
  await b.close(page)
})

test('given up in the middle: the cashier looks at the printer and says so; the original comes once more', async () => {
  const { page, hands } = await swiped()
  printer.does('abort')
  const number = await paid(page, hands)
  await says(page, '不确定是否出纸')
  await looked(page, 'in doubt')
  printer.does('ok')
  await page.locator('[data-print] button', { hasText: '没有出纸' }).focus()
  await hands.keys('Enter')
  await says(page, '没有打印出来')
  await hands.keys('F10')
  await says(page, '已交打印机')
  assert.equal(papers(number).length, 1)
  await b.close(page)
})

test('the office: a queue that is not there is told of, a route is set, a job in doubt is settled', async () => {
  const page = await office('control')
  await page.locator('tr', { hasText: '收银台打印机' }).locator('.mark', { hasText: '空闲' }).waitFor()
  await looked(page, 'printers')
  await page.locator('button', { hasText: '添加打印机' }).click()
  await page.locator('#p-name').fill('签约区')
  await page.locator('.queues button', { hasText: 'desk' }).click()
  assert.equal(await page.locator('#p-target').inputValue(), 'desk')
  await page.locator('#p-target').fill('nobody')
  await looked(page, 'a new printer')
  await page.locator('.el-drawer button', { hasText: '保存' }).click()
  await page.locator('tr', { hasText: '签约区' }).locator('.todo', { hasText: '打印队列不存在' }).waitFor()
  printer.does('late')
  const { cashier } = stage.people
  const deal = who.owing.id
  const receipt = await take(cashier, deal, 'deposit', 100)
  await until(
    async () =>
      (await cashier.get(`/api/v1/receipts/${receipt.book_id}/${receipt.no}/prints`)).items[0].state === 'unconfirmed',
    'in doubt',
  )
  printer.does('ok')
  await b.close(page)
  const boss = await office('manager')
  const row = boss.locator('tr', { hasText: receipt.number })
  await row.locator('.mark', { hasText: '待确认是否出纸' }).waitFor()
  await row.locator('button', { hasText: '经过' }).click()
  await boss.locator('.story li', { hasText: '正在打印' }).waitFor()
  await looked(boss, 'a story')
  await boss.locator('.el-drawer button', { hasText: /^\s*出纸了/ }).click()
  await row.locator('.mark', { hasText: '已出纸' }).waitFor()
  await b.close(boss)
})
