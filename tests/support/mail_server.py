"""A real SMTP server for tests: with or without TLS and login, and with moods."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.support.ports import free_port
from tests.support.tls import Certified

USER, PASSWORD = "bridge", "Let me in, it is the bridge"


@dataclass
class Mailbox:
    """What arrived, and how the server answers to recipients."""

    messages: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """Answer for a recipient instead of taking the mail."""
    hang_up: bool = False
    """Close the connection instead of answering to a message."""
    port: int = 0

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it so
        self, server: SMTP, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        del server
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd calls it so
        self, server: SMTP, session: Any, envelope: Any
    ) -> str:
        if self.hang_up:
            assert server.transport is not None
            server.transport.close()
            return "250 never seen"
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.senders.append(envelope.mail_from)
        self.was_encrypted.append(session.ssl is not None)
        return "250 taken"


@contextmanager
def mail_server(
    certified: Certified | None = None, *, login: bool = False
) -> Iterator[Mailbox]:
    """Run a server on the loopback interface.

    Args:
        certified: Offer STARTTLS and insist on it; without, there is none.
        login: Insist on ``USER`` and ``PASSWORD``.
    """
    mailbox = Mailbox(port=free_port())
    options: dict[str, Any] = {}
    if certified:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certified.chain_file, certified.key_file)
        options |= {"tls_context": context, "require_starttls": True}
    if login:
        options |= {"authenticator": _authenticate, "auth_required": True}
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def _authenticate(
    _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
) -> AuthResult:
    is_ours = isinstance(data, LoginPassword) and (
        (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
    )
    return AuthResult(success=is_ours)
