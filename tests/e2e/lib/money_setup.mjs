// money_setup.mjs - a project that is on sale and where nobody can take money yet.
import { DOCUMENT, Sales } from '../../integration/lib/service.mjs'
import * as w from '../../integration/lib/walk.mjs'

/** A project of its own with a plan and a permit; resolves with { project, subscribe }, which subscribes a home. */
export async function moneyless({ people }, name, list = { buildings: 2, floors: 3, rooms: 2 }) {
  const { manager, control, cashier, sales } = people
  const shop = await Sales.of(sales, cashier)
  const plans = (await manager.get(shop.path('plans'))).items
  const project = await w.readyProject(control, { name, list })
  await w.publish(control, manager, project)
  const { kind, lines } = plans.find((p) => p.enabled && p.kind === 'commercial')
  const plan = await manager.post(
    `/api/v1/projects/${project}/plans`,
    {
      name: '首付三成',
      kind,
      ordinal: 1,
      lines: lines.map(({ loan: _loan, node_name: _name, ...line }) => line),
    },
    201,
  )
  async function subscribe() {
    const { items } = await sales.get(`/api/v1/projects/${project}/units?limit=100`)
    const unit = await sales.get(`/api/v1/units/${items.find((u) => u.state === 'A').id}`)
    const ask = { customer_id: shop.buyer, plan_id: plan.id, bank: '建设银行', loan_years: 30 }
    const terms = await sales.post(`/api/v1/units/${unit.id}/terms`, ask, 201)
    return sales.post(
      '/api/v1/deals',
      {
        stage: 'S',
        unit_id: unit.id,
        unit_version: unit.version,
        terms_id: terms.id,
        buyers: [{ customer_id: shop.buyer, share_bp: 10000 }],
        document_again: DOCUMENT,
      },
      201,
    )
  }
  return { project, subscribe }
}
