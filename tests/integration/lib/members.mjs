// members.mjs - members with cards and PINs, readers bound to terminals, cards swiped at them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ROOT, sleep } from './site.mjs';

export const PIN = '135791';
export const WRONG_PIN = '975313';

/** The configuration of a daemon with virtual readers of these names. */
export const virtualReaders = (...names) => ({ models: join(ROOT, 'drivers/models'), virtual: names });

let enrolled = 0;
/** A member with a card and, unless null, a PIN: { code, card, member, phone }. */
export async function enrol(cashier, { name = '司马相如', pin = PIN } = {}) {
  const n = String(++enrolled).padStart(5, '0');
  const [code, phone] = [`n:66${n}1`, `137100${n}`];
  const card = { code, terms: '会员章程 2026-01' };
  const person = { kind: 'person', name, notice: '告知', source_id: 3, phones: [{ number: phone }], card };
  const customer = await cashier.post('/api/v1/customers', person, 201);
  const member = await cashier.get(`/api/v1/members/${customer.member_id}`);
  if (pin) await setPin(cashier, member.id, pin);
  return { code, card: member.cards[0].id, member: member.id, phone };
}

/** A customer becomes a member with that card and the PIN. */
export async function enrolCustomer(cashier, customer, code) {
  const card = { code, terms: '会员章程 2026-01' };
  const { member_id: member } = await cashier.post(`/api/v1/customers/${customer}/cards`, card, 201);
  await setPin(cashier, member, PIN);
  return { code, member };
}

export async function setPin(cashier, member, pin) {
  const { version } = await cashier.get(`/api/v1/members/${member}`);
  await cashier.post(`/api/v1/members/${member}/pin`, { version, pin }, 200);
}

export const lose = (cashier, card) => cashier.post(`/api/v1/cards/${card}/loss`, { reason: '遗失' }, 200);

/** The reader, once it has its row: that takes a commit after the start. */
export async function readerOf(control, name) {
  for (;;) {
    const found = (await control.get('/api/v1/devices')).items.find((d) => d.name === name && d.id);
    if (found) return found;
    await sleep(5);
  }
}

export async function bindReader(control, name, terminal) {
  const { id, version } = await readerOf(control, name);
  await control.patch(`/api/v1/devices/${id}`, { version, terminal_id: terminal });
}

/** A card at a virtual reader; what it does is heard at the terminal. */
export async function swipeAt(site, reader, code) {
  const { status, stderr } = await site.ctlAsync('swipe', code, '--reader', reader);
  assert.equal(status, 0, stderr);
}
