// WF-02: a field that an office makes required is asked for of every subject, and every way of asking can give it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Sales } from './lib/service.mjs';
import { Site } from './lib/site.mjs';

let site, admin, sales, service, made;
before(async () => {
  site = await Site.demo();
  [admin, sales] = await Promise.all(['admin', 'sales'].map((login) => site.login(login)));
  service = await site.user('kefu', 'service');
  made = await Sales.of(sales, await site.login('cashier'));
});
after(() => site.close());

/** Asks without the field and with it; the request has what was filled in. @approval: of the answer. */
async function asked(subject, who, path, body, approval) {
  const field = await admin.post(
    '/api/v1/form-fields',
    { subject, project_id: made.project, type: 'choice', name: '依据', choices: ['会议纪要', '批文'], required: true },
    201,
  );
  const missing = await who.refused('POST', path, 422, 'fields.wrong', { body });
  assert.deepEqual(
    missing.errors.map((e) => [e.code, e.field]),
    [['field.missing', `values/${field.id}`]],
    subject,
  );
  const wrong = { ...body, values: { [field.id]: '口头' } };
  await who.refused('POST', path, 422, 'fields.wrong', { body: wrong });
  const reply = await who.post(path, { ...body, values: { [field.id]: '批文' } }, 201);
  const request = await who.get(`/api/v1/approvals/${approval(reply)}`);
  assert.deepEqual([request.subject, request.values.map((v) => v.value)], [subject, ['批文']]);
}

test('terms beyond what one may give', async () => {
  const { items } = await sales.get(made.path('units?limit=500'));
  const unit = items.find((u) => u.state === 'A' && u.class === 'home' && u.total_fen);
  const given = (await sales.get(made.path('discounts'))).items.find((d) => d.name === '销售经理优惠');
  await asked(
    'terms',
    sales,
    `/api/v1/units/${unit.id}/terms`,
    { customer_id: made.buyer, picks: [{ discount_id: given.id, value: 9000 }], reason: '老客户' },
    (terms) => terms.approval_id,
  );
});

test('a change of a deal', async () => {
  const deal = await made.subscribed();
  await asked(
    'deal.postpone-signing',
    sales,
    `/api/v1/deals/${deal.id}/changes`,
    { kind: 'postpone-signing', version: deal.version, reason: '出差', days: 3 },
    (change) => change.approval_id,
  );
});

test('a step opened again', async () => {
  const deal = await made.signed();
  const nodeOf = async () =>
    (await sales.get(`/api/v1/deals/${deal.id}/nodes`)).items.find((n) => n.code === 'papers');
  const { id, version } = await nodeOf();
  await service.post(`/api/v1/deal-nodes/${id}/done`, { version, result: '齐' }, 204);
  await asked(
    'node-reopen',
    service,
    `/api/v1/deal-nodes/${id}/reopen`,
    { version: (await nodeOf()).version, reason: '资料有误' },
    (reply) => reply.approval_id,
  );
});
