#!/bin/sh
# guest.sh - in the virtual machine, once it is up: brings its USB, runs the tests, turns it off.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8

echo "vm: up after $(cut -d' ' -f1 /proc/uptime) s"
modprobe -a usbhid hid-generic cdc-acm ftdi_sio xhci_pci usblp libcomposite
modprobe dummy_hcd num=8 is_high_speed=0
systemctl start sys-kernel-config.mount pcscd.socket
/opt/vm/vm_guest # turns it off when all is well
status=$?
dmesg | tail -n 20
journalctl --no-pager -q -o cat -u anchangd | grep -v '"event":"http"' | tail -n 40
echo "vm: exit $status"
echo o >/proc/sysrq-trigger
