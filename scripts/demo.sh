# ./dev demo and ./dev sim
# shellcheck shell=bash

BACKGROUND_PIDS=()

stop_background() {
    local pid
    for pid in "${BACKGROUND_PIDS[@]}"; do
        kill "$pid" 2>/dev/null
    done
    for pid in "${BACKGROUND_PIDS[@]}"; do
        wait "$pid" 2>/dev/null
    done
    BACKGROUND_PIDS=()
}

# start_server NAME URL COMMAND...: in the background, until URL answers.
start_server() {
    local name=$1 url=$2 log=$WORK/$1.log pid tries
    shift 2
    ((${#BACKGROUND_PIDS[@]})) || CLEAN_UP_HOOKS+=(stop_background)
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    BACKGROUND_PIDS+=("$pid")
    for ((tries = 0; tries < 600; tries++)); do
        if "$PYTHON" -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=5)' "$url" 2>/dev/null; then
            return
        fi
        kill -0 "$pid" 2>/dev/null ||
            die "$name ended at once: $(explain_failure "$log"). Log: $log"
        sleep 0.2
    done
    die "$name did not answer at $url within two minutes. Log: $log"
}

require_free_port() {
    require_port "$1" "$2"
    ! port_is_busy "$1" ||
        die "port $1 is in use; stop the program that uses it or choose another port with $2."
}

exec_simulator() { cd "$CHECKOUT" && exec "$PYTHON" -m simulator "$@"; }

verb_sim() {
    local port=9411 argument previous=
    for argument in "$@"; do
        [[ $previous != --port ]] || port=$argument
        [[ $argument != --port=* ]] || port=${argument#--port=}
        previous=$argument
    done
    set_up_programs
    [[ $port == 0 ]] || require_free_port "$port" "--port"
    exec_simulator "$@"
}

# In the background: the process that runs is Odoo itself, so that it can be stopped.
exec_odoo() { exec "$PYTHON" -m odoo "$@"; }

# Links in Odoo's pages and the redirect URI are built from this parameter.
set_base_url() {
    psql -qAt -d "$DATABASE" -v url="$1" -f - <<'SQL'
UPDATE ir_config_parameter SET value = :'url' WHERE key = 'web.base.url';
SQL
}

start_demo_servers() {
    start_server simulator "$SIMULATOR_URL/_sim/" exec_simulator --port "$SIMULATOR_PORT" \
        --webhook-url "$ODOO_URL/quickbooks_online/webhook"
    say "the simulator of Intuit's services runs at $SIMULATOR_URL/_sim/"
    make_odoo_config
    QUICKBOOKS_ONLINE_BASE_URL=$SIMULATOR_URL start_server odoo "$ODOO_URL/web/health" \
        exec_odoo server -c "$ODOO_CONFIG"
    say "Odoo runs at $ODOO_URL"
}

wait_for_servers() {
    cat <<INFO

Odoo       $ODOO_URL   (login admin, password admin)
Simulator  $SIMULATOR_URL/_sim/
Logs       $WORK/odoo.log, $WORK/simulator.log
Press Ctrl-C to stop both.
INFO
    wait -n "${BACKGROUND_PIDS[@]}"
    die "one of the servers ended; its log is in $WORK."
}

verb_demo() {
    local once=
    case ${1:-} in
        --once) once=1 ;;
        '') ;;
        *) die "demo knows only the option --once." ;;
    esac
    ODOO_PORT=${ODOO_PORT:-8069}
    SIMULATOR_PORT=${SIMULATOR_PORT:-9411}
    ODOO_URL=http://127.0.0.1:$ODOO_PORT
    SIMULATOR_URL=http://127.0.0.1:$SIMULATOR_PORT
    set_up_programs
    require_free_port "$ODOO_PORT" "the environment variable ODOO_PORT"
    require_free_port "$SIMULATOR_PORT" "the environment variable SIMULATOR_PORT"
    set_up
    copy_addon_template "$DATABASE"
    set_base_url "$ODOO_URL" || die "the demo database cannot be changed."
    start_demo_servers
    "$PYTHON" "$CHECKOUT/scripts/demo.py" --odoo "$ODOO_URL" --simulator "$SIMULATOR_URL" \
        --database "$DATABASE" || exit 1
    [[ -n $once ]] || wait_for_servers
}
