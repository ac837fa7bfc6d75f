"""Makes `quickbooks_online.tools` importable without Odoo.

The repository root is the addon, whose own `__init__` imports Odoo. A bare
package of the same name that only knows the path stands in for it.
"""

import sys
import types
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[2]

package = types.ModuleType("quickbooks_online")
package.__path__ = [str(ROOT)]
# pytest imports `tools` as a part of the folder above it, whatever its name is.
for name in ("quickbooks_online", ROOT.name):
    sys.modules.setdefault(name, package)

settings.register_profile(
    "tools",
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tools")
