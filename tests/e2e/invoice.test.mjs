// invoice.test.mjs - invoices in a real browser: asked for by keyboard on the page of a deal, exported, the platform's
// list back, in the place of its receipt, reversed; the counter sees what became of it.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { take } from '../integration/lib/money.mjs'
import { Sales } from '../integration/lib/service.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage, people, project, deal, receipt
before(async () => {
  stage = await Stage.open({ people: ['manager', 'control', 'cashier', 'sales'] })
  ;({ people, project } = stage)
  deal = await (await Sales.of(people.sales, people.cashier)).signed()
  receipt = await take(people.cashier, deal.id, 'down_payment', 120000)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const office = (address, login, more) =>
  b.office(stage.browser, stage.site, address, { client: people[login], ...more })
const list = async () => (await people.cashier.get(`/api/v1/deals/${deal.id}/invoices`)).items

test('one is asked for by keyboard alone', async () => {
  const page = await office(`/deals/${deal.id}?p=${project}`, 'cashier')
  await page.locator('[data-ask=invoice]').focus()
  await page.keyboard.press('Enter')
  const drawer = page.locator('.el-drawer:visible')
  const box = drawer.locator('.sources input').last()
  await box.focus()
  await page.keyboard.press('Space')
  await drawer.locator('#invoice-name').focus()
  await page.keyboard.type('王小明')
  await page.keyboard.press('Tab')
  await page.keyboard.type('11010519491231002X')
  await drawer.getByRole('button', { name: /^申请开票 ¥\s?1,200/ }).waitFor()
  await page.keyboard.press('Enter')
  await drawer.getByText('待开').first().waitFor()
  await drawer.getByText(/款项性质：首付款；房屋地址/).waitFor()
  assert.deepEqual((await list()).map((i) => [i.state, i.amount_fen]), [['wanted', 120000]])
  await b.close(page)
})

test('it goes out as a list, and the platform\'s list comes back: looked at first, then taken', async () => {
  const page = await office(`/invoices?p=${project}`, 'cashier')
  const [{ request }] = await list()
  const row = page.locator('tr', { hasText: request })
  await row.waitFor()
  await b.button(page, '导出申请').click()
  const drawer = page.locator('.el-drawer:visible')
  await drawer.getByRole('button', { name: /^导出 1 份/ }).click()
  await drawer.locator('tbody tr').first().getByRole('link', { name: /^CSV/ }).waitFor()
  await page.keyboard.press('Escape')
  await row.getByText('已导出').waitFor()
  await b.button(page, '导入结果').click()
  const give = async (rows) =>
    drawer.locator('input[type=file]').setInputFiles({
      name: '结果.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['申请编号,发票号码,开票日期,价税合计', ...rows.map((r) => r.join(','))].join('\n')),
    })
  const submit = drawer.getByRole('button', { name: /^登记 \d+ 行/ })
  const { day } = await people.cashier.get(`/api/v1/projects/${project}/escrow/days`)
  await give([[request, '123', day, '1200.00']])
  await drawer.locator('tbody tr', { hasText: '不是 20 位数字' }).waitFor()
  assert.ok(await submit.isDisabled())
  await give([[request, '26447000000000000001', day, '1200.00']])
  await drawer.getByText(/新开 1/).waitFor()
  await submit.click()
  await drawer.getByText(/已登记：新开 1/).waitFor()
  await page.keyboard.press('Escape')
  await row.getByText('26447000000000000001').waitFor()
  await b.close(page)
})

test('in the place of its receipt, then reversed; the chain shows both', async () => {
  const [{ id }] = await list()
  const page = await office(`/invoices/${id}?p=${project}`, 'cashier')
  const drawer = page.locator('.el-drawer:visible')
  const give = b.dialog(page).locator('button[type=submit]')
  await drawer.locator('[data-act=swap]').click()
  await give.click()
  await drawer.getByText('已换发票').waitFor()
  await drawer.locator('[data-act=red-want]').click()
  assert.ok(await give.isDisabled(), 'no reason yet')
  await page.fill('#invoice-reason', '更名')
  await give.click()
  await drawer.locator('[data-act=red]').click()
  await page.fill('#invoice-number', '2644')
  assert.ok(await give.isDisabled(), 'not twenty digits')
  await page.fill('#invoice-number', '2644 7000 0000 0000 0002')
  await give.click()
  await drawer.locator('.chain').getByText(/红字 26447000000000000002/).waitFor()
  const at = `/api/v1/deals/${deal.id}/receipts`
  const leaf = (await people.cashier.get(at)).items.find((r) => r.number === receipt.number)
  assert.deepEqual([leaf.state, leaf.invoices.at(-1).state], ['invoiced', 'red'])
  await b.close(page)
})

test('who sells sees what became of it and can do nothing', async () => {
  const page = await office(`/deals/${deal.id}?p=${project}`, 'sales')
  const part = page.getByRole('region', { name: '发票' })
  await part.getByText('已红冲').waitFor()
  assert.equal(await part.locator('[data-ask=invoice]').count(), 0)
  await part.locator('button.row').click()
  await page.locator('.el-drawer:visible').getByText('款项、收据与发票').waitFor()
  assert.equal(await page.locator('.el-drawer:visible [data-act]').count(), 0)
  await b.close(page)
})
