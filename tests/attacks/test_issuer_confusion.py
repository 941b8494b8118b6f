"""A message that says it is from somebody else than who was asked."""

from pathlib import Path

import pytest

from idp_bridge.errors import (
    BadAssertionError,
    BadSignatureError,
    UnknownPartnerError,
    UnreadableMessageError,
    WrongIssuerError,
)
from idp_bridge.login import choose
from metadata import names
from tests.support.keys import KeyPair, rsa_key
from tests.support.saml.logins import (
    SITHS,
    Asked,
    Bridge,
    make_bridge,
    request_id_of,
)
from tests.support.saml.requests import authn_request, posted
from tests.support.saml.responses import (
    assertion,
    bearer,
    good,
    issuer_element,
    response,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    IDP,
    OTHER_IDP,
    SP,
    identity_provider,
    idp_key,
    take_request,
    take_response,
)

FALSE_NAMES = [
    OTHER_IDP,
    IDP + "/",
    IDP.upper(),
    f" {IDP}",
    f"{IDP}\n",
    IDP.replace(":443", ""),
    "",
]


def test_the_response_need_not_name_its_issuer() -> None:
    take_response(response(signed(assertion()), issuer=None))


@pytest.mark.parametrize("name", FALSE_NAMES)
def test_the_response_is_from_the_one_who_was_asked(name: str) -> None:
    """``check_response_issuer``: the assertion in it is as it should be."""
    take_response(good())
    with pytest.raises(WrongIssuerError):
        take_response(response(signed(assertion()), issuer=name))


@pytest.mark.parametrize("name", [*FALSE_NAMES, None])
def test_the_assertion_is_from_the_one_who_was_asked(name: str | None) -> None:
    """Also when the key is right: an entity speaks only in its own name."""
    with pytest.raises(WrongIssuerError):
        take_response(response(signed(assertion(issuer=name))))


def with_format(value: str) -> str:
    issuer = issuer_element(IDP, Format=value)
    return signed(assertion().replace(issuer_element(IDP), issuer))


def test_an_issuer_is_an_entity() -> None:
    take_response(response(with_format(names.NAMEID_ENTITY)))
    with pytest.raises(WrongIssuerError):
        take_response(response(with_format(names.NAMEID_UNSPECIFIED)))


def test_an_assertion_names_its_issuer_once() -> None:
    twice = assertion().replace(issuer_element(), issuer_element() * 2)
    with pytest.raises(BadAssertionError):
        take_response(response(signed(twice)))


# --- two identity providers that we trust ---------------------------------------------

ACCOUNT = {**SITHS, "entity_id": OTHER_IDP, "method": "konto", "title": "Konto"}


def asked_of_siths(folder: Path) -> tuple[Bridge, Asked]:
    bridge = make_bridge(folder, upstream=[SITHS, ACCOUNT])
    bridge.parties.idps[OTHER_IDP] = identity_provider(
        entity_id=OTHER_IDP, signing_keys=(rsa_key("other idp").public,)
    )
    return bridge, bridge.ask()


def answered_by(asked: Asked, issuer: str, *, key: KeyPair) -> str:
    subject = bearer(in_response_to=asked.request_id)
    inside = signed(assertion(issuer=issuer, subject=subject), by=key)
    return response(inside, issuer=issuer, in_response_to=asked.request_id)


@pytest.mark.parametrize(
    ("issuer", "key", "error"),
    [
        (OTHER_IDP, "other idp", WrongIssuerError),
        (OTHER_IDP, "idp", WrongIssuerError),
        (IDP, "other idp", BadSignatureError),
    ],
)
def test_another_one_than_was_asked_answers_for_nobody(
    tmp_path: Path, issuer: str, key: str, error: type[Exception]
) -> None:
    """Not even one that could have been asked, and the honest answer still counts."""
    bridge, asked = asked_of_siths(tmp_path)
    with pytest.raises(error):
        bridge.finish(asked, answered_by(asked, issuer, key=rsa_key(key)))
    bridge.finish(asked, answered_by(asked, IDP, key=idp_key()))


def test_each_one_answers_what_it_was_asked(tmp_path: Path) -> None:
    bridge, asked = asked_of_siths(tmp_path)
    parts = bridge.parts
    pending = choose.find(asked.begun.pending.login_id, asked.begun.secret, parts)
    outbound = choose.send(pending, "konto", parts)
    other = Asked(asked.begun, outbound, request_id_of(outbound))
    theirs = answered_by(other, OTHER_IDP, key=rsa_key("other idp"))
    with pytest.raises(WrongIssuerError):
        bridge.finish(other, answered_by(other, IDP, key=idp_key()))
    bridge.finish(other, theirs)


# --- requests -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["https://stranger.example.se", SP + "/", SP.upper()])
def test_a_request_of_a_stranger_is_refused(name: str, tmp_path: Path) -> None:
    bridge = make_bridge(tmp_path)
    bridge.begin(posted(authn_request(issuer=SP)))
    with pytest.raises(UnknownPartnerError):
        bridge.begin(posted(authn_request(issuer=name)))


@pytest.mark.parametrize(
    "sender",
    [
        "",
        f"<saml:Issuer>{SP}</saml:Issuer><saml:Issuer>{SP}</saml:Issuer>",
        "<saml:Issuer/>",
        f"<saml:Issuer><x>{SP}</x></saml:Issuer>",
        f'<saml:Issuer Format="{names.NAMEID_UNSPECIFIED}">{SP}</saml:Issuer>',
    ],
    ids=["none", "two", "empty", "inside an element", "not an entity"],
)
def test_a_request_names_exactly_one_sender(sender: str) -> None:
    entity = f'<saml:Issuer Format="{names.NAMEID_ENTITY}">{SP}</saml:Issuer>'
    take_request(posted(authn_request(entity, issuer=None)))
    with pytest.raises(UnreadableMessageError):
        take_request(posted(authn_request(sender, issuer=None)))
