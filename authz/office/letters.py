"""What do people hear by mail when something happens to them at the office?

The words and the address of the bridge come from outside; the mail is written in the
transaction of what it tells about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from authz.office import outbox
from authz.office.desk import Work
from authz.office.outbox import NewMail

WELCOME: Final = "administrator-welcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Who administers which organisation from now on."""

    name: str
    email: str
    organisation: str
    organisation_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Puts what happened into words."""

    domain: str
    """What the Message-IDs end with."""
    welcome: Callable[[Welcome], tuple[str, str]]
    """Makes the subject and the body."""


def send_welcome(work: Work, letters: Letters, welcome: Welcome) -> None:
    """Tell a new administrator, when the change is there and not before."""
    subject, body = letters.welcome(welcome)
    mail = NewMail(
        kind=WELCOME,
        recipient=welcome.email,
        subject=subject,
        body=body,
        organisation_id=welcome.organisation_id,
        person_id=welcome.person_id,
    )
    outbox.put(work.connection, [mail], domain=letters.domain, now=work.now)
