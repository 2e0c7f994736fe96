// terms.test.mjs - prices that nobody bends, at the desk: plans and their example, the order of discounts, a quote within
// the limit and one beyond it that somebody else approves (PM-11, PR-08, PR-12, PR-13, PR-14).
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage, unit, customer
before(async () => {
  stage = await Stage.open({ people: ['admin', 'control', 'manager', 'sales', 'group'] })
  const { manager } = stage.people
  const units = (await manager.get(`/api/v1/projects/${stage.project}/units?limit=500`)).items
  unit = units.find((u) => u.state === 'A' && u.class === 'home')
  customer = await manager.post(
    '/api/v1/customers',
    { kind: 'person', name: '欧阳小芳', notice: '隐私告知 2026-01', source_id: 3, phones: [{ number: '13911112222' }] },
    201,
  )
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const office = (login, address, more = {}) =>
  b.office(stage.browser, stage.site, `${address}${address.includes('?') ? '&' : '?'}p=${stage.project}`, {
    client: stage.people[login],
    ...more,
  })
const clean = async (page) => assert.deepEqual(await b.axe(page), [])
const drawer = (page) => page.locator('.el-drawer:visible')
/** As choose() does, of the selects of @form. */
async function pick(page, form, label, option) {
  const select = form.getByRole('combobox', { name: label, exact: true })
  await select.evaluate((input) => input.closest('.el-select__wrapper').click())
  const id = await select.getAttribute('aria-controls')
  await page.locator(`[id="${id}"] [role=option]`, { hasText: option }).first().click()
}
const list = (page) => page.locator('.el-select-dropdown:visible .el-select-dropdown__item')

test('a payment plan shows at once what a price comes to, and what makes it none (PM-11)', async () => {
  const page = await office('manager', '/offers')
  await b.button(page, '新建付款方案').click()
  const form = drawer(page)
  await form.locator('#plan-name').fill('三次付款')
  await pick(page, form, '类型', '分期')
  const value = (n) => form.getByLabel(`第 ${n} 行数值`)
  await value(1).fill('30')
  await form.locator('.plan-line .wrong', { hasText: '100%' }).waitFor()
  await b.button(page, '增加一行', form).click()
  await value(2).fill('30')
  await b.button(page, '增加一行', form).click()
  await value(3).fill('40')
  await form.locator('#plan-total').fill('1060454')
  const cells = form.locator('.example td')
  await b.until(
    async () => (await cells.allInnerTexts()).map((x) => x.replace(/[^\d]/g, '')).join() === '318136,318136,424182',
    'the example is V9',
  )
  await pick(page, form, '第 3 行付款时间', '按节点')
  await pick(page, form, '第 3 行节点', '房屋交付')
  await clean(page)
  await b.button(page, '保存', form).click()
  await page.locator('tbody tr', { hasText: '三次付款' }).filter({ hasText: '房屋交付' }).waitFor()
  await b.close(page)
})

test('the order of discounts is moved by the keyboard, and the example follows (PR-12)', async () => {
  const page = await office('control', '/offers?tab=discounts')
  const names = () => page.locator('tr[draggable] .name').allInnerTexts().then((all) => all.map((x) => x.split('\n')[0]))
  await page.locator('tr[draggable]').first().waitFor()
  const before = await names()
  for (const box of (await page.locator('.tick .el-checkbox').all()).slice(0, 2)) await box.click()
  await page.locator('.example tbody tr').nth(2).waitFor()
  await clean(page)
  const down = page.getByRole('button', { name: `“${before[0]}”下移` })
  await down.focus()
  await page.keyboard.press('Enter')
  await b.until(async () => (await names())[1] === before[0], 'it is the second now')
  await page.locator('.pill.wait').first().waitFor() // another order is another list: it must be published
  await page.getByRole('button', { name: `“${before[0]}”上移` }).click()
  await b.until(async () => (await names())[0] === before[0], 'and the first again')
  await b.close(page)
})

async function quote(page) {
  await page.getByRole('tab', { name: '报价' }).click()
  await page.locator('.part-head .el-button--primary').click()
  const form = drawer(page)
  await form.locator('.chain').waitFor()
  await form.getByLabel('客户').fill('欧阳')
  await list(page).first().click()
  await pick(page, form, '付款方案', '商业按揭')
  await form.locator('.lines').waitFor()
  return form
}

test('a quote within the limit is saved and may be used at once (PR-13)', async () => {
  const page = await office('sales', `/units/${unit.id}`)
  const form = await quote(page)
  await form.locator('.pick', { hasText: '按时签约优惠' }).locator('.el-checkbox').click()
  await form.locator('.chain tr', { hasText: '按时签约优惠' }).waitFor()
  await form.locator('.pick', { hasText: '会员优惠' }).locator('.el-checkbox').click()
  await form.locator('.pick .wrong').waitFor() // no such level: said beside it
  await form.locator('.pick', { hasText: '会员优惠' }).locator('.el-checkbox').click()
  await form.locator('.within').waitFor()
  await clean(page)
  await b.button(page, '保存为价格方案', form).click()
  await page.locator('.terms-list .state.granted').waitFor()
  await b.close(page)
})

test('beyond it waits until somebody else has approved; the maker sees what became of it', async () => {
  const asked = { subject: 'terms', project_id: stage.project, type: 'text', name: '推荐人', required: true }
  const field = await stage.people.admin.post('/api/v1/form-fields', asked, 201)
  const page = await office('sales', `/units/${unit.id}`)
  const form = await quote(page)
  await form.locator('.pick', { hasText: '销售经理优惠' }).locator('.el-checkbox').click()
  await form.locator('.manager input').fill('95')
  await form.locator('.beyond .way li', { hasText: '项目销售经理' }).first().waitFor()
  const send = b.button(page, '保存并提交审批', form)
  assert.equal(await send.isDisabled(), true, 'an approver wants a reason')
  await form.locator('#q-reason').fill('老客户介绍')
  await clean(page)
  await send.click()
  await form.locator('.beyond .wrong', { hasText: '推荐人' }).waitFor() // an office wants it (WF-02)
  await form.getByLabel('推荐人').fill('陈先生')
  await send.click()
  await page.locator('.terms-list .state.pending').waitFor()
  await b.close(page)

  const { manager, group, sales } = stage.people
  const { items } = await manager.get('/api/v1/my/approvals')
  const [mine, ...others] = items.filter((x) => x.subject === 'terms')
  assert.deepEqual(others, [])
  const boss = await office('manager', '/approvals')
  await boss.locator('.list li', { hasText: mine.title }).getByRole('button').click()
  await boss.locator('.request', { hasText: '老客户介绍' }).waitFor()
  await boss.locator('.request', { hasText: '陈先生' }).waitFor()
  await boss.locator('.request .chain tr', { hasText: '销售经理优惠' }).waitFor()
  await clean(boss)
  await b.close(boss)
  const decide = async (who) => {
    const task = (await who.get('/api/v1/my/approvals')).items.find((x) => x.id === mine.id)
    const body = { version: task.version, outcome: 'approved', note: '同意' }
    return (await who.post(`/api/v1/approval-tasks/${task.task_id}/decide`, body, 200)).state
  }
  const state = async () => (await sales.get(`/api/v1/terms?unit=${unit.id}`)).items[0].state
  await stage.people.admin.post(`/api/v1/form-fields/${field.id}/retire`, { version: field.version, retired: true }, 200)
  assert.equal(await decide(manager), 'running')
  assert.equal(await state(), 'pending')
  assert.equal(await decide(group), 'approved')
  assert.equal(await state(), 'granted')
})

test('the kiosk says a computed discount in the language of the page (PR-14)', async () => {
  const page = await b.kiosk(stage.browser, stage.site, await stage.terminal())
  await b.wake(page)
  await b.bar(page, 'disclosure').click()
  await page.locator('.disclosure').waitFor()
  await b.button(page, '优惠及条件').click()
  await page.locator('.entry .fee-sum', { hasText: '99 折' }).first().waitFor()
  await b.bar(page, 'language').click()
  await page.locator('.entry .fee-sum', { hasText: /1\s?% off the price/ }).first().waitFor()
  await page.locator('.entry .fee-sum', { hasText: /up to 10\s?% off/ }).waitFor() // a manager's
  await b.close(page)
})
