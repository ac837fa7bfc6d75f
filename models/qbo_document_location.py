"""The location of a document, which QuickBooks keeps once for all its lines."""

from odoo import models


class QboDocumentMixin(models.AbstractModel):
    _inherit = "qbo.document.mixin"

    def _qbo_prepare_members(self, connection, rules):
        payload = super()._qbo_prepare_members(connection, rules)
        location = self._qbo_get_location(connection, rules)
        if not location:
            return payload
        return {**payload, "DepartmentRef": {"value": location.qbo_id}}

    def _qbo_get_location(self, connection, rules):
        """Return the location of the document (`qbo.reference`), empty for none."""
        shares = self._qbo_list_location_shares(connection, rules)
        # Several accounts may stand for one location.
        locations = {
            connection._get_mapped("location", account)
            for each in shares
            for account in each
        }
        return locations.pop() if len(locations) == 1 else self.env["qbo.reference"]

    def _qbo_list_location_shares(self, connection, rules):
        """Return {analytic account: percentage} of each line with a product.

        Empty where QuickBooks keeps no locations, or no plan stands for them.
        """
        if not rules.has_locations or not connection.location_plan_id:
            return []
        return [
            line._qbo_get_shares(connection.location_plan_id)
            for line in self._qbo_get_lines()
            if line._qbo_get_kind() == "product"
        ]

    # === BLOCKERS === #

    def _qbo_list_line_blockers(self, connection, rules, title):
        yield from super()._qbo_list_line_blockers(connection, rules, title)
        yield from self._qbo_list_location_blockers(connection, rules, title)

    def _qbo_list_location_blockers(self, connection, rules, title):
        shares = self._qbo_list_location_shares(connection, rules)
        accounts = {account: True for each in shares for account in each}
        if not accounts:
            return
        locations = {
            account: connection._get_mapped("location", account) for account in accounts
        }
        whole = [round(sum(each.values()), 2) == 100 for each in shares]
        is_one = len(accounts) == 1 or (
            len(set(locations.values())) == 1 and all(locations.values())
        )
        names = ", ".join(sorted(account.name for account in accounts))
        if not is_one or not all(whole):
            yield self.env._(
                "The lines of %(title)s do not all belong to one location "
                "(%(names)s), and QuickBooks keeps one location for each document. "
                "Give all lines the same account of the plan %(plan)s with 100%%, or "
                "split the document.",
                title=title,
                names=names,
                plan=connection.location_plan_id.name,
            )
            return
        location = next(iter(locations.values()))
        if not location:
            yield self.env._(
                "%(title)s: QuickBooks has no location for %(account)s yet. Choose one "
                "in the mappings of the connection %(books)s; the document waits until "
                "then.",
                title=title,
                account=names,
                books=connection.name,
            )
        elif not location.active:
            yield self.env._(
                "%(title)s: the location %(location)s, which stands for %(account)s, "
                "is not active in QuickBooks any more. Choose another in the mappings "
                "of the connection %(books)s.",
                title=title,
                location=location.name,
                account=names,
                books=connection.name,
            )
