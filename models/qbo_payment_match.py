from odoo import api, models
from odoo.tools import SQL

from ..tools.match import (
    Document,
    Payment,
    find_exact,
    is_similar_name,
    list_name_words,
    list_tails,
    list_words,
    suggest,
)
from .qbo_payment_decide import MOVE_TYPES
from .qbo_payment_line import to_decimal

# Documents that are looked at for one payment, by what speaks for them. Beyond that
# people search.
OWN_DOCUMENTS = 200
OTHER_DOCUMENTS = 30
SIMILAR_PARTNERS = 20
PARTNERS_LOOKED_AT = 200


class QboPayment(models.Model):
    """Which open documents of Odoo a payment may pay."""

    _inherit = "qbo.payment"

    def _suggest(self):
        """Return a list of `tools.match.Suggestion` for the open money."""
        self.ensure_one()
        payment = self.sudo()
        wanted = payment._describe_money()
        if not wanted.amount:
            return []
        return suggest(wanted, payment._list_candidates(wanted))

    def _find_exact(self):
        """Return the one invoice that the open money pays beyond doubt, or none.

        Same customer, same amount, and its number stands in the reference or note.
        """
        self.ensure_one()
        payment = self.sudo()
        wanted = payment._describe_money()
        moves = self.env["account.move"]
        if self.entity != "Payment" or not wanted.amount:
            return moves
        found = find_exact(wanted, payment._list_candidates(wanted))
        return moves.browse(found.id) if found else moves

    def _describe_money(self):
        unknown = self.line_ids.filtered(
            lambda line: line.origin == "quickbooks" and not line.move_id
        )
        return Payment(
            self._get_free_money(),
            (self.reference or "", self.memo or "", self.note or ""),
            tuple(filter(None, unknown.mapped("number"))),
        )

    # === CANDIDATES === #

    def _list_candidates(self, wanted):
        """Return the `tools.match.Document`s that may come into question."""
        own, family = self._find_family()
        similar = self._find_similar_partners() - own - family
        moves = self._search_candidates(wanted, own, own | family | similar)
        relations = {
            **dict.fromkeys(similar.ids, "similar"),
            **dict.fromkeys(family.ids, "family"),
            **dict.fromkeys(own.ids, "same"),
        }
        return [self._describe_document(move, relations) for move in moves]

    def _get_candidate_domain(self):
        return [
            ("company_id", "=", self.company_id.id),
            ("state", "=", "posted"),
            ("move_type", "=", MOVE_TYPES[self.entity]),
            ("currency_id", "=", self.currency_id.id),
            ("payment_state", "in", ("not_paid", "partial")),
        ]

    def _search_candidates(self, wanted, own, partners):
        domain = self._get_candidate_domain()
        moves = self.env["account.move"]
        order = "invoice_date_due, id"
        for group in (own, partners - own):
            moves |= moves.search(
                [*domain, ("commercial_partner_id", "in", group.ids)],
                limit=OWN_DOCUMENTS,
                order=order,
            )
        amount = ("amount_residual", "=", float(wanted.amount))
        moves |= moves.search([*domain, amount], limit=OTHER_DOCUMENTS, order=order)
        return moves | self._search_named(wanted, domain)

    def _search_named(self, wanted, domain):
        """Return documents whose number may stand in what people wrote."""
        texts = wanted.texts + tuple(wanted.named)
        tails, words = list_tails(texts), list_words(texts)
        moves = self.env["account.move"]
        if not words:
            return moves
        query = moves._search(domain, limit=OTHER_DOCUMENTS, order="id desc")
        names = [
            SQL("lower(%s) = ANY(%s)", SQL.identifier("account_move", name), [*words])
            for name in ("name", "ref", "payment_reference")
        ]
        if tails:
            # Tails are digits.
            pattern = f"(^|[^0-9])0*({'|'.join(sorted(tails))})$"
            names.append(SQL('"account_move"."name" ~ %s', pattern))
        query.add_where(SQL("(%s)", SQL(" OR ").join(names)))
        return moves.browse(query)

    def _find_family(self):
        """Return (the customer, those that belong to one company with it)."""
        own = self._find_bound_partner().commercial_partner_id
        own = own or self.partner_id.commercial_partner_id
        if not own:
            return own, own
        parents = own.parent_id.commercial_partner_id | self._find_merged_partners()
        relatives = self.env["res.partner"].search(
            [
                "|",
                ("id", "in", parents.ids),
                ("parent_id", "in", (own | parents).ids),
            ],
            limit=PARTNERS_LOOKED_AT,
        )
        return own, relatives.commercial_partner_id - own

    def _find_merged_partners(self):
        """Return who is another customer in Odoo, and the same one in QuickBooks."""
        bindings = self.env["qbo.binding"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("entity", "=", "Customer"),
                ("res_model", "=", "res.partner"),
                ("merged_into", "=", self.customer_qbo_id or "-"),
            ]
        )
        partners = self.env["res.partner"].browse(bindings.mapped("res_id"))
        return partners.exists().commercial_partner_id

    def _find_similar_partners(self):
        """Return customers whose names are like the one in QuickBooks."""
        found = self.env["res.partner"]
        for word in self._list_name_words()[:2]:
            partners = found.search_fetch(
                [
                    ("name", "ilike", word),
                    ("company_id", "in", (False, self.company_id.id)),
                ],
                ["name", "commercial_partner_id"],
                limit=PARTNERS_LOOKED_AT,
            )
            found |= partners.filtered(
                lambda partner: is_similar_name(self.customer_name, partner.name)
            )
        return found.commercial_partner_id[:SIMILAR_PARTNERS]

    def _list_name_words(self):
        return [
            word
            for part in (self.customer_name or "").split(":")
            for word in list_name_words(part)[:2]
        ]

    def _describe_document(self, move, relations):
        amount = move._qbo_get_open_amount()
        return Document(
            move.id,
            amount,
            move.name or "",
            tuple(filter(None, (move.ref, move.payment_reference))),
            move.invoice_date_due,
            relations.get(move.commercial_partner_id.id, "other"),
            self._get_discounted(move, amount),
        )

    def _get_discounted(self, move, amount):
        """Return what settles it with its early-payment discount, or None."""
        line = move._qbo_get_receivable_lines()[:1]
        is_early = line.discount_date and self.txn_date <= line.discount_date
        total = to_decimal(abs(line.amount_currency), self.currency_id)
        if not is_early or amount != total:
            return None
        return to_decimal(abs(line.discount_amount_currency), self.currency_id)

    # === IN WORDS === #

    @api.model
    def _describe_match(self, reasons):
        """Return the reasons of a suggestion in words."""
        words = {
            "paid_there": self.env._("QuickBooks names this number"),
            "number": self.env._("same number"),
            "reference": self.env._("same reference"),
            "number_part": self.env._("end of the number"),
            "amount": self.env._("same amount"),
            "amount_alone": self.env._("only the amount is the same"),
            "two": self.env._("amount equals two documents"),
            "three": self.env._("amount equals three documents"),
            "all_open": self.env._("amount equals all that is open"),
            "customer": self.env._("same customer"),
            "sub_customer": self.env._("parent or sub-customer"),
            "renamed": self.env._("similar name: customer renamed?"),
            "discount": self.env._("amount less the early-payment discount"),
            "fee": self.env._("amount less what could be a fee"),
            "oldest": self.env._("oldest first"),
        }
        return ", ".join(words[reason] for reason in reasons)
