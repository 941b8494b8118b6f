"""Which page, status and log line does an error become?

Views that owe an e-tjänst a SAML answer catch their errors themselves; whatever else
leaves a view ends here. An exception's text may hold personal data, so only its kind
and the places in the code are logged.
"""

import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from authz.administration.errors import NotFoundError
from authz.errors import StoreUnavailableError as PermissionsUnavailableError
from idp_bridge import logs, pages, texts
from idp_bridge.errors import BridgeError, Fault, StoreUnavailableError
from idp_bridge.tracing.models import Trace, TraceKind
from idp_bridge.tracing.steps import Step, TraceStep
from metadata.clock import Clock, utc_now
from metadata.errors import MetadataUnavailableError

_BAD_REQUEST: Final = 400
_FIRST_OF_OURS: Final = 500
_LOGIN_ROUTES: Final = ("/logga-in", "/saml/idp/sso", "/saml/sp/acs")
"""How the addresses begin where logins come by."""
_CODE_OF_STATUS: Final = {
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    429: "too-many-requests",
}


def register(
    app: Flask,
    *,
    clock: Clock = utc_now,
    count: Callable[[str], None] = lambda _code: None,
    trace: Callable[[Trace], None] = lambda _trace: None,
) -> None:
    """Answer every error that leaves a view with a page.

    Args:
        app: The application.
        clock: Says what time it is.
        count: Counts a refusal by its code.
        trace: Keeps the trace of a refusal, if that is possible.
    """
    exits = _Exits(clock, count, trace)
    app.register_error_handler(BridgeError, exits.for_bridge)
    app.register_error_handler(NotFoundError, exits.for_missing)
    app.register_error_handler(PermissionsUnavailableError, exits.for_store)
    app.register_error_handler(MetadataUnavailableError, exits.for_store)
    app.register_error_handler(CSRFError, exits.for_csrf)
    app.register_error_handler(SecurityError, _for_untrusted_host)
    app.register_error_handler(HTTPException, exits.for_http)
    app.register_error_handler(Exception, exits.for_anything)


class _Exits:
    """One method for each kind of error that may leave a view."""

    def __init__(
        self,
        clock: Clock,
        count: Callable[[str], None],
        trace: Callable[[Trace], None],
    ) -> None:
        self._clock = clock
        self._count = count
        self._trace = trace

    def for_bridge(self, error: BridgeError) -> Response:
        """Answer what our own checks refused."""
        if error.code == "not-found":
            return self._show(pages.new_error_id(), error.code, error.fault)
        facts = {} if error.sender is None else {"sender": error.sender}
        return self._log_and_show(error.code, error.fault, **facts)

    def for_missing(self, _error: NotFoundError) -> Response:
        """Answer for what belongs to somebody else as for what is not there."""
        return self._show(pages.new_error_id(), "not-found", Fault.PERSON)

    def for_store(
        self, _error: PermissionsUnavailableError | MetadataUnavailableError
    ) -> Response:
        """Answer that a store is silent: neither all rights nor none."""
        return self._log_and_show(StoreUnavailableError.code, Fault.OURS)

    def for_csrf(self, _error: CSRFError) -> Response:
        """Answer a form whose token is missing or too old."""
        return self._log_and_show("form-expired", Fault.PERSON)

    def for_http(self, error: HTTPException) -> Response | HTTPException:
        """Answer what Werkzeug refused; a view that brought its own answer keeps it."""
        if error.response is not None:
            return error
        status = error.code or _FIRST_OF_OURS
        response = self._show(pages.new_error_id(), *_meaning_of(status))
        response.status_code = status
        _keep_headers(error, response)
        return response

    def for_anything(self, error: Exception) -> Response:
        """Answer what nobody expected."""
        return self._log_and_show(
            "unexpected",
            Fault.OURS,
            kind=type(error).__qualname__,
            places=_places_of(error),
        )

    def _log_and_show(self, code: str, fault: Fault, **facts: str) -> Response:
        error_id = pages.new_error_id()
        self._count(code)
        logs.log_refusal(code=code, error_id=error_id, **facts)
        if pages.has_number(code, fault):
            self._trace(_trace_of(code, error_id, self._clock(), facts))
        return self._show(error_id, code, fault)

    def _show(self, error_id: str, code: str, fault: Fault) -> Response:
        return pages.show_error(
            pages.ErrorPage(
                code=code, fault=fault, error_id=error_id, moment=self._clock()
            )
        )


def _trace_of(
    code: str, error_id: str, now: datetime, facts: Mapping[str, str]
) -> Trace:
    """Say what is known of a refusal of which no login is known."""
    route = request.url_rule.rule if request.url_rule else ""
    return Trace(
        reference=error_id,
        at=now,
        kind=TraceKind.LOGIN if route.startswith(_LOGIN_ROUTES) else TraceKind.PAGE,
        code=code,
        reason=facts.get("kind", ""),
        route=route,
        sp_entity_id=facts.get("sender"),
        steps=(TraceStep(step=Step.REFUSED, at=now),),
    )


def _for_untrusted_host(_error: SecurityError) -> Response:
    """Answer without a single link: every address would name the wrong host."""
    line = f"{texts.text_for('bad-request').heading}.\n"
    return Response(line, status=_BAD_REQUEST, mimetype="text/plain")


def _meaning_of(status: int) -> tuple[str, Fault]:
    if status >= _FIRST_OF_OURS:
        return "unexpected", Fault.OURS
    return _CODE_OF_STATUS.get(status, "bad-request"), Fault.PERSON


def _keep_headers(error: HTTPException, response: Response) -> None:
    """Keep what HTTP demands: ``Allow`` with 405, ``Retry-After`` with 429."""
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value


def _places_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{f.filename}:{f.lineno}" for f in reversed(frames))
