// Where a to-do is handled: by the kind of its object. One line for each new kind.
import type { RouteLocationRaw } from 'vue-router';

export interface Place {
  object_kind: string;
  object_id: number;
  project_id: number;
}

const PLACES: Record<string, (todo: Place) => RouteLocationRaw> = {
  approval_task: (todo) => ({ name: 'approval', query: { task: String(todo.object_id) } }),
  deal_change: (todo) => ({
    name: 'change',
    params: { change: String(todo.object_id) },
    query: { p: String(todo.project_id) },
  }),
  refund: (todo) => ({
    name: 'refund',
    params: { refund: String(todo.object_id) },
    query: { p: String(todo.project_id) },
  }),
  deal: (todo) => ({
    name: 'deal-one',
    params: { deal: String(todo.object_id) },
    query: { p: String(todo.project_id) },
  }),
  approval: (todo) => ({ name: 'request', query: { open: String(todo.object_id) } }),
};

export function placeOf(todo: Place): RouteLocationRaw | null {
  return PLACES[todo.object_kind]?.(todo) ?? null;
}
