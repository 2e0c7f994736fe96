#!/usr/bin/env python3
"""unpack_kernel.py VMLINUZ OUT - the kernel itself, out of the image that unpacks itself.

QEMU can enter it directly, which spares the guest seconds of unpacking on a processor that is only
played.
"""

import lzma
import re
import sys
import zlib

KINDS = [
    (b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor()),
    (b"\x1f\x8b\x08", lambda: zlib.decompressobj(wbits=31)),
]


def unpack(image):
    for magic, decompressor in KINDS:
        for found in re.finditer(re.escape(magic), image):
            try:
                kernel = decompressor().decompress(image[found.start():])
            except (lzma.LZMAError, zlib.error):
                continue
            if kernel[:4] == b"\x7fELF":
                return kernel
    sys.exit("unpack_kernel: no kernel in %s" % sys.argv[1])


def main():
    with open(sys.argv[1], "rb") as f:
        kernel = unpack(f.read())
    with open(sys.argv[2], "wb") as f:
        f.write(kernel)


main()
