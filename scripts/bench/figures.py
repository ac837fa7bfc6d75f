"""What a group of measurements yields."""

import operator
from dataclasses import dataclass

COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}


class BenchError(Exception):
    """A measurement could not be made; the text says why."""


@dataclass(frozen=True)
class Figure:
    """One measured value and its goal."""

    name: str
    value: float
    unit: str
    comparison: str
    goal: float

    @property
    def is_reached(self):
        return COMPARISONS[self.comparison](self.value, self.goal)

    def __str__(self):
        verdict = "ok" if self.is_reached else "short"
        return (
            f"{self.name} {format_number(self.value)} {self.unit} "
            f"(goal {self.comparison} {format_number(self.goal)}) {verdict}"
        )


def format_number(value):
    """Return a number without noise: 3 decimals below 10, else 1, none if whole."""
    if value == int(value):
        return str(int(value))
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
