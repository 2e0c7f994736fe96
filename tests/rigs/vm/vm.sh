#!/usr/bin/env bash
# vm.sh [BUILD] - boots a virtual machine with USB of its own, the package installed in it, and runs vm_guest
# there. BUILD (build/release) is whole, pages too.
#
# No KVM, no image: Debian's kernel is fetched into build/vm (installed nowhere) and has this machine's
# own files as its root, read-only, with its changes in memory. Exits as vm_guest does, 77 when there is
# no QEMU, or no kernel to be had.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../.."
CHECKOUT=$PWD
VM=$CHECKOUT/build/vm
BUILD=${1:-build/release}
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
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    [ -s "$VM/kernel/version" ] && return
    local package
    package=$(kernel_package)
    [ -n "$package" ] || skip "apt knows no linux-image-amd64"
    fetch_kernel "$package" || skip "the kernel package cannot be fetched"
}

# What the kernel needs before it can see its root.
make_initrd() {
    local root=$VM/initrd module
    rm -rf "$root"
    mkdir -p "$root"/{bin,modules,proc,sys,dev,machine,layer,change,whole}
    cp /bin/busybox "$root/bin/"
    cp tests/rigs/vm/init.sh "$root/init"
    for module in virtio_pci 9pnet_virtio 9p overlay; do
        /sbin/modprobe -d "$VM/kernel/root" -S "$VERSION" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r module; do
        cp "$module" "$root/modules/"
        basename "$module" >>"$root/modules/order"
    done
    (cd "$root" && find . | cpio -o -H newc --quiet) >"$VM/initrd.cpio"
}

make_site() { # folder
    mkdir -p "$1"
    printf '[storage]\nstate = %s\n' "$1" >"$VM/site.conf"
    "$BUILD/daemon/anchangctl" --config "$VM/site.conf" demo >/dev/null
}

# What lies over this machine's files: the package as it is installed, a demonstration, the tests.
make_layer() {
    local layer=$VM/layer
    rm -rf "$layer"
    DESTDIR=$layer cmake --install "$BUILD" --component daemon >"$VM/install.log"
    cp -a "$layer/lib/." "$layer/usr/lib/" # where /lib leads
    rm -r "${layer:?}/lib"
    cp -a tests/rigs/vm/root/. "$layer/"
    cat tests/rigs/vm/readers.conf >>"$layer/etc/anchangd/anchangd.conf"
    mkdir -p "$layer/opt/vm" "$layer/usr/lib/modules"
    cp tests/rigs/vm/guest.sh "$BUILD/tests/rigs/vm/vm_guest" "$layer/opt/vm/"
    udev/rules.py --print tests/rigs/vm/root/etc/anchangd/models >"$layer/opt/vm/stranger.rules"
    ln -s "$VM/kernel/root/lib/modules/$VERSION" "$layer/usr/lib/modules/"
    make_site "$layer/var/lib/anchangd"
}

boot() {
    # The second serial line goes through a socket into QEMU's FTDI adapter.
    timeout --kill-after=5 "$LIMIT" qemu-system-x86_64 \
        -machine q35,i8042=off -accel tcg,thread=multi -cpu max -smp 2 -m 768 \
        -nodefaults -no-user-config -no-reboot -display none \
        -kernel "$VM/kernel/vmlinux" -initrd "$VM/initrd.cpio" \
        -append "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off tsc=reliable audit=0 \
            systemd.unit=vm.service systemd.show_status=0" \
        -fsdev local,id=machine,path=/,security_model=none,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=machine,mount_tag=machine \
        -fsdev local,id=layer,path="$VM/layer",security_model=none,readonly=on \
        -device virtio-9p-pci,fsdev=layer,mount_tag=layer -device virtio-rng-pci \
        -serial stdio -device qemu-xhci \
        -chardev socket,id=adapter,path="$VM/adapter",server=on,wait=off \
        -device usb-serial,chardev=adapter,serial=FT0001 \
        -chardev socket,id=cable,path="$VM/adapter",reconnect=1 -serial chardev:cable \
        </dev/null | sed -u 's,\r$,,' | tee "$VM/console.log"
}

need_kernel
VERSION=$(cat "$VM/kernel/version")
make_initrd
make_layer
boot || true
status=$(sed -n 's/^vm: exit //p' "$VM/console.log" | tail -1)
[ -n "$status" ] || {
    echo "vm.sh: the machine ended without a word"
    exit 1
}
exit "$status"
