"""A second app, which knows the stock: a service of its own, in the same trace."""

from fastapi import FastAPI

from catalog import Stock
from tracing import make_provider, telemetry

app = FastAPI(title="Stock", version="1.0.0", telemetry=telemetry(make_provider("stock")))


@app.get("/stock")
async def read_stock() -> Stock:
    """Tell how many there are of each item."""
    return Stock(stock={1: 5, 2: 40})
