"""CompanyCurrency and ExchangeRate."""

from datetime import date
from decimal import Decimal

from .. import entity_faults, faults, numbers
from ..schema import Reader, Shape, assemble, day, flag, nested, number, text
from .base import Entity
from .common import ENTITY_BLOCK, ENTITY_IGNORED, METADATA

HOME_CURRENCIES = {
    "US": "USD",
    "GB": "GBP",
    "CA": "CAD",
    "AU": "AUD",
    "FR": "EUR",
    "IN": "INR",
}

# QBO's names, and US dollars per unit: the middle of the simulator's list rates.
CURRENCIES = {
    "AUD": ("Australian Dollar", "0.6513"),
    "BHD": ("Bahraini Dinar", "2.6525"),
    "BRL": ("Brazilian Real", "0.1842"),
    "CAD": ("Canadian Dollar", "0.7124"),
    "CHF": ("Swiss Franc", "1.2431"),
    "CNY": ("Chinese Yuan", "0.1405"),
    "CZK": ("Czech Koruna", "0.0477"),
    "DKK": ("Danish Krone", "0.1551"),
    "EUR": ("Euro", "1.1587"),
    "GBP": ("British Pound Sterling", "1.3142"),
    "HKD": ("Hong Kong Dollar", "0.1285"),
    "HUF": ("Hungarian Forint", "0.003"),
    "INR": ("Indian Rupee", "0.0113"),
    "JPY": ("Japanese Yen", "0.0065"),
    "KRW": ("South Korean Won", "0.00069"),
    "KWD": ("Kuwaiti Dinar", "3.2573"),
    "MXN": ("Mexican Peso", "0.0545"),
    "NOK": ("Norwegian Krone", "0.0988"),
    "NZD": ("New Zealand Dollar", "0.5662"),
    "PLN": ("Polish Zloty", "0.2735"),
    "SEK": ("Swedish Krona", "0.1056"),
    "SGD": ("Singapore Dollar", "0.7688"),
    "USD": ("United States Dollar", "1"),
    "ZAR": ("South African Rand", "0.0583"),
}


# How far list rates stray from the middle, and after how many days they are back: a
# length that no other currency has, so that pairs do not move together.
SWING = Decimal("0.02")
SHORTEST_WAVE = 89


def list_rate(code, on_day):
    """Return US dollars per unit on a day: a slow wave around the middle, made up.

    `on_day` is text. The dollar stands still; the same day has always the same rate.
    """
    middle = Decimal(CURRENCIES[code][1])
    if code == "USD":
        return middle
    wave = SHORTEST_WAVE + 2 * sorted(CURRENCIES).index(code)
    position = date.fromisoformat(on_day).toordinal() % wave
    # From -1 up to 1 and down again.
    height = Decimal(abs(4 * position - 2 * wave)) / wave - 1
    return middle * (1 + SWING * height)


def currency_name(code):
    """Return QBO's name of a currency; an unknown code names itself."""
    return CURRENCIES[code][0] if code in CURRENCIES else code


COMPANY_CURRENCY = Shape(
    "CompanyCurrency",
    (
        text("Code", 3, query="f"),
        text("Name", 100, read_only=True),
        flag("Active", query="FS"),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED + ("CustomField",),
)


class CompanyCurrency(Entity):
    """A foreign currency the company uses; the home currency is not listed."""

    name = "CompanyCurrency"
    path = "companycurrency"
    shape = COMPANY_CURRENCY
    sequence = "currencies"
    name_property = "Code"
    element_word = "Currencies"
    required = ("Code",)
    indexes = ("Code",)
    prints_total_count = True

    def complete(self, company, write):
        """Only with multicurrency; a code QBO knows, once."""
        if not company.multicurrency:
            raise entity_faults.feature_not_enabled("Multicurrency")
        code = write.values["Code"]
        if not write.creates and code != write.old["Code"]:
            raise faults.business("The code of a currency cannot be changed.")
        if write.creates and code not in CURRENCIES:
            raise faults.invalid_enumeration(code, "Code")
        if code == company.home_currency:
            raise faults.business("The home currency cannot be added.")
        self.check_unique(company, write)
        write.values["Name"] = currency_name(code)

    def _retired_name(self, company, write, name):
        return name

    def _revived_name(self, company, name):
        return name

    def ensure(self, company, code):
        """Add `code` to the company's list unless it is there or home."""
        if code == company.home_currency:
            return
        if not company.store.table(self.name).find("Code", code):
            self.write(company, {"Code": code})


def check_currency(company, write, element="CurrencyRef"):
    """Complete `CurrencyRef` of a new object and refuse what the company cannot use.

    Without a currency it is the home currency. An unknown one joins the company's list.
    """
    code = write.value_of(element) or company.home_currency
    if code != company.home_currency:
        if not company.multicurrency:
            raise faults.business(
                "Multicurrency must be turned on to use a foreign currency."
            )
        if code not in CURRENCIES:
            raise faults.invalid_reference("Currencies", code, element)
        company.entity("CompanyCurrency").ensure(company, code)
    write.values[element] = company.currency_ref(code)


def refuse_other_currency(write, element="CurrencyRef"):
    """Refuse the change of a currency, which is for life."""
    sent = write.sent.get(element)
    if not write.creates and sent and sent["value"] != write.old[element]["value"]:
        raise faults.business("The currency cannot be changed once it is set.")


# A smaller rate would be stored as zero.
SMALLEST_RATE = Decimal("0.0000001")

EXCHANGE_RATE = Shape(
    "ExchangeRate",
    (
        text("SourceCurrencyCode", 3, query="F"),
        text("TargetCurrencyCode", 3),
        number("Rate", minimum=SMALLEST_RATE),
        day("AsOfDate", query="F"),
        text("Id", read_only=True),
        nested("MetaData", METADATA, read_only=True),
    ),
    ignored=ENTITY_IGNORED + ("SyncToken", "domain", "sparse"),
)


class ExchangeRate(Entity):
    """Home units per foreign unit on a day. Rows have neither Id nor SyncToken.

    Rates that nobody entered come from a fixed list; entered ones hold from their day
    until the next entered one.
    """

    name = "ExchangeRate"
    path = "exchangerate"
    shape = EXCHANGE_RATE
    operations = frozenset({"update"})
    is_list = False
    prints_total_count = True

    def codes(self, company):
        """Return the currencies with a rate: home first."""
        rows = company.store.table("CompanyCurrency").rows.values()
        foreign = [row["Code"] for row in rows if row["Active"]]
        return [company.home_currency, *foreign]

    def rate(self, company, code, on_day):
        """Return the list rate of a currency on a day as Decimal."""
        return self.row(company, code, on_day)["Rate"]

    def row(self, company, code, on_day):
        """Return the row of a currency on a day, in QBO's shape."""
        entered = [
            row
            for row in company.store.table(self.name).rows.values()
            if row["SourceCurrencyCode"] == code and row["AsOfDate"] <= on_day
        ]
        if entered:
            latest = max(entered, key=lambda row: row["AsOfDate"])
            kept = {key: value for key, value in latest.items() if key != "Id"}
            return {**kept, "AsOfDate": on_day}
        home = list_rate(company.home_currency, on_day)
        rate = numbers.divide(list_rate(code, on_day), home)
        return {
            "SourceCurrencyCode": code,
            "TargetCurrencyCode": company.home_currency,
            "Rate": numbers.bare(rate),
            "AsOfDate": on_day,
            "MetaData": {
                "LastUpdatedTime": company.preferences["MetaData"]["CreateTime"]
            },
        }

    def rows_on(self, company, on_day):
        """Return today's or another day's row of every currency."""
        return [self.row(company, code, on_day) for code in self.codes(company)]

    def rows(self, company):
        """Return today's rows."""
        return self.rows_on(company, company.today())

    def read(self, company, code, on_day):
        """Answer `GET exchangerate?sourcecurrencycode=&asofdate=`."""
        if not code:
            raise faults.required("sourcecurrencycode")
        if code not in self.codes(company):
            raise faults.invalid_reference("Currencies", code, "sourcecurrencycode")
        return self.row(company, code, on_day or company.today())

    def write(self, company, body, *, include=frozenset(), by_user=False):
        """Enter a rate; a second one for the same day replaces the first."""
        reader = Reader(company.country)
        sent = reader.read(self.shape, body)
        for name in ("SourceCurrencyCode", "Rate"):
            if sent.get(name) is None:
                raise faults.required(name)
        if reader.problems:
            raise faults.merge(reader.problems)
        if not company.multicurrency:
            raise entity_faults.feature_not_enabled("Multicurrency")
        code = sent["SourceCurrencyCode"]
        if code == company.home_currency:
            raise faults.business("The rate of the home currency is always 1.")
        if sent.get("TargetCurrencyCode") not in (None, company.home_currency):
            raise faults.business("Rates are given in the home currency.")
        if code not in self.codes(company):
            raise faults.invalid_reference("Currencies", code, "SourceCurrencyCode")
        return self._enter(company, code, sent)

    def _enter(self, company, code, sent):
        on_day = sent.get("AsOfDate") or company.today()
        values = {
            "SourceCurrencyCode": code,
            "TargetCurrencyCode": company.home_currency,
            "Rate": sent["Rate"],
            "AsOfDate": on_day,
        }
        row = assemble(self.shape, values)
        row["MetaData"] = {"LastUpdatedTime": company.stamp()}
        stored = {**row, "Id": f"{code} {on_day}"}
        company.store.put(self.name, stored)
        return row
