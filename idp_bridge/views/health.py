"""Are we alive, and can we log people in? For load balancers and orchestrators.

``/livez`` asks nobody; ``/readyz`` asks everything that a login needs. The answers name
what is wrong and hold neither secrets nor addresses.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Response, jsonify

from idp_bridge import database
from idp_bridge.errors import BridgeError, SetupError
from idp_bridge.metrics import problem_code
from idp_bridge.services import Services, services
from idp_bridge.views.operator.status import SourceStatus, status_of
from idp_bridge.web.access import open_to_all
from metadata.errors import MetadataError
from metadata.records import SourceState
from metadata.sources import Kind

bp = Blueprint("health", __name__)

_NOT_READY: Final = 503
_WORDS: Final = {
    SourceStatus.EXPIRED: "expired",
    SourceStatus.WAITING: "stale but valid, waits for approval",
    SourceStatus.FAILED: "stale but valid",
    SourceStatus.STALE: "stale but valid, nobody looks",
    SourceStatus.OK: "ok",
}
"""How a source is, as the operators' page says it, in the words of this answer."""


@bp.get("/livez")
@open_to_all
def show_live() -> Response:
    """Say that this process handles requests."""
    return jsonify(status="ok")


@bp.get("/readyz")
@open_to_all
def show_ready() -> Response:
    """Say whether a login could succeed now, and what is missing if not."""
    answers = {name: check(services()) for name, check in _CHECKS.items()}
    is_ready = all(answer == "ok" for answer in answers.values())
    response = jsonify(
        status="ok" if is_ready else "not ready",
        checks=answers,
        methods=_methods(services()),
        sources=_sources(services()),
    )
    response.status_code = 200 if is_ready else _NOT_READY
    return response


def _database(found: Services) -> str:
    try:
        database.check_version(found.engine)
    except SetupError:
        return "does not answer, or has another version"
    return "ok"


def _state(found: Services) -> str:
    try:
        found.state.ping()
    except BridgeError:
        return "does not answer"
    return "ok"


def _upstream(found: Services) -> str:
    """Ask for one login method that works; the others are their owners' problem."""
    methods = found.settings.upstream
    if any(_has_valid_metadata(found, one.entity_id) for one in methods):
        return "ok"
    return "no login method has valid metadata"


def _methods(found: Services) -> dict[str, str]:
    """Say of each login method whether it works."""
    return {
        one.method: "ok"
        if _has_valid_metadata(found, one.entity_id)
        else "no valid metadata"
        for one in found.settings.upstream
    }


def _sources(found: Services) -> dict[str, dict[str, Any]]:
    """Say how each source of metadata is: no addresses, no reasons in free text.

    A source that is stale is not in the way of any login.
    """
    try:
        states = found.entity_store.states()
    except MetadataError:
        return {}
    now = found.clock()
    return {state.source.name: _source(state, now) for state in states}


def _source(state: SourceState, now: datetime) -> dict[str, Any]:
    left = None if state.valid_until is None else state.valid_until - now
    loaded_at = None if state.source.kind is Kind.MDQ else state.loaded_at
    age = None if loaded_at is None else now - loaded_at
    return {
        "state": _WORDS[status_of(state, now)],
        "problem": problem_code(state.problem),
        "loaded_seconds_ago": _seconds(age),
        "valid_seconds": _seconds(left),
    }


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())


def _has_valid_metadata(found: Services, entity_id: str) -> bool:
    try:
        found.registry.idp(entity_id)
    except MetadataError:
        return False
    return True


_CHECKS: Final[dict[str, Callable[[Services], str]]] = {
    "database": _database,
    "state": _state,
    "upstream": _upstream,
}
"""What a login needs. Keys are read at the start, without which there is none."""
