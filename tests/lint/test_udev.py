"""The udev rules are what udev/rules.py makes of the models, and keep to what udev/README.md says."""

import os
import re
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "udev"))
import rules # noqa: E402


def active(text):
    return [line for line in text.split("\n") if line and not line.startswith("#")]


class Rules(unittest.TestCase):
    def test_checked_in(self):
        with open(rules.RULES, encoding="utf-8") as f:
            self.assertEqual(rules.rules([rules.MODELS]), f.read(), "udev/rules.py makes them anew")

    def test_order(self):
        # Behind the groups and modes of 50-udev-default.rules.
        self.assertGreaterEqual(int(os.path.basename(rules.RULES)[:2]), 60)

    def test_every_usb_model(self):
        text = rules.rules([rules.MODELS])
        files = [f for f in os.listdir(rules.MODELS) if f.endswith(".model")]
        usb = []
        for file in files:
            with open(os.path.join(rules.MODELS, file), encoding="utf-8") as f:
                if re.search(r"^usb *=", f.read(), re.M):
                    usb.append(file)
        self.assertTrue(usb)
        for file in usb:
            self.assertIn("# %s: " % file, text)

    def test_no_serial_chip(self):
        text = rules.rules([rules.MODELS])
        listed = list(rules.chips())
        self.assertLessEqual({("0403", "6001"), ("067b", "2303"), ("1a86", "7523")},
                             {(vid, pid) for vid, pid, _ in listed})
        for vid, pid, _ in listed:
            self.assertIn('\n#SUBSYSTEM=="tty", ATTRS{idVendor}=="%s", ATTRS{idProduct}=="%s"' % (vid, pid),
                          text)
        self.assertFalse([line for line in active(text) if "tty" in line])

    def test_every_printer(self):
        listed = list(rules.printers())
        self.assertEqual(len(listed), len({(vid, pid) for vid, pid, _ in listed}))
        self.assertIn(("04b8", "0e15", "Epson TM-T20II"), listed)
        lines = active(rules.rules([rules.MODELS]))
        for vid, pid, _ in listed:
            self.assertIn(rules.usb_rule(vid, pid).strip(), lines)

    def test_for_the_daemon_alone(self):
        text = rules.rules([rules.MODELS])
        self.assertNotIn("uaccess", text)
        for line in active(text):
            if 'SUBSYSTEM=="usb"' in line:
                self.assertIn('GROUP="anchangd", MODE="0660"', line)

    def test_a_new_model(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "new.model"), "w", encoding="utf-8") as f:
                f.write("# new\n[model]\nname = New 100 % reader\ndriver = hid-keyboard\n"
                        "[match]\nusb = 12AB:0001:0 12ab:0001:11\n")
            text = rules.rules([folder])
        self.assertEqual(1, text.count('ATTR{idVendor}=="12ab", ATTR{idProduct}=="0001"'))
        self.assertIn('ENV{ID_MODEL_ID}=="0001", ENV{ID_USB_INTERFACE_NUM}=="0b"', text)
        self.assertIn("# new.model: New 100 % reader\n", text)


if __name__ == "__main__":
    unittest.main()
