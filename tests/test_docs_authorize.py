"""The button Authorize of stage 05's docs page: a login, and then requests with the token."""

from __future__ import annotations

import importlib.util
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.guards.code import files_of
from tests.serving import Site
from tutor.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.once  # the button is a script of the page's, run by the browser


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Serve a copy of the stage as the tool does, and open its docs page, with no other host."""
    chromium = shutil.which("chromium")
    if not chromium or importlib.util.find_spec("playwright") is None:
        pytest.skip("needs Debian's chromium and the playwright of requirements-dev.lock")
    from playwright.sync_api import sync_playwright

    stage = Catalog().find("auth")
    names = [name for name in files_of(stage) if name.endswith((".py", ".toml"))]
    site = Site(tmp_path)
    site.lesson({name: (stage.folder / name).read_text(encoding="utf-8") for name in names})
    with site.serve() as served, sync_playwright() as playwright:
        url = served.url
        browser = playwright.chromium.launch(
            executable_path=chromium,
            chromium_sandbox=False,
            args=["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        try:
            page = browser.new_page()
            page.goto(f"{url}/docs")
            yield page
        finally:
            browser.close()


def authorize(page: Page, password: str) -> Locator:
    """Fill in the dialog of the button Authorize as testuser; return the dialog."""
    page.locator(".auth-wrapper button.authorize").first.click()
    dialog = page.locator(".dialog-ux .modal-ux")
    dialog.locator("#oauth_username").fill("testuser")
    dialog.locator("#oauth_password").fill(password)
    dialog.locator("button.authorize").click()
    return dialog


def execute(page: Page, operation: str) -> Locator:
    """Try an operation without parameters; return what the page shows of the answer."""
    block = page.locator(f"[id='{operation}']")
    block.locator(".opblock-summary-control").click()
    block.locator("button.try-out__btn").click()
    block.locator("button.execute").click()
    answer = block.locator(".live-responses-table .response").first
    answer.wait_for()
    return answer


def test_after_authorize_requests_are_sent_with_the_token(page: Page) -> None:
    dialog = authorize(page, "password123")
    dialog.get_by_text("Authorized", exact=True).wait_for()
    dialog.locator("button.btn-done").click()

    answer = execute(page, "operations-users-read_me_users_me_get")

    assert answer.locator(".response-col_status").inner_text().startswith("200")
    assert '"username": "testuser"' in answer.inner_text()


def test_without_authorize_the_page_shows_a_401(page: Page) -> None:
    answer = execute(page, "operations-users-read_me_users_me_get")

    assert answer.locator(".response-col_status").inner_text().startswith("401")


def test_a_wrong_password_is_told_in_the_dialog(page: Page) -> None:
    dialog = authorize(page, "guess")
    errors = dialog.locator(".errors")
    errors.first.wait_for()

    assert "Unauthorized" in errors.first.inner_text()
    assert dialog.get_by_text("Authorized", exact=True).count() == 0
