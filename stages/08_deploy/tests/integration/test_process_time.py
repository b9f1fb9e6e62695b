"""Every answer says how long the request took."""

import pytest
from fastapi.testclient import TestClient

HEADER = "X-Process-Time"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/docs", 200),
        ("GET", "/tasks", 200),
        ("GET", "/tasks/999", 404),
        ("GET", "/nowhere", 404),
        ("DELETE", "/tasks", 405),
        ("GET", "/tasks/first", 422),
        ("POST", "/tasks", 422),
        ("GET", "/tasks/", 307),
    ],
)
@pytest.mark.portable
def test_an_answer_says_how_many_seconds_it_took(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path, follow_redirects=False)

    assert answer.status_code == status
    assert float(answer.headers[HEADER]) >= 0
