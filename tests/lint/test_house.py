"""Each rule of house.py is shown a tree that breaks it and one that does not."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house # noqa: E402

HEADER = "/* x.h - owns the thing. */\n"


class Case(unittest.TestCase):
    def findings(self, files, rule=None):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8", newline="") as f:
                    f.write(text)
            return [f for f in house.check(root) if rule is None or f.rule == rule]

    def red(self, rule, path, text, line=None, **more):
        found = self.findings({path: text, **{k.replace("__", "/"): v for k, v in more.items()}}, rule)
        self.assertTrue(found, "%s should refuse %r" % (rule, text))
        if line is not None:
            self.assertEqual(line, found[0].line)
        return found

    def green(self, rule, path, text):
        self.assertEqual([], self.findings({path: text}, rule))


class Doors(Case):
    def test_db_includes_daemon(self):
        self.red("door", "db/unit.c", '#include "daemon/app.h"\n', 1)
        self.red("door", "db/unit.c", '\n #  include "drivers/driver.h"\n', 2)

    def test_drivers_include_db(self):
        self.red("door", "drivers/ccid.c", '#include "db/unit.h"\n', 1)

    def test_no_json_or_http_in_db(self):
        self.red("door", "db/unit.c", "#include <jansson.h>\n", 1)
        self.red("door", "db/unit.h", "#include <microhttpd.h>\n", 1)

    def test_the_engine_stays_in_db(self):
        self.red("door", "daemon/main.c", "#include <sqlite3.h>\n", 1)
        self.green("door", "db/store.c", "#include <sqlite3.h>\n")

    def test_daemon_may_include_both(self):
        self.green("door", "daemon/main.c", '#include "db/unit.h"\n#include "drivers/driver.h"\n')

    def test_a_codec_knows_no_bus(self):
        for line in ("<libusb-1.0/libusb.h>", "<libserialport.h>", "<PCSC/winscard.h>", "<winscard.h>",
                     "<systemd/sd-event.h>", '"drivers/port.h"'):
            self.red("codec-door", "drivers/reader_x.c", "#include %s\n" % line, 1)
            self.green("codec-door", "drivers/port_x.c", "#include %s\n" % line)
            self.green("codec-door", "drivers/bus_x.c", "#include %s\n" % line)
        self.green("codec-door", "drivers/port.h", "#include <systemd/sd-event.h>\n")
        self.green("codec-door", "drivers/reader_x.c", '#include "drivers/device.h"\n')

    def test_a_comment_is_no_include(self):
        self.green("door", "db/unit.c", '/* #include "daemon/app.h" is what we never do */\n')

    def test_public_pages_without_element_plus(self):
        line = "import { ElButton } from 'element-plus';\n"
        self.red("ui-door", "kiosk-ui/src/kiosk/Page.vue", line, 1)
        self.green("ui-door", "kiosk-ui/src/office/Page.vue", line)

    def test_no_html_from_data(self):
        self.red("ui-html", "kiosk-ui/src/office/Page.vue", '<p v-html="name"></p>\n', 1)
        self.red("ui-html", "kiosk-ui/src/kiosk/a.ts", "\nnode.innerHTML = name;\n", 2)

    def test_nothing_from_another_host(self):
        self.red("ui-remote", "kiosk-ui/src/a.css", "@font-face { src: url(https://x.example/a); }\n", 1)
        self.green("ui-remote", "kiosk-ui/src/a.ts", "const place = 'https://x.example/u/';\n")



class Drivers(Case):
    TABLE = '#include "drivers/driver.h"\n\nconst struct driver driver_gate = {\n    .name = "gate-1",\n};\n'
    TREE = {"drivers/reader_gate.c": TABLE, "drivers/drivers.def": "DRIVER(gate)\n",
            "drivers/models/acme.model": "[model]\ndriver = gate-1\n",
            "tests/captures/acme.cap": "# Model: acme\n", "tests/captures/acme.cap.chk": ""}

    def found(self, **changed):
        tree = {k: v for k, v in {**self.TREE, **changed}.items() if v is not None}
        return [f.message for f in self.findings(tree, "driver")]

    def test_whole(self):
        self.assertEqual([], self.found())

    def test_no_table_at_the_end(self):
        for text in ("int x;\n", self.TABLE + "int x;\n", self.TABLE.replace("driver_gate", "driver_door"),
                     self.TABLE.replace("const struct", "static const struct")):
            self.assertIn("ends with", self.found(**{"drivers/reader_gate.c": text})[0])

    def test_not_listed(self):
        self.assertIn("DRIVER(gate)", self.found(**{"drivers/drivers.def": "DRIVER(door)\n"})[0])

    def test_no_capture(self):
        self.assertIn("no capture", self.found(**{"tests/captures/acme.cap": None})[0])
        self.assertIn("no capture", self.found(**{"tests/captures/acme.cap": "# Model: other\n"})[0])
        self.assertIn(".chk", self.found(**{"tests/captures/acme.cap.chk": None})[0])


class Sql(Case):
    def test_place(self):
        self.red("sql-place", "daemon/api/unit.c", 'const char *q = "SELECT id "\n    "FROM unit";\n', 1)
        self.red("sql-place", "daemon/api/unit.c", 'x("\\n DELETE FROM unit");\n', 1)
        self.green("sql-place", "db/unit.c", 'const char *q = "SELECT id FROM unit";\n')
        self.green("sql-place", "daemon/main.c", 'say("Select a unit"); say("UPDATE the list");\n')

    def test_dialect_in_c(self):
        for sql in ("INSERT OR REPLACE INTO a VALUES ($1)", "INSERT OR IGNORE INTO a VALUES ($1)",
                    "SELECT strftime($1) FROM a", "SELECT rowid FROM a", "SELECT json_extract(a) FROM b",
                    "SELECT a FROM b WHERE a GLOB $1", "SELECT zeroblob(4) FROM a",
                    "UPDATE a SET b = ?1", "SELECT a FROM b WHERE c = ?", "PRAGMA foreign_keys"):
            self.red("sql-dialect", "db/unit.c", 'const char *q = "%s";\n' % sql, 1)
            self.green("sql-dialect", "db/store_sqlite.c", 'const char *q = "%s";\n' % sql)

    def test_dialect_knows_quoted_text(self):
        self.green("sql-dialect", "db/unit.c",
                   "const char *q = \"SELECT a FROM b WHERE c <> 'rowid ? GLOB' AND d = $1\";\n")

    def test_dialect_sees_joined_strings(self):
        self.red("sql-dialect", "db/unit.c", 'x("SELECT a "\n  "FROM b WHERE a GLOB $1");\n')

    def test_dialect_in_migrations(self):
        self.red("sql-dialect", "db/migrations/002_x.sql", "-- ok\nINSERT OR IGNORE INTO a VALUES (1);\n", 2)
        self.green("sql-dialect", "db/migrations/002_x.sql",
                   "CREATE TRIGGER t BEFORE INSERT ON a BEGIN\n  SELECT typeof(rowid);\nEND;\n")

    def test_made_up_sql(self):
        self.red("sql-constant", "db/unit.c",
                 'void f(void) { snprintf(b, sizeof(b), "SELECT a FROM %s", t); }\n', 1)
        self.green("sql-constant", "db/unit.c", 'void f(void) { snprintf(b, 9, "Selected %d", n); }\n')

    def test_a_buffer_as_statement(self):
        body = "int f(struct db *db)\n{\n    char q[90];\n    return db_run(db, q, \"i\", 1);\n}\n"
        self.red("sql-constant", "db/unit.c", body, 4)
        self.green("sql-constant", "db/unit.c", body.replace("    char q", "    static const char q"))

    def test_more_statements_than_fit(self):
        room = {"db__store_sqlite.c": "enum { STATEMENTS_MAX = 4 };\n"}
        one = 'void f(void) { db_run(db, "SELECT 1", ""); }\n'
        self.red("sql-count", "db/unit.c", one * 3, 1, **room)
        fits = {"db/unit.c": one * 2, "db/store_sqlite.c": room["db__store_sqlite.c"]}
        self.assertEqual([], self.findings(fits, "sql-count"))


class C(Case):
    def test_banned(self):
        for call in ("strcpy(a, b)", "sprintf(a, b)", "atoi (a)", "system(a)", "localtime(&t)",
                     "usleep(1)", "strtok(a, b)", "rand()", "alloca(4)", "popen(a, b)"):
            self.red("banned", "daemon/a.c", "void f(void)\n{\n    %s;\n}\n" % call, 3)

    def test_not_banned(self):
        for text in ("x->system(a);", "x.gets(a);", "localtime_r(&t, &tm);", "my_system(a);",
                     '/* never strcpy(a, b) */', 'say("strcpy(a, b)");', "snprintf(a, 2, b);"):
            self.green("banned", "daemon/a.c", "void f(void)\n{\n    %s\n}\n" % text)

    def test_allowed_with_a_reason(self):
        line = "    usleep(1); /* house: allow banned - %s */\n"
        self.green("banned", "daemon/a.c", line % "the device asks for it")
        self.green("banned", "daemon/a.c", "/* house: allow banned - so */\nint a = atoi(b);\n")
        self.red("banned", "daemon/a.c", "    usleep(1); /* house: allow banned - */\n")
        self.red("banned", "daemon/a.c", "    usleep(1); /* house: allow float - why */\n")

    def test_cloexec(self):
        self.red("cloexec", "daemon/a.c", "int fd = open(path, O_RDONLY);\n", 1)
        self.red("cloexec", "daemon/a.c", "int fd = openat(d, g(1, 2), O_RDWR | O_CREAT, 0600);\n", 1)
        self.red("cloexec", "daemon/a.c", 'FILE *f = fopen(path, "r");\n', 1)
        self.red("cloexec", "daemon/a.c", "int s = accept(fd, NULL, NULL);\n", 1)
        self.green("cloexec", "daemon/a.c", "int fd = open(path,\n    O_RDONLY | O_CLOEXEC);\n")
        self.green("cloexec", "daemon/a.c", 'FILE *f = fopen(path, "re");\n')
        self.green("cloexec", "daemon/a.c", "x->open(path); db_open(path); do_open(a);\n")

    def test_float(self):
        self.red("float", "db/price.c", "int a;\ndouble b;\n", 2)
        self.green("float", "db/price.c", "/* never double */ int64_t a; const char *s = \"float\";\n")
        self.green("float", "daemon/a.c", "double b;\n")

    def test_typedef(self):
        self.red("typedef", "db/a.h", HEADER + "typedef struct a a;\n", 2)
        self.green("typedef", "db/a.h", HEADER + "typedef int (*a_fn)(void);\n")

    def test_header_comment(self):
        self.red("header", "db/x.h", "#ifndef X\n#define X\n#endif\n", 1)
        self.red("header", "db/y.h", HEADER, 1)
        self.green("header", "db/x.h", HEADER)


class Faults(Case):
    TREE = {
        "db/fault.def": '/* rows */\nFAULT(ONE, INVALID, "one", "一", "one")\n'
                        'FAULT(TWO, INVALID, "two", "二", "two")\n',
        "tests/e2e/walk.test.mjs": "\n",
    }

    def test_unknown_and_unused(self):
        code = "int f(void)\n{\n    return FAULT_ONE + FAULT_NINE;\n}\n"
        found = self.findings({**self.TREE, "db/a.c": code}, "fault")
        self.assertEqual([("db/a.c", 3), ("db/fault.def", 3)], [(f.path, f.line) for f in found])

    def test_green(self):
        code = ("int f(void) { return FAULT_ONE + FAULT_TWO + FAULT_COUNT + FAULT_CLASS_GONE"
                " + FAULT_ARGS_MAX; }\n")
        self.assertEqual([], self.findings({**self.TREE, "db/a.c": code}, "fault"))

    def test_only_a_test_uses_it(self):
        code = "int a = FAULT_ONE + FAULT_TWO;\n"
        found = self.findings({**self.TREE, "tests/unit/test_a.c": code}, "fault")
        self.assertEqual(2, len(found))

    def test_unused_is_tolerated_before_the_walk_is_there(self):
        self.assertEqual([], self.findings({"db/fault.def": self.TREE["db/fault.def"]}, "fault"))


class Routes(Case):
    CONTRACT = """openapi: 3.1.0
paths:
  /api/v1/units/{unit}:
    get:
      operationId: unit_get
      x-right: chart.view
    post:
      operationId: unit_edit
      x-right: unit.edit
components:
  schemas: {}
"""
    TABLE = """const struct route routes[] = {
    {"GET", "/api/v1/units/{unit}", RIGHT_CHART_VIEW, 0, unit_get, 0, NULL},
    {"POST", "/api/v1/units/{unit}", RIGHT_UNIT_EDIT,
     ROUTE_WRITE, unit_edit, 0, NULL},
    {"GET", "/healthz", RIGHT_NONE, 0, health, 0, NULL},
    /* {"GET", "/api/v1/old", RIGHT_NONE, 0, old, 0, NULL}, */
    {NULL},
};
"""
    RIGHTS = ('RIGHT(NONE, "none", "", "")\nRIGHT(CHART_VIEW, "chart.view", "", "")\n'
              'RIGHT(UNIT_EDIT, "unit.edit", "", "")\n')

    def routes(self, contract=None, table=None):
        return [f.message for f in self.findings({
            "daemon/api/openapi.yaml": contract or self.CONTRACT, "db/right.def": self.RIGHTS,
            "daemon/api/routes.c": table or self.TABLE}, "route")]

    def test_green(self):
        self.assertEqual([], self.routes())

    def test_contract_alone(self):
        self.assertEqual([], self.findings({"daemon/api/openapi.yaml": self.CONTRACT}, "route"))

    def test_missing_in_the_contract(self):
        self.assertIn("POST /api/v1/units/{unit} is not in the contract",
                      self.routes(contract=self.CONTRACT.replace("    post:", "    put:")))

    def test_missing_in_the_table(self):
        self.assertEqual(["GET /api/v1/units/{unit} is not in the table"],
                         self.routes(table=self.TABLE.replace('"GET", "/api', '"GET", "/x', 1)))

    def test_other_right(self):
        self.assertEqual(["GET /api/v1/units/{unit}: x-right is chart.view, the table says unit.edit"],
                         self.routes(table=self.TABLE.replace("CHART_VIEW", "UNIT_EDIT")))

    def test_key_on_one_side(self):
        asked = self.CONTRACT.replace("unit.edit\n", "unit.edit\n      x-idempotent: true\n")
        flagged = self.TABLE.replace("ROUTE_WRITE", "ROUTE_WRITE | ROUTE_IDEMPOTENT")
        said = ["POST /api/v1/units/{unit}: only one side asks for an Idempotency-Key"]
        self.assertEqual(said, self.routes(contract=asked))
        self.assertEqual(said, self.routes(table=flagged))
        self.assertEqual([], self.routes(contract=asked, table=flagged))

    def test_contract_on_its_own(self):
        self.assertIn("operationId unit_get twice",
                      self.routes(contract=self.CONTRACT.replace("unit_edit", "unit_get")))
        self.assertIn("GET /api/v1/units/{unit} has no x-right",
                      self.routes(contract=self.CONTRACT.replace("      x-right: chart.view\n", "")))
        self.assertIn("GET /api/v1/units/{unit} has no operationId",
                      self.routes(contract=self.CONTRACT.replace("      operationId: unit_get\n", "")))


class FaultCodes(Case):
    DEF = 'FAULT(A, INVALID, "a.one", "x", "y")\nFAULT(B, CONFLICT, "b-two", "x", "y")\n'
    CONTRACT = ("components:\n  schemas:\n    FaultCode:\n      type: string\n      enum: [\n"
                "          a.one,\n          b-two\n      ]\n    Other:\n      enum: [c]\n")

    def codes(self, contract):
        return [f.message for f in self.findings(
            {"db/fault.def": self.DEF, "daemon/api/openapi.yaml": contract}, "fault-contract")]

    def test_green(self):
        self.assertEqual([], self.codes(self.CONTRACT))

    def test_lacking_foreign_and_out_of_order(self):
        self.assertEqual(["FaultCode lacks b-two"],
                         self.codes(self.CONTRACT.replace(",\n          b-two", "")))
        self.assertEqual(["c.three is not in db/fault.def"],
                         self.codes(self.CONTRACT.replace("b-two", "b-two, c.three")))
        self.assertEqual(["FaultCode is not in the order of db/fault.def"],
                         self.codes(self.CONTRACT.replace("a.one", "x").replace("b-two", "a.one")
                                    .replace("x,", "b-two,", 1)))
        self.assertCountEqual(["FaultCode lacks a.one", "FaultCode lacks b-two"],
                              self.codes(self.CONTRACT.replace("FaultCode", "Faults")))


class Manual(Case):
    KEYS = '{"site", "name", KEY_TEXT, 0},\n    {"lan", "port",\n     KEY_NUMBER},\n'
    PAGE = ".Sh KEYS\n.Ss [site]\n.It Cm name\n.Ss [lan]\n.It Cm port\n"

    def manual(self, page):
        return [f.message for f in self.findings(
            {"daemon/config.c": self.KEYS, "man/anchangd.conf.5": page}, "manual")]

    def test_green(self):
        self.assertEqual([], self.manual(self.PAGE))

    def test_red(self):
        self.assertEqual(["[site] name is not in man/anchangd.conf.5"],
                         self.manual(self.PAGE.replace(".It Cm name\n", "")))
        self.assertEqual(["the daemon has no key [lan] speed"], self.manual(self.PAGE + ".It Cm speed\n"))


class Text(Case):
    def test_marks(self):
        self.red("marker", "db/a.c", "/* TO" + "DO: later */\n", 1)
        self.red("marker", "README.md", "FIX" + "ME\n", 1)
        self.green("marker", "db/a.c", "/* XXXL and TODOS are words */\n")

    def test_one_machine(self):
        self.red("machine", "run", "cd /wo" + "rk/main\n", 1)
        self.red("machine", "docs/a.md", "see /ro" + "ot/x\n", 1)
        self.red("machine", "a.json", '"https://regis' + 'try.npmjs.org/x"\n', 1)
        self.green("machine", "README.md", "/var/lib/anchangd and framework/rooted\n")

    def test_secrets(self):
        self.red("secret", "a.conf", "-----BEGIN" + " RSA PRIVATE KEY-----\n", 1)
        self.red("secret", "a.md", "AK" + "IAABCDEFGHIJKLMNOP\n", 1)

    def test_text(self):
        self.red("text", "db/a.c", "int a;\r\n", 1)
        self.red("text", "db/a.c", "int a;", 1)
        self.red("text", "db/a.c", "\tint a;\n", 1)
        self.red("text", "db/a.c", "int a; \n", 1)
        self.red("text", "db/a.c", "/* clang-format off: a table */\n", 1)
        self.red("line-length", "db/a.c", "/* " + "a" * 98 + " */\n", 1)
        self.green("line-length", "db/a.c",
                   "/* clang-format off */\n{%s},\n/* clang-format on */\n" % ("a" * 120))
        self.green("line-length", "db/a.def", "A(" + "a" * 198 + ")\n")

    def test_readme(self):
        self.assertEqual(["daemon/README.md", "daemon/http/README.md"],
                         [f.path for f in self.findings({"daemon/http/a.c": "int a;\n"}, "readme")])
        self.red("readme", "db/README.md", "line\n" * 81, 81)
        self.green("readme", "db/README.md", "line\n" * 80)

    def test_long_files_only_warn(self):
        found = self.findings({"db/a.c": "int a;\n" * 701}, "long-file")
        self.assertEqual([True], [f.warning for f in found])


class Program(unittest.TestCase):
    """As a command: exit codes and what is printed."""

    def run_on(self, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as f:
                    f.write(text)
            return subprocess.run([sys.executable, house.__file__, root], capture_output=True, text=True)

    def test_red(self):
        done = self.run_on({"db/README.md": "db\n", "db/a.c": "int a = atoi(b);\n"})
        self.assertEqual(1, done.returncode)
        self.assertIn("db/a.c:1: banned: atoi()", done.stdout)

    def test_green(self):
        done = self.run_on({"db/README.md": "db\n", "db/a.c": "int a;\n" * 701})
        self.assertEqual(0, done.returncode)
        self.assertIn("warning: long-file", done.stdout)

    def test_our_own_build_folders_are_skipped(self):
        done = self.run_on({"db/README.md": "db\n", "build/release/a.c": "int a = atoi(b);\n"})
        self.assertEqual(0, done.returncode)


if __name__ == "__main__":
    unittest.main()
