"""Who has one permission? All users with a box each, to give it and to take it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from authz.administration.errors import (
    BadFieldsError,
    NoReasonError,
    NotFoundError,
)
from authz.administration.models import HolderPage, PermissionName, ServiceName
from idp_bridge.services import services
from idp_bridge.views.administration import list_state, many, reasons, ticks
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    UNPROCESSABLE,
    address_of,
    administration,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.views.administration.permissions import today
from idp_bridge.views.administration.users import choices_here
from idp_bridge.views.page_numbers import shown_pages
from idp_bridge.web import drafts
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

PERMISSION: Final = f"{ORGANISATION}/behorighet/<service>/<permission>"
Launched = tuple[tuple[ServiceName, PermissionName], ...]
_SAVE: Final = "spara"
_FINE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Which users were ticked, and which were when the page was opened."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    until: str = ""
    reason: str = ""

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> "Picked":
        """Read a form.

        Raises:
            BadRequest: No page of ours sends this.
        """
        return cls(
            before=many.read_members(form.getlist("before")),
            after=many.read_members(form.getlist("markerad")),
            until=form.get("till", "").strip(),
            reason=reasons.read(form),
        )

    @property
    def gives(self) -> tuple[int, ...]:
        """Who shall get the permission."""
        return tuple(one for one in self.after if one not in set(self.before))

    @property
    def takes(self) -> tuple[int, ...]:
        """Who shall lose it."""
        return tuple(one for one in self.before if one not in set(self.after))

    @property
    def end(self) -> datetime | None:
        """When it shall end for those who get it."""
        day = ticks.read_day(self.until)
        return None if day is None else ticks.end_after(day)


@bp.context_processor
def _offer_launched() -> dict[str, Any]:
    return {"launched_here": launched_here}


def launched_here() -> Launched:
    """List the new permissions that somebody may want to give to many."""
    now = services().clock()
    return administration().launched(organisation().id, now=now)


@bp.get(PERMISSION)
@needs(Right.DELEGATE)
def show_holders(service: str, permission: str, **_number: str) -> Response:
    """Show a page of users with a box each."""
    page = _page_of(service, permission)
    typed = drafts.typed_before()
    picked = None if typed is None else Picked.read(typed)
    return _show(page, picked, is_typed=picked is not None)


@bp.post(PERMISSION)
@needs(Right.DELEGATE)
def save_holders(service: str, permission: str, **_number: str) -> AnyResponse:
    """Show what will happen, and when that was read do it."""
    page, picked = _page_of(service, permission), Picked.read(request.form)
    problems = _problems_of(page, picked)
    if problems:
        return _show(page, picked, UNPROCESSABLE, problems=problems)
    here = address_of("show_holders", service=service, permission=permission)
    if not (picked.gives or picked.takes):
        return go_to(f"{here}?andring=ingen")
    if request.form.get("steg") != _SAVE:
        names = _names(page)
        return show(
            "check_holders", page=page, picked=picked, names=names, here_path=here
        )
    number = page.permission.id
    try:
        told = many.save(
            number,
            give=picked.gives,
            take=picked.takes,
            end=picked.end,
            reason=picked.reason,
        )
    except (BadFieldsError, NoReasonError) as error:
        problems = {reasons.FIELD: reasons.problem_of(error)}
        return _show(page, picked, UNPROCESSABLE, problems=problems)
    return go_to(f"{here}?andring={told}")


def _problems_of(page: HolderPage, picked: Picked) -> dict[str, str]:
    problems = {}
    problem = many.problem_of_end(picked.until, today())
    if problem:
        problems["till"] = problem
    is_change = picked.gives or picked.takes
    if is_change and page.service.needs_reason and not picked.reason:
        missing = NoReasonError(page.service.name)
        problems[reasons.FIELD] = reasons.problem_of(missing)
    return problems


def _page_of(service: str, permission: str) -> HolderPage:
    """Read a page of users.

    Raises:
        NotFoundError: No such permission can be given here.
    """
    query = list_state.read(request.args, ())
    now = services().clock()
    number = _number_of(service, permission)
    return administration().holders(organisation().id, number, query, now=now)


def _number_of(service: str, permission: str) -> int:
    for choice in choices_here():
        if choice.service.code == service:
            for each in choice.permissions:
                if each.code == permission:
                    return each.id
    raise NotFoundError("no such permission here")


def _names(page: HolderPage) -> dict[int, str]:
    return {
        holder.line.membership_id: f"{holder.line.given_name} {holder.line.surname}"
        for holder in page.holders
    }


def _show(
    page: HolderPage,
    picked: Picked | None,
    status: int = _FINE,
    *,
    problems: dict[str, str] | None = None,
    is_typed: bool = False,
) -> Response:
    given = {one.line.membership_id for one in page.holders if one.box.is_given}
    shown = picked or Picked(before=tuple(given), after=tuple(given))
    return show(
        "holders",
        status,
        page=page,
        picked=shown,
        search=request.args.get("sok", ""),
        here_path=request.path,
        pages=shown_pages(page.users.page, page.users.pages),
        problems=problems or {},
        is_typed=is_typed,
    )
