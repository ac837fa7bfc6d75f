from odoo import fields, models

ACTIVITY_TYPE = "quickbooks_online.mail_activity_type_merged"


class QboEvent(models.Model):
    _inherit = "qbo.event"

    def _is_merge(self):
        """Whether it says that one customer became another.

        Ids are digits; of anything else nothing can be read.
        """
        is_merge = (self.entity, self.operation) == ("Customer", "merge")
        ids = (self.qbo_id or "", self.deleted_id or "")
        return is_merge and all(each.isascii() and each.isdigit() for each in ids)

    def _get_merges(self):
        """Return {id of a customer that is no more: id of the one that is left}.

        What came after these events, or before them, counts as well: it comes in any
        order, and the one that was left may have been merged, too.
        """
        merges = self.filtered(lambda event: event._is_merge())
        if not merges:
            return {}
        everything = self.search(
            [
                ("connection_id", "in", merges.connection_id.ids),
                ("entity", "=", "Customer"),
                ("operation", "=", "merge"),
            ]
        ).filtered(lambda event: event._is_merge())
        became = {event.deleted_id: event.qbo_id for event in everything}
        return {id: _follow(id, became) for id in merges.mapped("deleted_id")}


class QboBinding(models.Model):
    _inherit = "qbo.binding"

    merged_into = fields.Char(
        readonly=True,
        help="Id of the object that it was merged into in QuickBooks, and that is "
        "linked to another record.",
    )


class QboConnection(models.Model):
    """Customers that QuickBooks merged: the link follows to the one that is left."""

    _inherit = "qbo.connection"

    def _list_wanted_of_merges(self, merges):
        """Return {entity: ids} of what is to be read when customers were merged.

        The customers that are left, and the payments of those that are no more: that
        they moved changes neither token nor time of them.
        """
        if not merges:
            return {}
        wanted = {"Customer": set(merges.values())}
        payments = self.env["qbo.payment"].search(
            [
                *self.env["qbo.payment"]._get_own_domain(self),
                ("customer_qbo_id", "in", list(merges)),
                ("remote_state", "!=", "deleted"),
            ]
        )
        for payment in payments:
            wanted.setdefault(payment.entity, set()).add(payment.qbo_id)
        return wanted

    def _follow_merges(self, merges, customers):
        """Point what was linked to a merged customer at the one that is left.

        :param dict merges: see ``qbo.event._get_merges``
        :param customers: those that are left, as QuickBooks has them
        """
        answers = {customer["Id"]: customer for customer in customers}
        for lost_id, left_id in merges.items():
            lost, left = (self._find_customer_binding(id) for id in (lost_id, left_id))
            if not lost or left_id not in answers:
                continue
            if left:
                lost._unlink_object()
                lost.merged_into = left_id
                self._tell_of_merge(lost, left)
            else:
                values = lost._prepare_answer_values(answers[left_id])
                # What was approved for the one was not for the other.
                lost.write(values | {"link": lost.link + 1})
        self.env["qbo.payment"].search(
            [
                *self.env["qbo.payment"]._get_own_domain(self),
                ("customer_qbo_id", "in", [*merges, *merges.values()]),
                ("state", "in", ("queued", "partly")),
            ]
        ).is_due = True

    def _find_customer_binding(self, qbo_id):
        return self.env["qbo.binding"].search(
            [
                ("connection_id", "=", self.id),
                ("entity", "=", "Customer"),
                ("qbo_id", "=", qbo_id),
            ]
        )

    def _tell_of_merge(self, lost, left):
        """Two customers of Odoo are one in QuickBooks: a person has to merge them."""
        partners = [
            self.env[each.res_model].browse(each.res_id).exists()._qbo_get_thread()
            for each in (lost, left)
        ]
        if not all(partners):
            return
        for user in self._get_accountants():
            told = partners[0].with_context(lang=user.lang)
            told.activity_schedule(
                ACTIVITY_TYPE,
                user_id=user.id,
                note=told._qbo_make_merged_sentence(partners[1]),
            )


def _follow(id, became):
    """Return what a customer became in the end."""
    seen = set()
    while id in became and id not in seen:
        seen.add(id)
        id = became[id]
    return id
