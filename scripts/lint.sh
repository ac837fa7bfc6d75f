# ./dev lint and ./dev pot
# shellcheck shell=bash

POT=i18n/quickbooks_online.pot
# Without the tests of the checks themselves.
TEST_LINT_TAGS=/test_lint,-/test_lint:TestSqlLint,-/test_lint:TestGetTextLint,-/test_lint:TestI18nChecks

# check NAME COMMAND...: notes a failure and goes on with the next check.
check() {
    local name=$1 started
    shift
    started=$(now_ms)
    if "$@"; then
        say "lint: $name: ok ($(seconds_since "$started") s)"
    else
        say "lint: $name: FAILED ($(seconds_since "$started") s)"
        FAILED_CHECKS+=("$name")
    fi
}

lint_ruff() { (cd "$CHECKOUT" && ruff check . && ruff format --check .); }

# pylint names the addon after its directory: give it the link's path.
# `tools` is no Odoo code, where some of the rules have no meaning.
lint_pylint() {
    local addon=$ADDONS/quickbooks_online status=0
    (
        cd "$WORK" || exit 1
        pylint --rcfile="$addon/.pylintrc" --ignore=.git,scripts,simulator,tools "$addon"
    ) || status=1
    (
        cd "$WORK" || exit 1
        pylint --rcfile="$addon/.pylintrc" --disable=method-required-super,resource-not-exist,except-pass \
            "$addon/tools"
    ) || status=1
    return "$status"
}

lint_shell() {
    if ! command -v shellcheck >/dev/null; then
        apt_get install --no-install-recommends shellcheck >"$WORK/shellcheck.log" 2>&1 ||
            say "shellcheck cannot be installed: only the shell's own syntax check runs"
    fi
    bash -n "$CHECKOUT/dev" && bash -n "$CHECKOUT/.ci/run" || return
    if command -v shellcheck >/dev/null; then
        (cd "$CHECKOUT" && shellcheck -x dev .ci/run)
    fi
}

lint_tree() { "$PYTHON" "$CHECKOUT/scripts/check_tree.py" "$CHECKOUT"; }

prepare_lint_database() {
    LINT_DATABASE=qbo_${CHECKOUT_KEY}_test_$$
    CLEAN_UP_HOOKS+=(drop_test_databases)
    drop_abandoned_test_databases
    copy_addon_template "$LINT_DATABASE"
}

# Odoo's own checks look at every addon; only what they say of ours counts.
lint_odoo() {
    local log=$WORK/lint-odoo.log status=0
    REAL_PYLINT=$(command -v pylint) PATH=$CHECKOUT/scripts/only_our_addon:$PATH \
        run_odoo server -c "$ODOO_CONFIG" -d "$LINT_DATABASE" -i test_lint \
        --test-tags "$TEST_LINT_TAGS" --stop-after-init >"$log" 2>&1 || status=$?
    "$PYTHON" "$CHECKOUT/scripts/read_lint_log.py" "$log" "$status" "$CACHE" "$CHECKOUT"
}

# What Odoo complained of when it installed the addon.
lint_installation() {
    if [[ -s $WORK/install-warnings ]]; then
        cat "$WORK/install-warnings"
        return 1
    fi
}

export_pot() {
    run_odoo i18n export -c "$ODOO_CONFIG" -d "$LINT_DATABASE" -l pot -o "$1" quickbooks_online \
        >"$WORK/pot.log" 2>&1
}

without_dates() { grep -vE '^"(POT-Creation-Date|PO-Revision-Date):' "$1"; }

lint_pot() {
    local fresh=$RUN/fresh.pot
    [[ -f $CHECKOUT/$POT ]] || {
        say "$POT is missing: run ./dev pot"
        return 1
    }
    export_pot "$fresh" || {
        tail -n 3 "$WORK/pot.log"
        return 1
    }
    diff <(without_dates "$CHECKOUT/$POT") <(without_dates "$fresh") >"$RUN/pot.diff" || {
        head -n 20 "$RUN/pot.diff"
        say "$POT is out of date: run ./dev pot"
        return 1
    }
}

verb_lint() {
    (($# == 0)) || die "lint takes no arguments."
    FAILED_CHECKS=()
    set_up_programs
    export RUFF_CACHE_DIR=$WORK/ruff
    check "ruff" lint_ruff
    check "shell" lint_shell
    check "tree" lint_tree
    check "pylint-odoo" lint_pylint
    set_up
    prepare_lint_database
    make_odoo_config
    check "installation" lint_installation
    [[ ! -d $CHECKOUT/i18n ]] || check "translation template" lint_pot
    check "Odoo's test_lint" lint_odoo
    if ((${#FAILED_CHECKS[@]})); then
        die "lint failed: $(printf '%s, ' "${FAILED_CHECKS[@]}" | sed 's/, $//')."
    fi
    say "lint: everything is in order"
}

verb_pot() {
    set_up
    prepare_lint_database
    make_odoo_config
    mkdir -p "$CHECKOUT/i18n"
    export_pot "$RUN/fresh.pot" || die "Odoo could not export the terms: $(tail -n 1 "$WORK/pot.log")"
    mv "$RUN/fresh.pot" "$CHECKOUT/$POT"
    say "$POT is up to date"
}
