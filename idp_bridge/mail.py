"""How does mail leave? By SMTP, encrypted, each one once.

A mail that the server refuses for good is given up; one that it cannot take now is
tried again later. A server that is not there, does not prove who it is, or does not let
us in is no mail's fault: nothing counts as tried, and the run ends with the reason.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from authz.office.letters import Letters
from authz.office.outbox import Mail, Outbox
from idp_bridge.errors import SetupError
from idp_bridge.settings import Settings
from idp_bridge.settings.office import MailSettings
from idp_bridge.texts import mail_texts
from metadata.clock import Clock

_FOR_GOOD: Final = 500
"""Answers from here on are final (RFC 5321, 4.2.1)."""


def letters_of(settings: Settings) -> Letters:
    """Make what puts into words what happens to people at the office."""
    return mail_texts.letters(settings.base_url, settings.agency.name, settings.host)


class MailServerError(SetupError):
    """The mail server cannot be used; no mail was tried."""


class _NotLetInError(smtplib.SMTPException):
    """The server does not accept our name and password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of the mail that was due."""

    sent: int = 0
    delayed: int = 0
    given_up: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Postman:
    """Carries mail from the outbox to the server.

    Attributes:
        settings: The server.
        password: For the server, if it asks.
        clock: Says what time it is.
    """

    settings: MailSettings
    password: str
    clock: Clock

    def send_all(self, outbox: Outbox) -> Sent:
        """Send everything that is due, over one connection.

        Raises:
            MailServerError: No server is named, or it cannot be used.
            StoreUnavailableError: The database does not answer.
        """
        if not self.settings.host:
            raise MailServerError("No mail server is named: set host in [mail].")
        counts = dict.fromkeys(("sent", "delayed", "given_up"), 0)
        mail = outbox.take(now=self.clock())
        if mail is None:
            return Sent()
        with self._putting_back(outbox, mail), self._connected() as server:
            while mail is not None:
                counts[self._send(server, outbox, mail)] += 1
                is_there = server.sock is not None
                mail = outbox.take(now=self.clock()) if is_there else None
        return Sent(**counts)

    def _send(self, server: smtplib.SMTP, outbox: Outbox, mail: Mail) -> str:
        """Send one mail and note what became of it."""
        try:
            server.send_message(self._message(mail))
        except (smtplib.SMTPException, OSError) as error:
            return self._note(outbox, mail, _code_of(error))
        outbox.note_sent(mail, now=self.clock())
        return "sent"

    def _note(self, outbox: Outbox, mail: Mail, code: int) -> str:
        is_final = code >= _FOR_GOOD or mail.tries + 1 >= self.settings.max_tries
        problem = str(code) if code else "connection lost"
        outbox.note_problem(mail, problem, is_final=is_final, now=self.clock())
        return "given_up" if is_final else "delayed"

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.settings.sender
        message["To"] = mail.recipient
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.created_at)
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = "sv"
        message.set_content(mail.body)
        return message

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Lend an encrypted connection to the server, on which we are logged in.

        Raises:
            MailServerError: The server cannot be used.
        """
        try:
            server = self._open()
        except (smtplib.SMTPException, OSError) as error:
            where = f"{self.settings.host}:{self.settings.port}"
            raise MailServerError(
                f"The mail server {where} cannot be used: {_reason(error)}."
            ) from error
        try:
            yield server
        finally:
            _leave(server)

    def _open(self) -> smtplib.SMTP:
        settings = self.settings
        address = (settings.host, settings.port)
        seconds = settings.timeout_seconds
        if settings.encryption == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                *address, timeout=seconds, context=self._trust()
            )
        else:
            server = smtplib.SMTP(*address, timeout=seconds)
        try:
            if settings.encryption == "starttls":
                server.starttls(context=self._trust())
            self._log_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        if not self.settings.user:
            return
        try:
            server.login(self.settings.user, self.password)
        except smtplib.SMTPException as error:
            raise _NotLetInError from error

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.settings.ca_file)

    @contextmanager
    def _putting_back(self, outbox: Outbox, mail: Mail) -> Iterator[None]:
        """Forget that a mail was taken when there is no server to give it to."""
        try:
            yield
        except MailServerError:
            outbox.put_back(mail)
            raise


def _code_of(error: Exception) -> int:
    """Find the server's answer; 0 when the connection broke."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _FOR_GOOD
    return 0


def _reason(error: Exception) -> str:
    """Say what is wrong with a server, without its words."""
    if isinstance(error, _NotLetInError):
        return "it does not let us in with this user and password"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answers {error.smtp_code}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it does not offer what the settings ask for"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted ({error.verify_message})"
    return type(error).__name__


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()
