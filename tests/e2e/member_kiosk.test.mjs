// member_kiosk.test.mjs - a card at the glass: the whole way from the swipe to the member's own data and out again,
// what closes it, and that nothing of the member is left behind.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { lose, PIN, virtualReaders, WRONG_PIN } from '../integration/lib/members.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { buyerOf, glass, memberOf, openPane, shown, typePin } from './lib/member.mjs'

const READERS = ['左侧读卡器', '右侧读卡器', '备用读卡器']
const NAME = '龘靐齉' // nothing else on the page has these characters
const MASKED = '龘**'
const POINTS = 73219

let stage
before(async () => {
  stage = await Stage.open({
    config: { devices: virtualReaders(...READERS) },
    people: ['admin', 'manager', 'control', 'cashier', 'sales'],
  })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)

const place = (reader, options) => glass(stage, reader, options)
const member = ({ points = POINTS, ...options } = {}) =>
  memberOf(stage, { name: NAME, points: [{ points, reason: '看房' }], ...options })

const text = (page) => page.textContent('.member')
const says = (page, words) =>
  b.until(async () => new RegExp(words).test(await text(page)), `the screen says ${words}`)
const ended = ({ client }) =>
  b.until(async () => (await client.request('GET', '/api/v1/terminal/member')).status === 410, 'the pass ends')

/** Everything of a page that outlives a screen, as one text: DOM with attributes and shadow trees, what the browser keeps. */
const kept = (page) =>
  page.evaluate(async () => {
    const found = [location.href, JSON.stringify(history.state), document.title]
    const walk = (root) => {
      for (const el of root.querySelectorAll('*')) {
        for (const { name, value } of el.attributes) found.push(`${name}=${value}`)
        if ('value' in el) found.push(String(el.value))
        if (el.shadowRoot) walk(el.shadowRoot)
      }
      found.push(root.textContent)
    }
    walk(document)
    for (const storage of [localStorage, sessionStorage]) found.push(JSON.stringify(storage))
    found.push(document.cookie, JSON.stringify(await indexedDB.databases()))
    if ('caches' in window) found.push(JSON.stringify(await caches.keys()))
    found.push(...performance.getEntries().map((e) => e.name))
    return found.join('\n')
  })

/** Every string that the page's engine holds, after a collection of garbage. */
async function heap(page) {
  const cdp = await page.context().newCDPSession(page)
  const parts = []
  cdp.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => parts.push(chunk))
  await cdp.send('HeapProfiler.enable')
  for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage')
  await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await cdp.detach()
  return JSON.parse(parts.join('')).strings
}

const among = (needles, strings) => needles.filter((n) => strings.some((s) => s.includes(n)))

test('the whole way: the card wakes the screen, the PIN opens, half a minute later nothing of the member is left', async () => {
  const at = await place(READERS[0])
  const { page } = at
  const who = await member()
  const needles = [NAME[0], POINTS.toLocaleString('en'), who.phone, `****${who.phone.slice(-4)}`, who.code.slice(2), PIN]
  const answers = []
  page.on('response', async (r) => {
    if (/terminal\/(swipes|member)/.test(r.url())) answers.push([r.request().method(), r.headers()['cache-control']])
  })
  await at.swipe(who.code)
  await shown(page, '.member-card')
  const card = await text(page)
  assert.ok(card.includes(MASKED) && card.includes('73,219') && !card.includes(NAME), card)
  assert.match(card, /虚拟读卡/)
  await page.locator('.member-open').click()
  await b.typePad(page, PIN.slice(0, 5))
  assert.equal(await page.locator('.pin-dots .on').count(), 5)
  assert.ok(!(await kept(page)).includes(PIN.slice(0, 5)), 'digits are dots')
  assert.equal(await page.locator('input').count(), 0, 'nothing that would call up a keyboard')
  await b.typePad(page, PIN.slice(5))
  await page.locator('.pin-keys .primary').click()
  await shown(page, '.own')
  const pane = await text(page)
  for (const words of [MASKED, '73,219', '我的房源', '这里没有您的认购、签约记录', '+73,219']) assert.ok(pane.includes(words), words)
  assert.deepEqual(among(needles.slice(0, 2), await heap(page)), needles.slice(0, 2), 'the search finds what is there')

  await page.mouse.click(500, 700)
  const from = performance.now()
  await shown(page, '.member-foot.soon')
  assert.match(await page.textContent('.member-foot'), /秒后自动退出/)
  await shown(page, '.attract', { timeout: 40_000 })
  const took = performance.now() - from
  assert.ok(took > 28_000 && took < 36_000, `${took} ms`)

  await ended(at)
  assert.deepEqual(among(needles, [await kept(page)]), [], 'DOM and storage')
  assert.deepEqual(among(needles, await heap(page)), [], 'the heap')
  assert.deepEqual(
    (await page.context().cookies()).map((c) => c.name),
    ['anchang_terminal'],
  )
  assert.deepEqual(answers.map(([method]) => method).sort(), ['DELETE', 'GET', 'POST'])
  for (const [method, control] of answers) assert.equal(control, 'no-store', method)
  await b.close(page)
})

test('MB-14, AS-06: his unit, what is still to be paid and how far it has come, in both languages; nothing of it stays', async () => {
  const at = await place(READERS[0])
  const { page } = at
  const who = await buyerOf(stage)
  const deal = who.signed
  const money = (fen) => (fen / 100).toLocaleString('en')
  const [down, loan] = deal.receivables.filter((l) => l.amount_fen > l.received_fen)
  await openPane(at, who)
  const unit = page.locator('.own-unit', { hasText: deal.unit })
  assert.equal(await page.locator('.own-unit').count(), 2)
  assert.match(await unit.locator('h3').innerText(), new RegExp(`${deal.unit}\\s+签约`))
  const dues = await unit.locator('.own-dues li').allInnerTexts()
  assert.equal(dues.length, 2)
  assert.ok(dues[0].includes('首付款') && dues[0].includes(money(down.amount_fen)) && dues[0].includes(down.due_date), dues[0])
  assert.ok(dues[1].includes('商业贷款') && dues[1].includes(money(loan.amount_fen)) && /贷款机构[^]*办到这一步/.test(dues[1]), dues[1])
  const { items: nodes } = await stage.people.sales.get(`/api/v1/deals/${deal.id}/nodes`)
  const steps = unit.locator('.own-steps li > span:first-of-type')
  assert.equal(await steps.first().innerText(), '首付款到账')
  assert.equal(await unit.locator('.own-steps .next').count(), 1)
  await b.bar(page, 'language').click()
  await unit.locator('.own-dues li', { hasText: 'Down payment' }).waitFor()
  assert.deepEqual(await steps.allInnerTexts(), nodes.map((n) => n.name)) // asked for in English
  await page.locator('[data-leave]').click()
  await shown(page, '.attract')
  await ended(at)
  const sums = [down.amount_fen, loan.amount_fen, who.owing.due_now_fen]
  const needles = [...sums.map(money), ...sums.map(String)] // as they are shown, and as they came
  assert.deepEqual(among(needles, [await kept(page)]), [], 'DOM and storage')
  assert.deepEqual(among(needles, await heap(page)), [], 'the heap')
  await b.close(page)
})

test('leaving by hand, by Home, by another page; nothing comes back with the browser’s own back', async () => {
  const at = await place(READERS[0])
  const { page } = at
  await openPane(at, await member())
  await page.locator('[data-leave]').click()
  await shown(page, '.attract')
  await ended(at)
  await openPane(at, await member())
  await b.bar(page, 'home').click()
  await shown(page, '.overview-frame')
  await ended(at)
  const who = await member()
  await openPane(at, who)
  await page.goto('about:blank')
  await ended(at)
  await page.goBack()
  await shown(page, '.attract')
  assert.deepEqual(among([NAME[0]], [await kept(page)]), [])
  await b.close(page)
})

test('wrong PINs: how many tries are left, after five until when; the right one no longer helps', async () => {
  const at = await place(READERS[0])
  const { page } = at
  const who = await member()
  await at.swipe(who.code)
  await page.locator('.member-open').click()
  for (const left of [4, 3, 2, 1]) {
    await typePin(page, WRONG_PIN)
    await says(page, `还可以再试 ${left} 次`)
    assert.equal(await page.locator('.pin-dots .on').count(), 0)
  }
  await typePin(page, WRONG_PIN)
  await shown(page, '.member-note')
  assert.match(await text(page), /已锁定到 (\d{4}-\d\d-\d\d )?\d\d:\d\d/)
  assert.equal(await page.locator('.member-open').count(), 0)
  await ended(at)
  await page.locator('[data-leave]').click()
  await shown(page, '.attract')
  await b.close(page)
})

test('cards that open nothing, each with its words', async () => {
  const at = await place(READERS[0])
  const { page } = at
  const [lost, bare] = [await member(), await member({ pin: null })]
  await lose(stage.people.cashier, lost.card)
  for (const [code, words] of [
    ['n:66999999', '没有认出这张卡'],
    [lost.code, '已停用[^]*请到柜台'],
    [bare.code, '还没有设置密码'],
  ]) {
    await at.swipe(code)
    await shown(page, '.member')
    await says(page, words)
  }
  assert.equal(await page.locator('.member-open').count(), 0)
  await b.close(page)
})

test('a card that is not read, and a bank card: the words of each, and nothing to open', async () => {
  const at = await place(READERS[0])
  const { page } = at
  for (const [card, words] of [
    ['bad', '没有读好'],
    ['refused', '这不是会员卡'],
    ['garbled', '没有读好'],
  ]) {
    // One right behind another is told of once: a card is held there until it is.
    await b.until(async () => (await at.swipe(card), (await page.locator('.member').count()) > 0), card)
    await says(page, words)
    assert.equal(await page.locator('.member-open').count(), 0)
    await page.locator('[data-leave]').click()
    await shown(page, '.attract')
  }
  await b.close(page)
})

test('two kiosks at once: each hears its own reader; another card takes the place of the first', async () => {
  const [left, right] = [await place(READERS[0]), await place(READERS[1])]
  const [one, two] = [await member(), await member({ name: '齾齉龖', points: 512 })]
  await openPane(left, one)
  assert.equal(await right.page.locator('.member').count(), 0)
  await openPane(right, two)
  assert.ok((await text(left.page)).includes(MASKED))
  await left.swipe((await member({ name: '齾齉龖', points: 9 })).code)
  await shown(left.page, '.member-card')
  assert.deepEqual(among([NAME[0], '73,219'], [await kept(left.page)]), [])
  await ended(left)
  assert.ok((await text(right.page)).includes('512'), 'the other kiosk is left alone')
  await right.client.get('/api/v1/terminal/member')
  for (const { page } of [left, right]) await b.close(page)
})

test('the card is reported lost while it is open: the screen is wiped', async () => {
  const at = await place(READERS[0])
  const who = await member()
  await openPane(at, who)
  await lose(stage.people.cashier, who.card)
  await shown(at.page, '.attract')
  await b.close(at.page)
})

test('a broken line wipes at once: the cable, the daemon', async () => {
  const at = await place(READERS[0])
  const { page } = at
  const who = await member()
  await openPane(at, who)
  await page.context().setOffline(true)
  await shown(page, '.attract')
  assert.deepEqual(among([NAME[0], '73,219'], [await kept(page)]), [])
  await page.context().setOffline(false)
  await shown(page, '.card-hint:not(.away)')
  await openPane(at, await member())
  await stage.site.kill()
  await shown(page, '.attract')
  assert.deepEqual(among([NAME[0], '73,219'], [await kept(page)]), [])
  await shown(page, '.card-hint.away') // what cannot be heard is not promised
  const { port } = stage.site
  stage.site.settings.listen.port = port
  stage.site.configure()
  await stage.site.start()
  await stage.logIn(['admin', 'manager', 'control', 'cashier'])
  await ended(at)
  await shown(page, '.card-hint:not(.away)')
  await b.close(page)
})

test('in every state: nothing published, a revoked terminal; a called one hears that staff are coming', async () => {
  const { control, admin } = stage.people
  const empty = await control.post('/api/v1/projects', { name: '空项目', city: '测试市' }, 201)
  const terminal = await stage.terminal({ project: empty.id })
  const at = await place(READERS[2], { terminal })
  const { page } = at
  await page.click('.attract')
  await b.bar(page, 'call').click()
  await shown(page, '.call-text')
  await b.until(async () => /已通知/.test(await page.textContent('.call-text')), 'the call is told')
  const { items } = await control.get('/api/v1/alerts')
  await control.post(`/api/v1/alerts/${items.at(-1).id}/answer`, undefined, 200)
  await b.until(async () => /马上过来/.test(await page.textContent('.call-text')), 'staff are coming')
  await openPane(at, await member()) // over the dialog
  await admin.delete(`/api/v1/terminals/${terminal.session.terminal.id}`)
  await shown(page, '.pairing .pad')
  assert.deepEqual(among([NAME[0], '73,219'], [await kept(page)]), [])
  await b.close(page)
})
