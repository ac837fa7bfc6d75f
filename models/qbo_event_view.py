from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.pretty import pretty
from .roles import ACCOUNTANT_GROUP


class QboEvent(models.Model):
    """What people see of an event, and how it is worked through once more."""

    _inherit = "qbo.event"

    raw_text = fields.Text("What Came", compute="_compute_raw_text")

    @api.depends("raw")
    def _compute_raw_text(self):
        for event in self:
            raw = event.raw
            event.raw_text = raw if isinstance(raw, str) else pretty(raw or {})

    def action_replay(self):
        """Let the worker go through these events again, as if they had just come."""
        self._check_may_replay()
        readable = self.filtered(lambda event: event.state != "rejected")
        if not readable:
            raise UserError(
                self.env._(
                    "What could not be read cannot be replayed: it does not say what "
                    "changed. Nothing was changed; the next poll finds in QuickBooks "
                    "whatever it was about."
                )
            )
        readable.sudo().write({"state": "new", "done_at": False, "message": False})
        for connection in readable.connection_id:
            connection._wake_worker()
            self._note_replay(connection, readable)
        return readable.connection_id[:1]._notify_user(
            self._describe_replay(readable), "success"
        )

    def _check_may_replay(self):
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise AccessError(
                self.env._(
                    "Only QuickBooks accountants may replay webhook events. Nothing "
                    "was changed."
                )
            )
        self.check_access("read")

    def _note_replay(self, connection, events):
        own = events.filtered(lambda event: event.connection_id == connection)
        connection.sudo().message_post(
            author_id=self.env.user.partner_id.id,
            body=self.env._(
                "Webhook events replayed (%(count)s): %(names)s.",
                count=len(own),
                names=_join_names(own.mapped("display_name")),
            ),
        )

    def _describe_replay(self, readable):
        sentences = [
            self.env._(
                "%(count)s of %(all)s events wait for the worker again.",
                count=len(readable),
                all=len(self),
            )
        ]
        if readable != self:
            sentences.append(
                self.env._(
                    "The others could not be read, so there is nothing to replay."
                )
            )
        parked = readable.connection_id.filtered(lambda each: each.state != "connected")
        if parked:
            sentences.append(
                self.env._(
                    "It works as soon as these are connected: %(names)s.",
                    names=", ".join(parked.mapped("name")),
                )
            )
        return " ".join(sentences)

    def action_open_connection(self):
        self.ensure_one()
        return self.connection_id.get_formview_action()


def _join_names(names, most=10):
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
