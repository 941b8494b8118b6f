"""How do pages ask the office, and what becomes of its refusals?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from authz.office.errors import NoSuchThingError, OfficeError, ValuesError
from authz.office.service import OfficeService
from idp_bridge.errors import PageNotFoundError
from idp_bridge.services import services
from idp_bridge.texts import register_texts
from idp_bridge.views.operator.frame import show
from idp_bridge.views.operator.typed import Typed
from idp_bridge.web.access import viewer
from idp_bridge.web.drafts import typed_before

NUMBER: Final = "int(max=2147483647)"
"""A number of a row in an address; a longer one is no page."""
UNPROCESSABLE: Final = 422

Places = Mapping[str, tuple[str, str]]
"""For the code of a refusal, the field that it is about and what to say there."""


def office() -> OfficeService:
    """Hand out what changes the register, the same as on the command line."""
    return services().office


def by_now() -> dict[str, Any]:
    """Say who changes something, and when."""
    return {"actor": viewer().actor, "now": services().clock()}


@contextmanager
def asking() -> Iterator[None]:
    """Answer for something that is not there as for a page that is not there.

    Raises:
        PageNotFoundError: There is no such thing.
    """
    try:
        yield
    except NoSuchThingError as error:
        raise PageNotFoundError("no such thing in the register") from error


@contextmanager
def trying(typed: Typed, places: Places) -> Iterator[None]:
    """Note at the fields of a form why the office refuses.

    Args:
        typed: The form.
        places: Where refusals stand that are about no field by themselves; one that
            is missing here leaves the view.

    Raises:
        PageNotFoundError: There is no such thing.
        OfficeError: A refusal that has no place on the page.
    """
    try:
        with asking():
            yield
    except ValuesError as error:
        for one in error.problems:
            usual = "required" if one.is_empty else "invalid"
            field, problem = places.get(one.field, (one.field, ""))
            typed.refuse(field, problem or usual)
    except OfficeError as error:
        if error.code not in places:
            raise
        typed.refuse(*places[error.code])


def show_form(
    template: str, typed: Typed | Mapping[str, str], /, **facts: object
) -> AnyResponse:
    """Show a form: as it is known, as it came too late, or with what is wrong."""
    if not isinstance(typed, Typed):
        typed = typed_late() or typed
    problems = typed.problems if isinstance(typed, Typed) else {}
    status = UNPROCESSABLE if problems else 200
    return show_page(template, status, typed=typed, problems=problems, **facts)


def typed_late() -> Typed | None:
    """Hand out, once, the form of this page that came when the session was over."""
    late = typed_before() if request.method == "GET" else None
    return None if late is None else Typed(late, came_late=True)


def show_page(template: str, status: int = 200, /, **facts: object) -> AnyResponse:
    """Show a page about the register, with the note about what was just done."""
    usual = {"register": register_texts, "problems": {}, "typed": {}}
    done = register_texts.DONE.get(request.args.get("klart", ""))
    if getattr(facts.get("late") or facts.get("typed"), "came_late", False):
        done = register_texts.TYPED_LATE
    return show(template, status, **{**usual, "done": done, **facts})
