"""References of a payload to Odoo records, before QuickBooks' ids are known.

What is approved names the customer, not the id that QuickBooks gives it: a payload
holds `refer(...)` wherever QuickBooks wants an id of something that Odoo owns, and
is resolved just before it is sent.
"""

from typing import NamedTuple

_MARK = "odoo"


class Reference(NamedTuple):
    """One Odoo record that a payload names.

    :param model: 'res.partner'
    :param id: int
    :param entity: what it is at QuickBooks: 'Customer'
    :param link: how often the record was pointed at another object of QuickBooks;
        a payload that was approved for one object is not the same for another
    :param optional: left out of the payload when the record is not at QuickBooks
    """

    model: str
    id: int
    entity: str
    link: int = 0
    optional: bool = False

    @property
    def key(self):
        """(model, id, entity): what its id at QuickBooks is looked up by."""
        return self.model, self.id, self.entity


def refer(model, id, entity, link=0, optional=False):
    """What stands in a payload for the id of a record (dict)."""
    values = {_MARK: f"{model},{id}", "entity": entity, "link": link}
    return {**values, "optional": True} if optional else values


def list_references(payload):
    """Every `Reference` of a payload, each key once, in the order of the payload."""
    found = {}
    _walk(payload, found)
    return list(found.values())


def resolve(payload, ids):
    """The payload with QuickBooks' ids in it.

    Members called `...Ref` get {"value": id}, others the id itself. A member whose
    optional reference is unknown is left out; in a list, the object that holds it.

    :param ids: {key of a reference: id (text)}
    :return: another dict
    :raises KeyError: a reference that is not optional is unknown
    """
    return _resolve_object(payload, ids)[0]


def _read(value):
    if not isinstance(value, dict) or _MARK not in value:
        return None
    model, id = value[_MARK].split(",")
    return Reference(
        model, int(id), value["entity"], value["link"], bool(value.get("optional"))
    )


def _walk(value, found):
    reference = _read(value)
    if reference:
        known = found.setdefault(reference.key, reference)
        if known.optional and not reference.optional:
            found[reference.key] = reference
    elif isinstance(value, dict):
        for member in value.values():
            _walk(member, found)
    elif isinstance(value, (list, tuple)):
        for member in value:
            _walk(member, found)


def _resolve_object(values, ids):
    """Return (object, whether it lost a member)."""
    resolved, is_reduced = {}, False
    for name, value in values.items():
        reference = _read(value)
        if reference is None:
            found = _resolve_member(value, ids)
            if found == [] and value:
                continue
            resolved[name] = found
        elif reference.key in ids:
            id = ids[reference.key]
            resolved[name] = {"value": id} if name.endswith("Ref") else id
        elif reference.optional:
            is_reduced = True
        else:
            raise KeyError(reference.key)
    return resolved, is_reduced


def _resolve_member(value, ids):
    if isinstance(value, dict):
        return _resolve_object(value, ids)[0]
    if isinstance(value, (list, tuple)):
        return _resolve_list(value, ids)
    return value


def _resolve_list(members, ids):
    kept = []
    for member in members:
        if isinstance(member, dict):
            resolved, is_reduced = _resolve_object(member, ids)
            if not is_reduced:
                kept.append(resolved)
        else:
            kept.append(_resolve_member(member, ids))
    return kept
