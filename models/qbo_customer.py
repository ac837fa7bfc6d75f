from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.name_match import fold


class QboCustomer(models.Model):
    """A customer as QuickBooks keeps it for documents in one foreign currency.

    QuickBooks fixes the currency of a customer for ever: whoever is billed in three
    currencies is three customers there. The one in the home currency is the partner
    itself; the others are rows of this model.
    """

    _name = "qbo.customer"
    _description = "Customer In A Foreign Currency"
    _inherit = ["qbo.sync.mixin"]
    _order = "partner_id, currency_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)

    _one_per_currency = models.UniqueIndex(
        "(partner_id, currency_id)",
        "This customer has this currency already.",
    )

    @api.depends("partner_id.name", "currency_id.name")
    def _compute_display_name(self):
        for customer in self:
            customer.display_name = (
                f"{customer.partner_id.name} ({customer.currency_id.name})"
            )

    @api.model
    def _of(self, partner, currency):
        """Return the row of a partner and a foreign currency, made if need be.

        Of two transactions that make it at once, the later one is repeated by Odoo.
        """
        domain = [("partner_id", "=", partner.id), ("currency_id", "=", currency.id)]
        known = self.sudo().search(domain, limit=1)
        if known:
            return known.with_env(self.env)
        self.env["res.partner"].flush_model(["id"])
        self.env.execute_query(
            SQL(
                """
                INSERT INTO qbo_customer (
                    partner_id, currency_id, create_uid, create_date,
                    write_uid, write_date
                )
                VALUES (%(partner)s, %(currency)s, %(user)s, %(now)s, %(user)s, %(now)s)
                ON CONFLICT (partner_id, currency_id) DO NOTHING
                RETURNING id
                """,
                partner=partner.id,
                currency=currency.id,
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        return self.sudo().search(domain, limit=1).with_env(self.env)

    @api.model
    def _join(self, sources, target):
        """Leave one row for each currency of partners that are about to be merged.

        :param sources: partners that are about to be deleted
        :param target: the partner that is kept, whose own rows are kept too
        """
        rows = self.sudo().search([("partner_id", "in", (sources | target).ids)])
        rows = rows.sorted(lambda row: (row.partner_id != target, row.id))
        for same in rows.grouped("currency_id").values():
            kept, others = same[0], same[1:]
            if others:
                self.env["qbo.binding"]._hand_over(others, kept)
                others.unlink()
        self.env.flush_all()

    # === WHAT IT IS === #

    def _qbo_get_entity(self):
        return "Customer"

    def _qbo_get_title(self):
        self.ensure_one()
        return self.env._("Customer %(name)s", name=self.display_name)

    def _qbo_get_name_suffix(self):
        return self.currency_id.name

    def _qbo_get_thread(self):
        return self.partner_id

    def _qbo_may_be(self, facts):
        """A customer in another currency is another customer."""
        code = facts.currency
        return not code or fold(code) == fold(self.currency_id.name)

    # === WHAT IS PUSHED === #

    def _qbo_prepare_members(self, connection, rules):
        code = self.currency_id.name
        values = self.partner_id._qbo_prepare_members(connection, rules)
        return {**values, "CurrencyRef": {"value": code}}

    def _qbo_get_facts(self, connection):
        facts = self.partner_id._qbo_get_facts(connection)
        return replace(facts, currency=self.currency_id.name)

    def _qbo_list_blockers(self, connection, rules):
        return self.partner_id._qbo_list_blockers(connection, rules)
