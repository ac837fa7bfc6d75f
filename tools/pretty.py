"""JSON as people read it: two blanks for each level, numbers with their digits."""

from .payload import write

INDENT = "  "


def pretty(value, level=0):
    """The payload as text of many lines.

    :param value: dict, list, str, bool, None, int, Decimal
    :raises TypeError: a float or anything else JSON lacks
    """
    if isinstance(value, dict) and value:
        parts = [
            f"{write(name)}: {pretty(member, level + 1)}"
            for name, member in value.items()
        ]
        return _wrap("{", parts, "}", level)
    if isinstance(value, (list, tuple)) and value:
        parts = [pretty(member, level + 1) for member in value]
        return _wrap("[", parts, "]", level)
    return write(value)


def _wrap(opening, parts, closing, level):
    inner = ",\n".join(f"{INDENT * (level + 1)}{part}" for part in parts)
    return f"{opening}\n{inner}\n{INDENT * level}{closing}"
