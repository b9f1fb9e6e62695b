"""The documentation that FastAPI writes from the code, and the schema behind it."""

import json
from difflib import unified_diff
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

SNAPSHOT = Path(__file__).parent.with_name("openapi.json")
LESSON = SNAPSHOT.parent.parent
FOLDER = f"{LESSON.parent.name}/{LESSON.name}"
RENEW = f"When the change is meant: in {FOLDER}, run `python -m tests.integration.test_docs`."


def pretty(schema: object) -> str:
    """Return the schema as text, one value a line."""
    return json.dumps(schema, indent=2) + "\n"


@pytest.mark.portable
@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_the_documentation_is_a_web_page(client: TestClient, page: str) -> None:
    answer = client.get(page)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "openapi.json" in answer.text


def test_the_schema_says_which_stage_this_is(client: TestClient) -> None:
    info = client.get("/openapi.json").json()["info"]

    assert info["title"] == "Task Manager"
    assert info["version"] == "1.0.0"


def test_the_schema_names_the_404(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    assert "404" in paths["/api/v1/tasks/{task_id}"]["get"]["responses"]


def test_the_schema_is_the_one_that_was_agreed(client: TestClient) -> None:
    agreed = SNAPSHOT.read_text(encoding="utf-8")
    now = pretty(client.get("/openapi.json").json())

    if agreed != now:
        changes = unified_diff(agreed.splitlines(), now.splitlines(), "agreed", "now", lineterm="")
        pytest.fail("\n".join(["The schema has changed:", *changes, "", RENEW]), pytrace=False)


if __name__ == "__main__":
    from app.main import app

    SNAPSHOT.write_text(pretty(app.openapi()), encoding="utf-8")
