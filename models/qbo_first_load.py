from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .account_move import ENTITIES
from .roles import ACCOUNTANT_GROUP

# What people choose; all else is written by the actions and the worker.
FILTER_FIELDS = frozenset(
    (
        "connection_id",
        "take_invoices",
        "take_credit_notes",
        "date_from",
        "date_to",
        "partner_ids",
        "only_open",
    )
)
CHOICE_FIELDS = frozenset(("take_doubtful_customers",))
# What QuickBooks has changes: an old count says nothing about it.
COUNT_HOURS = 24
# Verdicts that have a count on the form.
COUNTED = ("match", "create", "ambiguous", "refused", "present")
KINDS = ("document", "customer", "product")
OPEN_PAYMENT_STATES = ("not_paid", "partial", "blocked")


class QboFirstLoad(models.Model):
    """Documents from before QuickBooks took over, brought there once.

    A dry run counts what is in QuickBooks already and what is not, without writing
    anything there. Who then clicks *Load* approves what is loaded. Both are done by
    the connection's worker in chunks, each in a transaction of its own: whoever comes
    after a crash goes on with the next chunk.
    """

    _name = "qbo.first.load"
    _description = "QuickBooks First Load"
    _order = "id desc"

    # === WHAT IS CHOSEN === #

    connection_id = fields.Many2one(
        "qbo.connection",
        "Connection",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._get_default_connection(),
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    start_date = fields.Date(related="connection_id.start_date")
    take_invoices = fields.Boolean("Invoices", default=True)
    take_credit_notes = fields.Boolean("Credit Notes", default=True)
    date_from = fields.Date("From")
    date_to = fields.Date("To")
    partner_ids = fields.Many2many(
        "res.partner", string="Customers", help="Nobody chosen: all customers."
    )
    only_open = fields.Boolean("Only Unpaid", default=True)
    take_doubtful_customers = fields.Boolean(
        "Queue Doubtful Customers",
        help="Documents whose customer is ambiguous are queued, too. They wait there "
        "until somebody chooses which customer of QuickBooks is meant.",
    )

    # === WHERE IT STANDS === #

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("counting", "Counting"),
            ("counted", "Counted"),
            ("loading", "Loading"),
            ("stopped", "Stopped"),
            ("done", "Queued"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    problem = fields.Text(readonly=True, copy=False)
    cursor = fields.Integer(readonly=True, copy=False, aggregator=None)
    is_collected = fields.Boolean(readonly=True, copy=False)
    counted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    counted_at = fields.Datetime(readonly=True, copy=False)
    loaded_by_id = fields.Many2one(
        "res.users", "Approved And Loaded By", readonly=True, copy=False
    )
    loaded_at = fields.Datetime("Load Began", readonly=True, copy=False)
    line_ids = fields.One2many("qbo.first.load.line", "load_id", readonly=True)

    document_count = fields.Integer("Documents", compute="_compute_counts")
    counting_progress = fields.Integer(compute="_compute_counts")
    document_match_count = fields.Integer("Matched", compute="_compute_counts")
    document_create_count = fields.Integer("To Create", compute="_compute_counts")
    document_ambiguous_count = fields.Integer("Ambiguous", compute="_compute_counts")
    document_refused_count = fields.Integer("Refused", compute="_compute_counts")
    document_present_count = fields.Integer("Linked", compute="_compute_counts")
    customer_match_count = fields.Integer(compute="_compute_counts")
    customer_create_count = fields.Integer(compute="_compute_counts")
    customer_ambiguous_count = fields.Integer(compute="_compute_counts")
    customer_refused_count = fields.Integer(compute="_compute_counts")
    customer_present_count = fields.Integer(compute="_compute_counts")
    product_match_count = fields.Integer(compute="_compute_counts")
    product_create_count = fields.Integer(compute="_compute_counts")
    product_ambiguous_count = fields.Integer(compute="_compute_counts")
    product_refused_count = fields.Integer(compute="_compute_counts")
    product_present_count = fields.Integer(compute="_compute_counts")

    total_count = fields.Integer("To Load", compute="_compute_progress")
    done_count = fields.Integer("Done", compute="_compute_progress")
    left_count = fields.Integer("Left", compute="_compute_progress")
    failed_count = fields.Integer("Failed", compute="_compute_progress")
    held_count = fields.Integer("Held Back", compute="_compute_progress")
    progress = fields.Integer(compute="_compute_progress")
    is_moving = fields.Boolean(compute="_compute_progress")
    obstacle = fields.Text(compute="_compute_obstacle")
    question = fields.Text(compute="_compute_question")

    _one_under_way = models.UniqueIndex(
        "(connection_id) WHERE state IN ('counting', 'loading')",
        "Another first load of this connection is under way. Wait until it is done, "
        "or stop it.",
    )

    # === DEFAULTS AND NAMES === #

    @api.model
    def _get_default_connection(self):
        return self.env["qbo.connection"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )

    @api.depends("connection_id", "date_from", "date_to")
    def _compute_display_name(self):
        for load in self:
            days = [day and fields.Date.to_string(day) for day in load._get_days()]
            load.display_name = " ".join(
                filter(
                    None,
                    (
                        self.env._(
                            "First load of %(name)s", name=load.connection_id.name or ""
                        ),
                        any(days) and f"({days[0] or '…'} – {days[1] or '…'})",
                    ),
                )
            )

    def _get_days(self):
        return self.date_from, self.date_to

    # === COUNTS === #

    @api.depends("line_ids.verdict", "line_ids.kind")
    def _compute_counts(self):
        groups = self.env["qbo.first.load.line"]._read_group(
            [("load_id", "in", self.ids)], ["load_id", "kind", "verdict"], ["__count"]
        )
        counts = {(load.id, kind, word): n for load, kind, word, n in groups}
        for load in self:
            of_load = {key[1:]: n for key, n in counts.items() if key[0] == load.id}
            for kind in KINDS:
                for verdict in COUNTED:
                    load[f"{kind}_{verdict}_count"] = of_load.get((kind, verdict), 0)
            documents = [
                n for (kind, _word), n in of_load.items() if kind == "document"
            ]
            load.document_count = sum(documents)
            everything = sum(of_load.values())
            pending = sum(of_load.get((kind, "pending"), 0) for kind in KINDS)
            share = 100 * (everything - pending) // everything if everything else 0
            load.counting_progress = share if load.is_collected else 0

    @api.depends("line_ids.outcome", "line_ids.operation_id.state", "state")
    def _compute_progress(self):
        for load in self:
            outcomes = dict(
                load.line_ids._read_group(
                    [("load_id", "in", load.ids), ("outcome", "!=", False)],
                    ["outcome"],
                    ["__count"],
                )
            )
            states = load._count_operations()
            queued = outcomes.get("queued", 0)
            sent = states.get("done", 0) + states.get("differs", 0)
            load.held_count = outcomes.get("held", 0)
            load.failed_count = sum(
                states.get(each, 0) for each in ("failed", "cancelled", "dependency")
            )
            load.total_count = sum(outcomes.values())
            load.done_count = outcomes.get("linked", 0) + sent
            load.left_count = (
                outcomes.get("todo", 0) + queued - sent - load.failed_count
            )
            total = load.total_count
            load.progress = 100 * load.done_count // total if total else 0
            load.is_moving = load.state in ("counting", "loading") or bool(
                load.state in ("done", "stopped") and queued - sent - load.failed_count
            )

    def _count_operations(self):
        """Return ``{state: number}`` of what was queued; ``dependency`` for what
        waits for a failure."""
        operations = self.env["qbo.operation"].sudo()
        domain = Domain("id", "in", self._get_queued_lines().operation_id.ids)
        groups = operations._read_group(domain, ["state", "cause"], ["__count"])
        counts = {}
        for state, cause, number in groups:
            waits = state == "waiting" and cause == "dependency"
            key = "dependency" if waits else state
            counts[key] = counts.get(key, 0) + number
        return counts

    def _get_queued_lines(self):
        return self.env["qbo.first.load.line"].search(
            [("load_id", "in", self.ids), ("outcome", "=", "queued")]
        )

    @api.depends("state")
    def _compute_obstacle(self):
        for load in self:
            is_idle = load.state not in ("counting", "loading", "done")
            connection = load.connection_id
            problem = (
                "" if is_idle or not connection else connection._get_push_problem()
            )
            load.obstacle = load.problem or problem

    @api.depends("document_create_count", "document_match_count")
    def _compute_question(self):
        for load in self:
            load.question = load._ask_before_load()

    def _ask_before_load(self):
        waiting = self._count_loadable()
        parts = [
            self.env._(
                "Documents to be created in QuickBooks: %(count)s.",
                count=waiting.get("create", 0),
            ),
            self.env._(
                "Documents that are there already and will be linked, not created: "
                "%(count)s.",
                count=waiting.get("match", 0),
            ),
        ]
        if waiting.get("ambiguous"):
            parts.append(
                self.env._(
                    "Documents that will be queued, and wait until somebody chooses "
                    "their customer: %(count)s.",
                    count=waiting["ambiguous"],
                )
            )
        if self.connection_id.sudo().approval_required:
            parts.append(
                self.env._(
                    "You approve them all: your name stands on each of them. What you "
                    "may not approve by yourself, because you wrote it or because it "
                    "takes two people, is held back."
                )
            )
        return "\n".join(parts)

    def _count_loadable(self):
        groups = self.line_ids._read_group(
            self._get_loadable_domain(), ["verdict"], ["__count"]
        )
        return dict(groups)

    def _get_loadable_domain(self):
        """Lines that a click on Load takes, of those that were not taken yet."""
        wanted = Domain("verdict", "in", ("match", "create"))
        if self.take_doubtful_customers:
            wanted |= Domain("verdict", "=", "ambiguous") & Domain(
                "doubt", "=", "customer"
            )
        return (
            Domain("load_id", "in", self.ids)
            & Domain("kind", "=", "document")
            & Domain("outcome", "in", (False, "todo", "held"))
            & wanted
        )

    # === PROTECTION === #

    @api.constrains("date_from", "date_to")
    def _check_days(self):
        for load in self:
            if load.date_from and load.date_to and load.date_from > load.date_to:
                raise ValidationError(
                    self.env._(
                        "The first load ends on %(to)s, before it begins on %(from)s. "
                        "Swap the two dates.",
                        **{
                            "to": fields.Date.to_string(load.date_to),
                            "from": fields.Date.to_string(load.date_from),
                        },
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_protected(vals)
        defaults = [name for name in self.env.context if name.startswith("default_")]
        hidden = {
            name
            for name in defaults
            if name.removeprefix("default_") not in FILTER_FIELDS | CHOICE_FIELDS
        }
        clean = {k: v for k, v in self.env.context.items() if k not in hidden}
        cleaned = self.with_env(self.env(context=clean))
        return super(QboFirstLoad, cleaned).create(vals_list)

    def write(self, vals):
        self._check_protected(vals)
        if vals.keys() & FILTER_FIELDS:
            fixed = self.filtered(lambda load: load.state != "draft")
            if fixed:
                raise UserError(
                    self.env._(
                        "%(name)s was counted with these filters, so they stay. Click "
                        "Change filters first; it has to be counted again then.",
                        name=fixed[0].display_name,
                    )
                )
        return super().write(vals)

    def _check_protected(self, vals):
        protected = vals.keys() - FILTER_FIELDS - CHOICE_FIELDS
        if protected and not self.env.su:
            raise AccessError(
                self.env._(
                    "What became of a first load cannot be written: use the buttons. "
                    "Nothing was changed. (%(names)s)",
                    names=", ".join(sorted(protected)),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_loaded(self):
        for load in self:
            if load.state not in ("draft", "counted"):
                raise UserError(
                    self.env._(
                        "%(name)s is kept: it says who loaded what.",
                        name=load.display_name,
                    )
                )

    # === ACTIONS === #

    def action_count(self):
        """Begin the dry run."""
        self.ensure_one()
        self._check_role()
        if self.state not in ("draft", "counted"):
            raise UserError(
                self.env._(
                    "%(name)s is loaded or being loaded. Make another first load to "
                    "count again.",
                    name=self.display_name,
                )
            )
        self._check_can_work()
        if not self._get_move_types():
            raise UserError(
                self.env._("Choose what to load: invoices, credit notes or both.")
            )
        load = self.sudo()
        load._start_over()
        load.write({"state": "counting", "counted_by_id": self.env.uid})
        self.connection_id._wake_worker()
        return True

    def action_change_filters(self):
        """Forget the count."""
        self.ensure_one()
        self._check_role()
        if self.state not in ("counting", "counted"):
            raise UserError(
                self.env._(
                    "%(name)s is loaded or being loaded. Make another first load with "
                    "other filters.",
                    name=self.display_name,
                )
            )
        self.sudo()._start_over()
        return True

    def action_load(self):
        """Ask before anything is loaded."""
        self.ensure_one()
        self._check_load()
        view = self.env.ref("quickbooks_online.qbo_first_load_view_form_confirm")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load into QuickBooks"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_load_confirmed(self):
        """Approve what was counted, in the name of this user, and load it."""
        self.ensure_one()
        self._check_load()
        load = self.sudo()
        lines = load.line_ids.search(load._get_loadable_domain())
        lines.write({"outcome": "todo", "note": False})
        load.write(
            {
                "state": "loading",
                "problem": False,
                "loaded_by_id": self.env.uid,
                "loaded_at": fields.Datetime.now(),
            }
        )
        self.connection_id._wake_worker()
        return {"type": "ir.actions.act_window_close"}

    def action_stop(self):
        """Queue nothing more; what was queued goes on."""
        self.ensure_one()
        self._check_role()
        if self.state == "counting":
            return self.action_change_filters()
        if self.state != "loading":
            raise UserError(
                self.env._(
                    "There is nothing to stop: %(name)s is not being loaded.",
                    name=self.display_name,
                )
            )
        self.sudo().state = "stopped"
        return True

    def action_open_lines(self):
        """Open what stands behind a count: ``qbo_domain`` of the context."""
        self.ensure_one()
        self.check_access("read")
        kind = self.env.context.get("qbo_kind", "document")
        domain = [("load_id", "=", self.id), ("kind", "=", kind)]
        for name in ("verdict", "outcome"):
            value = self.env.context.get(f"qbo_{name}")
            if value:
                domain.append((name, "=", value))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_first_load_line_action"
        )
        context = {
            "qbo_kind": kind,
            "qbo_is_loaded": kind == "document" and bool(self.loaded_at),
        }
        titles = dict(self.line_ids._fields["verdict"]._description_selection(self.env))
        title = titles.get(self.env.context.get("qbo_verdict")) or action["name"]
        return action | {"name": title, "domain": domain, "context": context}

    def action_open_operations(self):
        """Open what was queued, in the push queue."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_operation_action"
        )
        ids = self._get_queued_lines().operation_id.ids
        return action | {"domain": [("id", "in", ids)], "context": {}}

    # === CHECKS === #

    def _check_role(self):
        """Refuse whoever may not load, or may not see what is loaded.

        :raise AccessError:
        """
        if not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise AccessError(
                self.env._(
                    "Only QuickBooks accountants and administrators load documents "
                    "from before the start date. Nothing was changed: ask one of them."
                )
            )
        self.check_access("write")
        if not self.env["account.move"].has_access("read"):
            raise AccessError(
                self.env._(
                    "You may not see the invoices that a first load is about. Nothing "
                    "was changed: ask an administrator for access to Invoicing."
                )
            )
        if self.company_id not in self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "%(company)s is not among your companies.",
                    company=self.sudo().company_id.name,
                )
            )

    def _check_can_work(self):
        problem = self.connection_id._get_push_problem()
        if problem:
            raise UserError(self.env._("Nothing was begun. %(reason)s", reason=problem))

    def _check_load(self):
        self._check_role()
        if self.state not in ("counted", "stopped", "done"):
            raise UserError(
                self.env._(
                    "%(name)s is not counted yet, or is being loaded. Count first.",
                    name=self.display_name,
                )
            )
        self._check_can_work()
        limit = fields.Datetime.now() - timedelta(hours=COUNT_HOURS)
        if not self.counted_at or self.counted_at < limit:
            raise UserError(
                self.env._(
                    "%(name)s was counted more than %(hours)s hours ago, and "
                    "QuickBooks may have changed since. Count again, or make "
                    "another first load: what is loaded already will be found.",
                    name=self.display_name,
                    hours=COUNT_HOURS,
                )
            )
        if not sum(self._count_loadable().values()):
            raise UserError(
                self.env._(
                    "Nothing is left to load: everything that can be is in QuickBooks "
                    "or on its way. Look at the lists of ambiguous and refused "
                    "documents."
                )
            )

    # === HELPERS === #

    def _start_over(self):
        """Back to draft, with nothing counted."""
        self.line_ids.unlink()
        self.write(
            {
                "state": "draft",
                "problem": False,
                "cursor": 0,
                "is_collected": False,
                "counted_at": False,
            }
        )

    @api.model
    def _find_under_way(self, connection):
        return self.search(
            [
                ("connection_id", "=", connection.id),
                ("state", "in", ("counting", "loading")),
            ],
            limit=1,
        )

    def _get_move_types(self):
        chosen = {
            "out_invoice": self.take_invoices,
            "out_refund": self.take_credit_notes,
        }
        return [each for each in ENTITIES if chosen[each]]

    def _get_document_domain(self):
        """Return the domain of the documents that the filters choose."""
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("move_type", "in", self._get_move_types())
            & Domain("state", "=", "posted")
        )
        if self.date_from:
            domain &= Domain("invoice_date", ">=", self.date_from)
        if self.date_to:
            domain &= Domain("invoice_date", "<=", self.date_to)
        if self.partner_ids:
            customers = self.partner_ids.commercial_partner_id
            domain &= Domain("commercial_partner_id", "in", customers.ids)
        if self.only_open:
            domain &= Domain("payment_state", "in", OPEN_PAYMENT_STATES)
        return domain
