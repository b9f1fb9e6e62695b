"""Each kind of change in an API has its verdict; so have the real APIs of two stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.made_up import FIRST, SECOND, change, make_checkout, write
from tutor.catalog import Catalog
from tutor.comparing_api import ApiComparison, compare_documents
from tutor.errors import TutorError
from tutor.openapi_documents import Documents

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]
TEXT = {"type": "string"}
BEARER = {"bearer": {"type": "http", "scheme": "bearer"}}


def document(operation: Json | None = None, path: str = "/tasks", **more: object) -> Json:
    paths = {} if operation is None else {path: {"get": operation}}
    return {"openapi": "3.1.0", "info": {}, "paths": paths, **more}


def told(found: ApiComparison) -> list[tuple[str, bool]]:
    return [
        (f"{change.where}: {change.what}", change.breaking)
        for each in found.changed
        for change in each.changes
    ]


def parameter(place: str = "query", name: str = "q", **more: object) -> Json:
    return {"parameters": [{"in": place, "name": name, "schema": TEXT} | more]}


def body(media: str = "application/json", *, required: bool = False, schema: Json = TEXT) -> Json:
    return {"requestBody": {"required": required, "content": {media: {"schema": schema}}}}


def answer(status: str = "200", media: str = "application/json", schema: Json = TEXT) -> Json:
    return {"responses": {status: {"content": {media: {"schema": schema}}}}}


def headers(*names: str) -> Json:
    return {"responses": {"200": {"headers": {name: {"schema": TEXT} for name in names}}}}


ROWS = [
    ({}, parameter(), "query parameter q: added, optional", False),
    ({}, parameter(required=True), "query parameter q: added, required", True),
    (parameter(), {}, "query parameter q: removed", True),
    (parameter(), parameter(required=True), "query parameter q: is required now", True),
    (parameter(required=True), parameter(), "query parameter q: is no longer required", False),
    (parameter(), parameter(deprecated=True), "query parameter q: is deprecated now", False),
    (
        parameter(),
        parameter(schema={"type": "integer"}),
        "query parameter q: type string → integer",
        True,
    ),
    (
        parameter(schema={"type": "string", "default": "a"}),
        parameter(schema={"type": "string", "default": "b"}),
        'query parameter q: default "a" → "b"',
        True,
    ),
    (
        parameter(),
        parameter(schema={}, content={"text/plain": {"schema": {"type": "integer"}}}),
        "query parameter q: type string → integer",
        True,
    ),
    ({}, body(), "request body: added, optional", False),
    ({}, body(required=True), "request body: added, required", True),
    (body(), {}, "request body: removed", True),
    (body(), body(required=True), "request body: is required now", True),
    (body(required=True), body(), "request body: is no longer required", False),
    (
        body(),
        {"requestBody": {"content": body()["requestBody"]["content"] | {"text/plain": {}}}},
        "request body: media type text/plain added",
        False,
    ),
    (
        {"requestBody": {"content": body()["requestBody"]["content"] | {"text/plain": {}}}},
        body(),
        "request body: media type text/plain removed",
        True,
    ),
    (
        body(),
        body(schema={"type": "string", "maxLength": 3}),
        "request body: maxLength none → 3",
        True,
    ),
    (
        answer(),
        answer(schema={"type": "string", "maxLength": 3}),
        "response 200: maxLength none → 3",
        False,
    ),
    ({}, answer("201"), "response 201: added", True),
    (answer("204"), {}, "response 204: removed", True),
    ({}, answer("404"), "response 404: added", False),
    (answer("404"), {}, "response 404: removed", False),
    ({}, answer("4XX"), "response 4XX: added", False),
    ({}, answer("default"), "response default: added", False),
    (headers(), headers("X-Total"), "response 200 header X-Total: added", False),
    (headers("X-Total"), headers(), "response 200 header X-Total: removed", True),
    ({}, {"deprecated": True}, "operation: is deprecated now", False),
    ({"deprecated": True}, {}, "operation: is no longer deprecated", False),
]


@pytest.mark.parametrize(
    ("old", "new", "said", "breaking"),
    ROWS,
    ids=[f"{row[2]} ({number})" for number, row in enumerate(ROWS)],
)
def test_a_change_of_an_operation_has_its_verdict(
    old: Json, new: Json, said: str, breaking: bool
) -> None:
    found = compare_documents(document(old), document(new))

    assert told(found) == [(said, breaking)]
    assert [each.operation for each in found.changed] == ["GET /tasks"]
    assert (found.breaking, found.compatible) == (int(breaking), int(not breaking))


def test_a_media_type_that_another_replaces_is_removed_and_added() -> None:
    found = compare_documents(document(answer()), document(answer(media="text/html")))

    assert told(found) == [
        ("response 200: media type application/json removed", True),
        ("response 200: media type text/html added", False),
    ]


def test_an_operation_that_is_added_is_compatible_and_one_that_is_removed_breaks() -> None:
    added = compare_documents(document(), document({}))
    removed = compare_documents(document({}), document())

    assert (added.added, added.breaking, added.compatible) == (("GET /tasks",), 0, 1)
    assert (removed.removed, removed.breaking, removed.compatible) == (("GET /tasks",), 1, 0)


SCHEMES = {
    "securitySchemes": BEARER
    | {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    | {"login": {"type": "oauth2", "flows": {"password": {}}}}
    | {"token": {"type": "http", "scheme": "bearer"}}
}
B, K, L = "HTTP bearer", "API key in header X-Key", "OAuth2 password"


@pytest.mark.parametrize(
    ("old", "new", "said", "breaking"),
    [
        ([], [{"bearer": []}], f"none → {B}", True),
        ([{"bearer": []}], [], f"{B} → none", False),
        ([{"bearer": []}], [{"bearer": []}, {}], f"{B} → {B} or none", False),
        ([{"bearer": []}], [{"key": []}], f"{B} → {K}", True),
        ([{"bearer": []}], [{"bearer": []}, {"key": []}], f"{B} → {K} or {B}", False),
        ([{"bearer": []}, {"key": []}], [{"key": []}], f"{K} or {B} → {K}", True),
        ([{"bearer": []}], [{"bearer": [], "key": []}], f"{B} → {K} and {B}", True),
        ([{"login": []}], [{"login": ["write"]}], f"{L} → {L} and {L} scope write", True),
        ([{"login": ["a", "b"]}], [{"login": ["a"]}], None, False),
    ],
)
def test_security_breaks_when_somebody_is_no_longer_let_in(
    old: list[Json], new: list[Json], said: str | None, breaking: bool
) -> None:
    was, now = (document({"security": each}, components=SCHEMES) for each in (old, new))

    [(found, breaks)] = told(compare_documents(was, now))

    assert said is None or found == f"security: {said}"
    assert breaks is breaking


def test_a_security_scheme_may_change_its_name() -> None:
    was, now = (
        document({"security": [{name: []}]}, components=SCHEMES) for name in ("bearer", "token")
    )

    assert told(compare_documents(was, now)) == []


def test_the_security_of_the_whole_document_counts_where_an_operation_has_none() -> None:
    was = document({}, components=SCHEMES)
    now = document({}, components=SCHEMES, security=[{"bearer": []}])
    open_again = document({"security": []}, components=SCHEMES, security=[{"bearer": []}])

    assert told(compare_documents(was, now)) == [(f"security: none → {B}", True)]
    assert told(compare_documents(was, open_again)) == []


def test_the_name_of_a_parameter_in_a_path_does_not_matter() -> None:
    old = document(parameter("path", "id", required=True), "/tasks/{id}")
    new = document(parameter("path", "task_id", required=True), "/tasks/{task_id}")

    found = compare_documents(old, new)

    assert (found.added, found.removed, found.changed) == ((), (), ())


def test_a_header_is_known_in_any_case() -> None:
    old, new = (document(parameter("header", name)) for name in ("X-Key", "x-key"))

    assert told(compare_documents(old, new)) == []


def test_parameters_of_a_path_hold_for_its_operations() -> None:
    shared = {"paths": {"/tasks": {"get": {}, **parameter()}}}
    own = {"paths": {"/tasks": {"get": parameter(required=True), **parameter()}}}

    assert told(compare_documents(document(parameter()), shared)) == []
    assert told(compare_documents(shared, own)) == [("query parameter q: is required now", True)]


def test_references_to_parameters_bodies_and_responses_are_followed() -> None:
    parts = {
        "parameters": {"Q": parameter()["parameters"][0]},
        "requestBodies": {"B": body()["requestBody"]},
        "responses": {"R": answer()["responses"]["200"]},
    }
    referring = {
        "parameters": [{"$ref": "#/components/parameters/Q"}],
        "requestBody": {"$ref": "#/components/requestBodies/B"},
        "responses": {"200": {"$ref": "#/components/responses/R"}},
    }
    plain = parameter() | body() | answer()

    assert told(compare_documents(document(plain), document(referring, components=parts))) == []


@pytest.mark.parametrize("prefix", ["/api/v1", "api/v1/", "/api/v1/"])
def test_a_prefix_can_be_left_out_of_the_paths(prefix: str) -> None:
    old, new = document({}, "/tasks"), document({}, "/api/v1/tasks")

    assert compare_documents(old, new).removed == ("GET /tasks",)
    found = compare_documents(old, new, prefix)
    assert (found.added, found.removed, found.notes) == ((), (), ())


def test_only_a_whole_part_of_a_path_is_a_prefix() -> None:
    found = compare_documents(document({}, "/apis"), document({}, "/apis"), "/api")

    assert found.notes == ("No path of either starts with /api.",)
    assert (found.added, found.removed) == ((), ())


def test_a_path_that_exists_with_and_without_the_prefix_stays_two_paths() -> None:
    paths = {"paths": {"/": {"get": {}}, "/api": {"get": {"deprecated": True}}}}

    found = compare_documents(document({"deprecated": True}, "/"), paths, "/api")

    assert (found.added, found.removed) == (("GET /api",), ())
    assert told(found) == [("operation: is no longer deprecated", False)]


@pytest.fixture(scope="module")
def documents() -> dict[str, Json]:
    catalog = Catalog()
    stages = catalog.stages[:2]
    with Documents(stages, catalog) as asked:
        return {stage.number: asked.of(stage) for stage in stages}


def test_the_real_stage_02_adds_operations_and_breaks_what_01_let_in(
    documents: dict[str, Json],
) -> None:
    found = compare_documents(documents["01"], documents["02"])

    assert {"DELETE /tasks/{task_id}", "PATCH /tasks/{task_id}"} <= set(found.added)
    assert found.removed == ()
    verdicts = dict(told(found))
    assert verdicts["request body: title: minLength none → 3"] is True
    assert verdicts["query parameter limit: must be at most 100 now"] is True
    assert verdicts["request body: other fields than these are refused now"] is True
    assert verdicts["response 201: due_date: added, optional"] is False


def test_seen_backward_what_was_narrowed_is_widened(documents: dict[str, Json]) -> None:
    found = compare_documents(documents["02"], documents["01"])

    verdicts = dict(told(found))
    assert {"DELETE /tasks/{task_id}", "PATCH /tasks/{task_id}"} <= set(found.removed)
    assert verdicts["request body: title: minLength 3 → none"] is False
    assert verdicts["response 201: due_date: removed"] is True


def test_an_api_is_the_same_as_itself(documents: dict[str, Json]) -> None:
    found = compare_documents(documents["02"], documents["02"])

    assert (found.added, found.removed, found.changed) == ((), (), ())


APP = """
from fastapi import FastAPI

app = FastAPI()
print("This is no JSON.", flush=True)
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    root = make_checkout(tmp_path).root
    for stage in (FIRST, SECOND):
        write(root / stage / "main.py", APP)
    return Catalog(root)


def document_of(catalog: Catalog, patience: float = 60) -> Json:
    stage = catalog.stages[1]
    with Documents([stage], catalog, patience=patience) as asked:
        return asked.of(stage)


def test_what_an_app_prints_is_not_taken_for_its_document(catalog: Catalog) -> None:
    assert document_of(catalog)["info"]["title"] == "FastAPI"


def test_importing_an_app_leaves_nothing_in_its_folder(catalog: Catalog) -> None:
    before = sorted(catalog.stages[1].folder.rglob("*"))

    document_of(catalog)

    assert sorted(catalog.stages[1].folder.rglob("*")) == before


def test_each_app_is_imported_in_its_own_folder(catalog: Catalog) -> None:
    for stage in catalog.stages:
        write(stage.folder / "about.py", f"TITLE = {stage.number!r}\n")
        change(stage.folder / "main.py", "FastAPI()", "FastAPI(title=__import__('about').TITLE)")

    with Documents(catalog.stages, catalog) as asked:
        assert [asked.of(stage)["info"]["title"] for stage in catalog.stages] == ["01", "02"]


@pytest.mark.parametrize(
    ("text", "what", "way_out"),
    [
        ("x = 1\nimport gone\n", "main.py, line 2:", "No module named 'gone'"),
        ("def f(:\n", "main.py, line 1:", "SyntaxError"),
        ("app = object()\n", "is not an ASGI app", "Name an app"),
        ("async def app(scope, receive, send): ...\n", "has no OpenAPI document", ""),
        ("import os\nos._exit(3)\n", "ended the process that imported it (3)", ""),
    ],
)
def test_an_app_without_a_document_is_a_sentence(
    catalog: Catalog, text: str, what: str, way_out: str
) -> None:
    write(catalog.stages[1].folder / "main.py", text)

    with pytest.raises(TutorError) as caught:
        document_of(catalog)

    assert what in caught.value.what
    assert way_out in caught.value.way_out


def test_an_app_whose_import_never_ends_is_ended(catalog: Catalog) -> None:
    write(catalog.stages[1].folder / "main.py", "import threading\nthreading.Event().wait()\n")

    with pytest.raises(TutorError, match=r"02_two was not imported within 1\.5 seconds"):
        document_of(catalog, patience=1.5)
