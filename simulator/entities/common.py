"""Sub-objects and the entity block that many entities share."""

import re

from ..schema import (
    Shape,
    flag,
    moment,
    nested,
    text,
)

CONTROL_CHARACTERS = "".join(map(chr, range(32))) + "\x7f"
NAME_FORBIDDEN = ":" + CONTROL_CHARACTERS
_ATOM = r"[^\s@<>;:,()\[\]\\\".]+"
_EMAIL = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_ATOM}(\.{_ATOM})+")

METADATA = Shape(
    "ModificationMetaData",
    (
        moment("CreateTime", "FS"),
        text("LastModifiedByRef", read_only=True),
        moment("LastUpdatedTime", "FS"),
    ),
    ignored=("CreatedByRef", "LastChangedInQB", "Synchronized"),
)

# What every Intuit entity accepts and QBO ignores.
ENTITY_IGNORED = (
    "NameAndId",
    "Overview",
    "AttachableRef",
    "HeaderLite",
    "HeaderFull",
    "UserId",
    "status",
    "ClientEntityId",
)

ENTITY_BLOCK = (
    text("domain", read_only=True),
    flag("sparse", read_only=True),
    text("Id", query="FS", read_only=True),
    text("SyncToken", read_only=True),
    nested("MetaData", METADATA, read_only=True),
)

ADDRESS = Shape(
    "PhysicalAddress",
    (
        text("Id", read_only=True),
        text("Line1", 500),
        text("Line2", 500),
        text("Line3", 500),
        text("Line4", 500),
        text("Line5", 500),
        text("City", 255),
        text("Country", 255),
        text("CountrySubDivisionCode", 255),
        text("PostalCode", 30),
    ),
    ignored=("Lat", "Long", "Tag", "Note", "CountryCode", "PostalCodeSuffix"),
)

PHONE = Shape(
    "TelephoneNumber",
    (text("FreeFormNumber", 30),),
    ignored=(
        "Id",
        "DeviceType",
        "CountryCode",
        "AreaCode",
        "ExchangeCode",
        "Extension",
        "Default",
        "Tag",
    ),
)

EMAIL = Shape("EmailAddress", (text("Address", 100),), ignored=("Id", "Default", "Tag"))

# Sales forms take several addresses, separated by commas.
BILL_EMAIL = EMAIL
EMAILS = Shape(
    "EmailAddress", (text("Address", 200),), ignored=("Id", "Default", "Tag")
)

WEB = Shape("WebSiteAddress", (text("URI", 1000),), ignored=("Id", "Default", "Tag"))

MEMO = Shape("MemoRef", (text("value", 1000),), ignored=("id",))

# A reference that is no reference to an object of the books.
PLAIN_REFERENCE = Shape("ReferenceType", (text("value"),), ignored=("name", "type"))

PERSON_FIELDS = (
    text("Title", 16, forbidden=NAME_FORBIDDEN),
    text("GivenName", 100, query="FS", forbidden=NAME_FORBIDDEN),
    text("MiddleName", 100, query="FS", forbidden=NAME_FORBIDDEN),
    text("FamilyName", 100, query="FS", forbidden=NAME_FORBIDDEN),
)


def contact_fields(*, email_query=""):
    """Return phones, e-mail address and web page of a customer or vendor."""
    return (
        nested("PrimaryPhone", PHONE),
        nested("AlternatePhone", PHONE),
        nested("Mobile", PHONE),
        nested("Fax", PHONE),
        nested("PrimaryEmailAddr", EMAIL, query=email_query),
        nested("WebAddr", WEB),
    )


NAME_BASE_IGNORED = (
    "IntuitId",
    "Organization",
    "Source",
    "ContactName",
    "AltContactName",
    "V4IDPseudonym",
)

# What QBO adds for its own programs; a client cannot send it back.
EXTENSION = Shape("IntuitAnyType", (), ignored=("any",))


def extension(**values):
    """Return an extension that holds names and texts, as Java's JAXB prints it."""
    return {
        "any": [
            {
                "name": "{http://schema.intuit.com/finance/v3}NameValue",
                "declaredType": "com.intuit.schema.finance.v3.NameValue",
                "scope": "javax.xml.bind.JAXBElement$GlobalScope",
                "value": {"Name": name, "Value": value},
                "nil": False,
                "globalScope": True,
                "typeSubstituted": False,
            }
            for name, value in values.items()
        ]
    }


ISO3 = {
    "US": "USA",
    "GB": "GBR",
    "UK": "GBR",
    "CA": "CAN",
    "AU": "AUS",
    "FR": "FRA",
    "DE": "DEU",
    "IE": "IRL",
    "IN": "IND",
    "NZ": "NZL",
    "NL": "NLD",
    "ES": "ESP",
    "IT": "ITA",
    "BE": "BEL",
    "CH": "CHE",
    "MX": "MEX",
    "JP": "JPN",
    "ZA": "ZAF",
    "SG": "SGP",
    "HK": "HKG",
}
ISO2 = {long: short for short, long in ISO3.items() if short != "UK"}


def country_of_address(country, switches):
    """Return an address's country in the notation the company uses.

    Names that are no country code stay as they were typed.
    """
    code = country.upper()
    if switches.country_codes == "iso2":
        return ISO2.get(code, country)
    return ISO3.get(code, country)


def is_email(address):
    """Tell whether QBO takes `address`: one @, then a dot, and nothing empty."""
    return bool(_EMAIL.fullmatch(address.strip()))
