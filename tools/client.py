"""The one way to QuickBooks: python-quickbooks with its gaps closed.

What the library does not do, and this subclass does: time-outs, the governor,
keeping headers (trace id, Retry-After), telling faults apart, never refreshing
by itself, Decimals out, no cookies, no redirects, `requestid` on each of its
own writes, queries that page without losing rows.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from types import SimpleNamespace
from urllib.parse import quote as quote_url

import requests
from quickbooks.client import QuickBooks

from .. import const
from ..exceptions import QboError, QboThrottledError
from . import answers, batches, faults, network, payload
from .calls import Call
from .moments import format_moment, parse_moment
from .selects import Pager, build_count

_logger = logging.getLogger(__name__)


@dataclass
class Changes:
    """What `QboClient.cdc` found.

    :param objects: {entity: [dict]}: present state of each object that changed
    :param deleted: {entity: [dict]}: stubs of what was deleted (Id, MetaData)
    :param time: Intuit's clock, naive UTC; the next `changed_since`, less an
        overlap. None when it was unreadable
    :param full: entities whose list may be cut (1,000 objects in all): read
        these by a query on MetaData.LastUpdatedTime
    """

    objects: dict = field(default_factory=dict)
    deleted: dict = field(default_factory=dict)
    time: datetime = None
    full: set = field(default_factory=set)


class QboClient(QuickBooks):
    """One company with one access token. May be shared by threads.

    Every method that calls raises a `QboError`, and `QboThrottledError` also
    when `take` does. Payloads are dicts with Decimals in both directions.
    """

    @classmethod
    def create(
        cls,
        endpoints,
        realm_id,
        environment,
        access_token,
        *,
        take=None,
        on_call=None,
        renew=None,
        on_throttle=None,
        timeout=const.TIMEOUT,
        adapter=None,
    ):
        """
        :param endpoints: `Endpoints` of the environment
        :param realm_id: the company, text
        :param environment: 'sandbox' or 'production'
        :param take: callable(kind), kind 'request' or 'batch': called before
            each HTTP call, may wait or raise QboThrottledError
        :param on_call: callable(CallRecord), called after each HTTP call
        :param renew: callable(rejected token) -> another token: called once for
            a call that got 401, which is then repeated (it was not executed)
        :param on_throttle: callable(QboThrottledError), called when Intuit
            throttles a call or an item of a batch: the whole company pauses
        :param timeout: seconds, (connect, read)
        :param adapter: `requests` adapter for tests, mounted for every host
        :raises ValueError: a token or company that cannot be sent
        """
        if not _is_plain(access_token) or not _is_plain(str(realm_id or "")):
            raise ValueError("A QuickBooks client needs an access token and a realm.")
        # python-quickbooks only reads these four; a real AuthClient would call
        # the network, and be asked to refresh when the token is None.
        stand_in = SimpleNamespace(
            environment=environment,
            client_id="",
            access_token=access_token,
            refresh_token="",
        )
        client = cls(
            auth_client=stand_in,
            company_id=quote_url(str(realm_id), safe=""),
            minorversion=const.MINOR_VERSION,
            use_decimal=True,
        )
        client._base_url = endpoints.api
        client._environment = environment
        # Intuit's partner programme counts calls of production companies only.
        client._is_metered = environment == "production"
        client._take = take
        client._on_call = on_call
        client._renew = renew
        client._on_throttle = on_throttle
        client._timeout = timeout
        if adapter is not None:
            client.session.mount("https://", adapter)
            client.session.mount("http://", adapter)
        return client

    def __init__(self, **_values):
        """python-quickbooks builds the instance in `__new__`."""

    def __repr__(self):
        return f"<QboClient {self._environment} {self.company_id}>"

    def __reduce_ex__(self, protocol):
        raise TypeError("A QboClient is not to be pickled.")

    def close(self):
        """Close the connections that are kept open."""
        self.session.close()

    # ------------------------------------------------------------------
    # python-quickbooks' seams
    # ------------------------------------------------------------------
    def _start_session(self):
        self.session = requests.Session()
        self.session.access_token = self.auth_client.access_token
        self.session.headers["User-Agent"] = "Odoo quickbooks_online"
        network.harden(self.session)
        return ""

    @property
    def api_url(self):
        """The API below which the library builds its URLs."""
        return self._base_url

    def make_request(
        self,
        request_type,
        url,
        request_body=None,
        content_type="application/json",
        params=None,
        file_path=None,
        file_bytes=None,
        request_id=None,
    ):
        """Call the API and give the JSON object that came back.

        The signature is the library's, whose other methods all end here.

        :raises QboError: see `tools.faults`
        """
        if file_path or file_bytes:
            # The library builds the multipart body; the call is ours again.
            return super().make_request(
                request_type,
                url,
                request_body,
                content_type,
                params,
                file_path,
                file_bytes,
                request_id,
            )
        response = self._request(
            request_type, url, request_body, content_type, params, request_id
        )
        return response.qbo_payload

    def _request(
        self, method, url, body, content_type="application/json", params=None, id=None
    ):
        params = {**(params or {}), "minorversion": self.minorversion}
        if id:
            params["requestid"] = id
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        return self.process_request(
            method, url, headers=headers, params=params, data=body
        )

    def process_request(self, request_type, url, headers="", params="", data=""):
        """Send one request, a second time only after a 401.

        :return: `requests.Response` with the JSON object as `qbo_payload`
        :raises QboError: for every answer that is not a success, and for none
        """
        if not url.startswith(f"{self.realm_path}/"):
            raise ValueError("This address is none of the company's.")
        call = Call(request_type, url, self.realm_path, params, data)
        token = self.session.access_token
        response, fault = self._send(call, headers, token)
        if fault is not None and fault.kind == "unauthorized" and self._renew:
            token = self._renew(token)
            self.session.access_token = token
            response, fault = self._send(call, headers, token)
        if fault is not None:
            raise self._note_throttle(faults.to_error(fault))
        return response

    def _note_throttle(self, error):
        if isinstance(error, QboThrottledError) and self._on_throttle:
            self._on_throttle(error)
        return error

    def _send(self, call, headers, token):
        if self._take:
            self._take("batch" if call.path == "/batch" else "request")
        response, fault = call.send(self.session, headers, token, self._timeout)
        if self._on_call:
            self._report(call.make_record(response, fault, self._is_metered))
        return response, fault

    def _report(self, record):
        """Hand over the record; its keeper's failure must not hide the outcome."""
        try:
            self._on_call(record)
        except Exception:
            _logger.exception("The record of a call to QuickBooks was not kept.")

    @property
    def realm_path(self):
        """The URL of the company, without a slash at the end."""
        return f"{self.api_url}/company/{self.company_id}"

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------
    def get_company_info(self):
        """The CompanyInfo (dict)."""
        return self._get_object("CompanyInfo", f"companyinfo/{self.company_id}")

    def get_preferences(self):
        """The Preferences (dict)."""
        return self._get_object("Preferences", "preferences")

    def read(self, entity, id):
        """One object (dict); QboRejectedError of kind not_found when deleted."""
        path = f"{entity.lower()}/{quote_url(str(id), safe='')}"
        return self._get_object(entity, path)

    def query(self, select, params=None):
        """The rows of one query (list of dicts), of one page at most.

        :param select: text; build literals with `tools.selects.quote`
        """
        return _get_rows(self._query(select, params))

    def count(self, entity, where=""):
        """The number of objects, int."""
        answer = self._query(build_count(entity, where))
        if "totalCount" not in answer:
            raise _answered_without("totalCount")
        return int(answer["totalCount"])

    def iterate(self, entity, where="", page_size=const.PAGE_SIZE):
        """The objects of an entity one by one, each once, in the order of Id."""
        pager = Pager(entity, where, page_size)
        while not pager.done:
            yield from pager.add(self.query(pager.select))

    def query_all(self, entity, where="", page_size=const.PAGE_SIZE):
        """All objects of an entity (list of dicts), each once."""
        return list(self.iterate(entity, where, page_size))

    def query_batch(self, selects):
        """Several queries in as few calls as possible.

        :param selects: {name: select}
        :return: {name: list of dicts, or QboError}: one fault spoils one name
        """
        return {
            name: outcome.error or _get_rows(outcome.payload)
            for name, outcome in self._query_outcomes(selects).items()
        }

    def query_all_batch(self, wanted, page_size=const.PAGE_SIZE):
        """All objects of several entities in as few calls as possible.

        :param wanted: {name: (entity, where)}
        :return: {name: list of dicts, or QboError}
        """
        pagers = {
            name: Pager(entity, where, page_size)
            for name, (entity, where) in wanted.items()
        }
        found = {name: [] for name in wanted}
        width = len(pagers)
        while pagers:
            asked = dict(islice(pagers.items(), width))
            pages = self.query_batch(
                {name: pager.select for name, pager in asked.items()}
            )
            crowded_out = _collect_pages(asked, pages, found)
            pagers = {name: pager for name, pager in pagers.items() if not pager.done}
            width = 1 if crowded_out == len(asked) else len(pagers)
        return found

    def cdc(self, entities, changed_since):
        """What changed since a moment.

        :param entities: names; JournalCode, TaxAgency, TimeActivity, TaxCode
            and TaxRate are not offered by Intuit
        :param changed_since: datetime (naive is UTC), at most 30 days ago
        :return: `Changes`
        """
        entities = list(entities)
        answer = self.change_data_capture(
            ",".join(entities), format_moment(changed_since)
        )
        return _read_changes(entities, answer)

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------
    def create_entity(self, entity, values, request_id):
        """Create an object and give it as QuickBooks keeps it (dict).

        :param request_id: 1 to 50 characters, unique in the company: a repeat
            gets the first answer instead of a second object
        """
        return self._write(entity, values, request_id)

    def update(self, entity, values, request_id):
        """Update the given members of an object only (sparse).

        :param values: dict with Id and SyncToken; a Line replaces all lines
        """
        batches.require(values, "Id", "SyncToken")
        return self._write(entity, {**values, "sparse": True}, request_id)

    def delete(self, entity, id, sync_token, request_id):
        """Delete a transaction; gives the stub {"status": "Deleted", ...}."""
        values = {"Id": str(id), "SyncToken": str(sync_token)}
        return self._write(entity, values, request_id, {"operation": "delete"})

    def void(self, entity, id, sync_token, request_id):
        """Void a transaction; gives it with its amounts at zero."""
        values = {"Id": str(id), "SyncToken": str(sync_token)}
        if entity in const.VOIDED_BY_UPDATE:
            values["sparse"] = True
            operation = {"operation": "update", "include": "void"}
        else:
            operation = {"operation": "void"}
        return self._write(entity, values, request_id, operation)

    def batch(self, items, request_id=None):
        """Send up to 30 items; each succeeds or fails by itself, in any order.

        :param items: list of {"bId", "operation", <Entity>: {...}} or
            {"bId", "Query"}
        :param request_id: at most 36 characters; needed when the batch writes
        :return: list of `Outcome` in the order of the items
        """
        batches.check_items(items, request_id)
        if not request_id and any("Query" not in item for item in items):
            raise ValueError("A batch that writes needs a request id.")
        response = self._request(
            "POST",
            f"{self.realm_path}/batch",
            payload.dump({"BatchItemRequest": items}),
            id=request_id,
        )
        headers = {key.lower(): value for key, value in response.headers.items()}
        outcomes = batches.read_outcomes(
            items,
            response.qbo_payload,
            secrets=(self.session.access_token,),
            tid=answers.get_tid(headers),
        )
        for outcome in outcomes:
            self._note_throttle(outcome.error)
        return outcomes

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------
    def _get_object(self, entity, path):
        answer = self.get(f"{self.realm_path}/{path}")
        return _pick(answer, entity, writes=False)

    def _query(self, select, params=None):
        answer = self.post(
            f"{self.realm_path}/query",
            select,
            content_type="application/text",
            params=params,
        )
        return _pick(answer, "QueryResponse", writes=False)

    def _query_outcomes(self, selects):
        names = list(selects)
        found = {}
        for start in range(0, len(names), const.BATCH_ITEMS):
            part = {
                f"q{index}": name
                for index, name in enumerate(names[start : start + const.BATCH_ITEMS])
            }
            items = [{"bId": bid, "Query": selects[name]} for bid, name in part.items()]
            found.update((part[each.bid], each) for each in self.batch(items))
        return found

    def _write(self, entity, values, request_id, params=None):
        if not 1 <= len(request_id or "") <= const.REQUEST_ID_LENGTH:
            raise ValueError("A request id has 1 to 50 characters.")
        answer = self.post(
            f"{self.realm_path}/{entity.lower()}",
            payload.dump(values),
            params=params,
            request_id=request_id,
        )
        return _pick(answer, entity, writes=True)


def _is_plain(text):
    """Whether a text can stand in a header or a path."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _pick(answer, name, writes):
    """The object in an answer; a success without it tells nothing for sure."""
    value = answer.get(name)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise _answered_without(name, writes)
    return value


def _answered_without(name, writes=False):
    return faults.to_error(
        faults.build_fault(
            "transient",
            f"QuickBooks answered without {name}",
            uncertain=writes,
            status=200,
        )
    )


def _get_rows(response):
    """The list in a QueryResponse; its name may differ from the one queried."""
    for value in response.values():
        if isinstance(value, list):
            return list(filter(_is_object, value))
    return []


def _read_changes(entities, answer):
    changes = Changes(time=parse_moment(answer.get("time")))
    for entity in entities:
        changes.objects[entity], changes.deleted[entity] = [], []
    total = 0
    responses = list(_walk_responses(answer))
    if len(responses) < len(entities):
        # Taken for "nothing changed" it would move the watermark past changes.
        raise _answered_without("CDCResponse")
    for response in responses:
        fault = response.get("Fault") or response.get("fault")
        if fault is not None:
            raise faults.to_error(faults.parse_fault(fault))
        for name, rows in response.items():
            if not isinstance(rows, list):
                continue
            for row in filter(_is_object, rows):
                gone = row.get("status") == "Deleted"
                kept = changes.deleted if gone else changes.objects
                kept.setdefault(name, []).append(row)
                total += 1
    if total >= const.CDC_OBJECTS:
        changes.full = set(entities)
    return changes


def _is_object(value):
    return isinstance(value, dict)


def _walk_responses(answer):
    groups = answer.get("CDCResponse")
    for group in groups if isinstance(groups, list) else ():
        responses = group.get("QueryResponse") if isinstance(group, dict) else None
        for response in responses if isinstance(responses, list) else ():
            if isinstance(response, dict):
                yield response


def _collect_pages(asked, pages, found):
    """Take in the pages of one batch.

    :return: how many queries failed only for what their neighbours returned: a
        batch gives 1,000 objects at most, and 10100 to the rest. They are asked
        again when the others took their rows
    """
    total = sum(len(page) for page in pages.values() if isinstance(page, list))
    crowded_out = 0
    for name, page in pages.items():
        if not isinstance(page, QboError):
            found[name] += asked[name].add(page, total >= const.BATCH_OBJECTS)
        elif page.code == "10100" and len(asked) > 1:
            crowded_out += 1
        else:
            found[name] = page
            asked[name].done = True
    return crowded_out
