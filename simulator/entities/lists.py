"""Small lists: Term, PaymentMethod, Class, Department."""

from decimal import Decimal

from .. import entity_faults, faults
from ..schema import Shape, enum, flag, integer, nested, number, ref, text
from .base import Entity
from .common import (
    ADDRESS,
    CONTROL_CHARACTERS,
    ENTITY_BLOCK,
    ENTITY_IGNORED,
    NAME_FORBIDDEN,
)

# Ids of classes have 19 digits.
FIRST_CLASS_ID = 5000000000000085682

TERM = Shape(
    "Term",
    (
        text("Name", 31, query="FS", forbidden=CONTROL_CHARACTERS),
        flag("Active", query="FS"),
        text("Type", read_only=True),
        number("DiscountPercent", minimum=Decimal(0), largest=Decimal(100)),
        integer("DueDays", minimum=Decimal(0), largest=Decimal(999)),
        integer("DiscountDays", minimum=Decimal(0), largest=Decimal(999)),
        integer("DayOfMonthDue", minimum=Decimal(1), largest=Decimal(31)),
        integer("DueNextMonthDays", minimum=Decimal(0), largest=Decimal(999)),
        integer("DiscountDayOfMonth", minimum=Decimal(1), largest=Decimal(31)),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED + ("CustomField", "SalesTermEx"),
)


class Term(Entity):
    """Terms of payment: days after the document, or a day of the month."""

    name = "Term"
    path = "term"
    shape = TERM
    sequence = "terms"
    element_word = "Terms"
    required = ("Name",)
    indexes = ("Name",)

    def check_required(self, company, write):
        """Name, and one way to find the due date."""
        super().check_required(company, write)
        by_days = write.values.get("DueDays") is not None
        by_month = write.values.get("DayOfMonthDue") is not None
        if by_days and by_month:
            raise entity_faults.conflicting_elements(("DueDays", "DayOfMonthDue"))
        if not by_days and not by_month:
            raise faults.required("DueDays")

    def complete(self, company, write):
        """The type follows from what is given."""
        self.check_unique(company, write)
        by_days = write.values.get("DueDays") is not None
        write.values["Type"] = "STANDARD" if by_days else "DATE_DRIVEN"


PAYMENT_METHOD = Shape(
    "PaymentMethod",
    (
        text("Name", 31, query="f", forbidden=CONTROL_CHARACTERS),
        flag("Active", query="FS"),
        enum("Type", ("CREDIT_CARD", "NON_CREDIT_CARD")),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED + ("CustomField", "PaymentMethodEx"),
)


class PaymentMethod(Entity):
    """How customers pay."""

    name = "PaymentMethod"
    path = "paymentmethod"
    shape = PAYMENT_METHOD
    sequence = "payment_methods"
    element_word = "PaymentMethods"
    required = ("Name",)
    indexes = ("Name",)

    def complete(self, company, write):
        """Anything is no credit card unless told."""
        self.check_unique(company, write)
        if write.values.get("Type") is None:
            write.values["Type"] = "NON_CREDIT_CARD"


class Dimension(Entity):
    """A tree of names: Class and Department."""

    sub_property = ""
    feature = ""
    required = ("Name",)
    indexes = ("Name", "FullyQualifiedName", "ParentRef")

    def is_enabled(self, company):
        """Tell whether the company tracks this dimension."""
        return True

    def complete(self, company, write):
        """Only where the feature is on; place in the tree follows from the parent."""
        if write.creates and not write.by_user and not self.is_enabled(company):
            raise entity_faults.feature_not_enabled(self.feature)
        parent, _level = self.climb(company, write)
        if write.values.get(self.sub_property) and parent is None and not write.old:
            raise entity_faults.parent_required()
        write.values[self.sub_property] = parent is not None
        self.qualify(write, parent)
        self.check_unique(company, write)

    def check_retire(self, company, write):
        """Children go first."""
        if any(row["Active"] for row in self.children(company, write.old["Id"])):
            raise faults.business("Something with active sub-items stays active.")


CLASS = Shape(
    "Class",
    (
        text("Name", 100, query="f", forbidden=NAME_FORBIDDEN),
        flag("SubClass"),
        ref("ParentRef", "Class"),
        text("FullyQualifiedName", query="FS", read_only=True),
        flag("Active", query="FS"),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED + ("CustomField", "ClassEx"),
)


class Class(Dimension):
    """A segment of the business, on lines or forms by preference."""

    name = "Class"
    path = "class"
    shape = CLASS
    sequence = "classes"
    element_word = "Klasses"
    sub_property = "SubClass"
    feature = "Class tracking"
    prints_total_count = True

    def prepare(self, company):
        """Class ids start high."""
        company.store.start_sequence(self.sequence, FIRST_CLASS_ID)

    def is_enabled(self, company):
        """Either way of tracking will do."""
        tracked = company.preferences["AccountingInfoPrefs"]
        return tracked["ClassTrackingPerTxn"] or tracked["ClassTrackingPerTxnLine"]


DEPARTMENT = Shape(
    "Department",
    (
        text("Name", 100, query="f", forbidden=NAME_FORBIDDEN),
        flag("SubDepartment", query="S"),
        ref("ParentRef", "Department"),
        text("FullyQualifiedName", query="FS", read_only=True),
        flag("Active", query="FS"),
        *ENTITY_BLOCK,
        nested("Address", ADDRESS),
    ),
    ignored=ENTITY_IGNORED + ("CustomField", "DepartmentEx"),
)


class Department(Dimension):
    """A location, on the head of forms."""

    name = "Department"
    path = "department"
    shape = DEPARTMENT
    sequence = "departments"
    element_word = "Depts"
    sub_property = "SubDepartment"
    feature = "Location tracking"

    def is_enabled(self, company):
        """TrackDepartments."""
        return company.preference("AccountingInfoPrefs.TrackDepartments")
