#!/usr/bin/env bash
# Builds, runs and tests LabRunner: ./build.sh [build|run|test|lint|bench|pack|bindings|docs|help].
# Needs a Rust toolchain and the .NET SDK; everything else is fetched or built. build.ps1 is its twin.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
    echo "error: $1" >&2
    exit 1
}

command -v cargo >/dev/null || fail "cargo is not on PATH; install Rust from https://rustup.rs"
command -v dotnet >/dev/null || fail "dotnet is not on PATH; install the .NET SDK 10 from https://dot.net"
dotnet --list-sdks | grep -E '^10\.' >/dev/null ||
    fail "dotnet has no SDK 10, which global.json asks for; install it from https://dot.net"

cd "$root"
target=${CARGO_TARGET_DIR:-target}

# Whether cargo can get what Cargo.lock names without help: from its cache, its default registry, or a source the
# user has configured. Asked once for each Cargo.lock, and only where there is something to fall back to.
registry_answers() {
    local note=$target/labrunner/registry
    if [[ ! $note -nt Cargo.lock ]]; then
        mkdir -p "$target/labrunner"
        if CARGO_NET_RETRY=0 CARGO_HTTP_TIMEOUT=5 cargo fetch -q --locked 2>/dev/null; then
            echo default >"$note"
        else
            echo local >"$note"
        fi
    fi
    [[ $(<"$note") == default ]]
}

if [[ -n ${LABRUNNER_CRATES:-} ]]; then
    [[ -d $LABRUNNER_CRATES/index ]] || fail "LABRUNNER_CRATES=$LABRUNNER_CRATES is not a cargo local registry (it has no index folder)"
    LABRUNNER_CRATES=$(cd "$LABRUNNER_CRATES" && pwd)
elif [[ -d ../shared/crates/index ]] && ! registry_answers; then
    LABRUNNER_CRATES=$(cd ../shared/crates && pwd)
fi

config=()
if [[ -n ${LABRUNNER_CRATES:-} ]]; then
    # Source replacement, so that the same Cargo.lock serves both registries. xtask reads the variable.
    export LABRUNNER_CRATES
    config=(
        --config 'source.crates-io.replace-with="labrunner-local"'
        --config "source.labrunner-local.local-registry=\"$LABRUNNER_CRATES\""
    )
    # Cargo refuses a folder that the user's own configuration already names; then nothing has to be replaced.
    if [[ $(cargo fetch -q --locked "${config[@]}" 2>&1) == *'is already defined by'* ]]; then
        config=()
        LABRUNNER_CRATES=
    fi
fi

exec cargo run -q -p xtask --locked ${config[@]+"${config[@]}"} -- "$@"
