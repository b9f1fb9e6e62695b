"""What may be asked, and what the schema says of it."""

import pytest
from fastapi.testclient import TestClient

ORDER = {"user_id": "1", "product_id": "1", "quantity": "2", "amount": "99.9"}


def refused(client: TestClient, **changes: str) -> list[list[str]]:
    """Ask about an order that differs from a good one; return the fields that are refused."""
    answer = client.post("/orders/validate", params=ORDER | changes)
    assert answer.status_code == 422, answer.text
    return [problem["loc"] for problem in answer.json()["detail"]]


@pytest.mark.parametrize("field", ["user_id", "product_id", "quantity"])
@pytest.mark.parametrize(
    "value",
    ["0", "-1", "9223372036854775808", "1" * 5000, "1.5", "NaN", "", "abc", "1\0"],
)
def test_a_whole_number_is_wanted(client: TestClient, field: str, value: str) -> None:
    assert refused(client, **{field: value}) == [["query", field]]


@pytest.mark.parametrize("value", ["0", "-0.01", "NaN", "inf", "-inf", "1e999", "", "abc", "1\0"])
def test_an_amount_is_more_than_nothing(client: TestClient, value: str) -> None:
    assert refused(client, amount=value) == [["query", "amount"]]


@pytest.mark.parametrize("query", ["quantity=%ED%A0%80", "quantity=%FF", "quantity=1&quantity=x"])
def test_what_is_no_text_is_no_number(client: TestClient, query: str) -> None:
    answer = client.post(f"/orders/validate?user_id=1&product_id=1&amount=1&{query}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "quantity"]


@pytest.mark.parametrize("field", ORDER)
def test_nothing_may_be_left_out(client: TestClient, field: str) -> None:
    rest = {name: value for name, value in ORDER.items() if name != field}

    answer = client.post("/orders/validate", params=rest)

    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [["query", field]]


def test_the_largest_numbers_can_be_asked_for(client: TestClient) -> None:
    largest = str(2**63 - 1)

    answer = client.post(
        "/orders/validate", params=ORDER | {"quantity": largest, "amount": "1.7e308"}
    )

    assert answer.status_code == 200
    assert answer.json()["valid"] is False


def test_an_order_is_not_read(client: TestClient) -> None:
    assert client.get("/orders/validate").status_code == 405


def test_the_schema_describes_the_operation_and_its_errors(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/orders/validate"]["post"]

    assert operation["description"]
    assert set(operation["responses"]) == {"200", "400", "422", "502", "504"}
    assert {each["name"] for each in operation["parameters"]} == set(ORDER)


def test_the_schema_has_the_shape_of_a_rejection(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]

    assert set(schemas["Rejections"]["properties"]) == {"validation_errors"}
