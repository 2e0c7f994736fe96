/* rights.ts - rights in groups a person can read, and the matrix role × right. */
import type { components } from '@/api/schema.gen';

export type Post = components['schemas']['Post'];
export type User = components['schemas']['User'];
export type RightItem = components['schemas']['RightItem'];

/** Groups of rights by the noun of their code. A right that nobody put anywhere is shown under `other`. */
const GROUPS: readonly { key: string; codes: readonly string[] }[] = [
  { key: 'see', codes: ['chart.public', 'project.list', 'chart.view', 'report.view', 'export'] },
  {
    key: 'keep',
    codes: [
      'project.edit',
      'unit.edit',
      'unit.import',
      'area.review',
      'layout.edit',
      'permit.edit',
      'encumbrance.edit',
      'disclosure.edit',
    ],
  },
  {
    key: 'price',
    codes: ['price.edit', 'price.floor', 'plan.edit', 'discount.limit', 'terms.view', 'terms.make'],
  },
  { key: 'sell', codes: ['unit.release', 'unit.hold', 'unit.retain', 'opening.edit', 'opening.desk'] },
  { key: 'publish', codes: ['publication.edit', 'publication.approve'] },
  {
    key: 'customers',
    codes: [
      'customer.view',
      'customer.edit',
      'customer.clear',
      'customer.all',
      'customer.allocate',
      'customer.pool',
      'customer.import',
      'customer.export',
      'customer.delete',
      'customer.subject',
      'identity.verify',
      'follow.edit',
      'follow.late',
      'follow.supervise',
      'questionnaire.edit',
      'questionnaire.fill',
      'option.edit',
    ],
  },
  { key: 'members', codes: ['member.view', 'member.edit', 'points.edit', 'card.issue'] },
  {
    key: 'deals',
    codes: [
      'deal.view',
      'deal.all',
      'deal.lock',
      'deal.queue',
      'deal.make',
      'deal.confirm',
      'deal.file',
      'deal.deliver',
      'deal.void',
      'deal.process',
      'process.edit',
      'contract.review',
      'contract.sign',
      'contract.approve',
    ],
  },
  {
    key: 'changes',
    codes: [
      'change.ask',
      'change.export',
      'finance.handle',
      'money.take',
      'money.reverse',
      'money.dun',
      'fee.choose',
      'fee.pay',
      'invoice.handle',
      'account.edit',
      'book.edit',
      'approval.view',
      'flow.edit',
    ],
  },
  { key: 'desk', codes: ['alert.handle', 'terminal.self'] },
  { key: 'run', codes: ['own', 'user.edit', 'terminal.edit', 'audit.view', 'system.view'] },
];

/** What everybody has or what no person can be given; not offered on the form. */
const HIDDEN = new Set(['none', 'self']);

export interface RightGroup {
  key: string;
  items: RightItem[];
}

export function groupRights(rights: readonly RightItem[]): RightGroup[] {
  const left = new Map(rights.filter((r) => !HIDDEN.has(r.code)).map((r) => [r.code, r]));
  const out: RightGroup[] = [];
  for (const g of GROUPS) {
    const items = g.codes.flatMap((c) => {
      const item = left.get(c);
      left.delete(c);
      return item ? [item] : [];
    });
    if (items.length > 0) out.push({ key: g.key, items });
  }
  if (left.size > 0) out.push({ key: 'other', items: [...left.values()] });
  return out;
}

/** Machine roles are taken by pairing a terminal, never given to a person. */
export function isMachine(role: string | null): boolean {
  return role === 'kiosk' || role === 'counter' || role === 'screen';
}

/** Data scope of a post in one of three words. */
export function scopeOf(post: Pick<Post, 'all_projects' | 'building_ids'>): 'all' | 'projects' | 'buildings' {
  if (post.all_projects) return 'all';
  return post.building_ids.length > 0 ? 'buildings' : 'projects';
}

/** A first password nobody has to think up: readable, no look-alikes (0 O, 1 l I). */
export function firstPassword(
  random: (bytes: Uint8Array) => Uint8Array = (b) => crypto.getRandomValues(b),
): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  const bytes = random(new Uint8Array(12));
  const text = [...bytes].map((b) => letters[b % letters.length]).join('');
  return `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8, 12)}`;
}
