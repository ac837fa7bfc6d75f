"""What the accountant's templates make of the fields of a document."""

from odoo import models

from ..tools import members
from ..tools import template as templates
from ..tools.custom_fields import VALUE_LENGTH
from .qbo_field_mapping import (
    CUSTOM,
    DEFAULT_DESCRIPTION,
    LINE_DESCRIPTION,
    SERVICE_DATE,
)


class QboDocumentLineMixin(models.AbstractModel):
    _inherit = "qbo.document.line.mixin"

    def _qbo_get_templates(self, connection):
        return connection._get_templates(self._qbo_get_document()._name)

    # === TEXT AND DAY === #

    def _qbo_get_description(self, connection):
        if self._qbo_get_kind() != "product":
            return super()._qbo_get_description(connection)
        template = self._qbo_get_templates(connection).get(LINE_DESCRIPTION)
        return self._qbo_fill_description(template)

    def _qbo_fill_description(self, template):
        if not template or template.strip() == DEFAULT_DESCRIPTION:
            return self.name
        return self._qbo_fill(template)

    def _qbo_fill(self, template):
        """Return a template filled in for this line.

        The environment is that of `_qbo_in`.
        """
        document = self._qbo_get_document()

        def read(path):
            start = document if path.of_document else self
            texts = self.env["qbo.field.path"]._read_texts(start, path.names)
            return ", ".join(texts)

        return templates.render(template, read)

    def _qbo_choose_service_date(self, connection):
        template = self._qbo_get_templates(connection).get(SERVICE_DATE)
        day = (
            self._qbo_fill_day(template)
            if template
            else super()._qbo_choose_service_date(connection)
        )
        return day and connection._has_service_dates() and day

    def _qbo_fill_day(self, template):
        days = self._qbo_list_days(template)
        return days[0] if len(days) == 1 else False

    def _qbo_list_days(self, template):
        """Return the days that the template of the service date reads (list)."""
        path = templates.get_single_path(template)
        if not path:
            return []
        start = self._qbo_get_document() if path.of_document else self
        return self.env["qbo.field.path"]._read_days(start, path.names)

    # === CLASS === #

    def _qbo_get_source_class(self, connection):
        """Return the record that stands for the line's class, empty or None for none.

        None where classes come from the analytic distribution.
        """
        return self._qbo_get_source_record(connection, connection._get_class_source())

    def _qbo_get_source_record(self, connection, source):
        if source == "category" and self._qbo_get_kind() == "product":
            return self._qbo_get_product(connection).categ_id
        if source == "team":
            return self._qbo_get_document().team_id
        return None

    def _qbo_get_class_reference(self, connection):
        """Return the class (`qbo.reference`) that is mapped to the line's source."""
        return self._qbo_look_up_class(
            connection, self._qbo_get_source_class(connection)
        )

    def _qbo_look_up_class(self, connection, record):
        """Return the class of a team, or of the nearest category that has one."""
        while record:
            found = connection._get_mapped("class", record)
            if found:
                return found
            record = record._name == "product.category" and record.parent_id
        return self.env["qbo.reference"]

    def _qbo_get_class_shares(self, connection):
        """Only classes of the analytic distribution share a line out."""
        if connection._get_class_source() != "analytic":
            return {}
        return super()._qbo_get_class_shares(connection)

    def _qbo_prepare_class(self, connection, part):
        if connection._get_class_source() == "analytic":
            return super()._qbo_prepare_class(connection, part)
        if connection._get_rules().classes != "line":
            return None
        return _refer(self._qbo_get_class_reference(connection))

    # === BLOCKERS === #

    def _qbo_list_blockers(self, connection, rules, codes, title):
        yield from super()._qbo_list_blockers(connection, rules, codes, title)
        if self._qbo_get_kind() == "product":
            yield from self._qbo_list_day_blockers(connection, title)

    def _qbo_list_day_blockers(self, connection, title):
        template = self._qbo_get_templates(connection).get(SERVICE_DATE)
        if not template:
            return
        days = self._qbo_in_document(connection)._qbo_list_days(template)
        if len(days) > 1 and connection._has_service_dates():
            yield self.env._(
                "Line “%(line)s” of %(title)s has several service dates (%(days)s), "
                "and QuickBooks keeps one for each line. Split the line, or fill the "
                "service date with another field, in the fields of the connection "
                "%(books)s.",
                line=self._qbo_get_words(),
                title=title,
                days=", ".join(day.isoformat() for day in days),
                books=connection.name,
            )

    def _qbo_in_document(self, connection):
        """Return the line in the environment that payloads are prepared in."""
        return self.with_env(self._qbo_get_document()._qbo_in(connection).env)

    def _qbo_list_class_blockers(self, connection, rules, title):
        if connection._get_class_source() == "analytic":
            yield from super()._qbo_list_class_blockers(connection, rules, title)
            return
        source = rules.classes and self._qbo_get_source_class(connection)
        if not source:
            return
        reference = self._qbo_get_class_reference(connection)
        if not reference:
            yield self._qbo_get_unmapped_class_blocker(connection, source, title)
        elif not reference.active:
            yield self.env._(
                "%(title)s: the class %(class_)s, which stands for %(record)s, is not "
                "active in QuickBooks any more. Choose another in the mappings of the "
                "connection %(books)s.",
                title=title,
                class_=reference.name,
                record=source.display_name,
                books=connection.name,
            )

    def _qbo_get_unmapped_class_blocker(self, connection, source, title):
        if source._name == "crm.team":
            return self.env._(
                "%(title)s: QuickBooks has no class for the sales team %(team)s yet. "
                "Choose one in the mappings of the connection %(books)s.",
                title=title,
                team=source.display_name,
                books=connection.name,
            )
        return self.env._(
            "%(title)s: QuickBooks has no class for the product category %(category)s "
            "yet. Choose one in the mappings of the connection %(books)s.",
            title=title,
            category=source.display_name,
            books=connection.name,
        )


class QboDocumentMixin(models.AbstractModel):
    _inherit = "qbo.document.mixin"

    def _qbo_prepare_members(self, connection, rules):
        payload = super()._qbo_prepare_members(connection, rules)
        custom = self._qbo_prepare_custom_fields(connection)
        return {**payload, "CustomField": custom} if custom else payload

    def _qbo_prepare_custom_fields(self, connection):
        """The custom fields that QuickBooks has switched on and that have a value."""
        values = self._qbo_get_custom_values(connection)
        return [
            {"DefinitionId": number, "StringValue": value}
            for number, value in values.items()
        ]

    def _qbo_get_custom_values(self, connection, chosen=None):
        """Return ``{DefinitionId: value}`` of what is sent in custom fields.

        The environment is that of `_qbo_in`.

        :param chosen: ``{target: template}`` to take instead of what is saved
        """
        chosen = connection._get_templates(self._name) if chosen is None else chosen
        if not chosen.keys() & CUSTOM.keys():
            return {}
        known = connection._get_custom_fields()
        values = {
            number: self._qbo_fill_custom(chosen.get(target))
            for target, number in CUSTOM.items()
            if number in known
        }
        return {number: value for number, value in values.items() if value}

    def _qbo_fill_custom(self, template):
        """Return a template filled in for this document, as one line."""

        def read(path):
            if not path.of_document:
                return ""
            return ", ".join(self.env["qbo.field.path"]._read_texts(self, path.names))

        text = templates.render(template, read)
        printable = members.make_text(text, members.NOTE_LENGTH)
        return " ".join(printable.split())

    def _qbo_prepare_class(self, connection, rules, lines):
        if connection._get_class_source() == "analytic":
            return super()._qbo_prepare_class(connection, rules, lines)
        if rules.classes != "document":
            return None
        references = self._qbo_get_class_references(connection, lines)
        return _refer(next(iter(references))) if len(references) == 1 else None

    def _qbo_get_class_references(self, connection, lines):
        """Return the classes of lines with products: a set, with an empty one for none.

        :rtype: set of `qbo.reference`
        """
        return {
            line._qbo_get_class_reference(connection)
            for line in lines
            if line._qbo_get_kind() == "product"
        }

    # === BLOCKERS === #

    def _qbo_list_line_blockers(self, connection, rules, title):
        yield from super()._qbo_list_line_blockers(connection, rules, title)
        yield from self._qbo_list_custom_blockers(connection, title)

    def _qbo_list_custom_blockers(self, connection, title):
        """A name or number that is cut is another."""
        values = self._qbo_in(connection)._qbo_get_custom_values(connection)
        names = connection._get_custom_fields()
        for number, value in values.items():
            if members.measure(value) > VALUE_LENGTH:
                yield self.env._(
                    "%(title)s: “%(value)s” is too long for the custom field "
                    "%(field)s, which takes %(most)s characters in QuickBooks. Shorten "
                    "it on the document, or fill the field with something else, in the "
                    "fields of the connection %(books)s.",
                    title=title,
                    value=value,
                    field=names[number] or number,
                    most=VALUE_LENGTH,
                    books=connection.name,
                )

    def _qbo_list_class_blockers(self, connection, lines, title):
        if connection._get_class_source() == "analytic":
            yield from super()._qbo_list_class_blockers(connection, lines, title)
            return
        references = self._qbo_get_class_references(connection, lines)
        if len(references) > 1:
            yield self.env._(
                "The lines of %(title)s belong to different classes (%(names)s), and "
                "QuickBooks keeps one class for each document. Split the document, or "
                "switch QuickBooks to one class for each line.",
                title=title,
                names=", ".join(
                    sorted(each.name or self.env._("none") for each in references)
                ),
            )


def _refer(reference):
    return {"value": reference.qbo_id} if reference else None
