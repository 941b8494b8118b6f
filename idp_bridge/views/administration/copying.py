"""Shall a user have what a colleague has?"""

from typing import Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from authz.administration.errors import BadFieldsError, NoReasonError
from authz.administration.models import ChangeKind, UserPage, UserView
from idp_bridge.services import services
from idp_bridge.texts import CHANGE_TEXTS
from idp_bridge.views.administration import list_state, reasons, results, ticks
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
from idp_bridge.views.page_numbers import shown_pages
from idp_bridge.web.access import needs
from idp_bridge.web.drafts import typed_before
from idp_bridge.web.rights import Right

_SAVE: Final = "spara"
_FINE: Final = 200


@bp.get(f"{USER}/kopiera")
@needs(Right.DELEGATE)
def show_copy(membership: int, **_number: str) -> Response:
    """Let the reader choose a colleague, or show whom they chose before a login."""
    typed, user = typed_before(), _user(membership)
    if typed is None:
        return _show(user, None)
    chosen = typed.get("kollega", "")
    if typed.get("steg") != _SAVE:
        return _show(user, None, chosen=chosen, is_typed=True)
    colleague = _user(ticks.read_number(chosen))
    return _show_check(user, colleague, reason=reasons.read(typed), is_typed=True)


@bp.post(f"{USER}/kopiera")
@needs(Right.DELEGATE)
def save_copy(membership: int, **_number: str) -> AnyResponse:
    """Show what would be copied, and when that was read copy it."""
    user = _user(membership)
    text = request.form.get("kollega", "")
    if not text or text == str(membership):
        return _show(user, CHANGE_TEXTS.forms["no-colleague"], UNPROCESSABLE)
    colleague = _user(ticks.read_number(text))
    if request.form.get("steg") != _SAVE:
        return _show_check(user, colleague, reason=reasons.read(request.form))
    try:
        result = administration().copy_permissions(
            organisation().id,
            colleague.membership_id,
            [membership],
            reason=reasons.read(request.form),
            actor=actor(),
            now=services().clock(),
        )
    except (BadFieldsError, NoReasonError) as error:
        problem, reason = reasons.problem_of(error), reasons.read(request.form)
        return _show_check(user, colleague, reason=reason, problem=problem)
    told = results.remember(ChangeKind.COPY, result)
    return go_to(address_of("show_user", membership=membership, andring=told))


def _show_check(
    user: UserView,
    colleague: UserView,
    *,
    reason: str,
    problem: str = "",
    is_typed: bool = False,
) -> Response:
    """Show what would be copied, with a field for the reason."""
    copied = [each for each in colleague.services if each.grants and each.has_agreement]
    return show(
        "check_copy",
        UNPROCESSABLE if problem else _FINE,
        user=user,
        colleague=colleague,
        reason=reason,
        is_typed=is_typed,
        must_tell_why=[one.service for one in copied if one.service.needs_reason],
        problems={reasons.FIELD: problem} if problem else {},
    )


def _user(membership: int) -> UserView:
    now = services().clock()
    return administration().user(organisation().id, membership, now=now)


def _page() -> UserPage:
    query = list_state.read(request.args, ())
    now = services().clock()
    return administration().users(organisation().id, query, now=now)


def _show(
    user: UserView,
    problem: str | None,
    status: int = _FINE,
    *,
    chosen: str = "",
    is_typed: bool = False,
) -> Response:
    page = _page()
    return show(
        "copy",
        status,
        user=user,
        page=page,
        search=request.args.get("sok", ""),
        pages=shown_pages(page.page, page.pages),
        problems={"kollega": problem} if problem else {},
        chosen=chosen,
        is_typed=is_typed,
    )
