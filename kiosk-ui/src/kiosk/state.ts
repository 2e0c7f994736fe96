// Everything the kiosk knows, in one place: what the daemon published (kept in memory only) and what the
// visitor at the glass is doing (wiped by `wipe()`). Screens read refs and call the functions; no screen
// keeps visitor data of its own beyond the life of its component.
import { computed, ref, shallowRef } from 'vue';
import { api, ApiError, newKey, ok, toApiError } from '@/api/client';
import type { LinkState } from '@/api/feed';
import type { PublicDisclosure, PublicProject, Session, TerminalReader } from '@/api/types';
import { classesOf, ofClass, type ClassCount } from '@/chart/classes';
import { choicesOf, NO_FILTER, runFilter, type Choices, type Filter } from '@/chart/filter';
import { ChartKeeper, type Delta } from '@/chart/keeper';
import { findUnit, type Chart } from '@/chart/model';
import { looksOf, type PaletteName } from '@/chart/paint';
import { setZone } from '@/format';
import { both, lang, setLang } from './i18n';
import { IDLE_MS, IdleMachine, WARN_MS } from './idle';

export type Screen =
  | { name: 'projects' }
  | { name: 'overview' }
  | { name: 'building'; building: number; stair: number | null; unit: number | null }
  | { name: 'unit'; unit: number }
  | { name: 'search' }
  | { name: 'compare' }
  | { name: 'disclosure'; tab: DisclosureTab }
  | { name: 'member' };

export type DisclosureTab = 'items' | 'permits' | 'fees' | 'discounts' | 'layouts';
export type Phase = 'starting' | 'pairing' | 'ready' | 'unreachable';
export type CallState = 'idle' | 'sending' | 'told' | 'coming' | 'failed';
/** Of a card reader for this machine: there is none, it waits for a card, it cannot be read now. */
export type Reader = TerminalReader['state'];
export type Notice = 'closed' | 'tooOld' | 'none' | 'withdrawn';

export const COMPARE_MAX = 4;
const RETRY_MS = 3_000;
const LOOK_MS = 10_000;

export const phase = ref<Phase>('starting');
export const startError = shallowRef<ApiError | null>(null);
export const session = shallowRef<Session | null>(null);
export const projects = shallowRef<readonly PublicProject[]>([]);
export const projectId = ref<number | null>(null);
export const chart = shallowRef<Chart | null>(null);
export const disclosure = shallowRef<PublicDisclosure | null>(null);
export const withdrawn = ref(false);
export const link = ref<LinkState>('reconnecting');
const known = ref<number | null>(null);
/** UTC ms until when what is shown is known to be true, as of the last change of the link. */
export const asOf = computed(() => known.value ?? chart.value?.publication.data_ms ?? null);
const WHOLE: Delta = { buildings: [], units: [] };
/** What the last event changed: what the overview paints again. Empty when the whole chart came anew. */
export const lastDelta = shallowRef<Delta>(WHOLE);
/** Made once for a publication and a tab: sold units must not move the bands a visitor has chosen. */
export const choices = shallowRef<Choices | null>(null);

export const awake = ref(false);
export const screen = shallowRef<Screen>({ name: 'overview' });
const stack: { screen: Screen; tab: string | null }[] = [];
export const depth = ref(0);
const tab = ref<string | null>(null);
export const filter = shallowRef<Filter>(NO_FILTER);
export const compare = shallowRef<readonly number[]>([]);
export const palette = ref<PaletteName>('authority');
export const large = ref(false);
export const contrast = ref(false);
export const reach = ref(false);
export const call = ref<CallState>('idle');
export const callOpen = ref(false);
export const displayOpen = ref(false);
export const countdown = ref<number | null>(null);
/** As the daemon told last. */
export const reader = ref<Reader>('none');

let keeper: ChartKeeper | null = null;
let visit = new AbortController();
let visitKey = newKey();
let callKey = '';
let disclosed = 0; // the publication that `disclosure` is of
let lookTimer: ReturnType<typeof setTimeout> | undefined;
let toldTimer: ReturnType<typeof setTimeout> | undefined;

/** Asked for by the address: a wall and not a kiosk. */
const wall = new URLSearchParams(location.search).get('screen') === '1';
export const big = computed(() => wall || session.value?.terminal?.kind === 'screen');
export const demo = computed(
  () => session.value?.site.demo === true || chart.value?.publication.demo === true,
);
export const looks = computed(() => (chart.value ? looksOf(chart.value.states, palette.value) : []));
/** A tab for each class there is; where there is one only, none. */
export const tabs = computed<readonly ClassCount[]>(() => {
  const found = chart.value ? classesOf(chart.value) : [];
  return found.length > 1 ? found : [];
});
const opened = computed(() => tabs.value.find((c) => c.code === tab.value) ?? tabs.value[0]);
/** The class whose tab is open, and what it is called; null and '': there are no tabs. */
export const cls = computed(() => opened.value?.code ?? null);
export const clsName = computed(() => (opened.value ? both(opened.value.zh, opened.value.en) : ''));
/** What is shown of the chart: the units of the open tab. */
export const view = computed(() =>
  chart.value && cls.value !== null ? ofClass(chart.value, cls.value) : chart.value,
);
export const outcome = computed(() =>
  view.value && choices.value ? runFilter(view.value, filter.value, choices.value) : null,
);
export const projectName = computed(() => {
  const p = chart.value?.project ?? projects.value.find((x) => x.id === projectId.value);
  return p ? both(p.name, p.name_en) : (session.value?.site.name ?? '');
});
export const complaintPhone = computed(() => disclosure.value?.complaint_phone ?? '');
/** The list is asked again at every `project` event, the chart only when it changed: the list knows better. */
const closed = computed(
  () => (projects.value.find((p) => p.id === projectId.value) ?? chart.value?.project)?.closed === true,
);
export const notice = computed<Notice>(() => {
  if (link.value === 'tooOld') return 'tooOld';
  if (withdrawn.value) return 'withdrawn';
  if (closed.value) return 'closed';
  return 'none';
});
/** Prices stay but are stamped; take-home codes and anything personal are off. */
export const stale = computed(() => link.value === 'stale' || link.value === 'tooOld');

/** Aborted when the visitor leaves: requests made for this visitor hang on it. */
export function visitSignal(): AbortSignal {
  return visit.signal;
}

/** What the daemon knows a visitor by who prints: random, and another one for the next. */
export function visitName(): string {
  return visitKey;
}

export const idle = new IdleMachine({
  idleMs: IDLE_MS,
  warnMs: WARN_MS,
  now: () => performance.now(),
  onWarn: (seconds) => (countdown.value = seconds),
  onExpire: () => wipe(),
});

// ---- moving between screens

/** This machine stands for several projects: the visitor chooses first. */
export const several = computed(
  () => projects.value.length > 1 && (session.value?.terminal?.project_id ?? null) === null,
);

function home(): Screen {
  return several.value || projectId.value === null ? { name: 'projects' } : { name: 'overview' };
}

export function go(next: Screen): void {
  const now = screen.value;
  // From one disclosure page to the next, or along stairs, is no step to come back to; what a card opened is closed.
  if (now.name !== 'member' && (now.name !== next.name || next.name === 'unit')) {
    stack.push({ screen: now, tab: tab.value });
    if (stack.length > 32) stack.shift();
  }
  // A unit found by its number or compared brings its tab with it.
  const unit = next.name === 'unit' && chart.value ? findUnit(chart.value, next.unit)?.unit : undefined;
  if (unit) turnTo(unit.cls);
  screen.value = next;
  depth.value = stack.length;
}

export function back(): void {
  const last = stack.pop();
  if (last) turnTo(last.tab);
  screen.value = last?.screen ?? home();
  depth.value = stack.length;
}

/** Areas, prices and layouts are chosen among those of a tab and go with it; a state means the same in all of them. */
function turnTo(next: string | null): void {
  const before = cls.value;
  tab.value = next;
  if (cls.value === before) return;
  filter.value = { ...NO_FILTER, states: filter.value.states };
  choices.value = view.value ? choicesOf(view.value) : null;
}

/** Opens a tab; a building that has nothing of it is left for the overview. */
export function openTab(next: string): void {
  turnTo(next);
  const at = screen.value;
  if (at.name !== 'building') return;
  const there = view.value?.buildings.some((b) => b.id === at.building);
  screen.value = there ? { ...at, stair: null, unit: null } : { name: 'overview' };
}

/** To the overview of the project; from there, where several can be chosen, to the choice. */
export function goHome(): void {
  const at = screen.value.name;
  stack.length = 0;
  depth.value = 0;
  screen.value =
    at === 'overview' || at === 'projects' || projectId.value === null ? home() : { name: 'overview' };
}

/** The first touch only wakes the screen. */
export function wake(): void {
  if (awake.value) return;
  awake.value = true;
  idle.start();
}

export function toggleCompare(unit: number): boolean {
  if (compare.value.includes(unit)) compare.value = compare.value.filter((u) => u !== unit);
  else if (compare.value.length < COMPARE_MAX) compare.value = [...compare.value, unit];
  else return false;
  return true;
}

/**
 * Forget the visitor: in-flight requests aborted, every choice back to its default, the address bar back to
 * the root, the attract loop on. Nothing of a visitor is kept anywhere else: this page writes to no storage.
 */
export function wipe(): void {
  visit.abort();
  visit = new AbortController();
  visitKey = newKey();
  idle.stop();
  stack.length = 0;
  depth.value = 0;
  turnTo(null);
  filter.value = NO_FILTER;
  compare.value = [];
  palette.value = 'authority';
  large.value = false;
  contrast.value = false;
  reach.value = false;
  call.value = 'idle';
  callOpen.value = false;
  displayOpen.value = false;
  callKey = '';
  countdown.value = null;
  awake.value = false;
  setLang(session.value?.site.lang === 'en' ? 'en' : 'zh-CN');
  screen.value = home();
  history.replaceState(null, '', location.pathname + (wall ? '?screen=1' : ''));
}

// ---- the daemon

export async function start(): Promise<void> {
  phase.value = 'starting';
  try {
    const found = await ok(api.GET('/api/v1/session', {}));
    session.value = found;
    setZone(found.site.time_zone);
    setLang(found.site.lang === 'en' ? 'en' : 'zh-CN');
    await loadProjects();
    phase.value = 'ready';
    startError.value = null;
  } catch (cause) {
    const error = toApiError(cause);
    if (error.status === 401 || error.status === 403) {
      unpair();
      return;
    }
    startError.value = error;
    phase.value = 'unreachable';
    setTimeout(() => void start(), RETRY_MS);
  }
}

function unpair(): void {
  wipe();
  leaveProject();
  session.value = null;
  phase.value = 'pairing';
}

export async function pair(code: string): Promise<void> {
  await ok(api.POST('/api/v1/terminal/pair', { body: { code } }));
  await start();
}

export async function loadProjects(): Promise<void> {
  const fixed = session.value?.terminal?.project_id ?? null;
  const list = await ok(api.GET('/api/v1/public/projects', {}));
  projects.value = fixed === null ? list.items : list.items.filter((p) => p.id === fixed);
  const at = projectId.value;
  if (at !== null && (at === fixed || projects.value.some((p) => p.id === at))) return;
  // Of several, the first stands in until one is chosen: the strip always shows a version, a permit and a phone.
  const first = fixed ?? projects.value[0]?.id ?? null;
  if (first !== null) enterProject(first);
  else {
    leaveProject();
    link.value = 'live'; // that there is nothing is what the daemon just said
    lookTimer = setTimeout(lookAgain, LOOK_MS);
  }
  screen.value = home();
}

/** Without a project there is no stream to tell of the first one. */
function lookAgain(): void {
  loadProjects().catch(() => {
    link.value = 'reconnecting';
    lookTimer = setTimeout(lookAgain, LOOK_MS);
    void checkSession();
  });
}

/** Between visitors a machine that stands for several projects shows one after the other. */
export function rotateProject(): void {
  if (!several.value || awake.value) return;
  const at = projects.value.findIndex((p) => p.id === projectId.value);
  const next = projects.value[(at + 1) % projects.value.length];
  if (!next) return;
  enterProject(next.id);
  screen.value = home();
}

export function enterProject(id: number): void {
  leaveProject();
  projectId.value = id;
  screen.value = { name: 'overview' };
  keeper = new ChartKeeper({
    project: id,
    onChart: takeChart,
    also: async (now) => {
      await loadProjects();
      if (now && projectId.value === id && disclosed !== now.publication.id) await fetchDisclosure(id, now);
    },
    onState: (state, until) => {
      link.value = state;
      known.value = until;
    },
    onRefused: () => void checkSession(),
  });
  keeper.start();
}

function leaveProject(): void {
  clearTimeout(lookTimer);
  keeper?.stop();
  keeper = null;
  link.value = 'reconnecting';
  known.value = null;
  projectId.value = null;
  chart.value = null;
  disclosure.value = null;
  disclosed = 0;
  withdrawn.value = false;
  tab.value = null;
  filter.value = NO_FILTER;
}

function takeChart(next: Chart | null, delta: Delta | null): void {
  lastDelta.value = delta ?? WHOLE;
  withdrawn.value = next === null;
  const anew = next !== null && next.publication.id !== chart.value?.publication.id;
  chart.value = next;
  if (!anew || !view.value) return;
  choices.value = choicesOf(view.value);
  filter.value = NO_FILTER;
  compare.value = compare.value.filter((id) => next.where.has(id));
}

async function fetchDisclosure(project: number, of: Chart): Promise<void> {
  const found = await ok(
    api.GET('/api/v1/public/projects/{project}/disclosure', { params: { path: { project } } }),
  );
  if (projectId.value !== project) return;
  disclosure.value = found;
  disclosed = of.publication.id;
}

/** The daemon refused: either it restarts, or this terminal is no longer one. */
export async function checkSession(): Promise<void> {
  try {
    await ok(api.GET('/api/v1/session', {}));
  } catch (cause) {
    const error = toApiError(cause);
    if (error.status === 401 || error.status === 403) unpair();
  }
}

/** For half a minute, then staff can be called again. */
function tell(how: 'told' | 'coming'): void {
  call.value = how;
  clearTimeout(toldTimer);
  toldTimer = setTimeout(() => {
    if (call.value === how) call.value = 'idle';
  }, 30_000);
}

/** Somebody has taken the call of whoever stands here. */
export function callAnswered(): void {
  if (call.value === 'told') tell('coming');
}

export async function callStaff(): Promise<void> {
  callOpen.value = true;
  if (call.value === 'sending' || call.value === 'told' || call.value === 'coming') return;
  call.value = 'sending';
  if (callKey === '') callKey = newKey();
  const unit = screen.value.name === 'unit' ? screen.value.unit : null;
  const { signal } = visit; // what comes back after the visitor left is not told to the next one
  try {
    await ok(
      api.POST('/api/v1/terminal/call', {
        params: { header: { 'Idempotency-Key': callKey } },
        body: { reason: 'help', unit_id: unit },
      }),
    );
    if (signal.aborted) return;
    tell('told');
    callKey = '';
  } catch (cause) {
    if (signal.aborted) return;
    const error = toApiError(cause);
    if (!error.uncertain) callKey = ''; // refused: the next try is a new one; unknown: the same key again
    call.value = 'failed';
  }
}

export function currentScreenName(): string {
  if (phase.value !== 'ready') return phase.value;
  if (big.value) return 'screen';
  return awake.value ? screen.value.name : 'attract';
}

export { lang };
