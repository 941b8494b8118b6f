"""What do we write down while we run? One JSON object a line, without personal data.

The event's name is a constant; what differs stands in fields. HSA-ids, names,
addresses, cookies and XML are never fields.
"""

import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, TextIO

import structlog

from idp_bridge.errors import BridgeError

_request_id: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send all log lines, also those of libraries, as JSON to one place.

    Args:
        level: The name of the lowest level that is written.
        stream: Where to; standard error by default.
    """
    shared: list[Any] = [
        _add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(shared))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _formatter(shared: list[Any]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.processors.format_exc_info],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )


@cache
def logger(name: str) -> Any:
    """Give a module its logger; making one costs more than a line left out."""
    return structlog.stdlib.get_logger(name)


def begin_request(request_id: str) -> None:
    """Put a request's id into every line until the next request begins."""
    _request_id.set(request_id)


def _add_request_id(_logger: Any, _method: str, line: dict[str, Any]) -> dict[str, Any]:
    request_id = _request_id.get()
    return line if request_id is None else {"request_id": request_id, **line}


def refusal(
    error: BridgeError,
    *,
    error_id: str,
    sp_entity_id: str | None = None,
    idp_entity_id: str | None = None,
    login_id: str | None = None,
) -> None:
    """Write the one line about a login that was refused.

    Args:
        error: Why.
        error_id: The reference number that the person reads on the page.
        sp_entity_id: The SP that the login was for, if it is known.
        idp_entity_id: The identity provider that was asked, if one was.
        login_id: The login, if it had begun.
    """
    log_refusal(
        code=error.code,
        error_id=error_id,
        fault=error.fault,
        reason=str(error),
        sp_entity_id=sp_entity_id,
        idp_entity_id=idp_entity_id,
        login_id=login_id,
    )


def log_refusal(*, code: str, error_id: str, **facts: str | None) -> None:
    """Write the one line about a request that was refused.

    Args:
        code: The error's stable code.
        error_id: The reference number that the person reads on the page.
        facts: What else helps to find the reason; nothing about the person.
    """
    known = {name: value for name, value in facts.items() if value is not None}
    logger(__name__).warning("refused", code=code, error_id=error_id, **known)


def login_issued(
    *,
    sp_entity_id: str,
    idp_entity_id: str,
    login_id: str,
    steps: Mapping[str, float],
) -> None:
    """Write the one line about a login that succeeded.

    Args:
        sp_entity_id: The SP that was told.
        idp_entity_id: The identity provider that said who it was.
        login_id: The login, as in the IDs of our requests.
        steps: Seconds from its beginning to each step.
    """
    logger(__name__).info(
        "login-issued",
        sp_entity_id=sp_entity_id,
        idp_entity_id=idp_entity_id,
        login_id=login_id,
        steps=steps,
    )


def trace_lost(*, error_id: str, kind: str) -> None:
    """Write the one line about a refusal whose trace could not be kept.

    Args:
        error_id: The reference number that the person reads on the page.
        kind: The kind of error.
    """
    logger(__name__).warning("trace-lost", error_id=error_id, kind=kind)


def last_login_lost(*, kind: str) -> None:
    """Write the one line about a login whose day could not be noted.

    Args:
        kind: The kind of error.
    """
    logger(__name__).warning("last-login-lost", kind=kind)


def query_answered(*, sp_entity_id: str) -> None:
    """Write the one line about a query about attributes that was answered.

    Args:
        sp_entity_id: The SP that asked.
    """
    logger(__name__).info("query-answered", sp_entity_id=sp_entity_id)


def person_logged_in(*, area: str, idp_entity_id: str) -> None:
    """Write the one line about somebody who logged in at our own pages.

    Args:
        area: Which pages.
        idp_entity_id: The identity provider that said who it was.
    """
    logger(__name__).info("person-logged-in", area=area, idp_entity_id=idp_entity_id)


def logged_out(*, asker: str | None, told: int, failed: int) -> None:
    """Write the one line about a logout that came to its end.

    Args:
        asker: The party that asked; ``None`` when it began on a page of ours.
        told: How many others there were to tell.
        failed: How many of them did not confirm.
    """
    logger(__name__).info("logged-out", asker=asker, told=told, failed=failed)


def logout_not_delivered(*, entity_id: str, reason: str) -> None:
    """Write the one line about a party that could not be told by SOAP.

    Args:
        entity_id: Which party.
        reason: Why, in one sentence.
    """
    logger(__name__).warning("logout-not-delivered", entity_id=entity_id, reason=reason)
