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
            ("used", self.env._("Used in Odoo for something else")),
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
        :param str detail: what Odoo or a lock says
        """
        currency = payment.currency_id
        code = ((payment.snapshot or {}).get("CurrencyRef") or {}).get("value")
        return self._get_sentences()[reason] % {
            "money": currency.format(amount) if currency else amount,
            "number": number or "?",
            "detail": detail,
            "customer": payment.partner_id.name or payment.customer_name or "-",
            "company": payment.company_id.name,
            "connection": payment.connection_id.name,
            "currency": currency.name or code or "-",
            "date": payment.txn_date,
            "payment": payment.account_payment_id.display_name or "-",
        }

    @api.model
    def _get_sentences(self):
        """Return {reason: what happened and what to do}."""
        return {
            "unapplied": self.env._(
                "%(money)s pays no invoice in QuickBooks and is a credit of "
                "%(customer)s in Odoo. Apply it in QuickBooks, or choose here what it "
                "pays."
            ),
            "customer": self.env._(
                "%(money)s is from %(customer)s, who is linked to no customer in Odoo. "
                "Choose what it pays, or ignore it."
            ),
            "unknown": self.env._(
                "%(money)s pays %(number)s in QuickBooks, which is linked to nothing "
                "in Odoo. Link the invoice, choose what it pays here, or ignore it."
            ),
            "exceeds": self.env._(
                "QuickBooks applied %(money)s more to %(number)s than is open in Odoo. "
                "Compare the two documents and their other payments."
            ),
            "draft": self.env._(
                "%(money)s pays %(number)s, which is a draft in Odoo. Post it; the "
                "payment follows by itself."
            ),
            "cancelled": self.env._(
                "%(money)s pays %(number)s, which is cancelled in Odoo. Choose what it "
                "pays here, or ignore it."
            ),
            "company": self.env._(
                "%(money)s pays %(number)s, which belongs to another company than "
                "%(company)s. Choose what it pays here, or ignore it."
            ),
            "currency": self.env._(
                "%(money)s pays %(number)s, which is in another currency in Odoo than "
                "in QuickBooks, or the currency %(currency)s is not active. Mend the "
                "document or activate the currency; the payment follows by itself."
            ),
            "receivable": self.env._(
                "%(money)s pays %(number)s, which is on another receivable account "
                "than the other documents of this payment. Match it by hand."
            ),
            "refund": self.env._(
                "QuickBooks gave %(money)s back to %(customer)s. Choose the credit "
                "note that it refunds, or ignore it."
            ),
            "journal": self.env._(
                "The account the money went to in QuickBooks is mapped to no bank or "
                "cash journal. Map a journal to it, or choose the journal of other "
                "payments in the settings of %(connection)s; the payment follows by "
                "itself."
            ),
            "locked": self.env._(
                "It is dated %(date)s, which is locked in Odoo (%(detail)s). Move the "
                "lock date; the payment follows by itself."
            ),
            "bank": self.env._(
                "It changed in QuickBooks, but %(payment)s is matched with a line of "
                "the bank in Odoo. Undo that match; the payment follows by itself."
            ),
            "used": self.env._(
                "It changed in QuickBooks, but %(payment)s is matched in Odoo with "
                "%(detail)s, which is no invoice that QuickBooks lets it pay. Undo "
                "that match; the payment follows by itself."
            ),
            "pending": self.env._(
                "It is on its way from Odoo to QuickBooks, and what became of that is "
                "not known yet. It follows by itself with the next poll."
            ),
            "ours": self.env._(
                "%(detail)s was registered in Odoo and changed in QuickBooks since. "
                "Make the same change in Odoo, or undo it in QuickBooks."
            ),
            "decision": self.env._(
                "%(money)s was to pay %(number)s, as somebody chose, but that is not "
                "open there any more. Choose again."
            ),
            "unreadable": self.env._(
                "What QuickBooks says of this payment does not add up. Look at it in "
                "QuickBooks and save it there again."
            ),
            "error": self.env._(
                "Odoo refused to book it: %(detail)s It is tried again with the next "
                "poll."
            ),
        }
