// What can be done with units on the chart, as data: the right it needs, the states it starts in (FC 25.4),
// the fields it asks for. The daemon decides; the states here only tell beforehand what it will refuse.
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';

export type ActionName =
  'release' | 'withdraw' | 'hold' | 'reserve' | 'unhold' | 'retain' | 'unretain' | 'area-review';

export interface ActionDef {
  name: ActionName;
  right: string;
  /** state letters it starts in; '*': any */
  from: string;
  reason: 'needed' | 'optional' | 'none';
  document: 'needed' | 'optional' | 'none';
  until?: boolean;
  holder?: boolean;
  kind?: boolean;
  stage?: boolean;
}

export const ACTIONS: readonly ActionDef[] = [
  { name: 'release', right: 'unit.release', from: 'U', reason: 'optional', document: 'optional' },
  { name: 'withdraw', right: 'unit.release', from: 'A', reason: 'needed', document: 'optional' },
  { name: 'hold', right: 'unit.hold', from: 'UA', reason: 'needed', document: 'optional', until: true },
  {
    name: 'reserve',
    right: 'unit.hold',
    from: 'UA',
    reason: 'needed',
    document: 'optional',
    until: true,
    holder: true,
  },
  { name: 'unhold', right: 'unit.hold', from: 'RX', reason: 'optional', document: 'none' },
  { name: 'retain', right: 'unit.retain', from: 'UA', reason: 'needed', document: 'needed', kind: true },
  { name: 'unretain', right: 'unit.retain', from: 'N', reason: 'needed', document: 'needed' },
  { name: 'area-review', right: 'area.review', from: '*', reason: 'none', document: 'none', stage: true },
];

export const KINDS = ['self_held', 'facility', 'resettlement', 'property_service', 'other'] as const;
export const STAGES = ['premeasured', 'measured', 'planned'] as const;

export interface ActionFields {
  reason: string;
  document: string;
  until: number | null;
  holder: string;
  kind: (typeof KINDS)[number];
  stage: (typeof STAGES)[number];
}

export type UnitRef = Schemas['UnitRef'];

export function startsIn(action: ActionDef, state: string): boolean {
  return action.from === '*' || action.from.includes(state);
}

/** Whether all that the action asks for is filled in. */
export function complete(action: ActionDef, f: ActionFields): boolean {
  return (
    (action.reason !== 'needed' || f.reason.trim() !== '') &&
    (action.document !== 'needed' || f.document.trim() !== '') &&
    (!action.until || f.until !== null) &&
    (!action.holder || f.holder.trim() !== '')
  );
}

const text = (s: string): string | undefined => (s.trim() === '' ? undefined : s.trim());

/** Ask the daemon. */
export function act(
  action: ActionDef,
  project: number,
  units: UnitRef[],
  f: ActionFields,
  key: string,
): Promise<Schemas['UnitsActionResult']> {
  const params = { path: { project }, header: { 'Idempotency-Key': key } };
  const base = { units, reason: text(f.reason), document: text(f.document) };
  const reason = f.reason.trim();
  const until_ms = f.until ?? 0;
  switch (action.name) {
    case 'release':
      return ok(api.POST('/api/v1/projects/{project}/units/release', { params, body: base }));
    case 'withdraw':
      return ok(api.POST('/api/v1/projects/{project}/units/withdraw', { params, body: base }));
    case 'unhold':
      return ok(
        api.POST('/api/v1/projects/{project}/units/unhold', { params, body: { units, reason: base.reason } }),
      );
    case 'unretain':
      return ok(api.POST('/api/v1/projects/{project}/units/unretain', { params, body: base }));
    case 'hold':
      return ok(
        api.POST('/api/v1/projects/{project}/units/hold', { params, body: { ...base, reason, until_ms } }),
      );
    case 'reserve':
      return ok(
        api.POST('/api/v1/projects/{project}/units/reserve', {
          params,
          body: { ...base, reason, until_ms, holder: f.holder.trim() },
        }),
      );
    case 'retain':
      return ok(
        api.POST('/api/v1/projects/{project}/units/retain', {
          params,
          body: { units, kind: f.kind, reason, document: f.document.trim() },
        }),
      );
    case 'area-review':
      return ok(
        api.POST('/api/v1/projects/{project}/units/area-review', { params, body: { units, stage: f.stage } }),
      );
  }
}

/** Which of the named units a refusal speaks of: its sentences carry the path of the unit. */
export function refusedIds(details: readonly string[], paths: ReadonlyMap<number, string>): Set<number> {
  const byPath = [...paths].sort((a, b) => b[1].length - a[1].length);
  const out = new Set<number>();
  for (const detail of details) {
    const hit = byPath.find(([, path]) => {
      const at = detail.indexOf(path);
      if (at < 0) return false;
      const before = detail[at - 1] ?? ' ';
      const after = detail[at + path.length] ?? ' ';
      return !/[0-9A-Za-z-]/.test(before) && !/[0-9A-Za-z-]/.test(after);
    });
    if (hit) out.add(hit[0]);
  }
  return out;
}
