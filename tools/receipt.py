"""The receipt: what was sent to QuickBooks against what it answered.

QuickBooks answers 200 to much that it drops or changes: what it did is read from
the object that came back, without another call. What it adds is no gap; what was
sent and is not there, or is there with another value, is one.
"""

from difflib import SequenceMatcher
from typing import NamedTuple

from . import money
from .digest import ABSENT

# The codes of gaps, and what they are called. `field` and `line_field` stand for
# every other member, which `Gap.member` names.
WORDS = {
    "id": "Id in QuickBooks",
    "total": "Total",
    "tax": "Tax",
    "tax_line": "Tax of one rate",
    "tax_code": "Tax code of the document",
    "balance": "Open balance, which a credit lowered",
    "currency": "Currency",
    "rate": "Exchange rate",
    "customer": "Customer",
    "vendor": "Vendor",
    "date": "Date",
    "due_date": "Due date",
    "number": "Number",
    "terms": "Terms",
    "class": "Class",
    "department": "Location",
    "link": "Link",
    "link_extra": "Link that was not sent",
    "custom_field": "Custom field",
    "field": "Field",
    "line_missing": "Missing",
    "line_extra": "Not sent",
    "line_kind": "Kind",
    "line_amount": "Amount",
    "line_quantity": "Quantity",
    "line_price": "Unit price",
    "line_item": "Product",
    "line_account": "Account",
    "line_tax_code": "Tax code",
    "line_class": "Class",
    "line_service_date": "Service date",
    "line_description": "Description",
    "line_link": "Link",
    "line_field": "Field",
}

_HEADER_CODES = {
    "CurrencyRef": "currency",
    "CustomerRef": "customer",
    "VendorRef": "vendor",
    "TxnDate": "date",
    "DueDate": "due_date",
    "DocNumber": "number",
    "SalesTermRef": "terms",
    "TermRef": "terms",
    "ClassRef": "class",
    "DepartmentRef": "department",
}
_LINE_CODES = {
    "Qty": "line_quantity",
    "UnitPrice": "line_price",
    "ItemRef": "line_item",
    "AccountRef": "line_account",
    "TaxCodeRef": "line_tax_code",
    "ClassRef": "line_class",
    "ServiceDate": "line_service_date",
}

# Compared by code of their own, or QuickBooks' to fill in.
_HEADER_APART = {
    "Balance",
    "DeliveryInfo",
    "EmailStatus",
    "ExchangeRate",
    "FreeFormAddress",
    "FullyQualifiedName",
    "GlobalTaxCalculation",
    "HomeBalance",
    "HomeTotalAmt",
    "Id",
    "Line",
    "LinkedTxn",
    "MetaData",
    "RemainingCredit",
    "SyncToken",
    "TotalAmt",
    "TxnTaxDetail",
    "UnappliedAmt",
    "domain",
    "sparse",
}
# They come back rearranged or masked: that they are there is all that is known.
_PRESENCE = {
    "BillAddr",
    "ShipAddr",
    "ShipFromAddr",
    "VendorAddr",
    "PrimaryTaxIdentifier",
    "SecondaryTaxIdentifier",
    "TaxIdentifier",
    "WebAddr",
}
# Objects that are paid on the spot have no balance that a credit could lower.
_PAID = ("Payment", "RefundReceipt", "SalesReceipt")
# One transaction, several names (Intuit, "Linked transactions").
_LINK_NAMES = {
    "billpaymentcheck": "billpayment",
    "billpaymentcreditcard": "billpayment",
    "check": "purchase",
    "creditcardcredit": "purchase",
    "creditcardexpense": "purchase",
    "expense": "purchase",
}
# QuickBooks fills these lines in when they are not sent.
_OWN_KINDS = ("SubTotalLineDetail",)
# It prints these after the others, whatever their place in what was sent.
_LATE_ITEMS = ("SHIPPING_ITEM_ID", "GRATUITY_ITEM_ID")


class Gap(NamedTuple):
    """One thing that is not in QuickBooks as it was sent.

    :param code: stable, one of `WORDS`
    :param field: in words: 'Line 2, Unit price'
    :param sent: `ABSENT` when nothing was sent; of references the id
    :param received: `ABSENT` when QuickBooks dropped it
    :param line: number of the line among those sent, from 1; 0 for the header.
        Of `line_extra`, the number among those received
    :param member: which one, where the code leaves it open: 'PrivateNote', or
        'Invoice 42' for a link
    """

    code: str
    field: str
    sent: object
    received: object
    line: int = 0
    member: str = ""


def compare(
    sent,
    received,
    currency_decimals=2,
    *,
    total=None,
    tax=None,
    entity="",
    automated_tax=False,
):
    """What is not in QuickBooks as it was sent; empty when all is.

    Numbers may be int, Decimal or numeric text. Never raises for what QuickBooks
    answers.

    :param sent: the payload (dict)
    :param received: the object that came back (dict)
    :param total: expected total with tax, where the payload does not name it
    :param tax: expected tax, where the payload leaves it to QuickBooks
    :param entity: 'Invoice', ...: some have no open balance
    :param automated_tax: True when QuickBooks chooses the tax code of the document
    :return: list of `Gap`
    """
    comparison = _Comparison(sent, received, currency_decimals, entity, automated_tax)
    return comparison.run(total, tax)


def describe(gaps):
    """The gaps as sentences: 'Line 2, Unit price: sent 5, QuickBooks has 6'."""
    return [_describe(gap) for gap in gaps]


def _describe(gap):
    if gap.received is ABSENT:
        return f"{gap.field}: sent {gap.sent}, QuickBooks has none"
    if gap.sent is ABSENT:
        return f"{gap.field}: QuickBooks has {gap.received}"
    return f"{gap.field}: sent {gap.sent}, QuickBooks has {gap.received}"


class _Comparison:
    def __init__(self, sent, received, currency_decimals, entity, automated_tax):
        self.sent, self.received = sent, _as_dict(received)
        # QuickBooks reckons in hundredths of a yen, too.
        self.decimals = max(money.AMOUNT_DECIMALS, currency_decimals)
        self.entity = entity
        self.automated_tax = automated_tax
        self.inclusive = sent.get("GlobalTaxCalculation") == "TaxInclusive"
        self.gaps = []

    def run(self, total, tax):
        self.compare_totals(self.sent.get("TotalAmt") if total is None else total, tax)
        self.compare_rate()
        self.compare_choices()
        for name, value in self.sent.items():
            if name not in _HEADER_APART:
                code = _HEADER_CODES.get(name, "field")
                self.compare_member(code, name, value, self.received.get(name))
        self.compare_links()
        self.compare_lines()
        return self.gaps

    def add(self, code, sent, received, line=0, member=""):
        words = member if code in ("field", "line_field") else WORDS[code]
        if member and words != member:
            words = f"{words} ({member})"
        if line:
            words = f"Line {line}, {words[0].lower()}{words[1:]}"
        sent = ABSENT if sent is None else sent
        received = ABSENT if received is None else received
        self.gaps.append(Gap(code, words, sent, received, line, member))

    # ------------------------------------------------------------------
    # Header
    # ------------------------------------------------------------------
    def compare_totals(self, total, tax):
        id, found = self.sent.get("Id"), self.received.get("Id")
        if id and id != found:
            self.add("id", id, found)
        found = self.received.get("TotalAmt")
        if total is not None and not self.is_same_money(total, found):
            self.add("total", total, found)
        self.compare_tax(tax)
        if not id and self.entity not in _PAID:
            self.compare_balance()

    def compare_balance(self):
        """Right after creation, the balance is the total less a deposit."""
        balance = _read_number(self.received.get("Balance"))
        total = _read_number(self.received.get("TotalAmt"))
        if balance is None or total is None:
            return
        deposit = _read_number(self.received.get("Deposit"))
        due = total - (deposit or 0)
        if money.compare(balance, due, self.decimals) < 0:
            self.add("balance", due, self.received["Balance"])

    def compare_tax(self, tax):
        sent = _as_dict(self.sent.get("TxnTaxDetail"))
        received = _as_dict(self.received.get("TxnTaxDetail"))
        tax = sent.get("TotalTax") if tax is None else tax
        rates = _sum_rates(received)
        if tax is not None:
            # TotalTax is left out where rates cancel each other, and for none.
            found = received.get("TotalTax")
            found = sum(rates.values()) if found is None else found
            if not self.is_same_money(tax, found):
                self.add("tax", tax, found)
        code, found = _pick_id(sent.get("TxnTaxCodeRef")), None
        if code is not None:
            found = _pick_id(received.get("TxnTaxCodeRef"))
            if found != code and not self.automated_tax:
                self.add("tax_code", code, found)
            # With a code for all of it, QuickBooks reckons the rates itself.
            return
        for rate, amount in _sum_rates(sent).items():
            if not self.is_same_money(amount, rates.get(rate, 0)):
                self.add("tax_line", amount, rates.get(rate), member=rate)

    def compare_rate(self):
        sent = _read_number(self.sent.get("ExchangeRate"))
        if sent is None:
            return
        received = self.received.get("ExchangeRate")
        # A company with one currency names no rate.
        found = 1 if received is None else _read_number(received)
        if found is None or not _is_close(sent, found):
            self.add("rate", self.sent["ExchangeRate"], received)

    def compare_choices(self):
        """Members of which QuickBooks may leave one value out or move it on."""
        sent = self.sent.get("GlobalTaxCalculation")
        received = self.received.get("GlobalTaxCalculation")
        # Companies in the US have none.
        if sent and received and sent != received:
            self.add("field", sent, received, member="GlobalTaxCalculation")
        sent = self.sent.get("EmailStatus")
        received = self.received.get("EmailStatus")
        # It may have gone out by now, or there was nothing to say.
        others = {"NeedToSend": "EmailSent", "NotSet": None}
        if sent and received not in (sent, others.get(sent, sent)):
            self.add("field", sent, received, member="EmailStatus")

    def compare_member(self, code, name, sent, received, line=0):
        """One member; an object counts by what was sent of it."""
        member = name if code in ("field", "line_field") else ""
        if name.rpartition(", ")[2] in _PRESENCE:
            if sent and not received:
                self.add(code, sent, received, line, member)
        elif isinstance(sent, dict) and "value" in sent:
            found = _pick_id(received)
            if not _is_same_scalar(sent["value"], found):
                self.add(code, sent["value"], found, line, member)
        elif isinstance(sent, dict):
            received = _as_dict(received)
            for key, value in sent.items():
                inner = "line_field" if line else "field"
                found = received.get(key)
                self.compare_member(inner, f"{name}, {key}", value, found, line)
        elif isinstance(sent, (list, tuple)):
            self.compare_list(code, name, sent, received, line)
        elif not _is_same_scalar(sent, received):
            self.add(code, sent, received, line, member)

    def compare_list(self, code, name, sent, received, line):
        """A list of objects: each that was sent, by its id or its place."""
        found = [_as_dict(each) for each in _as_list(received)]
        known = {str(each.get("DefinitionId")): each for each in found}
        for place, member in enumerate(sent):
            here = f"{name} {place + 1}"
            if isinstance(member, dict) and "DefinitionId" in member:
                self.compare_custom_field(member, known, line)
                continue
            other = _as_list(received)[place : place + 1]
            other = other[0] if other else None
            self.compare_member(
                "line_field" if line else "field", here, member, other, line
            )

    def compare_custom_field(self, member, known, line):
        """Its value; the rest is the definition's, whatever is sent.

        QuickBooks drops a custom field that it does not know or has switched off.
        """
        number = str(member["DefinitionId"])
        found = known.get(number, {})
        sent, received = member.get("StringValue"), found.get("StringValue")
        if not _is_same_scalar(sent, received):
            name = found.get("Name")
            self.add("custom_field", sent, received, line, str(name or number))

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------
    def compare_links(self):
        """Links of the header, which QuickBooks may answer on the lines.

        Links that it adds are payments, which the balance shows.
        """
        received = _read_links(self.received)
        for line in _read_lines(self.received):
            received |= _read_links(line)
        for mark, name in _read_links(self.sent).items():
            if mark not in received:
                self.add("link", name, None, member=name)

    def compare_link_lines(self, sent, received):
        """Amounts applied to other transactions: sums, in any order."""
        sent, received = self.sum_links(sent), self.sum_links(received)
        for mark, (name, amount) in sent.items():
            _name, found = received.get(mark, (name, None))
            if found is None or not self.is_same_money(amount, found):
                self.add("link", amount, found, member=name)
        for mark, (name, amount) in received.items():
            if mark not in sent:
                self.add("link_extra", None, amount, member=name)

    def sum_links(self, lines):
        found = {}
        for line in lines:
            for mark, name in _read_links(line).items():
                _name, amount = found.get(mark, (name, 0))
                more = _read_number(line.get("Amount")) or 0
                found[mark] = (name, amount + more)
        return found

    # ------------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------------
    def compare_lines(self):
        if "Line" not in self.sent and self.sent.get("Id"):
            return
        sent = _group_lines(self.sent)
        received = _group_lines(self.received)
        for group in ("main", "discount", "late"):
            self.compare_group(sent[group], received[group])
        self.compare_link_lines(
            [line for _number, line in sent["link"]],
            [line for _number, line in received["link"]],
        )

    def compare_group(self, sent, received):
        if len(sent) == len(received):
            blocks = [(0, len(sent), 0, len(received))]
        else:
            matcher = SequenceMatcher(
                None,
                [self.make_key(line) for _number, line in sent],
                [self.make_key(line) for _number, line in received],
                autojunk=False,
            )
            blocks = [opcode[1:] for opcode in matcher.get_opcodes()]
        for start, end, new_start, new_end in blocks:
            pairs = min(end - start, new_end - new_start)
            for offset in range(pairs):
                number, line = sent[start + offset]
                self.compare_line(number, line, received[new_start + offset][1])
            for number, line in sent[start + pairs : end]:
                self.add("line_missing", _label(line), None, number)
            for number, line in received[new_start + pairs : new_end]:
                self.add("line_extra", None, _label(line), number)

    def make_key(self, line):
        """What tells lines apart when some are missing."""
        amount = _read_number(line.get("Amount"))
        if amount is not None:
            amount = money.to_minor(amount, self.decimals)
        item = _pick_id(_get_detail(line).get("ItemRef"))
        texts = (line.get("DetailType"), item, line.get("Description"))
        return (amount, *map(str, texts))

    def compare_line(self, number, sent, received):
        kind, found = sent.get("DetailType"), received.get("DetailType")
        if kind != found:
            self.add("line_kind", kind, found, number)
            return
        # Of a line that is only text, QuickBooks ignores the amount.
        if "Amount" in sent and kind != "DescriptionOnly":
            if not self.is_same_money(sent["Amount"], received.get("Amount")):
                self.add("line_amount", sent["Amount"], received.get("Amount"), number)
        if "Description" in sent:
            text, other = sent["Description"], received.get("Description")
            if not _is_same_scalar(text, other):
                self.add("line_description", text, other, number)
        known = _read_links(received) | _read_links(self.received)
        for mark, name in _read_links(sent).items():
            if mark not in known:
                self.add("line_link", name, None, number, member=name)
        self.compare_detail(number, sent, received)

    def compare_detail(self, number, sent, received):
        detail, other = _get_detail(sent), _get_detail(received)
        for name, value in detail.items():
            found = other.get(name)
            if name in ("Qty", "UnitPrice"):
                if not self.is_same_price(name, value, found, received):
                    self.add(_LINE_CODES[name], value, found, number)
            else:
                code = _LINE_CODES.get(name, "line_field")
                self.compare_member(code, name, value, found, number)

    def is_same_price(self, name, sent, received, line):
        if sent is None:
            return True
        one, other = _read_number(sent), _read_number(received)
        if one is None or (other is None and received is not None):
            return _is_same_scalar(sent, received)
        if _is_close(one, other or 0):
            return True
        if name != "UnitPrice" or not self.inclusive or other is None:
            return False
        # With tax included QuickBooks keeps the price that the net amount gives.
        amount = _read_number(line.get("Amount"))
        quantity = _read_number(_get_detail(line).get("Qty"))
        if amount is None or quantity is None:
            return False
        return money.is_product(amount, quantity, other)

    def is_same_money(self, one, other):
        one, other = _read_number(one), _read_number(other)
        if one is None or other is None:
            return False
        return money.is_same(one, other, self.decimals)


def _group_lines(payload):
    """(number, line) of each line by group; without QuickBooks' own sub-totals."""
    groups = {"main": [], "discount": [], "late": [], "link": []}
    for number, line in enumerate(_read_lines(payload), 1):
        if line.get("DetailType") in _OWN_KINDS:
            continue
        groups[_tell_group(line)].append((number, line))
    return groups


def _tell_group(line):
    if line.get("LinkedTxn") and not line.get("DetailType"):
        return "link"
    if line.get("DetailType") == "DiscountLineDetail":
        return "discount"
    late = _pick_id(_get_detail(line).get("ItemRef")) in _LATE_ITEMS
    return "late" if late else "main"


def _get_detail(line):
    kind = line.get("DetailType")
    if kind == "DescriptionOnly":
        return _as_dict(line.get("DescriptionLineDetail"))
    return _as_dict(line.get(kind)) if isinstance(kind, str) else {}


def _label(line):
    """What a line is known by when it stands alone."""
    text = line.get("Description") or _pick_id(_get_detail(line).get("ItemRef"))
    amount = line.get("Amount")
    shown = [str(each) for each in (text, amount) if each is not None]
    return ", ".join(shown) or str(line.get("DetailType"))


def _read_lines(payload):
    return [line for line in _as_list(payload.get("Line")) if isinstance(line, dict)]


def _read_links(payload):
    """{mark to compare by: name to show} of the transactions that it links to."""
    found = {}
    for link in _as_list(payload.get("LinkedTxn")):
        if isinstance(link, dict):
            kind, id = str(link.get("TxnType")), str(link.get("TxnId"))
            mark = _LINK_NAMES.get(kind.lower(), kind.lower())
            found[mark, id] = f"{kind} {id}"
    return found


def _sum_rates(tax_detail):
    """{id of the tax rate: its tax}."""
    found = {}
    for line in _as_list(tax_detail.get("TaxLine")):
        detail = _as_dict(_as_dict(line).get("TaxLineDetail"))
        rate = str(_pick_id(detail.get("TaxRateRef")))
        amount = _read_number(_as_dict(line).get("Amount")) or 0
        found[rate] = found.get(rate, 0) + amount
    return found


def _pick_id(reference):
    return reference.get("value") if isinstance(reference, dict) else None


def _as_dict(value):
    return value if isinstance(value, dict) else {}


def _as_list(value):
    return value if isinstance(value, (list, tuple)) else []


def _read_number(value):
    """A Decimal, or None for what is no number."""
    try:
        return money.to_decimal(value)
    except (TypeError, ValueError):
        return None


def _is_close(one, other):
    """Equal as far as QuickBooks keeps quantities, prices and rates."""
    return abs(one - other) < money.to_decimal(f"1E-{money.PRICE_DECIMALS}")


def _is_same_scalar(sent, received):
    """Equality of a text, number or boolean; None is what was not sent.

    QuickBooks leaves out what is empty, and says of some members that are false
    nothing at all.
    """
    if sent is None:
        return True
    if isinstance(sent, bool) or isinstance(received, bool):
        return bool(sent) is received or (sent is False and received is None)
    if isinstance(sent, str) and isinstance(received, str):
        return _tidy(sent) == _tidy(received)
    if received is None:
        return sent == "" or _read_number(sent) == 0 and not isinstance(sent, str)
    one, other = _read_number(sent), _read_number(received)
    return one is not None and other is not None and _is_close(one, other)


def _tidy(text):
    return text.replace("\r\n", "\n").strip()
