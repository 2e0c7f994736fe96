// deals.mjs - deals and their changes made over the API, for tests that look at them.
import { pay } from '../../integration/lib/money.mjs'

const DOCUMENT = '110105194912310062' // of nobody else on a stage
let phones = 5000 // no tail like those of other people of a stage

const made = new WeakMap()

export class Deals {
  /** The same ones each time: their buyers are recorded once. */
  static at(stage) {
    if (!made.has(stage)) made.set(stage, Deals.make(stage))
    return made.get(stage)
  }

  static async make(stage) {
    const deals = new Deals()
    Object.assign(deals, { people: stage.people, project: stage.project, taken: new Set() })
    const { items } = await stage.people.sales.get(`/api/v1/projects/${stage.project}/plans`)
    deals.plans = items.filter((p) => p.enabled)
    deals.plan = deals.plans.find((p) => p.kind === 'commercial')
    deals.buyer = await deals.customer('郑一鸣', DOCUMENT)
    deals.other = await deals.customer('欧阳慧敏', '110105194912310038')
    return deals
  }

  async customer(name, number) {
    const body = {
      kind: 'person',
      name,
      project_id: this.project,
      notice: '隐私告知 2026-01',
      source_id: 3,
      phones: [{ number: `1391235${String(++phones).padStart(4, '0')}` }],
      document: { kind: 'id_card', number },
    }
    return (await this.people.sales.post('/api/v1/customers', body, 201)).id
  }

  /** A home on sale that nobody has touched, as it is now. */
  async fresh() {
    const { items } = await this.people.sales.get(`/api/v1/projects/${this.project}/units?limit=500`)
    const unit = items.find((u) => u.state === 'A' && u.class === 'home' && u.total_fen && !this.taken.has(u.id))
    this.taken.add(unit.id)
    return this.people.sales.get(`/api/v1/units/${unit.id}`)
  }

  terms(unit, more = {}) {
    const body = { customer_id: this.buyer, plan_id: this.plan.id, ...more }
    return this.people.sales.post(`/api/v1/units/${unit.id}/terms`, body, 201)
  }

  /** A subscription of @buyers, who share it alike, with its deposit received. */
  async subscribed(unit, buyers = [this.buyer]) {
    const { sales, cashier } = this.people
    const body = {
      stage: 'S',
      unit_id: unit.id,
      unit_version: unit.version,
      terms_id: (await this.terms(unit)).id,
      buyers: buyers.map((customer_id) => ({ customer_id, share_bp: 10000 / buyers.length })),
      document_again: DOCUMENT,
    }
    const deal = await sales.post('/api/v1/deals', body, 201)
    return pay(cashier, deal.id, 'deposit', deal.due_now_fen)
  }

  /** A change of @deal as it is now. */
  async ask(deal, body) {
    const { version } = await this.people.sales.get(`/api/v1/deals/${deal.id}`)
    return this.people.sales.post(`/api/v1/deals/${deal.id}/changes`, { version, reason: '客户申请', ...body }, 201)
  }

  /** So much of @deal's down payment is asked back, and approved: it waits to be paid out. */
  async refund(deal, fen, account = { bank: '工商银行', account: '6222021234567890' }) {
    const { sales, cashier } = this.people
    const body = { lines: [{ fund: 'down_payment', amount_fen: fen }], reason: '多交的首付款', ...account }
    const refund = await sales.post(`/api/v1/deals/${deal.id}/refunds`, body, 201)
    await this.decide(refund)
    return cashier.get(`/api/v1/refunds/${refund.id}`)
  }

  async decide(change, outcome = 'approved') {
    const { items } = await this.people.manager.get('/api/v1/my/approvals?limit=200')
    const task = items.find((a) => a.id === change.approval_id)
    const body = { version: task.version, outcome, note: '按此办理' }
    await this.people.manager.post(`/api/v1/approval-tasks/${task.task_id}/decide`, body, 200)
  }
}
