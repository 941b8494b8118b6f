"""Which permissions shall a user have? All e-tjänster in one form.

The form brings back what was ticked when it was opened, so only what its reader changed
is changed. When somebody else changed the same boxes meanwhile, both are shown and
nothing is lost.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from authz.administration.errors import (
    BadFieldsError,
    ConflictError,
    NoReasonError,
    NotFoundError,
)
from authz.administration.models import ChangeKind, Conflict, PermissionForm
from idp_bridge.services import services
from idp_bridge.texts import STOCKHOLM
from idp_bridge.views.administration import reasons, results, ticks
from idp_bridge.views.administration.frame import (
    UNPROCESSABLE,
    USER,
    actor,
    address_of,
    administration,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.views.administration.ticks import Ticks
from idp_bridge.views.administration.users import kept_list
from idp_bridge.web import drafts
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

_CONFLICT: Final = 409
_FINE: Final = 200
REVIEW: Final = "genomgang"
"""What the address says when the form was opened from a review."""

bp.add_app_template_filter(ticks.last_day, "last_day")


@bp.get(f"{USER}/behorigheter")
@needs(Right.DELEGATE)
def show_permissions(membership: int, **_number: str) -> Response:
    """Show all boxes; with what was typed, when a session ended in between."""
    form = _form_of(membership)
    typed = drafts.typed_before()
    if typed is None:
        return _show(form, _as_saved(form))
    return _show(form, ticks.read(typed, today=today()), is_typed=True)


@bp.post(f"{USER}/behorigheter")
@needs(Right.DELEGATE)
def save_permissions(membership: int, **_number: str) -> AnyResponse:
    """Save what was changed and go back to the user, or show what hinders it."""
    ticked = ticks.read(request.form, today=today())
    marked = request.form.get("markera")
    if marked is not None:
        form = _form_of(membership)
        return _show(form, _with_all_of(form, ticked, marked), is_typed=True)
    if ticked.problems:
        return _show(_form_of(membership), ticked, UNPROCESSABLE)
    try:
        result = administration().change_permissions(
            organisation().id,
            membership,
            ticked.change,
            actor=actor(),
            now=services().clock(),
        )
    except ConflictError as error:
        return _show_conflict(_form_of(membership), ticked, error.conflicts)
    except (BadFieldsError, NoReasonError) as error:
        problem = reasons.problem_of(error)
        return _show(_form_of(membership), ticked, UNPROCESSABLE, problem=problem)
    told = results.remember(ChangeKind.PERMISSIONS, result)
    if request.args.get("fran") == REVIEW:
        if not result.is_empty:
            _note_review(membership)
        return go_to(address_of("show_review", andring=told))
    return go_to(_user(membership, andring=told))


def _note_review(membership: int) -> None:
    """Count the user as reviewed; a review that ended meanwhile needs nothing."""
    with suppress(NotFoundError):
        services().reviews.note_change(
            organisation().id, membership, actor=actor(), now=services().clock()
        )


def _user(membership: int, **more: str) -> str:
    """Say where the page of a user is, which leads back to the list as it was."""
    return address_of("show_user", membership=membership, lista=kept_list(), **more)


def _back(membership: int) -> str:
    """Say where the reader came from."""
    if request.args.get("fran") == REVIEW:
        return address_of("show_review")
    return _user(membership)


def today() -> date:
    """Say which day it is in Sweden."""
    return services().clock().astimezone(STOCKHOLM).date()


def _form_of(membership: int) -> PermissionForm:
    return administration().permission_form(
        organisation().id, membership, now=services().clock()
    )


def _as_saved(form: PermissionForm) -> Ticks:
    """Tick what is saved."""
    given = {
        box.permission_id: box.valid_until
        for service in form.services
        if not service.is_read_only
        for box in service.boxes
        if box.is_given
    }
    return Ticks(before=given, after=given)


def _with_all_of(form: PermissionForm, ticked: Ticks, code: str) -> Ticks:
    """Tick all boxes of an e-tjänst, or none with a minus before its code."""
    mine = {
        box.permission_id
        for service in form.services
        if service.service.code == code.removeprefix("-") and not service.is_read_only
        for box in service.boxes
    }
    others = {number: ticked.after[number] for number in ticked.after.keys() - mine}
    if not code.startswith("-"):
        others |= {number: ticked.after.get(number) for number in mine}
    return Ticks(
        before=ticked.before, after=others, typed=ticked.typed, reason=ticked.reason
    )


def _show(
    form: PermissionForm,
    ticked: Ticks,
    status: int = _FINE,
    *,
    is_typed: bool = False,
    problem: str = "",
) -> Response:
    return show(
        "permissions",
        status,
        form=form,
        back=_back(form.user.membership_id),
        ticked=ticked,
        before=_boxes(ticked.before),
        ends=_ends(ticked),
        wrong=ticked.problems,
        problem_of_reason=problem,
        must_tell_why=[
            one.service for one in form.services if one.service.needs_reason
        ],
        is_typed=is_typed,
    )


def _ends(ticked: Ticks) -> dict[int, str]:
    """Say what stands in each field for an end."""
    return {
        number: ticked.typed.get(number) or ticks.last_day(end)
        for number, end in ticked.after.items()
    }


def _show_conflict(
    form: PermissionForm, ticked: Ticks, conflicts: tuple[Conflict, ...]
) -> Response:
    """Show what differs, and carry everything else along."""
    numbers = {conflict.permission.id for conflict in conflicts}
    rest = {
        number: end for number, end in ticked.before.items() if number not in numbers
    }
    saved = {
        one.permission.id: one.now.valid_until for one in conflicts if one.now.is_given
    }
    return show(
        "conflict",
        _CONFLICT,
        form=form,
        back=_back(form.user.membership_id),
        conflicts=conflicts,
        before=_boxes({**rest, **saved}),
        mine=[ticks.write_choice(one.permission.id, one.chosen) for one in conflicts],
        after=[number for number in ticked.after if number not in numbers],
        ends=_ends(ticked),
        reason=ticked.reason,
    )


def _boxes(ends: Mapping[int, object]) -> list[str]:
    return [ticks.write_box(number, end) for number, end in ends.items()]  # type: ignore[arg-type]
