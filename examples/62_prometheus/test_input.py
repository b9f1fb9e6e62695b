"""Input that is not valid is refused with its place, and the schema says so."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "item_id", ["0", "-1", str(2**63), "9" * 5000, "1.5", "nan", "x", "%00", "%ED%A0%80"]
)
def test_an_id_that_is_none_is_refused(client: TestClient, item_id: str) -> None:
    answer = client.get(f"/items/{item_id}")

    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [["path", "item_id"]]


@pytest.mark.parametrize("item_id", [1, 2**63 - 1])
def test_the_first_and_the_last_id_are_good(client: TestClient, item_id: int) -> None:
    assert client.get(f"/items/{item_id}").json()["id"] == item_id


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": ""}',
        b'{"name": null}',
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": "\\ud800"}',
        b'{"name": 7}',
        b'{"name": "%s"}' % (b"x" * 101),
        b"{}",
    ],
)
def test_a_name_that_is_none_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/items", content=body, headers=JSON)

    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [["body", "name"]]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[" * 100_000, b"null", b"[1]"])
def test_what_is_no_item_is_refused(client: TestClient, body: bytes) -> None:
    assert client.post("/items", content=body, headers=JSON).status_code in (400, 422)


@pytest.mark.parametrize("name", ["\x00", "x" * 100, "Kännchen ☕"])
def test_a_name_may_have_any_characters(client: TestClient, name: str) -> None:
    assert client.post("/items", json={"name": name}).json()["name"] == name


def test_each_operation_is_described_with_its_errors(client: TestClient) -> None:
    paths: dict[str, dict[str, Any]] = client.get("/openapi.json").json()["paths"]

    statuses = {
        f"{method.upper()} {path}": set(operation["responses"])
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
    assert statuses == {
        "POST /items": {"201", "400", "422"},
        "GET /items/{item_id}": {"200", "422"},
        "GET /fail": {"500"},
        "GET /metrics": {"200"},
    }
    for operations in paths.values():
        for operation in operations.values():
            assert operation["description"]
            assert "Successful Response" not in str(operation["responses"])
