"""What is counted, and what is not: each request once, however it ends."""

import threading
from time import perf_counter

import pytest
from fastapi.testclient import TestClient

from conftest import gate
from scraping import Scraper, read, value

IN_PROGRESS = "http_requests_in_progress"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/fail", ("GET", "/fail", "500")),
        ("GET", "/tests/stream", ("GET", "/tests/stream", "200")),
        ("GET", "/tests/stream?breaks=1", ("GET", "/tests/stream", "200")),  # as it began
        ("GET", "/items", ("GET", "/items", "405")),
        ("BREW", "/items", ("other", "/items", "405")),
    ],
)
def test_a_request_is_counted_with_method_route_and_status(
    client: TestClient, scraper: Scraper, method: str, path: str, expected: tuple[str, ...]
) -> None:
    for _ in range(3):
        client.request(method, path)

    assert scraper.requests() == {expected: 3}


def test_a_refused_body_is_counted_by_the_status_of_its_answer(
    client: TestClient, scraper: Scraper
) -> None:
    client.post("/items", json={"name": "Teapot"})
    client.post("/items", json={"name": ""})
    client.post("/items", content=b"[" * 100_000, headers={"Content-Type": "application/json"})

    assert scraper.requests() == {
        ("POST", "/items", "201"): 1,
        ("POST", "/items", "422"): 1,
        ("POST", "/items", "400"): 1,
    }


def test_any_number_of_methods_is_one_more_series(client: TestClient, scraper: Scraper) -> None:
    for number in range(20):
        client.request(f"BREW{number}", "/items")

    assert scraper.requests() == {("other", "/items", "405"): 20}


def test_prometheus_own_requests_are_not_counted(client: TestClient, scraper: Scraper) -> None:
    texts = [client.get("/metrics").text for _ in range(3)]

    assert scraper.requests() == {}
    assert [value(text, IN_PROGRESS) for text in texts] == [0, 0, 0]


def test_only_items_that_were_created_count_as_business(
    client: TestClient, scraper: Scraper
) -> None:
    for name in ("Teapot", "Cup", "", "x" * 101):
        client.post("/items", json={"name": name})

    assert scraper.new("items_created_total") == {(): 2}


def test_a_request_is_in_progress_until_it_is_answered(client: TestClient) -> None:
    asker = threading.Thread(target=client.get, args=("/tests/wait",))
    asker.start()
    try:
        assert gate.reached.wait(30)
        assert value(client.get("/metrics").text, IN_PROGRESS) == 1
    finally:
        gate.opened.set()
        asker.join()
    assert value(client.get("/metrics").text, IN_PROGRESS) == 0


def test_after_errors_nothing_is_in_progress(client: TestClient) -> None:
    for path in ("/fail", "/fail", "/tests/stream?breaks=1", "/nowhere", "/items/0"):
        client.get(path)

    assert value(client.get("/metrics").text, IN_PROGRESS) == 0


def test_a_duration_is_kept_for_each_request(client: TestClient, scraper: Scraper) -> None:
    for path in ("/fail", "/fail", "/tests/stream", "/items"):
        client.get(path)

    assert scraper.new("http_request_duration_seconds_count", "method", "route") == {
        ("GET", "/fail"): 2,
        ("GET", "/tests/stream"): 1,
        ("GET", "/items"): 1,
    }


def test_a_stream_takes_until_its_last_part(client: TestClient, scraper: Scraper) -> None:
    client.get("/tests/stream")

    [seconds] = scraper.new("http_request_duration_seconds_sum").values()
    assert seconds >= 0.05


def test_what_is_done_after_an_answer_is_no_part_of_its_duration(
    client: TestClient, scraper: Scraper
) -> None:
    gate.asked_at = perf_counter()
    client.get("/tests/after")
    both = perf_counter() - gate.asked_at

    [seconds] = scraper.new("http_request_duration_seconds_sum").values()
    assert seconds < both / 2, "The work after the answer took longer than all before it."


def test_the_four_metrics_are_there_before_the_first_request(client: TestClient) -> None:
    text = client.get("/metrics").text

    for name, kind in [
        ("http_requests_total", "counter"),
        ("http_request_duration_seconds", "histogram"),
        ("http_requests_in_progress", "gauge"),
        ("items_created_total", "counter"),
    ]:
        assert f"# TYPE {name} {kind}\n" in text


def test_no_series_says_when_another_began(client: TestClient) -> None:
    client.get("/items")

    names = {name for name, *_ in read(client.get("/metrics").text)}
    assert not [name for name in names if name.endswith("_created")]
