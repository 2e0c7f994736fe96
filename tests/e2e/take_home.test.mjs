// take_home.test.mjs - codes that lead off the glass: to a unit on a phone, to a tour on a foreign site.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { scratch } from '../integration/lib/site.mjs'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

const PEOPLE = ['admin', 'manager', 'control', 'sales']
const PUBLIC = 'https://sale.example.cn'

let stage
let terminal
before(async () => {
  stage = await Stage.open({ config: { site: { 'public-address': PUBLIC } }, people: PEOPLE })
  terminal = await stage.terminal({ name: '大堂左侧' })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const kiosk = (options) => b.kiosk(stage.browser, stage.site, terminal, options)

/** Reads the code that is shown as a phone would, off the glass. */
async function readCode(page) {
  const shot = join(scratch(), 'code.png')
  await page.locator('.take-code').screenshot({ path: shot })
  return execFileSync('zbarimg', ['-q', '--nodbus', '--raw', '-Sbinary', shot], { encoding: 'utf8' }).trim()
}

/** Opens the code of a unit and reads it off the glass as a phone would. Resolves with { page, url, code, id }. */
async function takeHome() {
  const page = await kiosk()
  await b.wake(page)
  const id = await b.openUnit(page)
  await page.locator('.unit-keys .primary').click()
  await page.waitForFunction(() => document.querySelector('.take-code')?.naturalWidth > 0)
  const url = await readCode(page)
  const code = (await page.textContent('.take-text b')).trim()
  return { page, url, code, id }
}

/** What makes a program see the clock of sixty days from now; the wrapper itself would stand between us and signals. */
function inSixtyDays() {
  const preload = execFileSync('faketime', ['-f', '+60d', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim()
  return { LD_PRELOAD: preload, FAKETIME: '+60d' }
}

const phone = (path) => b.openWindow(stage.browser, stage.site, path, b.PHONE)

test('the code leads to the unit on a phone, until it is revoked or its days are over', async () => {
  const { page, url, code, id } = await takeHome()
  assert.ok(url.startsWith(`${PUBLIC}/u/`), url)
  const path = url.slice(PUBLIC.length)
  const unit = await terminal.get(`/api/v1/public/units/${id}`)
  const handy = await phone(path)
  await handy.waitForSelector('.hero')
  const text = await handy.textContent('main')
  for (const part of [unit.room, unit.permit, '住宅', `第 ${unit.publication.number} 版`]) assert.ok(text.includes(part), part)
  // whom to call is the sales office, whom to complain to somebody else
  assert.equal(await handy.getAttribute('.dial', 'href'), 'tel:000012345678')
  assert.equal(await handy.getAttribute('footer dd a', 'href'), 'tel:12345')
  assert.deepEqual(await b.clipped(handy), [])
  assert.deepEqual(await b.axe(handy), [])
  await b.close(handy)

  await stage.site.stop()
  await stage.site.start({ env: inSixtyDays() })
  const late = await phone(path)
  await late.waitForSelector('.gone')
  assert.match(await late.textContent('.gone'), /过期|到期/)
  assert.deepEqual(await b.axe(late), [])
  await b.close(late)
  await stage.site.restart()

  await stage.logIn(PEOPLE)
  await stage.people.control.post(
    `/api/v1/projects/${stage.project}/link-revocations`,
    { scope: 'link', short_code: code, reason: '客户要求' },
    201,
  )
  const gone = await phone(path)
  await gone.waitForSelector('.gone')
  assert.match(await gone.textContent('.gone'), /失效|作废|撤回/)
  await b.close(gone)
  const forged = await phone(`${path.slice(0, -3)}AAA`)
  await forged.waitForSelector('.gone')
  await b.close(forged)
  await b.close(page)
})

test('a phone is refused in its own language, and in the other one when asked', async () => {
  const page = await b.openWindow(stage.browser, stage.site, '/u/AAAA', { ...b.PHONE, lang: 'en-GB' })
  const said = (want, never) =>
    page.waitForFunction(
      ([want, never]) => {
        const words = document.querySelector('.gone').textContent
        return new RegExp(want).test(words) && !new RegExp(never).test(words)
      },
      [want, never],
    )
  await page.waitForSelector('.gone')
  await said('[A-Za-z]{3}', '[\u4e00-\u9fff]')
  await page.locator('header button').click()
  await said('[\u4e00-\u9fff]', '[A-Za-z]{3}') // the first refusal stands until the next is there
  await b.close(page)
})

test('a tour on a foreign site is a code for the phone, and a link on the phone; the glass opens neither', async () => {
  const { control, manager } = stage.people
  const tour = 'https://vr.example.net/t/18?from=anchang&v=1'
  const list = await w.internalUnits(control, stage.project)
  const before = await terminal.get(`/api/v1/public/units/${list.find((u) => u.state === 'A').id}`)
  const { version } = await control.get(`/api/v1/units/${before.id}`)
  await control.patch(`/api/v1/units/${before.id}`, { version, vr_url: tour })
  await terminal.get(`/api/v1/public/units/${before.id}/vr.svg`, 404) // not published yet
  await w.publish(control, manager, stage.project)

  const page = await kiosk()
  await b.wake(page)
  await b.openBuilding(page)
  await b.bar(page, 'search').click()
  await b.typePad(page, before.room.replace(/\D/g, ''))
  await page.locator('.hit', { hasText: before.building }).first().click()
  await page.waitForSelector('.unit-facts')
  await b.button(page, 'VR 看房').click()
  await page.waitForFunction(() => document.querySelector('.take-code')?.naturalWidth > 0)
  assert.match(await page.textContent('.take-text'), /vr\.example\.net/)
  assert.equal(await readCode(page), tour)
  assert.deepEqual(await b.axe(page), [])
  assert.deepEqual(await b.clipped(page), [])
  assert.equal(await page.locator('a[href]').count(), 0)
  await b.close(page)

  const { url } = await terminal.get(`/api/v1/public/units/${before.id}/link`)
  const handy = await phone(url.slice(PUBLIC.length))
  await handy.waitForSelector('.tour')
  assert.equal(await handy.locator('.tour').getAttribute('href'), tour)
  assert.deepEqual(await b.axe(handy), [])
  await b.close(handy)
})
