"""What is said of an order that can be checked."""

import pytest
from fastapi.testclient import TestClient

ORDER = {"user_id": 1, "product_id": 1, "quantity": 2, "amount": 99.9}


def test_an_order_is_checked_for_user_credit_and_stock(client: TestClient) -> None:
    answer = client.post("/orders/validate", params=ORDER)

    assert answer.status_code == 200
    assert answer.json() == {
        "valid": True,
        "user": {"id": 1, "name": "User 1"},
        "credit_ok": True,
        "inventory_ok": True,
    }


@pytest.mark.parametrize(
    ("quantity", "amount", "credit_ok", "inventory_ok"),
    [
        (50, 1000, True, True),
        (51, 1000, True, False),
        (50, 1000.01, False, True),
        (51, 1000.01, False, False),
    ],
)
def test_an_order_is_valid_within_credit_and_stock(
    client: TestClient, quantity: int, amount: float, credit_ok: bool, inventory_ok: bool
) -> None:
    params = ORDER | {"quantity": quantity, "amount": amount}

    answer = client.post("/orders/validate", params=params)

    assert answer.status_code == 200
    assert answer.json()["credit_ok"] is credit_ok
    assert answer.json()["inventory_ok"] is inventory_ok
    assert answer.json()["valid"] is (credit_ok and inventory_ok)


def test_another_user_is_another_user(client: TestClient) -> None:
    answer = client.post("/orders/validate", params=ORDER | {"user_id": 98})

    assert answer.json()["user"] == {"id": 98, "name": "User 98"}
