from odoo import api, fields, models
from odoo.tools import SQL

from ..const import JOURNAL_COUNTRIES
from ..exceptions import QboError, QboRejectedError
from ..tools.digest import digest, to_plain
from .transaction import own_transaction

WITH_INACTIVE = "Active IN (true, false)"
# What is kept here, and the condition it is read with.
LISTS = {
    "Account": WITH_INACTIVE,
    "Class": WITH_INACTIVE,
    "CompanyCurrency": WITH_INACTIVE,
    "Department": WITH_INACTIVE,
    "JournalCode": WITH_INACTIVE,
    "PaymentMethod": WITH_INACTIVE,
    "TaxAgency": "",
    "TaxCode": WITH_INACTIVE,
    "TaxRate": WITH_INACTIVE,
    "Term": WITH_INACTIVE,
}


class QboReference(models.Model):
    """One record of a list that QuickBooks keeps: an account, a tax code, a term.

    QuickBooks is the system of record of these; this is what it said last. Records
    are never deleted here, since mappings point at them: what is gone or inactive in
    QuickBooks is archived.
    """

    _name = "qbo.reference"
    _description = "QuickBooks List Record"
    _order = "entity, full_name, id"
    _rec_name = "full_name"
    _rec_names_search = ["full_name", "code"]

    connection_id = fields.Many2one(
        "qbo.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    entity = fields.Selection(
        [
            ("Account", "Account"),
            ("Class", "Class"),
            ("CompanyCurrency", "Currency"),
            ("Department", "Location"),
            ("Item", "Product or service"),
            ("JournalCode", "Journal"),
            ("PaymentMethod", "Payment method"),
            ("TaxAgency", "Tax agency"),
            ("TaxCode", "Tax code"),
            ("TaxRate", "Tax rate"),
            ("Term", "Term"),
        ],
        required=True,
        readonly=True,
    )
    qbo_id = fields.Char("QuickBooks Id", required=True, readonly=True)
    active = fields.Boolean(default=True, readonly=True)
    is_gone = fields.Boolean(
        "Gone From QuickBooks",
        readonly=True,
        help="QuickBooks no longer lists it, not even as inactive.",
    )
    name = fields.Char(required=True, readonly=True)
    full_name = fields.Char(required=True, readonly=True)
    code = fields.Char("Number", readonly=True)
    account_type = fields.Char(readonly=True)
    account_sub_type = fields.Char("Detail Type", readonly=True)
    classification = fields.Char(readonly=True)
    currency_code = fields.Char("Currency", readonly=True)
    rate = fields.Float("Rate (%)", digits=(12, 6), readonly=True, aggregator=None)
    due_days = fields.Integer(readonly=True, aggregator=None)
    parent_qbo_id = fields.Char(readonly=True)
    # Large, and looked at by few: not fetched with the others.
    payload = fields.Json(readonly=True, prefetch=False)
    payload_digest = fields.Char(readonly=True)
    read_at = fields.Datetime("Last Changed Here", readonly=True)

    _unique_qbo_id = models.Constraint(
        "UNIQUE(connection_id, entity, qbo_id)",
        "QuickBooks ids are unique in each list.",
    )

    @api.depends("code", "full_name")
    def _compute_display_name(self):
        for reference in self:
            reference.display_name = " ".join(
                filter(None, (reference.code, reference.full_name))
            )

    # === READING QUICKBOOKS' LISTS === #

    @api.model
    def _read_lists(self, connection, client):
        """Bring all lists of the connection up to date.

        Takes one batch request while no list is longer than a page, and one more for
        each further page, whatever the number of lists.

        :return: the number of records, and ``{entity: QboError}`` of the lists
            QuickBooks refused
        :raise QboError: Intuit did not answer; what was read before is kept
        """
        with own_transaction(self.env) as env:
            # What the company is like may have been read, and committed, a moment ago.
            wanted = env[self._name]._get_lists(
                env[connection._name].browse(connection.id)
            )
        return self._read_entities(connection, client, wanted)

    @api.model
    def _read_entities(self, connection, client, wanted):
        """Like :meth:`_read_lists`, of some lists.

        :param wanted: ``{entity: (entity, condition)}``
        """
        answers = client.query_all_batch(wanted)
        refused = {
            entity: answer
            for entity, answer in answers.items()
            if isinstance(answer, QboError)
        }
        for error in refused.values():
            if not isinstance(error, QboRejectedError):
                raise error
        lists = {
            entity: {payload["Id"]: payload for payload in answer}
            for entity, answer in answers.items()
            if entity not in refused
        }
        with own_transaction(self.env) as env:
            # One reader at a time: two would both create what both miss.
            env.execute_query(
                SQL(
                    "SELECT pg_advisory_xact_lock('qbo_reference'::regclass::int, %s)",
                    connection.id,
                )
            )
            env["qbo.reference"]._apply_lists(connection, lists)
        connection.invalidate_recordset(flush=False)
        return sum(map(len, lists.values())), refused

    @api.model
    def _apply_lists(self, connection, lists):
        existing = {
            (reference.entity, reference.qbo_id): reference
            for reference in self.with_context(active_test=False).search(
                [("connection_id", "=", connection.id), ("entity", "in", list(lists))]
            )
        }
        for entity, payloads in lists.items():
            self._apply_list(connection, entity, payloads, existing)

    @api.model
    def _get_lists(self, connection):
        """Return ``{entity: (entity, condition)}`` of the lists this company has."""
        currency = (connection.preferences or {}).get("CurrencyPrefs", {})
        missing = set()
        if not currency.get("MultiCurrencyEnabled"):
            missing.add("CompanyCurrency")
        if connection.country_code not in JOURNAL_COUNTRIES:
            missing.add("JournalCode")
        return {
            entity: (entity, condition)
            for entity, condition in LISTS.items()
            if entity not in missing
        }

    @api.model
    def _apply_list(self, connection, entity, payloads, existing):
        to_create = []
        for qbo_id, payload in payloads.items():
            reference = existing.get((entity, qbo_id))
            payload_digest = digest(payload)
            if (
                reference
                and reference.payload_digest == payload_digest
                and not reference.is_gone
            ):
                continue
            values = self._prepare_values(connection, entity, payload)
            values["payload_digest"] = payload_digest
            if reference:
                reference.write(values)
            else:
                to_create.append(values)
        self.create(to_create)
        gone = self.browse(
            reference.id
            for (kind, qbo_id), reference in existing.items()
            if kind == entity and qbo_id not in payloads and not reference.is_gone
        )
        gone.write({"is_gone": True, "active": False})

    @api.model
    def _prepare_values(self, connection, entity, payload):
        name = payload.get("Name") or payload.get("DisplayName") or payload["Code"]
        return {
            "connection_id": connection.id,
            "entity": entity,
            "qbo_id": payload["Id"],
            "active": payload.get("Active", True),
            "is_gone": False,
            "name": name,
            "full_name": payload.get("FullyQualifiedName") or name,
            "code": payload.get("AcctNum") or payload.get("Code"),
            "account_type": payload.get("AccountType"),
            "account_sub_type": payload.get("AccountSubType"),
            "classification": payload.get("Classification"),
            "currency_code": payload.get("CurrencyRef", {}).get("value"),
            "rate": payload.get("RateValue", 0),
            "due_days": payload.get("DueDays", 0),
            "parent_qbo_id": payload.get("ParentRef", {}).get("value"),
            "payload": to_plain(payload),
            "read_at": fields.Datetime.now(),
        }
