"""A body over 1 MB is refused: at once when it says so, else while it is read."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

LIMIT = 1_000_000
WRITERS = [
    ("POST", "/tasks", "application/json"),
    ("PUT", "/tasks/1", "application/json"),
    ("PATCH", "/tasks/1", "application/json"),
    ("POST", "/token", "application/x-www-form-urlencoded"),
    ("POST", "/token", "multipart/form-data; boundary=X"),
]


def pieces(size: int) -> Iterator[bytes]:
    """Give a body in pieces, so that its length is not known at first."""
    while size > 0:
        yield b"x" * min(size, 64_000)
        size -= 64_000


@pytest.mark.parametrize(("method", "path", "kind"), WRITERS)
@pytest.mark.parametrize("declared", [True, False])
def test_a_large_body_is_refused(
    client: TestClient, method: str, path: str, kind: str, declared: bool
) -> None:
    body = b"x" * (LIMIT + 1) if declared else pieces(LIMIT + 1)

    answer = client.request(method, path, content=body, headers={"content-type": kind})

    assert answer.status_code == 413
    assert answer.json() == {"detail": "The body is too large"}
    assert float(answer.headers["X-Process-Time"]) >= 0


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_of_one_megabyte_is_read(client: TestClient, declared: bool) -> None:
    body = b"x" * LIMIT if declared else pieces(LIMIT)

    answer = client.post("/tasks", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 422


def test_a_request_that_is_refused_has_done_nothing(client: TestClient) -> None:
    path = f"/tasks/{client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"

    assert client.request("DELETE", path, content=b"x" * (LIMIT + 1)).status_code == 413
    assert client.get(path).status_code == 200
