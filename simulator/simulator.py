"""The state of the whole simulator: one object, in memory."""

from .apps import default_apps
from .clock import Clock
from .companies import Companies
from .id_token import Signer, User
from .injection import Injector
from .journal import Journal
from .limits import LimitKeeper, Meter
from .oauth import Authority
from .settings import PlatformSwitches
from .webhooks import WebhookCentre

# realm id -> profile and country of the demo seed.
DEMO_COMPANIES = {
    "9341450000000001": ("us", "US"),
    "9341450000000002": ("us_manual", "US"),
    "9341450000000003": ("gb", "GB"),
    "9341450000000004": ("ca", "CA"),
    "9341450000000005": ("au", "AU"),
    "9341450000000006": ("fr", "FR"),
    "9341450000000101": ("us_production", "US"),
}
SEEDS = ("demo", "none")
COUNTRIES = ("US", "GB", "CA", "AU", "FR")


class Simulator:
    """Everything the simulator knows. `reset` brings back the seeded state."""

    def __init__(
        self, *, seed="demo", clock=None, limits=True, country=None, latency_ms=0
    ):
        if seed not in SEEDS:
            raise ValueError(f"seed is one of {', '.join(SEEDS)}.")
        if country is not None and country not in COUNTRIES:
            raise ValueError(f"country is one of {', '.join(COUNTRIES)}.")
        self.seed = seed
        self.country = country
        self.clock = clock or Clock()
        self.latency_seconds = latency_ms / 1000
        self.signer = Signer()
        self.user = User()
        self.webhooks = WebhookCentre(self.clock)
        self._limits_enabled = limits
        self.reset()

    def reset(self):
        """Forget everything that happened since the start; the clock stays."""
        self.switches = PlatformSwitches()
        self.apps = default_apps()
        self.oauth = Authority(self.clock, self.switches)
        self.limits = LimitKeeper(self.switches, enabled=self._limits_enabled)
        self.meter = Meter(self.clock, self.switches)
        self.injector = Injector()
        self.journal = Journal(self.clock)
        self.webhooks.reset()
        self.companies = Companies(self.clock, self._publish)
        if self.seed == "demo":
            for realm_id, (profile, country) in DEMO_COMPANIES.items():
                if self.country in (None, country):
                    self.companies.add(realm_id, profile)

    def _publish(self, change):
        """Tell the apps connected to the company about a committed change."""
        if self.switches.webhooks_need_grant:
            grants = self.oauth.live_grants(realm_id=change.realm_id)
            client_ids = {grant.client_id for grant in grants}
        else:
            client_ids = set(self.apps)
        self.webhooks.publish(change, client_ids)
