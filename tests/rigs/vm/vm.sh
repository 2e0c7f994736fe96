#!/usr/bin/env bash
# vm.sh - boots a virtual machine with USB of its own and runs vm_guest in it.
#
# No KVM, no image: Debian's kernel is fetched into build/vm (installed nowhere) and has this machine's
# own files as its root, read-only, with its changes in memory. Exits as vm_guest does, 77 when there is
# no kernel to be had.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../.."
CHECKOUT=$PWD
VM=$CHECKOUT/build/vm
PROGRAMS=${1:-build/release/tests/rigs/vm}
LIMIT=${ANCHANG_VM_SECONDS:-150}

skip() {
    echo "skipped: $1"
    exit 77
}

kernel_package() {
    apt-cache depends linux-image-amd64 2>/dev/null | awk '$1 == "Depends:" { print $2; exit }'
}

fetch_kernel() { # name of its package
    rm -rf "$VM/new"
    mkdir -p "$VM/new"
    (cd "$VM/new" && apt-get -q download "$1") || return 1
    dpkg-deb -x "$VM/new/$1"_*.deb "$VM/new/root"
    rm "$VM/new/$1"_*.deb
    /sbin/depmod -b "$VM/new/root" "${1#linux-image-}"
    "$CHECKOUT/tests/rigs/vm/unpack_kernel.py" "$VM/new/root/boot/vmlinuz-${1#linux-image-}" "$VM/new/vmlinux"
    rm -rf "$VM/kernel"
    mv "$VM/new" "$VM/kernel"
    echo "${1#linux-image-}" >"$VM/kernel/version"
}

need_kernel() {
    [ "$(uname -m)" = x86_64 ] || skip "the virtual machine is for x86_64"
    [ -s "$VM/kernel/version" ] && return
    local package
    package=$(kernel_package)
    [ -n "$package" ] || skip "apt knows no linux-image-amd64"
    fetch_kernel "$package" || skip "the kernel package cannot be fetched"
}

# What the kernel needs before it can see its root.
make_initrd() {
    local version root=$VM/initrd module
    version=$(cat "$VM/kernel/version")
    rm -rf "$root"
    mkdir -p "$root"/{bin,modules,proc,sys,dev,below,change,whole}
    cp /bin/busybox "$root/bin/"
    cp tests/rigs/vm/init.sh "$root/init"
    for module in virtio_pci 9pnet_virtio 9p overlay; do
        /sbin/modprobe -d "$VM/kernel/root" -S "$version" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r module; do
        cp "$module" "$root/modules/"
        basename "$module" >>"$root/modules/order"
    done
    (cd "$root" && find . | cpio -o -H newc --quiet) >"$VM/initrd.cpio"
}

boot() {
    # The second serial line goes through a socket into QEMU's FTDI adapter.
    timeout --kill-after=5 "$LIMIT" qemu-system-x86_64 \
        -machine q35,i8042=off -accel tcg,thread=multi -cpu max -smp 2 -m 768 \
        -nodefaults -no-user-config -no-reboot -display none \
        -kernel "$VM/kernel/vmlinux" -initrd "$VM/initrd.cpio" \
        -append "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off tsc=reliable audit=0 \
            anchang_checkout=$CHECKOUT anchang_programs=$CHECKOUT/$PROGRAMS" \
        -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=root,mount_tag=root -device virtio-rng-pci \
        -serial stdio -device qemu-xhci \
        -chardev socket,id=adapter,path="$VM/adapter",server=on,wait=off \
        -device usb-serial,chardev=adapter,serial=FT0001 \
        -chardev socket,id=cable,path="$VM/adapter",reconnect=1 -serial chardev:cable \
        </dev/null | sed -u 's,\r$,,' | tee "$VM/console.log"
}

need_kernel
make_initrd
boot || true
status=$(sed -n 's/^vm: exit //p' "$VM/console.log" | tail -1)
[ -n "$status" ] || {
    echo "vm.sh: the machine ended without a word"
    exit 1
}
exit "$status"
