"""What the body of a delete may hold."""

from xml.etree import ElementTree

import pytest
from books import FORMS, Books, refused

from simulator import xml_body


def delete(books, entity, body):
    return books.call("POST", entity.lower(), body, operation="delete").payload


@pytest.mark.parametrize("entity", FORMS)
def test_a_delete_takes_no_echo_of_a_read(entity):
    books = Books("us_manual")
    row = books.post(entity, books.invoice_body())
    error = refused(delete, books, entity, row)
    assert error.code == "2010"
    target = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    stub = delete(books, entity, {**target, "sparse": True, "domain": "QBO"})
    assert stub[entity]["status"] == "Deleted"


def test_a_delete_may_take_everything():
    books = Books("us_manual", delete_body="any")
    row = books.invoice()
    assert delete(books, "Invoice", row)["Invoice"]["status"] == "Deleted"


def test_a_delete_still_names_unknown_properties():
    books = Books("us_manual", delete_body="any")
    row = books.invoice()
    assert refused(delete, books, "Invoice", {**row, "Nonsense": 1}).code == "2010"


def test_xml_holds_no_characters_it_could_not():
    row = {"PrivateNote": "a\x00\x0b\ufffeb\tc", "Ref": {"value": "1", "name": "\x01"}}
    root = ElementTree.fromstring(xml_body.render({"Invoice": row, "time": "\x02"}))
    assert "".join(root.itertext()) == "ab\tc1"


def test_xml_escapes_once():
    row = {"CustomerRef": {"value": "1 & 2", "name": 'O\'Brien & "Sons" <x>'}}
    root = ElementTree.fromstring(xml_body.render(row))
    (reference,) = root
    assert reference.text == "1 & 2"
    assert reference.attrib["name"] == row["CustomerRef"]["name"]
