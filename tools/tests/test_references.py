from decimal import Decimal

import pytest
from quickbooks_online.tools.references import (
    Reference,
    list_references,
    refer,
    resolve,
)

CUSTOMER = ("res.partner", 7, "Customer")
ITEM = ("product.product", 3, "Item")
ESTIMATE = ("sale.order", 5, "Estimate")


def make_payload():
    return {
        "DocNumber": "INV/2026/00001",
        "CustomerRef": refer(*CUSTOMER),
        "LinkedTxn": [
            {"TxnId": refer(*ESTIMATE, optional=True), "TxnType": "Estimate"}
        ],
        "Line": [
            {
                "Amount": Decimal("10.00"),
                "SalesItemLineDetail": {
                    "ItemRef": refer(*ITEM),
                    "TaxCodeRef": {"value": "TAX"},
                },
            },
            {"DetailType": "DescriptionOnly", "DescriptionLineDetail": {}},
        ],
    }


def test_references_are_listed_once_in_order():
    payload = make_payload()
    payload["Line"].append(payload["Line"][0])
    assert list_references(payload) == [
        Reference(*CUSTOMER),
        Reference(*ESTIMATE, optional=True),
        Reference(*ITEM),
    ]


def test_a_reference_needed_in_one_place_is_needed():
    payload = {
        "A": refer(*CUSTOMER, optional=True),
        "BRef": refer(*CUSTOMER),
    }
    assert list_references(payload) == [Reference(*CUSTOMER)]


def test_resolved_refs_hold_values_and_others_the_id():
    ids = {CUSTOMER: "58", ITEM: "11", ESTIMATE: "140"}
    resolved = resolve(make_payload(), ids)
    assert resolved["CustomerRef"] == {"value": "58"}
    assert resolved["LinkedTxn"] == [{"TxnId": "140", "TxnType": "Estimate"}]
    detail = resolved["Line"][0]["SalesItemLineDetail"]
    assert detail == {"ItemRef": {"value": "11"}, "TaxCodeRef": {"value": "TAX"}}
    assert resolved["Line"][1]["DescriptionLineDetail"] == {}
    assert list_references(resolved) == []


def test_an_unknown_optional_reference_takes_its_object_along():
    resolved = resolve(make_payload(), {CUSTOMER: "58", ITEM: "11"})
    assert "LinkedTxn" not in resolved


def test_an_unknown_optional_member_is_left_out():
    payload = {"Name": "x", "ClassRef": refer("a.b", 1, "Class", optional=True)}
    assert resolve(payload, {}) == {"Name": "x"}


def test_an_unknown_reference_is_refused():
    with pytest.raises(KeyError):
        resolve(make_payload(), {CUSTOMER: "58"})


def test_the_payload_itself_stays_as_it_was():
    payload = make_payload()
    resolve(payload, {CUSTOMER: "58", ITEM: "11", ESTIMATE: "140"})
    assert payload == make_payload()


def test_empty_lists_stay():
    assert resolve({"Line": []}, {}) == {"Line": []}
