"""Chromium, driven by Playwright, against the test's own server."""

import os
import resource
import shutil
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import HttpCase
from odoo.tests.common import get_db_name

from .common import ConnectionMixin
from .processes import IntuitServer

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Some of Odoo's assets are built at the first page that wants them.
TIMEOUT = 90_000
# How long a page may take to show that it took a click.
CLICK_TIMEOUT = 5_000
# What every page of the web client loads: (bundle, whether its JS, its CSS).
ASSETS = (
    ("web.assets_web", True, True),
    ("web.assets_web_print", False, True),
    ("web.assets_tests", True, True),
    ("web.assets_frontend", False, True),
    ("web.assets_emoji", True, False),
    ("bus.websocket_worker_assets", True, False),
)


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
def open_page(case, user, password="", width=1366, height=900):
    """Yield a Playwright page of a logged-in user, while the server may answer.

    :param HttpCase case: the test; its requests are let through meanwhile
    :param str password: of no account, since tests authenticate without looking at it
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


@cache
def _build_assets(database):
    """Build the assets once for all tests, and commit them.

    A page would build them anew in each test, to be rolled back with it.
    """
    with Registry(database).cursor() as cr:
        qweb = api.Environment(cr, SUPERUSER_ID, {})["ir.qweb"]
        for name, js, css in ASSETS:
            bundle = qweb._get_asset_bundle(name, js=js, css=css)
            if js:
                bundle.js()
            if css:
                bundle.css()


class BrowserCase(ConnectionMixin, HttpCase):
    """For tests in Chromium, to which Intuit's pages come from a server of their own.

    Put the mixins that a test needs before it among the bases.
    """

    @classmethod
    def setUpClass(cls):
        _build_assets(get_db_name())
        super().setUpClass()
        server = IntuitServer(cls.intuit)
        cls.addClassCleanup(server.stop)
        os.environ["QUICKBOOKS_ONLINE_BASE_URL"] = server.url
        cls.addClassCleanup(os.environ.pop, "QUICKBOOKS_ONLINE_BASE_URL")

    def open_page(self, user, **size):
        return open_page(self, user, **size)

    def go(self, page, path):
        page.goto(self.base_url() + path)

    def open_row(self, page, row):
        """Click a row of a list until its form is shown.

        A list that was drawn this very moment may lose a click: what is below the
        pointer when it goes up is another element than when it went down.
        """
        row.wait_for()
        for _attempt in range(TIMEOUT // CLICK_TIMEOUT):
            with suppress(PlaywrightTimeout):
                row.click(timeout=CLICK_TIMEOUT)
            with suppress(PlaywrightTimeout):
                page.locator(".o_form_view").wait_for(timeout=CLICK_TIMEOUT)
                return
        self.fail(f"No form was opened by {row}.")
