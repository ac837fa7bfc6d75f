"""The script that the refresh agent is started with: see refresh_agent.py.

The addon's own package imports Odoo. A bare one that only knows the path stands
in for it, so the agent is there in half a second.
"""

import contextlib
import json
import sys


def _import_agent(path):
    # Instead of the folder of this script, whose modules have common names.
    sys.path[:] = path
    import importlib
    import types
    from pathlib import Path

    package = types.ModuleType("quickbooks_online")
    package.__path__ = [str(Path(__file__).resolve().parent.parent)]
    sys.modules[package.__name__] = package
    return importlib.import_module(f"{package.__name__}.tools.refresh_agent")


def main():
    """Read an order as JSON, carry it out, write the answer as JSON."""
    try:
        values = json.load(sys.stdin)
        _import_agent(values.pop("path")).serve(values, sys.stdout)
    except Exception as error:
        # Its text and traceback may hold what nobody is to read.
        sys.stdout.write(json.dumps({"problem": type(error).__name__}))
    # Whoever asked may be dead: what was to be done is committed.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()


if __name__ == "__main__":
    main()
