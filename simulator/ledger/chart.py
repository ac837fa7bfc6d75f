"""Which accounts QBO posts to by itself."""

from ..entities.account import with_subtype
from ..numbers import ZERO

RECEIVABLE = "Accounts Receivable"
EXCHANGE = "ExchangeGainOrLoss"


class Chart:
    """Finds accounts of a company by what they are for; remembers what it found."""

    def __init__(self, company):
        self.company = company
        self._table = company.store.table
        self._found = {}

    def _once(self, key, find):
        if key not in self._found:
            self._found[key] = find()
        return self._found[key]

    def subtype(self, subtype):
        """Return the id of the first active account of a subtype, or None."""

        def find():
            account = with_subtype(self.company, subtype)
            return account["Id"] if account else None

        return self._once(("subtype", subtype), find)

    # --- receivables ---

    def receivable(self, row):
        """Return the id of the account of what the customer of `row` owes."""
        own = row.get("ARAccountRef")
        currency = row["CurrencyRef"]["value"]
        key = ("own", own["value"] if own else row["CustomerRef"]["value"], currency)
        return self._once(key, lambda: self._receivable(row, own, currency))

    def _receivable(self, row, own, currency):
        customer = self._table("Customer").get(row["CustomerRef"]["value"])
        accounts = self._table("Account")
        named = [each["value"] for each in (own, customer.get("ARAccountRef")) if each]
        usual = accounts.find("AccountSubType", "AccountsReceivable")
        for account in (*map(accounts.get, named), *usual):
            fits = account["AccountType"] == RECEIVABLE and account["Active"]
            if fits and account["CurrencyRef"]["value"] == currency:
                return account["Id"]
        raise LookupError(f"No account holds what customers owe in {currency}.")

    # --- sales forms ---

    def tax(self, rate_id):
        """Return the id of the liability account of a rate's agency."""
        return self._once(("tax", rate_id), lambda: self._tax(rate_id))

    def _tax(self, rate_id):
        rate = self._table("TaxRate").get(rate_id) or {}
        agency = self._table("TaxAgency").get(
            (rate.get("AgencyRef") or {}).get("value")
        )
        if agency:
            name = f"{agency['DisplayName']} Payable"
            for account in self._table("Account").find("FullyQualifiedName", name):
                return account["Id"]
        return self.subtype("GlobalTaxPayable")

    def preferred(self, path, subtype):
        """Return the id of the account a preference names, else one of a subtype."""
        account_id = self.company.preference(path)
        if account_id and self._table("Account").get(account_id):
            return account_id
        return self.subtype(subtype)


class Applications:
    """What payments cleared of each document, at that document's own rate.

    A document in parts is cleared to the cent: each part is the difference of what was
    cleared until then and until now, in the order of the payments.
    """

    def __init__(self):
        self._applied = {}

    def clear(self, document, share, at):
        """Return what `share` more of `document` is at home; `at` turns it to that."""
        before = self._applied.get(document["Id"], ZERO)
        after = self._applied[document["Id"]] = before + share
        return at(after) - at(before)
