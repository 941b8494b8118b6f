"""How does a test log people in at e-tjänster, and out again? Through HTTP."""

import base64
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from lxml import html
from werkzeug.test import TestResponse

from idp_bridge.login import kept_sessions
from idp_bridge.saml.bindings import InboundMessage, decode_post, decode_redirect
from idp_bridge.saml.messages import NameID
from idp_bridge.services import install
from metadata import names, safe_xml
from metadata.calling import Reply
from metadata.entities import ServiceProvider
from metadata.errors import FetchFailedError
from metadata.registry import Registry
from tests.support.keys import KeyPair, rsa_key
from tests.support.operator_pages import Site, make_site, request_id_of
from tests.support.permission_world import ALICE
from tests.support.saml.logins import KnownParties, other_provider
from tests.support.saml.logouts import (
    leaving_idp,
    leaving_provider,
    logout_query,
    logout_request,
    logout_response,
    slo_endpoints,
)
from tests.support.saml.requests import authn_request, signed_query
from tests.support.saml.responses import assertion, bearer, person, response
from tests.support.saml.signing import signed
from tests.support.saml.world import IDP, OTHER_SP, SP, encoded, idp_key, sp_key

THIRD = f"{OTHER_SP}2"
"""One more e-tjänst, for those who need three."""
KEYS = {
    SP: sp_key(),
    OTHER_SP: rsa_key("other sp"),
    THIRD: rsa_key("third sp"),
    IDP: idp_key(),
}
IDP_SLO, SP_SLO = "/saml/idp/slo", "/saml/sp/slo"
PLACES = {
    SP: "https://melker.example.se/slo",
    OTHER_SP: "https://ersattning.example.se/slo",
    THIRD: "https://tredje.example.se/slo",
    IDP: "https://idp.example.se/saml/slo",
}


@dataclass(frozen=True)
class Told:
    """What an e-tjänst knows of a login."""

    sp: str
    name_id: NameID
    session_index: str


@dataclass
class Post:
    """What is brought by SOAP, and what comes back."""

    answers: dict[str, Any] = field(default_factory=dict)
    """By address: a function from the envelope to the answer."""
    brought: list[str] = field(default_factory=list)

    def __call__(self, url: str, envelope: bytes) -> Reply:
        """Bring an envelope; nobody is at home where no answer was laid out."""
        self.brought.append(url)
        if url not in self.answers:
            raise FetchFailedError("cannot be reached: no answer in time")
        found: Reply = self.answers[url](envelope)
        return found


@dataclass
class LogoutSite(Site):
    """A bridge, e-tjänster, an identity provider, and a browser."""

    parties: KnownParties = field(default_factory=lambda: KnownParties({}, {}))
    post_office: Post = field(default_factory=Post)
    count: int = 0

    def log_in_at(self, sp: str = SP, hsa_id: str = ALICE) -> Told:
        """Log somebody in at an e-tjänst; the identity provider is always asked."""
        self.count += 1
        xml = authn_request(
            id=f"_login-{id(self)}-{self.count}",
            issuer=sp,
            acs_url=None,
            ForceAuthn="true",
        )
        query = signed_query(xml, by=KEYS[sp]).decode()
        asked = self.get(f"/saml/idp/sso?{query}")
        assert asked.status_code == 303, asked.text
        request_id = request_id_of(asked.headers["Location"])
        said = assertion(
            id=f"_a{request_id}",
            subject=bearer(in_response_to=request_id),
            attributes=person(hsa_id=hsa_id),
        )
        form = {
            "SAMLResponse": encoded(response(signed(said), in_response_to=request_id))
        }
        return _told(sp, self.post("/saml/sp/acs", form))

    def ask(self, told: Told, **changes: Any) -> TestResponse:
        """Let an e-tjänst ask for a logout, by Redirect."""
        self.count += 1
        usual = {
            "id": f"_logout-{id(self)}-{self.count}",
            "issuer": told.sp,
            "name_id": told.name_id,
            "session_indexes": (told.session_index,),
        }
        xml = logout_request(**{**usual, **changes})
        query = logout_query(xml, by=KEYS[told.sp], relay_state="hem").decode()
        return self.get(f"{IDP_SLO}?{query}")

    def ask_from_upstream(self, **changes: Any) -> TestResponse:
        """Let the identity provider ask for a logout, by Redirect."""
        self.count += 1
        usual = {
            "id": f"_logout-{id(self)}-{self.count}",
            "issuer": IDP,
            "destination": f"{self.base}{SP_SLO}",
            "name_id": upstream_name(),
            "session_indexes": ("0d9c-session",),
        }
        xml = logout_request(**{**usual, **changes})
        return self.get(f"{SP_SLO}?{logout_query(xml, by=idp_key()).decode()}")

    def use(self, **changes: Any) -> None:
        """Replace members of the bridge's services."""
        self.parts = replace(self.parts, **changes)
        install(self.app, self.parts)

    def another_browser(self) -> "LogoutSite":
        """Open another browser."""
        return replace(self, client=self.app.test_client())

    @property
    def base(self) -> str:
        """Where the bridge is."""
        return self.parts.settings.base_url

    def answer_as(
        self,
        party: str,
        asked: InboundMessage,
        by: KeyPair | None = None,
        **changes: Any,
    ) -> TestResponse:
        """Let a party answer a request of ours, by Redirect."""
        place = SP_SLO if party == IDP else IDP_SLO
        usual = {
            "in_response_to": id_of(asked),
            "issuer": party,
            "destination": f"{self.base}{place}",
        }
        xml = logout_response(**{**usual, **changes})
        pair = by or KEYS[party]
        query = logout_query(xml, by=pair, parameter="SAMLResponse").decode()
        return self.get(f"{place}?{query}")

    def follow(self, answer: TestResponse) -> TestResponse:
        """Go where we send the browser, as long as it is a page of ours."""
        while answer.status_code == 303 and answer.headers["Location"].startswith("/"):
            answer = self.get(answer.headers["Location"])
        return answer

    def is_logged_in(self, told: Told) -> bool:
        """Tell whether the session of a login is still there."""
        found = kept_sessions.of_issued(
            sp_entity_id=told.sp,
            name_id=told.name_id,
            session_index=told.session_index,
            parts=self.parts.parts,
        )
        return found is not None


def logout_site(folder: Path, *sps: ServiceProvider, more: str = "") -> LogoutSite:
    """Make a bridge with three e-tjänster that take logouts by Redirect.

    Args:
        folder: Where its files are.
        sps: E-tjänster that differ.
        more: More settings, in TOML.
    """
    site = make_site(folder, more=more)
    usual = (
        leaving_provider(),
        other_provider(slo_endpoints=slo_endpoints(PLACES[OTHER_SP])),
        other_provider(
            entity_id=THIRD,
            signing_keys=(KEYS[THIRD].public,),
            slo_endpoints=slo_endpoints(PLACES[THIRD]),
        ),
    )
    parties = KnownParties(
        sps={each.entity_id: each for each in (*usual, *sps)}, idps={IDP: leaving_idp()}
    )
    post_office = Post()
    parts = replace(site.parts, registry=cast(Registry, parties), call=post_office)
    install(site.app, parts)
    return LogoutSite(
        app=site.app,
        client=site.client,
        clock=site.clock,
        parts=parts,
        parties=parties,
        post_office=post_office,
    )


def upstream_name() -> NameID:
    """What the identity provider of the tests calls everybody."""
    return NameID(value="9f4e2a6b-transient", format=names.NAMEID_TRANSIENT)


def carried(page: TestResponse) -> tuple[str, InboundMessage]:
    """Read the message that a page, or a redirect, carries to another party.

    Returns:
        Where it goes, and the message.
    """
    if page.status_code == 303:
        return _carried_by(page.headers["Location"])
    tree = html.fromstring(page.get_data(as_text=True))
    (go,) = tree.xpath("//*[@data-go]")
    if go.tag == "a":
        return _carried_by(go.get("href"))
    form = go.getparent()
    fields = {each.get("name"): each.get("value") for each in form.iter("input")}
    name = "SAMLRequest" if "SAMLRequest" in fields else "SAMLResponse"
    states = [fields["RelayState"]] if "RelayState" in fields else []
    return form.get("action"), decode_post([fields[name]], states)


def _carried_by(url: str) -> tuple[str, InboundMessage]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    name = "SAMLRequest" if "SAMLRequest" in query else "SAMLResponse"
    place = parts._replace(query="", fragment="").geturl()
    return place, decode_redirect(parts.query.encode(), parameter=name)


def id_of(message: InboundMessage) -> str:
    """Read the ID of a message."""
    return str(safe_xml.parse(message.xml).get("ID"))


def statuses(message: InboundMessage) -> list[str]:
    """Read the levels of the status of an answer, without what all have in common."""
    root = safe_xml.parse(message.xml)
    found = root.iter(f"{{{names.NS_SAMLP}}}StatusCode")
    return [str(each.get("Value")).rpartition(":")[2] for each in found]


def _told(sp: str, page: TestResponse) -> Told:
    assert page.status_code == 200, page.text
    form = html.fromstring(page.get_data(as_text=True)).forms[0]
    xml = base64.b64decode(dict(form.fields)["SAMLResponse"])
    root = safe_xml.parse(xml)
    name_id = root.find(f".//{{{names.NS_SAML}}}NameID")
    statement = root.find(f".//{{{names.NS_SAML}}}AuthnStatement")
    assert name_id is not None
    assert statement is not None
    return Told(
        sp=sp,
        name_id=NameID(
            value=name_id.text or "",
            format=name_id.get("Format"),
            name_qualifier=name_id.get("NameQualifier"),
            sp_name_qualifier=name_id.get("SPNameQualifier"),
        ),
        session_index=str(statement.get("SessionIndex")),
    )
