"""A reader gone mad: a serial line at @1 that sends what is no frame, as fast as it is taken.

Prints "there" when the line is there; ends with its standard input.
"""

import os
import pty
import select
import sys

link = sys.argv[1]
master, slave = pty.openpty()
os.chmod(os.ttyname(slave), 0o666)
os.symlink(os.ttyname(slave), link)
os.set_blocking(master, False)
print("there", flush=True)
garbage = bytes(b for b in range(256) if b not in (2, 10, 13)) * 16
while True:
    readable, writable, _ = select.select([0], [master], [])
    if readable:
        break
    try:
        os.write(master, garbage)
    except BlockingIOError:
        pass
os.unlink(link)
