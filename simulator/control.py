"""The control API under /_sim/: what tests and people steer the simulator with."""

import json
import logging

from . import ledger, numbers, oauth, pages
from .apps import ENVIRONMENTS, SANDBOX, App, check_redirect_uris
from .call import Answer
from .checks import (
    check_known,
    check_object,
    check_one_of,
    check_text,
    check_truth,
    check_whole,
)
from .delivery import post
from .entities.settings import check_settings
from .faults import Fault, item_fault
from .schema import is_date

_logger = logging.getLogger(__name__)

DEVELOPMENT_CLIENT = "simulator-development-client"
JOURNAL_FILTERS = ("method", "path", "realm", "entity", "operation", "status", "host")
GRANT_ACTIONS = (
    "authorize",
    "disconnect",
    "expire_access",
    "expire_refresh",
    "hard_limit",
)
VERBS = (
    ("GET /_sim/requests", "every call with body and answer; filters as arguments"),
    ("DELETE /_sim/requests", "forget the calls"),
    ("GET /_sim/objects/<realm>/<Entity>", "what the books hold, inactive included"),
    ("GET /_sim/ledger/<realm>", "every posting by account, class and customer"),
    ("GET|POST|DELETE /_sim/faults", "inject faults: match and action"),
    ("DELETE /_sim/faults/<id>", "remove one"),
    ("GET|POST /_sim/company/<realm>", "preferences, closing date, subscription …"),
    ("POST /_sim/act", "what a bookkeeper does in QuickBooks"),
    ("GET|POST /_sim/clock", "the simulated time; advance it"),
    ("GET|POST /_sim/webhooks", "endpoint, verifier token, format, behaviour"),
    ("POST /_sim/webhooks/flush", "deliver what is due now"),
    ("GET /_sim/webhooks/deliveries", "what was delivered, with every attempt"),
    ("GET|POST /_sim/apps", "keys and redirect URIs"),
    ("GET|POST /_sim/grants", "who is connected; disconnect, expire, authorize"),
    ("GET|POST /_sim/limits", "worst windows seen; switch limits on and off"),
    ("GET|POST /_sim/meter", "metered calls per app and month"),
    ("GET|POST /_sim/switches", "the platform's open questions"),
    ("POST /_sim/reset", "back to the seeded state"),
)


class ControlError(Exception):
    """A control call that makes no sense; `str()` says why."""

    def __init__(self, message, status=400):
        super().__init__(message)
        self.status = status


def _answer(payload, status=200):
    return Answer(
        status, [("Content-Type", "application/json")], numbers.dumps(_plain(payload))
    )


def _plain(value):
    """Turn what the books and dataclasses hold into plain JSON values."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float):
        return numbers.parse(repr(value))
    return value


class Control:
    """Answers /_sim/ for one simulator."""

    def __init__(self, simulator):
        self._simulator = simulator
        self._routes = {
            ("GET", "requests"): self._list_requests,
            ("DELETE", "requests"): self._clear_requests,
            ("GET", "objects"): self._list_objects,
            ("GET", "ledger"): self._list_postings,
            ("GET", "faults"): self._list_faults,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._remove_faults,
            ("GET", "company"): self._describe_company,
            ("POST", "company"): self._configure_company,
            ("POST", "act"): self._act,
            ("GET", "clock"): self._describe_clock,
            ("POST", "clock"): self._advance_clock,
            ("GET", "webhooks"): self._describe_webhooks,
            ("POST", "webhooks"): self._configure_webhooks,
            ("GET", "apps"): self._list_apps,
            ("POST", "apps"): self._register_app,
            ("GET", "grants"): self._list_grants,
            ("POST", "grants"): self._change_grants,
            ("GET", "limits"): self._describe_limits,
            ("POST", "limits"): self._configure_limits,
            ("GET", "meter"): self._describe_meter,
            ("POST", "meter"): self._set_meter,
            ("GET", "switches"): self._describe_switches,
            ("POST", "switches"): self._set_switches,
            ("POST", "reset"): self._reset,
        }

    def handle(self, call):
        """Return the Answer to a call below /_sim."""
        parts = [part for part in call.path.split("/")[2:] if part]
        try:
            if not parts:
                return self._overview(call)
            handler = self._routes.get((call.method, parts[0]))
            if handler is None:
                raise self._unknown(call, parts[0])
            return _answer(handler(call, parts[1:]))
        except ControlError as error:
            return _answer({"error": str(error)}, error.status)
        except ValueError as error:
            return _answer({"error": str(error)}, 400)
        except Fault as fault:
            return _answer({"error": str(fault), "fault": item_fault(fault)}, 400)
        except Exception as error:
            _logger.exception("The control API failed on %s", call.path)
            return _answer({"error": f"{type(error).__name__}: {error}"}, 500)

    def _unknown(self, call, verb):
        methods = sorted(method for method, name in self._routes if name == verb)
        if methods:
            return ControlError(
                f"/_sim/{verb} takes {' or '.join(methods)}, not {call.method}.", 405
            )
        return ControlError(f"There is no /_sim/{verb}; GET /_sim/ lists all.", 404)

    def _overview(self, call):
        if call.method not in ("GET", "HEAD"):
            raise ControlError("/_sim/ takes GET.", 405)
        simulator = self._simulator
        page = pages.overview(
            simulator.companies.cards(), simulator.apps.values(), VERBS
        )
        return Answer(200, [("Content-Type", "text/html;charset=UTF-8")], page)

    # --- helpers ---

    @staticmethod
    def _body(call, *known):
        """Return the JSON object of the body; ControlError for anything else."""
        if not call.body.strip():
            return {}
        try:
            body = numbers.loads(call.body)
        except (numbers.MalformedJson, UnicodeDecodeError) as error:
            raise ControlError(f"The body is no JSON: {error}.") from None
        check_object("The body", body)
        if known:
            check_known("This call", body, known)
        return body

    def _company(self, realm_id):
        company = self._simulator.companies.get(str(realm_id))
        if company is None:
            raise ControlError(
                f"There is no realm {realm_id}; there are: "
                f"{', '.join(self._simulator.companies)}.",
                404,
            )
        return company

    def _app(self, client_id):
        check_text("client_id", client_id)
        app = self._simulator.apps.get(client_id)
        if app is None:
            raise ControlError(f"There is no app with client id {client_id}.", 404)
        return app

    # --- the record of calls ---

    def _list_requests(self, call, rest):
        arguments = call.args.to_dict()
        limit = arguments.pop("limit", None)
        check_known("The filter", arguments, JOURNAL_FILTERS)
        entries = self._simulator.journal.entries(**arguments)
        if limit is not None:
            if not limit.isdigit() or not int(limit):
                raise ControlError("limit is a whole number above zero.")
            entries = entries[-int(limit) :]
        return {"requests": entries}

    def _clear_requests(self, call, rest):
        self._simulator.journal.clear()
        return {"requests": []}

    # --- the books ---

    def _list_objects(self, call, rest):
        if len(rest) != 2:
            raise ControlError("Say /_sim/objects/<realm>/<Entity>.", 404)
        company = self._company(rest[0])
        check_one_of("The entity", rest[1], company.entities)
        with company.lock:
            return {
                "objects": company.objects(rest[1]),
                "deleted": company.deleted(rest[1]),
            }

    def _list_postings(self, call, rest):
        if len(rest) != 1:
            raise ControlError("Say /_sim/ledger/<realm>.", 404)
        company = self._company(rest[0])
        arguments = call.args.to_dict()
        check_known("The ledger", arguments, ("from", "to"))
        for name, value in arguments.items():
            if not is_date(value):
                raise ControlError(f"{name} is a date, YYYY-MM-DD.")
        with company.lock:
            found = ledger.listed(company, arguments.get("from"), arguments.get("to"))
        return {"postings": found}

    def _describe_company(self, call, rest):
        if not rest:
            return {
                "companies": [
                    self._company_as_dict(company)
                    for company in self._simulator.companies.values()
                ]
            }
        return self._company_as_dict(self._company(rest[0]))

    @staticmethod
    def _company_as_dict(company):
        return {
            "realm": company.realm_id,
            "name": company.name,
            "country": company.country,
            "environment": company.environment,
            "subscription_status": company.subscription_status,
            "switches": vars(company.switches),
        }

    def _configure_company(self, call, rest):
        if len(rest) != 1:
            raise ControlError("Say /_sim/company/<realm>.", 404)
        changes = self._body(call)
        new = "profile" in changes
        profile = changes.pop("profile", None)
        check_settings(changes)
        if new:
            if not rest[0].isdigit():
                raise ControlError("A realm id is a row of digits.")
            self._simulator.companies.add(rest[0], profile)
        company = self._company(rest[0])
        with company.lock:
            if changes:
                company.configure(changes)
            return self._company_as_dict(company)

    def _act(self, call, rest):
        action = self._body(call)
        if "realm" not in action:
            raise ControlError("Say in which realm somebody acts.")
        company = self._company(action.pop("realm"))
        check_one_of("entity", action.get("entity"), company.entities)
        check_text("operation", action.get("operation"))
        check_object("values", action.get("values", {}))
        try:
            with company.lock:
                return {"object": company.act(action)}
        except KeyError as error:
            raise ControlError(f"{error} is missing.") from None

    # --- injected faults ---

    def _list_faults(self, call, rest):
        return {"faults": self._simulator.injector.rules()}

    def _add_fault(self, call, rest):
        body = self._body(call, "match", "action")
        if "action" not in body:
            raise ControlError("Say with `action` what should happen.")
        body = _without_decimals(body)
        rule = self._simulator.injector.add(body.get("match", {}), body["action"])
        return rule.as_dict()

    def _remove_faults(self, call, rest):
        if not rest:
            return {"removed": self._simulator.injector.remove()}
        if not rest[0].isdigit() or not self._simulator.injector.remove(int(rest[0])):
            raise ControlError(f"There is no fault {rest[0]}.", 404)
        return {"removed": 1}

    # --- time ---

    def _describe_clock(self, call, rest):
        clock = self._simulator.clock
        return {"now": clock.now(), "pacific": clock.pacific()}

    def _advance_clock(self, call, rest):
        units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
        body = self._body(call, *units)
        if not body:
            raise ControlError(f"Say how far: {', '.join(units)}.")
        for name, value in body.items():
            check_whole(name, value)
        seconds = sum(units[name] * value for name, value in body.items())
        try:
            self._simulator.clock.advance(seconds)
        except OverflowError:
            raise ControlError("That is further than a calendar goes.") from None
        return self._describe_clock(call, rest)

    # --- webhooks ---

    def _describe_webhooks(self, call, rest):
        endpoints = self._simulator.webhooks.endpoints()
        if rest == ["deliveries"]:
            return {
                "deliveries": [
                    delivery.as_dict()
                    for endpoint in endpoints
                    for delivery in list(endpoint.log)
                ]
            }
        if rest:
            raise ControlError("There are webhooks and webhooks/deliveries.", 404)
        return {"endpoints": [endpoint.as_dict() for endpoint in endpoints]}

    def _configure_webhooks(self, call, rest):
        if rest == ["flush"]:
            attempted = self._simulator.webhooks.flush(post)
            return {"deliveries": [delivery.as_dict() for delivery in attempted]}
        if rest:
            raise ControlError("There are webhooks and webhooks/flush.", 404)
        changes = self._body(call)
        app = self._app(changes.pop("client_id", DEVELOPMENT_CLIENT))
        return self._simulator.webhooks.configure(app.client_id, changes).as_dict()

    # --- apps and grants ---

    def _list_apps(self, call, rest):
        return {"apps": [app.as_dict() for app in self._simulator.apps.values()]}

    def _register_app(self, call, rest):
        known = ("client_id", "client_secret", "name", "environment", "redirect_uris")
        body = self._body(call, *known)
        client_id = body.get("client_id")
        check_text("client_id", client_id)
        check_text("name", body.get("name", "Odoo"))
        app = self._simulator.apps.get(client_id)
        values = {**(app.as_dict() if app else {"redirect_uris": []}), **body}
        check_text("client_secret", values.get("client_secret"))
        check_one_of(
            "environment", values.setdefault("environment", SANDBOX), ENVIRONMENTS
        )
        check_redirect_uris(values["redirect_uris"], values["environment"])
        self._simulator.apps[client_id] = App(**values)
        return self._simulator.apps[client_id].as_dict()

    def _list_grants(self, call, rest):
        now = self._simulator.clock.now()
        return {
            "grants": [
                {
                    "client_id": grant.client_id,
                    "realm": grant.realm_id,
                    "scopes": grant.scopes,
                    "alive": grant.is_alive(now),
                    "ended_by": grant.ended_by,
                    "granted_at": grant.granted_at,
                    "rotated_at": grant.rotated_at,
                    "expires_at": grant.expires_at(),
                    "hard_expires_at": grant.hard_expires_at,
                    "refreshes": grant.refreshes,
                    "rotations": len(grant.retired),
                    "refresh_token": grant.refresh_token,
                }
                for grant in list(self._simulator.oauth.grants)
            ]
        }

    def _change_grants(self, call, rest):
        body = self._body(call, "action", "realm", "client_id", "seconds")
        action = body.get("action")
        check_one_of("action", action, GRANT_ACTIONS)
        realm_id = self._company(body.get("realm")).realm_id
        client_id = body.get("client_id")
        if client_id is not None:
            check_text("client_id", client_id)
        if action == "authorize":
            return self._open_grant(realm_id, client_id or DEVELOPMENT_CLIENT)
        authority = self._simulator.oauth
        if action == "disconnect":
            return {"changed": authority.disconnect(realm_id, client_id)}
        if action == "expire_access":
            return {"changed": authority.expire_access_tokens(realm_id, client_id)}
        return self._age_grants(authority, action, realm_id, client_id, body)

    def _age_grants(self, authority, action, realm_id, client_id, body):
        remaining = body.get("seconds", 0)
        check_whole("seconds", remaining)
        grants = authority.live_grants(client_id, realm_id)
        for grant in grants:
            if action == "expire_refresh":
                life = int(oauth.REFRESH_LIFE.total_seconds())
                authority.set_age(grant, unused_seconds=life - remaining)
            else:
                life = int(oauth.HARD_LIFE.total_seconds())
                authority.set_age(grant, granted_seconds_ago=life - remaining)
        return {"changed": len(grants)}

    def _open_grant(self, realm_id, client_id):
        """Consent on behalf of a user, without the pages."""
        app = self._app(client_id)
        if self._company(realm_id).environment != app.environment:
            raise ControlError("These keys belong to the other environment.")
        authority = self._simulator.oauth
        grant = authority.open_grant(app, realm_id, [oauth.ACCOUNTING_SCOPE])
        token = authority.issue_access_token(grant)
        return oauth.token_response(grant, token)

    # --- limits, meter, switches, reset ---

    def _describe_limits(self, call, rest):
        return self._simulator.limits.describe()

    def _configure_limits(self, call, rest):
        known = ("enabled", "reset", "per_second", "per_minute", "concurrent")
        body = self._body(call, *known)
        keeper = self._simulator.limits
        for name in ("enabled", "reset"):
            check_truth(name, body.get(name, True))
        keeper.limits.update({k: body[k] for k in known[2:] if k in body})
        keeper.enabled = body.get("enabled", keeper.enabled)
        if body.get("reset"):
            keeper.reset()
        return keeper.describe()

    def _describe_meter(self, call, rest):
        return self._simulator.meter.describe()

    def _set_meter(self, call, rest):
        body = self._body(call, "client_id", "environment", "calls", "cap")
        app = self._app(body.get("client_id", DEVELOPMENT_CLIENT))
        environment = body.get("environment", app.environment)
        check_one_of("environment", environment, ENVIRONMENTS)
        check_whole("calls", body.get("calls", 0))
        if "cap" in body:
            self._simulator.switches.update({"meter_cap": body["cap"]})
        if "calls" in body:
            self._simulator.meter.set(app.client_id, environment, body["calls"])
        return self._simulator.meter.describe()

    def _describe_switches(self, call, rest):
        return self._simulator.switches.as_dict()

    def _set_switches(self, call, rest):
        self._simulator.switches.update(self._body(call))
        return self._simulator.switches.as_dict()

    def _reset(self, call, rest):
        self._simulator.reset()
        return {"companies": list(self._simulator.companies)}


def _without_decimals(value):
    """Return parsed JSON with floats, as actions print and compute with them."""
    return json.loads(numbers.dumps(value))
