// sale.mjs - the steps of a sale at the desk: a unit picked on the chart, its next steps, the wizard of a deal.
import * as b from './browser.mjs'

/** The chart with a unit picked, as @client sees it. */
export async function picked(stage, client, unit, options = {}) {
  const address = `/chart/${unit.building_id}?p=${stage.project}&unit=${unit.id}`
  const page = await b.office(stage.browser, stage.site, address, { client, ...options })
  await page.waitForSelector('.link-state.live')
  await page.waitForSelector('.pane .next-steps')
  return page
}
export const step = (page, name) => page.locator(`[data-step="${name}"]`)
export const steps = (page) => page.locator('[data-step]').evaluateAll((all) => all.map((x) => x.dataset.step))

/** Chooses a buyer in a row by the keyboard. */
export async function buyer(page, row, words) {
  const box = page.locator('.wizard .buyer').nth(row).locator('input').first()
  await box.fill(words)
  await page.locator('.el-select-dropdown__item:visible').first().waitFor()
  await page.keyboard.press('Enter')
  await page.waitForFunction(
    (n) => document.querySelectorAll('.wizard .buyer')[n]?.querySelector('.el-select__selected-item:not(.is-hidden)'),
    row,
  )
}
export const part = (page, name) => page.locator(`.wizard [data-part="${name}"]`)
export const onward = (page, name) => part(page, name).locator('button[type=submit]')
/** The quote on the screen is of what is chosen. */
export const quoted = (page) => page.locator('.quote .answer[aria-busy="false"] .chain').waitFor()

/** @client approves what waits for him and names @words; nothing waits then. */
export async function approve(stage, client, words) {
  const page = await b.office(stage.browser, stage.site, '/approvals', { client })
  await page.locator('main').getByText(words).first().click()
  await page.getByRole('button', { name: /^同意/ }).click()
  await page.locator('main').getByText('没有等待您审批的申请').waitFor()
  await b.close(page)
}
