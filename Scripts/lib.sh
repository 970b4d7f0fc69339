# What the scripts share. Sourced by bash; the caller has set `root`.

# Prints what a step does, with the seconds since the start, on standard error.
step() { printf '== [%3d s] %s\n' "$SECONDS" "$*" >&2; }

fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Installs those of the named Debian packages that are missing; asks apt nothing when none is.
need_packages() {
    local missing=() package
    command -v dpkg-query >/dev/null || { echo "not a Debian system; make sure that these are installed: $*" >&2; return 0; }
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "install these as root, then run this again: ${missing[*]}"
        apt=(sudo "${apt[@]}")
    fi
    step "installing ${missing[*]}"
    "${apt[@]}" -qq update >&2
    "${apt[@]}" -qq install -y --no-install-recommends "${missing[@]}" >&2
}

# Finds the Swift toolchain, also where its installers put it.
need_swift() {
    local folder
    for folder in "" "$HOME/.local/share/swiftly/bin" /opt/swift/usr/bin /usr/share/swift/usr/bin; do
        [ -z "$folder" ] || [ ! -x "$folder/swift" ] || PATH="$folder:$PATH"
        command -v swift >/dev/null && return 0
    done
    fail "no Swift toolchain in PATH; install 6.2 or newer from https://www.swift.org/install/linux/"
}

# Builds with the flags of the package's traits in the same order each time. SwiftPM before 6.4 takes them from a set, so
# every build of a new process would compile the whole package again (swiftlang/swift-package-manager #10525).
swift_build() { SWIFT_DETERMINISTIC_HASHING=1 swift build "$@"; }

# Where what is shipped is built: a directory of its own, because other flags would build everything again. Its path has the same
# length in every checkout: where a closure may not escape, the compiler puts the length of the source's path into the program,
# and the path itself nowhere.
static_scratch() {
    local path=$root/.build/static
    while [ ${#path} -lt 120 ]; do path+=-; done
    echo "$path"
}

# Builds what is shipped; the arguments go to swift. No path of the checkout gets into the binary, and no symbols. What nothing
# calls is left out: the toolchain would export every symbol, and the linker keep what is exported. Of ICU's data, only what
# Scripts/packaging/icu keeps is linked.
static_build() {
    local scratch icu flags=()
    scratch=$(static_scratch)
    icu=$("$root/Scripts/packaging/icu" "$scratch/icu.o")
    [ -z "$icu" ] || mapfile -t flags <<<"$icu"
    (
        # A warning of a newer compiler or linker stops nothing that is shipped.
        unset CI
        swift_build --package-path "$root" --scratch-path "$scratch" -c release --product assetlog --static-swift-stdlib \
            --disable-local-rpath -debug-info-format none \
            -Xcc "-ffile-prefix-map=$root=." -Xcc "-ffile-prefix-map=$scratch=./.build/static" \
            -Xswiftc -Xfrontend -Xswiftc -function-sections \
            -Xlinker -s -Xlinker --build-id=none -Xlinker --no-export-dynamic "${flags[@]}" "$@"
    )
}

# Installs what the tests of the PostgreSQL storage start by themselves; Debian makes and starts no cluster of its own.
need_postgres() {
    command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || {
        need_packages postgresql-common
        local settings=/etc/postgresql-common/createcluster.conf as=()
        [ "$(id -u)" -eq 0 ] || as=(sudo)
        [ ! -e "$settings" ] || "${as[@]}" sed -i -E 's/^#? *(create_main_cluster) .*/\1 = false/' "$settings"
    }
    need_packages postgresql pgbouncer openssl python3
}

# Installs the proxies that the tests start by themselves. Debian would start each as a service on port 80 now, and again at
# the next boot.
need_proxies() {
    local policy=/usr/sbin/policy-rc.d proxies=() package as=()
    [ "$(id -u)" -eq 0 ] || as=(sudo)
    for package in nginx libnginx-mod-stream haproxy caddy apache2; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || proxies+=("$package")
    done
    [ ${#proxies[@]} -gt 0 ] && command -v dpkg-query >/dev/null || return 0
    if [ -e "$policy" ]; then
        need_packages "${proxies[@]}"
    else
        printf '#!/bin/sh\nexit 101\n' | "${as[@]}" install -m 755 /dev/stdin "$policy"
        need_packages "${proxies[@]}" || { "${as[@]}" rm -f "$policy"; return 1; }
        "${as[@]}" rm -f "$policy"
    fi
    [ -d /run/systemd/system ] || return 0
    for package in "${proxies[@]}"; do
        [ "$package" = libnginx-mod-stream ] || "${as[@]}" systemctl disable --now "$package" >&2
    done
}

# What the tests of the pages need: Debian's Chromium, and fonts to show names in all kinds of writing. The Python packages
# are in Tests/Browser/requirements.txt.
need_browser() { need_packages chromium fonts-dejavu-core fonts-noto-color-emoji python3 python3-venv; }

# What the build and the tests need: headers of OpenSSL, zlib, SQLite, curl and PostgreSQL's client, git for the packages, and
# time zones.
build_packages=(git pkg-config libssl-dev zlib1g-dev libsqlite3-dev libcurl4-openssl-dev libpq-dev ca-certificates tzdata)

# What builds and runs the container's image without a daemon.
container_packages=(buildah podman runc debootstrap netavark aardvark-dns iptables iproute2 python3-venv)
