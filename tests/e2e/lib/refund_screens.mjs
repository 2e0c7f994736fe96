// refund_screens.mjs - the screens of refunds, with what opens on them, one after the other, for axe and for pictures:
// @look(page, name, within) is called at each.
import { payment, slip, take, till } from '../../integration/lib/money.mjs'
import * as b from './browser.mjs'
import { Deals } from './deals.mjs'

const DRAWER = '.el-drawer'
const PANEL = '.el-dialog'

/** A deal with a loan and refunds in every state, an ended one that gives back, earnest money. */
export async function refundData(stage) {
  const { people, project } = stage
  const { cashier, sales } = people
  const deals = await Deals.at(stage)
  const deal = await deals.subscribed(await deals.fresh())
  await take(cashier, deal.id, 'down_payment', 5000000)
  const book = await till(cashier, project)
  const [bank] = (await cashier.get('/api/v1/banks')).items
  const lent = { tender: 'loan', amount_fen: 30000000, reference: slip(), bank_id: bank.id }
  const arrival = { ...payment(book, 'bank_loan', 30000000), tenders: [lent] }
  await cashier.post(`/api/v1/deals/${deal.id}/receipts`, arrival, 201)
  const ask = (fund, amount_fen, more = {}) =>
    sales.post(
      `/api/v1/deals/${deal.id}/refunds`,
      { lines: [{ fund, amount_fen }], reason: '多交的首付款，客户要求退还', bank: '工商银行 滨江支行', account: '6222021234567890', ...more },
      201,
    )
  const pay = async (refund) => {
    const now = await cashier.get(`/api/v1/refunds/${refund.id}`)
    const tenders = [{ tender: 'transfer', amount_fen: now.total_fen, reference: slip() }]
    return cashier.post(`/api/v1/refunds/${refund.id}/pay`, { version: now.version, tenders }, 200)
  }
  await ask('down_payment', 100000)
  await deals.decide(await ask('down_payment', 120000), 'returned')
  const loan = await ask('bank_loan', 2000000)
  await deals.decide(loan)
  const paid = await ask('down_payment', 300000)
  await deals.decide(paid)
  const once = await pay(paid)
  await cashier.post(`/api/v1/refunds/${paid.id}/reverse`, { version: once.version, reason: '收款行退汇：户名不符' }, 200)
  await pay(paid)
  const plain = await deals.subscribed(await deals.fresh())
  const change = await deals.ask(plain, { kind: 'cancel', fault_side: 'none', refund_fen: plain.received_fen, reason: '贷款未获批准，客户退房' })
  await deals.decide(change)
  const [due] = (await cashier.get(`/api/v1/refunds?deal=${plain.id}`)).items
  const earnest = { ...payment(book, 'earnest', 2000000), customer_id: deals.buyer }
  await cashier.post(`/api/v1/projects/${project}/receipts`, earnest, 201)
  return { deal, ended: plain, loan, paid, due, buyer: deals.buyer }
}

export async function refundLooks({ browser, site, people, project }, options, made, look) {
  const at = (login, path) => b.office(browser, site, `${path}?p=${project}`, { client: people[login], ...options })
  const one = (page, refund) => b.visit(page, `/refunds/${refund.id}?p=${project}`)
  const act = (page, name) => page.locator(`${DRAWER} [data-act="${name}"]`)
  const closed = async (page) => {
    await page.keyboard.press('Escape')
    await b.dialog(page).waitFor({ state: 'hidden' })
  }
  const desk = await at('cashier', '/refunds')
  await desk.locator('tbody tr').nth(4).waitFor()
  await look(desk, 'refunds')
  await one(desk, made.loan)
  await act(desk, 'pay').waitFor()
  await look(desk, "a loan's refund to be paid", DRAWER)
  await act(desk, 'pay').click()
  await b.dialog(desk).waitFor()
  await look(desk, 'a refund paid', PANEL)
  await closed(desk)
  await act(desk, 'cancel').click()
  await b.dialog(desk).waitFor()
  await look(desk, 'a refund that is not paid', PANEL)
  await closed(desk)
  await one(desk, made.paid)
  await act(desk, 'reverse').waitFor()
  await look(desk, 'a refund that was taken back and paid', DRAWER)
  await act(desk, 'reverse').click()
  await b.dialog(desk).waitFor()
  await look(desk, 'a refund taken back', PANEL)
  await closed(desk)
  await one(desk, made.due)
  await act(desk, 'pay').waitFor()
  await look(desk, "a change's refund", DRAWER)
  await b.close(desk)

  const page = await at('sales', `/deals/${made.ended.id}`)
  await page.locator('[data-act="account"]').scrollIntoViewIfNeeded()
  await look(page, 'refunds of an ended deal')
  await page.locator('[data-act="account"]').click()
  await b.dialog(page).waitFor()
  await look(page, 'the account of a refund', PANEL)
  await closed(page)
  await b.visit(page, `/deals/${made.deal.id}?p=${project}`)
  await page.locator('[data-ask="refund"]').click()
  await page.locator('#refund-reason').waitFor()
  await look(page, 'a refund asked for', DRAWER)
  await b.close(page)
  const held = await at('sales', `/customers/${made.buyer}`)
  await b.visit(held, `/customers/${made.buyer}?p=${project}&tab=deal`)
  await held.locator('[data-ask="refund"]').click()
  await held.locator('#refund-reason').waitFor()
  await look(held, 'earnest money asked back', DRAWER)
  await b.close(held)
}
