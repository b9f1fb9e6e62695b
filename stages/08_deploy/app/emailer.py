"""Sending emails: through a mail server, or as lines in the log while there is none."""

import asyncio
import logging
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote

import aiosmtplib

from app.core.config import Settings, SmtpUrl
from app.errors import EmailNotTakenError

logger = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds that a mail server may take


class Emailer(Protocol):
    """What can send an email."""

    async def send(self, to: str, subject: str, text: str) -> None:
        """Hand an email over for delivery; raise EmailNotTakenError unless it was taken."""


class ConsoleEmailer:
    """Writes emails to the log: for whoever develops the app."""

    async def send(self, to: str, subject: str, text: str) -> None:
        """Log the email, and send nothing."""
        logger.info("Without SMTP_URL, not sent: an email to %s: %r, %r", to, subject, text)


class SmtpEmailer:
    """Hands emails to a mail server, each over a connection of its own."""

    def __init__(self, url: SmtpUrl, sender: str, patience: float = PATIENCE) -> None:
        self.url = url
        self.sender = sender
        self.patience = patience

    async def send(self, to: str, subject: str, text: str) -> None:
        """Wait until the server has taken the email, but not for ever."""
        try:
            message = self.message(to, subject, text)
            async with asyncio.timeout(self.patience):
                await aiosmtplib.send(
                    message,
                    hostname=self.url.host,
                    port=self.url.port,
                    username=unquote(self.url.username) if self.url.username else None,
                    password=unquote(self.url.password) if self.url.password else None,
                    # None: encrypted if the server can. A password is not sent otherwise.
                    start_tls=True if self.url.username else None,
                    # For each command, also for the farewell to a server that took too long.
                    timeout=self.patience,
                )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # Only what kind of error it is: its text may hold addresses.
            logger.warning("An email was not taken: %s", type(error).__name__)
            raise EmailNotTakenError("The email cannot be sent now") from error

    def message(self, to: str, subject: str, text: str) -> EmailMessage:
        """Return the email; raise ValueError when a header would be more than one line."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message.set_content(text)
        return message


def make_emailer(settings: Settings) -> Emailer:
    """Return what sends emails with these settings."""
    if settings.smtp_url is None:
        return ConsoleEmailer()
    return SmtpEmailer(settings.smtp_url, settings.email_from)
