"""A bridge over HTTP with browsers around it; partners are values that a test changes.

The whole application runs, on any number of nodes with one database. What a partner
would send is written and signed by the test.
"""

import re
from base64 import b64decode
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from secrets import token_hex
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp_bridge.app import create_app
from idp_bridge.saml.bindings import decode_redirect
from idp_bridge.services import install as install_services
from idp_bridge.services import services
from metadata import safe_xml
from metadata.registry import Registry
from tests.support.clock import FrozenClock
from tests.support.installations import install, settings_of
from tests.support.permission_world import CATALOGUE
from tests.support.saml.logins import KnownParties, other_provider
from tests.support.saml.requests import authn_request
from tests.support.saml.responses import assertion, authn, bearer, held, response
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    BRIDGE,
    IDP,
    encoded,
    identity_provider,
    service_provider,
)

UPSTREAM = f"""
[[upstream]]
entity_id = "{IDP}"
method = "siths"
title = "SITHS"
levels = ["http://id.sambi.se/loa/loa2", "http://id.sambi.se/loa/loa3"]
"""
MINUTE = timedelta(minutes=1)
_FORM = re.compile(r'<form method="post" action="([^"]+)"(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r'name="([^"]+)" value="([^"]*)"')


@dataclass(frozen=True)
class Form:
    """A form on a page."""

    action: str
    fields: dict[str, str]


@dataclass
class WebBridge:
    """An installation, its partners and its nodes."""

    config: Path
    clock: FrozenClock
    parties: KnownParties
    nodes: list[Flask] = field(default_factory=list)

    def add_node(self) -> Flask:
        """Start another node of the same installation."""
        app = create_app(settings_of(self.config), clock=self.clock)
        with app.app_context():
            built = services()
        registry = cast(Registry, self.parties)
        install_services(app, replace(built, registry=registry))
        self.nodes.append(app)
        return app

    def load(self, catalogue: str) -> None:
        """Change the permission store."""
        with self.nodes[0].app_context():
            services().authz.load_catalogue(
                catalogue, dry_run=False, actor="test", now=self.clock()
            )


@dataclass
class Browser:
    """Somebody's browser; each step may go to another node."""

    bridge: WebBridge
    client: FlaskClient

    def move_to(self, node: Flask) -> None:
        """Let another node answer from now on; the browser keeps its cookies."""
        self.client.application = node

    def ask(self, *more: str, **changes: Any) -> TestResponse:
        """Come from an e-tjänst with a request."""

        number = f"_{token_hex(8)}"
        usual = {"id": number, "issued": self.bridge.clock()}
        return self.post(
            "/saml/idp/sso",
            SAMLRequest=encoded(authn_request(*more, **{**usual, **changes})),
        )

    def answer(self, asked: TestResponse, **changes: Any) -> TestResponse:
        """Come back from the identity provider with an answer."""
        return self.bring(answer_to(request_sent(asked), self.bridge.clock, **changes))

    def bring(self, xml: str) -> TestResponse:
        """Bring a Response to where we take them."""
        return self.post("/saml/sp/acs", SAMLResponse=encoded(xml))

    def get(self, path: str) -> TestResponse:
        """Open an address."""
        return self.client.get(path, base_url=BRIDGE)

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form."""
        return self.client.post(path, base_url=BRIDGE, data=fields)

    def follow(self, redirect: TestResponse) -> TestResponse:
        """Go where a redirect leads."""
        assert redirect.status_code == 303, redirect.get_data(as_text=True)
        return self.get(redirect.headers["Location"])

    def press(self, page: TestResponse) -> TestResponse:
        """Press the button of the form on a page."""
        form = form_on(page)
        return self.post(form.action, **form.fields)

    def log_in(self, *more: str, about: Any = None, **changes: Any) -> Any:
        """Log in at an e-tjänst through the identity provider; what it is told."""
        asked = self.ask(*more, **changes)
        return told(self.answer(asked, **(about or {})))


def make_web_bridge(folder: Path, *, more: str = "", nodes: int = 1) -> WebBridge:
    """Install a bridge with the people of the tests.

    Args:
        folder: Where to.
        more: TOML that follows the login method.
        nodes: How many there are.
    """
    parties = KnownParties(
        sps={each.entity_id: each for each in (service_provider(), other_provider())},
        idps={IDP: identity_provider()},
    )
    config = install(folder, more=UPSTREAM + more)
    bridge = WebBridge(config, FrozenClock(), parties)
    for _ in range(nodes):
        bridge.add_node()
    bridge.load(CATALOGUE)
    return bridge


def new_browser(bridge: WebBridge) -> Browser:
    """Open a browser without cookies, at the first node."""
    return Browser(bridge, bridge.nodes[0].test_client())


def answer_to(request_id: str, clock: FrozenClock, **changes: Any) -> str:
    """Write the identity provider's good answer at this moment."""
    now = clock()
    about = {
        "id": f"_a{request_id}",
        "issued": now,
        "subject": bearer(in_response_to=request_id, not_on_or_after=now + MINUTE),
        "conditions": held(not_on_or_after=now + 60 * MINUTE),
        "statement": authn(instant=now),
        **changes,
    }
    return response(signed(assertion(**about)), in_response_to=request_id, issued=now)


def request_sent(response: TestResponse) -> str:
    """Read the ID of the request with which the browser is sent upstream."""
    return str(sent_upstream(response).get("ID"))


def is_sent_upstream(response: TestResponse) -> bool:
    """Tell whether the browser is sent upstream with a request, in any binding."""
    if response.status_code == 303:
        return "SAMLRequest=" in response.headers["Location"]
    return 'name="SAMLRequest"' in response.get_data(as_text=True)


def sent_upstream(response: TestResponse) -> Any:
    """Read the request with which the browser is sent upstream."""
    assert is_sent_upstream(response), response.get_data(as_text=True)
    if response.status_code == 303:
        query = urlsplit(response.headers["Location"]).query
        return safe_xml.parse(decode_redirect(query.encode()).xml)
    return safe_xml.parse(b64decode(form_on(response).fields["SAMLRequest"]))


def form_on(page: TestResponse) -> Form:
    """Read the form on a page."""
    html = page.get_data(as_text=True)
    found = _FORM.search(html)
    assert found is not None, html
    fields = {name: unescape(value) for name, value in _FIELD.findall(found[2])}
    return Form(action=unescape(found[1]), fields=fields)


def told(page: TestResponse) -> Any:
    """Read the Response that a page hands to an e-tjänst."""
    assert page.status_code == 200, page.get_data(as_text=True)
    return safe_xml.parse(b64decode(form_on(page).fields["SAMLResponse"]))
