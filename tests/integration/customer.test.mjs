// The customer master over the API: sources, search, detail, visits, intent, consent, lists in and out, bad input.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Site } from "./lib/site.mjs";
import { xlsxOf } from "./lib/zip.mjs";

const NOTICE = "隐私告知 2026-01";
const WALK_IN = 3;
const FRIEND = 20;

let site, admin, manager, cashier, sales, audit, project;
before(async () => {
  site = await Site.demo();
  [admin, manager, cashier, sales, audit] = await Promise.all(
    ["admin", "manager", "cashier", "sales", "audit"].map((login) => site.login(login)),
  );
  project = (await sales.get("/api/v1/projects")).items[0].id;
});
after(() => site.close());

let phones = 0;
const freshPhone = () => `1371${String(++phones).padStart(7, "0")}`;
const person = (more = {}) => ({
  kind: "person",
  name: "钱七",
  notice: NOTICE,
  source_id: WALK_IN,
  phones: [{ number: freshPhone() }],
  ...more,
});
const create = (more) => sales.post("/api/v1/customers", person(more), 201);
const one = (id) => sales.get(`/api/v1/customers/${id}`);
const search = async (q, who = sales) =>
  (await who.get(`/api/v1/customers/search?q=${encodeURIComponent(q)}&limit=50`)).items.map((c) => c.id);
const visit = (id, more = {}) =>
  sales.post(
    `/api/v1/customers/${id}/visits`,
    { kind: "visit", project_id: project, awareness_id: FRIEND, ...more },
    201,
  );
const lastSeq = async () => (await audit.get("/api/v1/audit?limit=1")).items[0].seq;

describe("source and class", () => {
  test("a source is asked for, is one of the list, and stays", async () => {
    const before = await lastSeq();
    await sales.refused("POST", "/api/v1/customers", 422, "fields.wrong", {
      body: person({ source_id: undefined }),
    });
    await sales.refused("POST", "/api/v1/customers", 422, "option.unknown", {
      body: person({ source_id: FRIEND }),
    });
    assert.equal(await lastSeq(), before);
    const made = await create();
    assert.deepEqual(made.source, { id: WALK_IN, name: "自访", name_en: "Walk-in" });
    assert.equal(made.class, "potential");
    await sales.refused("PATCH", `/api/v1/customers/${made.id}`, 409, "source.set", {
      body: { version: made.version, source_id: 1 },
    });
    assert.equal((await one(made.id)).source.id, WALK_IN);
  });

  test("another source is asked for, and the approval sets it", async () => {
    const made = await create({ project_id: project });
    const at = `/api/v1/customers/${made.id}/source-changes`;
    const body = { project_id: project, source_id: 7, reason: "中介补交带看单" };
    for (const [more, code] of [
      [{ source_id: WALK_IN }, "source.same"],
      [{ source_id: FRIEND }, "option.unknown"],
      [{ reason: undefined }, "fields.wrong"],
      [{ source_id: undefined }, "fields.wrong"],
    ])
      await sales.refused("POST", at, 422, code, { body: { ...body, ...more } });
    await manager.refused("POST", at, 404, "not-found", { body: { ...body, project_id: 999 } });
    await audit.refused("POST", at, 403, "right.denied", { body });
    const asked = await sales.post(at, body, 201);
    assert.deepEqual([asked.was.name_en, asked.source.name_en, asked.state], ["Walk-in", "Broker", "asked"]);
    assert.equal((await one(made.id)).source.id, WALK_IN);
    await sales.refused("POST", at, 409, "approval.running", { body });
    // The auditor reads requests, not whose they are.
    const read = await audit.get(`/api/v1/source-changes/${asked.id}`);
    assert.deepEqual([read.customer_id, read.customer, read.reason], [null, "钱*", body.reason]);
    await cashier.get(`/api/v1/source-changes/${asked.id}`); // sees every customer
    await admin.refused("GET", `/api/v1/source-changes/${asked.id}`, 404, "not-found");

    const tasks = (await manager.get("/api/v1/my/approvals?limit=200")).items;
    const task = tasks.find((a) => a.id === asked.approval_id);
    assert.deepEqual([task.subject, task.title], ["customer-source", "自访 → 中介带看"]);
    const decision = { version: task.version, outcome: "approved" };
    await manager.post(`/api/v1/approval-tasks/${task.task_id}/decide`, decision, 200);
    assert.equal((await one(made.id)).source.id, 7);
    const [done] = (await sales.get(at)).items;
    assert.deepEqual([done.state, done.ended_by], ["executed", "陈经理"]);
    const events = (await sales.get(`/api/v1/customers/${made.id}/timeline`)).items;
    const told = events.filter((e) => /created|source/.test(e.kind)).map((e) => `${e.kind} ${e.text} ${e.actor}`);
    const who = sales.session.user.name;
    assert.deepEqual(told.sort(), [`created 自访 ${who}`, "source 中介带看 陈经理", `source_asked 中介带看 ${who}`]);
  });

  test("no route sets the class: a visit does", async () => {
    const made = await create();
    await sales.refused("PATCH", `/api/v1/customers/${made.id}`, 422, "fields.wrong", {
      body: { version: made.version, class: "owner" },
    });
    await visit(made.id);
    assert.equal((await one(made.id)).class, "intending");
    const { items } = await sales.get("/api/v1/customers?class=intending&limit=49");
    assert.ok(items.some((c) => c.id === made.id) && items.every((c) => c.class === "intending"));
    await sales.refused("GET", "/api/v1/customers?class=king", 422, "fields.wrong");
  });

  test("filters: source with what is below it, days", async () => {
    const sub = await create({ source_id: 7 });
    const ids = async (q) => (await sales.get(`/api/v1/customers?${q}&limit=49`)).items.map((c) => c.id);
    assert.ok((await ids("source=4")).includes(sub.id));
    assert.ok((await ids("source=7")).includes(sub.id));
    assert.ok(!(await ids("source=1")).includes(sub.id));
    assert.ok((await ids("from=2020-01-01")).includes(sub.id));
    assert.deepEqual(await ids("to=2020-01-01"), []);
    await sales.refused("GET", "/api/v1/customers?from=2020-13-01", 422, "fields.wrong");
  });
});

describe("options and fields", () => {
  test("kept by those who may; a code once; what refers to a disabled one stays", async () => {
    const { kinds, items } = await sales.get("/api/v1/options");
    assert.ok(kinds.some((k) => k.code === "source" && k.levels === 2));
    assert.ok(items.some((o) => o.code === "walk_in"));
    const body = { kind: "source", code: "fair_26", name: "房展会", parent_id: 1 };
    await sales.refused("POST", "/api/v1/options", 403, "right.denied", { body });
    const made = await manager.post("/api/v1/options", body, 201);
    const kept = await create({ source_id: made.id });
    const off = await manager.patch(`/api/v1/options/${made.id}`, { version: made.version, enabled: false });
    assert.equal(off.enabled, false);
    await sales.refused("POST", "/api/v1/customers", 422, "option.unknown", {
      body: person({ source_id: made.id }),
    });
    assert.equal((await one(kept.id)).source.name, "房展会");
    await manager.refused("POST", "/api/v1/options", 409, "option.code", { body });
    await manager.refused("PATCH", `/api/v1/options/${made.id}`, 412, "version.changed", {
      body: { version: made.version, name: "x" },
    });
  });

  test("a field of one's own: typed, written, searched, disabled", async () => {
    const field = await manager.post("/api/v1/customer-fields", { name: "车牌", type: "text" }, 201);
    const colour = { name: "颜色", type: "choice", choices: ["红", "蓝"] };
    const choice = await manager.post("/api/v1/customer-fields", colour, 201);
    assert.equal(choice.choices, "红\n蓝");
    await manager.refused("POST", "/api/v1/customer-fields", 422, "customer-field.choices", {
      body: { name: "空", type: "choice", choices: ["红", "红"] },
    });
    const long = Array.from({ length: 60 }, (_, i) => `${i}`.padEnd(40, "字"));
    for (const choices of [long, ["红", ""], ["红", 7], Array.from({ length: 101 }, (_, i) => `${i}`)]) {
      const body = { name: "长", type: "choice", choices };
      const wrong = await manager.refused("POST", "/api/v1/customer-fields", 422, "fields.wrong", { body });
      assert.deepEqual([...new Set(wrong.errors.map((e) => e.field))], ["choices"]);
    }
    const made = await create();
    const path = `/api/v1/customers/${made.id}/detail`;
    const extra = [
      { field_id: field.id, value: "沪A55555" },
      { field_id: choice.id, value: "红" },
    ];
    const got = await sales.patch(path, { version: made.version, extra });
    assert.deepEqual(
      got.extra.map((e) => [e.name, e.value]),
      [
        ["车牌", "沪A55555"],
        ["颜色", "红"],
      ],
    );
    assert.deepEqual(await search("沪A555"), [made.id]);
    await sales.refused("PATCH", path, 422, "customer-field.value", {
      body: { version: got.version, extra: [{ field_id: choice.id, value: "绿" }] },
    });
    const off = { version: field.version, enabled: false };
    await manager.patch(`/api/v1/customer-fields/${field.id}`, off);
    await sales.refused("PATCH", path, 422, "customer-field.value", {
      body: { version: got.version, extra: [{ field_id: field.id, value: "沪B" }] },
    });
  });
});

describe("search", () => {
  test("one box: name, pinyin, initials, tail, whole number, card, document; masked", async () => {
    const number = "13912349876";
    const made = await create({ name: "慕容复", phones: [{ number }] });
    const document = { kind: "id_card", number: "110101199003074717" };
    const changed = await sales.patch(`/api/v1/customers/${made.id}`, { version: 1, document });
    assert.equal(changed.document.masked, "****4717");
    const card = { code: "n:55550001", number: "MR-0001", terms: "T" };
    await cashier.post(`/api/v1/customers/${made.id}/cards`, card, 201);
    for (const q of [
      "慕容复",
      "容复",
      "murongfu",
      "mu rong",
      "MRF",
      "rf",
      "9876",
      "2349876",
      "+86 139-1234-9876",
      "4717",
      "110101199003074717",
      "MR-0001",
      "55550001",
    ])
      assert.ok((await search(q)).includes(made.id), q);
    for (const q of ["3491234", "987", "urong", "%", "_", "' OR 1=1 --", "<script>"])
      assert.ok(!(await search(q)).includes(made.id), q);
    const reply = await sales.request("GET", "/api/v1/customers/search?q=9876");
    assert.ok(!reply.bytes.toString().includes(number) && !reply.bytes.toString().includes("慕容复"));
    await sales.refused("GET", "/api/v1/customers/search", 422, "fields.wrong");
    await sales.refused("GET", `/api/v1/customers/search?q=${"x".repeat(61)}`, 422, "fields.wrong");
    await admin.refused("GET", "/api/v1/customers/search?q=x", 403, "right.denied");
  });

  test("after a restart, with the file as it lies: found still, and no number in it", async () => {
    const number = "15512340098";
    const made = await create({ name: "司空曙", phones: [{ number }] });
    await site.stop();
    for (const name of ["anchang.db", "anchang.db-wal"]) {
      const file = join(site.state, name);
      try {
        assert.ok(!readFileSync(file).includes(number), name);
      } catch (error) {
        if (error.code !== "ENOENT") throw error;
      }
    }
    await site.start();
    [admin, manager, cashier, sales, audit] = await Promise.all(
      ["admin", "manager", "cashier", "sales", "audit"].map((login) => site.login(login)),
    );
    assert.deepEqual(await search("sikong"), [made.id]);
  });
});

describe("detail", () => {
  test("typed, masked in part, whole on a logged look", async () => {
    const made = await create();
    const path = `/api/v1/customers/${made.id}/detail`;
    const body = {
      version: made.version,
      gender: "female",
      birth_date: "1990-03-07",
      address: "上海市浦东新区世纪大道 100 号",
      email: "qian@example.com",
      job_id: 41,
      children: 1,
      income_fen: 30000000,
      note: "<script>alert(1)</script>",
    };
    const got = await sales.patch(path, body);
    assert.deepEqual(
      [got.birth_date, got.address, got.email, got.children, got.income_fen, got.note],
      ["1990", "上海市浦东新****", "q****@example.com", 1, 30000000, body.note],
    );
    assert.equal((await sales.patch(path, { version: got.version, children: null })).children, null);
    const clear = await cashier.post(`/api/v1/customers/${made.id}/clear`, undefined, 200);
    assert.deepEqual([clear.birth_date, clear.address, clear.email], [body.birth_date, body.address, body.email]);
    for (const [wrong, code] of [
      [{ birth_date: "1990-02-30" }, "fields.wrong"],
      [{ gender: "cat" }, "fields.wrong"],
      [{ job_id: FRIEND }, "option.unknown"],
      [{ children: 21 }, "fields.wrong"],
      [{ note: "x".repeat(501) }, "fields.wrong"],
      [{ pin: "1" }, "fields.wrong"],
    ])
      await sales.refused("PATCH", path, 422, code, { body: { version: got.version + 1, ...wrong } });
    await sales.refused("PATCH", path, 412, "version.changed", { body: { version: 1, children: 2 } });
  });

  test("a company has contact persons, who are customers themselves", async () => {
    const document = { kind: "licence", number: "91350100M000100Y43" };
    const company = await create({ kind: "company", name: "远景贸易有限公司", document });
    const made = await create({ name: "连络" });
    const path = `/api/v1/customers/${company.id}/persons`;
    const { items } = await sales.post(path, { person_id: made.id, role: "采购" }, 200);
    assert.deepEqual([items[0].person, items[0].role, items[0].company], ["连*", "采购", "远景贸易有限公司"]);
    await sales.refused("POST", path, 409, "person.taken", { body: { person_id: made.id } });
    await sales.refused("POST", `/api/v1/customers/${made.id}/persons`, 422, "person.wrong", {
      body: { person_id: company.id },
    });
    assert.equal((await sales.get(`/api/v1/customers/${made.id}/persons`)).items.length, 1);
    await sales.delete(`${path}/${made.id}`);
    assert.equal((await sales.get(path)).items.length, 0);
  });
});

describe("calls and visits", () => {
  test("a family comes in: recorded with the visit in one step, or neither", async () => {
    const number = freshPhone();
    const without = { kind: "visit", project_id: project };
    await sales.refused("POST", "/api/v1/customers", 422, "awareness.needed", {
      body: person({ phones: [{ number }], visit: without }),
    });
    assert.deepEqual(await search(number), []);
    const made = await create({
      phones: [{ number }],
      visit: { ...without, awareness_id: FRIEND, companions: 2, note: "三口之家" },
    });
    assert.equal(made.class, "intending");
    assert.ok(made.visited_ms);
    const { items } = await sales.get(`/api/v1/customers/${made.id}/visits`);
    assert.deepEqual([items.length, items[0].first, items[0].companions], [1, true, 2]);
  });

  test("the first visit keeps its time; the list of the project, page by page", async () => {
    const made = await create();
    const path = `/api/v1/customers/${made.id}/visits`;
    const { items: people } = await sales.get("/api/v1/consultants");
    const first = await visit(made.id, { consultant_id: people[0].id });
    assert.equal(first.consultant, people[0].name);
    assert.equal(first.first, true);
    assert.equal((await visit(made.id, { awareness_id: undefined })).first, false);
    await sales.refused("POST", path, 422, "visit.time", {
      body: { kind: "visit", project_id: project, at_ms: first.at_ms - 3600000 },
    });
    await sales.refused("POST", path, 422, "consultant.unknown", {
      body: { kind: "visit", project_id: project, consultant_id: 9999 },
    });
    await sales.refused("POST", path, 404, "not-found", { body: { kind: "call", project_id: 9999 } });
    const seen = [];
    for (let next = ""; next !== undefined;) {
      const page = await sales.get(`/api/v1/projects/${project}/visits?limit=2${next && `&cursor=${next}`}`);
      seen.push(...page.items.map((v) => v.id));
      next = page.next;
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.includes(first.id));
    assert.equal((await sales.get(path)).items.at(-1).id, first.id);
  });

  test("the timeline: one list, nothing twice, page by page as at once", async () => {
    const made = await create();
    await visit(made.id, { kind: "call", awareness_id: undefined });
    await visit(made.id);
    await sales.post(`/api/v1/customers/${made.id}/consents`, { purpose: "marketing", notice: NOTICE }, 200);
    const path = `/api/v1/customers/${made.id}/timeline`;
    const whole = (await sales.get(path)).items;
    assert.deepEqual(new Set(whole.map((e) => e.kind)), new Set(["created", "call", "first_visit", "consent"]));
    assert.ok(whole.every((e, i) => i === 0 || e.at_ms <= whole[i - 1].at_ms));
    const seen = [];
    for (let next = ""; next !== undefined;) {
      const page = await sales.get(`${path}?limit=2${next && `&cursor=${next}`}`);
      seen.push(...page.items);
      next = page.next;
    }
    assert.deepEqual(seen, whole);
  });
});

describe("intent and matching", () => {
  const wish = (more = {}) => ({ class: "home", area: { min: 8000, max: 12000 }, hard: ["class"], ...more });

  test("one for a project, under its version", async () => {
    const made = await create();
    const path = `/api/v1/customers/${made.id}/intents/${project}`;
    const got = await sales.put(path, { version: 0, ...wish(), budget_fen: 60000000, purpose_id: 60 });
    assert.deepEqual([got.area, got.hard, got.purpose, got.version], [{ min: 8000, max: 12000 }, ["class"], "首次置业", 1]);
    await sales.refused("PUT", path, 412, "version.changed", { body: { version: 0 } });
    await sales.refused("PUT", `/api/v1/customers/${made.id}/intents/9999`, 404, "not-found", { body: { version: 0 } });
    await sales.refused("PUT", path, 422, "intent.range", { body: { version: 1, area: { min: 2, max: 1 } } });
    await sales.refused("PUT", path, 422, "fields.wrong", { body: { version: 1, hard: ["luck"] } });
    await sales.refused("PUT", path, 422, "fields.wrong", { body: { version: 1, class: "castle" } });
    assert.equal((await sales.get(`/api/v1/customers/${made.id}/intents`)).items.length, 1);
  });

  test("only what is on sale, every hard criterion met, the best first", async () => {
    const path = `/api/v1/projects/${project}/match`;
    const match = (asked) => sales.get(`${path}?${new URLSearchParams({ limit: 50, ...asked })}`);
    const { items: units } = await sales.get(`/api/v1/projects/${project}/units?state=A&limit=500`);
    const on_sale = new Map(units.map((u) => [u.id, u]));
    const all = await match({});
    assert.ok(all.fitting > 0 && all.fitting <= on_sale.size);
    const got = await match({
      class: "home",
      area_min: 8000,
      area_max: 12000,
      price_max: 200000000,
      hard: "class,area",
    });
    assert.ok(got.items.length > 0);
    for (const m of got.items) {
      assert.ok(on_sale.has(m.unit_id), "on sale");
      assert.ok(m.class === "home" && m.gross >= 8000 && m.gross <= 12000);
      assert.equal(m.missed.includes("price"), m.total_fen === null || m.total_fen > 200000000);
    }
    const scores = got.items.map((m) => m.score);
    assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
    assert.equal((await match({ price_max: 1, hard: "price" })).fitting, 0);
    for (const wrong of ["class=castle", "hard=luck", "rooms_min=x", "limit=51"])
      await sales.refused("GET", `${path}?${wrong}`, 422, "fields.wrong");
  });
});

describe("qualification, consent, requests", () => {
  test("a pass has a number; the newest counts and all stay", async () => {
    const made = await create();
    const path = `/api/v1/customers/${made.id}/qualifications`;
    const body = { project_id: project, result: "pass", date: "2026-05-01" };
    await sales.refused("POST", path, 422, "qualification.number", { body });
    await sales.refused("POST", path, 404, "not-found", { body: { ...body, project_id: 9999, number: "1" } });
    await sales.post(path, { ...body, number: "HZ-1" }, 200);
    const { items } = await sales.post(path, { ...body, result: "fail" }, 200);
    assert.deepEqual(
      items.map((q) => q.result),
      ["fail", "pass"],
    );
    await manager.refused("POST", `/api/v1/customers/${made.id}/delete`, 409, "customer.kept", {
      body: { version: made.version, reason: "重复" },
    });
  });

  test("restricted, told all, erased; a card keeps him", async () => {
    const number = freshPhone();
    const made = await create({ name: "要求擦除", phones: [{ number }] });
    await visit(made.id, { note: "住在世纪大道" });
    const path = `/api/v1/customers/${made.id}`;
    const ask = (kind) => ({ kind, reason: "本人来函 2026-05-01" });
    await sales.refused("POST", `${path}/requests`, 403, "right.denied", { body: ask("erase") });
    await manager.refused("POST", `${path}/requests`, 409, "subject.state", { body: ask("erase") });
    await manager.post(`${path}/requests`, ask("restrict"), 200);
    await sales.refused("POST", `${path}/visits`, 409, "customer.restricted", {
      body: { kind: "visit", project_id: project },
    });
    await sales.refused("POST", `${path}/held`, 403, "right.denied", { body: { reason: "x" } });
    const held = await manager.post(`${path}/held`, { reason: "本人来函" }, 200);
    assert.deepEqual([held.clear.name, held.clear.phones[0].number], ["要求擦除", number]);
    const rows = (part) => held.parts.find((p) => p.part === part).rows;
    assert.deepEqual([rows("visit").length, rows("consent").length], [1, 1]);
    const note = rows("visit")[0].fields.find((f) => f.name === "note");
    assert.equal(note.value, "住在世纪大道");
    await manager.post(`${path}/requests`, ask("erase"), 200);
    const erased = await one(made.id);
    assert.deepEqual([erased.state, erased.phones, erased.name], ["erased", [], "已**"]);
    assert.equal((await sales.get(`${path}/visits`)).items[0].note, "");
    assert.deepEqual(await search(number), []);
    await create({ phones: [{ number }] }); // the number is anybody's
    const { items } = await audit.get(`/api/v1/audit?object=customer:${made.id}`);
    assert.ok(items.some((row) => row.action === "customer.clear"));
    assert.equal(items.filter((row) => row.action === "customer.request").length, 3);
  });

  test("told all: the copy does not end where a page does", async () => {
    const made = await create();
    for (let i = 0; i < 101; i++) await visit(made.id, { kind: "call", awareness_id: undefined, note: `第 ${i} 通` });
    const held = await manager.post(`/api/v1/customers/${made.id}/held`, { reason: "本人来函" }, 200);
    assert.equal(held.parts.find((p) => p.part === "visit").rows.length, 101);
  });

  test("deleted: logical, for those who may, and never with a card", async () => {
    const made = await create();
    const path = `/api/v1/customers/${made.id}`;
    await sales.refused("POST", `${path}/delete`, 403, "right.denied", { body: { version: 1, reason: "x" } });
    await cashier.post(`${path}/cards`, { code: "n:77770001", terms: "T" }, 201);
    const problem = await manager.refused("POST", `${path}/delete`, 409, "customer.kept", {
      body: { version: 1, reason: "重复" },
    });
    assert.deepEqual(
      problem.errors.map((e) => e.code),
      ["customer.kept-card"],
    );
    const other = await create();
    await manager.post(`/api/v1/customers/${other.id}/delete`, { version: 1, reason: "重复" }, 204);
    for (const part of ["", "/detail", "/visits", "/timeline", "/intents", "/consents", "/persons"])
      await sales.refused("GET", `/api/v1/customers/${other.id}${part}`, 404, "not-found");
  });
});

describe("lists", () => {
  const HEAD = ["姓名", "类别", "电话", "来源", "告知版本"];
  const row = (i, phone = `166${String(i).padStart(8, "0")}`) => [`导入${i}`, "个人", phone, "自访", NOTICE];
  const csv = (rows) => Buffer.from(rows.map((r) => r.join(",")).join("\n"));
  const upload = (rows, name = "客户.csv") =>
    manager.upload(`/api/v1/customer-imports?name=${encodeURIComponent(name)}`, csv(rows));
  const count = async () => {
    let n = 0;
    for (let next = ""; next !== undefined;) {
      const page = await manager.get(`/api/v1/customers?name=${encodeURIComponent("导入")}&limit=49${next && `&cursor=${next}`}`);
      n += page.items.length;
      next = page.next;
    }
    return n;
  };

  test("5,000 rows with 40 duplicates: nothing stored, 40 named; mended: all at once", async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => row(i));
    for (let i = 0; i < 40; i++) rows[4000 + i][2] = rows[i * 3][2].replace(/^(\d{3})(\d{4})/, "+86 $1-$2-");
    const look = await upload([HEAD, ...rows]);
    assert.deepEqual([look.rows, look.problems_total, look.problems.length], [5000, 40, 40]);
    assert.deepEqual(
      look.problems.map((p) => [p.row, p.code, p.field]),
      Array.from({ length: 40 }, (_, i) => [4002 + i, "row.duplicate", "phone"]),
    );
    assert.match(look.problems[1].detail, /5/); // repeats row 5
    const refused = await manager.refused("POST", `/api/v1/customer-imports/${look.id}/commit`, 422, "import.rows-wrong", {
      body: {},
    });
    assert.equal(refused.errors.length + (refused.more ?? 0), 40);
    assert.equal(await count(), 0);
    const good = await upload([HEAD, ...Array.from({ length: 5000 }, (_, i) => row(i))]);
    assert.deepEqual([good.rows, good.problems], [5000, []]);
    const done = await manager.post(`/api/v1/customer-imports/${good.id}/commit`, {}, 200, { timeout: 120000 });
    assert.equal(done.customers, 5000);
    assert.equal(await count(), 5000);
    assert.ok((await search("daoru4999", manager)).length > 0, "imported names are found");
    const again = await manager.refused("POST", `/api/v1/customer-imports/${good.id}/commit`, 422, "import.rows-wrong", {
      body: {},
    });
    assert.equal(again.errors[0].code, "customer.exists");
  });

  test("what is wrong in a list, by row: number, check digit, source, notice, text", async () => {
    const look = await upload([
      ["标题"],
      [...HEAD, "证件号码"],
      [...row(9001, "12"), ""],
      [...row(9002), "110101199003074718"],
      ["导入", "个人", "16699990003", "天上", NOTICE, ""],
      ["导入", "个人", "16699990004", "自访", "", ""],
      ["导‮入", "个人", "16699990005", "自访", NOTICE, ""],
      ["长".repeat(61), "个人", "16699990006", "自访", NOTICE, ""],
      ["导入", "外星人", "16699990007", "自访", NOTICE, ""],
      ["𠀀'); DROP TABLE customer--", "个人", "16699990008", "自访", NOTICE, ""],
    ]);
    assert.deepEqual(
      look.problems.map((p) => [p.row, p.code]),
      [
        [3, "phone.wrong"],
        [4, "document.wrong"],
        [5, "row.value-unknown"],
        [6, "row.cell-empty"],
        [7, "row.text"],
        [8, "row.text-long"],
        [9, "row.value-unknown"],
      ],
    );
    await manager.delete(`/api/v1/customer-imports/${look.id}`);
    await manager.refused("POST", `/api/v1/customer-imports/${look.id}/commit`, 410, "import.gone", { body: {} });
    await sales.refused("POST", "/api/v1/customer-imports?name=a.csv", 403, "right.denied", { bytes: csv([HEAD]) });
    await manager.refused("POST", "/api/v1/customer-imports?name=a.csv", 422, "import.mapping", { bytes: csv([["a", "b"]]) });
    await manager.refused("POST", "/api/v1/customer-imports?name=a.csv", 422, "sheet.empty", { bytes: Buffer.alloc(0) });
  });

  test("XLSX comes in; the template is understood; what goes out is masked, text and written down", async () => {
    const unzip = (reply, part) => {
      const file = join(site.folder, "out.xlsx");
      writeFileSync(file, reply.bytes);
      return spawnSync("unzip", ["-p", file, part], { encoding: "utf8" }).stdout;
    };
    const template = await manager.request("GET", "/api/v1/customer-imports/template.xlsx?lang=zh");
    assert.equal(template.status, 200);
    for (const head of HEAD) assert.ok(unzip(template, "xl/sharedStrings.xml").includes(head), head);
    const empty = await manager.upload("/api/v1/customer-imports?name=t.xlsx", template.bytes);
    assert.deepEqual([empty.rows, empty.problems], [0, []]);
    const sheet = xlsxOf([
      HEAD,
      ["=1+1", "单位", "16688880001", "拓客", NOTICE],
      ["　 Li Na 　", "个人", "16688880003", "拓客", NOTICE],
    ]);
    const look = await manager.upload("/api/v1/customer-imports?name=a.xlsx", sheet);
    assert.deepEqual(look.problems, []);
    await manager.post(`/api/v1/customer-imports/${look.id}/commit`, {}, 200);
    const named = await manager.get("/api/v1/customers?name=Li&limit=49");
    assert.deepEqual(
      named.items.map((c) => c.name),
      ["L**"],
    );
    const whole = await manager.post(`/api/v1/customers/${named.items[0].id}/clear`, undefined, 200);
    assert.equal(whole.name, "Li Na");
    await create({ name: "出口人", phones: [{ number: "16688880002" }] });
    await sales.refused("GET", "/api/v1/customers/export.xlsx", 403, "right.denied");
    const masked = await manager.request("GET", "/api/v1/customers/export.xlsx?source=1&lang=zh");
    assert.equal(masked.status, 200);
    assert.match(unzip(masked, "xl/sharedStrings.xml"), /=1\+1/); // a text, as it was
    assert.ok(!unzip(masked, "xl/worksheets/sheet1.xml").includes("<f>"), "no formula");
    const part = await manager.request("GET", `/api/v1/customers/export.xlsx?phone=16688880002`);
    assert.match(unzip(part, "xl/sharedStrings.xml"), /166\*\*\*\*0002/);
    assert.ok(!unzip(part, "xl/sharedStrings.xml").includes("出口人"));
    const clear = await manager.request("GET", `/api/v1/customers/export.xlsx?phone=16688880002&clear=1`);
    assert.match(unzip(clear, "xl/sharedStrings.xml"), /16688880002/);
    const { items } = await audit.get("/api/v1/audit?action=customer.export");
    assert.deepEqual(
      items[0].detail.map((d) => [d.field, d.after]),
      [
        ["rows", "1"],
        ["clear", "1"],
      ],
    );
  });
});

describe("bad input", () => {
  const nasty = ["<script>alert(1)</script>", "'; DROP TABLE customer; --", "𠀀𠮷👨‍👩‍👧".replace(/‍/gu, ""), "مرحبا שלום"];

  test("every text field: script, SQL and 4-byte characters are texts; marks and 10,000 characters are refused", async () => {
    const made = await create();
    let { version } = made;
    const detail = `/api/v1/customers/${made.id}/detail`;
    for (const text of nasty) {
      const got = await sales.patch(detail, { version, note: text, hobbies: text, employer: text });
      assert.deepEqual([got.note, got.hobbies, got.employer], [text, text, text]);
      version = got.version;
      const company = await create({ kind: "company", name: text });
      assert.equal(company.name, text);
    }
    const fields = ["note", "hobbies", "employer", "job_title", "reads", "call_when", "email", "address"];
    for (const field of fields)
      for (const text of ["a‮b", "a​b", "x".repeat(10000)])
        await sales.refused("PATCH", detail, 422, "fields.wrong", { body: { version, [field]: text } });
    const cases = [
      ["POST", "/api/v1/customers", (t) => person({ name: t })],
      ["POST", "/api/v1/customers", (t) => person({ notice: t })],
      ["POST", `/api/v1/customers/${made.id}/visits`, (t) => ({ kind: "call", project_id: project, note: t })],
      ["PUT", `/api/v1/customers/${made.id}/intents/${project}`, (t) => ({ version: 0, note: t })],
      ["PUT", `/api/v1/customers/${made.id}/intents/${project}`, (t) => ({ version: 0, orientation: t })],
      ["POST", `/api/v1/customers/${made.id}/consents`, (t) => ({ purpose: "marketing", notice: t })],
      ["POST", `/api/v1/customers/${made.id}/qualifications`, (t) => ({ project_id: project, result: "fail", date: "2026-01-01", note: t })],
    ];
    for (const [method, path, body] of cases)
      for (const text of ["a‮b", "x".repeat(10000)])
        await sales.refused(method, path, 422, "fields.wrong", { body: body(text) });
    for (const body of [{ kind: "source", code: "z", name: "a‮b" }, { kind: "source", code: "x".repeat(10000), name: "z" }])
      await manager.refused("POST", "/api/v1/options", 422, "fields.wrong", { body });
  });

  test("identity numbers: a wrong check digit is refused, 15 digits are the same as 18", async () => {
    const made = await create();
    const path = `/api/v1/customers/${made.id}`;
    const set = (number) => ({ version: made.version, document: { kind: "id_card", number } });
    await sales.refused("PATCH", path, 422, "document.wrong", { body: set("330106198505120019") });
    await sales.patch(path, set("330106850512001"));
    const other = await create();
    const whole = (await cashier.post(`${path}/clear`, undefined, 200)).document.number;
    assert.match(whole, /^33010619850512001[0-9X]$/);
    await sales.refused("PATCH", `/api/v1/customers/${other.id}`, 409, "customer.exists", {
      body: { version: other.version, document: { kind: "id_card", number: whole } },
    });
  });

  test("everything holds together after all this", () => site.verify());
});
