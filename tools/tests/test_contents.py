"""What counts as a change of an object of QuickBooks."""

from decimal import Decimal

import pytest
from quickbooks_online.tools.contents import describe_change
from quickbooks_online.tools.digest import to_plain

PAYMENT = {
    "Id": "7",
    "SyncToken": "0",
    "MetaData": {"LastUpdatedTime": "2026-03-02T10:00:00-08:00"},
    "CustomerRef": {"value": "1", "name": "Pacific Traders"},
    "TotalAmt": Decimal("100.50"),
    "Line": [
        {
            "Amount": Decimal("100.50"),
            "LinkedTxn": [{"TxnId": "3", "TxnType": "Invoice"}],
            "LineEx": {"any": []},
        }
    ],
}


@pytest.mark.parametrize(
    "moved",
    [
        {"SyncToken": "4"},
        {"MetaData": {"LastUpdatedTime": "2026-03-03T10:00:00-08:00"}},
        {"LinkedTxn": [{"TxnId": "9", "TxnType": "Deposit"}]},
        {"CustomerRef": {"value": "1", "name": "Renamed"}},
        {"TotalAmt": Decimal("100.5")},
        {"Line": [{**PAYMENT["Line"][0], "LineEx": {"any": [1]}}]},
    ],
)
def test_what_moves_by_itself_is_no_change(moved):
    assert describe_change(to_plain(PAYMENT), {**PAYMENT, **moved}) == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"CustomerRef": {"value": "2"}}, "CustomerRef"),
        ({"TotalAmt": Decimal("100.51")}, "100.51"),
        ({"PaymentRefNum": "theirs"}, "theirs"),
        ({"Line": []}, "Line"),
        (
            {
                "Line": [
                    {
                        "Amount": Decimal("100.50"),
                        "LinkedTxn": [{"TxnId": "4", "TxnType": "Invoice"}],
                    }
                ]
            },
            "TxnId",
        ),
    ],
)
def test_what_it_says_otherwise_is_named(changed, word):
    changes = describe_change(to_plain(PAYMENT), {**PAYMENT, **changed})
    assert any(word in change for change in changes)
