// What of the till the customer sees: whose money, of which home, how much. Names are masked.
import type { Lang } from '@/format';
import type { Cashier } from '../till/cashier';
import type { Shown } from './channel';

function ofPayment({ pay }: Cashier, lang: Lang): Shown | null {
  if (!pay.draft.value) return null;
  const given = pay.receipt.value;
  const fen = given ? given.total_fen : pay.total.value;
  const { unit, name } = { unit: pay.unit.value, name: pay.name.value };
  return fen > 0 ? { kind: given ? 'paid' : 'due', lang, name, unit, fen } : null;
}

function ofRefund({ payout }: Cashier, lang: Lang): Shown | null {
  const back = payout.refund.value;
  if (!back || !(payout.paid.value || payout.payable.value)) return null;
  const kind = payout.paid.value ? 'returned' : 'back';
  return { kind, lang, name: payout.name.value, unit: back.unit ?? '', fen: back.total_fen };
}

export function seenOf(cashier: Cashier, lang: Lang): Shown {
  const view = cashier.view.value;
  const seen = view === 'pay' ? ofPayment(cashier, lang) : view === 'payout' ? ofRefund(cashier, lang) : null;
  return seen ?? { kind: 'none', lang };
}
