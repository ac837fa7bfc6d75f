"""Values of payloads as QuickBooks takes them: texts, numbers, addresses, e-mails."""

import re
import unicodedata
from decimal import Decimal
from email.utils import getaddresses

from . import money
from .countries import get_long_code
from .name_match import cut

DOCUMENT_NUMBER_LENGTH = 21
DESCRIPTION_LENGTH = 4000
NOTE_LENGTH = 4000
MEMO_LENGTH = 1000
EMAIL_LENGTH = 100
PHONE_LENGTH = 30
WEB_LENGTH = 1000
ADDRESS_LENGTH = 500
CITY_LENGTH = 255
POSTAL_CODE_LENGTH = 30
ELLIPSIS = "…"

_ATOM = r"[^\s@<>;:,()\[\]\\\".]+"
_EMAIL = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_ATOM}(\.{_ATOM})+")
# How far back a blank is looked for, where a text is cut.
_LONGEST_WORD = 60


def compact(values):
    """The members that say something: not None, '', {} or []."""
    return {
        name: value for name, value in values.items() if value not in (None, "", {}, [])
    }


# ----------------------------------------------------------------------
# Texts
# ----------------------------------------------------------------------
def measure(text):
    """The length of a text as QuickBooks counts it (UTF-16)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def make_text(text, length):
    """A text of several lines, cut at a word, with an ellipsis, when it is too long.

    :return: '' for none
    """
    if not text:
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = "".join(each for each in text if _is_printable(each))
    text = text.strip()
    if len(text) * 2 <= length or measure(text) <= length:
        return text
    start = cut(text, length - len(ELLIPSIS))
    blank = max(start.rfind(" "), start.rfind("\n"))
    is_near = blank > max(0, len(start) - _LONGEST_WORD)
    if is_near and not text[len(start)].isspace():
        start = start[:blank]
    return start.rstrip() + ELLIPSIS


def _is_printable(character):
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")


def make_line(text, length):
    """A text of one line, cut without a sign: streets and cities."""
    return cut(" ".join((text or "").split()), length) if text else ""


def find_email(*texts):
    """The first address that QuickBooks takes, of texts as people enter them, or ''."""
    for text in texts:
        if not text:
            continue
        for _name, address in getaddresses([text.replace(";", ",")]):
            if _EMAIL.fullmatch(address) and len(address) <= EMAIL_LENGTH:
                return address
    return ""


def make_address(street, street2, city, state, code, country):
    """A PhysicalAddress.

    :param state: code of the state, as its country writes it: 'CA'
    :param country: two letters
    :return: dict; empty when all there is, is the country
    """
    address = compact(
        {
            "Line1": make_line(street, ADDRESS_LENGTH),
            "Line2": make_line(street2, ADDRESS_LENGTH),
            "City": make_line(city, CITY_LENGTH),
            "CountrySubDivisionCode": state or "",
            "PostalCode": make_line(code, POSTAL_CODE_LENGTH),
        }
    )
    if address and country:
        address["Country"] = get_long_code(country) or country
    return address


# ----------------------------------------------------------------------
# Numbers
# ----------------------------------------------------------------------
def make_bare(number):
    """A Decimal without trailing zeros: 2.50 is 2.5, 2.00 is 2."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Decimal("0" if text in ("-0", "") else text)


def read_amount(number, decimals):
    """A float that Odoo keeps in a currency, as the Decimal it stands for."""
    amount = Decimal(f"{number:.{decimals}f}")
    return amount if amount else abs(amount)


def read_number(number):
    """A float that Odoo keeps as it was typed, as the Decimal it stands for."""
    return make_bare(Decimal(repr(float(number))))


def make_rate(rate):
    """Home units per foreign unit, of Odoo's foreign units per home unit."""
    rate = read_number(rate)
    if not rate:
        return None
    return make_bare(money.round_half_up(1 / rate, money.PRICE_DECIMALS))


def round_price(price):
    """A price with the decimals that QuickBooks keeps."""
    return money.round_half_up(price, money.PRICE_DECIMALS)


def choose_price(amount, quantity, price, currency_decimals):
    """The unit price to send beside an amount and a quantity.

    The price of the document, with the decimals that QuickBooks keeps, where it gives
    the amount; with a discount or a tax in the price, another that does.

    :return: Decimal, or None when the amount must be sent alone
    """
    decimals = max(money.AMOUNT_DECIMALS, currency_decimals)
    price = make_bare(round_price(price))
    if is_short(quantity) and money.is_product(amount, quantity, price, decimals):
        return price
    price = money.unit_price(amount, quantity, currency_decimals)
    return None if price is None else make_bare(price)


def is_short(number):
    """Whether QuickBooks keeps all decimals of a quantity."""
    return -number.as_tuple().exponent <= money.PRICE_DECIMALS
