"""Dependencies without a request: they are functions, and can be called as such."""

import pytest
from builders import a_user
from fastapi import HTTPException

from app.dependencies import get_current_superuser, get_current_user


def test_a_user_is_let_in() -> None:
    user = a_user()

    assert get_current_user(user) is user


def test_a_disabled_user_is_kept_out() -> None:
    with pytest.raises(HTTPException) as refused:
        get_current_user(a_user(disabled=True))

    assert refused.value.status_code == 403


def test_a_superuser_is_let_in() -> None:
    user = a_user(is_superuser=True)

    assert get_current_superuser(user) is user


def test_who_is_no_superuser_is_kept_out() -> None:
    with pytest.raises(HTTPException) as refused:
        get_current_superuser(a_user(is_superuser=False))

    assert refused.value.status_code == 403
