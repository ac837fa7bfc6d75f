import re

from odoo import api, models

from ..tools.digest import describe, differences

# Wrappers of QuickBooks that say nothing to a person.
WRAPPERS = (
    "SalesItemLineDetail",
    "DescriptionLineDetail",
    "DiscountLineDetail",
    "JournalEntryLineDetail",
)
SILENT = ("DetailType", "LineNum")
# Members that are not called like the list they point at.
LISTS = {"SalesTerm": "Term"}
MARKER = re.compile(r" \[[0-9a-f]{12}\]$")


class QboPayloadWords(models.AbstractModel):
    """Payloads in an accountant's words: records by name, members by label."""

    _name = "qbo.payload.words"
    _description = "QuickBooks Payloads In Words"

    @api.model
    def _describe_changes(self, connection, old, new):
        """Return what turns one payload into the other: 'Line 2, amount: 1 → 2'.

        :rtype: list[str]
        """
        names = self._get_names(connection, old, new)
        was, became = self._reword(old, names), self._reword(new, names)
        told = describe(differences(was, became))
        if told or old == new:
            return told
        return describe(differences(old, new))

    @api.model
    def _reword(self, payload, names):
        labels = self._get_labels()
        return {
            labels.get(key) or _split_words(key): self._reword_member(key, value, names)
            for key, value in payload.items()
            if key not in SILENT
        }

    @api.model
    def _reword_member(self, key, value, names):
        if isinstance(value, dict):
            known = names.get(_get_key(key, value))
            if known:
                return known
            if set(value) == {"value"} or set(value) == {"Address"}:
                return next(iter(value.values()))
            return self._reword(value, names)
        if key == "CustomField":
            return {each["DefinitionId"]: each["StringValue"] for each in value}
        if isinstance(value, list):
            return [
                self._reword(_unwrap(each), names) if isinstance(each, dict) else each
                for each in value
            ]
        return MARKER.sub("", value) if key == "PrivateNote" else value

    @api.model
    def _get_labels(self):
        return {
            "AccountRef": self.env._("account"),
            "Amount": self.env._("amount"),
            "BillAddr": self.env._("Billing address"),
            "BillEmail": self.env._("E-mail"),
            "ClassRef": self.env._("class"),
            "City": self.env._("city"),
            "Country": self.env._("country"),
            "CountrySubDivisionCode": self.env._("state"),
            "CurrencyRef": self.env._("Currency"),
            "CustomField": self.env._("Custom field"),
            "CustomerMemo": self.env._("Message to the customer"),
            "CustomerRef": self.env._("Customer"),
            "Description": self.env._("description"),
            "DocNumber": self.env._("Number"),
            "DueDate": self.env._("Due date"),
            "EntityRef": self.env._("customer"),
            "ExchangeRate": self.env._("Exchange rate"),
            "ExpirationDate": self.env._("Expiration"),
            "GlobalTaxCalculation": self.env._("Tax calculation"),
            "ItemRef": self.env._("product"),
            "Line": self.env._("Line"),
            "LinkedTxn": self.env._("Linked document"),
            "PostalCode": self.env._("postal code"),
            "PostingType": self.env._("side"),
            "PrivateNote": self.env._("Internal note"),
            "Qty": self.env._("quantity"),
            "SalesTermRef": self.env._("Payment terms"),
            "ServiceDate": self.env._("service date"),
            "ShipAddr": self.env._("Delivery address"),
            "TaxCodeRef": self.env._("tax code"),
            "TotalTax": self.env._("total"),
            "TxnDate": self.env._("Date"),
            "TxnStatus": self.env._("Status"),
            "TxnTaxCodeRef": self.env._("code"),
            "TxnTaxDetail": self.env._("Tax"),
            "UnitPrice": self.env._("unit price"),
        }

    # === NAMES === #

    @api.model
    def _get_names(self, connection, *payloads):
        """Return ``{key of a reference: name}``, different for different ones."""
        keys = {}
        for payload in payloads:
            _collect("", payload, keys)
        names = {key: self._get_name(connection, key) for key in keys}
        taken = {}
        for key, name in names.items():
            taken.setdefault(name, []).append(key)
        for name, namesakes in taken.items():
            if name and len(namesakes) > 1:
                for key in namesakes:
                    names[key] = f"{name} ({self._tell_apart(key, namesakes)})"
        return names

    @api.model
    def _tell_apart(self, key, namesakes):
        kind, *rest = key
        if kind == "odoo" and len({other[:3] for other in namesakes}) == 1:
            return self.env._("link no. %(number)s to QuickBooks", number=rest[2] + 1)
        return self.env._("id %(id)s", id=rest[1])

    @api.model
    def _get_name(self, connection, key):
        kind, first, id, *_link = key
        if kind == "odoo":
            record = self.env[first].sudo().browse(id).exists()
            return record.display_name or self.env._("deleted (id %(id)s)", id=id)
        reference = (
            self.env["qbo.reference"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("connection_id", "=", connection.id),
                    ("entity", "=", first),
                    ("qbo_id", "=", id),
                ],
                limit=1,
            )
        )
        return reference.name


def _split_words(key):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).removesuffix(" Ref").lower()


def _unwrap(member):
    """A line with the members of its detail among its own."""
    flat = {key: value for key, value in member.items() if key not in WRAPPERS}
    for wrapper in WRAPPERS:
        flat |= member.get(wrapper) or {}
    return flat


def _get_key(name, value):
    """('odoo', model, id, link) or ('qbo', entity, id, 0) of a reference, or None."""
    if "odoo" in value:
        model, id = value["odoo"].split(",")
        return "odoo", model, int(id), value["link"]
    if set(value) == {"value"} and name.endswith("Ref") and name != "CurrencyRef":
        name = name.removesuffix("Ref")
        entity = "TaxCode" if "TaxCode" in name else LISTS.get(name, name)
        return "qbo", entity, value["value"], 0
    return None


def _collect(name, value, keys):
    if isinstance(value, dict):
        key = _get_key(name, value)
        if key:
            keys[key] = True
            return
        for name, member in value.items():
            _collect(name, member, keys)
    elif isinstance(value, list):
        for member in value:
            _collect(name, member, keys)
