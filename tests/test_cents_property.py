import os

from odoo.tests import tagged

from ..tools import receipt
from . import cents
from .common import GB_REALM, US_REALM, QboCommon
from .countries import AU_REALM, CA_REALM, FR_REALM, MANUAL_REALM, CountryMixin

EXAMPLES = int(os.environ.get("QUICKBOOKS_ONLINE_CENTS_EXAMPLES", "150"))


class CentsCase(CountryMixin, cents.CentsMixin, QboCommon):
    """Random documents of one company; put the set-up into `set_up_mode`."""

    def create_sets(self, *percentages):
        """[(taxes without, taxes with tax in the price)] of tuples of percentages."""
        taxes = {}
        for percent in sorted({each for row in percentages for each in row}):
            taxes[percent] = tuple(
                self._create_tax(
                    f"{percent}% {kind}", percent, price_include_override=kind
                )
                for kind in ("tax_excluded", "tax_included")
            )
        none = self.env["account.tax"]
        return [
            tuple(
                none.union(*(taxes[percent][kind] for percent in row))
                for kind in (0, 1)
            )
            for row in percentages
        ]

    def map_sets(self, sets, codes):
        for pair, code in zip(sets, codes, strict=True):
            for taxes in pair if pair[0] else pair[:1]:
                self.map_tax(taxes, code)
        return sets

    def set_up_case(self):
        """Connect and map, as this kind of company is."""
        self.set_up_cents()

    def draw_chunk(self, examples, number=None):
        """Check so many random documents; see `cents.draw`."""
        cents.draw(self.check_documents, examples, number)

    def check_examples(self):
        self.set_up_case()
        self.draw_chunk(EXAMPLES)
        self.assertGreater(self.counts["sent"], EXAMPLES // 4, self.counts)


@tagged("post_install", "-at_install")
class TestCentsAutomated(CentsCase):
    """QuickBooks reckons the sales tax, and Odoo's amount overrides it."""

    REALM = US_REALM

    def map_tax_sets(self):
        return self.create_sets((), (9.5,), (7.25, 2.25), (0,))

    def test_random_documents(self):
        self.check_examples()


@tagged("post_install", "-at_install")
class TestCentsOfQuickBooks(TestCentsAutomated):
    """What QuickBooks reckons is kept, and what it differs by is told."""

    def set_up_case(self):
        result = super().set_up_case()
        self.connection.tax_mode = "automated_truth"
        return result

    def check_document(self, document, move):
        if move._qbo_get_blockers(self.connection):
            return
        sent, answer = self.send(move)
        self.assertNotIn("TxnTaxDetail", sent)
        expected = move._qbo_get_expectation(self.connection)
        gaps = receipt.compare(
            sent,
            answer,
            total=expected["total"],
            tax=expected["tax"],
            entity=move._qbo_get_entity(),
            automated_tax=True,
        )
        is_same = answer["TotalAmt"] == expected["total"]
        self.assertEqual(not gaps, is_same, (document, gaps))
        self.assertLessEqual({gap.code for gap in gaps}, {"total", "tax"})
        self.counts["sent"] += 1


@tagged("post_install", "-at_install")
class TestCentsManual(CentsCase):
    """One tax code for each document, with Odoo's amount."""

    REALM = MANUAL_REALM

    def map_tax_sets(self):
        sets = self.create_sets((), (8,), (7.1, 2), (0,))
        self.map_sets(sets[1:3], ["California"] * 2)
        return sets

    def test_random_documents(self):
        self.check_examples()


@tagged("post_install", "-at_install")
class TestCentsWithoutTax(CentsCase):
    REALM = US_REALM

    def map_tax_sets(self):
        return [(self.env["account.tax"],) * 2]

    def set_up_case(self):
        self.set_up_cents(TaxPrefs={"UsingSalesTax": False})
        self.assertEqual(self.connection.tax_mode, "off")

    def test_random_documents(self):
        self.check_examples()


@tagged("post_install", "-at_install")
class TestCentsBritain(CentsCase):
    """A tax code on each line, two currencies."""

    REALM = GB_REALM
    CURRENCY, COUNTRY, FOREIGN = "GBP", "uk", "EUR"

    def map_tax_sets(self):
        return self.map_sets(
            self.create_sets((), (20,), (5,), (0,)),
            ["No VAT", "20.0% S", "5.0% R", "0.0% Z"],
        )

    def test_random_documents(self):
        self.check_examples()
        self.assertGreater(self.counts["included"], 0)


@tagged("post_install", "-at_install")
class TestCentsByDocument(TestCentsBritain):
    """A company whose QuickBooks rounds the tax of the document, not of each line."""

    def set_up_case(self):
        result = super().set_up_case()
        self.connection.tax_rounding = "document"
        self.control(
            "POST", f"company/{self.REALM}", switches={"tax_rounding": "document"}
        )
        return result


@tagged("post_install", "-at_install")
class TestCentsCanada(CentsCase):
    """Two rates in a code, classes on lines."""

    REALM = CA_REALM
    CURRENCY, COUNTRY = "CAD", "ca"

    def map_tax_sets(self):
        return self.map_sets(
            self.create_sets((), (5,), (5, 7), (5, 9.975), (13,), (0,)),
            [
                "Out of Scope",
                "GST",
                "GST/PST BC",
                "GST/QST QC - 9.975",
                "HST ON",
                "Zero-rated",
            ],
        )

    def test_random_documents(self):
        self.check_examples()
        self.assertGreater(self.counts["adjusted"], 0)


@tagged("post_install", "-at_install")
class TestCentsAustralia(CentsCase):
    """Yen beside dollars: QuickBooks reckons hundredths of a yen."""

    REALM = AU_REALM
    CURRENCY, COUNTRY, FOREIGN = "AUD", "au", "JPY"

    def map_tax_sets(self):
        return self.map_sets(
            self.create_sets((), (10,), (0,)), ["Out of Scope", "GST", "GST free"]
        )

    def set_up_case(self):
        preferences = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}
        self.control("POST", f"company/{self.REALM}", preferences=preferences)
        self.control(
            "POST",
            "act",
            realm=self.REALM,
            entity="CompanyCurrency",
            operation="create",
            values={"Code": self.FOREIGN},
        )
        self.set_up_cents()

    def test_random_documents(self):
        self.check_examples()


@tagged("post_install", "-at_install")
class TestCentsFrance(CentsCase):
    REALM = FR_REALM
    CURRENCY, COUNTRY = "EUR", "fr"

    def map_tax_sets(self):
        return self.map_sets(
            self.create_sets((), (20,), (5.5,), (2.1,)),
            ["Hors champ", "20 % TVA FR", "5,5 % TVA FR", "2,1 % TVA FR"],
        )

    def test_random_documents(self):
        self.check_examples()


# Each is a kind of company; the bench `money` goes through all of them.
CASES = (
    TestCentsAutomated,
    TestCentsOfQuickBooks,
    TestCentsManual,
    TestCentsWithoutTax,
    TestCentsBritain,
    TestCentsByDocument,
    TestCentsCanada,
    TestCentsAustralia,
    TestCentsFrance,
)
