// names.test.mjs - names nobody should choose are only text, at the glass and in the office.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { csvOf, HEAD, madeList } from '../integration/lib/lists.mjs'
import * as w from '../integration/lib/walk.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

let stage
before(async () => {
  stage = await Stage.open({ people: ['admin', 'manager', 'control', 'sales'] })
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)

const EVIL = {
  project: '<script>alert(1)</script>"\'&amp;',
  building: '<img src=x onerror=alert(1)>',
  layout: '"><svg onload=alert(1)>',
  long: '一二三四ABCDEF'.repeat(6),
}

test('script tags, quotes, emoji and names of sixty characters are only text', async () => {
  const { control, manager } = stage.people
  const [, ...rows] = madeList({ buildings: 2, floors: 4, rooms: 3 })
  const names = [EVIL.building, '2栋']
  const list = rows.map(([building, stair, ...rest]) => [
    names[building === '1栋' ? 0 : 1],
    stair === '1单元' ? '\u{1F3E0}"单元\'' : EVIL.long.slice(0, 20),
    ...rest.map((cell) => (cell.startsWith('户型') ? EVIL.layout : cell)),
  ])
  const project = await control.post(
    '/api/v1/projects',
    { name: EVIL.project, address: EVIL.long, developer: EVIL.project, phone: '0000', city: '<b>市</b>' },
    201,
  )
  await w.importList(control, project.id, '<i>.csv', csvOf([HEAD, ...list]))
  const units = await w.internalUnits(control, project.id)
  await w.permit(control, project.id, units, { number: EVIL.project, scope: EVIL.long })
  await w.review(control, project.id)
  await w.giveLayouts(control, project.id)
  await w.giveFloorHeights(control, project.id)
  const { buildings } = await control.get(`/api/v1/projects/${project.id}/tree`)
  const { id, version } = buildings.find((x) => x.name === '2栋')
  await control.patch(`/api/v1/buildings/${id}`, { version, name: EVIL.long })
  await w.disclose(control, project.id, { ...w.DISCLOSED, P3: EVIL.building, P14: EVIL.long })
  await w.release(control, project.id)
  await w.publish(control, manager, project.id)

  const own = await stage.site.terminal(stage.people.admin, { project: project.id, name: EVIL.building })
  const page = await b.kiosk(stage.browser, stage.site, own)
  const look = async (name) => {
    assert.deepEqual(await b.clipped(page), [], name)
    b.whole(page)
  }
  await page.waitForSelector('.attract-figures')
  await look('attract')
  await b.wake(page)
  await look('overview')
  await b.openBuilding(page)
  assert.equal(await page.textContent('.building h1'), EVIL.building)
  await look('building')
  await page.locator('.building-name .btn').last().click()
  await page.waitForFunction((name) => document.querySelector('.building h1').textContent === name, EVIL.long)
  await look('long building')
  await page.locator('[data-unit].s0').first().click()
  await page.waitForSelector('.unit-facts')
  await look('unit')
  await b.bar(page, 'disclosure').click()
  await page.waitForSelector('.disclosure')
  for (const tab of await page.locator('.tabs .btn').all()) {
    await tab.click()
    await page.getByRole('region', { name: await tab.innerText(), exact: true }).waitFor()
    await look('disclosure')
  }
  await b.close(page)

  const desk = await b.office(stage.browser, stage.site, `/chart?p=${project.id}`, { client: manager })
  await desk.waitForSelector('.tree .node >> nth=1')
  await desk.locator('.tree .node').nth(1).click()
  await desk.waitForSelector('.cell')
  for (const at of ['/publications', '/permits', '/property', '/layouts', '/disclosure']) {
    await b.visit(desk, `${at}?p=${project.id}`)
    await b.arrived(desk, at)
  }
  await b.close(desk)
})
