"""What QBO does by itself: apply open credit memos to invoices.

`SalesFormsPrefs.AutoApplyCredit` is on in a fresh company: a new invoice or credit memo
makes QBO write a payment of zero that links both, oldest first (Intuit's community,
en-au 1174160 and en-uk 473025). The words of its note are QBO's.
"""

NOTE = "Created by QB Online to link credits to charges."
OTHER = {"Invoice": "CreditMemo", "CreditMemo": "Invoice"}


def apply_automatically(company, name, row):
    """Apply what is open on the other side to `row`, a new form of entity `name`."""
    if not company.preference("SalesFormsPrefs.AutoApplyCredit") or not row["Balance"]:
        return
    lines, rest = [], row["Balance"]
    for other in _open(company, OTHER[name], row["CustomerRef"]["value"]):
        share = min(rest, other["Balance"])
        lines.append(_line(OTHER[name], other["Id"], share))
        rest -= share
        if not rest:
            break
    if lines:
        lines.insert(0, _line(name, row["Id"], row["Balance"] - rest))
        _write_payment(company, row, lines)


def _open(company, name, customer_id):
    rows = company.store.table(name).find("CustomerRef", customer_id)
    return sorted(
        (row for row in rows if row["Balance"] > 0),
        key=lambda row: (row["TxnDate"], int(row["Id"])),
    )


def _line(name, qbo_id, amount):
    return {"Amount": amount, "LinkedTxn": [{"TxnId": qbo_id, "TxnType": name}]}


def _write_payment(company, row, lines):
    body = {
        "CustomerRef": {"value": row["CustomerRef"]["value"]},
        "TotalAmt": 0,
        "TxnDate": row["TxnDate"],
        "CurrencyRef": {"value": row["CurrencyRef"]["value"]},
        "PrivateNote": NOTE,
        "Line": lines,
    }
    if "ExchangeRate" in row:
        body["ExchangeRate"] = row["ExchangeRate"]
    company.entity("Payment").write(company, body, by_user=True)
