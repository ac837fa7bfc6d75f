"""`GET reports/<name>`: what Intuit's report service makes of the ledger.

Only accrual reports, and only the parameters that are read here: what is not computed
is refused, never answered as if it had been.
"""

from .. import faults
from . import profit_and_loss, trial_balance

_EVERYWHERE = {
    "TrialBalance": trial_balance.build,
    "ProfitAndLoss": profit_and_loss.build,
}
# The same account by account, under a name of its own (Intuit's page).
_IN_FRANCE = {"TrialBalanceFR": trial_balance.build}
# What does not change a figure.
_HARMLESS = frozenset({"minorversion", "qzurl", "requestid"})


def run(company, name, args):
    """Return the report as QBO prints it; `args` are the query's arguments.

    Raises 500 for a report that is not there, 2060 for a wrong date, 6000 for what has
    no books here.
    """
    known = _IN_FRANCE if company.country == "FR" else _EVERYWHERE
    build = known.get(name)
    if build is None:
        path = f"/v3/company/{company.realm_id}/reports/{name}"
        raise faults.unsupported_operation(path)
    wanted = {key: value for key, value in args.items() if key not in _HARMLESS}
    return build(company, name, wanted)
