#!/bin/busybox sh
# shellcheck shell=dash
# init.sh - the first program of the virtual machine: finds its root, then goes on there.
busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sys /sys
$busybox mount -t devtmpfs dev /dev
while read -r module; do
    $busybox insmod "/modules/$module"
done </modules/order
$busybox mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose root /below
$busybox mount -t tmpfs change /change
$busybox mkdir /change/upper /change/work
$busybox mount -t overlay -o lowerdir=/below,upperdir=/change/upper,workdir=/change/work whole /whole
for name in proc sys dev; do
    $busybox mkdir -p "/whole/$name"
    $busybox mount --move "/$name" "/whole/$name"
done
for word in $($busybox cat /whole/proc/cmdline); do
    case $word in anchang_checkout=*) checkout=${word#*=} ;; esac
done
exec $busybox switch_root /whole /bin/sh "$checkout/tests/rigs/vm/guest.sh"
