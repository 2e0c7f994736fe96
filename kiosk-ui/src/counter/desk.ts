// What the counter knows: the public chart as customers see it, open calls, and the terminals' health.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { api, newKey, ok, toApiError, type ApiError } from '@/api/client';
import type { LinkState } from '@/api/feed';
import type { PublicProject, Schemas } from '@/api/types';
import { ChartKeeper } from '@/chart/keeper';
import { countStates, type Chart } from '@/chart/model';
import { searchUnits } from '@/chart/search';
import { renewed } from '@/office/session';

export type Alert = Schemas['Alert'];
export type Terminal = Schemas['Terminal'];

const CALLS_MS = 4_000;
const TERMINALS_MS = 15_000;
export const HITS_MAX = 9;

export interface Rights {
  has: (right: string) => boolean;
  /** The session is over, and the log-in stands before the desk: nothing is asked meanwhile. */
  ended: boolean;
}

export function createDesk(rights: Rights, onGone: () => void) {
  const projects = shallowRef<PublicProject[]>([]);
  const project = ref<number | null>(null);
  const chart = shallowRef<Chart | null>(null);
  const problem = shallowRef<ApiError | null>(null);
  const link = ref<LinkState>('reconnecting');
  const calls = shallowRef<Alert[]>([]);
  const terminals = shallowRef<Terminal[] | null>(null);
  const answering = ref<number | null>(null);
  const callProblem = shallowRef<ApiError | null>(null);
  const words = ref('');
  const at = ref(0);
  const loaded = ref(false);
  let keeper: ChartKeeper | null = null;
  let stopped = false;

  const hits = computed(() => (chart.value ? searchUnits(chart.value, words.value, HITS_MAX) : []));
  const chosen = computed(() => hits.value[Math.min(at.value, hits.value.length - 1)] ?? null);
  const available = computed(() => {
    const at = chart.value?.states.findIndex((s) => s.public === 'A') ?? -1;
    return at < 0 ? 0 : (counts.value[at] ?? 0);
  });
  const counts = computed(() => (chart.value ? countStates(chart.value) : []));

  function fail(cause: unknown): ApiError {
    const e = toApiError(cause);
    if (e.status === 401) onGone();
    return e;
  }

  async function loadProjects(): Promise<void> {
    if (rights.ended) return;
    try {
      projects.value = (await ok(api.GET('/api/v1/public/projects'))).items;
      problem.value = null;
      if (!projects.value.some((p) => p.id === project.value)) choose(projects.value[0]?.id ?? null);
    } catch (cause) {
      problem.value = fail(cause);
    } finally {
      loaded.value = true;
    }
  }

  function choose(id: number | null): void {
    project.value = id;
    chart.value = null;
    words.value = '';
    at.value = 0;
    follow(id);
  }

  function follow(id: number | null): void {
    keeper?.stop();
    keeper = null;
    if (id === null || stopped) return;
    link.value = 'reconnecting';
    keeper = new ChartKeeper({
      project: id,
      onChart: (next) => {
        chart.value = next;
        problem.value = null;
        if (next === null) void loadProjects(); // it is on the list no more
      },
      onState: (state) => (link.value = state),
      onProblem: (error) => (problem.value = fail(error)),
      onRefused: () => void loadProjects(),
    });
    keeper.start();
  }

  async function loadCalls(): Promise<void> {
    if (rights.ended || !rights.has('alert.handle')) return;
    try {
      calls.value = (await ok(api.GET('/api/v1/alerts'))).items;
      callProblem.value = null;
    } catch (cause) {
      callProblem.value = fail(cause);
    }
  }

  async function loadTerminals(): Promise<void> {
    if (rights.ended || !rights.has('terminal.edit')) return;
    try {
      terminals.value = (await ok(api.GET('/api/v1/terminals'))).items.filter((x) => x.revoked_ms === null);
    } catch (cause) {
      fail(cause); // the strip already says that the line is down
    }
  }

  /** Takes the call; a colleague who was faster is no error, the list is simply read again. */
  async function answer(alert: Alert): Promise<boolean> {
    if (answering.value !== null) return false;
    answering.value = alert.id;
    try {
      await ok(
        api.POST('/api/v1/alerts/{alert}/answer', {
          params: { path: { alert: alert.id }, header: { 'Idempotency-Key': newKey() } },
        }),
      );
      calls.value = calls.value.filter((c) => c.id !== alert.id);
      return true;
    } catch (cause) {
      callProblem.value = fail(cause);
      return false;
    } finally {
      answering.value = null;
      void loadCalls();
    }
  }

  /** Somebody is back after the session had ended: what was refused or left out meanwhile is asked again. */
  async function resume(): Promise<void> {
    void loadCalls();
    void loadTerminals();
    await loadProjects();
    follow(project.value);
  }
  watch(renewed, () => void resume());

  const timers = [
    setInterval(() => void loadCalls(), CALLS_MS),
    setInterval(() => void loadTerminals(), TERMINALS_MS),
    setInterval(() => {
      if (projects.value.length === 0) void loadProjects();
    }, TERMINALS_MS),
  ];
  void loadProjects();
  void loadCalls();
  void loadTerminals();
  onScopeDispose(() => {
    stopped = true;
    keeper?.stop();
    timers.forEach(clearInterval);
  });

  return {
    projects,
    project,
    chart,
    problem,
    link,
    calls,
    callProblem,
    terminals,
    answering,
    words,
    at,
    hits,
    chosen,
    counts,
    available,
    loaded,
    choose,
    answer,
    refresh: () => void (keeper ? keeper.refresh() : loadProjects()),
  };
}
