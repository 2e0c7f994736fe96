// axe_kiosk.test.mjs - every screen and dialog of the kiosk and the phone, in the kiosk's display modes, at night in both
// languages: axe finds nothing, and on the kiosk nothing that can be touched is smaller than 48 css px.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { lose, virtualReaders, WRONG_PIN } from '../integration/lib/members.mjs'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { AGAIN, BOTH, inEach, LANGS, Looker } from './lib/look.mjs'
import { buyerOf, glass, memberOf, openPane, shown, typePin } from './lib/member.mjs'

let stage
before(async () => {
  const config = { site: { 'public-address': 'https://sale.example.cn' }, devices: virtualReaders(...BOTH) }
  stage = await Stage.open({ config })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)

/** What is shown is the same in all of them: once it is asked for its names and roles, then only how it looks. */
const MODES = {
  plain: {},
  'low screen': { size: b.DESK, looks: true },
  ...(AGAIN && { large: { flags: [0], looks: true }, contrast: { flags: [1], looks: true } }),
  'large, contrast, reach': { flags: [0, 1, 2], looks: true },
}

async function kioskScreens(terminal, lang, { flags = [], size, looks }) {
  const page = await b.kiosk(stage.browser, stage.site, terminal, { clock: true, ...size })
  const look = new Looker(page, { touch: true, looks })
  const closeSheet = () => page.locator('.sheet header .btn').click()
  await page.waitForSelector('.attract-figures')
  await look.at('attract')
  await b.wake(page)
  if (lang === 'en') await b.bar(page, 'language').click()
  await page.waitForFunction((l) => document.documentElement.lang === l, lang)
  await b.bar(page, 'display').click()
  for (const i of flags) await page.locator('.flag').nth(i).click()
  await look.at('display')
  await closeSheet()
  await look.at('overview')
  const tabs = page.locator('.class-tabs label')
  for (const i of [1, 2, 3]) {
    await tabs.nth(i).click()
    await look.at(`overview, tab ${i}`)
  }
  await b.openBuilding(page)
  await look.at('building of parking')
  await b.bar(page, 'home').click()
  await tabs.first().click()
  await page.locator('.filter-bar .btn').first().click()
  await page.waitForSelector('.filters')
  await look.at('filter')
  await closeSheet()
  await b.openBuilding(page)
  await look.at('building')
  await page.locator('.legend-item').first().click()
  await page.waitForSelector('[data-unit].faded')
  await look.at('building, filtered')
  await page.locator('.legend-item').first().click()
  await page.locator('[data-unit].s0').first().click()
  await page.waitForSelector('.estimate dl')
  await look.at('unit')
  await page.locator('.unit-keys .primary').click()
  await page.waitForFunction(() => document.querySelector('.take-code')?.naturalWidth > 0)
  await look.at('take home')
  await closeSheet()
  await b.bar(page, 'compare').click()
  await page.waitForSelector('.empty')
  await look.at('compare, empty')
  await b.bar(page, 'back').click()
  await page.waitForSelector('.unit-keys')
  await page.locator('.unit-keys .btn').first().click()
  await b.bar(page, 'compare').click()
  await page.waitForSelector('.compare table')
  await look.at('compare')
  await b.bar(page, 'search').click()
  await page.waitForSelector('.search .pad')
  await look.at('search, empty')
  await b.typePad(page, '1')
  await page.waitForSelector('.hit')
  await look.at('search')
  await b.bar(page, 'disclosure').click()
  await page.waitForSelector('.disclosure')
  for (const tab of await page.locator('.tabs .btn').all()) {
    await tab.click()
    await look.at(`disclosure ${await tab.innerText()}`)
  }
  await b.bar(page, 'call').click()
  await page.waitForSelector('.call-text')
  await look.at('call')
  await closeSheet()
  await page.clock.runFor(77_000)
  await page.waitForSelector('.idle-box')
  await look.at('idle')
  return look.done()
}

for (const [name, mode] of Object.entries(MODES))
  test(`kiosk, ${name}`, async (t) => {
    const terminal = await stage.terminal()
    const counts = await inEach((lang) => kioskScreens(terminal, lang, mode), name === 'plain' ? BOTH : LANGS)
    t.diagnostic(`${counts[0]} screens in each language`)
  })

// What a card opens, at the reader that is called as the language.
async function memberScreens(lang, { flags = [], size, looks }) {
  const at = await glass(stage, lang, size)
  const { page } = at
  const look = new Looker(page, { touch: true, looks })
  const see = async (name, selector) => {
    await shown(page, selector)
    await look.at(name)
  }
  const leave = async () => {
    await page.locator('[data-leave]').click()
    await shown(page, '.attract')
  }
  const points = [{ points: 12000, reason: '看房' }, { points: -450, reason: '兑换' }]
  const [who, bare, lost] = await Promise.all([
    memberOf(stage, { points }),
    memberOf(stage, { pin: null }),
    memberOf(stage),
  ])
  await lose(stage.people.cashier, lost.card)
  const dress = async () => {
    if (lang === 'en') await b.bar(page, 'language').click()
    await b.bar(page, 'display').click()
    for (const i of flags) await page.locator('.flag').nth(i).click()
    await page.locator('.sheet header .btn').click()
    await page.waitForFunction((l) => document.documentElement.lang === l, lang)
  }
  await look.at('attract with a reader')
  await at.swipe(who.code)
  await shown(page, '.member-card')
  await dress()
  await look.at('card')
  await page.locator('.member-open').click()
  await see('PIN', '.pin')
  await typePin(page, WRONG_PIN)
  await page.locator('.pin-problem', { hasText: '4' }).waitFor()
  await look.at('PIN, wrong')
  for (let i = 0; i < 4; i++) {
    await b.until(() => page.locator('.pin-keys .primary:disabled').count(), 'the pad is free')
    await typePin(page, WRONG_PIN)
  }
  await see('locked', '.member-note')
  await leave()
  for (const [name, code] of [['no PIN', bare.code], ['ended', lost.code], ['unknown', 'n:66999999']]) {
    await at.swipe(code)
    await shown(page, '.member :is(.member-note, .member-keys)')
    await dress()
    await look.at(name)
    await leave()
  }
  await openPane(at, await memberOf(stage, { points }))
  await dress()
  await look.at('pane without a home')
  await leave()
  await openPane(at, await buyerOf(stage))
  await dress()
  await look.at('pane')
  await see('pane, closing', '.member-foot.soon')
  return look.done()
}

for (const [name, mode] of Object.entries(MODES))
  test(`kiosk, a card, ${name}`, async (t) => {
    const counts = await inEach((lang) => memberScreens(lang, mode))
    t.diagnostic(`${counts[0]} screens in each language`)
  })

const WALL = { width: 1920, height: 1080 }

/** The kiosk of a site whose language is English: a wall has no button for it. */
async function inEnglish(page) {
  await page.route('**/api/v1/session', async (route) => {
    const response = await route.fetch()
    const json = await response.json()
    json.site.lang = 'en'
    await route.fulfill({ response, json })
  })
  await page.reload()
  await page.waitForFunction(() => document.documentElement.lang === 'en')
}

test('kiosk: not paired, closed, without a chart, and the wall', async () => {
  const bare = new Looker(await b.openWindow(stage.browser, stage.site, '/kiosk/', b.KIOSK), { touch: true })
  await bare.page.waitForSelector('.pairing .pad')
  await bare.at('pairing')
  await b.typePad(bare.page, '12345678')
  await bare.page.locator('.pairing .primary').click()
  await bare.page.waitForSelector('.pairing .problem')
  await bare.at('pairing, refused')
  await bare.page.locator('.pairing .quiet').click()
  await bare.at('pairing, English')
  await bare.done()

  const terminal = await stage.terminal()
  const closed = new Looker(await b.kiosk(stage.browser, stage.site, terminal), { touch: true })
  const close = async (on) => {
    const { version } = await stage.people.manager.get(`/api/v1/projects/${stage.project}`)
    await stage.people.manager.post(`/api/v1/projects/${stage.project}/closing`, { version, closed: on }, 200)
  }
  await b.wake(closed.page)
  await close(true)
  await closed.page.waitForSelector('.notice')
  await closed.at('closed')
  await b.bar(closed.page, 'language').click()
  await closed.at('closed, English')
  await close(false)
  await closed.done()

  const empty = await stage.people.control.post('/api/v1/projects', { name: '空项目', city: '测试市' }, 201)
  const nothing = await stage.terminal({ project: empty.id })
  const none = new Looker(await b.kiosk(stage.browser, stage.site, nothing), { touch: true })
  await none.page.waitForSelector('.attract')
  await none.at('nothing published')
  await none.page.click('.attract')
  await none.page.waitForSelector('.bar')
  await none.at('nothing published, awake')
  await b.bar(none.page, 'disclosure').click()
  await none.page.waitForSelector('.screen .empty')
  await none.at('nothing published, disclosure')
  await inEnglish(none.page)
  await none.page.waitForSelector('.attract')
  await none.at('nothing published, English')
  await none.page.click('.attract')
  await none.page.waitForSelector('.notice h1')
  await none.at('nothing published, awake, English')
  await b.bar(none.page, 'disclosure').click()
  await none.page.waitForSelector('.screen .empty')
  await none.at('nothing published, disclosure, English')
  await none.done()

  for (const [machine, name, shown] of [
    [terminal, 'wall', '.wall-frame canvas'],
    [nothing, 'wall, nothing published', '.notice h1'],
  ]) {
    const page = await b.kiosk(stage.browser, stage.site, machine, { path: '/kiosk/?screen=1', ...WALL })
    const wall = new Looker(page)
    await page.waitForSelector(shown)
    await wall.at(name)
    await inEnglish(page)
    await page.waitForSelector(shown)
    await wall.at(`${name}, English`)
    assert.equal(await page.locator('.wall button').count(), 0, 'nobody touches a wall')
    await wall.done()
  }
})

test('phone', async () => {
  const terminal = await stage.terminal()
  const unit = (await w.publicUnits(stage.people.control, stage.project)).find((u) => u.state === '可售' || u.total)
  const { url } = await terminal.get(`/api/v1/public/units/${unit.id}/link`)
  for (const path of [new URL(url).pathname, '/u/AAAA']) {
    const look = new Looker(await b.openWindow(stage.browser, stage.site, path, b.PHONE))
    await look.page.waitForSelector('.hero, .gone')
    await look.at(path)
    await look.page.locator('header button').click()
    await look.at(`${path} in English`)
    await look.done()
  }
})
