// Words of a query that are one out of a few: another one is refused by its name, not taken for "nothing found".
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contract, operations } from './lib/contract.mjs';
import { Site } from './lib/site.mjs';

let site, people, project;
before(async () => {
  site = await Site.demo();
  people = [];
  for (const name of ['manager', 'control', 'admin', 'sales', 'cashier']) people.push(await site.login(name));
  people.push(await site.user('words-finance', 'company-finance'));
  project = (await people[0].get('/api/v1/projects')).items[0].id;
});
after(() => site.close());

const schemaOf = (s) => (s.$ref ? contract.components.schemas[s.$ref.split('/').pop()] : s);
const words = operations
  // The public estimate looks for its unit first.
  .filter((o) => o.method === 'GET' && o.id !== 'public_estimate')
  .flatMap((o) =>
    (o.operation.parameters ?? [])
      .filter((p) => p.in === 'query' && schemaOf(p.schema).enum)
      .map((p) => ({ ...o, word: p.name })),
  );

for (const o of words)
  test(`${o.id}: ${o.word}`, async () => {
    const path = o.path.replace('{project}', String(project)).replace(/\{[a-z_]+\}/g, '1');
    for (const one of people) {
      const reply = await one.request('GET', `${path}?project=${project}&${o.word}=nonsense`);
      if (reply.status === 403) continue;
      assert.equal(reply.status, 422, JSON.stringify(reply.body ?? reply.status));
      assert.ok(
        reply.body.errors.some((e) => e.field === o.word && /^field\.(choice|type)$/.test(e.code)),
        JSON.stringify(reply.body),
      );
      return;
    }
    assert.fail('nobody may');
  });
