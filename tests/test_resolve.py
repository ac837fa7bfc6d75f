from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import QboCommon
from .outbox import OutboxMixin


@tagged("post_install", "-at_install")
class TestResolve(OutboxMixin, QboCommon):
    """What QuickBooks may have already: a person links it or creates another."""

    def act(self, operation, **values):
        return self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Customer",
            operation=operation,
            **values,
        )

    def create_theirs(self, name, **values):
        made = self.act("create", values={"DisplayName": name, **values})
        return made.get("object", made)

    def push_namesake(self, name="Smith"):
        """A customer whose namesake has another e-mail address.

        :return: the invoice's operation, the customer's, and QuickBooks' object
        """
        theirs = self.create_theirs(
            name, PrimaryEmailAddr={"Address": "one@smith.example"}
        )
        partner = self._create_customer(name, email="other@smith.example")
        operation = self.push(self.create_invoice(partner=partner))
        self.assertEqual(operation.blocked_by_id.state, "failed")
        return operation, operation.blocked_by_id, theirs

    def open(self, operations, user=None):
        self.env.flush_all()
        action = operations.with_user(user or self.accountant).action_resolve()
        return self.get_wizard(action, user)

    def get_wizard(self, action, user=None):
        model = self.env["qbo.operation.resolve"].with_user(user or self.accountant)
        return model.browse(action["res_id"])

    def test_facts_stand_side_by_side(self):
        _operation, customer, theirs = self.push_namesake()
        wizard = self.open(customer)
        ours, candidate = wizard.line_ids
        self.assertTrue(ours.is_ours)
        self.assertEqual(ours.email, "other@smith.example")
        self.assertEqual(ours.city, "Los Angeles")
        self.assertEqual(candidate.email, "one@smith.example")
        self.assertEqual(candidate.qbo_id, theirs["Id"])
        self.assertEqual(candidate.differing, "email")
        self.assertEqual(wizard.waiting_count, 1)

    def test_link_lets_go_what_waits(self):
        operation, customer, theirs = self.push_namesake()
        wizard = self.open(customer)
        action = wizard.line_ids[1].action_link()
        self.assertEqual(action["type"], "ir.actions.act_window_close")
        self.env.flush_all()
        self.work()
        self.assertEqual((customer.state, customer.qbo_id), ("done", theirs["Id"]))
        self.assertEqual(operation.state, "done", operation.receipt)
        binding = self.env["qbo.binding"].search([("qbo_id", "=", theirs["Id"])])
        self.assertIn("linked", binding.mapped("origin"))
        partner = customer.record_ref
        self.assertIn(self.accountant.name, partner.message_ids[0].body)

    def test_create_another_takes_a_free_name(self):
        operation, customer, theirs = self.push_namesake()
        self.open(customer).action_create_another()
        self.env.flush_all()
        self.work()
        self.assertEqual(customer.state, "done")
        self.assertNotEqual(customer.qbo_id, theirs["Id"])
        self.assertEqual(operation.state, "done")

    def test_one_after_the_other(self):
        customers = self.env["qbo.operation"]
        for name in ("Smith", "Jones", "Miller"):
            customers |= self.push_namesake(name)[1]
        wizard = self.open(customers)
        self.assertEqual(wizard.operation_id, customers[0])
        self.assertEqual(wizard.left_count, 2)
        wizard = self.get_wizard(wizard.action_skip())
        self.assertEqual(wizard.operation_id, customers[1])
        wizard = self.get_wizard(wizard.line_ids[1].action_link())
        self.assertEqual(wizard.operation_id, customers[0])
        wizard = self.get_wizard(wizard.action_skip())
        self.assertEqual(wizard.operation_id, customers[2])
        action = wizard.action_skip()
        self.assertEqual(action["type"], "ir.actions.act_window_close")

    def test_inactive_is_linked_once_it_is_active(self):
        theirs = self.create_theirs("Gone Away")
        self.act("deactivate", id=theirs["Id"])
        partner = self._create_customer("Gone Away")
        operation = self.push(self.create_invoice(partner=partner))
        customer = operation.blocked_by_id
        self.assertEqual(customer.cause, "inactive")
        wizard = self.open(customer)
        self.assertFalse(wizard.line_ids[1].is_active)
        with self.fails(UserError) as caught:
            wizard.line_ids[1].action_link()
        self.assertIn("Gone Away", str(caught.exception))
        self.assertEqual(customer.state, "failed")
        self.act("reactivate", id=theirs["Id"])
        wizard.line_ids[1].action_link()
        self.env.flush_all()
        self.work()
        self.assertEqual(operation.state, "done", operation.receipt)

    def test_what_another_record_has_is_not_linked_twice(self):
        _operation, customer, theirs = self.push_namesake()
        other = self._create_customer("The other one")
        self.env["qbo.binding"]._point(
            self.connection, other, "Customer", theirs, "linked"
        )
        wizard = self.open(customer)
        with self.fails(UserError) as caught:
            wizard.line_ids[1].action_link()
        self.assertIn("The other one", str(caught.exception))
        self.assertEqual(customer.state, "failed")

    def test_settled_meanwhile(self):
        _operation, customer, _theirs = self.push_namesake()
        wizard = self.open(customer)
        other = self.open(customer)
        other.line_ids[1].action_link()
        with self.fails(UserError):
            wizard.line_ids[1].action_link()
        with self.fails(UserError):
            wizard.action_create_another()
        with self.fails(UserError):
            self.open(customer)

    def test_takes_an_accountant(self):
        _operation, customer, _theirs = self.push_namesake()
        for user in (self.user, self.approver):
            with self.assertRaises(AccessError):
                customer.with_user(user).action_resolve()
            keys = self.env["qbo.catalogue"]._explain(customer.with_user(user))
            self.assertNotIn("resolve", [each["key"] for each in keys["buttons"]])
        told = self.env["qbo.catalogue"]._explain(customer.with_user(self.accountant))
        self.assertEqual(told["buttons"][0]["key"], "resolve")
