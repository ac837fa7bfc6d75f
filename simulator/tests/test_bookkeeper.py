"""What a bookkeeper does with money in the browser, through the control API."""

import pytest
from conftest import US

CLOSING, OPEN = "2026-06-30", "2026-07-01"


class Browser:
    """A bookkeeper of the US company."""

    def __init__(self, client, token):
        self.client, self.token = client, token
        self.company = client.simulator.companies[US]
        self.configure(preferences={"SalesFormsPrefs": {"AutoApplyCredit": False}})

    def configure(self, **values):
        answer = self.client.control("POST", f"company/{US}", values)
        assert answer.status_code == 200, answer.text

    def ask(self, entity, operation, qbo_id=None, **values):
        act = {"realm": US, "entity": entity, "operation": operation}
        if qbo_id is not None:
            act["id"] = qbo_id
        return self.client.control("POST", "act", {**act, "values": values})

    def act(self, *args, **values):
        answer = self.ask(*args, **values)
        assert answer.status_code == 200, answer.text
        return answer.json()["object"]

    def refused(self, *args, **values):
        """Return the code of the refusal."""
        answer = self.ask(*args, **values)
        assert answer.status_code == 400, answer.text
        return answer.json()["error"].partition(" ")[0]

    def read(self, entity, row):
        path = f"{entity.lower()}/{row['Id']}"
        answer = self.client.api("GET", path, self.token)
        return answer.json()[entity]

    def operations(self, entity):
        """Return what webhooks would tell of an entity, in order."""
        return [each.operation for each in self.told if each.entity == entity]

    def listen(self):
        self.told = []
        self.company.subscribe(self.told.append)

    def account(self, name):
        rows = self.company.store.table("Account").find("Name", name)
        return {"value": rows[0]["Id"]}

    def customer(self, name):
        return {"value": self.act("Customer", "create", DisplayName=name)["Id"]}

    def invoice(self, customer, amount=100, **values):
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {},
        }
        return self.act(
            "Invoice", "create", CustomerRef=customer, Line=[line], **values
        )

    def receive(self, customer, total, *shares, **values):
        return self.act(
            "Payment",
            "create",
            CustomerRef=customer,
            TotalAmt=total,
            Line=lines(*shares),
            **values,
        )


def lines(*shares):
    return [
        {"Amount": amount, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
        for row, amount in shares
    ]


@pytest.fixture
def browser(client, token):
    browser = Browser(client, token)
    browser.listen()
    return browser


@pytest.fixture
def customer(browser):
    return browser.customer("Payer")


def test_receive_and_edit(browser, customer):
    invoice = browser.invoice(customer)
    payment = browser.receive(customer, 60, (invoice, 60))
    assert browser.read("Invoice", invoice)["Balance"] == 40
    assert payment["DepositToAccountRef"] == browser.account("Undeposited Funds")
    payment = browser.act(
        "Payment", "edit", payment["Id"], TotalAmt=90, Line=lines((invoice, 80))
    )
    assert (payment["UnappliedAmt"], payment["SyncToken"]) == (10, "1")
    assert browser.read("Invoice", invoice)["Balance"] == 20
    assert browser.operations("Payment") == ["Create", "Update"]


def test_move_to_another_invoice_is_one_update(browser, customer):
    old, new = browser.invoice(customer), browser.invoice(customer)
    payment = browser.receive(customer, 100, (old, 100))
    browser.act("Payment", "edit", payment["Id"], Line=lines((new, 100)))
    assert browser.read("Invoice", old)["Balance"] == 100
    assert browser.read("Invoice", new)["Balance"] == 0
    assert browser.operations("Payment") == ["Create", "Update"]


def test_move_to_another_customer(browser, customer):
    other = browser.customer("Right Payer")
    wrong, right = browser.invoice(customer), browser.invoice(other)
    payment = browser.receive(customer, 100, (wrong, 100))
    assert browser.refused("Payment", "edit", payment["Id"], CustomerRef=other) == (
        "6000"
    )
    moved = browser.act(
        "Payment",
        "edit",
        payment["Id"],
        CustomerRef=other,
        Line=lines((right, 100)),
    )
    assert moved["CustomerRef"]["value"] == other["value"]
    balances = [browser.read("Customer", {"Id": each["value"]})["Balance"]
                for each in (customer, other)]  # fmt: skip
    assert balances == [100, 0]
    assert browser.read("Invoice", wrong)["LinkedTxn"] == []


def test_void_and_delete(browser, customer):
    invoice = browser.invoice(customer)
    payment = browser.receive(customer, 100, (invoice, 100))
    void = browser.act("Payment", "void", payment["Id"])
    assert (void["TotalAmt"], void["Line"]) == (0, [])
    assert browser.read("Invoice", invoice)["Balance"] == 100
    again = browser.receive(customer, 100, (invoice, 100))
    stub = browser.act("Payment", "delete", again["Id"])
    assert stub["status"] == "Deleted"
    assert browser.read("Invoice", invoice)["Balance"] == 100
    assert browser.operations("Payment") == ["Create", "Void", "Create", "Delete"]


@pytest.mark.parametrize("operation", ["void", "delete"])
def test_a_paid_invoice_goes_and_leaves_the_money(browser, customer, operation):
    invoice = browser.invoice(customer)
    payment = browser.receive(customer, 100, (invoice, 100))
    browser.act("Invoice", operation, invoice["Id"])
    left = browser.read("Payment", payment)
    assert (left["Line"], left["UnappliedAmt"]) == ([], 100)
    assert browser.read("Customer", {"Id": customer["value"]})["Balance"] == -100
    assert browser.operations("Payment") == ["Create", "Update"]


@pytest.mark.parametrize("operation", ["void", "delete"])
def test_an_applied_credit_memo_goes_and_the_invoice_reopens(
    browser, customer, operation
):
    invoice = browser.invoice(customer)
    line = invoice["Line"][0] | {"Amount": 40}
    memo = browser.act("CreditMemo", "create", CustomerRef=customer, Line=[line])
    link = {"Amount": 40, "LinkedTxn": [{"TxnId": memo["Id"], "TxnType": "CreditMemo"}]}
    payment = browser.act(
        "Payment",
        "create",
        CustomerRef=customer,
        TotalAmt=0,
        Line=[*lines((invoice, 40)), link],
    )
    browser.act("CreditMemo", operation, memo["Id"])
    assert browser.read("Invoice", invoice)["Balance"] == 100
    assert browser.read("Payment", payment)["Line"] == []


def test_deposit(browser, customer):
    payment = browser.receive(customer, 120)
    link = {"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}
    line = {"Amount": 120, "LinkedTxn": [link]}
    fee = {
        "Amount": -3.5,
        "DetailType": "DepositLineDetail",
        "DepositLineDetail": {"AccountRef": browser.account("Bank Charges")},
    }
    row = browser.act(
        "Deposit",
        "create",
        DepositToAccountRef=browser.account("Checking"),
        Line=[line, fee],
    )
    assert row["TotalAmt"] == 116.5
    for operation in ("edit", "void", "delete"):
        assert browser.refused("Payment", operation, payment["Id"]) == "6540"
    edited = browser.act("Deposit", "edit", row["Id"], Line=[line])
    assert (edited["TotalAmt"], edited["SyncToken"]) == (120, "1")
    assert browser.act("Deposit", "delete", row["Id"])["status"] == "Deleted"
    assert browser.act("Payment", "delete", payment["Id"])["status"] == "Deleted"
    assert browser.operations("Payment") == ["Create", "Update", "Update", "Delete"]


def test_the_money_of_a_deposited_payment_may_lose_its_invoice(browser, customer):
    """The invoice goes; what is in the bank stays there, now as a credit."""
    invoice = browser.invoice(customer)
    payment = browser.receive(customer, 100, (invoice, 100))
    link = {"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}
    row = browser.act(
        "Deposit",
        "create",
        DepositToAccountRef=browser.account("Checking"),
        Line=[{"Amount": 100, "LinkedTxn": [link]}],
    )
    browser.act("Invoice", "delete", invoice["Id"])
    left = browser.read("Payment", payment)
    assert (left["TotalAmt"], left["UnappliedAmt"], left["Line"]) == (100, 100, [])
    assert left["LinkedTxn"] == [{"TxnId": row["Id"], "TxnType": "Deposit"}]


def test_a_closed_period_does_not_stop_the_browser(browser, customer):
    browser.configure(book_close_date=CLOSING)
    invoice = browser.invoice(customer, TxnDate=CLOSING)
    payment = browser.receive(customer, 60, (invoice, 60), TxnDate=CLOSING)
    browser.act("Payment", "edit", payment["Id"], PaymentRefNum="17")
    link = {"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}
    row = browser.act(
        "Deposit",
        "create",
        DepositToAccountRef=browser.account("Checking"),
        Line=[{"Amount": 60, "LinkedTxn": [link]}],
        TxnDate=CLOSING,
    )
    browser.act("Deposit", "edit", row["Id"], PrivateNote="x")
    browser.act("Deposit", "delete", row["Id"])
    browser.act("Payment", "void", payment["Id"])
    browser.act("Payment", "delete", payment["Id"])
    browser.act("Invoice", "void", invoice["Id"])
    # An app may do none of it.
    target = {"Id": invoice["Id"], "SyncToken": browser.read("Invoice", invoice)[
        "SyncToken"]}  # fmt: skip
    answer = browser.client.api(
        "POST", "invoice?operation=delete", browser.token, json=target
    )
    assert answer.json()["Fault"]["Error"][0]["code"] == "6210"


def test_sums_must_be_right_in_the_browser_too(browser, customer):
    invoice = browser.invoice(customer)
    payment = browser.receive(customer, 60, (invoice, 60))
    refused = browser.refused
    money = {"CustomerRef": customer}
    over = lines((invoice, 41))
    assert refused("Payment", "create", TotalAmt=41, Line=over, **money) == "6000"
    too_much = lines((invoice, 40))
    assert refused("Payment", "create", TotalAmt=39, Line=too_much, **money) == "6000"
    assert refused("Payment", "edit", payment["Id"], TotalAmt=59) == "6000"
    assert refused("Payment", "create", TotalAmt=-1, **money) == "2090"
    link = {"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}
    bank = browser.account("Checking")
    part = [{"Amount": 59, "LinkedTxn": [link]}]
    assert refused("Deposit", "create", DepositToAccountRef=bank, Line=part) == "6000"
    assert browser.read("Invoice", invoice)["Balance"] == 40


def test_refund(browser, customer):
    payment = browser.receive(customer, 60)
    after = browser.act(
        "Payment", "refund", payment["Id"], AccountRef=browser.account("Checking")
    )
    assert (after["TotalAmt"], after["UnappliedAmt"]) == (60, 0)
    spare = browser.receive(customer, 60)
    assert browser.refused("Payment", "refund", spare["Id"]) == "2020"
