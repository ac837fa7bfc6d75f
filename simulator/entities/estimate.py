"""Estimate: an offer. It posts nothing, owes nothing, and becomes an invoice.

Intuit's page: own numbers, duplicates allowed, one invoice link at most. An invoice
created with `LinkedTxn` of an estimate closes it: TxnStatus Closed, a link on both, a
new LastUpdatedTime, the old SyncToken (captured).
"""

from .. import entity_faults, faults
from ..schema import Shape, day, enum, nested, ref, text
from .sales import SalesForm
from .sales_shapes import (
    DELIVERY_INFO,
    PARTY_FIELDS,
    SALES_IGNORED,
    SUM_FIELDS,
    head_fields,
)
from .transaction import ENTITY_WITH_CUSTOM_FIELDS, TRANSACTION_IGNORED

PENDING, CLOSED = "Pending", "Closed"
STATES = (PENDING, "Accepted", CLOSED, "Rejected", "Converted")

ESTIMATE = Shape(
    "Estimate",
    (
        day("ExpirationDate"),
        text("AcceptedBy", 1000),
        day("AcceptedDate"),
        *ENTITY_WITH_CUSTOM_FIELDS,
        *head_fields(enum("TxnStatus", STATES)),
        *PARTY_FIELDS,
        ref("SalesTermRef", "Term"),
        day("DueDate", query="FS"),
        day("ShipDate"),
        text("TrackingNum", 31),
        *SUM_FIELDS,
        nested("DeliveryInfo", DELIVERY_INFO, read_only=True),
    ),
    ignored=tuple(name for name in TRANSACTION_IGNORED if name != "TxnStatus")
    + SALES_IGNORED
    + (
        "Balance",
        "Deposit",
        "DepositToAccountRef",
        "EstimateEx",
        "HomeBalance",
        "TaxExemptionRef",
    ),
)


class Estimate(SalesForm):
    """An offer to a customer."""

    name = "Estimate"
    path = "estimate"
    shape = ESTIMATE
    series = "estimates"
    numbers_itself = True
    indexes = ("DocNumber", "CustomerRef")

    def check_required(self, company, write):
        """Intuit's page requires CustomerRef only; the switch says about lines."""
        if not company.preference("SalesFormsPrefs.AllowEstimates") and write.creates:
            raise entity_faults.feature_not_enabled("Estimates")
        if company.switches.estimate_without_lines != "accept":
            super().check_required(company, write)
        elif not write.values.get("CustomerRef"):
            raise faults.required("CustomerRef")

    def needs_lines(self, company):
        """Tell whether an estimate must offer something."""
        return company.switches.estimate_without_lines != "accept"

    def check_open(self, company, dates, by_user):
        """Nothing is posted; whether a closed period binds it all the same is open."""
        if company.switches.closed_period_binds_estimates:
            super().check_open(company, dates, by_user)

    def settle_own_number(self, company, write):
        """Own series; duplicates are allowed whatever the preference."""
        custom = company.preference("SalesFormsPrefs.CustomTxnNumbers")
        self.settle_number(company, write, custom=custom, check=False)

    def settle_links(self, company, write):
        """Links are QBO's own, and an invoiced estimate stays closed."""
        links = write.before("LinkedTxn")
        write.values["LinkedTxn"] = links
        if links and write.old["CustomerRef"]["value"] != write.value_of("CustomerRef"):
            raise faults.business(
                "The customer of an estimate that was invoiced cannot be changed."
            )
        if links:
            write.values["TxnStatus"] = CLOSED
        elif write.values.get("TxnStatus") is None:
            write.values["TxnStatus"] = PENDING

    # --- its invoice ---

    def check_link(self, company, estimate_id, customer_id):
        """Refuse an estimate that is gone (610), another's (6000) or closed (620)."""
        row = company.store.get(self.name, estimate_id)
        if row is None:
            raise faults.not_found()
        if row["CustomerRef"]["value"] != customer_id:
            raise faults.business("Estimate and invoice are of different customers.")
        if row.get("LinkedTxn") or row["TxnStatus"] in (CLOSED, "Converted"):
            raise entity_faults.cannot_link(f"Estimate {estimate_id} is closed.")

    def close(self, company, estimate_id, invoice_id):
        """An invoice took the estimate over."""
        links = [{"TxnId": invoice_id, "TxnType": "Invoice"}]
        self._mark(company, estimate_id, TxnStatus=CLOSED, LinkedTxn=links)

    def reopen(self, company, estimate_id):
        """Its invoice is gone."""
        self._mark(company, estimate_id, TxnStatus=PENDING, LinkedTxn=None)

    def _mark(self, company, estimate_id, **values):
        row = {**company.store.get(self.name, estimate_id), **values}
        kept = {name: value for name, value in row.items() if value is not None}
        company.touch(self.name, self.place(kept, {}), token=False)

    def check_delete(self, company, row, by_user):
        """What was invoiced must be unlinked first, unless the switch says not."""
        self.check_open(company, (row["TxnDate"],), by_user)
        refuses = company.switches.delete_invoiced_estimate == "refuse"
        if row.get("LinkedTxn") and refuses and not by_user:
            raise faults.business(
                "This transaction is linked to others. Unlink them before deleting it."
            )

    def deleted(self, company, row):
        """The invoice loses its link."""
        for link in row.get("LinkedTxn", ()):
            company.entity("Invoice").lose_estimate(company, link["TxnId"], row["Id"])
