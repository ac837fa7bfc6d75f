# ./dev test
# shellcheck shell=bash

MOST_SHARDS=4
KEPT_PARTS=()
KEPT_COMMANDS=()

# Options with which pytest runs no test at all.
runs_no_test() {
    local flag
    for flag in "$@"; do
        case $flag in
            --collect-only | --co | --fixtures | --markers | --help | -h | --version | -V) return 0 ;;
        esac
    done
    return 1
}

# The number of the process a test database belongs to: qbo_<checkout>_test_<number>,
# with more behind it for a shard's, and around it for copies that tests make.
get_database_owner() {
    local number=${1##*"qbo_${CHECKOUT_KEY}_test_"}
    printf '%s' "${number%%_*}"
}

list_test_databases() { list_databases "%qbo_${CHECKOUT_KEY}_test_%"; }

drop_abandoned_test_databases() {
    local database
    for database in $(list_test_databases); do
        kill -0 "$(get_database_owner "$database")" 2>/dev/null || drop_database "$database"
    done
}

drop_test_databases() {
    local database
    for database in $(list_test_databases); do
        [[ $(get_database_owner "$database") != "$$" ]] || drop_database "$database"
    done
}

prepare_test_databases() {
    ensure_cluster
    ensure_base_database
    drop_abandoned_test_databases
    TEST_DATABASE=qbo_${CHECKOUT_KEY}_test_$$
    CLEAN_UP_HOOKS+=(drop_test_databases)
}

# make_command PART PYTEST_ARGUMENTS...: in COMMAND, what runs the tests of a part.
make_command() {
    local part=$1
    shift
    rm -f "$RUN/$part.json"
    COMMAND=(
        env DEV_COUNTS="$RUN/$part.json" PYTHONPATH="$CHECKOUT/scripts${PYTHONPATH:+:$PYTHONPATH}"
        "$PYTHON" -m pytest -p dev_counts -o cache_dir="$WORK/pytest-$part" "$@" "${FLAGS[@]}"
    )
}

# One of the two ways to run a part: at once, and shown as it goes ...
run_pytest() {
    local part=$1 started status=0
    started=$(now_ms)
    say "tests of '$part' ..."
    make_command "$@"
    "${COMMAND[@]}" || status=$?
    say "tests of '$part': $(seconds_since "$started") s"
    SUMMANDS+=("$part:$status:$RUN/$part.json")
}

# ... or with others, when `run_side_by_side` comes.
keep_for_later() {
    local color=()
    [[ ! -t 1 ]] || color=(--color=yes)
    make_command "$@" --cache-clear "${color[@]}"
    KEPT_PARTS+=("$1")
    KEPT_COMMANDS+=(--part "$1" "${COMMAND[@]}")
}

stop_side_by_side() {
    [[ -n ${SIDE_BY_SIDE:-} ]] || return 0
    kill "$SIDE_BY_SIDE" 2>/dev/null
    wait "$SIDE_BY_SIDE"
}

# In the background, so that bash hears a signal at once.
run_side_by_side() {
    local part status=0
    ((${#KEPT_PARTS[@]})) || return 0
    CLEAN_UP_HOOKS=(stop_side_by_side "${CLEAN_UP_HOOKS[@]}")
    "$PYTHON" "$CHECKOUT/scripts/side_by_side.py" "$SHARD_COUNT" "$RUN" "${KEPT_COMMANDS[@]}" &
    SIDE_BY_SIDE=$!
    wait "$SIDE_BY_SIDE" || status=$?
    SIDE_BY_SIDE=
    ((status == 0)) || exit "$status"
    for part in "${KEPT_PARTS[@]}"; do
        SUMMANDS+=("$part:$(<"$RUN/$part.status"):$RUN/$part.json")
    done
    KEPT_PARTS=()
    KEPT_COMMANDS=()
}

# run_pure_part HOW PART
run_pure_part() {
    local part=$2
    local -n paths=PATHS_$part
    cd "$CHECKOUT" || die "cannot enter $CHECKOUT."
    "$1" "$part" -p no:odoo -c "$CHECKOUT/$part/pytest.ini" "${paths[@]}"
}

# Pure tests outside the tree may import `simulator`, and `quickbooks_online.tools`
# through the same conftest that our own tests of the tools use.
run_outside_part() {
    PYTHONPATH=$CHECKOUT/tools/tests:$CHECKOUT run_pytest outside -p no:odoo -p conftest \
        --import-mode=importlib "${PATHS_outside[@]}"
}

# A data directory of its own: nobody else's key file, sessions or files in there.
give_own_files() {
    local database=$1 directory=$2
    mkdir -p "$directory/filestore" || die "cannot create $directory."
    [[ ! -d $DATA/filestore/$database ]] ||
        mv -T "$DATA/filestore/$database" "$directory/filestore/$database"
}

# Tests write in transactions that are never committed: where PostgreSQL counts the rows
# of a table meanwhile, it finds none, plans for an empty table, and Odoo's larger queries
# take seconds. Without a count it goes by the size of the table.
leave_rows_uncounted() {
    psql -qAt -d "$1" -v ON_ERROR_STOP=1 <<'SQL'
SELECT format('ALTER TABLE %s SET (autovacuum_enabled = false)', oid::regclass)
  FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
\gexec
SQL
}

install_app() {
    local app=$1 database=$2 config=$3
    run_odoo server -c "$config" -d "$database" -i "$app" --stop-after-init --no-http \
        --log-level=warn
}

# run_odoo_part HOW PART: the whole of it, `odoo`, one of the shards, `odoo_1` ..., or
# `with_APP`, what needs another app of Odoo's.
run_odoo_part() {
    local part=$2 addon=$ADDONS/quickbooks_online path paths=()
    local database=${TEST_DATABASE}_$part files=$RUN/$part config=$RUN/$part.conf
    local ignored='*/test_with_*'
    local -n given=PATHS_$part
    copy_addon_template "$database"
    give_own_files "$database" "$files"
    write_odoo_config "$config" 0 "" "$files"
    if [[ $part == with_* ]]; then
        ignored=
        run_step "install-$part" "Installing ${part#with_} into a test database" \
            install_app "${part#with_}" "$database" "$config"
    fi
    leave_rows_uncounted "$database" || die "the tables of $database could not be changed."
    for path in "${given[@]}"; do
        [[ $path == /* ]] || path=$addon/$path
        paths+=("$path")
    done
    cd "$WORK" || die "cannot enter $WORK."
    "$1" "$part" -p dev_outside -c "$addon/pyproject.toml" --odoo-config="$config" \
        --odoo-database="$database" --odoo-http --ignore-glob="$ignored" "${paths[@]}"
}

run_one_by_one() {
    local part
    for part in "$@"; do
        case $part in
            tools | simulator) run_pure_part run_pytest "$part" ;;
            outside) run_outside_part ;;
            odoo)
                prepare_test_databases
                run_odoo_part run_pytest odoo
                ;;
            with_*)
                prepare_test_databases
                run_odoo_part run_pytest "$part"
                ;;
        esac
    done
}

# The pure parts first, which need no database: their first test starts at once.
run_divided() {
    local part pure=() alone=() with_apps=()
    for part in "${PARTS[@]}"; do
        case $part in
            tools | simulator) pure+=("$part") ;;
            outside) alone+=("$part") ;;
            with_*) with_apps+=("$part") ;;
        esac
    done
    for part in "${pure[@]}"; do
        run_pure_part keep_for_later "$part"
    done
    run_side_by_side
    run_one_by_one "${alone[@]}"
    prepare_test_databases
    for part in "${with_apps[@]}" "${SHARDS[@]}"; do
        run_odoo_part keep_for_later "$part"
    done
    run_side_by_side
}

# As many as there are processors, within reason.
count_shards() {
    local count=${QUICKBOOKS_ONLINE_SHARDS:-}
    if [[ -z $count ]]; then
        count=$(nproc)
        ((count <= MOST_SHARDS)) || count=$MOST_SHARDS
    fi
    [[ $count =~ ^[1-9][0-9]?$ ]] ||
        die "the environment variable QUICKBOOKS_ONLINE_SHARDS needs a number from 1 to 99, not '$count'."
    SHARD_COUNT=$count
}

verb_test() {
    local started plan
    started=$(now_ms)
    set_up_programs
    count_shards
    plan=$("$PYTHON" "$CHECKOUT/scripts/route_tests.py" "$CHECKOUT" "$SHARD_COUNT" "$@") || exit 2
    PATHS_outside=()
    eval "$plan"
    SUMMANDS=()
    if ((${#SHARDS[@]})); then
        run_divided
    else
        run_one_by_one "${PARTS[@]}"
    fi
    if runs_no_test "${FLAGS[@]}"; then
        return
    fi
    "$PYTHON" "$CHECKOUT/scripts/sum_tests.py" "$started" "$WORK" "${SUMMANDS[@]}"
}
