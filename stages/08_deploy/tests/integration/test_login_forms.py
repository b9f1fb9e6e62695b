"""What is no good form is refused: never a 500, never an echo of what was sent."""

import pytest
from fastapi.testclient import TestClient

FORM = {"username": "testuser", "password": "password123"}


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("username", ["testuser", "nobody"])
def test_half_a_character_is_wrong_too(anonymous: TestClient, username: str, field: str) -> None:
    sent = FORM | {"username": username, field: r"\ud800"}
    lines = [
        f'--X\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}' for n, v in sent.items()
    ]
    body = "\r\n".join([*lines, "--X--\r\n"])
    kind = "multipart/form-data; charset=unicode_escape; boundary=X"

    answer = anonymous.post("/token", content=body, headers={"content-type": kind})

    assert answer.status_code == 401
    assert answer.json() == {"detail": "Wrong username or password"}


@pytest.mark.parametrize("missing", ["username", "password"])
@pytest.mark.parametrize("username", ["testuser", "nobody"])
def test_an_empty_field_is_named(anonymous: TestClient, username: str, missing: str) -> None:
    answer = anonymous.post("/token", data=FORM | {"username": username, missing: ""})

    assert answer.status_code == 422
    [error] = answer.json()["detail"]
    assert error["loc"] == ["body", missing]
    assert "password123" not in answer.text


def test_json_is_no_form(anonymous: TestClient) -> None:
    answer = anonymous.post("/token", json=FORM)

    assert answer.status_code == 422
    assert {each["loc"][1] for each in answer.json()["detail"]} == {"username", "password"}
    assert "password123" not in answer.text


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=X",
        "multipart/form-data; charset=undefined; boundary=X",
    ],
)
def test_a_form_that_cannot_be_read_is_refused(anonymous: TestClient, kind: str) -> None:
    body = '--X\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2'

    answer = anonymous.post("/token", content=body, headers={"content-type": kind})

    assert answer.status_code in (400, 422)
    assert "hunter2" not in answer.text


def test_a_file_is_no_password(anonymous: TestClient) -> None:
    files = {"password": ("hunter2.txt", "hunter2")}
    answer = anonymous.post("/token", data={"username": "testuser"}, files=files)

    assert answer.status_code == 422
    assert "hunter2" not in answer.text


def test_more_fields_of_oauth2_may_be_sent(anonymous: TestClient) -> None:
    more = {"grant_type": "password", "scope": "", "client_id": "docs"}

    assert anonymous.post("/token", data=FORM | more).status_code == 200
