"""A small client of Odoo's JSON-RPC, as its own web pages use it."""

import requests


class OdooError(Exception):
    """Odoo refused; the text is what it would show to a user."""


class OdooSession:
    """One user's session with an Odoo server; cookies are kept between calls."""

    def __init__(self, url, timeout=120):
        self.url = url
        self.timeout = timeout
        self.http = requests.Session()

    def _post(self, path, parameters):
        """Return the `result` of a JSON-RPC call. Raises OdooError."""
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        try:
            response = self.http.post(self.url + path, json=body, timeout=self.timeout)
            answer = response.json()
        except requests.RequestException as error:
            raise OdooError(f"Odoo did not answer at {self.url}: {error}") from error
        if "error" in answer:
            data = answer["error"].get("data") or {}
            raise OdooError(data.get("message") or answer["error"].get("message"))
        return answer["result"]

    def login(self, database, user, password):
        """Log in. Raises OdooError when the credentials are wrong."""
        self._post(
            "/web/session/authenticate",
            {"db": database, "login": user, "password": password},
        )

    def call(self, model, method, *arguments, **keywords):
        """Call a public method of a model and return what it returns."""
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {
                "model": model,
                "method": method,
                "args": list(arguments),
                "kwargs": keywords,
            },
        )
