"""Input that is not valid is refused with its place, and the schema says so."""

from typing import Any

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("path", ["items", "sync"])
@pytest.mark.parametrize(
    "item_id", ["0", "-1", str(2**63), "9" * 5000, "1.5", "nan", "x", "%00", "%ED%A0%80"]
)
def test_an_id_that_is_none_is_refused(client: TestClient, path: str, item_id: str) -> None:
    answer = client.get(f"/{path}/{item_id}")

    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [["path", "item_id"]]


@pytest.mark.parametrize("item_id", [1, 2**63 - 1])
def test_the_first_and_the_last_id_are_good(client: TestClient, item_id: int) -> None:
    assert client.get(f"/items/{item_id}").json()["id"] == item_id


def test_each_operation_is_described_with_its_errors(client: TestClient) -> None:
    paths: dict[str, dict[str, Any]] = client.get("/openapi.json").json()["paths"]

    assert {path: set(operations["get"]["responses"]) for path, operations in paths.items()} == {
        "/items/{item_id}": {"200", "422"},
        "/sync/{item_id}": {"200", "422"},
        "/fail": {"500"},
    }
    for operations in paths.values():
        assert operations["get"]["description"]
        assert "Successful Response" not in str(operations["get"]["responses"])
