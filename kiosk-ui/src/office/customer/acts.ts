/* acts.ts - what can be done with a card and a member, who may, and how it is asked of the daemon. For the counter
 * and the office. No Vue in here.
 *
 * A card is blocked, replaced and taken back; the rest concerns the member. Which of them a person sees is decided
 * by rights and by what is true now, as the menu is: what cannot be done is not offered. */
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';
import { dayEnd } from '../days';

export type Card = Schemas['Card'];
export type Customer = Schemas['Customer'];
export type Member = Schemas['Member'];

export const LEVELS = ['standard', 'silver', 'gold', 'diamond'] as const satisfies Member['level'][];
/** In the order of their keys at the counter. */
export const ACTS = ['lose', 'replace', 'return', 'pin', 'unlock', 'points', 'level'] as const;
export type Act = (typeof ACTS)[number];
/** A reason is kept with these. */
export const REASONED: readonly Act[] = ['lose', 'replace', 'return', 'points'];
export const DOCUMENTS = ['id_card', 'passport', 'travel_permit', 'residence_permit', 'licence'] as const;
/** Of a form that has none to record; a select takes the empty text for nothing chosen. */
export const NO_DOCUMENT = 'none';
export type DocumentChoice = (typeof DOCUMENTS)[number] | typeof NO_DOCUMENT;

interface DocumentTyped {
  document: DocumentChoice;
  number: string;
}
/** Both, or neither. */
export const documentReady = (f: DocumentTyped): boolean =>
  (f.document === NO_DOCUMENT) === (f.number.trim() === '');
/** What a request has of it. */
export const documentPart = (
  f: DocumentTyped,
): { document?: { kind: (typeof DOCUMENTS)[number]; number: string } } =>
  f.document === NO_DOCUMENT ? {} : { document: { kind: f.document, number: f.number.trim() } };
type Has = (right: string) => boolean;

const RIGHT: Record<Act, string> = {
  lose: 'card.issue',
  replace: 'card.issue',
  return: 'card.issue',
  pin: 'member.edit',
  unlock: 'member.edit',
  points: 'points.edit',
  level: 'member.edit',
};

/** A lost card has not ended: it is replaced, or handed in when it turns up. */
export function cardActs(card: Pick<Card, 'state'>, has: Has): Act[] {
  const can: Act[] =
    card.state === 'issued'
      ? ['lose', 'replace', 'return']
      : card.state === 'lost'
        ? ['replace', 'return']
        : [];
  return can.filter((act) => has(RIGHT[act]));
}

export function isLocked(member: Pick<Member, 'pin_locked_until_ms'>, now: number): boolean {
  return member.pin_locked_until_ms !== null && member.pin_locked_until_ms > now;
}

export function memberActs(member: Pick<Member, 'pin_locked_until_ms'>, has: Has, now = Date.now()): Act[] {
  const can: Act[] = isLocked(member, now)
    ? ['pin', 'unlock', 'points', 'level']
    : ['pin', 'points', 'level'];
  return can.filter((act) => has(RIGHT[act]));
}

/** The card that is spoken of when nobody says which: the one in use, else the lost one that has not ended. */
export function cardOf(member: Pick<Member, 'cards'>): Card | null {
  return (
    member.cards.find((c) => c.state === 'issued') ?? member.cards.find((c) => c.state === 'lost') ?? null
  );
}

/** What a form asks for; each act reads its own. */
export interface Fields {
  reason: string;
  /** a swipe at this machine, or what a reader reads, typed */
  swipe: string;
  code: string;
  /** printed on the card */
  number: string;
  pin: string;
  again: string;
  /** whole points, without a sign */
  points: string;
  take: boolean;
  /** a day, the last on which the points can be used; empty: they do not expire */
  expires: string;
  level: Member['level'];
}

export const emptyFields = (level: Member['level'] = 'standard'): Fields => ({
  reason: '',
  swipe: '',
  code: '',
  number: '',
  pin: '',
  again: '',
  points: '',
  take: false,
  expires: '',
  level,
});

const PIN = /^\d{6}$/u;
const POINTS = /^[1-9]\d{0,7}$/u;
const plain = (text: string): string => text.normalize('NFKC').replace(/[\s,]/gu, '');

/** The fields that an act needs are filled; whether they are right is the daemon's to say. */
export function filled(act: Act, f: Fields): boolean {
  const said = f.reason.trim() !== '';
  if (act === 'replace') return said && (f.swipe !== '' || f.code.trim() !== '');
  if (act === 'pin') return PIN.test(f.pin) && f.pin === f.again;
  if (act === 'points') return said && POINTS.test(plain(f.points));
  if (act === 'unlock' || act === 'level') return true;
  return said;
}

type Read = Pick<Fields, 'swipe' | 'code' | 'number'>;

/** Of a card that was read or typed, what is sent: `u:` or `n:` may be left out, a bare number is a stripe's. */
export function cardPart(f: Read): { swipe?: string; code?: string; number?: string } {
  const number = f.number.trim();
  const typed = f.code.normalize('NFKC').trim();
  return {
    ...(f.swipe !== '' ? { swipe: f.swipe } : { code: /^[un]:/iu.test(typed) ? typed : `n:${typed}` }),
    ...(number !== '' ? { number } : {}),
  };
}

export interface Target {
  member: Member;
  card: Card | null;
}

/** Does @act. @key: one for the intention. Resolves with what the daemon says of the member or the card now. */
export function perform(act: Act, { member, card }: Target, f: Fields, key: string): Promise<unknown> {
  const header = { 'Idempotency-Key': key };
  const version = member.version;
  const reason = f.reason.trim();
  const ofMember = { path: { member: member.id }, header };
  const ofCard = { path: { card: card?.id ?? 0 }, header };
  switch (act) {
    case 'lose':
      return ok(api.POST('/api/v1/cards/{card}/loss', { params: ofCard, body: { reason } }));
    case 'return':
      return ok(api.POST('/api/v1/cards/{card}/return', { params: ofCard, body: { reason } }));
    case 'replace':
      return ok(
        api.POST('/api/v1/cards/{card}/replace', { params: ofCard, body: { ...cardPart(f), reason } }),
      );
    case 'pin':
      return ok(
        api.POST('/api/v1/members/{member}/pin', {
          params: { path: { member: member.id } },
          body: { version, pin: f.pin },
        }),
      );
    case 'unlock':
      return ok(api.POST('/api/v1/members/{member}/pin/unlock', { params: ofMember, body: { version } }));
    case 'level':
      return ok(
        api.PATCH('/api/v1/members/{member}', {
          params: { path: { member: member.id } },
          body: { version, level: f.level },
        }),
      );
    case 'points': {
      const expires = f.take ? null : dayEnd(f.expires);
      const points = Number(plain(f.points)) * (f.take ? -1 : 1);
      const body = { points, reason, ...(expires === null ? {} : { expires_ms: expires }) };
      return ok(api.POST('/api/v1/members/{member}/points', { params: ofMember, body }));
    }
  }
}

/* ---- finding somebody ---- */

export type Way = 'number' | 'phone' | 'name';

/** What a typed text can be, the likeliest first. A card's number may be all digits, as a phone is. */
export function ways(text: string): Way[] {
  const t = text.normalize('NFKC').trim();
  if (t === '') return [];
  if (/^\+?[\d\s()-]+$/u.test(t))
    return /^(?:\+?86)?\s*1\d{2}[\s-]?\d{4}[\s-]?\d{4}$/u.test(t) ? ['phone', 'number'] : ['number', 'phone'];
  return /\d/u.test(t) && /^[\dA-Za-z-]+$/u.test(t) ? ['number', 'name'] : ['name'];
}

export interface Found {
  /** a card was asked for, and this is it */
  card: Schemas['CardFound'] | null;
  customers: Customer[];
}

/** No such card, or no such number: the next way is tried. */
const NOT_IT = new Set(['card.unknown', 'card.code', 'card.identity', 'phone.wrong', 'fields.wrong']);

/** Looks for @text in each way it can be meant until somebody is found. @may: without member.view no card is asked for. */
export async function lookFor(text: string, has: Has, limit: number): Promise<Found> {
  const words = text.normalize('NFKC').trim();
  for (const way of ways(text)) {
    const found = await look(way, words, has, limit).catch((cause: unknown) => {
      if (NOT_IT.has((cause as { code?: string }).code ?? '')) return null;
      throw cause;
    });
    if (found && (found.card || found.customers.length)) return found;
  }
  return { card: null, customers: [] };
}

async function look(way: Way, words: string, has: Has, limit: number): Promise<Found | null> {
  if (way === 'number') {
    if (!has('member.view')) return null;
    return {
      card: await ok(api.GET('/api/v1/cards/find', { params: { query: { number: words } } })),
      customers: [],
    };
  }
  if (!has('customer.view')) return null;
  const query = way === 'phone' ? { phone: words, limit } : { name: words, limit };
  return { card: null, customers: (await ok(api.GET('/api/v1/customers', { params: { query } }))).items };
}

/** The notice and the terms that were shown last: what the next form starts with. Nothing of it is kept here. */
export async function lastShown(): Promise<{ notice: string; terms: string }> {
  const { items } = await ok(api.GET('/api/v1/customers', { params: { query: { limit: 49 } } }));
  const member = items.find((c) => c.member_id !== null)?.member_id;
  const cards = member
    ? (await ok(api.GET('/api/v1/members/{member}', { params: { path: { member } } }))).cards
    : [];
  return { notice: items[0]?.notice ?? '', terms: cards[0]?.terms ?? '' };
}
