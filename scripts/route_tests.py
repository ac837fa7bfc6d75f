"""Decide which part of the test suite each argument of `./dev test` belongs to.

Arguments: the checkout, how many shards there may be, and those of `./dev test`.

Prints shell assignments: PARTS, SHARDS, FLAGS and one array of paths per part, so that
the caller can `eval` them. The parts are `tools` and `simulator` (pure Python), `odoo`
(needs a database), `with_APP` (needs one in which another app of Odoo's is installed:
`tests/test_with_APP.py`) and `outside` (pure tests that lie outside the tree). If
`odoo` is long, SHARDS names the parts it is divided into, `odoo_1` and so on.
"""

import pathlib
import re
import shlex
import sys

from split_tests import split

PARTS = ("tools", "simulator", "odoo", "outside")
DEFAULT_PATHS = {
    "tools": ["tools/tests"],
    "simulator": ["simulator/tests"],
    "odoo": ["tests"],
}
# Options of pytest whose value may be the next argument.
OPTIONS_WITH_VALUE = {
    "-k", "-m", "-p", "-o", "-r", "-W", "-n", "-c",
    "--maxfail", "--tb", "--durations", "--durations-min", "--deselect", "--ignore",
    "--junitxml", "--junit-xml", "--log-level", "--log-cli-level", "--capture",
    "--verbosity", "--show-capture", "--import-mode", "--basetemp", "--color",
    "--hypothesis-profile", "--hypothesis-seed", "--odoo-log-level", "--odoo-extra",
}  # fmt: skip
# A test file that needs an app on which the addon does not depend.
WITH_APP = re.compile(r"test_(with_\w+)\.py")
IMPORTS_ODOO = re.compile(r"^\s*(?:from|import)\s+odoo\b", re.MULTILINE)


class RouteError(Exception):
    """An argument that cannot be understood; its text is shown to the user."""


def split_arguments(arguments):
    """Return (flags, paths): what goes to every part, and what selects parts."""
    flags, paths = [], []
    remaining = iter(arguments)
    for argument in remaining:
        if not argument.startswith("-"):
            paths.append(argument)
            continue
        flags.append(argument)
        if argument in OPTIONS_WITH_VALUE:
            value = next(remaining, None)
            if value is None:
                raise RouteError(f"the option {argument} needs a value.")
            flags.append(value)
    return flags, paths


def imports_odoo(path):
    """Tell whether a test file, or any test file of a directory, imports Odoo."""
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return any(
        IMPORTS_ODOO.search(file.read_text(encoding="utf-8", errors="replace"))
        for file in files
    )


def route_path(checkout, argument):
    """Return [(part, path to give to pytest)] for one path argument."""
    name, separator, selection = argument.partition("::")
    path = pathlib.Path(name)
    if not path.exists():
        path = checkout / name
    if not path.exists():
        raise RouteError(f"there is no file or directory {name}.")
    path = path.resolve()
    suffix = separator + selection
    if path == checkout:
        return [(part, p) for part, paths in DEFAULT_PATHS.items() for p in paths]
    if not path.is_relative_to(checkout):
        part = "odoo" if imports_odoo(path) else "outside"
        return [(part, f"{path}{suffix}")]
    relative = path.relative_to(checkout)
    top = relative.parts[0]
    if top in ("tools", "simulator"):
        inside = relative if len(relative.parts) > 1 else relative / "tests"
        return [(top, f"{inside}{suffix}")]
    if match := WITH_APP.fullmatch(relative.name):
        return [(match[1], f"{relative}{suffix}")]
    return [("odoo", f"{relative}{suffix}")]


def list_with_apps(checkout, paths):
    """Return {part: paths} of the files in directories that need another app."""
    return {
        match[1]: [str(path.relative_to(checkout))]
        for name in paths
        for path in sorted((checkout / name).rglob("test_with_*.py"))
        if (match := WITH_APP.fullmatch(path.name))
    }


def route(checkout, arguments):
    """Return (flags, {part: paths}) for the arguments of `./dev test`."""
    flags, paths = split_arguments(arguments)
    routed = {}
    for argument in paths or [str(checkout)]:
        for part, path in route_path(checkout, argument):
            routed.setdefault(part, []).append(path)
    return flags, list_with_apps(checkout, routed.get("odoo", ())) | routed


def quote(values):
    return "(" + " ".join(shlex.quote(value) for value in values) + ")"


def main():
    checkout = pathlib.Path(sys.argv[1])
    try:
        flags, routed = route(checkout, sys.argv[3:])
    except RouteError as error:
        sys.exit(f"dev: {error}")
    shards = split(checkout, routed.get("odoo", ()), flags, int(sys.argv[2]))
    shards = {f"odoo_{number}": files for number, files in enumerate(shards, 1)}
    with_apps = sorted(routed.keys() - set(PARTS))
    print(f"PARTS={quote([part for part in PARTS if part in routed] + with_apps)}")
    print(f"SHARDS={quote(shards)}")
    print(f"FLAGS={quote(flags)}")
    for part, paths in (routed | shards).items():
        print(f"PATHS_{part}={quote(paths)}")


if __name__ == "__main__":
    main()
