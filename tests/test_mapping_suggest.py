from odoo.tests import tagged

from .common import QboCommon
from .countries import Britain


@tagged("post_install", "-at_install")
class TestSuggestions(Britain, QboCommon):
    """Suggestions on the screen; `country_case` has what is suggested where."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks()
        self.look(["tax"])

    def get_row(self, name):
        tax = self.taxes[name, "sale"]
        return self.env["qbo.mapping"].search([("key", "=", f"sale:{tax.id}")])

    def test_reason_in_words(self):
        row = self.get_row("20%")
        self.assertEqual(row.suggestion_reason, "Same rate: 20%")
        self.assertEqual(row.tax_ids, self.taxes["20%", "sale"])
        self.assertEqual(row.state, "suggested")

    def test_mapped_rows_are_left_alone(self):
        row = self.get_row("20%")
        row.reference_id = self.find_reference("TaxCode", "Exempt")
        mappings = self.env["qbo.mapping"].with_user(self.administrator)
        mappings.with_context(
            default_connection_id=self.connection.id,
            allowed_company_ids=self.company.ids,
        ).action_look_again()
        self.assertEqual(row.reference_id.name, "Exempt")
        self.assertEqual(row.state, "mapped")

    def test_suggestion_that_does_not_hold_any_more(self):
        row = self.get_row("5%")
        self.assertTrue(row.suggested_id)
        self.taxes["5%", "sale"].amount = 6
        self.env["qbo.mapping"].with_context(
            default_connection_id=self.connection.id
        ).action_look_again()
        self.assertFalse(row.suggested_id)
        self.assertEqual(row.state, "unmapped")
