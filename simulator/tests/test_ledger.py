"""The ledger: what each kind of transaction posts, by account, class and customer."""

import random
import time
from decimal import Decimal

import pytest
from books import Books, discount, item_line
from deposits import deposit, direct, linked, refund
from journals import credit, debit, post, recognize
from ledgers import amounts, balance_of_transactions, posted, sums

from simulator import ledger
from simulator.faults import Fault
from simulator.numbers import ZERO, money, multiply

RECEIVABLE = "Accounts Receivable (A/R)"
REALM = "9341450000000001"


@pytest.fixture
def books():
    books = Books("us_manual")
    books.sales_forms(AutoApplyCredit=False)
    return books


@pytest.fixture
def foreign():
    """A British company with a customer in euros."""
    books = Books("gb")
    books.sales_forms(AutoApplyCredit=False)
    return books


def in_euros(books):
    return next(
        row
        for row in books.company.objects("Customer")
        if row["CurrencyRef"]["value"] == "EUR"
    )


def named(books, entity, name):
    return books.ref(entity, name, "FullyQualifiedName")


# --- sales forms ---


def test_an_invoice_posts_lines_tax_discount_and_class():
    books = Books("us")
    advisory, training = (
        named(books, "Class", each) for each in ("Advisory", "Training")
    )
    poster = named(books, "Item", 'Poster 24" × 36"')
    lines = [
        item_line(books, "100.00", ClassRef=advisory),
        item_line(books, "60.00", ItemRef=poster, ClassRef=training),
        discount("16.00", ClassRef=advisory),
    ]
    row = books.invoice(Line=lines, DocNumber="1077")
    tax = row["TxnTaxDetail"]["TotalTax"]
    found = posted(books, row)
    assert found[0] == (RECEIVABLE, f"{144 + tax:.2f}", None, "Acme")
    income = [each for each in found if each[0] not in (RECEIVABLE,)]
    income = [each for each in income if not each[0].endswith(" Payable")]
    assert income == [
        ("Services", "-100.00", "Advisory", "Acme"),
        ("Sales of Product Income", "-60.00", "Training", "Acme"),
        ("Discounts given", "16.00", "Advisory", "Acme"),
    ]
    assert {each["doc_number"] for each in ledger.listed(books.company)} == {"1077"}
    assert not balance_of_transactions(books)


def test_tax_goes_to_the_agency_of_its_rate(books):
    code = books.ref("TaxCode", "California")
    detail = {"TxnTaxCodeRef": code, "TotalTax": "8.00"}
    line = item_line(books, "100.00", TaxCodeRef={"value": "TAX"})
    row = books.invoice(Line=[line], TxnTaxDetail=detail)
    rate = row["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxRateRef"]["value"]
    rate = books.company.store.get("TaxRate", rate)
    agency = books.company.store.get("TaxAgency", rate["AgencyRef"]["value"])
    assert amounts(books, row) == [
        (RECEIVABLE, "108.00"),
        (f"{agency['DisplayName']} Payable", "-8.00"),
        ("Services", "-100.00"),
    ]


@pytest.mark.parametrize(
    ("profile", "receivable", "payable", "income", "total", "tax"),
    [
        ("gb", "Debtors", "VAT Control", "Services", "120.00", "20.00"),
        ("ca", RECEIVABLE, "GST/HST Payable", "Services", "113.00", "13.00"),
        (
            "au",
            "Accounts Receivable (A/R)",
            "GST Liabilities Payable",
            "Services",
            "110.00",
            "10.00",
        ),
        (
            "fr",
            "Clients",
            "TVA à décaisser",
            "Prestations de services",
            "120.00",
            "20.00",
        ),
    ],
)
def test_tax_elsewhere(profile, receivable, payable, income, total, tax):
    books = Books(profile)
    row = books.invoice()
    assert amounts(books, row) == [
        (receivable, total),
        (payable, f"-{tax}"),
        (income, "-100.00"),
    ]


def test_a_class_of_the_form_counts_for_its_lines(books):
    row = books.invoice(ClassRef=named(books, "Class", "Training"))
    assert [each[2] for each in posted(books, row)] == [None, "Training"]


def test_credits_and_refunds_go_the_other_way(books):
    assert amounts(books, books.memo("40.00")) == [
        (RECEIVABLE, "-40.00"),
        ("Services", "40.00"),
    ]
    assert amounts(books, refund(books, "30.00", "Checking")) == [
        ("Checking", "-30.00"),
        ("Services", "30.00"),
    ]


def test_shipping_and_a_deposit_on_the_invoice(books):
    freight = books.post("Account", {"Name": "Freight", "AccountType": "Income"})
    books.sales_forms(
        AllowShipping=True, AllowDeposit=True, DefaultShippingAccount=freight["Id"]
    )
    shipping = item_line(books, "7.00", ItemRef={"value": "SHIPPING_ITEM_ID"})
    row = books.invoice(
        Line=[item_line(books, "50.00"), shipping],
        Deposit="20.00",
        DepositToAccountRef=books.ref("Account", "Checking"),
    )
    assert amounts(books, row) == [
        (RECEIVABLE, "37.00"),
        ("Checking", "20.00"),
        ("Services", "-50.00"),
        ("Freight", "-7.00"),
    ]


def test_estimates_and_what_is_void_or_deleted_post_nothing(books):
    books.estimate()
    gone, void = books.invoice(), books.invoice()
    paid = books.payment(books.invoice("10.00"), "10.00")
    books.delete("Invoice", gone)
    books.void("Invoice", void)
    books.company.act({"entity": "Payment", "operation": "void", "id": paid["Id"]})
    assert sums(books) == {RECEIVABLE: "10.00", "Services": "-10.00"}
    assert not posted(books, void) and not posted(books, paid)


def test_a_form_out_of_balance_is_never_hidden(books):
    row = books.invoice()
    with books.company.writing():
        books.company.store.put("Invoice", {**row, "TotalAmt": Decimal("100.01")})
    with pytest.raises(ArithmeticError, match="out of balance by 0.01"):
        ledger.postings(books.company)


# --- money ---


def test_payments_and_what_stays_unapplied(books):
    row = books.payment(books.invoice("100.00"), "130.00", "100.00")
    assert posted(books, row) == [
        ("Undeposited Funds", "130.00", None, "Acme"),
        (RECEIVABLE, "-130.00", None, "Acme"),
    ]
    checking = books.ref("Account", "Checking")
    row = books.payment(books.invoice("5.00"), "5.00", DepositToAccountRef=checking)
    assert amounts(books, row)[0] == ("Checking", "5.00")


def test_a_payment_of_zero_posts_nothing(books):
    invoice, memo = books.invoice("40.00"), books.memo("40.00")
    row = books.apply(0, ("Invoice", invoice, "40.00"), ("CreditMemo", memo, "40.00"))
    assert posted(books, row) == []
    assert sums(books) == {}


def test_deposits_empty_undeposited_funds(books):
    row = books.payment(books.invoice("100.00"), "100.00")
    back = refund(books, "30.00", "Undeposited Funds")
    vendor = books.ref("Vendor", "Ann Smith (V)", "DisplayName")
    fee = direct(books, "-2.50", Entity={**vendor, "type": "VENDOR"})
    banked = deposit(books, linked(row), linked(back, "-30.00", "RefundReceipt"), fee)
    assert posted(books, banked) == [
        ("Checking", "67.50", None, None),
        ("Undeposited Funds", "-100.00", None, "Acme"),
        ("Undeposited Funds", "30.00", None, "Acme"),
        ("Bank Charges", "2.50", None, None),
    ]
    assert "Undeposited Funds" not in sums(books)


def test_money_kept_in_cash_and_money_of_a_customer(books):
    acme = books.ref("Customer", "Acme", "DisplayName")
    advance = direct(books, "50.00", "Deferred Revenue", Entity=acme)
    cash = {"AccountRef": books.ref("Account", "Cash on hand"), "Amount": "20.00"}
    assert posted(books, deposit(books, advance, CashBack=cash)) == [
        ("Checking", "30.00", None, None),
        ("Cash on hand", "20.00", None, None),
        ("Deferred Revenue", "-50.00", None, "Acme"),
    ]


def test_a_refund_of_a_credit(books):
    memo = books.memo("40.00")
    values = {"AccountRef": books.ref("Account", "Checking")}
    act = {"entity": "CreditMemo", "operation": "refund", "id": memo["Id"]}
    books.company.act({**act, "values": values})
    assert sums(books) == {"Checking": "-40.00", "Services": "40.00"}


# --- journal entries ---


def test_a_journal_entry_posts_its_lines():
    books = Books("us")
    advisory = named(books, "Class", "Advisory")
    row = post(
        books,
        debit(books, "30.00"),
        credit(books, "30.00", ClassRef=advisory, entity=("Customer", "Acme")),
        TxnDate="2026-11-30",
        DocNumber="JE-1",
    )
    assert posted(books, row) == [
        ("Deferred Revenue", "30.00", None, None),
        ("Services", "-30.00", "Advisory", "Acme"),
    ]
    books.delete("JournalEntry", row)
    assert posted(books) == []


# --- currencies ---


def test_a_payment_at_another_rate_gains_or_loses(foreign):
    """Invoice of 100 EUR at 1.10, paid 40 at 1.15 and 60 at 1.05.

    The ledger goes down by 44.00 and 66.00, the bank up by 46.00 and 63.00: a gain of
    2.00, then a loss of 3.00.
    """
    books = foreign
    line = item_line(books, "100.00", TaxCodeRef=books.ref("TaxCode", "No VAT"))
    values = {"Line": [line], "ExchangeRate": "1.10"}
    row = books.invoice(customer=in_euros(books), **values)
    debtors = "Accounts Receivable (A/R) - EUR"
    assert amounts(books, row) == [(debtors, "110.00"), ("Services", "-110.00")]
    first = books.payment(row, "40.00", ExchangeRate="1.15")
    assert amounts(books, first) == [
        ("Undeposited Funds", "46.00"),
        (debtors, "-44.00"),
        ("Exchange Gain or Loss", "-2.00"),
    ]
    second = books.payment(row, "60.00", ExchangeRate="1.05")
    assert amounts(books, second) == [
        ("Undeposited Funds", "63.00"),
        (debtors, "-66.00"),
        ("Exchange Gain or Loss", "3.00"),
    ]
    assert debtors not in sums(books)
    leg = ledger.listed(books.company)[0]
    assert (leg["currency"], leg["amount"], leg["debit"]) == ("EUR", "100.00", "110.00")


def test_parts_clear_an_invoice_to_the_cent(foreign):
    """10.00 EUR at 1.2345 are 12.35; three parts would round to 12.36 by themselves.

    3.33, 3.33 and 3.34 are 4.11, 4.11 and 4.12 each; 3.33 and 6.66 come to 4.11 and
    8.22, so the last part clears 12.35 less 8.22.
    """
    books = foreign
    line = item_line(books, "10.00", TaxCodeRef=books.ref("TaxCode", "No VAT"))
    values = {"Line": [line], "ExchangeRate": "1.2345"}
    row = books.invoice(customer=in_euros(books), **values)
    for part in ("3.33", "3.33", "3.34"):
        books.payment(row, part, ExchangeRate="1.2345")
    assert "Accounts Receivable (A/R) - EUR" not in sums(books)
    assert not balance_of_transactions(books)


def test_the_last_line_takes_the_cents(foreign):
    """Three lines of 0.33 EUR at 1.5 are 0.50 each, their sum of 0.99 is 1.49."""
    books = foreign
    lines = [
        debit(books, "0.99", "Deferred income"),
        *(credit(books, "0.33") for _ in range(3)),
    ]
    row = post(books, *lines, CurrencyRef={"value": "EUR"}, ExchangeRate="1.5")
    found = [amount for _, amount in amounts(books, row)]
    assert found == ["1.49", "-0.50", "-0.50", "-0.49"]


def test_deposits_at_another_rate_gain_or_lose(foreign):
    books = foreign
    line = item_line(books, "100.00", TaxCodeRef=books.ref("TaxCode", "No VAT"))
    values = {"Line": [line], "ExchangeRate": "1.10"}
    invoice = books.invoice(customer=in_euros(books), **values)
    paid = books.payment(invoice, "100.00", ExchangeRate="1.10")
    body = {
        "DepositToAccountRef": books.ref("Account", "Current"),
        "Line": [linked(paid)],
        "CurrencyRef": {"value": "EUR"},
        "ExchangeRate": "1.20",
    }
    assert amounts(books, books.post("Deposit", body)) == [
        ("Current", "120.00"),
        ("Undeposited Funds", "-110.00"),
        ("Exchange Gain or Loss", "-10.00"),
    ]


def test_a_payment_in_advance_has_a_ledger_in_its_currency(foreign):
    customer = in_euros(foreign)
    row = foreign.post(
        "Payment",
        {
            "CustomerRef": {"value": customer["Id"]},
            "TotalAmt": "10.00",
            "CurrencyRef": {"value": "EUR"},
            "ExchangeRate": "0.9",
        },
    )
    assert amounts(foreign, row) == [
        ("Undeposited Funds", "9.00"),
        ("Accounts Receivable (A/R) - EUR", "-9.00"),
    ]


# --- whatever is written ---


class Story:
    """Random documents of one company."""

    def __init__(self, profile, seed):
        self.random = random.Random(seed)
        self.books = Books(profile)
        self.books.sales_forms(AllowDiscount=True, AllowDeposit=True)
        self.company = self.books.company
        self.customers = [
            row
            for row in self.company.store.table("Customer").active()
            if not row.get("ParentRef")
        ][-6:]
        self.income = named(self.books, "Item", "Services")
        self.accounts = [
            row
            for row in self.company.store.table("Account").active()
            if row["AccountType"] in ("Income", "Expense", "Other Current Liability")
        ]
        self.codes = self._codes()

    def _codes(self):
        if self.company.country == "US":
            return []
        return [
            row["Id"]
            for row in self.company.store.table("TaxCode").active()
            if row["SalesTaxRateList"]["TaxRateDetail"]
        ]

    def run(self, steps):
        """Do random things; what QBO refuses changes nothing."""
        acts = (
            *(self.form,) * 5,
            *(self.pay,) * 5,
            *(self.bank,) * 2,
            *(self.journal,) * 3,
            self.end,
        )
        done = 0
        for _ in range(steps):
            try:
                self.random.choice(acts)()
                done += 1
            except Fault:
                continue
        return done

    def amount(self, largest=90000):
        return Decimal(self.random.randrange(1, largest)) / 100

    def rate(self, code):
        if code == self.company.home_currency:
            return {}
        return {
            "ExchangeRate": str(Decimal(self.random.randrange(2000, 19999)) / 10000)
        }

    def day(self):
        return (
            f"2026-{self.random.randrange(1, 12):02}-{self.random.randrange(1, 28):02}"
        )

    def head(self, customer):
        code = customer["CurrencyRef"]["value"]
        values = {"TxnDate": self.day(), "CustomerRef": {"value": customer["Id"]}}
        if self.company.multicurrency:
            values.update(CurrencyRef={"value": code}, **self.rate(code))
        return values

    def form(self):
        kind = self.random.choice(("Invoice", "Invoice", "CreditMemo", "RefundReceipt"))
        lines = []
        for _ in range(self.random.randrange(1, 5)):
            detail = {"ItemRef": self.income}
            if self.codes:
                detail["TaxCodeRef"] = {"value": self.random.choice(self.codes)}
            line = {"Amount": str(self.amount()), "SalesItemLineDetail": detail}
            lines.append({**line, "DetailType": "SalesItemLineDetail"})
        if self.random.random() < 0.4:
            lines.append(discount(PercentBased=True, DiscountPercent="7.5"))
        values = self.head(self.random.choice(self.customers))
        if kind == "RefundReceipt":
            account = self.company.store.table("Account")
            (funds,) = account.find("AccountSubType", "UndepositedFunds")
            values["DepositToAccountRef"] = {"value": funds["Id"]}
        elif kind == "Invoice" and self.random.random() < 0.2:
            values["Deposit"] = "0.37"
        self.books.post(kind, {**values, "Line": lines})

    def pay(self):
        customer = self.random.choice(self.customers)
        lines = []
        for kind in ("Invoice", "CreditMemo"):
            rows = self.company.store.table(kind).find("CustomerRef", customer["Id"])
            for row in rows:
                if row["Balance"] and self.random.random() < 0.5:
                    whole = self.random.random() < 0.5
                    part = row["Balance"] if whole else money(row["Balance"] / 3)
                    link = {"TxnId": row["Id"], "TxnType": kind}
                    lines.append({"Amount": str(part), "LinkedTxn": [link]})
        debts = sum(
            Decimal(line["Amount"]) * (1 if link_type(line) == "Invoice" else -1)
            for line in lines
        )
        total = max(debts, ZERO) + self.random.choice((0, 0, self.amount(900)))
        values = {**self.head(customer), "TotalAmt": str(total), "Line": lines}
        if self.company.country == "FR":
            values["PaymentRefNum"] = "1"
        self.books.post("Payment", values)

    def bank(self):
        lines = []
        for kind in ("Payment", "RefundReceipt"):
            holder = self.company.entity(kind)
            for row in holder.rows(self.company):
                waits = holder.waiting(self.company, row)
                if waits and not holder.deposit_of(row):
                    if self.random.random() < 0.3:
                        lines.append((linked(row, str(waits), kind), row))
        if not lines:
            return
        code = lines[0][1]["CurrencyRef"]["value"]
        chosen = [e for e, row in lines if row["CurrencyRef"]["value"] == code]
        fee = {
            "Amount": str(-self.amount(300)),
            "DetailType": "DepositLineDetail",
            "DepositLineDetail": {
                "AccountRef": {"value": self.random.choice(self.accounts)["Id"]}
            },
        }
        banks = self.company.store.table("Account").find("AccountSubType", "Checking")
        values = {
            "DepositToAccountRef": {"value": banks[0]["Id"]},
            "TxnDate": self.day(),
            "GlobalTaxCalculation": "NotApplicable",
            "Line": [*chosen, *([fee] if self.random.random() < 0.5 else [])],
        }
        if self.company.multicurrency:
            values.update(CurrencyRef={"value": code}, **self.rate(code))
        self.books.post("Deposit", values)

    def journal(self):
        codes = [self.company.home_currency]
        if self.company.multicurrency:
            codes += ["EUR", "USD"]
        code = self.random.choice(codes)
        parts = [self.amount() for _ in range(self.random.randrange(1, 5))]
        sides = [("Debit", sum(parts)), *(("Credit", each) for each in parts)]
        self.random.shuffle(sides)
        lines = []
        for side, share in sides:
            account = {"value": self.random.choice(self.accounts)["Id"]}
            detail = {"PostingType": side, "AccountRef": account}
            if self.company.country == "FR":
                detail["JournalCodeRef"] = {"value": "6"}
            line = {"Amount": str(share), "JournalEntryLineDetail": detail}
            lines.append({**line, "DetailType": "JournalEntryLineDetail"})
        values = {"TxnDate": self.day(), "Line": lines}
        if self.company.multicurrency:
            values.update(CurrencyRef={"value": code}, **self.rate(code))
        self.books.post("JournalEntry", values)

    def end(self):
        """Void or delete something, as the bookkeeper can."""
        kinds = ("Invoice", "CreditMemo", "Payment", "JournalEntry", "Deposit")
        kind = self.random.choice(kinds)
        rows = self.company.objects(kind)
        if rows:
            operation = self.random.choice(("void", "delete"))
            act = {"entity": kind, "operation": operation}
            self.company.act({**act, "id": self.random.choice(rows)["Id"]})


def link_type(line):
    return line["LinkedTxn"][0]["TxnType"]


def receivables(company):
    """Return `{customer: (amount, home)}` of the accounts of what customers owe."""
    found = {}
    for posting in ledger.postings(company):
        account = company.store.get("Account", posting.account_id)
        if account["AccountType"] == "Accounts Receivable":
            amount, home = found.get(posting.customer_id, (ZERO, ZERO))
            sums = (amount + posting.amount, home + posting.home)
            found[posting.customer_id] = sums
    return found


def open_at_home(company, customer_id):
    """Return what open documents and unapplied money come to in home currency."""
    total = ZERO
    for kind, sign, name in (
        ("Invoice", 1, "Balance"),
        ("CreditMemo", -1, "Balance"),
        ("Payment", -1, "UnappliedAmt"),
    ):
        for row in company.store.table(kind).find("CustomerRef", customer_id):
            rate = row.get("ExchangeRate") or 1
            total += sign * money(multiply(row[name], Decimal(rate)))
    return total


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("profile", ["us", "us_manual", "gb", "ca", "au", "fr"])
def test_whatever_is_written_balances(profile, seed):
    """Each transaction to the cent, and the ledger of customers with their balances."""
    story = Story(profile, seed)
    assert story.run(60) > 30
    company = story.company
    assert not balance_of_transactions(story.books)
    found = receivables(company)
    for customer in company.objects("Customer"):
        amount, home = found.get(customer["Id"], (ZERO, ZERO))
        assert amount == customer["Balance"]
        away = abs(home - open_at_home(company, customer["Id"]))
        # An open part is rounded anew, the ledger by differences: cents of parts.
        assert away <= Decimal("0.01") * 20 if company.multicurrency else away == 0


def test_twenty_thousand_transactions_take_less_than_two_seconds(books):
    books.invoice()
    recognize(books)
    company, count = books.company, 10_000
    rows = [(kind, company.objects(kind)[0]) for kind in ("Invoice", "JournalEntry")]
    with company.writing():
        for kind, row in rows:
            for _ in range(count - 1):
                qbo_id = company.store.next_id("transactions")
                company.store.put(kind, {**row, "Id": qbo_id})
    started = time.perf_counter()
    found = ledger.postings(company)
    assert len(found) == 4 * count
    assert time.perf_counter() - started < 2


# --- the control API ---


def test_the_control_api_lists_postings(client, token):
    body = {
        "Line": [
            {
                "Amount": amount,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {
                    "PostingType": side,
                    "AccountRef": {"value": account},
                },
            }
            for side, amount, account in (("Debit", 5, "6"), ("Credit", 5, "7"))
        ]
    }
    for day in ("2026-10-31", "2026-11-30"):
        answer = client.create("journalentry", {**body, "TxnDate": day}, token)
        assert answer.status_code == 200, answer.text
    found = client.control("GET", f"ledger/{REALM}").json()["postings"]
    assert len(found) == 4
    assert found[0] == {
        "date": "2026-10-31",
        "txn_type": "JournalEntry",
        "txn_id": "1",
        "doc_number": None,
        "account_id": "6",
        "account": "Checking",
        "class_id": None,
        "class": None,
        "customer_id": None,
        "customer": None,
        "debit": "5.00",
        "credit": "0.00",
        "currency": "USD",
        "amount": "5.00",
    }
    assert (found[1]["credit"], found[1]["amount"]) == ("5.00", "-5.00")
    for days, date in (
        ("from=2026-11-01&to=2026-11-30", "2026-11-30"),
        ("from=2026-10-31&to=2026-11-29", "2026-10-31"),
    ):
        found = client.control("GET", f"ledger/{REALM}?{days}").json()["postings"]
        assert [each["date"] for each in found] == [date, date]
    for path, status in (
        ("ledger/1", 404),
        ("ledger", 404),
        (f"ledger/{REALM}?from=yesterday", 400),
        (f"ledger/{REALM}?since=2026-11-01", 400),
    ):
        answer = client.control("GET", path)
        assert answer.status_code == status and answer.json()["error"]
