"""The apps registered at Intuit's developer portal: keys and redirect URIs."""

from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

SANDBOX = "sandbox"
PRODUCTION = "production"
ENVIRONMENTS = (SANDBOX, PRODUCTION)
CALLBACK_PATH = "/quickbooks_online/oauth/callback"
LOCAL_HOSTS = ("localhost", "127.0.0.1")


@dataclass
class App:
    """One set of keys. `environment` sandbox means development keys."""

    client_id: str
    client_secret: str
    name: str = "Odoo"
    environment: str = SANDBOX
    redirect_uris: list = field(default_factory=list)

    def accepts(self, redirect_uri):
        """Tell whether the URI may receive the code.

        A listed URI must match exactly. Without a list, callbacks of the addon are
        accepted: any https host, and plain http on this machine for development keys
        only (production keys demand https).
        """
        if self.redirect_uris:
            return redirect_uri in self.redirect_uris
        parts = urlsplit(redirect_uri)
        if parts.fragment or not parts.hostname:
            return False
        if parts.scheme == "http":
            return self.environment == SANDBOX and parts.hostname in LOCAL_HOSTS
        return parts.scheme == "https" and parts.path.endswith(CALLBACK_PATH)

    def as_dict(self):
        """Return the app as the control API shows it."""
        return asdict(self)


def default_apps():
    """Return the apps that exist from the start, by client id."""
    apps = [
        App("simulator-development-client", "simulator-development-secret"),
        App(
            "simulator-production-client",
            "simulator-production-secret",
            environment=PRODUCTION,
        ),
    ]
    return {app.client_id: app for app in apps}


def check_redirect_uris(uris, environment):
    """Raise ValueError unless the portal would take these redirect URIs."""
    if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        raise ValueError("redirect_uris is a list of URIs.")
    for uri in uris:
        parts = urlsplit(uri)
        if not parts.hostname or parts.fragment:
            raise ValueError(f"{uri} is not an absolute URI without fragment.")
        if parts.scheme == "https":
            continue
        if parts.scheme != "http" or parts.hostname not in LOCAL_HOSTS:
            raise ValueError(f"{uri}: https is required, or http on localhost.")
        if environment == PRODUCTION:
            raise ValueError(f"{uri}: production keys require https.")
