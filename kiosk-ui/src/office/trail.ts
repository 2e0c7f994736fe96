// What the log and the history of a unit say of a field: its name, and its values as people read them. The daemon
// keeps codes and plain figures.
import { area, dateTime, metres, money } from '@/format';

type Translate = (key: string) => string;
interface Words {
  t: Translate;
  te: (key: string) => boolean;
}
export interface Change {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
  /** its values are kept from who asks */
  readonly hidden?: boolean;
}

/** The key of the word of a `state`, by what has it. */
const STATE: Record<string, (code: string) => string> = {
  unit: (code) => `office.state.${code}`,
  publication: (code) => `office.publication.state-${code}`,
  permit: (code) => `office.permit.state.${code}`,
  card: (code) => `office.card-state.${code}`,
  questionnaire: (code) => `questionnaire.state.${code}`,
  queue_ticket: (code) => `deal_rule.ticket.${code}`,
  deal_document: (code) => `deal_rule.paper.${code}`,
  deal_change: (code) => `deal_rule.change.${code}`,
  source_change: (code) => `deal_rule.change.${code}`,
  customer: (code) => `customer.stateIs.${code}`,
  ownership: (code) => `owner.own.${code}`,
  pool_application: (code) => `owner.applicationState.${code}`,
  terms: (code) => `terms.state.${code}`,
  approval: (code) => `approval.state.${code}`,
  approval_task: (code) => `approval.decided.${code}`,
  flow_version: (code) => `approval.flow.version-${code}`,
  reprice: (code) => `approval.reprice.state-${code}`,
  deal_node: (code) => `service.nodeState.${code}`,
  mortgage: (code) => `service.loan.state.${code}`,
  opening: (code) => `office.openingState.opening.${code}`,
  opening_group: (code) => `office.openingState.opening_group.${code}`,
  receipt_book: (code) => `deal.money.bookState.${code}`,
  document_template: (code) => `document.stateOf.${code}`,
};
const YES_NO =
  /^(model_room|attached_only|merged|released|price_reviewed|sellable|voluntary|enabled|closed|all_projects|show_deal_price|two_person|confirm_first|deposit_first|direct_sign|reserve_direct|qualification|below_floor|required|disabled)$|\.reviewed$/;

/** The name of a field; the code itself when a later daemon has one that these pages do not know. */
export function fieldName(code: string, { t, te }: Words): string {
  // Areas are named by stage: `premeasured.gross`.
  const stage = /^(planned|premeasured|measured)\.(gross|inner|shared|reviewed)$/.exec(code);
  if (stage) {
    const what = stage[2] === 'reviewed' ? t('office.unit.review') : t(`office.unit.${stage[2]}`);
    return `${t(`office.chart.stage-${stage[1]}`)} · ${what}`;
  }
  if (/^extra_\d+$/.test(code)) return t('customer.group.extra');
  const key = [`office.field.${code}`, `office.settings.${code}`, `deal_rule.${code}`].find(te);
  return key ? t(key) : code;
}

/** A value of a field of a `kind` of object, such as `publication`. */
export function valueText(kind: string, field: string, value: string | null, { t, te }: Words): string {
  if (value === null || value === '') return '—';
  const word = (key: string): string => (te(key) ? t(key) : value);
  if (field === 'state') return word(STATE[kind]?.(value) ?? '');
  if (kind === 'alert' && field === 'reason') return word(`office.shell.call-${value}`);
  if (field === 'refund_state') return word(`refund.state.${value}`);
  if (field === 'late_state') return word(`late.state.${value}`);
  if (field === 'questionnaire_stage') return word(`questionnaire.stage.${value}`);
  if (field === 'class')
    return word(kind === 'customer' ? `customer.class.${value}` : `office.class.${value}`);
  if (field === 'own_state') return word(`owner.own.${value}`);
  if (field === 'own_reason') return word(`owner.reason.${value}`);
  if (field === 'stage') return word(`follow.stage.${value}`);
  if (field === 'lost_reason') return word(`follow.lost.${value}`);
  if (YES_NO.test(field) && /^[01]$/.test(value))
    return t(value === '1' ? 'office.unit.yes' : 'office.unit.no');
  if (/^-?\d+$/.test(value)) {
    if (field.endsWith('_fen')) return money(Number(value));
    if (/(area|gross|inner|shared)$/.test(field)) return area(Number(value));
    if (field.endsWith('_ms')) return dateTime(Number(value));
    if (field.endsWith('_mm')) return metres(Number(value));
  }
  return value;
}

/** `状态：可售 → 销控`; where there was nothing before, `状态：销控`. */
export function changeText(kind: string, c: Change, words: Words, colon: string): string {
  const shown = (value: string | null) => valueText(kind, c.field, value, words);
  const values = [...(c.before === null ? [] : [shown(c.before)]), shown(c.after)];
  return `${fieldName(c.field, words)}${colon}${c.hidden ? '***' : values.join(' → ')}`;
}
