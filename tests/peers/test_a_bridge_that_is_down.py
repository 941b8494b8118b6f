"""An Apache in front of a silent bridge shows a page that needs nothing."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Final

import pytest
from flask import Flask, Response, request

from tests.support.peers.apache import apache, apache_place
from tests.support.peers.tls import Authority
from tests.support.ports import free_port
from tests.support.served import served

pytestmark = pytest.mark.peers

PROXY: Final = Path(__file__).parents[2] / "deploy" / "proxy"
CONFIGURATION: Final = (PROXY / "apache.conf").read_text(encoding="utf-8")
PAGE: Final = (PROXY / "otillganglig.html").read_bytes()
MODULES: Final = ("alias", "headers", "mime", "proxy", "proxy_http")
TYPES: Final = "TypesConfig /dev/null\nAddType text/html .html\n"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    body: bytes


def bridge() -> Flask:
    """Answer as the bridge does whose database is silent, and say what it was asked."""
    app = Flask("bridge")

    @app.get("/silent")
    def silent() -> Response:
        return Response("our own page", 503, {"Retry-After": "7"})

    @app.get("/asked")
    def asked() -> Response:
        return Response(json.dumps(dict(request.headers)))

    return app


@pytest.fixture
def ask(authority: Authority) -> Iterator["Asking"]:
    with apache_place("proxy", "127.0.0.1") as at:
        port = free_port()
        page = at.write("htdocs/otillganglig.html", PAGE)
        site = CONFIGURATION.replace(
            "/opt/idp-bridge/share/otillganglig.html", str(page)
        ).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
        certificate = authority.certify(at.address)
        with apache(at, certificate=certificate, modules=MODULES, site=TYPES + site):
            yield Asking(at.url, authority.trust, port)


@dataclass(frozen=True, slots=True)
class Asking:
    url: str
    trust: Path
    port: int
    """Where the bridge would be."""

    def get(self, path: str) -> Answer:
        context = ssl.create_default_context(cafile=self.trust)
        try:
            with urllib.request.urlopen(  # noqa: S310  # an address of ours
                f"{self.url}{path}", context=context, timeout=30
            ) as found:
                return Answer(found.status, found.headers, found.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


@pytest.mark.parametrize("path", ["/", "/kommuner", "/operator/", "/saml/idp/sso?x=1"])
def test_whatever_is_asked_for_says_that_it_is_closed(ask: Asking, path: str) -> None:
    answer = ask.get(path)
    assert (answer.status, answer.body) == (503, PAGE)
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_what_the_bridge_answers_itself_goes_through(ask: Asking) -> None:
    app = bridge()
    with served(app, port=ask.port):
        silent = ask.get("/silent")
        asked = json.loads(ask.get("/asked").body)
    assert (silent.status, silent.body) == (503, b"our own page")
    assert silent.headers["Retry-After"] == "7"
    assert asked["Host"] == ask.url.removeprefix("https://")
    assert asked["X-Forwarded-Proto"] == "https"
    assert asked["X-Forwarded-Host"] == asked["Host"]


def test_the_page_needs_nothing_from_anywhere() -> None:
    text = PAGE.decode()
    assert 'lang="sv"' in text
    for word in ("http", "src=", "href=", "<script", "<style", "url("):
        assert word not in text
