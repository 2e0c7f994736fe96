"""tests/stages.sh with stages that only pretend: what it runs, says and ends with."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

# Each stage does what its file in fake/ says, else nothing.
FAKES = """
for name in house style release cppcheck tidy asan rigs tsan fuzz ui integration e2e fault vm package; do
    eval "stage_$name() { echo $name >>ran; [ ! -f fake/$name ] || . fake/$name; }"
done
"""


class Stages(unittest.TestCase):
    def setUp(self):
        self.lay(None)

    def lay(self, parent):
        self.dir = tempfile.mkdtemp(dir=parent)
        self.addCleanup(shutil.rmtree, self.dir)
        os.makedirs(self.dir + "/fake")
        os.makedirs(self.dir + "/tests")
        with open(ROOT + "/tests/stages.sh", encoding="utf-8") as f:
            text = f.read()
        head, _, rest = text.partition("# ---- the stages ----\n")
        self.script = self.dir + "/tests/stages.sh"
        with open(self.script, "w", encoding="utf-8") as f:
            f.write(head + FAKES + rest[rest.index("# ---- running them ----\n"):])
        os.chmod(self.script, 0o755)

    def fake(self, name, body):
        with open(self.dir + "/fake/" + name, "w", encoding="utf-8") as f:
            f.write(body + "\n")

    def start(self, *args):
        # Under nohup and in the background SIGINT is ignored, and a shell cannot undo what it was born with.
        process = subprocess.Popen([self.script, *args], text=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.addCleanup(process.stdout.close)
        self.addCleanup(lambda: process.poll() is not None or process.kill())
        return process

    def run_it(self, *args):
        process = self.start(*args)
        said = process.stdout.read()
        return process.wait(30), said

    def ran(self):
        with open(self.dir + "/ran", encoding="utf-8") as f:
            return f.read().split()

    def test_every_stage_once_and_the_counts(self):
        self.fake("ui", "echo 'ℹ pass 7'; echo 'ℹ fail 0'")
        self.fake("vm", "echo 'skipped: no kernel'; exit 77")
        status, said = self.run_it("test")
        self.assertEqual(0, status, said)
        names = self.run_it("stage")[1].split()
        self.assertEqual(15, len(names))
        self.assertEqual(sorted(names), sorted(self.ran()))
        self.assertEqual(names[:3], self.ran()[:3], "what comes first comes alone")
        self.assertRegex(said, r"-- vm +\d+ s  skipped \(no kernel\)\n")
        self.assertIn("20 passed, 0 failed, 1 skipped", said)

    def test_lanes_go_beside_each_other(self):
        # Each waits for the other.
        self.fake("tidy", "touch tidy; until [ -f ui ]; do sleep 0.01; done")
        self.fake("ui", "touch ui; until [ -f tidy ]; do sleep 0.01; done")
        self.assertEqual(0, self.run_it("test")[0])

    def test_a_failure_is_shown_and_ends_both_lanes(self):
        self.fake("asan", "echo 'it is broken'; exit 3")
        self.fake("ui", "until grep -q FAILED build/test-logs/table; do sleep 0.01; done")
        status, said = self.run_it("test")
        self.assertEqual(1, status)
        self.assertRegex(said, r"-- asan +\d+ s  FAILED\n\n== the end of \S+/asan.log ==\nit is broken\n")
        self.assertIn("./run stage asan", said)
        self.assertNotIn("rigs", self.ran())
        self.assertNotIn("integration", self.ran())
        self.assertIn("1 failed", said)

    def test_what_comes_first_fails(self):
        self.fake("style", "exit 1")
        self.assertEqual(1, self.run_it("test")[0])
        self.assertEqual(["house", "style"], self.ran())

    @unittest.skipIf(ROOT.startswith("/tmp/") or os.getuid() != 0, "no mounts of our own here")
    def test_by_day_what_is_written_lies_in_memory(self):
        for args, ours in (["test"], True), (["test", "nightly"], False):
            os.makedirs(ROOT + "/build", exist_ok=True)
            self.lay(ROOT + "/build")
            self.fake("ui", "stat -c %d /tmp >device")
            self.assertEqual(0, self.run_it(*args)[0])
            with open(self.dir + "/device", encoding="utf-8") as f:
                self.assertEqual(ours, int(f.read()) != os.stat("/tmp").st_dev, args)

    def test_one_stage_alone(self):
        self.fake("tidy", "echo loud; exit 4")
        self.assertEqual((4, "loud\n"), self.run_it("stage", "tidy"))
        self.assertEqual(2, self.run_it("stage", "nonsense")[0])

    def test_a_signal_ends_all_of_it(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for name in ("asan", "ui"):
                self.fake(name, "sleep 300 & echo $! >%s.new; mv %s.new pid-%s; wait" % (name, name, name))
            process = self.start("test")
            pids = [self.pid(name) for name in ("asan", "ui")]
            process.send_signal(number)
            process.stdout.read()
            self.assertEqual(128 + number, process.wait(30))
            for pid in pids:
                self.assertFalse(self.runs(pid))

    def pid(self, name):
        path = self.dir + "/pid-" + name
        while not os.path.exists(path):
            time.sleep(0.01)
        with open(path, encoding="utf-8") as f:
            pid = int(f.read())
        os.unlink(path)
        return pid

    def runs(self, pid):
        """A dead one that nobody has waited for yet does not."""
        try:
            with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
                return not re.search(r"\) [ZX]", f.read())
        except FileNotFoundError:
            return False


if __name__ == "__main__":
    unittest.main()
