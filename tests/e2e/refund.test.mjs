// refund.test.mjs - money goes back, in a real browser: asked for at the deal, seen by who approves, paid by finance
// after a look at the account; earnest money from the customer's page; what is refused, and what cannot be paid. And money
// that is said to be for a line of the schedule.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { payment, take, till } from '../integration/lib/money.mjs'
import * as b from './lib/browser.mjs'
import { Deals } from './lib/deals.mjs'
import { Stage } from './lib/demo.mjs'
import { takeMoney } from './lib/money.mjs'

let stage, people, project, deals
before(async () => {
  stage = await Stage.open({ people: ['manager', 'control', 'cashier', 'sales'] })
  ;({ people, project } = stage)
  deals = await Deals.at(stage)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const opened = (path, login) => b.office(stage.browser, stage.site, path, { client: people[login] })
const submit = (page) => page.locator('.el-drawer:visible .el-drawer__footer button[type=submit]')
const refundsOf = async (deal) => (await people.cashier.get(`/api/v1/refunds?deal=${deal.id}`)).items
const received = async (deal) => (await people.cashier.get(`/api/v1/deals/${deal.id}`)).received_fen
const asked = (deal, fen) =>
  people.sales.post(
    `/api/v1/deals/${deal.id}/refunds`,
    { lines: [{ fund: 'down_payment', amount_fen: fen }], reason: '多交', bank: '工商银行', account: '6222021234567890' },
    201,
  )
async function paidMore(fen) {
  const deal = await deals.subscribed(await deals.fresh())
  await take(people.cashier, deal.id, 'down_payment', fen)
  return deal
}

test('asked for at the deal, approved by another who sees what it is, paid by finance with a look at the account', async () => {
  const deal = await paidMore(500000)
  const was = await received(deal)
  const page = await opened(`/deals/${deal.id}?p=${project}`, 'sales')
  await page.locator('[data-ask="refund"]').click()
  await page.locator('#refund-down_payment').waitFor()
  assert.equal(await page.inputValue('#refund-down_payment'), '5000')
  assert.ok(await submit(page).isDisabled(), 'no reason yet')
  await page.fill('#refund-deposit', '')
  await page.fill('#refund-reason', '多交的首付款')
  await page.fill('#refund-bank', '工商银行 滨江支行')
  assert.ok(await submit(page).isDisabled(), 'a bank without an account')
  await page.fill('#refund-account', '6222 0212 3456 7890')
  await page.fill('#refund-down_payment', '5000.01')
  await submit(page).click()
  await page.locator('.form-drawer-problem', { hasText: '最多可退 5000.00 元' }).waitFor()
  await page.fill('#refund-down_payment', '3000')
  await submit(page).click()
  await page.locator('[data-refund] .mark.wait', { hasText: '待审批' }).first().waitFor()
  const [refund] = await refundsOf(deal)
  assert.deepEqual([refund.state, refund.total_fen], ['asked', 300000])

  const boss = await opened('/approvals', 'manager')
  const part = boss.locator('.refund-part')
  await part.waitFor()
  for (const words of [deal.unit, '首付款', '多交的首付款', '工商银行 滨江支行 ****7890'])
    await part.getByText(words, { exact: true }).first().waitFor()
  await boss.getByRole('button', { name: /^同意/ }).click()
  await page.locator('[data-refund] .mark.open', { hasText: '待支付' }).first().waitFor() // by itself
  await b.close(boss)

  const desk = await opened('/todos', 'cashier')
  await desk.locator('main').getByText('3000.00').first().click()
  await desk.locator('.el-drawer [data-act="pay"]').waitFor()
  await desk.getByText('工商银行 ****7890').or(desk.getByText('****7890')).first().waitFor()
  await b.button(desk, '查看账号').click()
  await desk.getByText('6222021234567890').waitFor()
  await desk.locator('[data-act="pay"]').click()
  await desk.fill('#refund-reference', 'TK-20260101-1')
  await b.confirm(desk)
  await desk.locator('.el-drawer .mark.live', { hasText: '已支付' }).waitFor()
  assert.equal(await received(deal), was - 300000)
  await page.locator('[data-refund] .mark.live', { hasText: '已支付' }).first().waitFor()
  await b.close(desk)
  await b.close(page)
  stage.site.verify()
})

test('the list keeps its filter in the address; what cannot be paid ends with a reason', async () => {
  const deal = await paidMore(1000)
  const refund = await asked(deal, 1000)
  await deals.decide(refund)
  const page = await opened(`/refunds?p=${project}`, 'cashier')
  await page.locator('tbody tr', { hasText: deal.unit }).waitFor()
  await b.choose(page, '状态', '待支付')
  await page.waitForURL(/state=approved/)
  await page.locator('tbody tr', { hasText: deal.unit }).click()
  await page.locator('[data-act="cancel"]').click()
  await page.fill('#refund-result', '账号有误，已退回')
  await b.confirm(page)
  await page.locator('.el-drawer').getByText('账号有误，已退回').waitFor()
  await page.locator('tbody').getByText(deal.unit).waitFor({ state: 'detached' })
  const [now] = await refundsOf(deal)
  assert.equal(now.state, 'cancelled')
  await b.close(page)
})

test('what a change gives back is paid like every refund: an account by who sells, money by finance, and again when it bounced', async () => {
  const deal = await deals.subscribed(await deals.fresh())
  const body = { kind: 'cancel', fault_side: 'none', refund_fen: deal.received_fen, reason: '贷款未获批准' }
  const change = await deals.ask(deal, body)
  await deals.decide(change)
  const page = await opened(`/deals/${deal.id}?p=${project}`, 'sales')
  const part = page.locator('section[aria-label="退款"]')
  await part.getByText('尚未填写', { exact: true }).waitFor()
  await part.locator('[data-act="account"]').click()
  await page.fill('#refund-give-bank', '工商银行')
  await page.fill('#refund-give-account', '12')
  await b.confirm(page)
  await b.dialog(page).getByText('收款账号须为 6 至 34 位').first().waitFor()
  await page.fill('#refund-give-account', '6222 0212 3456 7890')
  await b.confirm(page)
  await part.getByText('工商银行 ****7890', { exact: true }).waitFor()

  const desk = await opened(`/changes/${change.id}?p=${project}`, 'cashier')
  await b.button(desk, '财务办结…').click()
  await desk.fill(`#change-result-${change.id}`, '已退')
  await b.confirm(desk)
  await b.dialog(desk).getByText('退款还没有全部支付').waitFor()
  await b.visit(desk, `/refunds?p=${project}&state=approved`)
  await desk.locator('tbody tr', { hasText: deal.unit }).click()
  const drawer = desk.locator('.el-drawer')
  await drawer.locator('[data-act="pay"]').waitFor()
  assert.equal(await drawer.locator('[data-act="cancel"]').count(), 0, 'it cannot be anywhere else')
  const pay = async (reference) => {
    await drawer.locator('[data-act="pay"]').click()
    await desk.fill('#refund-reference', reference)
    await b.confirm(desk)
    await drawer.locator('.mark.live', { hasText: '已支付' }).waitFor()
  }
  await pay('TH-1')
  await drawer.locator('[data-act="reverse"]').click()
  await desk.fill('#refund-result', '收款行退汇')
  await b.confirm(desk)
  await drawer.locator('.mark.open', { hasText: '待支付' }).waitFor()
  await drawer.getByText('收款行退汇').waitFor()
  assert.equal(await received(deal), deal.received_fen)
  await pay('TH-1') // the number is free again
  assert.equal(await received(deal), 0)
  await b.close(desk)
  await part.locator('.mark.live', { hasText: '已支付' }).waitFor()
  await b.close(page)
  stage.site.verify()
})

test("earnest money goes back from the customer's page, in cash; what it was is seen there", async () => {
  const book = await till(people.cashier, project)
  const body = { ...payment(book, 'earnest', 2000000), customer_id: deals.buyer }
  await people.cashier.post(`/api/v1/projects/${project}/receipts`, body, 201)
  const page = await opened(`/customers/${deals.buyer}?p=${project}&tab=deal`, 'sales')
  await page.locator('[data-ask="refund"]').click()
  await page.fill('#refund-reason', '未选到房')
  await submit(page).click()
  await page.locator('[data-refund] .mark.wait', { hasText: '待审批' }).waitFor()
  const { items } = await people.cashier.get(`/api/v1/refunds?customer=${deals.buyer}&state=asked`)
  await deals.decide(items[0])
  const desk = await opened(`/refunds/${items[0].id}?p=${project}`, 'cashier')
  await desk.locator('[data-act="pay"]').click()
  await b.dialog(desk).locator('.el-select__selected-item', { hasText: '现金' }).waitFor() // no account was given
  await b.confirm(desk)
  await desk.locator('.el-drawer .mark.live', { hasText: '已支付' }).waitFor()
  await page.reload()
  await page.locator('[data-refund] .mark.live', { hasText: '已支付' }).waitFor()
  await b.close(desk)
  await b.close(page)
  stage.site.verify()
})

test('money is said to be for a later line; the schedule shows it there, and the rest with what is due first', async () => {
  const deal = await deals.subscribed(await deals.fresh())
  const last = deal.receivables.at(-1)
  const page = await opened(`/deals/${deal.id}?p=${project}`, 'cashier')
  const row = page.locator('section[aria-label="付款计划"] tbody tr').nth(deal.receivables.length - 1)
  await row.waitFor()
  await takeMoney(page, { amount: '123.45', line: `第 ${last.ordinal} 期` })
  await row.getByText('123.45').waitFor()
  const now = await people.cashier.get(`/api/v1/deals/${deal.id}`)
  assert.equal(now.receivables.at(-1).received_fen, 12345)
  await b.close(page)
})
