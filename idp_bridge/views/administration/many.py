"""How is one permission given to many users of the list, or taken from them?

Three steps: tick users in the list, choose the permission, read what will happen and
save. Nothing is saved before the last one; what was chosen travels in the forms.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from authz.administration.errors import BadFieldsError, NoReasonError
from authz.administration.models import (
    ChangeKind,
    PermissionName,
    ServiceChoice,
    ServiceName,
    UserView,
)
from idp_bridge.services import services
from idp_bridge.texts import CHANGE_TEXTS
from idp_bridge.views.administration import reasons, results, ticks
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    UNPROCESSABLE,
    actor,
    address_of,
    administration,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.views.administration.permissions import today
from idp_bridge.views.administration.users import choices_here
from idp_bridge.web import drafts
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

GIVE: Final = "ge"
TAKE: Final = "ta"
MAX_USERS: Final = 5_000
"""How many users one form may be about; the text about it says the number, too."""
_SHOWN: Final = 20
_CHOOSE: Final = "valj"
_SAVE: Final = "spara"
_FINE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to do with many users, as it came."""

    deed: str
    members: tuple[int, ...]
    permission: str = ""
    until: str = ""
    reason: str = ""

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> "Wish":
        """Read a form.

        Raises:
            BadRequest: No page of ours sends this.
        """
        deed = form.get("atgard", "")
        if deed not in {GIVE, TAKE}:
            raise BadRequest("neither give nor take")
        members = _read_numbers(form.getlist("markerad"))
        return cls(
            deed=deed,
            members=members,
            permission=form.get("behorighet", ""),
            until=form.get("till", "").strip() if deed == GIVE else "",
            reason=reasons.read(form),
        )

    @property
    def gives(self) -> tuple[int, ...]:
        """Who shall get the permission."""
        return self.members if self.deed == GIVE else ()

    @property
    def takes(self) -> tuple[int, ...]:
        """Who shall lose it."""
        return self.members if self.deed == TAKE else ()

    @property
    def end(self) -> datetime | None:
        """When the permission shall end; only for a wish without problems."""
        day = ticks.read_day(self.until)
        return None if day is None else ticks.end_after(day)


@bp.get(f"{ORGANISATION}/flera")
@needs(Right.DELEGATE)
def show_many(**_number: str) -> AnyResponse:
    """Show what was chosen before a login, or go to the list where it begins."""
    typed = drafts.typed_before()
    if typed is None:
        return go_to(address_of("show_users"))
    return _show(Wish.read(typed), is_typed=True)


@bp.post(f"{ORGANISATION}/flera")
@needs(Right.DELEGATE)
def save_many(**_number: str) -> AnyResponse:
    """Take the next step: choose, check, or save."""
    wish, step = Wish.read(request.form), request.form.get("steg", _CHOOSE)
    if len(wish.members) > MAX_USERS:
        too_many = {"markerad": CHANGE_TEXTS.forms["too-many"]}
        return _show(replace(wish, members=()), UNPROCESSABLE, problems=too_many)
    if step == _CHOOSE and wish.members:
        return _show(wish)
    problems = _problems_of(wish)
    if problems:
        return _show(wish, UNPROCESSABLE, problems=problems)
    if step != _SAVE:
        return _show(wish, is_checked=True)
    try:
        told = save(
            int(wish.permission),
            give=wish.gives,
            take=wish.takes,
            end=wish.end,
            reason=wish.reason,
        )
    except (BadFieldsError, NoReasonError) as error:
        found = {reasons.FIELD: reasons.problem_of(error)}
        return _show(wish, UNPROCESSABLE, problems=found)
    return go_to(address_of("show_users", andring=told))


def save(
    permission: int,
    *,
    give: tuple[int, ...],
    take: tuple[int, ...],
    end: datetime | None,
    reason: str,
) -> str:
    """Give and take a permission at once; answers with what the next address says.

    Raises:
        AdministrationError: It cannot be done; nothing was changed.
    """
    result = administration().change_many(
        organisation().id,
        permission,
        give=give,
        take=take,
        until=end,
        reason=reason,
        actor=actor(),
        now=services().clock(),
    )
    return results.remember(ChangeKind.GIVE if give else ChangeKind.TAKE, result)


def read_members(texts: list[str]) -> tuple[int, ...]:
    """Read which users were ticked, each once.

    Raises:
        BadRequest: No page of ours sends this.
    """
    numbers = _read_numbers(texts)
    if len(numbers) > MAX_USERS:
        raise BadRequest("too many users")
    return numbers


def _read_numbers(texts: list[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(map(ticks.read_number, texts)))


def problem_of_end(text: str, day: date) -> str | None:
    """Say what is wrong with the last day that somebody typed."""
    if not text:
        return None
    last = ticks.read_day(text)
    if last is None:
        return str(CHANGE_TEXTS.ends["date"])
    return str(CHANGE_TEXTS.ends["in-the-past"]) if last < day else None


def open_choices() -> list[ServiceChoice]:
    """List the e-tjänster in which permissions may be given."""
    return [each for each in choices_here() if each.has_agreement]


def _problems_of(wish: Wish) -> dict[str, str]:
    problems = {}
    if not wish.members:
        problems["markerad"] = CHANGE_TEXTS.forms["nobody"]
    chosen = _chosen(wish)
    if chosen is None:
        problems["behorighet"] = CHANGE_TEXTS.forms["no-permission"]
    elif chosen.service.needs_reason and not wish.reason:
        missing = NoReasonError(chosen.service.name)
        problems[reasons.FIELD] = reasons.problem_of(missing)
    problem = problem_of_end(wish.until, today())
    if problem:
        problems["till"] = problem
    return problems


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """The permission that somebody chose, with its e-tjänst."""

    permission: PermissionName
    service: ServiceName


def _chosen(wish: Wish) -> _Chosen | None:
    for choice in open_choices():
        for each in choice.permissions:
            if str(each.id) == wish.permission:
                return _Chosen(permission=each, service=choice.service)
    return None


def _show(
    wish: Wish,
    status: int = _FINE,
    *,
    problems: dict[str, str] | None = None,
    is_checked: bool = False,
    is_typed: bool = False,
) -> Response:
    choices, chosen = open_choices(), _chosen(wish)
    return show(
        "check_many" if is_checked else "many",
        status,
        wish=wish,
        choices=choices,
        permission=chosen and chosen.permission,
        must_tell_why=[one.service for one in choices if one.service.needs_reason],
        users=_users(wish.members[:_SHOWN]),
        problems=problems or {},
        is_typed=is_typed,
    )


def _users(members: tuple[int, ...]) -> list[UserView]:
    now, here = services().clock(), organisation().id
    return [administration().user(here, number, now=now) for number in members]
