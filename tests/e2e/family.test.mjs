// family.test.mjs - one family, from the door to an exchange: registered once, a card, a queue number, a home beyond the
// consultant's limit under approval, signed with a loan, exchanged under approval. At each step the kiosk, the chart of
// a colleague, the lists and the record say the same.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { internalUnits, publicUnits, publish } from '../integration/lib/walk.mjs'
import { takeMoney } from './lib/money.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { approve, buyer, onward, part, picked, quoted, step } from './lib/sale.mjs'

const DOCUMENT = '11010519491231002X'
const PHONE = '13655557788'
const NAME = '慕容复'
let stage, people, project, terminal
before(async () => {
  stage = await Stage.open({ people: ['admin', 'manager', 'control', 'cashier', 'sales', 'sales2', 'group'] })
  ;({ people, project } = stage)
  terminal = await stage.terminal()
})
after(() => stage?.close())

const open = (login, address) => b.office(stage.browser, stage.site, address, { client: people[login] })
const submit = (page) => page.locator('.el-drawer__footer button[type=submit]:visible')
const only = (list) => {
  assert.equal(list.length, 1)
  return list[0]
}

/** What stays open meanwhile: the kiosk in the hall and a colleague's chart. */
class Watch {
  constructor(kiosk, colleague) {
    Object.assign(this, { kiosk, colleague })
  }

  /** @unit is in @state for everybody, a deal of it in the lists or none; the public may see @told of it still. */
  async agree(unit, state, why, told = state) {
    const cell = (await internalUnits(people.control, project)).find((u) => u.id === unit.id)
    const shown = (await publicUnits(terminal, project)).find((u) => u.id === unit.id)
    assert.deepEqual([cell.state, shown.state], [state, told], why)
    const deals = (await people.sales.get(`/api/v1/deals?unit=${unit.id}&live=1`)).items
    assert.deepEqual(
      deals.map((d) => d.stage),
      state === 'A' ? [] : [state],
      why,
    )
    const words = { A: '可售', S: '认购', C: '签约' }[state]
    await b.visit(this.colleague, `/chart/${unit.building_id}?p=${project}&unit=${unit.id}`)
    await this.colleague.locator(`.pane .state-chip:has-text("${words}")`).waitFor()
    await b.until(
      async () => (await this.kiosk.locator(`[data-unit="${unit.id}"].s0`).count()) === (told === 'A' ? 1 : 0),
      `the kiosk, ${why}`,
    )
  }
}

b.browserTest(() => stage.browser, 'a family, from the door to an exchange', {}, async () => {
  const kiosk = await b.kiosk(stage.browser, stage.site, terminal)
  await b.wake(kiosk)
  await b.openBuilding(kiosk)
  const ids = await kiosk.locator('[data-unit].s0').evaluateAll((all) => all.map((x) => Number(x.dataset.unit)))
  const [first, second] = await Promise.all(ids.slice(0, 2).map((id) => people.sales.get(`/api/v1/units/${id}`)))
  const watch = new Watch(kiosk, await open('manager', `/chart/${first.building_id}?p=${project}`))

  // They come in, and are one consultant's.
  const page = await open('sales', '/chart')
  await page.waitForSelector('.frame')
  await page.keyboard.press('Alt+n')
  await page.locator('#v-phone').fill(PHONE)
  await page.locator('#v-name').fill(NAME)
  await b.choose(page, '认知途径', '朋友介绍')
  await submit(page).click()
  await page.waitForURL(/\/customers\/\d+/)
  const id = Number(/customers\/(\d+)/.exec(page.url())[1])
  const other = await open('sales2', '/chart')
  await other.waitForSelector('.frame')
  await other.keyboard.press('Alt+n')
  await other.locator('#v-phone').fill(PHONE)
  await other.locator('#v-name').fill(NAME)
  await b.choose(other, '认知途径', '朋友介绍')
  await submit(other).click()
  await other.locator('.el-drawer:visible .problem').waitFor()
  assert.ok(!(await other.content()).includes(`/customers/${id}`), 'whose they are is not led to')
  await b.close(other)

  // Their papers and a card.
  const record = await people.sales.get(`/api/v1/customers/${id}`)
  const papers = { version: record.version, document: { kind: 'id_card', number: DOCUMENT } }
  await people.sales.patch(`/api/v1/customers/${id}`, papers, 200)
  const desk = await open('cashier', `/customers/${id}`)
  await b.button(desk, '发卡').click()
  await desk.fill('#i-code', '77009876')
  await b.until(async () => (await desk.inputValue('#i-terms')) !== '', 'the terms shown last')
  await desk.locator('.el-drawer:visible button[type=submit]').click()
  const cards = desk.getByRole('region', { name: '会员卡' })
  await cards.locator('tr', { hasText: '****9876' }).locator('.mark.live').waitFor()
  await b.close(desk)

  // A number in the queue.
  await b.visit(page, `/queue?p=${project}`)
  await b.button(page, '取号', page.locator('.page-head-actions')).click()
  await page.locator('.confirm .el-select input').first().fill(NAME)
  await page.locator('.el-select-dropdown__item:visible').first().waitFor()
  await page.keyboard.press('Enter')
  await page.locator('.confirm button[type=submit]:not([disabled])').click()
  await page.locator('tbody tr', { hasText: '慕**' }).waitFor()
  await watch.agree(first, 'A', 'a number takes no unit')
  await b.close(page)

  // A home, for less than the consultant may give.
  const sale = await picked(stage, people.sales, first)
  await step(sale, 'subscribe').click()
  await part(sale, 'buyers').waitFor()
  await buyer(sale, 0, NAME)
  await onward(sale, 'buyers').click()
  await quoted(sale)
  await b.choose(sale, '付款方案', '商业按揭')
  await quoted(sale)
  await sale.locator('.quote .pick', { hasText: '销售经理优惠' }).locator('.el-checkbox').click()
  await sale.locator('.quote .manager input').fill('95')
  await sale.locator('.quote .beyond').waitFor()
  await sale.fill('#q-reason', '全家看中，总价谈定')
  await sale.locator('.quote .save button:not([disabled])').click()
  await sale.locator('.wizard .waiting').waitFor()
  await sale.fill('#dw-again', DOCUMENT)
  await watch.agree(first, 'A', 'nothing before the approval')
  for (const login of ['manager', 'group']) await approve(stage, people[login], first.path)
  await sale.locator('.wizard [data-part=confirm] button[type=submit]:not([disabled])').click()
  await sale.waitForSelector('.standing .now:has-text("认购")')
  await watch.agree(first, 'S', 'subscribed')
  const deal = only((await people.sales.get(`/api/v1/deals?unit=${first.id}&live=1`)).items)
  assert.ok(deal.total_fen < deal.list_fen)

  // The deposit, then the contract.
  const money = await open('cashier', `/deals/${deal.id}?p=${project}`)
  await takeMoney(money)
  await money.locator('.mark.live', { hasText: '已收齐' }).first().waitFor()
  await b.close(money)
  await sale.locator('[data-step="sign"]:not([disabled])').click()
  await sale.fill('#ds-document', 'HT-2026-0077')
  await sale.locator('.shown .el-checkbox').nth(3).waitFor()
  for (const box of await sale.locator('.shown .el-checkbox').all()) await box.click()
  await sale.locator('.confirm button[type=submit]').click()
  await sale.waitForSelector('.standing .now:has-text("签约")')
  await watch.agree(first, 'C', 'signed')
  assert.equal((await people.sales.get(`/api/v1/deals/${deal.id}`)).plan_kind, 'commercial')

  // They change their mind about the floor.
  await sale.locator('[data-ask="change"]:not([disabled])').click()
  await sale.locator('.kinds').waitFor()
  await sale.locator('.kind[data-kind="exchange"]').click()
  await sale.fill('#ca-unit', second.path)
  await sale.locator('.combo-pop [role=option]', { hasText: second.path }).first().waitFor()
  await sale.keyboard.press('Enter')
  await sale.click('#ca-terms')
  await quoted(sale)
  await sale.locator('.quote .save button').click()
  await sale.fill('#ca-document', 'HT-2026-0078')
  await sale.fill('#ca-reason', '换到高楼层')
  await sale.locator('.el-drawer:visible .after[aria-busy="false"] .effect').waitFor()
  await sale.locator('.el-drawer__footer button[type=submit]:visible:not([disabled])').click()
  await sale.locator('[data-change] .mark.wait', { hasText: '待审批' }).waitFor()
  await watch.agree(first, 'C', 'asked for')
  await watch.agree(second, 'A', 'asked for')
  for (const login of ['manager', 'group']) await approve(stage, people[login], `${first.path} → ${second.path}`)
  await sale.locator('[data-change] .mark.live', { hasText: '已办理' }).waitFor()
  await watch.agree(first, 'A', 'what is free again waits for the next approved chart', 'C')
  await watch.agree(second, 'C', 'exchanged')
  await publish(people.control, people.manager, project)
  await watch.agree(first, 'A', 'published')

  // And their record has all of it.
  const now = only((await people.sales.get(`/api/v1/deals?customer=${id}&live=1`)).items)
  assert.deepEqual([now.unit_id, now.stage, now.from_deal_id], [second.id, 'C', deal.id])
  await b.visit(sale, `/customers/${id}`)
  await sale.locator('h1', { hasText: '慕**' }).waitFor()
  await sale.locator('.page-head', { hasText: '签约' }).waitFor()
  await b.close(sale)
  await b.close(watch.colleague)
  await b.close(kiosk)
})
