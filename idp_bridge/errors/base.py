"""What have all errors in common, and whose fault can one be?"""

from enum import StrEnum
from typing import ClassVar

from metadata import names


class Fault(StrEnum):
    """Whose fault an error is."""

    PERSON = "person"
    PARTNER = "partner"
    OURS = "ours"


class SetupError(Exception):
    """What the operator must put right before the bridge can start.

    The text is for the operator's terminal: complete sentences without secrets.
    """


class BridgeError(Exception):
    """Anything that ends a login.

    Attributes:
        status: Top-level SAML status for the e-tjänst, when there is one to answer.
        second_status: Second-level SAML status, if any (SAML core 3.2.2.2).
        sender: The partner whose message it was, once it is known to be one of ours.
    """

    code: ClassVar[str] = "technical"
    fault: ClassVar[Fault] = Fault.OURS
    status: str = names.STATUS_RESPONDER
    second_status: str | None = None
    sender: str | None = None
