"""Where are requests measured, and who gets to read the figures?

This stands around the application, because Prometheus asks each node by its own
address, which is not a host that pages are served for.
"""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from time import perf_counter
from typing import TYPE_CHECKING, Final

from werkzeug.routing import Rule

from idp_bridge.metrics import CONTENT_TYPE, Metrics
from idp_bridge.settings.metadata import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH: Final = "/metrics"
UNROUTED: Final = "other"
"""The route of addresses that we do not have; strangers choose those."""
_ROUTE: Final = "idp_bridge.route"


class Metering:
    """Measures every request, and answers ``/metrics`` to those who may read it.

    For others the application answers, which has no such address.

    Args:
        app: What answers requests.
        metrics: The figures.
        allowed: Networks whose members may read them. The address is the one that
            :class:`~werkzeug.middleware.proxy_fix.ProxyFix` believes in.
    """

    def __init__(
        self, app: "WSGIApplication", metrics: Metrics, allowed: Iterable[Network]
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._allowed = tuple(allowed)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"] == PATH and self._may_read(environ):
            return self._show(start_response)
        began = perf_counter()
        try:
            return self._app(environ, start_response)
        finally:
            self._metrics.observe(_route_of(environ), perf_counter() - began)

    def _may_read(self, environ: "WSGIEnvironment") -> bool:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return False
        try:
            address = ip_address(environ.get("REMOTE_ADDR", ""))
        except ValueError:  # a socket in the file system has no address
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._allowed)

    def _show(self, start_response: "StartResponse") -> Iterable[bytes]:
        text = self._metrics.text()
        headers = [
            ("Content-Type", CONTENT_TYPE),
            ("Content-Length", str(len(text))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response("200 OK", headers)
        return [text]


def note_route(environ: "WSGIEnvironment", rule: Rule | None) -> None:
    """Keep which pattern an address matched; whoever measures is outside of Flask."""
    if rule is not None:
        environ[_ROUTE] = rule.rule


def _route_of(environ: "WSGIEnvironment") -> str:
    route: str = environ.get(_ROUTE, UNROUTED)
    return route
