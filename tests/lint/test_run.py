"""./run against a machine of scripts: what it installs, builds and starts, without doing any of it."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

# Each fake writes its name and arguments to the log that the tests read.
FAKES = {
    "dpkg-query": 'shift 2\nfor p in "$@"; do grep -qx "$p" "$FAKE/absent" || echo "$p installed"; done\n',
    "apt-get": 'log apt-get "$@"\ncase " $* " in *" install "*) : >"$FAKE/absent";; esac\n',
    "sudo": 'log sudo "$@"\nexec "$@"\n',
    "cmake": 'log cmake "$@"\nif [ "$1" = --preset ]; then mkdir -p "build/$2"\n'
             'touch "build/$2/build.ninja"\n'
             'echo "ANCHANG_TESTS:BOOL=${3#*=}" >"build/$2/CMakeCache.txt"; fi\n',
    "node": 'echo "${FAKE_NODE:-v22.0.0}"\n',
    "npm": 'case $1 in --version) echo "${FAKE_NPM:-11.0.0}" ;; *) log npm "$@"\n'
           '[ "$1" != ci ] || mkdir -p node_modules\n[ "$3" != build ] || mkdir -p dist ;; esac\n',
}
DAEMON = """#!/usr/bin/env python3
import http.server, os, signal, sys
if open(sys.argv[2]).read() == "wrong":
    sys.exit(78)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(open(sys.argv[2]).read())), Answer)
def stop(*_):
    os.write(1, b"daemon: bye\\n") # a second signal may come while the first is dealt with
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
server.serve_forever()
"""
CONTROL = """#!/bin/bash
[ "$1 $2" != "pair kiosk" ] || exec echo 12345678
[ "$1 $2 $4 $6" = "demo --state --www --port" ] || exit 2
[ -f "$3/anchangd.conf" ] || printf '%s' "${FAKE_CONFIG:-$7}" >"$3/anchangd.conf"
echo "manager / 演示密码"
"""


def executable(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Run(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.dir)
        self.tree, self.fake = os.path.join(self.dir, "tree"), os.path.join(self.dir, "fake")
        os.makedirs(self.tree + "/kiosk-ui")
        os.makedirs(self.tree + "/tests")
        os.makedirs(self.tree + "/daemon/api")
        shutil.copy(ROOT + "/run", self.tree)
        shutil.copytree(ROOT + "/packages", self.tree + "/packages")
        for name in ("kiosk-ui/package.json", "kiosk-ui/package-lock.json", "daemon/api/openapi.yaml"):
            open(os.path.join(self.tree, name), "w", encoding="utf-8").close()
        for name, body in FAKES.items():
            executable(self.fake + "/" + name,
                       '#!/bin/bash\nlog() { echo "$*" >>"$FAKE/log"; }\n' + body)
        executable(self.tree + "/build/release/daemon/anchangd", DAEMON)
        executable(self.tree + "/build/release/daemon/anchangctl", CONTROL)
        self.absent([])
        self.port = free_port()

    def absent(self, names):
        with open(self.fake + "/absent", "w", encoding="utf-8") as f:
            f.write("\n".join(names) + "\n")

    def environment(self, **more):
        return {"PATH": self.fake + ":" + os.environ["PATH"], "FAKE": self.fake, "HOME": self.dir,
                "ANCHANG_PORT": str(self.port), **more}

    def run_it(self, *args, **more):
        return subprocess.run([self.tree + "/run", *args], env=self.environment(**more), timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def log(self):
        """What was called since the last look."""
        path = self.fake + "/log"
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as f:
            lines = f.read().split("\n")[:-1]
        os.unlink(path)
        return lines

    def called(self, log, start):
        return [line for line in log if line.startswith(start)]

    def test_help_and_nonsense(self):
        self.assertIn("./run test", self.run_it("help").stdout)
        self.assertEqual(2, self.run_it("nonsense").returncode)

    def test_build_installs_only_what_is_missing(self):
        self.absent(["cmake", "libzip-dev"])
        self.assertEqual(0, self.run_it("build").returncode)
        install = self.called(self.log(), "apt-get")[-1]
        self.assertRegex(install, r"install -y --no-install-recommends cmake libzip-dev$")
        self.assertIn("DPkg::Lock::Timeout", install)

    def test_a_second_build_fetches_nothing(self):
        self.assertEqual(0, self.run_it("build").returncode)
        first = self.log()
        self.assertEqual(["npm ci --loglevel=error", "npm run --silent build"], self.called(first, "npm"))
        self.assertEqual(0, self.run_it("build").returncode)
        self.assertEqual(["cmake --build --preset release"], self.log())

    def test_a_changed_page_is_built_again_without_fetching(self):
        self.run_it("build")
        self.log()
        with open(self.tree + "/kiosk-ui/page.ts", "w", encoding="utf-8") as f:
            f.write("1\n")
        self.run_it("build")
        self.assertEqual(["npm run --silent build"], self.called(self.log(), "npm"))

    def test_tests_are_added_to_a_build_that_had_none(self):
        self.run_it("preset", "debug", "OFF")
        self.run_it("preset", "debug", "ON")
        self.run_it("preset", "debug", "OFF")
        self.assertEqual(["cmake --preset debug -DANCHANG_TESTS=%s" % x for x in ("OFF", "ON")],
                         self.called(self.log(), "cmake --preset"))

    def test_an_old_node_is_not_used(self):
        for node, npm in (("v18.20.4", "9.2.0"), ("v20.18.9", "11.0.0"), ("v20.19.0", "10.9.9")):
            done = self.run_it("modules", FAKE_NODE=node, FAKE_NPM=npm)
            self.assertIn("npm ci --no-fund --no-audit --loglevel=error", self.log())
            # The one that would have come is a fake too, as old as before: said, not used.
            self.assertIn("does not run here", done.stderr)

    def test_a_good_node_is_kept(self):
        for node, npm in (("v20.19.0", "11.0.0"), ("v22.23.3", "11.21.2")):
            shutil.rmtree(self.tree + "/kiosk-ui/node_modules", ignore_errors=True)
            self.assertEqual(0, self.run_it("modules", FAKE_NODE=node, FAKE_NPM=npm).returncode)
            self.assertEqual(["npm ci --loglevel=error"], self.log())

    def start(self, **more):
        process = subprocess.Popen([self.tree + "/run"], env=self.environment(**more), text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(lambda: process.poll() is not None or os.killpg(process.pid, signal.SIGKILL))
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "演示密码" in line:
                break
        return process, "".join(lines)

    def test_demo_starts_and_stops_cleanly(self):
        for how in ("terminal", "script"):
            process, said = self.start()
            for page in ("kiosk", "counter", "office"):
                self.assertIn("http://127.0.0.1:%d/%s/" % (self.port, page), said)
            # Ctrl-C reaches every process of the terminal; `kill` only this one.
            if how == "terminal":
                os.killpg(process.pid, signal.SIGINT)
            else:
                process.send_signal(signal.SIGTERM)
            rest = process.stdout.read()
            self.assertEqual(0, process.wait(30), rest)
            self.assertIn("daemon: bye", rest)
            self.assertIn("var/demo", rest)

    def test_a_port_in_use(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", self.port))
            s.listen()
            done = self.run_it()
        self.assertEqual(1, done.returncode)
        self.assertIn("ANCHANG_PORT", done.stderr)
        self.assertIn("端口", done.stderr)

    def test_a_configuration_of_ones_own_names_another_port(self):
        os.makedirs(self.tree + "/var/demo")
        with open(self.tree + "/var/demo/anchangd.conf", "w", encoding="utf-8") as f:
            f.write("[listen]\nport = 9009\n[lan]\nport = %d\n" % self.port)
        done = self.run_it()
        self.assertEqual(1, done.returncode)
        self.assertIn("ANCHANG_PORT=9009", done.stderr)

    def test_a_daemon_that_does_not_start(self):
        begin = time.monotonic()
        done = self.run_it(FAKE_CONFIG="wrong")
        self.assertEqual(1, done.returncode)
        self.assertIn("status 78", done.stderr)
        self.assertNotIn("/kiosk/", done.stdout)
        self.assertLess(time.monotonic() - begin, 30)


class Words(unittest.TestCase):
    def test_the_lists_name_packages(self):
        for name in ("build", "run", "test", "bench"):
            with open(os.path.join(ROOT, "packages", name), encoding="utf-8") as f:
                lines = [x for x in f.read().split("\n") if x and not x.startswith("#")]
            self.assertEqual(len(lines), len(set(lines)), name)
            self.assertEqual([], [x for x in lines if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", x)])


if __name__ == "__main__":
    unittest.main()
