"""`If-None-Match`: a client that has the answer already is told so, and is sent nothing."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from conftest import ALICE, BOB, CACHED


def ask(client: TestClient, path: str, *known: str | bytes, method: str = "GET") -> Response:
    """Ask for `path` with `If-None-Match` headers."""
    values = [each.encode() if isinstance(each, str) else each for each in known]
    return client.request(method, path, headers=[(b"if-none-match", value) for value in values])


def tag_of(client: TestClient, path: str) -> str:
    """Return the entity tag of what is at `path`."""
    return str(client.get(path).headers["ETag"])


@pytest.mark.parametrize("path", CACHED)
def test_who_has_the_answer_is_sent_304_and_no_body(client: TestClient, path: str) -> None:
    answer = ask(client, path, tag_of(client, path))

    assert answer.status_code == 304, (
        f"the client sent the tag of what it has, and that is still right; "
        f"it got {answer.status_code} and {len(answer.content)} bytes, not 304 and none"
    )
    assert answer.content == b"", "a 304 has no body"


@pytest.mark.parametrize("path", CACHED)
def test_a_304_says_what_the_200_says_of_keeping(client: TestClient, path: str) -> None:
    whole = client.get(path)
    answer = ask(client, path, whole.headers["ETag"])

    assert answer.status_code == 304, f"the tag is known, but the answer is {answer.status_code}"
    for name in ("ETag", "Cache-Control", "Vary"):
        said, expected = answer.headers.get(name), whole.headers.get(name)
        assert said == expected, f"{name} of the 304 is {said}, and of the 200 {expected}"
    assert "Content-Type" not in answer.headers, "a 304 has no body that could be of a type"


KNOWN: dict[str, Callable[[str], list[str | bytes]]] = {
    "a list": lambda tag: [f'"other", {tag}'],
    "a list without blanks": lambda tag: [f'{tag},"other"'],
    "a list with gaps": lambda tag: [f', "other" ,, {tag} ,'],
    "a list with a comma in a tag": lambda tag: [f'"a,b", {tag}'],
    "the first of two headers": lambda tag: [tag, '"other"'],
    "the second of two headers": lambda tag: ['"other"', tag],
    "a weak tag": lambda tag: [f"W/{tag}"],
    "a weak tag in a list": lambda tag: [f'W/"other", W/{tag}'],
    "a tag beside one that is not ASCII": lambda tag: [b'"\xe9", ' + tag.encode()],
    "a star": lambda _: ["*"],
    "a star with blanks": lambda _: [" * "],
}


@pytest.mark.parametrize("form", KNOWN)
def test_a_tag_is_found_in(client: TestClient, form: str) -> None:
    sent = KNOWN[form](tag_of(client, "/feed"))
    code = ask(client, "/feed", *sent).status_code

    assert code == 304, f"If-None-Match is {form}, {sent}: that names what we have, but got {code}"


@pytest.mark.parametrize(
    "known",
    [
        *("", '"other"', 'W/"other"', '"*"', '"', '""', "nonsense", "W/", ",", '*, "other"'),
        *(b"\xff\xfe", b'"\xe9"', '"' * 999, '"a" ' * 999, "W/" * 999),
    ],
)
def test_a_tag_that_is_not_ours_changes_nothing(client: TestClient, known: str | bytes) -> None:
    whole = client.get("/feed")
    answer = ask(client, "/feed", known)

    assert answer.status_code == 200
    assert answer.content == whole.content
    assert answer.headers == whole.headers


def test_a_tag_without_its_quotes_or_a_part_of_one_is_not_ours(client: TestClient) -> None:
    tag = tag_of(client, "/feed")

    for known in (tag.strip('"'), f'{tag[:-2]}"', f'"x{tag[1:]}'):
        assert ask(client, "/feed", known).status_code == 200, known


def test_the_tag_of_one_reader_is_not_that_of_another(client: TestClient) -> None:
    tag = client.get("/feed", headers=ALICE).headers["ETag"]

    answer = client.get("/feed", headers=BOB | {"If-None-Match": tag})

    assert answer.status_code == 200
    assert answer.json()["reader"] == "bob"


@pytest.mark.parametrize("path", CACHED)
def test_head_is_answered_with_304_like_get(client: TestClient, path: str) -> None:
    code = ask(client, path, tag_of(client, path), method="HEAD").status_code

    assert code == 304, f"HEAD with the tag of what is there got {code}: it works like GET"


@pytest.mark.parametrize("known", ["*", '"other"'])
def test_what_must_not_be_kept_is_sent_whole(client: TestClient, known: str) -> None:
    answer = ask(client, "/sensitive-data", known)

    assert answer.status_code == 200
    assert answer.json()["balance"] == 1200


@pytest.mark.parametrize("date", ["Wed, 21 Oct 2099 07:28:00 GMT", "nonsense"])
def test_a_date_alone_is_no_validator_here(client: TestClient, date: str) -> None:
    assert client.get("/feed", headers={"If-Modified-Since": date}).status_code == 200
