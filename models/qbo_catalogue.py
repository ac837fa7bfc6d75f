import re

from odoo import api, models
from odoo.tools import format_datetime

from ..const import UNNUMBERED
from .qbo_catalogue_entries import BUTTONS, CAUSES, CODES, STATES

# The kind of a fault, as tools/fault_codes.py names it -> the cause it is shown under.
CAUSES_OF_KINDS = {
    "unauthorized": "connection",
    "forbidden": "connection",
    "subscription": "connection",
    "company_reset": "connection",
    "grant": "connection",
    "client": "connection",
    "throttled": "transient",
    "stale": "transient",
    "closed_period": "closed_period",
    "duplicate_name": "duplicate_name",
    "duplicate_number": "duplicate_number",
    "duplicate_request": "uncertain",
    "not_found": "reference",
    "inactive": "inactive",
    "reference": "reference",
    "limit": "data",
    "settled": "settled",
    "deposited": "settled",
    "business": "business",
    "data": "data",
    "bug": "bug",
    "transient": "transient",
}
CAUSES_OF_CODES = {
    "2050": "too_long",
    "6070": "amount",
    "6100": "tax",
    "2020": "missing",
    "5020": "forbidden",
    "5030": "forbidden",
}
# What QuickBooks calls its lists in fault 2500 -> where its ids are kept here.
ELEMENTS = {
    "accounts": "Account",
    "klasses": "Class",
    "names": "Customer",
    "items": "Item",
    "terms": "Term",
    "salesterms": "Term",
    "taxcodes": "TaxCode",
    "depts": "Department",
}
_ELEMENT = re.compile(r"(\w+) element id (\S+) not found", re.IGNORECASE)
# Names that a sentence takes; more of them nobody reads.
MOST_NAMES = 6


class QboCatalogue(models.AbstractModel):
    """What stands in the way of a push, and what a person can do about it."""

    _name = "qbo.catalogue"
    _description = "QuickBooks Error Catalogue"

    @api.model
    def _get_causes(self):
        """Return the causes as (key, title), in the order they are worth a look."""
        return [(key, entry.title(self.env)) for key, entry in CAUSES.items()]

    @api.model
    def _get_cause(self, fault):
        """Return the key of the cause that a ``Fault`` of QuickBooks belongs to."""
        return CAUSES_OF_CODES.get(fault.code) or CAUSES_OF_KINDS.get(
            fault.kind, "business"
        )

    # === EXPLAINING === #

    @api.model
    def _explain(self, operation):
        """Tell a person what there is to know of an operation.

        :return: dict of ``title`` (the cause or the state), ``what`` (what happened,
            to which record, why), ``fix`` (what to do) and ``buttons``: a list of
            ``{"key", "name", "label"}``, the main one first, ``name`` being the
            method of the operation
        """
        heading, entry = self._get_entries(operation)
        values = self._get_values(operation)
        own = self._get_own_sentence(operation)
        fix = self._fill(entry.fix, values)
        if operation.state == "failed" and not operation.can_retry:
            fix += " " + self.env._("Retrying takes an approver.")
        return {
            "title": heading.title(self.env),
            "what": own or self._fill(entry.what, values),
            "fix": fix,
            "buttons": [
                {
                    "key": key,
                    "name": BUTTONS[key][1],
                    "label": BUTTONS[key][0](self.env),
                }
                for key in entry.buttons
                if operation._has_button(key)
            ],
        }

    @api.model
    def _get_entries(self, operation):
        """Return the entry that gives the title, and the one that gives the words."""
        if operation.state in ("failed", "waiting", "differs"):
            key = "differs" if operation.state == "differs" else operation.cause
            heading = CAUSES.get(key)
            if heading:
                is_code = operation.state == "failed" and operation.fault_kind
                entry = CODES.get(operation.fault_code) if is_code else None
                return heading, entry or heading
        entry = STATES[self._get_state_key(operation)]
        return entry, entry

    @api.model
    def _get_state_key(self, operation):
        if operation.state == "queued":
            if operation.connection_id._get_push_problem():
                return "parked"
            if operation.next_attempt_at and not operation.attempts:
                return "planned"
            return "later" if operation.next_attempt_at else "queued"
        if operation.state == "done" and operation.action != "create":
            return "updated" if operation.action == "update" else "voided"
        is_ungated = operation._is_list() or operation.entity in UNNUMBERED
        if operation.state == "done" and is_ungated:
            return "known"
        # A failure whose cause nobody noted.
        return operation.state if operation.state in STATES else "queued"

    @api.model
    def _get_own_sentence(self, operation):
        """Return what this program itself wrote down, for the person who reads it."""
        if operation.state in ("failed", "cancelled") and not operation.fault_kind:
            return operation.fault_message
        return False

    @api.model
    def _get_values(self, operation):
        """Return what the texts of the catalogue may name."""
        connection = operation.connection_id
        return _Values(
            name=lambda: operation.name,
            books=lambda: connection.name,
            problem=connection._get_push_problem,
            uses=lambda: self._join_names(operation._get_used_names()),
            culprit=lambda: self._name_culprit(operation),
            waits=lambda: self._describe_blocker(operation.blocked_by_id),
            attempts=lambda: operation.attempts or 1,
            next=lambda: format_datetime(self.env, operation.next_attempt_at) or "-",
            number=lambda: operation.doc_number or operation.name,
            id=lambda: operation.qbo_id or "-",
            gaps=lambda: (operation.receipt or "").replace("\n", "; "),
        )

    def _fill(self, text, values):
        translated = text(self.env)
        try:
            return translated % values
        except (KeyError, TypeError, ValueError):
            # A translation with a broken placeholder still says more than an error.
            return translated

    # === NAMES === #

    def _join_names(self, names):
        if not names:
            return self.env._("nothing that is known here")
        shown = ", ".join(names[:MOST_NAMES])
        more = len(names) - MOST_NAMES
        if more > 0:
            return self.env._("%(names)s and %(count)s more", names=shown, count=more)
        return shown

    def _describe_blocker(self, blocker):
        if not blocker:
            return self.env._("something that was taken back")
        if blocker.state == "failed":
            return self.env._(
                "%(name)s, which failed: %(reason)s",
                name=blocker.name,
                reason=CAUSES[blocker.cause or "business"].title(self.env),
            )
        return self.env._("%(name)s, which goes first", name=blocker.name)

    def _name_culprit(self, operation):
        """Return what QuickBooks complains of: 'Customer Acme (id 58)'."""
        kind, number = self._read_culprit(operation)
        if not kind:
            return self._join_names(operation._get_used_names())
        return self._name_object(operation.connection_id, kind, number) or (
            self.env._("%(kind)s with the id %(id)s", kind=kind, id=number)
        )

    @api.model
    def _read_culprit(self, operation):
        """Return (entity, id in QuickBooks) that a fault names; ('', '') if none."""
        found = _ELEMENT.search(operation.fault_detail or "")
        if not found:
            return "", ""
        return ELEMENTS.get(found[1].lower()) or found[1], found[2]

    def _name_object(self, connection, entity, qbo_id):
        """Return the name of an object of QuickBooks that is known here, or None."""
        domain = [
            ("connection_id", "=", connection.id),
            ("entity", "=", entity),
            ("qbo_id", "=", qbo_id),
        ]
        reference = (
            self.env["qbo.reference"]
            .with_context(active_test=False)
            .search(domain, limit=1)
        )
        known = reference or self.env["qbo.binding"].search(domain, limit=1)
        if not known:
            return None
        return self.env._(
            "%(kind)s %(name)s (id %(id)s)",
            kind=entity,
            name=known.display_name,
            id=qbo_id,
        )


class _Values:
    """What texts may name, found out only where one does."""

    def __init__(self, **makers):
        self._makers = makers

    def __getitem__(self, name):
        return self._makers[name]()
