"""What payments, deposits and refunds of credits post.

A payment clears each document at that document's rate; what its own rate makes of the
difference is a gain or a loss (Fivetran's dbt_quickbooks, issue 215).
"""

from functools import partial

from ..entities.allocation import BOOKS, CREDITS
from ..entities.deposit_lines import DIRECT_LINE, PARTIES, link_of
from ..entities.purchase import EXPENSE_LINE
from ..numbers import ZERO
from .chart import EXCHANGE
from .legs import Legs, at_rate, id_of, rate_of


def of_payment(chart, applications, row):
    """Return the Legs of a payment: money in, what the customer owes less."""
    legs = Legs(row)
    customer_id = row["CustomerRef"]["value"]
    account_id = row["DepositToAccountRef"]["value"]
    legs.add(account_id, row["TotalAmt"], customer_id=customer_id)
    cleared = at_rate(row["UnappliedAmt"], legs.rate)
    for line in row["Line"]:
        cleared += _cleared(chart, applications, line)
    legs.add(
        chart.receivable(row), -row["TotalAmt"], home=-cleared, customer_id=customer_id
    )
    legs.add(chart.subtype(EXCHANGE), ZERO, home=legs.missing, customer_id=customer_id)
    return legs


def _cleared(chart, applications, line):
    (link,) = line["LinkedTxn"]
    kind = link["TxnType"]
    document = chart.company.store.get(BOOKS[kind], link["TxnId"])
    at = partial(at_rate, rate=rate_of(document))
    home = applications.clear(document, line["Amount"], at)
    return -home if kind in CREDITS else home


def of_deposit(chart, row):
    """Return the Legs of a deposit: the bank against what came in."""
    legs = Legs(row)
    legs.add(row["DepositToAccountRef"]["value"], row["TotalAmt"])
    cash = row.get("CashBack")
    if cash:
        legs.add(cash["AccountRef"]["value"], cash["Amount"])
    linked = [line for line in row["Line"] if link_of(line)]
    direct = [line for line in row["Line"] if not link_of(line)]
    same_rate = True
    for line in linked:
        kind, qbo_id = link_of(line)
        source = chart.company.store.get(kind, qbo_id)
        same_rate = same_rate and rate_of(source) == legs.rate
        legs.add(
            source["DepositToAccountRef"]["value"],
            -line["Amount"],
            home=-at_rate(line["Amount"], rate_of(source)),
            customer_id=id_of(source.get("CustomerRef")),
        )
    for line in direct:
        _add_direct(legs, line)
    if direct and same_rate:
        legs.level()
    else:
        legs.add(chart.subtype(EXCHANGE), ZERO, home=legs.missing)
    return legs


def _add_direct(legs, line):
    detail = line[DIRECT_LINE]
    party = detail.get("Entity") or {}
    is_customer = PARTIES.get(party.get("type")) == "Customer"
    legs.add(
        detail["AccountRef"]["value"],
        -line["Amount"],
        class_id=id_of(detail.get("ClassRef")),
        customer_id=party["value"] if is_customer else None,
    )


def of_purchase(chart, row):
    """Return the Legs of money that went back to a customer."""
    legs = Legs(row)
    customer_id = row["EntityRef"]["value"]
    legs.add(row["AccountRef"]["value"], -row["TotalAmt"], customer_id=customer_id)
    for line in row["Line"]:
        account_id = line[EXPENSE_LINE]["AccountRef"]["value"]
        legs.add(account_id, line["Amount"], customer_id=customer_id)
    legs.level()
    return legs
