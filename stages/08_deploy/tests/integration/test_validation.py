"""What a new task may look like: a rule for every field."""

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.portable


def check_refused(client: TestClient, field: str, value: object) -> None:
    """Send `value` in an otherwise good task; check that the answer is a 422 about `field`."""
    answer = client.post("/tasks", json={"title": "Buy milk", field: value})
    assert answer.status_code == 422, answer.text
    assert {tuple(error["loc"][:2]) for error in answer.json()["detail"]} == {("body", field)}


def accepted(client: TestClient, field: str, value: object) -> object:
    """Send `value` in an otherwise good task; return what became of it."""
    answer = client.post("/tasks", json={"title": "Buy milk", field: value})
    assert answer.status_code == 201, answer.text
    task = client.get(f"/tasks/{answer.json()['id']}").json()
    return task[field]


@pytest.mark.parametrize("title", ["", "ab", "   ", "  ab  ", "\t\n\u3000\u00a0"])
def test_a_title_needs_three_characters_that_are_not_blank(client: TestClient, title: str) -> None:
    assert accepted(client, "title", "Run") == "Run"
    check_refused(client, "title", title)


def test_a_title_has_at_most_50_characters(client: TestClient) -> None:
    assert accepted(client, "title", "é" * 50) == "é" * 50
    check_refused(client, "title", "é" * 51)


def test_blanks_around_a_title_are_removed_before_it_is_measured(client: TestClient) -> None:
    assert accepted(client, "title", "  Buy milk\n") == "Buy milk"
    assert accepted(client, "title", f"  {'x' * 50}  ") == "x" * 50


def test_a_description_has_at_most_500_characters(client: TestClient) -> None:
    assert accepted(client, "description", "x" * 500) == "x" * 500
    check_refused(client, "description", "x" * 501)


@pytest.mark.parametrize("description", [None, "", "  two  spaces  "])
def test_a_description_may_be_anything_short(client: TestClient, description: str | None) -> None:
    assert accepted(client, "description", description) == description


@pytest.mark.parametrize("field", ["title", "description"])
def test_the_character_nul_is_refused(client: TestClient, field: str) -> None:
    check_refused(client, field, "Buy\0milk")


@pytest.mark.parametrize("due", ["2027-01-31", "2028-02-29", "1999-12-31", None])
def test_a_due_date_is_kept_even_when_it_is_past(client: TestClient, due: str | None) -> None:
    assert accepted(client, "due_date", due) == due


def test_a_task_without_a_due_date_has_none(client: TestClient) -> None:
    answer = client.post("/tasks", json={"title": "Buy milk"})

    assert answer.json()["due_date"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        0,
        1767225600,
        "0",
        "1767225600",
        20270131,
        "20270131",
        1.5,
        True,
        [],
        "",
        "tomorrow",
        "2027-1-31",
        "31.01.2027",
        "2027-02-29",
        "2027-13-01",
        "0000-01-01",
        "2027-W04-7",
        " 2027-01-31",
        "2027-01-31\n",
        "2027-01-31T00:00:00",
        "\uff12027-01-31",
    ],
    ids=repr,
)
def test_a_due_date_is_a_real_day_written_year_month_day(client: TestClient, wrong: object) -> None:
    check_refused(client, "due_date", wrong)


@pytest.mark.parametrize("field", ["id", "completed", "priority", "Title", ""])
def test_a_field_that_is_not_declared_is_refused(client: TestClient, field: str) -> None:
    check_refused(client, field, 1)


def test_every_wrong_field_is_named_at_once(client: TestClient) -> None:
    answer = client.post("/tasks", json={"title": "ab", "due_date": "soon", "priority": 1})

    named = {tuple(error["loc"]) for error in answer.json()["detail"]}
    assert named == {("body", "title"), ("body", "due_date"), ("body", "priority")}


def test_a_refused_task_is_not_stored(client: TestClient) -> None:
    client.post("/tasks", json={"title": "ab"})

    assert client.get("/tasks").json() == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("skip=-1", "skip"),
        ("skip=9223372036854775808", "skip"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=101", "limit"),
        ("limit=1.5", "limit"),
        ("skip=", "skip"),
    ],
)
def test_a_page_outside_its_bounds_is_refused(client: TestClient, query: str, field: str) -> None:
    answer = client.get(f"/tasks?{query}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", field]


@pytest.mark.parametrize("query", ["skip=9223372036854775807", "limit=1", "limit=100"])
def test_a_page_may_reach_its_bounds(client: TestClient, query: str) -> None:
    name, bound = query.split("=")
    beyond = int(bound) - 1 if bound == "1" else int(bound) + 1

    assert client.get("/tasks", params={name: bound}).json() == []
    assert client.get("/tasks", params={name: beyond}).status_code == 422
