from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .qbo_mapping import KINDS
from .qbo_reference_item import ITEM_KINDS
from .roles import ACCOUNTANT_GROUP
from .transaction import own_transaction, without_nested_loops


class QboMapping(models.Model):
    """What the buttons of the screen do."""

    _inherit = "qbo.mapping"

    # === ACCEPTING === #

    def action_accept(self):
        """Take what is suggested for the selected rows, or all that the filter shows.

        :return: a notification that says how many were taken
        """
        self.check_access("write")
        mappings = self or self._get_filtered()
        accepted = mappings._accept()
        left = len(mappings) - accepted
        message = self.env._("%(count)s suggestions accepted.", count=accepted)
        if left and len(mappings) > 1:
            message += " " + self.env._(
                "%(count)s rows had none, or were mapped already.", count=left
            )
        return self._notify(message, "success" if accepted else "warning")

    def action_accept_one(self):
        """Take the suggestion of one row; the list shows it at once."""
        self.ensure_one()
        self.check_access("write")
        if not self._accept():
            raise UserError(
                self.env._(
                    "There is no suggestion for %(name)s any more. Look again, or "
                    "choose what stands for it.",
                    name=self.name,
                )
            )

    @api.model
    def _get_filtered(self):
        domain = Domain(self.env.context.get("active_domain") or Domain.FALSE)
        mappings = self.search(domain & Domain("state", "=", "suggested"))
        mappings.check_access("write")
        return mappings

    def _accept(self):
        """Map rows to what is suggested for them, by one statement.

        :return: the number of rows that were mapped
        """
        if not self:
            return 0
        self.sudo().flush_model()
        self.env["qbo.reference"].sudo().flush_model(["active"])
        with self.sudo().connection_id._watch_mappings():
            rows = self._write_accepted()
            self.invalidate_model()
            accepted = self.browse(id for (id,) in rows)
            accepted._check_reference()
        return len(accepted)

    def _write_accepted(self):
        with without_nested_loops(self.env):
            return self.env.execute_query(
                SQL(
                    """
                    UPDATE qbo_mapping mapping
                       SET reference_id = reference.id,
                           state = 'mapped',
                           write_uid = %s,
                           write_date = now() AT TIME ZONE 'UTC'
                      FROM qbo_reference reference
                     WHERE reference.id = mapping.suggested_id
                       AND reference.active
                       AND mapping.reference_id IS NULL
                       AND mapping.id = ANY(%s)
                 RETURNING mapping.id
                    """,
                    self.env.uid,
                    list(self._ids),
                )
            )

    # === LOOKING === #

    @api.model
    def action_look_again(self, *_ids):
        """Make rows for what is in use now, and look for suggestions."""
        self._check_accountant()
        kinds, connections = self._get_scope()
        created = suggested = 0
        for connection in connections:
            created += self._collect(connection, kinds)
            suggested += self._suggest(connection, kinds)
        return self._notify(
            self.env._(
                "%(created)s new rows. %(suggested)s of those that are not mapped have "
                "a suggestion.",
                created=created,
                suggested=suggested,
            )
        )

    @api.model
    def action_read_items(self, *_ids):
        """Read products and services from QuickBooks, and look for suggestions."""
        self._check_accountant()
        kinds, connections = self._get_scope()
        connections = connections.filtered(lambda each: each.state == "connected")
        if not connections:
            raise UserError(
                self.env._(
                    "Products can be read only while a connection to QuickBooks is "
                    "alive. Ask an administrator to connect it."
                )
            )
        with own_transaction(self.env) as env:
            # Committed, they are there for whoever reads the items to suggest.
            for id in connections.ids:
                connection = env[connections._name].browse(id)
                env[self._name]._collect(connection, kinds or ITEM_KINDS)
        count = sum(each._ask_intuit(each._read_items) for each in connections)
        return self._notify(
            self.env._(
                "%(count)s products and services read from QuickBooks.", count=count
            )
        )

    @api.model
    def _get_scope(self):
        """(kinds, connections) that the open screen is about; no kinds: all of them."""
        context = self.env.context
        kind = context.get("qbo_kind") or context.get("default_kind")
        kinds = [kind] if kind in KINDS else []
        connection = self.env["qbo.connection"].browse(
            context.get("default_connection_id") or ()
        )
        connections = connection.exists() or connection.search(
            [("realm_id", "!=", False), ("company_id", "in", self.env.companies.ids)]
        )
        connections.check_access("read")
        return kinds, connections

    @api.model
    def _check_accountant(self):
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise AccessError(
                self.env._(
                    "Only accountants and administrators of QuickBooks change "
                    "mappings. You may look at them."
                )
            )

    # === OPENING === #

    @api.model
    def action_open_screen(self):
        """Open the mappings; what is in use has a row by then."""
        kinds, connections = self._get_scope()
        return self._open(kinds, connections if len(connections) == 1 else None)

    @api.model
    def _open(self, kinds=(), connection=None, **filters):
        """Return the action of the screen.

        :param kinds: of `qbo.mapping`; none for all of them
        :param connection: `qbo.connection`; none for those of all companies
        :param filters: names of filters to switch on: ``unmapped=1``
        """
        self._prepare_screen(kinds, connection)
        name = "qbo_mapping_action" if kinds == ["tax"] else "qbo_mapping_action_all"
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"quickbooks_online.{name}"
        )
        domain, context = Domain.TRUE, {}
        if connection:
            domain &= Domain("connection_id", "=", connection.id)
            context["default_connection_id"] = connection.id
        if kinds:
            domain &= Domain("kind", "in", kinds)
        if len(kinds) == 1:
            context |= {"default_kind": kinds[0], "qbo_kind": kinds[0]}
            labels = dict(self._fields["kind"]._description_selection(self.env))
            action["name"] = action["display_name"] = labels[kinds[0]]
        context |= {f"search_default_{each}": 1 for each in filters}
        return action | {"domain": list(domain), "context": context}

    @api.model
    def _prepare_screen(self, kinds, connection):
        """Whoever may map gets rows for what came into use since."""
        if not self.has_access("create"):
            return
        for each in connection or self._get_scope()[1]:
            if self._collect(each, kinds):
                self._suggest(each, kinds)

    @api.model
    def _notify(self, message, kind="success"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
