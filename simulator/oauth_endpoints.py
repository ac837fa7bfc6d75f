"""OAuth over HTTP: discovery, consent, token, revocation, userinfo."""

import base64
import hmac
import json
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from . import faults, hosts, oauth, pages
from .apps import PRODUCTION, SANDBOX
from .call import Answer
from .id_token import make_id_token

HTML_TYPE = "text/html;charset=UTF-8"
FORM_TYPE = "application/x-www-form-urlencoded"
HARD_LIMIT_HEADER = "x-include-refresh-token-hard-expires-in"
PARAMETERS = ("client_id", "response_type", "scope", "redirect_uri", "state")
REDIRECT_URI_PROBLEM = (
    "The redirect_uri query parameter value is invalid. Make sure it is listed in the "
    "Redirect URIs section on your app's keys tab and matches it exactly."
)


class _Problem(Exception):
    """An authorization request that ends on Intuit's error page."""

    def __init__(self, explanation, app_name="the app"):
        super().__init__(explanation)
        self.explanation = explanation
        self.app_name = app_name


def _json_answer(status, body, committed=False):
    data = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    headers = [("Cache-Control", "no-cache, no-store"), ("Pragma", "no-cache")]
    if body is not None:
        headers.insert(0, ("Content-Type", faults.JSON_TYPE))
    return Answer(status, headers, data, committed=committed)


def _html_answer(status, body):
    # No page of Intuit's may be shown in a frame.
    headers = [("Content-Type", HTML_TYPE), ("X-Frame-Options", "DENY")]
    return Answer(status, headers, body)


def _method_not_allowed(allowed):
    answer = _html_answer(405, pages.gateway_error(405, "Method Not Allowed"))
    answer.headers.append(("Allow", allowed))
    return answer


class OAuthEndpoints:
    """Answers Intuit's OAuth URLs for one simulator."""

    def __init__(self, simulator):
        self._simulator = simulator
        self._routes = {
            "/connect/oauth2": self.authorize,
            "/oauth2/v1/tokens/bearer": self.token,
            "/v2/oauth2/tokens/revoke": self.revoke,
            "/v1/openid_connect/userinfo": self.user_info,
            "/op/v1/jwks": self.keys,
            "/.well-known/openid_configuration": self.discovery,
            "/.well-known/openid_sandbox_configuration": self.discovery,
        }

    def find(self, path):
        """Return the handler of a path, or None; only discovery takes a final slash."""
        if path.startswith("/.well-known/"):
            path = path.rstrip("/")
        return self._routes.get(path)

    # --- discovery ---

    def discovery(self, call):
        """Answer either discovery document."""
        if call.method not in ("GET", "HEAD"):
            return _method_not_allowed("GET")
        environment = SANDBOX if "sandbox" in call.path else PRODUCTION
        document = hosts.discovery(environment, call.host, call.base_url)
        return _json_answer(200, document)

    def keys(self, call):
        """Answer the public keys that id tokens are signed with."""
        if call.method not in ("GET", "HEAD"):
            return _method_not_allowed("GET")
        return _json_answer(200, self._simulator.signer.public_keys())

    # --- consent ---

    def authorize(self, call):
        """Show the consent page, or carry out its decision."""
        if call.method not in ("GET", "HEAD", "POST"):
            return _method_not_allowed("GET, POST")
        if call.method == "POST":
            given = call.request.form
        else:
            given = call.args
        parameters = {name: given[name] for name in PARAMETERS if name in given}
        try:
            app, scopes = self._check_authorization(parameters)
        except _Problem as problem:
            page = pages.connection_problem(problem.app_name, problem.explanation)
            return _html_answer(400, page)
        if scopes is None:
            return self._redirect(parameters, {"error": "invalid_scope"})
        companies = self._simulator.companies.cards(app.environment)
        if call.method == "POST":
            return self._decide(app, scopes, companies, parameters, given)
        return _html_answer(200, pages.consent(app, companies, parameters))

    def _check_authorization(self, parameters):
        """Return the app and its scopes (None when one is unknown); _Problem."""
        client_id = parameters.get("client_id")
        if not client_id:
            raise _Problem("The client_id query parameter is missing.")
        app = self._simulator.apps.get(client_id)
        if app is None:
            raise _Problem("The client_id query parameter value is invalid.")
        if not app.accepts(parameters.get("redirect_uri", "")):
            raise _Problem(REDIRECT_URI_PROBLEM, app.name)
        if parameters.get("response_type") != "code":
            raise _Problem(
                "The response_type query parameter is missing or invalid.", app.name
            )
        if not parameters.get("state"):
            raise _Problem("The state query parameter is missing.", app.name)
        scopes = parameters.get("scope", "").split()
        if not scopes or not set(scopes) <= set(oauth.KNOWN_SCOPES):
            return app, None
        return app, scopes

    def _decide(self, app, scopes, companies, parameters, given):
        decision = given.get("decision")
        if decision == "cancel":
            return self._redirect(parameters, {"error": "access_denied"})
        realm_ids = {company.realm_id for company in companies}
        if decision != "connect" or given.get("realm_id") not in realm_ids:
            page = pages.connection_problem(app.name, "No company was chosen.")
            return _html_answer(400, page)
        # Without an accounting scope no company is connected: no realmId comes back.
        needs_company = not set(scopes) <= set(oauth.OPENID_SCOPES)
        realm_id = given["realm_id"] if needs_company else None
        code = self._simulator.oauth.issue_code(
            app, parameters["redirect_uri"], realm_id, scopes
        )
        result = {"code": code}
        if realm_id:
            result["realmId"] = realm_id
        return self._redirect(parameters, result)

    def _redirect(self, parameters, result):
        parts = urlsplit(parameters["redirect_uri"])
        query = parse_qsl(parts.query, keep_blank_values=True)
        query += [*result.items(), ("state", parameters["state"])]
        location = urlunsplit(parts._replace(query=urlencode(query)))
        return Answer(302, [("Location", location)], b"", committed=True)

    # --- tokens ---

    def _authenticate(self, call):
        """Return the app of the Basic header; OAuthError invalid_client (401)."""
        scheme, _, encoded = call.headers.get("Authorization", "").partition(" ")
        try:
            text = base64.b64decode(encoded.strip(), validate=True).decode()
        except ValueError:
            # No base64, not ASCII, or bytes that are no text.
            text = ""
        client_id, _, secret = text.partition(":")
        app = self._simulator.apps.get(client_id)
        if (
            scheme.lower() != "basic"
            or app is None
            or not hmac.compare_digest(app.client_secret.encode(), secret.encode())
        ):
            raise oauth.OAuthError("invalid_client", status=401)
        return app

    def token(self, call):
        """Answer the token endpoint: exchange of a code, or refresh."""
        if call.method != "POST":
            return _method_not_allowed("POST")
        try:
            app = self._authenticate(call)
            grant, access_token = self._grant(app, self._form(call))
        except oauth.OAuthError as error:
            return _json_answer(error.status, error.body)
        now = self._simulator.clock.now()
        wanted = call.headers.get(HARD_LIMIT_HEADER, "").lower() == "true"
        body = oauth.token_response(grant, access_token, with_hard_limit=wanted)
        if "openid" in grant.scopes and call.operation == "exchange":
            document = hosts.discovery(app.environment, call.host, call.base_url)
            body["id_token"] = make_id_token(
                self._simulator.signer, grant, document["issuer"], now
            )
        return _json_answer(200, body, committed=True)

    @staticmethod
    def _form(call):
        if call.request.mimetype != FORM_TYPE:
            raise oauth.OAuthError("invalid_request")
        try:
            pairs = parse_qsl(call.body.decode("utf-8"), keep_blank_values=True)
        except UnicodeDecodeError:
            raise oauth.OAuthError("invalid_request") from None
        form = dict(pairs)
        if len(form) != len(pairs):
            raise oauth.OAuthError("invalid_request")
        return form

    def _grant(self, app, form):
        grant_type = form.get("grant_type")
        if not grant_type:
            raise oauth.OAuthError("invalid_request")
        if grant_type == "authorization_code":
            self._require(form, "code", "redirect_uri")
            return self._simulator.oauth.exchange(
                app, form["code"], form["redirect_uri"]
            )
        if grant_type == "refresh_token":
            self._require(form, "refresh_token")
            return self._simulator.oauth.refresh(app, form["refresh_token"])
        raise oauth.OAuthError("unsupported_grant_type")

    @staticmethod
    def _require(form, *names):
        if not all(form.get(name) for name in names):
            raise oauth.OAuthError("invalid_request")

    def revoke(self, call):
        """Answer the revocation endpoint: JSON in, nothing out."""
        if call.method != "POST":
            return _method_not_allowed("POST")
        try:
            app = self._authenticate(call)
            self._simulator.oauth.revoke(app, self._token_to_revoke(call))
        except oauth.OAuthError as error:
            return _json_answer(error.status, error.body)
        return _json_answer(200, None, committed=True)

    @staticmethod
    def _token_to_revoke(call):
        try:
            body = json.loads(call.body)
        except (ValueError, RecursionError):
            body = None
        token = body.get("token") if isinstance(body, dict) else None
        if call.request.mimetype != "application/json" or not isinstance(token, str):
            raise oauth.OAuthError("invalid_request")
        return token

    # --- user ---

    def user_info(self, call):
        """Answer who the user of a bearer token is; needs the openid scope."""
        if call.method not in ("GET", "HEAD"):
            return _method_not_allowed("GET")
        scheme, _, value = call.headers.get("Authorization", "").partition(" ")
        try:
            grant = self._simulator.oauth.check(
                value if scheme.lower() == "bearer" else None
            )
        except faults.Fault:
            return _json_answer(401, {"error": "invalid_token"})
        if "openid" not in grant.scopes:
            return _json_answer(403, {"error": "insufficient_scope"})
        return _json_answer(200, self._simulator.user.claims(grant.scopes))
