"""The lines of a deposit: linked transactions, and money that comes from an account."""

from .. import entity_faults, faults
from ..numbers import money
from . import tax

DIRECT_LINE = "DepositLineDetail"
# What can sit in Undeposited Funds; not all of it has books.
FUNDING = ("Payment", "SalesReceipt", "RefundReceipt", "Transfer", "JournalEntry")
# What Intuit links elsewhere; any other word is no type of transaction.
OTHER_TYPES = (
    "Bill",
    "BillPaymentCheck",
    "BillPaymentCreditCard",
    "Check",
    "CreditCardCredit",
    "CreditMemo",
    "Deposit",
    "Estimate",
    "Expense",
    "Invoice",
    "Purchase",
    "PurchaseOrder",
    "ReimburseCharge",
    "TimeActivity",
    "VendorCredit",
)
PARTIES = {"CUSTOMER": "Customer", "VENDOR": "Vendor"}
# The ledger of customers and vendors is kept by their own forms.
LEDGERS = ("Accounts Receivable", "Accounts Payable")


def link_of(line):
    """Return `(entity name, id)` of what a line links, or None."""
    links = line.get("LinkedTxn")
    return (links[0]["TxnType"], links[0]["TxnId"]) if links else None


class DepositLines:
    """What a deposit does with each of its lines."""

    # --- reading ---

    def read_line(self, company, line):
        """Return a line as sent, without what the company does not track."""
        line = {**line, "LinkedTxn": line.get("LinkedTxn") or None}
        if line["LinkedTxn"]:
            self._check_shape_of_link(company, line)
            return {"Amount": line.get("Amount"), "LinkedTxn": line["LinkedTxn"]}
        if line.get("DetailType") is None:
            raise faults.required("Line.DetailType")
        if line["DetailType"] != DIRECT_LINE:
            raise faults.business(
                f"A line of type {line['DetailType']} does not belong here."
            )
        detail = dict(line.get(DIRECT_LINE) or {})
        if detail.get("AccountRef") is None:
            raise faults.required(f"Line.{DIRECT_LINE}.AccountRef")
        tracked = company.preferences["AccountingInfoPrefs"]
        if not (tracked["ClassTrackingPerTxnLine"] or tracked["ClassTrackingPerTxn"]):
            detail.pop("ClassRef", None)
        if detail.get("TaxCodeRef"):
            tax.check_line_code(company, detail["TaxCodeRef"]["value"])
        return {**line, DIRECT_LINE: detail}

    def _check_shape_of_link(self, company, line):
        """A link has no detail of its own, whatever client libraries send.

        With a DetailType QBO misses the account of the line (2020), with a detail
        the bank account (6000): both seen live.
        """
        if company.switches.deposit_link_detail == "ignore":
            return
        if line.get(DIRECT_LINE) is not None:
            raise faults.business("Select a bank account for this deposit")
        if line.get("DetailType") is not None:
            raise faults.required(f"Line.{DIRECT_LINE}.AccountRef")

    # --- completing ---

    def settle_lines(self, company, write):
        """Return the lines as QBO keeps them, and the rows they are about.

        Those rows (linked transactions, customers, vendors) have a currency each.
        """
        lines, parties = [], []
        for line in write.values["Line"]:
            if "Line" in write.sent and line.get("Amount") is None:
                raise faults.required("Line.Amount")
            if line.get("LinkedTxn"):
                line, row = self._linked(company, write, line)
            else:
                line, row = self._direct(company, write, line)
            lines.append(line)
            if row is not None:
                parties.append(row)
        links = [link_of(line) for line in lines if link_of(line)]
        if len(set(links)) != len(links):
            raise entity_faults.cannot_link("A transaction is deposited once.")
        direct = [line for line in lines if not line.get("LinkedTxn")]
        self.give_line_ids(direct, write.before("Line", ()))
        return lines, parties

    # --- linked lines ---

    def _linked(self, company, write, line):
        if len(line["LinkedTxn"]) > 1:
            raise faults.business("A line of a deposit links one transaction.")
        (link,) = line["LinkedTxn"]
        kind, row = self._linked_row(company, link)
        holder = company.entity(kind)
        title = f"{kind} {row['Id']}"
        taken_by = holder.deposit_of(row)
        if taken_by not in (None, write.before("Id")):
            raise entity_faults.cannot_link(f"{title} sits in another deposit.")
        waiting = holder.waiting(company, row)
        if not waiting:
            raise entity_faults.cannot_link(f"{title} is not in Undeposited Funds.")
        if line["Amount"] != waiting:
            raise faults.business(
                f"The amount of {title} in a deposit is {waiting}, all of it."
            )
        linked = {
            "Amount": money(waiting),
            "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind, "TxnLineId": "0"}],
            DIRECT_LINE: {
                "PaymentMethodRef": row.get("PaymentMethodRef"),
                "CheckNum": row.get("PaymentRefNum"),
            },
        }
        method = linked[DIRECT_LINE]["PaymentMethodRef"]
        if method:
            linked[DIRECT_LINE]["PaymentMethodRef"] = {"value": method["value"]}
        return linked, row

    def _linked_row(self, company, link):
        for name in ("TxnId", "TxnType", "TxnLineId"):
            if not link.get(name):
                raise faults.required(f"LinkedTxn.{name}")
        kind = link["TxnType"]
        if kind not in FUNDING + OTHER_TYPES:
            raise faults.invalid_enumeration(kind, "TxnType")
        if kind not in FUNDING or link["TxnLineId"] != "0":
            raise entity_faults.cannot_link(
                f"{kind} {link['TxnId']} line {link['TxnLineId']}"
            )
        known = kind in company.entities
        row = company.store.get(kind, link["TxnId"]) if known else None
        if row is None:
            raise faults.not_found()
        if kind == "JournalEntry":
            raise entity_faults.cannot_link(
                "Journal entries on Undeposited Funds have no books in deposits here."
            )
        return kind, row

    # --- direct lines ---

    def _direct(self, company, write, line):
        detail = dict(line[DIRECT_LINE])
        row = None
        if detail.get("Entity"):
            detail["Entity"], row = self._party(company, write, detail["Entity"])
        if "Line" in write.sent:
            self._check_tax(company, write, detail)
        return {**line, "Amount": money(line["Amount"]), DIRECT_LINE: detail}, row

    def _party(self, company, write, sent):
        """Return the party's reference as QBO prints it, and its row (2500, 610)."""
        kinds = tuple(PARTIES)
        if sent.get("type"):
            kinds = (sent["type"].upper(),)
            if kinds[0] not in (*PARTIES, "EMPLOYEE"):
                raise faults.invalid_enumeration(sent["type"], "type")
        for kind in kinds:
            name = PARTIES.get(kind)
            row = company.store.get(name, sent["value"]) if name else None
            if row is not None:
                break
        else:
            raise faults.invalid_reference("Names", sent["value"], "Entity")
        entity = company.entity(name)
        if row["Active"] is False and not self._had_party(write, kind, row["Id"]):
            if company.switches.inactive_reference == "not_found":
                raise faults.invalid_reference("Names", row["Id"], "Entity")
            raise faults.inactive_reference()
        reference = {"value": row["Id"], "name": entity.display(row), "type": kind}
        return reference, row

    def _had_party(self, write, kind, qbo_id):
        for line in write.before("Line", ()):
            party = line.get(DIRECT_LINE, {}).get("Entity") or {}
            if (party.get("type"), party.get("value")) == (kind, qbo_id):
                return True
        return False

    def check_account(self, company, write, line):
        """Refuse an account that a direct line cannot take money from (6000)."""
        reference = line.get(DIRECT_LINE, {}).get("AccountRef")
        if reference is None:
            return
        account = company.store.get("Account", reference["value"])
        if account["AccountType"] in LEDGERS:
            raise faults.business(
                "Deposits on the accounts of customers and vendors have no books here."
            )
        self.check_account_currency(company, write, account)

    def check_account_currency(self, company, write, account):
        """Refuse an account in a third currency (6000)."""
        fitting = (company.home_currency, write.value_of("CurrencyRef"))
        if account["CurrencyRef"]["value"] not in fitting:
            raise faults.business(
                "The account of a line is in another currency than the transaction."
            )

    def _check_tax(self, company, write, detail):
        """Outside the US a direct line has a code, or the form says that none applies.

        Only codes without a percentage: tax in deposits has no books here.
        """
        if company.country == "US":
            return
        code = detail.get("TaxCodeRef")
        if write.values["GlobalTaxCalculation"] == tax.NOT_APPLICABLE:
            if code and company.switches.not_applicable_codes == "refuse":
                raise entity_faults.tax_code_not_applicable()
            detail.pop("TaxCodeRef", None)
            detail.pop("TaxApplicableOn", None)
            return
        if code is None:
            if company.switches.deposit_line_codes == "demand":
                raise entity_faults.tax_code_missing(company.country)
            detail.pop("TaxApplicableOn", None)
            return
        side = detail.get("TaxApplicableOn")
        if side is None:
            raise faults.required("TaxApplicableOn")
        row = company.store.get("TaxCode", code["value"])
        rates = tax.rates_of(company, row, side, write.values["TxnDate"])
        if not rates:
            raise entity_faults.tax_calculation()
        if any(rate.percent for rate in rates):
            raise faults.business("Tax in deposits has no books here.")
