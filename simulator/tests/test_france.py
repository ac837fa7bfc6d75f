"""What is asked in France only."""

import pytest
from books import Books, refused

FORMS = ("Invoice", "CreditMemo", "Estimate", "RefundReceipt")


@pytest.fixture
def books():
    return Books("fr")


def body_of(books, entity, **values):
    if entity == "RefundReceipt":
        values["DepositToAccountRef"] = books.ref("Account", "Banque")
    return {**books.invoice_body(), **values}


def test_the_company(books):
    info = books.get("companyinfo/1")["CompanyInfo"]
    assert (info["Country"], info["SupportedLanguages"]) == ("FR", "fr")
    assert books.company.home_currency == "EUR"
    assert books.one("Account", "Clients")["AcctNum"] == "411000"
    assert books.one("Account", "Prestations de services")["AcctNum"] == "706100"
    terms = [row["Name"] for row in books.rows("Term")]
    assert terms[0] == "Payable à réception"
    assert books.invoice()["DueDate"] == "2026-12-22"


@pytest.mark.parametrize("entity", FORMS)
def test_numbers_given_by_hand_are_required(books, entity):
    assert books.post(entity, body_of(books, entity))["DocNumber"]
    books.sales_forms(CustomTxnNumbers=True)
    error = refused(books.post, entity, body_of(books, entity))
    assert (error.code, error.element) == ("2020", "DocNumber")
    row = books.post(entity, body_of(books, entity, DocNumber="F-1"))
    assert row["DocNumber"] == "F-1"


@pytest.mark.parametrize("entity", FORMS)
def test_where_the_sale_goes(books, entity):
    row = books.post(entity, body_of(books, entity))
    assert row["TransactionLocationType"] == "WithinFrance"
    abroad = {"TransactionLocationType": "OutsideEU"}
    row = books.post(entity, body_of(books, entity, **abroad))
    row = books.sparse(entity, row, PrivateNote="x")
    assert row["TransactionLocationType"] == "OutsideEU"
    wrong = {"TransactionLocationType": "Mars"}
    assert refused(books.post, entity, body_of(books, entity, **wrong)).code == "2170"
    elsewhere = Books("gb")
    assert "TransactionLocationType" not in elsewhere.invoice(**abroad)


def test_payments_have_a_reference(books):
    row = books.invoice()
    error = refused(books.payment, row, "10.00")
    assert (error.code, error.element) == ("2020", "PaymentRefNum")
    paid = books.payment(row, "10.00", PaymentRefNum="VIR 1")
    assert paid["TransactionLocationType"] == "WithinFrance"
    # What QuickBooks links by itself has none.
    memo = books.memo("5.00", books.one("Customer", "Acme", "DisplayName"))
    assert memo["Balance"] == 0


def test_customers_have_an_account_of_their_own(books):
    body = {"DisplayName": 'Nouveau "Client" : SARL'.replace(":", "-")}
    error = refused(books.post, "Customer", body)
    assert (error.code, error.element) == ("2020", "ARAccountRef")
    wrong = {"ARAccountRef": books.ref("Account", "Banque")}
    assert refused(books.post, "Customer", {**body, **wrong}).code == "6430"
    books.switch(receivable_account="create")
    row = books.post("Customer", body)
    account = books.read("Account", row["ARAccountRef"]["value"])
    assert account["Name"] == "Clients - Nouveau Client - SARL"
    assert account["AccountType"] == "Accounts Receivable"


def test_items_are_products_or_services(books):
    body = {
        "Name": "Atelier",
        "Type": "Service",
        "IncomeAccountRef": books.ref("Account", "Prestations de services"),
    }
    error = refused(books.post, "Item", body)
    assert (error.code, error.element) == ("2020", "ItemCategoryType")
    wrong = {**body, "ItemCategoryType": "Other"}
    assert refused(books.post, "Item", wrong).code == "2170"
    row = books.post("Item", {**body, "ItemCategoryType": "Service"})
    assert books.sparse("Item", row, Sku="A")["ItemCategoryType"] == "Service"
