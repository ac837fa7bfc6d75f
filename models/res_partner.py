from odoo import models

from ..const import RECEIVABLE_COUNTRIES
from ..tools import members
from ..tools.members import compact
from ..tools.name_match import Facts, clean_name

# Where QuickBooks keeps the tax number of customers, with 20 characters.
TAX_NUMBER_COUNTRIES = ("CA", "GB", "AU", "IN")
TAX_NUMBER_LENGTH = 20


class ResPartner(models.Model):
    """Customers."""

    _name = "res.partner"
    _inherit = ["res.partner", "qbo.sync.mixin"]

    def _qbo_get_entity(self):
        """Contacts and addresses of a company are no customers of their own."""
        return "Customer" if self == self.commercial_partner_id else False

    def _qbo_get_title(self):
        self.ensure_one()
        return self.env._(
            "Customer %(name)s", name=self.name or self.env._("no. %(id)s", id=self.id)
        )

    def _qbo_prepare_members(self, connection, rules):
        delivery = self.browse(self.address_get(["delivery"])["delivery"])
        email = members.find_email(self.email)
        code = self._qbo_get_currency(rules)
        return compact(
            {
                "DisplayName": clean_name(self.name or ""),
                **self._qbo_prepare_names(),
                "PrimaryEmailAddr": {"Address": email} if email else None,
                "PrimaryPhone": self._qbo_prepare_phone(),
                "WebAddr": self._qbo_prepare_web(),
                "BillAddr": self._qbo_prepare_address(),
                "ShipAddr": delivery._qbo_prepare_address()
                if delivery != self
                else None,
                "CurrencyRef": {"value": code} if code else None,
                "ARAccountRef": self._qbo_prepare_receivable(connection, rules),
                "PrimaryTaxIdentifier": self._qbo_get_tax_number(rules),
                # What the lines say is taxed must not be undone by the customer.
                "Taxable": True if rules.tax in ("automated", "manual") else None,
            }
        )

    def _qbo_prepare_receivable(self, connection, rules):
        """In France each customer has a receivable account of its own."""
        account = connection.receivable_account_id
        is_needed = rules.country in RECEIVABLE_COUNTRIES and account
        return {"value": account.qbo_id} if is_needed else None

    def _qbo_prepare_names(self):
        """The name of a company, or the parts of a person's."""
        name = clean_name(self.name or "")
        if self.is_company:
            return {"CompanyName": name}
        given, _blank, family = name.rpartition(" ")
        return {"GivenName": given or family, "FamilyName": family if given else ""}

    def _qbo_prepare_phone(self):
        """A number that is too long is left out: cut, it would be another."""
        number = members.make_line(self.phone, 10 * members.PHONE_LENGTH)
        if not number or members.measure(number) > members.PHONE_LENGTH:
            return None
        return {"FreeFormNumber": number}

    def _qbo_prepare_web(self):
        address = (self.website or "").strip()
        return {"URI": address} if 0 < len(address) <= members.WEB_LENGTH else None

    def _qbo_prepare_address(self):
        """The partner's address in the shape of QuickBooks; {} without one."""
        return members.make_address(
            self.street,
            self.street2,
            self.city,
            self.state_id.code,
            self.zip,
            self.country_id.code,
        )

    def _qbo_get_currency(self, rules):
        """Return the currency QuickBooks keeps the customer in; '' where it has one.

        For documents in others, the customer is a `qbo.customer`.
        """
        return rules.home_currency if rules.is_multicurrency else ""

    def _qbo_get_tax_number(self, rules):
        number = (self.vat or "").strip()
        if rules.country not in TAX_NUMBER_COUNTRIES or number == "/":
            return None
        return number if members.measure(number) <= TAX_NUMBER_LENGTH else None

    def _qbo_get_facts(self, connection):
        rules = connection._get_rules()
        return Facts(
            # As it is sent: the end of a long name is not at QuickBooks either.
            name=clean_name(self.name or ""),
            email=self.email or "",
            tax_id=self._qbo_get_tax_number(rules) or "",
            postal_code=self.zip or "",
            currency=self._qbo_get_currency(rules),
        )

    def _qbo_list_blockers(self, connection, rules):
        if not clean_name(self.name or ""):
            yield self.env._(
                "Customer no. %(id)s has no name that QuickBooks would take. Enter "
                "one.",
                id=self.id,
            )
        other = self._qbo_find_merged_into(connection)
        if other:
            yield self._qbo_make_merged_sentence(other)
        is_needed = rules.country in RECEIVABLE_COUNTRIES
        if is_needed and not connection.receivable_account_id.active:
            yield self.env._(
                "%(title)s has no receivable account in QuickBooks, which wants one in "
                "this country. Choose one in the settings of the connection "
                "%(books)s.",
                title=self._qbo_get_title(),
                books=connection.name,
            )

    def _qbo_find_merged_into(self, connection):
        """Return who is the customer in QuickBooks that this one was merged into."""
        binding = self._qbo_get_binding(connection)
        other = self.browse()
        if binding.merged_into and not binding.qbo_id:
            left = connection._find_customer_binding(binding.merged_into)
            record = self.env[left.res_model or self._name].browse(left.res_id)
            other = record.exists()._qbo_get_thread()
        return other.filtered("active") - self

    def _qbo_make_merged_sentence(self, other):
        return self.env._(
            "%(name)s was merged into another customer in QuickBooks, which is "
            "%(other)s in Odoo. Merge the two in Odoo as well: select both in "
            "Contacts, and choose Merge. Until then nothing of %(name)s can go to "
            "QuickBooks.",
            name=self.display_name,
            other=other.display_name,
        )
