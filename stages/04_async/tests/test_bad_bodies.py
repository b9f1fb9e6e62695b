"""A body that is meant to do harm is refused: never a 500, never an echo of what was sent."""

import json

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.portable

METHODS = ["POST", "PUT", "PATCH"]
SECRET = "hunter2"


def send(client: TestClient, method: str, body: bytes, kind: str = "application/json") -> str:
    """Send `body` where `method` takes one, expect a 4xx that repeats no secret; return it."""
    task_id = client.post("/tasks", json={"title": "Buy milk"}).json()["id"]
    path = "/tasks" if method == "POST" else f"/tasks/{task_id}"
    answer = client.request(method, path, content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 422), answer.text
    assert SECRET not in answer.text
    assert answer.text.isascii()
    assert client.get(f"/tasks/{task_id}").json()["title"] == "Buy milk"
    return answer.text


def places(text: str) -> set[tuple[str | int, ...]]:
    """Check the form of a 422 answer; return the fields that it names."""
    answer = json.loads(text)
    assert answer["message"] == "Input validation failed"
    for error in answer["detail"]:
        assert error["type"]
        assert error["msg"]
        assert not {"input", "ctx"} & error.keys()
    return {tuple(error["loc"][:2]) for error in answer["detail"]}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "null",
        pytest.param("9" * 4000, id="4000 digits"),
        r'"hunter2\u0000"',
        r'"hunter2\ud800"',
        r'"\udc00\ud800 hunter2"',
        '["hunter2"]',
        '{"hunter2": "hunter2"}',
        pytest.param(f'"{SECRET * 10_000}"', id="70000 characters"),
    ],
)
def test_a_harmful_title_is_named_but_not_repeated(
    client: TestClient, method: str, value: str
) -> None:
    text = send(client, method, f'{{"title": {value}}}'.encode())

    assert places(text) == {("body", "title")}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", r'"hunter2\u0000"'),
        ("description", r'"hunter2\ud800"'),
        ("description", "NaN"),
        ("due_date", '"hunter2"'),
        ("due_date", r'"\ud800-hunter2"'),
        ("due_date", "Infinity"),
        ("password", '"hunter2"'),
        ("m\u00fcll", '"hunter2"'),
    ],
)
def test_a_harmful_field_is_named_but_not_repeated(
    client: TestClient, method: str, field: str, value: str
) -> None:
    body = f'{{"title": "Buy milk", "{field}": {value}}}'

    assert places(send(client, method, body.encode())) == {("body", field)}


@pytest.mark.parametrize("method", METHODS)
def test_a_name_that_is_no_text_is_refused(client: TestClient, method: str) -> None:
    text = send(client, method, rb'{"title": "Buy milk", "\ud800": 1}')

    assert {place[0] for place in places(text)} == {"body"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "body", [b"null", b"[]", b'"hunter2"', b"5", b"NaN", b"", b'{"title":', b"hunter2"]
)
def test_a_body_that_is_no_object_is_refused(client: TestClient, method: str, body: bytes) -> None:
    assert {place[0] for place in places(send(client, method, body))} == {"body"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_a_body_that_is_not_declared_as_json_is_refused(
    client: TestClient, method: str, kind: str
) -> None:
    text = send(client, method, b'{"title": "hunter2"}', kind)

    assert places(text) == {("body",)}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("depth", [500, 900, 960, 980, 1000, 2000, 100_000])
def test_deep_json_is_refused(client: TestClient, method: str, depth: int) -> None:
    send(client, method, b'{"title": ' + b"[" * depth + b"]" * depth + b"}")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xff\xfehunter2", id="not UTF-8"),
        pytest.param(b'{"title": ' + b"9" * 5000 + b"}", id="5000 digits"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    client: TestClient, method: str, body: bytes
) -> None:
    send(client, method, body)
