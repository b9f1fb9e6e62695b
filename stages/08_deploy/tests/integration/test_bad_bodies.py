"""A body that is meant to do harm is refused: never a 500, never an echo of what was sent."""

import json

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.portable

SECRET = "hunter2"


def send(client: TestClient, body: bytes, kind: str = "application/json") -> list[str]:
    """Send `body` wherever one is taken; return the answers, all 4xx that repeat no secret."""
    path = f"/tasks/{client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"
    texts = []
    for method, target in (("POST", "/tasks"), ("PUT", path), ("PATCH", path)):
        answer = client.request(method, target, content=body, headers={"content-type": kind})
        assert answer.status_code in (400, 422), f"{method}: {answer.text}"
        assert SECRET not in answer.text, method
        assert answer.text.isascii(), method
        texts.append(answer.text)
    assert client.get(path).json()["title"] == "Buy milk"
    return texts


def places(texts: list[str]) -> set[tuple[str | int, ...]]:
    """Check the form of the answers, each a 422; return all the places that they name."""
    named = set()
    for answer in map(json.loads, texts):
        assert answer["message"] == "Input validation failed"
        assert answer["detail"]
        for error in answer["detail"]:
            assert error["type"]
            assert error["msg"]
            assert not {"input", "ctx"} & error.keys()
            named.add(tuple(error["loc"][:2]))
    return named


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
def test_a_harmful_title_is_named_but_not_repeated(client: TestClient, value: str) -> None:
    text = send(client, f'{{"title": {value}}}'.encode())

    assert places(text) == {("body", "title")}


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
    client: TestClient, field: str, value: str
) -> None:
    body = f'{{"title": "Buy milk", "{field}": {value}}}'

    assert places(send(client, body.encode())) == {("body", field)}


def test_a_name_that_is_no_text_is_refused(client: TestClient) -> None:
    text = send(client, rb'{"title": "Buy milk", "\ud800": 1}')

    assert {place[0] for place in places(text)} == {"body"}


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b'"hunter2"', b"5", b"NaN", b"", b'{"title":', b"hunter2"]
)
def test_a_body_that_is_no_object_is_refused(client: TestClient, body: bytes) -> None:
    assert {place[0] for place in places(send(client, body))} == {"body"}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_a_body_that_is_not_declared_as_json_is_refused(client: TestClient, kind: str) -> None:
    text = send(client, b'{"title": "hunter2"}', kind)

    assert places(text) == {("body",)}


@pytest.mark.parametrize("depth", [500, 900, 960, 980, 1000, 2000, 100_000])
def test_deep_json_is_refused(client: TestClient, depth: int) -> None:
    send(client, b'{"title": ' + b"[" * depth + b"]" * depth + b"}")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xff\xfehunter2", id="not UTF-8"),
        pytest.param(b'{"title": ' + b"9" * 5000 + b"}", id="5000 digits"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(client: TestClient, body: bytes) -> None:
    send(client, body)
