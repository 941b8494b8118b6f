"""Where do people get help whose login did not do, at others and at ours?

An identity provider's ``errorURL`` may have placeholders that say what happened
(REFEDS error handling URL specification 1.0). We fill in those of others, and publish
an address of our own.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from idp_bridge.errors import (
    AuthnContextError,
    BadAttributeError,
    BridgeError,
    LoginRefusedError,
    MissingAttributeError,
    StaleAuthenticationError,
)


class ErrorUrlCode(StrEnum):
    """What happened, in the words of the specification."""

    IDENTIFICATION = "IDENTIFICATION_FAILURE"
    AUTHENTICATION = "AUTHENTICATION_FAILURE"
    AUTHORIZATION = "AUTHORIZATION_FAILURE"
    OTHER = "OTHER_ERROR"


_MEANINGS: Final[tuple[tuple[type[BridgeError], ErrorUrlCode], ...]] = (
    (BadAttributeError, ErrorUrlCode.IDENTIFICATION),
    (MissingAttributeError, ErrorUrlCode.IDENTIFICATION),
    (AuthnContextError, ErrorUrlCode.AUTHENTICATION),
    (StaleAuthenticationError, ErrorUrlCode.AUTHENTICATION),
    (LoginRefusedError, ErrorUrlCode.AUTHORIZATION),
)
_PLACEHOLDER: Final = re.compile("ERRORURL_(?:CODE|TS|RP|TID|CTX)")
OUR_QUERY: Final = (
    "code=ERRORURL_CODE&ts=ERRORURL_TS&rp=ERRORURL_RP&tid=ERRORURL_TID&ctx=ERRORURL_CTX"
)
"""What services tell our own page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What an ``errorURL`` is told; nothing about the person."""

    error: BridgeError
    moment: datetime
    our_entity_id: str
    """Who we are to the identity provider."""
    error_id: str
    """The reference number on the page."""


def code_of(error: BridgeError) -> ErrorUrlCode:
    """Say what happened in the words of the specification."""
    return next(
        (code for kind, code in _MEANINGS if isinstance(error, kind)),
        ErrorUrlCode.OTHER,
    )


def filled(template: str, happened: Happened) -> str:
    """Fill in the placeholders of an ``errorURL``, each value escaped."""
    values = {
        "ERRORURL_CODE": str(code_of(happened.error)),
        "ERRORURL_TS": str(int(happened.moment.timestamp())),
        "ERRORURL_RP": happened.our_entity_id,
        "ERRORURL_TID": happened.error_id,
        "ERRORURL_CTX": happened.error.code,
    }
    return _PLACEHOLDER.sub(lambda found: quote(values[found[0]], safe=""), template)
