#!/usr/bin/env python3
"""Writes udev/60-anchangd.rules from the readers' models (drivers/models/*.model), the list of receipt
printers (drivers/roll_printers.def) and that of bare serial chips (drivers/serial_chips.def). Without
arguments into its place; `--print [FOLDER…]` to stdout, for the models of other folders.
tests/lint/test_udev.py fails when the rules are not what this gives.
"""

import configparser
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
RULES = os.path.join(ROOT, "udev", "60-anchangd.rules")
MODELS = os.path.join(ROOT, "drivers", "models")
CHIPS = os.path.join(ROOT, "drivers", "serial_chips.def")
PRINTERS = os.path.join(ROOT, "drivers", "roll_printers.def")

HEAD = """\
# Hands the readers and receipt printers that Anchang knows to its daemon, and to nobody who happens to be
# logged in. Made by udev/rules.py from drivers/models and drivers/*.def: a change belongs there. What a site
# adds of its own goes into another file in /etc/udev/rules.d, in the same form.

ACTION=="remove", GOTO="anchangd_end"

# ---- USB readers, which the daemon takes from the kernel ----
"""

PRINTER = """
# ---- USB receipt printers, which the daemon drives itself ----
# CUPS, which runs its USB backend as root, can still have one instead; not both.
"""

INPUT = """
# ---- those that type: no keyboard of this machine, also while the daemon is not running ----

SUBSYSTEM!="input", GOTO="anchangd_end"
SUBSYSTEMS=="usb", IMPORT{builtin}="usb_id"
"""

SERIAL = """
# ---- serial chips ----
# Switched off: such a chip is in readers, scales, modems and phones alike, and nothing but a person knows
# which. Name the reader's /dev/serial/by-id path in anchangd.conf, and where the daemon is refused it,
# take the line that fits over into /etc/udev/rules.d, with the ATTRS{serial} of that one device.
"""


def models(folder):
    """Name of file, name shown, driver, [(vid, pid, interface)] of each model that USB knows."""
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".model") or name.startswith("."):
            continue
        ini = configparser.ConfigParser(interpolation=None, delimiters="=", comment_prefixes=("#", ";"))
        ini.read(os.path.join(folder, name), encoding="utf-8")
        usb = re.findall(r"([0-9a-f]{4}):([0-9a-f]{4}):(\d+)", ini.get("match", "usb", fallback="").lower())
        if usb:
            yield name, ini["model"]["name"], ini["model"]["driver"], usb


def rows(path, macro):
    with open(path, encoding="utf-8") as f:
        for vid, pid, name in re.findall(r'^%s\(0x(\w{4}), 0x(\w{4}), "([^"]+)"\)' % macro, f.read(), re.M):
            yield vid.lower(), pid.lower(), name


def chips():
    return rows(CHIPS, "SERIAL_CHIP")


def printers():
    return rows(PRINTERS, "ROLL_PRINTER")


def usb_rule(vid, pid):
    return ('SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="%s", ATTR{idProduct}=="%s", '
            'GROUP="anchangd", MODE="0660"\n' % (vid, pid))


def rules(folders):
    found = [m for folder in folders for m in models(folder)]
    text = [HEAD]
    for file, name, _, usb in found:
        text.append("\n# %s: %s\n" % (file, name))
        for vid, pid in sorted({(v, p) for v, p, _ in usb}):
            text.append(usb_rule(vid, pid))
    text.append(PRINTER)
    for vid, pid, name in printers():
        text.append("\n# %s\n%s" % (name, usb_rule(vid, pid)))
    text.append(SERIAL)
    for vid, pid, name in chips():
        text.append('\n# %s\n#SUBSYSTEM=="tty", ATTRS{idVendor}=="%s", ATTRS{idProduct}=="%s", '
                    'GROUP="anchangd", MODE="0660"\n' % (name, vid, pid))
    text.append(INPUT)
    for file, name, driver, usb in found:
        if driver != "hid-keyboard":
            continue
        text.append("\n# %s: %s\n" % (file, name))
        for vid, pid, interface in usb:
            text.append('ENV{ID_VENDOR_ID}=="%s", ENV{ID_MODEL_ID}=="%s", ENV{ID_USB_INTERFACE_NUM}=="%02x", '
                        'ENV{LIBINPUT_IGNORE_DEVICE}="1"\n' % (vid, pid, int(interface)))
    text.append('\nLABEL="anchangd_end"\n')
    return "".join(text)


def main():
    if sys.argv[1:2] == ["--print"]:
        sys.stdout.write(rules(sys.argv[2:] or [MODELS]))
        return
    with open(RULES, "w", encoding="utf-8") as f:
        f.write(rules([MODELS]))


if __name__ == "__main__":
    main()
