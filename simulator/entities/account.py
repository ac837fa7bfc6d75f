"""Account: the chart of accounts."""

from .. import entity_faults, faults
from ..numbers import ZERO
from ..schema import NON_US, Shape, amount, currency, enum, flag, ref, text
from . import account_types as types
from .base import Entity
from .common import ENTITY_BLOCK, ENTITY_IGNORED, NAME_FORBIDDEN
from .currencies import check_currency, refuse_other_currency

NUMBER_MAXIMUM = {"US": 7, "GB": 7, "IN": 7}
NUMBER_MAXIMUM_ELSEWHERE = 20

ACCOUNT = Shape(
    "Account",
    (
        text("Name", 100, query="FS", forbidden='"' + NAME_FORBIDDEN),
        flag("SubAccount", query="FS", read_only=True),
        ref("ParentRef", "Account", query="FS"),
        text("Description", 100, query="FS"),
        text("FullyQualifiedName", query="FS", read_only=True),
        flag("Active", query="F"),
        text("Classification", query="F", read_only=True),
        enum("AccountType", types.ACCOUNT_TYPES, query="F"),
        enum("AccountSubType", tuple(types.TYPE_OF_SUBTYPE), query="F"),
        text("AcctNum", query="fs", forbidden=":"),
        amount("CurrentBalance", query="FS", read_only=True),
        amount("CurrentBalanceWithSubAccounts", query="FS", read_only=True),
        currency(write_once=True),
        ref("TaxCodeRef", "TaxCode", countries=NON_US),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED
    + (
        "CustomField",
        "AccountAlias",
        "TxnLocationType",
        "OpeningBalance",
        "OpeningBalanceDate",
        "AccountEx",
        "BankNum",
        "OnlineBankingEnabled",
        "FIName",
        "JournalCodeRef",
        "TaxAccount",
        "LeadingParentRef",
    ),
)


class Account(Entity):
    """One account of the chart."""

    name = "Account"
    path = "account"
    shape = ACCOUNT
    sequence = "accounts"
    element_word = "Accounts"
    required = ("Name",)
    indexes = ("Name", "FullyQualifiedName", "ParentRef", "AccountSubType", "AcctNum")

    def check_required(self, company, write):
        """Name and one of type and subtype (6010)."""
        super().check_required(company, write)
        values = write.values
        if values.get("AccountType") is None and values.get("AccountSubType") is None:
            raise entity_faults.account_type_missing()

    def check_values(self, company, write, problems):
        """The longest account number differs by country."""
        maximum = NUMBER_MAXIMUM.get(company.country, NUMBER_MAXIMUM_ELSEWHERE)
        number = write.sent.get("AcctNum")
        if number and len(number) > maximum:
            problems.append(faults.too_long(maximum, len(number), "AcctNum"))

    def complete(self, company, write):
        """Derive what follows from type and parent, and guard what QBO needs."""
        self._derive_types(write)
        self._guard_system_account(write)
        parent, _level = self.climb(company, write)
        self._check_parent(write, parent)
        write.values["SubAccount"] = parent is not None
        self.qualify(write, parent)
        self.check_unique(company, write)
        self._check_number(company, write)
        self._settle_currency(company, write)
        for balance in ("CurrentBalance", "CurrentBalanceWithSubAccounts"):
            write.values.setdefault(balance, ZERO)

    def _derive_types(self, write):
        values = write.values
        kind, subtype = values.get("AccountType"), values.get("AccountSubType")
        kept_subtype = subtype == write.before("AccountSubType")
        if write.old is not None and kept_subtype and kind != write.old["AccountType"]:
            subtype = None
        if kind is None:
            kind = types.TYPE_OF_SUBTYPE[subtype]
        if subtype is None:
            subtype = types.DEFAULT_SUBTYPE[kind]
        if types.TYPE_OF_SUBTYPE[subtype] != kind:
            raise entity_faults.wrong_account_type(
                "AccountSubType", f"{subtype} is no subtype of {kind}."
            )
        values["AccountType"], values["AccountSubType"] = kind, subtype
        values["Classification"] = types.CLASSIFICATION[kind]

    def _guard_system_account(self, write):
        if write.creates or write.old["AccountSubType"] not in types.SYSTEM_SUBTYPES:
            return
        if write.values["AccountType"] != write.old["AccountType"]:
            raise faults.business("The type of a system account cannot be changed.")

    def check_retire(self, company, write):
        """System accounts and accounts with active sub-accounts stay."""
        if write.old["AccountSubType"] in types.SYSTEM_SUBTYPES:
            raise faults.business("A system account cannot be made inactive.")
        if any(row["Active"] for row in self.children(company, write.old["Id"])):
            raise faults.business(
                "An account with active sub-accounts cannot be made inactive."
            )

    def _check_parent(self, write, parent):
        if parent is None:
            return
        flat = types.WITHOUT_HIERARCHY
        subtypes = (write.values["AccountSubType"], parent["AccountSubType"])
        if any(subtype in flat for subtype in subtypes):
            raise faults.business("This account can neither have nor be a sub-account.")
        if parent["AccountType"] != write.values["AccountType"]:
            raise entity_faults.wrong_account_type(
                "ParentRef", "A sub-account has the type of its parent."
            )

    def _check_number(self, company, write):
        number = write.values.get("AcctNum")
        if not number:
            return
        rows = company.store.table(self.name).find("AcctNum", number)
        if any(row["Id"] != write.before("Id") for row in rows):
            raise entity_faults.account_number_taken()

    def _settle_currency(self, company, write):
        refuse_other_currency(write)
        if write.creates:
            foreign = write.value_of("CurrencyRef") not in (None, company.home_currency)
            if foreign and write.values["AccountType"] not in types.WITH_CURRENCY:
                raise faults.business(
                    "Only bank, credit card, receivable and payable accounts can be "
                    "in a foreign currency."
                )
            check_currency(company, write)


def with_subtype(company, subtype):
    """Return the first active account of a subtype, or None."""
    rows = company.store.table("Account").find("AccountSubType", subtype)
    return next((row for row in rows if row["Active"]), None)
