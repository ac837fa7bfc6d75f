"""Generic XML of an answer: QBO sends XML unless JSON is asked for."""

from decimal import Decimal

from .faults import XML_NAMESPACE, XML_PROLOGUE
from .xml_text import as_attribute, as_content

ROOT_ATTRIBUTES = ("time",)
REFERENCE_ATTRIBUTES = ("name", "type")
OBJECT_ATTRIBUTES = ("domain", "status", "sparse", "startPosition", "maxResults")


def _text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _attributes(value, names):
    return "".join(
        f" {name}={as_attribute(_text(value[name]))}" for name in names if name in value
    )


def _element(name, value):
    if isinstance(value, (list, tuple)):
        return "".join(_element(name, item) for item in value)
    if not isinstance(value, dict):
        return f"<{name}>{as_content(_text(value))}</{name}>"
    if "value" in value and set(value) <= {"value", *REFERENCE_ATTRIBUTES}:
        attributes = _attributes(value, REFERENCE_ATTRIBUTES)
        content = as_content(_text(value["value"]))
        return f"<{name}{attributes}>{content}</{name}>"
    attributes = _attributes(value, OBJECT_ATTRIBUTES)
    content = "".join(
        _element(key, item)
        for key, item in value.items()
        if key not in OBJECT_ATTRIBUTES
    )
    return f"<{name}{attributes}>{content}</{name}>"


def render(payload):
    """Return the envelope `payload` as an `IntuitResponse` document, UTF-8 bytes."""
    attributes = _attributes(payload, ROOT_ATTRIBUTES)
    content = "".join(
        _element(key, value)
        for key, value in payload.items()
        if key not in ROOT_ATTRIBUTES
    )
    document = (
        f"{XML_PROLOGUE}<IntuitResponse{attributes} "
        f'xmlns="{XML_NAMESPACE}">{content}</IntuitResponse>'
    )
    return document.encode()
