"""Real caches, over a network: hishel, as a browser and as a proxy would keep answers."""

import http.client

import pytest

from conftest import ALICE, BOB, CACHED
from origin import Origin, caching_client


def test_what_is_fresh_is_not_asked_for_again(origin: Origin) -> None:
    with caching_client(origin.url) as client:
        answers = [client.get("/static-config") for _ in range(5)]
        answers += [client.get(f"/user/{n}/avatar") for n in (1, 2, 1, 2, 1)]

    assert {answer.status_code for answer in answers} == {200}
    paths = [hit.path for hit in origin.hits]
    assert paths == ["/static-config", "/user/1/avatar", "/user/2/avatar"]


def test_a_shared_cache_keeps_only_what_is_public(origin: Origin) -> None:
    with caching_client(origin.url, shared=True) as client:
        for path in ("/static-config", "/user/7/avatar") * 3:
            assert client.get(path).status_code == 200

    paths = [hit.path for hit in origin.hits]
    assert paths == ["/static-config", *["/user/7/avatar"] * 3]


def test_what_must_not_be_kept_is_asked_for_each_time(origin: Origin) -> None:
    with caching_client(origin.url) as client:
        answers = [client.get("/sensitive-data") for _ in range(3)]

    assert [hit.status for hit in origin.hits] == [200] * 3
    assert [answer.json()["balance"] for answer in answers] == [1200] * 3


def test_the_feed_is_asked_for_each_time_and_sent_once(origin: Origin) -> None:
    with caching_client(origin.url) as client:
        answers = [client.get("/feed") for _ in range(4)]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    codes = [hit.status for hit in origin.hits]
    assert codes == [200, 304, 304, 304], (
        f"a browser read the feed four times, nothing changed, and it was answered {codes}: "
        "after the first time a 304 is enough"
    )
    assert [hit.size for hit in origin.hits][1:] == [0, 0, 0], "a 304 has no body"


def test_a_cache_does_not_show_one_reader_the_feed_of_another(origin: Origin) -> None:
    with caching_client(origin.url) as client:
        readers = [
            client.get("/feed", headers=headers).json()["reader"]
            for headers in (ALICE, BOB, ALICE, {}, BOB, {})
        ]

    assert readers == ["alice", "bob", "alice", "everybody", "bob", "everybody"]
    assert len(origin.hits) == 6


@pytest.mark.parametrize("path", [*CACHED, "/sensitive-data"])
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_over_a_connection_that_stays_open_nothing_follows_an_empty_answer(
    origin: Origin, method: str, path: str
) -> None:
    connection = http.client.HTTPConnection(origin.url.removeprefix("http://"), timeout=30)
    try:
        for _ in range(3):
            connection.request(method, path, headers={"If-None-Match": "*"})
            with connection.getresponse() as answer:
                body = answer.read()
            assert answer.status in (200, 304)
            assert bool(body) == (method == "GET" and answer.status == 200)
            assert answer.headers["Date"]
    finally:
        connection.close()
