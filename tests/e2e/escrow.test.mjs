// escrow.test.mjs - money for supervised accounts in a real browser: what waits by day, one posted and taken back, the
// bank's list; what the page of the deal says of notices.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { slip, take } from '../integration/lib/money.mjs'
import { Sales } from '../integration/lib/service.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage, people, project, deal, receipts
before(async () => {
  stage = await Stage.open({ people: ['manager', 'control', 'cashier', 'sales'] })
  ;({ people, project } = stage)
  deal = await (await Sales.of(people.sales, people.cashier)).signed()
  receipts = []
  for (const fen of [120000, 230000]) receipts.push(await take(people.cashier, deal.id, 'down_payment', fen))
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const office = (address, login, more) =>
  b.office(stage.browser, stage.site, address, { client: people[login], ...more })

test('one is posted, and taken back with a reason', async () => {
  const page = await office(`/escrow?p=${project}`, 'cashier')
  const row = page.locator('tr', { hasText: receipts[0].number })
  await row.getByRole('button', { name: /^登记入账/ }).click()
  const give = b.dialog(page).locator('button[type=submit]')
  assert.ok(await give.isDisabled(), 'no reference yet')
  const reference = slip()
  await page.fill('#escrow-reference', reference)
  await give.click()
  await row.waitFor({ state: 'detached' })
  await page.goto(`${page.url().split('?')[0]}?p=${project}&state=matched`)
  await row.getByText(reference).waitFor()
  await row.getByRole('button', { name: /^撤销对应/ }).click()
  assert.ok(await give.isDisabled(), 'no reason yet')
  await page.fill('#escrow-reason', '记错收据')
  await give.click()
  await row.waitFor({ state: 'detached' })
  await b.button(page, '银行流水').click()
  const line = page.locator('tr', { hasText: reference })
  await line.getByText(/已等/).waitFor()
  await line.getByRole('button', { name: /^剔除/ }).click()
  await page.fill('#escrow-reason', '误填')
  await give.click()
  await line.waitFor({ state: 'detached' })
  await b.close(page)
})

test("the bank's list: what is wrong is named, what is right is matched", async () => {
  const page = await office(`/escrow?p=${project}`, 'cashier')
  await b.button(page, '导入银行清单').click()
  const drawer = page.locator('.el-drawer:visible')
  const give = async (rows) =>
    drawer.locator('input[type=file]').setInputFiles({
      name: '入账.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['入账日期,入账金额,流水号,收据编号', ...rows.map((r) => r.join(','))].join('\n')),
    })
  const submit = drawer.getByRole('button', { name: /^登记 \d+ 行/ })
  await give([['2026-05-01', '2300.00', slip(), receipts[1].number], ['2026-05-01', '1.00', slip(), '无此收据']])
  await drawer.locator('tbody tr', { hasText: '收据“无此收据”' }).waitFor()
  assert.ok(await submit.isDisabled())
  await give([['2026-05-01', '2300.00', slip(), receipts[1].number], ['2026-05-01', '88.00', slip(), '']])
  await drawer.getByText(/1 行对上收据，1 行待认领/).waitFor()
  await submit.click()
  await drawer.getByText(/已登记：1 行对上收据/).waitFor()
  await b.button(drawer, '取消').click()
  await page.locator('tr', { hasText: receipts[1].number }).waitFor({ state: 'detached' })
  await page.locator('.days tr', { hasText: '2026-05-01' }).locator('.late').waitFor()
  await b.close(page)
})

test('the page of the deal has its notices, and does not say that they were sent', async () => {
  const page = await office(`/deals/${deal.id}?p=${project}`, 'manager')
  const part = page.getByRole('region', { name: '催缴与通知' })
  await part.getByText(new RegExp(`收据编号 ${receipts[0].number}`)).waitFor()
  const text = await part.textContent()
  assert.match(text, /尚未接入短信和邮件/)
  assert.match(text, /已登记 · 待发送/)
  assert.doesNotMatch(text, /已发送/)
  await b.close(page)
})
