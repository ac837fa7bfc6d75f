from decimal import Decimal

from odoo import api, fields, models

from ..tools import members
from ..tools.closed_period import Lock, find_first_open
from .qbo_payment_out_mixin import Applied, Sum


class QboCreditUse(models.Model):
    """A credit note that is used for an invoice.

    In Odoo that is one or several matchings, which vanish when they are undone. For
    QuickBooks it is a Payment over nothing that names both: this row is what of Odoo
    that payment is, and stays when the credit note is taken off.
    """

    _name = "qbo.credit.use"
    _description = "Credit Note Used For An Invoice"
    _inherit = ["qbo.payment.out.mixin"]
    _order = "id desc"

    invoice_id = fields.Many2one(
        "account.move", required=True, readonly=True, index=True, ondelete="cascade"
    )
    credit_note_id = fields.Many2one(
        "account.move", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="invoice_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="invoice_id.currency_id")
    amount = fields.Monetary(compute="_compute_amount", compute_sudo=True)

    _one_per_pair = models.UniqueIndex(
        "(invoice_id, credit_note_id)",
        "This credit note is used for this invoice already.",
    )

    @api.depends("invoice_id.name", "credit_note_id.name")
    def _compute_display_name(self):
        for use in self:
            use.display_name = self.env._(
                "%(credit)s used for %(invoice)s",
                credit=use.credit_note_id.name or "/",
                invoice=use.invoice_id.name or "/",
            )

    @api.depends("invoice_id.line_ids.matched_credit_ids")
    def _compute_amount(self):
        for use in self:
            use.amount = float(use._qbo_get_used())

    @api.model
    def _of(self, pairs, is_made):
        """Return the rows of pairs of an invoice and a credit note.

        :param pairs: iterable of (invoice, credit note)
        :param bool is_made: make those that are missing
        """
        pairs = {(invoice.id, credit.id) for invoice, credit in pairs}
        uses_sudo = self.sudo()
        known = uses_sudo.search(
            [
                ("invoice_id", "in", [invoice for invoice, _credit in pairs]),
                ("credit_note_id", "in", [credit for _invoice, credit in pairs]),
            ]
        ).filtered(lambda use: use._get_pair() in pairs)
        if is_made:
            missing = pairs - {use._get_pair() for use in known}
            known |= uses_sudo.create(
                [
                    {"invoice_id": invoice, "credit_note_id": credit}
                    for invoice, credit in sorted(missing)
                ]
            )
        return known.with_env(self.env)

    def _get_pair(self):
        return self.invoice_id.id, self.credit_note_id.id

    def _qbo_get_partials(self):
        """Return the matchings that were made in Odoo."""
        partials = self.invoice_id.line_ids.matched_credit_ids
        return partials.filtered(
            lambda partial: partial.credit_move_id.move_id == self.credit_note_id
            and partial._qbo_is_receivable()
            and not partial._qbo_is_from_quickbooks()
        )

    # === WHAT IT IS === #

    def _qbo_get_title(self):
        self.ensure_one()
        return self.env._("Credit note %(name)s", name=self.display_name)

    def _qbo_get_thread(self):
        return self.invoice_id

    def _qbo_is_wanted(self):
        return bool(self._qbo_get_partials())

    def _qbo_get_partner(self):
        return self.invoice_id.commercial_partner_id

    def _qbo_get_date(self):
        """The day from which both are there; the first open one if that is closed.

        No money moves on it. What is in QuickBooks keeps its day, however many
        periods are closed since.
        """
        dates = [
            move.invoice_date or move.date
            for move in (self.invoice_id, self.credit_note_id)
        ]
        day = max(filter(None, dates), default=None)
        connection = self._qbo_get_connection()
        until = connection.book_close_date
        if not until or not day or day > until:
            return day
        if self._qbo_get_binding(connection).remote_state == "alive":
            last = self._qbo_get_last_done(connection)
            known = fields.Date.to_date(last._load(last.payload).get("TxnDate"))
        else:
            known = None
        return known or find_first_open(day, [Lock("BookCloseDate", until)])

    def _qbo_get_number(self):
        return self.display_name

    def _qbo_get_sum(self):
        return Sum(Decimal(0), Decimal(0))

    def _qbo_get_sum_for_rate(self):
        partials = self._qbo_get_partials()
        home = self.company_id.currency_id.decimal_places
        return Sum(
            self._qbo_get_used(),
            sum(members.read_amount(each.amount, home) for each in partials) + 0,
        )

    def _qbo_get_used(self):
        decimals = self.currency_id.decimal_places
        amounts = self._qbo_get_partials().mapped("debit_amount_currency")
        return sum((members.read_amount(each, decimals) for each in amounts), Decimal())

    def _qbo_get_applied(self):
        amount = self._qbo_get_used()
        if not amount:
            return []
        return [Applied(self.invoice_id, amount), Applied(self.credit_note_id, amount)]

    def _qbo_get_short_reference(self):
        """QuickBooks shows it in the list of payments: the number of the credit."""
        name = self.credit_note_id.name or ""
        return name if members.measure(name) <= members.DOCUMENT_NUMBER_LENGTH else ""

    def _qbo_list_document_blockers(self, connection, title):
        """Without both there is nothing to apply."""
        applied = self._qbo_get_applied()
        coming = self._qbo_find_coming(connection, applied)
        for document, _amount in applied:
            if document in coming:
                continue
            if document._qbo_is_kept_out(connection):
                yield self.env._(
                    "%(title)s: %(document)s does not go to QuickBooks, so nothing is "
                    "applied there. If QuickBooks is to have it, enter it there by "
                    "hand.",
                    title=title,
                    document=document._qbo_get_title(),
                )
            else:
                yield self.env._(
                    "%(title)s: %(document)s is not in QuickBooks yet. Push that "
                    "first.",
                    title=title,
                    document=document._qbo_get_title(),
                )
