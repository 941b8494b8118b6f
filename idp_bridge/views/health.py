"""Are we alive, and can we log people in? For load balancers and orchestrators.

``/livez`` asks nobody; ``/readyz`` asks everything that a login needs. The answers name
what is wrong and hold neither secrets nor addresses.
"""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, jsonify

from idp_bridge import database
from idp_bridge.errors import BridgeError, SetupError
from idp_bridge.services import Services, services
from metadata.errors import MetadataError

bp = Blueprint("health", __name__)

_NOT_READY: Final = 503


@bp.get("/livez")
def show_live() -> Response:
    """Say that this process handles requests."""
    return jsonify(status="ok")


@bp.get("/readyz")
def show_ready() -> Response:
    """Say whether a login could succeed now, and what is missing if not."""
    answers = {name: check(services()) for name, check in _CHECKS.items()}
    is_ready = all(answer == "ok" for answer in answers.values())
    response = jsonify(status="ok" if is_ready else "not ready", checks=answers)
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
