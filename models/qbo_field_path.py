import re
from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, models

from ..tools import members
from ..tools.money import AMOUNT_DECIMALS

OPEN = None
# Models that paths may go through, and which of their fields may be read: those of the
# documents and products by type, of people and settings only these.
READABLE = {
    "account.move": OPEN,
    "account.move.line": OPEN,
    "sale.order": OPEN,
    "sale.order.line": OPEN,
    "product.product": OPEN,
    "product.template": OPEN,
    "product.category": OPEN,
    "account.account": {"name", "code"},
    "account.fiscal.position": {"name"},
    "account.incoterms": {"name", "code"},
    "account.journal": {"name", "code"},
    "account.payment.term": {"name"},
    "account.tax": {"name", "description", "invoice_label"},
    "crm.team": {"name"},
    "product.pricelist": {"name"},
    "product.tag": {"name"},
    "project.project": {"name"},
    "project.task": {"name"},
    "res.company": {
        *("name", "partner_id", "currency_id", "vat", "company_registry"),
        *("email", "phone", "website"),
    },
    "res.country": {"name", "code"},
    "res.country.state": {"name", "code"},
    "res.currency": {"name", "symbol"},
    "res.partner": {
        *("name", "display_name", "complete_name", "ref", "vat", "company_registry"),
        *("email", "phone", "website", "function", "is_company", "company_name"),
        *("street", "street2", "zip", "city", "state_id", "country_id"),
        *("parent_id", "commercial_partner_id", "commercial_company_name"),
        *("category_id", "industry_id", "user_id"),
    },
    "res.partner.category": {"name"},
    "res.partner.industry": {"name"},
    "res.users": {"name", "partner_id"},
    "sale.order.template": {"name"},
    "stock.warehouse": {"name", "code"},
    "uom.uom": {"name"},
    "utm.campaign": {"name", "title"},
    "utm.medium": {"name"},
    "utm.source": {"name"},
}
# Where fields that were added by hand may be read too.
EXTENSIBLE = ("res.partner",)
# Values that are computed whenever they are read, from nothing but the record itself.
COMPUTED = {"display_name"}
COMPUTED_OF = {"account.account": {"code"}}
RELATIONS = ("many2one", "one2many", "many2many")
DAYS = frozenset(("date", "datetime"))
VALUES = DAYS.union(
    ("char", "text", "selection", "boolean", "integer", "float", "monetary")
)
SECRET = re.compile(
    r"passw|passphrase|secret|token|credential|signature|certificate|hash"
    r"|(^|_)(api_?key|private_?key|pin|otp|totp|iban|acc_number|access_url)($|_)",
    re.IGNORECASE,
)


class QboFieldPath(models.AbstractModel):
    """Paths of field names in templates: which may be read, and what they read.

    Payloads are prepared as superuser, and so are the values in them. What an
    accountant's template may send is therefore decided here, by model and field, when
    it is saved and again when it is read.
    """

    _name = "qbo.field.path"
    _description = "Field Path Of A QuickBooks Template"

    # === WHAT MAY BE READ === #

    @api.model
    def _find_fault(self, model, names, types=VALUES):
        """Return why a path cannot be used, as a sentence; None if it can.

        :param str model: where it starts
        :param names: the field names
        :param types: types of fields that it may end on
        """
        for name in names[:-1]:
            fault = self._find_field_fault(model, name)
            if fault:
                return fault
            field = self.env[model]._fields[name]
            if field.type not in RELATIONS:
                return self.env._(
                    "“%(field)s” of “%(model)s” is a value: nothing can follow it.",
                    field=name,
                    model=self._name_model(model),
                )
            model = field.comodel_name
        return self._find_field_fault(model, names[-1]) or self._find_type_fault(
            model, names[-1], types
        )

    @api.model
    def _find_field_fault(self, model, name):
        if model not in READABLE:
            return self.env._(
                "“%(model)s” cannot be used in templates.",
                model=self._name_model(model),
            )
        field = self.env[model]._fields.get(name)
        if not field:
            return self.env._(
                "“%(model)s” has no field “%(field)s”.",
                model=self._name_model(model),
                field=name,
            )
        if not self._is_readable(model, field):
            return self.env._(
                "“%(field)s” of “%(model)s” cannot be sent to QuickBooks: it is kept "
                "from some users, or not known to be harmless.",
                field=name,
                model=self._name_model(model),
            )
        return None

    @api.model
    def _is_readable(self, model, field):
        readable = READABLE[model]
        is_listed = (
            readable is OPEN
            or field.name in readable
            or (field.manual and model in EXTENSIBLE)
        )
        if field.groups or SECRET.search(field.name) or not is_listed:
            return False
        if field.related:
            # It shows a field of another record, which may be kept from users.
            return self._is_path_readable(model, field.related.split("."))
        return (
            bool(field.store)
            or field.name in COMPUTED
            or field.name in COMPUTED_OF.get(model, ())
        )

    @api.model
    def _is_path_readable(self, model, names):
        for name in names:
            field = model in READABLE and self.env[model]._fields.get(name)
            if not field or not self._is_readable(model, field):
                return False
            model = field.comodel_name
        return True

    @api.model
    def _find_type_fault(self, model, name, types):
        field = self.env[model]._fields[name]
        if field.type in types:
            return None
        if field.type in RELATIONS:
            return self.env._(
                "“%(field)s” of “%(model)s” is a record: say which of its fields, "
                "such as “%(field)s.name”.",
                field=name,
                model=self._name_model(model),
            )
        if types == DAYS:
            return self.env._(
                "“%(field)s” of “%(model)s” is no date.",
                field=name,
                model=self._name_model(model),
            )
        return self.env._(
            "“%(field)s” of “%(model)s” is no text, number or date.",
            field=name,
            model=self._name_model(model),
        )

    @api.model
    def _name_model(self, model):
        return self.env["ir.model"].sudo()._get(model).name or model

    # === READING === #

    @api.model
    def _read_texts(self, record, names):
        """Return what a path reads, as texts: each once, none of them empty.

        Nothing where the path may not be used.
        """
        return list(
            dict.fromkeys(
                text
                for each, field in self._walk(record, names)
                if (text := self._write_text(each, field))
            )
        )

    @api.model
    def _read_days(self, record, names):
        """Return the days a path reads, each once, in order.

        :rtype: list of date
        """
        days = {
            self._read_day(each, field)
            for each, field in self._walk(record, names, DAYS)
        }
        return sorted(day for day in days if day)

    @api.model
    def _walk(self, record, names, types=VALUES):
        """Yield (record, field) for each record that the path ends at."""
        if self._find_fault(record._name, names, types):
            return
        records = record
        for name in names[:-1]:
            records = records[name] if len(records) == 1 else records.mapped(name)
        for each in records:
            yield each, each._fields[names[-1]]

    @api.model
    def _write_text(self, record, field):
        value = record[field.name]
        if field.type == "boolean":
            return record.env._("Yes") if value else record.env._("No")
        if field.type == "monetary":
            currency = record[field.get_currency_field(record)]
            decimals = currency.decimal_places if currency else AMOUNT_DECIMALS
            return str(members.read_amount(value, decimals))
        if field.type in ("float", "integer"):
            return f"{members.read_number(value):f}"
        if not value:
            return ""
        if field.type == "selection":
            labels = dict(field._description_selection(record.env))
            return str(labels.get(value, value))
        if field.type in ("date", "datetime"):
            return self._read_day(record, field).isoformat()
        return str(value).strip()

    @api.model
    def _read_day(self, record, field):
        """Return the date, of a moment the day where the company is."""
        value = record[field.name]
        if field.type == "date" or not value:
            return value
        zone = ZoneInfo(record.env.company.partner_id.tz or "UTC")
        return value.replace(tzinfo=UTC).astimezone(zone).date()
