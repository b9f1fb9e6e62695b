"""Pages of very many tasks: none is missed, none is seen twice, and an index leads to each."""

from uuid import UUID

from databases import Database
from fastapi.testclient import TestClient
from test_pages import OTHERUSER, insert, page

from conftest import TESTUSER

MANY = 10_000


def test_what_is_there_throughout_is_seen_once_while_others_come_and_go(
    client: TestClient, database: Database
) -> None:
    insert(database, MANY)
    seen: list[int] = []
    deleted: set[int] = set()
    cursor: str | None = ""
    while cursor is not None:
        found = page(client, cursor, 100)
        ids = [task["id"] for task in found["items"]]
        seen, cursor = seen + ids, found["next"]
        # The last one seen, at which the cursor points, one before it, and one that is to come.
        gone = {ids[-1], ids[0], ids[-1] + 7}
        database.run(f"DELETE FROM tasks WHERE id IN ({', '.join(map(str, gone))})")  # noqa: S608  # numbers
        deleted |= gone
        if len(seen) < MANY:
            insert(database, 3)

    assert len(seen) == len(set(seen)), "A task was seen twice."
    assert seen == sorted(seen)
    throughout = set(range(1, MANY + 1)) - deleted
    assert throughout <= set(seen), "A task was not seen."


def test_an_index_leads_to_the_page(database: Database) -> None:
    insert(database, 300)
    insert(database, 9_700, OTHERUSER)
    if database.kind == "postgresql":
        database.run("ANALYZE tasks")
    explain = {"postgresql": "EXPLAIN", "sqlite": "EXPLAIN QUERY PLAN"}[database.kind]
    owner = TESTUSER if database.kind == "postgresql" else UUID(TESTUSER).hex

    plan = database.run(
        f"{explain} SELECT * FROM tasks WHERE owner_id = :owner AND id > 5 ORDER BY id LIMIT 11",  # noqa: S608  # one of the two above
        owner=owner,
    )

    assert "ix_tasks_owner_id_id" in str(plan)
    assert "Sort" not in str(plan)
    assert "TEMP B-TREE" not in str(plan)
