// money_screens.mjs - the screens of money in the office, with what opens on them, one after the other, for axe and for
// pictures: @look(page, name, within) is called at each. The deals are older than the day on which they are looked at.
import { payment, slip, take, till } from '../../integration/lib/money.mjs'
import { approvedLoan, Sales } from '../../integration/lib/service.mjs'
import * as b from './browser.mjs'
import { Stage } from './demo.mjs'

const DRAWER = '.el-drawer'
const PANEL = '.el-dialog'
const AGO_DAYS = 40
const FUND = { name: '住宅专项维修资金', standard: '100 元/m²', payee: '市住房维修资金管理中心', formula: 'area', rate: 10000 }

/** A stage where somebody pays late. */
export async function moneyStage(options = {}) {
  let shop, late
  const stage = await Stage.aged(AGO_DAYS, options, async (then) => {
    shop = await Sales.of(then.people.sales, then.people.cashier)
    late = await shop.signed()
  })
  Object.assign(shop, { sales: stage.people.sales, cashier: stage.people.cashier })
  return { stage, shop, late }
}

/** Measured areas, one settled; a loan that is awaited; fees chosen, taken and paid over; a bank's list; a waiver. */
export async function moneyData({ stage, shop, late }) {
  const { people, project } = stage
  const { manager, cashier, sales } = people
  const of = (rest) => `/api/v1/projects/${project}/${rest}`
  const [larger, smaller, lent] = [await shop.signed(), await shop.signed(), await shop.signed()]
  await approvedLoan(manager, lent)
  const measured = []
  for (const [deal, bp] of [[larger, 150], [smaller, -400]]) {
    const unit = await sales.get(`/api/v1/units/${deal.unit_id}`)
    const { gross_area, inner_area } = unit.areas.find((a) => a.stage === 'premeasured')
    const grown = (area) => Math.round((area * (10000 + bp)) / 10000)
    measured.push({ unit_id: deal.unit_id, gross_area: grown(gross_area), inner_area: grown(inner_area) })
  }
  await manager.post(of('measurements'), { source: '杭测 2026-118 号', units: measured }, 201)
  await cashier.post(of('settlements'), { deals: [larger.id], due_date: '2099-01-01' }, 201)
  await manager.post(`/api/v1/deals/${late.id}/late-term`, { rate: 10, days: 10, beyond_rate: 30 }, 200)
  const fee = await manager.post(of('fees'), { kind: 'agency', voluntary: true, ...FUND }, 201)
  await manager.post(`/api/v1/deals/${larger.id}/fees`, { fees: [fee.id] }, 201)
  const book = await till(cashier, project, 'agency')
  const paid = { ...payment(book, 'agency_fee', 100000), lines: [{ fund: 'agency_fee', amount_fen: 100000, fee_id: fee.id }] }
  await cashier.post(`/api/v1/deals/${larger.id}/receipts`, paid, 201)
  const line = (await manager.get(of('agency-fees/deals'))).items.find((x) => x.deal_id === larger.id)
  const over = { fee_id: fee.id, lines: [{ deal_fee_id: line.id, amount_fen: 60000 }], tender: 'transfer', reference: slip() }
  await manager.post(of('payovers'), over, 201)
  const receipts = []
  for (const fen of [120000, 230000, 98765432]) receipts.push(await take(cashier, smaller.id, 'down_payment', fen))
  const invoices = await invoicesOf(cashier, project, smaller)
  return { project, late, larger, smaller, lent, fee, receipts, invoices }
}

/** One that waits, one that was refused, one issued with its chain after a reversal; on a long name. */
async function invoicesOf(cashier, project, deal) {
  const of = (rest) => `/api/v1/deals/${deal.id}/${rest}`
  const { customer_id } = (await cashier.get(`/api/v1/deals/${deal.id}`)).buyers[0]
  const name = await cashier.post(of('invoice-profiles'), { customer_id, kind: 'company', name: '上海示范国际贸易进出口（集团）股份有限公司杭州第二分公司', tax_no: '91310000MA1FL0XX0X' }, 201)
  const { items } = await cashier.get(of('invoice-sources'))
  const day = (await cashier.get(`/api/v1/projects/${project}/escrow/days`)).day
  const ask = async (source) => (await cashier.post(of('invoices'), { profile_id: name.id, parts: [{ voucher_id: source.voucher_id }] }, 201)).id
  const step = async (id, verb, body) =>
    cashier.post(`/api/v1/invoices/${id}/${verb}`, { version: (await cashier.get(`/api/v1/invoices/${id}`)).version, ...body }, 200)
  const [first, second, third] = items.slice(-3)
  const reversed = await ask(first)
  await step(reversed, 'issue', { number: '00000000000000000101', day })
  await step(reversed, 'red-want', { reason: '更名' })
  await step(reversed, 'red', { number: '00000000000000000102', day })
  const issued = await ask(first)
  await step(issued, 'issue', { number: '00000000000000000103', day })
  const refused = await ask(second)
  await cashier.post(`/api/v1/projects/${project}/invoice-batches`, {}, 201)
  await step(refused, 'refuse', { reason: '购方税号与名称不一致，请核对后重新提交' })
  return { issued, refused, wanted: await ask(third) }
}

const csv = (name, rows) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(`\uFEFF${rows.map((r) => r.join(',')).join('\n')}\n`),
})

export async function moneyLooks({ browser, site, people, project }, options, made, look) {
  const at = (login, path) => b.office(browser, site, `${path}${path.includes('?') ? '&' : '?'}p=${project}`, { client: people[login], ...options })
  const go = (page, path) => b.visit(page, `${path}${path.includes('?') ? '&' : '?'}p=${project}`)
  /** Opens what @opener opens, looks at it, and closes it. */
  const open = async (page, opener, name, within = PANEL, fill = async () => undefined) => {
    await opener.click()
    const shown = page.locator(`${within}:visible`).first()
    await shown.waitFor()
    await fill(shown)
    await look(page, name, within)
    await page.keyboard.press('Escape')
    await shown.waitFor({ state: 'hidden' })
  }
  const rows = (page) => page.locator('tbody tr').first().waitFor()
  const looks = { at, go, open, rows, look, made }
  const desk = await at('cashier', '/arrears')
  await debts(desk, looks)
  await loans(desk, looks)
  await settlements(desk, looks)
  await supervised(desk, looks)
  await invoices(desk, looks)
  await books(desk, looks)
  await b.close(desk)
  const boss = await at('manager', '/agency-fees')
  await fees(boss, looks)
  await reports(boss, looks)
  await deals(boss, looks)
  await b.close(boss)
}

async function invoices(page, { go, open, rows, look, made }) {
  await go(page, '/invoices')
  await rows(page)
  await look(page, 'invoices')
  await open(page, b.button(page, /^(开票设置|Settings)$/), 'invoice-settings', DRAWER, (d) => d.locator('tbody tr').first().waitFor())
  await open(page, b.button(page, /^(导出申请|Export requests)$/), 'invoice-export', DRAWER)
  await open(page, b.button(page, /^(导入结果|Import results)$/), 'invoice-import', DRAWER, async (d) => {
    const list = csv('开票结果.csv', [['申请编号', '发票号码', '开票日期', '价税合计'], ['KP999999', '123', '2026-05-01', '1.00'], ['KP000001', '12345', '2026-05-01', '9.00']])
    await d.locator('input[type=file]').setInputFiles(list)
    await d.locator('tbody tr').first().waitFor()
  })
  await go(page, `/invoices/${made.invoices.issued}`)
  await page.locator('[data-act=red-want]').waitFor()
  await look(page, 'invoice-one', DRAWER)
  await page.locator('[data-act=red-want]').click()
  await page.locator('#invoice-reason').waitFor()
  await look(page, 'invoice-red', PANEL)
  await page.keyboard.press('Escape')
  await page.locator('#invoice-reason').waitFor({ state: 'hidden' })
  await go(page, `/invoices/${made.invoices.wanted}`)
  await page.locator('[data-act=issue]').click()
  await page.fill('#invoice-number', '2644')
  await look(page, 'invoice-issue', PANEL)
  await page.keyboard.press('Escape')
  await page.locator('#invoice-number').waitFor({ state: 'hidden' })
  await go(page, '/invoices?state=void&text=none')
  await page.locator('.empty, [class*=empty]').first().waitFor()
  await look(page, 'invoices-none')
  await go(page, `/deals/${made.smaller.id}`)
  const ask = page.locator('[data-ask=invoice]')
  await open(page, ask, 'invoice-ask', DRAWER, async (d) => {
    await d.locator('.sources').waitFor()
    await d.locator('.el-select').first().click()
    await page.getByRole('option').last().click()
    await d.locator('#invoice-name').focus()
  })
}

async function debts(page, { open, rows, look }) {
  await rows(page)
  await look(page, 'arrears')
  await page.locator('tbody .el-checkbox:not(.is-disabled)').first().click()
  await look(page, 'arrears, one chosen')
  await open(page, page.locator('.page-head-actions .el-button--primary'), 'asked for')
}

async function loans(page, { go, open, rows, look, made }) {
  await go(page, '/loans')
  await rows(page)
  await look(page, 'loans')
  const row = page.locator('tr', { hasText: `HT-${made.lent.id}` })
  await open(page, row.locator('button').first(), 'a loan that arrives')
  await open(page, page.locator('.page-head-actions .el-button').first(), "a bank's advice", DRAWER, async (drawer) => {
    await drawer.locator('.book, .missing').first().waitFor()
    await look(page, "a bank's advice, nothing chosen", DRAWER)
    await drawer.locator('input[type=file]').setInputFiles(csv('放款.csv', [['合同编号', '放款金额', '流水号'], ['HT-0', '1.00', slip()], ['', '1.234', '']]))
    await drawer.locator('tbody tr').first().waitFor()
  })
}

async function settlements(page, { go, open, rows, look, made, at }) {
  await go(page, '/settlements')
  await rows(page)
  await look(page, 'settlements')
  const row = page.locator('tr', { hasText: made.smaller.unit })
  await open(page, row.locator('.quiet-button'), 'settled by hand')
  await row.locator('.el-checkbox').click()
  await look(page, 'settlements, one chosen')
  await open(page, page.locator('.page-head-actions .el-button--primary'), 'settled by the rule')
  const survey = await at('manager', '/settlements')
  await rows(survey)
  await open(survey, survey.locator('[data-act=measure]'), 'measured areas, a wrong row', DRAWER, async (drawer) => {
    await look(survey, 'measured areas', DRAWER)
    const head = ['楼栋', '单元', '房号', '实测建筑面积', '实测套内面积']
    await drawer.locator('input[type=file]').setInputFiles(csv('测绘.csv', [head, ['1栋', '', '没有这一套', '90.1', '72.123']]))
    await drawer.locator('tbody tr').first().waitFor()
  })
  await b.close(survey)
}

async function supervised(page, { go, open, rows, look, made }) {
  await go(page, '/escrow')
  await rows(page)
  await look(page, 'escrow')
  const row = page.locator('tr', { hasText: made.receipts[0].number })
  const already = await row.count()
  if (already) await open(page, row.locator('.el-button'), 'a receipt posted')
  await open(page, page.locator('.page-head-actions .el-button').first(), "a bank's list of an account", DRAWER, async (drawer) => {
    await look(page, "a bank's list, nothing chosen", DRAWER)
    await drawer.locator('input[type=file]').setInputFiles(csv('入账.csv', [['入账日期', '入账金额', '流水号', '收据编号'], ['2026-05-01', '1.00', slip(), '无此收据']]))
    await drawer.locator('tbody tr').first().waitFor()
  })
  if (!made.posted) {
    await row.locator('.el-button').click()
    await page.fill('#escrow-reference', slip())
    await page.locator(`${PANEL} button[type=submit]`).click()
    await row.waitFor({ state: 'detached' })
    made.posted = true
  }
  await go(page, '/escrow?state=matched')
  await rows(page)
  await look(page, 'escrow, posted')
  await open(page, page.locator('.sheet').last().locator('tbody .el-button').first(), 'a match ended')
  await go(page, '/escrow?side=bank')
  await look(page, 'escrow, lines of the bank')
}

async function books(page, { go, open, rows, look, made }) {
  await go(page, '/receipt-books')
  await rows(page)
  await look(page, 'receipt books')
  await go(page, `/receipt-books/${made.receipts[0].book_id}`)
  await page.locator('[data-act=swap]').first().waitFor()
  await look(page, 'a book and its leaves')
  await open(page, page.locator('[data-act=swap]').first(), 'a receipt swapped')
  await go(page, `/deals/${made.late.id}`)
  await page.locator('section[aria-label=滞纳金], section[aria-label="Late fee"], section[aria-label="Late fees"]').first().waitFor()
  const taking = page.locator('.el-button', { hasText: /^(收款|Take money)/ }).first()
  await open(page, taking, 'money taken in the office', PANEL, async (panel) => {
    await panel.locator('.book, .missing').first().waitFor()
    await page.fill('#dm-amount', '12.345')
    await look(page, 'money taken, a wrong amount', PANEL)
  })
}

async function fees(page, { open, rows, look, made, go }) {
  await rows(page)
  await look(page, 'agency fees')
  await go(page, `/agency-fees?tab=deals&fee=${made.fee.id}`)
  await rows(page)
  await look(page, 'agency fees, deal by deal')
  await open(page, page.locator('[data-act=pay-over]'), 'a fee paid over', DRAWER, (drawer) => drawer.locator('.fen').first().waitFor())
  await go(page, '/agency-fees?tab=history')
  await rows(page)
  await look(page, 'agency fees paid over')
  await page.locator('tbody tr').first().click()
  await page.locator('[data-act=reverse]').waitFor()
  await look(page, 'one that was paid over', DRAWER)
  await open(page, page.locator('[data-act=reverse]'), 'one that is reversed')
  await page.keyboard.press('Escape')
}

const TABS = ['collection', 'book', 'leaf', 'shift', 'exception', 'verify']
async function reports(page, { go, look }) {
  await go(page, '/collection')
  await b.arrived(page, '/collection')
  await page.locator('.el-tabs__item').nth(TABS.length - 1).waitFor()
  for (const [i, tab] of (await page.locator('.el-tabs__item').all()).entries()) {
    await tab.click()
    await page.waitForSelector('.frame-screen .skeleton', { state: 'detached' })
    await page.locator('.frame-screen :is(table, [data-kind], .empty-title, form)').first().waitFor()
    await look(page, `reports, ${TABS[i]}`)
  }
  await go(page, '/accounts')
  await page.waitForSelector('.rules')
  await look(page, 'bank accounts')
}

/** What stands at a deal. */
async function deals(page, { go, open, look, made, at }) {
  const part = (of, act) => of.locator(`[data-act="${act}"]`)
  await go(page, `/deals/${made.late.id}`)
  await part(page, 'late-term').scrollIntoViewIfNeeded()
  await look(page, 'a deal that pays late')
  await open(page, part(page, 'late-term'), 'the term of late fees')
  await open(page, part(page, 'choose-fees'), 'fees chosen')
  const seller = await at('sales', `/deals/${made.late.id}`)
  await open(seller, seller.locator('[data-act=late-waiver]').first(), 'a waiver asked for')
  await b.close(seller)
  const desk = await at('cashier', `/deals/${made.larger.id}`)
  await part(desk, 'settle-reverse').scrollIntoViewIfNeeded()
  await look(desk, 'a deal that was settled')
  await open(desk, part(desk, 'settle-reverse'), 'a settlement taken back')
  await b.close(desk)
}
