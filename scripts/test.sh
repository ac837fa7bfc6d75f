# ./dev test
# shellcheck shell=bash

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

drop_abandoned_test_databases() {
    local database
    for database in $(list_databases "qbo_${CHECKOUT_KEY}_test_%"); do
        kill -0 "${database##*_}" 2>/dev/null || drop_database "$database"
    done
}

drop_test_database() { drop_database "$TEST_DATABASE"; }

prepare_test_database() {
    ensure_cluster
    ensure_base_database
    drop_abandoned_test_databases
    TEST_DATABASE=qbo_${CHECKOUT_KEY}_test_$$
    CLEAN_UP_HOOKS+=(drop_test_database)
    copy_addon_template "$TEST_DATABASE"
}

# run_pytest PART PYTEST_ARGUMENTS...
run_pytest() {
    local part=$1 started status=0
    shift
    started=$(now_ms)
    say "tests of '$part' ..."
    rm -f "$RUN/$part.json"
    DEV_COUNTS=$RUN/$part.json PYTHONPATH=$CHECKOUT/scripts${PYTHONPATH:+:$PYTHONPATH} \
        "$PYTHON" -m pytest -p dev_counts -o cache_dir="$WORK/pytest-$part" "$@" \
        "${FLAGS[@]}" || status=$?
    say "tests of '$part': $(seconds_since "$started") s"
    SUMMANDS+=("$part:$status:$RUN/$part.json")
}

run_pure_part() {
    local part=$1
    local -n paths=PATHS_$part
    cd "$CHECKOUT" || die "cannot enter $CHECKOUT."
    run_pytest "$part" -p no:odoo -c "$CHECKOUT/$part/pytest.ini" "${paths[@]}"
}

# Pure tests outside the tree may import `simulator`, and `quickbooks_online.tools`
# through the same conftest that our own tests of the tools use.
run_outside_part() {
    PYTHONPATH=$CHECKOUT/tools/tests:$CHECKOUT run_pytest outside -p no:odoo -p conftest \
        --import-mode=importlib "${PATHS_outside[@]}"
}

run_odoo_part() {
    local addon=$ADDONS/quickbooks_online config=$RUN/test.conf path paths=()
    prepare_test_database
    write_odoo_config "$config"
    # shellcheck disable=SC2154 # set by route_tests.py
    for path in "${PATHS_odoo[@]}"; do
        [[ $path == /* ]] || path=$addon/$path
        paths+=("$path")
    done
    cd "$WORK" || die "cannot enter $WORK."
    run_pytest odoo -p dev_outside -c "$addon/pyproject.toml" --odoo-config="$config" \
        --odoo-database="$TEST_DATABASE" --odoo-http "${paths[@]}"
}

verb_test() {
    local started plan part
    started=$(now_ms)
    set_up_programs
    plan=$("$PYTHON" "$CHECKOUT/scripts/route_tests.py" "$CHECKOUT" "$@") || exit 2
    PATHS_outside=()
    eval "$plan"
    SUMMANDS=()
    for part in "${PARTS[@]}"; do
        case $part in
            tools | simulator) run_pure_part "$part" ;;
            outside) run_outside_part ;;
            odoo) run_odoo_part ;;
        esac
    done
    if runs_no_test "${FLAGS[@]}"; then
        return
    fi
    "$PYTHON" "$CHECKOUT/scripts/sum_tests.py" "$started" "${SUMMANDS[@]}"
}
