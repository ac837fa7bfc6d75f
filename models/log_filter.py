import logging

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


WRITE_ONLY_MARKERS = MARKERS[1:]


class QboLogFilter(RedactingFilter):
    """Scrubs the lines of Odoo's logs that concern us, and no others."""

    def filter(self, record):
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return True
        for marker in WRITE_ONLY_MARKERS:
            # What follows is values in a shape nobody can foresee: none of it stays.
            if marker in message:
                message = message[: message.index(marker)] + f"{marker} ***"
                record.msg, record.args = message, ()
        if any(marker in message for marker in MARKERS):
            return super().filter(record)
        return True


def install_log_filter():
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, QboLogFilter) for known in logger.filters):
            logger.addFilter(QboLogFilter())


install_filter()
install_log_filter()
