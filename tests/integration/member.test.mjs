// Customers, members and cards over the API: one step at the counter, masked everywhere, bad input refused.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { newKey } from "./lib/client.mjs";
import { Site } from "./lib/site.mjs";

const NOTICE = "隐私告知 2026-01";
const TERMS = "会员章程 2026-01";

let site, admin, manager, cashier, sales;
before(async () => {
  site = await Site.demo();
  [admin, manager, cashier, sales] = [
    await site.login("admin"),
    await site.login("manager"),
    await site.login("cashier"),
    await site.login("sales"),
  ];
});
after(() => site.close());

let phones = 0;
const freshPhone = () => `1380000${String(++phones).padStart(4, "0")}`;
const person = (more = {}) => ({
  kind: "person",
  name: "钱七",
  notice: NOTICE,
  source_id: 3,
  phones: [{ number: freshPhone() }],
  ...more,
});
const create = (more) => cashier.post("/api/v1/customers", person(more), 201);
const issue = (customer, code, more = {}) =>
  cashier.post(`/api/v1/customers/${customer.id}/cards`, { code, terms: TERMS, ...more }, 201);
const member = (id) => cashier.get(`/api/v1/members/${id}`);

describe("customers", () => {
  test("found by phone however it is typed, and by a part of the name; masked", async () => {
    const number = freshPhone();
    const made = await create({ name: "诸葛孔明", phones: [{ number: `+86 ${number}` }] });
    assert.equal(made.name, "诸**");
    assert.equal(made.phones[0].masked, `138****${number.slice(-4)}`);
    for (const typed of [number, `86${number}`, `+86-${number.slice(0, 3)}-${number.slice(3)}`]) {
      const { items } = await sales.get(`/api/v1/customers?phone=${encodeURIComponent(typed)}`);
      assert.deepEqual(
        items.map((c) => c.id),
        [made.id],
        typed,
      );
    }
    const { items } = await sales.get(`/api/v1/customers?name=${encodeURIComponent("孔明")}`);
    assert.deepEqual(items, [await sales.get(`/api/v1/customers/${made.id}`)]);
    assert.equal((await sales.get("/api/v1/customers?phone=13899999999")).items.length, 0);
    await sales.refused("GET", "/api/v1/customers?phone=12", 422, "phone.wrong");
    await sales.refused("GET", "/api/v1/customers/999999", 404, "not-found");
  });

  test("all of them, page by page, once each", async () => {
    const seen = [];
    for (let next = ""; next !== undefined;) {
      const page = await cashier.get(`/api/v1/customers?limit=7${next && `&cursor=${next}`}`);
      assert.ok(page.items.length <= 7);
      seen.push(...page.items.map((c) => c.id));
      next = page.next;
    }
    assert.ok(seen.length >= 30);
    assert.equal(new Set(seen).size, seen.length);
    await sales.refused("GET", "/api/v1/customers?cursor=x", 400, "cursor.invalid");
  });

  test("in clear: with the right, one at a time, each time in the log", async () => {
    const number = freshPhone();
    const document = { kind: "id_card", number: "11010519491231002X" };
    const made = await create({ phones: [{ number }], document });
    assert.deepEqual(made.document, { kind: "id_card", masked: "****002X" });
    await sales.refused("POST", `/api/v1/customers/${made.id}/clear`, 403, "right.denied");
    const clear = await cashier.post(`/api/v1/customers/${made.id}/clear`, undefined, 200);
    assert.deepEqual(
      [clear.name, clear.phones[0].number, clear.document],
      ["钱七", number, document],
    );
    const audit = await site.login("audit");
    const { items } = await audit.get(`/api/v1/audit?object=customer:${made.id}`);
    assert.deepEqual(
      items.map((row) => [row.action, row.actor]),
      [
        ["customer.clear", "cashier"],
        ["customer.owner", "cashier"],
        ["customer.create", "cashier"],
      ],
    );
    const kept = items[2].detail.filter((c) => c.hidden);
    assert.deepEqual(
      kept.map((c) => [c.field, c.before, c.after]),
      ["customer_name", "customer_phone", "customer_document"].map((field) => [field, null, null]),
      "an auditor reads no names",
    );
  });

  test("one number once: sixteen clerks at once, one success, and nothing else of whose it is", async () => {
    const number = freshPhone();
    const replies = await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        [cashier, sales][i % 2].request("POST", "/api/v1/customers", {
          body: person({ name: `竞争${i}`, phones: [{ number }] }),
        }),
      ),
    );
    const won = replies.filter((r) => r.status === 201);
    assert.equal(won.length, 1);
    for (const r of replies.filter((x) => x.status !== 201)) {
      assert.deepEqual(
        [r.status, r.body.code, r.body.errors[0].field],
        [409, "customer.exists", "phones"],
      );
      assert.ok(!r.bytes.toString().includes(number) && !r.bytes.toString().includes("竞争"));
    }
    const { items } = await sales.get(`/api/v1/customers?phone=${number}`);
    assert.equal(items.length, 1);
  });

  test("changed: versions collide, a number that ends is free, the last one stays", async () => {
    const [a, b] = [freshPhone(), freshPhone()];
    let made = await create({ phones: [{ number: a }] });
    const path = `/api/v1/customers/${made.id}`;
    await cashier.refused("PATCH", path, 409, "customer.last-phone", {
      body: { version: made.version, end_phone_id: made.phones[0].id },
    });
    const old = made.version;
    made = await cashier.patch(path, { version: old, name: "钱八", add_phone: b });
    await cashier.refused("PATCH", path, 412, "version.changed", {
      body: { version: old, name: "钱九" },
    });
    made = await cashier.patch(path, { version: made.version, end_phone_id: made.phones[0].id });
    assert.equal(made.phones.length, 1);
    await create({ phones: [{ number: a }] });
    await cashier.refused("PATCH", path, 409, "customer.exists", {
      body: { version: made.version, add_phone: a },
    });
  });

  test("bad input: named, nothing stored", async () => {
    const count = async () =>
      (await site.login("audit")).get("/api/v1/audit?limit=1").then((p) => p.items[0].seq);
    const cases = [
      [{ phones: [] }, "fields.wrong"],
      [{ phones: [{ number: "12345" }] }, "phone.wrong"],
      [{ phones: [{ number: "138'; DROP TABLE customer" }] }, "phone.wrong"],
      [{ phones: ["13800000000"] }, "fields.wrong"],
      [{ phones: [{ number: "13800000000", id: 1 }] }, "fields.wrong"],
      [{ phones: Array.from({ length: 6 }, () => ({ number: freshPhone() })) }, "fields.wrong"],
      [{ name: "" }, "fields.wrong"],
      [{ name: "\u202egnahz" }, "fields.wrong"],
      [{ name: "张\u0000" }, "fields.wrong"],
      [{ name: "名".repeat(61) }, "fields.wrong"],
      [{ notice: undefined }, "fields.wrong"],
      [{ kind: "cat" }, "fields.wrong"],
      [{ document: { kind: "id_card", number: "110105194912310021" } }, "document.wrong"],
      [{ document: { kind: "licence", number: "91350100M000100Y43" } }, "document.wrong"],
      [{ document: { kind: "face", number: "1" } }, "fields.wrong"],
      [{ card: { code: "n:11010519491231002X", terms: TERMS } }, "card.identity"],
      [{ card: { code: "n:88000001", terms: TERMS } }, "card.taken"],
      [{ card: { terms: TERMS } }, "fields.wrong"],
    ];
    const before_ = await count();
    for (const [more, code] of cases) {
      const reply = await cashier.request("POST", "/api/v1/customers", { body: person(more) });
      assert.ok([400, 409, 422].includes(reply.status), JSON.stringify(more));
      assert.ok(
        [code, "json.malformed"].includes(reply.body.code),
        `${JSON.stringify(more)}: ${reply.body.code}`,
      );
    }
    // log-ins of the auditor are the only new rows
    const { items } = await (await site.login("audit")).get("/api/v1/audit?limit=20");
    assert.ok(items.filter((r) => r.seq > before_).every((r) => r.action === "user.login"));
    const odd = await create({ name: "<script>alert(1)</script>" });
    assert.equal(
      (await cashier.post(`/api/v1/customers/${odd.id}/clear`, undefined, 200)).name,
      "<script>alert(1)</script>",
    );
  });
});

describe("members and cards", () => {
  test("a customer with a card in one step (MB-01), found by it at once (CU-25, MB-05)", async () => {
    const made = await create({
      card: { code: "u:04A1B2C3D4E5F6", number: "yq-9001", terms: TERMS },
    });
    const one = await member(made.member_id);
    assert.deepEqual(
      [one.customer_id, one.level, one.points, one.has_pin],
      [made.id, "standard", 0, false],
    );
    const [card] = one.cards;
    assert.deepEqual(
      [card.state, card.shown, card.terms, card.issued_by],
      ["issued", "****9001", TERMS, "王收银"],
    );
    for (const by of ["code=u:04a1b2c3d4e5f6", "number=YQ-9001", "code=u%3A04A1B2C3D4E5F6"])
      assert.deepEqual(await sales.get(`/api/v1/cards/find?${by}`), { card, member: one }, by);
    await sales.refused("GET", "/api/v1/cards/find?number=YQ-9999", 404, "card.unknown");
    await sales.refused("GET", "/api/v1/cards/find", 422, "fields.wrong");
    await sales.refused("GET", "/api/v1/cards/find?swipe=nothing", 410, "swipe.gone");
    await site
      .login("control")
      .then((c) => c.refused("GET", "/api/v1/cards/find?number=1", 403, "right.denied"));
  });

  test("bad codes and numbers are refused in words, and do nothing", async () => {
    const made = await create();
    const path = `/api/v1/customers/${made.id}/cards`;
    const wrong = [
      "88",
      "x:1",
      "u:04A1",
      "u:04A1B2C",
      `u:${"0".repeat(34)}`,
      "n:1' OR '1'='1",
      "n:<script>",
      "n:卡",
      "n:",
    ];
    for (const code of wrong)
      await cashier.refused("POST", path, 422, "card.code", { body: { code, terms: TERMS } });
    for (const code of ["n:11010519491231002X", "n:4111111111111111", "n:6222021234567890128"])
      await cashier.refused("POST", path, 422, "card.identity", { body: { code, terms: TERMS } });
    const nul = await cashier.request("POST", path, { body: { code: "n:1\u0000", terms: TERMS } });
    assert.ok([400, 422].includes(nul.status));
    for (const query of ["code=n:1'%20OR%201", "code=%00", "number=%E5%8D%A1", "number="])
      assert.ok(
        [400, 422].includes((await cashier.request("GET", `/api/v1/cards/find?${query}`)).status),
        query,
      );
    assert.equal((await cashier.get(`/api/v1/customers/${made.id}`)).member_id, null);
    const company = await create({ kind: "company", name: "示范贸易有限公司" });
    assert.equal(company.name, "示范贸易有限公司");
    await cashier.refused("POST", `/api/v1/customers/${company.id}/cards`, 409, "member.company", {
      body: { code: "n:770001", terms: TERMS },
    });
  });

  test("lost: dead at once; replaced: the new one lives; returned: the code is free (MB-03)", async () => {
    const made = await create({ card: { code: "n:770010", terms: TERMS } });
    const other = await create();
    const [card] = (await member((await cashier.get(`/api/v1/customers/${made.id}`)).member_id))
      .cards;
    const act = (id, name, body) => cashier.post(`/api/v1/cards/${id}/${name}`, body, [200, 201]);
    const lost = await act(card.id, "loss", { reason: "遗失" });
    assert.equal(lost.state, "lost");
    assert.equal((await sales.get("/api/v1/cards/find?code=n:770010")).card.state, "lost");
    await cashier.refused("POST", `/api/v1/cards/${card.id}/loss`, 409, "card.state", {
      body: { reason: "x" },
    });
    await cashier.refused("POST", `/api/v1/customers/${other.id}/cards`, 409, "card.taken", {
      body: { code: "n:770010", terms: TERMS },
    });
    const next = await act(card.id, "replace", { code: "n:770011", reason: "补卡" });
    assert.deepEqual([next.state, next.member_id], ["issued", card.member_id]);
    const back = await act(next.id, "return", { reason: "退卡" });
    assert.equal(back.state, "returned");
    assert.equal((await issue(other, "n:770011")).state, "issued");
    assert.deepEqual(
      (await member(card.member_id)).cards.map((c) => c.state),
      ["returned", "replaced"],
    );
    await cashier.refused("POST", `/api/v1/cards/${card.id}/return`, 422, "fields.wrong", {
      body: {},
    });
  });

  test("a retry never issues twice", async () => {
    const made = await create();
    const path = `/api/v1/customers/${made.id}/cards`;
    const key = newKey();
    const body = { code: "n:770020", terms: TERMS };
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => cashier.request("POST", path, { body, key })),
    );
    assert.equal(new Set(replies.map((r) => `${r.status} ${r.bytes}`)).size, 1);
    assert.equal(replies[0].status, 201);
    await cashier.refused("POST", path, 409, "idempotency.mismatch", {
      body: { ...body, code: "n:770021" },
      key,
    });
    await cashier.refused("POST", path, 400, "idempotency.missing", { body, key: null });
  });

  test("two cashiers with one card: one has it", async () => {
    const customers = await Promise.all(Array.from({ length: 8 }, () => create()));
    const replies = await Promise.all(
      customers.map((c, i) =>
        [cashier, sales][i % 2].request("POST", `/api/v1/customers/${c.id}/cards`, {
          body: { code: "n:770030", terms: TERMS },
        }),
      ),
    );
    assert.deepEqual(replies.map((r) => r.status).sort(), [201, ...Array(7).fill(409)]);
  });

  test("level, points and their expiry (MB-02, MB-15)", async () => {
    const made = await create({ card: { code: "n:770040", terms: TERMS } });
    const path = `/api/v1/members/${made.member_id}`;
    const points = (client, body, status = 201) => client.post(`${path}/points`, body, status);
    await cashier.refused("POST", `${path}/points`, 403, "right.denied", {
      body: { points: 5, reason: "x" },
    });
    const due = Date.now() + 2000;
    await points(manager, { points: 100, reason: "看房" });
    assert.equal(
      (await points(manager, { points: 40, reason: "活动", expires_ms: due })).points,
      140,
    );
    assert.equal((await points(manager, { points: -10, reason: "兑换" })).points_due_ms, due);
    await manager.refused("POST", `${path}/points`, 409, "points.short", {
      body: { points: -131, reason: "兑换" },
    });
    await manager.refused("POST", `${path}/points`, 422, "fields.wrong", {
      body: { points: 0, reason: "x" },
    });
    await manager.refused("POST", `${path}/points`, 422, "fields.wrong", {
      body: { points: 5, reason: "x", expires_ms: 1 },
    });
    const lines = async () => (await cashier.get(`${path}/points`)).items;
    for (const end = Date.now() + 20000; (await lines()).length < 4 && Date.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const all = await lines();
    assert.deepEqual(
      all.map((l) => [l.points, l.left]),
      [
        [-30, 0],
        [-10, 0],
        [40, 0],
        [100, 100],
      ],
      "what was left of it went by itself",
    );
    assert.equal(all[0].of_id, all[2].id);
    let one = await member(made.member_id);
    assert.deepEqual([one.points, one.points_due_ms], [100, null]);
    const page = await cashier.get(`${path}/points?limit=3`);
    assert.equal((await cashier.get(`${path}/points?limit=3&cursor=${page.next}`)).items.length, 1);
    one = await cashier.patch(path, { version: one.version, level: "gold" });
    assert.equal(one.level, "gold");
    await cashier.refused("PATCH", path, 412, "version.changed", {
      body: { version: 1, level: "silver" },
    });
    await sales.refused("PATCH", path, 403, "right.denied", {
      body: { version: 1, level: "silver" },
    });
  });

  test("a PIN is set and unlocked by staff; a kiosk sees nothing without one", async () => {
    const made = await create({ card: { code: "n:770050", terms: TERMS } });
    const path = `/api/v1/members/${made.member_id}`;
    for (const pin of ["12345", "123456", "111111", "abcdef", "１２３４５６"])
      await cashier.refused("POST", `${path}/pin`, 422, "pin.weak", { body: { version: 1, pin } });
    const one = await cashier.post(`${path}/pin`, { version: 1, pin: "246810" }, 200);
    assert.equal(one.has_pin, true);
    await cashier.refused("POST", `${path}/pin`, 412, "version.changed", {
      body: { version: 1, pin: "246810" },
    });
    await cashier.post(`${path}/pin/unlock`, { version: one.version }, 200);
    const kiosk = await site.terminal(admin);
    await kiosk.refused("GET", "/api/v1/terminal/member", 410, "pass.ended");
    await kiosk.refused("POST", "/api/v1/terminal/member", 410, "swipe.gone", {
      body: { swipe: "x", pin: "246810" },
    });
    await kiosk.delete("/api/v1/terminal/member");
    await cashier.refused("GET", "/api/v1/terminal/member", 403, "right.denied");
    for (const route of [path, `/api/v1/customers/${made.id}`, "/api/v1/cards/find?code=n:770050"])
      await kiosk.refused("GET", route, 403, "right.denied");
  });
});

describe("what is stored", () => {
  test("no phone and no document in the database, its log or a backup; none in the log of the daemon", async () => {
    const number = "13912348765";
    const document = "110101199003074477";
    await create({ phones: [{ number }], document: { kind: "passport", number: document } });
    await cashier.get(`/api/v1/customers?phone=${number}`);
    await cashier.refused("POST", "/api/v1/customers", 409, "customer.exists", {
      body: person({ phones: [{ number }] }),
    });
    const copy = join(site.folder, "copy.db");
    site.ctlOk("backup", copy);
    const database = join(site.state, "anchang.db");
    for (const file of [database, `${database}-wal`, copy])
      for (const secret of [number, document])
        assert.equal(readFileSync(file).includes(secret), false, `${file} holds ${secret}`);
    assert.equal(site.log.includes(number), false);
    site.verify();
  });

  test("a restore on another machine says which key is missing, and works with it", async (t) => {
    const copy = join(site.folder, "move.db");
    site.ctlOk("backup", copy);
    const other = new Site();
    t.after(() => other.close());
    other.ctlOk("user", "list");
    const secret = (s, name) => join(s.state, "secret", name);
    const made = readFileSync(secret(other, "seal.key"));
    copyFileSync(secret(site, "audit.key"), secret(other, "audit.key"));
    rmSync(join(other.state, "anchang.db"));
    const refused = other.ctl("restore", copy);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /sealed with key [0-9a-f]+, which is not here: put the seal\.key/);
    assert.match(refused.stderr, /nothing was replaced/);
    assert.equal(existsSync(join(other.state, "anchang.db")), false);
    // its own key may stay in front of the one that the backup needs
    writeFileSync(
      secret(other, "seal.key"),
      Buffer.concat([made, readFileSync(secret(site, "seal.key"))]),
    );
    other.ctlOk("restore", copy);
    await other.start();
    const there = await other.login("cashier");
    const { items } = await there.get("/api/v1/customers?phone=19900000001");
    assert.equal(items[0].phones[0].masked, "199****0001");
    other.verify();
  });
});
