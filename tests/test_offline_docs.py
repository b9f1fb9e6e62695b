"""The docs pages with no internet: every asset from here, the lesson's app left as it is."""

from __future__ import annotations

import importlib.util
import logging
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from fastapi import FastAPI
from fastapi.openapi import docs
from starlette.middleware.gzip import GZipMiddleware
from starlette.testclient import TestClient

from tests.serving import Site
from tutor.errors import TutorError
from tutor.offline_docs import FOLDER, QuietAssets, read_asset, use_local_assets, with_assets

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTSIDE = re.compile(r'(?:https?:)?//[^\s"\'<>]+')
NAMED = re.compile(r'(?:src|href)="([^"]+)"')


@pytest.fixture(autouse=True)
def local_assets() -> Iterator[None]:
    """Make FastAPI's pages name local assets for the length of a test."""
    pages = (docs.get_swagger_ui_html, docs.get_redoc_html)
    before = [dict(page.__kwdefaults__ or {}) for page in pages]
    use_local_assets()
    yield
    for page, defaults in zip(pages, before, strict=True):
        page.__kwdefaults__ = defaults


def _mounted() -> FastAPI:
    app = FastAPI()
    app.mount("/inner", FastAPI())
    return app


def _zipped() -> FastAPI:
    app = FastAPI()
    app.add_middleware(GZipMiddleware, minimum_size=1)
    return app


@pytest.mark.parametrize(
    ("app", "page"),
    [
        (FastAPI(), "/docs"),
        (FastAPI(), "/redoc"),
        (FastAPI(docs_url="/api/v1/docs", redoc_url="/"), "/api/v1/docs"),
        (FastAPI(docs_url="/api/v1/docs", redoc_url="/"), "/"),
        (FastAPI(), "/behind/docs"),
        (_mounted(), "/inner/docs"),
        (_mounted(), "/inner/redoc"),
        (_zipped(), "/docs"),
    ],
)
def test_a_page_names_no_outside_address_and_all_that_it_names_answers(
    app: FastAPI, page: str
) -> None:
    prefix = "/behind" if page.startswith("/behind") else ""
    client = TestClient(with_assets(app), root_path=prefix)
    html = client.get(page)
    assert html.status_code == 200
    assert OUTSIDE.findall(html.text) == []
    named = NAMED.findall(html.text)
    assert len(named) >= 2
    for name in named:
        asset = client.get(urljoin(page, name))
        assert (asset.status_code, len(asset.content) > 1000) == (200, True), name
        kind = asset.headers["content-type"].partition(";")[0]
        assert (
            kind
            == {"js": "text/javascript", "css": "text/css", "png": "image/png"}[
                name.rpartition(".")[2]
            ]
        )


def test_an_app_without_docs_stays_without() -> None:
    client = TestClient(with_assets(FastAPI(docs_url=None, redoc_url=None)))
    assert (client.get("/docs").status_code, client.get("/redoc").status_code) == (404, 404)


def test_the_schema_and_the_routes_of_the_app_stay_as_they_are() -> None:
    app = FastAPI()
    schema, routes = app.openapi(), list(app.routes)
    with TestClient(with_assets(app)) as client:
        client.get("/docs")
        assert client.get("/openapi.json").json() == schema
    assert list(app.routes) == routes


def test_an_address_that_the_lesson_chose_itself_is_kept() -> None:
    page = docs.get_redoc_html(openapi_url="/x", title="x", redoc_js_url="/own/redoc.js")
    assert b'src="/own/redoc.js"' in page.body


@pytest.mark.parametrize(
    "path", [f"/{FOLDER}/core.py", f"/{FOLDER}/../core.py", "/favicon.png", f"/{FOLDER}/"]
)
def test_only_the_known_files_are_served(path: str) -> None:
    assert TestClient(with_assets(FastAPI())).get(path).status_code == 404


def test_head_of_an_asset_has_its_length_and_no_body() -> None:
    answer = TestClient(with_assets(FastAPI())).head(f"/{FOLDER}/favicon.png")
    assert int(answer.headers["content-length"]) == len(read_asset("favicon.png"))
    assert answer.content == b""


def test_redoc_fetches_no_logo_of_its_maker() -> None:
    assert b"cdn.redoc.ly" not in read_asset("redoc.standalone.js")


def test_a_fastapi_that_builds_its_pages_in_another_way_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def renamed(*, javascript: str = "") -> str:
        return javascript

    monkeypatch.setattr(docs, "get_redoc_html", renamed)
    with pytest.raises(TutorError, match="no redoc_favicon_url, redoc_js_url, with_google_fonts"):
        use_local_assets()


@pytest.mark.parametrize(
    ("path", "kept"),
    [(f"/{FOLDER}/favicon.png", False), (f"/a/{FOLDER}/favicon.png?v=1", False), ("/", True)],
)
def test_the_access_log_keeps_all_but_the_assets(path: str, kept: bool) -> None:
    arguments = ("127.0.0.1:1", "GET", path, "1.1", 200)
    record = logging.LogRecord("uvicorn.access", 20, __file__, 1, "%s %s %s %s %d", arguments, None)
    assert QuietAssets().filter(record) is kept


LESSON = '''\
"""A made-up app."""
from fastapi import FastAPI

app = FastAPI(title="Made-up lesson")


@app.get("/teapots", summary="Count the teapots")
def count_teapots() -> int:
    return 3
'''


@pytest.mark.once  # the browser's part; that the page and its parts are served is tested above
@pytest.mark.parametrize(
    ("page", "selector"),
    [
        ("/docs", "css=.opblock-summary-description"),
        ("/redoc", "css=h2:has-text('Count the teapots')"),
    ],
)
def test_a_page_renders_in_a_browser_that_reaches_nothing_else(
    tmp_path: Path, page: str, selector: str
) -> None:
    chromium = shutil.which("chromium")
    if not chromium or importlib.util.find_spec("playwright") is None:
        pytest.skip("needs Debian's chromium and the playwright of requirements-dev.lock")
    from playwright.sync_api import sync_playwright

    site = Site(tmp_path)
    site.lesson({"main.py": LESSON})
    with site.serve() as served, sync_playwright() as playwright:
        url = served.url
        browser = playwright.chromium.launch(
            executable_path=chromium,
            chromium_sandbox=False,
            args=["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        try:
            tab = browser.new_page()
            asked: list[str] = []
            wrong: list[str] = []
            tab.on("request", lambda request: asked.append(request.url))
            tab.on("requestfailed", lambda request: wrong.append(request.url))
            tab.on(
                "console", lambda said: wrong.append(said.text) if said.type == "error" else None
            )
            tab.goto(url + page)
            tab.locator(selector).first.wait_for()
            assert tab.locator(selector).first.inner_text() == "Count the teapots"
            tab.wait_for_load_state("networkidle")
            assert [one for one in asked if not one.startswith((url, "data:", "blob:"))] == []
            assert wrong == []
        finally:
            browser.close()
