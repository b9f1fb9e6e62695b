"""Emails while there is no mail server: lines in the log."""

import logging

import pytest

from app.emailer import ConsoleEmailer


@pytest.mark.anyio
async def test_an_email_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    await ConsoleEmailer().send("eve@example.com", "Task: Buy milk", "Buy milk\nINFO: All is well")

    [line] = caplog.text.splitlines()
    assert "eve@example.com" in line
    assert "Buy milk" in line
