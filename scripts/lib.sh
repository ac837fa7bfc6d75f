# Shared by every part of ./dev: messages, locks, logged steps.
# shellcheck shell=bash

say() { printf '%s\n' "dev: $*" >&2; }

die() {
    printf '%s\n' "dev: $*" >&2
    exit 1
}

hash_text() { printf '%s' "$1" | sha256sum | cut -c1-"${2:-8}"; }

now_ms() { date +%s%3N; }

# seconds_since START_MS -> "12.3"
seconds_since() {
    local elapsed=$(($(now_ms) - $1))
    printf '%d.%d' $((elapsed / 1000)) $((elapsed % 1000 / 100))
}

# The reason a logged command failed, in words a person can act on.
explain_failure() {
    local log=$1
    if grep -qiE 'no space left on device|disk full|not enough free space' "$log"; then
        printf 'the disk is full; free some space (the cache is %s) and run it again' "$CACHE"
    elif grep -qiE 'temporary failure resolving|could not resolve|name or service not known|network is unreachable|connection timed out|failed to establish a new connection|connection refused' "$log"; then
        printf 'a download server cannot be reached; check the network (and proxy) and run it again'
    elif grep -qiE 'unable to locate package|has no installation candidate|no matching distribution found' "$log"; then
        printf 'a package is not offered by the configured package sources: %s' \
            "$(grep -iE 'unable to locate package|has no installation candidate|no matching distribution found' "$log" | head -n 1)"
    elif grep -qiE 'hash sum mismatch|incomplete read|read timed out|connection reset|failed to fetch' "$log"; then
        printf 'a download broke off; run it again'
    else
        printf 'the end of its log says: %s' "$(grep -v '^[[:space:]]*$' "$log" | tail -n 1)"
    fi
}

# run_step NAME DESCRIPTION COMMAND...: output goes to a log, a failure ends dev.
run_step() {
    local started
    started=$(now_ms)
    say "$2 ..."
    run_quiet_step "$@"
    say "$2: done in $(seconds_since "$started") s"
}

run_quiet_step() {
    local description=$2 log="$CACHE/log/$CHECKOUT_KEY-$1.log"
    shift 2
    if ! "$@" >"$log" 2>&1 </dev/null; then
        die "$description failed: $(explain_failure "$log"). Log: $log"
    fi
}

# with_lock NAME COMMAND...: one dev at a time runs COMMAND; the others wait.
with_lock() {
    local name=$1 lock_fd status=0
    shift
    exec {lock_fd}>"$CACHE/lock/$name" || die "cannot write to $CACHE/lock."
    if ! flock --nonblock "$lock_fd"; then
        say "waiting for another ./dev that holds '$name' ..."
        flock "$lock_fd"
    fi
    "$@" || status=$?
    exec {lock_fd}>&-
    return "$status"
}

# Runs a command that stays behind (a daemon) without our locks and pipes.
without_inherited_files() {
    (
        for descriptor in /proc/self/fd/*; do
            descriptor=${descriptor##*/}
            if ((descriptor > 2)); then
                eval "exec $descriptor>&-"
            fi
        done
        exec "$@"
    )
}

is_root() { [[ $(id -u) == 0 ]]; }

as_root() {
    if is_root; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        die "'$1' has to run as root, and sudo is not installed; run ./dev as root or install sudo."
    fi
}

# need_space DIRECTORY MEGABYTES
need_space() {
    local free
    free=$(df --output=avail -m "$1" | tail -n 1 | tr -d " ")
    if ((free < $2)); then
        die "$1 has only $free MB free and $2 MB are needed; free some space or set QUICKBOOKS_ONLINE_CACHE to another disk."
    fi
}

prepare_cache() {
    mkdir -p "$CACHE"/{lock,log,tmp,venv,base} "$RUN" 2>/dev/null ||
        die "cannot create directories below $CACHE; set QUICKBOOKS_ONLINE_CACHE to a directory you may write to."
    find "$WORK/run" -mindepth 1 -maxdepth 1 -mtime +2 -exec rm -rf {} +
    [[ -w $CACHE ]] || die "$CACHE is not writable; set QUICKBOOKS_ONLINE_CACHE to another directory."
}

free_port() {
    "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

require_port() {
    if ! [[ $1 =~ ^[1-9][0-9]{0,4}$ ]] || (($1 > 65535)); then
        die "$2 needs the number of a port (1 to 65535), not '$1'."
    fi
}

port_is_busy() {
    "$PYTHON" - "$1" <<'PYTHON_END'
import socket, sys
probe = socket.socket()
probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    probe.bind(("127.0.0.1", int(sys.argv[1])))
except OSError:
    sys.exit(0)
sys.exit(1)
PYTHON_END
}
