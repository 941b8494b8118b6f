"""Through which server does mail leave, and how long do we keep what?"""

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from idp_bridge.settings.section import Email, Section, directory_of

Days = Annotated[int, Field(ge=1, le=36_500)]


class MailSettings(Section):
    """The server that takes our mail."""

    host: str = ""
    """Name of the SMTP server; empty: mail waits in the outbox."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    """Its port: 587 for STARTTLS, 465 for TLS from the beginning."""
    encryption: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted; `none` only to this machine."""
    ca_file: Path | None = None
    """PEM with the authorities that the server is checked against; not given: the
    system's."""
    user: str = ""
    """Who we are to the server; empty: it does not ask. See `mail_password`."""
    sender: Email = ""
    """The address in *From*; must be given with `host`."""
    timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 15
    """How long the server may be silent."""
    max_tries: Annotated[int, Field(ge=1, le=50)] = 8
    """How often a mail is tried before it is given up; the pauses grow, so eight tries
    last about a day."""

    @field_validator("ca_file")
    @classmethod
    def _find_ca_file(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is None:
            return None
        found = directory_of(info) / path
        if not found.is_file():
            raise ValueError("is not a file")
        return found

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.host and not self.sender:
            raise ValueError("sender must be given with host")
        if self.encryption == "none" and self.host and not _is_here(self.host):
            raise ValueError("encryption may be none only to this machine")
        return self


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class RetentionSettings(Section):
    """How long we keep what; ``idp-bridge retention run`` deletes the rest."""

    former_people_days: Days = 730
    """How long after the last membership a person's name, address and HSA-id stay."""
    ended_organisations_days: Days = 30
    """How long after its end an organisation's people stay its members."""
    changes_days: Days = 400
    """How long the steps of changes to permissions stay, which undoing needs."""
    mails_days: Days = 90
    """How long mail that was sent or given up stays in the outbox."""
    last_logins_days: Days = 90
    """How long after a membership's end the day of its last login stays."""
    traces_days: Days = 30
    """How long the steps of a refused login can be found by its reference number."""
    orders_days: Days = 180
    """How long what operators ordered done to metadata stays, after it was done."""

    def keep(self, category: str) -> timedelta:
        """Say how long something of a category stays."""
        days: int = getattr(self, f"{category}_days")
        return timedelta(days=days)
