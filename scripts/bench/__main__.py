"""`python -m bench [--seconds N] [name ...]`: run groups, print a line per figure.

A name is a group's or a figure's; without names every group runs. With
`--needs-odoo` nothing is measured: the exit code says whether any group named needs an
Odoo database (0) or none does (1).
"""

import argparse
import sys
from dataclasses import dataclass

from . import chaos, governor, money, payments, push, revenue, sim
from .figures import BenchError

GROUPS = {
    "sim": sim,
    "governor": governor,
    "push": push,
    "chaos": chaos,
    "money": money,
    "payments": payments,
    "revenue": revenue,
}


@dataclass(frozen=True)
class Options:
    """How the caller wants it measured."""

    seconds: int
    wanted: frozenset


def select(names):
    """Return {group: names of figures wanted} for names of groups and figures."""
    if not names:
        names = list(GROUPS)
    groups = {
        figure: name for name, group in GROUPS.items() for figure in group.FIGURES
    }
    selected = {}
    for name in names:
        if name not in (*GROUPS, *groups):
            known = ", ".join([*GROUPS, *groups])
            sys.exit(f"bench: there is no {name}; known are: {known}.")
        group = groups.get(name, name)
        wanted = GROUPS[group].FIGURES if name == group else [name]
        selected.setdefault(group, set()).update(wanted)
    return selected


def run(selected, seconds):
    """Measure and print; return the names of the figures that are short."""
    short = []
    for group, wanted in selected.items():
        options = Options(seconds=seconds, wanted=frozenset(wanted))
        for figure in GROUPS[group].measure(options):
            print(figure, flush=True)
            if not figure.is_reached:
                short.append(figure.name)
    return short


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("names", nargs="*", metavar="name")
    parser.add_argument(
        "--seconds",
        type=int,
        default=180,
        help="length of the long run of the group `governor` (default: %(default)s)",
    )
    parser.add_argument("--needs-odoo", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    selected = select(options.names)
    if options.needs_odoo:
        sys.exit(not any(GROUPS[group].NEEDS_ODOO for group in selected))
    try:
        short = run(selected, options.seconds)
    except BenchError as error:
        sys.exit(f"bench: {error}")
    if short:
        sys.exit(f"bench: short of the goal: {', '.join(short)}.")


if __name__ == "__main__":
    main()
