"""How do the parts become one Flask application? Nothing is decided here."""

import secrets
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Rule

from authz.database import holding
from idp_bridge import (
    database,
    error_pages,
    headers,
    logs,
    metering,
    pages,
    services,
    sessions,
)
from idp_bridge.key_ring import KeyRing
from idp_bridge.settings import Settings
from idp_bridge.views import (
    aa,
    administration,
    continuing,
    entity_metadata,
    health,
    idp,
    logout,
    mdq,
    operator,
    people,
    portal,
    slo,
    sp,
)
from idp_bridge.web import access, notices
from metadata.clock import Clock, utc_now

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_CONTENT_LENGTH: Final = 400_000
"""Bytes of a request: a message of 256 kB grows by a third in base64."""
_READER: Final = "reader"
_BLUEPRINTS: Final = (
    aa.bp,
    administration.bp,
    continuing.bp,
    entity_metadata.bp,
    health.bp,
    idp.bp,
    logout.bp,
    mdq.bp,
    operator.bp,
    people.bp,
    portal.bp,
    slo.bp,
    sp.bp,
)


class _Rule(Rule):
    """An address whose writing is compiled when it is first written.

    Most of our pages are not on the way to the first answers, and compiling all of them
    takes longer than everything else that a worker does at its start.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:  # noqa: FBT001, FBT002  # werkzeug's
        compile_now = cache(super()._compile_builder)

        def build(rule: Rule, **values: Any) -> Any:
            return compile_now(append_unknown)(rule, **values)

        return build


class _App(Flask):
    """A Flask application none of whose functions is a coroutine."""

    url_rule_class = _Rule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Hand on a function; Flask would look at each one in every request."""
        return func


def create_app(settings: Settings, *, clock: Clock = utc_now) -> Flask:
    """Build the application of one worker.

    Args:
        settings: What the operator decided.
        clock: Says what time it is.

    Raises:
        SetupError: A key or the database is not as it must be.
    """
    key_ring = KeyRing(settings.key_dir, clock)
    app = _App("idp_bridge", template_folder="../templates")
    app.config.from_mapping(_config(settings))
    app.session_interface = sessions.NoSessions()
    database.db.init_app(app)
    seconds = settings.database_timeout_seconds
    with app.app_context():
        engines = database.db.engines
        engine = database.prepare(engines[None], seconds=seconds)
        reader = database.prepare_reader(engines[_READER], seconds=seconds)
    database.check_version(engine)
    built = services.build_services(settings, engine, reader, key_ring, clock=clock)
    services.install(app, built)
    app.wsgi_app = _sharing(app, reader)  # type: ignore[method-assign,assignment]
    _register(app, built)
    _wrap(app, built)
    return app


def _config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "MAX_CONTENT_LENGTH": MAX_CONTENT_LENGTH,
        "MAX_FORM_MEMORY_SIZE": MAX_CONTENT_LENGTH,
        "TRUSTED_HOSTS": [settings.host],
        "PREFERRED_URL_SCHEME": "https" if settings.is_secure else "http",
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": database.engine_options(settings),
        "SQLALCHEMY_BINDS": {
            _READER: {
                "url": settings.database_url,
                **database.reader_options(settings),
            }
        },
    }


def _wrap(app: Flask, built: services.Services) -> None:
    """Measure requests; around it, say which addresses to believe in."""
    allowed = built.settings.metrics.allowed_addresses
    app.wsgi_app = metering.Metering(app.wsgi_app, built.metrics, allowed)  # type: ignore[method-assign]
    if built.settings.trusted_proxies:
        app.wsgi_app = _behind_proxies(app, built.settings.trusted_proxies)  # type: ignore[method-assign]


def _behind_proxies(app: Flask, hops: int) -> ProxyFix:
    """Believe exactly as many ``X-Forwarded-…`` values as there are proxies."""
    return ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_port=hops)


def _sharing(app: Flask, reader: database.Engine) -> "WSGIApplication":
    """Let the look-ups of one request share a connection."""
    inner = app.wsgi_app

    def handle(
        environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        with holding(reader):
            return inner(environ, start_response)

    return handle


def _register(app: Flask, built: services.Services) -> None:
    app.before_request(_begin_request)
    headers.register(app)
    error_pages.register(
        app,
        clock=built.clock,
        count=built.metrics.count,
        trace=built.trace_writer.write,
    )
    pages.register(app, built.settings.agency)
    access.register(app, doors=people.LoginDoors())
    notices.register(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)


def _begin_request() -> None:
    logs.begin_request(secrets.token_hex(8))
    metering.note_route(request.environ, request.url_rule)
