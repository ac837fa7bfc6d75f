"""Random documents, and what QuickBooks makes of them, to the cent.

The test suite draws some hundred of them, the bench `money` thousands.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ..tools import money, receipt
from ..tools.references import list_references, resolve
from .documents import INVOICE_DATE, DocumentMixin

# Odoo writes many invoices at once in a fraction of the time.
TOGETHER = 10
# The draw of taxes whose line never holds its tax in the price.
MIXED = 7
REFUSALS = ("below zero", "rounds otherwise and would make it")


@dataclass(frozen=True)
class Line:
    """A line of a random document.

    :param taxes: index among the sets of taxes of the company
    :param shares: percentages of as many classes, or ()
    """

    product: int
    quantity: Decimal
    price: Decimal
    discount: Decimal
    taxes: int
    shares: tuple = ()


@dataclass(frozen=True)
class Document:
    """A random document.

    :param is_foreign: in the company's foreign currency, if it has one
    :param is_global: Odoo rounds the tax of the document, not of each line
    :param is_included: prices hold their tax
    :param policy: what happens to cents that differ
    """

    lines: list = field(default_factory=list)
    is_refund: bool = False
    is_foreign: bool = False
    is_global: bool = False
    is_included: bool = False
    policy: str = "adjust"


def decimals(least, most, places):
    return st.decimals(least, most, places=places, allow_nan=False)


def lines():
    prices = st.one_of(
        decimals("0", "3000", 2),
        decimals("0", "300", 6),
        decimals("-200", "0", 2),
        st.just(Decimal(0)),
    )
    quantities = st.one_of(
        st.integers(1, 20).map(Decimal),
        decimals("0", "500", 3),
        decimals("-3", "0", 3),
    )
    discounts = st.one_of(
        st.just(Decimal(0)),
        st.sampled_from([Decimal(5), Decimal("33.33"), Decimal(100)]),
        decimals("0", "100", 2),
    )
    shares = st.sampled_from(
        [(), (), (), (100,), (60, 40), (60,), (33.33, 33.33, 33.34), (12.5, 87.5)]
    )
    return st.builds(
        Line,
        st.integers(0, 1),
        quantities,
        prices,
        discounts,
        st.integers(0, 9),
        shares,
    )


def documents():
    return st.builds(
        Document,
        st.lists(lines(), min_size=1, max_size=6),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["adjust", "adjust", "refuse"]),
    )


def draw(check, count, number=None):
    """Call ``check`` with lists of random documents.

    :param int count: how many documents in all
    :param int number: the same number draws the same documents
    """
    wrapped = settings(
        max_examples=-(-count // TOGETHER),
        deadline=None,
        database=None,
        # Shrinking writes hundreds of invoices more; the first failure says enough.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(given(st.lists(documents(), min_size=TOGETHER, max_size=TOGETHER))(check))
    if number is not None:
        wrapped = seed(number)(wrapped)
    wrapped()


class CentsMixin(DocumentMixin):
    """A connected company, and a check of one document: put before `QboCommon`.

    :cvar REALM: the company in QuickBooks
    :cvar FOREIGN: code of the other currency of documents, or None
    """

    REALM = None
    FOREIGN = None

    def set_up_cents(self, **preferences):
        preferences["SalesFormsPrefs"] = {
            "AutoApplyCredit": False,
            **preferences.get("SalesFormsPrefs", {}),
        }
        self.set_up_quickbooks(self.REALM, **preferences)
        self.connection.write(
            {
                "rounding_account_id": self.find_reference("Account", "Income").id,
                "receivable_account_id": self.find_reference(
                    "Account", "Accounts Receivable"
                ).id,
            }
        )
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        self.accounts = self.books["account.analytic.account"].create(
            [{"name": f"Class {n}", "plan_id": plan.id} for n in range(3)]
        )
        if self.connection._get_rules().classes == "line":
            self.connection.class_plan_id = plan
        self.foreign = self.env.ref(f"base.{self.FOREIGN}") if self.FOREIGN else None
        self.tax_sets = self.map_tax_sets()
        self.ids = {}
        self.counts = {"sent": 0, "adjusted": 0, "refused": 0, "included": 0}
        self.env.flush_all()

    def map_tax_sets(self):
        """Map what is mapped; return [(sets without tax in the price, with it)]."""
        raise NotImplementedError

    # === DOCUMENTS === #

    def check_documents(self, drawn):
        """Check documents; those that Odoo rounds alike are written together."""
        for is_global in (False, True):
            alike = [each for each in drawn if each.is_global == is_global]
            self.company.tax_calculation_rounding_method = (
                "round_globally" if is_global else "round_per_line"
            )
            for document, move in zip(alike, self.create_documents(alike), strict=True):
                # Odoo posts no total below zero.
                if move.state == "posted":
                    self.connection.rounding_policy = document.policy
                    self.check_document(document, move)

    def create_documents(self, drawn):
        """Return the invoices and credit notes, posted where Odoo posts them."""
        moves = self.books["account.move"].create(
            [self.prepare_document(document) for document in drawn]
        )
        moves.filtered(lambda move: move.amount_total >= 0).action_post()
        return moves

    def prepare_document(self, document):
        values = {
            "move_type": "out_refund" if document.is_refund else "out_invoice",
            "partner_id": self.customer.id,
            "invoice_date": INVOICE_DATE,
            "invoice_line_ids": [
                (0, 0, {"sequence": place, **self.prepare_random_line(document, line)})
                for place, line in enumerate(document.lines, 1)
            ],
        }
        if document.is_foreign and self.foreign:
            values["currency_id"] = self.foreign.id
        return values

    def prepare_random_line(self, document, line):
        sets = self.tax_sets[line.taxes % len(self.tax_sets)]
        # Some documents mix both kinds of prices.
        is_included = document.is_included and line.taxes != MIXED
        distribution = {
            str(account.id): share
            for account, share in zip(self.accounts, line.shares, strict=False)
        }
        return {
            "product_id": (self.service, self.goods)[line.product].id,
            "quantity": float(line.quantity),
            "price_unit": float(line.price),
            "discount": float(line.discount),
            "tax_ids": [(6, 0, sets[is_included].ids)],
            "analytic_distribution": distribution or False,
        }

    # === THE CHECK === #

    def check_document(self, document, move):
        """QuickBooks has Odoo's total, or what was foreseen, and took no offence."""
        blockers = move._qbo_get_blockers(self.connection)
        self.assertFalse(
            [each for each in blockers if not any(word in each for word in REFUSALS)],
            document,
        )
        if any(REFUSALS[0] in each for each in blockers):
            return
        sent, answer = self.send(move)
        self.check_answer(document, move, sent, answer, is_refused=bool(blockers))

    def send(self, move):
        """Send the payload and what it needs, as the worker would; no outbox."""
        payload = move._qbo_prepare_payload(self.connection)
        for reference in list_references(payload):
            if reference.key not in self.ids and not reference.optional:
                record = self.env[reference.model].browse(reference.id)
                self.deliver(record, self.ids)
        sent = resolve(payload, self.ids)
        entity = move._qbo_get_entity()
        answer = self.connection._call(
            lambda client: client.create_entity(entity, sent, f"cents-{move.id}")
        )
        return sent, answer

    def check_answer(self, document, move, sent, answer, is_refused):
        rules = self.connection._get_rules()
        parts = move._qbo_get_sold_parts(self.connection, rules)
        forecast = move._qbo_forecast(self.connection, rules, parts)
        total, tax = move._qbo_get_totals()
        got_total = money.to_decimal(answer["TotalAmt"])
        got_tax = money.to_decimal(answer["TxnTaxDetail"].get("TotalTax") or 0)
        words = f"{document}\n{sent}\n{answer}"
        if is_refused:
            # Sent all the same, to see that the forecast was right.
            self.assertEqual((got_tax, got_total), forecast[1:], words)
            self.assertNotEqual((got_total, got_tax), (total, tax), words)
            self.counts["refused"] += 1
            return
        self.assertEqual(got_total, total, words)
        self.assertEqual(got_tax, forecast.tax, words)
        if not document.is_refund:
            self.assertEqual(money.to_decimal(answer["Balance"]), total, words)
        expected = move._qbo_get_expectation(self.connection)
        gaps = receipt.compare(
            sent,
            answer,
            expected["currency_decimals"],
            total=expected["total"],
            tax=expected["tax"],
            entity=move._qbo_get_entity(),
            automated_tax=True,
        )
        self.assertEqual(receipt.describe(gaps), [], words)
        self.counts["sent"] += 1
        self.counts["adjusted"] += bool(
            move._qbo_get_rounding(self.connection, forecast)
        )
        self.counts["included"] += sent.get("GlobalTaxCalculation") == "TaxInclusive"
