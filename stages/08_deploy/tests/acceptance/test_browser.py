"""In a real browser: the page, and the docs, which obey what their headers allow."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers import posix_only, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Route

sync_api = pytest.importorskip("playwright.sync_api", reason="needs PyPI's playwright")

pytestmark = posix_only

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="module")
def browser(migrated_file: Path) -> Iterator[Browser]:  # noqa: ARG001  # made before
    """Start the browser that is installed.

    From then on an event loop runs in this thread, so that nothing could be migrated any more.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs Debian's chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=False, args=FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page; what it takes from elsewhere comes from a package, for there is no internet."""
    page = browser.new_page()
    page.route("https://cdn.jsdelivr.net/**", answer_from_package)
    yield page
    page.close()


def answer_from_package(route: Route) -> None:
    """Answer the request for a script or a style of the docs."""
    spec = importlib.util.find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        pytest.skip("needs PyPI's fastapi-offline")
    name = route.request.url.rpartition("/")[2]
    route.fulfill(path=Path(spec.origin).parent / "static" / name)


@pytest.fixture
def problems(page: Page) -> list[str]:
    """Note what the browser complains of, but for pictures that it cannot get."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if is_problem(message) else None)
    return found


def is_problem(message: object) -> bool:
    """Tell whether a line of the console is about what must not be."""
    return "Content Security Policy" in getattr(message, "text", "")


@pytest.fixture
def url() -> Iterator[str]:
    """Serve the app as a developer does."""
    with serving("app.main:app") as (url, _):
        yield url


def test_the_page_says_how_it_is_and_leads_on(page: Page, url: str, problems: list[str]) -> None:
    page.goto(url)

    assert page.title() == "Task Manager"
    assert page.get_by_text("The app is ready.").is_visible()
    page.get_by_role("link", name="Health").click()
    page.wait_for_url(f"{url}/health/ready")
    assert page.inner_text("body").strip() == '{"status":"ok"}'
    page.go_back()
    page.get_by_role("link", name="Documentation").click()
    page.locator(".opblock").first.wait_for()
    assert problems == []


def authorize(page: Page) -> None:
    """Log in with the dialog of the button Authorize."""
    page.locator(".auth-wrapper button.authorize").first.click()
    dialog = page.locator(".dialog-ux .modal-ux")
    dialog.locator("#oauth_username").fill("testuser")
    dialog.locator("#oauth_password").fill("password123")
    dialog.locator("button.authorize").click()
    dialog.get_by_text("Authorized", exact=True).wait_for()
    dialog.locator("button.btn-done").click()


def execute(page: Page, operation: str) -> Locator:
    """Try an operation as the page suggests it; return what it shows of the answer."""
    block = page.locator(f"[id='operations-{operation}']")
    block.locator(".opblock-summary-control").click()
    block.locator("button.try-out__btn").click()
    block.locator("button.execute").click()
    answer = block.locator(".live-responses-table .response").first
    answer.wait_for()
    return answer


def test_a_task_is_created_and_seen_on_the_docs_page(
    page: Page, url: str, problems: list[str]
) -> None:
    page.goto(f"{url}/docs")
    authorize(page)

    created = execute(page, "tasks-create_task_api_v1_tasks_post")
    listed = execute(page, "tasks_v2-list_tasks_api_v2_tasks_get")

    assert created.locator(".response-col_status").inner_text().startswith("201")
    assert '"title": "Buy milk"' in created.inner_text()
    assert listed.locator(".response-col_status").inner_text().startswith("200")
    assert '"completed_at": null' in listed.inner_text()
    assert problems == []


def test_the_browser_runs_no_script_on_other_pages(page: Page, url: str) -> None:
    page.goto(url)
    script = "document.body.append(Object.assign(document.createElement('script'), {text: '%s'}))"

    page.evaluate(script % "document.title = 1")

    assert page.title() == "Task Manager"
