#!/usr/bin/env python3
"""Runs clang-tidy over our C files, several at once, and remembers the clean ones.

A file is looked at again when it, a header of ours that it includes, its command line, .clang-tidy or
clang-tidy itself has changed. Exit 1 when anything was found.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
ROOMS = re.compile(r"^(db|daemon|drivers|tests)/")
# gcc's own switches, which clang does not know.
FOREIGN = re.compile(r"^(-fno-canonical-system-headers|-Wformat-truncation.*|-fanalyzer)$")


def command_of(entry):
    """The compiler's arguments without its name, input and output."""
    words = shlex.split(entry["command"]) if "command" in entry else list(entry["arguments"])
    out, skip = [], False
    for word in words[1:]:
        if skip or word in ("-c", "-MD", "-MMD") or FOREIGN.match(word):
            skip = False
        elif word in ("-o", "-MF", "-MT"):
            skip = True
        elif os.path.join(entry["directory"], word) != entry["file"] and word != entry["file"]:
            out.append(word)
    return out


def headers_of(path, arguments, directory):
    """What the file is made of, without the system's headers."""
    done = subprocess.run(["clang", "-MM", *arguments, path], cwd=directory, capture_output=True, text=True)
    words = done.stdout.replace("\\\n", " ").split(":", 1)[-1].split()
    return sorted({os.path.join(directory, w) for w in words}) or [path]


def key_of(path, arguments, directory, base):
    h = hashlib.sha256(base)
    h.update(" ".join(arguments).encode())
    for name in headers_of(path, arguments, directory):
        with open(name, "rb") as f:
            h.update(name.encode() + b"\0" + f.read())
    return h.hexdigest()


def look(path, arguments, directory, base, clean, checks):
    """None when nothing is wrong, or what clang-tidy says."""
    mark = os.path.join(clean, key_of(path, arguments, directory, base))
    if os.path.exists(mark):
        return None
    done = subprocess.run(["clang-tidy", "--quiet", *checks, path, "--", *arguments], cwd=directory,
                          capture_output=True, text=True)
    if done.returncode == 0:
        open(mark, "w", encoding="utf-8").close()
        return None
    return done.stdout.strip() or done.stderr.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("build", help="a build folder with compile_commands.json")
    parser.add_argument("only", nargs="*", help="paths; all without any")
    parser.add_argument("--without", help="leave paths out that begin with this")
    parser.add_argument("--quick", action="store_true", help="without the analyzer, most of the time")
    args = parser.parse_args()
    with open(os.path.join(args.build, "compile_commands.json"), encoding="utf-8") as f:
        entries = {os.path.relpath(e["file"], ROOT): e for e in json.load(f)}
    files = sorted(p for p in entries if ROOMS.match(p) and (not args.only or p in args.only)
                   and not (args.without and p.startswith(args.without)))
    clean = os.path.join(ROOT, "build", "tidy")
    os.makedirs(clean, exist_ok=True)
    base = subprocess.run(["clang-tidy", "--version"], capture_output=True).stdout
    for name in (".clang-tidy", "tests/.clang-tidy"):
        with open(os.path.join(ROOT, name), "rb") as f:
            base += f.read()
    checks = ["--checks=-clang-analyzer-*"] if args.quick else []
    base += "".join(checks).encode()
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        jobs = {p: pool.submit(look, os.path.join(ROOT, p), command_of(entries[p]),
                               entries[p]["directory"], base, clean, checks) for p in files}
        for path, job in jobs.items():
            if job.result():
                wrong += 1
                print(job.result(), flush=True)
    print("tidy: %d files, %d with findings" % (len(files), wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
