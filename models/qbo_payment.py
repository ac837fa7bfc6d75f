from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.digest import digest, to_plain
from ..tools.moments import parse_moment
from ..tools.money import to_decimal
from ..tools.settlement import Remote, UnreadablePayment, read_payment

# Payments that stand in the queue until somebody does something.
OPEN_STATES = ("queued", "partly")


class QboPayment(models.Model):
    """A payment that QuickBooks reported, and what became of it here.

    There is one row for each, whatever it is: applied as QuickBooks applied it, or
    waiting in the queue with its reason, or ignored by somebody who said why. Rows
    are never deleted; what QuickBooks deleted is marked so.
    """

    _name = "qbo.payment"
    _description = "QuickBooks Payment"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "txn_date desc, id desc"
    _rec_names_search = ["reference", "qbo_id", "customer_name", "partner_id"]
    _check_company_auto = True

    connection_id = fields.Many2one(
        "qbo.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    realm_id = fields.Char(
        "QuickBooks Company",
        required=True,
        readonly=True,
        help="Kept when the connection is severed: what was booked for this company is "
        "found again, and not booked a second time.",
    )
    entity = fields.Selection(
        [("Payment", "Payment"), ("RefundReceipt", "Refund receipt")],
        "Kind",
        required=True,
        readonly=True,
    )
    qbo_id = fields.Char("QuickBooks Id", required=True, readonly=True)
    sync_token = fields.Char(readonly=True)
    created_there_at = fields.Datetime("Created In QuickBooks", readonly=True)
    changed_at = fields.Datetime("Changed In QuickBooks", readonly=True)
    remote_state = fields.Selection(
        [("alive", "In QuickBooks"), ("voided", "Voided"), ("deleted", "Deleted")],
        "There",
        default="alive",
        required=True,
        readonly=True,
    )
    txn_date = fields.Date("Date", readonly=True)
    amount = fields.Monetary(readonly=True)
    unapplied = fields.Monetary(
        "Unapplied There",
        readonly=True,
        aggregator=None,
        help="What of the money pays no invoice in QuickBooks.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    exchange_rate = fields.Float(digits=(16, 7), readonly=True, aggregator=None)
    customer_qbo_id = fields.Char(readonly=True)
    customer_name = fields.Char("Customer In QuickBooks", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index=True)
    reference = fields.Char(readonly=True)
    memo = fields.Char("Note In QuickBooks", readonly=True)
    method_qbo_id = fields.Char(readonly=True)
    account_qbo_id = fields.Char(readonly=True)
    deposit_qbo_id = fields.Char(
        "In Deposit (Id)",
        readonly=True,
        help="Id of the deposit in QuickBooks that took it to the bank. QuickBooks "
        "lets no payment be changed while it is part of one.",
    )
    snapshot = fields.Json(readonly=True, prefetch=False)
    judged_digest = fields.Char(readonly=True)
    received_at = fields.Datetime(
        readonly=True, default=fields.Datetime.now, help="When Odoo first heard of it."
    )
    heard_by = fields.Selection(
        [("webhook", "Webhook"), ("poll", "Poll"), ("person", "A person")],
        "Heard Of By",
        readonly=True,
    )

    state = fields.Selection(
        [
            ("new", "To be applied"),
            ("queued", "Unmatched"),
            ("partly", "Partly matched"),
            ("matched", "Matched"),
            ("ignored", "Ignored"),
        ],
        default="new",
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Selection(
        selection="_selection_reason",
        readonly=True,
        index="btree_not_null",
        help="Why something of it is open.",
    )
    reason_text = fields.Text("Why And What To Do", readonly=True)
    is_due = fields.Boolean(default=True, readonly=True)
    applied_at = fields.Datetime(readonly=True)
    volume = fields.Monetary(
        readonly=True,
        help="The money, and the credit memos that were used with it.",
    )
    matched_amount = fields.Monetary("Matched", readonly=True)
    open_amount = fields.Monetary("Open", readonly=True)
    ignored_amount = fields.Monetary(readonly=True)
    account_payment_id = fields.Many2one(
        "account.payment", "Payment", readonly=True, copy=False, index="btree_not_null"
    )
    seen_in_reading = fields.Integer(
        readonly=True, aggregator=None, help="See qbo.connection.readings."
    )
    # Where its money was in QuickBooks when it was booked.
    booked_account_qbo_id = fields.Char(readonly=True, copy=False)
    # As it was booked; another amount than that is a person's doing.
    booked_amount = fields.Monetary(readonly=True, copy=False, aggregator=None)
    is_ours = fields.Boolean(
        "Registered In Odoo",
        readonly=True,
        help="It was registered in Odoo and pushed to QuickBooks.",
    )
    partial_ids = fields.One2many(
        "account.partial.reconcile",
        "qbo_payment_id",
        readonly=True,
        bypass_search_access=True,
    )
    line_ids = fields.One2many("qbo.payment.line", "payment_id", readonly=True)

    note = fields.Text(tracking=True, help="For whoever looks at it next.")
    user_id = fields.Many2one(
        "res.users", "Assigned To", tracking=True, index="btree_not_null"
    )
    ignore_reason = fields.Char(readonly=True, tracking=True)
    ignored_digest = fields.Char(readonly=True)
    age_days = fields.Integer("Age (Days)", compute="_compute_age_days")
    url = fields.Char("In QuickBooks", compute="_compute_url")

    _unique_object = models.Constraint(
        "UNIQUE(connection_id, realm_id, entity, qbo_id)",
        "There is one row for each payment of QuickBooks.",
    )
    _unique_payment = models.UniqueIndex(
        "(account_payment_id) WHERE account_payment_id IS NOT NULL",
        "A payment is one payment of QuickBooks.",
    )
    _due_idx = models.Index("(connection_id, id) WHERE is_due")
    _nothing_lost = models.Constraint(
        "CHECK(round(volume - matched_amount - open_amount - ignored_amount, 4) = 0)",
        "What is matched, open and ignored is not the whole payment.",
    )

    @api.model
    def _selection_reason(self):
        return self.env["qbo.payment.words"]._get_reasons()

    @api.depends("entity", "reference", "qbo_id")
    def _compute_display_name(self):
        for payment in self:
            kind = dict(self._fields["entity"]._description_selection(self.env))
            payment.display_name = self.env._(
                "%(kind)s %(number)s of %(customer)s",
                kind=kind.get(payment.entity),
                number=payment.reference or payment.qbo_id,
                customer=payment.customer_name or payment.partner_id.name or "-",
            )

    @api.depends("txn_date")
    def _compute_age_days(self):
        today = fields.Date.context_today(self)
        for payment in self:
            payment.age_days = payment.txn_date and (today - payment.txn_date).days

    def _compute_url(self):
        for payment in self:
            payment.url = payment._get_url()

    def _get_url(self):
        return self.env["qbo.binding"]._make_url(
            self.connection_id,
            self.entity,
            self.remote_state != "deleted" and self.qbo_id,
        )

    def _get_remote(self):
        """Return what QuickBooks says of it (`tools.settlement.Remote`).

        :raises UnreadablePayment: it does not add up
        """
        if self.remote_state == "deleted":
            return Remote(Decimal(0), [], [], Decimal(0), True)
        if self.entity == "Payment":
            return read_payment(self.snapshot or {})
        total = to_decimal((self.snapshot or {}).get("TotalAmt") or 0)
        return Remote(total, [], [], total, False)

    # === WHAT QUICKBOOKS REPORTS === #

    @api.model
    def _take(self, connection, entity, objects, heard_by):
        """Keep what QuickBooks said of payments; what is new in it becomes due.

        :param str entity: ``Payment`` or ``RefundReceipt``
        :param objects: list of dicts, each the present state of one
        :param str heard_by: ``webhook`` or ``poll``
        :return: the rows that became due
        """
        objects = {values["Id"]: values for values in objects}
        known = self._find(connection, entity, objects)
        is_relevant = self._get_relevance(connection, entity, objects, known)
        due = self.browse()
        to_create = []
        for qbo_id, values in objects.items():
            row = known.get(qbo_id)
            if row and row._is_older(values):
                continue
            content = self._prepare_values(connection, entity, values)
            if row:
                row.write({**content, "is_due": True})
                due |= row
            elif is_relevant(values):
                to_create.append({**content, "heard_by": heard_by})
        return due | self.with_context(mail_create_nolog=True).create(to_create)

    @api.model
    def _take_deleted(self, connection, entity, qbo_ids):
        """Mark payments that QuickBooks has no more; return those that it had."""
        known = self._find(connection, entity, qbo_ids)
        gone = self.browse(
            row.id for row in known.values() if row.remote_state != "deleted"
        )
        gone.write({"remote_state": "deleted", "is_due": True})
        return gone

    @api.model
    def _get_own_domain(self, connection):
        """Return the domain of the payments of the company that is connected now."""
        return [
            ("connection_id", "=", connection.id),
            ("realm_id", "=", connection.realm_id),
        ]

    @api.model
    def _find(self, connection, entity, qbo_ids):
        rows = self.search(
            [
                *self._get_own_domain(connection),
                ("entity", "=", entity),
                ("qbo_id", "in", list(qbo_ids)),
            ]
        )
        return {row.qbo_id: row for row in rows}

    @api.model
    def _get_relevance(self, connection, entity, objects, known):
        """Return callable(object): whether it belongs to what Odoo keeps.

        What is dated before the start is none of ours, as no document of then is.
        """
        start = connection._get_payments_start()
        return lambda values: not start or (values.get("TxnDate") or "") >= str(start)

    def _is_older(self, values):
        """Whether an answer is older than what is known, or the same.

        A token is no lock here: QuickBooks moves the time alone, too, and after a
        merge of customers perhaps neither.
        """
        if self.remote_state == "deleted":
            # Read a moment ago: what said that it is gone was wrong.
            return False
        moment = _read_moment(values, "LastUpdatedTime")
        token, known = int(values.get("SyncToken") or 0), int(self.sync_token or 0)
        if token != known:
            return token < known
        if self.changed_at and moment and moment != self.changed_at:
            return moment < self.changed_at
        return digest(_read_judged(values)) == self.judged_digest

    @api.model
    def _prepare_values(self, connection, entity, values):
        plain = to_plain(values)
        customer = values.get("CustomerRef") or {}
        code = (values.get("CurrencyRef") or {}).get("value")
        code = code or connection.home_currency
        content = {
            "connection_id": connection.id,
            "realm_id": connection.realm_id,
            "entity": entity,
            "qbo_id": values["Id"],
            "sync_token": values.get("SyncToken"),
            "created_there_at": _read_moment(values, "CreateTime"),
            "changed_at": _read_moment(values, "LastUpdatedTime"),
            "txn_date": values.get("TxnDate") or False,
            "amount": float(values.get("TotalAmt") or 0),
            "unapplied": float(values.get("UnappliedAmt") or 0),
            "currency_id": self._get_currency_id(code),
            "exchange_rate": float(values.get("ExchangeRate") or 1),
            "customer_qbo_id": customer.get("value"),
            "customer_name": customer.get("name"),
            "reference": values.get("PaymentRefNum") or values.get("DocNumber"),
            "memo": values.get("PrivateNote"),
            "method_qbo_id": (values.get("PaymentMethodRef") or {}).get("value"),
            "account_qbo_id": (values.get("DepositToAccountRef") or {}).get("value"),
            "deposit_qbo_id": next(
                (
                    link.get("TxnId")
                    for link in values.get("LinkedTxn") or ()
                    if link.get("TxnType") == "Deposit"
                ),
                False,
            ),
            "snapshot": plain,
            "judged_digest": digest(_read_judged(values)),
            "remote_state": "alive",
        }
        if entity == "Payment":
            content |= self._read_remote(values)
        else:
            content |= self._prepare_open(content["amount"])
        return content

    @api.model
    def _read_remote(self, values):
        try:
            remote = read_payment(values)
        except UnreadablePayment:
            return self._prepare_open(float(values.get("TotalAmt") or 0))
        return {
            "remote_state": "voided" if remote.is_void else "alive",
            **self._prepare_open(float(remote.volume)),
        }

    @api.model
    def _prepare_open(self, volume):
        """Until it is applied, all of it is open."""
        return {
            "volume": volume,
            "matched_amount": 0,
            "open_amount": volume,
            "ignored_amount": 0,
        }

    @api.model
    def _get_currency_id(self, code):
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", code)], limit=1)
        )
        return currency.id

    # === CONSTRAINTS === #

    def write(self, vals):
        """People write their notes; the rest follows what QuickBooks says."""
        protected = [
            name
            for name in vals
            if self._fields[name].readonly
            and self._fields[name]._module == "quickbooks_online"
        ]
        if protected and not self.env.su:
            raise AccessError(
                self.env._(
                    "These fields follow what QuickBooks says and cannot be written: "
                    "%(names)s.",
                    names=", ".join(protected),
                )
            )
        return super().write(vals)

    # === ACTIONS === #

    def action_open_in_quickbooks(self):
        self.ensure_one()
        url = self._get_url()
        if not url:
            raise UserError(
                self.env._(
                    "%(name)s was deleted in QuickBooks: there is no page to open.",
                    name=self.display_name,
                )
            )
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def action_open_payment(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.payment",
            "res_id": self.account_payment_id.id,
            "view_mode": "form",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Payments that QuickBooks reported are kept: nothing of them may get "
                "lost. Ignore it with a reason instead."
            )
        )


def _read_moment(values, name):
    moment = parse_moment((values.get("MetaData") or {}).get(name))
    return moment and moment.replace(microsecond=0)


def _read_judged(values):
    """What of a payment a person judged who ignored it: money, and what it pays."""
    lines = [
        [line.get("Amount"), link.get("TxnType"), link.get("TxnId")]
        for line in values.get("Line") or ()
        for link in line.get("LinkedTxn") or ()
    ]
    references = ("CustomerRef", "CurrencyRef")
    return {
        "amounts": [values.get("TotalAmt"), values.get("UnappliedAmt")],
        "lines": lines,
        **{name: (values.get(name) or {}).get("value") for name in references},
    }
