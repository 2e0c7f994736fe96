// A member at the glass: the card that was swiped, and what it opened with the PIN (MB-14). It lives here and in the
// components of this folder alone, only while the screen is theirs, and is forgotten in the moment it is not: by
// another screen, another card, a broken line, a hidden page, half a minute without a touch. Then the daemon is told,
// which ends the pass; a page that cannot tell it leaves a pass that ends by itself within a minute.
import { shallowRef, watch } from 'vue';
import { api, ok, toApiError, type ApiError } from '@/api/client';
import type { MemberPane, SwipeCard, TerminalSwipe } from '@/api/types';
import { awake, big, callOpen, displayOpen, go, idle, screen, wake, wipe } from '../state';

/** With the twenty seconds of warning: half a minute without a touch (MB-14). */
export const MEMBER_IDLE_MS = 10_000;
/** A touch renews the pass, no more often than this. */
const RENEW_MS = 15_000;

export type Refusal = 'unknown' | 'ended' | 'bad' | 'refused' | 'gone';
/** `pin`: the digits are asked for; with @busy they are being looked at, with @tries the last ones were wrong. */
export type Step =
  | { name: 'reading' }
  | { name: 'card'; card: SwipeCard }
  | { name: 'pin'; card: SwipeCard; busy: boolean; tries: number | null; error: ApiError | null }
  | { name: 'pane'; pane: MemberPane }
  | { name: 'refused'; why: Refusal }
  | { name: 'failed'; error: ApiError };

export interface Visit {
  /** The reader is made up: a demonstration or a test. */
  virtual: boolean;
  step: Step;
}
export const visit = shallowRef<Visit | null>(null);

let swipe = ''; // the id by which the daemon knows the card
let asking = new AbortController();
let renewed = 0;
let usual = (): void => undefined; // back to the usual patience

watch(
  screen,
  (now) => {
    if (now.name !== 'member') forget();
  },
  { flush: 'sync' },
);

function forget(): void {
  if (visit.value === null) return;
  asking.abort();
  visit.value = null;
  usual();
  if (swipe === '') return;
  const query = { swipe };
  swipe = '';
  api
    .DELETE('/api/v1/terminal/member', { params: { query }, keepalive: true })
    .catch(() => undefined) // the line is down: see above
    .finally(() => performance.clearResourceTimings()); // addresses with the swipe in them
}

function turn(step: Step): void {
  if (visit.value !== null) visit.value = { ...visit.value, step };
}

/** Wipes all of whoever is here, if a card was swiped. */
export function closeMember(): void {
  if (visit.value !== null) wipe();
}

/** The daemon has closed it: the card was lost, or the PIN is another. */
export function memberEnded(): void {
  if (visit.value?.step.name === 'pane') wipe();
}

/** Whether it is more than word of a card that could not be read. */
function personal(): boolean {
  return visit.value !== null && swipe !== '';
}

export function swiped(event: TerminalSwipe): void {
  if (big.value) return;
  if (event.result !== 'card') {
    // What one person opened is not closed by a bad read, and who reads noise is not kept awake by it.
    if (!personal() && visit.value?.step.name !== 'refused')
      begin(event, { name: 'refused', why: event.result });
    return;
  }
  if (personal()) wipe(); // somebody else's, as far as anybody knows
  begin(event, { name: 'reading' });
  swipe = event.id;
  void lookAtCard();
}

function begin(event: TerminalSwipe, step: Step): void {
  wake();
  callOpen.value = displayOpen.value = false;
  if (screen.value.name !== 'member') go({ name: 'member' });
  asking = new AbortController();
  visit.value = { virtual: event.virtual, step };
  usual = idle.patience(MEMBER_IDLE_MS);
  idle.touch();
}

/** The card as it is now; null: it said so itself, or nobody waits for it any more. */
async function askCard(): Promise<SwipeCard | null> {
  const { signal } = asking;
  try {
    const path = { swipe };
    const card = await ok(api.GET('/api/v1/terminal/swipes/{swipe}', { params: { path }, signal }));
    if (signal.aborted) return null;
    if (card.card === 'member') return card;
    turn({ name: 'refused', why: card.card });
  } catch (cause) {
    if (!signal.aborted) fail(toApiError(cause));
  }
  return null;
}

function fail(error: ApiError): void {
  const gone = error.status === 404 || error.code === 'swipe.gone';
  turn(gone ? { name: 'refused', why: 'gone' } : { name: 'failed', error });
}

export async function lookAtCard(): Promise<void> {
  turn({ name: 'reading' });
  const card = await askCard();
  if (card) turn({ name: 'card', card });
}

export function askPin(card: SwipeCard): void {
  turn({ name: 'pin', card, busy: false, tries: null, error: null });
}

export async function enterPin(card: SwipeCard, pin: string): Promise<void> {
  const { signal } = asking;
  turn({ name: 'pin', card, busy: true, tries: null, error: null });
  try {
    const pane = await ok(api.POST('/api/v1/terminal/member', { body: { swipe, pin }, signal }));
    if (signal.aborted) return;
    renewed = performance.now();
    turn({ name: 'pane', pane });
  } catch (cause) {
    if (!signal.aborted) await notOpened(card, toApiError(cause));
  }
}

/** A wrong PIN: how many tries are left, or until when there are none, is asked anew. */
async function notOpened(card: SwipeCard, error: ApiError): Promise<void> {
  if (error.code !== 'pin.wrong' && error.code !== 'pin.locked') {
    if (error.code === 'swipe.gone') fail(error);
    else turn({ name: 'pin', card, busy: false, tries: null, error });
    return;
  }
  const now = await askCard();
  if (now?.pin === 'set') turn({ name: 'pin', card: now, busy: false, tries: now.pin_tries, error: null });
  else if (now) turn({ name: 'card', card: now });
}

/** A touch on what the pass shows: it goes on, at the daemon too. */
export async function renew(): Promise<void> {
  if (performance.now() - renewed < RENEW_MS) return;
  renewed = performance.now();
  const { signal } = asking;
  try {
    const pane = await ok(api.GET('/api/v1/terminal/member', { signal }));
    if (!signal.aborted) turn({ name: 'pane', pane });
  } catch {
    if (!signal.aborted && awake.value) wipe(); // it has ended, or nobody can say that it has not
  }
}
