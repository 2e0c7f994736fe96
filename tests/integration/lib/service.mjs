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

  /** A home subscribed with a plan of @kind, nothing paid yet. */
  async owing(kind = 'commercial') {
    const { sales, buyer } = this;
    const { items } = await sales.get(this.path('units?limit=500'));
    const found = items.find(
      (u) => u.state === 'A' && u.class === 'home' && u.total_fen && !this.taken.has(u.id),
    );
    this.taken.add(found.id);
    const unit = await sales.get(`/api/v1/units/${found.id}`);
    const plan = (await sales.get(this.path('plans'))).items.find((p) => p.enabled && p.kind === kind);
    const ask = { customer_id: buyer, plan_id: plan.id, bank: '建设银行', loan_years: 30 };
    const terms = await sales.post(`/api/v1/units/${unit.id}/terms`, ask, 201);
    return sales.post(
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
  }

  /** The same with its deposit received, or so many parts of it. */
  async subscribed(kind, parts = 1) {
    const deal = await this.owing(kind);
    const { amount_fen } = deal.receivables.find((line) => line.fund === 'deposit');
    return pay(this.cashier, deal.id, 'deposit', amount_fen / parts);
  }

  /** The same with a contract. */
  async signed(kind) {
    return this.sign(await this.subscribed(kind));
  }

  /** @deal with a contract, after all that is shown first. */
  async sign(deal) {
    const { showings } = await this.sales.get(`/api/v1/deals/${deal.id}/contract`);
    const items = showings.map((s) => s.code);
    await this.sales.post(`/api/v1/deals/${deal.id}/showings`, { items }, 200);
    const body = { version: deal.version, stage: 'C', document: `HT-${deal.id}` };
    return this.sales.post(`/api/v1/deals/${deal.id}/advance`, body, 200);
  }
}

/** The bank loan of @deal, asked for and approved as its terms have it. */
export async function approvedLoan(manager, deal) {
  const path = `/api/v1/deals/${deal.id}/mortgages`;
  const { amount_fen } = deal.receivables.find((line) => line.fund === 'bank_loan');
  const asked = { kind: 'commercial', bank: '建设银行', amount_fen, years: 20 };
  const { papers } = await manager.post(path, asked, 200);
  for (const [step, body] of [
    ['papers', { papers: papers.map((p) => p.code) }],
    ['step', { step: 'submit' }],
    ['step', { step: 'approve', amount_fen }],
  ]) {
    const { id, version } = (await manager.get(path)).items[0];
    await manager.post(`/api/v1/mortgages/${id}/${step}`, { version, ...body }, 200);
  }
}
