"""Intuit's notifications: the signature, and both forms of the body.

CloudEvents (an array) since 2026, `eventNotifications` before. One body may mix
companies. The body is not trusted beyond what it says changed.
"""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from .. import const
from .digest import digest, to_plain
from .moments import parse_moment
from .payload import load

_ENTITIES = {entity.lower(): entity for entity in const.ENTITIES}
_OPERATIONS = {
    "created": "create",
    "updated": "update",
    "deleted": "delete",
    "merged": "merge",
    "voided": "void",
    "emailed": "email",
}
_TEXT_LENGTH = 255
# What is kept of an event: no more levels, no more characters.
_RAW_DEPTH = 20
_RAW_LENGTH = 10_000


class MalformedWebhook(ValueError):
    """The body is no notification. Answer 200: Intuit would send it again."""


@dataclass(frozen=True)
class Event:
    """One change of one object.

    :param id: Intuit's id of the event; of a classic one, which has none, the
        SHA-256 of its content, so that a repetition has the same
    :param realm_id: the company
    :param entity: as the API spells it ('CreditMemo'); unknown ones as they came
    :param qbo_id: the object's id, text
    :param operation: create, update, delete, merge, void, email; unknown ones
        in lower case
    :param time: naive UTC, or None when it was missing or unreadable
    :param deleted_id: of a merge, the id that is no more; else None
    :param raw: the event as it came, as a JSON column takes it; cut if it is huge
    """

    id: str
    realm_id: str
    entity: str
    qbo_id: str
    operation: str
    time: datetime
    deleted_id: str = None
    raw: dict = field(default=None, compare=False)


class Events(list):
    """List of `Event`; `skipped` says in words what was passed over, `rest` is it."""

    def __init__(self, events=()):
        super().__init__(events)
        self.skipped = []
        self.rest = []

    def skip(self, reason, member):
        self.skipped.append(reason)
        self.rest.append(member)


def is_valid_signature(body, signature, verifier_token):
    """Whether Intuit signed exactly these bytes.

    :param body: bytes as received, never re-serialised
    :param signature: header `intuit-signature`: base64 of the HMAC-SHA256
    :param verifier_token: of the app; an empty one refuses everything
    """
    if not signature or not verifier_token:
        return False
    try:
        given = base64.b64decode(signature, validate=True)
        expected = hmac.new(verifier_token.encode(), body, sha256).digest()
    except (binascii.Error, ValueError, TypeError):
        return False
    return hmac.compare_digest(expected, given)


def parse(body):
    """The events of a body, in its order.

    :param body: bytes
    :return: `Events`
    :raises MalformedWebhook: and nothing else
    """
    payload = _load(body)
    events = Events()
    try:
        if isinstance(payload, dict) and "eventNotifications" in payload:
            _read_classic(payload["eventNotifications"], events)
        else:
            _read_cloud(payload if isinstance(payload, list) else [payload], events)
    except RecursionError:
        raise MalformedWebhook("The notification is nested too deeply.") from None
    return events


def cut_text(body):
    """The beginning of a body that could not be read, as text PostgreSQL stores."""
    return _make_storable(bytes(body[:_RAW_LENGTH]).decode("utf-8", "replace"))


def cut_rest(events):
    """The beginning of what of a body was passed over, as text PostgreSQL stores."""
    rest = [_limit(member, _RAW_DEPTH) for member in events.rest]
    return json.dumps(rest, ensure_ascii=False)[:_RAW_LENGTH]


def _load(body):
    if len(body) > const.WEBHOOK_BYTES:
        raise MalformedWebhook("The notification is too large.")
    try:
        payload = load(bytes(body).decode("utf-8-sig"))
    except (ValueError, RecursionError, ArithmeticError):
        raise MalformedWebhook("The notification is not readable as JSON.") from None
    if not isinstance(payload, (dict, list)):
        raise MalformedWebhook("The notification has an unknown form.")
    return payload


def _read_cloud(members, events):
    for member in members:
        if not isinstance(member, dict):
            events.skip("not an object", member)
            continue
        entity, operation = _split_type(member.get("type"))
        data = member.get("data")
        deleted = _get_deleted_id(data) if isinstance(data, dict) else None
        _append(
            events,
            member,
            id=_as_text(member.get("id")),
            realm_id=member.get("intuitaccountid"),
            entity=entity,
            qbo_id=member.get("intuitentityid"),
            operation=operation,
            time=member.get("time"),
            deleted_id=deleted,
        )


def _get_deleted_id(members):
    """ "deletedid", "deletedId" and "deletedID" have all been seen."""
    lower = {str(key).lower(): value for key, value in members.items()}
    return lower.get("deletedid")


def _split_type(value):
    """'qbo.creditmemo.merged.v1' -> ('creditmemo', 'merged')."""
    parts = value.split(".") if isinstance(value, str) else []
    if len(parts) < 3 or parts[0].lower() != "qbo":
        return None, None
    return parts[1], parts[2]


def _read_classic(notifications, events):
    if not isinstance(notifications, list):
        raise MalformedWebhook("The notification has an unknown form.")
    for notification in notifications:
        content = notification if isinstance(notification, dict) else {}
        change = content.get("dataChangeEvent")
        entities = change.get("entities") if isinstance(change, dict) else None
        if not isinstance(entities, list):
            events.skip("no entities", notification)
            continue
        for member in entities:
            _read_classic_member(content.get("realmId"), member, events)


def _read_classic_member(realm_id, member, events):
    if not isinstance(member, dict):
        events.skip("not an object", member)
        return
    _append(
        events,
        {"realmId": realm_id, **member},
        id=None,
        realm_id=realm_id,
        entity=member.get("name"),
        qbo_id=member.get("id"),
        operation=member.get("operation"),
        time=member.get("lastUpdated"),
        deleted_id=_get_deleted_id(member),
    )


def _append(events, member, *, id, deleted_id, time, **values):
    values = {name: _as_text(value) for name, value in values.items()}
    missing = [name for name, value in values.items() if not value]
    if missing:
        events.skip(f"no usable {', '.join(missing)}", member)
        return
    values["entity"] = _ENTITIES.get(values["entity"].lower(), values["entity"])
    operation = values["operation"].lower()
    values["operation"] = _OPERATIONS.get(operation, operation)
    events.append(
        Event(
            id=id or f"sha256-{digest(member)}",
            deleted_id=_as_text(deleted_id),
            time=parse_moment(time),
            raw=_keep(member),
            **values,
        )
    )


def _as_text(value):
    """A short printable text, also of a whole number; else None.

    What is not printable (NUL, half of a surrogate pair) PostgreSQL does not
    store.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    value = value.strip()
    if 0 < len(value) <= _TEXT_LENGTH and value.isprintable():
        return value
    return None


def _keep(member):
    """The member without what a jsonb column refuses, and cut where it is endless."""
    kept = _limit(member, _RAW_DEPTH)
    text = json.dumps(kept, ensure_ascii=False)
    return kept if len(text) <= _RAW_LENGTH else {"cut": text[:_RAW_LENGTH]}


def _limit(value, depth):
    if isinstance(value, (dict, list)) and not depth:
        return "…"
    if isinstance(value, dict):
        return {
            _make_storable(name): _limit(each, depth - 1)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_limit(each, depth - 1) for each in value]
    return _make_storable(value) if isinstance(value, str) else to_plain(value)


def _make_storable(text):
    """PostgreSQL stores neither NUL nor half of a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
