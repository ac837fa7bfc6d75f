"""The books of one company (one realm): everything below `/v3/company/<realm>/`."""

import threading
from contextlib import contextmanager
from datetime import timezone

from . import changes, rest
from .clock import to_pacific
from .entities import bookkeeper, registry, settings
from .entities.currencies import HOME_CURRENCIES, currency_name
from .requestid import RequestIds
from .rest import BooksRequest, BooksResponse
from .store import Store, dig
from .switches import Switches

# The Intuit user in whose name apps write.
APP_USER_ID = "9130350000000001"

__all__ = ["BooksRequest", "BooksResponse", "Company"]


class Company:
    """One company's books. `handle` and `act` must run under `lock`.

    `country` is US, GB, CA, AU, FR or IN; `sales_tax` is `automated`, `manual` or None
    (US only); `opened` is when the books begin (default: now). New books hold
    CompanyInfo and Preferences; `seeds` fills the rest.
    """

    def __init__(
        self,
        realm_id,
        country,
        clock,
        switches=None,
        *,
        name,
        environment="sandbox",
        sales_tax=None,
        multicurrency=False,
        opened=None,
    ):
        self.realm_id = realm_id
        self.country = country
        self.clock = clock
        self.switches = switches or Switches()
        self.environment = environment
        self.sales_tax = sales_tax
        self.lock = threading.RLock()
        self.home_currency = HOME_CURRENCIES[country]
        self.store = Store()
        self.entities = registry.build()
        self.by_path = {entity.path: entity for entity in self.entities.values()}
        self.request_ids = RequestIds(self)
        self.last_numbers = {}
        self._listeners = []
        self._pending = []
        self._moment = None
        self._stamped = (None, "", {}, {})
        self._currency_refs = {}
        for entity in self.entities.values():
            self.store.add_table(entity.name, entity.indexes)
            entity.prepare(self)
        with self.at(opened or clock.now()), self.writing():
            settings.open_books(self, name, multicurrency)

    # --- facts about the company ---

    @property
    def name(self):
        """The company's name as in CompanyInfo."""
        return self.store.get("CompanyInfo", "1")["CompanyName"]

    @property
    def preferences(self):
        """The row of Preferences."""
        return self.store.get("Preferences", "1")

    def preference(self, path):
        """Return one preference by its dotted path, or None."""
        return dig(self.preferences, path)

    @property
    def multicurrency(self):
        """Whether the company uses more than its home currency."""
        return bool(self.preference("CurrencyPrefs.MultiCurrencyEnabled"))

    @property
    def nobody(self):
        """What stands for the customer of a form without one."""
        return {"CurrencyRef": {"value": self.home_currency}}

    @property
    def subscription_status(self):
        """SubscriptionStatus of CompanyInfo: TRIAL, PAID, SUBSCRIBED, EXPIRED, ..."""
        return settings.name_value(self, "SubscriptionStatus")

    @subscription_status.setter
    def subscription_status(self, status):
        self.configure({"subscription_status": status})

    @property
    def is_read_only(self):
        """Whether writes are refused because the subscription ended (6190)."""
        return self.subscription_status in settings.READ_ONLY_STATES

    def entity(self, name):
        """Return the Entity of this name; KeyError for one without books."""
        return self.entities[name]

    def objects(self, entity):
        """Return everything of an entity, inactive objects included."""
        return list(self.entity(entity).rows(self))

    def deleted(self, entity):
        """Return the stubs of what was deleted."""
        return list(self.store.table(entity).deleted.values())

    def currency_ref(self, code):
        """Return the reference to a currency, as QBO prints it."""
        if code not in self._currency_refs:
            self._currency_refs[code] = {"value": code, "name": currency_name(code)}
        return self._currency_refs[code]

    # --- time ---

    def now(self):
        """Return the moment, an aware datetime in UTC."""
        return self._moment or self.clock.now()

    def today(self):
        """Return Intuit's date (Pacific) as text."""
        return to_pacific(self.now()).date().isoformat()

    @contextmanager
    def at(self, moment):
        """Let everything inside happen at `moment`; for seeds."""
        before, self._moment = self._moment, moment.astimezone(timezone.utc)
        try:
            yield
        finally:
            self._moment = before

    def _stamp(self):
        moment = self.now()
        second = int(moment.timestamp())
        if self._stamped[0] != second:
            text = self.clock.pacific(moment)
            plain = {"CreateTime": text, "LastUpdatedTime": text}
            user = {
                "CreateTime": text,
                "LastModifiedByRef": {"value": APP_USER_ID},
                "LastUpdatedTime": text,
            }
            self._stamped = (second, text, plain, user)
        return self._stamped

    def stamp(self):
        """Return the moment as MetaData prints it."""
        return self._stamp()[1]

    def metadata(self, old=None, *, with_user=False):
        """Return the MetaData of a row that is written now over `old`."""
        _second, _text, plain, user = self._stamp()
        fresh = user if with_user else plain
        if old is None:
            return fresh
        return {**fresh, "CreateTime": old["MetaData"]["CreateTime"]}

    # --- writes ---

    @contextmanager
    def writing(self):
        """All writes inside are kept and told to the listeners, or none happened."""
        outer = bool(self.store.in_transaction)
        try:
            with self.store.transaction():
                yield
        except BaseException:
            if not outer:
                self._pending = []
            raise
        if not outer:
            told, self._pending = self._pending, []
            for change in told:
                for listener in list(self._listeners):
                    listener(change)

    def subscribe(self, listener):
        """Call `listener(Change)` after each committed change."""
        self._listeners.append(listener)

    def note(self, entity_name, qbo_id, operation, deleted_id=None):
        """Remember a change for the listeners."""
        self._pending.append(
            changes.Change(
                self.realm_id, entity_name, qbo_id, operation, self.now(), deleted_id
            )
        )

    def save(self, entity, row, operation):
        """Store a row and tell the listeners."""
        self.store.put(entity.name, row)
        self.note(entity.name, row["Id"], operation)

    def remove(self, entity, row):
        """Delete a row; CDC will tell its stub."""
        stub = {
            "status": "Deleted",
            "domain": "QBO",
            "Id": row["Id"],
            "MetaData": {"LastUpdatedTime": self.stamp()},
        }
        self.store.remove(entity.name, row["Id"], stub)
        self.note(entity.name, row["Id"], changes.DELETE)

    def touch(self, entity_name, row, *, token=True, time=True, told=True):
        """Store a row that QBO itself changed, e.g. an invoice that got paid.

        `token` moves the SyncToken, `time` LastUpdatedTime, `told` the listeners.
        """
        row = dict(row)
        if token:
            row["SyncToken"] = str(int(row["SyncToken"]) + 1)
        if time:
            row["MetaData"] = {**row["MetaData"], "LastUpdatedTime": self.stamp()}
        self.store.put(entity_name, row, touch=time)
        if told:
            self.note(entity_name, row["Id"], changes.UPDATE)
        return row

    def spread_name(self, entity, old, row):
        """Give everything that refers to a renamed object its new name."""
        bookkeeper.spread_name(self, entity, old, row)

    # --- the three doors ---

    def handle(self, request):
        """Answer an authenticated request; raises Fault for what QBO rejects."""
        return rest.dispatch(self, request)

    def configure(self, values):
        """Change what the API cannot; for the control API. Raises ValueError.

        Keys: `preferences` (nested, merged; None removes a key), `book_close_date`
        (text or None), `subscription_status`, `name`, `switches` (by name).
        """
        with self.lock, self.writing():
            settings.configure(self, values)

    def act(self, action):
        """Do what a bookkeeper does in the browser; returns the stored object.

        `action`: `entity`, `operation`, `id` (unless created) and `values`; see
        `entities.bookkeeper`.
        Raises Fault as the screens would refuse.
        """
        with self.lock, self.writing():
            return bookkeeper.perform(self, action)
