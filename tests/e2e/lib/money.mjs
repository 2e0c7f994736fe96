// money.mjs - the cashier's dialog of a deal: what is missing is opened or taken out there, then a receipt is given.
import { slip } from '../../integration/lib/money.mjs'
import * as b from './browser.mjs'

/** Takes what is due first, or @amount for a line of the schedule, by transfer; @page shows the deal to who may. */
export async function takeMoney(page, { amount, line } = {}) {
  await b.button(page, '收款').click()
  await page.locator('.confirm [data-missing], .confirm .book').first().waitFor()
  for (const missing of ['shift', 'book']) {
    const line = page.locator(`.confirm [data-missing=${missing}]`)
    if (!(await line.count())) continue
    await line.locator('button').click()
    await line.waitFor({ state: 'detached' })
  }
  if (amount) await page.fill('#dm-amount', amount)
  if (line) await b.choose(page, '冲抵', line)
  await page.fill('#dm-reference', slip())
  await page.locator('.confirm button[type=submit]').click()
}
