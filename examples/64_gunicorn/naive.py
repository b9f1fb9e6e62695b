"""The same API with the common mistake: the connection is opened at import, before the fork."""

import os
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException

from models import Health, Limit, Price, Primes, Problem, Sku, Worker
from prices import Prices, PricesUnavailableError, upstream_url

UPSTREAM_URL = upstream_url()
PUBLIC = os.environ.get("ENVIRONMENT") == "development"
ERRORS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such product."},
    502: {"model": Problem, "description": "The service that knows the prices fails."},
}


prices = Prices(UPSTREAM_URL)


def get_prices() -> Prices:
    """Return the connection."""
    return prices


PricesDep = Annotated[Prices, Depends(get_prices)]
app = FastAPI(
    title="Under gunicorn",
    version="1.0.0",
    openapi_url="/openapi.json" if PUBLIC else None,  # Without a schema there are no docs pages.
)


@app.get("/health/live")
async def live() -> Health:
    """Tell that the process lives and its event loop runs; ask nobody else."""
    return Health()


@app.get("/worker")
async def read_worker() -> Worker:
    """Tell which worker has this connection."""
    return Worker(process=os.getpid())


@app.get("/prices/{sku}", responses=ERRORS)
def read_price(sku: Sku, prices: PricesDep) -> Price:
    """Tell what a product costs."""
    try:
        cents = prices.of(sku)
    except PricesUnavailableError as error:
        raise HTTPException(502, "The prices are not available") from error
    if cents is None:
        raise HTTPException(404, "Unknown product")
    return Price(sku=sku, cents=cents, process=os.getpid())


@app.get("/primes/{limit}")
def count_primes(limit: Limit) -> Primes:
    """Count prime numbers: work for the processor alone, with nothing to wait for."""
    sieve = bytearray([1]) * limit
    sieve[:2] = bytes(min(limit, 2))
    for number in range(2, int(limit**0.5) + 1):
        if sieve[number]:
            for multiple in range(number * number, limit, number):
                sieve[multiple] = 0
    return Primes(limit=limit, primes=sum(sieve))
