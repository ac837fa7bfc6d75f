"""Requests and answers below `/v3/company/<realm>/`, and which one goes where."""

from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict


@dataclass
class BooksRequest:
    """An authenticated request; `path` holds the segments after the realm."""

    method: str
    path: list
    args: MultiDict = field(default_factory=MultiDict)
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    content_type: str = ""


@dataclass
class BooksResponse:
    """The answer: `payload` is JSON-able (see `numbers.dumps`) with its envelope.

    `metered` counts the calls Intuit would bill, `batch` tells a batch request.
    """

    status: int = 200
    payload: dict | bytes = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    metered: int = 0
    batch: bool = False
