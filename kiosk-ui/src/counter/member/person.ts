// Who stands at the counter: what a swipe or a search puts on the screen, and what a swipe may not push off it.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { api, ok, toApiError, type ApiError } from '@/api/client';
import type { Schemas } from '@/api/types';
import {
  cardActs,
  cardOf,
  lookFor,
  memberActs,
  type Act,
  type Card,
  type Customer,
  type Member,
} from '@/office/customer/acts';
import { renewed } from '@/office/session';
import type { Swipe } from '../terminal';

/** What the middle of the desk shows of a card or a person. @virtual: the reader has no hardware. */
export type Shown =
  | { kind: 'member'; member: Member; card: Card | null; customer: Customer | null; virtual: boolean }
  | { kind: 'customer'; customer: Customer }
  /** nobody's card; @card: who had it last has handed it in */
  | { kind: 'unknown'; swipe: string; card: Card | null; virtual: boolean }
  /** a card that is dead: nothing of its member is shown */
  | { kind: 'dead'; card: Card; member: Member; virtual: boolean }
  | { kind: 'problem'; problem: ApiError; swipe: Swipe };

/** What is being filled in. @card: it waits for a card, so one that is nobody's is meant for it. */
export interface FormState {
  card: boolean;
  dirty: boolean;
}

/** What a swipe does to what is on the screen: it takes the place of it, is the card the form waits for, or waits
 * itself until somebody has said what becomes of what was typed. */
export function meets(form: FormState | null, arrived: Shown): 'show' | 'take' | 'ask' {
  if (!form) return 'show';
  if (form.card && arrived.kind === 'unknown') return 'take';
  return form.dirty ? 'ask' : 'show';
}

/** What a card that was found puts on the screen. */
export function shownOf({ card, member }: Schemas['CardFound'], swipe: Pick<Swipe, 'id' | 'virtual'>): Shown {
  const { virtual } = swipe;
  if (card.state === 'issued') return { kind: 'member', member, card, customer: null, virtual };
  // Handed in, its code is free: it is here to be issued again. A number that was typed is no card at hand.
  if (card.state === 'returned' && swipe.id !== '')
    return { kind: 'unknown', swipe: swipe.id, card, virtual };
  return { kind: 'dead', card, member, virtual };
}

/** Only a person can be a member. */
export const isCompany = (s: Shown | null): boolean =>
  s?.kind === 'customer' && s.customer.kind === 'company';

export type Notice = 'bad' | 'refused' | 'gone' | 'taken';
export type Step = Act | 'issue';
/** Alt and this digit. A reader that types like a keyboard has no Alt: nothing it sends starts anything. */
export const KEYS: Record<Step | 'clear', string> = {
  lose: '1',
  replace: '2',
  return: '3',
  pin: '4',
  unlock: '5',
  points: '6',
  level: '7',
  clear: '8',
  issue: '9',
};

const NOTICE_MS = 8_000;
/** Nobody's data stay on a desk that nobody touches. */
export const IDLE_MS = 3 * 60_000;
export const HITS = 6;

export interface Rights {
  has: (right: string) => boolean;
}

export function createPerson(rights: Rights) {
  const shown = shallowRef<Shown | null>(null);
  const doing = ref<Step | null>(null);
  const dirty = ref(false);
  /** The card that the open form is about to use. */
  const card = ref<{ swipe: string; virtual: boolean } | null>(null);
  /** Waits until somebody has said what becomes of the form; null beside `asking`: the form is to be closed. */
  const pending = shallowRef<Shown | null>(null);
  const asking = ref(false);
  const notice = ref<Notice | null>(null);
  const hits = shallowRef<Customer[] | null>(null);
  const problem = shallowRef<ApiError | null>(null);
  const searching = ref(false);
  /** What was done last with who is shown. */
  const said = ref<Step | null>(null);
  let turn = 0;
  let noticeTimer: ReturnType<typeof setTimeout> | undefined;
  let touched = performance.now();

  const form = computed<FormState | null>(() =>
    doing.value === null
      ? null
      : { card: doing.value === 'issue' || doing.value === 'replace', dirty: dirty.value },
  );
  const mayIssue = computed(() => rights.has('card.issue') && rights.has('customer.view'));
  const acts = computed<Step[]>(() => {
    const s = shown.value;
    if (s?.kind === 'dead') return cardActs(s.card, rights.has);
    if (s?.kind !== 'member') return [];
    const of = s.card ?? cardOf(s.member);
    const first: Step[] = of ? cardActs(of, rights.has) : mayIssue.value ? ['issue'] : [];
    return [...first, ...memberActs(s.member, rights.has)];
  });
  /** There is nothing but the form: it goes with what it is about. */
  const formAlone = computed(() => shown.value?.kind === 'unknown' || shown.value?.kind === 'customer');

  function tell(next: Notice | null): void {
    clearTimeout(noticeTimer);
    notice.value = next;
    if (next) noticeTimer = setTimeout(() => (notice.value = null), NOTICE_MS);
  }

  function touch(): void {
    touched = performance.now();
  }

  /** Puts @next there, whatever was there. */
  function put(next: Shown | null): void {
    turn += 1;
    shown.value = next;
    pending.value = null;
    asking.value = false;
    dirty.value = false;
    hits.value = null;
    problem.value = null;
    said.value = null;
    doing.value = formAlone.value && mayIssue.value && !isCompany(next) ? 'issue' : null;
    card.value = next?.kind === 'unknown' ? { swipe: next.swipe, virtual: next.virtual } : null;
    if (next?.kind === 'member' && !next.customer) void loadCustomer(next.member);
  }

  /** The phone, masked, comes after the member: nobody waits for it. */
  async function loadCustomer(member: Member): Promise<void> {
    if (member.customer_id === null || !rights.has('customer.view')) return;
    try {
      const params = { path: { customer: member.customer_id } };
      const customer = await ok(api.GET('/api/v1/customers/{customer}', { params }));
      const now = shown.value;
      if (now?.kind === 'member' && now.member.id === member.id) shown.value = { ...now, customer };
    } catch {
      // the member is there without it
    }
  }

  function arrive(next: Shown): void {
    tell(null);
    const how = meets(form.value, next);
    if (how === 'show') put(next);
    else if (how === 'ask') {
      pending.value = next;
      asking.value = true;
    } else if (next.kind === 'unknown') {
      card.value = { swipe: next.swipe, virtual: next.virtual };
      tell('taken');
    }
  }

  /** One question to the daemon, and the member is there (CU-25). */
  async function onSwipe(swipe: Swipe): Promise<void> {
    touch();
    if (swipe.result !== 'card') {
      tell(swipe.result);
      return;
    }
    const mine = (turn += 1);
    try {
      const found = await ok(api.GET('/api/v1/cards/find', { params: { query: { swipe: swipe.id } } }));
      if (mine === turn) arrive(shownOf(found, swipe));
    } catch (cause) {
      if (mine !== turn) return; // another card has been swiped since
      const error = toApiError(cause);
      const { id, virtual } = swipe;
      if (error.code === 'card.unknown') arrive({ kind: 'unknown', swipe: id, card: null, virtual });
      else if (error.code === 'swipe.gone') tell('gone');
      else arrive({ kind: 'problem', problem: error, swipe });
    }
  }

  /** By a card's number, a phone or a name, without a swipe (MB-05). */
  async function search(text: string): Promise<void> {
    const mine = (turn += 1);
    searching.value = true;
    problem.value = null;
    try {
      const found = await lookFor(text, rights.has, HITS);
      if (mine !== turn) return;
      const [first, ...more] = found.customers;
      hits.value = null;
      if (found.card) arrive(shownOf(found.card, { id: '', virtual: false }));
      else if (first && !more.length) await pick(first);
      else {
        if (!dirty.value) put(null); // who was there is not who is looked for
        hits.value = found.customers;
      }
    } catch (cause) {
      if (mine === turn) problem.value = toApiError(cause);
    } finally {
      searching.value = false;
    }
  }

  async function pick(customer: Customer): Promise<void> {
    if (customer.member_id === null || !rights.has('member.view')) {
      arrive({ kind: 'customer', customer });
      return;
    }
    await open(customer.member_id, customer);
  }

  /** The member as it is now. */
  async function open(id: number, customer: Customer | null = null): Promise<void> {
    const mine = (turn += 1);
    try {
      const member = await ok(api.GET('/api/v1/members/{member}', { params: { path: { member: id } } }));
      if (mine === turn) arrive({ kind: 'member', member, card: null, customer, virtual: false });
    } catch (cause) {
      if (mine === turn) problem.value = toApiError(cause);
    }
  }

  /** Something was done: the form goes, and the member is shown as it is now. */
  async function done(member: number, what: Step | null): Promise<void> {
    const now = shown.value;
    doing.value = null;
    dirty.value = false;
    card.value = null;
    await open(member, now?.kind === 'member' ? now.customer : null);
    said.value = what;
  }

  function start(next: Step | null): void {
    touch();
    if (doing.value === next) return;
    doing.value = next;
    said.value = null;
    dirty.value = false;
    card.value = null;
  }

  /** The form: something is typed in it. */
  function typed(something: boolean): void {
    dirty.value = something;
  }
  /** The swipe that the form was about to use is too old. */
  function dropCard(): void {
    card.value = null;
  }
  function dropHits(): void {
    hits.value = null;
  }

  /** Away with the form, then with the person; what was typed is asked about first. False: there is nothing. */
  function back(): boolean {
    if (asking.value) {
      stay();
      return true;
    }
    if (doing.value !== null && dirty.value) {
      pending.value = null;
      asking.value = true;
      return true;
    }
    if (doing.value !== null && !formAlone.value) start(null);
    else if (hits.value) hits.value = null;
    else if (shown.value) put(null);
    else return false;
    return true;
  }

  /** What was typed is kept, the card that came between is not shown. */
  function stay(): void {
    pending.value = null;
    asking.value = false;
  }

  function leave(): void {
    const next = pending.value;
    if (next) put(next);
    else {
      dirty.value = false;
      asking.value = false;
      back();
    }
  }

  // Refused because the session had ended: somebody is back.
  watch(renewed, () => {
    if (problem.value?.status === 401) problem.value = null;
    touch();
  });
  const timer = setInterval(() => {
    if (performance.now() - touched < IDLE_MS || dirty.value || (!shown.value && !hits.value)) return;
    put(null);
  }, 5_000);
  onScopeDispose(() => {
    turn += 1;
    clearInterval(timer);
    clearTimeout(noticeTimer);
  });

  return {
    shown,
    doing,
    dirty,
    card,
    pending,
    asking,
    notice,
    hits,
    problem,
    searching,
    said,
    acts,
    mayIssue,
    onSwipe,
    search,
    pick,
    open,
    done,
    start,
    back,
    stay,
    leave,
    touch,
    typed,
    dropCard,
    dropHits,
  };
}

export type Person = ReturnType<typeof createPerson>;
