// owner_screens.mjs - the screens of owners, the pool and follow-up, with what opens on them, one after the other, for
// axe and for pictures: @look(page, name, within) is called at each.
import * as b from './browser.mjs'

const dialogs = async (page, buttons, look, name) => {
  for (let i = 0; i < (await buttons.count()); i++) {
    await buttons.nth(i).click()
    await b.dialog(page).waitFor()
    await look(page, `${name} ${i}`, '.el-dialog')
    await b.dialog(page).locator('.el-dialog__headerbtn').click()
    await b.dialog(page).waitFor({ state: 'hidden' })
  }
}

export async function ownerLooks(stage, options, look) {
  const { people, project } = stage
  const number = `1370002${String(Math.floor(Math.random() * 10000)).padStart(4, '0')}`
  const { id } = await people.sales.post(
    '/api/v1/customers',
    { kind: 'person', name: '霍去病', notice: 'n', source_id: 3, phones: [{ number }], project_id: project },
    201,
  )
  const follow = { project_id: project, channel: 'visit', content: '首次到访', next_ms: Date.now() + 3_600_000 }
  await people.sales.post(`/api/v1/customers/${id}/follows`, follow, 201)
  await people.manager.post(`/api/v1/projects/${project}/collisions`, { phone: number, claim: '先接待' }, 201)
  const sales = await b.office(stage.browser, stage.site, '/tasks', { client: people.sales, ...options })
  await sales.locator('tr.task .quiet-button').first().click()
  await sales.waitForSelector('form.entry')
  await look(sales, 'a follow-up is entered')
  await b.visit(sales, '/tasks?when=warnings')
  await sales.waitForSelector('tr.task')
  await look(sales, 'protection that ends')
  await b.visit(sales, '/tasks?when=notifications')
  await sales.waitForSelector('.data-table, .empty')
  await look(sales, 'notifications')
  await b.visit(sales, `/customers/${id}?tab=follow`)
  await sales.waitForSelector('.own')
  await sales.waitForSelector('.follows li')
  await look(sales, 'a customer of one’s own')
  await dialogs(sales, sales.locator('.own .steps .el-button'), look, 'a step with an owner')
  await sales.locator('.part-head .el-button').first().click()
  await sales.locator('.el-drawer:visible form').waitFor()
  await look(sales, 'an opportunity', '.el-drawer')
  await b.close(sales)
  const boss = await b.office(stage.browser, stage.site, '/pool', { client: people.manager, ...options })
  await boss.waitForSelector('tbody tr')
  await dialogs(boss, boss.locator('tbody tr').first().locator('.quiet-button'), look, 'of the pool')
  await b.visit(boss, '/pool?tab=waiting')
  const steps = boss.locator('tbody tr:visible .quiet-button')
  await steps.first().waitFor()
  await look(boss, 'applications')
  await steps.first().click()
  await look(boss, 'an application is approved', '.el-dialog')
  await b.visit(boss, '/collisions')
  await boss.locator('tbody tr').first().click()
  await boss.waitForSelector('.evidence')
  await look(boss, 'a case', '.el-drawer')
  await b.close(boss)
}
