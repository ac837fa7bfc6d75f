from odoo import api, fields, models

from ..tools.digest import digest, to_plain

PAGES = {
    "Customer": "customerdetail?nameId=",
    "Item": "items?itemId=",
    "Invoice": "invoice?txnId=",
    "CreditMemo": "creditmemo?txnId=",
    "Estimate": "estimate?txnId=",
    "Payment": "recvpayment?txnId=",
    "Deposit": "deposit?txnId=",
    "RefundReceipt": "refundreceipt?txnId=",
    "JournalEntry": "journal?txnId=",
}
HOSTS = {
    "sandbox": "https://sandbox.qbo.intuit.com/app/",
    "production": "https://qbo.intuit.com/app/",
}


class QboBinding(models.Model):
    """Which object of QuickBooks an Odoo record is.

    Kept when the connection ends and found again when the same QuickBooks company is
    connected; only severing the connection deletes it. A record that was unlinked
    keeps its row, because `link` goes on counting: what was approved for one object
    is not approved for another.
    """

    _name = "qbo.binding"
    _description = "QuickBooks Link"
    _order = "id desc"
    _rec_name = "name"

    connection_id = fields.Many2one(
        "qbo.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    entity = fields.Char(required=True, readonly=True)
    qbo_id = fields.Char("QuickBooks Id", readonly=True)
    link = fields.Integer(
        default=0,
        readonly=True,
        aggregator=None,
        help="How often the record was pointed at another object of QuickBooks.",
    )
    sync_token = fields.Char(readonly=True)
    name = fields.Char("Name In QuickBooks", readonly=True)
    doc_number = fields.Char("Number In QuickBooks", readonly=True)
    snapshot = fields.Json(readonly=True, help="What QuickBooks said last.")
    payload_digest = fields.Char(readonly=True)
    remote_state = fields.Selection(
        [("alive", "Alive"), ("voided", "Voided"), ("deleted", "Deleted")],
        default="alive",
        required=True,
        readonly=True,
    )
    origin = fields.Selection(
        [
            ("created", "Created by a push"),
            ("adopted", "Found in QuickBooks"),
            ("linked", "Linked by a person"),
        ],
        readonly=True,
    )
    url = fields.Char("In QuickBooks", compute="_compute_url")

    _unique_record = models.Constraint(
        "UNIQUE(connection_id, entity, res_model, res_id)",
        "This record is linked to an object of QuickBooks already.",
    )
    _unique_object = models.Constraint(
        "UNIQUE(connection_id, entity, qbo_id)",
        "This object of QuickBooks is linked to another record already.",
    )
    _record_idx = models.Index("(res_model, res_id)")

    def _compute_url(self):
        for binding in self:
            binding.url = binding._get_url()

    def _get_url(self):
        """Return the page of the object in QuickBooks, or False."""
        self.ensure_one()
        qbo_id = self.remote_state != "deleted" and self.qbo_id
        return self._make_url(self.connection_id, self.entity, qbo_id)

    @api.model
    def _make_url(self, connection, entity, qbo_id):
        """Return the page of an object in QuickBooks, or False."""
        page = PAGES.get(entity)
        if not page or not qbo_id:
            return False
        return f"{HOSTS[connection.environment]}{page}{qbo_id}"

    # === LOOKING UP === #

    @api.model
    def _get_ids(self, connection, keys):
        """Return ``{(model, id, entity): qbo_id}`` of those that are at QuickBooks.

        :param keys: iterable of (model, id, entity)
        """
        known = self._get_known(connection, keys)
        return {key: binding.qbo_id for key, binding in known.items()}

    @api.model
    def _get_known(self, connection, keys):
        """Return ``{(model, id, entity): binding}`` of those that are at QuickBooks."""
        wanted = set(keys)
        by_kind = {}
        for model, res_id, entity in wanted:
            by_kind.setdefault((model, entity), []).append(res_id)
        found = {}
        for (model, entity), res_ids in by_kind.items():
            domain = self._get_domain(connection, model, res_ids, entity)
            rows = self.search_fetch(
                [*domain, ("qbo_id", "!=", False), ("remote_state", "!=", "deleted")],
                ["res_id", "qbo_id", "link"],
            )
            for row in rows:
                found[model, row.res_id, entity] = row
        return found

    @api.model
    def _find(self, connection, records, entity):
        """Return ``{record id: binding}``, unlinked ones included."""
        domain = self._get_domain(connection, records._name, records.ids, entity)
        return {binding.res_id: binding for binding in self.sudo().search(domain)}

    @api.model
    def _get_domain(self, connection, model, res_ids, entity):
        return [
            ("connection_id", "=", connection.id),
            ("entity", "=", entity),
            ("res_model", "=", model),
            ("res_id", "in", res_ids),
        ]

    # === LINKING === #

    @api.model
    def _point(self, connection, record, entity, answer, origin):
        """Point a record at an object of QuickBooks.

        :param dict answer: the object as QuickBooks gave it
        :param str origin: ``created``, ``adopted`` or ``linked``
        :return: the binding
        """
        values = self._prepare_answer_values(answer) | {"origin": origin}
        binding = self._find(connection, record, entity).get(record.id)
        if not binding:
            return self.sudo().create(
                {
                    "connection_id": connection.id,
                    "res_model": record._name,
                    "res_id": record.id,
                    "entity": entity,
                    **values,
                }
            )
        if binding.qbo_id and binding.qbo_id != answer["Id"]:
            values["link"] = binding.link + 1
        binding.write(values)
        return binding

    @api.model
    def _hand_over(self, sources, target):
        """Let the record that others are merged into be what they were.

        A record that is at QuickBooks already stays what it is there.

        :param sources: records that are about to be deleted
        """
        keep = self.sudo().search(
            [("res_model", "=", target._name), ("res_id", "=", target.id)]
        )
        for binding in self.sudo().search(
            [
                ("res_model", "=", sources._name),
                ("res_id", "in", sources.ids),
                ("qbo_id", "!=", False),
            ],
            order="id",
        ):
            own = keep.filtered(
                lambda each, other=binding: each.connection_id == other.connection_id
                and each.entity == other.entity
            )
            if not own:
                binding.res_id = target.id
                keep |= binding
            elif not own.qbo_id:
                values = binding._copy_object()
                binding.unlink()
                own.write(values | {"link": own.link + 1})
        target.invalidate_recordset(["qbo_binding_ids"])

    def _copy_object(self):
        names = (
            "qbo_id",
            "sync_token",
            "name",
            "doc_number",
            "snapshot",
            "payload_digest",
            "remote_state",
            "origin",
        )
        return {name: self[name] for name in names}

    def _unlink_object(self):
        """Point the record at nothing; the next object is another link."""
        for binding in self:
            binding.write(
                {
                    "qbo_id": False,
                    "sync_token": False,
                    "snapshot": False,
                    "payload_digest": False,
                    "link": binding.link + 1,
                }
            )

    @api.model
    def _prepare_answer_values(self, answer):
        name = answer.get("DisplayName") or answer.get("Name") or answer.get("Code")
        return {
            "qbo_id": answer["Id"],
            "sync_token": answer.get("SyncToken"),
            "name": name or answer.get("DocNumber") or answer["Id"],
            "doc_number": answer.get("DocNumber"),
            "snapshot": to_plain(answer),
            "payload_digest": digest(answer),
            "remote_state": "alive",
        }
