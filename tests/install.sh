#!/usr/bin/env bash
# install.sh - the Debian packages through their whole life on a machine of their own: installed, run,
# upgraded, removed, purged. Changes the system it runs on, so it asks for a clean root:
#
#   tests/clean-root.sh bash -c './run package && tests/install.sh'
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

[ -n "${ANCHANG_CLEAN_ROOT:-}" ] || {
    echo "install.sh: only in a root made by clean-root.sh" >&2
    exit 1
}
PACKAGES=(build/package/*.deb)
CONF=/etc/anchangd/anchangd.conf STATE=/var/lib/anchangd PASSED=0

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

passed() {
    PASSED=$((PASSED + 1))
    echo "ok: $*"
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@"
}

# Who the unit runs the daemon as, for no systemd runs here.
AS_DAEMON=(setpriv --reuid anchangd --regid anchangd --clear-groups)

answers() { # path, what the answer must hold
    local line
    exec 3<>/dev/tcp/127.0.0.1/8080 || return 1
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n' "$1" >&3
    line=$(cat <&3)
    exec 3<&-
    grep -q "$2" <<<"$line"
}

runs() { # starts the installed daemon, looks, stops it
    "${AS_DAEMON[@]}" /usr/sbin/anchangd --config "$CONF" &
    local pid=$! tries=0
    until answers /readyz ' 200 ' 2>/dev/null; do
        kill -0 "$pid" 2>/dev/null || fail "the daemon ended"
        [ $((tries += 1)) -lt 100 ] || fail "the daemon does not get ready"
        sleep 0.1
    done
    answers /kiosk/ 'text/html' || fail "the kiosk page is not served"
    answers /office/ 'text/html' || fail "the office page is not served"
    kill -TERM "$pid"
    wait "$pid" || fail "the daemon stops with $?"
}

mode_of() {
    stat -c '%U:%G %a' "$1"
}

install_them() {
    apt_get install "${PACKAGES[@]/#/$PWD/}" >build/install.log 2>&1 || {
        tail -30 build/install.log
        fail "apt cannot install the packages"
    }
    [ "$(mode_of $STATE)" = "anchangd:anchangd 700" ] || fail "$STATE is $(mode_of $STATE)"
    getent passwd anchang-kiosk >/dev/null || fail "the kiosk's user is missing"
    passed "installed"
}

use_it() {
    echo 'Xk7-long-enough-9' | "${AS_DAEMON[@]}" anchangctl user add manager --name 经理 --posts sales-manager \
        --state "$STATE" >/dev/null || fail "anchangctl user add"
    runs
    [ -s "$STATE/anchang.db" ] || fail "no database in $STATE"
    "${AS_DAEMON[@]}" anchangctl verify --state "$STATE" >/dev/null || fail "anchangctl verify"
    passed "runs as its own user, from its own configuration"
}

upgrade() {
    local users=("${AS_DAEMON[@]}" anchangctl user list --state "$STATE") before
    echo '# touched by the administrator' >>$CONF
    before=$("${users[@]}")
    apt_get install --reinstall "${PACKAGES[@]/#/$PWD/}" >>build/install.log 2>&1 || fail "the upgrade"
    grep -q 'touched by the administrator' $CONF || fail "the upgrade took the configuration"
    [ "$("${users[@]}")" = "$before" ] || fail "the upgrade took users"
    runs
    passed "upgraded: configuration and data stay"
}

remove_them() {
    mkdir -p /etc/chromium/policies/managed
    echo '{}' >/etc/chromium/policies/managed/anchang-kiosk.json
    apt_get remove anchang anchang-kiosk >>build/install.log 2>&1 || fail "apt remove"
    [ ! -e /usr/sbin/anchangd ] || fail "the program stays"
    [ -e $CONF ] || fail "a removal takes the configuration"
    [ ! -e /etc/chromium/policies/managed/anchang-kiosk.json ] || fail "the browser stays locked"
    apt_get purge anchang anchang-kiosk >>build/install.log 2>&1 || fail "apt purge"
    [ ! -e $CONF ] || fail "a purge leaves the configuration"
    [ -s "$STATE/anchang.db" ] || fail "a purge took the sales data"
    grep -q "the sales data stays" build/install.log || fail "a purge does not say what stays"
    passed "removed and purged: the sales data stays"
}

install_them
use_it
upgrade
remove_them
echo "Ran $PASSED tests in install.sh"
