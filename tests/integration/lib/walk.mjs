// walk.mjs - the way of a project from an empty shell to the kiosk, as an office goes it.
import assert from 'node:assert/strict';
import { csvOf, madeList, unitsOf } from './lists.mjs';

const refs = (units) => units.map(({ id, version }) => ({ id, version }));

/** Looks at an uploaded list and returns what the daemon makes of it: { file, plan, scan }. */
export async function scanList(client, projectId, name, bytes, { decisions = [], ...more } = {}) {
  const path = `/api/v1/imports?name=${encodeURIComponent(name)}&project=${projectId}`;
  const file = await client.upload(path, bytes);
  const plan = { mapping: file.suggestion, decisions, ...more };
  const scan = await client.post(`/api/v1/imports/${file.id}/scan`, plan, 200);
  return { file, plan, scan };
}

export const commit = (client, { file, plan }, options = {}) =>
  client.post(`/api/v1/imports/${file.id}/commit`, plan, 200, { timeout: 120000, ...options });

/** Uploads, scans, decides, commits. Resolves with { file, scan, result }. */
export async function importList(client, projectId, name, bytes, options) {
  const looked = await scanList(client, projectId, name, bytes, options);
  return { ...looked, result: await commit(client, looked) };
}

export const internalChart = (client, projectId) => client.get(`/api/v1/projects/${projectId}/chart`);
export const internalUnits = async (client, projectId) => unitsOf(await internalChart(client, projectId));
export const publicChart = (client, projectId) => client.get(`/api/v1/public/projects/${projectId}/chart`);
export const publicUnits = async (client, projectId) => unitsOf(await publicChart(client, projectId));

/** A batch step on units that have `id` and `version`. */
export function act(client, projectId, step, units, more = {}, status = 200, options = {}) {
  const path = `/api/v1/projects/${projectId}/units/${step}`;
  return client.post(path, { units: refs(units), ...more }, status, options);
}

export const tomorrow = () => Date.now() + 86400000;

export const hold = (client, projectId, units, more = {}, status = 200, options = {}) =>
  act(
    client,
    projectId,
    'hold',
    units,
    { reason: '内部保留', until_ms: tomorrow(), ...more },
    status,
    options,
  );

export function permit(client, projectId, units, more = {}, status = 201) {
  const body = {
    kind: 'presale',
    number: `测试预售字第 ${projectId} 号`,
    issued_date: '2026-01-15',
    scope: '全部楼栋',
    units_named: units.length,
    escrow_bank: '测试银行',
    escrow_name: '监管账户',
    escrow_account: '6200 0000',
    unit_ids: units.map((u) => u.id),
    ...more,
  };
  return client.post(`/api/v1/projects/${projectId}/permits`, body, status);
}

export const DISCLOSED = {
  P3: '出让',
  P4: '2020-01-01 至 2090-01-01',
  P7: '3.0',
  P8: '30 %',
  P9: '1 : 1',
  P10: '剪力墙',
  P11: '毛坯',
  P12: '齐备',
  P14: '无优惠',
  P15: '无代收代办收费',
  P16: '一级物业服务',
  P17: '12345',
  P20: '已公示',
  P21: '无代理',
  P24: '无抵押',
};

/** Writes every mandated item that is a text, and a property fee. */
export async function disclose(client, projectId, items = DISCLOSED) {
  const { items: now } = await client.get(`/api/v1/projects/${projectId}/disclosure`);
  for (const [code, value] of Object.entries(items)) {
    const { version } = now.find((item) => item.code === code);
    await client.put(`/api/v1/projects/${projectId}/disclosure/${code}`, { version, value });
  }
  await client.post(`/api/v1/projects/${projectId}/fees`, {
    kind: 'property',
    name: '物业服务费',
    standard: '2.8 元/m²·月',
    basis: '合同',
  });
}

export async function review(client, projectId) {
  const units = await internalUnits(client, projectId);
  return act(client, projectId, 'area-review', units, { stage: 'premeasured' });
}

/** One layout for all homes that have none. */
export async function giveLayouts(client, projectId) {
  const body = { name: `标准户型 ${projectId}`, rooms: 3, halls: 2, baths: 1 };
  const layout = await client.post(`/api/v1/projects/${projectId}/layouts`, body, 201);
  const bare = (await internalUnits(client, projectId)).filter((u) => u.layout < 0);
  if (bare.length)
    await client.post(
      `/api/v1/projects/${projectId}/layouts/${layout.id}/assign`,
      { units: refs(bare) },
      200,
    );
  return layout;
}

export async function giveFloorHeights(client, projectId, mm = 2900) {
  const { buildings } = await client.get(`/api/v1/projects/${projectId}/tree`);
  for (const { id, version } of buildings)
    await client.patch(`/api/v1/buildings/${id}`, { version, floor_height_mm: mm });
}

/** Releases what is not released and can be. */
export async function release(client, projectId) {
  const units = (await internalUnits(client, projectId)).filter((u) => u.state === 'U');
  if (units.length) await act(client, projectId, 'release', units);
  return units.length;
}

export const draft = (client, projectId, note = '') =>
  client.post(`/api/v1/projects/${projectId}/publications`, { note }, 201);
export const step = (client, publication, name, more = {}, status = 200, options = {}) =>
  client.post(
    `/api/v1/publications/${publication.id}/${name}`,
    { version: publication.version, ...more },
    status,
    options,
  );

/** Draft, submission by @author, approval by @approver. */
export async function publish(author, approver, projectId) {
  const submitted = await step(author, await draft(author, projectId), 'submit');
  return step(approver, submitted, 'approve', { hash: submitted.hash });
}

/** A project of generated units, complete but for the publication. Resolves with its id. */
export async function readyProject(author, { name, list = {}, shape = {} } = {}) {
  const fields = { address: '测试路 1 号', developer: '测试置业', phone: '0000', city: '测试市' };
  const project = await author.post('/api/v1/projects', { name, ...fields, ...shape }, 201);
  const { result } = await importList(author, project.id, `${name}.csv`, csvOf(madeList(list)));
  assert.ok(result.units > 0);
  await permit(author, project.id, await internalUnits(author, project.id));
  await review(author, project.id);
  await giveLayouts(author, project.id);
  await giveFloorHeights(author, project.id);
  await disclose(author, project.id);
  await release(author, project.id);
  return project.id;
}

/** Another list price of one unit that was published: a plan by @author, approved by @approver. */
export async function reprice(author, approver, projectId, unitId, totalFen) {
  const how = { target: 'list', method: 'replace', per: 'total', value: totalFen, unit_id: unitId };
  const body = { ...how, title: '调价', reason: '调价' };
  const plan = await author.post(`/api/v1/projects/${projectId}/reprices`, body, 201);
  const { items } = await approver.get('/api/v1/my/approvals?limit=200');
  const task = items.find((a) => a.id === plan.approval_id);
  const decision = { version: task.version, outcome: 'approved' };
  return approver.post(`/api/v1/approval-tasks/${task.task_id}/decide`, decision, 200);
}
