"""Each line of the log knows its request, and no other."""

import re

import pytest
from fastapi.testclient import TestClient

from conftest import Log
from story import AT_ONCE


def item_in(text: str) -> int | None:
    """Return the item that a path in a text asks for."""
    found = re.search(r"/(?:items|sync)/(\d+)\b", text)
    return int(found[1]) if found else None


def test_no_line_bears_the_id_of_another_request(log: Log) -> None:
    wrong, about = [], 0
    for line in log.lines:
        number = line.get("item_id") or item_in(f"{line.get('path')} {line['event']}")
        if number in AT_ONCE:
            about += 1
            if line["request_id"] != f"request-{number}":
                wrong.append(line)

    assert not wrong, (
        f"50 requests at once: {len(wrong)} of the {about} lines about them bear the ID of another "
        f"request. One says {wrong[0]['event']!r} and is about another item than its ID says"
    )
    assert about == 5 * len(AT_ONCE), "started, found, the server's own, completed, counted"


def test_a_line_that_belongs_to_no_request_has_no_id(log: Log) -> None:
    after = log.only("Shutting down")

    assert after["request_id"] is None, (
        f"the server's line {after['event']!r} belongs to no request, but bears the ID of one that "
        "was over long before"
    )


@pytest.mark.parametrize("path", ["/items/7", "/sync/7"])
def test_an_item_is_answered(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.json() == {"id": 7, "name": "Item 7"}


@pytest.mark.parametrize("name", ["12345678", "a-B_c-1234", "x" * 64])
def test_an_id_that_is_well_formed_is_kept_and_returned(client: TestClient, name: str) -> None:
    assert client.get("/items/7", headers={"X-Request-ID": name}).headers["x-request-id"] == name


@pytest.mark.parametrize(
    "name",
    ["", "1234567", "x" * 65, "1234 5678", "1234.5678", '","level":"x', "ünïcödé-id", "1\n2"],
)
def test_an_id_that_is_not_is_replaced(client: TestClient, name: str) -> None:
    made = client.get("/items/7", headers={b"X-Request-ID": name.encode()}).headers["x-request-id"]

    assert re.fullmatch(r"[A-Za-z0-9_-]{32,64}", made)
    assert made != name


def test_each_request_gets_an_id_of_its_own(client: TestClient) -> None:
    made = {client.get("/items/7").headers["x-request-id"] for _ in range(10)}

    assert len(made) == 10


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/fail", 500), ("GET", "/nowhere", 404), ("GET", "/items/0", 422),
     ("POST", "/items/7", 405)],
)  # fmt: skip
def test_an_error_is_returned_with_the_id_too(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path, headers={"X-Request-ID": "known-to-me"})

    assert answer.status_code == status
    assert answer.headers.get_list("x-request-id") == ["known-to-me"]


def test_a_client_sees_no_more_of_a_mistake_than_that_there_is_one(client: TestClient) -> None:
    assert client.get("/fail").json() == {"detail": "Internal Server Error"}
