"""The shapes of an order, of what is said of it, and of what can go wrong."""

from typing import Annotated

from pydantic import BaseModel, Field

Id = Annotated[int, Field(ge=1, le=2**63 - 1, examples=[1])]


class Order(BaseModel):
    """What somebody would like to buy."""

    user_id: Annotated[Id, Field(description="Who orders; nobody is user 99")]
    product_id: Annotated[Id, Field(description="What is ordered; nothing is product 999")]
    quantity: Annotated[Id, Field(description="How many pieces", examples=[2])]
    amount: Annotated[
        float, Field(gt=0, allow_inf_nan=False, description="What it costs", examples=[99.9])
    ]


class User(BaseModel):
    """Who orders."""

    id: Annotated[int, Field(examples=[1])]
    name: Annotated[str, Field(examples=["User 1"])]


class Verdict(BaseModel):
    """What the three checks say of an order: it is valid if there is credit and stock."""

    valid: bool
    user: User
    credit_ok: bool
    inventory_ok: bool


class Rejections(BaseModel):
    """Everything that is wrong with the order itself."""

    validation_errors: Annotated[list[str], Field(examples=[["User 99 does not exist."]])]


class Rejected(BaseModel):
    """The order cannot be checked, because of what it asks for."""

    detail: Rejections


class Problem(BaseModel):
    """One sentence about what went wrong."""

    detail: Annotated[str, Field(examples=["A service that checks orders failed."])]
