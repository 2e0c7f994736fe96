// The way to the tax platform, against one that is played: it issues, is slow, refuses, loses its reply, is down; the
// daemon is killed between submitting and noting. A request is one invoice, whatever happens (IV-01, IN-02).
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { take, till } from './lib/money.mjs';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

const config = { site: { demo: 'yes' }, invoice: { channel: 'stub', unheard: 1 } };
let site, cashier, project, deal, name, folder;
before(async () => {
  site = await Site.demo({ config });
  folder = join(site.state, 'invoice-stub');
  const sales = await site.login('sales');
  cashier = await site.login('cashier');
  const shop = await Sales.of(sales, cashier);
  project = shop.project;
  deal = await shop.signed();
  await till(cashier, project);
  const customer = (await cashier.get(`/api/v1/deals/${deal.id}`)).buyers[0].customer_id;
  ({ id: name } = await cashier.post(
    `/api/v1/deals/${deal.id}/invoice-profiles`,
    { customer_id: customer, kind: 'person', name: '王小明', tax_no: '11010519491231002X' },
    201,
  ));
});
after(() => site.close());

const mode = (word) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'mode'), `${word}\n`);
};
/** What the platform has heard of. */
const heard = () => readdirSync(folder).filter((file) => file.startsWith('anchang-'));
async function asked() {
  const receipt = await take(cashier, deal.id, 'down_payment', 100000);
  const { items } = await cashier.get(`/api/v1/deals/${deal.id}/invoice-sources`);
  const { voucher_id } = items.find((s) => s.receipt === receipt.number);
  return cashier.post(`/api/v1/deals/${deal.id}/invoices`, { profile_id: name, parts: [{ voucher_id }] }, 201);
}
const one = (id) => cashier.get(`/api/v1/invoices/${id}`);
async function until(id, ...states) {
  for (const end = performance.now() + 20000; ; await sleep(50)) {
    const invoice = await one(id);
    if (states.includes(invoice.state)) return invoice;
    assert.ok(performance.now() < end, `${invoice.state}, not ${states}`);
  }
}
const story = (invoice) => invoice.events.map((e) => e.state);

test('it is sent, issued, and has the number that the platform said', async () => {
  mode('issue');
  const invoice = await until((await asked()).id, 'issued');
  assert.deepEqual(story(invoice), ['wanted', 'sent', 'issued']);
  assert.match(invoice.number, /^00000000\d{12}$/);
  const lines = heard().map((file) => readFileSync(join(folder, file), 'utf8'));
  assert.ok(lines.some((line) => line.includes(invoice.number)));
  const page = await cashier.get(`/api/v1/projects/${project}/invoices`);
  assert.equal(page.channel, 'stub');
});

test('a slow one is asked for until it is there, and submitted once', async () => {
  mode('slow');
  const before = heard().length;
  const { id } = await asked();
  await until(id, 'sent');
  await sleep(1500); // longer than what was not heard would wait
  assert.equal((await one(id)).state, 'sent');
  await cashier.refused('POST', `/api/v1/invoices/${id}/void`, 409, 'invoice.step', {
    body: { version: (await one(id)).version, reason: '不开了' },
  });
  mode('issue');
  assert.deepEqual(story(await until(id, 'issued')), ['wanted', 'sent', 'issued']);
  assert.equal(heard().length, before + 1);
});

test('one that is refused says why, and goes again when somebody wants it', async () => {
  mode('refuse');
  const { id } = await asked();
  const refused = await until(id, 'refused');
  assert.match(refused.detail, /税号不存在/);
  await cashier.post(`/api/v1/invoices/${id}/void`, { version: refused.version, reason: '换抬头' }, 200);
});

test('a lost reply is asked for, never submitted again', async () => {
  mode('lose');
  const before = heard().length;
  const invoice = await until((await asked()).id, 'issued');
  assert.deepEqual(story(invoice), ['wanted', 'sent', 'issued']);
  assert.equal(heard().length, before + 1);
});

test('one that never arrived waits again, and goes when the platform is there', async () => {
  mode('down');
  const { id } = await asked();
  await until(id, 'sent');
  await sleep(1200);
  assert.equal((await one(id)).state, 'sent'); // nobody knows
  mode('issue');
  assert.deepEqual(story(await until(id, 'issued')), ['wanted', 'sent', 'wanted', 'sent', 'issued']);
});

test('killed between submitting and noting: it is asked for, and is one invoice', async () => {
  mode('hang');
  const before = heard().length;
  const { id } = await asked();
  for (const end = performance.now() + 10000; heard().length === before; await sleep(20))
    assert.ok(performance.now() < end, 'it was not submitted');
  await site.kill();
  mode('issue');
  await site.start();
  cashier = await site.login('cashier');
  const invoice = await until(id, 'issued');
  assert.deepEqual(story(invoice), ['wanted', 'sent', 'issued']);
  assert.equal(heard().length, before + 1);
  await site.stop();
  site.verify();
  await site.start();
});

test('what plays a platform is refused on a real site', () => {
  const real = new Site({ config: { invoice: { channel: 'stub' } } });
  real.ctlOk('user', 'add', 'root', '--name', '根', '--posts', 'admin', { input: 'correct horse battery0\n' });
  const done = real.run();
  assert.notEqual(done.status, 0);
  assert.match(done.stderr, /for demonstrations alone/);
  real.close();
});
