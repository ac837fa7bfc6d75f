# The private PostgreSQL cluster, the base database and its copies.
# shellcheck shell=bash

DATABASE_ROLE=odoo
# Raise when the recipe of the base database changes.
BASE_RECIPE=1

# --- the cluster ---------------------------------------------------------

# PostgreSQL refuses to run as root, so root's cluster belongs to `postgres`
# and lies where that user can reach it.
locate_cluster() {
    PG_OWNER=$(id -un)
    PG_DIRECTORY=$CACHE/postgresql
    if is_root; then
        PG_OWNER=postgres
        id -u postgres >/dev/null 2>&1 || die "there is no user 'postgres' to own the database cluster; install Debian's package postgresql-common."
        if ! runuser -u postgres -- test -x "$CACHE"; then
            PG_DIRECTORY=/var/lib/quickbooks_online/$(hash_text "$CACHE")
        fi
    fi
    PG_DATA=$PG_DIRECTORY/data
    PG_SOCKET=$PG_DIRECTORY/socket
    # A Unix socket's path must fit in 107 bytes.
    if ((${#PG_SOCKET} > 85)); then
        PG_SOCKET=/tmp/quickbooks_online-$(id -u)-$(hash_text "$CACHE")
    fi
    export PGHOST=$PG_SOCKET PGPORT=5432 PGUSER=$DATABASE_ROLE
    # Odoo would take the database to serve from PGDATABASE.
    unset PGDATABASE PGPASSWORD PGSERVICE PGPASSFILE
}

as_cluster_owner() {
    if is_root; then
        (cd / && without_inherited_files runuser -u "$PG_OWNER" -- "$@")
    else
        (cd / && without_inherited_files "$@")
    fi
}

create_cluster() {
    local data=$PG_DATA.new
    rm -rf "$data" "$PG_DATA"
    mkdir -p "$PG_DIRECTORY" || return
    if is_root; then
        chown postgres: "$PG_DIRECTORY" || return
    fi
    as_cluster_owner "$PG_BIN/initdb" --pgdata="$data" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync || return
    cat >>"$data/postgresql.conf" <<CONF || return
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
shared_buffers = 256MB
max_wal_size = 4GB
CONF
    as_cluster_owner mv -T "$data" "$PG_DATA"
}

cluster_runs() { as_cluster_owner "$PG_BIN/pg_ctl" --pgdata="$PG_DATA" status >/dev/null 2>&1; }

boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo unknown; }

# Databases and the file store in the cache belong together: when one of them was
# deleted, both are made anew.
discard_cluster_without_files() {
    # shellcheck disable=SC2153 # DATA is set in dev
    if [[ -f $PG_DATA/PG_VERSION && ! -f $DATA/belongs-to-cluster ]]; then
        say "the cache was emptied: making PostgreSQL's cluster anew"
        as_cluster_owner "$PG_BIN/pg_ctl" --pgdata="$PG_DATA" --mode=immediate stop >/dev/null 2>&1
        rm -rf "$PG_DATA"
    fi
}

# fsync is off: after a crash of the machine the files cannot be trusted.
discard_cluster_after_crash() {
    local mark=$PG_DIRECTORY/running
    if [[ -f $mark && $(<"$mark") != "$(boot_id)" ]]; then
        say "the machine stopped while PostgreSQL was running: making its cluster anew"
        rm -rf "$PG_DATA" "$mark"
    fi
}

start_cluster() {
    rm -rf "$PG_SOCKET" || return
    mkdir -p "$PG_DIRECTORY" || return
    mkdir -m 700 "$PG_SOCKET" || return
    if is_root; then
        chown postgres: "$PG_SOCKET" || return
    fi
    boot_id >"$PG_DIRECTORY/running" || return
    as_cluster_owner "$PG_BIN/pg_ctl" --pgdata="$PG_DATA" --wait --timeout=60 \
        --log="$PG_DATA/server.log" --options="-k '$PG_SOCKET'" start || {
        tail -n 5 "$PG_DATA/server.log"
        return 1
    }
    sql "SELECT 1 FROM pg_roles WHERE rolname = '$DATABASE_ROLE'" -U postgres | grep -q 1 ||
        sql "CREATE ROLE $DATABASE_ROLE LOGIN CREATEDB" -U postgres
}

ensure_cluster_once() {
    local version
    discard_cluster_after_crash
    discard_cluster_without_files
    if cluster_runs; then
        return
    fi
    version=$("$PG_BIN/postgres" --version | grep -oE '[0-9]+' | head -n 1)
    if [[ -f $PG_DATA/PG_VERSION && $(<"$PG_DATA/PG_VERSION") != "$version" ]]; then
        say "PostgreSQL is now $version: making its cluster anew"
        rm -rf "$PG_DATA"
    fi
    if [[ ! -f $PG_DATA/PG_VERSION ]]; then
        run_step cluster "Creating the PostgreSQL cluster" create_cluster
        rm -rf "$DATA"
        mkdir -p "$DATA"
        touch "$DATA/belongs-to-cluster" || die "cannot write to $DATA."
    fi
    run_quiet_step postgresql "Starting PostgreSQL" start_cluster
}

# Every dev that uses the cluster holds this lock shared; the last one stops it.
ensure_cluster() {
    [[ -z ${CLUSTER_FD:-} ]] || return 0
    locate_cluster
    exec {CLUSTER_FD}>"$CACHE/lock/cluster-users"
    flock --shared "$CLUSTER_FD"
    with_lock cluster ensure_cluster_once
}

release_cluster() {
    [[ -n ${CLUSTER_FD:-} ]] || return 0
    if flock --nonblock "$CLUSTER_FD"; then
        as_cluster_owner "$PG_BIN/pg_ctl" --pgdata="$PG_DATA" --wait --mode=fast stop >/dev/null 2>&1 &&
            rm -f "$PG_DIRECTORY/running"
    fi
    exec {CLUSTER_FD}>&-
    CLUSTER_FD=
}

# sql QUERY [PSQL OPTIONS]: runs in the maintenance database.
sql() {
    local query=$1
    shift
    psql -qAt -d postgres -v ON_ERROR_STOP=1 "$@" -c "$query"
}

# --- databases -----------------------------------------------------------

database_exists() {
    [[ $(sql "SELECT 1 FROM pg_database WHERE datname = '$1'") == 1 ]]
}

list_databases() { sql "SELECT datname FROM pg_database WHERE datname LIKE '$1' ORDER BY 1"; }

drop_database() {
    sql "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" 2>/dev/null || true
    rm -rf "${DATA:?}/filestore/$1"
}

rename_database() {
    sql "ALTER DATABASE \"$1\" RENAME TO \"$2\"" || return
    rm -rf "${DATA:?}/filestore/$2"
    if [[ -d $DATA/filestore/$1 ]]; then
        mv -T "$DATA/filestore/$1" "$DATA/filestore/$2"
    fi
}

# Files in Odoo's file store never change, so a copy may share them.
copy_database() {
    local source=$1 target=$2
    sql "CREATE DATABASE \"$target\" TEMPLATE \"$source\"" || return
    mkdir -p "$DATA/filestore"
    rm -rf "${DATA:?}/filestore/$target"
    if [[ -d $DATA/filestore/$source ]]; then
        cp -al "$DATA/filestore/$source" "$DATA/filestore/$target"
    fi
}

# write_odoo_config FILE [PORT [DATABASE [DATA_DIRECTORY]]]: port 0 is a free one.
write_odoo_config() {
    local file=$1 port=${2:-0} database=${3:-} data=${4:-$DATA}
    ((port)) || port=$(free_port)
    cat >"$file" <<CONF
[options]
addons_path = $ODOO_ADDONS,$ADDONS
data_dir = $data
db_host = $PG_SOCKET
db_port = $PGPORT
db_user = $DATABASE_ROLE
db_name = $database
list_db = False
http_interface = 127.0.0.1
http_port = $port
without_demo = True
admin_passwd = $(hash_text "$RANDOM$(now_ms)" 32)
CONF
}

run_odoo() { "$PYTHON" -m odoo "$@"; }

# A clone that was deleted leaves its databases behind.
drop_vanished_checkouts() {
    local directory key database
    for directory in "$CACHE"/checkout/*; do
        [[ -L $directory/addons/quickbooks_online && ! -e $directory/addons/quickbooks_online ]] || continue
        key=${directory##*/}
        for database in $(list_databases "qbo_${key}_%"); do
            drop_database "$database"
        done
        rm -rf "$directory"
    done
}

# --- the base database: Odoo's own modules, without the addon --------------

# One per line: what the addon stands on.
base_modules() {
    "$PYTHON" - "$CHECKOUT/__manifest__.py" <<'PYTHON_END'
import ast
import pathlib
import sys

modules = {"account", "sale_management"}
manifest = pathlib.Path(sys.argv[1])
if manifest.exists():
    modules.update(ast.literal_eval(manifest.read_text()).get("depends", ()))
print("\n".join(sorted(modules - {"base"})))
PYTHON_END
}

install_base_database() {
    local database=$1 config=$RUN/base.conf modules
    modules=$(base_modules | paste -sd,)
    drop_database "$database"
    write_odoo_config "$config"
    createdb --encoding=UTF8 --template=template0 "$database" || return
    run_odoo server -c "$config" -d "$database" -i "$modules" --stop-after-init --no-http \
        --log-level=warn || return
    run_odoo shell -c "$config" -d "$database" --no-http --log-level=warn \
        --shell-interface=python <"$CHECKOUT/scripts/base_database.py"
}

ensure_base_database_once() {
    if database_exists "$BASE_DATABASE"; then
        return
    fi
    need_space "$PG_DIRECTORY" 1500
    run_step base "Installing Odoo's modules into the base database (about a minute)" \
        install_base_database "$BASE_DATABASE.new"
    rename_database "$BASE_DATABASE.new" "$BASE_DATABASE" ||
        die "the base database could not be renamed."
}

ensure_base_database() {
    BASE_KEY=$(hash_text "$BASE_RECIPE|$ODOO_VERSION|$(base_modules)|$(cat "$CHECKOUT/scripts/base_database.py")")
    BASE_DATABASE=qbo_base_$BASE_KEY
    with_lock "database-$BASE_KEY" ensure_base_database_once
    drop_vanished_checkouts
}

# --- the template with the addon installed ---------------------------------

# Changes whenever a file changes that an installation reads.
addon_key() {
    (
        cd "$CHECKOUT" &&
            find . -type f \
                \( -name '*.py' -o -name '*.xml' -o -name '*.csv' -o -name '*.sql' -o -name '*.js' \
                -o -name '*.css' -o -name '*.scss' -o -name '*.po' -o -name '*.pot' -o -name '*.svg' \
                -o -name '*.png' \) \
                -not -path './.git/*' -not -path './tests/*' -not -path './scripts/*' \
                -not -path './simulator/*' -not -path './tools/tests/*' -not -path '*/__pycache__/*' \
                -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-8
    )
}

install_addon() {
    local database=$1 config=$RUN/template.conf
    drop_database "$database"
    copy_database "$BASE_DATABASE" "$database" || return
    write_odoo_config "$config"
    run_odoo server -c "$config" -d "$database" -i quickbooks_online --stop-after-init --no-http \
        --log-level=warn || return
    psql -qAt -d "$database" -c \
        "SELECT state FROM ir_module_module WHERE name = 'quickbooks_online'" | grep -qx installed || {
        echo "Odoo did not install quickbooks_online"
        return 1
    }
}

drop_older_templates() {
    local database
    for database in $(list_databases "qbo_${CHECKOUT_KEY}_addon_%"); do
        [[ $database == "$1" ]] || drop_database "$database"
    done
}

ensure_addon_template_once() {
    if database_exists "$TEMPLATE_DATABASE"; then
        return
    fi
    [[ -f $CHECKOUT/__manifest__.py ]] || die "there is no __manifest__.py in $CHECKOUT: the addon cannot be installed."
    drop_older_templates "$TEMPLATE_DATABASE"
    run_step install-addon "Installing the addon into a copy of the base database" \
        install_addon "${TEMPLATE_DATABASE}_new"
    grep -E '^[0-9: ,-]+ [0-9]+ (WARNING|ERROR|CRITICAL) ' \
        "$CACHE/log/$CHECKOUT_KEY-install-addon.log" >"$WORK/install-warnings" || true
    rename_database "${TEMPLATE_DATABASE}_new" "$TEMPLATE_DATABASE" ||
        die "the template database could not be renamed."
}

copy_template_once() {
    ensure_addon_template_once
    drop_database "$1"
    copy_database "$TEMPLATE_DATABASE" "$1" ||
        die "copying the template database failed (is the disk full?)."
}

# copy_addon_template TARGET: a fresh database with the addon installed.
copy_addon_template() {
    TEMPLATE_DATABASE=qbo_${CHECKOUT_KEY}_addon_$(hash_text "$BASE_KEY|$(addon_key)")
    with_lock "template-$CHECKOUT_KEY" copy_template_once "$1"
}
