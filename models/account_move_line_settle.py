from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _prepare_reconciliation_single_partial(
        self, debit_values, credit_values, shadowed_aml_values=None
    ):
        """Reconcile no more of two lines than QuickBooks did.

        Odoo matches as much of two lines as it can. The context's ``qbo_shares``
        bounds it: ``{(debit line id, credit line id): (amount in the currency of the
        lines, id of the qbo.payment)}``.
        """
        shares = self.env.context.get("qbo_shares") or {}
        key = (debit_values["aml"].id, credit_values["aml"].id)
        if key not in shares:
            return super()._prepare_reconciliation_single_partial(
                debit_values, credit_values, shadowed_aml_values
            )
        amount, payment_id = shares[key]
        debit, credit = (_bound(each, amount) for each in (debit_values, credit_values))
        before = [dict(debit), dict(credit)]
        result = super()._prepare_reconciliation_single_partial(
            debit, credit, shadowed_aml_values
        )
        for values, bound, start in zip(
            (debit_values, credit_values), (debit, credit), before, strict=True
        ):
            for name in ("amount_residual", "amount_residual_currency"):
                values[name] -= start[name] - bound[name]
        if result.get("partial_values"):
            result["partial_values"]["qbo_payment_id"] = payment_id
        return result | {"debit_values": None, "credit_values": None}


def _bound(values, amount):
    """Return the values of a line of which only so much may be reconciled."""
    line = values["aml"]
    residual = values["amount_residual_currency"]
    if line.currency_id.compare_amounts(amount, abs(residual)) >= 0:
        return dict(values)
    sign = 1 if residual > 0 else -1
    share = values["amount_residual"] * amount / abs(residual)
    return {
        **values,
        "amount_residual": line.company_currency_id.round(share),
        "amount_residual_currency": sign * amount,
    }
