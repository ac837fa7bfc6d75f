"""What invoices and credit memos share: an open balance that payments move."""

from .. import faults
from ..numbers import ZERO, money
from . import credits
from .sales import SalesForm
from .voiding import Voidable


class Receivable(Voidable, SalesForm):
    """Base of the forms that change what a customer owes.

    `sign` is 1 for what the customer owes and -1 for what the customer is owed.
    """

    sign = 1

    # --- the balance ---

    def applied(self, row):
        """Return how much of a form payments have settled."""
        return row["TotalAmt"] - (row.get("Deposit") or ZERO) - row["Balance"]

    def settle_balance(self, company, write):
        """Total less deposit less what was applied; never below zero (6000)."""
        values = write.values
        settled = self.applied(write.old) if write.old else ZERO
        self._refuse_other_customer(write, settled)
        balance = values["TotalAmt"] - settled - (values.get("Deposit") or ZERO)
        if balance < 0:
            raise faults.business(
                "The total cannot be less than what was applied to the transaction."
            )
        values["Balance"] = money(balance)
        values["HomeBalance"] = self.home_amount(company, values, balance)

    def _refuse_other_customer(self, write, settled):
        if settled and write.old["CustomerRef"]["value"] != write.value_of(
            "CustomerRef"
        ):
            raise faults.business(
                "The customer of a transaction that is applied cannot be changed."
            )

    def _owed(self, row):
        return self.sign * (row["TotalAmt"] - (row.get("Deposit") or ZERO))

    def move_customer(self, company, row, direction=1):
        """Let the customer owe what `row` says (or no more: direction -1)."""
        difference = direction * self._owed(row)
        if difference:
            customers = company.entity("Customer")
            customers.move_balance(company, row["CustomerRef"]["value"], difference)

    def saved(self, company, row, write):
        """The customer owes more or less; open credits are applied to new debts."""
        super().saved(company, row, write)
        if write.old is not None:
            self.move_customer(company, write.old, -1)
        self.move_customer(company, row)
        self.open_receivable(company, row["CurrencyRef"]["value"])
        if write.creates:
            credits.apply_automatically(company, self.name, row)

    # --- payments against it ---

    def linked_as(self, row):
        """Return the TxnType by which payments link a form."""
        return self.name

    def owner_of(self, row):
        """Return the id of the customer whose payments may link a form."""
        return row["CustomerRef"]["value"]

    def open_balance(self, company, row):
        """Return what payments can still settle."""
        return row["Balance"]

    def links_after(self, company, row, payment_id, linked):
        """Return LinkedTxn once a payment stands against `row`, or no more."""
        links = [link for link in row["LinkedTxn"] if link["TxnId"] != payment_id]
        if linked:
            links.append({"TxnId": payment_id, "TxnType": "Payment"})
        return links

    def settle(self, company, qbo_id, amount, payment_id, *, linked):
        """Lower the balance by what a payment applies more (or less: negative)."""
        row = dict(company.store.get(self.name, qbo_id))
        balance = row["Balance"] - amount
        row["Balance"] = money(balance)
        if company.multicurrency:
            row["HomeBalance"] = self.home_amount(company, row, balance)
        row["LinkedTxn"] = self.links_after(company, row, payment_id, linked)
        return company.touch(self.name, self.place(row, {}))

    def payments_of(self, company, row):
        """Return the ids of the payments that stand against `row`."""
        if not self.applied(row):
            return []
        return [
            payment["Id"]
            for payment in company.store.table("Payment").rows.values()
            for line in payment["Line"]
            if line["LinkedTxn"][0]["TxnId"] == row["Id"]
        ]

    def unlink(self, company, row):
        """Take every payment off; returns the row as it is then."""
        for payment_id in self.payments_of(company, row):
            company.entity("Payment").release(company, payment_id, row["Id"])
        return company.store.get(self.name, row["Id"])

    # --- voiding and deleting ---

    def check_void(self, company, row, by_user):
        """What is applied must be unlinked first, unless the switch says otherwise."""
        super().check_void(company, row, by_user)
        if self.applied(row) and self.refuses_void(company) and not by_user:
            raise faults.settled()

    def voiding(self, company, row):
        """Payments become unapplied, the customer owes less (or more: credits)."""
        row = self.unlink(company, row)
        self.move_customer(company, row, -1)
        return row

    def refuses_delete(self, company):
        """Hook: must payments be unlinked by hand before a delete?"""
        return True

    def check_delete(self, company, row, by_user):
        """What is applied must be unlinked first, unless the switch says otherwise."""
        self.check_open(company, (row["TxnDate"],), by_user)
        refuses = self.refuses_delete(company) and not by_user
        if self.applied(row) and refuses:
            raise faults.linked()

    def deleted(self, company, row):
        """Payments become unapplied, the customer owes less."""
        row = self.unlink(company, row)
        self.move_customer(company, row, -1)
