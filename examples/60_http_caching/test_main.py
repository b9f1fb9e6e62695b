"""What the answers say of themselves: how long they may be kept, by whom, and which they are."""

import pytest
from fastapi.testclient import TestClient

from conftest import ALICE, BOB, CACHED

PATHS = (*CACHED, "/sensitive-data")


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/static-config", "public, max-age=3600"),
        ("/user/7/avatar", "private, max-age=300"),
        ("/feed", "no-cache"),
        ("/sensitive-data", "no-store"),
    ],
)
def test_an_answer_says_how_long_it_may_be_kept(client: TestClient, path: str, policy: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == policy


@pytest.mark.parametrize("path", CACHED)
def test_the_same_bytes_have_the_same_tag(client: TestClient, path: str) -> None:
    first, second = client.get(path), client.get(path)

    assert first.content == second.content
    assert first.headers["ETag"] == second.headers["ETag"]


@pytest.mark.parametrize("path", CACHED)
def test_a_tag_is_written_as_the_standard_has_it(client: TestClient, path: str) -> None:
    tag = client.get(path).headers["ETag"]

    assert tag.startswith('"')
    assert tag.endswith('"')
    assert tag.count('"') == 2
    assert tag.isascii()


def test_other_bytes_have_another_tag(client: TestClient) -> None:
    answers = [client.get(f"/user/{number}/avatar") for number in range(1, 51)]
    answers += [client.get("/feed", headers=headers) for headers in ({}, ALICE, BOB)]

    assert len({answer.content for answer in answers}) == 53
    assert len({answer.headers["ETag"] for answer in answers}) == 53


def test_what_is_not_kept_needs_no_tag(client: TestClient) -> None:
    assert "ETag" not in client.get("/sensitive-data").headers


def test_caches_are_told_that_the_feed_depends_on_who_reads(client: TestClient) -> None:
    everybody, alice = client.get("/feed"), client.get("/feed", headers=ALICE)

    assert everybody.headers["Vary"] == alice.headers["Vary"] == "Authorization"
    assert everybody.json()["reader"] == "everybody"
    assert alice.json()["reader"] == "alice"
    assert alice.json()["posts"][0] == {"id": 1, "text": "News 1 for alice"}


@pytest.mark.parametrize("token", ["", "alice-token", "Bearer", "Bearer hunter2", "Basic YQ=="])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_unknown_token_is_refused_and_that_is_not_kept(
    client: TestClient, token: str, method: str
) -> None:
    headers = {"Authorization": token, "If-None-Match": "*"}
    answer = client.request(method, "/feed", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_head_works_like_get_without_the_body(client: TestClient, path: str) -> None:
    read, asked = client.get(path), client.head(path)

    assert asked.status_code == 200
    assert asked.content == b""
    assert asked.headers == read.headers
    assert int(asked.headers["Content-Length"]) == len(read.content)


@pytest.mark.parametrize("user_id", ["0", "-1", "9223372036854775808", "abc", "1.5", "%00", "NaN"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_id_that_no_user_can_have_is_refused(
    client: TestClient, method: str, user_id: str
) -> None:
    answer = client.request(method, f"/user/{user_id}/avatar", headers={"If-None-Match": "*"})

    assert answer.status_code == 422
    assert "ETag" not in answer.headers
    if method == "GET":
        assert answer.json()["detail"][0]["loc"] == ["path", "user_id"]


def test_the_largest_id_has_an_avatar(client: TestClient) -> None:
    assert client.get(f"/user/{2**63 - 1}/avatar").json()["user_id"] == 2**63 - 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_only_reading_is_allowed(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("method", ["get", "head"])
def test_the_schema_names_what_can_be_answered(client: TestClient, method: str) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    codes = {path: set(operations[method]["responses"]) for path, operations in paths.items()}

    assert codes["/static-config"] == {"200", "304"}
    assert codes["/user/{user_id}/avatar"] == {"200", "304", "422"}
    assert codes["/feed"] >= {"200", "304", "401"}
    assert codes["/sensitive-data"] == {"200"}
