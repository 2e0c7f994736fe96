// service.mjs - deals that have come to a contract, made by the real steps, for tests of what follows it.
import { pay } from './money.mjs';

export const DOCUMENT = '11010519491231002X';
export const PHONE = '13912340001';

/** Deals of one buyer in the project of the demonstration; @sales sells, @cashier notes money. */
export class Sales {
  static async of(sales, cashier) {
    const one = new Sales();
    Object.assign(one, { sales, cashier, taken: new Set() });
    one.project = (await sales.get('/api/v1/projects')).items[0].id;
    const customer = {
      kind: 'person',
      name: '郑一鸣',
      notice: '隐私告知 2026-01',
      source_id: 3,
      phones: [{ number: PHONE }],
      document: { kind: 'id_card', number: DOCUMENT },
    };
    one.buyer = (await sales.post('/api/v1/customers', customer, 201)).id;
    return one;
  }

  path(rest) {
    return `/api/v1/projects/${this.project}/${rest}`;
  }

  /** A home subscribed with a plan of @kind, its deposit received, or so many parts of it. */
  async subscribed(kind = 'commercial', parts = 1) {
    const { sales, cashier, buyer } = this;
    const { items } = await sales.get(this.path('units?limit=500'));
    const found = items.find(
      (u) => u.state === 'A' && u.class === 'home' && u.total_fen && !this.taken.has(u.id),
    );
    this.taken.add(found.id);
    const unit = await sales.get(`/api/v1/units/${found.id}`);
    const plan = (await sales.get(this.path('plans'))).items.find((p) => p.enabled && p.kind === kind);
    const ask = { customer_id: buyer, plan_id: plan.id, bank: '建设银行', loan_years: 30 };
    const terms = await sales.post(`/api/v1/units/${unit.id}/terms`, ask, 201);
    const deal = await sales.post(
      '/api/v1/deals',
      {
        stage: 'S',
        unit_id: unit.id,
        unit_version: unit.version,
        terms_id: terms.id,
        buyers: [{ customer_id: buyer, share_bp: 10000 }],
        document_again: DOCUMENT,
      },
      201,
    );
    const { amount_fen } = deal.receivables.find((line) => line.fund === 'deposit');
    return pay(cashier, deal.id, 'deposit', amount_fen / parts);
  }

  /** The same with a contract. */
  async signed(kind) {
    const deal = await this.subscribed(kind);
    const { showings } = await this.sales.get(`/api/v1/deals/${deal.id}/contract`);
    const items = showings.map((s) => s.code);
    await this.sales.post(`/api/v1/deals/${deal.id}/showings`, { items }, 200);
    const body = { version: deal.version, stage: 'C', document: `HT-${deal.id}` };
    return this.sales.post(`/api/v1/deals/${deal.id}/advance`, body, 200);
  }
}
