// The event stream of the chosen project and of what is one's own, shared by all screens: who wants events subscribes, the top bar
// shows the state of the line, calls from terminals are kept here.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { api, newKey, ok } from '@/api/client';
import { Feed, type LinkState } from '@/api/feed';
import type { Schemas } from '@/api/types';
import { useSession } from './session';

export type Alert = Schemas['Alert'];
export type FeedUnit = Schemas['FeedUnit'];
export type LiveEvent =
  | 'unit'
  | 'building'
  | 'project'
  | 'publication'
  | 'deal'
  | 'opening'
  | 'alert'
  | 'terminal'
  | 'todo'
  | 'approval'
  | 'card'
  | 'reset';

const EVENTS = [
  'unit',
  'building',
  'project',
  'publication',
  'deal',
  'opening',
  'alert',
  'terminal',
  'todo',
  'approval',
  'card',
] as const;

type Listener = (name: LiveEvent, data: unknown) => void;

export const useLive = defineStore('live', () => {
  const link = ref<LinkState>('reconnecting');
  const alerts = shallowRef<Alert[]>([]);
  const listeners = new Set<Listener>();
  let feed: Feed | null = null;
  let followed: number | 'mine' | null = null;
  /** Screens are there that saw nothing while no project was followed. */
  let missed = false;

  function tell(name: LiveEvent, data: unknown): void {
    if (name === 'alert' || name === 'reset') void loadAlerts();
    for (const listener of [...listeners]) listener(name, data);
  }

  async function loadAlerts(): Promise<void> {
    if (!useSession().has('alert.handle')) return;
    try {
      alerts.value = (await ok(api.GET('/api/v1/alerts'))).items;
    } catch {
      // The line state already says that the daemon is away; the list is asked for again on reset.
    }
  }

  /** Take a call; the answer removes it on every desk through the feed. */
  async function answer(id: number): Promise<void> {
    await ok(
      api.POST('/api/v1/alerts/{alert}/answer', {
        params: { path: { alert: id }, header: { 'Idempotency-Key': newKey() } },
      }),
    );
    alerts.value = alerts.value.filter((a) => a.id !== id);
  }

  /** Follow the events of a project; 'mine': only of one's own to-dos and requests; null: none. */
  function follow(id: number | 'mine' | null): void {
    if (id === followed && feed) return;
    if (feed !== null && id === null) missed = true;
    feed?.stop();
    feed = null;
    followed = id;
    link.value = 'reconnecting';
    if (id === null) return;
    feed = new Feed({
      url: id === 'mine' ? '/api/v1/my/events' : `/api/v1/events?project=${id}`,
      events: EVENTS,
      onEvent: (name, data) => tell(name as LiveEvent, data),
      onReset: () => tell('reset', null),
      onState: (state) => {
        link.value = state;
        if (state !== 'live' || !missed) return;
        missed = false;
        tell('reset', null);
      },
      onRefused: () => void refused(),
    });
    feed.start();
    void loadAlerts();
  }

  async function refused(): Promise<void> {
    const session = useSession();
    try {
      await session.load();
    } catch {
      return; // the daemon is away, not the session
    }
    if (!session.session || session.ended) follow(null);
  }

  function subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return { link, alerts, follow, subscribe, answer, loadAlerts };
});
