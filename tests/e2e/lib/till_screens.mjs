// till_screens.mjs - a walk through every state of the till, for axe and for pictures: look(page, name).
import { take } from '../../integration/lib/money.mjs'
import { Deals } from './deals.mjs'
import { desk } from './desk.mjs'
import { closeShifts, swipeBuyer, TillHands } from './till.mjs'

let walks = 0
let waits = null
/** One more refund waits to be paid out. */
export async function refundWaits(stage) {
  if (!waits) {
    const deals = await Deals.at(stage)
    const deal = await deals.subscribed(await deals.fresh())
    await take(stage.people.cashier, deal.id, 'down_payment', 900000)
    waits = { deals, deal }
  }
  return waits.deals.refund(waits.deal, 123450)
}

/** What waits; a refund among it is paid out. */
async function workLooks(page, hands, seen, n) {
  await hands.keys('Alt+q')
  await hands.at('.work-pane [role=listbox]')
  await hands.see('[data-work=due]')
  await seen('what waits')
  if (await page.locator('[data-work=refund]').count()) {
    await hands.keys('Enter')
    await hands.at('#po-reference')
    await hands.keys('F9')
    await hands.see('.payout-pane .wrong')
    await seen('a refund to be paid out')
    await hands.type(`TK-LOOK-${n}`)
    await hands.keys('F9')
    await hands.see('.confirm-pay')
    await seen('before it is paid out')
    await hands.keys('F9')
    await hands.see('.payout-pane .done')
    await seen('paid out')
    await hands.keys('Escape')
    await hands.see('.work-pane')
  }
  await hands.keys('Escape')
}

/** @who: a buyer with a card who owes something; @client takes money at the counter @at. */
export async function tillLooks(stage, at, who, { client, ...options }, look) {
  await closeShifts(client)
  const n = ++walks
  const page = await desk(stage, at, { client, ...options })
  const hands = new TillHands(page)
  const seen = (name) => look(page, name)
  await hands.see('[data-shift=none]')
  await hands.keys('F4')
  await seen('nobody is here')
  await hands.keys('Alt+s')
  await hands.at('#ts-float')
  await seen('shift to be opened')
  await hands.type('2000')
  await hands.keys('Enter')
  await hands.see('[data-shift=open]')
  if (!(await page.locator('.shift-bar [data-book=receipt]').count())) {
    await page.locator('.shift-pane .books button').first().focus()
    await hands.keys('Enter')
    await hands.see('.shift-bar [data-book=receipt]')
  }
  await hands.keys('Escape')
  await swipeBuyer(page, at, who)
  await seen('a member with what is due')
  await workLooks(page, hands, seen, n)
  await hands.keys('F4')
  await hands.at('.choose [role=listbox]')
  await seen('what is paid')
  await hands.keys('Escape')
  await hands.due(new RegExp(who.owing.unit))
  await hands.amount('1.234')
  await seen('three decimals')
  await hands.amount('100')
  await hands.pay('F6', '30', '50')
  await hands.pay('F8', '', `EINE-LANGE-REFERENZ-00000${n}`, 'POS-01', '000012', '12')
  await seen('a slip')
  await hands.type('34')
  await hands.keys('Enter')
  await hands.see('.left-to-pay.even')
  await seen('all is paid')
  await hands.keys('F9')
  await hands.see('.confirm-pay')
  await hands.keys('Alt+n')
  await hands.at('#leaf-kind')
  await seen('another number on the paper')
  await hands.keys('Escape', 'F9')
  await hands.receipt()
  await seen('receipt')
  await hands.keys('Enter', 'Alt+r')
  await hands.at('.given')
  await seen('receipts')
  await hands.keys('Enter')
  await hands.at('#void-reason')
  await seen('to be void')
  await hands.keys('Alt+h')
  await hands.at('#swap-paper')
  await seen('to be swapped')
  await hands.keys('Escape')
  await hands.at('#void-reason')
  await hands.type('金额写错')
  await hands.keys('Enter')
  await hands.see('.mark.void')
  await seen('void')
  await hands.keys('Escape', 'Escape')
  await hands.due(/诚意金|Earnest/)
  await hands.amount('50')
  await hands.pay('Alt+t', '', `W-${n}`, '')
  await hands.take()
  await hands.keys('Enter')
  await hands.due(new RegExp(who.owing.unit))
  await hands.see('.held')
  await hands.keys('Alt+m')
  await hands.at('#carry-amount')
  await seen('earnest money to be carried')
  await hands.keys('Escape', 'Escape', '?')
  await hands.see('.key-list')
  await seen('keys')
  await hands.keys('?', 'Alt+s')
  await hands.at('[data-count=cash] input')
  await hands.type('1990')
  await seen('shift to be closed')
  for (const x of ['cash', 'transfer']) await page.locator(`[data-count=${x}] input`).nth(1).fill('清点差异')
  await page.locator('form.close button').focus()
  await hands.keys('Enter')
  await hands.see('[data-counted=cash]')
  await seen('shift closed')
  await page.context().close()
}
