// Arrays in bodies: the contract says how many each may have, and one more is refused by the name of its field.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { contract, operations } from "./lib/contract.mjs";
import { csvOf, madeList } from "./lib/lists.mjs";
import { Site } from "./lib/site.mjs";
import { scanList } from "./lib/walk.mjs";

let site, people;
before(async () => {
  site = await Site.demo();
  people = [];
  for (const name of ["admin", "control", "manager", "sales", "cashier"]) people.push(await site.login(name));
});
after(() => site.close());

const schemaOf = (s) => (s.$ref ? contract.components.schemas[s.$ref.split("/").pop()] : s);

/** Every array of a body: { path: [names], most, of: the schema of an element }. */
function arraysOf(schema, path = []) {
  const s = schemaOf(schema);
  const here = s.items ? [{ path, most: s.maxItems, of: schemaOf(s.items) }] : [];
  const inner = s.items ? arraysOf(s.items, [...path, 0]) : [];
  const members = Object.entries(s.properties ?? {}).flatMap(([name, one]) =>
    arraysOf(one, [...path, name]),
  );
  return [...here, ...inner, ...members];
}

/** A body with nothing but @value at @path. */
const bodyOf = ([name, ...rest], value) =>
  name === undefined ? value : name === 0 ? [bodyOf(rest, value)] : { [name]: bodyOf(rest, value) };

const bodies = operations
  .filter((o) => o.operation.requestBody?.content["application/json"])
  .map((o) => ({
    ...o,
    arrays: arraysOf(o.operation.requestBody.content["application/json"].schema),
  }));

/** The answer of the first who has the right to ask. */
async function ask(operation, body) {
  const path = operation.path.replace(/\{[a-z_]+\}/g, "1");
  for (const one of people) {
    const reply = await one.request(operation.method, path, { body });
    if (reply.status !== 403) return reply;
  }
  return assert.fail(`${operation.id}: nobody may`);
}

describe("arrays in bodies", () => {
  test("the contract says how many of each, and how long their texts", () => {
    const open = bodies.flatMap((o) =>
      o.arrays
        .filter(
          ({ most, of }) =>
            !(most > 0) || (of.type === "string" && !of.enum && !of.maxLength && !of.pattern),
        )
        .map(({ path }) => `${o.id} ${path.join("/")}`),
    );
    assert.deepEqual(open, []);
  });

  // What maps an import's columns is read with the uploaded list.
  test("an import's plan", async () => {
    const control = people[1];
    const project = (await control.post("/api/v1/projects", { name: "数组" }, 201)).id;
    const { file, plan } = await scanList(
      control,
      project,
      "表.csv",
      csvOf(madeList({ floors: 2 })),
    );
    const path = `/api/v1/imports/${file.id}/scan`;
    const none = Array(200).fill({});
    const words = Array.from({ length: 129 }, (_, i) => ({ word: `词${i}`, code: "U" }));
    const mapped = (more) => ({ ...plan, mapping: { ...plan.mapping, ...more } });
    for (const body of [
      mapped({ columns: none }),
      mapped({ status_words: words }),
      mapped({ class_words: "home" }),
      { ...plan, decisions: none },
      { ...plan, project_filter: Array(65).fill("a") },
      { ...plan, project_filter: [7] },
      { ...plan, project_filter: ["长".repeat(40)] },
    ])
      await control.refused("POST", path, 422, "import.mapping", { body });
    await control.post(path, plan, 200);
  });

  for (const o of bodies.filter((one) => one.arrays.length && !one.id.startsWith("import_")))
    for (const { path, most, of } of o.arrays)
      test(`${o.id}: ${path.join("/")}`, async () => {
        const name = path.at(-1);
        const many = await ask(o, bodyOf(path, Array(most + 1).fill(null)));
        assert.equal(many.status, 422, JSON.stringify(many.body));
        const said = many.body.errors.find((e) => e.field.split("/").pop() === name);
        assert.equal(said?.code, "field.range", JSON.stringify(many.body));
        if (of.type !== "string") return;
        const long = await ask(o, bodyOf(path, ["长".repeat((of.maxLength ?? 40) + 1)]));
        assert.equal(long.status, 422, JSON.stringify(long.body));
        const what = long.body.errors.find((e) => e.field.split("/").pop() === name);
        assert.match(what?.code ?? "", /^field\.(length|choice|text)$/, JSON.stringify(long.body));
      });
});
