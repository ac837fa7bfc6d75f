from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import QboCommon
from .test_gate import GateMixin

ASKED = {"Submit for approval", "Preview QBO", "Open in QBO"}
DECIDED = {"Approve", "Reject", "Push to QBO", "Don't push to QBO", "Retry"}
STATES = (
    "not_pushed",
    "to_approve",
    "approved",
    "queued",
    "pushed",
    "differs",
    "failed",
    "excluded",
)
LISTS = {
    "account.move": (
        "account.action_move_out_invoice_type",
        "account.action_move_out_refund_type",
    ),
    "sale.order": ("sale.action_quotations_with_onboarding", "sale.action_orders"),
}


@tagged("post_install", "-at_install")
class TestGateViews(GateMixin, QboCommon):
    """Which buttons, badges and filters people of each role get."""

    def get_arch(self, model, user, kind, view_id=None):
        views = self.env[model].with_user(user)
        return etree.fromstring(views.get_view(view_id, kind)["arch"])

    def get_buttons(self, model, user):
        arch = self.get_arch(model, user, "form")
        return {
            button.get("string")
            for button in arch.iter("button")
            if (button.get("name") or "").startswith("action_qbo_")
        }

    def get_list_actions(self, model, user):
        bindings = self.env["ir.actions.actions"].with_user(user).get_bindings(model)
        return {each["name"] for each in bindings.get("action", ())}

    def test_buttons_of_forms_and_actions_of_lists(self):
        for model in LISTS:
            for seen in (self.get_buttons, self.get_list_actions):
                with self.subTest(model=model, seen=seen.__name__):
                    self.assertLessEqual(ASKED, seen(model, self.user))
                    self.assertFalse(DECIDED & seen(model, self.user))
                    self.assertLessEqual(ASKED | DECIDED, seen(model, self.approver))
                    self.assertFalse((ASKED | DECIDED) & seen(model, self.clerk))

    def test_badges_and_filters_of_lists(self):
        for model, actions in LISTS.items():
            for action in map(self.env.ref, actions):
                with self.subTest(action=action.name):
                    views = action.view_ids.filtered(lambda v: v.view_mode == "list")
                    lists = self.get_arch(
                        model, self.user, "list", views.view_id.id or None
                    )
                    (badge,) = lists.xpath("//field[@name='qbo_state']")
                    self.assertEqual(badge.get("widget"), "badge")
                    self.assertEqual(badge.get("optional"), "show")
                    search = self.get_arch(
                        model, self.user, "search", action.search_view_id.id or None
                    )
                    for state in STATES:
                        (found,) = search.xpath(f"//filter[@name='qbo_{state}']")
                        self.assertIn(f"'{state}'", found.get("domain"))

    def test_one_document_is_opened_at_a_time(self):
        invoices = self.get_queued() + self.get_queued()
        self.work()
        many = self.as_user(invoices, self.user)
        self.assertRefused(many.action_qbo_open, "one document", error=UserError)
        self.assertIn(invoices[0].qbo_id, many[0].action_qbo_open()["url"])
