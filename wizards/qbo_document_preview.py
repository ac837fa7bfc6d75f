from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..tools.pretty import pretty


class QboDocumentPreview(models.TransientModel):
    """What a push would send, what it would change, and what the ledger gets of it."""

    _name = "qbo.document.preview"
    _description = "Preview Of A Push"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(readonly=True)
    place = fields.Integer(readonly=True)
    count = fields.Integer(compute="_compute_count")
    title = fields.Char(readonly=True)
    connection_id = fields.Many2one("qbo.connection", readonly=True)
    blockers = fields.Html("What Stands In The Way", readonly=True)
    notes = fields.Html("Good To Know", readonly=True)
    first = fields.Html("Created First", readonly=True)
    ledger = fields.Html(readonly=True)
    ledger_note = fields.Char(readonly=True)
    differences = fields.Html(readonly=True)
    difference_note = fields.Char(readonly=True)
    json = fields.Text("What Is Sent", readonly=True)

    @api.depends("res_ids")
    def _compute_count(self):
        for preview in self:
            preview.count = len(preview.res_ids or ())

    # === OPENING === #

    @api.model
    def _open(self, documents, place=0):
        """Return the action that shows the preview of one of these documents."""
        documents.check_access("read")
        if not documents:
            raise UserError(self.env._("Choose a document to preview first."))
        preview = self.create(
            {"res_model": documents._name, "res_ids": documents.ids, "place": place}
        )
        preview._fill()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview of the push"),
            "res_model": self._name,
            "res_id": preview.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_next(self):
        return self._go(1)

    def action_previous(self):
        return self._go(-1)

    def _go(self, step):
        self.ensure_one()
        documents = self.env[self.res_model].browse(self.res_ids)
        return self._open(documents, (self.place + step) % len(documents))

    # === FILLING === #

    def _fill(self):
        document = self.env[self.res_model].browse(self.res_ids[self.place])
        connection = document._qbo_get_connection().sudo()
        blockers = document._qbo_get_blockers(connection)
        values = {
            "title": document._qbo_get_title(),
            "connection_id": connection.id,
            "blockers": self._make_list(blockers),
        }
        if connection and document._qbo_get_entity():
            payload = document._qbo_preview_payload(connection, blockers)
            if payload is not None:
                values |= self._prepare_content(connection, document, payload)
        self.write(values)

    def _prepare_content(self, connection, document, payload):
        known, names = document._qbo_preview_ids(connection, payload)
        body = document._qbo_preview_body(payload, known, names)
        return {
            "json": pretty(body),
            "notes": self._make_list(document._qbo_get_notes(connection)),
            "first": self._make_list(names.values()),
            **self._prepare_ledger(connection, document, payload),
            **self._prepare_differences(connection, document, body),
        }

    def _prepare_ledger(self, connection, document, payload):
        if document._qbo_get_entity() == "Estimate":
            note = self.env._("No effect on the ledger: an estimate posts nothing.")
            return {"ledger_note": note}
        ledger = self.env["qbo.ledger"]
        postings = ledger._predict(connection, document, payload)
        if not postings:
            note = self.env._("No effect on the ledger: it amounts to nothing.")
            return {"ledger_note": note}
        currency = document.currency_id

        def show(amount):
            return (
                formatLang(self.env, float(amount), currency_obj=currency)
                if amount
                else ""
            )

        rows = [
            (
                self.env._("Dr") if posting.debit else self.env._("Cr"),
                posting.account,
                show(posting.debit),
                show(posting.credit),
            )
            for posting in postings
        ]
        totals = (
            "",
            self.env._("Total"),
            show(sum((each.debit for each in postings), Decimal(0))),
            show(sum((each.credit for each in postings), Decimal(0))),
        )
        heads = (
            "",
            self.env._("Account"),
            self.env._("Debit"),
            self.env._("Credit"),
        )
        return {
            "ledger": self._make_table(heads, rows, totals, numbers=2),
            "ledger_note": ledger._describe_rate(connection, document, payload),
        }

    def _prepare_differences(self, connection, document, body):
        binding = document._qbo_get_binding(connection)
        if not binding.qbo_id:
            return {
                "difference_note": self.env._(
                    "It is not in QuickBooks yet: a push creates it."
                )
            }
        if binding.remote_state == "deleted":
            found = None
        else:
            try:
                found = document._qbo_preview_differences(connection, binding, body)
            except UserError as error:
                return {
                    "difference_note": self.env._(
                        "It is in QuickBooks (id %(id)s), which could not be asked "
                        "now. %(reason)s",
                        id=binding.qbo_id,
                        reason=error.args[0],
                    )
                }
        if found is None:
            note = self.env._("It was deleted in QuickBooks.")
        elif not found:
            note = self.env._(
                "QuickBooks has it as it is here (id %(id)s).", id=binding.qbo_id
            )
        else:
            note = self.env._(
                "QuickBooks has it otherwise (id %(id)s):", id=binding.qbo_id
            )
        heads = (
            self.env._("Field"),
            self.env._("Here"),
            self.env._("In QuickBooks"),
        )
        return {
            "difference_note": note,
            "differences": self._make_table(heads, found) if found else False,
        }

    # === HTML === #

    def _make_list(self, sentences):
        if not sentences:
            return False
        items = Markup("").join(Markup("<li>%s</li>") % each for each in sentences)
        return Markup('<ul class="mb-0">%s</ul>') % items

    def _make_table(self, heads, rows, totals=None, numbers=0):
        """Return a table.

        :param numbers: how many of the last columns hold amounts
        """
        place = len(heads) - numbers

        def make(tag, cells):
            parts = [
                Markup('<{0} class="{1}">%s</{0}>').format(
                    tag, "text-end text-nowrap" if index >= place else ""
                )
                % cell
                for index, cell in enumerate(cells)
            ]
            return Markup("<tr>%s</tr>") % Markup("").join(parts)

        body = Markup("").join(make("td", row) for row in rows)
        foot = Markup("<tfoot>%s</tfoot>") % make("th", totals) if totals else ""
        return (
            Markup('<table class="table table-sm mb-0"><thead>%s</thead>')
            % make("th", heads)
            + Markup("<tbody>%s</tbody>") % body
            + foot
            + Markup("</table>")
        )
