from odoo import api, models


class QboPaymentWords(models.AbstractModel):
    """Why a payment is open, and what to do, in words."""

    _name = "qbo.payment.words"
    _description = "Reasons Of Open Payments"

    @api.model
    def _get_reasons(self):
        """Return [(code, label)], the selection of ``qbo.payment.reason``."""
        return [
            ("unapplied", self.env._("Not applied in QuickBooks")),
            ("customer", self.env._("Customer unknown to Odoo")),
            ("unknown", self.env._("Pays something Odoo does not know")),
            ("exceeds", self.env._("Less is open in Odoo")),
            ("draft", self.env._("The document is a draft in Odoo")),
            ("cancelled", self.env._("The document is cancelled in Odoo")),
            ("company", self.env._("The document is of another company")),
            ("currency", self.env._("Another currency than the document")),
            ("receivable", self.env._("Another receivable account")),
            ("refund", self.env._("Refund")),
            ("journal", self.env._("No journal for it")),
            ("locked", self.env._("Dated in a locked period")),
            ("bank", self.env._("Matched with the bank already")),
            ("pending", self.env._("Being pushed from Odoo")),
            ("ours", self.env._("Registered in Odoo, changed in QuickBooks")),
            ("decision", self.env._("Somebody's choice no longer fits")),
            ("unreadable", self.env._("Does not add up")),
            ("error", self.env._("Odoo refused it")),
        ]

    @api.model
    def _describe(self, payment, reason, amount=0, number="", detail=""):
        """Return the sentence for one reason.

        :param payment: qbo.payment
        :param float amount: what of it is open for this reason
        :param str number: of the document it pays
        """
        method = getattr(self, f"_describe_{reason}")
        money = payment.currency_id.format(amount) if payment.currency_id else amount
        return method(payment, money, number or "?", detail)

    def _describe_unapplied(self, payment, money, number, detail):
        return self.env._(
            "%(money)s pays no invoice in QuickBooks and is a credit of %(customer)s "
            "in Odoo. Apply it in QuickBooks, or choose here what it pays.",
            money=money,
            customer=payment.partner_id.name or payment.customer_name,
        )

    def _describe_customer(self, payment, money, number, detail):
        return self.env._(
            "%(money)s is from %(customer)s, who is linked to no customer in Odoo. "
            "Choose what it pays, or ignore it.",
            money=money,
            customer=payment.customer_name or "-",
        )

    def _describe_unknown(self, payment, money, number, detail):
        return self.env._(
            "%(money)s pays %(number)s in QuickBooks, which is linked to nothing in "
            "Odoo. Link the invoice, choose what it pays here, or ignore it.",
            money=money,
            number=number,
        )

    def _describe_exceeds(self, payment, money, number, detail):
        return self.env._(
            "QuickBooks applied %(money)s more to %(number)s than is open in Odoo. "
            "Compare the two documents and their other payments.",
            money=money,
            number=number,
        )

    def _describe_draft(self, payment, money, number, detail):
        return self.env._(
            "%(money)s pays %(number)s, which is a draft in Odoo. Post it; the payment "
            "follows by itself.",
            money=money,
            number=number,
        )

    def _describe_cancelled(self, payment, money, number, detail):
        return self.env._(
            "%(money)s pays %(number)s, which is cancelled in Odoo. Choose what it "
            "pays here, or ignore it.",
            money=money,
            number=number,
        )

    def _describe_company(self, payment, money, number, detail):
        return self.env._(
            "%(money)s pays %(number)s, which belongs to another company than "
            "%(company)s. Choose what it pays here, or ignore it.",
            money=money,
            number=number,
            company=payment.company_id.name,
        )

    def _describe_currency(self, payment, money, number, detail):
        return self.env._(
            "%(money)s pays %(number)s, which is in another currency in Odoo than in "
            "QuickBooks, or the currency %(currency)s is not active. Mend the document "
            "or activate the currency; the payment follows by itself.",
            money=money,
            number=number,
            currency=payment.currency_id.name
            or (payment.snapshot or {}).get("CurrencyRef", {}).get("value"),
        )

    def _describe_receivable(self, payment, money, number, detail):
        return self.env._(
            "%(money)s pays %(number)s, which is on another receivable account than "
            "the other documents of this payment. Match it by hand.",
            money=money,
            number=number,
        )

    def _describe_refund(self, payment, money, number, detail):
        return self.env._(
            "QuickBooks gave %(money)s back to %(customer)s. Choose the credit note "
            "that it refunds, or ignore it.",
            money=money,
            customer=payment.customer_name or "-",
        )

    def _describe_journal(self, payment, money, number, detail):
        return self.env._(
            "The account the money went to in QuickBooks is mapped to no bank or cash "
            "journal. Map a journal to it, or choose the journal of other payments in "
            "the settings of %(connection)s; the payment follows by itself.",
            connection=payment.connection_id.name,
        )

    def _describe_locked(self, payment, money, number, detail):
        return self.env._(
            "It is dated %(date)s, which is locked in Odoo (%(detail)s). Move the lock "
            "date; the payment follows by itself.",
            date=payment.txn_date,
            detail=detail,
        )

    def _describe_bank(self, payment, money, number, detail):
        return self.env._(
            "It changed in QuickBooks, but %(payment)s is matched with a line of the "
            "bank in Odoo. Undo that match; the payment follows by itself.",
            payment=payment.account_payment_id.display_name,
        )

    def _describe_pending(self, payment, money, number, detail):
        return self.env._(
            "It is on its way from Odoo to QuickBooks, and what became of that is not "
            "known yet. It follows by itself with the next poll."
        )

    def _describe_ours(self, payment, money, number, detail):
        return self.env._(
            "%(ours)s was registered in Odoo and changed in QuickBooks since. Make the "
            "same change in Odoo, or undo it in QuickBooks.",
            ours=detail or number,
        )

    def _describe_decision(self, payment, money, number, detail):
        return self.env._(
            "%(money)s was to pay %(number)s, as somebody chose, but that is not open "
            "there any more. Choose again.",
            money=money,
            number=number,
        )

    def _describe_unreadable(self, payment, money, number, detail):
        return self.env._(
            "What QuickBooks says of this payment does not add up. Look at it in "
            "QuickBooks and save it there again."
        )

    def _describe_error(self, payment, money, number, detail):
        return self.env._(
            "Odoo refused to book it: %(detail)s It is tried again with the next poll.",
            detail=detail,
        )
