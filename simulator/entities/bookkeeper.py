"""What a bookkeeper does in the browser, and names that spread to references."""

from .. import changes, faults, numbers
from ..checks import check_known
from ..schema import PARTY, REF
from . import purchase
from .base import DELETED_SUFFIX
from .taxes import RATE_DETAIL, rate_list, store_code, store_rate

MERGEABLE = frozenset({"Account", "Customer", "Vendor", "Class", "Department", "Item"})


# --- names ---


def spread_name(company, entity, old, row):
    """Rename and place what is below `row`, and rename every reference to it."""
    if old.get("FullyQualifiedName") != row.get("FullyQualifiedName"):
        _place_children(company, entity, row)
    if entity.display(old) != entity.display(row):
        replace_references(company, entity.name, row["Id"], row["Id"])


def _place_children(company, entity, row):
    for child in _children(company, entity, row["Id"]):
        full = f"{row['FullyQualifiedName']}:{child[entity.name_property]}"
        placed = {**child, "FullyQualifiedName": full}
        if "Level" in entity.shape.by_name:
            placed["Level"] = row.get("Level", 0) + 1
        company.store.put(entity.name, entity.place(placed, {}), touch=False)
        spread_name(company, entity, child, placed)


def _children(company, entity, qbo_id):
    if "ParentRef" not in entity.indexes:
        return []
    return entity.children(company, qbo_id)


def replace_references(company, target, old_id, new_id):
    """Let every reference to `old_id` of entity `target` name `new_id`.

    Returns the changed rows as `(entity name, row)`; they are stored, not touched.
    """
    display = company.entity(target).display(company.store.get(target, new_id))
    changed = []
    for entity in company.entities.values():
        if not _points_to(entity.shape, target):
            continue
        for row in list(company.store.table(entity.name).rows.values()):
            fresh = _replaced(entity.shape, row, target, old_id, new_id, display)
            if fresh is not row:
                company.store.put(entity.name, fresh, touch=False)
                changed.append((entity.name, fresh))
    return changed


_POINTING = {}
# They share their ids.
PARTIES = ("Customer", "Vendor")


def _is_reference(item, target):
    """Tell whether a property may refer to an object of entity `target`."""
    if item.kind == PARTY:
        return target in PARTIES
    return item.kind == REF and item.target == target


def _points_to(shape, target):
    key = (id(shape), target)
    if key not in _POINTING:
        _POINTING[key] = any(
            _is_reference(item, target)
            or (item.shape is not None and _points_to(item.shape, target))
            for item in shape.fields
        )
    return _POINTING[key]


def _replaced(shape, row, target, old_id, new_id, display):
    result = row
    for item in shape.fields:
        value = row.get(item.name)
        if not value:
            continue
        fresh = value
        if item.kind in (REF, PARTY):
            if _is_reference(item, target) and value["value"] == old_id:
                fresh = {**value, "value": new_id}
                if "name" in value and display:
                    fresh["name"] = display
        elif isinstance(value, list) and item.shape is not None:
            each = [
                _replaced(item.shape, entry, target, old_id, new_id, display)
                for entry in value
            ]
            same = all(new is old for new, old in zip(each, value, strict=True))
            fresh = value if same else each
        elif item.shape is not None:
            fresh = _replaced(item.shape, value, target, old_id, new_id, display)
        if fresh is not value and fresh != value:
            result = {**result, item.name: fresh}
    return result


# --- acts ---


def perform(company, action):
    """Do one act; returns the stored object. Raises Fault, or ValueError for nonsense.

    `entity` and `operation` name the act: create, edit, rename (values: name),
    deactivate, reactivate, merge (values: into, the id that wins), delete, void, and
    refund of a credit memo or payment (values: AccountRef, and Amount, PaymentType,
    TxnDate, ExchangeRate if wanted; returns the payment that links the refund).
    """
    entity = company.entities.get(action.get("entity"))
    if entity is None:
        raise ValueError(f"Unknown entity: {action.get('entity')}")
    act = _ACTS.get(action.get("operation"))
    if act is None:
        raise ValueError(f"Unknown act: {action.get('operation')}")
    try:
        return act(company, entity, action.get("id"), action.get("values") or {})
    except KeyError as error:
        raise ValueError(f"A value of this act is missing: {error}") from None


def _create(company, entity, _qbo_id, values):
    if entity.name == "TaxRate":
        return _create_tax_rate(company, values)
    if entity.name == "TaxCode":
        return _create_tax_code(company, values)
    return entity.write(company, values, by_user=True)


def _create_tax_rate(company, values):
    """`values`: a row's own properties; EffectiveTaxRate may list its periods."""
    values = {**values, "RateValue": numbers.parse(values["RateValue"])}
    if "EffectiveTaxRate" in values:
        values["EffectiveTaxRate"] = [
            {**period, "RateValue": numbers.parse(period["RateValue"])}
            for period in values["EffectiveTaxRate"]
        ]
    return store_rate(company, values)


def _create_tax_code(company, values):
    """`values`: a row's own properties; SalesRates and PurchaseRates list rate ids.

    For a rate that builds on others an object stands in place of the id: `id`, and
    TaxTypeApplicable, TaxOrder, TaxOnTaxOrder.
    """
    values = dict(values)
    for side, name in (
        ("SalesRates", "SalesTaxRateList"),
        ("PurchaseRates", "PurchaseTaxRateList"),
    ):
        rates = values.pop(side, None)
        if rates is not None:
            values[name] = rate_list([_rate_in_code(company, rate) for rate in rates])
    return store_code(company, values)


def _rate_in_code(company, rate):
    options = dict(rate) if isinstance(rate, dict) else {"id": rate}
    row = company.store.get("TaxRate", str(options.pop("id")))
    if row is None:
        raise ValueError("A tax code is made of tax rates that exist.")
    check_known("A rate in a tax code", options, RATE_DETAIL.by_name)
    return row, options


def _edit(company, entity, qbo_id, values):
    row = entity.find(company, qbo_id)
    if not entity.operations:
        return _edit_tax(company, entity, row, values)
    body = {
        **values,
        "Id": row["Id"],
        "SyncToken": row["SyncToken"],
        "sparse": True,
    }
    return entity.write(company, body, by_user=True)


def _edit_tax(company, entity, row, values):
    fresh = entity.place({**row, **values}, {})
    return company.touch(entity.name, fresh)


def _rename(company, entity, qbo_id, values):
    return _edit(company, entity, qbo_id, {entity.name_property: values["name"]})


def _deactivate(company, entity, qbo_id, _values):
    return _edit(company, entity, qbo_id, {"Active": False})


def _reactivate(company, entity, qbo_id, _values):
    return _edit(company, entity, qbo_id, {"Active": True})


def _delete(company, entity, qbo_id, _values):
    row = entity.find(company, qbo_id)
    body = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    return entity.delete(company, body, by_user=True)


def _void(company, entity, qbo_id, _values):
    row = entity.find(company, qbo_id)
    body = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    return entity.void(company, body, by_user=True)


def _refund(company, entity, qbo_id, values):
    return purchase.refund(company, entity, entity.find(company, qbo_id), values)


def _merge(company, entity, qbo_id, values):
    """The loser `qbo_id` goes, everything moves to `values['into']`. No way back."""
    if entity.name not in MERGEABLE:
        raise faults.business("Objects of this kind cannot be merged.")
    loser = entity.find(company, qbo_id)
    winner = entity.find(company, values["into"])
    _check_merge(company, entity, loser, winner)
    moved = replace_references(company, entity.name, loser["Id"], winner["Id"])
    if company.switches.merge_touches_transactions:
        for name, row in moved:
            company.touch(name, row)
    winner = _join(company, entity, loser, company.store.get(entity.name, winner["Id"]))
    _retire_loser(company, entity, company.store.get(entity.name, loser["Id"]))
    company.note(entity.name, winner["Id"], changes.MERGE, loser["Id"])
    return winner


def _check_merge(company, entity, loser, winner):
    if loser["Id"] == winner["Id"] or winner.get("Active") is False:
        raise faults.business("Two active objects can be merged.")
    if loser.get("CurrencyRef") != winner.get("CurrencyRef"):
        raise faults.business("Only objects in one currency can be merged.")
    for name in ("AccountType", "AccountSubType", "Type"):
        if loser.get(name) != winner.get(name):
            raise faults.business(f"Only objects with one {name} can be merged.")
    parent = winner
    while parent and parent.get("ParentRef"):
        if parent["ParentRef"]["value"] == loser["Id"]:
            raise faults.business("An object cannot be merged into one below it.")
        parent = company.store.get(entity.name, parent["ParentRef"]["value"])


def _join(company, entity, loser, winner):
    joined = dict(winner)
    for name in ("Balance", "BalanceWithJobs", "CurrentBalance"):
        if name in joined:
            joined[name] = joined[name] + loser[name]
    joined = company.touch(entity.name, joined, told=False)
    _place_children(company, entity, joined)
    return joined


def _retire_loser(company, entity, loser):
    if company.switches.merged_loser == "gone":
        company.store.forget(entity.name, loser["Id"])
        return
    retired = {**loser, "Active": False}
    for name in ("Balance", "BalanceWithJobs", "CurrentBalance"):
        if name in retired:
            retired[name] = retired[name] * 0
    for name in (entity.name_property, "FullyQualifiedName"):
        if name in retired:
            retired[name] += DELETED_SUFFIX
    company.touch(entity.name, retired, told=False)


_ACTS = {
    "create": _create,
    "edit": _edit,
    "rename": _rename,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
    "delete": _delete,
    "void": _void,
    "refund": _refund,
    "merge": _merge,
}
