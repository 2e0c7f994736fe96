// What the public sees and when: losses at once, gains with the next approved publication (SC-05, SC-06).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { csvOf, HEAD, unitsOf } from './lib/lists.mjs';
import { published } from './lib/published.mjs';
import {
  act,
  draft,
  hold,
  importList,
  internalUnits,
  permit,
  publicChart,
  publicUnits,
  publish,
  readyProject,
  review,
  step,
  tomorrow,
  reprice,
} from './lib/walk.mjs';

let site, admin, control, manager, id, kiosk, unit, fresh, shownOf;
before(async () => {
  ({ site, admin, control, manager, id, kiosk, unit, fresh, shownOf } = await published());
});
after(() => site.close());

/** Does @work; the kiosk must be told of @unitId by event and see @state, both within 2 s, unapproved. */
async function lossWithin2s(unitId, state, work) {
  const events = await kiosk.events(`/api/v1/public/events?project=${id}`);
  const before = await publicChart(kiosk, id);
  const begun = performance.now();
  await work();
  const told = await events.next('units', { test: (d) => d.units.some((u) => u[0] === unitId) });
  const chart = await publicChart(kiosk, id);
  assert.ok(performance.now() - begun < 2000, 'within 2 s');
  await events.close();
  assert.equal(told.data.units.find((u) => u[0] === unitId)[1], state);
  assert.equal(unitsOf(chart).find((u) => u.id === unitId).state, state);
  assert.equal((await kiosk.get(`/api/v1/public/units/${unitId}`)).state, state);
  assert.equal(chart.publication.number, before.publication.number, 'no new publication');
  assert.ok(chart.publication.patch > before.publication.patch);
}

describe('SC-05: losses reach the kiosk at once', () => {
  test('hold', async () => {
    const u = await fresh();
    await lossWithin2s(u.id, 'X', () => hold(control, id, [u]));
  });

  test('reserve for a customer', async () => {
    const u = await fresh();
    const more = { holder: '某客户', reason: '预留', until_ms: tomorrow() };
    await lossWithin2s(u.id, 'X', () => act(control, id, 'reserve', [u], more));
  });

  test('retain: not for sale any more', async () => {
    const u = await fresh();
    const more = { kind: 'self_held', reason: '自持', document: '决议 1 号' };
    await lossWithin2s(u.id, 'N', () => act(control, id, 'retain', [u], more));
  });

  for (const kind of ['seizure', 'authority_lock', 'mortgage'])
    test(`encumbrance: ${kind}; it goes, the kiosk waits`, async () => {
      const u = await fresh();
      let after;
      await lossWithin2s(u.id, 'N', async () => {
        const body = { kind, document: '裁定书', ...(kind === 'mortgage' && { sellable: false }) };
        after = await control.post(`/api/v1/units/${u.id}/encumbrances`, body, 201);
      });
      const [{ id: encumbrance }] = after.encumbrances;
      await control.post(`/api/v1/encumbrances/${encumbrance}/clear`, { document: '解除通知' }, 200);
      assert.equal((await unit(u.id)).state, 'A');
      assert.equal((await shownOf(u.id)).state, 'N', 'a gain waits');
      await control.refused('POST', `/api/v1/encumbrances/${encumbrance}/clear`, 409, 'encumbrance.cleared', {
        body: { document: '再来' },
      });
    });

  test('a mortgage that may be sold with consent is no loss', async () => {
    const u = await fresh();
    await control.post(
      `/api/v1/units/${u.id}/encumbrances`,
      { kind: 'mortgage', document: '抵押合同', sellable: true },
      201,
    );
    assert.equal((await shownOf(u.id)).state, 'A');
  });

  test('a published unit is not withdrawn while its permit is valid; an unpublished one is', async () => {
    const u = await fresh();
    const { id: unitId, version } = u;
    const refused = await control.refused(
      'POST',
      `/api/v1/projects/${id}/units/withdraw`,
      409,
      'units.refused',
      {
        body: { units: [{ id: unitId, version }], reason: '想撤' },
      },
    );
    assert.deepEqual(
      refused.errors.map((e) => e.code),
      ['guard.published'],
    );
    const other = await readyProject(control, {
      name: '未发布',
      list: { buildings: 1, floors: 2, rooms: 2 },
    });
    const [free] = (await internalUnits(control, other)).filter((x) => x.state === 'A');
    await act(control, other, 'withdraw', [free], { reason: '未公示' });
    assert.equal((await unit(free.id)).state, 'U');
  });

  test('a batch is whole or not at all', async () => {
    const [a, b] = [await fresh(), await fresh()];
    await hold(control, id, [a]);
    const units = [b, { ...a, version: a.version + 1 }];
    const refused = await control.refused('POST', `/api/v1/projects/${id}/units/hold`, 409, 'units.refused', {
      body: { units: units.map(({ id, version }) => ({ id, version })), reason: 'x', until_ms: tomorrow() },
    });
    assert.equal(refused.errors.length, 1);
    assert.deepEqual([(await unit(b.id)).state, (await unit(b.id)).version], ['A', b.version]);
    assert.equal((await shownOf(b.id)).state, 'A');
  });

  test('a hold that ends by itself frees the unit inside, not on the kiosk', async () => {
    const u = await fresh();
    const events = await control.events(`/api/v1/events?project=${id}`);
    await hold(control, id, [u], { until_ms: Date.now() + 400 });
    await events.next('unit', { test: (d) => d.unit[0] === u.id && d.unit[5] === 'A', timeout: 20000 });
    await events.close();
    assert.equal((await unit(u.id)).state, 'A');
    assert.equal((await shownOf(u.id)).state, 'X');
    const history = await control.get(`/api/v1/units/${u.id}/history`);
    assert.ok(history.items.some((h) => h.event === 'hold-expire'));
  });

  test('permit revoked: what it alone covered leaves the kiosk the same moment', async () => {
    const own = await readyProject(control, { name: '许可证', list: { buildings: 1, floors: 3, rooms: 2 } });
    await publish(control, manager, own);
    const screen = await site.terminal(admin, { project: own });
    const open = (await publicUnits(screen, own)).filter((u) => u.state === 'A');
    assert.ok(open.length > 5);
    const [{ id: permitId, version }] = (await control.get(`/api/v1/projects/${own}/permits`)).items;
    const events = await screen.events(`/api/v1/public/events?project=${own}`);
    const begun = performance.now();
    await control.post(`/api/v1/permits/${permitId}/revoke`, { version, reason: '主管部门撤销' }, 200);
    await events.next('units');
    const left = (await publicUnits(screen, own)).filter((u) => u.state === 'A');
    assert.ok(performance.now() - begun < 2000);
    assert.deepEqual(left, []);
    assert.ok((await internalUnits(control, own)).every((u) => u.state !== 'A'));
    await events.close();
    // and nothing is sold again without another permit
    const [u] = (await internalUnits(control, own)).filter((x) => x.state === 'U');
    const { errors } = await control.refused(
      'POST',
      `/api/v1/projects/${own}/units/release`,
      409,
      'units.refused',
      {
        body: { units: [{ id: u.id, version: u.version }] },
      },
    );
    assert.ok(errors.some((e) => e.code === 'guard.permit'));
  });

  test('SC-06: every change is on the internal screens within 1 s', async () => {
    const u = await fresh();
    const events = await manager.events(`/api/v1/events?project=${id}`);
    const begun = performance.now();
    await hold(control, id, [u]);
    const told = await events.next('unit', { test: (d) => d.unit[0] === u.id });
    assert.ok(told.at - begun < 1000);
    assert.equal(told.data.unit[5], 'X');
    assert.equal(told.data.unit[14], u.version + 1);
    await events.close();
  });
});

describe('SC-05: gains wait for approval', () => {
  test('a new price', async () => {
    const u = await fresh();
    const before = await shownOf(u.id);
    await reprice(control, manager, id, u.id, u.total - 100000);
    assert.equal((await unit(u.id)).total_fen, u.total - 100000);
    assert.equal((await shownOf(u.id)).total, before.total);
    assert.equal((await kiosk.get(`/api/v1/public/units/${u.id}`)).total_fen, before.total);
  });

  test('a retained unit that is released again', async () => {
    const u = await fresh();
    const { units } = await act(control, id, 'retain', [u], {
      kind: 'other',
      reason: '暂留',
      document: '文',
    });
    const back = await act(control, id, 'unretain', units, { reason: '解除', document: '文' });
    await act(control, id, 'release', back.units);
    assert.equal((await unit(u.id)).state, 'A');
    assert.equal((await shownOf(u.id)).state, 'N');
    // and the approver reads that approving puts it back on sale
    const next = await draft(control, id);
    const { units: changed } = await control.get(`/api/v1/publications/${next.id}/diff`);
    assert.equal(changed.find((row) => row.unit_id === u.id)?.change, 'opened');
    await step(control, next, 'withdraw');
  });

  test('new units, and a disabled building: with the next publication, not before', async () => {
    const own = await readyProject(control, { name: '新批次', list: { buildings: 2, floors: 2, rooms: 2 } });
    await publish(control, manager, own);
    const screen = await site.terminal(admin, { project: own });
    const before = await publicChart(screen, own);
    const rows = [
      HEAD,
      ['9栋', '1单元', '1', '101', '住宅', '户型1', '南', '90.00', '72.00', '20000', '1800000', '在售'],
    ];
    await importList(control, own, '新.csv', csvOf(rows));
    const [added] = (await internalUnits(control, own)).filter((u) => u.building === '9栋');
    await permit(control, own, [added], { number: '新批次 2 号' });
    await review(control, own);
    await act(control, own, 'release', [{ ...added, version: (await unit(added.id)).version }]);
    const { buildings } = await control.get(`/api/v1/projects/${own}/tree`);
    const second = buildings.find((b) => b.name === '2栋');
    await control.patch(`/api/v1/buildings/${second.id}`, { version: second.version, enabled: false });
    const nine = buildings.find((b) => b.name === '9栋');
    await control.patch(`/api/v1/buildings/${nine.id}`, { version: nine.version, floor_height_mm: 2900 });
    assert.deepEqual((await publicChart(screen, own)).buildings, before.buildings);
    const diff = async (p) => control.get(`/api/v1/publications/${p.id}/diff`);
    const next = await draft(control, own);
    const layouts = await control.get(`/api/v1/projects/${own}/layouts`);
    assert.ok(layouts.items.length > 0);
    const count = (await diff(next)).count;
    assert.deepEqual([count.added, count.removed], [1, 8]);
    await step(manager, await step(control, next, 'submit'), 'approve');
    const after = await publicChart(screen, own);
    assert.deepEqual(
      after.buildings.map((b) => b.name),
      ['1栋', '9栋'],
    );
    assert.equal((await screen.get(`/api/v1/public/units/${added.id}`)).floor_height_mm, 2900);
  });
});
