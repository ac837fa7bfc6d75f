"""Switches of the platform: what Intuit leaves open, conflicts on, or only memory says.

Those of the books (one set per company) are in `switches.py`.
"""

from dataclasses import asdict, dataclass

from .checks import check_known, check_one_of, check_truth, check_whole

CHOICES = {
    "rotation": ("daily", "always"),
    "old_refresh_token": ("dead", "grace"),
    "wrong_host": ("forbidden", "destination"),
    "throttle_status": (429, 403),
    "meter_cap_answer": ("forbidden", "throttled"),
}


@dataclass
class PlatformSwitches:
    """How the simulated platform behaves where Intuit's own word is not final."""

    rotation: str = "daily"
    """`daily`: a refresh token keeps its value for 24 h; `always`: every refresh
    returns a new value."""

    old_refresh_token: str = "dead"
    """What a rotated value is worth: `dead` at once, or `grace` for another 24 h."""

    code_reuse_kills_grant: bool = True
    """Whether exchanging a code a second time ends the grant of the first exchange."""

    describe_invalid_grant: bool = True
    """Whether a refused refresh carries `error_description` (both were seen)."""

    access_token_lag_seconds: int = 0
    """How long access tokens survive a revocation or a disconnection."""

    wrong_host: str = "forbidden"
    """A company at the other environment's host: `forbidden` is 403/3100,
    `destination` the older 400/007001."""

    batches_per_minute: int = 40
    """Calls of /batch per minute for one realm and app (40, or the announced 120)."""

    throttle_status: int = 429
    """Status of the throttle's answer; 403 was seen in 2016."""

    retry_after_seconds: int | None = None
    """Send `Retry-After` with the throttle's answer (Intuit documents none)."""

    meter_cap: int | None = None
    """Monthly number of metered calls after which reads are blocked (500000 in the
    free tier)."""

    meter_cap_answer: str = "forbidden"
    """What a blocked read gets: `forbidden` 403/3100, or `throttled`."""

    webhooks_need_grant: bool = True
    """Whether only companies connected to the app cause webhooks."""

    def update(self, changes):
        """Set the named switches; ValueError names what is wrong, nothing is set."""
        check_known("The platform", changes, asdict(self))
        for name, value in changes.items():
            self._check(name, value)
        for name, value in changes.items():
            setattr(self, name, value)

    def _check(self, name, value):
        default = getattr(PlatformSwitches(), name)
        if name in CHOICES:
            check_one_of(name, value, CHOICES[name])
        elif isinstance(default, bool):
            check_truth(name, value)
        elif value is not None or default is not None:
            check_whole(name, value)

    def as_dict(self):
        """Return the switches with their present values."""
        return asdict(self)
