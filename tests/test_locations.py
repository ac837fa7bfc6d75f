from odoo.tests import tagged

from .test_payloads import PayloadCase


@tagged("post_install", "-at_install")
class TestLocations(PayloadCase):
    """The location of a document, from its analytic distribution."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks()
        plan = self.env["account.analytic.plan"].create({"name": "Sites"})
        self.connection.location_plan_id = plan
        self.office, self.west = self.books["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("Office", "Westside")]
        )
        self.map_location(self.office, "Head office")

    def map_location(self, account, name):
        return self.env["qbo.mapping"].create(
            {
                "connection_id": self.connection.id,
                "kind": "location",
                "res_model": account._name,
                "res_id": account.id,
                "reference_id": self.find_reference("Department", name).id,
            }
        )

    def create_distributed(self, *distributions):
        return self.create_invoice(
            [
                {
                    "product_id": self.service.id,
                    "price_unit": 10,
                    "tax_ids": False,
                    "analytic_distribution": distribution,
                }
                for distribution in distributions
            ]
        )

    def test_location_of_all_lines(self):
        whole = {str(self.office.id): 100}
        invoice = self.create_distributed(whole, whole)
        location = self.find_reference("Department", "Head office")
        self.assertEqual(
            self.prepare(invoice)["DepartmentRef"], {"value": location.qbo_id}
        )
        self.check_delivered(invoice, "20.00")

    def test_none(self):
        invoice = self.create_distributed(False)
        self.assertNotIn("DepartmentRef", self.prepare(invoice))
        self.assertEqual(invoice._qbo_get_blockers(self.connection), [])

    def test_several_locations(self):
        office, west = str(self.office.id), str(self.west.id)
        for distributions in (
            ({office: 100}, {west: 100}),
            ({office: 60, west: 40},),
            ({office: 60},),
            ({office: 100}, False),
        ):
            blocker = self.get_blocker(self.create_distributed(*distributions))
            self.assertIn("do not all belong to one location", blocker)

    def test_two_accounts_that_are_one_location(self):
        self.map_location(self.west, "Head office")
        office, west = str(self.office.id), str(self.west.id)
        location = self.find_reference("Department", "Head office")
        for distributions in (
            ({office: 100}, {west: 100}),
            ({office: 60, west: 40}, {office: 100}),
        ):
            invoice = self.create_distributed(*distributions)
            self.assertEqual(
                self.prepare(invoice)["DepartmentRef"], {"value": location.qbo_id}
            )
            self.check_delivered(invoice, "20.00")
        blocker = self.get_blocker(self.create_distributed({office: 60, west: 10}))
        self.assertIn("do not all belong to one location", blocker)

    def test_waits_until_it_is_mapped(self):
        invoice = self.create_distributed({str(self.west.id): 100})
        self.assertIn("no location for Westside yet", self.get_blocker(invoice))
        self.map_location(self.west, "West")
        self.check_delivered(invoice, "10.00")

    def test_inactive_location(self):
        self.find_reference("Department", "Head office").active = False
        invoice = self.create_distributed({str(self.office.id): 100})
        self.assertIn("is not active", self.get_blocker(invoice))

    def test_where_quickbooks_keeps_none(self):
        preferences = self.connection.preferences
        accounting = {**preferences["AccountingInfoPrefs"], "TrackDepartments": False}
        self.connection.preferences = {
            **preferences,
            "AccountingInfoPrefs": accounting,
        }
        invoice = self.create_distributed({str(self.west.id): 100})
        self.assertEqual(invoice._qbo_get_blockers(self.connection), [])
        self.assertNotIn("DepartmentRef", self.prepare(invoice))

    def test_mapping_another_location_reopens_the_gate(self):
        self.connection.author_may_approve = True
        invoice = self.create_distributed({str(self.office.id): 100})
        invoice.action_qbo_submit()
        invoice.action_qbo_approve()
        self.assertEqual(invoice.qbo_approval, "approved")
        mapping = self.connection.mapping_ids.filtered(
            lambda each: each.kind == "location"
        )
        mapping.reference_id = self.find_reference("Department", "West")
        self.assertEqual(invoice.qbo_approval, "draft")
