"""Add up the counts of the parts of `./dev test` and judge them.

Arguments: the start of the run (milliseconds since the epoch), a directory that
outlives it, then for each part `name:exit code:file with its counts`. The last line
printed is the sum.
"""

import json
import pathlib
import re
import sys

from split_tests import read_seconds

TESTS = pathlib.Path(__file__).parents[1] / "tests"
# pytest's exit code for "no test was run".
NO_TEST_RUN = 5


def read_counts(path):
    """Return the counts a part left behind, or None when it died before."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def judge(name, exit_code, counts):
    """Return the sentence that says why a part failed as a whole, or None."""
    if counts is None:
        return f"{name}: the run ended with code {exit_code} before its summary."
    if not counts["collected"] and not counts["failed"]:
        return f"{name}: not a single test was found, though there should be some."
    if name.startswith("with_") and counts["skipped"]:
        return f"{name}: tests were skipped, though that app was installed for them."
    if exit_code not in (0, NO_TEST_RUN) and not counts["failed"]:
        return f"{name}: every test passed, but the run ended with code {exit_code}."
    return None


def is_shard(name):
    return re.fullmatch(r"odoo_\d+", name)


def keep_failed(directory, shards):
    """Let `./dev test --lf` know what failed, whichever shard it was in."""

    def locate(name):
        return directory / f"pytest-{name}" / "v" / "cache" / "lastfailed"

    failed = {}
    for name in shards:
        failed |= read_counts(locate(name)) or {}
    locate("odoo").parent.mkdir(parents=True, exist_ok=True)
    locate("odoo").write_text(json.dumps(failed, indent=2))


def keep_seconds(directory, counts):
    """Keep `test_seconds.json` as this run would have it."""
    seconds = read_seconds()
    for each in counts:
        seconds |= each["seconds"]
    tests = {f"tests/{path.name}" for path in TESTS.glob("*.py")}
    kept = {file: taken for file, taken in seconds.items() if file in tests}
    path = directory / "test_seconds.json"
    path.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
    print(f"dev: the seconds of each file are in {path}")


def main():
    started = int(sys.argv[1]) / 1000
    directory = pathlib.Path(sys.argv[2])
    shards = {}
    total = {"passed": 0, "failed": 0, "skipped": 0}
    first_tests = []
    for argument in sys.argv[3:]:
        name, exit_code, path = argument.split(":", 2)
        counts = read_counts(path)
        complaint = judge(name, int(exit_code), counts)
        if complaint:
            print(f"dev: {complaint}")
            total["failed"] += 1
        for key in total:
            total[key] += (counts or {}).get(key, 0)
        if counts and counts["first_test"]:
            first_tests.append(counts["first_test"] - started)
        if counts and is_shard(name):
            shards[name] = counts
    if shards:
        keep_failed(directory, shards)
        keep_seconds(directory, shards.values())
    if first_tests:
        print(f"dev: the first test started after {min(first_tests):.1f} s")
    nothing_run = not any(total.values())
    if nothing_run:
        print("dev: no test matches these arguments.")
    line = f"{total['passed']} passed, {total['failed']} failed"
    if total["skipped"]:
        line += f", {total['skipped']} skipped"
    print(line, flush=True)
    sys.exit(bool(total["failed"]) or nothing_run)


if __name__ == "__main__":
    main()
