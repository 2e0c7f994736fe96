#!/usr/bin/env bash
# clean-root.sh - proves that no step rests on what happens to be on this machine: makes a minimal Debian 12
# root in a folder, clones this checkout's HEAD into it and runs a command there.
#
#   tests/clean-root.sh [COMMAND…]     the command, in the clone; ./run build && ./run test without one
#
# Needs root and mmdebstrap or debootstrap. Not part of ./run test: it fetches a whole system. The root is
# a folder of its own with its own mounts and processes, which are gone when this script is; apt's sources,
# npm's settings and certificates are this machine's, copied at run time. ANCHANG_ROOT=DIR keeps the root
# in DIR for a second call; otherwise it is deleted. ../shared is shown read-only beside the clone.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
SOURCE=$PWD

die() {
    echo "clean-root.sh: $*" >&2
    exit 1
}

# Everything below happens in mounts and processes of our own: nothing is left behind, whatever happens.
if [ -z "${ANCHANG_IN_NAMESPACE:-}" ]; then
    [ "$(id -u)" = 0 ] || die "must be root"
    ANCHANG_IN_NAMESPACE=1 exec unshare --mount --pid --fork --kill-child --propagation private -- "$0" "$@"
fi

sources() { # this machine's lists, as one-line or deb822 files
    find /etc/apt -maxdepth 1 -name sources.list -size +0
    find /etc/apt/sources.list.d -type f \( -name '*.list' -o -name '*.sources' \) 2>/dev/null
}

copy_settings() { # how this machine reaches the registries
    local root=$1 path
    rm -f "$root/etc/apt/sources.list"
    for path in /etc/apt/apt.conf.d /etc/apt/keyrings /etc/apt/sources.list /etc/apt/sources.list.d \
        /etc/npmrc "$HOME/.npmrc" /etc/ssl/certs /usr/local/share/ca-certificates \
        /etc/resolv.conf /etc/hosts; do
        if [ -e "$path" ]; then
            mkdir -p "$root$(dirname "$path")"
            cp -aL "$path" "$root$(dirname "$path")/" 2>/dev/null || true
        fi
    done
    # Package hooks of this machine name programs that the new root has not.
    rm -f "$root"/etc/apt/apt.conf.d/*packagekit* "$root"/etc/apt/apt.conf.d/*appstream* \
        "$root"/etc/apt/apt.conf.d/*debconf*
}

make_root() {
    local root=$1 mirror
    mirror=$(sources | xargs grep -hv '^ *#' | grep -oE 'https?://[^ ]+' | grep -v security | head -1)
    [ -n "$mirror" ] || die "no mirror in this machine's sources"
    echo "== a minimal Debian 12 in $root"
    if command -v mmdebstrap >/dev/null; then
        mmdebstrap --variant=minbase --mode=root --include=ca-certificates,git \
            --aptopt='APT::Sandbox::User "root"' bookworm "$root" "$mirror"
    else
        debootstrap --variant=minbase --include=ca-certificates,git bookworm "$root" "$mirror"
    fi
}

mount_root() {
    local root=$1
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys"
    mount -t tmpfs -o mode=755 tmpfs "$root/dev"
    local node
    for node in null zero full random urandom tty; do
        : >"$root/dev/$node"
        mount --bind "/dev/$node" "$root/dev/$node"
    done
    mkdir -p "$root/dev/shm" "$root/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    ln -s /proc/self/fd/0 "$root/dev/stdin"
    ln -s /proc/self/fd/1 "$root/dev/stdout"
    ln -s /proc/self/fd/2 "$root/dev/stderr"
}

clone() {
    local root=$1
    rm -rf "$root/src"
    mkdir -p "$root/src"
    git -c safe.directory='*' clone --quiet --no-hardlinks "$SOURCE" "$root/src/anchang"
    if [ -d "$SOURCE/../shared" ]; then
        mkdir -p "$root/src/shared"
        mount --bind "$SOURCE/../shared" "$root/src/shared"
        mount -o remount,bind,ro "$root/src/shared"
    fi
}

inside() { # root, then a command: with no variable of this machine but what the registries need
    local root=$1 certificates=()
    shift
    [ -z "${NODE_EXTRA_CA_CERTS:-}" ] || certificates=("NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS")
    env -i HOME="$HOME" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        CI="${CI:-}" ANCHANG_CLEAN_ROOT=1 "${certificates[@]}" chroot "$root" \
        /bin/bash -c 'cd /src/anchang && exec "$@"' -- "$@" </dev/null
}

main() {
    local root=${ANCHANG_ROOT:-}
    if [ -z "$root" ]; then
        root=$(mktemp -d -p "${TMPDIR:-/var/tmp}" anchang-root.XXXXXX)
        # The mounts live in our own namespace: leave them out of the deletion.
        # shellcheck disable=SC2064 # the folder of now
        trap "umount -R -l '$root' 2>/dev/null || true; rm -rf --one-file-system '$root'" EXIT
    fi
    [ -e "$root/etc/debian_version" ] || make_root "$root"
    copy_settings "$root"
    mount_root "$root"
    clone "$root"
    if [ $# = 0 ]; then
        set -- bash -c './run build && ./run test'
    fi
    echo "== in the clean root: $*"
    inside "$root" "$@"
}

main "$@"
