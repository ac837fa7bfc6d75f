# Set-up: system packages, Odoo, the virtualenv, the addons directory.
# shellcheck shell=bash

ODOO_PACKAGE=odoo-19
# Files that Debian links to instead of shipping them with Odoo.
ODOO_COMPANIONS=(
    libjs-jquery libjs-underscore libjs-jquery-form fonts-font-awesome
    fonts-roboto-unhinted fonts-inconsolata fonts-ocr-b
    fonts-glyphicons-halflings
)

# --- system packages -----------------------------------------------------

find_postgresql() {
    local directory
    for directory in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V -r); do
        if [[ -x $directory/initdb && -x $directory/pg_ctl ]]; then
            printf '%s' "$directory"
            return
        fi
    done
}

find_python() {
    local candidate
    for candidate in "${PYTHON3:-}" /usr/bin/python3 python3; do
        [[ -n $candidate ]] || continue
        if "$candidate" -c 'import sys, ensurepip, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

find_chromium() { command -v chromium || command -v google-chrome || true; }

# The Python package of Playwright brings a program that needs this library.
has_libatomic() { compgen -G '/usr/lib*/libatomic.so.1' >/dev/null || compgen -G '/usr/lib/*/libatomic.so.1' >/dev/null; }

missing_system_packages() {
    local missing=()
    [[ -n $(find_python) ]] || missing+=(python3 python3-venv)
    [[ -n $(find_postgresql) ]] || missing+=(postgresql)
    [[ -n $(find_chromium) ]] || missing+=(chromium)
    command -v dpkg-deb >/dev/null || missing+=(dpkg)
    has_libatomic || missing+=(libatomic1)
    [[ -d /etc/ssl/certs ]] || missing+=(ca-certificates)
    [[ -f /usr/share/keyrings/debian-archive-keyring.gpg ]] || missing+=(debian-archive-keyring)
    printf '%s\n' "${missing[@]}"
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@"; }

ensure_system_packages() {
    local missing
    mapfile -t missing < <(missing_system_packages | grep . || true)
    if ((${#missing[@]})); then
        command -v apt-get >/dev/null ||
            die "these are missing and there is no apt-get to install them: ${missing[*]}. Install them and run it again."
        need_space / 1500
        run_step apt-update "Reading the lists of system packages" apt_get update
        run_step apt-install "Installing system packages (${missing[*]})" \
            apt_get install --no-install-recommends "${missing[@]}"
    fi
    PYTHON=$(find_python)
    PG_BIN=$(find_postgresql)
    CHROMIUM=$(find_chromium)
    [[ -n $PYTHON ]] || die "no Python 3.10 to 3.13 with the venv module was found; install one or set PYTHON3."
    [[ -n $PG_BIN ]] || die "PostgreSQL's server programs were not found below /usr/lib/postgresql."
    [[ -n $CHROMIUM ]] || die "Chromium was not found."
}

# --- Odoo ----------------------------------------------------------------

# apt-get over a private list of sources: the machine's own packages stay as they are.
private_apt() {
    local directory=$1
    shift
    apt-get -q \
        -o Dir::Etc::SourceList="$directory/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$directory/lists" \
        -o Dir::Cache="$directory/cache" \
        -o APT::Sandbox::User=root \
        -o Acquire::Retries=3 \
        "$@"
}

# Debian's repository as this machine's configuration names it.
debian_repository() {
    # shellcheck disable=SC2016 # apt-get fills these in
    apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }
                   $3 != "" && first == "" { first = $3 }
                   END { if (first != "") print first }' | head -n 1
}

write_private_sources() {
    local directory=$1 repository
    repository=$(debian_repository)
    [[ -n $repository ]] || {
        echo "no Debian package source is configured on this machine (or apt-get update was never run)"
        return 1
    }
    mkdir -p "$directory/lists/partial" "$directory/cache/archives/partial"
    local option='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]' stable
    # shellcheck source=/dev/null
    stable=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-stable}")
    printf 'deb %s %s %s main\n' "$option" "$repository" "$stable" >"$directory/sources.list"
    printf 'deb %s %s sid main\n' "$option" "$repository" >>"$directory/sources.list"
}

download_odoo() {
    local directory=$1 root=$2 archive package
    mkdir -p "$directory/deb" "$root" || return
    if [[ -z $(debian_repository) ]]; then
        apt_get update || return
    fi
    write_private_sources "$directory" || return
    private_apt "$directory" update || return
    local codename
    codename=$(awk '{ print $4; exit }' "$directory/sources.list")
    local wanted=("$ODOO_PACKAGE/sid")
    for package in "${ODOO_COMPANIONS[@]}"; do
        wanted+=("$package/$codename")
    done
    (cd "$directory/deb" && private_apt "$directory" download "${wanted[@]}") || return
    for archive in "$directory"/deb/*.deb; do
        echo "unpacking $archive"
        dpkg-deb -x "$archive" "$root" || return
    done
    dpkg-deb -f "$directory"/deb/"$ODOO_PACKAGE"_*.deb Version >"$root/VERSION" || return
    add_file_missing_in_debian "$root"
}

# Without this file every page logs an error, which fails browser tests.
add_file_missing_in_debian() {
    local directory
    directory="$1/usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation"
    mkdir -p "$directory" && touch "$directory/selfie_segmentation.js"
}

install_odoo() {
    local temporary=$CACHE/tmp/odoo.$$
    need_space "$CACHE" 3000
    rm -rf "$CACHE"/tmp/odoo.*
    run_step odoo "Downloading and unpacking Odoo 19.0" download_odoo "$temporary" "$temporary/root"
    mv -T "$temporary/root" "$CACHE/odoo" || die "cannot move Odoo into $CACHE/odoo."
    rm -rf "$temporary"
}

ensure_odoo_once() { [[ -f $CACHE/odoo/VERSION ]] || install_odoo; }

ensure_odoo() {
    if [[ -n ${ODOO_SRC:-} ]]; then
        [[ -f $ODOO_SRC/odoo/release.py && -d $ODOO_SRC/addons ]] ||
            die "ODOO_SRC is $ODOO_SRC, which is no Odoo checkout (odoo/release.py and addons/ were expected)."
        grep -q '^version_info = (19, 0' "$ODOO_SRC/odoo/release.py" ||
            die "ODOO_SRC is $ODOO_SRC, which is not Odoo 19.0."
        ODOO_PATH=$(realpath "$ODOO_SRC")
        ODOO_ADDONS=$ODOO_PATH/addons
        ODOO_VERSION="checkout $(hash_text "$ODOO_PATH")"
        return
    fi
    [[ -f $CACHE/odoo/VERSION ]] || with_lock odoo ensure_odoo_once
    ODOO_PATH=$CACHE/odoo/usr/lib/python3/dist-packages
    ODOO_ADDONS=$ODOO_PATH/odoo/addons
    ODOO_VERSION=$(<"$CACHE/odoo/VERSION")
}

# --- Python packages -----------------------------------------------------

create_virtualenv() {
    local pip=(-m pip install --quiet --disable-pip-version-check --no-input)
    rm -rf "$VENV"
    "$PYTHON" -m venv "$VENV" || return
    "$VENV/bin/python" "${pip[@]}" -r "$CHECKOUT/requirements-dev.txt" || return
    local site_packages
    site_packages=$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))') || return
    printf '%s\n' "$ODOO_PATH" >"$site_packages/odoo-path.pth"
    "$VENV/bin/python" -c 'import odoo.release, quickbooks, intuitlib, psycopg2, lxml.html.clean' || return
    date >"$VENV/complete"
}

install_virtualenv_once() {
    [[ -f $VENV/complete ]] && return
    need_space "$CACHE" 700
    run_step python "Installing the Python packages" create_virtualenv
}

ensure_virtualenv() {
    local key
    key=$(hash_text "$(cat "$CHECKOUT"/requirements*.txt)|$("$PYTHON" -VV)|$PYTHON|$ODOO_PATH")
    VENV=$CACHE/venv/$key
    [[ -f $VENV/complete ]] || with_lock "venv-$key" install_virtualenv_once
    PYTHON=$VENV/bin/python
    export PATH="$VENV/bin:$PATH"
}

# --- the addons directory of this checkout -------------------------------

# Odoo takes the directory's name for the addon's, and a clone may have any name.
ensure_addons_directory() {
    local link=$ADDONS/quickbooks_online
    mkdir -p "$ADDONS" || die "cannot create $ADDONS."
    [[ $(readlink "$link" 2>/dev/null) == "$CHECKOUT" ]] ||
        ln -sfn "$CHECKOUT" "$link" || die "cannot create the link $link."
}
