"""The operations on tasks belong together: one prefix, one tag, shared answers."""

from fastapi.testclient import TestClient


def test_the_operations_on_tasks_have_the_tag_tasks(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    operations = [*paths["/api/v1/tasks"].values(), *paths["/api/v1/tasks/{task_id}"].values()]
    assert [operation.get("tags") for operation in operations] == [["tasks"]] * 6


def test_no_path_ends_with_a_slash(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    assert [path for path in paths if path.endswith("/")] == ["/"]
