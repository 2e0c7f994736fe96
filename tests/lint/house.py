#!/usr/bin/env python3
"""The rules of this house that no compiler knows. Prints `file:line: rule: message`; exit 1 if any.

A line may be let off with a comment on it or above it, and a reason: `house: allow RULE - why`.
A rule is a function below, named rule_*, that yields findings over the whole tree; it stays quiet
about parts that do not exist. test_house.py shows each rule red and green.
"""

import os
import re
import sys
from collections import namedtuple

Finding = namedtuple("Finding", "path line rule message warning", defaults=(False,))

SKIPPED = {".git", "build", "node_modules", "dist", "dist-bench", "var", "__pycache__", ".cache"}
GENERATED = re.compile(r"\.gen\.[a-z]+$|package-lock\.json$")
TEXT = re.compile(r"\.(c|h|def|sql|py|sh|mjs|js|ts|vue|html|css|json|ya?ml|md|cmake|txt|conf|ini|"
                  r"model|cap|chk|service|timer|rules|policy|[1-8])$|"
                  r"(^|/)(run|CMakeLists\.txt|LICENSE)$|^packages/")

TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<char>'(?:\\.|[^'\\\n])*')
""", re.S | re.X)


def blank(text):
    """Spaces in place of @text, so that offsets and lines stay."""
    return re.sub(r"[^\n]", " ", text)


class Source:
    """One C file: `code` has comments and literals blanked, `strings` the joined literals."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.comments, pieces, code, at = [], [], [], 0
        for m in TOKEN.finditer(text):
            code.append(text[at:m.start()])
            if m.lastgroup == "comment":
                self.comments.append((m.start(), m.group()))
                code.append(blank(m.group()))
            else:
                if m.lastgroup == "string":
                    pieces.append((m.start(), m.end(), m.group()[1:-1]))
                code.append(m.group()[0] + blank(m.group()[1:-1]) + m.group()[-1])
            at = m.end()
        code.append(text[at:])
        self.code = "".join(code)
        self.strings = self.join(pieces)

    def join(self, pieces):
        """Adjacent literals are one string, as the compiler has it."""
        joined, end = [], None
        for start, stop, value in pieces:
            if joined and not self.code[end:start].strip():
                joined[-1] = (joined[-1][0], joined[-1][1] + value)
            else:
                joined.append((start, value))
            end = stop
        return joined

    def line(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def calls(self, names):
        """Each call of one of @names: its offset, name and arguments (from the text, blanks kept)."""
        for m in re.finditer(r"(?<![\w.>])(%s)\s*\(" % "|".join(names), self.code):
            depth, start, args = 1, m.end(), []
            for i in range(m.end(), len(self.code)):
                ch = self.code[i]
                if ch in "([{":
                    depth += 1
                elif ch in ")]}":
                    depth -= 1
                if depth == 0 or (depth == 1 and ch == ","):
                    args.append(self.text[start:i].strip())
                    start = i + 1
                    if depth == 0:
                        break
            yield m.start(), m.group(1), args


class House:
    def __init__(self, root):
        self.root = root
        self.paths = sorted(self.walk())
        self.cache = {}

    def walk(self):
        for folder, names, files in os.walk(self.root):
            names[:] = [n for n in names if n not in SKIPPED]
            for name in files:
                path = os.path.relpath(os.path.join(folder, name), self.root)
                if not os.path.islink(os.path.join(folder, name)) and not GENERATED.search(path):
                    yield path

    def read(self, path):
        if path not in self.cache:
            with open(os.path.join(self.root, path), encoding="utf-8", newline="") as f:
                self.cache[path] = f.read()
        return self.cache[path]

    def has(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def select(self, pattern):
        return [p for p in self.paths if re.search(pattern, p)]

    def c(self, pattern=r"^(db|drivers|daemon|tests)/"):
        """The C files, parsed."""
        for path in self.select(pattern):
            if path.endswith((".c", ".h")):
                key = ("source", path)
                if key not in self.cache:
                    self.cache[key] = Source(path, self.read(path))
                yield self.cache[key]

    def allowed(self, finding):
        """Does the line, or a comment right above it, let the rule off with a reason?"""
        lines = self.read(finding.path).split("\n") if finding.path in self.paths else []
        near = lines[max(0, finding.line - 2):finding.line]
        return any(re.search(r"house: allow %s - \w" % re.escape(finding.rule), s) for s in near)


# ---- doors: who may call whom ----

DOORS = [
    (r"^db/", r'"(daemon|drivers|tests)/', "db/ knows nothing of daemon/ or drivers/"),
    (r"^db/", r"<(jansson|microhttpd|curl/|libusb|cups/|winscard|libserialport|qrencode|cairo)",
     "db/ knows nothing of JSON, HTTP, devices or paper"),
    (r"^drivers/", r'"(daemon|db|tests)/', "drivers/ knows nothing of daemon/ or db/"),
    (r"^drivers/", r"<(jansson|microhttpd|sqlite3)", "drivers/ knows nothing of JSON, HTTP or SQL"),
    (r"^daemon/", r"<(sqlite3)", "only db/ speaks to the engine"),
    (r"^(db|daemon)/", r'"tests/', "the product does not include its tests"),
]


def rule_door(house):
    for where, what, message in DOORS:
        for source in house.c(where):
            for m in re.finditer(r"^[ \t]*#[ \t]*include[ \t]+([\"<][^\">]+)", source.text, re.M):
                if re.match(what, m.group(1)):
                    yield Finding(source.path, source.line(m.start()), "door", message)


BELOW = (r"<(libusb|libserialport|winscard|PCSC/|systemd/)|\"drivers/(port|bus)[_.]",
         "a codec knows no bus: what lies below it is port.h")
DRIVER_TABLE = re.compile(r"\nconst struct driver driver_(\w+) = \{\n([^}]*)\};\n\Z")


def rule_codec_door(house):
    """Only ports, buses and wires know what brings the bytes."""
    for source in house.c(r"^drivers/"):
        if re.match(r"^drivers/(port|bus|wire)[_.]", source.path):
            continue
        for m in re.finditer(r"^[ \t]*#[ \t]*include[ \t]+([\"<][^\">]+)", source.text, re.M):
            if re.match(BELOW[0], m.group(1)):
                yield Finding(source.path, source.line(m.start()), "codec-door", BELOW[1])


def rule_driver(house):
    """A driver is a file that ends with its table, a line of drivers.def, and at least one capture."""
    listed = set()
    if house.has("drivers/drivers.def"):
        listed = set(re.findall(r"^DRIVER\((\w+)\)", house.read("drivers/drivers.def"), re.M))
    models = {}
    for path in house.select(r"^(drivers|tests/captures)/models/[\w-]+\.model$"):
        m = re.search(r"^driver *= *([\w-]+)$", house.read(path), re.M)
        models[os.path.basename(path)[:-len(".model")]] = m.group(1) if m else None
    captured = set()
    for path in house.select(r"^tests/captures/[\w-]+\.cap$"):
        m = re.search(r"^# Model: ([\w-]+)$", house.read(path), re.M)
        captured.add(models.get(m.group(1)) if m else None)
        if not house.has(path + ".chk"):
            yield Finding(path, 1, "driver", "has no .chk; test_captures --rebuild makes it")
    for path in house.select(r"^drivers/reader_\w+\.c$"):
        text = house.read(path)
        name = re.match(r"^drivers/reader_(\w+)\.c$", path).group(1)
        table, lines = DRIVER_TABLE.search(text), text.count("\n")
        if not table or table.group(1) != name:
            yield Finding(path, lines, "driver", "ends with const struct driver driver_%s" % name)
            continue
        if name not in listed:
            yield Finding(path, lines, "driver", "drivers/drivers.def has no DRIVER(%s)" % name)
        shown = re.search(r'\.name = "([^"]+)"', table.group(2))
        if not shown or shown.group(1) not in captured:
            yield Finding(path, lines, "driver", "no capture in tests/captures is of this driver")


REMOTE = re.compile(r"(src|href)\s*=\s*[\"']https?://|url\(\s*[\"']?https?://|@import\s.*https?://")
PUBLIC_PAGES = r"^kiosk-ui/src/(kiosk|unit)/.*\.(ts|vue)$"


def rule_ui_door(house):
    """The public pages stay small, and no page builds HTML from data or needs the network."""
    for path in house.select(r"^kiosk-ui/src/.*\.(ts|vue|css)$"):
        public = re.search(PUBLIC_PAGES, path)
        for n, line in enumerate(house.read(path).split("\n"), 1):
            if public and re.search(r"(from|import)\s*\(?['\"](element-plus|@element-plus|echarts)", line):
                yield Finding(path, n, "ui-door", "the public pages use neither Element Plus nor ECharts")
            if re.search(r"\bv-html\b|\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write", line):
                yield Finding(path, n, "ui-html", "never HTML from data: use text, or an <img>")
            if REMOTE.search(line):
                yield Finding(path, n, "ui-remote", "a page takes nothing from another host")


# ---- SQL ----

SQL = re.compile(r"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|"
                 r"CREATE\s+(UNIQUE\s+)?(TABLE|INDEX|TRIGGER|VIEW)\s|ALTER\s+TABLE\s|DROP\s+\w+\s|"
                 r"WITH\s+\w+(\s*\([^)]*\))?\s+AS\s|PRAGMA\s|ATTACH\s|VACUUM\b)")
ENGINE_ONLY = [
    (r"\bOR\s+(REPLACE|IGNORE|ABORT|FAIL|ROLLBACK)\s+INTO\b", "INSERT OR …: write ON CONFLICT"),
    (r"\bREPLACE\s+INTO\b", "REPLACE INTO: write ON CONFLICT"),
    (r"\b(strftime|datetime|julianday|unixepoch|printf|zeroblob|ifnull|iif|group_concat|"
     r"last_insert_rowid|changes|typeof|hex|quote|random|glob|instr)\s*\(", "a function of one engine"),
    (r"\bjson_\w+\s*\(", "a function of one engine"),
    (r"\b(GLOB|rowid|_rowid_|AUTOINCREMENT|NOCASE|PRAGMA|ATTACH|VACUUM|INDEXED\s+BY)\b",
     "a word of one engine"),
    (r"(?<!\w)\?\d*(?!\w)", "parameters are $1, $2, …"),
]
SQL_ARGUMENT = {"db_prepare": 1, "db_run": 1, "db_get": 2, "db_query": 2}


def without_triggers(sql):
    return re.sub(r"CREATE TRIGGER.*?\bEND;", lambda m: blank(m.group()), sql, flags=re.S)


def without_words(sql):
    """No comments, no quoted text."""
    return re.sub(r"--[^\n]*|'(?:''|[^'])*'", lambda m: blank(m.group()), sql)


def engine_words(sql):
    for pattern, message in ENGINE_ONLY:
        for m in re.finditer(pattern, sql, re.I if "(" in pattern and "\\(" in pattern else 0):
            yield m.start(), "%s (%s)" % (message, m.group().strip())


def rule_sql_place(house):
    for source in house.c(r"^(daemon|drivers)/"):
        for offset, value in source.strings:
            if SQL.match(value.replace("\\n", "\n")):
                yield Finding(source.path, source.line(offset), "sql-place", "SQL lives in db/ only")


def rule_sql_dialect(house):
    for source in house.c(r"^db/"):
        if re.match(r"^db/store[^/]*\.c$", source.path):
            continue
        for offset, value in source.strings:
            if SQL.match(value):
                for _, message in engine_words(without_words(value)):
                    yield Finding(source.path, source.line(offset), "sql-dialect", message)
    for path in house.select(r"^db/migrations/.*\.sql$"):
        sql = without_words(without_triggers(house.read(path)))
        for offset, message in engine_words(sql):
            yield Finding(path, sql.count("\n", 0, offset) + 1, "sql-dialect", message)


def rule_sql_constant(house):
    """Statements are kept by the address of their text, and data never becomes SQL."""
    for source in house.c():
        for offset, name, args in source.calls(["v?snprintf", "v?asprintf", "v?dprintf", "v?fprintf"]):
            for arg in args[:3]:
                if arg.startswith('"') and SQL.match(arg[1:]):
                    yield Finding(source.path, source.line(offset), "sql-constant",
                                  "%s() makes SQL; it must be a constant" % name)
        if source.path.startswith("tests/"):
            continue
        for offset, name, args in source.calls(list(SQL_ARGUMENT)):
            arg = args[SQL_ARGUMENT[name]] if len(args) > SQL_ARGUMENT[name] else ""
            if re.fullmatch(r"[a-z]\w*", arg) and re.search(
                    r"^[ \t]+char\s+\**\s*(?:\w+,\s*)*%s\b" % arg, source.code, re.M):
                yield Finding(source.path, source.line(offset), "sql-constant",
                              "%s() takes a constant, not the buffer %s" % (name, arg))


def rule_sql_count(house):
    """The writer comes to prepare every statement of the program, and ends when its table is full."""
    store = "db/store_sqlite.c"
    room = re.search(r"STATEMENTS_MAX = (\d+)", house.read(store)) if house.has(store) else None
    texts = sum(1 for source in house.c(r"^db/") for _, value in source.strings if SQL.match(value))
    if room and texts * 2 > int(room.group(1)):
        yield Finding(store, 1, "sql-count", "%d statements; STATEMENTS_MAX is to be twice that" % texts)


# ---- C ----

BANNED = {
    "strcpy": "", "strcat": "", "strncat": "", "stpcpy": "", "sprintf": "use snprintf",
    "vsprintf": "use vsnprintf", "gets": "", "strtok": "use strchr or strsep", "strncpy": "",
    "atoi": "use a parser that refuses", "atol": "use a parser that refuses",
    "atoll": "use a parser that refuses", "atof": "use a parser that refuses",
    "scanf": "", "sscanf": "it overflows silently", "fscanf": "", "alloca": "", "system": "",
    "popen": "", "rand": "use randombytes_*", "srand": "", "random": "use randombytes_*",
    "localtime": "use localtime_r", "gmtime": "use gmtime_r", "ctime": "", "asctime": "",
    "usleep": "wait for a condition", "tmpnam": "use mkostemp", "mktemp": "use mkostemp",
    "tempnam": "use mkostemp", "mkstemp": "use mkostemp with O_CLOEXEC", "vfork": "",
    "gethostbyname": "use getaddrinfo",
    "inet_ntoa": "use inet_ntop", "getpwnam": "use getpwnam_r", "getpwuid": "use getpwuid_r",
    "getgrnam": "use getgrnam_r", "getgrgid": "use getgrgid_r",
    "MHD_quiesce_daemon": "races with its workers and aborts (0.9.75); refuse in the accept policy",
}
CLOEXEC = {
    "open": "O_CLOEXEC", "openat": "O_CLOEXEC", "mkostemp": "O_CLOEXEC", "socket": "SOCK_CLOEXEC",
    "socketpair": "SOCK_CLOEXEC", "accept4": "SOCK_CLOEXEC", "pipe2": "O_CLOEXEC",
    "memfd_create": "MFD_CLOEXEC", "eventfd": "EFD_CLOEXEC", "timerfd_create": "TFD_CLOEXEC",
    "signalfd": "SFD_CLOEXEC", "inotify_init1": "IN_CLOEXEC", "epoll_create1": "EPOLL_CLOEXEC",
}
INHERITED = {"pipe": "pipe2", "accept": "accept4", "dup": "fcntl(F_DUPFD_CLOEXEC)", "dup2": "dup3",
             "epoll_create": "epoll_create1", "inotify_init": "inotify_init1", "creat": "open"}


def rule_banned(house):
    for source in house.c():
        for offset, name, _ in source.calls(list(BANNED)):
            hint = "; " + BANNED[name] if BANNED[name] else ""
            yield Finding(source.path, source.line(offset), "banned", "%s()%s" % (name, hint))


def rule_cloexec(house):
    for source in house.c():
        for offset, name, args in source.calls(list(CLOEXEC)):
            if not any(CLOEXEC[name] in a for a in args):
                yield Finding(source.path, source.line(offset), "cloexec",
                              "%s() without %s" % (name, CLOEXEC[name]))
        for offset, name, args in source.calls(list(INHERITED)):
            yield Finding(source.path, source.line(offset), "cloexec",
                          "%s() leaks into children; use %s" % (name, INHERITED[name]))
        for offset, name, args in source.calls(["fopen", "fdopen", "freopen"]):
            mode = args[1] if len(args) > 1 else ""
            if name != "fdopen" and mode.startswith('"') and "e" not in mode:
                yield Finding(source.path, source.line(offset), "cloexec", '%s() without "e"' % name)


def rule_float(house):
    for source in house.c(r"^db/"):
        for m in re.finditer(r"\b(float|double)\b", source.code):
            yield Finding(source.path, source.line(m.start()), "float",
                          "money and areas are int64_t; no floating point in db/")


def rule_typedef(house):
    for source in house.c():
        for m in re.finditer(r"\btypedef\s+(struct|union|enum)\b", source.code):
            yield Finding(source.path, source.line(m.start()), "typedef", "write `%s name`" % m.group(1))


def rule_header(house):
    for source in house.c():
        if not source.path.endswith(".h"):
            continue
        name = os.path.basename(source.path)
        if not re.match(r"/\* %s - \S" % re.escape(name), source.text):
            yield Finding(source.path, 1, "header", "opens with `/* %s - what it owns`" % name)


# ---- faults, routes ----

FAULT_ROW = re.compile(r"^FAULT\((\w+),", re.M)
FAULT_OWN = re.compile(r"^FAULT_(CLASS_\w+|COUNT|\w+_MAX|[a-z]\w*)$")


def rule_fault(house):
    if "db/fault.def" not in house.paths:
        return
    text = house.read("db/fault.def")
    rows = {m.group(1): text.count("\n", 0, m.start()) + 1 for m in FAULT_ROW.finditer(text)}
    used = set()
    for source in house.c():
        for m in re.finditer(r"\bFAULT_\w+\b", source.code):
            symbol = m.group()[len("FAULT_"):]
            if FAULT_OWN.match(m.group()):
                continue
            if not source.path.startswith("tests/"):
                used.add(symbol)
            if source.path in ("db/fault.h", "db/fault.c"):
                continue
            if symbol not in rows and not re.search(r"#\s*define\s+%s\b" % m.group(), source.code):
                yield Finding(source.path, source.line(m.start()), "fault",
                              "%s is not in db/fault.def" % m.group())
    for path in house.select(r"^(db|daemon)/.*\.def$"):
        if path != "db/fault.def":
            used |= set(re.findall(r"\bFAULT_(\w+)\b", house.read(path)))
            used |= set(rows) & set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", house.read(path)))
    if not house.select(r"^tests/e2e/.*\.test\.mjs$"):
        return # no walk through the whole yet: the users of many rows are not there
    for symbol in sorted(set(rows) - used, key=rows.get):
        yield Finding("db/fault.def", rows[symbol], "fault", "nothing uses %s" % symbol)


def rule_fault_contract(house):
    """The contract lists the code of every refusal, in the order of the table, and no other."""
    table, contract = "db/fault.def", "daemon/api/openapi.yaml"
    if table not in house.paths or contract not in house.paths:
        return
    text = house.read(contract)
    told = re.search(r"^    FaultCode:\n(?:      .*\n)*?      enum: \[([^\]]*)\]", text, re.M)
    line = text.count("\n", 0, told.start()) + 1 if told else 1
    told = re.findall(r"[\w.-]+", told.group(1)) if told else []
    codes = re.findall(r'^FAULT\(\w+, \w+, "([^"]+)"', house.read(table), re.M)
    for code in codes:
        if code not in told:
            yield Finding(contract, line, "fault-contract", "FaultCode lacks %s" % code)
    for code in told:
        if code not in codes:
            yield Finding(contract, line, "fault-contract", "%s is not in %s" % (code, table))
    if sorted(told) == sorted(codes) and told != codes:
        yield Finding(contract, line, "fault-contract", "FaultCode is not in the order of %s" % table)


ROUTE_ROW = re.compile(r'\{\s*"(GET|POST|PUT|PATCH|DELETE)",\s*"(/[^"]*)",\s*RIGHT_(\w+),\s*([\w\s|]+),')


def openapi_operations(text):
    """Path and method to line, operationId and x-…, by the indentation this contract keeps."""
    operations, path, key, inside = {}, None, None, False
    for n, line in enumerate(text.split("\n"), 1):
        if re.match(r"\S", line) and not line.startswith("#"):
            inside = line.startswith("paths:")
        if not inside:
            continue
        m = re.match(r"  (/\S*):\s*$", line)
        if m:
            path, key = m.group(1), None
        m = re.match(r"    (get|post|put|patch|delete):\s*$", line)
        if m and path:
            key = (m.group(1).upper(), path)
            operations[key] = {"line": n}
        m = re.match(r"      (operationId|x-right|x-idempotent):\s*[\"']?([\w.-]+)", line)
        if m and key:
            operations[key][m.group(1)] = m.group(2)
    return operations


def rule_route(house):
    table, contract = "daemon/api/routes.c", "daemon/api/openapi.yaml"
    if contract not in house.paths:
        return
    operations = openapi_operations(house.read(contract))
    names = {}
    for key, operation in operations.items():
        where = "%s %s" % key
        name = operation.get("operationId")
        if not name:
            yield Finding(contract, operation["line"], "route", "%s has no operationId" % where)
        elif name in names:
            yield Finding(contract, operation["line"], "route", "operationId %s twice" % name)
        names[name] = key
        if "x-right" not in operation:
            yield Finding(contract, operation["line"], "route", "%s has no x-right" % where)
    if table not in house.paths or "db/right.def" not in house.paths:
        return
    rights = dict(re.findall(r'^RIGHT\((\w+),\s*"([^"]+)"', house.read("db/right.def"), re.M))
    source = next(house.c("^%s$" % re.escape(table)))
    plain = re.sub(r"/\*.*?\*/", lambda m: blank(m.group()), source.text, flags=re.S)
    rows = set()
    for m in ROUTE_ROW.finditer(plain):
        method, path, right, flags = m.groups()
        line = source.line(m.start())
        if not path.startswith("/api/"):
            continue # pages and probes are not part of the contract
        rows.add((method, path))
        operation = operations.get((method, path))
        if operation is None:
            yield Finding(table, line, "route", "%s %s is not in the contract" % (method, path))
        elif operation.get("x-right") != rights.get(right):
            yield Finding(table, line, "route", "%s %s: x-right is %s, the table says %s" % (
                method, path, operation.get("x-right"), rights.get(right, right)))
        elif ("ROUTE_IDEMPOTENT" in flags) != (operation.get("x-idempotent") == "true"):
            yield Finding(table, line, "route", "%s %s: only one side asks for an Idempotency-Key" % (
                method, path))
    for key in sorted(set(operations) - rows, key=lambda k: operations[k]["line"]):
        if key[1].startswith("/api/"):
            yield Finding(contract, operations[key]["line"], "route", "%s %s is not in the table" % key)


CONFIG_ROW = re.compile(r'\{\s*"([\w-]+)",\s*"([\w-]+)",\s*KEY_\w+')


def rule_manual(house):
    """Each key of the configuration is described, under its section, and no other."""
    table, page = "daemon/config.c", "man/anchangd.conf.5"
    if table not in house.paths or page not in house.paths:
        return
    rows = {m.groups(): house.read(table).count("\n", 0, m.start()) + 1
            for m in CONFIG_ROW.finditer(house.read(table))}
    told, section = {}, None
    for n, line in enumerate(house.read(page).split("\n"), 1):
        m = re.match(r"\.Ss? \[([\w-]+)\]|\.It Cm ([\w-]+)", line)
        if m and m.group(1):
            section = m.group(1)
        elif m:
            told[section, m.group(2)] = n
    for key in sorted(set(rows) - set(told), key=rows.get):
        yield Finding(table, rows[key], "manual", "[%s] %s is not in %s" % (key + (page,)))
    for key in sorted(set(told) - set(rows), key=told.get):
        yield Finding(page, told[key], "manual", "the daemon has no key [%s] %s" % key)


# ---- all text ----

LINE = {".c": 100, ".h": 100, ".py": 110, ".sh": 110}


def tables(text):
    """The lines between `clang-format off` and `on`, where rows may be long."""
    inside, lines = False, set()
    for n, line in enumerate(text.split("\n"), 1):
        inside = (inside or "clang-format off" in line) and "clang-format on" not in line
        if inside:
            lines.add(n)
    return lines



def rule_text(house):
    for path in house.paths:
        if not TEXT.search(path):
            continue
        try:
            text = house.read(path)
        except UnicodeDecodeError:
            yield Finding(path, 1, "text", "is not UTF-8")
            continue
        if "\r" in text:
            yield Finding(path, text[:text.index("\r")].count("\n") + 1, "text", "carriage return")
        if text and not text.endswith("\n"):
            yield Finding(path, text.count("\n") + 1, "text", "no newline at the end")
        ours = path.endswith((".c", ".h", ".py", ".sh", ".sql", ".def"))
        table = tables(text)
        for n, line in enumerate(text.split("\n"), 1):
            if path.endswith((".c", ".h")) and re.search(r"clang-format (off|on)(?! \*/)", line):
                yield Finding(path, n, "text", "clang-format 14 takes only /* clang-format off */")
            if ours and ("\t" in line or line != line.rstrip()):
                yield Finding(path, n, "text", "tab or blanks at the end")
            most = LINE.get(os.path.splitext(path)[1], len(line))
            if len(line) > most and n not in table:
                yield Finding(path, n, "line-length", "%d columns; at most %d" % (len(line), most))


MARKER = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b")
MACHINE = [
    (re.compile(r"(?<![\w.])/(wor[k]|roo[t]|home/\w+)/"), "a path of one machine"),
    (re.compile(r"https?://(registr[y]\.|[\w.-]*\.pkg\.de[v]|de[b]\.debian\.org)"), "a registry's host"),
]
SECRET = [
    (re.compile(r"-----BEGI[N] [A-Z ]*PRIVATE KEY-----"), "a private key"),
    (re.compile(r"\b(AKI[A][0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|sk-[A-Za-z0-9]{24,}|xox[abp]-\w{10,})"),
     "looks like a key of some service"),
    (re.compile(r"\$argon2i?d?\$v=\d+\$m=\d+[^\"'\s]{20,}"), "a password hash"),
]


def rule_words(house):
    for path in house.paths:
        if not TEXT.search(path) or path == "LICENSE":
            continue
        try:
            lines = house.read(path).split("\n")
        except UnicodeDecodeError:
            continue
        for n, line in enumerate(lines, 1):
            if MARKER.search(line):
                yield Finding(path, n, "marker", "do it, or file it: no marks left in the text")
            for pattern, message in MACHINE:
                if pattern.search(line):
                    yield Finding(path, n, "machine", message)
            for pattern, message in SECRET:
                if pattern.search(line):
                    yield Finding(path, n, "secret", message)


README_LINES = 80


def rule_readme(house):
    tops = {p.split("/")[0] for p in house.paths if "/" in p and not p.startswith(".")}
    rooms = sorted(tops | {"/".join(p.split("/")[:2]) for p in house.select(r"^daemon/[^/]+/")})
    for room in rooms:
        path = room + "/README.md"
        if path not in house.paths:
            yield Finding(path, 1, "readme", "the room %s/ has no README.md" % room)
    for path in house.select(r"(^|/)README\.md$"):
        lines = house.read(path).count("\n")
        if "/" in path and lines > README_LINES:
            yield Finding(path, lines, "readme", "%d lines; one screen is %d" % (lines, README_LINES))


LONG_FILE = 700


def rule_long_file(house):
    for path in house.select(r"\.(c|h|ts|vue|mjs)$"):
        lines = house.read(path).count("\n")
        if lines > LONG_FILE:
            yield Finding(path, lines, "long-file", "%d lines; does it hold one thing?" % lines, True)


def check(root):
    house = House(root)
    rules = [f for name, f in sorted(globals().items()) if name.startswith("rule_")]
    findings = [x for rule in rules for x in rule(house) if not house.allowed(x)]
    return sorted(set(findings), key=lambda x: (x.path, x.line, x.rule))


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "..")
    findings = check(os.path.abspath(root))
    for x in findings:
        print("%s:%d: %s%s: %s" % (x.path, x.line, "warning: " if x.warning else "", x.rule, x.message))
    wrong = [x for x in findings if not x.warning]
    print("house: %d findings, %d warnings" % (len(wrong), len(findings) - len(wrong)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
