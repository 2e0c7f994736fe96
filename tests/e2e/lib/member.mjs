// member.mjs - a kiosk with a reader of its own, and members who swipe at it.
import { bindReader, enrol, enrolCustomer, PIN, swipeAt } from '../../integration/lib/members.mjs'
import { Sales } from '../../integration/lib/service.mjs'
import * as b from './browser.mjs'

/** By locator: a handle to an element, held by a test, would keep alive all that hangs on it. */
export const shown = (page, selector, options) => page.locator(selector).waitFor(options)

/** A kiosk whose virtual reader is @reader: its page, its terminal's client, and a card at the reader. */
export async function glass(stage, reader, { terminal, ...options } = {}) {
  const client = terminal ?? (await stage.terminal())
  await bindReader(stage.people.control, reader, client.session.terminal.id)
  const page = await b.kiosk(stage.browser, stage.site, client, options)
  await shown(page, '.attract .card-hint:not(.away)')
  return { client, page, swipe: (code) => swipeAt(stage.site, reader, code) }
}

export async function memberOf(stage, { points, ...options } = {}) {
  const { cashier, manager } = stage.people
  const who = await enrol(cashier, options)
  for (const line of points ?? []) await manager.post(`/api/v1/members/${who.member}/points`, line, 201)
  return who
}

const buyers = new WeakMap()
/** A member who has signed for one home and owes the deposit of another; the same one each time. */
export function buyerOf(stage) {
  if (!buyers.has(stage)) buyers.set(stage, makeBuyer(stage))
  return buyers.get(stage)
}

async function makeBuyer(stage) {
  const { cashier, manager, sales } = stage.people
  const deals = await Sales.of(sales, cashier)
  const signed = await deals.signed()
  const owing = await deals.subscribed('commercial', 2)
  const who = await enrolCustomer(cashier, deals.buyer, 'n:66888001')
  const points = [{ points: 12000, reason: '认购' }, { points: 500, reason: '活动', expires_ms: Date.now() + 90 * 86_400_000 }, { points: -450, reason: '兑换' }]
  for (const line of points) await manager.post(`/api/v1/members/${who.member}/points`, line, 201)
  return { ...who, customer: deals.buyer, signed, owing }
}

export async function typePin(page, pin = PIN) {
  await b.typePad(page, pin)
  await page.locator('.pin-keys .primary').click()
}

/** From the card to the PIN to what both open. */
export async function openPane(at, who) {
  await at.swipe(who.code)
  await at.page.locator('.member-open').click()
  await typePin(at.page)
  await shown(at.page, '.own')
}
