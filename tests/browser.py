"""Chromium, driven by Playwright, against the test's own server."""

import os
import resource
import shutil
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Odoo's assets are built at the first page of a run.
TIMEOUT = 90_000


@contextmanager
def _unlimited_memory():
    """Odoo limits its own address space; Chromium would inherit that and crash."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limits[1], limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _launch(playwright):
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=ARGUMENTS
    )


@contextmanager
def open_page(case, user, password, width=1366, height=900):
    """Yield a Playwright page of a logged-in user, while the server may answer.

    :param HttpCase case: the test; its requests are let through meanwhile
    """
    session = case.authenticate(user.login, password)
    with (
        case.allow_requests(all_requests=True),
        _unlimited_memory(),
        sync_playwright() as playwright,
    ):
        browser = _launch(playwright)
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(TIMEOUT)
        context.add_cookies(
            [{"name": "session_id", "value": session.sid, "url": case.base_url()}]
        )
        page = context.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        case.assertEqual(page.get_by_text("css error").count(), 0)
        browser.close()
    case.assertFalse(errors)


def take_screenshot(page, name):
    """Keep a picture if somebody wants to look: QUICKBOOKS_ONLINE_SCREENSHOTS."""
    folder = os.environ.get("QUICKBOOKS_ONLINE_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
