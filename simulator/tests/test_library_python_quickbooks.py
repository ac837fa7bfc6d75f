"""python-quickbooks, unmodified but for the base URL, against the simulator."""

import warnings
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
import requests
from conftest import DEVELOPMENT_KEYS, US
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
    ValidationException,
)
from quickbooks.objects.account import Account
from quickbooks.objects.base import LinkedTxn, Ref
from quickbooks.objects.company_info import CompanyInfo
from quickbooks.objects.customer import Customer
from quickbooks.objects.deposit import Deposit, DepositLine, DepositLineDetail
from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.item import Item
from quickbooks.objects.journalentry import (
    JournalEntry,
    JournalEntryLine,
    JournalEntryLineDetail,
)
from quickbooks.objects.payment import Payment
from quickbooks.objects.preferences import Preferences
from quickbooks.objects.term import Term


@pytest.fixture
def books(served, monkeypatch):
    """A connected client; only the base URL differs from a real one."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    tokens = requests.post(
        f"{served.url}/_sim/grants",
        json={"action": "authorize", "realm": US},
        timeout=10,
    ).json()

    class SimulatedQuickBooks(QuickBooks):
        sandbox_api_url_v3 = f"{served.url}/v3"
        api_url_v3 = f"{served.url}/v3"

    return SimulatedQuickBooks(
        auth_client=SimpleNamespace(
            environment="sandbox",
            client_id=DEVELOPMENT_KEYS[0],
            access_token=tokens["access_token"],
            refresh_token=tokens["refresh_token"],
        ),
        company_id=US,
        minorversion=75,
    )


def make_customer(books, name):
    customer = Customer()
    customer.DisplayName = name
    return customer.save(qb=books)


def test_create_and_read(books):
    created = make_customer(books, "O'Hara & Söhne 😀")
    assert int(created.Id) > 0
    assert created.SyncToken == "0"
    read = Customer.get(created.Id, qb=books)
    assert read.DisplayName == "O'Hara & Söhne 😀"
    assert read.Active is True


def test_company_info_and_preferences(books):
    info = CompanyInfo.get(US, qb=books)
    assert info.CompanyName
    preferences = Preferences.get(qb=books)
    assert preferences.CurrencyPrefs.HomeCurrency.value == "USD"


def test_query_with_paging(books):
    for number in range(25):
        make_customer(books, f"Paging {number:02d}")
    where = "DisplayName LIKE 'Paging %'"
    assert Customer.count(where, qb=books) == 25
    pages = [
        Customer.where(
            where,
            order_by="DisplayName",
            start_position=start,
            max_results=10,
            qb=books,
        )
        for start in (1, 11, 21, 31)
    ]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    names = [customer.DisplayName for page in pages for customer in page]
    assert names == [f"Paging {number:02d}" for number in range(25)]


def test_filter_escapes_quotes(books):
    make_customer(books, "D'Arcy")
    (found,) = Customer.filter(DisplayName="D'Arcy", qb=books)
    assert found.DisplayName == "D'Arcy"
    assert Customer.choose([found.Id], qb=books)[0].Id == found.Id


def test_lists(books):
    assert len(Account.all(max_results=1000, qb=books)) >= 50
    assert Term.all(qb=books)
    assert Item.all(qb=books)


def test_bad_query(books):
    with pytest.raises(ValidationException) as caught:
        Customer.query("select * from Custmoer", qb=books)
    assert caught.value.error_code == 4001
    with pytest.raises(ValidationException) as caught:
        Customer.where("DisplayName =", qb=books)
    assert caught.value.error_code == 4000


def test_update_and_stale_update(books):
    customer = make_customer(books, "To update")
    stale = Customer.get(customer.Id, qb=books)
    customer.CompanyName = "Updated Ltd"
    updated = customer.save(qb=books)
    assert (updated.SyncToken, updated.CompanyName) == ("1", "Updated Ltd")
    stale.CompanyName = "Too late"
    with pytest.raises(QuickbooksException) as caught:
        stale.save(qb=books)
    assert caught.value.error_code == 5010
    assert Customer.get(customer.Id, qb=books).CompanyName == "Updated Ltd"


def test_duplicate_name(books):
    make_customer(books, "Twice")
    with pytest.raises(QuickbooksException) as caught:
        make_customer(books, "Twice")
    assert caught.value.error_code == 6240


def test_request_id_replays(books):
    customer = Customer()
    customer.DisplayName = "Only once"
    first = customer.save(qb=books, request_id="intent-1")
    again = Customer()
    again.DisplayName = "Only once"
    assert again.save(qb=books, request_id="intent-1").Id == first.Id
    assert Customer.count("DisplayName = 'Only once'", qb=books) == 1


def test_not_found(books):
    with pytest.raises(ObjectNotFoundException):
        Customer.get(999_999, qb=books)


def test_batch(books):
    customers = []
    for number in range(35):
        customer = Customer()
        customer.DisplayName = f"Batch {number}"
        customers.append(customer)
    clash = Customer()
    clash.DisplayName = "Batch 0"
    outcome = batch_create([*customers, clash], qb=books)
    assert len(outcome.successes) == 35
    (fault,) = outcome.faults
    assert fault.Error[0].code == "6240"
    outcome.successes[0].CompanyName = "Batched Ltd"
    updated = batch_update(outcome.successes[:1], qb=books)
    assert updated.successes[0].CompanyName == "Batched Ltd"


def test_change_data_capture(served, books):
    # The library prints a datetime without its zone: hand over the text.
    served.simulator.clock.advance(60)
    since = (datetime.now(timezone.utc) + timedelta(seconds=30)).isoformat()
    created = make_customer(books, "Captured")
    changes = change_data_capture([Customer, Item], since, qb=books)
    assert [each.Id for each in changes.Customer._object_list] == [created.Id]
    assert not hasattr(changes, "Item")


def make_invoice(books, customer):
    line = SalesItemLine()
    line.Amount = 100
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = Item.where("Type = 'Service'", qb=books)[
        0
    ].to_ref()
    line.SalesItemLineDetail.UnitPrice = 100
    line.SalesItemLineDetail.Qty = 1
    invoice = Invoice()
    invoice.CustomerRef = customer.to_ref()
    invoice.Line.append(line)
    return invoice


def test_delete_and_void(books):
    customer = make_customer(books, "Buyer")
    deleted = make_invoice(books, customer).save(qb=books)
    answer = deleted.delete(qb=books)
    assert answer["Invoice"] == {
        "domain": "QBO",
        "status": "Deleted",
        "Id": str(deleted.Id),
    }
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(deleted.Id, qb=books)
    voided = make_invoice(books, customer).save(qb=books)
    answer = voided.void(qb=books)
    assert float(answer["Invoice"]["TotalAmt"]) == 0
    assert answer["Invoice"]["PrivateNote"].startswith("Voided")
    assert Invoice.get(voided.Id, qb=books).Balance == 0


def test_batch_delete(served, books):
    """In a batch the library deletes by whole objects, alone by Id and SyncToken."""
    customer = make_customer(books, "Buyer of many")
    invoices = [make_invoice(books, customer).save(qb=books) for _ in range(3)]
    outcome = batch_delete(invoices, qb=books)
    assert len(outcome.batch_responses) == 3
    assert Invoice.count(f"CustomerRef = '{customer.Id}'", qb=books) == 0


def make_payment(books, customer, total):
    payment = Payment()
    payment.CustomerRef = customer.to_ref()
    payment.TotalAmt = total
    payment.CurrencyRef = Ref()
    payment.CurrencyRef.value = "USD"
    return payment.save(qb=books)


def link_line(payment):
    """A linked line; the library's own DetailType is in the way (its issue 329)."""
    line = DepositLine()
    line.DetailType = None
    line.Amount = payment.TotalAmt
    link = LinkedTxn()
    link.TxnId, link.TxnType, link.TxnLineId = payment.Id, "Payment", "0"
    line.LinkedTxn.append(link)
    return line


def fee_line(books, amount):
    line = DepositLine()
    line.Amount = amount
    line.DepositLineDetail = DepositLineDetail()
    (account,) = Account.filter(Name="Bank Charges", qb=books)
    line.DepositLineDetail.AccountRef = account.to_ref()
    return line


def test_deposit(books):
    customer = make_customer(books, "Depositor")
    payment = make_payment(books, customer, 120)
    deposit = Deposit()
    (checking,) = Account.filter(Name="Checking", qb=books)
    deposit.DepositToAccountRef = checking.to_ref()
    deposit.CurrencyRef = Ref()
    deposit.CurrencyRef.value = "USD"
    deposit.TxnDate = "2026-11-20"
    deposit.Line = [link_line(payment), fee_line(books, "-3.50")]
    deposit.save(qb=books)
    read = Deposit.get(deposit.Id, qb=books)
    assert float(read.TotalAmt) == 116.5
    assert read.Line[0].LinkedTxn[0].TxnId == payment.Id
    where = "TxnDate = '2026-11-20'"
    assert deposit.Id in [each.Id for each in Deposit.where(where, qb=books)]
    frozen = Payment.get(payment.Id, qb=books)
    assert frozen.LinkedTxn == [{"TxnId": deposit.Id, "TxnType": "Deposit"}]
    with pytest.raises(QuickbooksException) as caught:
        frozen.delete(qb=books)
    assert caught.value.error_code == 6540
    # The library gives a line that it read a DetailType again.
    with pytest.raises(ValidationException) as caught:
        read.save(qb=books)
    assert caught.value.error_code == 2020
    assert read.delete(qb=books)["Deposit"]["status"] == "Deleted"
    with pytest.raises(ObjectNotFoundException):
        Deposit.get(deposit.Id, qb=books)
    free = Payment.get(payment.Id, qb=books)
    assert not hasattr(free, "LinkedTxn")
    assert free.delete(qb=books)["Payment"]["status"] == "Deleted"


def test_deposit_with_what_the_library_sends_by_itself(books):
    customer = make_customer(books, "Depositor too")
    payment = make_payment(books, customer, 120)
    deposit = Deposit()
    (checking,) = Account.filter(Name="Checking", qb=books)
    deposit.DepositToAccountRef = checking.to_ref()
    line = link_line(payment)
    line.DetailType = "DepositLineDetail"
    deposit.Line = [line]
    with pytest.raises(ValidationException) as caught:
        deposit.save(qb=books)
    assert caught.value.error_code == 2020
    line.DetailType = None
    line.LinkedTxn = [payment.to_linked_txn()]
    with pytest.raises(QuickbooksException) as caught:
        deposit.save(qb=books)
    assert caught.value.error_code == 620


def test_dead_token(served, books):
    served.simulator.oauth.expire_access_tokens(US)
    with pytest.raises(AuthorizationException) as caught:
        Customer.all(qb=books)
    assert caught.value.error_code == 401


def test_throttle_is_unreadable_to_the_library(served, books):
    served.simulator.injector.add({}, {"fault": "3001"})
    with pytest.raises(QuickbooksException) as caught:
        Customer.all(qb=books)
    assert caught.value.error_code == 10000


def test_no_deprecated_minor_version(books):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert books.minorversion == 75


# --- journal entries and reports ---


def journal_line(side, amount, account):
    detail = JournalEntryLineDetail()
    detail.PostingType = side
    detail.AccountRef = account.to_ref()
    line = JournalEntryLine()
    line.Amount = amount
    line.JournalEntryLineDetail = detail
    return line


def test_journal_entry_and_trial_balance(books):
    deferred, income = (
        Account.filter(FullyQualifiedName=name, qb=books)[0]
        for name in ("Deferred Revenue", "Services")
    )
    entry = JournalEntry()
    entry.DocNumber = "JE-1"
    entry.Line = [
        journal_line("Debit", 75.5, deferred),
        journal_line("Credit", 75.5, income),
    ]
    entry = entry.save(qb=books)
    assert [line.Id for line in entry.Line] == ["0", "1"]
    read = JournalEntry.get(entry.Id, qb=books)
    read.PrivateNote = "checked"
    read.save(qb=books)
    assert JournalEntry.filter(DocNumber="JE-1", qb=books)[0].PrivateNote == "checked"
    report = books.get_report("TrialBalance", {"accounting_method": "Accrual"})
    cells = report["Rows"]["Row"][-1]["Summary"]["ColData"]
    assert [cell["value"] for cell in cells] == ["TOTAL", "75.50", "75.50"]
    JournalEntry.get(entry.Id, qb=books).delete(qb=books)
    assert JournalEntry.all(qb=books) == []
