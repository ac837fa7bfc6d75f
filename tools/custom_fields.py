"""The custom fields of QuickBooks' sales forms, as its preferences tell them."""

import re

NUMBERS = ("1", "2", "3")
VALUE_LENGTH = 31

_USED = re.compile(r"SalesFormsPrefs\.UseSalesCustom([123])")
_NAMED = re.compile(r"SalesFormsPrefs\.SalesCustomName([123])")


def read_definitions(preferences):
    """Return ``{DefinitionId: name}`` of the custom fields that are switched on.

    Never raises for what QuickBooks answers; a field without a name has ''.

    :param dict preferences: Preferences of the company
    """
    entries = list(_list_entries(preferences))
    used = {
        match[1]
        for entry, match in _match(entries, _USED)
        if entry.get("BooleanValue") is True
    }
    names = {
        match[1]: str(entry.get("StringValue") or "")
        for entry, match in _match(entries, _NAMED)
    }
    return {number: names.get(number, "") for number in NUMBERS if number in used}


def _list_entries(preferences):
    forms = preferences.get("SalesFormsPrefs") if _is_object(preferences) else None
    groups = forms.get("CustomField") if _is_object(forms) else None
    for group in _as_list(groups):
        entries = group.get("CustomField") if _is_object(group) else None
        yield from filter(_is_object, _as_list(entries))


def _match(entries, pattern):
    for entry in entries:
        match = pattern.fullmatch(str(entry.get("Name")))
        if match:
            yield entry, match


def _is_object(value):
    return isinstance(value, dict)


def _as_list(value):
    return value if isinstance(value, list) else []
