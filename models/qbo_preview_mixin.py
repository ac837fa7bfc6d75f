import psycopg2

from odoo import models

from ..exceptions import QboRejectedError
from ..tools import receipt
from ..tools.digest import ABSENT
from ..tools.references import list_references, resolve

# Of which list the ids in a gap of the receipt are.
ENTITIES_OF_GAPS = {
    "customer": "Customer",
    "terms": "Term",
    "class": "Class",
    "line_item": "Item",
    "line_class": "Class",
    "line_tax_code": "TaxCode",
    "tax_code": "TaxCode",
}


class QboPreviewMixin(models.AbstractModel):
    """What a push of this document would do, told before it happens."""

    _name = "qbo.preview.mixin"
    _description = "Document That Can Be Previewed"

    def action_qbo_preview(self):
        """Show what a push would send and what it would do. Sends nothing."""
        return self.env["qbo.document.preview"]._open(self)

    def _qbo_preview_payload(self, connection, blockers):
        """Return the payload; None of a document that is not fit for one yet."""
        try:
            return self._qbo_prepare_payload(connection)
        except psycopg2.Error:
            raise
        except Exception:
            if blockers:
                return None
            raise

    def _qbo_preview_ids(self, connection, payload):
        """Return (ids that are known, names of what is created first).

        The first are ``{key: id}``, the second ``{key: title}``, both by the keys of
        the payload's references. What the records to be created need themselves is
        among the names.
        """
        keys = {each.key: each for each in list_references(payload)}
        known = self._qbo_get_known(connection, keys)
        names = {}
        waiting = [
            key for key, each in keys.items() if not each.optional and key not in known
        ]
        while waiting:
            key = waiting.pop(0)
            record = self.env[key[0]].sudo().browse(key[1]).exists()
            if not record or key in names:
                continue
            names[key] = record._qbo_get_title()
            if record._qbo_get_blockers(connection):
                continue
            needed = list_references(record._qbo_prepare_payload(connection))
            found = self._qbo_get_known(connection, [each.key for each in needed])
            known |= found
            waiting += [
                each.key
                for each in needed
                if not each.optional and each.key not in known
            ]
        return known, names

    def _qbo_get_known(self, connection, keys):
        return self.env["qbo.binding"].sudo()._get_ids(connection, keys)

    def _qbo_preview_body(self, payload, known, names):
        """Return the payload with ids, and names in brackets where there are none."""
        shown = {key: f"‹{name}›" for key, name in names.items()}
        wanted = {
            each.key: f"‹{each.model} {each.id}›"
            for each in list_references(payload)
            if not each.optional
        }
        return resolve(payload, {**wanted, **shown, **known})

    def _qbo_preview_differences(self, connection, binding, body):
        """Return what QuickBooks has otherwise now, as (field, here, there).

        Asks QuickBooks. None: it was deleted there.

        :raise UserError: the connection is dead or Intuit did not answer
        """
        entity, qbo_id = binding.entity, binding.qbo_id

        def read(client):
            try:
                return client.read(entity, qbo_id)
            except QboRejectedError as error:
                if error.kind == "not_found":
                    return None
                raise

        theirs = connection._ask_intuit(read)
        if theirs is None:
            return None
        expectation = self._qbo_get_expectation(connection)
        gaps = receipt.compare(
            body,
            theirs,
            expectation["currency_decimals"],
            total=expectation["total"],
            tax=expectation["tax"],
            entity=entity,
            automated_tax=connection._get_rules().tax == "automated",
        )
        return [
            (
                gap.field,
                self._qbo_name_value(connection, gap.code, gap.sent),
                self._qbo_name_value(connection, gap.code, gap.received),
            )
            for gap in gaps
        ]

    def _qbo_name_value(self, connection, code, value):
        if value is ABSENT or value is None:
            return self.env._("none")
        entity = ENTITIES_OF_GAPS.get(code)
        name = entity and self.env["qbo.catalogue"]._name_object(
            connection, entity, str(value)
        )
        return name or str(value)


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "qbo.preview.mixin"]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "qbo.preview.mixin"]
