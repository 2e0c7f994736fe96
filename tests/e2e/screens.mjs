// screens.mjs - pictures of every screen, for eyes: `node tests/e2e/screens.mjs OUTDIR [PART…]`.
//
// Not a test: nothing is judged here.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Site } from '../integration/lib/site.mjs'
import { csvOf, madeList } from '../integration/lib/lists.mjs'
import { lose, virtualReaders, WRONG_PIN } from '../integration/lib/members.mjs'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { changeData, changeLooks } from './lib/change_screens.mjs'
import { SCREENS, Stage } from './lib/demo.mjs'
import { place } from './lib/desk.mjs'
import { buyerOf, glass, memberOf, openPane, shown, typePin } from './lib/member.mjs'
import * as c from './lib/customer_screens.mjs'
import * as m from './lib/member_screens.mjs'
import { moneyData, moneyLooks, moneyStage } from './lib/money_screens.mjs'
import { openingData, openingLooks } from './lib/opening_screens.mjs'
import { refundData, refundLooks } from './lib/refund_screens.mjs'
import { refundWaits, tillLooks } from './lib/till_screens.mjs'

const PARTS = {
  kiosk: kioskScreens,
  card: cardScreens,
  office: officeScreens,
  forms: formScreens,
  counter: counterScreens,
  till: tillScreens,
  changes: changeScreens,
  refunds: refundScreens,
  money: moneyScreens,
  members: memberScreens,
  opening: openingScreens,
  phone: phoneScreens,
  empty: emptyScreens,
  errors: errorScreens,
  large: largeScreens,
}
const USAGE = `screens.mjs OUTDIR [PART…]
Pictures of every screen into OUTDIR. Parts: ${Object.keys(PARTS).join(' ')}; without a name all of them.
`
const [out, ...wanted] = process.argv.slice(2)
if (out === '-h' || out === '--help') {
  process.stdout.write(USAGE)
  process.exit(0)
}
if (!out || out.startsWith('-') || wanted.some((part) => !Object.hasOwn(PARTS, part))) {
  process.stderr.write(USAGE)
  process.exit(64)
}
mkdirSync(out, { recursive: true })
const LANGS = { zh: 'zh-CN', en: 'en' }
const GLASS = { portrait: b.KIOSK, small: b.DESK, wide: { width: 1920, height: 1080 } }
const DESKS = { small: b.DESK, wide: { width: 1920, height: 1080 } }

const READER = '大堂读卡器'
const DESK_READER = '收银台读卡器'
const TILL_READER = '收款读卡器'
const stage = await Stage.open({
  config: {
    site: { 'public-address': 'https://sale.example.cn' },
    devices: virtualReaders(READER, DESK_READER, TILL_READER),
  },
})
const { browser, site, people } = stage
const shot = (page, name) => page.screenshot({ path: join(out, `${name}.png`) })

// ---- the kiosk

async function kioskWalk(terminal, tag, lang, size) {
  const page = await b.kiosk(browser, site, terminal, { ...size, clock: true })
  const closeSheet = () => page.locator('.sheet header .btn').click()
  const take = (name) => shot(page, `kiosk-${tag}-${name}`)
  await page.waitForSelector('.attract')
  await take('00-attract')
  await b.wake(page)
  if (lang === 'en') await b.bar(page, 'language').click()
  await page.waitForFunction((l) => document.documentElement.lang === l, lang)
  await take('01-overview')
  for (const [i, tab] of (await page.locator('.class-tabs label').all()).entries()) {
    await tab.click()
    await take(`01-overview-tab${i}`)
    await b.openBuilding(page)
    await take(`03-building-tab${i}`)
    await b.bar(page, 'home').click()
  }
  await page.locator('.class-tabs label').first().click()
  await page.locator('.filter-bar .btn').first().click()
  await page.waitForSelector('.filters')
  await take('02-filter')
  await closeSheet()
  await b.openBuilding(page)
  await take('03-building')
  await page.locator('.legend-item').first().click()
  await page.waitForSelector('[data-unit].faded')
  await take('04-faded')
  await page.locator('.legend-item').first().click()
  await page.locator('[data-unit].s0').first().click()
  await page.waitForSelector('.estimate dl, .estimate .problem')
  await take('05-unit')
  await page.locator('.unit-keys .primary').click()
  await page.waitForFunction(() => document.querySelector('.take-code')?.naturalWidth > 0)
  await take('06-take')
  await closeSheet()
  await page.locator('.unit-keys .btn').first().click()
  await b.bar(page, 'back').click()
  await page.locator('[data-unit].s0').nth(1).click()
  await page.waitForSelector('.unit-keys')
  await page.locator('.unit-keys .btn').first().click()
  await b.bar(page, 'compare').click()
  await page.waitForSelector('.compare table')
  await take('07-compare')
  await b.bar(page, 'search').click()
  await page.waitForSelector('.search .pad')
  await b.typePad(page, '1')
  await take('08-search')
  await b.bar(page, 'disclosure').click()
  await page.waitForSelector('.disclosure')
  for (const [i, tab] of (await page.locator('.tabs .btn').all()).entries()) {
    await tab.click()
    await take(`09-disclosure-${i}`)
  }
  await b.bar(page, 'display').click()
  await page.waitForSelector('.flags')
  await take('10-display')
  await closeSheet()
  await b.bar(page, 'call').click()
  await page.waitForSelector('.call-text')
  await take('11-call')
  await closeSheet()
  await page.clock.runFor(78_000)
  await page.waitForSelector('.idle-box')
  await take('12-idle')
  await page.context().close()
}

async function kioskScreens() {
  const terminal = await stage.terminal()
  for (const [l, lang] of Object.entries(LANGS))
    for (const [s, size] of Object.entries(GLASS)) await kioskWalk(terminal, `${l}-${s}`, lang, size)
  const wall = await b.kiosk(browser, site, terminal, { path: '/kiosk/?screen=1', ...GLASS.wide, clock: true })
  await wall.waitForSelector('.wall-frame canvas')
  for (const i of [0, 1, 2, 3]) {
    await shot(wall, `kiosk-wall-${i}`)
    await wall.clock.runFor(12_000)
  }
  const page = await b.kiosk(browser, site, terminal)
  await b.wake(page)
  await b.bar(page, 'display').click()
  for (let i = 0; i < 3; i++) await page.locator('.flag').nth(i).click()
  await page.locator('.sheet .segments label').nth(1).click()
  await page.locator('.sheet header .btn').click()
  await shot(page, 'kiosk-modes-overview')
  await b.openUnit(page)
  await shot(page, 'kiosk-modes-unit')
}

// ---- a card at the kiosk

async function cardWalk(tag, lang, size, flags = []) {
  const at = await glass(stage, READER, size)
  const { page } = at
  const take = (name) => shot(page, `card-${tag}-${name}`)
  const leave = async () => {
    await page.locator('[data-leave]').click()
    await shown(page, '.attract')
  }
  const points = [
    { points: 12000, reason: '看房' },
    { points: 500, reason: '活动', expires_ms: Date.now() + 90 * 86_400_000 },
    { points: -450, reason: '兑换' },
  ]
  const who = await memberOf(stage, { name: '司马相如', points })
  await take('00-attract')
  const dress = async () => {
    if (lang === 'en') await b.bar(page, 'language').click()
    if (flags.length) await b.bar(page, 'display').click()
    for (const i of flags) await page.locator('.flag').nth(i).click()
    if (flags.length) await page.locator('.sheet header .btn').click()
    await page.waitForFunction((l) => document.documentElement.lang === l, lang)
  }
  await at.swipe(who.code)
  await shown(page, '.member-card')
  await dress()
  await take('01-card')
  await page.locator('.member-open').click()
  await b.typePad(page, WRONG_PIN.slice(0, 4))
  await take('02-pin')
  await typePin(page, WRONG_PIN.slice(4))
  await page.locator('.pin-problem', { hasText: '4' }).waitFor()
  await take('03-pin-wrong')
  for (let i = 0; i < 4; i++) {
    await b.until(() => page.locator('.pin-keys .primary:disabled').count(), 'the pad is free')
    await typePin(page, WRONG_PIN)
  }
  await shown(page, '.member-note')
  await take('04-locked')
  await leave()
  const [bare, lost] = [await memberOf(stage, { pin: null }), await memberOf(stage)]
  await lose(people.cashier, lost.card)
  for (const [name, code] of [['05-no-pin', bare.code], ['06-ended', lost.code], ['07-unknown', 'n:66999999']]) {
    await at.swipe(code)
    await shown(page, '.member :is(.member-note, .member-keys)')
    await dress()
    await take(name)
    await leave()
  }
  await openPane(at, await memberOf(stage, { name: '司马相如', points }))
  await dress()
  await take('08-pane-no-home')
  await leave()
  await openPane(at, await buyerOf(stage))
  await dress()
  await take('09-pane')
  await shown(page, '.member-foot.soon')
  await take('10-pane-closing')
  await page.context().close()
}

async function cardScreens() {
  for (const [l, lang] of Object.entries(LANGS)) {
    for (const [s, size] of Object.entries(GLASS)) await cardWalk(`${s}-${l}`, lang, size)
    await cardWalk(`modes-${l}`, lang, b.KIOSK, [0, 1, 2])
  }
  await cardWalk('modes-small-zh', 'zh-CN', b.DESK, [0, 1])
}

// ---- the office

async function officeWalk(login, tag, lang, size) {
  const page = await b.office(browser, site, '/', { client: people[login], lang, ...size })
  for (const { name, path } of SCREENS) {
    const entry = page.locator(`.side-entry[href="#${path}"], .side-entry[href^="#${path}?"]`)
    if (!(await entry.count())) continue
    await entry.click()
    await b.arrived(page, path)
    await page.evaluate(() => document.fonts.ready)
    await shot(page, `office-${tag}-${login}-${name}`)
    for (const [i, other] of (await page.locator('.el-tabs__item').all()).slice(1).entries()) {
      await other.click()
      await page.waitForSelector('.frame-screen .skeleton', { state: 'detached' })
      await shot(page, `office-${tag}-${login}-${name}-tab${i + 1}`)
    }
  }
  if (login === 'control') await officeChart(page, tag)
  await page.context().close()
}

async function officeChart(page, tag) {
  const units = await w.internalUnits(people.control, stage.project)
  const building = units[0].building_id
  await b.visit(page, `/chart/${building}?p=${stage.project}&stair=all`)
  await page.waitForSelector('.cell')
  const free = units.filter((u) => u.building_id === building && u.state === 'A')
  await page.locator(`.cell[data-id="${free[0].id}"]`).click()
  await page.locator(`.cell[data-id="${free[1].id}"]`).click({ modifiers: ['Control'] })
  await page.waitForSelector('.action-bar')
  await shot(page, `office-${tag}-chart-selected`)
  await page.locator('.action-bar .buttons button:enabled').nth(1).click()
  await b.dialog(page).waitFor()
  await shot(page, `office-${tag}-chart-action`)
  await page.keyboard.press('Escape')
  await page.locator('.filter-button').click()
  await page.waitForSelector('.pop-panel')
  await shot(page, `office-${tag}-chart-filter`)
  await b.visit(page, `/units/${free[0].id}?p=${stage.project}`)
  await page.waitForSelector('.unit h1')
  await shot(page, `office-${tag}-unit`)
  await b.visit(page, `/publications/1?p=${stage.project}`)
  await page.waitForSelector('.page-head')
  await page.waitForSelector('.frame-screen .skeleton', { state: 'detached' })
  await shot(page, `office-${tag}-publication`)
}

async function openingScreens() {
  const made = await openingData(stage, { n: 500 })
  for (const [l, lang] of Object.entries(LANGS))
    for (const [s, size] of Object.entries(DESKS))
      await openingLooks(
        stage,
        lang,
        made,
        (page, name) => shot(page, `opening-${s}-${l}-${name.replace(/\W+/g, '-')}`),
        size,
      )
}

async function officeScreens() {
  for (const [l, lang] of Object.entries(LANGS))
    for (const [s, size] of Object.entries(DESKS)) {
      await officeWalk('control', `${l}-${s}`, lang, size)
      await officeWalk('admin', `${l}-${s}`, lang, size)
      await officeWalk('cashier', `${l}-${s}`, lang, size)
    }
  const page = await b.office(browser, site)
  await shot(page, 'office-login')
}

/** Forms that stand behind a step or a button: a matrix sheet, units by a pattern, a fee. */
async function officeForms(tag, lang, size) {
  const { control } = people
  const fields = { name: `表单 ${tag}`, address: '测试路 1 号', developer: '测试置业', city: '测试市' }
  const { id } = await control.post('/api/v1/projects', fields, 201)
  const open = async (path) => {
    const page = await b.office(browser, site, `${path}?p=${id}`, { client: control, lang, ...size })
    await page.locator('main h1').first().waitFor()
    return page
  }
  const sheet = [
    ['1栋', '', '', '', '2栋', '', ''],
    ['楼层', '01', '02', '', '楼层', '01', '02'],
  ]
  for (let f = 12; f > 0; f--) {
    const rooms = [`${f}`, `${f}01`, `${f}02`]
    sheet.push([...rooms, '', ...rooms], ['', '89.50', '120.00', '', '', '89.50', '120.00'])
  }
  const matrix = await open('/import')
  const file = { name: '销控表.csv', mimeType: 'text/csv', buffer: csvOf(sheet) }
  await matrix.setInputFiles('.drop input[type=file]', file)
  await matrix.waitForSelector('.step-file.found')
  await matrix.locator('.bar .el-button--primary').click()
  await matrix.waitForSelector('.matrix')
  await shot(matrix, `form-${tag}-matrix`)
  await matrix.context().close()

  const parts = { floor_from: -1, floor_to: 12, skip: [4] }
  await control.post(`/api/v1/projects/${id}/buildings`, { name: '1栋', stairs: ['一单元', '二单元'], ...parts }, 201)
  const generate = await open('/property')
  await generate.locator('.tree .row', { hasText: '1栋' }).click()
  await generate.locator('.building .el-button').click()
  await generate.locator('.preview .big').waitFor()
  await shot(generate, `form-${tag}-generate`)
  await generate.locator('.el-drawer:visible .el-select').first().click()
  await generate.locator('.el-select-dropdown__item:visible').nth(5).click()
  await generate.locator('.preview li', { hasText: 'B1-001' }).waitFor()
  await shot(generate, `form-${tag}-generate-parking`)
  await generate.context().close()

  const fee = await open('/disclosure')
  await fee.locator('.el-tabs__item').nth(1).click()
  await fee.locator('.el-tab-pane:visible .el-button').first().click()
  await fee.locator('#fee-name').waitFor()
  await fee.waitForTimeout(400) // the drawer slides in
  await shot(fee, `form-${tag}-fee`)
  await fee.context().close()
}

async function formScreens() {
  for (const [l, lang] of Object.entries(LANGS))
    for (const [s, size] of Object.entries(DESKS)) await officeForms(`${l}-${s}`, lang, size)
}

// ---- the rest

async function counterScreens() {
  for (const [l, lang] of Object.entries(LANGS)) {
    const page = await b.counter(browser, site, { client: people.cashier, lang })
    await page.waitForSelector('.unit .price')
    await shot(page, `counter-${l}`)
    await page.keyboard.type('1')
    await page.waitForSelector('#c-hits [role=option]')
    await shot(page, `counter-${l}-unit`)
  }
}

/** Money taken at the counter, shift and all. */
async function tillScreens() {
  const who = await buyerOf(stage)
  const at = await place(stage, { name: '收银柜台', reader: TILL_READER })
  for (const [l, lang] of Object.entries(LANGS))
    for (const [d, size] of Object.entries(DESKS)) {
      let n = 0
      await refundWaits(stage)
      await tillLooks(stage, at, who, { lang, client: people.cashier, ...size }, async (page, name) => {
        await page.waitForTimeout(150)
        n += 1
        await shot(page, `till-${l}-${d}-${String(n).padStart(2, '0')}-${name.replaceAll(' ', '-')}`)
      })
    }
}

/** Changes of deals: asked for, decided, the register. */
async function changeScreens() {
  const made = await changeData(stage)
  for (const [l, lang] of Object.entries(LANGS))
    for (const [d, size] of Object.entries(DESKS))
      await changeLooks(stage, { lang, ...size }, made, (page, name) =>
        shot(page, `office-${d}-${l}-${name.replaceAll(' ', '-')}`),
      )
}

/** Money that goes back: asked for, paid, taken back. */
async function refundScreens() {
  const made = await refundData(stage)
  for (const [l, lang] of Object.entries(LANGS))
    for (const [d, size] of Object.entries(DESKS))
      await refundLooks(stage, { lang, ...size }, made, (page, name) =>
        shot(page, `office-${d}-${l}-${name.replaceAll(' ', '-').replaceAll("'", '')}`),
      )
}

const named = (name) => name.replaceAll(/[ ,']+/g, '-')

/** Money in the office: what is owed, loans, areas, supervised accounts, books, fees, reports. */
async function moneyScreens() {
  const old = await moneyStage()
  const made = await moneyData(old)
  for (const [l, lang] of Object.entries(LANGS))
    for (const [d, size] of Object.entries(DESKS)) {
      let n = 0
      await moneyLooks(old.stage, { lang, ...size }, made, async (page, name) => {
        await page.waitForTimeout(350) // a drawer slides in
        n += 1
        await shot(page, `money-${d}-${l}-${String(n).padStart(2, '0')}-${named(name)}`)
      })
    }
  await manyLines(old.stage)
  await old.stage.close()
}

/** Ten thousand lines of the bank, of the largest amounts and the longest references. */
async function manyLines({ browser: own, site: aged, people: { cashier }, project }) {
  const of = (rest) => `/api/v1/projects/${project}/escrow/${rest}`
  const { accounts } = await cashier.get(of('days'))
  const ROWS = 500
  for (let list = 0; list < 20; list++) {
    const rows = Array.from({ length: ROWS }, (_, i) => ['2026-05-01', '9999999999.99', `监管流水-${list}-${i}-`.padEnd(64, '8'), ''])
    const name = encodeURIComponent(`入账${list}.csv`)
    const { id } = await cashier.upload(of(`lists?name=${name}&account=${accounts[0].id}`), csvOf([['入账日期', '入账金额', '流水号', '收据编号'], ...rows]), 201)
    await cashier.post(of(`lists/${id}/commit`), { account_id: accounts[0].id }, 200)
  }
  for (const [l, lang] of Object.entries(LANGS))
    for (const [d, size] of Object.entries(DESKS)) {
      const page = await b.office(own, aged, `/escrow?p=${project}&side=bank`, { client: cashier, lang, ...size })
      await page.locator('tbody tr').nth(20).waitFor()
      await shot(page, `money-${d}-${l}-99-many-lines`)
      await page.context().close()
    }
}

/** Cards at the counter, readers, customers and members. */
async function memberScreens() {
  const at = await place(stage, { name: '一号销售中心二层贵宾接待区东侧收银柜台', reader: DESK_READER })
  await m.loseOne(stage)
  const kinds = {
    counter: (options, look) => m.counterLooks(stage, at, { from: 1, ...options }, look),
    device: (options, look) => m.deviceLooks(stage, options, look),
    customer: (options, look) => m.customerLooks(stage, at, options, look),
    record: (options, look) => c.recordLooks(stage, options, look),
    list: (options, look) => c.listLooks(stage, options, look),
  }
  for (const [l, lang] of Object.entries(LANGS))
    for (const [s, size] of Object.entries(DESKS))
      for (const [kind, run] of Object.entries(kinds)) {
        let n = 0
        await run({ lang, ...size }, async (page, name) => {
          await page.evaluate(() => document.fonts.ready)
          await page.waitForTimeout(250) // a drawer slides in
          n += 1
          await shot(page, `member-${l}-${s}-${kind}-${String(n).padStart(2, '0')}-${name.replace(/\W+/g, '-')}`)
        })
      }
}

async function phoneScreens() {
  const terminal = await stage.terminal()
  const unit = (await w.publicUnits(people.control, stage.project)).find((u) => u.total)
  const { url } = await terminal.get(`/api/v1/public/units/${unit.id}/link`)
  for (const [name, path] of [['unit', new URL(url).pathname], ['gone', '/u/AAAA']]) {
    const page = await b.openWindow(browser, site, path, b.PHONE)
    await page.waitForSelector('.hero, .gone')
    await page.screenshot({ path: join(out, `phone-${name}.png`), fullPage: true })
    await page.locator('header button').click()
    await page.waitForFunction(() => document.documentElement.lang === 'en')
    await page.screenshot({ path: join(out, `phone-${name}-en.png`), fullPage: true })
  }
}

/** A site with nobody but its administrator, then a project without anything. */
async function emptyScreens() {
  const bare = await Site.empty({ config: b.pages() })
  const control = await bare.user('chen', 'sales-controller')
  const root = await bare.login('root', 'a long enough word 7')
  const look = async (tag) => {
    for (const [l, lang] of Object.entries(LANGS)) {
      const page = await b.openWindow(browser, bare, '/office/#/', {
        ...b.DESK,
        lang,
        cookies: [...b.cookiesOf(control), { name: 'anchang_lang', value: lang, domain: '127.0.0.1', path: '/' }],
      })
      await page.waitForSelector('.side-entry')
      for (const { name, path } of SCREENS) {
        const entry = page.locator(`.side-entry[href="#${path}"], .side-entry[href^="#${path}?"]`)
        if (!(await entry.count())) continue
        await entry.click()
        await b.arrived(page, path)
        await shot(page, `empty-${tag}-${l}-${name}`)
      }
      await page.context().close()
    }
  }
  const pairing = await b.openWindow(browser, bare, '/kiosk/', b.KIOSK)
  await pairing.waitForSelector('.pairing .pad')
  await shot(pairing, 'empty-kiosk-pairing')
  await look('site')
  const project = await control.post('/api/v1/projects', { name: '新项目', city: '测试市' }, 201)
  await look('project')
  const terminal = await bare.terminal(root, { project: project.id })
  const page = await b.kiosk(browser, bare, terminal)
  await page.waitForSelector('.attract')
  await shot(page, 'empty-kiosk-attract')
  await page.click('.attract')
  await page.waitForSelector('.bar')
  await shot(page, 'empty-kiosk-awake')
  await bare.close()
}

/** What is shown when the daemon is away, and when it refuses. */
async function errorScreens() {
  const terminal = await stage.terminal()
  const page = await b.kiosk(browser, site, terminal, { clock: true })
  await b.wake(page)
  await b.openUnit(page)
  const desk = await b.office(browser, site, `/chart?p=${stage.project}`, { client: people.control })
  await desk.waitForSelector('.overview-canvas')
  await page.context().setOffline(true)
  await desk.context().setOffline(true)
  const pass = async (seconds) => {
    for (let left = seconds; left > 0; left -= 60) {
      await page.clock.fastForward(Math.min(60, left) * 1000)
      await page.keyboard.press('Shift')
    }
  }
  await pass(15)
  await page.waitForSelector('.strip.reconnecting')
  await shot(page, 'error-kiosk-reconnecting')
  await pass(130)
  await page.waitForSelector('.strip.stale')
  await shot(page, 'error-kiosk-stale')
  await page.locator('.unit-keys .primary').click()
  await page.waitForSelector('.take p')
  await shot(page, 'error-kiosk-stale-take')
  await page.locator('.sheet header .btn').click()
  await pass(1800)
  await page.waitForSelector('.notice h1')
  await shot(page, 'error-kiosk-too-old')
  await desk.locator('.side-entry[href*="#/report"]').click()
  await desk.waitForSelector('.problem, .broken, .el-message')
  await shot(desk, 'error-office-offline')
  const fresh = await b.kiosk(browser, site, terminal)
  const { manager } = people
  const close = async (closed) => {
    const { version } = await manager.get(`/api/v1/projects/${stage.project}`)
    await manager.post(`/api/v1/projects/${stage.project}/closing`, { version, closed }, 200)
  }
  await b.wake(fresh)
  await close(true)
  await fresh.waitForSelector('.notice h1')
  await shot(fresh, 'error-kiosk-closed')
  await close(false)
}

/** Ten thousand units in 24 buildings. */
async function largeScreens() {
  const { control, manager, admin } = people
  const list = madeList({ buildings: 24, floors: 30, rooms: 7, sold: 3 })
  const fields = { name: '万套大盘', address: '测试路 1 号', developer: '测试置业', phone: '0000', city: '测试市' }
  const project = await control.post('/api/v1/projects', fields, 201)
  await w.importList(control, project.id, 'large.csv', csvOf(list))
  const units = await w.internalUnits(control, project.id)
  await w.permit(control, project.id, units)
  for (let i = 0; i < units.length; i += 5000) {
    const now = (await w.internalUnits(control, project.id)).slice(i, i + 5000)
    await w.act(control, project.id, 'area-review', now, { stage: 'premeasured' })
  }
  await w.giveFloorHeights(control, project.id)
  await w.disclose(control, project.id)
  const free = (await w.internalUnits(control, project.id)).filter((u) => u.state === 'U')
  for (let i = 0; i < free.length; i += 5000) await w.act(control, project.id, 'release', free.slice(i, i + 5000))
  await w.publish(control, manager, project.id)
  const terminal = await site.terminal(admin, { project: project.id })
  for (const [s, size] of Object.entries(GLASS)) {
    const page = await b.kiosk(browser, site, terminal, size)
    await b.wake(page)
    await shot(page, `large-kiosk-${s}-overview`)
    await b.openBuilding(page)
    await shot(page, `large-kiosk-${s}-building`)
    await page.context().close()
  }
  for (const [s, size] of Object.entries(DESKS)) {
    const page = await b.office(browser, site, `/chart?p=${project.id}`, { client: control, ...size })
    await page.waitForSelector('.overview-canvas')
    await shot(page, `large-office-${s}-overview`)
    await page.locator('.tree .node').nth(1).click()
    await page.waitForSelector('.cell')
    await shot(page, `large-office-${s}-building`)
    await page.context().close()
  }
}

try {
  for (const part of wanted.length ? wanted : Object.keys(PARTS)) {
    await PARTS[part]()
    for (const context of browser.contexts()) await context.close()
    console.log(`${part}: pictures in ${out}`)
  }
} finally {
  await stage.close()
}
