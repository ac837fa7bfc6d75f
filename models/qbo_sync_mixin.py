from hashlib import sha256

from odoo import fields, models

from ..tools.references import refer
from .roles import USER_GROUP

MARKER_LENGTH = 12


class QboSyncMixin(models.AbstractModel):
    """What every record that can be pushed to QuickBooks knows.

    A payload is what QuickBooks gets to create the record: a dict of JSON with
    Decimals, in which records of Odoo stand as `refer(...)` and lists of QuickBooks
    with their ids. It depends on the record and the connection alone, never on who
    asks: language, time zone and company are the connection's.
    """

    _name = "qbo.sync.mixin"
    _description = "Record That Is Pushed To QuickBooks"

    qbo_binding_ids = fields.One2many(
        "qbo.binding",
        "res_id",
        "QuickBooks Links",
        domain=lambda self: [("res_model", "=", self._name)],
        bypass_search_access=True,
        groups=USER_GROUP,
    )

    # === WHAT A RECORD IS === #

    def _qbo_get_entity(self):
        """Return what the record is at QuickBooks: 'Invoice'; False for nothing."""
        return False

    def _qbo_get_title(self):
        """Return what messages call the record: 'Invoice INV/2026/00001'."""
        self.ensure_one()
        return self.display_name

    def _qbo_get_marker(self):
        """Return 12 hexadecimal digits that tell this record from all others.

        They stand in the note of documents: after a lost answer, a document with the
        marker is ours.
        """
        self.ensure_one()
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        text = f"{uuid},{self._name},{self.id}"
        return sha256(text.encode()).hexdigest()[:MARKER_LENGTH]

    def _qbo_get_thread(self):
        """Return the record on which people read what happened to this one."""
        return self

    def _qbo_get_document_currency(self):
        """Return the currency of a document or payment."""
        return self.currency_id

    def _qbo_get_name_suffix(self):
        """Return what tells its name from a namesake's; '' for the usual."""
        return ""

    def _qbo_may_be(self, facts):
        """Tell whether an object of QuickBooks can be this record at all.

        :param facts: `tools.name_match.Facts` of the object
        """
        return True

    # === WHAT IS PUSHED === #

    def _qbo_get_blockers(self, connection):
        """Return why the record cannot be pushed, as sentences; empty if it can.

        :rtype: list[str]
        """
        self.ensure_one()
        if not connection:
            return [
                self.env._(
                    "%(title)s cannot go to QuickBooks, because its company has no "
                    "QuickBooks connection. Ask an administrator to connect one.",
                    title=self._qbo_get_title(),
                )
            ]
        if not self._qbo_get_entity():
            return [
                self.env._(
                    "%(title)s is nothing that QuickBooks gets from Odoo: only "
                    "customer invoices, credit notes, payments and sale orders go "
                    "there, with what they name.",
                    title=self._qbo_get_title(),
                )
            ]
        connection = connection.sudo()
        rules = connection._get_rules()
        return list(dict.fromkeys(self.sudo()._qbo_list_blockers(connection, rules)))

    def _qbo_list_blockers(self, connection, rules):
        """Yield the sentences of `_qbo_get_blockers`.

        :param rules: `Rules` of the connection
        """
        return []

    def _qbo_list_company_blockers(self, connection, rules, title):
        company = connection.company_id
        if self.company_id != company:
            yield self.env._(
                "%(title)s belongs to %(company)s, but the QuickBooks company "
                "%(books)s keeps the books of %(other)s. Push it through the "
                "connection of its own company.",
                title=title,
                company=self.company_id.display_name,
                books=connection.name,
                other=company.display_name,
            )
        elif not rules.home_currency:
            yield self.env._(
                "%(title)s cannot go to QuickBooks: %(books)s is not connected to a "
                "QuickBooks company yet. Ask an administrator to connect it.",
                title=title,
                books=connection.name,
            )
        elif company.currency_id.name != rules.home_currency:
            yield self.env._(
                "%(title)s cannot go to QuickBooks: %(company)s keeps its books in "
                "%(ours)s, QuickBooks keeps them in %(theirs)s. Connect a QuickBooks "
                "company that keeps them in %(ours)s.",
                title=title,
                company=company.display_name,
                ours=company.currency_id.name,
                theirs=rules.home_currency,
            )

    def _qbo_list_currency_blockers(self, connection, rules, title):
        code = self._qbo_get_document_currency().name
        if not rules.is_multicurrency:
            yield self.env._(
                "%(title)s is in %(code)s, but QuickBooks keeps %(home)s only. Switch "
                "on multicurrency in QuickBooks and read its lists again, or change "
                "the currency of the document.",
                title=title,
                code=code,
                home=rules.home_currency,
            )
        elif not connection._has_currency(code):
            yield self.env._(
                "%(title)s is in %(code)s, which is not among the currencies of the "
                "QuickBooks company. Add it there (Settings, Currencies) and read "
                "QuickBooks' lists again.",
                title=title,
                code=code,
            )

    def _qbo_prepare_payload(self, connection):
        """Return what QuickBooks gets to create the record (dict).

        It never calls Intuit, and is complete only where there are no blockers.
        """
        self.ensure_one()
        record = self._qbo_in(connection)
        connection = connection.with_env(record.env)
        return record._qbo_prepare_members(connection, connection._get_rules())

    def _qbo_prepare_members(self, connection, rules):
        """Return the payload; the environment is that of :meth:`_qbo_in`."""
        raise NotImplementedError

    def _qbo_prepare_left_out(self, connection, content):
        """Hook: what an update has to name that the content leaves to QuickBooks."""
        return {}

    def _qbo_get_expectation(self, connection):
        """Return what the answer is held against, beside the payload.

        :return: dict of ``total`` and ``tax`` (Decimal or None) and
            ``currency_decimals``
        """
        return {"total": None, "tax": None, "currency_decimals": 2}

    def _qbo_get_facts(self, connection):
        """Return `tools.name_match.Facts`, by which it is found; None for documents."""
        return None

    def _qbo_after_push(self, operation):
        """Hook: an operation of this record ended, whatever the outcome."""

    def _qbo_follow(self):
        """Hook: these records changed, or a push of them ended. Queue what follows."""

    # === REFERENCES === #

    def _qbo_get_link(self, connection):
        """Return the number of the record's link, 0 without one."""
        return self._qbo_get_binding(connection).link

    def _qbo_get_binding(self, connection):
        """Return the record's link, empty without one.

        Read for all records of the prefetch at once: hundreds of invoices cost one
        query for each model that they refer to.
        """
        self.ensure_one()
        entity = self._qbo_get_entity()
        return self.sudo().qbo_binding_ids.filtered(
            lambda binding: binding.connection_id.id == connection.id
            and binding.entity == entity
        )

    def _qbo_get_mapped(self, connection):
        """Return what an accountant chose to stand for the record, or empty.

        :rtype: qbo.reference
        """
        return self.env["qbo.reference"]

    def _qbo_list_mapped_blockers(self, connection, mapped):
        """Yield why a choice cannot be used any more."""
        if not mapped.active:
            yield self.env._(
                "%(title)s is mapped to %(theirs)s, which is not active in QuickBooks "
                "any more. Choose another in the mappings of the connection %(books)s, "
                "or make it active there and read the lists again.",
                title=self._qbo_get_title(),
                theirs=mapped.display_name,
                books=connection.name,
            )

    def _qbo_refer(self, connection, optional=False):
        """Return what stands in a payload for the id of this record.

        What an accountant mapped has its id already, and several may share one.
        """
        mapped = self._qbo_get_mapped(connection)
        if mapped:
            return {"value": mapped.qbo_id}
        return refer(
            self._name,
            self.id,
            self._qbo_get_entity(),
            self._qbo_get_link(connection),
            optional,
        )

    def _qbo_in(self, connection):
        """Return the record in the environment that payloads are prepared in."""
        company = connection.sudo().company_id
        context = {
            "allowed_company_ids": company.ids,
            "lang": company.partner_id.lang or None,
        }
        return self.with_env(self.env(su=True, context=context))
