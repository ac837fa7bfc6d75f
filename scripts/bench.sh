# ./dev bench
# shellcheck shell=bash

run_bench() { PYTHONPATH=$CHECKOUT/scripts "$PYTHON" -m bench "$@"; }

prepare_bench_database() {
    set_up
    drop_abandoned_test_databases
    TEST_DATABASE=qbo_${CHECKOUT_KEY}_test_$$
    CLEAN_UP_HOOKS+=(drop_test_databases)
    copy_addon_template "$TEST_DATABASE"
    # Of two transactions in one database that make companies, one waits for the other.
    copy_addon_template "${TEST_DATABASE}_second"
    export DEV_ODOO_CONFIG=$RUN/bench.conf DEV_ODOO_DATABASE=$TEST_DATABASE
    export DEV_ODOO_SECOND_DATABASE=${TEST_DATABASE}_second
    # What outlives a run, such as how far it came.
    export DEV_STATE=$WORK/bench
    write_odoo_config "$DEV_ODOO_CONFIG"
}

verb_bench() {
    set_up_programs
    if run_bench --needs-odoo "$@" >/dev/null 2>&1; then
        prepare_bench_database
    fi
    run_bench "$@"
}
