"""Ready-made companies, always with the same ids and times."""

from ..company import Company

PROFILES = {
    "us": ("US", "Harbor Lane Partners", "sandbox", "automated", False),
    "us_manual": ("US", "Juniper Street Studio", "sandbox", "manual", False),
    "gb": ("GB", "Thistle & Rowan Consulting Ltd", "sandbox", None, True),
    "ca": ("CA", "Maple Ridge Advisory Inc.", "sandbox", None, True),
    "au": ("AU", "Banksia Road Advisory Pty Ltd", "sandbox", None, False),
    "us_production": ("US", "Harbor Lane Holdings", "production", "automated", False),
}


def build_company(realm_id, profile, clock, switches=None):
    """Return a seeded company; KeyError for an unknown profile."""
    country, name, environment, sales_tax, multicurrency = PROFILES[profile]
    return Company(
        realm_id,
        country,
        clock,
        switches,
        name=name,
        environment=environment,
        sales_tax=sales_tax,
        multicurrency=multicurrency,
    )
