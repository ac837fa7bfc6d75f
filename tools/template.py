"""Templates of texts: what accountants write with placeholders like `{name}`.

A placeholder is a path of field names from the line, or after `document.` from the
document: `{product_id.default_code}`, `{document.ref}`. Braces that are meant as such
are doubled. What a path may read is not told here: that is the caller's to decide.
"""

import re
from typing import NamedTuple

DEPTH = 4
DOCUMENT = "document"

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Path(NamedTuple):
    """Where a placeholder reads.

    :param names: field names, one after the other
    :param of_document: it starts at the document, not at the line
    """

    names: tuple
    of_document: bool

    def __str__(self):
        prefix = (DOCUMENT,) if self.of_document else ()
        return ".".join((*prefix, *self.names))


class Fault(NamedTuple):
    """What is wrong in a template.

    :param code: 'brace' (it opens or closes nothing), 'path' (no path of field names)
        or 'depth' (more than `DEPTH` names)
    :param text: the placeholder, or the brace
    """

    code: str
    text: str


def find_faults(text):
    """Return the `Fault` of each placeholder that is none; empty when all are fine."""
    return [part for part in _split(text) if isinstance(part, Fault)]


def find_paths(text):
    """Return the `Path` of each placeholder, in order, each once."""
    paths = [part for part in _split(text) if isinstance(part, Path)]
    return list(dict.fromkeys(paths))


def get_single_path(text):
    """Return the `Path` of a template that is one placeholder; None of any other."""
    parts = _split((text or "").strip())
    is_single = len(parts) == 1 and isinstance(parts[0], Path)
    return parts[0] if is_single else None


def render(text, read):
    """Fill a template in; whatever is no placeholder stays as it is.

    A line whose placeholders are all empty is left out with its words: of
    'PO {document.ref}' nothing is left without a reference.

    :param read: function of a `Path` that returns its text, '' for none
    """
    lines = (_render_line(line, read) for line in (text or "").split("\n"))
    return "\n".join(line for line in lines if line is not None).strip()


def _render_line(line, read):
    """Return the line, None if it has placeholders and all of them are empty."""
    parts = _split(line)
    values = {part: read(part) or "" for part in parts if isinstance(part, Path)}
    if values and not any(value.strip() for value in values.values()):
        return None
    return "".join(
        values[part]
        if isinstance(part, Path)
        else part.text
        if isinstance(part, Fault)
        else part
        for part in parts
    )


def _split(text):
    """Return the parts of a template: texts, `Path` and `Fault`."""
    parts, place = [], 0
    text = text or ""
    for token in _TOKEN.finditer(text):
        if token.start() > place:
            parts.append(text[place : token.start()])
        parts.append(_read_token(token))
        place = token.end()
    if place < len(text):
        parts.append(text[place:])
    return parts


def _read_token(token):
    text, inner = token.group(), token.group(1)
    if text in ("{{", "}}"):
        return text[0]
    if inner is None:
        return Fault("brace", text)
    names = tuple(inner.strip().split("."))
    of_document = names[0] == DOCUMENT and len(names) > 1
    names = names[1:] if of_document else names
    if not all(_NAME.fullmatch(name) for name in names):
        return Fault("path", text)
    if len(names) > DEPTH:
        return Fault("depth", text)
    return Path(names, of_document)
