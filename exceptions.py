"""What can go wrong with QuickBooks Online, by what is to be done about it.

Each error carries a `Fault` (see `tools/faults.py`). `str()` of any of them is
safe to show and to log: the texts were scrubbed when the fault was built.
"""

from . import const


class QboError(Exception):
    """QuickBooks did not do what was asked.

    :param fault: the `Fault` that says why
    :param retry_after: seconds, instead of those the fault names
    """

    def __init__(self, fault, *, retry_after=None):
        super().__init__(fault)
        self.fault = fault
        self._retry_after = retry_after

    def __str__(self):
        return self.fault.describe()

    @property
    def code(self):
        """Intuit's code as a string, '' when there was none."""
        return self.fault.code

    @property
    def kind(self):
        """One word of `tools.faults.KINDS`."""
        return self.fault.kind

    @property
    def tid(self):
        """Intuit's trace id, which its support asks for; '' when unknown."""
        return self.fault.tid

    @property
    def hint(self):
        """What a person can do, '' when nothing is known."""
        return self.fault.hint

    @property
    def retry_after(self):
        """Seconds after which to ask again, or None when nobody said."""
        if self._retry_after is not None:
            return self._retry_after
        return self.fault.retry_after


class QboRetryableError(QboError):
    """A passing failure: the same call may succeed later."""

    @property
    def uncertain(self):
        """True when the request may have been executed all the same."""
        return self.fault.uncertain


class QboThrottledError(QboRetryableError):
    """HTTP 429: the whole realm pauses. It costs no attempt, nothing was done."""

    @property
    def uncertain(self):
        """False: Intuit executes nothing that it throttles."""
        return False

    @property
    def retry_after(self):
        """Seconds of the pause; 60 when Intuit names none."""
        seconds = super().retry_after
        return const.THROTTLE_PAUSE_SECONDS if seconds is None else seconds


class QboUnauthorizedError(QboError):
    """HTTP 401, 3200: the access token ended. Refresh once and replay."""


class QboGrantError(QboError):
    """Token endpoint, invalid_grant: the grant is dead. Connect again."""


class QboConfigurationError(QboError):
    """Wrong keys, wrong environment or no access to the company.

    Only a person can mend it; trying again or connecting again does not.
    """


class QboSubscriptionError(QboError):
    """6190: the company's subscription ended. Reading works, writing does not."""


class QboRejectedError(QboError):
    """QuickBooks refused this one thing. `kind` and `code` say why."""


VAULT_PROBLEMS = {
    "empty": "The encryption key is empty: %(place)s.",
    "short": "The encryption key is shorter than %(length)s characters: %(place)s.",
    "missing": "There is no encryption key: %(place)s is missing.",
    "unreadable": "The encryption key cannot be read: %(place)s.",
    "unwritable": "The encryption key cannot be written: %(place)s.",
    "unnamed": "An encryption key and the database's uuid are needed.",
    "foreign": "What is stored cannot be decrypted: it was made with another key or "
    "in another database.",
}


class VaultError(Exception):
    """The encryption key is missing, or does not open what is stored.

    :param problem: one word of `VAULT_PROBLEMS`
    :param place: where the key was looked for, '' when that does not matter
    """

    def __init__(self, problem, place=""):
        super().__init__(problem, place)
        self.problem = problem
        self.place = place

    def __str__(self):
        return VAULT_PROBLEMS[self.problem] % self.values

    @property
    def values(self):
        """What stands in the text, by name."""
        length = const.ENCRYPTION_KEY_MINIMUM_LENGTH
        return {"place": self.place, "length": length}
