"""A second app, in place of the service that knows the prices."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

PRICES = {"apple": 30, "pear": 50, "plum": 20}


class Cents(BaseModel):
    """A price."""

    cents: int


app = FastAPI(title="Prices", version="1.0.0")


@app.get("/prices/{sku}", responses={404: {"description": "There is no such product."}})
def read_price(sku: str) -> Cents:
    """Tell what a product costs."""
    if sku not in PRICES:
        raise HTTPException(404, "Unknown product")
    return Cents(cents=PRICES[sku])
