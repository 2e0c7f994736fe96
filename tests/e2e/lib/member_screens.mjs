// member_screens.mjs - every look of the staff's screens of cards, members and readers, one after the other: axe and
// the pictures go through the same ones. @look is called with a name, and what to look at alone (a dialog), if any.
import assert from 'node:assert/strict'
import * as b from './browser.mjs'
import { demoCard, desk } from './desk.mjs'
import { buyerOf } from './member.mjs'

const LOST = 20

/** The card of the demo's member LOST is lost, whoever comes first. */
export async function loseOne({ people: { cashier } }) {
  const { card } = await cashier.get(`/api/v1/cards/find?code=${demoCard(LOST)}`)
  if (card.state === 'issued') await cashier.post(`/api/v1/cards/${card.id}/loss`, { reason: '客户报失' }, 200)
}

async function fillIssue(page) {
  await page.locator('form.issue input[type=radio]').nth(1).check()
  const name = page.locator('form.issue .pair input').first()
  await name.fill('慕容复')
  return name
}

/** The counter at @at, the cards of members @from and on. */
export async function counterLooks(stage, at, { from, ...options }, look) {
  const page = await desk(stage, at, options)
  const person = page.locator('.person')
  await page.waitForSelector('.unit .price')
  await look(page, 'idle')
  at.swipe(demoCard(from))
  await person.locator('.phones').waitFor()
  await look(page, 'member')
  await page.keyboard.press('Alt+8')
  await page.waitForSelector('.in-clear')
  await look(page, 'member in clear')
  await page.keyboard.press('Alt+8')
  for (const [key, name] of [1, 2, 3, 4, 7].map((k) => [`Alt+${k}`, `act ${k}`])) {
    await page.keyboard.press(key)
    await page.waitForSelector('form.act')
    await look(page, name)
    await page.keyboard.press('Escape')
    await page.waitForSelector('form.act', { state: 'detached' })
  }
  at.swipe((await buyerOf(stage)).code)
  await page.locator('.dues .owed').first().waitFor()
  await look(page, 'member with payments due')
  at.swipe('u:0411223344')
  await page.waitForSelector('form.issue')
  await look(page, 'unknown')
  await (await fillIssue(page)).press('Enter')
  await look(page, 'unknown, a new customer')
  at.swipe(demoCard(from + 1))
  await page.waitForSelector('.ask')
  await look(page, 'asked')
  await page.locator('.ask .link').click()
  await person.locator('.phones').waitFor()
  at.swipe(demoCard(LOST))
  await person.locator('.loud').waitFor()
  await look(page, 'lost')
  await page.keyboard.press('Escape')
  await page.keyboard.press('F2')
  await page.keyboard.type('张')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.person, #c-people li')
  await look(page, 'found')
  await page.keyboard.press('F2')
  await page.keyboard.type('没有这个人')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.find-member .quiet[role=status]')
  await look(page, 'nobody found')
  at.swipe('bad')
  await page.waitForSelector('.swipe-notice')
  await look(page, 'not read')
  await b.close(page)

  const bare = await b.counter(stage.browser, stage.site, { client: stage.people.cashier, ...options })
  await bare.waitForSelector('.pair-form')
  await bare.fill('#c-code', '00000000')
  await bare.keyboard.press('Enter')
  await bare.waitForSelector('.pair-form .wrong')
  await look(bare, 'not paired')
  await b.close(bare)
}

/** Readers as no test has them: each trouble, long names, what is not supported. */
const TROUBLES = [
  ['absent', null],
  ['denied', 'rights'],
  ['backoff', 'busy'],
  ['backoff', 'io'],
  ['degraded', 'noise'],
]
async function inTrouble(route) {
  const response = await route.fetch()
  const json = await response.json()
  const [one] = json.items
  const usb = { bus: 'usb', virtual: false, usb_id: '08ff:0009', model_name: 'SYC ID&IC USB Reader', error: 'Operation not permitted' }
  const mark = 'usb:08ff:0009:/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2/1-4.2:1.0'
  json.items.push(
    ...TROUBLES.map(([state, trouble], i) => ({
      ...one,
      ...usb,
      id: 900 + i,
      mark: mark + i,
      name: i ? `读卡器 ${i}` : '一号销售中心二层贵宾接待区东侧收银柜台读卡器（靠近电梯厅的那一台）',
      maturity: 'beta',
      state,
      trouble,
      attempt: 3,
    })),
    { ...one, ...usb, id: null, version: null, name: null, model: null, model_name: null, maturity: null, product: 'Generic USB Keyboard', state: 'unsupported', trouble: 'no-model' },
  )
  json.buses = [{ name: 'pcsc', error: 'Host is down' }]
  await route.fulfill({ response, json })
}

/** Page of the readers, in use and in trouble. */
export async function deviceLooks(stage, options, look) {
  const page = await b.office(stage.browser, stage.site, '/devices', { client: stage.people.control, ...options })
  await page.waitForSelector('tbody .mark.live')
  await look(page, 'readers')
  const buttons = page.locator('tbody tr').first().locator('button')
  await buttons.nth(0).click()
  await b.dialog(page).locator('.wait').waitFor()
  await look(page, 'a reader is tried', '.el-dialog:not([style*="none"])')
  await page.keyboard.press('Escape')
  await b.dialog(page).waitFor({ state: 'detached' }).catch(() => undefined)
  await buttons.nth(1).click()
  await page.waitForSelector('#d-name')
  await look(page, 'a reader is named', '.el-drawer')
  await page.keyboard.press('Escape')
  await page.waitForSelector('#d-name', { state: 'detached' })
  await page.route('**/api/v1/devices', inTrouble)
  await page.reload()
  await page.waitForSelector('.others summary')
  await page.locator('.others summary').click()
  await look(page, 'readers in trouble')
  await page.unroute('**/api/v1/devices')
  await page.route('**/api/v1/devices', (route) => route.fulfill({ json: { items: [], buses: [] } }))
  await page.reload()
  await page.waitForSelector('.empty')
  await look(page, 'no reader')
  await b.close(page)
}

/** Customers and one of them as a member, to whom @card is about to be issued from the reader of @at. */
export async function customerLooks(stage, at, { card = 'n:77600001', ...options }, look) {
  const { manager } = stage.people
  const client = { session: manager.session, jar: new Map([...at.client.jar, ...manager.jar]) } // at the counter's machine
  const page = await b.office(stage.browser, stage.site, '/customers', { client, ...options })
  await page.waitForSelector('tbody tr')
  await look(page, 'customers')
  await page.locator('.page-head-actions .el-button').click()
  await page.waitForSelector('#cu-name')
  await look(page, 'a customer is recorded', '.el-drawer')
  await page.keyboard.press('Escape')
  await page.waitForSelector('#cu-name', { state: 'detached' })
  await page.fill('#customer-search', '没有这个人')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.empty')
  await look(page, 'nobody found')
  await page.fill('#customer-search', 'YQ-0020')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.figures')
  await page.waitForSelector('.data-table tbody tr')
  await look(page, 'a member')
  await page.locator('.page-head-actions .el-button').nth(1).click() // the first records a visit
  await page.waitForSelector('.in-clear')
  await look(page, 'a member in clear')
  await page.locator('.page-head-actions .el-button').nth(2).click()
  await page.waitForSelector('#cu-add')
  await look(page, 'a customer is edited', '.el-drawer')
  await page.keyboard.press('Escape')
  await page.waitForSelector('#cu-add', { state: 'detached' })
  const acts = page.locator('.sheet-head .el-button:visible')
  assert.ok((await acts.count()) > 1, 'the steps of a member')
  for (let i = 0; i < (await acts.count()); i++) {
    await acts.nth(i).click()
    const drawer = page.locator('.el-drawer:visible')
    await drawer.locator('form').waitFor()
    await look(page, `a step ${i}`, '.el-drawer')
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
  }
  await issueLooks(page, at, card, look)
  await b.close(page)
}

/** Each look begins with a loan of its own: a reader is lent for half a minute, and a look may take longer. */
async function issueLooks(page, at, card, look) {
  const drawer = page.locator('.el-drawer:visible')
  const field = drawer.locator('.card-field')
  for (const [name, swipe, then] of [
    ['a card is waited for', null, '.slot'],
    ['no member card', 'refused', '.wrong'],
    ['a card of somebody', demoCard(3), '.slot.taken'],
    ['a card is read', card, '.slot.read'],
  ]) {
    await page.locator('.sheet-head .el-button:visible').last().click()
    await field.locator('.el-button').click()
    await field.locator('.slot:not(.read, .taken)').waitFor()
    if (swipe) at.swipe(swipe)
    await field.locator(then).waitFor()
    await look(page, name, '.el-drawer')
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
  }
}
