"""Sales forms: lines of items, discount, subtotal, tax, addresses."""

import re

from .. import entity_faults, faults
from ..numbers import LARGEST_AMOUNT, ZERO, money
from . import tax, tax_lines, tax_us
from .common import is_email
from .sales_lines import SalesLines, is_shipping
from .sales_shapes import (
    DISCOUNT_LINE,
    ITEM_LINE,
    SHIPPING_ITEM,
    SUBTOTAL_LINE,
    TEXT_LINE,
)
from .transaction import Transaction

# Intuit's page: 750 lines when taxable; the second is the service's own ceiling.
LARGEST_TAXED_FORM, LARGEST_FORM = 750, 10_000

# The last line of an address in free form: `City, ST  ZIP`.
_CITY_AND_STATE = re.compile(r"(?:^|(.*), )([A-Z]{2})(?: |$)")


class SalesForm(SalesLines, Transaction):
    """Base of invoices and their kin."""

    series = "sales"
    required = ("CustomerRef", "Line")
    print_status = "NeedToPrint"

    # --- reading ---

    def check_required(self, company, write):
        """CustomerRef and at least one line, in QBO's order."""
        for name in self.required:
            if not write.values.get(name):
                raise faults.required(name)

    def check_values(self, company, write, problems):
        """Digits of amounts (2090), and e-mail addresses that are none (2210)."""
        self.check_line_amounts(company, write, problems)
        for name in ("BillEmail", "BillEmailCc", "BillEmailBcc"):
            addresses = (write.sent.get(name) or {}).get("Address") or ""
            if addresses and not all(map(is_email, addresses.split(","))):
                problems.append(faults.invalid_email(name))

    def discard(self, company, write):
        """Drop what the company does not track, and lines QBO makes itself."""
        self.discard_untracked(company, write)
        per_line = company.preference("AccountingInfoPrefs.ClassTrackingPerTxnLine")
        write.values["Line"] = [
            self._read_line(company, line, per_line)
            for line in write.values.get("Line") or ()
            if line.get("DetailType") != SUBTOTAL_LINE
        ]
        if company.country != "US" or not self.uses_tax(company):
            tax_detail = write.values.get("TxnTaxDetail")
            if tax_detail:
                kept = {k: v for k, v in tax_detail.items() if k != "TxnTaxCodeRef"}
                write.values["TxnTaxDetail"] = kept

    def _read_line(self, company, line, class_counts):
        if line.get("DetailType") is None:
            raise faults.required("Line.DetailType")
        if is_shipping(line):
            # No object of the books: nothing to refer to.
            kept = {name: line.get(name) for name in ("Amount", "DetailType")}
            return {**kept, SHIPPING_ITEM: True}
        line = dict(line)
        for name in (ITEM_LINE, DISCOUNT_LINE):
            if line.get(name) is None:
                continue
            detail = dict(line[name])
            if not class_counts:
                detail.pop("ClassRef", None)
            detail.pop("ItemAccountRef", None)
            line[name] = detail
            if name == ITEM_LINE and detail.get("TaxCodeRef"):
                tax.check_line_code(company, detail["TaxCodeRef"]["value"])
        return line

    @staticmethod
    def uses_tax(company):
        """Tell whether the company has sales tax at all."""
        return company.preference("TaxPrefs.UsingSalesTax")

    # --- completing ---

    def write(self, company, body, *, include=frozenset(), by_user=False):
        """Return the row as it is after what QBO did by itself."""
        row = super().write(company, body, include=include, by_user=by_user)
        return company.store.get(self.name, row["Id"])

    def complete(self, company, write):
        """Everything QBO adds to or checks in a sales form."""
        customer = self.customer_of(company, write)
        self.settle_date(company, write)
        self.settle_location_type(company, write)
        self.settle_own_number(company, write)
        self.settle_currency(company, write, customer or company.nobody)
        self.settle_addresses(company, write)
        self.settle_delivery(write)
        self.settle_terms(company, write)
        self.settle_links(company, write)
        write.values["CustomField"] = self.custom_fields(company, write)
        self.compute(company, write)
        self.settle_balance(company, write)
        self.settle_flags(company, write)

    def customer_of(self, company, write):
        """Return the customer's row, or None where a form may have none."""
        customer_id = write.value_of("CustomerRef")
        return company.store.get("Customer", customer_id) if customer_id else None

    def settle_own_number(self, company, write):
        """By hand, unique, or the next one: a preference decides."""
        custom = company.preference("SalesFormsPrefs.CustomTxnNumbers")
        self.settle_number(company, write, custom=custom, check=custom)

    def settle_terms(self, company, write):
        """Hook: due date and the like."""

    def settle_links(self, company, write):
        """Hook: which other transactions the form is linked with."""

    def settle_balance(self, company, write):
        """Hook: what stays open."""

    def settle_flags(self, company, write):
        """The order of discount and tax is a choice in the US only."""
        chosen = write.values.get("ApplyTaxAfterDiscount")
        in_us = company.country == "US"
        write.values["ApplyTaxAfterDiscount"] = bool(chosen) if in_us else None

    # --- computing ---

    def compute(self, company, write):
        """Settle lines, discount, tax and totals."""
        values = write.values
        self._settle_mode(company, write)
        lines = [self._line(company, write, line) for line in values["Line"]]
        if self.needs_lines(company) and not any(map(_says_something, lines)):
            raise faults.required("Line")
        items = _of_kind(lines, ITEM_LINE)
        shipping = _of_kind(lines, SHIPPING_ITEM)
        if len(shipping) > 1:
            raise faults.business("A transaction has one charge for shipping at most.")
        self._settle_gross(company, write, items)
        subtotal = money(sum((line["Amount"] for line in items), ZERO))
        discounts = _of_kind(lines, DISCOUNT_LINE)
        discount = self._discount(company, write, discounts, subtotal)
        body = _of_kind(lines, ITEM_LINE, TEXT_LINE)
        self.give_line_ids(body, write.before("Line", ()))
        closing = {
            "Amount": subtotal,
            "DetailType": SUBTOTAL_LINE,
            SUBTOTAL_LINE: {},
        }
        document = self._document(company, write, items, subtotal, discount)
        for line in discounts:
            document.discount_percent = line[DISCOUNT_LINE].get("DiscountPercent")
        values["TxnTaxDetail"] = self._tax(company, document)
        values["Line"] = [*body, closing, *discounts, *shipping]
        taxed = any(line["TaxLineDetail"]["TaxPercent"] for line in self._taxes(values))
        if len(lines) > (LARGEST_TAXED_FORM if taxed else LARGEST_FORM):
            raise entity_faults.too_many_lines(taxed)
        charge = sum((line["Amount"] for line in shipping), ZERO)
        self._total(company, values, subtotal - discount + charge)

    def _settle_mode(self, company, write):
        """Outside the US each form says how its prices hold tax."""
        values = write.values
        if company.country == "US":
            return
        if values.get("GlobalTaxCalculation") is None:
            values["GlobalTaxCalculation"] = "TaxExcluded"
        tax_lines.check_sent_tax(values, write.sent.get("TxnTaxDetail") or {})

    @staticmethod
    def _tax(company, document):
        engine = tax_us if company.country == "US" else tax_lines
        return engine.of_document(company, document)

    def _settle_gross(self, company, write, items):
        """Prices with tax become net; elsewhere a gross amount means nothing."""
        values = write.values
        if values.get("GlobalTaxCalculation") != tax.INCLUSIVE:
            for line in items:
                line[ITEM_LINE].pop("TaxInclusiveAmt", None)
            return
        same = ("GlobalTaxCalculation", "TxnDate")
        stays = all(write.before(name) == values[name] for name in same)
        kept = write.before("Line", ()) if stays else ()
        tax_lines.take_tax_out(company, items, values["TxnDate"], kept)

    def needs_lines(self, company):
        """Tell whether a form without an item or a text is refused (2020)."""
        return True

    @staticmethod
    def _taxes(values):
        return values["TxnTaxDetail"].get("TaxLine", ())

    def _total(self, company, values, net):
        total = net + values["TxnTaxDetail"]["TotalTax"]
        if total < 0:
            raise faults.business("Transaction amount must be 0 or greater")
        if total > LARGEST_AMOUNT:
            raise faults.invalid_number(total, "TotalAmt")
        values["TotalAmt"] = money(total)
        values["HomeTotalAmt"] = self.home_amount(company, values, total)

    def _document(self, company, write, items, subtotal, discount):
        where = write.values.get("ShipAddr") or write.values.get("BillAddr") or {}
        return tax.Document(
            write.values,
            items,
            subtotal,
            discount,
            write.sent.get("TxnTaxDetail") or {},
            place=place_of(where),
            customer=self.customer_of(company, write) or {},
        )

    # --- addresses, printing, mail ---

    def settle_addresses(self, company, write):
        """Take the customer's addresses; an update returns them in free form."""
        customer = self.customer_of(company, write)
        if customer is None:
            return
        for name in ("BillAddr", "ShipAddr"):
            if write.creates and write.values.get(name) is None:
                known = customer.get(name) or customer.get("BillAddr")
                if known:
                    sent = {k: v for k, v in known.items() if k != "Id"}
                    write.values[name] = self.address(company, sent)
            elif not write.creates and write.values.get(name):
                write.values[name] = self._free_form(
                    company, customer, write.values[name]
                )

    def _free_form(self, company, customer, address):
        """Flatten as QBO does on the first update: lines only."""
        if not company.switches.address_flattening:
            return address
        city = address.get("City")
        region = address.get("CountrySubDivisionCode")
        code = address.get("PostalCode")
        if not (city or region or code):
            return address
        names = [customer["DisplayName"], customer.get("CompanyName")]
        lines = [name for name in dict.fromkeys(names) if name]
        lines += [address[f"Line{n}"] for n in range(1, 6) if address.get(f"Line{n}")]
        head = ", ".join(part for part in (city, region) if part)
        lines = [*lines[:4], f"{head}  {code or ''}".rstrip()]
        flat = {f"Line{n}": line for n, line in enumerate(lines, start=1)}
        return {"Id": company.store.next_id("addresses"), **flat}

    def settle_delivery(self, write):
        """Print and mail status; sending needs an address."""
        values = write.values
        if values.get("PrintStatus") is None:
            values["PrintStatus"] = self.print_status
        if values.get("EmailStatus") is None:
            values["EmailStatus"] = "NotSet"
        if values["EmailStatus"] == "NeedToSend":
            if not (values.get("BillEmail") or {}).get("Address"):
                raise faults.required("BillEmail")
            values["DeliveryInfo"] = {"DeliveryType": "Email"}


def place_of(address):
    """Return the tax.Place of an address, also of one in free form."""
    lines = [address[f"Line{n}"] for n in range(1, 6) if address.get(f"Line{n}")]
    found = _CITY_AND_STATE.search(lines[-1]) if lines else None
    city, state = found.groups() if found else (None, None)
    return tax.Place(
        address.get("CountrySubDivisionCode") or state,
        address.get("City") or city,
        address.get("Country"),
    )


def _of_kind(lines, *kinds):
    """Return the lines of these kinds; a charge for shipping is a kind of its own."""
    return [
        line
        for line in lines
        if (SHIPPING_ITEM if is_shipping(line) else line["DetailType"]) in kinds
    ]


def _says_something(line):
    """Tell whether a line is more than a discount."""
    return line["DetailType"] != DISCOUNT_LINE
