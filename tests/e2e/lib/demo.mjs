// demo.mjs - the demonstration site for browser tests: its people, one log-in each, and its terminals.
import { settable } from '../../integration/lib/clock.mjs'
import { Site } from '../../integration/lib/site.mjs'
import { launch, pages } from './browser.mjs'

export const PEOPLE = ['admin', 'manager', 'control', 'cashier', 'sales', 'audit', 'group']

/** The screens of the office's menu, with the rights of which one opens them; none: everybody. */
export const SCREENS = [
  ['home', '/'],
  ['chart', '/chart', 'chart.view'],
  ['report', '/report', 'report.view'],
  ['task', '/tasks', 'follow.edit', 'follow.supervise'],
  ['pool', '/pool', 'customer.pool'],
  ['collision', '/collisions', 'follow.edit', 'customer.allocate'],
  ['supervise', '/supervision', 'follow.supervise'],
  ['customer', '/customers', 'customer.view'],
  ['my-sales', '/my-sales', 'deal.make'],
  ['deal', '/deals', 'deal.view'],
  ['change', '/changes', 'deal.view'],
  ['queue', '/queue', 'deal.queue'],
  ['opening', '/openings', 'opening.desk'],
  ['arrears', '/arrears', 'deal.view'],
  ['settlement', '/settlements', 'deal.view'],
  ['loan', '/loans', 'deal.view'],
  ['escrow', '/escrow', 'finance.handle'],
  ['invoice', '/invoices', 'invoice.handle'],
  ['refund', '/refunds', 'finance.handle'],
  ['agency-fee', '/agency-fees', 'report.view'],
  ['collection', '/collection', 'report.view'],
  ['receipt-book', '/receipt-books', 'money.take', 'book.edit'],
  ['account', '/accounts', 'account.edit'],
  ['todo', '/todos'],
  ['approval', '/approvals'],
  ['request', '/requests'],
  ['reprice', '/reprices', 'price.edit'],
  ['terms', '/terms', 'terms.view'],
  ['service', '/service', 'deal.view'],
  ['publication', '/publications', 'chart.view'],
  ['disclosure-check', '/disclosure-check', 'report.view'],
  ['disclosure', '/disclosure', 'disclosure.edit'],
  ['permit', '/permits', 'permit.edit'],
  ['questionnaire', '/questionnaires', 'questionnaire.edit'],
  ['offer', '/offers', 'plan.edit', 'disclosure.edit', 'discount.limit'],
  ['import', '/import', 'unit.import'],
  ['property', '/property', 'project.edit', 'unit.edit'],
  ['customer-rules', '/customer-rules', 'project.edit'],
  ['process', '/processes', 'process.edit'],
  ['document', '/document-templates', 'process.edit'],
  ['layout', '/layouts', 'layout.edit'],
  ['flow', '/flows', 'flow.edit'],
  ['option', '/options', 'option.edit'],
  ['user', '/users', 'user.edit'],
  ['terminal', '/terminals', 'terminal.edit'],
  ['device', '/devices', 'system.view'],
  ['print', '/printing', 'system.view'],
  ['audit', '/audit', 'audit.view'],
  ['system', '/system', 'system.view'],
].map(([name, path, ...rights]) => ({ name, path, rights }))

const DAY_MS = 86_400_000

export class Stage {
  static async open({ config = {}, people = PEOPLE } = {}) {
    const stage = new Stage()
    const [browser, site] = await Promise.all([launch(), Site.demo({ config: pages(config) })])
    stage.browser = browser
    stage.site = site
    await stage.logIn(people)
    return stage
  }

  /** A stage whose demonstration, and all that @make(stage) does, is so many days old. */
  static async aged(days, { config = {}, people = PEOPLE }, make) {
    const stage = new Stage()
    stage.site = new Site({ config: pages(config) })
    const { env, set } = settable(stage.site.folder)
    set(-days * DAY_MS)
    stage.site.ctlOk('demo', { env })
    await stage.site.start({ env })
    await stage.logIn(people)
    await make(stage)
    await stage.site.stop()
    await stage.site.start()
    stage.browser = await launch()
    await stage.logIn(people)
    return stage
  }

  /** Everybody is logged in once: log-ins are slow on purpose. */
  async logIn(people) {
    this.people = Object.fromEntries(
      await Promise.all(people.map(async (login) => [login, await this.site.login(login)])),
    )
    const { items } = await this.people.control.get('/api/v1/projects')
    this.projects = items
    this.project = items.find((p) => p.live_number !== null)?.id
  }

  terminal(options) {
    return this.site.terminal(this.people.admin, { project: this.project, ...options })
  }

  async close() {
    await this.browser?.close()
    await this.site?.close()
  }
}
