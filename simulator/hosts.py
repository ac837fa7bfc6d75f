"""Intuit's host names: which paths each serves, and which environment it is.

Under any other host (one base URL for everything) all paths are served.
"""

from .apps import PRODUCTION, SANDBOX

AUTHORIZE_HOST = "appcenter.intuit.com"
TOKEN_HOST = "oauth.platform.intuit.com"
DEVELOPER_HOSTS = ("developer.api.intuit.com", "developer.intuit.com")
ACCOUNTS_HOSTS = {
    PRODUCTION: "accounts.platform.intuit.com",
    SANDBOX: "sandbox-accounts.platform.intuit.com",
}
API_HOSTS = {
    PRODUCTION: "quickbooks.api.intuit.com",
    SANDBOX: "sandbox-quickbooks.api.intuit.com",
}
ENVIRONMENT_OF_API_HOST = {host: name for name, host in API_HOSTS.items()}

_PREFIXES = {
    AUTHORIZE_HOST: ("/connect/oauth2",),
    TOKEN_HOST: ("/oauth2/", "/op/"),
    DEVELOPER_HOSTS[0]: ("/v2/oauth2/", "/.well-known/"),
    DEVELOPER_HOSTS[1]: ("/.well-known/",),
    **{host: ("/v1/openid_connect/",) for host in ACCOUNTS_HOSTS.values()},
    **{host: ("/v3/",) for host in API_HOSTS.values()},
}


def serves(host, path):
    """Tell whether this host has anything at this path."""
    prefixes = _PREFIXES.get(host)
    return prefixes is None or path.startswith(prefixes)


def discovery(environment, host, base_url):
    """Return the discovery document of an environment.

    Asked through Intuit's hosts it names Intuit's URLs, otherwise the base URL.
    """
    if host in _PREFIXES:
        accounts = f"https://{ACCOUNTS_HOSTS[environment]}"
        authorize, developer = (
            f"https://{AUTHORIZE_HOST}",
            f"https://{DEVELOPER_HOSTS[0]}",
        )
        token = f"https://{TOKEN_HOST}"
    else:
        accounts = authorize = developer = token = base_url
    return {
        "issuer": f"{token}/op/v1",
        "authorization_endpoint": f"{authorize}/connect/oauth2",
        "token_endpoint": f"{token}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{accounts}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{developer}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{token}/op/v1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "client_secret_basic",
        ],
        "claims_supported": [
            "aud",
            "exp",
            "iat",
            "iss",
            "realmid",
            "sub",
        ],
    }
