"""Sales forms: lines of items, discount, subtotal, tax, addresses."""

from decimal import Decimal

from .. import entity_faults, faults
from ..numbers import ZERO, divide, money, multiply, round_half_up, with_thousands
from ..schema import (
    NON_US,
    Shape,
    amount,
    currency,
    day,
    enum,
    flag,
    integer,
    many,
    nested,
    number,
    ref,
    text,
)
from . import account_types, tax
from .account import with_subtype
from .common import ADDRESS, EMAILS, MEMO
from .settings import other_preference
from .transaction import (
    LINE_DETAILS,
    LINKED,
    Transaction,
    common_fields,
    rate_field,
)

ITEM_LINE, DISCOUNT_LINE = "SalesItemLineDetail", "DiscountLineDetail"
SUBTOTAL_LINE, TEXT_LINE = "SubTotalLineDetail", "DescriptionOnly"
LARGEST_TAXED_FORM = 750

ITEM_DETAIL = Shape(
    ITEM_LINE,
    (
        day("ServiceDate"),
        amount("TaxInclusiveAmt"),
        ref("ItemRef", "Item"),
        ref("ClassRef", "Class"),
        number("UnitPrice"),
        number("Qty"),
        ref("ItemAccountRef", "Account"),
        ref("TaxCodeRef", "TaxCode", named=False),
    ),
    ignored=(
        "DiscountRate",
        "DiscountAmt",
        "MarkupInfo",
        "PriceLevelRef",
        "RatePercent",
        "TaxClassificationRef",
        "UOMRef",
        "SalesItemLineDetailEx",
        "DeferredRevenue",
        "InventorySiteRef",
    ),
)
DISCOUNT_DETAIL = Shape(
    DISCOUNT_LINE,
    (
        day("ServiceDate"),
        ref("ClassRef", "Class"),
        ref("TaxCodeRef", "TaxCode", named=False),
        flag("PercentBased"),
        number("DiscountPercent", minimum=Decimal(0), largest=Decimal(100)),
        ref("DiscountAccountRef", "Account"),
    ),
    ignored=("DiscountRef", "Discount", "DiscountLineDetailEx"),
)
SUBTOTAL_DETAIL = Shape(
    SUBTOTAL_LINE, (), ignored=("ItemRef", "ServiceDate", "ClassRef", "TaxCodeRef")
)
TEXT_DETAIL = Shape(
    "DescriptionLineDetail",
    (),
    ignored=("ServiceDate", "TaxCodeRef", "DescriptionLineDetailEx"),
)

_OWN_DETAILS = (ITEM_LINE, SUBTOTAL_LINE, DISCOUNT_LINE, "DescriptionLineDetail")

SALES_LINE = Shape(
    "Line",
    (
        text("Id"),
        integer("LineNum"),
        text("Description", 4000),
        amount("Amount"),
        many("LinkedTxn", LINKED),
        enum("DetailType", (*LINE_DETAILS, TEXT_LINE)),
        nested(ITEM_LINE, ITEM_DETAIL),
        nested(SUBTOTAL_LINE, SUBTOTAL_DETAIL),
        nested(DISCOUNT_LINE, DISCOUNT_DETAIL),
        nested("DescriptionLineDetail", TEXT_DETAIL),
    ),
    ignored=(
        "CustomField",
        "LineEx",
        "ProjectRef",
        "Received",
        *(name for name in LINE_DETAILS if name not in _OWN_DETAILS),
    ),
)

TAX_LINE = Shape(
    "Line",
    (
        amount("Amount"),
        enum("DetailType", ("TaxLineDetail",)),
        nested(
            "TaxLineDetail",
            Shape(
                "TaxLineDetail",
                (
                    ref("TaxRateRef", "TaxRate", named=False),
                    flag("PercentBased"),
                    number("TaxPercent"),
                    amount("NetAmountTaxable"),
                ),
                ignored=("TaxInclusiveAmount", "OverrideDeltaAmount", "ServiceDate"),
            ),
        ),
    ),
    ignored=("Id", "LineNum", "Description", "LinkedTxn"),
)
TAX_DETAIL = Shape(
    "TxnTaxDetail",
    (
        ref("TxnTaxCodeRef", "TaxCode", named=False),
        amount("TotalTax"),
        many("TaxLine", TAX_LINE),
    ),
    ignored=("DefaultTaxCodeRef", "TaxReviewStatus", "UseAutomatedSalesTax"),
)

HEAD_FIELDS = (
    *common_fields(),
    ref("DepartmentRef", "Department"),
    currency(),
    rate_field(),
    text("PrivateNote", 4000),
    many("LinkedTxn", LINKED),
    many("Line", SALES_LINE),
    nested("TxnTaxDetail", TAX_DETAIL),
)

PARTY_FIELDS = (
    ref("CustomerRef", "Customer", query="F"),
    nested("CustomerMemo", MEMO),
    nested("BillAddr", ADDRESS),
    nested("ShipAddr", ADDRESS),
    flag("FreeFormAddress", read_only=True),
    nested("ShipFromAddr", ADDRESS),
    ref("ClassRef", "Class"),
)

SUM_FIELDS = (
    enum(
        "GlobalTaxCalculation",
        ("TaxExcluded", "TaxInclusive", "NotApplicable"),
        countries=NON_US,
    ),
    amount("TotalAmt", query="fs", read_only=True),
    amount("HomeTotalAmt", read_only=True),
    flag("ApplyTaxAfterDiscount"),
    enum("PrintStatus", ("NotSet", "NeedToPrint", "PrintComplete")),
    enum("EmailStatus", ("NotSet", "NeedToSend", "EmailSent")),
    nested("BillEmail", EMAILS),
    nested("BillEmailCc", EMAILS),
    nested("BillEmailBcc", EMAILS),
)


class SalesForm(Transaction):
    """Base of invoices and their kin."""

    series = "sales"
    required = ("CustomerRef", "Line")

    # --- reading ---

    def check_required(self, company, write):
        """CustomerRef and at least one line, in QBO's order."""
        for name in self.required:
            if not write.values.get(name):
                raise faults.required(name)

    def discard(self, company, write):
        """Drop what the company does not track, and lines QBO makes itself."""
        self.discard_untracked(company, write)
        per_line = company.preference("AccountingInfoPrefs.ClassTrackingPerTxnLine")
        lines = []
        for line in write.values.get("Line") or ():
            if line.get("DetailType") is None:
                raise faults.required("Line.DetailType")
            if line["DetailType"] == SUBTOTAL_LINE:
                continue
            line = dict(line)
            for name in (ITEM_LINE, DISCOUNT_LINE):
                if line.get(name) is None:
                    continue
                detail = dict(line[name])
                if not per_line:
                    detail.pop("ClassRef", None)
                detail.pop("ItemAccountRef", None)
                line[name] = detail
            lines.append(line)
        write.values["Line"] = lines
        if company.country != "US" or not self._uses_tax(company):
            tax_detail = write.values.get("TxnTaxDetail")
            if tax_detail:
                kept = {k: v for k, v in tax_detail.items() if k != "TxnTaxCodeRef"}
                write.values["TxnTaxDetail"] = kept

    @staticmethod
    def _uses_tax(company):
        return company.preference("TaxPrefs.UsingSalesTax")

    # --- computing ---

    def compute(self, company, write):
        """Settle lines, discount, tax and totals."""
        values = write.values
        if company.country != "US" and values.get("GlobalTaxCalculation") is None:
            values["GlobalTaxCalculation"] = "TaxExcluded"
        lines = [self._line(company, write, line) for line in values["Line"]]
        items = [line for line in lines if line["DetailType"] == ITEM_LINE]
        if values.get("GlobalTaxCalculation") == "TaxInclusive":
            tax.take_tax_out(company, items, values["TxnDate"])
        subtotal = money(sum((line["Amount"] for line in items), ZERO))
        discounts = [line for line in lines if line["DetailType"] == DISCOUNT_LINE]
        discount = self._discount(company, discounts, subtotal)
        body = [line for line in lines if line["DetailType"] != DISCOUNT_LINE]
        self.give_line_ids(body, write.before("Line", ()))
        closing = {
            "Amount": subtotal,
            "DetailType": SUBTOTAL_LINE,
            SUBTOTAL_LINE: {},
        }
        document = self._document(company, write, items, subtotal, discount)
        values["TxnTaxDetail"] = tax.of_document(company, document)
        values["Line"] = [*body, closing, *discounts]
        taxed = any(line["TaxLineDetail"]["TaxPercent"] for line in self._taxes(values))
        if taxed and len(lines) > LARGEST_TAXED_FORM:
            raise faults.business("A taxed transaction can have 750 lines at most.")
        self._total(company, values, subtotal - discount)

    @staticmethod
    def _taxes(values):
        return values["TxnTaxDetail"].get("TaxLine", ())

    def _total(self, company, values, net):
        total = net + values["TxnTaxDetail"]["TotalTax"]
        if total < 0:
            raise faults.business("Transaction amount must be 0 or greater")
        values["TotalAmt"] = money(total)
        values["HomeTotalAmt"] = self.home_amount(company, values, total)

    def _document(self, company, write, items, subtotal, discount):
        customer = company.store.get("Customer", write.value_of("CustomerRef"))
        where = write.values.get("ShipAddr") or write.values.get("BillAddr") or {}
        default = customer.get("DefaultTaxCodeRef")
        return tax.Document(
            write.values,
            items,
            subtotal,
            discount,
            write.sent.get("TxnTaxDetail") or {},
            state=where.get("CountrySubDivisionCode"),
            default_code=default["value"] if default else None,
        )

    # --- lines ---

    def _line(self, company, write, line):
        kind = line["DetailType"]
        if kind == TEXT_LINE:
            kept = {name: line.get(name) for name in ("Id", "Description")}
            return {**kept, "DetailType": kind, "DescriptionLineDetail": {}}
        if kind == DISCOUNT_LINE:
            return {**line, "Id": None, "LineNum": None}
        if kind != ITEM_LINE:
            raise faults.business(f"A line of type {kind} does not belong here.")
        return self._item_line(company, write, line)

    def _item_line(self, company, write, line):
        detail = dict(line.get(ITEM_LINE) or {})
        item = self._item(company, detail)
        if item is None:
            kept = {name: line.get(name) for name in ("Id", "Description")}
            return {**kept, "DetailType": TEXT_LINE, "DescriptionLineDetail": {}}
        if line.get("Amount") is None:
            raise faults.required("Line.Amount")
        detail["ItemRef"] = {"value": item["Id"], "name": item["Name"]}
        if item.get("IncomeAccountRef"):
            detail["ItemAccountRef"] = item["IncomeAccountRef"]
        self._check_price(write, line, detail)
        detail["TaxCodeRef"] = self._line_code(company, write, detail, item)
        links = [
            link for link in line.get("LinkedTxn") or () if link["TxnType"] != "Payment"
        ]
        return {
            **line,
            "Amount": money(line["Amount"]),
            "LinkedTxn": links or None,
            ITEM_LINE: detail,
        }

    def _item(self, company, detail):
        """Return the item's row: the one named, or the company's default, or None."""
        reference = detail.get("ItemRef")
        default = other_preference(company, "SalesFormsPrefs.DefaultItem")
        item_id = reference["value"] if reference else default
        item = company.store.get("Item", item_id) if item_id else None
        if item is not None and item["Type"] == "Category":
            raise faults.business("A category cannot be used on a line.")
        return item

    def _check_price(self, write, line, detail):
        """Amount is Qty x UnitPrice, rounded half up from what was sent (6070)."""
        quantity, price = detail.get("Qty"), detail.get("UnitPrice")
        if not quantity and not price:
            # Client libraries send both as zero for "not given".
            detail["Qty"] = detail["UnitPrice"] = None
            return
        inclusive = write.values.get("GlobalTaxCalculation") == "TaxInclusive"
        if inclusive and detail.get("TaxInclusiveAmt") is not None:
            return
        if quantity is None:
            detail["Qty"] = Decimal(1) if price == line["Amount"] else None
            if detail["Qty"] is None:
                detail["Qty"], detail["UnitPrice"] = Decimal(1), line["Amount"]
            return
        if price is None:
            if quantity:
                detail["UnitPrice"] = divide(line["Amount"], quantity)
            return
        if round_half_up(multiply(quantity, price)) != line["Amount"]:
            raise faults.amount_mismatch(with_thousands(line["Amount"]))

    def _line_code(self, company, write, detail, item):
        sent = detail.get("TaxCodeRef")
        if company.country == "US":
            if sent is not None and sent["value"] not in ("TAX", "NON"):
                raise entity_faults.us_line_tax_code()
            if sent is not None and self._uses_tax(company):
                return sent
            taxable = item.get("Taxable") and self._uses_tax(company)
            return {"value": "TAX" if taxable else "NON"}
        if write.values["GlobalTaxCalculation"] == "NotApplicable":
            return None
        if sent is None:
            raise entity_faults.tax_code_missing(company.country)
        return sent

    def _discount(self, company, discounts, subtotal):
        if not discounts:
            return ZERO
        if len(discounts) > 1:
            raise faults.business("A transaction has one discount line at most.")
        if not company.preference("SalesFormsPrefs.AllowDiscount"):
            raise entity_faults.feature_not_enabled("Discount")
        line = discounts[0]
        detail = dict(line.get(DISCOUNT_LINE) or {})
        percent = detail.get("DiscountPercent")
        if detail.get("PercentBased") and percent is not None:
            value = round_half_up(subtotal * percent / 100)
        elif line.get("Amount") is not None and not detail.get("PercentBased"):
            value = round_half_up(line["Amount"])
            detail["PercentBased"], detail["DiscountPercent"] = False, None
        else:
            raise entity_faults.discount_incomplete()
        if value > subtotal:
            raise faults.business(
                "The discount amount can't be greater than the subtotal."
            )
        if detail.get("DiscountAccountRef") is None:
            account_id = company.preference("SalesFormsPrefs.DefaultDiscountAccount")
            account = company.store.get("Account", account_id or "") or with_subtype(
                company, "DiscountsRefundsGiven"
            )
            if account:
                detail["DiscountAccountRef"] = {
                    "value": account["Id"],
                    "name": account["FullyQualifiedName"],
                }
        line[DISCOUNT_LINE], line["Amount"] = detail, value
        return value

    # --- addresses, printing, mail ---

    def settle_addresses(self, company, write):
        """Take the customer's addresses; an update returns them in free form."""
        customer = company.store.get("Customer", write.value_of("CustomerRef"))
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
            values["PrintStatus"] = "NeedToPrint"
        if values.get("EmailStatus") is None:
            values["EmailStatus"] = "NotSet"
        if values["EmailStatus"] == "NeedToSend":
            if not (values.get("BillEmail") or {}).get("Address"):
                raise faults.required("BillEmail")
            values["DeliveryInfo"] = {"DeliveryType": "Email"}

    def open_receivable(self, company, currency_code):
        """Open the receivable account of a foreign currency on first use."""
        if currency_code == company.home_currency:
            return
        name = f"Accounts Receivable (A/R) - {currency_code}"
        if not company.store.table("Account").find("Name", name):
            kind = account_types.DEFAULT_SUBTYPE["Accounts Receivable"]
            company.entity("Account").write(
                company,
                {
                    "Name": name,
                    "AccountSubType": kind,
                    "CurrencyRef": {"value": currency_code},
                },
            )


def applied_amount(row):
    """Return how much of a sales form's total is settled."""
    return row["TotalAmt"] - row["Balance"]
