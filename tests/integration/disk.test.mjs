// NT-09: a disk that is nearly full calls staff, at the counter and in the office, says what is left, and takes the
// call back when there is room again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { copyState, scratch, Site, sleep } from './lib/site.mjs';

const MIB = 1024 * 1024;
const PATIENCE_MS = 15_000; // the disks are looked at every two seconds

/** A file system of @size MiB, or null where none can be mounted. */
function small(size) {
  const folder = scratch();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'anchang-test', folder]).status !== 0) return null;
  after(() => spawnSync('umount', ['-l', folder]));
  return folder;
}
const [stateDisk, backupDisk] = [small(96), small(32)];
const skip = stateDisk && backupDisk ? false : 'a small tmpfs cannot be mounted here (not root)';
const fill = (folder, mib) => spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'ballast')}`, 'bs=1048576', `count=${mib}`]);
const clear = (folder) => rmSync(join(folder, 'ballast'));

/** The calls about disks, once @test holds of them. */
async function calls(who, test) {
  for (const end = performance.now() + PATIENCE_MS; ; ) {
    const items = (await who.get('/api/v1/alerts')).items.filter((a) => a.reason.startsWith('disk'));
    if (test(items)) return items;
    assert.ok(performance.now() < end, JSON.stringify(items));
    await sleep(50);
  }
}

describe('NT-09: a disk is nearly full', { skip }, () => {
  let site, cashier, manager;
  test('a call of the site, with what is left; one, to all who take calls; over when there is room again', async () => {
    const made = await Site.demo();
    await made.stop();
    const state = join(stateDisk, 'state');
    copyState(made.state, state);
    await made.close();
    const storage = { 'disk-low': 40, 'disk-low-percent': 50, backups: backupDisk };
    site = new Site({ state, config: { storage } });
    await site.start();
    [cashier, manager] = [await site.login('cashier'), await site.login('manager')];
    const events = await manager.events('/api/v1/events?project=1');
    assert.deepEqual(await calls(cashier, () => true), []);

    fill(stateDisk, 70);
    const [call] = await calls(cashier, (items) => items.length > 0);
    assert.deepEqual([call.terminal, call.reason, call.unit], [null, 'disk', null]);
    assert.ok(call.free_bytes > 0 && call.free_bytes < 40 * MIB, String(call.free_bytes));
    assert.equal((await events.next('alert')).data.id, call.id);
    assert.equal((await calls(manager, () => true)).length, 1);
    const ready = await site.client().get('/readyz');
    assert.equal(ready.ok, true, 'it serves all the same');
    assert.match(ready.warnings.join(), /nearly full: \d+ MiB are left/);
    const disk = (await manager.get('/api/v1/system')).disks.find((d) => d.name === 'state');
    assert.deepEqual([disk.low, disk.path], [true, state]);
    assert.ok(disk.total_bytes === 96 * MIB && disk.free_bytes < 40 * MIB);

    clear(stateDisk);
    await calls(cashier, (items) => items.length === 0);
    assert.deepEqual((await site.client().get('/readyz')).warnings, []);
    assert.equal((await manager.get('/api/v1/system')).disks.find((d) => d.name === 'state').low, false);
    await events.close();
  });

  test('the folder of the backups, on a disk of its own, calls by itself', async () => {
    fill(backupDisk, 28);
    const [call] = await calls(cashier, (items) => items.length > 0);
    assert.equal(call.reason, 'disk-backups');
    assert.ok(call.free_bytes <= 4 * MIB);
    clear(backupDisk);
    await calls(cashier, (items) => items.length === 0);
  });

  test('who takes the call ends it; it rings again when the disk was well in between, and after a restart', async () => {
    fill(stateDisk, 70);
    const [call] = await calls(cashier, (items) => items.length > 0);
    const taken = await cashier.post(`/api/v1/alerts/${call.id}/answer`, undefined, 200);
    assert.deepEqual([taken.terminal, taken.answered_by], [null, 'cashier']);
    assert.deepEqual(await calls(cashier, () => true), []);
    await site.restart();
    cashier = await site.login('cashier');
    const [again] = await calls(cashier, (items) => items.length > 0);
    assert.notEqual(again.id, call.id);
    clear(stateDisk);
    await calls(cashier, (items) => items.length === 0);
    site.verify();
  });

  test('full to the last block: told as soon as a row has room', async () => {
    fill(stateDisk, 96);
    await sleep(2500); // a look at the full disk
    const ready = await site.client().get('/readyz');
    assert.match(ready.warnings.join(), /nearly full/);
    clear(stateDisk);
    fill(stateDisk, 70);
    await calls(cashier, (items) => items.length > 0);
    clear(stateDisk);
    await calls(cashier, (items) => items.length === 0);
    await site.close();
  });
});

test('limits of the configuration', () => {
  for (const [key, value] of [['disk-low', '-1'], ['disk-low', '1048577'], ['disk-low-percent', '101'], ['backups', 'var/b']]) {
    const own = new Site({ config: { storage: { [key]: value } } });
    const { status, stderr } = own.run();
    assert.equal(status, 78, stderr);
    assert.match(stderr, new RegExp(`no value for ${key}`));
  }
});
