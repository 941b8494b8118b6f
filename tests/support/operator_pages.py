"""How does a test look at the operators' pages? Through HTTP, logged in by SAML."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from idp_bridge import database
from idp_bridge.app import create_app
from idp_bridge.saml.bindings import decode_redirect
from idp_bridge.services import Services, install, metadata_admin, services
from metadata import names, safe_xml
from metadata.loader import MetadataAdmin
from metadata.registry import Registry
from tests.support.clock import NOW, FrozenClock
from tests.support.installations import install as install_files
from tests.support.installations import settings_of
from tests.support.permission_world import ALICE, CATALOGUE
from tests.support.saml.logins import KnownParties
from tests.support.saml.responses import assertion, authn, bearer, person, response
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    BRIDGE,
    IDP,
    encoded,
    identity_provider,
    service_provider,
)

START = "/operator/"
SOURCES = "/operator/metadata"
OPERATORS = {
    "reader": "SE2021002163-O101",
    "handler": "SE2021002163-O102",
    "system": "SE2021002163-O103",
}
"""HSA-ids by role."""
UPSTREAM = f"""
[[upstream]]
entity_id = "{IDP}"
method = "siths"
title = "SITHS"
levels = ["{names.LOA_SAMBI_2}", "{names.LOA_SAMBI_3}"]
"""


def operators(**more: str) -> str:
    """Write the operators of a catalogue file.

    Args:
        more: A line of TOML for a role, ``system="valid_until = 2026-11-22"``.
    """
    return "\n".join(
        f'[[operators]]\nhsa_id = "{hsa_id}"\nrole = "{role}"\n'
        f'given_name = "Olle"\nsurname = "Ö. {role}"\nemail = "o@example.se"\n'
        f"{more.get(role, '')}"
        for role, hsa_id in OPERATORS.items()
    )


@dataclass
class Site:
    """The bridge with its pages, and a browser in front of it."""

    app: Flask
    client: FlaskClient
    clock: FrozenClock
    parts: Services

    @property
    def admin(self) -> MetadataAdmin:
        """What changes sources."""
        parts = self.parts
        return metadata_admin(parts.settings, parts.entity_store, self.clock)

    def another_browser(self) -> "Site":
        """Open another browser."""
        return replace(self, client=self.app.test_client())

    def get(self, path: str, **options: Any) -> TestResponse:
        """Ask for a page."""
        return self.client.get(path, base_url=BRIDGE, **options)

    def post(
        self, path: str, form: dict[str, Any] | None = None, **options: Any
    ) -> TestResponse:
        """Send a form as it is, without a token."""
        return self.client.post(path, data=form or {}, base_url=BRIDGE, **options)

    def send(
        self, path: str, form: dict[str, Any] | None = None, **options: Any
    ) -> TestResponse:
        """Send a form of ours, with the token of the page with sources."""
        return self.post(path, {**(form or {}), "csrf_token": self.token()}, **options)

    def token(self) -> str:
        """Read the token out of a form of ours."""
        page = html.fromstring(self.get(SOURCES).get_data(as_text=True))
        return str(page.findall(".//input[@name='csrf_token']")[0].get("value"))

    def begin_login(self, path: str = START) -> str:
        """Ask for a page without a session; answers with the ID of our request."""
        asked = self.get(path)
        assert asked.status_code == 303, asked.text
        return request_id_of(asked.headers["Location"])

    def answer(
        self, request_id: str, hsa_id: str, *, level: str = names.LOA_SAMBI_3
    ) -> TestResponse:
        """Let the identity provider answer."""
        said = assertion(
            id=f"_a{request_id}",
            subject=bearer(in_response_to=request_id),
            attributes=person(hsa_id=hsa_id, level=level),
            statement=authn(level=level),
        )
        xml = response(signed(said), in_response_to=request_id)
        return self.post("/saml/sp/acs", {"SAMLResponse": encoded(xml)})

    def log_in(self, role: str = "system", path: str = START) -> TestResponse:
        """Log somebody in who wants to a page."""
        return self.answer(self.begin_login(path), OPERATORS[role])

    def close(self) -> None:
        """Let go of every connection to a database that is a server."""
        self.parts.state.close()
        with self.app.app_context():
            for engine in database.db.engines.values():
                engine.dispose()

    def load(self, catalogue: str) -> None:
        """Change what is registered."""
        self.parts.authz.load_catalogue(
            catalogue, dry_run=False, actor="test", now=self.clock()
        )


def make_site(folder: Path, *, more: str = "", catalogue: str = CATALOGUE) -> Site:
    """Make a bridge with pages, its database and its people.

    Args:
        folder: Where its files are.
        more: More settings, in TOML.
        catalogue: Who is registered, besides operators.
    """
    clock = FrozenClock()
    settings = settings_of(install_files(folder, more=f"{more}\n{UPSTREAM}"))
    app = create_app(settings, clock=clock)
    with app.app_context():
        parts = services()
    parties = KnownParties(
        sps={service_provider().entity_id: service_provider()},
        idps={IDP: identity_provider()},
    )
    parts = replace(parts, registry=cast(Registry, parties))
    install(app, parts)
    parts.authz.load_catalogue(catalogue, dry_run=False, actor="test", now=NOW)
    parts.authz.load_catalogue(operators(), dry_run=False, actor="test", now=NOW)
    return Site(app=app, client=app.test_client(), clock=clock, parts=parts)


def request_id_of(url: str) -> str:
    """Read the ID of the request that a browser is sent on with."""
    parts = urlsplit(url)
    assert parts.hostname == "idp.example.se"
    message = decode_redirect(parts.query.encode())
    return str(safe_xml.parse(message.xml).get("ID"))


def text_of(page: TestResponse) -> str:
    """Read what people read, with single blanks."""
    main = html.fromstring(page.get_data(as_text=True)).findall(".//main")
    return " ".join(str(main[0].text_content()).split())


USER = ALICE
"""Somebody who is registered, but no operator."""
