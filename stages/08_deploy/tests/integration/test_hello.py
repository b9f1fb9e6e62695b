"""The first app: a greeting, a path parameter, a query parameter."""

from fastapi.testclient import TestClient


def test_hello_greets(hello_client: TestClient) -> None:
    answer = hello_client.get("/")

    assert answer.status_code == 200
    assert answer.json() == {"message": "Hello, World!"}


def test_an_item_id_comes_back_as_a_number(hello_client: TestClient) -> None:
    answer = hello_client.get("/items/5", params={"q": "red shoes"})

    assert answer.status_code == 200
    assert answer.json() == {"item_id": 5, "q": "red shoes"}


def test_q_is_optional(hello_client: TestClient) -> None:
    answer = hello_client.get("/items/5")

    assert answer.json() == {"item_id": 5, "q": None}


def test_an_item_id_that_is_no_integer_is_refused(hello_client: TestClient) -> None:
    answer = hello_client.get("/items/five")

    assert answer.status_code == 422
    (error,) = answer.json()["detail"]
    assert error["type"] == "int_parsing"
    assert error["loc"] == ["path", "item_id"]
