// deal.test.mjs - a unit sold at the desk in a real browser: picked on the chart and locked, terms within one's limits,
// subscribed, signed with what must be shown, not filed before its review; and one beyond the limit, which waits for
// somebody else's approval. The chart, the lists and the search agree.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { takeMoney } from './lib/money.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { BOTH, LANGS } from './lib/look.mjs'
import * as sale from './lib/sale.mjs'
import { buyer, onward, part, quoted, step, steps } from './lib/sale.mjs'

const DOCUMENT = '11010519491231002X'
const BUYER = '郑一鸣'
let stage, people, project
before(async () => {
  stage = await Stage.open({ people: ['manager', 'control', 'cashier', 'sales', 'group'] })
  ;({ people, project } = stage)
  await customer(BUYER, '13912340001', { document: { kind: 'id_card', number: DOCUMENT } })
  await customer('欧阳慧敏', '13912340002', { document: { kind: 'passport', number: 'E12345678' } })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const customer = (name, phone, more = {}) =>
  people.sales.post(
    '/api/v1/customers',
    { kind: 'person', name, notice: '隐私告知 2026-01', source_id: 3, phones: [{ number: phone }], ...more },
    201,
  )
const taken = new Set()
async function fresh() {
  const { items } = await people.sales.get(`/api/v1/projects/${project}/units?limit=500`)
  const unit = items.find((u) => u.state === 'A' && u.class === 'home' && u.total_fen && !taken.has(u.id))
  taken.add(unit.id)
  return people.sales.get(`/api/v1/units/${unit.id}`)
}
const unitOf = (id) => people.sales.get(`/api/v1/units/${id}`)
const dealOf = async (unit) => (await people.sales.get(`/api/v1/deals?unit=${unit.id}&live=1`)).items[0]

const picked = (login, unit, options) => sale.picked(stage, people[login], unit, options)

test('a unit is picked, locked and given up; somebody else sees it being chosen, and not the way in', async () => {
  const unit = await fresh()
  const page = await picked('sales', unit)
  const other = await picked('manager', unit)
  assert.deepEqual(await steps(page), ['lock', 'queue', 'book', 'subscribe', 'sign'])
  await step(page, 'lock').click()
  await page.waitForSelector('.hold.lock .countdown')
  assert.match(await page.locator('.hold.lock .countdown').textContent(), /^\d?\d:\d\d$/)
  await other.waitForSelector('.hold.lock')
  assert.equal((await unitOf(unit.id)).state, 'K')
  const before = (await unitOf(unit.id)).hold.until_ms
  await b.button(page, '续时', page.locator('.hold')).click()
  await page.waitForFunction(() => document.body.textContent.includes('已续时'))
  assert.ok((await unitOf(unit.id)).hold.until_ms > before)
  await b.button(page, '放弃锁定', page.locator('.hold')).click()
  await step(page, 'lock').waitFor()
  await step(other, 'lock').waitFor()
  assert.equal((await unitOf(unit.id)).state, 'A')
  await b.close(other)
  await b.close(page)
})

test('within the limits: subscribed with a co-buyer, signed once paid and shown, not filed before its review', async () => {
  const unit = await fresh()
  const page = await picked('sales', unit)
  await step(page, 'lock').click()
  await page.waitForSelector('.hold.lock')
  await step(page, 'subscribe').click()
  await part(page, 'buyers').waitFor()
  await buyer(page, 0, BUYER)
  await b.button(page, '添加共有人', page.locator('.wizard')).click()
  await buyer(page, 1, '欧阳慧敏')
  const share = (n) => page.locator('.wizard .buyer .share input').nth(n)
  assert.equal(await share(0).inputValue(), '50')
  await share(0).fill('60')
  await page.locator('.wizard .wrong', { hasText: '100%' }).waitFor()
  assert.ok(await onward(page, 'buyers').isDisabled(), '110 % is not the whole')
  await share(1).fill('40')
  await onward(page, 'buyers').click()
  await quoted(page)
  await page.locator('.quote .save button').click()
  const again = page.locator('#dw-again')
  await again.waitFor({ state: 'visible' })
  await again.fill('110105194912310038')
  await onward(page, 'confirm').click()
  await page.locator('.wizard .problem').waitFor()
  assert.equal(await again.inputValue(), '110105194912310038', 'a refusal takes nothing away')
  assert.equal((await unitOf(unit.id)).state, 'K')
  await again.fill(DOCUMENT)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.standing .now:has-text("认购")')

  const deal = await dealOf(unit)
  assert.ok(page.url().includes(`/deals/${deal.id}`))
  assert.equal(await page.locator('.page-head-sub').getByText('郑**').count(), 1, 'masked')
  assert.match(await page.locator('.page-head-sub').textContent(), /60\s%.*40\s%/s)
  await page.locator('.next-steps .why', { hasText: '应收款未到账' }).waitFor()
  assert.ok(await step(page, 'sign').isDisabled())

  const money = await b.office(stage.browser, stage.site, `/deals/${deal.id}?p=${project}`, { client: people.cashier })
  await takeMoney(money)
  await money.locator('.mark.live', { hasText: '已收齐' }).first().waitFor()
  await b.close(money)

  await page.locator('[data-step="sign"]:not([disabled])').click() // told by the feed
  const sign = page.locator('.confirm button[type=submit]')
  await page.fill('#ds-document', 'HT-2026-0001')
  await page.locator('.shown .el-checkbox').nth(3).waitFor()
  assert.ok(await sign.isDisabled(), 'nothing was shown yet')
  for (const box of await page.locator('.shown .el-checkbox').all()) await box.click()
  await sign.click()
  await page.waitForSelector('.standing .now:has-text("签约")')
  assert.deepEqual(await page.locator('.papers li b').allTextContents(), ['认购书', '合同'])

  const filing = await b.office(stage.browser, stage.site, `/deals/${deal.id}?p=${project}`, { client: people.control })
  await step(filing, 'file').click()
  await filing.fill('#ds-number', 'BA-1')
  await filing.locator('.confirm button[type=submit]').click()
  await filing.locator('.confirm-problem').waitFor()
  assert.equal(await filing.inputValue('#ds-number'), 'BA-1')
  assert.equal((await dealOf(unit)).stage, 'C', 'not filed before its review')
  await b.close(filing)

  await b.visit(page, `/chart/${unit.building_id}?p=${project}&unit=${unit.id}`)
  await page.waitForSelector('.pane .state-chip:has-text("签约")')
  await b.visit(page, '/my-sales')
  await page.locator('tbody tr', { hasText: unit.path }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('HT-2026-0001')
  await page.locator('.combo-pop [role=option]', { hasText: 'HT-2026-0001' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForSelector('.standing')
  assert.ok(page.url().includes(`/deals/${deal.id}`))
  await b.close(page)
})

test('beyond the limit: it waits, somebody else approves, it goes on by itself', async () => {
  const unit = await fresh()
  const page = await picked('sales', unit)
  await step(page, 'subscribe').click()
  await part(page, 'buyers').waitFor()
  await buyer(page, 0, BUYER)
  await onward(page, 'buyers').click()
  await quoted(page)
  await page.locator('.quote .pick', { hasText: '销售经理优惠' }).locator('.el-checkbox').click()
  await page.locator('.quote .manager input').fill('95')
  await page.locator('.quote .beyond').waitFor()
  const save = page.locator('.quote .save button')
  assert.ok(await save.isDisabled(), 'no reason yet')
  await page.fill('#q-reason', '老客户介绍，总价谈定')
  await page.locator('.quote .save button:not([disabled])').click()
  await page.locator('.wizard .waiting').waitFor()
  await page.fill('#dw-again', DOCUMENT)
  assert.ok(await onward(page, 'confirm').isDisabled(), 'waits')

  for (const login of ['manager', 'group']) await sale.approve(stage, people[login], unit.path)
  await page.locator('.wizard [data-part=confirm] button[type=submit]:not([disabled])').waitFor()
  assert.equal(await page.inputValue('#dw-again'), DOCUMENT, 'what was typed is there')
  await onward(page, 'confirm').click()
  await page.waitForSelector('.standing .now:has-text("认购")')
  const deal = await dealOf(unit)
  assert.ok(deal.total_fen < deal.list_fen)
  await b.close(page)
})

test('two at one unit: the second hears what happened, loses nothing, and goes on where it can', async () => {
  const unit = await fresh()
  const page = await picked('sales', unit)
  await step(page, 'subscribe').click()
  await part(page, 'buyers').waitFor()
  await buyer(page, 0, BUYER)
  await onward(page, 'buyers').click()
  await quoted(page)
  await page.locator('.quote .save button').click()
  await page.locator('#dw-again').waitFor({ state: 'visible' })
  await page.fill('#dw-again', DOCUMENT)
  const held = await people.control.post(
    `/api/v1/projects/${project}/units/hold`,
    { units: [{ id: unit.id, version: unit.version }], reason: '暂留', until_ms: Date.now() + 3600000 },
    200,
  )
  await page.locator('.wizard .moved:visible').waitFor()
  assert.ok(await onward(page, 'confirm').isDisabled())
  await people.control.post(
    `/api/v1/projects/${project}/units/unhold`,
    { units: [{ id: unit.id, version: held.units[0].version }], reason: '解除' },
    200,
  )
  const now = (await unitOf(unit.id)).version
  assert.ok(now > unit.version)
  await page.waitForSelector('.pane .state-chip:has-text("可售")')
  await b.button(page, '按最新房源继续', page.locator('[data-part=confirm]')).click()
  await onward(page, 'confirm').click()
  await page.waitForSelector('.standing .now:has-text("认购")')
  assert.equal((await unitOf(unit.id)).state, 'S')
  await b.close(page)
})

test('a queue number is taken and given back; filters of the list stay in the address', async () => {
  const page = await b.office(stage.browser, stage.site, `/queue?p=${project}`, { client: people.sales })
  await b.button(page, '取号', page.locator('.page-head-actions')).click()
  const box = page.locator('.confirm .el-select input').first()
  await box.fill(BUYER)
  await page.locator('.el-select-dropdown__item:visible').first().waitFor()
  await page.keyboard.press('Enter')
  await page.locator('.confirm button[type=submit]:not([disabled])').click()
  await page.locator('tbody tr', { hasText: '郑**' }).waitFor()
  await b.button(page, '退号', page.locator('tbody')).click()
  await page.fill('#q-reason', '不来了')
  await page.locator('.confirm button[type=submit]').click()
  await page.locator('tbody tr').waitFor({ state: 'detached' })
  await b.visit(page, `/deals?p=${project}`)
  await page.locator('tbody tr').first().waitFor()
  await page.locator('.filters .el-checkbox', { hasText: '有到期未收' }).click()
  await page.waitForFunction(() => location.hash.includes('owing=1'))
  await page.reload()
  await page.waitForSelector('.filters .el-checkbox.is-checked')
  await b.close(page)
})

for (const lang of BOTH)
  test(`${lang}: pane, wizard and deal page are clean for axe and cut nothing off`, async () => {
    const unit = await fresh()
    const page = await picked('sales', unit, { lang })
    const clean = async (what) => LANGS.includes(lang) && assert.deepEqual(await b.axe(page), [], what)
    await clean()
    await step(page, 'subscribe').click()
    await part(page, 'buyers').waitFor()
    await buyer(page, 0, BUYER)
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.el-select-dropdown')].every((x) => x.offsetParent === null),
    )
    await clean()
    await onward(page, 'buyers').click()
    await quoted(page)
    await clean()
    await page.locator('.quote .save button').click()
    await page.locator('#dw-again').waitFor({ state: 'visible' })
    await clean()
    await page.fill('#dw-again', DOCUMENT)
    await onward(page, 'confirm').click()
    await page.waitForSelector('.standing')
    await page.waitForSelector('.papers')
    await clean()
    assert.deepEqual(await b.clipped(page), [])
    for (const path of ['/deals', '/my-sales', '/queue']) {
      await b.visit(page, path)
      await b.arrived(page, path)
      await clean(path)
    }
    await b.close(page)
  })
