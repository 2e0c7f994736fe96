// opening_screens.mjs - opening days in each of their states, and what the office shows of them, handed to whoever looks
// (axe_office.test.mjs, screens.mjs): @look is called as look(page, name). Nothing that is looked at changes anything.
import * as b from './browser.mjs'

export const SEED = '红03-17-22-26-31-33 蓝08 第2026137期'
/** Names as they come, among them what is long. */
const NAMES = ['张伟', '欧阳慧敏', '李娜', '阿卜杜热合曼·买买提明·艾力江', 'Maximilian von Hohenstaufen-Wittelsbach', '王芳']
const LONG = '云栖玖章花园一期高层住宅首次公开认购暨线下开盘选房活动（9、10、11 号楼）'

/** What a day of opening is made of, by the people who do it. */
export class OpeningDay {
  static made = 0

  constructor({ people, project }) {
    Object.assign(this, { ...people, project })
  }

  async ticket(name) {
    const n = String(++OpeningDay.made).padStart(5, '0')
    const { id } = await this.sales.post(
      '/api/v1/customers',
      {
        kind: 'person',
        project_id: this.project,
        name: name ?? NAMES[OpeningDay.made % NAMES.length],
        notice: '隐私告知 2026-01',
        source_id: 3,
        phones: [{ number: `138100${n}` }],
        document: { kind: 'passport', number: `E123${n}` },
      },
      201,
    )
    return this.sales.post(`/api/v1/projects/${this.project}/queue`, { customer_id: id }, 201)
  }

  async tickets(n) {
    const all = []
    for (let i = 0; i < n; i++) all.push(await this.ticket())
    return all
  }

  /** Homes that are on sale, of the building that has most of them. */
  async onSale() {
    const { items } = await this.sales.get(`/api/v1/projects/${this.project}/units?limit=500`)
    return items.filter((u) => u.state === 'A' && u.class === 'home' && u.total_fen)
  }

  async buildings() {
    const units = await this.onSale()
    const sizes = units.reduce((all, u) => all.set(u.building_id, (all.get(u.building_id) ?? 0) + 1), new Map())
    return [...sizes.keys()].sort((x, y) => sizes.get(y) - sizes.get(x))
  }

  async plan(more = {}) {
    const body = {
      name: '一期首开',
      day: '2026-11-28',
      order_by: 'number',
      batch_size: 10,
      pick_minutes: 5,
      pay_minutes: 30,
      picks_most: 1,
      buildings: (await this.buildings()).slice(0, 2),
      ...more,
    }
    this.id = (await this.manager.post(`/api/v1/projects/${this.project}/openings`, body, 201)).id
    return this
  }

  get() {
    return this.sales.get(`/api/v1/openings/${this.id}`)
  }
  take() {
    return this.manager.post(`/api/v1/openings/${this.id}/groups`, undefined, 200)
  }
  async step(verb, more = {}) {
    const { version } = await this.get()
    return this.control.post(`/api/v1/openings/${this.id}/${verb}`, { version, ...more }, 200)
  }
  async groups(query = 'limit=199') {
    return (await this.sales.get(`/api/v1/openings/${this.id}/groups?${query}`)).items
  }
  arrive(group) {
    return this.sales.post(`/api/v1/opening-groups/${group.id}/arrive`, undefined, 200)
  }
  pass(group, again = true) {
    return this.sales.post(`/api/v1/opening-groups/${group.id}/pass`, { version: group.version, again }, 200)
  }
  pick(group, unit) {
    const body = { unit_id: unit.id, unit_version: unit.version }
    return this.sales.post(`/api/v1/opening-groups/${group.id}/picks`, body, 201)
  }
}

/** One that is planned and one that runs, with people at the door, called, through, passed over and gone; @n groups. */
export async function openingData(stage, { n = 24 } = {}) {
  const planned = await new OpeningDay(stage).plan({ name: LONG, order_by: 'lottery' })
  const running = new OpeningDay(stage)
  await running.tickets(n)
  await planned.take()
  await running.plan({ order_by: 'lottery' })
  await running.take()
  await running.step('start', { seed: SEED })
  const groups = await running.groups()
  for (const g of groups.slice(0, Math.ceil(groups.length * 0.8))) await running.arrive(g)
  await running.step('call')
  const called = await running.groups('state=called')
  const [unit, other] = await running.onSale()
  await running.pick(called[0], unit)
  await running.pick(called[1], other)
  await running.pass(called[2])
  await running.pass(called[3], false)
  return { planned, running }
}

export async function openingLooks({ browser, site, people, project }, lang, { planned, running }, look, size = {}) {
  const office = async (address, login, selector) => {
    const page = await b.office(browser, site, address, { client: people[login], lang, ...size })
    await page.waitForSelector(selector)
    await page.evaluate(() => document.fonts.ready)
    return page
  }
  const list = await office(`/openings?p=${project}`, 'manager', 'tr.opens')
  await look(list, 'openings')
  await list.locator('.page-head-actions .el-button--primary').click()
  await list.waitForSelector('.el-checkbox')
  await look(list, 'a plan')
  await b.close(list)

  const setup = await office(`/openings/${planned.id}?p=${project}`, 'manager', '.setup tbody tr')
  await look(setup, 'planned')
  await setup.locator('.setup .el-button--primary').click()
  await setup.waitForSelector('#op-seed')
  await look(setup, 'drawn')
  await b.close(setup)

  const desk = await office(`/openings/${running.id}?p=${project}`, 'control', '.desk .row')
  await look(desk, 'desk')
  await desk.locator('.desk .row').first().click()
  await desk.waitForSelector('.pick-pane .cell')
  await look(desk, 'desk, a pick')
  const [free] = await running.onSale()
  await desk.keyboard.type(free.room.slice(0, 2))
  await desk.waitForSelector('.hits li')
  await desk.keyboard.press('Enter')
  await look(desk, 'desk, rooms')
  await desk.keyboard.press('Enter')
  await desk.waitForSelector('.confirm .total')
  await look(desk, 'desk, a unit')
  await b.visit(desk, `/openings/${running.id}?p=${project}&tab=order`)
  await desk.waitForSelector('.rest tbody tr')
  await desk.locator('.seed-check .el-button').click()
  await desk.waitForSelector('.checked')
  await look(desk, 'order')
  await b.visit(desk, `/openings/${running.id}?p=${project}&tab=slips`)
  await desk.waitForSelector('.rest tr.opens')
  await look(desk, 'slips')
  await desk.locator('.rest tr.opens').first().click()
  await desk.waitForSelector('.slip')
  await look(desk, 'a slip')
  await b.close(desk)

  const board = await office(`/openings/${running.id}/board?p=${project}`, 'sales', '.board footer b')
  await look(board, 'board')
  await b.close(board)
}
