// A re-pricing plan from the wizard to the new prices, with two people at two desks: WF-04 to WF-08, WF-12, PR-03.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage
before(async () => {
  stage = await Stage.open({ people: ['admin', 'manager', 'control', 'sales', 'group'] })
})
after(() => stage?.close())
const browserTest = (name, run) => b.browserTest(() => stage.browser, name, { timeout: 240_000 }, run)
const office = (address, login, options = {}) =>
  b.office(stage.browser, stage.site, address, { client: stage.people[login], ...options })

/** Fills in the wizard; it is sent by the caller. */
async function fill(page, { percent, title }) {
  await page.locator('.page-head-actions .el-button--primary').click()
  await page.waitForSelector('.wizard')
  await page.locator('.wizard input[inputmode=decimal]').fill(percent)
  await page.waitForSelector('.wizard .sums')
  await page.getByLabel('方案名称').fill(title)
  await page.getByLabel('理由', { exact: true }).fill('去化偏慢')
}
const send = (page) => page.getByRole('button', { name: '提交审批' }).click()
const count = (page) => page.locator('.side-count')
const titleOf = (page) => page.locator('.request h2')

browserTest('a plan is asked for, seen at once by whom it waits for, decided by keyboard', async () => {
  const manager = await office('/todos', 'manager')
  await manager.waitForSelector('.empty')
  assert.equal(await count(manager).count(), 0)
  const sales = await office('/todos', 'sales')
  const control = await office('/reprices', 'control')
  await fill(control, { percent: '1', title: '第一次调价' })
  assert.match(await control.locator('.sums').innerText(), /套/)
  const start = Date.now()
  await send(control)
  await count(manager).waitFor({ timeout: 2_000 })
  assert.ok(Date.now() - start < 2_500, 'within two seconds of the click')
  assert.match(await count(manager).innerText(), /^1/)
  await manager.locator('tr.opens').waitFor()
  assert.equal(await sales.locator('tr.opens').count(), 0)
  assert.equal(await count(sales).count(), 0)
  assert.equal(await count(control).count(), 0, 'who asks has nothing to do with it')

  await manager.locator('tr.opens').press('Enter')
  await manager.waitForSelector('.request .bar')
  assert.equal(await titleOf(manager).innerText(), '第一次调价')
  assert.equal(await manager.locator('.node.current').count(), 1)
  // To send it back one says why; to approve, one key.
  await manager.locator('.entry').focus()
  await manager.keyboard.press('t')
  await manager.getByText('请先填写意见').waitFor()
  await manager.locator('.entry').focus()
  await manager.keyboard.press('a')
  await manager.waitForSelector('.request .mark.live')
  assert.equal(await manager.locator('.request .bar').count(), 0)
  await count(manager).waitFor({ state: 'detached' })

  await b.visit(control, '/requests')
  await control.locator('tr.opens', { hasText: '第一次调价' }).click()
  await control.waitForSelector('.request .node.passed')
  assert.match(await control.locator('.flow').innerText(), /陈经理/)
  assert.match(await control.locator('.summary').innerText(), /已于/)
  await b.close(sales)
  await b.close(manager)
  await b.close(control)
})

browserTest('two steps; reminded; returned, mended and sent again', async () => {
  const control = await office('/reprices', 'control')
  await fill(control, { percent: '6', title: '大幅下调' })
  await send(control)
  await control.waitForSelector('.plan-head')
  await control.getByRole('link', { name: '查看审批' }).click()
  await control.waitForSelector('.request .node.current')
  await control.getByRole('button', { name: '催办' }).click()
  await control.getByRole('button', { name: /分钟后可再催/ }).waitFor()

  const manager = await office('/approvals', 'manager')
  await manager.waitForSelector('.entry .urged')
  await manager.getByRole('button', { name: /^同意/ }).click()
  const group = await office('/approvals', 'group')
  await group.waitForSelector('.request .bar')
  await group.getByLabel('审批意见').fill('幅度偏大，请分两次')
  await group.getByRole('button', { name: /^退回修改/ }).click()
  await group.waitForSelector('.empty')

  // The page of who asked follows by itself.
  await control.locator('.request .mark.open').waitFor()
  assert.match(await control.locator('.flow').innerText(), /幅度偏大/)
  await count(control).waitFor()
  await control.getByRole('link', { name: '修改并重新发起' }).click()
  await control.waitForSelector('.wizard .sums')
  assert.equal(await control.getByLabel('方案名称').inputValue(), '大幅下调')
  await control.locator('.wizard input[inputmode=decimal]').fill('2')
  await control.getByText('单套最大降幅 2').waitFor()
  await send(control)
  await count(control).waitFor({ state: 'detached' })
  await b.close(group)
  await b.close(manager)
  await b.close(control)
})

browserTest('settings: a new version of a flow; a field that the form asks for', async () => {
  const admin = await office('/flows?tab=flows', 'admin')
  await admin.locator('.names .entry').click()
  await admin.getByRole('button', { name: '修改为新版本' }).click()
  await admin.getByRole('button', { name: '增加一步' }).click()
  await admin.getByLabel('节点名称').last().fill('备案')
  await admin.locator('.node .el-select').last().click()
  await admin.getByRole('option', { name: /^公司营销/ }).click()
  await admin.keyboard.press('Escape')
  await admin.getByRole('button', { name: '保存草稿' }).click()
  await admin.waitForSelector('.version.draft')
  await admin.getByRole('button', { name: '丢弃草稿' }).click()
  await admin.locator('.el-dialog .el-button--danger').click()
  await admin.locator('.version.draft').waitFor({ state: 'detached' })

  await b.visit(admin, '/flows?tab=fields')
  await admin.getByRole('button', { name: '新增字段' }).click()
  await admin.locator('.field', { has: admin.locator('#field-subject') }).locator('.el-select').click()
  await admin.getByRole('option', { name: '调价方案' }).click()
  await admin.getByLabel('字段名称').fill('会议纪要编号')
  await admin.locator('.el-checkbox', { hasText: '必填' }).click()
  await admin.getByRole('button', { name: '保存' }).click()
  await admin.locator('tr.opens', { hasText: '会议纪要编号' }).waitFor()

  const control = await office('/reprices', 'control')
  await fill(control, { percent: '0.5', title: '有纪要' })
  await send(control)
  await control.locator('.problem, .wrong:not(:empty)').first().waitFor()
  await control.getByLabel('会议纪要编号').fill('2026-11')
  await send(control)
  await control.waitForSelector('.plan-head')
  await b.close(control)
  await b.close(admin)
})
