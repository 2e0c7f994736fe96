// till.mjs - the cashier at the counter with hands on the keyboard alone: nothing here points or clicks.
import { demoCard } from './desk.mjs'

/** The card of a buyer. One right behind itself is heard once: another one comes between. */
export async function swipeBuyer(page, at, who) {
  at.swipe(demoCard(1))
  await page.locator('.person', { hasText: '****0001' }).waitFor()
  at.swipe(who.code)
  await page.locator('.who-is', { hasText: '郑' }).waitFor()
}

export class TillHands {
  constructor(page) {
    this.page = page
  }

  async keys(...list) {
    for (const key of list) await this.page.keyboard.press(key)
  }

  async type(text) {
    await this.page.keyboard.type(text)
  }

  /** Waits for what a step brings. */
  async see(selector, options) {
    await this.page.locator(selector).first().waitFor(options)
  }

  /** What has the focus, by its id or the data of its row. */
  async at(selector) {
    await this.page.waitForFunction((s) => document.activeElement?.matches(s), selector)
  }

  async openShift(float) {
    await this.keys('Alt+s')
    await this.at('#ts-float')
    await this.type(float)
    await this.keys('Enter')
    await this.see('[data-shift=open]')
    await this.keys('Escape')
    await this.see('.till', { state: 'detached' })
  }

  /** F4, then the line whose words match @words; the payment is open and its first line has the focus. */
  async due(words) {
    await this.keys('F4')
    await this.at('.choose [role=listbox]')
    const rows = await this.page.locator('.choose [role=option]').allInnerTexts()
    const index = rows.findIndex((r) => words.test(r))
    if (index < 0) throw new Error(`${words} is none of ${rows}`)
    for (let i = 0; i < index; i++) await this.keys('ArrowDown')
    await this.keys('Enter')
    await this.at('[data-due] input')
  }

  async amount(text) {
    await this.keys('Control+a')
    await this.type(text)
  }

  /** One way of paying by its key: amount, then its fields, Enter after each. */
  async pay(key, amount, ...fields) {
    await this.keys(key)
    await this.at('#pt-amount')
    if (amount) await this.amount(amount)
    for (const field of fields) {
      await this.keys('Enter')
      if (field) await this.type(field)
    }
    await this.keys('Enter')
  }

  /** F9 twice; the number of the receipt. */
  async take() {
    await this.keys('F9')
    await this.see('.confirm-pay')
    await this.keys('F9')
    return this.receipt()
  }

  async receipt() {
    await this.see('[data-receipt]')
    return this.page.locator('[data-receipt]').innerText()
  }

  left() {
    return this.page.locator('[data-left]').innerText()
  }

  async wrong(words, within = '.body') {
    await this.page.locator(`${within} .wrong`, { hasText: words }).first().waitFor()
  }
}

/** The customer's window that the key opens. */
export async function glassOf(page, hands) {
  const opened = page.context().waitForEvent('page')
  await hands.keys('Alt+w')
  const glass = await opened
  glass.asked = []
  glass.on('request', (request) => glass.asked.push(new URL(request.url()).pathname))
  await glass.waitForSelector('.glass')
  await page.bringToFront()
  return glass
}

/** Whoever has a shift open closes it. */
export async function closeShifts(client) {
  const counts = ['cash', 'card', 'transfer', 'cheque', 'loan'].map((tender) => ({ tender, counted_fen: 0, reason: '测试' }))
  for (const s of (await client.get('/api/v1/my/shifts')).items)
    if (s.closed_ms === null) await client.post(`/api/v1/my/shifts/${s.id}/close`, { counts }, 200)
}

