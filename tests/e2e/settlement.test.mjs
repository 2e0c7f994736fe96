// settlement.test.mjs - area settlement in a real browser: what a survey found typed in and from a list, a contract
// settled by the rule, one by hand, taken back with a reason; the deal's page and the statement on paper say the same.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before } from 'node:test'
import { Sales } from '../integration/lib/service.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

const SOURCE = '杭测 2026-118 号'
let stage, people, project, larger, smaller
before(async () => {
  stage = await Stage.open({ people: ['manager', 'control', 'cashier', 'sales'] })
  ;({ people, project } = stage)
  const shop = await Sales.of(people.sales, people.cashier)
  for (const name of ['larger', 'smaller']) {
    const deal = await shop.signed()
    const unit = await people.sales.get(`/api/v1/units/${deal.unit_id}`)
    const { gross_area: gross, inner_area: inner } = unit.areas.find((a) => a.stage === 'premeasured')
    const one = { id: deal.id, unit, label: deal.unit, gross, inner }
    if (name === 'larger') larger = one
    else smaller = one
  }
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const opened = (path, login, more = {}) => b.office(stage.browser, stage.site, path, { client: people[login], ...more })
const settlement = async ({ id }) => (await people.cashier.get(`/api/v1/deals/${id}/settlement`)).items[0]
const looked = async (page, what, within) => assert.deepEqual(await b.axe(page, within), [], what)
const rowOf = (page, one) => page.locator('tbody tr', { hasText: one.label })
const part = (page) => page.locator('section[aria-label=面积补差]')
const toast = (page, words) => page.locator('.el-message', { hasText: words }).waitFor()
const figure = (area) => (area / 100).toFixed(2)
/** So many basis points more, in 0.01 m². */
const grown = (area, bp) => Math.round((area * (10000 + bp)) / 10000)
const yuan = (fen) => (Math.abs(fen) / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })
/** ANCHANG_SHOTS keeps a picture of what was looked at. */
async function shot(page, name) {
  const dir = process.env.ANCHANG_SHOTS
  if (!dir) return
  mkdirSync(dir, { recursive: true })
  await page.screenshot({ path: `${dir}/settlement-${name}.png` })
}

test('FI-26: one home typed in: what is wrong is said, and the contract shows what it comes to', async () => {
  const page = await opened(`/settlements?p=${project}`, 'manager')
  await rowOf(page, larger).getByText('未实测').waitFor()
  await shot(page, 'unmeasured')
  await page.locator('[data-act=measure]').click()
  const drawer = page.locator('.el-drawer:visible')
  const add = b.button(page, '加入', drawer)
  await page.fill('#measure-source', SOURCE)
  await page.fill('#measure-unit', larger.unit.room)
  await page.locator('.el-drawer [role=option]', { hasText: larger.label }).first().click()
  await page.fill('#measure-gross', '89.375')
  await drawer.getByText('最多两位小数').waitFor()
  await page.fill('#measure-inner', figure(grown(larger.inner, 150)))
  assert.ok(await add.isDisabled(), 'an area with three decimals')
  await page.fill('#measure-gross', figure(grown(larger.gross, 150)))
  await looked(page, 'an area that is typed', '.el-drawer')
  await shot(page, 'typed')
  await add.click()
  await drawer.getByText('待登记 1 套').waitFor()
  await looked(page, 'one to register', '.el-drawer')
  await shot(page, 'to-register')
  await b.button(page, '登记 1 套', drawer).click()
  await toast(page, '已登记 1 套')
  await rowOf(page, larger).getByText('待结算').waitFor()
  const now = await settlement(larger)
  assert.deepEqual([now.state, now.source], ['open', SOURCE])
  assert.match(await rowOf(page, larger).innerText(), new RegExp(`\\+¥\\s?${yuan(now.amount_fen)}`))
  await b.close(page)
})

test('FI-26: a list with a wrong row registers nothing and names the row; mended it registers', async () => {
  const page = await opened(`/settlements?p=${project}`, 'manager')
  await page.locator('[data-act=measure]').click()
  const drawer = page.locator('.el-drawer:visible')
  await page.fill('#measure-source', SOURCE)
  const { building, stair, room } = smaller.unit
  const row = (name, bp) => [building, stair ?? '', name, figure(grown(smaller.gross, bp)), figure(grown(smaller.inner, bp))].join(',')
  const file = (...rows) => ({
    name: '测绘.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`﻿楼栋,单元,房号,实测建筑面积,实测套内面积\n${rows.join('\n')}\n`),
  })
  const template = await drawer.getByText('下载模板').getAttribute('href')
  assert.equal((await people.manager.request('GET', template)).status, 200)
  const list = page.locator('.el-drawer input[type=file]')
  await list.setInputFiles(file(row(room, -100), row('没有这一套', -100)))
  const problem = drawer.locator('tbody tr')
  await problem.waitFor()
  assert.match(await problem.innerText(), /^3\s+\S/, 'the row as it stands in the list')
  assert.ok(await drawer.locator('.el-button--primary').isDisabled(), 'nothing to register')
  await looked(page, 'a wrong row', '.el-drawer')
  await shot(page, 'wrong-row')
  await list.setInputFiles(file(row(room, -100)))
  await drawer.getByText('待登记 1 套').waitFor()
  await b.button(page, '登记 1 套', drawer).click()
  await rowOf(page, smaller).getByText('待结算').waitFor()
  assert.ok((await settlement(smaller)).amount_fen < 0)
  await b.close(page)
})

test('FI-26: settled by the rule: the sum is named first, the deal has it, and the statement goes on paper', async () => {
  const page = await opened(`/settlements?p=${project}`, 'cashier')
  const settle = page.locator('.page-head-actions .el-button--primary')
  const row = rowOf(page, larger)
  await row.waitFor()
  assert.ok(await settle.isDisabled(), 'nothing is chosen')
  await row.locator('.el-checkbox').click()
  const { amount_fen: fen } = await settlement(larger)
  await page.getByText(/已选 1 份/).waitFor()
  await looked(page, 'one chosen')
  await shot(page, 'chosen')
  await settle.click()
  await b.dialog(page).getByText(yuan(fen)).waitFor()
  await looked(page, 'settling', '.el-dialog')
  await shot(page, 'settle')
  await b.confirm(page)
  await row.getByText('已结算').waitFor()
  assert.equal(await row.locator('.el-checkbox').count(), 0, 'settled once')
  await row.locator('a').click()

  await part(page).getByText('已结算').waitFor()
  const text = await part(page).innerText()
  for (const words of [yuan(fen), SOURCE, '结算人']) assert.ok(text.includes(words), words)
  const line = page.locator('tr', { hasText: '面积补差' }).first()
  await line.waitFor()
  assert.ok((await line.innerText()).includes(yuan(fen)))
  await looked(page, 'the deal that was settled')
  await part(page).scrollIntoViewIfNeeded()
  await shot(page, 'deal')
  await page.emulateMedia({ media: 'print' })
  const printed = await page.evaluate(async () => {
    const seen = () => [
      ...[...document.querySelectorAll('.frame, .printed .paper')].map((e) => e.checkVisibility()),
      document.querySelector('.printed .paper').innerText,
    ]
    const during = new Promise((done) => {
      window.print = () => done(seen())
    })
    document.querySelector('[data-act=statement]').click()
    return during
  })
  assert.deepEqual(printed.slice(0, 2), [false, true])
  for (const words of ['补差结算单', larger.label, yuan(fen), '元整', SOURCE].filter((w) => w !== '元整' || fen % 100 === 0))
    assert.ok(printed[2].includes(words), `${words} in ${printed[2]}`)
  await b.close(page)
})

test('FI-26: by hand with a reason, taken back with a reason; who may not has no buttons', async () => {
  const page = await opened(`/settlements?p=${project}`, 'cashier')
  await b.button(page, `手工结算 ${smaller.label}`, rowOf(page, smaller)).click()
  const submit = b.dialog(page).locator('button[type=submit]')
  await b.dialog(page).getByText('退还买受人').click()
  await page.fill('#settle-amount', '1234.567')
  await b.dialog(page).getByText('请填写金额').waitFor()
  await page.fill('#settle-amount', '1234.56')
  assert.ok(await submit.isDisabled(), 'no reason yet')
  await page.fill('#settle-reason', '补充协议第三条')
  await looked(page, 'by hand', '.el-dialog')
  await shot(page, 'by-hand')
  await submit.click()
  await rowOf(page, smaller).getByText('已结算').waitFor()
  const done = await settlement(smaller)
  assert.deepEqual([done.amount_fen, done.reason], [-123456, '补充协议第三条'])

  await b.visit(page, `/deals/${smaller.id}?p=${project}`)
  await part(page).getByText('补充协议第三条').waitFor()
  await page.locator('[data-act=settle-reverse]').click()
  await b.dialog(page).getByText('退还款须尚未申请退款').waitFor()
  assert.ok(await submit.isDisabled(), 'no reason yet')
  await page.fill('#settle-reverse-reason', '金额录错')
  await looked(page, 'taken back', '.el-dialog')
  await shot(page, 'reverse')
  await submit.click()
  await part(page).getByText('待结算').waitFor()
  assert.equal(await page.locator('[data-act=statement]').count(), 0, 'no statement of what is not settled')
  assert.equal((await settlement(smaller)).state, 'open')
  await b.close(page)

  const seller = await opened(`/settlements?p=${project}`, 'sales')
  await rowOf(seller, larger).waitFor()
  for (const nothing of ['[data-act=measure]', '.page-head-actions .el-button--primary', 'tbody button', 'tbody input'])
    assert.equal(await seller.locator(nothing).count(), 0, nothing)
  assert.equal(await seller.getByText(/已选/).count(), 0, 'nothing to choose, so nothing is said of it')
  await b.visit(seller, `/deals/${larger.id}?p=${project}`)
  await seller.locator('[data-act=statement]').waitFor()
  assert.equal(await seller.locator('[data-act=settle-reverse]').count(), 0)
  await b.close(seller)
  stage.site.verify()
})
