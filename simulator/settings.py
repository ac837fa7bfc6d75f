"""Switches of the platform: what Intuit leaves open, conflicts on, or only memory says.

Those of the books (one set per company) are in `switches.py`.
"""

from dataclasses import asdict, dataclass, fields

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
        known = {item.name: item.type for item in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(
                    f"There is no switch {name}; there are: {', '.join(sorted(known))}."
                )
            self._check(name, value)
        for name, value in changes.items():
            setattr(self, name, value)

    def _check(self, name, value):
        if name in CHOICES:
            if value not in CHOICES[name]:
                raise ValueError(f"{name} is one of {list(CHOICES[name])}.")
            return
        default = getattr(PlatformSwitches(), name)
        if isinstance(default, bool):
            if not isinstance(value, bool):
                raise ValueError(f"{name} is true or false.")
        elif value is None and default is None:
            return
        elif isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{name} is a number, zero or more.")

    def as_dict(self):
        """Return the switches with their present values."""
        return asdict(self)
