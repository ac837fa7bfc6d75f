"""Divide the test files that need Odoo among shards, which run side by side.

The same files and number of shards give the same division on every machine: it
depends on nothing but `test_seconds.json`, the seconds each file was measured to take.
A file that is missing there counts as an average one.
"""

import json
import pathlib

SECONDS = pathlib.Path(__file__).with_name("test_seconds.json")
# Fewer files than this are not worth the start of another Odoo.
FEWEST_FILES = 8
# What pytest takes for a file of tests.
FILE_PATTERNS = ("test_*.py", "*_test.py")
# With any other option the tests run in one process, which shows what it prints: most
# select tests (-k, --lf), end early (-x), talk to a person (--pdb, -s) or write a file.
FLAGS = {"-q", "-qq", "-v", "-vv", "--quiet", "--verbose"}
FLAGS_WITH_VALUE = {
    "-p", "-r", "-W", "--tb", "--durations", "--durations-min", "--color",
    "--show-capture", "--hypothesis-profile", "--hypothesis-seed", "--odoo-log-level",
}  # fmt: skip


def may_divide(flags):
    """Tell whether pytest does the same with these options in several processes."""
    remaining = iter(flags)
    for flag in remaining:
        name, equals, _value = flag.partition("=")
        if flag in FLAGS_WITH_VALUE:
            next(remaining, None)
        elif flag not in FLAGS and not (equals and name in FLAGS_WITH_VALUE):
            return False
    return True


def list_files(checkout, paths):
    """Return the test files below some paths, or None if one of them names a test.

    Those that need another app (`test_with_APP.py`) are parts of their own.
    """
    files = set()
    for name in paths:
        if "::" in name:
            return None
        path = checkout / name
        if path.is_dir():
            for pattern in FILE_PATTERNS:
                files.update(path.rglob(pattern))
        else:
            files.add(path)
    return sorted(
        str(path.relative_to(checkout) if path.is_relative_to(checkout) else path)
        for path in files
        if not path.name.startswith("test_with_")
    )


def read_seconds():
    return json.loads(SECONDS.read_text(encoding="utf-8"))


def divide(files, number, seconds):
    """Return ``number`` lists that have every file once, about equally long.

    The longest file goes first, always to the shard with the least to do.

    :param dict seconds: {file: how long it takes}
    """
    average = sum(seconds.values()) / len(seconds) if seconds else 1
    shards = [[] for _number in range(number)]
    loads = [0.0] * number
    for file in sorted(files, key=lambda file: (-seconds.get(file, average), file)):
        least = loads.index(min(loads))
        shards[least].append(file)
        loads[least] += seconds.get(file, average)
    return [sorted(shard) for shard in shards]


def split(checkout, paths, flags, number):
    """Return the files of each shard, or nothing when one process is to run them."""
    files = may_divide(flags) and list_files(checkout, paths)
    if number < 2 or not files or len(files) < FEWEST_FILES:
        return []
    return divide(files, number, read_seconds())
