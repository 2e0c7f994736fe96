#!/bin/sh
# guest.sh - goes on in the virtual machine's root: what a booted system has, as far as USB and udev
# need it; then the tests, and off.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8

word() { # of the kernel's command line
    sed -n "s/.*$1=\([^ ]*\).*/\1/p" /proc/cmdline
}

begin() {
    checkout=$(word anchang_checkout)
    kernel=$checkout/build/vm/kernel
    mount -t tmpfs run /run
    mkdir -p /run/udev/rules.d /dev/pts /lib/modules
    mount -t devpts pts /dev/pts
    ln -s "$kernel/root/lib/modules/$(cat "$kernel/version")" /lib/modules/
    echo 'anchangd:x:64990:' >>/etc/group
    cp "$checkout/udev/60-anchangd.rules" /run/udev/rules.d/
    /lib/systemd/systemd-udevd --daemon
    modprobe -a usbhid hid-generic cdc-acm ftdi_sio xhci_pci libcomposite
    modprobe dummy_hcd num=6 is_high_speed=0
    mount -t configfs config /sys/kernel/config
}

begin
echo "vm: up after $(cut -d' ' -f1 /proc/uptime) s"
programs=$(word anchang_programs)
"$programs/vm_guest" "$programs"
echo "vm: exit $?"
echo o >/proc/sysrq-trigger
while :; do sleep 1; done
