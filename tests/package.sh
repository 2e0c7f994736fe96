#!/usr/bin/env bash
# package.sh - makes the Debian packages and looks at them: contents, control files, units.
# Needs a release build and the built pages; see stage_package in stages.sh.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

OUT=build/package
ROOT=build/package-root
PASSED=0

fail() {
    echo "package.sh: $*" >&2
    exit 1
}

passed() {
    PASSED=$((PASSED + 1))
    echo "ok: $*"
}

make_packages() {
    rm -rf "$OUT" "$ROOT"
    mkdir -p "$OUT" "$ROOT"
    # The install rules and the pages may be newer than the last configuration.
    cmake --preset release >/dev/null
    cmake --build --preset release >build/package-build.log 2>&1 || {
        tail -30 build/package-build.log
        fail "the programs do not build"
    }
    (cd build/release && cpack -G DEB -B "$PWD/../package") >build/cpack.log 2>&1 || {
        tail -30 build/cpack.log
        fail "cpack"
    }
    for deb in "$OUT"/*.deb; do
        dpkg-deb -x "$deb" "$ROOT"
    done
    [ "$(find "$OUT" -maxdepth 1 -name '*.deb' | wc -l)" = 2 ] || fail "two packages expected"
    passed "two packages"
}

control_of() { # package name, field
    dpkg-deb -f "$OUT/$1"_*.deb "$2"
}

check_contents() {
    local path
    for path in usr/sbin/anchangd usr/bin/anchangctl usr/share/anchang/www/kiosk.html \
        lib/systemd/system/anchangd.service etc/anchangd/anchangd.conf usr/lib/sysusers.d/anchangd.conf \
        usr/share/man/man{1/anchangctl.1,5/anchangd.conf.5,8/anchangd.8}.gz \
        usr/share/doc/anchang{,-kiosk}/{changelog.gz,copyright} \
        usr/libexec/anchang-kiosk usr/share/anchang-kiosk/policy.json \
        lib/systemd/system/anchang-kiosk.service lib/udev/rules.d/{60-anchangd,71-anchang-kiosk}.rules; do
        [ -e "$ROOT/$path" ] || fail "$path is not installed"
    done
    diff -r drivers/models "$ROOT/usr/share/anchang/models" || fail "the readers' models are not installed"
    # A policy that locks the browser must not reach a machine before its kiosk is started.
    [ ! -e "$ROOT/etc/chromium" ] || fail "the browser's policy is installed at once"
    if find "$ROOT" -name '.vite' -o -name '*.map' -o -name node_modules | grep -q .; then
        fail "leavings of the build are installed"
    fi
    if find "$ROOT" -perm /o+w ! -type l | grep -q .; then
        fail "something is writable for everybody"
    fi
    # cupsd runs as root what others may not run.
    [ "$(stat -c %a "$ROOT/usr/lib/cups/backend/once")" = 744 ] ||
        fail "the mode of the backend of CUPS"
    passed "contents"
}

has_conffile() { # package name, path
    local all
    all=$(dpkg-deb -I "$OUT/$1"_*.deb conffiles)
    grep -qx "$2" <<<"$all" || fail "$2 is no conffile of $1"
}

check_control() {
    case "$(control_of anchang Depends)" in
    *libsqlite3-0*libsystemd0* | *libsystemd0*libsqlite3-0*) ;;
    *) fail "the libraries are not among the dependencies: $(control_of anchang Depends)" ;;
    esac
    local package synopsis
    for package in anchang anchang-kiosk; do
        synopsis=$(control_of "$package" Description)
        synopsis=${synopsis%%$'\n'*} # not by head: it may end before dpkg-deb has written all
        [[ $synopsis == "property sales office: "* && ${#synopsis} -le 80 ]] || fail "synopsis: $synopsis"
    done
    case "$(control_of anchang Depends)" in
    *node* | *npm*) fail "a target machine must not need Node" ;;
    esac
    case "$(control_of anchang-kiosk Depends)" in
    *cage*chromium*) ;;
    *) fail "anchang-kiosk does not depend on cage and chromium" ;;
    esac
    has_conffile anchang /etc/anchangd/anchangd.conf
    has_conffile anchang-kiosk /etc/anchang-kiosk.conf
    passed "control files"
}

check_programs() {
    local flags
    "$ROOT/usr/sbin/anchangd" --version >/dev/null || fail "anchangd --version"
    "$ROOT/usr/bin/anchangctl" --help >/dev/null || fail "anchangctl --help"
    flags=$(readelf -dlW "$ROOT/usr/sbin/anchangd")
    grep -q BIND_NOW <<<"$flags" || fail "anchangd is not linked with -z now"
    grep -q GNU_RELRO <<<"$flags" || fail "anchangd is not linked with -z relro"
    ! grep -qE 'RPATH|RUNPATH' <<<"$flags" || fail "anchangd has a library path of its own"
    passed "programs"
}

check_units() {
    command -v systemd-analyze >/dev/null || {
        echo "no systemd-analyze here: units not looked at"
        return
    }
    local unit
    # Programs are looked for below the root: what the units take from the system stands there as a name.
    install -D -m 0755 /bin/true "$ROOT/usr/bin/systemctl"
    for unit in anchangd anchang-kiosk anchang-kiosk-restart; do
        systemd-analyze verify --man=no --recursive-errors=no --root="$PWD/$ROOT" \
            "/lib/systemd/system/$unit.service" || fail "$unit.service"
    done
    systemd-analyze security --offline=true --threshold=15 --no-pager \
        "$ROOT/lib/systemd/system/anchangd.service" | tail -1
    passed "units"
}

check_kiosk() {
    local script=$ROOT/usr/libexec/anchang-kiosk dir
    dir=$(mktemp -d)
    trap 'rm -rf "$dir"' RETURN
    export ANCHANG_KIOSK_CONFIG=$dir/conf ANCHANG_KIOSK_POLICY=$dir/policy.json
    export ANCHANG_KIOSK_TEMPLATE=$PWD/$ROOT/usr/share/anchang-kiosk/policy.json
    echo "ADDRESS=https://office.example:8443/kiosk/" >"$dir/conf"
    "$script" policy
    python3 -c 'import json, sys; p = json.load(open(sys.argv[1]))
assert p["URLAllowlist"] == ["https://office.example:8443"] and p["URLBlocklist"] == ["*"]' "$dir/policy.json"
    local address
    for address in http://office.example/kiosk/ https://office.example/office/ "https://a b/kiosk/" \
        file:///; do
        echo "ADDRESS=$address" >"$dir/conf"
        ! "$script" policy 2>/dev/null || fail "anchang-kiosk takes the address $address"
    done
    echo "ADRESS=http://127.0.0.1:8080/kiosk/" >"$dir/conf"
    ! "$script" policy 2>/dev/null || fail "anchang-kiosk takes an unknown key"
    cp "$ROOT/etc/anchang-kiosk.conf" "$dir/conf"
    check_switches "$script"
    passed "kiosk script"
}

check_switches() { # every switch must still be known to the browser that Debian ships
    local program=/usr/lib/chromium/chromium name
    [ -e "$program" ] || return 0
    while read -r name; do
        grep -qa -- "$name" "$program" || fail "chromium does not know --$name"
    done < <("$1" browser | sed -nE 's/^--([a-z-]+).*/\1/p')
}

make_packages
check_contents
check_control
check_programs
check_units
check_kiosk
echo "Ran $PASSED tests in package.sh"
