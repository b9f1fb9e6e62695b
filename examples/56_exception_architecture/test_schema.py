"""The schema tells which errors there are, and that they have one shape."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

ERRORS = {
    ("get", "/users/{user_id}"): {"404", "422", "500"},
    ("post", "/orders"): {"422", "500"},
    ("get", "/inventory/{sku}"): {"422", "500", "502"},
}


@pytest.fixture
def schema(client: TestClient) -> dict[str, Any]:
    """Ask the app for its schema."""
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


@pytest.mark.parametrize(("method", "path"), ERRORS)
def test_every_operation_names_its_errors(schema: dict[str, Any], method: str, path: str) -> None:
    responses = schema["paths"][path][method]["responses"]

    errors = {status: each for status, each in responses.items() if status >= "400"}
    assert set(errors) == ERRORS[method, path]
    for each in errors.values():
        content = each["content"]["application/json"]
        assert content["schema"] == {"$ref": "#/components/schemas/ErrorEnvelope"}
        assert set(content["example"]) == {"error_code", "message", "details"}


def test_no_other_shape_is_promised(schema: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in schema["components"]["schemas"]


def test_the_schema_names_the_limit_of_the_rule(schema: dict[str, Any]) -> None:
    [quantity] = schema["paths"]["/orders"]["post"]["parameters"]

    assert (quantity["schema"]["minimum"], quantity["schema"]["maximum"]) == (1, 100)


def test_every_operation_is_described(schema: dict[str, Any]) -> None:
    assert schema["info"]["version"] == "1.0.0"
    for path in schema["paths"].values():
        for operation in path.values():
            assert operation["description"]
