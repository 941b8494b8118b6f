"""Does every user still need every permission? The yearly *Genomgång*.

One button for each user, saved at once, so that it can be interrupted at any time. A
change or a removal is made on the pages where it is always made.
"""

from typing import Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from authz.errors import ReviewRefusedError
from authz.reviewing.service import ReviewService
from idp_bridge.services import services
from idp_bridge.texts import CHANGE_TEXTS, long_day
from idp_bridge.views.administration import many
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    UNPROCESSABLE,
    actor,
    address_of,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.views.administration.list_state import read as read_list
from idp_bridge.views.page_numbers import shown_pages
from idp_bridge.web.access import needs
from idp_bridge.web.drafts import typed_before
from idp_bridge.web.form_pages import form_on, only_button
from idp_bridge.web.rights import Right

REVIEW: Final = f"{ORGANISATION}/genomgang"
_DONE: Final = "klara"
_CONFLICT: Final = 409
_FINE: Final = 200

bp.add_app_template_filter(long_day)


@bp.get(REVIEW)
@needs(Right.DELEGATE)
def show_review(**_number: str) -> Response:
    """Show the open review, or when the next one is due."""
    typed = typed_before()
    ticked = None if typed is None else many.read_members(typed.getlist("markerad"))
    return _show(ticked=ticked)


@bp.post(f"{REVIEW}/borja")
@needs(Right.DELEGATE)
def start_review(**_number: str) -> AnyResponse:
    """Begin a review."""
    try:
        reviews().start(organisation().id, actor=actor(), now=services().clock())
    except ReviewRefusedError as error:
        return _show(_CONFLICT, problem=error.reason)
    return go_to(address_of("show_review"))


@bp.post(f"{REVIEW}/behall")
@needs(Right.DELEGATE)
@form_on("administration.show_review")
def keep_reviewed(**_number: str) -> AnyResponse:
    """Let one user, or several, keep what they have."""
    members = many.read_members(request.form.getlist("markerad"))
    if not members:
        return _show(UNPROCESSABLE, nobody=CHANGE_TEXTS.forms["nobody"])
    now = services().clock()
    reviews().keep(organisation().id, members, actor=actor(), now=now)
    return go_to(address_of("show_review", behallna=len(members)))


@bp.get(f"{REVIEW}/behall-inloggade")
@needs(Right.DELEGATE)
def confirm_recent(**_number: str) -> AnyResponse:
    """Show who has logged in lately and would keep what they have."""
    return _show_recent()


@bp.post(f"{REVIEW}/behall-inloggade")
@needs(Right.DELEGATE)
@only_button
def keep_recent(**_number: str) -> AnyResponse:
    """Let everybody who stood on the page keep what they have."""
    seal, now = request.form.get("sedda", ""), services().clock()
    try:
        kept = reviews().keep_recent(
            organisation().id, seal=seal, actor=actor(), now=now
        )
    except ReviewRefusedError as error:
        return _show_recent(_CONFLICT, problem=error.reason)
    return go_to(address_of("show_review", behallna=kept))


@bp.post(f"{REVIEW}/avsluta")
@needs(Right.DELEGATE)
def finish_review(**_number: str) -> AnyResponse:
    """End the review and show its record."""
    try:
        review = reviews().finish(
            organisation().id, actor=actor(), now=services().clock()
        )
    except ReviewRefusedError as error:
        return _show(_CONFLICT, problem=error.reason)
    return go_to(address_of("show_record", review=review))


@bp.get(f"{REVIEW}/<int(max=2147483647):review>")
@needs(Right.USERS_READ)
def show_record(review: int, **_number: str) -> Response:
    """Show what a finished review found, to be printed and kept."""
    record = reviews().record(organisation().id, review)
    return show("review_record", record=record, organisation=organisation())


def reviews() -> ReviewService:
    """Hand out what reads and writes reviews."""
    return services().reviews


def _show_recent(status: int = _FINE, *, problem: str = "") -> Response:
    number = read_list(request.args, ()).page
    found = reviews().recent(organisation().id, page=number, now=services().clock())
    return show(
        "review_recent",
        status,
        page=found,
        pages=shown_pages(found.page, found.pages),
        problem=problem,
    )


def _show(
    status: int = _FINE,
    *,
    problem: str = "",
    nobody: str = "",
    ticked: tuple[int, ...] | None = None,
) -> Response:
    state = reviews().state(organisation().id)
    if state.open is None:
        return show(
            "review_start",
            status,
            state=state,
            is_overdue=state.is_overdue(services().clock()),
            problem=problem,
        )
    done = request.args.get("visa") == _DONE
    page = reviews().page(
        organisation().id,
        state.open.id,
        done=done,
        page=read_list(request.args, ()).page,
        now=services().clock(),
    )
    return show(
        "review",
        status,
        page=page,
        shows_done=done,
        pages=shown_pages(page.page, page.pages),
        kept=request.args.get("behallna", type=int),
        problem=problem,
        ticked=ticked or (),
        is_typed=ticked is not None,
        problems={"markerad": nobody} if nobody else {},
    )
