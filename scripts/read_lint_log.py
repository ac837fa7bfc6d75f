"""Judge the log of Odoo's test_lint: only failures that concern our addon count.

Arguments: the log file, Odoo's exit code and the paths of the cache (whose name may
contain the addon's) and of the checkout. Prints the failures and exits with 1 when
one of them names the addon, or when no test ran at all.
"""

import pathlib
import re
import sys

ADDON = "quickbooks_online"
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (\w+) \S+ (\S+): (.*)")
COUNT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
TROUBLE = ("WARNING", "ERROR", "CRITICAL")


def read_entries(text):
    """Yield (level, logger, whole message) for each entry of an Odoo log."""
    entry = None
    for line in text.splitlines():
        match = LOG_LINE.match(line)
        if match:
            if entry:
                yield entry
            entry = match.groups()
        elif entry:
            level, logger, message = entry
            entry = (level, logger, f"{message}\n{line}")
    if entry:
        yield entry


def main():
    text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")
    exit_code = int(sys.argv[2])
    text = text.replace(sys.argv[4], ADDON).replace(sys.argv[3], "CACHE")
    entries = list(read_entries(text))
    tests = [int(match[3]) for entry in entries if (match := COUNT.search(entry[2]))]
    troubles = [entry for entry in entries if entry[0] in TROUBLE]
    ours = [entry for entry in troubles if ADDON in entry[2]]
    for level, logger, message in ours:
        print(f"{level} {logger}: {message}")
    if not tests or not max(tests):
        print(f"test_lint ran no test (Odoo ended with code {exit_code}):")
        print("\n".join(text.splitlines()[-5:]))
        sys.exit(1)
    if exit_code and not ours:
        print("test_lint found faults, but none of them in this addon")
    sys.exit(bool(ours))


if __name__ == "__main__":
    main()
