// collection.test.mjs - finance at the desk in a real browser: what is owed by age, chosen and recorded as asked for;
// loans arriving one by one and by a bank's advice; reports of money that agree, and what should not be so.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { pay, slip } from '../integration/lib/money.mjs'
import { approvedLoan, Sales } from '../integration/lib/service.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage, people, project, shop, deals
before(async () => {
  stage = await Stage.open({ people: ['manager', 'control', 'cashier', 'sales'] })
  ;({ people, project } = stage)
  shop = await Sales.of(people.sales, people.cashier)
  deals = [await shop.signed(), await shop.signed(), await shop.subscribed()]
  for (const deal of deals.slice(0, 2)) await approved(deal)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const office = (address, login, more) =>
  b.office(stage.browser, stage.site, address, { client: people[login], ...more })
const of = (rest) => `/api/v1/projects/${project}/${rest}`
const digits = (text) => Number(text.replace(/[^\d.-]/g, ''))

/** What is not lent is paid, and the loan approved. */
async function approved(deal) {
  await approvedLoan(people.manager, deal)
  for (const l of deal.receivables.filter((x) => x.fund !== 'bank_loan' && x.amount_fen > x.received_fen))
    await pay(people.cashier, deal.id, l.fund, l.amount_fen - l.received_fen)
}

test('arrears: by age in the address, chosen, recorded once a day', async () => {
  const page = await office(`/arrears?p=${project}`, 'manager')
  const totals = await people.manager.get(of('arrears/totals'))
  const all = page.locator('[data-band=all]')
  await all.waitFor()
  assert.match(await all.textContent(), new RegExp(`${totals.total.lines} 笔`))
  await page.locator('[data-band=open]').click()
  await b.until(() => page.url().includes('band=open'), 'the age is in the address')
  await page.reload()
  await page.locator('[data-band=open][aria-pressed=true]').waitFor()
  const row = page.locator('tbody tr').first()
  await row.waitFor()
  const record = page.getByRole('button', { name: /^登记催缴/ })
  assert.ok(await record.isDisabled(), 'nothing is chosen')
  await row.locator('.el-checkbox').click()
  await record.click()
  await b.dialog(page).getByText('转给置业顾问').click()
  await page.fill('#dun-note', '请联系客户')
  await b.confirm(page)
  await row.getByText('已转销售').waitFor()
  assert.ok(await row.locator('input[type=checkbox]').isDisabled(), 'once a day')
  await b.close(page)

  const mine = await office('/todos', 'sales')
  await mine.locator('tr', { hasText: '催缴欠款' }).first().click()
  await mine.locator('.page-head').getByText(/\d/).first().waitFor()
  await b.until(() => /\/deals\/\d+/.test(mine.url()), 'where the deal is')
  await b.close(mine)
})

test('a loan arrives: a receipt, and what is awaited is one less', async () => {
  const page = await office(`/loans?p=${project}`, 'cashier')
  await page.locator('tbody tr').nth(1).waitFor()
  const row = page.locator('tr', { hasText: `HT-${deals[0].id}` })
  await row.getByRole('button', { name: /^登记到账/ }).click()
  const give = b.dialog(page).locator('button[type=submit]')
  assert.ok(await give.isDisabled(), 'no reference yet')
  await page.fill('#loan-reference', slip())
  await give.click()
  await page.getByText(/已登记到账/).waitFor()
  await row.waitFor({ state: 'detached' })
  const { items } = await people.cashier.get(`/api/v1/deals/${deals[0].id}/receipts`)
  assert.deepEqual(items.at(-1).lines.map((l) => l.fund), ['bank_loan'])
  await b.close(page)
})

test("a bank's advice: what is wrong is named, what is right is taken", async () => {
  const page = await office(`/loans?p=${project}`, 'cashier')
  await b.button(page, '导入放款清单').click()
  const drawer = page.locator('.el-drawer:visible')
  await drawer.locator('.book').waitFor()
  const give = async (rows) =>
    drawer.locator('input[type=file]').setInputFiles({
      name: '放款.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['合同编号,放款金额,流水号', ...rows.map((r) => r.join(','))].join('\n')),
    })
  const { approved_fen } = (await people.cashier.get(of('loans?waiting=1'))).items[0]
  const yuan = (approved_fen / 100).toFixed(2)
  const take = drawer.getByRole('button', { name: /^开 \d+ 张收据/ })
  await give([[`HT-${deals[1].id}`, yuan, slip()], ['HT-0', '1.00', slip()]])
  await drawer.locator('tbody tr', { hasText: '没有编号为“HT-0”的生效合同' }).waitFor()
  assert.ok(await take.isDisabled())
  await give([[`HT-${deals[1].id}`, yuan, slip()]])
  await drawer.getByText(/1 行都可以入账/).waitFor()
  await take.click()
  await drawer.getByText(/已开 1 张收据/).waitFor()
  assert.deepEqual((await people.cashier.get(of('loans?waiting=1'))).items, [])
  await b.close(page)
})

test('reports: however it is grouped one sum; leaves add up; exceptions lead to where they are mended', async () => {
  const page = await office(`/collection?p=${project}`, 'manager')
  const sums = async () => {
    await page.locator('tfoot td').first().waitFor()
    return page.locator('tfoot td').allTextContents()
  }
  const first = await sums()
  for (const [word, by] of [['交款方式', 'tender'], ['收银员', 'cashier'], ['日期', 'day']]) {
    await page.locator('.by').getByText(word, { exact: true }).click()
    await b.until(() => page.url().includes(`by=${by}`), 'the grouping is in the address')
    await page.locator('thead th', { hasText: word }).waitFor()
    assert.deepEqual(await sums(), first)
  }
  const report = await people.manager.get(of('reports/collection'))
  assert.equal(digits(first[3]) > 0, report.total.net_fen > 0)

  await page.getByRole('tab', { name: '票据管理表' }).click()
  await page.locator('thead th', { hasText: '期初' }).waitFor()
  const [opening, received, used, voided, closing] = (await sums()).map(digits)
  assert.equal(closing, opening + received - used - voided)
  assert.ok(used > 0)

  const mine = (await people.cashier.get(of('receipt-books'))).items.find((x) => x.holder_id === people.cashier.session.user.id)
  await people.cashier.post(`/api/v1/receipt-books/${mine.id}/spoil`, { kind: 'spoilt', reason: '墨水洒了' }, 201)
  await page.getByRole('tab', { name: '票据使用日报' }).click()
  const { items } = await people.manager.get(of('reports/leaves'))
  const spoilt = items.findIndex((l) => l.spoilt > 0)
  const cells = page.locator('tbody tr').nth(spoilt).locator('td')
  await b.until(async () => Number(await cells.nth(6).innerText()) === items[spoilt].spoilt, 'the spoilt leaf')
  assert.equal(digits(await cells.nth(8).innerText()), items[spoilt].remaining)
  assert.deepEqual(await b.axe(page), [], 'leaves')

  await page.getByRole('tab', { name: '交班报表' }).click()
  const row = page.locator('tbody tr', { hasText: '未结班' })
  await row.locator('[data-blank]', { hasText: '墨水洒了' }).waitFor()
  assert.deepEqual(await b.axe(page), [], 'shifts')

  await page.getByRole('tab', { name: '验票' }).click()
  await page.locator('#verify-code').fill('SJ000001 00000-00000')
  await page.getByRole('button', { name: '核验' }).click()
  await page.getByText('没有编号与校验码都相符的收据').waitFor()
  assert.deepEqual(await b.axe(page), [], 'verify')

  const own = await office(`/collection?p=${project}`, 'cashier')
  await own.locator('.blind').waitFor()
  await own.getByText('这些天没有收付款').waitFor()
  assert.deepEqual(await b.axe(own), [], 'blind')
  await b.close(own)

  await page.getByRole('tab', { name: '异常数据' }).click()
  const { counts } = await people.manager.get(of('reports/exceptions'))
  if (Object.values(counts).every((n) => n === 0)) await page.getByText('没有异常数据').waitFor()
  for (const [kind, n] of Object.entries(counts))
    if (n) await page.locator(`[data-kind=${kind}] .count`, { hasText: String(n) }).waitFor()
  await b.close(page)
})
