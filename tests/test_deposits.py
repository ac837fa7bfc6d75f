from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import GB_REALM, QboCommon
from .deposits import DepositsMixin
from .documents import INVOICE_DATE


@tagged("post_install", "-at_install")
class TestPayouts(DepositsMixin, QboCommon):
    """A payout of a processor is one deposit, over what the bank says."""

    def test_a_payout_with_a_fee_equals_the_bank_line(self):
        payments = self.pay(100) | self.pay(50)
        for payment in payments:
            (remote,) = self.get_payments(payment)
            self.assertEqual(
                remote["DepositToAccountRef"]["value"], self.undeposited.qbo_id
            )
        line = self.pay_out(payments, 145.35, 4.65)
        deposit = self.get_deposit(line)
        self.assertEqual(deposit.line_ids.payment_id, payments)
        self.work()
        found = self.check_deposited(deposit)
        self.assertEqual(found["TotalAmt"], 145.35)
        self.assertEqual(found["TxnDate"], "2026-03-02")
        self.assertEqual(found["DepositToAccountRef"]["value"], self.account.qbo_id)
        ids = [self.get_binding(each).qbo_id for each in payments]
        self.assertEqual(
            {
                each["LinkedTxn"][0]["TxnId"]: each["Amount"]
                for each in found["Line"]
                if each.get("LinkedTxn")
            },
            {ids[0]: 100, ids[1]: 50},
        )
        (fee,) = [each for each in found["Line"] if not each.get("LinkedTxn")]
        self.assertEqual(fee["Amount"], -4.65)
        self.assertEqual(
            fee["DepositLineDetail"]["AccountRef"]["value"], self.fee_account.qbo_id
        )
        self.assertEqual(deposit.qbo_state, "pushed")

    def test_payments_that_came_from_quickbooks(self):
        invoice = self.push_invoice(100)
        payment = self.receive_in_quickbooks(invoice, is_applied=True)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(payment.qbo_state)
        deposit = self.get_deposit(self.pay_out(payment, 97, 3))
        self.work()
        self.assertEqual(deposit.qbo_state, "pushed", deposit.qbo_notice)
        (found,) = self.get_documents(deposit)
        self.assertEqual(found["TotalAmt"], 97)
        (linked,) = [each for each in found["Line"] if each.get("LinkedTxn")]
        self.assertEqual(linked["LinkedTxn"][0]["TxnId"], self.find_heard().qbo_id)

    # === NOTHING IS SENT === #

    def check_refused(self, deposit, *texts):
        self.assertEqual(deposit.qbo_state, "not_pushed")
        with self.assertRaises(UserError) as caught:
            deposit.action_qbo_push()
        for text in texts:
            self.assertIn(text, str(caught.exception))
            self.assertIn(text, deposit.qbo_notice)
        self.work()
        self.assertFalse(self.get_objects("Deposit"))

    def test_off_by_default(self):
        default = self.env["qbo.connection"].default_get(["deposit_policy"])
        self.assertEqual(default["deposit_policy"], "off")
        self.connection.deposit_policy = "off"
        payments = self.pay(100) | self.pay(50)
        (remote,) = self.get_payments(payments[0])
        self.assertEqual(remote["DepositToAccountRef"]["value"], self.account.qbo_id)
        self.pay_out(payments, 145.35, 4.65)
        self.run_cron()
        self.assertFalse(self.env["qbo.deposit"].search([]))
        self.assertFalse(self.get_objects("Deposit"))

    def test_a_cent_off(self):
        payments = self.pay(100) | self.pay(50)
        deposit = self.get_deposit(self.pay_out(payments, 145.34, 4.65))
        self.check_refused(deposit, "145.35", "145.34", "Nothing was sent")

    def test_no_account_for_the_fee(self):
        self.connection.deposit_fee_account_id = False
        deposit = self.get_deposit(self.pay_out(self.pay(100), 97, 3))
        self.check_refused(deposit, "3.00", "Choose the account")
        self.connection.deposit_fee_account_id = self.fee_account
        deposit.action_qbo_push()
        self.work()
        self.check_deposited(deposit)

    def test_a_journal_that_is_not_mapped(self):
        payment = self.pay(100)
        self.env["qbo.mapping"].search([("res_id", "=", self.bank.id)]).unlink()
        deposit = self.get_deposit(self.pay_out(payment, 100))
        self.check_refused(deposit, "Map the journal", self.bank.name)

    def test_a_journal_that_is_undeposited_funds_itself(self):
        payment = self.pay(100)
        mapping = self.env["qbo.mapping"].search([("res_id", "=", self.bank.id)])
        mapping.reference_id = self.undeposited
        deposit = self.get_deposit(self.pay_out(payment, 100))
        self.check_refused(deposit, "waits for its deposit", self.bank.name)

    def test_a_payment_that_went_to_the_bank_itself(self):
        self.connection.deposit_policy = "off"
        payment = self.pay(100)
        self.connection.deposit_policy = "payout"
        deposit = self.get_deposit(self.pay_out(payment, 100))
        self.check_refused(deposit, payment.name, "not in Undeposited Funds")
        # Nor does the change of the setting move what was pushed before.
        payment._qbo_follow()
        self.assertFalse(self.env["qbo.operation"]._get_open_of(payment))

    def test_deposited_in_quickbooks_by_somebody(self):
        self.connection.payments_start = "2026-01-01"
        payment = self.pay(100)
        other = self.act_on_deposit("create", self.make_deposit(payment, 100))
        self.connection._request_poll()
        self.work()
        deposit = self.get_deposit(self.pay_out(payment, 100))
        self.assertEqual(deposit.qbo_state, "not_pushed")
        self.assertIn(f"already (id {other['Id']})", deposit.qbo_notice)
        self.work()
        self.assertEqual(len(self.get_objects("Deposit")), 1)

    def test_deposited_in_quickbooks_a_moment_ago(self):
        """What Odoo did not hear of yet, QuickBooks refuses."""
        payment = self.pay(100)
        self.act_on_deposit("create", self.make_deposit(payment, 100))
        deposit = self.get_deposit(self.pay_out(payment, 100))
        self.work()
        self.assertEqual(deposit.qbo_state, "failed")
        self.assertEqual(len(self.get_objects("Deposit")), 1)

    def make_deposit(self, payment, amount):
        link = {"TxnId": self.get_binding(payment).qbo_id, "TxnType": "Payment"}
        return {
            "DepositToAccountRef": {"value": self.account.qbo_id},
            "Line": [{"Amount": amount, "LinkedTxn": [link | {"TxnLineId": "0"}]}],
        }

    def act_on_deposit(self, operation, values=None, **more):
        return self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Deposit",
            operation=operation,
            values=values or {},
            **more,
        )["object"]

    def test_a_closed_period(self):
        payment = self.pay(100)
        self.connection.book_close_date = "2026-03-31"
        deposit = self.get_deposit(self.pay_out(payment, 100))
        self.check_refused(deposit, "closed until 2026-03-31")

    # === LOOKING BACK === #

    def test_bank_lines_that_were_matched_before(self):
        """They are looked at when somebody says so; what is at the bank stays."""
        waits, also, there = self.pay(100), self.pay(50), self.pay(30)
        self.act(there, "edit", DepositToAccountRef={"value": self.account.qbo_id})
        self.connection.payments_start = "2026-01-01"
        self.env.flush_all()
        self.connection._request_poll()
        self.work()
        self.connection.deposit_policy = "off"
        line = self.pay_out(waits, 97, 3)
        self.pay_out(also | there, 80)
        self.connection.deposit_policy = "payout"
        self.run_cron()
        self.assertFalse(self.env["qbo.deposit"].search([]))
        with self.assertRaises(AccessError):
            self.connection.with_user(self.user).action_deposit_past_payouts()
        connection = self.connection.with_user(self.accountant)
        action = connection.action_deposit_past_payouts()
        deposit = self.get_deposit(line)
        self.assertEqual(action["domain"], [("id", "in", deposit.ids)])
        self.assertEqual(self.env["qbo.deposit"].search([]), deposit)
        self.env.flush_all()
        self.work()
        self.assertEqual(self.check_deposited(deposit)["TotalAmt"], 97)
        again = connection.action_deposit_past_payouts()
        self.assertIn("nothing to make", again["params"]["message"])

    # === WAITING === #

    def test_it_waits_for_a_payment_that_is_not_there(self):
        there = self.pay(100)
        later = self.register(self.push_invoice(50))
        deposit = self.get_deposit(self.pay_out(there | later, 150))
        self.check_refused(deposit, later.name, "waits for")
        later.action_qbo_push()
        self.env.flush_all()
        self.work(2)
        self.check_deposited(deposit)

    def test_a_bank_line_that_is_matched_otherwise(self):
        """Until it is sent, a deposit is what its bank line is."""
        first, second = self.pay(100), self.pay(50)
        line = self.pay_out(first | second, 150)
        deposit = self.get_deposit(line)
        self.assertEqual(self.get_operation(deposit).state, "queued")
        self.unmatch(self.get_outstanding(second).move_id)
        self.assertEqual(deposit.line_ids.payment_id, first)
        self.assertFalse(self.env["qbo.operation"]._get_open_of(deposit))
        self.unmatch(line.move_id)
        self.assertFalse(deposit.is_live)
        self.work()
        self.assertFalse(self.get_objects("Deposit"))

    def test_a_bank_line_that_is_matched_otherwise_afterwards(self):
        """What is in QuickBooks stays, and is not green any more."""
        first = self.pay(100)
        line = self.pay_out(first, 100)
        deposit = self.get_deposit(line)
        self.work()
        self.check_deposited(deposit)
        self.assertEqual(deposit.qbo_notice_level, "success")
        outstanding = self.get_outstanding(first)
        own = outstanding.matched_credit_ids.credit_move_id
        self.unmatch(line.move_id)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(deposit.line_ids.payment_id, first)
        self.assertEqual(deposit.qbo_notice_level, "warning")
        self.assertIn("something else by now", deposit.qbo_notice)
        (outstanding | own).reconcile()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(deposit.qbo_notice_level, "success")

    def test_a_payment_whose_change_goes_first(self):
        """In a deposit QuickBooks would not change it any more."""
        payment = self.pay(100)
        deposit = self.get_deposit(self.pay_out(payment, 100))
        payment.payment_reference = "CHK 12"
        self.env.flush_all()
        self.assertFalse(self.env["qbo.operation"]._get_open_of(deposit))
        self.env.invalidate_all()
        self.assertIn("whose change goes", deposit.qbo_notice)
        self.work(2)
        self.check_deposited(deposit)
        (found,) = self.get_payments(payment)
        self.assertEqual(found["PaymentRefNum"], "CHK 12")

    # === ONCE === #

    def test_lost_answers(self):
        for action in ({"drop": "before"}, {"drop": "after"}, {"html": 503}):
            with self.subTest(action=action):
                count = len(self.get_objects("Deposit"))
                deposit = self.get_deposit(self.pay_out(self.pay(100), 97, 3))
                self.lose(action)
                self.work()
                self.assertEqual(self.get_operation(deposit).state, "uncertain")
                self.work(4)
                self.assertEqual(self.get_operation(deposit).state, "done")
                self.assertEqual(len(self.get_documents(deposit)), 1)
                self.assertEqual(len(self.get_objects("Deposit")), count + 1)

    def lose(self, action):
        match = {"times": 1, "operation": "batch", "body": '"operation"'}
        self.control("POST", "faults", match=match, action=action)

    def test_lost_and_the_request_ids_forgotten(self):
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            switches={"requestid_retention_seconds": 1},
        )
        deposit = self.get_deposit(self.pay_out(self.pay(100), 97, 3))
        self.lose({"drop": "after"})
        self.work()
        self.control("POST", "clock", minutes=10)
        self.work(4)
        self.check_deposited(deposit)

    def test_one_payment_in_two_deposits(self):
        payment = self.pay(100)
        line = self.pay_out(payment, 100)
        deposit = self.get_deposit(line)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
        ):
            deposit.line_ids.copy({"deposit_id": deposit.copy({"total": 1}).id})

    def test_a_payment_that_another_deposit_took(self):
        payments = self.pay(100) | self.pay(50)
        self.env["qbo.deposit"]._group(
            {
                "connection_id": self.connection.id,
                "journal_id": self.bank.id,
                "date": INVOICE_DATE,
                "currency_id": self.company.currency_id.id,
                "total": 50,
            },
            payments[1],
        )
        deposit = self.get_deposit(self.pay_out(payments, 150))
        self.assertEqual(deposit.line_ids.payment_id, payments[0])
        self.check_refused(deposit, payments[1].name, "Give that up")

    # === PEOPLE === #

    def test_rights(self):
        payment = self.pay(100)
        self.connection.deposit_fee_account_id = False
        deposit = self.get_deposit(self.pay_out(payment, 97, 3))
        self.env.invalidate_all()
        seen = deposit.with_user(self.user)
        self.assertEqual(seen.total, 97)
        name = {"fields": {"display_name": {}}}
        lines = {"payment_id": name, "partner_id": name, "date": {}, "amount": {}}
        (page,) = seen.web_read(
            {"journal_id": name, "payment_ref": {}, "line_ids": {"fields": lines}}
        )
        self.assertEqual(page["payment_ref"], "PAYOUT po_1")
        shown = page["line_ids"][0]["payment_id"]["display_name"]
        self.assertEqual(shown, payment.display_name)
        self.assertIn("Choose the account", seen.qbo_notice)
        for action in ("action_qbo_push", "action_qbo_retry", "action_qbo_undo"):
            with self.assertRaises(AccessError):
                getattr(seen, action)()
        with self.assertRaises(AccessError):
            deposit.with_user(self.administrator).write({"total": 1})
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_user("accountant", company)
        with self.assertRaises(AccessError):
            deposit.with_user(stranger).read(["total"])
        self.assertFalse(self.env["qbo.deposit"].with_user(stranger).search([]))

    def test_an_approver_without_rights_in_accounting(self):
        self.connection.deposit_fee_account_id = False
        deposit = self.get_deposit(self.pay_out(self.pay(100), 97, 3))
        self.connection.deposit_fee_account_id = self.fee_account
        self.env.invalidate_all()
        deposit.with_user(self.approver).action_qbo_push()
        self.env.flush_all()
        self.work()
        self.check_deposited(deposit)

    def test_giving_up(self):
        self.connection.deposit_fee_account_id = False
        payment = self.pay(100)
        deposit = self.get_deposit(self.pay_out(payment, 97, 3))
        deposit.with_user(self.approver).action_qbo_undo()
        self.assertFalse(deposit.is_live)
        self.assertFalse(payment._qbo_get_deposit_line())
        self.assertFalse(deposit.qbo_state)
        self.work()
        self.assertFalse(self.get_objects("Deposit"))

    def test_what_is_in_quickbooks_is_not_given_up(self):
        deposit = self.get_deposit(self.pay_out(self.pay(100), 97, 3))
        self.work()
        found = self.check_deposited(deposit)
        with self.assertRaises(UserError) as caught:
            deposit.with_user(self.approver).action_qbo_undo()
        self.assertIn(f"(id {found['Id']})", str(caught.exception))
        self.assertIn("Delete it in QuickBooks", str(caught.exception))
        self.assertTrue(deposit.is_live)

    def test_a_severed_connection_frees_the_payments(self):
        payment = self.pay(100)
        deposit = self.get_deposit(self.pay_out(payment, 100))
        self.connection._drop_links()
        self.assertFalse(deposit.is_live)
        self.assertFalse(payment._qbo_get_deposit_line())

    def test_a_bank_line_that_is_deleted(self):
        payment = self.pay(100)
        line = self.pay_out(payment, 100)
        deposit = self.get_deposit(line)
        self.unmatch(line.move_id)
        line.with_context(force_delete=True).unlink()
        self.assertFalse(deposit.is_live)
        self.assertFalse(self.env["qbo.operation"]._get_open_of(deposit))


@tagged("post_install", "-at_install")
class TestDepositsAbroad(DepositsMixin, QboCommon):
    """A company in the United Kingdom, with several currencies."""

    @classmethod
    def _set_up_books(cls, company):
        pound = cls.env.ref("base.GBP")
        pound.active = True
        company.write(
            {"currency_id": pound.id, "country_id": cls.env.ref("base.uk").id}
        )
        result = super()._set_up_books(company)
        company.currency_id = pound
        return result

    def set_up_quickbooks(self, realm_id=GB_REALM, **preferences):
        return super().set_up_quickbooks(GB_REALM, **preferences)

    def set_up_deposits(self):
        self.map_tax(None, "No VAT")
        return super().set_up_deposits()

    def test_a_fee_has_no_tax_code(self):
        deposit = self.get_deposit(self.pay_out(self.pay(100), 97, 3))
        self.work()
        found = self.check_deposited(deposit)
        self.assertEqual(found["TotalAmt"], 97)
        self.assertEqual(found["GlobalTaxCalculation"], "NotApplicable")
        self.assertEqual(found["CurrencyRef"]["value"], "GBP")

    def test_euros_at_the_rate_of_the_bank(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "inverse_company_rate": 0.8,
            }
        )
        payment = self.pay(100, invoice_values={"currency_id": euro.id})
        self.assertEqual(payment.currency_id, euro)
        deposit = self.env["qbo.deposit"]._group(
            {
                "connection_id": self.connection.id,
                "journal_id": self.bank.id,
                "date": INVOICE_DATE,
                "currency_id": euro.id,
                "total": 100,
            },
            payment,
        )
        deposit.action_qbo_push()
        self.env.flush_all()
        self.work()
        found = self.check_deposited(deposit)
        self.assertEqual(found["CurrencyRef"]["value"], "EUR")
        self.assertEqual(found["TotalAmt"], 100)
        self.assertAlmostEqual(float(found["ExchangeRate"]), 0.8, 6)
