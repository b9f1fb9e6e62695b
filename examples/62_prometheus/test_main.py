"""The shop, and one series for each route: however many items, and however many wrong paths."""

from fastapi.testclient import TestClient
from prometheus_client import CONTENT_TYPE_LATEST

from asking import ask_all
from scraping import Scraper


def ask(client: TestClient, paths: list[str]) -> None:
    """Ask the client's app for many paths, in a moment."""
    assert client.portal
    client.portal.call(ask_all, client.app, paths, client.app_state)


def test_an_item_is_created(client: TestClient) -> None:
    answer = client.post("/items", json={"name": "Teapot"})

    assert answer.status_code == 201
    item = answer.json()
    assert item["name"] == "Teapot"
    assert client.get(f"/items/{item['id']}").status_code == 200


def test_an_item_is_read(client: TestClient) -> None:
    answer = client.get("/items/7")

    assert answer.status_code == 200
    assert answer.json() == {"id": 7, "name": "Item 7"}


def test_a_client_sees_no_more_of_a_mistake_than_that_there_is_one(client: TestClient) -> None:
    answer = client.get("/fail")

    assert answer.status_code == 500
    assert answer.text == "Internal Server Error"


def test_prometheus_is_told_the_format_that_its_library_writes(client: TestClient) -> None:
    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == CONTENT_TYPE_LATEST


def test_a_thousand_items_are_one_series(client: TestClient, scraper: Scraper) -> None:
    ask(client, [f"/items/{number}" for number in range(1, 1001)])

    requests = scraper.requests()

    assert len(requests) == 1, (
        f"1,000 requests for 1,000 items made {len(requests):,} series of http_requests_total: one "
        "for the route would do, as they all have the same template"
    )
    assert list(requests.values()) == [1000]


def test_paths_that_no_route_has_are_one_series(client: TestClient, scraper: Scraper) -> None:
    ask(client, [f"/wp-admin/{number}.php" for number in range(100)])

    requests = scraper.requests()

    assert len(requests) == 1, (
        f"100 paths that no route has made {len(requests)} series of http_requests_total: anybody "
        "can fill the memory, unless such paths share one label"
    )
    assert list(requests.values()) == [100]
