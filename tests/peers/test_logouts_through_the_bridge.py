"""People log in once at four e-tjänster, and out of all of them, wherever they begin.

SimpleSAMLphp upstream, and downstream mod_auth_mellon twice, one of them told by SOAP,
SimpleSAMLphp as a service provider, and a Shibboleth SP that asks our attribute
authority what people may do; all at once, over TLS.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from metadata.names import LOA_SAMBI_3
from tests.support.peers import story
from tests.support.peers.bridge_process import Bridge, Stores, bridge, node
from tests.support.peers.browser import Browser, Page
from tests.support.peers.mellon import Mellon, mellon, serving
from tests.support.peers.shibboleth import (
    Partner,
    Shibboleth,
    read_attributes,
    shibboleth,
)
from tests.support.peers.shibboleth import serving as asks_later
from tests.support.peers.simplesamlphp import SimpleSamlPhp, log_in, simplesamlphp
from tests.support.peers.simplesamlphp_sp import SimpleSamlPhpSp, simplesamlphp_sp
from tests.support.peers.tls import Authority

pytestmark = pytest.mark.peers

MELLON, SOAP_MELLON, SHIBBOLETH = "127.0.0.12", "127.0.0.15", "127.0.0.18"
SSP, BY_BROWSER, BY_SOAP = "simplesamlphp", "mellon", "mellon-soap"
SHIB = "shibboleth"
MAY = {"MAY": story.PERMISSIONS}


@dataclass(frozen=True, slots=True)
class Everybody:
    idp: SimpleSamlPhp
    by_browser: Mellon
    by_soap: Mellon
    ssp: SimpleSamlPhpSp
    shibboleth: Shibboleth
    bridge: Bridge


@pytest.fixture(scope="module")
def everybody(authority: Authority) -> Iterator[Everybody]:
    with ExitStack() as stack:
        idp = stack.enter_context(simplesamlphp(authority, story.PEOPLE))
        by_browser = stack.enter_context(mellon("mellon", MELLON))
        by_soap = stack.enter_context(mellon("soap", SOAP_MELLON, takes_soap=True))
        method = {
            "entity_id": idp.entity_id,
            "method": "siths",
            "title": "SITHS",
            "levels": [LOA_SAMBI_3],
        }
        more = {
            "METADATA__ALLOW_PRIVATE_ADDRESSES": "true",
            "METADATA__CA_FILE": str(authority.trust),
        }
        where = Stores("sqlite:///bridge.db")
        asking = stack.enter_context(shibboleth("shibboleth", SHIBBOLETH))
        policies = [story.asking_later(asking.entity_id)]
        made = stack.enter_context(
            bridge("logout", where, [method], policies, more=more)
        )
        tls = made.certify(authority)
        ssp = stack.enter_context(simplesamlphp_sp(authority, made.idp_entity_id))
        found = Everybody(idp, by_browser, by_soap, ssp, asking, made)
        _introduce(found, Browser(authority.trust))
        known = {"bridge": made.published("idp")}
        for each in (by_browser, by_soap):
            stack.enter_context(serving(each, authority, known, story.SHOWN))
        partner = Partner.of(made, tls)
        stack.enter_context(asks_later(asking, authority, partner, MAY))
        stack.enter_context(node(made, authority, tls=tls))
        yield found


def _introduce(found: Everybody, browser: Browser) -> None:
    """Give everybody the metadata of those whom they shall trust."""
    made = found.bridge
    made.install()
    made.learn("idp", found.idp.metadata(browser), "idp")
    made.learn(BY_BROWSER, found.by_browser.metadata, "sp")
    made.learn(BY_SOAP, found.by_soap.metadata, "sp")
    made.learn(SSP, found.ssp.metadata(browser), "sp")
    made.learn(SHIB, found.shibboleth.metadata, "sp")
    made.load_catalogue(
        story.catalogue(
            refusing=f'{found.by_browser.entity_id}", "{found.by_soap.entity_id}',
            releasing=f'{found.ssp.entity_id}", "{found.shibboleth.entity_id}',
        )
    )
    found.idp.trust("bridge", made.published("sp"))
    found.ssp.trust("bridge", made.published("idp"))


class Visitor:
    """Somebody with a browser, and what they do with all of them."""

    def __init__(self, everybody: Everybody, authority: Authority) -> None:
        self.all = everybody
        self.browser = Browser(authority.trust)

    def begin_at(self, party: str) -> Page:
        """Go to an e-tjänst, as far as no person is needed."""
        return self.browser.hand_over(self.browser.open(self._way_in(party)))

    def log_in_at(self, party: str) -> Page:
        """Log in; who has done so before only presses *Fortsätt*."""
        page = self.begin_at(party)
        if "password" in {name for form in page.content.forms for name in form.fields}:
            asa = story.ASA
            page = log_in(self.browser, page, user=asa.user, password=asa.password)
        elif "Du är redan inloggad som" in page.text:
            page = self.browser.submit(page.form_with("seal"))
        return self.browser.hand_over(page)

    def is_in(self, party: str) -> bool:
        """Tell whether an e-tjänst still knows the person, without asking anybody."""
        before = len(self.browser.visited)
        page = self.browser.open(self._page(party))
        asked = [url for _, url in self.browser.visited[before:]]
        return page.url == self._page(party) and len(asked) == 1

    def _way_in(self, party: str) -> str:
        if party == SSP:
            return self.all.ssp.private
        if party == SHIB:
            return self.all.shibboleth.private
        return self._mellon(party).login_url(self.all.bridge.idp_entity_id)

    def _page(self, party: str) -> str:
        others = {SSP: self.all.ssp.at, SHIB: self.all.shibboleth.at}
        at = others.get(party) or self._mellon(party).at
        return f"{at.url}/private/"

    def _mellon(self, party: str) -> Mellon:
        return self.all.by_soap if party == BY_SOAP else self.all.by_browser

    def follow_out(self, page: Page) -> Page:
        """Press what a script would press, until nothing is left."""
        for _ in range(20):
            page = self.browser.hand_over(page)
            go = [
                url for label, url in page.content.links.items() if label == "Fortsätt"
            ]
            if not go:
                return page
            page = self.browser.open(go[0])
        raise AssertionError(f"round and round: {self.browser.visited}")


ALL = (BY_BROWSER, BY_SOAP, SSP, SHIB)


@pytest.fixture
def visitor(everybody: Everybody, authority: Authority) -> Visitor:
    """Somebody who is logged in everywhere, with one login upstream."""
    made = Visitor(everybody, authority)
    for party in ALL:
        made.log_in_at(party)
        assert made.is_in(party), party
    passwords = [
        url
        for method, url in made.browser.visited
        if method == "POST" and "loginuserpass" in url
    ]
    assert len(passwords) == 1
    return made


def nobody_knows(visitor: Visitor) -> None:
    assert [party for party in ALL if visitor.is_in(party)] == []
    page = visitor.begin_at(BY_BROWSER)
    assert "password" in page.form_with("password").fields


def test_one_login_is_enough_and_permissions_are_asked_for_where_none_came(
    visitor: Visitor,
) -> None:
    page = visitor.browser.open(visitor.all.shibboleth.private)
    assert read_attributes(page) == {"MAY": ("ansoka",)}


def test_logging_out_at_shibboleth_logs_out_everywhere(visitor: Visitor) -> None:
    page = visitor.browser.open(visitor.all.shibboleth.logout_url)
    end = visitor.follow_out(page)
    assert end.url.startswith(visitor.all.shibboleth.at.url)
    nobody_knows(visitor)


def test_logging_out_at_mellon_logs_out_everywhere(visitor: Visitor) -> None:
    page = visitor.browser.open(visitor.all.by_browser.logout_url)
    end = visitor.follow_out(page)
    assert end.url == f"{visitor.all.by_browser.at.url}/left.html"
    assert "logged-out" in visitor.all.bridge.log()
    nobody_knows(visitor)


def test_logging_out_at_simplesamlphp_logs_out_everywhere(visitor: Visitor) -> None:
    page = visitor.browser.open(f"{visitor.all.ssp.private}?logout=1")
    end = visitor.follow_out(page)
    assert end.url.startswith(f"{visitor.all.ssp.at.url}/left.html")
    nobody_knows(visitor)


def test_logging_out_upstream_logs_out_everywhere(visitor: Visitor) -> None:
    idp = visitor.all.idp
    service = f"{idp.at.url}/simplesaml/saml2/idp/SingleLogoutService.php"
    back = f"{idp.at.url}/simplesaml/logout.php"
    end = visitor.follow_out(visitor.browser.open(f"{service}?ReturnTo={back}"))
    assert end.url.startswith(idp.at.url)
    nobody_knows(visitor)


def test_logging_out_on_our_own_page_logs_out_everywhere(visitor: Visitor) -> None:
    page = visitor.browser.open(f"{visitor.all.bridge.at.url}/logga-ut")
    everybody = visitor.all
    for sp in (everybody.by_browser, everybody.by_soap, everybody.ssp):
        assert sp.entity_id in page.text
    assert everybody.shibboleth.entity_id in page.text
    begun = visitor.browser.submit(page.form_with("nyckel"))
    assert begun.status == 200
    end = visitor.follow_out(begun)
    assert "Du är utloggad" in end.text
    assert "misslyckades" not in end.text
    nobody_knows(visitor)


def test_who_takes_soap_is_told_by_us_and_never_by_the_browser(
    visitor: Visitor,
) -> None:
    before = len(visitor.browser.visited)
    visitor.follow_out(visitor.browser.open(visitor.all.by_browser.logout_url))
    addresses = [url for _, url in visitor.browser.visited[before:]]
    assert not any(url.startswith(visitor.all.by_soap.at.url) for url in addresses)
    assert any(url.startswith(visitor.all.ssp.at.url) for url in addresses)
    assert not visitor.is_in(BY_SOAP)
