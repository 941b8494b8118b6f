"""How does an e-tjänst ask a whole bridge over HTTP, which has its metadata?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp_bridge import services
from idp_bridge.app import create_app
from metadata import safe_xml
from metadata.clock import Clock
from metadata.entities import Role
from metadata.reports import NewSource
from tests.support.clock import NOW
from tests.support.installations import BASE_URL, install, settings_of
from tests.support.metadata_documents import endpoint, entity, key_descriptor, sp_role
from tests.support.permission_world import CATALOGUE, MELKER
from tests.support.saml.envelopes import TEXT_XML, enveloped
from tests.support.saml.queries import QUERY_URL, Told, signed_query
from tests.support.saml.world import SP_ACS, sp_key

_AGREED = f"""
[[downstream]]
entity_id = "{MELKER}"
attribute_queries = true
query_by_hsa_id = true
"""


@dataclass(frozen=True)
class AskedBridge:
    """A bridge with everything in it."""

    app: Flask

    @property
    def client(self) -> FlaskClient:
        """Something that can send requests."""
        return self.app.test_client()

    def post(self, body: bytes, content_type: str = TEXT_XML) -> TestResponse:
        """Send something to the attribute authority."""
        return self.client.post(
            "/saml/aa/query", base_url=BASE_URL, data=body, content_type=content_type
        )

    def ask(self, *more: str, **changes: Any) -> TestResponse:
        """Send a signed query."""
        return self.post(enveloped(signed_query(*more, **changes)))


def make_asked_bridge(folder: Path, clock: Clock, more: str = "") -> AskedBridge:
    """Install a bridge that knows one e-tjänst and the people of the tests.

    Args:
        folder: Where everything is.
        clock: What time it is.
        more: TOML before the table of the e-tjänst.
    """
    assert QUERY_URL.startswith(BASE_URL)
    config = install(folder, more=more + _AGREED)
    settings = settings_of(config)
    app = create_app(settings, clock=clock)
    found: services.Services = app.extensions["idp-bridge"]
    found.authz.load_catalogue(CATALOGUE, dry_run=False, actor="test", now=NOW)
    file = folder / "sp.xml"
    file.write_text(_metadata())
    services.metadata_admin(settings, found.entity_store, clock).add(
        NewSource(name="sp", location=str(file), roles=frozenset({Role.SP}))
    )
    return AskedBridge(app)


def _metadata() -> str:
    address = endpoint("AssertionConsumerService", SP_ACS, more='index="1"')
    return entity(MELKER, sp_role(key_descriptor(sp_key(), "signing") + address))


def told_over_http(response: TestResponse) -> Told:
    """Read the message in an envelope that came back."""
    envelope = safe_xml.parse(response.data)
    root = envelope[0][0]
    assertion = root.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
    return Told(response.data, root, assertion)
