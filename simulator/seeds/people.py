"""Customers with awkward names, and vendors.

QBO compares names without case, so two customers that differ only by case cannot
exist: `Acme` is here, creating `ACME` is refused. Nor can a customer and a vendor share
a name: the person who is both is `Ann Smith` and `Ann Smith (V)`.
"""

HUNDRED = (
    "The Honourable Society for the Slow and Careful Reading of Very Long Customer "
    "Names, North-West 100."
)

# name, further properties
CUSTOMERS = (
    (
        "Ann Smith",
        {
            "GivenName": "Ann",
            "FamilyName": "Smith",
            "PrimaryEmailAddr": {"Address": "ann.smith@example.com"},
        },
    ),
    ("O'Brien & Sons", {"CompanyName": "O'Brien & Sons"}),
    ("O’Brien (curly apostrophe)", {}),
    ('Dan "The Van" Driver', {"GivenName": "Dan", "FamilyName": "Driver"}),
    ("Back\\slash Hosting", {}),
    ("It's \\'complicated\\'", {}),
    ("Smith, John", {"GivenName": "John", "FamilyName": "Smith"}),
    ("Zoë Kravčík", {"GivenName": "Zoë", "FamilyName": "Kravčík"}),
    ("Łukasz Żółć Sp. z o.o.", {}),
    ("Société du Bel-Été", {"Notes": "Répond en français."}),
    ("Straße & Söhne GmbH", {}),
    ("株式会社さくら", {}),
    ("Ελληνικός Καφές", {}),
    ("חברת הדוגמה", {}),
    ("Rocket 🚀 Labs", {}),
    ("100% Organic", {}),
    ("Under_score_ Ltd", {}),
    ("A < B > C", {}),
    ("Semi;colon, Comma", {}),
    ("NULL", {}),
    ("Acme", {"CompanyName": "Acme", "ResaleNum": "RS-100"}),
    (HUNDRED, {}),
    ("0969 Ocean View Road", {"Notes": "A name that begins with digits."}),
    ("Freeman Group", {"CompanyName": "Freeman Group"}),
    ("Plus+Minus-Equals=", {}),
    ("name@example.com", {"PrimaryEmailAddr": {"Address": "name@example.com"}}),
    ("Dot. Dot. Dot...", {}),
    ("Closed Shop", {}),
)

# parent, name
SUB_CUSTOMERS = (
    ("Freeman Group", "55 Twin Lane"),
    ("55 Twin Lane", "Phase 2"),
)

INACTIVE = ("Closed Shop",)

FOREIGN = (("Berlin Bytes GmbH", "EUR"), ("New York Nets LLC", "USD"))

VENDORS = (
    (
        "Ann Smith (V)",
        {"GivenName": "Ann", "FamilyName": "Smith", "PrintOnCheckName": "Ann Smith"},
    ),
    ("Harbour Insurance", {"AcctNum": "HI-7788"}),
    ("Paper & Pen Supplies", {"CompanyName": "Paper & Pen Supplies"}),
    ("City Power", {}),
    ("Rent-a-Desk", {"PrimaryEmailAddr": {"Address": "billing@desk.example"}}),
    ("Nuñez Catering", {}),
    ("Old Supplier", {}),
)

ADDRESSES = {
    "US": (
        ("12 Ocean Ave", "Los Angeles", "CA", "90001", "USA"),
        ("800 E Speedway Blvd", "Tucson", "AZ", "85719", "USA"),
        ("1 Main St", "Portland", "OR", "97201", "USA"),
    ),
    "GB": (
        ("1 High Street", "Leeds", "West Yorkshire", "LS1 1AA", "GBR"),
        ("22 King Street", "Bristol", "Avon", "BS1 4ND", "GBR"),
        ("5 Princes Square", "Glasgow", "Glasgow City", "G1 3JN", "GBR"),
    ),
    "CA": (
        ("100 King St W", "Toronto", "ON", "M5X 1A9", "CAN"),
        ("1200 rue Peel", "Montréal", "QC", "H3B 2T6", "CAN"),
        ("555 W Hastings St", "Vancouver", "BC", "V6B 4N6", "CAN"),
    ),
    "AU": (
        ("1 George Street", "Sydney", "NSW", "2000", "AUS"),
        ("200 Collins Street", "Melbourne", "VIC", "3000", "AUS"),
        ("10 Eagle Street", "Brisbane", "QLD", "4000", "AUS"),
    ),
    "FR": (
        ("14 rue de la Paix", "Paris", "Île-de-France", "75002", "FRA"),
        ("8 quai Saint-Antoine", "Lyon", "Rhône", "69002", "FRA"),
        ("3 cours Mirabeau", "Aix-en-Provence", "PACA", "13100", "FRA"),
    ),
}

PHONES = {
    "US": "(555) 010-{:04d}",
    "GB": "01632 96{:04d}",
    "CA": "(416) 555-{:04d}",
    "AU": "(02) 5550 {:04d}",
    "FR": "01 99 00 {:04d}",
}


def address(country, number):
    """Return the address of the n-th customer, in QBO's shape."""
    line, city, region, code, iso = ADDRESSES[country][number % 3]
    return {
        "Line1": line,
        "City": city,
        "Country": iso,
        "CountrySubDivisionCode": region,
        "PostalCode": code,
    }
