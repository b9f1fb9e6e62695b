"""What may be asked, and what the schema says of it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

BOTH = pytest.mark.parametrize("path", ["profile", "profile-safe"])


@BOTH
@pytest.mark.parametrize(
    "user_id",
    ["0", "-1", "9223372036854775808", "1" * 5000, "abc", "1.5", "NaN", "%00", "%ED%A0%80"],
)
def test_a_user_has_a_number(client: TestClient, path: str, user_id: str) -> None:
    answer = client.get(f"/users/{user_id}/{path}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["path", "user_id"]


@BOTH
def test_the_largest_number_of_64_bits_is_a_user(client: TestClient, path: str) -> None:
    answer = client.get(f"/users/9223372036854775807/{path}")

    assert answer.json()["user"]["id"] == 9223372036854775807


@BOTH
def test_a_profile_can_only_be_read(client: TestClient, path: str) -> None:
    assert client.post(f"/users/7/{path}").status_code == 405


def operation(client: TestClient, path: str) -> dict[str, Any]:
    """Return what the schema says of an operation."""
    paths = client.get("/openapi.json").json()["paths"]
    found: dict[str, Any] = paths[f"/users/{{user_id}}/{path}"]["get"]
    return found


def test_the_schema_names_the_errors_of_the_profile(client: TestClient) -> None:
    assert set(operation(client, "profile")["responses"]) == {"200", "422", "502", "504"}


def test_the_safe_profile_has_no_errors_of_its_own(client: TestClient) -> None:
    assert set(operation(client, "profile-safe")["responses"]) == {"200", "422"}


def test_the_schema_says_that_a_part_may_be_missing(client: TestClient) -> None:
    parts = client.get("/openapi.json").json()["components"]["schemas"]["SafeProfile"]["properties"]

    for part in ("user", "orders", "preferences"):
        assert {"$ref": "#/components/schemas/Missing"} in parts[part]["anyOf"]


@BOTH
def test_an_operation_is_described(client: TestClient, path: str) -> None:
    assert operation(client, path)["description"]
