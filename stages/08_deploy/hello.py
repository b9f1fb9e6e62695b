"""The smallest API: two operations, to see FastAPI work."""

from fastapi import FastAPI

app = FastAPI(title="Hello")


@app.get("/")
def say_hello() -> dict[str, str]:
    """Answer with a greeting."""
    return {"message": "Hello, World!"}


@app.get("/items/{item_id}")
def read_item(item_id: int, q: str | None = None) -> dict[str, int | str | None]:
    """Answer with what came in: a number from the path, a text from the query."""
    return {"item_id": item_id, "q": q}
