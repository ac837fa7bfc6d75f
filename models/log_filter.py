import logging
import re

from ..tools.redact import RedactingFilter, install_filter

# What a line of Odoo's own logs must mention to be one that may hold a secret of
# ours: the address Intuit sends a code to (access log), a write-only field (the
# arguments of a call, which Odoo logs at DEBUG).
MARKERS = (
    "/quickbooks_online/oauth/callback",
    "client_secret_input",
    "verifier_token_input",
)
LOGGERS = ("werkzeug", "odoo.http", "odoo.service.model", "odoo.service.server")


# A write-only field as Python or JSON print it.
WRITE_ONLY = re.compile(
    r"""(['"](?:client_secret|verifier_token)_input['"]\s*:\s*)"""
    r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
)


class QboLogFilter(RedactingFilter):
    """Scrubs the lines of Odoo's logs that concern us, and no others."""

    def filter(self, record):
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return True
        if any(marker in message for marker in MARKERS):
            record.msg, record.args = WRITE_ONLY.sub(r"\1'***'", message), ()
            return super().filter(record)
        return True


def install_log_filter():
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, QboLogFilter) for known in logger.filters):
            logger.addFilter(QboLogFilter())


install_filter()
install_log_filter()
