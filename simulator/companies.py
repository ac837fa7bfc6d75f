"""The companies of a simulator, each built from its seed when it is first looked at."""

import threading
from collections.abc import Mapping
from typing import NamedTuple

from . import seeds
from .checks import check_one_of
from .switches import Switches


class Card(NamedTuple):
    """What a list of companies shows."""

    realm_id: str
    name: str
    country: str
    environment: str


class Companies(Mapping):
    """Companies by realm id, in the order they were added. Thread-safe.

    Building a company takes a while, and most tests need a single one.
    """

    def __init__(self, clock, listener):
        """`listener(Change)` hears every committed change of every company."""
        self._clock = clock
        self._listener = listener
        self._lock = threading.RLock()
        self._profiles = {}
        self._built = {}

    def add(self, realm_id, profile):
        """Plan a company; ValueError for a taken realm or an unknown profile."""
        check_one_of("profile", profile, seeds.PROFILES)
        with self._lock:
            if realm_id in self._profiles:
                raise ValueError(f"Realm {realm_id} exists already.")
            self._profiles[realm_id] = profile

    def __getitem__(self, realm_id):
        company = self._built.get(realm_id)
        if company is not None:
            return company
        with self._lock:
            if realm_id not in self._built:
                company = seeds.build_company(
                    realm_id, self._profiles[realm_id], self._clock, Switches()
                )
                company.subscribe(self._listener)
                self._built[realm_id] = company
            return self._built[realm_id]

    def cards(self, environment=None):
        """Return the companies' Cards without building one; of one environment only,
        if wanted."""
        cards = [self._card(realm_id) for realm_id in self]
        return [card for card in cards if environment in (None, card.environment)]

    def _card(self, realm_id):
        company = self._built.get(realm_id)
        if company is not None:
            return Card(realm_id, company.name, company.country, company.environment)
        country, name, environment, *_ = seeds.PROFILES[self._profiles[realm_id]]
        return Card(realm_id, name, country, environment)

    def __iter__(self):
        with self._lock:
            return iter(list(self._profiles))

    def __len__(self):
        return len(self._profiles)
