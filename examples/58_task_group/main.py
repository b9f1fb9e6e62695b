"""An order is checked by three services at once; when one check fails, the others are cancelled."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query

from asking import ask, leaves
from models import Order, Problem, Rejected, User, Verdict
from services import RejectedError, Services, get_services

logger = logging.getLogger(__name__)

ServicesDep = Annotated[Services, Depends(get_services)]

FAILURES: dict[int | str, dict[str, Any]] = {
    400: {"model": Rejected, "description": "The order asks for what does not exist."},
    502: {"model": Problem, "description": "A service failed."},
    504: {"model": Problem, "description": "A service took more than two seconds."},
}

app = FastAPI(title="Order checks", version="1.0.0")


def rejected(errors: list[RejectedError]) -> HTTPException:
    """Return the answer to an order that is wrong in itself."""
    return HTTPException(400, {"validation_errors": [str(error) for error in errors]})


def failed(status: int, errors: Sequence[Exception]) -> HTTPException:
    """Log what happened to the services, which is for us alone; return the answer."""
    for error in errors:
        logger.warning("A service failed", exc_info=error)
    return HTTPException(status, "A service that checks orders failed.")


def verdict(user: User, credit_ok: bool, inventory_ok: bool) -> Verdict:
    """Return what the three checks say together."""
    return Verdict(
        valid=credit_ok and inventory_ok,
        user=user,
        credit_ok=credit_ok,
        inventory_ok=inventory_ok,
    )


@app.post("/orders/validate", response_description="What the checks say", responses=FAILURES)
async def validate_order(order: Annotated[Order, Query()], services: ServicesDep) -> Verdict:
    """Ask three services about an order; nothing is ordered yet."""
    errors: list[HTTPException] = []
    try:
        async with asyncio.TaskGroup() as checks:
            user = checks.create_task(ask(services.find_user(order.user_id)))
            credit = checks.create_task(ask(services.has_credit(order.user_id, order.amount)))
            stock = checks.create_task(ask(services.has_stock(order.product_id, order.quantity)))
    except* RejectedError as group:
        errors.append(rejected(leaves(group)))
    except* TimeoutError as group:
        errors.append(failed(504, leaves(group)))
    except* Exception as group:
        errors.append(failed(502, leaves(group)))
    if errors:  # what the caller can mend comes first: 400, then 502, then 504
        raise min(errors, key=lambda error: error.status_code)
    return verdict(user.result(), credit.result(), stock.result())
