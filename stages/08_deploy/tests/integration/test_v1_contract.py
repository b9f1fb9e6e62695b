"""Version 1 is a promise: all that 07 said of its operations still holds, below the prefix."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

FROZEN: dict[str, Any] = json.loads(
    Path(__file__).parent.with_name("openapi_v1.json").read_text(encoding="utf-8")
)
PROMISED = [
    (method, path)
    for path, operations in FROZEN["paths"].items()
    for method in operations
    if path != "/"  # A page for people now: no program builds on it.
]


@pytest.fixture
def schema(client: TestClient) -> dict[str, Any]:
    """Give the schema of the app as it is."""
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def resolved(part: Any, schema: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON has any shape
    """Return a part of a schema with what each reference means in its place."""
    if isinstance(part, list):
        return [resolved(each, schema) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return resolved(schema["components"]["schemas"][part["$ref"].rpartition("/")[2]], schema)
    return {name: resolved(each, schema) for name, each in part.items()}


def promise(schema: dict[str, Any], path: str, method: str) -> Any:  # noqa: ANN401  # likewise
    """Return what is said of an operation, but for what FastAPI makes of its path."""
    operation = resolved(schema["paths"][path][method], schema)
    del operation["operationId"]
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            if content["schema"].get("title", "").startswith("Response "):
                del content["schema"]["title"]
    return operation


@pytest.mark.parametrize(("method", "path"), PROMISED)
def test_an_operation_is_as_it_was_promised(schema: dict[str, Any], method: str, path: str) -> None:
    assert promise(schema, f"/api/v1{path}", method) == promise(FROZEN, path, method)


def test_everybody_logs_in_as_before(schema: dict[str, Any]) -> None:
    text = json.dumps(schema["components"]["securitySchemes"])

    before = text.replace('"tokenUrl": "api/v1/token"', '"tokenUrl": "token"')
    assert json.loads(before) == FROZEN["components"]["securitySchemes"]


def test_version_1_gets_no_new_operation(schema: dict[str, Any]) -> None:
    found = {
        (method, path.removeprefix("/api/v1"))
        for path, operations in schema["paths"].items()
        for method in operations
        if path.startswith("/api/v1")
    }

    assert found == set(PROMISED)
