from dataclasses import dataclass, field
from decimal import Decimal

from odoo import api, models

from ..tools.settlement import Settlement, settle
from .qbo_payment_line import CHOSEN, to_decimal

ZERO = Decimal(0)


@dataclass
class Plan:
    """What one payment is to become.

    :param remote: `tools.settlement.Remote`
    :param documents: {key: account.move} of what it pays and Odoo can settle
    :param reasons: {key: why Odoo cannot}
    :param decisions: [(key, Decimal)] of people
    :param partner: res.partner, empty when nobody is known
    :param account: the receivable account of its entry
    :param settlement: what is to be done
    :param kept: {(source, target): Decimal} that stands already
    """

    remote: object
    documents: dict
    reasons: dict
    decisions: list
    partner: object
    account: object
    settlement: Settlement = None
    kept: dict = field(default_factory=dict)


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

    # === WHAT IS WANTED === #

    def _make_plan(self):
        self.ensure_one()
        documents, reasons = {}, {}
        for line in self.line_ids.filtered("move_id"):
            reason = self._find_reason(line.move_id)
            if reason:
                reasons[line._get_key()] = reason
            else:
                documents[line._get_key()] = line.move_id
        account = self._choose_account(documents, reasons)
        plan = Plan(
            self._get_remote(),
            documents,
            reasons,
            self._list_decisions(documents),
            self._find_partner(documents),
            account,
        )
        plan.settlement = self._settle(plan, self._get_reach(documents))
        return plan

    def _get_reach(self, documents):
        """Return {key: what of the document this payment settles or may settle}."""
        reach = {key: move._qbo_get_open_amount() for key, move in documents.items()}
        for partial in self._get_partials():
            for move in self._get_ends(partial):
                for key, document in documents.items():
                    if document == move:
                        reach[key] += self._get_partial_amount(partial)
        return reach

    def _find_reason(self, move):
        """Return why a document cannot be settled by this payment, or None."""
        if move.company_id != self.company_id:
            return "company"
        if move.state == "draft":
            return "draft"
        if move.state != "posted":
            return "cancelled"
        if move.currency_id != self.currency_id:
            return "currency"
        return None

    def _choose_account(self, documents, reasons):
        """One entry has one receivable account: that of the first document.

        What QuickBooks pays goes before what people chose.
        """
        account = self.env["account.account"]
        for key, move in sorted(
            documents.items(), key=lambda each: each[0][0] == CHOSEN
        ):
            accounts = move._qbo_get_receivable_lines().account_id
            account = account or accounts[:1]
            if accounts and accounts != account:
                del documents[key]
                reasons[key] = "receivable"
        return account

    def _list_decisions(self, documents):
        """Return [(key, Decimal)] of what people chose.

        That is what they chose in the wizard, and what they matched by hand with the
        payment's credit.
        """
        # What QuickBooks pays as well goes by QuickBooks' name: nothing twice.
        keys = {}
        for key, move in documents.items():
            if key[0] != CHOSEN or move not in keys:
                keys[move] = key
        decisions = []
        for line in self._get_decision_lines():
            amount = line._get_amount() - self._get_applied_since(line)
            if amount > 0:
                key = keys.get(line.move_id, line._get_key())
                decisions.append((key, amount))
        for move, amount in self._list_matched_by_hand():
            key = keys.get(move)
            # What QuickBooks says of the same document is met by it as well.
            amount -= self._get_untagged_there(move)
            if amount <= 0:
                continue
            if key is None and not self._find_reason(move):
                key = CHOSEN, str(move.id)
                documents[key] = move
            if key:
                decisions.append((key, amount))
        return decisions

    def _get_applied_since(self, line):
        """Return what QuickBooks applied itself since a person chose (Decimal)."""
        there = self._get_amount_there(line.move_id) - line.applied_there
        return max(to_decimal(there, self.currency_id), ZERO)

    def _list_matched_by_hand(self):
        """Yield (document, Decimal) that somebody matched in Odoo itself."""
        for partial in self._get_own_partials():
            if not partial.qbo_payment_id:
                move = self._get_other_side(partial).move_id
                is_followed = self.is_ours and move._qbo_filter_there(
                    self.connection_id
                )
                if move.is_invoice(include_receipts=True) and not is_followed:
                    yield move, self._get_partial_amount(partial)

    def _get_untagged_there(self, move):
        """Return what QuickBooks applied to it and is not followed yet (Decimal)."""
        there = to_decimal(self._get_amount_there(move), self.currency_id)
        followed = (
            self._get_partial_amount(partial)
            for partial in self._get_own_partials() & self.partial_ids
            if self._get_other_side(partial).move_id == move
        )
        return max(there - sum(followed, ZERO), ZERO)

    def _find_partner(self, documents):
        """Whose money it is: QuickBooks says so, not what a person lets it pay."""
        told = {key: move for key, move in documents.items() if key[0] != CHOSEN}
        if not told and self._find_bound_partner():
            return self._find_bound_partner()
        documents = told or documents
        partners = {move.commercial_partner_id for move in documents.values()}
        if len(partners) == 1:
            return partners.pop()
        return (
            self._find_bound_partner() or self.env["res.partner"].union(*partners)[:1]
        )

    def _find_bound_partner(self):
        """Return who the customer of QuickBooks is here, or nobody."""
        binding = self.env["qbo.binding"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("entity", "=", "Customer"),
                ("qbo_id", "=", self.customer_qbo_id),
                ("res_model", "in", ("res.partner", "qbo.customer")),
            ],
            limit=1,
        )
        if not binding or not self.customer_qbo_id:
            return self.env["res.partner"]
        record = self.env[binding.res_model].browse(binding.res_id).exists()
        return record.partner_id if binding.res_model == "qbo.customer" else record

    def _settle(self, plan, available):
        is_payment = self.entity == "Payment"
        settlement = settle(
            plan.remote,
            available,
            plan.reasons,
            has_customer=bool(plan.partner) and is_payment,
            decisions=plan.decisions,
        )
        if not is_payment:
            settlement.rests = [
                rest._replace(reason="refund") for rest in settlement.rests
            ]
        return settlement

    # === WHAT STANDS ALREADY === #

    def _get_own_lines(self):
        """Return the receivable lines of its own entry."""
        move = self.account_payment_id.move_id
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _get_own_partials(self):
        """Return which documents its own entry settles that it may follow."""
        return self._get_all_partials().filtered(
            lambda each: (move := self._get_other_side(each).move_id).is_invoice(True)
            and move.currency_id == self.currency_id
        )

    def _get_all_partials(self):
        lines = self._get_own_lines()
        return lines.matched_debit_ids | lines.matched_credit_ids

    def _get_other_uses(self):
        """Return what people let its entry settle that QuickBooks has no word for.

        Money that was given back, an entry, an invoice in another currency.
        """
        partials = self._get_all_partials()
        differences = partials.exchange_move_id
        return (partials - self._get_own_partials()).filtered(
            lambda each: self._get_other_side(each).move_id not in differences
        )

    def _get_partials(self):
        """Return all reconciliations that follow this payment."""
        return self.partial_ids | self._get_own_partials()

    def _get_other_side(self, partial):
        own = self._get_own_lines()
        return (
            partial.credit_move_id
            if partial.debit_move_id in own
            else partial.debit_move_id
        )

    def _get_partial_amount(self, partial):
        """Return what it settles, in the currency of the payment (Decimal)."""
        amount = (
            partial.debit_amount_currency
            if partial.debit_currency_id == self.currency_id
            else partial.credit_amount_currency
        )
        return to_decimal(amount, self.currency_id)

    def _get_ends(self, partial):
        """Return (source, target): account.move, the source empty for the money."""
        own = self._get_own_lines()
        debit, credit = partial.debit_move_id, partial.credit_move_id
        nothing = self.env["account.move"]
        if debit in own or credit in own:
            return nothing, self._get_other_side(partial).move_id
        return credit.move_id, debit.move_id

    # === UNDOING === #

    @api.model
    def _drop_blocked(self, plans):
        """Leave out, untouched, what would have to be booked in a locked period."""
        allowed = {}
        for payment, plan in plans.items():
            blocker = payment._find_booking_blocker(plan)
            if blocker:
                payment._note_blocked(*blocker)
            else:
                allowed[payment] = plan
        return allowed

    def _find_booking_blocker(self, plan):
        booked = self._get_booked()
        money = plan.settlement.money
        if not booked and not money:
            return None
        is_changed = booked and self._list_header_changes(plan, money)
        uses = booked and self._get_other_uses()
        if uses and (is_changed or self._is_short(plan)):
            moves = uses.mapped(lambda each: self._get_other_side(each).move_id)
            return "used", ", ".join(moves.mapped("display_name"))
        if booked and not is_changed:
            return None
        if booked and self._is_with_bank(booked):
            return "bank", ""
        journal = self._choose_journal()
        for day in {booked.date if booked else None, money and self.txn_date} - {None}:
            locks = day and self.company_id._get_violated_lock_dates(
                day, False, journal
            )
            if locks:
                return "locked", self._name_locks(locks)
        if money and not journal:
            return "journal", ""
        return None

    def _is_short(self, plan):
        """Whether its entry has less left for documents than QuickBooks says."""
        shares = plan.settlement.shares
        wanted = sum((each.amount for each in shares if not each.source), ZERO)
        lines = self._get_own_lines()
        left = sum(map(abs, lines.mapped("amount_residual_currency")))
        standing = map(self._get_partial_amount, self._get_own_partials())
        return wanted > sum(standing, to_decimal(left, self.currency_id))

    def _name_locks(self, locks):
        labels = self.env["res.company"].fields_get(
            [name for _until, name in locks], ["string"]
        )
        return ", ".join(f"{labels[name]['string']} {until}" for until, name in locks)

    def _get_booked(self):
        """Return its ``account.payment``, empty if there is none or it was cancelled.

        One that was reset to draft is booked again: what it settled still stands.
        """
        payment = self.account_payment_id
        return payment.filtered(
            lambda each: each.state in ("draft", "in_process", "paid")
        )

    def _is_with_bank(self, payment):
        liquidity, _counterpart, _other = payment._seek_for_lines()
        return bool(liquidity.matched_debit_ids | liquidity.matched_credit_ids)

    def _undo_excess(self, plan):
        """Take back what QuickBooks does not say, or says less of."""
        wanted = {}
        for share in plan.settlement.shares:
            ends = self._get_share_ends(plan, share)
            wanted[ends] = wanted.get(ends, ZERO) + share.amount
        excess = self.env["account.partial.reconcile"]
        for partial in self._get_partials():
            ends, amount = self._get_ends(partial), self._get_partial_amount(partial)
            if wanted.get(ends, ZERO) >= amount:
                wanted[ends] -= amount
                plan.kept[ends] = plan.kept.get(ends, ZERO) + amount
            else:
                excess |= partial
        excess.unlink()

    def _get_share_ends(self, plan, share):
        nothing = self.env["account.move"]
        source = plan.documents[share.source] if share.source else nothing
        return source, plan.documents[share.target]

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
        journals = self.env["account.journal"]
        for (_model, id), reference in connection._get_mappings("journal").items():
            if reference.qbo_id == self.account_qbo_id:
                journals |= journals.browse(id)
        journals = journals.exists() | connection.payment_journal_id
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

    # === RECONCILING === #

    @api.model
    def _reconcile_shares(self, plans):
        """Reconcile all pairs at once, each with no more than its share."""
        pairs, shares = [], {}
        left = {}
        for payment, plan in plans.items():
            missing = payment._list_missing_shares(plan)
            for source, target, amount in missing:
                for debit, credit, part in payment._pair_lines(
                    source, target, amount, left
                ):
                    if (debit.id, credit.id) in shares:
                        self._reconcile_pairs(pairs, shares)
                        pairs, shares = [], {}
                    pairs.append(debit | credit)
                    shares[debit.id, credit.id] = (float(part), payment.id)
        self._reconcile_pairs(pairs, shares)

    @api.model
    def _reconcile_pairs(self, pairs, shares):
        lines = self.env["account.move.line"].with_context(qbo_shares=shares)
        lines._reconcile_plan(pairs)

    def _list_missing_shares(self, plan):
        """Return [(source, target, Decimal)] that does not stand yet."""
        wanted = {}
        for share in plan.settlement.shares:
            ends = self._get_share_ends(plan, share)
            wanted[ends] = wanted.get(ends, ZERO) + share.amount
        return [
            (*ends, amount - plan.kept.get(ends, ZERO))
            for ends, amount in wanted.items()
            if amount > plan.kept.get(ends, ZERO)
        ]

    def _pair_lines(self, source, target, amount, left):
        """Yield (debit line, credit line, Decimal) that settle a document.

        :param dict left: {line: what is open of it}, shared by all payments
        """
        sources = source._qbo_get_receivable_lines() if source else None
        own = self._get_own_lines() if sources is None else sources
        for line in target._qbo_get_receivable_lines():
            for other in own:
                for each in (line, other):
                    if each not in left:
                        left[each] = to_decimal(
                            abs(each.amount_residual_currency), each.currency_id
                        )
                part = min(amount, left[line], left[other])
                if not part:
                    continue
                left[line] -= part
                left[other] -= part
                amount -= part
                pair = (line, other) if line.balance > 0 else (other, line)
                yield *pair, part

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
        if self.is_ours:
            self._keep_binding()
        self._note_outcome(settlement.settled, settlement.rests, settlement.unmet)
