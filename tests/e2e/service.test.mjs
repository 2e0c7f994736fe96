// service.test.mjs - after the contract, in a real browser: the board, what falls due, the contract's own steps, a
// loan, a notice, the text of a paper; processes and templates edited. Each screen and dialog is held against axe.
// With ANCHANG_SHOTS pictures are kept there. One story: each test goes on from the one before.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { chinaDay } from '../integration/lib/day.mjs'
import { Sales } from '../integration/lib/service.mjs'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { LANGS } from './lib/look.mjs'

const SHOTS = process.env.ANCHANG_SHOTS
const SIZES = { small: b.DESK, wide: { width: 1920, height: 1080 } }
let stage, manager, made, deal
before(async () => {
  stage = await Stage.open({ people: ['manager', 'sales', 'control', 'cashier'] })
  ;({ manager } = stage.people)
  made = await Sales.of(stage.people.sales, stage.people.cashier)
  await template('movein_notice', '入伙通知书：请 {{买受人}} 于 {{交付日期}} 接收 {{房号}}')
  await template('contract', '合同 {{单据编号}}\n买受人：{{买受人}}　{{证件号码}}\n房号：{{房号}}　总价 {{总价}} 元（{{总价大写}}）')
  for (const kind of ['commercial', 'one_off', 'commercial']) deal = await made.signed(kind)
  const { loan_fen } = await manager.get(`/api/v1/terms/${deal.terms_id}`)
  const loan = { kind: 'commercial', bank: '中国建设银行股份有限公司深圳市分行', amount_fen: loan_fen, years: 30 }
  await manager.post(`/api/v1/deals/${deal.id}/mortgages`, loan, 200)
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
const office = async (path, options = {}) => {
  const page = await b.office(stage.browser, stage.site, path, { client: manager, ...options })
  await page.locator('main h1').first().waitFor()
  return page
}
async function template(kind, body) {
  const draft = await manager.post(made.path('document-templates'), { kind, name: kind, body }, 201)
  await manager.post(`/api/v1/document-templates/${draft.id}/activate`, undefined, 200)
}
async function shot(page, name) {
  if (!SHOTS) return
  mkdirSync(SHOTS, { recursive: true })
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    await page.screenshot({ path: join(SHOTS, `${name}-${size}.png`) })
  }
  await page.setViewportSize(b.DESK)
}
/** Name and address of a screen, and what is waited for on it: a pane that is left keeps what it had. */
const SCREENS = [
  ['board', '/service', '#pane-board tbody tr'],
  ['tasks', '/service?tab=tasks&when=near', '#pane-tasks .empty'],
  ['loans', '/service?tab=loans&days=0', '#pane-loans tbody tr'],
  ['notices', '/service?tab=notices', '#pane-notices tbody tr'],
  ['process', '/processes', 'tbody tr'],
  ['document', '/document-templates', 'tbody tr'],
]

for (const lang of LANGS)
  test(`axe finds nothing on the screens (${lang})`, async () => {
    const page = await office('/', { lang })
    const found = []
    const look = async (name) => {
      found.push(...(await b.axe(page)).map((line) => `${name}: ${line}`))
      await shot(page, `${name}-${lang}`)
    }
    for (const [name, path, there] of SCREENS) {
      await b.visit(page, path)
      await b.arrived(page, path.split('?')[0])
      await page.locator(`.frame-screen ${there}`).first().waitFor()
      await look(name)
    }
    await b.visit(page, `/service/${deal.id}`)
    await page.locator('.paper').waitFor()
    await page.locator('.signers').waitFor()
    await look('one')
    for (const part of ['.signers', '.acts', '.paper']) {
      await page.locator(part).first().scrollIntoViewIfNeeded()
      await shot(page, `one${part}-${lang}`)
    }
    await page.locator('section.sheet tbody button', { hasText: /跟进|Note/ }).first().click()
    await page.locator('.el-drawer:visible').waitFor()
    await look('node')
    await page.keyboard.press('Escape')
    await b.visit(page, '/processes')
    await b.arrived(page, '/processes')
    await page.locator('section.sheet button').first().click()
    await page.locator('.el-drawer:visible li').first().waitFor()
    await look('process-form')
    await page.keyboard.press('Escape')
    await b.visit(page, '/document-templates')
    await b.arrived(page, '/document-templates')
    await page.locator('tbody button').first().click()
    await page.locator('.el-drawer:visible .paper').waitFor()
    await page.locator('.field-button').first().waitFor()
    await look('editor')
    assert.deepEqual(found, [])
    b.whole(page)
  })

test('a step is recorded as done with the keyboard, and the board says so', async () => {
  const page = await office(`/service/${deal.id}`)
  const row = page.locator('tr', { hasText: '按揭资料收齐' })
  await row.waitFor()
  await b.keyboard(page).press('办结')
  await page.locator('.el-drawer:visible #node-text').fill('资料齐全')
  await page.locator('.el-drawer:visible button[type=submit]').click()
  await row.getByText('已办结').waitFor()
  await row.getByText('资料齐全').waitFor()
  const { items } = await manager.get(`/api/v1/deals/${deal.id}/nodes`)
  assert.equal(items.find((n) => n.code === 'papers').state, 'done')
  await b.close(page)
})

test('what a colleague does shows on the page that is open', async () => {
  const page = await office(`/service/${deal.id}`, { client: stage.people.sales, lang: 'en' })
  const { items } = await manager.get(`/api/v1/deals/${deal.id}/nodes`)
  const next = items.find((n) => n.code === 'filing' || (n.state === 'open' && n.may))
  const row = page.locator('tr', { hasText: next.name })
  await row.waitFor()
  const body = { version: next.version, user_id: manager.session.user.id }
  await manager.post(`/api/v1/deal-nodes/${next.id}/assign`, body, 204)
  await row.getByText(manager.session.user.name).waitFor()
  await b.close(page)
})

test('the review is ticked, a wrong line stops the sheet, the first signs', async () => {
  const page = await office(`/service/${deal.id}`)
  const panel = page.getByRole('region', { name: '合同办理' })
  const review = panel.getByRole('region', { name: '合同审核' })
  await review.locator('li').first().waitFor()
  const lines = await review.locator('li').count()
  for (let i = 0; i < lines; i++) {
    await review.locator('li', { hasNot: page.locator('.mark.live') }).first().getByRole('button', { name: '无误' }).click()
    await page.waitForFunction(
      (n) => document.querySelectorAll('section[aria-label="合同审核"] .mark.live').length === n,
      i + 1,
    )
  }
  await review.locator('li').first().getByRole('button', { name: '有误' }).click()
  await b.dialog(page).locator('#contract-note').fill('附件缺页')
  await b.confirm(page)
  await review.locator('.mark.bad').waitFor()
  await panel.getByText('审核全部通过后按顺序会签').waitFor()
  await review.locator('li').first().getByRole('button', { name: '无误' }).click()
  await panel.locator('.now').getByRole('button', { name: '签字' }).click()
  await b.confirm(page)
  await panel.locator('.signers li').first().locator('.mark.live').waitFor()
  await shot(page, 'signed')
  await b.close(page)
})

test('a loan: papers ticked, handed in, approved; its step of the process ends', async () => {
  const page = await office(`/service/${deal.id}`)
  const panel = page.getByRole('region', { name: '按揭', exact: true })
  const papers = panel.getByRole('checkbox')
  await panel.locator('.el-checkbox').first().waitFor()
  assert.equal(await b.button(page, '送审', panel).isDisabled(), true)
  const count = await papers.count()
  for (let i = 0; i < count; i++) {
    await panel.locator('.el-checkbox').nth(i).click()
    await page.waitForFunction(
      (n) => document.querySelectorAll('article .el-checkbox.is-checked:not(.is-disabled)').length === n,
      i + 1,
    )
  }
  await b.button(page, '送审', panel).click()
  await b.confirm(page)
  await b.button(page, '批准', panel).click()
  await b.confirm(page)
  await panel.locator('.mark.live').waitFor()
  await page.locator('tr', { hasText: '按揭审批' }).getByText('已办结').waitFor()
  await b.close(page)
})

test('notices go out to those chosen, not earlier than allowed; the delivery is recorded', async () => {
  const page = await office('/service?tab=notices')
  await page.locator('tbody .el-checkbox').first().click()
  await page.getByRole('button', { name: /^发出通知/ }).click()
  const date = b.dialog(page).getByRole('combobox', { name: '交付日期' })
  await date.fill(chinaDay(9))
  await date.press('Enter')
  await b.confirm(page)
  await b.dialog(page).locator('.problem').waitFor()
  await date.fill(chinaDay(10))
  await date.press('Enter')
  await b.confirm(page)
  await b.dialog(page).waitFor({ state: 'detached' })
  await page.getByText('在途', { exact: true }).first().click()
  await page.getByRole('button', { name: /^登记送达/ }).click()
  await b.dialog(page).locator('#movein-proof').fill('EMS 1234')
  await b.confirm(page)
  await page.getByText('已送达', { exact: true }).first().click()
  await page.locator('tbody', { hasText: 'EMS 1234' }).waitFor()
  await shot(page, 'delivered')

  // Its paper is with those of the deal, and is printed alone.
  await page.locator('tbody a').first().click()
  await page.locator('.paper', { hasText: `于 ${chinaDay(10)} 接收` }).waitFor()
  await page.emulateMedia({ media: 'print' })
  const printed = await page.evaluate(async () => {
    const seen = () => [...document.querySelectorAll('.frame, .printed .paper')].map((e) => e.checkVisibility())
    const before = seen()
    const during = new Promise((done) => { window.print = () => done(seen()) })
    ;[...document.querySelectorAll('main button')].find((e) => e.textContent.trim() === '打印').click()
    return [before, await during]
  })
  assert.deepEqual(printed, [[true], [false, true]])
  await page.emulateMedia({ media: null })
  await b.close(page)
})

test('a template is written with fields put in, previewed, saved as a new version', async () => {
  const page = await office('/document-templates')
  await page.getByRole('button', { name: /另起一版/ }).first().click()
  const area = page.locator('#template-body')
  await page.waitForFunction(() => document.querySelector('#template-body')?.value.includes('总价大写'))
  await area.press('Control+End')
  await page.keyboard.type('\n预售许可证：')
  await b.button(page, '预售许可证号').click()
  await page.waitForFunction(() => document.querySelector('.paper')?.textContent.match(/预售许可证：\S+/))
  await area.press('Control+End')
  await page.keyboard.type('{{没有这项}}')
  await page.locator('.see .problem', { hasText: '没有这项' }).waitFor()
  await shot(page, 'editor-wrong')
  for (let i = 0; i < 8; i++) await page.keyboard.press('Backspace')
  await page.locator('.see .problem').waitFor({ state: 'detached' })
  await page.locator('.el-drawer:visible button[type=submit]').click()
  await page.locator('tbody tr', { hasText: '草稿' }).waitFor()
  await b.close(page)
})
