"""How does a test log somebody in, from an e-tjänst's request to our answer?"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from authz.service import AuthzService
from idp_bridge.database import autocommit
from idp_bridge.login import begin, choose, finish
from idp_bridge.login.answer import Answer
from idp_bridge.login.begin import BegunLogin
from idp_bridge.login.issue import IssuedAnswer
from idp_bridge.login.parts import Parts
from idp_bridge.login.session import BrowserSession
from idp_bridge.saml.bindings import InboundMessage, decode_post, decode_redirect
from idp_bridge.saml.upstream_request import OutboundRequest
from idp_bridge.settings import Settings
from idp_bridge.state.sql import SqlStateStore, state_tables
from metadata import names, safe_xml
from metadata.entities import Endpoint, IdentityProvider, ServiceProvider
from metadata.errors import UnknownEntityError
from metadata.registry import Registry
from tests.support.clock import NOW, FrozenClock
from tests.support.databases import create_authz_tables, sqlite_engine
from tests.support.keys import rsa_key
from tests.support.permission_world import CATALOGUE
from tests.support.saml.requests import authn_request, posted
from tests.support.saml.responses import assertion, bearer, response
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    BRIDGE,
    IDP,
    OTHER_SP,
    encoded,
    identity_provider,
    our_decryption_key,
    service_provider,
)

SITHS: Mapping[str, Any] = {
    "entity_id": IDP,
    "method": "siths",
    "title": "SITHS",
    "levels": (names.LOA_SAMBI_2, names.LOA_SAMBI_3),
}
"""The login method of the tests, as an operator writes it."""


@dataclass
class KnownParties:
    """Metadata that a test can change while a login goes on."""

    sps: dict[str, ServiceProvider]
    idps: dict[str, IdentityProvider]

    def sp(self, entity_id: str) -> ServiceProvider:
        """Hand on a service provider that is known."""
        if entity_id not in self.sps:
            raise UnknownEntityError(entity_id)
        return self.sps[entity_id]

    def idp(self, entity_id: str) -> IdentityProvider:
        """Hand on an identity provider that is known."""
        if entity_id not in self.idps:
            raise UnknownEntityError(entity_id)
        return self.idps[entity_id]


@dataclass(frozen=True)
class Asked:
    """The bridge has asked the identity provider."""

    begun: BegunLogin
    outbound: OutboundRequest
    request_id: str


@dataclass
class Bridge:
    """A bridge without a web server, and its surroundings."""

    parts: Parts
    clock: FrozenClock
    parties: KnownParties

    def begin(self, message: InboundMessage | None = None) -> BegunLogin:
        """Receive a request and keep the login."""
        accepted = begin.receive(message or posted(authn_request()), self.parts)
        begun = begin.begin(accepted, self.parts)
        begin.check_nobody_must_choose(begun)
        choose.keep(begun.pending, self.parts)
        return begun

    def ask(self, message: InboundMessage | None = None) -> Asked:
        """Receive a request and ask the first identity provider that fits."""
        return self.ask_again(self.begin(message))

    def ask_again(self, begun: BegunLogin) -> Asked:
        """Choose the first method of a login that has begun."""
        pending = choose.find(begun.pending.login_id, begun.secret, self.parts)
        outbound = choose.send(pending, begun.methods[0].method, self.parts)
        return Asked(begun, outbound, request_id_of(outbound))

    def finish(
        self, asked: Asked, xml: str | None = None, *, secret: str | None = None
    ) -> Answer:
        """Bring an answer, the good one if none is given, in the same browser."""
        return self.finish_in(None, asked, xml, secret=secret).answer

    def finish_in(
        self,
        browser: BrowserSession | None,
        asked: Asked,
        xml: str | None = None,
        *,
        secret: str | None = None,
    ) -> IssuedAnswer:
        """Bring an answer in a browser that belongs to a login session."""
        message = decode_post([encoded(xml or answer_to(asked))])
        held = {asked.begun.pending.login_id: secret or asked.begun.secret}
        found = finish.find(message, held.get, self.parts)
        done = finish.complete(found, browser, self.parts)
        assert isinstance(done, IssuedAnswer)
        return done

    def configure(self, **changes: Any) -> None:
        """Change settings, written as in the configuration."""
        self.parts = replace(self.parts, settings=make_settings(**changes))


def make_bridge(folder: Path, **changes: Any) -> Bridge:
    """Make a bridge on a new database with the people of the tests.

    Args:
        folder: Where the database is.
        changes: Settings, written as in the configuration.
    """
    clock = FrozenClock()
    engine = sqlite_engine(folder / "bridge.db")
    create_authz_tables(engine)
    state_tables.create_all(engine)
    authz = AuthzService(engine)
    authz.load_catalogue(CATALOGUE, dry_run=False, actor="test", now=NOW)
    parties = KnownParties(
        sps={each.entity_id: each for each in (service_provider(), other_provider())},
        idps={IDP: identity_provider()},
    )
    parts = Parts(
        settings=make_settings(**changes),
        registry=cast(Registry, parties),
        authz=authz,
        state=SqlStateStore(autocommit(engine), clock),
        signing_key=rsa_key("our signing").signing,
        decryption_keys=(our_decryption_key(),),
        clock=clock,
    )
    return Bridge(parts=parts, clock=clock, parties=parties)


def make_settings(**changes: Any) -> Settings:
    """Make settings as an operator writes them."""
    usual: dict[str, Any] = {
        "base_url": BRIDGE,
        "secret_key": "3zJq0vXo7yTn5Lr2Wb8Kc4Hd6Fg1Ms9P",
        "upstream": [SITHS],
    }
    return Settings(**{**usual, **changes})


def other_provider(**changes: Any) -> ServiceProvider:
    """Another e-tjänst with an address and a key of its own."""
    usual = ServiceProvider(
        entity_id=OTHER_SP,
        valid_until=None,
        signing_keys=(rsa_key("other sp").public,),
        encryption_keys=(),
        acs_endpoints=(
            Endpoint(
                binding=names.BINDING_POST,
                location="https://ersattning.example.se/acs",
                index=1,
            ),
        ),
    )
    return replace(usual, **changes)


def answer_to(asked: Asked, **changes: Any) -> str:
    """Write the identity provider's good answer to a request of ours.

    Args:
        asked: Our request.
        changes: Parts of the assertion that differ.
    """
    about = {"subject": bearer(in_response_to=asked.request_id), **changes}
    about.setdefault("id", f"_a{asked.request_id}")
    return response(signed(assertion(**about)), in_response_to=asked.request_id)


def request_id_of(outbound: OutboundRequest) -> str:
    """Read the ID of a request that we sent."""
    return str(sent_xml(outbound).get("ID"))


def sent_xml(outbound: OutboundRequest) -> Any:
    """Read a request that we sent, by either binding."""
    if outbound.fields:
        return safe_xml.parse(base64.b64decode(dict(outbound.fields)["SAMLRequest"]))
    query = urlsplit(outbound.url).query
    assert "SAMLRequest" in parse_qs(query)
    return safe_xml.parse(decode_redirect(query.encode()).xml)


def issued(answer: Answer) -> Any:
    """Read the Response that we issued."""
    return safe_xml.parse(base64.b64decode(dict(answer.fields)["SAMLResponse"]))
