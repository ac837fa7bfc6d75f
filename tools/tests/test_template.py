"""Templates: what is a placeholder, what is wrong, and what comes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools import template
from quickbooks_online.tools.custom_fields import read_definitions
from quickbooks_online.tools.template import Fault, Path

VALUES = {
    "name": "Consulting",
    "product_id.default_code": "CONS",
    "document.ref": "PO 7",
    "document.origin": "",
    "empty": "",
    "braces": "{name}",
}


def render(text):
    return template.render(text, lambda path: VALUES.get(str(path), ""))


@pytest.mark.parametrize(
    "text, result",
    [
        ("", ""),
        (None, ""),
        ("Words only", "Words only"),
        ("{name}", "Consulting"),
        ("{ name }", "Consulting"),
        ("[{product_id.default_code}] {name}", "[CONS] Consulting"),
        ("{name} for {document.ref}", "Consulting for PO 7"),
        ("{name}{name}", "ConsultingConsulting"),
        ("{{name}}", "{name}"),
        ("{{{name}}}", "{Consulting}"),
        # What a value holds is a value, whatever it looks like.
        ("{braces}", "{name}"),
        # One of several placeholders is empty.
        ("{name} {empty}", "Consulting"),
        # A row whose placeholders are all empty is left out with its words.
        ("PO {document.origin}", ""),
        ("{name}\nPO {document.origin}\nThanks", "Consulting\nThanks"),
        ("{name}\n\nThanks", "Consulting\n\nThanks"),
        # What is wrong stays as it is.
        ("{", "{"),
        ("a } b", "a } b"),
        ("{no-name}", "{no-name}"),
        ("{a.b.c.d.e}", "{a.b.c.d.e}"),
    ],
)
def test_render(text, result):
    assert render(text) == result


@pytest.mark.parametrize(
    "text, faults",
    [
        ("{name} {{x}} {document.ref}", []),
        ("{a.b.c.d} {document.a.b.c.d}", []),
        ("{a.b.c.d.e}", [("depth", "{a.b.c.d.e}")]),
        ("{document.a.b.c.d.e}", [("depth", "{document.a.b.c.d.e}")]),
        ("{", [("brace", "{")]),
        ("{name", [("brace", "{")]),
        ("name}", [("brace", "}")]),
        ("{}", [("path", "{}")]),
        ("{.}", [("path", "{.}")]),
        ("{name.}", [("path", "{name.}")]),
        ("{name()}", [("path", "{name()}")]),
        ("{name!r}", [("path", "{name!r}")]),
        ("{name:>9}", [("path", "{name:>9}")]),
        ("{name[0]}", [("path", "{name[0]}")]),
        ("{_fields}", [("path", "{_fields}")]),
        ("{__class__.__mro__}", [("path", "{__class__.__mro__}")]),
        ("{document.__init__}", [("path", "{document.__init__}")]),
        ("{document.env.cr._cnx}", [("path", "{document.env.cr._cnx}")]),
        ("{näme}", [("path", "{näme}")]),
        ("{na\nme}", [("brace", "{"), ("brace", "}")]),
    ],
)
def test_faults(text, faults):
    assert template.find_faults(text) == [Fault(*fault) for fault in faults]


def test_paths():
    text = "{name} {document.ref} {name} {document} {{x}}"
    assert template.find_paths(text) == [
        Path(("name",), False),
        Path(("ref",), True),
        Path(("document",), False),
    ]


@pytest.mark.parametrize(
    "text, path",
    [
        ("{document.invoice_date}", Path(("invoice_date",), True)),
        (" {date} ", Path(("date",), False)),
        ("on {date}", None),
        ("{date}{date}", None),
        ("{date", None),
        ("", None),
        (None, None),
    ],
)
def test_single_path(text, path):
    assert template.get_single_path(text) == path


pieces = st.sampled_from(
    ["{", "}", "{{", "}}", "name", "document.", ".", "_", "\n", " ", "{name}", "é"]
)
texts = st.text() | st.lists(pieces, max_size=12).map("".join)


@given(texts, st.text())
def test_any_text_is_rendered(text, value):
    template.render(text, lambda _path: value)
    for path in template.find_paths(text):
        assert 1 <= len(path.names) <= template.DEPTH
        assert not any(name.startswith("_") for name in path.names)


@given(st.text(alphabet=st.characters(exclude_characters="{}\n")))
def test_words_stay(text):
    assert template.render(text, lambda _path: "x") == text.strip()
    assert template.find_faults(text) == template.find_paths(text) == []


@given(st.text(alphabet="ab{}", max_size=8))
def test_doubled_braces_are_braces(text):
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert template.render(doubled, lambda _path: "x") == text
    assert template.find_faults(doubled) == []


@given(texts)
def test_values_are_not_rendered_again(text):
    paths = template.find_paths(text)
    filled = template.render(text, lambda path: "{name}")
    assert not paths or "{name}" in filled


class TestDefinitions:
    def make(self, used, names):
        return {
            "SalesFormsPrefs": {
                "CustomField": [
                    {
                        "CustomField": [
                            {
                                "Name": f"SalesFormsPrefs.UseSalesCustom{number}",
                                "Type": "BooleanType",
                                "BooleanValue": value,
                            }
                            for number, value in used.items()
                        ]
                    },
                    {
                        "CustomField": [
                            {
                                "Name": f"SalesFormsPrefs.SalesCustomName{number}",
                                "Type": "StringType",
                                "StringValue": value,
                            }
                            for number, value in names.items()
                        ]
                    },
                ]
            }
        }

    def test_what_is_switched_on(self):
        preferences = self.make(
            {"1": True, "2": False, "3": True}, {"1": "Crew #", "2": "PO"}
        )
        assert read_definitions(preferences) == {"1": "Crew #", "3": ""}

    def test_more_than_three(self):
        # Newer ones have ids of their own, which their names do not tell.
        preferences = self.make({"1": True, "12": True}, {"1": "A", "12": "B"})
        assert read_definitions(preferences) == {"1": "A"}

    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["SalesFormsPrefs", "CustomField", "Name", "BooleanValue"]),
            inner,
            max_size=4,
        ),
        max_leaves=12,
    )

    @given(anything)
    def test_never_raises(self, preferences):
        read_definitions(preferences)
        read_definitions({"SalesFormsPrefs": {"CustomField": preferences}})
