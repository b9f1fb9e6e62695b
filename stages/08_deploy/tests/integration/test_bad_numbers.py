"""Numbers that are meant to do harm are refused: never a 500, never an echo of what was sent."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

pytestmark = pytest.mark.portable

MANY = pytest.param("9" * 5000, id="5000 digits")


def check(answer: Response, place: list[str]) -> None:
    """Check that the answer is a 422 that names `place` and repeats nothing."""
    assert answer.status_code == 422, answer.text
    assert answer.text.isascii()
    assert "hunter2" not in answer.text
    assert answer.json()["message"] == "Input validation failed"
    (error,) = answer.json()["detail"]
    assert error["loc"] == place
    assert not {"input", "ctx"} & error.keys()


@pytest.mark.parametrize(
    "task_id",
    ["9223372036854775808", "-9223372036854775809", MANY, "hunter2", "%00", "%ED%A0%80", "1.5"],
)
def test_an_id_that_no_task_can_have_is_refused(client: TestClient, task_id: str) -> None:
    path = f"/tasks/{task_id}"

    for method in ("GET", "DELETE"):
        check(client.request(method, path), ["path", "task_id"])
    for method in ("PUT", "PATCH"):
        check(client.request(method, path, json={"title": "Buy tea"}), ["path", "task_id"])


@pytest.mark.parametrize(("bound", "step"), [(2**63 - 1, 1), (-(2**63), -1)])
def test_ids_end_where_64_bits_end(client: TestClient, bound: int, step: int) -> None:
    assert client.get(f"/tasks/{bound}").status_code == 404
    assert client.get(f"/tasks/{bound + step}").status_code == 422


@pytest.mark.parametrize("name", ["skip", "limit"])
@pytest.mark.parametrize("value", ["9" * 30, MANY, "-1", "NaN", "Infinity", "%00", "hunter2"])
def test_a_harmful_page_is_named_but_not_repeated(
    client: TestClient, name: str, value: str
) -> None:
    check(client.get(f"/tasks?{name}={value}"), ["query", name])
