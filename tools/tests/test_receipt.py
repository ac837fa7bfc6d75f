"""What was sent against what came back."""

import copy
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools import payload
from quickbooks_online.tools.digest import ABSENT, to_plain
from quickbooks_online.tools.receipt import WORDS, compare, describe

D = Decimal


def make_sent():
    """An invoice as the addon sends it: 1,000.00 net, 150.00 tax."""
    return {
        "DocNumber": "INV/2026/00001",
        "TxnDate": "2026-11-22",
        "DueDate": "2026-12-22",
        "CustomerRef": {"value": "58"},
        "CurrencyRef": {"value": "EUR"},
        "ExchangeRate": D("1.0876543"),
        "SalesTermRef": {"value": "3"},
        "ClassRef": {"value": "5000000000000085682"},
        "DepartmentRef": {"value": "2"},
        "GlobalTaxCalculation": "TaxExcluded",
        "PrivateNote": "Order S00012",
        "CustomerMemo": {"value": "Thank you"},
        "BillEmail": {"Address": "ann@example.com"},
        "EmailStatus": "NeedToSend",
        "BillAddr": {"Line1": "1 High Street", "City": "Leeds", "Country": "GBR"},
        "CustomField": [{"DefinitionId": "2", "StringValue": "PO 77"}],
        "LinkedTxn": [{"TxnId": "100", "TxnType": "Estimate"}],
        "ApplyTaxAfterDiscount": False,
        "Line": [
            {
                "Amount": D("100.00"),
                "Description": "Consulting",
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": "11"},
                    "Qty": 3,
                    "UnitPrice": D("33.333"),
                    "TaxCodeRef": {"value": "15"},
                    "ClassRef": {"value": "7"},
                    "ServiceDate": "2026-11-20",
                },
            },
            {
                "Description": "Second part",
                "DetailType": "DescriptionOnly",
                "DescriptionLineDetail": {},
            },
            {
                "Amount": D("900.00"),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": "12"},
                    "TaxCodeRef": {"value": "15"},
                },
            },
        ],
        "TxnTaxDetail": {
            "TaxLine": [
                {
                    "Amount": D("150.00"),
                    "DetailType": "TaxLineDetail",
                    "TaxLineDetail": {
                        "TaxRateRef": {"value": "4"},
                        "PercentBased": False,
                        "NetAmountTaxable": D("1000.00"),
                    },
                }
            ]
        },
    }


def answer(sent):
    """The object as QuickBooks gives it when it did all that was asked."""
    found = copy.deepcopy(sent)
    for member in ("CustomerRef", "SalesTermRef", "ClassRef", "DepartmentRef"):
        if member in found:
            found[member]["name"] = "A name"
    for number, line in enumerate(found.get("Line", ()), 1):
        line.update(Id=str(number), LineNum=number)
    items = [line for line in found.get("Line", ()) if "SalesItemLineDetail" in line]
    for line in items:
        line["SalesItemLineDetail"]["ItemAccountRef"] = {"value": "1", "name": "Sales"}
    found.get("Line", []).append(
        {
            "Amount": sum(line["Amount"] for line in items),
            "DetailType": "SubTotalLineDetail",
            "SubTotalLineDetail": {},
        }
    )
    found.update(
        domain="QBO",
        sparse=False,
        Id="238",
        SyncToken="0",
        MetaData={"CreateTime": "2026-11-22T01:00:00-08:00"},
        BillAddr={"Id": "9", "Line1": "A name", "Line2": "1 High Street Leeds"},
        CustomField=[
            {"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"},
            {"DefinitionId": "2", "Name": "PO", "StringValue": "PO 77"},
        ],
        TotalAmt=D("1150.00"),
        HomeTotalAmt=D("1250.80"),
        Balance=D("1150.00"),
        HomeBalance=D("1250.80"),
        PrintStatus="NeedToPrint",
        DeliveryInfo={"DeliveryType": "Email"},
    )
    found.pop("ApplyTaxAfterDiscount", None)
    if "TxnTaxDetail" in found:
        found["TxnTaxDetail"]["TotalTax"] = D("150")
    return found


def check(sent, received, *expected, **options):
    """Gaps as (code, line), in their order."""
    gaps = compare(sent, received, total=D("1150.00"), tax=D("150.00"), **options)
    assert [(gap.code, gap.line) for gap in gaps] == list(expected), describe(gaps)
    assert len(describe(gaps)) == len(gaps)
    return gaps


def change(path, value):
    """A change of an answer: 'Line.0.Amount'; ABSENT removes."""
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]

    def apply(found):
        for step in way:
            found = found[step]
        if value is ABSENT:
            del found[last]
        else:
            found[last] = value

    return apply


ITEM = "Line.0.SalesItemLineDetail"


class TestHeader:
    def test_what_quickbooks_adds_is_no_gap(self):
        check(make_sent(), answer(make_sent()))

    def test_the_wire_changes_nothing(self):
        sent = payload.load(payload.dump(make_sent()))
        check(sent, payload.load(payload.dump(answer(make_sent()))))
        check(to_plain(make_sent()), answer(make_sent()))

    @pytest.mark.parametrize(
        "code, path, value",
        [
            ("total", "TotalAmt", D("1150.01")),
            ("total", "TotalAmt", ABSENT),
            ("tax", "TxnTaxDetail.TotalTax", D("149.99")),
            ("tax_line", "TxnTaxDetail.TaxLine.0.Amount", D("149.99")),
            ("tax_line", "TxnTaxDetail.TaxLine", []),
            ("currency", "CurrencyRef.value", "USD"),
            ("currency", "CurrencyRef", ABSENT),
            ("rate", "ExchangeRate", 1),
            ("rate", "ExchangeRate", D("1.0876544")),
            ("rate", "ExchangeRate", ABSENT),
            ("customer", "CustomerRef.value", "59"),
            ("customer", "CustomerRef", None),
            ("date", "TxnDate", "2026-11-21"),
            ("due_date", "DueDate", "2026-12-21"),
            ("number", "DocNumber", "1038"),
            ("number", "DocNumber", ABSENT),
            ("terms", "SalesTermRef", ABSENT),
            ("class", "ClassRef", ABSENT),
            ("department", "DepartmentRef.value", "3"),
            ("link", "LinkedTxn", []),
            ("field", "PrivateNote", ABSENT),
            ("field", "CustomerMemo.value", "Thanks"),
            ("field", "BillEmail", ABSENT),
            ("field", "BillAddr", ABSENT),
            ("custom_field", "CustomField", []),
            ("custom_field", "CustomField.1", {"DefinitionId": "2"}),
            ("custom_field", "CustomField.1.StringValue", "PO 78"),
            ("custom_field", "CustomField.1.StringValue", ABSENT),
            ("field", "GlobalTaxCalculation", "TaxInclusive"),
            ("field", "EmailStatus", "NotSet"),
            ("balance", "Balance", D("1149.99")),
            ("balance", "Balance", 0),
        ],
    )
    def test_one_gap(self, code, path, value):
        received = answer(make_sent())
        change(path, value)(received)
        if path == "TotalAmt" and value is not ABSENT:
            received["Balance"] = value
        check(make_sent(), received, (code, 0))

    @pytest.mark.parametrize(
        "path, value",
        [
            ("ExchangeRate", D("1.08765430")),
            ("EmailStatus", "EmailSent"),
            ("GlobalTaxCalculation", ABSENT),
            ("TxnTaxDetail.TotalTax", ABSENT),
            ("TotalAmt", D("1150.0")),
            ("LinkedTxn", [{"TxnId": "100", "TxnType": "estimate"}]),
            ("Line.0.LinkedTxn", [{"TxnId": "5", "TxnType": "ReimburseCharge"}]),
            ("PrivateNote", "Order S00012\r\n"),
            (f"{ITEM}.Qty", D("3.0000000")),
            (f"{ITEM}.TaxClassificationRef", {"value": "EUC-1"}),
            ("Line.1.Amount", D("5")),
            ("Line.2.SalesItemLineDetail.Qty", 1),
        ],
    )
    def test_no_gap(self, path, value):
        received = answer(make_sent())
        change(path, value)(received)
        check(make_sent(), received)

    def test_words_and_values(self):
        received = answer(make_sent())
        received["TotalAmt"] = received["Balance"] = D("1150.01")
        received["Line"][0]["SalesItemLineDetail"]["UnitPrice"] = D("33.34")
        del received["PrivateNote"]
        gaps = check(
            make_sent(), received, ("total", 0), ("field", 0), ("line_price", 1)
        )
        assert gaps[0][:4] == ("total", "Total", D("1150.00"), D("1150.01"))
        assert gaps[1].member == "PrivateNote" and gaps[1].received is ABSENT
        assert describe(gaps) == [
            "Total: sent 1150.00, QuickBooks has 1150.01",
            "PrivateNote: sent Order S00012, QuickBooks has none",
            "Line 1, unit price: sent 33.333, QuickBooks has 33.34",
        ]

    def test_a_home_company_names_no_rate(self):
        sent = {"ExchangeRate": 1, "TotalAmt": D("5")}
        assert compare(sent, {"TotalAmt": 5}) == []
        (gap,) = compare({"ExchangeRate": D("1.1")}, {})
        assert gap.code == "rate"

    def test_foreign_object(self):
        sent = {"Id": "5", "SyncToken": "0", "DocNumber": "1"}
        (gap,) = compare(sent, {"Id": "6", "DocNumber": "1", "SyncToken": "1"})
        assert gap[:4] == ("id", "Id in QuickBooks", "5", "6")

    def test_balance_is_judged_at_creation_only(self):
        received = {"Id": "5", "TotalAmt": D("10"), "Balance": 4}
        assert compare({"Id": "5"}, received) == []
        (gap,) = compare({}, received)
        assert gap[:1] == ("balance",) and gap[2:4] == (D("10"), 4)
        assert compare({}, received, entity="SalesReceipt") == []
        assert compare({"Deposit": 6}, {**received, "Deposit": 6}) == []

    def test_zero_decimals_are_compared_to_the_hundredth(self):
        (gap,) = compare({}, {"TotalAmt": D("1000.49")}, 0, total=1000)
        assert gap.code == "total"
        assert compare({}, {"TotalAmt": D("1.2340")}, 3, total=D("1.234")) == []
        (gap,) = compare({}, {"TotalAmt": D("1.23")}, 3, total=D("1.234"))
        assert gap.code == "total"


class TestTax:
    US = {"TxnTaxCodeRef": {"value": "2"}, "TotalTax": D("22.43")}

    def test_the_code_of_the_document(self):
        sent = {"TxnTaxDetail": self.US}
        received = {"TxnTaxDetail": {**self.US, "TxnTaxCodeRef": {"value": "8"}}}
        (gap,) = compare(sent, received)
        assert gap[:4] == ("tax_code", "Tax code of the document", "2", "8")
        assert compare(sent, received, automated_tax=True) == []
        (gap,) = compare(sent, {"TxnTaxDetail": {"TotalTax": D("22.43")}})
        assert gap.received is ABSENT

    def test_dropped_override(self):
        (gap,) = compare(
            {"TxnTaxDetail": {"TotalTax": D("16.83")}},
            {"TxnTaxDetail": {"TotalTax": 0}},
        )
        assert gap[:4] == ("tax", "Tax", D("16.83"), 0)

    def test_rates_that_cancel_each_other(self):
        lines = [
            {"Amount": D(amount), "TaxLineDetail": {"TaxRateRef": {"value": rate}}}
            for amount, rate in (("2.00", "4"), ("-2.00", "3"), ("0.05", "5"))
        ]
        received = {"TxnTaxDetail": {"TaxLine": lines}}
        assert compare({}, received, tax=D("0.05")) == []
        (gap,) = compare({}, received, tax=0)
        assert gap.code == "tax"

    def test_no_tax_at_all(self):
        assert compare({}, {}, tax=0) == []
        assert compare({}, {"TxnTaxDetail": {"TotalTax": 0}}, tax=D("0.00")) == []


class TestLines:
    @pytest.mark.parametrize(
        "code, line, path, value",
        [
            ("line_amount", 1, "Line.0.Amount", D("100.01")),
            ("line_amount", 3, "Line.2.Amount", ABSENT),
            ("line_quantity", 1, f"{ITEM}.Qty", 4),
            ("line_quantity", 1, f"{ITEM}.Qty", ABSENT),
            ("line_price", 1, f"{ITEM}.UnitPrice", D("33.3333")),
            ("line_item", 1, f"{ITEM}.ItemRef.value", "12"),
            ("line_tax_code", 1, f"{ITEM}.TaxCodeRef", {"value": "16"}),
            ("line_class", 1, f"{ITEM}.ClassRef", ABSENT),
            ("line_service_date", 1, f"{ITEM}.ServiceDate", ABSENT),
            ("line_description", 1, "Line.0.Description", ABSENT),
            ("line_description", 2, "Line.1.Description", "Part"),
            ("line_kind", 3, "Line.2.DetailType", "DescriptionOnly"),
        ],
    )
    def test_one_gap(self, code, line, path, value):
        received = answer(make_sent())
        change(path, value)(received)
        check(make_sent(), received, (code, line))

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_a_dropped_line_does_not_shift_the_others(self, place):
        received = answer(make_sent())
        del received["Line"][place]
        (gap,) = check(make_sent(), received, ("line_missing", place + 1))
        assert gap.received is ABSENT

    def test_an_added_line(self):
        received = answer(make_sent())
        received["Line"].insert(
            1, {"Description": "Fee", "DetailType": "DescriptionOnly", "Amount": 1}
        )
        (gap,) = check(make_sent(), received, ("line_extra", 2))
        assert describe([gap]) == ["Line 2, not sent: QuickBooks has Fee, 1"]

    def test_discount_and_shipping_come_last(self):
        discount = {
            "Amount": D("10.00"),
            "DetailType": "DiscountLineDetail",
            "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": D("1")},
        }
        shipping = {
            "Amount": D("5.00"),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "SHIPPING_ITEM_ID"}},
        }
        sent = make_sent()
        sent["Line"] = [shipping, discount, *sent["Line"]]
        received = answer(make_sent())
        received["Line"] += [copy.deepcopy(discount), shipping]
        check(sent, received)
        received["Line"][4]["Amount"] = D("9.99")
        check(sent, received, ("line_amount", 2))
        del received["Line"][4]
        check(sent, received, ("line_missing", 2))
        received["Line"].append(discount)
        check(make_sent(), received, ("line_extra", 6), ("line_extra", 5))

    def test_prices_with_tax_included(self):
        detail = {"Qty": 15, "UnitPrice": D("0.531")}
        line = {"Amount": D("7.96"), "DetailType": "SalesItemLineDetail"}
        sent = {"Line": [{**line, "SalesItemLineDetail": detail}]}
        kept = {**detail, "UnitPrice": D("0.5306667")}
        received = {"Line": [{**line, "SalesItemLineDetail": kept}]}
        (gap,) = compare(sent, received)
        assert gap.code == "line_price"
        sent["GlobalTaxCalculation"] = "TaxInclusive"
        assert compare(sent, received) == []
        kept["UnitPrice"] = D("0.6")
        (gap,) = compare(sent, received)
        assert gap.code == "line_price"

    def test_more_digits_than_quickbooks_keeps(self):
        def build(quantity):
            detail = {"Qty": D(quantity), "UnitPrice": 0}
            return {
                "Line": [
                    {
                        "Amount": 0,
                        "DetailType": "SalesItemLineDetail",
                        "SalesItemLineDetail": detail,
                    }
                ]
            }

        assert compare(build("0.333333333"), build("0.3333333")) == []
        assert compare(build("0.66666666666"), build("0.6666666")) == []
        assert compare(build("0.3333333"), build("0.3333334")) != []
        # A zero is left out.
        received = build("1")
        del received["Line"][0]["SalesItemLineDetail"]["UnitPrice"]
        assert compare(build("1"), received) == []

    def test_the_amount_of_a_text_is_ignored(self):
        sent = make_sent()
        sent["Line"][1]["Amount"] = D("5.00")
        check(sent, answer(make_sent()))

    def test_a_link_of_the_header_that_is_answered_on_a_line(self):
        received = answer(make_sent())
        received["Line"][0]["LinkedTxn"] = received.pop("LinkedTxn")
        check(make_sent(), received)

    def test_links_of_lines(self):
        sent, received = make_sent(), answer(make_sent())
        sent["Line"][0]["LinkedTxn"] = [{"TxnId": "9", "TxnType": "Purchase"}]
        (gap,) = check(sent, received, ("line_link", 1))
        assert gap.member == "Purchase 9"
        received["Line"][0]["LinkedTxn"] = [{"TxnId": "9", "TxnType": "Expense"}]
        check(sent, received)


def make_payment(*applied):
    return {
        "TotalAmt": D("100.00"),
        "CustomerRef": {"value": "58"},
        "Line": [
            {"Amount": D(amount), "LinkedTxn": [{"TxnId": id, "TxnType": kind}]}
            for kind, id, amount in applied
        ],
    }


class TestPayments:
    SENT = make_payment(("Invoice", "42", "60.00"), ("CreditMemo", "7", "10.00"))

    def compare(self, *applied, **changes):
        received = {**make_payment(*applied), "UnappliedAmt": 0, **changes}
        for line in received["Line"]:
            line["LineEx"] = {"any": []}
        gaps = compare(self.SENT, received, entity="Payment")
        return [gap[:1] + gap[2:4] + gap[5:] for gap in gaps]

    def test_same(self):
        applied = [("CreditMemo", "7", "10"), ("Invoice", "42", "60.0")]
        assert self.compare(*applied) == []
        parts = [("Invoice", "42", "59"), ("Invoice", "42", "1")]
        assert self.compare(*parts, applied[0]) == []

    def test_silently_dropped(self):
        found = self.compare(("CreditMemo", "7", "10"))
        assert found == [("link", D("60.00"), ABSENT, "Invoice 42")]

    def test_applied_elsewhere(self):
        found = self.compare(
            ("CreditMemo", "7", "10"), ("Invoice", "42", "50"), ("Invoice", "43", "10")
        )
        assert found == [
            ("link", D("60.00"), D("50"), "Invoice 42"),
            ("link_extra", ABSENT, D("10"), "Invoice 43"),
        ]

    def test_total(self):
        applied = [("CreditMemo", "7", "10"), ("Invoice", "42", "60")]
        (found,) = self.compare(*applied, TotalAmt=D("99.99"))
        assert found[0] == "total"

    def test_applied_by_quickbooks_itself(self):
        sent = {"TotalAmt": D("100.00"), "CustomerRef": {"value": "58"}}
        received = make_payment(("Invoice", "1", "100"))
        (gap,) = compare(sent, received, entity="Payment")
        assert (gap.code, gap.member) == ("link_extra", "Invoice 1")
        assert compare({**sent, "Id": "5"}, {**received, "Id": "5"}) == []


class TestOthers:
    def test_journal_entry(self):
        sent = {
            "Line": [
                {
                    "Amount": D("17.99"),
                    "DetailType": "JournalEntryLineDetail",
                    "JournalEntryLineDetail": {
                        "PostingType": "Debit",
                        "AccountRef": {"value": "39"},
                        "Entity": {"Type": "Customer", "EntityRef": {"value": "5"}},
                    },
                }
            ]
        }
        received = copy.deepcopy(sent)
        received.update(TxnTaxDetail={}, TotalAmt=0)
        assert compare(sent, received) == []
        detail = received["Line"][0]["JournalEntryLineDetail"]
        del detail["Entity"]
        detail["PostingType"] = "Credit"
        detail["AccountRef"] = {"value": "40"}
        assert [(gap.code, gap.member) for gap in compare(sent, received)] == [
            ("line_field", "PostingType"),
            ("line_account", ""),
            ("line_field", "Entity, Type"),
            ("line_field", "Entity, EntityRef"),
        ]

    def test_customer(self):
        sent = {
            "DisplayName": "Ann",
            "PrimaryTaxIdentifier": "GB123456789",
            "WebAddr": {"URI": "example.com"},
            "Taxable": False,
            "Notes": "",
        }
        received = {
            "DisplayName": "Ann",
            "PrimaryTaxIdentifier": "XXXXXX6789",
            "WebAddr": {"URI": "http://example.com"},
            "Balance": 0,
        }
        assert compare(sent, received) == []
        (gap,) = compare(sent, {**received, "DisplayName": "Bob"})
        assert (gap.code, gap.member) == ("field", "DisplayName")
        (gap,) = compare(sent, {**received, "Notes": "Old"})
        assert (gap.code, gap.member) == ("field", "Notes")

    def test_codes_are_known(self):
        gaps = compare(make_sent(), {}, total=1, tax=1)
        assert {gap.code for gap in gaps} <= WORDS.keys()
        assert len(gaps) >= 20


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
anything = st.recursive(
    scalars | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            [
                *("Line", "Amount", "DetailType", "LinkedTxn", "TxnType", "value"),
                *("SalesItemLineDetail", "Qty", "TxnTaxDetail", "TaxLine"),
                *("CustomField", "DefinitionId", "TotalAmt", "Balance", "Deposit"),
            ]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=15,
)


class TestAnyAnswer:
    @given(received=anything)
    def test_never_raises(self, received):
        gaps = compare(make_sent(), received, total=D("1150.00"))
        assert gaps
        describe(gaps)

    @pytest.mark.parametrize("value", [{}, [], [{}], [[1]], "x", 1, None, True])
    @pytest.mark.parametrize(
        "path",
        [
            *("Line", "Line.0", "Line.0.DetailType", "Line.0.Amount", "LinkedTxn"),
            *("Line.0.Description", ITEM, f"{ITEM}.ItemRef", f"{ITEM}.Qty"),
            *("CustomField", "CustomField.1", "CustomField.1.DefinitionId"),
            *("TxnTaxDetail", "TxnTaxDetail.TaxLine.0.TaxLineDetail.TaxRateRef.value"),
            *("EmailStatus", "LinkedTxn.0", "LinkedTxn.0.TxnId", "CustomerRef.value"),
        ],
    )
    def test_strange_shapes(self, path, value):
        received = answer(make_sent())
        # One line less, so that the lines are matched by what they hold.
        del received["Line"][2]
        change(path, value)(received)
        assert compare(make_sent(), received, total=D("1150.00"))

    @given(
        path=st.sampled_from(
            ["TotalAmt", "Line.0.Amount", "Line.2.Amount", f"{ITEM}.UnitPrice"]
        ),
        cents=st.integers(-(10**6), 10**6).filter(bool),
    )
    def test_a_cent_is_a_gap(self, path, cents):
        received = answer(make_sent())
        *_way, last = path.split(".")
        old = {"TotalAmt": D(1150), "UnitPrice": D("33.333")}.get(last)
        if old is None:
            old = D(100) if path == "Line.0.Amount" else D(900)
        change(path, old + D(cents) / 100)(received)
        assert compare(make_sent(), received, total=D("1150.00"))

    @given(data=st.data())
    def test_each_member_that_is_dropped_is_a_gap(self, data):
        sent = make_sent()
        may_go = {"ApplyTaxAfterDiscount", "GlobalTaxCalculation"}
        name = data.draw(st.sampled_from([name for name in sent if name not in may_go]))
        received = answer(sent)
        del received[name]
        assert compare(sent, received, total=D("1150.00"), tax=D("150.00"))
