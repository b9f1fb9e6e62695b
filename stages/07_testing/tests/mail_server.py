"""A mail server for the tests: small but real, in a thread, on a port that the kernel chooses."""

import asyncio
import socket
from asyncio import AbstractServer
from collections.abc import Awaitable
from email.message import Message
from typing import Self

from aiosmtpd.controller import BaseThreadedController
from aiosmtpd.handlers import Message as Keeper
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Inbox(Keeper):
    """Keeps the emails that come; refuses some recipients, and never answers when it is slow."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []
        self.refused: set[str] = set()
        self.passwords: list[bytes] = []
        self.is_slow = False

    def handle_message(self, message: Message) -> None:
        """Keep an email."""
        self.messages.append(message)

    async def handle_RCPT(  # noqa: N802  # the name of the command
        self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _options: list[str]
    ) -> str:
        """Answer the command that names a recipient."""
        if self.is_slow:
            await asyncio.Event().wait()
        if to in self.refused:
            return "550 No such user here"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    def log_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, sent: LoginPassword
    ) -> AuthResult:
        """Let everybody in, and keep the password."""
        self.passwords.append(sent.password)
        return AuthResult(success=True)


class MailServer(BaseThreadedController):
    """A server that runs from `with` on, until its end; it cannot encrypt, and minds nothing."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = self.socket.getsockname()
        self.url = f"smtp://127.0.0.1:{self.address[1]}"
        super().__init__(self.inbox, authenticator=self.inbox.log_in, auth_require_tls=False)

    def _create_server(self) -> Awaitable[AbstractServer]:
        """Serve at the socket; the base class asks for this."""
        return self.loop.create_server(self._factory_invoker, sock=self.socket)

    def _trigger_server(self) -> None:
        """Connect once: the base class waits for the first connection."""
        socket.create_connection(self.address).close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.server:  # A test may have stopped it.
            self.stop()
