"""Texts in XML, without what XML cannot hold."""

import re
from xml.sax.saxutils import escape, quoteattr

# What XML 1.0 cannot hold, not even escaped.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_content(text):
    """Return a text as it stands between two tags."""
    return escape(_IMPOSSIBLE.sub("", text))


def as_attribute(text):
    """Return a text as the value of an attribute, quotes included."""
    return quoteattr(_IMPOSSIBLE.sub("", text))
