"""What do we keep of a refusal, so that support can say what happened?

Nothing here is about the person: no HSA-id, no name, no address, no XML. So whoever may
read it sees all of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from idp_bridge.tracing.steps import TraceStep

LONGEST_REASON: Final = 200


class TraceKind(StrEnum):
    """What was refused."""

    LOGIN = "login"
    """A login, or a message that should have been part of one."""
    LOGOUT = "logout"
    """A message about logout."""
    QUERY = "query"
    """A question to our attribute authority."""
    PAGE = "page"
    """A page or a form of ours."""


class Told(StrEnum):
    """How the e-tjänst hears of a refusal."""

    NOBODY = "nobody"
    """Nobody can be told: there was only a page."""
    BY_BUTTON = "by-button"
    """When the person presses the button on the page."""
    AT_ONCE = "at-once"
    """The browser posted the answer without asking: the request forbade pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A refusal and the way to it."""

    reference: str
    """What the person reads on the page."""
    at: datetime
    kind: TraceKind
    code: str
    """The stable code of the error."""
    reason: str = ""
    """What the log says: the rule that refused, in English."""
    route: str = ""
    """The pattern of the address, without its values."""
    sp_entity_id: str | None = None
    idp_entity_id: str | None = None
    request_id: str | None = None
    """The ID of the request of the e-tjänst, which has it in its own log."""
    login_id: str | None = None
    """As in our log and in the ID of every request that we sent."""
    told: Told = Told.NOBODY
    status: str | None = None
    """The status of our answer to the e-tjänst."""
    second_status: str | None = None
    steps: tuple[TraceStep, ...] = ()

    @property
    def is_of_stranger(self) -> bool:
        """Tell whether anybody could have caused it, without a partner's request."""
        return self.request_id is None
