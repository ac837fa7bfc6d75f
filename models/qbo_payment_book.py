from odoo import api, models

from .qbo_payment_plan import ZERO


class QboPayment(models.Model):
    """Booking payments: an ``account.payment`` each, reconciled as QuickBooks says."""

    _inherit = "qbo.payment"

    def _book(self):
        """Bring Odoo to what QuickBooks says of these payments."""
        plans = {payment: payment._make_plan() for payment in self}
        moves = self.env["account.move"].union(
            *(move for plan in plans.values() for move in plan.documents.values())
        )
        moves._qbo_lock_receivables()
        plans = self._drop_blocked(plans)
        for payment, plan in plans.items():
            payment._undo_excess(plan)
        self._settle_in_turn(plans)
        plans = self._drop_blocked(plans)
        self._make_payments(plans)
        self._reconcile_shares(plans)
        for payment, plan in plans.items():
            payment._note_result(plan)
            payment._write_down()

    # === BOOKING === #

    @api.model
    def _settle_in_turn(self, plans):
        """Let each settle what those before it left open."""
        left = {}
        for payment, plan in plans.items():
            for move in plan.documents.values():
                if move not in left:
                    left[move] = move._qbo_get_open_amount()
            for (source, target), amount in plan.kept.items():
                for move in (source, target):
                    if move:
                        left[move] = left.get(move, ZERO) + amount
            available = {key: left[move] for key, move in plan.documents.items()}
            plan.settlement = payment._settle(plan, available)
            for share in plan.settlement.shares:
                for move in payment._get_share_ends(plan, share):
                    if move:
                        left[move] -= share.amount

    @api.model
    def _make_payments(self, plans):
        """Create, change or cancel the ``account.payment`` of each."""
        to_create = {}
        for payment, plan in plans.items():
            money = plan.settlement.money
            booked = payment._get_booked()
            if not money:
                if booked:
                    booked.action_cancel()
            elif not booked or payment._rebook(booked, plan):
                to_create[payment] = payment._prepare_payment(plan)
        created = self.env["account.payment"].create(list(to_create.values()))
        for payment, account_payment in zip(to_create, created, strict=True):
            payment.account_payment_id = account_payment
            payment.booked_account_qbo_id = payment.account_qbo_id
        created.action_post()

    def _prepare_payment(self, plan):
        journal = self._find_journal()
        kind = "inbound" if self.entity == "Payment" else "outbound"
        values = {
            "payment_type": kind,
            "partner_type": "customer",
            "partner_id": plan.partner.id,
            "amount": float(plan.settlement.money),
            "currency_id": self.currency_id.id,
            "date": self.txn_date,
            "journal_id": journal.id,
            "memo": self._get_memo(),
        }
        method = self._find_method_line(journal, kind)
        if method:
            values["payment_method_line_id"] = method.id
        if plan.account:
            values["destination_account_id"] = plan.account.id
        balance = self._get_company_amount(plan.settlement.money)
        if balance is not None:
            values["force_balance"] = balance
        return values

    def _get_memo(self):
        return self.reference or self.env._("QuickBooks %(id)s", id=self.qbo_id)

    def _get_company_amount(self, money):
        """Return the amount in the company's currency at QuickBooks' rate, or None."""
        home = self.company_id.currency_id
        if self.currency_id == home or self.connection_id.home_currency != home.name:
            return None
        return home.round(float(money) * self.exchange_rate)

    def _list_header_changes(self, plan, money):
        """Return which values of the ``account.payment`` have to change."""
        booked = self._get_booked()
        if not money:
            return ["state"]
        wanted = self._prepare_header(plan, money)
        changed = [
            name
            for name, value in wanted.items()
            if (booked[name].id if name.endswith("_id") else booked[name]) != value
        ]
        if booked.state == "draft":
            changed.append("draft")
        if (
            not self.is_ours
            and plan.account
            and any(not share.source for share in plan.settlement.shares)
        ):
            # Where nothing was paid yet, it stands on the customer's usual one.
            if self._get_own_lines().account_id != plan.account:
                changed.append("account")
        balance = self._get_company_amount(money)
        if balance is not None and not self.is_ours:
            liquidity, _counterpart, _other = booked._seek_for_lines()
            home = self.company_id.currency_id
            if home.compare_amounts(abs(sum(liquidity.mapped("balance"))), balance):
                changed.append("balance")
        return changed

    def _prepare_header(self, plan, money):
        header = {
            "amount": self.currency_id.round(float(money)),
            "currency_id": self.currency_id.id,
            "date": self.txn_date,
        }
        if not self.is_ours:
            header["partner_id"] = plan.partner.id
            header["journal_id"] = self._choose_journal().id
        return header

    def _rebook(self, booked, plan):
        """Change its ``account.payment``, which keeps its number.

        :return: whether it has to be replaced: with another customer, journal or
            currency Odoo would forget the account of the money
        """
        money = plan.settlement.money
        changed = self._list_header_changes(plan, money)
        if not changed:
            return False
        for move, amount in self._list_matched_by_hand():
            self._add_decision({"move": move, "amount": float(amount)})
        # Odoo keeps them at a draft: what they settle is then counted twice.
        self._get_own_partials().unlink()
        plan.kept = {ends: amount for ends, amount in plan.kept.items() if ends[0]}
        if set(changed) - {"amount", "date", "balance", "draft"}:
            booked.action_cancel()
            return True
        header = self._prepare_header(plan, money)
        if booked.state != "draft":
            booked.action_draft()
        booked.write({name: header[name] for name in changed if name in header})
        self._set_balance(booked, money)
        booked.action_post()
        return False

    def _set_balance(self, booked, money):
        """Odoo converts at its own rate again when something is written."""
        balance = self._get_company_amount(money)
        if balance is None:
            return
        liquidity, counterpart, _other = booked._seek_for_lines()
        sign = 1 if booked.payment_type == "inbound" else -1
        booked.move_id.with_context(skip_invoice_sync=True).write(
            {
                "line_ids": [
                    (1, liquidity.id, {"balance": sign * balance}),
                    (1, counterpart.id, {"balance": -sign * balance}),
                ]
            }
        )

    # === JOURNALS === #

    def _choose_journal(self):
        """Return the journal its money belongs in.

        What is booked stays where it is until QuickBooks says that the money went
        elsewhere: to map another journal is no reason to move old payments.
        """
        booked = self._get_booked()
        is_moved = self.booked_account_qbo_id != self.account_qbo_id
        if booked and (self.is_ours or not is_moved):
            return booked.journal_id
        return self._find_journal()

    def _find_journal(self):
        """Return the journal of the account the money went to, or the usual one."""
        connection = self.connection_id
        journals = self.env["account.journal"].browse(
            id
            for (_model, id), reference in connection._get_mappings("journal").items()
            if reference.qbo_id == self.account_qbo_id
        )
        # Of a mapped journal that is deleted nothing can be read.
        journals = (journals and journals.exists()) | connection.payment_journal_id
        return journals.filtered("active")[:1]

    def _find_method_line(self, journal, kind):
        """Return the way of paying of that journal that QuickBooks names, or none."""
        lines = journal._get_available_payment_method_lines(kind)
        mapped = self.connection_id._get_mappings("payment_method")
        for line in lines:
            reference = mapped.get((line._name, line.id))
            if reference and reference.qbo_id == self.method_qbo_id:
                return line
        return lines[:1]

    # === RESULTS === #

    def _note_result(self, plan):
        settlement = plan.settlement
        applied, decided = {}, {}
        for share in settlement.shares:
            if share.is_decided:
                move = plan.documents[share.target]
                decided[move] = decided.get(move, ZERO) + share.amount
                continue
            for key in filter(None, (share.target, share.source)):
                applied[key] = applied.get(key, ZERO) + share.amount
        for line in self._get_decision_lines():
            chosen = decided.get(line.move_id, ZERO)
            applied[line._get_key()] = min(chosen, line._get_amount())
        reasons = {rest.key: rest.reason for rest in settlement.rests if rest.key}
        for line in self.line_ids:
            key = line._get_key()
            line._update(
                {
                    "applied": float(applied.get(key, ZERO)),
                    "reason": reasons.get(key, False),
                }
            )
        if self.partner_id != plan.partner:
            self.partner_id = plan.partner
        if self.booked_amount != self._get_booked().amount:
            self.booked_amount = self._get_booked().amount
        if self.is_ours:
            self._keep_binding()
        self._note_outcome(settlement.settled, settlement.rests, settlement.unmet)
