"""What all entities have in common: reading, creating, updating, retiring, deleting."""

from dataclasses import dataclass, field

from .. import changes, entity_faults, faults
from ..schema import Reader, assemble, references
from .common import country_of_address

ALL_LEVELS = 5
DELETED_SUFFIX = " (deleted)"
DELETE_KEYS = ("Id", "SyncToken", "sparse", "domain")


@dataclass
class Write:
    """One write on its way: `values` is what the object will be, `sent` what came.

    `old` is the stored row or None, `by_user` a bookkeeper in the browser rather than
    an app.
    """

    values: dict
    sent: dict
    old: dict | None = None
    sparse: bool = False
    include: frozenset = field(default_factory=frozenset)
    by_user: bool = False

    @property
    def creates(self):
        """Tell whether the object is new."""
        return self.old is None

    def before(self, name, default=None):
        """Return the stored value of a property."""
        return default if self.old is None else self.old.get(name, default)

    def value_of(self, name):
        """Return the id a reference points to, or None."""
        reference = self.values.get(name)
        return reference["value"] if reference else None


class Entity:
    """One kind of object. Subclasses fill in the declarations and the hooks."""

    name = ""
    path = ""
    shape = None
    sequence = ""
    element_word = ""
    name_property = "Name"
    required = ()
    indexes = ()
    operations = frozenset({"create", "update"})
    is_list = True
    is_transaction = False
    prints_total_count = False

    def prepare(self, company):
        """Hook: set up what this entity needs in new books."""

    # --- reading ---

    def find(self, company, qbo_id):
        """Return the stored row; raises 2030 or 610."""
        if not str(qbo_id).lstrip("-").isdigit():
            raise faults.invalid_id(qbo_id)
        row = company.store.get(self.name, str(qbo_id))
        if row is None:
            raise self.missing()
        return row

    def missing(self):
        """Return the fault for an object that does not exist (any more)."""
        return (
            faults.not_found() if self.is_transaction else faults.inactive_reference()
        )

    def rows(self, company):
        """Return all rows in the order of their ids."""
        return company.store.table(self.name).rows.values()

    def display(self, row):
        """Return the name that references to `row` carry, or None."""
        return row.get("FullyQualifiedName") or row.get(self.name_property)

    # --- writing ---

    def write(self, company, body, *, include=frozenset(), by_user=False):
        """Create or update from a request body; returns the stored row."""
        clear = company.switches.sparse_null == "clear" and is_sparse(body)
        reader = Reader(company.country, clear_nulls=clear)
        sent = reader.read(self.shape, body)
        qbo_id = identity(body)
        if qbo_id is None:
            if "create" not in self.operations:
                raise entity_faults.operation_not_supported("create")
            write = Write({k: v for k, v in sent.items() if v is not None}, sent)
        else:
            write = self._begin_update(company, body, sent, qbo_id)
        write.include, write.by_user = include, by_user
        self.check_required(company, write)
        self.check_values(company, write, reader.problems)
        if reader.problems:
            raise faults.merge(reader.problems)
        return self._finish(company, write)

    def _begin_update(self, company, body, sent, qbo_id):
        if "update" not in self.operations:
            raise entity_faults.operation_not_supported("update")
        old = self.find(company, qbo_id)
        self.check_token(old, body)
        sparse = is_sparse(body)
        keep = self.kept(company, old, sparse)
        fresh = {
            name: value
            for name, value in sent.items()
            if not self.shape.by_name[name].write_once
        }
        values = {**keep, **fresh}
        return Write(values, sent, old, sparse)

    def kept(self, company, old, sparse):
        """Return what an update leaves as it was."""
        if sparse:
            return dict(old)
        return {
            item.name: old[item.name]
            for item in self.shape.fields
            if item.name in old and (item.read_only or item.write_once)
        }

    def check_token(self, old, body):
        """Refuse a missing (2020) or outdated (5010) SyncToken."""
        token = body.get("SyncToken")
        if token is None or token == "":
            raise faults.required("SyncToken")
        if not str(token).lstrip("-").isdigit():
            raise faults.invalid_number(token, "SyncToken")
        if str(token) != old["SyncToken"]:
            raise faults.stale()

    def check_required(self, company, write):
        """Refuse the first missing property, in QBO's order (2020)."""
        for name in self.required:
            value = write.values.get(name)
            if value is None or (isinstance(value, str) and not value.strip()):
                raise faults.required(name)

    def check_values(self, company, write, problems):
        """Hook: append faults about single values to `problems`."""

    def discard(self, company, write):
        """Hook: drop what QBO ignores without a word, before references count."""

    def complete(self, company, write):
        """Hook: defaults, derived properties and business rules."""

    def saved(self, company, row, write):
        """Hook: what else changes once the row is stored."""

    def _finish(self, company, write):
        if self.is_list:
            self._follow_activity(company, write)
        self.discard(company, write)
        self.resolve_references(company, write)
        self._settle_addresses(company, write)
        self.complete(company, write)
        row = self.envelop(company, write)
        operation = changes.CREATE if write.creates else changes.UPDATE
        company.save(self, row, operation)
        self.saved(company, row, write)
        if write.old is not None:
            company.spread_name(self, write.old, row)
        return row

    def envelop(self, company, write, values=None):
        """Return the row with its id, token and times, in QBO's order."""
        values = dict(write.values if values is None else values)
        values.update(domain="QBO", sparse=False)
        row = assemble(self.shape, values)
        metadata = company.metadata(write.old, with_user=self.is_transaction)
        if write.old is None:
            stamped = {"Id": self.new_id(company), "SyncToken": "0"}
        else:
            token = str(int(write.old["SyncToken"]) + 1)
            stamped = {"Id": write.old["Id"], "SyncToken": token}
        stamped["MetaData"] = metadata
        return self.place(row, stamped)

    def place(self, row, stamped):
        """Insert the stamped values where the shape has them."""
        result = {}
        for item in self.shape.fields:
            if item.name in stamped:
                result[item.name] = stamped[item.name]
            elif item.name in row:
                result[item.name] = row[item.name]
        return result

    def new_id(self, company):
        """Return the next id of this entity's sequence."""
        return company.store.next_id(self.sequence)

    # --- references ---

    def resolve_references(self, company, write):
        """Check every reference (2500, 610) and give it the name of its target."""
        before = set()
        if write.old is not None:
            before = {
                (item.target, holder[item.name]["value"])
                for item, holder in references(self.shape, write.old)
            }
        write.values = _copy_holders(self.shape, write.values)
        for item, holder in references(self.shape, write.values):
            self._resolve(company, item, holder, before)

    def _resolve(self, company, item, holder, before):
        value = holder[item.name]["value"]
        target = company.entity(item.target)
        row = target.referenced(company, value)
        if row is None:
            raise faults.invalid_reference(target.element_word, value, item.name)
        if row.get("Active") is False and (item.target, value) not in before:
            if company.switches.inactive_reference == "not_found":
                raise faults.invalid_reference(target.element_word, value, item.name)
            raise faults.inactive_reference()
        reference = {"value": value}
        if item.named and target.display(row):
            reference["name"] = target.display(row)
        holder[item.name] = reference

    def referenced(self, company, qbo_id):
        """Return the row a reference points to, or None."""
        return company.store.get(self.name, qbo_id)

    def _settle_addresses(self, company, write):
        for item in self.shape.fields:
            if item.shape is None or item.shape.java != "PhysicalAddress":
                continue
            sent = write.values.get(item.name)
            if sent and item.name in write.sent:
                write.values[item.name] = self.address(
                    company, sent, write.before(item.name)
                )

    def address(self, company, sent, old=None):
        """Return an address with its id; the id is new when the content is."""
        address = {k: v for k, v in sent.items() if v is not None and k != "Id"}
        if "Country" in address:
            address["Country"] = country_of_address(
                address["Country"], company.switches
            )
        if old and {k: v for k, v in old.items() if k != "Id"} == address:
            return old
        if not address:
            return None
        return {"Id": company.store.next_id("addresses"), **address}

    # --- active and inactive ---

    def _follow_activity(self, company, write):
        if write.values.get("Active") is None:
            write.values["Active"] = write.before("Active", True)
        was, becomes = write.before("Active", True), write.values["Active"]
        if write.old is None or was == becomes:
            if write.old is not None and not becomes:
                raise faults.inactive_reference()
            return
        name = write.values[self.name_property]
        if becomes:
            write.values[self.name_property] = self._revived_name(company, name)
        else:
            self.check_retire(company, write)
            write.values[self.name_property] = self._retired_name(company, write, name)

    def check_retire(self, company, write):
        """Hook: may this object be made inactive?"""

    def _retired_name(self, company, write, name):
        if name.endswith(DELETED_SUFFIX):
            return name
        number, candidate = 0, name + DELETED_SUFFIX
        while self.name_taken(company, write, candidate):
            number += 1
            candidate = f"{name} (deleted-{number})"
        return candidate

    def _revived_name(self, company, name):
        head, mark, _ = name.rpartition(" (deleted")
        return head if mark and company.switches.strip_deleted_suffix else name

    def name_taken(self, company, write, name):
        """Tell whether another object than the one written has this name."""
        own = write.before("Id")
        rows = company.store.table(self.name).find(self.name_property, name)
        parent = write.value_of("ParentRef")
        return any(
            row["Id"] != own
            and parent_of(row) == parent
            and same(company, row, self, name)
            for row in rows
        )

    def check_unique(self, company, write):
        """Refuse a name that another object has (6240)."""
        if self.name_taken(company, write, write.values[self.name_property]):
            raise faults.duplicate_name()

    # --- hierarchies ---

    def climb(self, company, write):
        """Return the parent's row (or None) and the depth below the top, 0 based.

        Refuses loops and more than five levels (6180).
        """
        parent_id = write.value_of("ParentRef")
        if parent_id is None:
            return None, 0
        parent = company.store.get(self.name, parent_id)
        level, row = 1, parent
        while row is not None and parent_of(row):
            if row["Id"] == write.before("Id"):
                raise faults.business("An object cannot be its own parent.")
            row, level = company.store.get(self.name, parent_of(row)), level + 1
        if row is not None and row["Id"] == write.before("Id"):
            raise faults.business("An object cannot be its own parent.")
        if level + self._height(company, write.before("Id")) > ALL_LEVELS - 1:
            raise entity_faults.too_deep()
        return parent, level

    def _height(self, company, qbo_id):
        children = self.children(company, qbo_id) if qbo_id else []
        return max(
            (1 + self._height(company, row["Id"]) for row in children), default=0
        )

    def children(self, company, qbo_id):
        """Return the rows whose parent is `qbo_id`."""
        return company.store.table(self.name).find("ParentRef", qbo_id)

    def qualify(self, write, parent):
        """Set FullyQualifiedName from the parent's and the own name."""
        name = write.values[self.name_property]
        full = f"{parent['FullyQualifiedName']}:{name}" if parent else name
        write.values["FullyQualifiedName"] = full

    # --- deleting and voiding ---

    def delete(self, company, body, *, by_user=False, in_batch=False):
        """Delete for good; returns the three keys QBO answers with."""
        if "delete" not in self.operations:
            raise entity_faults.operation_not_supported("delete")
        self._check_delete_body(company, body, in_batch)
        row = self._target(company, body)
        self.check_delete(company, row, by_user)
        self.deleted(company, row)
        company.remove(self, row)
        return {"domain": "QBO", "status": "Deleted", "Id": row["Id"]}

    def _check_delete_body(self, company, body, in_batch):
        """A delete names its object and nothing else (2010)."""
        switch = company.switches.delete_body
        if switch == "any" or (switch == "exact_alone" and in_batch):
            return
        if not isinstance(body, dict):
            return
        for name in body:
            if name not in DELETE_KEYS:
                raise faults.unsupported_property(name, self.shape.java, DELETE_KEYS)

    def _target(self, company, body):
        Reader(company.country).read(self.shape, body)
        qbo_id = identity(body)
        if qbo_id is None:
            raise faults.required("Id")
        row = self.find(company, qbo_id)
        self.check_token(row, body)
        return row

    def check_delete(self, company, row, by_user):
        """Hook: may this object be deleted?"""

    def deleted(self, company, row):
        """Hook: what else changes when the row goes."""

    def voids_by_operation(self, company):
        """Tell whether `operation=void` is the way to void this entity."""
        return "void" in self.operations

    def void_included(self, company, body):
        """Void by `operation=update&include=void`; most entities know no such way."""
        raise entity_faults.operation_not_supported("void")

    def void(self, company, body, *, by_user=False):
        """Void; returns the stored row."""
        raise entity_faults.operation_not_supported("void")


def identity(body):
    """Return the id of a request body as text, or None for a create."""
    qbo_id = body.get("Id") if isinstance(body, dict) else None
    return None if qbo_id is None or qbo_id == "" else str(qbo_id)


def is_sparse(body):
    """Tell whether a request body asks for a sparse update."""
    sparse = body.get("sparse") if isinstance(body, dict) else None
    return sparse is True or (isinstance(sparse, str) and sparse.lower() == "true")


def parent_of(row):
    """Return the id of a row's parent, or None."""
    reference = row.get("ParentRef")
    return reference["value"] if reference else None


def same(company, row, entity, name):
    """Tell whether `row` has exactly this name, by the company's idea of case."""
    if not company.switches.names_case_sensitive:
        return True
    return row.get(entity.name_property) == name


def _copy_holders(shape, values):
    """Copy every level that holds references: stored rows are never changed."""
    result = dict(values)
    for item in shape.fields:
        value = result.get(item.name)
        if not value or item.shape is None:
            continue
        if isinstance(value, list):
            result[item.name] = [_copy_holders(item.shape, each) for each in value]
        else:
            result[item.name] = _copy_holders(item.shape, value)
    return result
