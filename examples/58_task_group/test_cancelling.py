"""When one check fails, the others are cancelled; so they are when the request is."""

import asyncio
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient

from main import app
from services import Services
from staged import Act, AllOrNone, Staged, after, fail, reject

Use = Callable[[Services], None]

ORDER = "/orders/validate?user_id=1&product_id=1&quantity=1&amount=1"
ALL = ("users", "credit", "inventory")


def test_the_three_services_are_asked_at_once(client: TestClient, use: Use) -> None:
    services = AllOrNone()
    use(services)

    client.post(ORDER)

    assert services.most == 3


@pytest.mark.parametrize("act", [reject, fail])
@pytest.mark.parametrize("failing", ALL)
def test_when_one_check_fails_the_others_are_cancelled(
    client: TestClient, use: Use, failing: str, act: Act
) -> None:
    services = Staged(**dict.fromkeys(ALL, after(1)) | {failing: act})
    use(services)

    client.post(ORDER)

    assert services.ended == dict.fromkeys(ALL, "cancelled") | {failing: "failed"}


def test_a_check_that_says_no_does_not_cancel_the_others(client: TestClient, use: Use) -> None:
    services = Staged(users=after(1), credit=after(0.5))
    use(services)

    client.post(ORDER.replace("quantity=1", "quantity=51"))

    assert services.ended == dict.fromkeys(ALL, "answered")


def test_a_check_that_has_answered_stays_answered(client: TestClient, use: Use) -> None:
    services = Staged(users=after(0.5, reject), credit=after(1))
    use(services)

    client.post(ORDER)

    assert services.ended == {"users": "failed", "credit": "cancelled", "inventory": "answered"}


@pytest.mark.anyio
async def test_a_request_that_is_cancelled_cancels_its_checks(use: Use) -> None:
    begun = asyncio.Event()

    async def wait_for_ever() -> None:
        begun.set()
        await asyncio.Event().wait()

    services = Staged(**dict.fromkeys(ALL, wait_for_ever))
    use(services)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        request = asyncio.create_task(client.post(ORDER))
        await begun.wait()
        request.cancel()

        with pytest.raises(asyncio.CancelledError):
            await request
    assert set(services.ended.values()) == {"cancelled"}
