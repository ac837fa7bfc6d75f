"""Ready-made companies, always with the same ids and times."""

from ..company import Company
from .filling import OPENED, Filler

PROFILES = {
    "us": ("US", "Harbor Lane Partners", "sandbox", "automated", False),
    "us_manual": ("US", "Juniper Street Studio", "sandbox", "manual", False),
    "gb": ("GB", "Thistle & Rowan Consulting Ltd", "sandbox", None, True),
    "ca": ("CA", "Maple Ridge Advisory Inc.", "sandbox", None, True),
    "au": ("AU", "Banksia Road Advisory Pty Ltd", "sandbox", None, False),
    "fr": ("FR", "Atelier des Tilleuls SARL", "sandbox", None, False),
    "us_production": ("US", "Harbor Lane Holdings", "production", "automated", False),
}


def build_company(realm_id, profile, clock, switches=None):
    """Return a seeded company; KeyError for an unknown profile.

    Profiles: us (automated sales tax, classes per line), us_manual (manual tax, classes
    per form), gb and ca (multicurrency), au and fr (account numbers), us_production.
    """
    country, name, environment, sales_tax, multicurrency = PROFILES[profile]
    company = Company(
        realm_id,
        country,
        clock,
        switches,
        name=name,
        environment=environment,
        sales_tax=sales_tax,
        multicurrency=multicurrency,
        opened=OPENED,
    )
    Filler(company, profile).fill()
    return company
