"""No input breaks what the schema promises: Schemathesis makes up input for every operation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from builders import a_user, save
from databases import Database
from fastapi import FastAPI, HTTPException
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tokens import NEVER, MakeToken

from app.core.config import Settings

Operation = APIOperation[Any, Any, Any, Any]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[None]:
    """Let Hypothesis keep its notes in a folder that goes, and stop what Schemathesis starts."""
    hypothesis.configuration.set_hypothesis_home_dir(tmp_path)
    yield
    shutdown_lifespans()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let the app answer under the name that Schemathesis gives it."""
    return settings.model_copy(update={"allowed_hosts": ("testserver",)})


def trials(app: FastAPI) -> Iterator[tuple[Operation, GenerationMode]]:
    """Yield each operation of the app, to be tried with good input and with bad."""
    for result in schemathesis.openapi.from_asgi("/openapi.json", app).get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        yield operation, GenerationMode.POSITIVE
        if operation.body or [*operation.iter_parameters()]:
            yield operation, GenerationMode.NEGATIVE


def run(trial: tuple[Operation, GenerationMode], examples: int, token: str) -> None:
    """Send made-up input; raise FailureGroup for an answer that the schema does not promise."""
    operation, mode = trial

    # `derandomize`: the same input each time. No deadline: no test judges speed.
    @hypothesis.settings(max_examples=examples, derandomize=True, database=None, deadline=None)
    @hypothesis.given(operation.as_strategy(mode))
    def send(case: Case[Any]) -> None:
        # Left out: no schema can say that emails of the reserved domain `test` are refused.
        case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance]
        )

    send()


def test_no_input_breaks_a_promise_of_the_schema(
    app: FastAPI,
    database: Database,
    make_token: MakeToken,
    subtests: pytest.Subtests,
    request: pytest.FixtureRequest,
) -> None:
    user = a_user(is_superuser=True)
    save(database, user)
    token = make_token({"sub": str(user.id), "exp": NEVER})
    examples = request.config.getoption("fuzz_examples")

    for trial in trials(app):
        operation, mode = trial
        with subtests.test(f"{operation.label} with {mode} input"):
            run(trial, examples, token)


def test_a_broken_promise_is_found() -> None:
    app = FastAPI()

    @app.get("/half/{number}")
    def half(number: int) -> int:
        if number % 2:
            raise HTTPException(418)
        return number // 2

    [good, bad] = trials(app)

    with pytest.raises(FailureGroup, match="Undocumented status code"):
        run(good, 20, "none")
    run(bad, 20, "none")


def test_an_error_that_nobody_catches_is_found() -> None:
    app = FastAPI()

    @app.get("/half/{number}")
    def half(number: int) -> float:
        return number / (number % 2)

    [good, _] = trials(app)

    with pytest.raises(ZeroDivisionError):
        run(good, 20, "none")
