"""What an object of QuickBooks says, apart from what moves by itself."""

from .digest import describe, differences, to_plain

# Counters and links that other transactions add: a payment's deposit, for one.
_MOVING = frozenset(
    ("domain", "sparse", "SyncToken", "MetaData", "LinkedTxn", "LineEx")
)
# In lines, what they are linked to is the content.
_LINES = "Line"


def describe_change(seen, found):
    """What of an object is otherwise than it was seen last, as sentences.

    Names in references count for nothing: renaming a customer changes no payment.

    :param seen, found: objects as QuickBooks gave them, or as `to_plain` keeps them
    :return: list of text; empty when the content is the same
    """
    return describe(differences(_strip(to_plain(seen)), _strip(to_plain(found))))


def _strip(values, is_line=False):
    stripped = {}
    for name, value in values.items():
        if name in _MOVING and not (is_line and name == "LinkedTxn"):
            continue
        if name == _LINES and isinstance(value, list):
            value = [_strip(each, True) for each in value if isinstance(each, dict)]
        elif isinstance(value, dict) and "value" in value:
            value = value["value"]
        stripped[name] = value
    return stripped
