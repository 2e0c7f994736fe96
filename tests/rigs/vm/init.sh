#!/bin/busybox sh
# shellcheck shell=dash
# init.sh - the first program of the virtual machine: puts its root together, then hands over to
# systemd.
busybox=/bin/busybox
units=/whole/usr/lib/systemd/system

# Of what a machine starts, what readers have to do with; whatever else is installed here stays out.
units_thin() {
    $busybox rm -rf /whole/etc/systemd/system/*.wants /whole/usr/lib/systemd/system-generators
    for wants in sysinit sockets timers basic local-fs; do
        for unit in "$units/$wants.target.wants"/*; do
            case ${unit##*/} in
            systemd-udevd* | systemd-journald.* | systemd-journald-dev-log.socket) ;;
            *) $busybox rm -f "$unit" ;;
            esac
        done
    done
}

$busybox mount -t proc proc /proc
$busybox mount -t sysfs sys /sys
$busybox mount -t devtmpfs dev /dev
while read -r module; do
    $busybox insmod "/modules/$module"
done </modules/order
for share in machine layer; do
    $busybox mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose $share /$share
done
$busybox mount -t tmpfs change /change
$busybox mkdir /change/upper /change/work
$busybox mount -t overlay -o lowerdir=/layer:/machine,upperdir=/change/upper,workdir=/change/work whole /whole
units_thin
$busybox rm -f /whole/.dockerenv # whatever it is at home, here it is a machine
for name in proc sys dev; do
    $busybox mkdir -p "/whole/$name"
    $busybox mount --move "/$name" "/whole/$name"
done
# As the package does when it is installed.
$busybox chroot /whole /bin/systemd-sysusers anchangd.conf
exec $busybox switch_root /whole /lib/systemd/systemd
