"""Voiding a sales form: it stays, with its number and date, and amounts of zero."""

from .. import changes, faults
from ..numbers import ZERO
from .sales_shapes import ITEM_LINE


class Voidable:
    """A sales form that can be voided, if only in the browser.

    Intuit's pages know `operation=void` for invoices; its .NET library also sends it
    for credit memos and refunds, which the browser voids and webhooks tell of.
    """

    def voids_by_operation(self, company):
        """Tell whether an app may void this form: a switch says so for credits."""
        if super().voids_by_operation(company):
            return True
        return company.switches.void_credit_forms == "accept"

    def refuses_void(self, company):
        """Hook: must payments be unlinked by hand before a void?"""
        return True

    def check_void(self, company, row, by_user):
        """Hook: may this form be voided?"""
        self.check_open(company, (row["TxnDate"],), by_user)

    def voiding(self, company, row):
        """Hook: what else changes when the form becomes void; returns the row."""
        return row

    def void(self, company, body, *, by_user=False):
        """Void: the object stays with zero amounts. A second void changes nothing."""
        row = self._target(company, body)
        self.check_void(company, row, by_user)
        if self.is_void(row):
            if company.switches.second_void == "refuse":
                raise faults.business("This transaction is void already.")
            return row
        return self._store_void(company, self.voiding(company, row))

    def _store_void(self, company, row):
        values = {
            **row,
            "PrivateNote": self.void_note(row),
            "Line": [_void_line(line) for line in row["Line"]],
            "TxnTaxDetail": {"TotalTax": ZERO},
            "TotalAmt": ZERO,
            "Balance": ZERO,
        }
        if "LinkedTxn" in row:
            values["LinkedTxn"] = []
        if "Deposit" in row:
            values["Deposit"] = ZERO
        if company.multicurrency:
            values["HomeTotalAmt"] = values["HomeBalance"] = ZERO
        row = self.place(values, {})
        row = company.touch(self.name, row, told=False)
        company.note(self.name, row["Id"], changes.VOID)
        return row


def _void_line(line):
    voided = {**line}
    if "Amount" in line:
        voided["Amount"] = ZERO
    detail = line.get(ITEM_LINE)
    if detail:
        kept = {k: v for k, v in detail.items() if k not in ("UnitPrice", "Qty")}
        if "Qty" in detail:
            kept = _insert_zero_quantity(kept)
        voided[ITEM_LINE] = kept
    return voided


def _insert_zero_quantity(detail):
    result = {}
    for name, value in detail.items():
        if name in ("ItemAccountRef", "TaxCodeRef") and "Qty" not in result:
            result["Qty"] = ZERO
        result[name] = value
    result.setdefault("Qty", ZERO)
    return result
