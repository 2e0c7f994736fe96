// disk.test.mjs - NT-09: a disk that is nearly full, at the counter, in the office's bell and on its system page.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'

const LEFT = { 'zh-CN': /磁盘剩余 [\d.]+\s[KMGT]iB/, en: /[\d.]+\s[KMGT]iB left on the disk/ }
let stage
before(async () => {
  // Less than a TiB and than the whole: so is every disk that a test runs on.
  const storage = { 'disk-low': 1048576, 'disk-low-percent': 100 }
  stage = await Stage.open({ config: { storage }, people: ['admin', 'manager', 'control', 'cashier'] })
  const { cashier } = stage.people
  await b.until(async () => (await cashier.get('/api/v1/alerts')).items.length > 0, 'the call is there')
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)

for (const lang of ['zh-CN', 'en'])
  test(`the bell names the disk, what is left and where to look; the system page says the same, in ${lang}`, async () => {
    const page = await b.office(stage.browser, stage.site, '/', { client: stage.people.manager, lang })
    await page.locator('.bell.calling').click()
    const call = page.locator('.calls li').first()
    await call.waitFor()
    assert.match(await call.innerText(), LEFT[lang])
    assert.deepEqual(await b.axe(page), [])
    await call.getByRole('link').click()
    await page.locator('dd.low .warn').waitFor()
    await call.waitFor({ state: 'detached' }) // the list has closed
    assert.deepEqual(await b.axe(page), [])
    await b.close(page)
  })

test('at every counter, with what to do; passed on by one it is off all of them', async () => {
  const page = await b.counter(stage.browser, stage.site, { client: stage.people.cashier })
  const call = page.locator('.calls li')
  await call.waitFor()
  assert.match(await call.innerText(), LEFT['zh-CN'])
  assert.match(await call.innerText(), /服务器[^]*磁盘空间不足[^]*请告诉系统管理员/)
  assert.deepEqual(await b.axe(page), [])
  await page.keyboard.press('Alt+0')
  await call.waitFor({ state: 'detached' })
  assert.match(await page.locator('.calls [role=status]').textContent(), /已应答：服务器/)
  await b.close(page)
})
