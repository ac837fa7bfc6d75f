"""Checks on the tree that no linter makes; run by `./dev lint` with its path.

- no file names a package registry's host or a path of one machine
- text files end with one newline, have no trailing blanks and no merge marks
- XML files are well-formed; the manifest's files exist, and none is left out
- each module in a package of the addon is imported by the package's `__init__`
- of the files that make up one model, only one defines a method without `super`: a
  second one would replace the first, and nobody would know
"""

import ast
import os
import pathlib
import re
import subprocess
import sys
from urllib.parse import urlsplit

from lxml import etree

TEXT_SUFFIXES = {
    ".cfg", ".css", ".csv", ".html", ".ini", ".js", ".json", ".md", ".py", ".rst",
    ".scss", ".sh", ".sql", ".svg", ".toml", ".txt", ".xml", ".yaml", ".yml",
}  # fmt: skip
# Written in pieces, since this file is checked as well.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("snapshot", "debian", "org"),
        ("nightly", "odoo", "com"),
    )
]
MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/(?:root|work|home/\w+|Users/\w+)/\w")
MERGE_MARK = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
TRAILING_BLANK = re.compile(r"[ \t]+$", re.MULTILINE)
PACKAGES = ("models", "controllers", "wizards", "tests")
DATA_FOLDERS = ("security", "data", "views", "wizards", "report")


def run(*command):
    """Return what a command prints, or nothing when it cannot be run."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return ""


def configured_hosts():
    """Return the hosts from which this machine is set to take packages."""
    lines = run("apt-get", "indextargets", "--format", "$(REPO_URI)").split()
    lines += (
        run(sys.executable, "-m", "pip", "config", "list").replace("'", " ").split()
    )
    lines += os.environ.get("PIP_INDEX_URL", "").split()
    hosts = {urlsplit(line).hostname for line in lines if "://" in line}
    return {host for host in hosts if host and "." in host and host != "127.0.0.1"}


def list_files(root):
    listed = run(
        "git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"
    ).split("\0")
    files = [root / name for name in listed if name]
    if not files:
        files = [path for path in root.rglob("*") if ".git" not in path.parts]
    return sorted(path for path in files if path.is_file())


def is_text(path):
    if path.suffix in TEXT_SUFFIXES:
        return True
    return b"\0" not in path.read_bytes()[:4096]


def check_words(name, text, hosts):
    for number, line in enumerate(text.splitlines(), 1):
        for host in hosts:
            if host in line:
                yield f"{name}:{number}: names the package registry {host}"
        if MACHINE_PATH.search(line):
            yield f"{name}:{number}: names a path of one machine"


def check_blanks(name, text):
    if MERGE_MARK.search(text):
        yield f"{name}: holds the marks of an unfinished merge"
    if "\r" in text:
        yield f"{name}: holds carriage returns"
    if text and not text.endswith("\n"):
        yield f"{name}: does not end with a newline"
    if name.endswith((".po", ".pot")):
        return
    match = TRAILING_BLANK.search(text)
    if match:
        number = text.count("\n", 0, match.start()) + 1
        yield f"{name}:{number}: ends with blanks"


def check_text_file(root, path, hosts):
    name = str(path.relative_to(root))
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        yield f"{name}: is not UTF-8"
        return
    yield from check_words(name, text, hosts)
    if name != "LICENSE":
        yield from check_blanks(name, text)
    if path.suffix in (".xml", ".svg"):
        try:
            etree.fromstring(text.encode())
        except etree.XMLSyntaxError as error:
            yield f"{name}: {error}"


def check_manifest(root, files):
    manifest = root / "__manifest__.py"
    if not manifest.exists():
        yield "__manifest__.py: is missing"
        return
    values = ast.literal_eval(manifest.read_text(encoding="utf-8"))
    named = set(values.get("data", ())) | set(values.get("demo", ()))
    present = {str(path.relative_to(root)) for path in files}
    for name in sorted(named - present):
        yield f"__manifest__.py: names {name}, which does not exist"
    for name in sorted(present - named):
        folder, separator, _rest = name.partition("/")
        if separator and folder in DATA_FOLDERS and name.endswith((".xml", ".csv")):
            yield f"__manifest__.py: leaves out {name}"


def imported_names(path):
    """Return the names that relative imports of a module bring in, and from where."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
    ]
    names = {alias.name for node in imports for alias in node.names}
    return names | {node.module for node in imports if node.module}


def check_packages(root):
    """Odoo loads what `__init__` imports; a module that nobody imports never runs."""
    for package in PACKAGES:
        init = root / package / "__init__.py"
        if not init.exists():
            continue
        if package == "tests":
            modules, importers = sorted(init.parent.glob("test_*.py")), [init]
        else:
            modules = sorted(init.parent.glob("*.py"))
            importers = modules
        imported = set().union(*map(imported_names, importers))
        for name in sorted({path.stem for path in modules} - imported - {"__init__"}):
            yield f"{package}/__init__.py: does not import {name}"


def get_model(node):
    """Return the name of the model that a class extends or makes, or None."""
    values = {
        target.id: ast.literal_eval(statement.value)
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id in ("_name", "_inherit")
    }
    inherited = values.get("_inherit")
    return values.get("_name") or (inherited if isinstance(inherited, str) else None)


def list_methods(path):
    """Yield (model, method) of what a file defines without calling `super`."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        model = isinstance(node, ast.ClassDef) and get_model(node)
        if not model:
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and "super(" not in ast.unparse(
                method
            ):
                yield model, method.name


def check_overrides(root):
    """A method of one file must not replace that of another by having its name."""
    places = {}
    for package in ("models", "wizards"):
        for path in sorted((root / package).glob("*.py")):
            name = path.relative_to(root)
            for model, method in list_methods(path):
                first = places.setdefault((model, method), name)
                if first != name:
                    yield f"{name}: {model}.{method} replaces that of {first}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    hosts = sorted({*REGISTRY_HOSTS, *configured_hosts()})
    files = list_files(root)
    complaints = [
        *check_manifest(root, files),
        *check_packages(root),
        *check_overrides(root),
    ]
    for path in files:
        if is_text(path):
            complaints += check_text_file(root, path, hosts)
    for complaint in complaints:
        print(complaint)
    sys.exit(bool(complaints))


if __name__ == "__main__":
    main()
