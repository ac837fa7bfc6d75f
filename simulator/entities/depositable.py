"""What a deposit can take to the bank: money that sits in Undeposited Funds."""

from .. import faults
from ..numbers import ZERO

DEPOSIT = "Deposit"


class Depositable:
    """A transaction whose money may go into a deposit, which freezes it.

    `direction` is 1 for money that came in and -1 for money that went out.
    """

    direction = 1

    def waiting(self, company, row):
        """Return the amount that waits in Undeposited Funds, signed; or zero."""
        account = company.store.get("Account", row["DepositToAccountRef"]["value"])
        if account["AccountSubType"] != "UndepositedFunds":
            return ZERO
        return self.direction * row["TotalAmt"]

    def deposit_of(self, row):
        """Return the id of the deposit a transaction sits in, or None."""
        for link in row.get("LinkedTxn", ()):
            if link["TxnType"] == DEPOSIT:
                return link["TxnId"]
        return None

    def refuse_deposited(self, row):
        """Refuse what sits in a deposit (6540)."""
        if self.deposit_of(row) is not None:
            raise faults.deposited()

    def enter_deposit(self, company, qbo_id, deposit_id):
        """Link a transaction with the deposit that took it."""
        row = company.store.get(self.name, qbo_id)
        link = {"TxnId": deposit_id, "TxnType": DEPOSIT}
        self._relink(company, row, [*row.get("LinkedTxn", ()), link])

    def leave_deposit(self, company, qbo_id):
        """Send a transaction back to Undeposited Funds."""
        row = company.store.get(self.name, qbo_id)
        links = row.get("LinkedTxn", ())
        self._relink(company, row, [e for e in links if e["TxnType"] != DEPOSIT])

    def _relink(self, company, row, links):
        kept = {name: value for name, value in row.items() if name != "LinkedTxn"}
        if links:
            kept["LinkedTxn"] = links
        company.touch(self.name, self.place(kept, {}))
