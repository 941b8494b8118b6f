"""The peers are sound: SimpleSAMLphp logs people in at mod_auth_mellon directly.

When a test with the bridge between them fails while these pass, look at the bridge.
"""

import ssl
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from metadata.names import LOA_SAMBI_3, SAMBI_GIVEN_NAME, SAMBI_HSA_ID
from tests.support.peers.browser import Browser, Page
from tests.support.peers.mellon import Mellon, mellon, read_login, serving
from tests.support.peers.simplesamlphp import (
    Person,
    Profile,
    SimpleSamlPhp,
    log_in,
    simplesamlphp,
)
from tests.support.peers.tls import Authority

pytestmark = pytest.mark.peers

SHOWN = {"HSA": SAMBI_HSA_ID, "GIVEN": SAMBI_GIVEN_NAME}
PEOPLE = (
    Person(
        "anna",
        "hemligt",
        {SAMBI_HSA_ID: ["SE2321000016-A001"], SAMBI_GIVEN_NAME: ["Anna", "Åsa"]},
    ),
    Person("bo", "mer-hemligt", {SAMBI_HSA_ID: ["SE2321000016-B001"]}),
)


@dataclass(frozen=True, slots=True)
class Pair:
    idp: SimpleSamlPhp
    sp: Mellon

    def start(self, visitor: Browser) -> Page:
        return visitor.open(self.sp.login_url(self.idp.entity_id))


@pytest.fixture(scope="module", params=list(Profile))
def pair(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Pair]:
    with (
        simplesamlphp(authority, PEOPLE, request.param) as idp,
        mellon() as sp,
    ):
        idp.trust("mellon", sp.metadata)
        known = {"idp": idp.metadata(Browser(authority.trust))}
        with serving(sp, authority, known, SHOWN):
            yield Pair(idp, sp)


def test_the_service_sees_who_logged_in(pair: Pair, visitor: Browser) -> None:
    page = log_in(visitor, pair.start(visitor), user="anna", password="hemligt")
    login = read_login(visitor.hand_over(page), SHOWN)
    assert login.identity_provider == pair.idp.entity_id
    assert login.attributes == {
        SAMBI_HSA_ID: ("SE2321000016-A001",),
        SAMBI_GIVEN_NAME: ("Anna", "Åsa"),
    }


def test_two_people_do_not_become_one(
    pair: Pair, visitor: Browser, authority: Authority
) -> None:
    other = Browser(authority.trust)
    first, second = pair.start(visitor), pair.start(other)
    second = other.hand_over(log_in(other, second, user="bo", password="mer-hemligt"))
    first = visitor.hand_over(log_in(visitor, first, user="anna", password="hemligt"))
    seen = [
        read_login(page, SHOWN).attributes[SAMBI_HSA_ID] for page in (first, second)
    ]
    assert seen == [("SE2321000016-A001",), ("SE2321000016-B001",)]


def test_after_a_wrong_password_the_right_one_works(
    pair: Pair, visitor: Browser
) -> None:
    page = log_in(visitor, pair.start(visitor), user="anna", password="fel")
    assert "Felaktig användaridentitet eller lösenord" in page.text
    page = log_in(visitor, page, user="anna", password="hemligt")
    assert SAMBI_HSA_ID in read_login(visitor.hand_over(page), SHOWN).attributes


def test_the_profiles_sign_and_encrypt_what_they_say(
    pair: Pair, visitor: Browser, request: pytest.FixtureRequest
) -> None:
    page = log_in(visitor, pair.start(visitor), user="anna", password="hemligt")
    response = b64decode(page.form_with("SAMLResponse").fields["SAMLResponse"])
    head = response.partition(b"<samlp:Status>")[0]
    if request.node.callspec.params["pair"] is Profile.ENCRYPTED:
        assert b"<saml:Assertion" not in response
        assert b"<ds:Signature " in head
    else:
        assert response.count(b"<ds:Signature ") == 1
        assert b"<ds:Signature " not in head
        assert LOA_SAMBI_3.encode() in response


def test_the_page_is_not_shown_without_a_login(pair: Pair, visitor: Browser) -> None:
    page = visitor.open(f"{pair.sp.at.url}/private/")
    assert page.url.startswith(pair.idp.at.url)
    assert page.form_with("password").fields["username"] == ""


def test_a_browser_that_trusts_another_authority_gets_nothing(
    pair: Pair, tmp_path: Path
) -> None:
    stranger = Browser(Authority(tmp_path).trust)
    with pytest.raises(ssl.SSLCertVerificationError):
        pair.start(stranger)


def test_the_browser_refuses_to_leave_the_loopback_interface(visitor: Browser) -> None:
    with pytest.raises(ValueError, match="outside the loopback interface"):
        visitor.open("https://192.0.2.1/")
