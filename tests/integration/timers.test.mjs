// What happens by itself when its time comes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Site, sleep } from './lib/site.mjs';
import { internalUnits, publicUnits, publish, readyProject } from './lib/walk.mjs';

let site, admin, control, manager;
async function logIn() {
  [admin, control, manager] = [
    await site.login('admin'),
    await site.login('control'),
    await site.login('manager'),
  ];
}
before(async () => {
  site = await Site.demo();
  await logIn();
});
after(() => site.close());

/** The last day of a permit ends @ms from now: no route can say that, and a test waits for no midnight. */
async function endsIn(permitId, ms) {
  await site.stop();
  const at = Date.now() + ms;
  const sql = `UPDATE permit SET valid_until = '2026-01-01', expires_ms = ${at} WHERE id = ${permitId}`;
  const done = spawnSync('sqlite3', [join(site.state, 'anchang.db'), sql], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  await site.start();
  await logIn();
  return at;
}

test('PM-20: a permit that runs out closes its units the same minute, on the kiosk too', async () => {
  const id = await readyProject(control, { name: '到期', list: { buildings: 1, floors: 2, rooms: 2 } });
  await publish(control, manager, id);
  const kiosk = await site.terminal(admin, { project: id });
  const [permit] = (await control.get(`/api/v1/projects/${id}/permits`)).items;
  const end = await endsIn(permit.id, 6000);
  const events = await kiosk.events(`/api/v1/public/events?project=${id}`);
  assert.ok(
    (await publicUnits(kiosk, id)).some((u) => u.state === 'A'),
    'on sale until then',
  );
  const told = await events.next('units', { timeout: 60000 });
  assert.ok(
    told.data.data_ms >= end && told.data.data_ms < end + 60000,
    `${told.data.data_ms - end} ms after`,
  );
  await events.close();
  assert.ok((await publicUnits(kiosk, id)).every((u) => u.state !== 'A'));
  const units = await internalUnits(control, id);
  assert.ok(units.every((u) => u.state !== 'A'));
  const [{ state }] = (await control.get(`/api/v1/projects/${id}/permits`)).items;
  assert.equal(state, 'expired');
  const [{ id: unit, version }] = units.filter((u) => u.state === 'U');
  const body = { units: [{ id: unit, version }] };
  const path = `/api/v1/projects/${id}/units/release`;
  const { errors } = await control.refused('POST', path, 409, 'units.refused', { body });
  assert.ok(errors.some((e) => e.code === 'guard.permit'));
});

test('PM-20: one that ran out while nobody was there is closed at the start', async () => {
  const id = await readyProject(control, { name: '过期', list: { buildings: 1, floors: 2, rooms: 2 } });
  await publish(control, manager, id);
  const kiosk = await site.terminal(admin, { project: id });
  const [permit] = (await control.get(`/api/v1/projects/${id}/permits`)).items;
  await endsIn(permit.id, -1000);
  const open = async () => (await publicUnits(kiosk, id)).some((u) => u.state === 'A');
  for (const end = performance.now() + 2000; await open(); await sleep(20))
    assert.ok(performance.now() < end, 'closed within 2 s of the start');
  site.verify();
});
