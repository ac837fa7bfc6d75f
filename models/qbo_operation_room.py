from decimal import Decimal

from odoo import models

from ..tools import payload
from ..tools.digest import digest
from ..tools.money import to_decimal
from ..tools.references import list_references, resolve

ZERO = Decimal(0)


class QboOperation(models.Model):
    """Payments that change places: what is taken off goes before what is applied.

    QuickBooks applies no more to an invoice than is open, and carries out the items of
    a batch in any order. So of payments that change at the same time, those leave first
    that free an invoice; one that frees one and needs another is taken off first, and
    applied by the change that follows when that is done.
    """

    _inherit = "qbo.operation"

    def _make_room(self, known):
        """Return those of these operations that can be sent now.

        :param dict known: {(model, id, entity): binding}
        """
        moves = {}
        for operation in self:
            if (operation.entity, operation.action) == ("Payment", "update"):
                move = operation._read_move(known)
                if move:
                    moves[operation] = move
        freed = {
            key for held, wanted in moves.values() for key in _list_less(held, wanted)
        }
        waiting = self.browse()
        for operation, (held, wanted) in moves.items():
            needed = _list_less(wanted, held)
            if not needed & freed:
                continue
            if not _list_less(held, wanted):
                waiting |= operation
            elif operation.connection_id.payment_push != "off":
                operation._take_off_first(held, known)
        return self - waiting

    def _read_move(self, known):
        """Return what the payment settles at QuickBooks, and what it is to settle.

        Each as ``{(kind, id): Decimal}``; None where that cannot be known.
        """
        binding = known.get(self._get_record_key())
        seen = self.answer or (binding and binding.snapshot)
        try:
            body = resolve(self._load(self.payload), _get_ids(known))
        except KeyError:
            return None
        return seen and (_sum_lines(seen), _sum_lines(body))

    def _take_off_first(self, held, known):
        """Send only what the payment settles already, as far as it is to stay.

        The record is followed when that is done, and the rest queued.
        """
        content = self._load(self.payload)
        body = resolve(content, _get_ids(known))
        lines = []
        for line, resolved in zip(content["Line"], body["Line"], strict=True):
            amount = to_decimal(resolved["Amount"])
            kept = min(held.get(_get_key(resolved), ZERO), amount)
            if kept:
                lines.append({**line, "Amount": kept})
        content["Line"] = lines
        self.write(
            {
                "payload": payload.dump(content).decode(),
                "payload_digest": digest(content),
                "needs": [list(each) for each in list_references(content)],
            }
        )

    def _hurry_voids(self):
        """What is about to be voided may hold what these settle: that goes now."""
        voids = self.search(
            [
                ("connection_id", "in", self.connection_id.ids),
                ("entity", "=", "Payment"),
                ("action", "=", "void"),
                ("state", "=", "queued"),
                ("next_attempt_at", "!=", False),
            ]
        )
        if not voids:
            return
        needs = {tuple(need[:3]) for each in self for need in each.needs or ()}
        known = self.env["qbo.binding"]._get_ids(self.connection_id, needs)
        wanted = {(entity, id) for (_model, _id, entity), id in known.items()}
        voids.filtered(
            lambda each: _sum_lines(each._get_binding().snapshot or {}).keys() & wanted
        )._hurry()


def _get_ids(known):
    return {key: binding.qbo_id for key, binding in known.items()}


def _get_key(line):
    """The (kind, id) of what a line settles."""
    (link,) = line["LinkedTxn"]
    return link["TxnType"], link["TxnId"]


def _sum_lines(payment):
    """{(kind, id): Decimal} of what a payment settles, as far as it can be read."""
    found = {}
    for line in payment.get("Line") or ():
        try:
            key, amount = _get_key(line), to_decimal(line.get("Amount") or 0)
        except (KeyError, TypeError, ValueError):
            continue
        found[key] = found.get(key, ZERO) + amount
    return found


def _list_less(more, less):
    """The keys of which the first has more than the second."""
    return {key for key, amount in more.items() if amount > less.get(key, ZERO)}
