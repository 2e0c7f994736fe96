// approval_screens.mjs - the screens of approvals with something on them, handed to whoever looks at them
// (axe_office.test.mjs, screens.mjs): @look is called as look(page, name).
import * as b from './browser.mjs'

const PLAN = { target: 'list', method: 'percent', per: 'total', reason: '近四周去化偏慢，周边竞品已下调' }

/** Requests in several states: one runs, one waits for its second step, one was returned. */
export async function approvalData({ people, project }) {
  const { control, manager } = people
  const plan = (more) => control.post(`/api/v1/projects/${project}/reprices`, { ...PLAN, ...more }, 201)
  const decide = async (approval, outcome) => {
    const { items } = await manager.get('/api/v1/my/approvals?limit=200')
    const task = items.find((a) => a.id === approval)
    await manager.post(`/api/v1/approval-tasks/${task.task_id}/decide`, {
      version: task.version,
      outcome,
      note: '请补充竞品价格对照表',
    })
  }
  const steep = await plan({ value: -600, title: '尾盘清盘：商务公寓大幅下调', class: 'apartment' })
  await decide(steep.approval_id, 'approved')
  const returned = await plan({ value: -50, title: '被退回的方案' })
  await decide(returned.approval_id, 'returned')
  const running = await plan({ value: -100, title: '春季调价' })
  return { steep, returned, running }
}

export async function approvalLooks({ browser, site, people, project }, lang, made, look, size = {}) {
  const office = (address, login) => b.office(browser, site, address, { client: people[login], lang, ...size })
  const at = async (address, login, name, selector) => {
    const page = await office(address, login)
    await page.waitForSelector(selector)
    await look(page, name)
    return page
  }
  const first = (page) => page.locator('.page-head-actions .el-button--primary').click()

  await b.close(await at('/approvals', 'manager', 'my approvals', '.request .summary tbody tr'))
  await b.close(await at('/todos', 'control', 'to-dos', 'tr.opens'))
  const open = `/requests?open=${made.returned.approval_id}`
  await b.close(await at(open, 'control', 'my requests, one that was returned', '.request .summary tbody tr'))
  await b.close(await at('/requests?whose=all', 'manager', 'all requests', 'tr.opens'))

  const plans = await at(`/reprices?p=${project}`, 'control', 'plans', 'tr.opens')
  await first(plans)
  await plans.locator('.wizard input[inputmode=decimal]').fill('3')
  await plans.waitForSelector('.wizard tbody tr')
  await look(plans, 'a new plan')
  await b.close(plans)

  const settings = await at('/flows', 'admin', 'rules', 'tr.opens')
  await settings.locator('tr.opens').first().click()
  await settings.waitForSelector('#rule-flow')
  await look(settings, 'a rule')
  await b.close(settings)
  const flows = await office('/flows?tab=flows', 'admin')
  await flows.locator('.names .entry').first().click()
  await flows.waitForSelector('.version')
  await look(flows, 'flows')
  await flows.locator('.actions .el-button').first().click()
  await flows.waitForSelector('.node .el-select')
  await look(flows, 'a version of a flow')
  await b.close(flows)
  await b.close(await at('/flows?tab=fields', 'admin', 'fields', '#pane-fields .empty, #pane-fields tr.opens'))
}
