# Sourced by the scripts of this folder.
set -euo pipefail

die() { echo "error: $*" >&2; exit 1; }

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Never inside the source tree: a virtual environment, databases and logs live here.
STATE=${SEVFLEET_BED_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/sevfleet-bed}
mkdir -p "$STATE" || die "cannot make the state directory $STATE"
STATE=$(cd "$STATE" && pwd)
VENV=${VENV:-$STATE/venv}
export STATE
# Compiled files go to the state directory, and only for what is imported.
export PYTHONPATH="$HERE" PYTHONPYCACHEPREFIX="$STATE/pycache"
export PYTHONWARNINGS=ignore

# What the venv must have been made from.
stamp() {
    { cat "$HERE/requirements.txt"; "$1" -V; } | sha256sum | cut -d' ' -f1
}

need_venv() {
    [ -x "$VENV/bin/python" ] || die "no venv in $VENV (run install or up first)"
}

# Runs a module of the test bed; a proxy is for pip only, all else is local.
lab() {
    local module=$1
    shift
    need_venv
    env -u http_proxy -u https_proxy -u HTTP_PROXY -u HTTPS_PROXY \
        -u all_proxy -u ALL_PROXY "$VENV/bin/python" -m "oslab.$module" "$@"
}
