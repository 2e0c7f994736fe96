// questionnaire.test.mjs - questionnaires in the office in a real browser: made with the keyboard and the mouse beside
// their preview, enabled, filled in for a customer, corrected. One story: each test goes on from the one before.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import * as b from './lib/browser.mjs'
import { Stage } from './lib/demo.mjs'
import { LANGS } from './lib/look.mjs'

const TITLE = '首次到访问卷'
let stage, manager, sales, who
before(async () => {
  stage = await Stage.open({ people: ['manager', 'sales', 'control'] })
  ;({ manager, sales } = stage.people)
  who = (await sales.get('/api/v1/customers')).items[0].id
})
after(() => stage?.close())

const test = (name, run) => b.browserTest(() => stage.browser, name, {}, run)
async function office(login, path, options = {}) {
  const page = await b.office(stage.browser, stage.site, path, { client: stage.people[login], ...options })
  await page.locator('main h1').first().waitFor()
  return page
}
const head = (page, name) => page.locator('.page-head-actions').getByRole('button', { name, exact: true })
const card = (page, i) => page.locator('.card').nth(i)
const field = (within, name) => within.getByRole('textbox', { name, exact: true })
/** The preview begins with these questions; it follows the editor a moment later. */
async function shows(page, ...first) {
  const at = '.preview .questions > li > fieldset > legend .words'
  await page.waitForFunction(
    ([selector, want]) =>
      want.every((text, i) => document.querySelectorAll(selector)[i]?.textContent.trim() === text),
    [at, first],
  )
}
const all = async (query = '') => (await manager.get(`/api/v1/questionnaires?project=${stage.project}${query}`)).items
const full = (id) => manager.get(`/api/v1/questionnaires/${id}`)
const sheets = async () => (await sales.get(`/api/v1/customers/${who}/answer-sheets`)).items

test('a draft is made with the keyboard: kinds, options by Enter and by pasting, order by Alt and the arrows', async () => {
  const page = await office('manager', '/questionnaires')
  await b.button(page, '新建问卷').click()
  await page.fill('#q-title', TITLE)
  await page.keyboard.press('Enter')
  await page.locator('.adds').waitFor()

  const add = (kind) => b.button(page, kind, page.locator('.adds')).click()
  await add('单选') // the text of the new question has the keyboard
  await page.keyboard.type('置业目的')
  await page.keyboard.press('Tab')
  await page.keyboard.type('自住')
  await page.keyboard.press('Enter')
  await page.keyboard.type('养老')
  await page.keyboard.press('Alt+ArrowUp')
  await field(card(page, 0), '选项 3').fill('投资')
  await card(page, 0).getByText('必答').click()
  const options = () => card(page, 0).locator('li input').evaluateAll((list) => list.map((i) => i.value))
  assert.deepEqual(await options(), ['养老', '自住', '投资'])

  await add('多选')
  await page.keyboard.type('看重什么')
  await field(card(page, 1), '选项 1').focus()
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.setData('text', '位置\n价格\n\n 学校 \n')
    document.activeElement.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
  })
  assert.equal(await card(page, 1).locator('li input').count(), 3)
  await add('打分')
  await page.keyboard.type('接待打分')
  await add('矩阵')
  await page.keyboard.type('各方面如何')
  await field(card(page, 3), '第 1 行').fill('样板间')
  await field(card(page, 3), '选项 1').fill('好')
  await field(card(page, 3), '选项 2').fill('不好')
  await add('填空')
  await page.keyboard.type('还有什么想说')
  await page.keyboard.press('Alt+ArrowUp')
  await page.keyboard.press('Alt+ArrowUp')
  const order = ['置业目的', '看重什么', '还有什么想说', '接待打分', '各方面如何']
  await shows(page, ...order)

  await head(page, '保存草稿').click()
  await page.locator('.el-message', { hasText: '草稿已保存' }).waitFor()
  const [made] = await all()
  const stored = await full(made.id)
  assert.deepEqual(
    stored.questions.map((q) => [q.text, q.kind, q.required, q.options.map((o) => o.text)]),
    [
      ['置业目的', 'single', true, ['养老', '自住', '投资']],
      ['看重什么', 'multi', false, ['位置', '价格', '学校']],
      ['还有什么想说', 'text', false, []],
      ['接待打分', 'score', false, []],
      ['各方面如何', 'matrix', false, ['好', '不好']],
    ],
  )
  await b.close(page)
})

test('with the mouse: a question is dragged, copied, deleted; leaving unsaved asks', async () => {
  const [{ id }] = await all()
  const page = await office('manager', `/questionnaires/${id}`, { height: 2200 }) // no scrolling under the mouse
  await card(page, 4).waitFor()
  await card(page, 3).locator('.grip').dragTo(card(page, 0), { targetPosition: { x: 20, y: 10 } })
  await shows(page, '接待打分', '置业目的')
  await b.button(page, '复制第 1 题').click()
  assert.equal(await page.locator('.card').count(), 6)
  await b.button(page, '删除第 2 题').click()
  await b.button(page, '第 1 题下移').click()
  await shows(page, '置业目的', '接待打分')
  assert.ok(await head(page, '启用').isDisabled(), 'what is not saved is not enabled')
  await page.locator('nav a', { hasText: '总览' }).click()
  await page.locator('.el-message-box__btns .el-button').first().click()
  assert.equal(await page.locator('.card').count(), 5)
  await head(page, '保存草稿').click()
  await page.locator('.el-message', { hasText: '草稿已保存' }).waitFor()
  assert.deepEqual(
    (await full(id)).questions.map((q) => q.text),
    ['置业目的', '接待打分', '看重什么', '还有什么想说', '各方面如何'],
  )
  await b.close(page)
})

test('what the daemon refuses stands at its question; somebody else saved first: theirs is taken, mine kept', async () => {
  const [{ id }] = await all()
  const page = await office('manager', `/questionnaires/${id}`)
  await card(page, 0).waitFor()
  await field(card(page, 0), '选项 2').fill('养老')
  await head(page, '保存草稿').click()
  await card(page, 0).locator('.wrong', { hasText: '重复' }).waitFor()
  assert.equal((await full(id)).questions[0].options[1].text, '自住')
  await field(card(page, 0), '选项 2').fill('自住和投资')
  await manager.patch(`/api/v1/questionnaires/${id}`, { version: (await full(id)).version, title: `${TITLE}（二）` })
  await head(page, '保存草稿').click()
  await page.locator('.problem button').first().click() // theirs, and what I typed
  await page.waitForFunction((t) => document.querySelector('#q-title').value === t, `${TITLE}（二）`)
  await head(page, '保存草稿').click()
  await page.locator('.el-message', { hasText: '草稿已保存' }).waitFor()
  const now = await full(id)
  assert.deepEqual([now.title, now.questions[0].options[1].text], [`${TITLE}（二）`, '自住和投资'])
  await b.close(page)
})

test('the preview is tried on counter, kiosk and phone and stores nothing (QN-06)', async () => {
  const [{ id }] = await all()
  const page = await office('manager', `/questionnaires/${id}`)
  const sent = []
  page.on('request', (r) => r.method() !== 'GET' && sent.push(r.url()))
  await page.locator('.preview .questions').waitFor()
  const widths = []
  for (const device of ['柜台', '自助终端', '手机']) {
    await page.locator('.devices label', { hasText: device }).click()
    await page.locator('.preview .submit').click()
    widths.push(await page.locator('.preview .screen').evaluate((e) => parseFloat(e.style.width)))
    assert.equal(await page.locator('.preview .wrong').count(), 1, 'the required question is asked for')
  }
  assert.deepEqual(widths, [760, 1000, 390])
  await page.locator('.preview .choice', { hasText: '投资' }).first().click()
  await page.locator('.preview .ok').waitFor()
  await b.button(page, '清空').click()
  assert.equal(await page.locator('.preview :checked').count(), 1, 'only the device stays chosen')
  assert.deepEqual(sent, [])
  assert.equal((await full(id)).sheets_count, 0)
  await b.close(page)
})

test('enabled: fixed; a customer fills it in, is told what lacks, and corrects it', async () => {
  const [{ id }] = await all()
  let page = await office('manager', `/questionnaires/${id}`)
  await head(page, '启用').click()
  await b.confirm(page)
  await head(page, '新建版本').waitFor()
  assert.equal(await page.locator('.card').count(), 0)
  await b.close(page)

  page = await office('sales', `/customers/${who}?tab=questionnaire`)
  const part = page.locator('section[aria-label="问卷"]')
  await part.locator('.mark', { hasText: '未填写' }).waitFor()
  await b.button(page, '填写 首访').click()
  const form = page.locator('.el-drawer:visible .fill')
  await b.button(page, '提交答卷', form).click()
  await form.locator('.wrong', { hasText: '请回答' }).waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.type), 'radio', 'what lacks has the keyboard')
  assert.deepEqual(await sheets(), [])
  await page.keyboard.press('Space')
  await form.locator('.score', { hasText: '4' }).click()
  await form.locator('.choice', { hasText: '位置' }).click()
  await form.locator('.choice', { hasText: '学校' }).click()
  assert.ok(await form.locator('.choice', { hasText: '价格' }).locator('input').isDisabled(), 'two at most')
  await form.locator('textarea').fill('<b>采光</b>\n好')
  await form.locator('.matrix .cell').first().click()
  await b.button(page, '提交答卷', form).click()
  await page.locator('.el-message', { hasText: '答卷已保存' }).waitFor()
  const [first] = await sheets()
  assert.deepEqual(
    first.answers.map((a) => [a.row, a.option ?? a.text ?? a.score]),
    [
      [null, '养老'],
      [null, 4],
      [null, '位置'],
      [null, '学校'],
      [null, '<b>采光</b> 好'],
      ['样板间', '好'],
    ],
  )
  await part.locator('.mark', { hasText: '已填写' }).waitFor()

  await part.locator('summary').click()
  await part.locator('dd', { hasText: '<b>采光</b> 好' }).waitFor()
  await b.button(page, '更正', part).click()
  assert.ok(await form.locator('.choice', { hasText: '位置' }).locator('input').isChecked())
  await form.locator('.score', { hasText: '2' }).click()
  await page.keyboard.press('Escape')
  await page.locator('.el-message-box__btns .el-button').first().click() // what was typed stays
  await b.button(page, '提交更正', form).click()
  await part.locator('.mark', { hasText: '已更正' }).waitFor()
  const [second, old] = await sheets()
  assert.deepEqual([second.corrects_id, old.corrected_by], [first.id, second.id])
  await b.close(page)
})

test('a question is retired while somebody fills in: told, reloaded, saved', async () => {
  const [{ id }] = await all()
  const page = await office('sales', `/customers/${who}?tab=questionnaire`)
  await b.button(page, '填写 首访').click()
  const form = page.locator('.el-drawer:visible .fill')
  await form.locator('.choice').first().click()
  await form.locator('.score').first().click()
  const boss = await office('manager', `/questionnaires/${id}`)
  await b.button(boss, '停用 接待打分').click()
  await b.confirm(boss)
  await boss.locator('.mark', { hasText: '已停用' }).waitFor()
  await b.close(boss)
  await b.button(page, '提交答卷', form).click()
  await b.button(page, '刷新问卷', form).click()
  await form.locator('.score').first().waitFor({ state: 'detached' })
  await b.button(page, '提交答卷', form).click()
  await page.locator('.el-message', { hasText: '答卷已保存' }).waitFor()
  assert.equal((await sheets())[0].answers.length, 1)
  await b.close(page)
})

test('a new version takes the place of the old one; the list is filtered, and the address keeps it', async () => {
  const [{ id }] = await all()
  const page = await office('manager', `/questionnaires/${id}`)
  await head(page, '新建版本').click()
  await card(page, 0).waitFor()
  assert.equal(await page.locator('.card').count(), 4, 'without the retired question')
  await head(page, '启用').click()
  await b.dialog(page).locator('.confirm-text', { hasText: '第 1 版同时停用' }).waitFor()
  await b.confirm(page)
  await head(page, '新建版本').waitFor()
  assert.equal((await full(id)).state, 'disabled')

  await b.visit(page, '/questionnaires')
  await page.locator('.data-table tbody tr').nth(1).waitFor()
  await page.locator('.filters .el-select').first().click()
  await page.locator('.el-select-dropdown__item:visible', { hasText: '已停用' }).click()
  await page.locator('.data-table tbody tr').nth(1).waitFor({ state: 'detached' })
  assert.match(page.url(), /state=disabled/)
  await page.reload()
  await page.locator('.data-table tbody tr', { hasText: '第 1 版' }).waitFor()
  await field(page, '问卷名称（部分即可）').fill('没有这样的')
  await page.keyboard.press('Enter')
  await page.locator('.empty-title', { hasText: '没有符合条件的问卷' }).waitFor()
  await b.button(page, '清除条件').first().click()
  await page.locator('.data-table tbody tr').nth(1).waitFor()
  await page.locator('.data-table tbody tr').first().focus()
  await page.keyboard.press('Enter')
  await head(page, '新建版本').waitFor()
  await b.close(page)
})

test('who fills in does not see the making', async () => {
  const page = await b.office(stage.browser, stage.site, '/questionnaires', { client: sales })
  await page.locator('main h1').first().waitFor()
  assert.equal(await page.locator('nav a', { hasText: '问卷' }).count(), 0)
  assert.notEqual(await page.locator('main h1').first().innerText(), '问卷')
  await b.close(page)
})

test('axe finds nothing: draft, its empty start, refusals, enabled, dialogs, filling in', async () => {
  const draft = await manager.post(`/api/v1/projects/${stage.project}/questionnaires`, { stage: 'lost', title: 'x' }, 201)
  const [{ id: next }] = (await all()).filter((s) => s.state === 'enabled')
  const revised = await manager.post(`/api/v1/questionnaires/${next}/revise`, { version: (await full(next)).version }, 201)
  const found = []
  for (const lang of LANGS) {
    let page = await office('manager', `/questionnaires/${draft.id}`, { lang })
    const at = async (name, within) => found.push(...(await b.axe(page, within)).map((l) => `${lang} ${name}: ${l}`))
    await page.locator('.adds').waitFor()
    await at('an empty draft')
    await b.visit(page, `/questionnaires/${revised.id}`)
    await card(page, 3).waitFor()
    for (const i of [0, 1, 2]) {
      await page.locator('.devices label').nth(i).click()
      await page.locator('.preview .submit').click()
      await at(`the draft on device ${i}`)
    }
    await page.locator('.page-head-actions .el-button').nth(1).click()
    await b.dialog(page).waitFor()
    await at('enabling', '#dialogs')
    await page.keyboard.press('Escape')
    await b.visit(page, `/questionnaires/${next}`)
    await page.locator('.left .sheet').first().waitFor()
    await at('enabled')
    await b.close(page)
    page = await office('sales', `/customers/${who}?tab=questionnaire`, { lang })
    await page.locator('.stages li').first().waitFor()
    await page.locator('details summary').first().click()
    await at('the customer')
    await page.locator('.stages button').first().click()
    await page.locator('.el-drawer:visible .foot button').click()
    await page.locator('.el-drawer:visible .wrong').first().waitFor()
    await at('filling in', '#dialogs')
    await b.close(page)
  }
  assert.deepEqual(found, [])
})
