"""Keeps secrets out of logs, call records and error texts.

Masked: tokens, secrets and codes of OAuth, bank, card and tax numbers. Names,
addresses and amounts stay: they are the company's own books, in its own
database.
"""

import logging
import re
from urllib.parse import quote

from .. import const
from .payload import load, write

MASK = "***"

# Intuit repeats the access token in the detail of its 401.
_TOKEN_DETAIL = re.compile(
    r"(token\s+(?:expired|revoked|invalid|rejected)\s*[:=]\s*)[^\s\"'<,;}\]]+",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b(Bearer|Basic)(\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
# Access and identity tokens are JOSE objects, refresh tokens start with a mark.
_JOSE = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}")
_REFRESH = re.compile(r"\b(?:RT1-|AB1)[A-Za-z0-9-]{24,}")
_KEYS = "|".join(sorted(const.SENSITIVE_KEYS - {"code", "token"}, key=len)[::-1])
_JSON_VALUE = r'(?:"(?:[^"\\]|\\.)*"?|\{[^{}]*\}?|\[[^\[\]]*\]?|[^\s,}\]"\'{\[]+)'
_JSON_MEMBER = re.compile(
    rf'(["\'](?:{_KEYS}|token|code)["\']\s*:\s*)(?!null\b|\*)'
    rf"(?:{_JSON_VALUE}|'(?:[^'\\]|\\.)*'?)",
    re.IGNORECASE,
)
_FORM_MEMBER = re.compile(
    rf"(^|[?&\s])((?:{_KEYS}|token|code)=)([^&\s\"'<>]+)", re.IGNORECASE
)
_XML_MEMBER = re.compile(
    rf"(<({_KEYS})\b[^>]*>).*?(</\2>|$)", re.IGNORECASE | re.DOTALL
)
# In faults, `code` is Intuit's error code: short, and worth keeping.
_FAULT_CODE = re.compile(r"^-?[A-Za-z]*\d{0,6}$|^[A-Za-z_]{1,40}$")


def scrub(text, secrets=()):
    """The text without anything that opens a door.

    :param text: any text; None gives ''
    :param secrets: exact values known to be secret, masked wherever they
        stand, also spelled for a URL
    """
    if not text:
        return ""
    text = str(text)
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK).replace(quote(secret, safe=""), MASK)
    text = _TOKEN_DETAIL.sub(rf"\1{MASK}", text)
    text = _SCHEME.sub(rf"\1\2{MASK}", text)
    text = _JOSE.sub(MASK, text)
    text = _REFRESH.sub(MASK, text)
    text = _JSON_MEMBER.sub(_mask_member, text)
    text = _XML_MEMBER.sub(rf"\1{MASK}\3", text)
    return _FORM_MEMBER.sub(_mask_field, text)


def _mask_field(match):
    boundary, name, value = match.groups()
    if name.lower() == "code=" and _is_fault_code(value):
        return match.group(0)
    return f"{boundary}{name}{MASK}"


def _mask_member(match):
    name, value = match.group(1), match.group(0)[len(match.group(1)) :]
    if name.strip("\"' :\t\r\n").lower() == "code" and _is_fault_code(value):
        return match.group(0)
    return f'{name}"{MASK}"'


def _is_fault_code(value):
    return bool(_FAULT_CODE.match(str(value).strip("\"'")))


def redact_headers(headers):
    """A dict of the headers with what authorizes masked."""
    return {
        str(name): MASK
        if str(name).lower() in const.SENSITIVE_HEADERS
        else scrub(str(value))
        for name, value in dict(headers or {}).items()
    }


def redact_body(body, secrets=(), limit=const.LOG_BODY_BYTES):
    """The body of a request or an answer as text that may be stored.

    :param body: bytes, str or None; JSON, form, XML, HTML, anything
    :param limit: characters kept; what is longer is cut, and says so
    :return: str without NUL, which PostgreSQL cannot store
    """
    text = _as_text(body)
    if len(text) > limit:
        text = f"{_cut(text, secrets, limit)}\n[cut: {len(text)} characters in all]"
    else:
        text = _redact_json(text, secrets)
    return text.replace("\x00", "\ufffd")


def _cut(text, secrets, limit):
    """The start of a text, masked before it is cut.

    No more is masked than is needed. What ends the masked part may be the start
    of a secret, which nothing recognizes: as much as the longest is dropped. Masks
    are short, so that end may have moved before the limit.
    """
    margin = max([4096, *(3 * len(secret) for secret in secrets if secret)])
    kept = scrub(text[: limit + margin], secrets)
    if len(text) > limit + margin:
        kept = kept[:-margin]
    return kept[:limit]


def _as_text(body):
    if body is None:
        return ""
    if isinstance(body, (bytes, bytearray)):
        return bytes(body).decode("utf-8", "replace")
    return str(body).encode("utf-8", "replace").decode("utf-8")


def _redact_json(text, secrets):
    if text.lstrip()[:1] not in ("{", "["):
        return scrub(text, secrets)
    try:
        payload = load(text)
        masked = _mask(payload, secrets)
        masked = write(masked)
    except (ValueError, RecursionError, ArithmeticError):
        return scrub(text, secrets)
    return masked.encode("utf-8", "replace").decode("utf-8")


def _mask(value, secrets):
    if isinstance(value, dict):
        return {
            key: MASK if _is_sensitive(key, member) else _mask(member, secrets)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_mask(member, secrets) for member in value]
    if isinstance(value, str):
        return scrub(value, secrets)
    return value


def _is_sensitive(key, value):
    if value is None or key.lower() not in const.SENSITIVE_KEYS:
        return False
    if key.lower() == "code":
        return not _is_fault_code(value)
    return True


class RedactingFilter(logging.Filter):
    """Scrubs what passes a logger or a handler; never drops a record."""

    def filter(self, record):
        """Replace message and traceback by their scrubbed texts."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg!r} {record.args!r}"
        record.msg, record.args = scrub(message), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = scrub(record.exc_text)
        return True


# A filter of a logger does not see what its children log, so the children
# that write are named too.
LOGGERS = (
    "intuitlib",
    "oauthlib",
    "quickbooks",
    "requests",
    "requests_oauthlib",
    "requests_oauthlib.oauth2_session",
    "urllib3",
    "urllib3.connectionpool",
)


def install_filter(names=LOGGERS):
    """Put one `RedactingFilter` on each logger; again is harmless."""
    for name in names:
        logger = logging.getLogger(name)
        if not any(isinstance(known, RedactingFilter) for known in logger.filters):
            logger.addFilter(RedactingFilter())
