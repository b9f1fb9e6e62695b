"""What a caller is answered when checks fail, alone or together."""

import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from services import Services
from staged import (
    CAUSE,
    NO_SUCH_THING,
    Act,
    Staged,
    after,
    answer_nonsense,
    answer_something_else,
    be_cancelled,
    fail,
    reject,
    reject_twice,
    time_out,
)

Use = Callable[[Services], None]
Acts = dict[str, Act]

ORDER = {"user_id": 1, "product_id": 1, "quantity": 1, "amount": 1}
NOBODY = {"user_id": 99}
NOTHING = {"product_id": 999}
NO_USER = "User 99 does not exist."
NO_PRODUCT = "Product 999 does not exist."
HOUR = after(3600)

REJECTIONS: dict[str, tuple[dict[str, int], Acts, list[str]]] = {
    "there is no such user": (NOBODY, {}, [NO_USER]),
    "there is no such product": (NOTHING, {}, [NO_PRODUCT]),
    "there is neither such a user nor such a product": (
        NOBODY | NOTHING,
        {},
        [NO_USER, NO_PRODUCT],
    ),
    "one check is cancelled before it finds that there is no such product": (
        NOBODY | NOTHING,
        {"inventory": after(1)},
        [NO_USER],
    ),
    "one check finds two reasons": ({}, {"users": reject_twice}, [NO_SUCH_THING] * 2),
    "there is no such user and a service breaks": (NOBODY, {"credit": fail}, [NO_USER]),
    "there is no such product and a service is too slow": (
        NOTHING,
        {"credit": time_out},
        [NO_PRODUCT],
    ),
    "there is no such user and two services fail": (
        NOBODY,
        {"credit": time_out, "inventory": fail},
        [NO_USER],
    ),
}
BREAKDOWNS: dict[str, tuple[Acts, int]] = {
    "one service breaks": ({"credit": fail}, 502),
    "two services break": ({"credit": fail, "users": fail}, 502),
    "one service answers nonsense": ({"inventory": answer_nonsense}, 502),
    "one service answers something else": ({"inventory": answer_something_else}, 502),
    "the answer of one service is cancelled": ({"users": be_cancelled}, 502),
    "one service never answers": ({"inventory": HOUR}, 504),
    "one service takes a little too long": ({"inventory": after(2.1)}, 504),
    "no service ever answers": ({"users": HOUR, "credit": HOUR, "inventory": HOUR}, 504),
    "one service gives up": ({"inventory": time_out}, 504),
    "one service gives up and one breaks": ({"users": time_out, "inventory": fail}, 502),
}


@pytest.mark.parametrize("what", REJECTIONS)
def test_an_order_that_is_wrong_is_a_400(client: TestClient, use: Use, what: str) -> None:
    changes, acts, expected = REJECTIONS[what]
    use(Staged(**acts))

    answer = client.post("/orders/validate", params=ORDER | changes)

    assert answer.status_code == 400, (
        f"{what}: the answer was {answer.status_code} ({answer.text}), and not a 400 that tells "
        "the caller what is wrong with the order"
    )
    reasons = answer.json()["detail"]["validation_errors"]
    assert reasons == expected, f"{what}: the reasons that were told are {reasons}"


@pytest.mark.parametrize("what", BREAKDOWNS)
def test_a_service_that_fails_is_not_blamed_on_the_caller(
    client: TestClient, use: Use, what: str
) -> None:
    acts, status = BREAKDOWNS[what]
    use(Staged(**acts))

    answer = client.post("/orders/validate", params=ORDER)

    assert answer.status_code == status, (
        f"{what}: the answer was {answer.status_code} ({answer.text}), and not the {status} that "
        "says so"
    )


def test_a_service_has_two_seconds(client: TestClient, use: Use) -> None:
    use(Staged(users=after(1.9), credit=after(1.9), inventory=after(1.9)))

    assert client.post("/orders/validate", params=ORDER).status_code == 200


@pytest.mark.parametrize("others", [{}, {"users": reject}], ids=["alone", "beside a rejection"])
def test_what_broke_is_in_the_log_and_not_in_the_answer(
    client: TestClient, use: Use, others: Acts, caplog: pytest.LogCaptureFixture
) -> None:
    use(Staged(credit=fail, **others))

    answer = client.post("/orders/validate", params=ORDER)

    assert CAUSE in caplog.text
    assert "hunter2" not in answer.text
    assert "Refused" not in answer.text


def test_the_parsers_message_is_not_for_the_caller(
    client: TestClient, use: Use, caplog: pytest.LogCaptureFixture
) -> None:
    use(Staged(inventory=answer_nonsense))
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads("<html>")

    answer = client.post("/orders/validate", params=ORDER)

    assert str(raised.value) in caplog.text
    assert str(raised.value) not in answer.text
