import logging
from decimal import Decimal

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.settlement import UnreadablePayment
from .transaction import retried_transaction

_logger = logging.getLogger(__name__)

DOCUMENTS = ("Invoice", "CreditMemo")


class QboPayment(models.Model):
    """Bringing Odoo to where QuickBooks is: again and again, from any state."""

    _inherit = "qbo.payment"

    @api.model
    def _apply_ids(self, ids):
        """Apply them together; where Odoo refuses, each by itself."""

        def apply(env):
            env["qbo.payment"].browse(ids)._in_books()._apply()

        try:
            retried_transaction(self.env, apply)
            return
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            if len(ids) == 1:
                self._note_refusal(ids[0], error)
                return
        for id in ids:
            self._apply_ids([id])

    @api.model
    def _note_refusal(self, id, error):
        """What Odoo does not take waits in the queue, and stops no other."""
        if isinstance(error, UserError):
            detail = str(error)
        else:
            _logger.error("Payment %s cannot be applied", id, exc_info=error)
            detail = self.env._("an error that nobody foresaw; the log names it.")

        def note(env):
            env["qbo.payment"].browse(id)._note_blocked("error", detail)

        retried_transaction(self.env, note)

    def _apply(self):
        """Apply these payments, in this transaction."""
        self._lock()
        self._link_documents()
        ready = self.browse()
        for payment in self:
            blocker = payment._find_blocker()
            if blocker:
                payment._note_blocked(*blocker)
            else:
                ready |= payment
        ready._book()

    def _lock(self):
        """Nobody else applies or decides about these until this is committed."""
        self.env.execute_query(
            SQL(
                "SELECT id FROM qbo_payment WHERE id IN %s ORDER BY id FOR UPDATE",
                tuple(self.ids),
            )
        )
        self.invalidate_recordset()

    # === WHAT IT PAYS === #

    def _link_documents(self):
        """Write the lines of QuickBooks, each with the document of Odoo."""
        remotes = {}
        for payment in self:
            try:
                remotes[payment] = payment._get_remote()
            except UnreadablePayment:
                continue
        moves = self._find_moves(remotes)
        lines = self.line_ids.filtered(lambda line: line.origin == "quickbooks")
        old = {(line.payment_id, line.entity, line.qbo_id): line for line in lines}
        to_create = []
        for payment, remote in remotes.items():
            for part in remote.debts + remote.credits:
                line = old.pop((payment, *part.key), None)
                move_id = moves.get((payment.connection_id.id, *part.key))
                values = {
                    "number": part.number,
                    "amount": float(part.amount),
                    # What was applied stays so when the link is lost.
                    "move_id": move_id or (line and line.move_id.id),
                }
                if line:
                    line._update(values)
                else:
                    to_create.append(
                        {
                            "payment_id": payment.id,
                            "origin": "quickbooks",
                            "entity": part.entity,
                            "qbo_id": part.id,
                            **values,
                        }
                    )
        self.env["qbo.payment.line"].concat(*old.values()).unlink()
        self.env["qbo.payment.line"].create(to_create)

    @api.model
    def _find_moves(self, remotes):
        """Return {(connection id, entity, QuickBooks id): account.move id}."""
        parts = [
            (payment.connection_id.id, *part.key)
            for payment, remote in remotes.items()
            for part in remote.debts + remote.credits
        ]
        bindings = self.env["qbo.binding"].search_fetch(
            [
                ("connection_id", "in", list({part[0] for part in parts})),
                ("entity", "in", DOCUMENTS),
                ("res_model", "=", "account.move"),
                ("qbo_id", "in", list({part[2] for part in parts})),
            ],
            ["connection_id", "entity", "qbo_id", "res_id"],
        )
        existing = set(
            self.env["account.move"].browse(bindings.mapped("res_id")).exists().ids
        )
        return {
            (each.connection_id.id, each.entity, each.qbo_id): each.res_id
            for each in bindings
            if each.res_id in existing
        }

    # === WHAT STANDS IN THE WAY === #

    def _find_blocker(self):
        """Return (reason, detail) of what keeps all of it from being booked."""
        try:
            self._get_remote()
        except UnreadablePayment:
            return "unreadable", ""
        if not self.currency_id.active and self.remote_state == "alive":
            return "currency", ""
        return self._recognize_own()

    def _get_binding(self):
        """Return the link of what was pushed and is this payment there, or none."""
        return self.env["qbo.binding"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("entity", "=", self.entity),
                ("qbo_id", "=", self.qbo_id),
            ],
            limit=1,
        )

    def _recognize_own(self):
        """Link it to the payment of Odoo that was pushed; None where it goes on.

        Of what is pushed and is no payment itself (a line of the bank, a credit note
        that was used), QuickBooks' later changes are a person's matter.
        """
        binding = self._get_binding()
        if self._is_under_way(binding):
            return "pending", ""
        if not binding:
            return None
        is_same = self._is_as_pushed(binding)
        self.is_ours = True
        if binding.res_model == "account.payment":
            ours = self.env["account.payment"].browse(binding.res_id).exists()
            self.account_payment_id = ours
        if is_same:
            return "", ""
        if self.account_payment_id and self.account_payment_id.state != "draft":
            return None
        record = self.env[binding.res_model].browse(binding.res_id).exists()
        return "ours", record.display_name or binding.name or ""

    def _is_under_way(self, binding):
        """Whether it is, or may be, what Odoo is pushing at this moment.

        An answer may be lost: then nothing but the marker in the note tells that the
        payment is ours.
        """
        domain = [
            ("connection_id", "=", self.connection_id.id),
            ("entity", "=", self.entity),
            ("state", "in", ("queued", "sent", "uncertain")),
        ]
        if binding:
            record = [("res_model", "=", binding.res_model)]
            record.append(("res_id", "=", binding.res_id))
            return bool(
                self.env["qbo.operation"].search_count(domain + record, limit=1)
            )
        # Also what failed: its last try may have arrived without an answer.
        domain[-1] = ("state", "not in", ("done", "differs"))
        domain.append(("sent_at", "!=", False))
        note = self.memo or ""
        if "[" not in note:
            return False
        return any(
            operation._get_record()
            and f"[{operation._get_record()._qbo_get_marker()}]" in note
            for operation in self.env["qbo.operation"].search(domain)
        )

    def _keep_binding(self):
        """Of what was pushed, what the bookkeeper made of it is what we know now."""
        self._get_binding().write(
            {
                "sync_token": self.sync_token,
                "snapshot": self.snapshot,
                "remote_state": self.remote_state,
            }
        )

    def _is_as_pushed(self, binding):
        pushed, present = binding.snapshot or {}, self.snapshot or {}
        names = ("TotalAmt", "TxnDate", "UnappliedAmt")
        if self.remote_state != binding.remote_state:
            return False
        same = all(pushed.get(name) == present.get(name) for name in names)
        customers = [
            (each.get("CustomerRef") or {}).get("value") for each in (pushed, present)
        ]
        same = same and customers[0] == customers[1]
        lines = [
            sorted(
                (str(line.get("Amount")), str(line.get("LinkedTxn")))
                for line in each.get("Line") or ()
            )
            for each in (pushed, present)
        ]
        return same and lines[0] == lines[1]

    # === RESULTS === #

    def _note_blocked(self, reason, detail=""):
        """Nothing of it can be booked; what was, stays as it is."""
        if not reason:
            self._note_outcome(self.volume, [])
            return
        words = self.env["qbo.payment.words"]
        text = words._describe(self, reason, self.volume, detail=detail)
        standing = sum(map(self._get_partial_amount, self._get_partials()), Decimal(0))
        matched = min(float(standing), self.volume)
        self._write_outcome(matched, self.volume - matched, reason, text)
        # Also where nothing of it is open: a void that cannot be followed.
        if self.state == "matched":
            self.write({"state": "queued", "reason": reason, "reason_text": text})

    def _note_outcome(self, settled, rests, unmet=()):
        """Write how far it got.

        :param Decimal settled: what documents were settled with
        :param rests: list of `tools.settlement.Rest`
        :param unmet: [(key, Decimal)] choices of people that no longer fit
        """
        words = self.env["qbo.payment.words"]
        lines = {line._get_key(): line for line in self.line_ids}
        found = [("decision", key, amount) for key, amount in unmet]
        found += [(rest.reason, rest.key, rest.amount) for rest in rests]
        texts = []
        for reason, key, amount in found:
            line = lines.get(key)
            number = line and (line.number or line.move_id.name or line.qbo_id) or ""
            texts.append(words._describe(self, reason, float(amount), number))
        self._write_outcome(
            float(settled),
            float(sum((rest.amount for rest in rests), Decimal(0))),
            found[0][0] if rests and found else False,
            "\n".join(dict.fromkeys(texts)) if rests else False,
        )

    def _write_outcome(self, matched, open_amount, reason, text):
        rounding = self.currency_id.round if self.currency_id else float
        values = {
            "is_due": False,
            "applied_at": fields.Datetime.now(),
            "matched_amount": rounding(matched),
            "open_amount": rounding(open_amount),
            "ignored_amount": 0,
            "volume": rounding(matched + open_amount),
            "reason": reason,
            "reason_text": text,
        }
        if not values["open_amount"]:
            values |= {"state": "matched", "reason": False, "reason_text": False}
        elif self.ignored_digest and self.ignored_digest == self.judged_digest:
            values |= {
                "state": "ignored",
                "ignored_amount": values["open_amount"],
                "open_amount": 0,
            }
        else:
            values["state"] = "partly" if values["matched_amount"] else "queued"
        self.write(values)
