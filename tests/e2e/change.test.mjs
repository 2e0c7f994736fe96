// change.test.mjs - special transactions at the desk in a real browser: an exchange from the chart to its approval and
// both units on the chart, a name changed by the keyboard alone, what is refused and what it leaves, the register and
// its end by finance, a deal as it was on a day.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Deals } from './lib/deals.mjs'
import { Stage } from './lib/demo.mjs'

let stage, people, project, deals
before(async () => {
  stage = await Stage.open({ people: ['manager', 'control', 'cashier', 'sales'] })
  ;({ people, project } = stage)
  deals = await Deals.at(stage)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const fresh = () => deals.fresh()
const subscribed = async () => deals.subscribed(await deals.fresh())
const unitOf = (id) => people.sales.get(`/api/v1/units/${id}`)
const changesOf = async (id) => (await people.sales.get(`/api/v1/deals/${id}/changes`)).items

const opened = (deal, login = 'sales', query = '') =>
  b.office(stage.browser, stage.site, `/deals/${deal.id}?p=${project}${query}`, { client: people[login] })
const drawer = (page) => page.locator('.el-drawer:visible').filter({ has: page.locator('.form-drawer') })
const send = (page) => drawer(page).locator('.el-drawer__footer button[type=submit]')
const kind = (page, name) => page.locator(`.kind[data-kind="${name}"]`)
/** What it would do is there. */
const told = (page) => drawer(page).locator('.after[aria-busy="false"] .effect').waitFor()
async function kinds(page) {
  await page.locator('[data-ask="change"]:not([disabled])').click()
  await page.locator('.kinds').waitFor()
}

test('an exchange: from the chart, seen before it is sent, approved by another, both units on the chart', async () => {
  const [from, to] = [await fresh(), await fresh()]
  const deal = await deals.subscribed(from)
  const page = await b.office(stage.browser, stage.site, `/chart/${from.building_id}?p=${project}&unit=${from.id}`, {
    client: people.sales,
  })
  await page.locator('.pane [data-step="change"]').click()
  await page.locator('.kinds').waitFor()
  assert.ok(!page.url().includes('change='), 'a reload does not open it again')
  await kind(page, 'exchange').click()
  await page.locator('.lacks', { hasText: '新的价格方案' }).waitFor()
  await page.fill('#ca-unit', to.path)
  await page.locator('.combo-pop [role=option]', { hasText: to.path }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.click('#ca-terms')
  await page.locator('.quote .answer[aria-busy="false"] .chain').waitFor()
  await page.locator('.quote .save button').click()
  await told(page)
  const rows = await drawer(page).locator('.after tbody tr').allTextContents()
  assert.ok(rows[0].includes(from.path) && rows[0].includes(to.path), rows[0])
  assert.ok(await send(page).isDisabled(), 'no reason yet')
  await page.fill('#ca-reason', '客户要求换到高楼层')
  await send(page).click()
  await page.locator('[data-change] .mark.wait', { hasText: '待审批' }).waitFor()
  await page.locator('.changing', { hasText: '换房' }).waitFor()
  assert.ok(await page.locator('[data-ask="change"]').isDisabled(), 'one at a time')
  const [change] = await changesOf(deal.id)
  assert.deepEqual([change.kind, change.state], ['exchange', 'asked'])
  assert.equal((await unitOf(from.id)).state, 'S', 'nothing changed yet')

  const boss = await b.office(stage.browser, stage.site, '/approvals', { client: people.manager })
  await boss.locator('main').getByText(`${from.path} → ${to.path}`).first().click()
  const part = boss.locator('.change-part')
  await part.locator('tbody tr').first().waitFor()
  assert.match(await part.locator('tbody tr').first().textContent(), new RegExp(`${from.path}.*${to.path}`))
  assert.doesNotMatch(await part.textContent(), /_fen|terms_id|[{}]/u, 'in words')
  await boss.getByRole('button', { name: /^同意/ }).click()
  await boss.locator('main').getByText('没有等待您审批的申请').waitFor()
  await b.close(boss)

  await page.locator('[data-change] .mark.live', { hasText: '已办理' }).waitFor() // told by the feed
  await page.locator('.standing', { hasText: '已换房' }).waitFor()
  await page.locator('[data-change]').getByText('换房后的交易').click()
  await page.locator('.page-head', { hasText: to.path }).waitFor()
  for (const [unit, state] of [
    [from, '可售'],
    [to, '认购'],
  ]) {
    await b.visit(page, `/chart/${unit.building_id}?p=${project}&unit=${unit.id}`)
    await page.locator(`.pane .state-chip:has-text("${state}")`).waitFor()
  }
  await b.close(page)
})

test('a name changed by the keyboard alone: refused without its exception, nothing typed is lost', async () => {
  const deal = await subscribed()
  const page = await opened(deal, 'sales', '&change=1')
  await page.locator('.kinds').waitFor()
  const hands = b.keyboard(page)
  await hands.press('更名')
  await page.locator('[data-field="buyers"] .el-select__selected-item', { hasText: '郑' }).waitFor()
  await hands.tabTo('[data-field="buyers"] .el-select__input')
  await hands.type('欧阳慧敏')
  await page.locator('.el-select-dropdown__item:visible', { hasText: '欧' }).first().waitFor()
  await hands.keys('Enter')
  await page.locator('[data-field="buyers"] .el-select__selected-item:not(.is-hidden)', { hasText: '欧' }).waitFor()
  await hands.tabTo('#ca-document')
  await hands.type('公证-17')
  await hands.tabTo('#ca-reason')
  await hands.type('直系亲属更名')
  await drawer(page).locator('.after .problem').waitFor()
  assert.ok(await send(page).isDisabled(), 'a home after its subscription, and no exception')
  await hands.keys('Shift+Tab', 'Shift+Tab')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'ca-exception')
  await hands.keys('Enter')
  await page.locator('.el-select-dropdown__item:visible', { hasText: '近亲属' }).waitFor()
  await hands.keys('ArrowDown')
  await page.locator('.el-select-dropdown__item.is-hovering:visible', { hasText: '近亲属' }).waitFor()
  await hands.keys('Enter')
  await told(page)
  assert.equal(await page.inputValue('#ca-document'), '公证-17')
  await hands.press('提交审批')
  await page.locator('[data-change] .mark.wait', { hasText: '待审批' }).waitFor()
  const [change] = await changesOf(deal.id)
  assert.deepEqual([change.kind, change.exception, change.buyers[0].customer_id], ['rename', 'family', deals.other])
  await deals.decide(change)
  await page.locator('.page-head-sub', { hasText: '欧' }).waitFor()
  await page.locator('[data-change] tbody tr', { hasText: /郑.*欧/ }).waitFor()
  await b.close(page)
})

test('what is refused: figures that are none, sums that do not add up, a deal that moved on; what was typed stays', async () => {
  const deal = await subscribed()
  const page = await opened(deal)
  await kinds(page)
  await kind(page, 'cancel').click()
  await page.fill('#ca-refund_fen', '一万')
  await page.locator('[data-field="refund_fen"] .wrong', { hasText: '请填写金额' }).waitFor()
  await page.fill('#ca-refund_fen', '1')
  await page.fill('#ca-reason', '客户退房')
  await b.choose(page, '责任方', '买受人')
  await drawer(page).locator('.after .problem').waitFor()
  assert.ok(await send(page).isDisabled(), 'refund and forfeit do not add up')
  await page.fill('#ca-refund_fen', String(deal.received_fen / 100))
  await told(page)
  // Somebody else is at the deal meanwhile, after what it would do was shown.
  await deals.decide(await deals.ask(deal, { kind: 'postpone-signing', days: 1 }))
  await page.locator('[data-change] .mark.live').waitFor()
  await send(page).click()
  await drawer(page).locator('.form-drawer-problem button').click()
  await drawer(page).locator('.form-drawer-problem').waitFor({ state: 'detached' })
  assert.equal(await page.inputValue('#ca-reason'), '客户退房')
  assert.equal(await page.inputValue('#ca-refund_fen'), String(deal.received_fen / 100))
  await told(page)
  await send(page).click()
  await page.locator('[data-change] .mark.wait', { hasText: '待审批' }).waitFor()
  const [change] = await changesOf(deal.id)
  assert.deepEqual([change.kind, change.refund_fen, change.fault_side], ['cancel', deal.received_fen, 'buyer'])

  // Returned: mended and asked for again from what was typed.
  await deals.decide(change, 'returned')
  await b.visit(page, `/requests?open=${change.approval_id}`)
  await page.locator('.own-actions a').click()
  await page.locator('.change-sheet .again').click()
  await page.locator('#ca-reason').waitFor()
  assert.equal(await page.inputValue('#ca-reason'), '客户退房')
  await page.fill('#ca-document', '退房协议-3')
  await told(page)
  await send(page).click()
  await page.locator('[data-change] .mark.wait', { hasText: '待审批' }).waitFor()
  const [next] = await changesOf(deal.id)
  assert.equal(next.document, '退房协议-3')
  const request = await people.sales.get(`/api/v1/approvals/${next.approval_id}`)
  assert.equal(request.resubmits_id, change.approval_id)
  await b.close(page)
})

test('each kind that takes new terms offers what it is for, and what comes of it fits the kind', async () => {
  const deal = await subscribed()
  const page = await opened(deal)
  const quoted = () => page.locator('.quote .answer[aria-busy="false"] .chain').waitFor()
  const offer = {
    plan: () => b.choose(page, '付款方案', '一次性'),
    discount: async () => {
      await page.locator('.quote .pick', { hasText: '按时签约优惠' }).locator('.el-checkbox').click()
      await page.fill('#q-loan', '1000000') // a lower price carries a smaller loan
    },
    price: async () => {
      await page.fill('#q-price', '2000000')
      await page.fill('#q-loan', '1000000')
    },
    loan: async () => {
      await page.fill('#q-loan', '1000000')
      await page.fill('#q-bank', '建设银行')
    },
    deposit: () => page.fill('#q-deposit', '80000'),
  }
  const shown = {
    plan: '付款方案',
    discount: '成交总价',
    price: '标准总价',
    loan: '贷款银行',
    deposit: '定金',
  }
  await kinds(page)
  for (const [name, change] of Object.entries(offer)) {
    await kind(page, name).click()
    await page.locator('#ca-terms:not([disabled])').click()
    await quoted()
    await change()
    await page.locator('.quote .answer[aria-busy="true"]').waitFor()
    await quoted()
    await page.locator('.quote .save button:not([disabled])').click()
    await told(page)
    await drawer(page).locator('.after tbody tr', { hasText: shown[name] }).waitFor()
    assert.equal(await drawer(page).locator('.after .problem').count(), 0, name)
    await page.locator('.chosen .quiet-button').click()
  }
  // One of them to its end, with what it was before and after.
  await kind(page, 'price').click()
  await page.locator('#ca-terms:not([disabled])').click()
  await offer.price()
  await page.locator('.quote .chain tbody tr', { hasText: '2,000,000' }).waitFor()
  await page.locator('.quote .save button:not([disabled])').click()
  await told(page)
  await page.fill('#ca-reason', '公示价下调')
  await send(page).click()
  await page.locator('[data-change] .mark.wait', { hasText: '待审批' }).waitFor()
  const [asked] = await changesOf(deal.id)
  assert.equal(asked.effect.now.list_fen, 200_000_000)
  await deals.decide(asked)
  await page.locator('.figures', { hasText: '2,000,000' }).waitFor()
  await b.close(page)
})

test('a kind that stands in the way is told, and only what the stage allows is there', async () => {
  const deal = await subscribed()
  const page = await opened(deal)
  await kinds(page)
  const there = await page.locator('.kind').evaluateAll((all) => all.map((x) => x.dataset.kind))
  const { items } = await people.sales.get(`/api/v1/units/${deal.unit_id}/next-steps`)
  assert.deepEqual(
    there.sort(),
    items.filter((s) => s.step === 'change').map((s) => s.change).sort(),
  )
  await b.close(page)
  const cashier = await opened(deal, 'cashier')
  await cashier.getByText('还没有变更').waitFor()
  assert.equal(await cashier.locator('[data-ask="change"]').count(), 0, 'who may not ask has no button')
  await b.close(cashier)
})

test('the register: filtered in the address, opened from the to-do, ended by finance', async () => {
  const deal = await subscribed()
  await deals.decide(await deals.ask(deal, { kind: 'postpone-signing', days: 2 }))
  const [change] = await changesOf(deal.id)
  const page = await b.office(stage.browser, stage.site, '/todos', { client: people.cashier })
  await page.locator('main').getByText(deal.unit).first().click()
  await page.locator('.change-sheet').waitFor()
  assert.ok(page.url().includes(`/changes/${change.id}`))
  await b.button(page, '财务办结…').click()
  await page.fill(`#change-result-${change.id}`, '无款项，归档')
  await b.confirm(page)
  await page.locator('.change-sheet', { hasText: '无款项，归档' }).waitFor()
  assert.ok((await changesOf(deal.id))[0].archived_ms)
  await b.visit(page, `/changes?p=${project}&kind=postpone-signing&finance=1`)
  // Until the answer is there the rows of before stand, and among them this one.
  await page.locator('tbody tr:not(:has-text("延期签约"))').first().waitFor({ state: 'detached' })
  await page.locator('tbody tr', { hasText: deal.unit }).waitFor()
  assert.deepEqual([...new Set(await page.locator('tbody td:nth-child(3)').allTextContents())], ['延期签约'])
  await page.reload()
  await page.locator('tbody tr', { hasText: deal.unit }).waitFor()
  const save = (of) => of.getByRole('link', { name: '导出台账' })
  assert.equal(await save(page).count(), 0, 'a cashier takes no list out')
  const manager = await b.office(stage.browser, stage.site, `/changes?p=${project}&kind=postpone-signing`, { client: people.manager })
  const [file] = await Promise.all([manager.waitForEvent('download'), save(manager).click()])
  assert.equal(file.suggestedFilename(), '变更台账.xlsx')
  await b.close(manager)
  await b.close(page)
})

test('as it was on a day: to be read, and marked so', async () => {
  const deal = await subscribed()
  const page = await opened(deal)
  const day = await page.evaluate(() => new Date().toLocaleDateString('sv', { timeZone: 'Asia/Shanghai' }))
  await page.getByLabel('查看某一天').fill(day)
  await page.keyboard.press('Enter')
  await page.locator('.as-of .then', { hasText: day }).waitFor()
  await page.locator('.as-of .facts', { hasText: '认购' }).waitFor()
  assert.equal(await page.locator('[data-step]').count(), 0, 'nothing can be done with it')
  await b.visit(page, `/deals/${deal.id}?p=${project}&day=2020-01-01`)
  await page.getByText('那一天还没有这笔交易').waitFor()
  await b.button(page, '回到现在').click()
  await page.locator('.next-steps').waitFor()
  await b.close(page)
})
