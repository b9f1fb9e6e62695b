"""A second small app: it stands in for a service of somebody else that our app asks."""

from fastapi import FastAPI, HTTPException

IN_STOCK = {"APPLE": 12, "PEAR": 3}

app = FastAPI(title="Inventory", version="1.0.0")


@app.get("/stock/{sku}", responses={500: {"description": "The article is BROKEN"}})
def read_stock(sku: str) -> dict[str, str | int]:
    """Say how many pieces there are; of an article that nobody knows there are none."""
    if sku == "BROKEN":
        raise HTTPException(500, "The scanner at this shelf is broken")
    return {"sku": sku, "in_stock": IN_STOCK.get(sku, 0)}
