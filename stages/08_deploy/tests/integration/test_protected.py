"""All operations on tasks need a token; the greeting and the documentation need none."""

import sys
import time
from collections.abc import Callable
from importlib import import_module

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

TASKS = [
    ("GET", "/tasks"),
    ("POST", "/tasks"),
    ("GET", "/tasks/1"),
    ("PUT", "/tasks/1"),
    ("PATCH", "/tasks/1"),
    ("DELETE", "/tasks/1"),
]
DISABLED_USER = "7e57ed00-0000-4000-a000-000000000003"


@pytest.mark.parametrize(("method", "path"), TASKS)
def test_without_a_token_nobody_is_let_in(anonymous: TestClient, method: str, path: str) -> None:
    answer = anonymous.request(method, path, json={"title": "Buy milk"})

    assert answer.status_code == 401
    assert answer.json() == {"detail": "Not authenticated"}
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), TASKS)
def test_a_disabled_user_with_an_older_token_is_kept_out(
    anonymous: TestClient, make_token: Callable[..., str], method: str, path: str
) -> None:
    token = make_token({"sub": DISABLED_USER, "exp": int(time.time()) + 60})

    answer = anonymous.request(
        method, path, json={"title": "Buy milk"}, headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 403
    assert answer.json() == {"detail": "The user is disabled"}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/tasks?skip=-1"), ("GET", "/tasks/first"), ("POST", "/tasks")]
)
def test_who_is_there_is_asked_before_the_input_is_checked(
    anonymous: TestClient, method: str, path: str
) -> None:
    assert anonymous.request(method, path).status_code == 401


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc", "/openapi.json"])
def test_what_everybody_may_see_needs_no_token(anonymous: TestClient, path: str) -> None:
    assert anonymous.get(path).status_code == 200


def test_an_operation_that_forgets_to_ask_is_guarded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "app"]:
        monkeypatch.delitem(sys.modules, module)
    router = import_module("app.routers.tasks").router  # a copy that no other test sees
    router.get("/forgetful/one")(lambda: "Come in!")
    app = FastAPI()
    app.include_router(router)

    answer = TestClient(app, base_url="http://localhost").get("/tasks/forgetful/one")

    assert answer.status_code == 401
