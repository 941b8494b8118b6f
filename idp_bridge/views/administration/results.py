"""What did a change do? Told on the page that follows it, with the way to undo it.

The page after a form is asked for with the number of the change; what it did is kept
for a day for the person who did it. Only numbers of users are kept, no names of theirs.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask import request

from authz.administration.models import ChangeKind, ChangeResult, Effect
from idp_bridge.services import services
from idp_bridge.views.administration.frame import bp, organisation
from idp_bridge.views.administration.ticks import last_day
from idp_bridge.web.access import administrator

PARAMETER: Final = "andring"
NOTHING: Final = "ingen"
"""What the address says when a form changed nothing."""
_KEPT: Final = timedelta(hours=24)
_SHOWN: Final = 40
_MAX_DIGITS: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One permission in a result, with how many users it concerns."""

    service: str
    permission: str
    until: str
    """The last day, or nothing."""
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a change did, in the words of a page."""

    change_id: int | None
    kind: str = ChangeKind.PERMISSIONS
    membership_id: int | None = None
    """The only user whom it concerns, if it is only one."""
    users: int = 0
    added: tuple[Line, ...] = ()
    removed: tuple[Line, ...] = ()
    changed_ends: tuple[Line, ...] = ()
    users_added: int = 0
    users_changed: int = 0


def remember(kind: ChangeKind, result: ChangeResult) -> str:
    """Keep what a change did; answers with what the next address says about it.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    if result.change_id is None:
        return NOTHING
    effects = (*result.added, *result.removed, *result.changed_ends)
    users = {effect.membership_id for effect in effects}
    facts = {
        "kind": kind,
        "membership_id": next(iter(users)) if len(users) == 1 else None,
        "users": len(users),
        "added": _lines(result.added),
        "removed": _lines(result.removed),
        "changed_ends": _lines(result.changed_ends),
        "users_added": result.users_added,
        "users_changed": result.users_changed,
    }
    key = _key(result.change_id)
    services().state.put(key, json.dumps(facts).encode(), _KEPT)
    return str(result.change_id)


def find(text: str) -> Result | None:
    """Find what a change of this administrator did.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    if text == NOTHING:
        return Result(change_id=None)
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        return None
    data = services().state.get(_key(int(text)))
    if data is None:
        return None
    facts = json.loads(data)
    lists = ("added", "removed", "changed_ends")
    lines = {name: tuple(Line(**line) for line in facts[name]) for name in lists}
    return Result(change_id=int(text), **{**facts, **lines})


def result_of_request() -> Result | None:
    """Find what the address of this page tells of."""
    text = request.args.get(PARAMETER, "")
    if not text or administrator().organisation is None:
        return None
    return find(text)


@bp.context_processor
def _offer_result() -> dict[str, Any]:
    return {"result_of_request": result_of_request}


def _lines(effects: Iterable[Effect]) -> list[dict[str, object]]:
    counted: dict[tuple[str, str, datetime | None], int] = {}
    for effect in effects:
        key = (effect.service.name, effect.permission.name, effect.after)
        counted[key] = counted.get(key, 0) + 1
    return [
        {
            "service": service,
            "permission": permission,
            "until": last_day(until),
            "users": users,
        }
        for (service, permission, until), users in list(counted.items())[:_SHOWN]
    ]


def _key(change_id: int) -> str:
    return f"result:{organisation().id}:{administrator().person_id}:{change_id}"
