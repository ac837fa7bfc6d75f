"""Intuit in a box: a strict stand-in for QuickBooks Online, its OAuth and webhooks.

A stand-alone WSGI program whose only dependency is Werkzeug. State lives in memory.
See README.md for what it imitates and what it does not.
"""


def create_app(*args, **kwargs):
    """Build the WSGI application; see `simulator.app.create_app`."""
    from .app import create_app as build

    return build(*args, **kwargs)
