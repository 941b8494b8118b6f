"""When shall something end, and who loses what by it?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from authz.office.models import Consequences
from idp_bridge.services import services
from idp_bridge.views.operator.register import show_form, typed_late
from idp_bridge.views.operator.typed import Typed

LAST_DAY: Final = "last_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What somebody is about to end."""

    kind: str
    """As the texts name it."""
    name: str
    action: str
    """Where the question is asked and answered."""
    back: str
    """Where somebody goes who changes their mind."""


def asked_end() -> Typed:
    """Read the last day that is asked about, or that was typed too late."""
    return typed_late() or Typed(request.args)


def chosen_end(typed: Typed) -> datetime:
    """Read the last day; nothing means now, and so does what is refused."""
    now = services().clock()
    at = typed.last_day(LAST_DAY)
    if at is None:
        return now
    if at <= now:
        typed.refuse(LAST_DAY, "past")
        return now
    return at


def show_ending(ending: Ending, typed: Typed, lost: Consequences) -> AnyResponse:
    """Say who loses what, and ask once more.

    Args:
        ending: What is about to end.
        typed: The last day as it was typed, and what is wrong with it.
        lost: Who loses what.
    """
    return show_form("ending", typed, ending=ending, lost=lost)
