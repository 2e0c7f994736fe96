// owner.test.mjs - whose a customer is, on the screens: tasks by keyboard, the pool, a case, sharing, who leaves.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage, project, people
before(async () => {
  stage = await Stage.open({ people: ['admin', 'manager', 'control', 'cashier', 'sales', 'sales2'] })
  project = stage.project
  people = (await stage.people.manager.get(`/api/v1/projects/${project}/customer-people`)).items
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const open = (who, address, more = {}) =>
  b.office(stage.browser, stage.site, address, { client: stage.people[who], ...more })
let phones = 0
const phone = () => `1370001${String(++phones).padStart(4, '0')}`
const make = (who, more = {}) =>
  stage.people[who].post(
    '/api/v1/customers',
    { kind: 'person', name: '卫青', notice: 'n', source_id: 3, phones: [{ number: phone() }], project_id: project, ...more },
    201,
  )
const owner = async (id) => (await stage.people.manager.get(`/api/v1/customers/${id}/ownership`)).items[0]
const reads = (page, selector, text) =>
  page.waitForFunction(([s, t]) => document.querySelector(s)?.textContent.includes(t), [selector, text])

test('CU-14: tasks on the keyboard alone: open, write, save, and the next one has the focus', async () => {
  const { items, counts } = await stage.people.sales.get(`/api/v1/tasks?project=${project}`)
  assert.ok(items.length > 1)
  const page = await open('sales', '/tasks')
  await page.waitForSelector('tr.task')
  await reads(page, '.el-tabs', `逾期（${counts.overdue}）`)
  await page.locator('tr.task').first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForSelector('tr.entry textarea:focus')
  await page.keyboard.press('Escape')
  await page.waitForSelector('tr.entry', { state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement.id), `task-${items[0].customer_id}`)
  await page.keyboard.press('Enter')
  await page.waitForSelector('tr.entry textarea:focus')
  await page.keyboard.type('客户想看顶楼，周六来')
  await page.keyboard.press('Control+Enter')
  await page.waitForFunction((id) => document.activeElement.id === id, `task-${items[1].customer_id}`)
  await reads(page, '.el-tabs', `逾期（${counts.overdue - 1}）`)
  const made = await stage.people.sales.get(`/api/v1/customers/${items[0].customer_id}/follows?limit=1`)
  assert.equal(made.items[0].content, '客户想看顶楼，周六来')
  await b.close(page)
})

test('DP-09 to DP-12: applied for on one screen, approved on another, told on the first', async () => {
  const { id } = await make('cashier')
  const line = (page) => page.locator('tbody tr:visible', { hasText: `#${id}` })
  const page = await open('sales', '/pool')
  await line(page).getByRole('button', { name: /^申请/ }).click()
  await b.dialog(page).locator('textarea').fill('以前接待过')
  await b.confirm(page)
  await line(page).getByText('已申请').waitFor()
  const boss = await open('manager', '/pool?tab=waiting')
  await line(boss).getByRole('button', { name: /^批准/ }).click()
  await b.confirm(boss)
  await line(boss).waitFor({ state: 'detached' })
  assert.equal((await owner(id)).owner, '赵顾问')
  await b.visit(page, '/tasks?when=notifications')
  await page.locator('tbody tr', { hasText: `#${id}` }).getByText('您的公海申请已批准').waitFor()
  await b.close(boss)
  await b.close(page)
})

test('DP-14: the second to take it is told, and nothing else happens', async () => {
  const { id } = await make('cashier')
  const line = (page) => page.locator('tbody tr:visible', { hasText: `#${id}` })
  const [one, two] = await Promise.all([open('sales', '/pool'), open('sales2', '/pool')])
  for (const page of [one, two]) await line(page).getByRole('button', { name: /^领取/ }).click()
  await b.confirm(one)
  await line(one).waitFor({ state: 'detached' })
  await b.confirm(two)
  await b.dialog(two).getByText('该客户已被领取').waitFor()
  assert.equal((await owner(id)).owner, '赵顾问')
  await b.close(one)
  await b.close(two)
})

test('DP-13: many at once, in turn', async () => {
  const ids = [(await make('cashier')).id, (await make('cashier')).id]
  const page = await open('manager', '/pool')
  for (const id of ids) await page.locator('tbody tr', { hasText: `#${id}` }).locator('.el-checkbox').click()
  await b.button(page, '分配所选（2）').click()
  await b.dialog(page).locator('.el-select__wrapper').click()
  for (const name of ['赵顾问', '周顾问']) await page.locator('[role=option]:visible', { hasText: name }).click()
  await b.dialog(page).locator('.el-dialog__title').click() // the list of names closes
  await b.confirm(page)
  await page.locator('tbody tr', { hasText: `#${ids[0]}` }).waitFor({ state: 'detached' })
  assert.deepEqual(
    (await Promise.all(ids.map(owner))).map((o) => o.owner),
    ['赵顾问', '周顾问'],
  )
  await b.close(page)
})

test('DP-03, DP-04: checked, claimed, decided; the record shows each change', async () => {
  const number = phone()
  const { id } = await make('sales', { phones: [{ number }] })
  const page = await open('sales2', '/collisions')
  await page.getByRole('textbox', { name: '完整的手机号' }).fill(number)
  await page.keyboard.press('Enter')
  await page.locator('.answer', { hasText: '由赵顾问跟进' }).waitFor()
  await b.button(page, '撞单申诉').click()
  await b.dialog(page).locator('textarea').fill('5 月接待过')
  await b.confirm(page)
  await page.locator('tbody tr', { hasText: '5 月接待过' }).waitFor()
  const boss = await open('manager', '/collisions')
  await boss.locator('tbody tr', { hasText: '5 月接待过' }).click()
  await boss.locator('.evidence').waitFor()
  await b.button(boss, '裁定').click()
  await b.dialog(boss).locator('.el-radio-button', { hasText: '归周顾问' }).click()
  await b.dialog(boss).locator('textarea').fill('监控为证')
  await b.confirm(boss)
  await boss.locator('.facts', { hasText: '监控为证' }).waitFor()
  assert.equal((await owner(id)).owner, '周顾问')
  await b.visit(boss, `/customers/${id}?tab=follow`)
  await boss.locator('tr', { hasText: '撞单裁定' }).getByText('案场 赵顾问 → 案场 周顾问').waitFor()
  await b.close(page)
  await b.close(boss)
})

test('CU-21, CU-12: on the record: shared, followed up, made an opportunity, lost for a reason', async () => {
  const { id } = await make('sales')
  const page = await open('sales', `/customers/${id}?tab=follow`)
  await b.button(page, '共享').click()
  await b.choose(page, '给谁', '周顾问')
  await b.dialog(page).locator('.el-radio-button', { hasText: '可协作' }).click()
  await b.confirm(page)
  await page.locator('.share', { hasText: '周顾问' }).waitFor()
  const other = await open('sales2', `/customers/${id}?tab=follow`)
  await b.button(other, '跟进').click()
  await other.locator('form.entry textarea').fill('代为接待')
  await b.button(other, '保存').click()
  await other.locator('.follows li', { hasText: '代为接待' }).waitFor()
  await b.button(page, '转为商机').click()
  await page.locator('.el-drawer:visible button[type=submit]').click()
  await page.locator('.figures', { hasText: '已联系' }).waitFor()
  await b.button(page, '标记流失').click()
  await b.choose(page, '流失原因', '价格')
  await b.confirm(page)
  await page.getByText('客户在公海').waitFor()
  assert.equal((await owner(id)).state, 'pool')
  await b.close(page)
  await b.close(other)
})

test('CU-15: a figure of supervision opens the list that it counts', async () => {
  const page = await open('manager', '/supervision')
  const row = page.locator('tbody tr', { hasText: '赵顾问' })
  const figure = row.locator('td a.red')
  const n = Number(await figure.innerText())
  assert.ok(n > 0)
  await figure.click()
  await page.waitForSelector('tr.task')
  assert.equal(await page.locator('tr.task').count(), n)
  assert.ok((await page.locator('tr.task', { hasText: '赵顾问' }).count()) === n)
  await b.close(page)
})

test('CU-22: who has customers is not disabled before it is said who gets them', async () => {
  const page = await open('admin', '/users')
  await page.locator('tbody tr', { hasText: '周顾问' }).getByRole('button', { name: /^停用/ }).click()
  await b.confirm(page)
  await b.dialog(page).getByText('名下还有').waitFor()
  await b.choose(page, '名下客户', '转入公海')
  await b.confirm(page)
  await page.locator('tbody tr', { hasText: '周顾问' }).getByText('已停用').waitFor()
  const left = (await stage.people.manager.get(`/api/v1/projects/${project}/customer-people`)).items
  assert.equal(left.length, people.length - 1)
  await b.close(page)
})

test('settings: changed, kept, refused to a stale page', async () => {
  const page = await open('manager', '/customer-rules')
  const field = page.locator('#r-grab_daily')
  await field.fill('9')
  await field.blur()
  const { version } = await stage.people.manager.get(`/api/v1/projects/${project}/customer-rules`)
  await stage.people.manager.patch(`/api/v1/projects/${project}/customer-rules`, { version, warn_hours: 48 })
  await b.button(page, '保存').click()
  await page.locator('.problem').waitFor()
  await page.reload()
  await field.fill('9')
  await field.blur()
  await b.button(page, '保存').click()
  await page.getByText('设置已保存').waitFor()
  const now = await stage.people.manager.get(`/api/v1/projects/${project}/customer-rules`)
  assert.deepEqual([now.grab_daily, now.warn_hours], [9, 48])
  await b.close(page)
})
