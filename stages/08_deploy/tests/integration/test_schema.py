"""What the documentation says of every operation."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

ERRORS = {
    "GET /": set(),
    "GET /health/live": set(),
    "GET /health/ready": {"503"},
    "GET /metrics": set(),
    "GET /api/v2/tasks": {"401", "403", "422"},
    "POST /api/v1/token": {"400", "401", "413", "422", "429"},
    "POST /api/v1/register": {"400", "409", "413", "422"},
    "GET /api/v1/users/me": {"401", "403"},
    "GET /api/v1/users": {"401", "403", "422"},
    "PATCH /api/v1/users/{user_id}": {"400", "401", "403", "404", "409", "413", "422"},
    "DELETE /api/v1/users/{user_id}": {"401", "403", "404", "409", "422"},
    "POST /api/v1/tasks": {"400", "401", "403", "413", "422"},
    "GET /api/v1/tasks": {"401", "403", "422"},
    "GET /api/v1/tasks/{task_id}": {"401", "403", "404", "422"},
    "PUT /api/v1/tasks/{task_id}": {"400", "401", "403", "404", "409", "413", "422"},
    "PATCH /api/v1/tasks/{task_id}": {"400", "401", "403", "404", "409", "413", "422"},
    "DELETE /api/v1/tasks/{task_id}": {"401", "403", "404", "422"},
    "POST /api/v1/tasks/{task_id}/share": {"400", "401", "403", "404", "413", "422", "503"},
}


def operations(client: TestClient) -> dict[str, dict[str, Any]]:
    """Return every operation of the schema by its method and path, with references resolved."""
    schema = client.get("/openapi.json").json()
    return {
        f"{method.upper()} {path}": resolved(operation, schema["components"]["schemas"])
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def resolved(part: Any, models: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON has any shape
    """Return `part` of a schema with the model itself in place of each reference to one."""
    if isinstance(part, list):
        return [resolved(item, models) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return resolved(models[part["$ref"].rpartition("/")[2]], models)
    return {name: resolved(item, models) for name, item in part.items()}


def test_every_success_is_described_in_words_of_its_own(client: TestClient) -> None:
    for name, operation in operations(client).items():
        (success,) = [code for code in operation["responses"] if code.startswith("2")]
        words = operation["responses"][success]["description"]
        assert words not in ("", "Successful Response"), name


def test_every_operation_is_described_and_names_its_errors(client: TestClient) -> None:
    errors = {}
    for name, operation in operations(client).items():
        assert operation["summary"], name
        assert operation["description"], name
        errors[name] = {code for code in operation["responses"] if code.startswith(("4", "5"))}

    assert errors == ERRORS


def test_what_needs_a_token_says_so(client: TestClient) -> None:
    locked = {name for name, operation in operations(client).items() if "security" in operation}

    assert locked == {name for name, errors in ERRORS.items() if "403" in errors}


def test_everything_that_is_sent_has_an_example(client: TestClient) -> None:
    for name, operation in operations(client).items():
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for part in [*bodies, *operation["responses"].values()]:
            if content := part.get("content", {}).get("application/json"):
                assert '"examples"' in json.dumps(content), (name, part)
        for parameter in operation.get("parameters", []):
            assert parameter["schema"]["examples"], (name, parameter["name"])


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("PATCH /api/v1/tasks/{task_id}", {"description", "due_date"}),
        ("POST /api/v1/register", {"email", "full_name"}),
        ("PATCH /api/v1/users/{user_id}", set[str]()),
    ],
)
def test_null_is_in_the_schema_only_where_it_has_a_meaning(
    client: TestClient, operation: str, expected: set[str]
) -> None:
    body = operations(client)[operation]["requestBody"]
    fields = body["content"]["application/json"]["schema"]["properties"]

    nullable = {name for name, field in fields.items() if '"null"' in json.dumps(field)}
    assert nullable == expected


def test_the_login_form_has_no_empty_field(client: TestClient) -> None:
    [form] = operations(client)["POST /api/v1/token"]["requestBody"]["content"].values()

    for name, field in form["schema"]["properties"].items():
        assert field["minLength"] == 1, name
