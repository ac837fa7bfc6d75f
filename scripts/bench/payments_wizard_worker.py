"""The Odoo process of the figure `payments_wizard_open`.

Started as `payments_wizard_worker.py CONFIGURATION DATABASE`; prints one JSON object.
"""

import json
import sys
import time

from odoo_case import open_database, run

INVOICES = 20_000
# Customers that they are of; the one who pays has more than the others.
CUSTOMERS = 400
OWN_INVOICES = 2000
# What the page reads of the wizard.
PAGE = {
    "customer_name": {},
    "amount": {},
    "reason_text": {},
    "paid_text": {},
    "free_amount": {},
    "left_amount": {},
    "warning": {},
    "suggestion_ids": {
        "fields": {"documents": {}, "customers": {}, "reasons": {}, "amount": {}}
    },
    "line_ids": {"fields": {"move_id": {"fields": {"display_name": {}}}}},
}


def main(configuration, database):
    open_database(configuration, database)
    from odoo.addons.quickbooks_online.tests.common import QboCommon
    from odoo.addons.quickbooks_online.tests.test_payments_match import MatchMixin

    answer = {}

    class Measure(MatchMixin, QboCommon):
        def test_measure(self):
            pattern = self.push_invoice(100)
            fill(self, pattern)
            payments = [
                # By number, by the amount of several, by nothing at all.
                self.wait(100, pattern, PaymentRefNum="BULK/2026/012345"),
                self.wait(977.25, pattern, PrivateNote="Transfer 4711, thank you"),
                self.wait(5.55, pattern),
            ]
            answer["open"] = [open_wizard(self, each) for each in payments]
            wizard = self.open_wizard(payments[0])
            self.assertIn("BULK/2026/012345", wizard.suggestion_ids[0].documents)

    run(Measure, "test_measure")
    print(json.dumps(answer))


def open_wizard(case, payment):
    """Return the seconds from the click to what the page shows."""
    case.env.flush_all()
    case.env.invalidate_all()
    start = time.monotonic()
    case.open_wizard(payment).web_read(PAGE)
    case.env.flush_all()
    return round(time.monotonic() - start, 3)


def fill(case, pattern):
    """Copy an invoice until there are as many; Odoo would take half an hour."""
    env = case.env
    partners = env["res.partner"].create(
        [{"name": f"Customer {number} of Many"} for number in range(CUSTOMERS)]
    )
    env.flush_all()
    names = list_columns(env, "account_move")
    other = {"name", "sequence_number", "sequence_prefix", "amount_residual"}
    other |= {"amount_residual_signed", "payment_reference"}
    other |= {"partner_id", "commercial_partner_id"}
    kept = [name for name in names if name not in other]
    into = ", ".join(f'"{name}"' for name in kept)
    chosen = ", ".join(f'account_move."{name}"' for name in kept)
    env.cr.execute(
        f"""
        INSERT INTO account_move ({into}, name, sequence_number, sequence_prefix,
                                  payment_reference, amount_residual,
                                  amount_residual_signed, partner_id,
                                  commercial_partner_id)
        SELECT {chosen}, 'BULK/2026/' || lpad(n::text, 6, '0'), n, 'BULK/2026/',
               'BULK/2026/' || lpad(n::text, 6, '0'),
               CASE WHEN n = 12345 THEN 100 ELSE 10.25 + n %% 977 END,
               CASE WHEN n = 12345 THEN 100 ELSE 10.25 + n %% 977 END,
               p.id, p.id
          FROM account_move, generate_series(1, %(count)s) n
          JOIN res_partner p ON p.id = CASE
               WHEN n <= %(own)s OR n = 12345 THEN %(payer)s
               ELSE %(first)s + n %% %(customers)s END
         WHERE account_move.id = %(pattern)s
        """,
        {
            "count": INVOICES,
            "own": OWN_INVOICES,
            "payer": case.customer.id,
            "first": partners[0].id,
            "customers": CUSTOMERS,
            "pattern": pattern.id,
        },
    )
    copy_lines(env, pattern)
    env.cr.execute("ANALYZE account_move, account_move_line, res_partner")
    env.invalidate_all()


def copy_lines(env, pattern):
    other = {"move_id", "move_name", "partner_id", "amount_residual"}
    other |= {"amount_residual_currency"}
    names = list_columns(env, "account_move_line")
    kept = [name for name in names if name not in other]
    into = ", ".join(f'"{name}"' for name in kept)
    chosen = ", ".join(f'line."{name}"' for name in kept)
    env.cr.execute(
        f"""
        INSERT INTO account_move_line ({into}, move_id, move_name, partner_id,
                                       amount_residual, amount_residual_currency)
        SELECT {chosen}, move.id, move.name, move.partner_id,
               CASE WHEN line.amount_residual = 0 THEN 0
                    ELSE move.amount_residual END,
               CASE WHEN line.amount_residual = 0 THEN 0
                    ELSE move.amount_residual END
          FROM account_move_line line, account_move move
         WHERE line.move_id = %s AND move.sequence_prefix = 'BULK/2026/'
        """,
        [pattern.id],
    )


def list_columns(env, table):
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND is_generated = 'NEVER' AND column_name <> 'id'",
        [table],
    )
    return [name for (name,) in env.cr.fetchall()]


if __name__ == "__main__":
    main(*sys.argv[1:])
