// axe_office.test.mjs - every screen and every dialog of the office and the counter: axe finds nothing; at
// night in both languages.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { csvOf, madeList } from '../integration/lib/lists.mjs'
import { virtualReaders } from '../integration/lib/members.mjs'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { approvalData, approvalLooks } from './lib/approval_screens.mjs'
import { changeData, changeLooks } from './lib/change_screens.mjs'
import * as c from './lib/customer_screens.mjs'
import { SCREENS, Stage } from './lib/demo.mjs'
import { place } from './lib/desk.mjs'
import { AGAIN, BOTH, inEach, LANGS, Looker } from './lib/look.mjs'
import { buyerOf } from './lib/member.mjs'
import * as m from './lib/member_screens.mjs'
import { moneyData, moneyLooks, moneyStage } from './lib/money_screens.mjs'
import { openingData, openingLooks } from './lib/opening_screens.mjs'
import { ownerLooks } from './lib/owner_screens.mjs'
import { refundData, refundLooks } from './lib/refund_screens.mjs'
import { refundWaits, tillLooks } from './lib/till_screens.mjs'

const deskReader = (lang) => `柜台 ${lang}`
const tillReader = (lang) => `收银 ${lang}`
/** Who takes money in which language: a shift is one person's. */
const TAKES = { 'zh-CN': 'cashier', en: 'manager' }
let stage
before(async () => {
  const devices = virtualReaders(...LANGS.map(deskReader), ...LANGS.map(tillReader))
  stage = await Stage.open({ config: { devices } })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)

const office = (login, lang, address) =>
  b.office(stage.browser, stage.site, address, { client: stage.people[login], lang })

/** @done: paths of those who were here before. */
async function menuScreens(login, lang, done) {
  const page = await office(login, lang, '/')
  const look = new Looker(page)
  await page.waitForSelector('.side-entry')
  const entries = page.locator('.side-entry')
  for (let i = 0; i < (await entries.count()); i++) {
    const path = (await entries.nth(i).getAttribute('href')).replace(/^#|\?.*/g, '')
    if (done.has(path) && !AGAIN) continue
    done.add(path)
    await entries.nth(i).click()
    await b.arrived(page, path)
    await look.at(`${login} ${path}`)
    for (const tab of (await page.locator('.el-tabs__item').all()).slice(1)) {
      await tab.click()
      await page.waitForSelector('.frame-screen .skeleton', { state: 'detached' })
      await look.at(`${login} ${path} ${await tab.innerText()}`)
    }
  }
  return look
}

/** Opens something by a click, looks at it, closes it with Escape. */
async function pop(look, name, opener, shown) {
  await opener.click()
  const at = look.page.locator(shown).filter({ visible: true }).first()
  await at.waitFor()
  await at.evaluate((el) => el.setAttribute('data-look', ''))
  await look.at(name, '[data-look]')
  await at.evaluate((el) => el.removeAttribute('data-look'))
  await look.page.keyboard.press('Escape')
  await at.waitFor({ state: 'hidden' })
}

async function chartDialogs(lang) {
  const units = await w.internalUnits(stage.people.control, stage.project)
  const building = units[0].building_id
  const page = await office('control', lang, `/chart/${building}?p=${stage.project}&stair=all`)
  const look = new Looker(page)
  await page.waitForSelector('.cell')
  for (const density of await page.locator('.el-radio-button').all()) {
    await density.click()
    await look.at('chart density', '.chart-canvas')
  }
  await look.at('chart')
  await pop(look, 'chart filter', page.locator('.filter-button'), '.pop-panel')
  await pop(look, 'chart keys', page.locator('.keys-button'), '.el-dialog')
  await pop(look, 'calls', page.locator('.bell'), '.pop-panel')
  await page.locator('.quiet-button.me').click()
  await page.locator('.me-card').waitFor()
  await look.at('user menu')
  await pop(look, 'own password', page.locator('.el-dropdown-menu__item').first(), '.el-dialog')
  const free = units.find((u) => u.building_id === building && u.state === 'A')
  await page.locator(`.cell[data-id="${free.id}"]`).click()
  await page.waitForSelector('.action-bar')
  await look.at('chart, one selected')
  const actions = page.locator('.action-bar .buttons button:enabled')
  for (let i = 1; i < (await actions.count()); i++) await pop(look, `action ${i}`, actions.nth(i), '.el-dialog')
  await actions.first().click()
  await page.waitForSelector('.el-drawer .unit h1')
  await look.at('unit drawer')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.el-drawer .unit h1', { state: 'hidden' })
  const project = stage.project
  await b.visit(page, `/units/${free.id}?p=${project}`)
  await page.waitForSelector('.unit h1')
  await page.locator('.part-head .el-button').first().click()
  await look.at('unit, edited')
  return look
}

/** Forms that open from a button in the head of their screen. */
const FORMS = [
  ['control', '/publications', 0, '.el-dialog'],
  ['control', '/permits', 0, '.el-drawer'],
  ['control', '/layouts', 0, '.el-drawer, .el-dialog'],
  ['control', '/property', 0, '.el-dialog'],
  ['control', '/property', 1, '.el-dialog'],
  ['control', '/terminals', 0, '.el-drawer'],
  ['manager', '/publications', 0, '.el-dialog'],
]

async function forms(lang) {
  const looks = []
  for (const login of ['control', 'manager']) {
    const page = await office(login, lang, '/')
    const look = new Looker(page)
    for (const [, path, nth, shown] of FORMS.filter(([who]) => who === login)) {
      await b.visit(page, `${path}?p=${stage.project}`)
      await b.arrived(page, path)
      const opener = page.locator('.page-head-actions .el-button').nth(nth)
      await pop(look, `form ${path} ${nth}`, opener, shown)
      await pop(look, `help ${path}`, page.locator('.page-head-actions > .quiet-button').last(), '.el-drawer')
    }
    looks.push(look)
  }
  const { page } = looks[0]
  await b.visit(page, `/permits?p=${stage.project}`)
  await b.arrived(page, '/permits')
  await page.locator('.page-head-actions .el-button').first().click()
  const drawer = page.locator('.el-drawer:visible')
  for (const [field, opens] of [['.el-select', '.el-select-dropdown'], ['.el-date-editor input', '.el-picker-panel']]) {
    await drawer.locator(field).first().click()
    const list = page.locator(opens).filter({ visible: true })
    await list.waitFor()
    await looks[0].at(`permit form, ${field} open`)
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'hidden' })
  }
  const admin = new Looker(await office('admin', lang, '/users'))
  const add = admin.page.locator('.tools .el-button').first()
  await add.waitFor()
  await pop(admin, 'user form', add, '.el-drawer')
  return [...looks, admin]
}

async function importSteps(lang) {
  const page = await office('control', lang, `/import?p=${stage.project}`)
  const look = new Looker(page)
  const next = () => page.locator('.import .bar .el-button--primary').click()
  const rows = madeList({ floors: 3 })
  rows[5][11] = '不明' // a word nobody knows
  rows[6][4] = ''
  await page.setInputFiles('.drop input[type=file]', { name: 'a.csv', mimeType: 'text/csv', buffer: csvOf(rows) })
  await page.waitForSelector('.step-file.found')
  await look.at('import: file')
  await next()
  await page.waitForSelector('.columns table')
  await look.at('import: columns')
  await next()
  await page.waitForSelector('.words table')
  await look.at('import: words')
  await next()
  await page.waitForSelector('.check .figures')
  await look.at('import: dry run')
  await page.locator('.problems .rows').first().click()
  await look.at('import: rows of a problem')
  await page.locator('.side-entry[href*="#/permits"]').click()
  await page.waitForSelector('.el-message-box')
  await look.at('unsaved')
  return look
}

/** The forms of the accounts and the books, a step with a book, a book and its leaves. */
async function moneySetup(lang) {
  const page = await office('manager', lang, `/accounts?p=${stage.project}`)
  const look = new Looker(page)
  await page.waitForSelector('.rules')
  await look.at('accounts')
  await pop(look, 'account form', page.locator('.top .sheet-head .el-button'), '.el-drawer')
  await pop(look, 'account disabled', page.locator('td .quiet-button').first(), '.el-dialog')
  await b.visit(page, `/receipt-books?p=${stage.project}`)
  await page.waitForSelector('td .plain-link')
  await pop(look, 'book form', page.locator('.page-head-actions .el-button--primary'), '.el-drawer')
  await pop(look, 'book handed out', page.locator('td .quiet-button').nth(1), '.el-dialog')
  await page.locator('td .plain-link').first().click()
  await page.waitForSelector('.unused')
  await look.at('book')
  return look
}

// A sheet of two buildings: each block is looked at, one is left out, the money is in 万元.
async function matrixSteps(lang) {
  const page = await office('control', lang, `/import?p=${stage.project}`)
  const look = new Looker(page)
  const floor = (f) => [`${f},${f}01,${f}02,,${f},${f}01,${f}02`, `,120,121,,,220,221`]
  const lines = ['1栋,,,,2栋', '层,01,02,,层,01,02', ...[3, 2, 1].flatMap(floor)]
  const file = { name: 'm.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) }
  await page.setInputFiles('.drop input[type=file]', file)
  await page.waitForSelector('.step-file.found')
  await page.locator('.import .bar .el-button--primary').click()
  await page.waitForSelector('.matrix .blocks')
  await page.locator('.blocks .el-radio-button').nth(1).click()
  assert.equal(await page.locator('.matrix .field input').first().inputValue(), '2栋')
  await page.locator('.sub .el-select').nth(1).click()
  await page.locator('.el-select-dropdown:visible .el-select-dropdown__item').nth(6).click()
  await page.locator('.sub .el-checkbox').click()
  await look.at('import: matrix')
  await page.locator('.blocks .el-button').click()
  await page.waitForSelector('.matrix .blocks', { state: 'detached' })
  return look
}

async function publicationScreens(lang, id) {
  const page = await office('control', lang, `/publications/${id}?p=${stage.project}`)
  const look = new Looker(page)
  await page.waitForSelector('.page-head')
  await page.waitForSelector('.sheet .ok, .sheet .missing')
  await look.at('publication')
  await pop(look, 'publication, submit', page.locator('.page-head-actions .el-button--primary'), '.el-dialog')
  await b.visit(page, `/publications/${id}/replay?p=${stage.project}`)
  await page.waitForSelector('.frame-screen canvas, .frame-screen .cell')
  await look.at('preview')
  await b.visit(page, '/no/such/address')
  await page.waitForSelector('.empty-title')
  await look.at('missing')
  return look
}

const finish = async (looks) => {
  for (const look of looks.flat()) await look.done()
}

test('office: log-in and first password', () =>
  inEach(async (lang) => {
    const login = `first-${lang.slice(0, 2)}`
    stage.site.ctlOk('user', 'add', login, '--name', '新人', '--posts', 'consultant', { input: 'a first word 7 0\n' })
    const page = await b.office(stage.browser, stage.site, '/', { lang })
    const look = new Looker(page)
    await look.at('log-in')
    await b.logIn(page, login, 'not this one')
    await page.waitForSelector('.problem')
    await look.at('log-in, refused')
    await b.logIn(page, login, 'a first word 7 0')
    await page.waitForSelector('input[autocomplete="new-password"]')
    await look.at('first password')
    await look.done()
  }))

/** Together they have every screen; who has most of them comes first. */
const WALKERS = ['manager', 'control', 'admin', 'cashier', 'sales']

test('office: every screen of the menu', () =>
  inEach(async (lang) => {
    const done = new Set()
    for (const login of WALKERS) await (await menuScreens(login, lang, done)).done()
  }))

test('office: the chart, its dialogs, a unit', async () => finish(await inEach(chartDialogs)))

test('office: forms and help', async () => finish(await inEach(forms)))

test('office: the steps of an import', async () => finish(await inEach(importSteps)))

test('office: a matrix sheet', async () => finish(await inEach(matrixSteps)))

test('office: accounts and receipt books', async () => finish(await inEach(moneySetup)))

test('office: a publication', async () => {
  const { id } = await w.draft(stage.people.control, stage.project, '自检')
  await finish(await inEach((lang) => publicationScreens(lang, id)))
})

test('office: approvals, plans and their settings', async () => {
  const made = await approvalData(stage)
  await inEach(async (lang) => {
    const found = []
    await approvalLooks(stage, lang, made, async (page, name) => {
      found.push(...(await b.axe(page)).map((line) => `${lang} ${name}: ${line}`))
    })
    assert.deepEqual(found, [])
  })
})

test('office: changes of deals', async () => {
  const made = await changeData(stage)
  await lookAlong((lang, _, look) => changeLooks(stage, { lang }, made, look))
})

test('office: refunds', async () => {
  const made = await refundData(stage)
  await lookAlong((lang, _, look) => refundLooks(stage, { lang }, made, look))
})

test('office: money; no list of it is wider than a small desk, in either language', async () => {
  const old = await moneyStage({ people: ['manager', 'control', 'cashier', 'sales'] })
  const found = []
  try {
    const made = await moneyData(old)
    for (const lang of BOTH)
      await moneyLooks(old.stage, { lang }, made, async (page, name, within) => {
        const more = LANGS.includes(lang) ? await b.axe(page, within) : []
        found.push(...[...more, ...(await sideways(page))].map((line) => `${lang} ${name}: ${line}`))
      })
    assert.deepEqual(found, [])
  } finally {
    await old.stage.close()
  }
})

test('office: opening days', async () => {
  const made = await openingData(stage)
  await lookAlong((lang, _, look) => openingLooks(stage, lang, made, look))
  await made.running.step('close')
})

// ---- the counter

test('counter', () =>
  inEach(async (lang) => {
    const fresh = new Looker(await b.counter(stage.browser, stage.site, { lang }))
    await fresh.page.waitForSelector('#c-name')
    await fresh.at('counter log-in')
    await fresh.done()
    const page = await b.counter(stage.browser, stage.site, { client: stage.people.cashier, lang })
    const look = new Looker(page)
    await page.waitForSelector('.unit .price')
    await look.at('counter')
    await page.keyboard.type('1')
    await page.waitForSelector('#c-hits [role=option]')
    await look.at('counter, a unit')
    await page.keyboard.press('F1')
    await look.at('counter, keys')
    await look.done()
  }))

/** Lists that have to be moved to be seen whole. */
const sideways = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.data-table-scroll')]
      .filter((e) => e.scrollWidth > e.clientWidth)
      .map((e) => `${e.ariaLabel} is wider by ${e.scrollWidth - e.clientWidth}`),
  )

/** What a walk of lib/member_screens.mjs shows, looked at as it comes. */
async function lookAlong(walk) {
  const found = []
  await inEach((lang, i) =>
    walk(lang, i, async (page, name, within) => {
      found.push(...(await b.axe(page, within)).map((line) => `${lang} ${name}: ${line}`))
    }),
  )
  assert.deepEqual(found, [])
}

test('counter: members and cards', async () => {
  await m.loseOne(stage)
  const at = []
  for (const lang of LANGS) at.push(await place(stage, { name: `柜台 ${lang}`, reader: deskReader(lang) }))
  await lookAlong((lang, i, look) => m.counterLooks(stage, at[i], { lang, from: 1 + i * 4 }, look))
})

test('counter: the till', async () => {
  const who = await buyerOf(stage)
  const at = {}
  await refundWaits(stage)
  for (const lang of LANGS) at[lang] = await place(stage, { name: `收银 ${lang}`, reader: tillReader(lang) })
  await lookAlong((lang, _, look) =>
    tillLooks(stage, at[lang], who, { lang, client: stage.people[TAKES[lang]] }, look),
  )
})

test('office: readers, customers and members', async () => {
  await lookAlong((lang, _, look) => m.deviceLooks(stage, { lang }, look))
  const at = []
  for (const lang of LANGS) at.push(await place(stage, { name: `柜台 ${lang} 2`, reader: deskReader(lang) }))
  await lookAlong((lang, i, look) => m.customerLooks(stage, at[i], { lang, card: `n:7760000${i}` }, look))
  await lookAlong((lang, _, look) => c.recordLooks(stage, { lang }, look))
  await lookAlong((lang, _, look) => c.listLooks(stage, { lang }, look))
  await lookAlong((lang, _, look) => ownerLooks(stage, { lang }, look))
})

/** What a walk of its own goes through, by the manager. */
const WALKED = ['/options']

test('every screen of the menu was looked at', async () => {
  const seen = new Set(
    WALKERS.flatMap((login) =>
      SCREENS.filter(
        (s) => !s.rights.length || s.rights.some((r) => stage.people[login].session.rights.includes(r)),
      ).map((s) => s.path),
    ),
  )
  assert.deepEqual(
    SCREENS.map((s) => s.path).filter((p) => !seen.has(p) && !WALKED.includes(p)),
    [],
  )
})
