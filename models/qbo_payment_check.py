from odoo import api, models
from odoo.tools import SQL

# Payments that are applied in one transaction.
APPLIED_AT_ONCE = 100
# What is open for these waits for a person, not for anything that changes by itself.
WAITS_FOR_PERSON = ("unapplied", "refund", "company", "receivable", "unreadable")
# What is open for these goes on when a link is made.
WAITS_FOR_LINK = ("unknown", "customer")
# What keeps all of a payment from being followed: what was booked of it stays.
BLOCKED = (
    "currency",
    "journal",
    "locked",
    "bank",
    "used",
    "ours",
    "pending",
    "unreadable",
    "error",
)


class QboPayment(models.Model):
    """Whether all payments are accounted for."""

    _inherit = "qbo.payment"

    @api.model
    def _list_due(self, connection):
        """Return ids of payments that are to be applied next."""
        return self.search(
            [*self._get_own_domain(connection), ("is_due", "=", True)],
            order="id",
            limit=APPLIED_AT_ONCE,
        ).ids

    @api.model
    def _take_up_open(self, connection):
        """Let all be tried again that may go by now, or went astray."""
        waiting = self.search(
            [
                *self._get_own_domain(connection),
                ("state", "in", ("queued", "partly")),
                ("reason", "not in", WAITS_FOR_PERSON + WAITS_FOR_LINK),
            ]
        )
        linked = self.browse(self._list_linked_since(connection))
        astray = self.browse(self._list_astray(connection))
        (waiting | linked | astray).write({"is_due": True})

    @api.model
    def _list_linked_since(self, connection):
        """Return ids of open payments whose customer or document is linked by now."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT payment.id
                  FROM qbo_payment payment
             LEFT JOIN qbo_payment_line line
                    ON line.payment_id = payment.id AND line.move_id IS NULL
                  JOIN qbo_binding binding
                    ON binding.connection_id = payment.connection_id
                   AND (binding.entity = line.entity AND binding.qbo_id = line.qbo_id
                        OR payment.partner_id IS NULL
                           AND binding.entity = 'Customer'
                           AND binding.qbo_id = payment.customer_qbo_id)
                 WHERE payment.connection_id = %(connection)s
                   AND payment.realm_id = %(realm)s
                   AND payment.state IN ('queued', 'partly')
                """,
                connection=connection.id,
                realm=connection.realm_id or "",
            )
        )
        return [id for (id,) in rows]

    @api.model
    def _list_astray(self, connection):
        """Return ids of payments of which Odoo settled another amount than is noted.

        Somebody undid a reconciliation by hand, matched the payment's credit, or
        cancelled what was booked, reset it to draft or changed its amount.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH own AS (
                    SELECT payment.id AS payment_id, line.id AS line_id,
                           payment.currency_id
                      FROM qbo_payment payment
                      JOIN account_payment booked
                        ON booked.id = payment.account_payment_id
                      JOIN account_move_line line ON line.move_id = booked.move_id
                      JOIN account_account account ON account.id = line.account_id
                     WHERE payment.connection_id = %(connection)s
                       AND account.account_type = 'asset_receivable'
                ), settled AS (
                    SELECT qbo_payment_id AS payment_id, id, debit_amount_currency
                      FROM account_partial_reconcile
                     WHERE qbo_payment_id IS NOT NULL
                     UNION
                    SELECT own.payment_id, partial.id, partial.debit_amount_currency
                      FROM own
                      JOIN account_partial_reconcile partial
                        ON own.line_id IN (
                               partial.debit_move_id, partial.credit_move_id
                           )
                      JOIN account_move_line other
                        ON other.id IN (partial.debit_move_id, partial.credit_move_id)
                       AND other.id != own.line_id
                      JOIN account_move document ON document.id = other.move_id
                     WHERE document.move_type != 'entry'
                       AND document.currency_id = own.currency_id
                )
                SELECT payment.id
                  FROM qbo_payment payment
             LEFT JOIN settled ON settled.payment_id = payment.id
             LEFT JOIN account_payment booked ON booked.id = payment.account_payment_id
                 WHERE payment.connection_id = %(connection)s
                   AND payment.realm_id = %(realm)s
                   AND payment.is_due IS NOT TRUE
                   AND payment.is_ours IS NOT TRUE
                   AND coalesce(payment.reason, '') NOT IN %(blocked)s
              GROUP BY payment.id, booked.id
                HAVING abs(
                           coalesce(sum(settled.debit_amount_currency), 0)
                           - coalesce(payment.matched_amount, 0)
                       ) >= 0.001
                    OR payment.reason = 'unapplied'
                   AND coalesce(booked.state, '') NOT IN ('in_process', 'paid')
                    OR booked.state = 'draft'
                    OR booked.state IN ('in_process', 'paid')
                   AND abs(booked.amount - payment.booked_amount) >= 0.001
              ORDER BY payment.id
                """,
                connection=connection.id,
                realm=connection.realm_id or "",
                blocked=BLOCKED,
            )
        )
        return [id for (id,) in rows]

    @api.model
    def _count_by_state(self, connection):
        """Return {state: (number, amount in company currency)} since the start."""
        if not connection.realm_id:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT state, count(*), coalesce(sum(volume), 0)
                  FROM qbo_payment
                 WHERE connection_id = %s AND realm_id = %s
                   AND remote_state != 'deleted'
              GROUP BY state
                """,
                connection.id,
                connection.realm_id,
            )
        )
        return {state: (number, volume) for state, number, volume in rows}

    @api.model
    def _count_known(self, connection, entity, until):
        """Return how many payments are known and not deleted.

        :param datetime until: when the last of them was created in QuickBooks
        """
        return self.search_count(self._get_known_domain(connection, entity, until))

    @api.model
    def _list_unseen(self, connection, entity, reading, limit):
        """Return ids of known payments that a reading of all of them did not meet.

        :param dict reading: see ``qbo.connection._begin_reading``
        """
        domain = [
            *self._get_known_domain(connection, entity),
            ("id", "<=", reading["newest_id"] or 0),
            ("seen_in_reading", "!=", reading["number"]),
        ]
        return self.search(domain, order="id", limit=limit).mapped("qbo_id")

    @api.model
    def _get_known_domain(self, connection, entity, until=None):
        domain = [
            *self._get_own_domain(connection),
            ("entity", "=", entity),
            ("remote_state", "!=", "deleted"),
        ]
        if until:
            domain.append(("created_there_at", "<=", until))
        start = connection._get_payments_start()
        return domain + [("txn_date", ">=", start)] if start else domain
