"""Every error has the same shape, whoever noticed it."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from conftest import Connect, envelope_of


def test_a_user_is_answered(client: TestClient) -> None:
    answer = client.get("/users/1")

    assert (answer.status_code, answer.json()) == (200, {"id": 1, "name": "Ada Lovelace"})


@pytest.mark.parametrize("user_id", [4, 2**63 - 1])
def test_an_unknown_user_is_404(client: TestClient, user_id: int) -> None:
    answer = client.get(f"/users/{user_id}")

    assert answer.status_code == 404
    assert envelope_of(answer) == {
        "error_code": "USER_NOT_FOUND",
        "message": f"User {user_id} does not exist",
        "details": {"resource": "User", "id": user_id},
    }


@pytest.mark.parametrize("quantity", [1, 100])
def test_an_order_is_made(client: TestClient, quantity: int) -> None:
    answer = client.post("/orders", params={"quantity": quantity})

    assert answer.status_code == 201
    assert answer.json()["quantity"] == quantity


@pytest.mark.parametrize("quantity", [101, 2**63, 10**400])
def test_too_large_an_order_breaks_a_rule(client: TestClient, quantity: int) -> None:
    answer = client.post("/orders", params={"quantity": quantity})

    assert answer.status_code == 422
    assert envelope_of(answer)["error_code"] == "BUSINESS_RULE_MAX_ORDER_QUANTITY"
    assert envelope_of(answer)["details"] == {"limit": 100}


BAD_INPUT = [
    ("POST", "/orders?quantity=0", ["query", "quantity"]),
    ("POST", "/orders?quantity=-5", ["query", "quantity"]),
    ("POST", "/orders?quantity=NaN", ["query", "quantity"]),
    ("POST", f"/orders?quantity={'9' * 5000}", ["query", "quantity"]),
    ("POST", "/orders", ["query", "quantity"]),
    ("GET", "/users/hunter2", ["path", "user_id"]),
    ("GET", "/users/0", ["path", "user_id"]),
    ("GET", f"/users/{2**63}", ["path", "user_id"]),
    ("GET", "/users/%00", ["path", "user_id"]),
    ("GET", "/inventory/%ED%A0%80", ["path", "sku"]),
    ("GET", "/inventory/..%2e?", ["path", "sku"]),
    ("GET", f"/inventory/{'A' * 33}", ["path", "sku"]),
]


@pytest.mark.parametrize(("method", "path", "place"), BAD_INPUT)
def test_bad_input_has_the_shape_and_names_the_field(
    client: TestClient, method: str, path: str, place: list[str]
) -> None:
    answer = client.request(method, path)

    assert answer.status_code == 422
    body = envelope_of(answer)
    assert body["error_code"] == "VALIDATION_ERROR"
    [wrong] = body["details"]["errors"]
    assert wrong["loc"] == place
    assert sorted(wrong) == ["loc", "msg", "type"]
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("path", ["/", "/user/1", "/users", "/users/1/orders"])
def test_an_unknown_route_has_the_shape(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert envelope_of(answer) == {"error_code": "NOT_FOUND", "message": "Not Found", "details": {}}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("DELETE", "/users/1", "GET"), ("GET", "/orders", "POST"), ("POST", "/inventory/A", "GET")],
)
def test_a_wrong_method_has_the_shape_and_keeps_its_header(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert envelope_of(answer)["error_code"] == "METHOD_NOT_ALLOWED"


def test_an_exception_that_nobody_foresaw_has_the_shape(client: TestClient) -> None:
    answer = client.get("/users/3")

    assert answer.status_code == 500
    body = envelope_of(answer)
    assert (body["error_code"], body["details"]) == ("INTERNAL_SERVER_ERROR", {})
    ends = answer.headers.get("connection")
    assert ends == "close", "the 500 does not say Connection: close, and the server closes it"


def test_an_exception_of_an_operation_says_nothing_of_what_was_sent(
    app: FastAPI, connect: Connect
) -> None:
    @app.post("/break/{word}")
    def fail(word: str, body: dict[str, str]) -> None:
        raise RuntimeError(f"no {word} for {body}")

    answer = connect(app).post("/break/hunter2", json={"password": "hunter3"})

    assert answer.status_code == 500
    assert "hunter" not in answer.text
    assert "RuntimeError" not in answer.text
