import logging
import re

from ..tools.redact import RedactingFilter, install_filter

# What a line of Odoo's own logs must mention to be one that may hold a secret of
# ours: a write-only field (the arguments of a call, which Odoo logs at DEBUG), or the
# address Intuit sends a code to (access log).
WRITE_ONLY_MARKERS = ("client_secret_input", "verifier_token_input")
CALLBACK_MARKER = re.compile(
    r"(quickbooks_online(?:/|%2F)oauth(?:/|%2F)callback)", re.I
)
# Whoever has to log in first is sent on from there: the query is quoted once more.
CALLBACK_QUERY = re.compile(rf"{CALLBACK_MARKER.pattern}(\?|%3F)[^\s\"']*", re.I)
LOGGERS = ("werkzeug", "odoo.http", "odoo.service.model", "odoo.service.server")


class QboLogFilter(RedactingFilter):
    """Scrubs the lines of Odoo's logs that concern us, and no others."""

    def filter(self, record):
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return True
        is_ours = False
        for marker in WRITE_ONLY_MARKERS:
            # What follows is values in a shape nobody can foresee: none of it stays.
            if marker in message:
                message = message[: message.index(marker)] + f"{marker} ***"
                is_ours = True
        if CALLBACK_MARKER.search(message):
            message = CALLBACK_QUERY.sub(r"\1\2***", message)
            is_ours = True
        if not is_ours:
            return True
        record.msg, record.args = message, ()
        return super().filter(record)


def install_log_filter():
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, QboLogFilter) for known in logger.filters):
            logger.addFilter(QboLogFilter())


install_filter()
install_log_filter()
