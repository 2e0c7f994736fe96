// change_screens.mjs - the screens of changes of deals, with what opens on them, one after the other, for axe and for
// pictures: @look(page, name, within) is called at each.
import { chinaDay } from '../../integration/lib/day.mjs'
import * as b from './browser.mjs'
import { Deals } from './deals.mjs'

const FORM = '.el-drawer'
const kind = (page, name) => page.locator(`.kind[data-kind="${name}"]`)
const told = (page) => page.locator('.after[aria-busy="false"] .effect').waitFor()

/** A deal with a past, a change of it that waits, one that was returned; the units that they are of. */
export async function changeData(stage) {
  const deals = await Deals.at(stage)
  const [past, free, plain] = [await deals.fresh(), await deals.fresh(), await deals.fresh()]
  const deal = await deals.subscribed(past)
  await deals.decide(await deals.ask(deal, { kind: 'postpone-signing', days: 3, document: '延期申请-1' }))
  const buyers = [
    { customer_id: deals.buyer, share_bp: 5000 },
    { customer_id: deals.other, share_bp: 5000 },
  ]
  const more = { kind: 'parties', buyers, document: '公证-2026-17', exception: 'family' }
  await deals.decide(await deals.ask(deal, more))
  const terms = await deals.terms(free, { deal_id: deal.id, for_change: true })
  const waiting = await deals.ask(deal, { kind: 'exchange', terms_id: terms.id, reason: '客户要求换到高楼层' })
  const other = await deals.subscribed(plain)
  const fault = { kind: 'cancel', fault_side: 'buyer', refund_fen: other.received_fen }
  await deals.decide(await deals.ask(other, { ...fault, reason: '贷款未获批准，客户退房' }), 'returned')
  return { deal, other, waiting, free }
}

export async function changeLooks({ browser, site, people, project }, options, made, look) {
  const at = (login, path) => b.office(browser, site, `${path}?p=${project}`, { client: people[login], ...options })
  const page = await at('sales', `/deals/${made.deal.id}`)
  await page.locator('[data-change] tbody tr').first().waitFor()
  await page.locator('[data-change]').first().scrollIntoViewIfNeeded()
  await look(page, 'a deal with changes')
  await b.visit(page, `/deals/${made.other.id}?p=${project}&change=1`)
  await page.locator('.kinds').waitFor()
  await look(page, 'kinds of changes', FORM)
  await kind(page, 'exchange').click()
  await page.fill('#ca-unit', made.free.path.slice(0, 3))
  await page.locator('.combo-pop [role=option]').nth(1).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.click('#ca-terms')
  await page.locator('.quote .answer[aria-busy="false"] .chain').waitFor()
  await look(page, 'terms of an exchange', FORM)
  await page.locator('.quote .save button').click()
  await told(page)
  await look(page, 'an exchange', FORM)
  await page.locator('.chosen .quiet-button').click()
  await kind(page, 'rename').click()
  await page.locator('[data-field="buyers"] .el-select__selected-item').first().waitFor()
  await look(page, 'a name', FORM)
  await page.locator('.chosen .quiet-button').click()
  await kind(page, 'cancel').click()
  await page.fill('#ca-refund_fen', '1')
  await page.locator('#ca-side').click({ force: true })
  await page.locator('.el-select-dropdown__item:visible').first().click()
  await page.locator('.after .problem').waitFor()
  await look(page, 'a cancel that does not add up', FORM)
  await page.locator('.chosen .quiet-button').click()
  await kind(page, 'price').click()
  await page.click('#ca-terms')
  await page.locator('#q-price').waitFor()
  await page.locator('.quote .answer[aria-busy="false"] .chain').waitFor()
  await look(page, 'another price', FORM)
  await b.close(page)

  const day = await at('sales', `/deals/${made.deal.id}`)
  await day.locator('.as-of-day input').fill(chinaDay())
  await day.keyboard.press('Enter')
  await day.locator('.as-of .facts').waitFor()
  await look(day, 'a deal as of a day')
  await b.close(day)

  const boss = await at('manager', '/approvals')
  await boss.getByText(`${made.waiting.unit} →`).first().click()
  await boss.locator('.change-part tbody tr').first().waitFor()
  await look(boss, 'a change to approve')
  await b.close(boss)

  const register = await at('cashier', '/changes')
  await register.locator('tr.opens').first().waitFor()
  await look(register, 'the register of changes')
  await register.locator('tr.opens', { has: register.locator('.mark.wait') }).last().click()
  await register.locator('.change-sheet').waitFor()
  await look(register, 'a change', FORM)
  await register.locator('.change-sheet .acts button').click()
  await b.dialog(register).waitFor()
  await look(register, 'a change ended by finance', '.el-dialog')
  await b.close(register)
}
