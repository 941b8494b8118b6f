"""A document brings definitions, entities or instructions of its own."""

from collections.abc import Callable

import pytest

from idp_bridge.errors import UnreadableMessageError
from tests.support.saml.encrypting import encrypted
from tests.support.saml.requests import authn_request, posted, redirected
from tests.support.saml.responses import assertion, good, response
from tests.support.saml.signing import signed
from tests.support.saml.world import SP, take_request, take_response

Prologue = Callable[[str], str | bytes]

LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))

PROLOGUES: dict[str, Prologue] = {
    "an empty DOCTYPE": lambda xml: f"<!DOCTYPE x>{xml}",
    "an entity": lambda xml: f'<!DOCTYPE x [<!ENTITY e "v">]>{xml}',
    "an entity of a file": lambda xml: (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{xml}'
    ),
    "an entity from the net": lambda xml: (
        f'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/x"> %e;]>{xml}'
    ),
    "a DTD from the net": lambda xml: (
        f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">{xml}'
    ),
    "a billion laughs": lambda xml: (
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'
        + xml.replace("asa@example.se", "&l9;")
    ),
    "an attribute that is an ID": lambda xml: (
        f"<!DOCTYPE x [<!ATTLIST x Name ID #IMPLIED>]>{xml}"
    ),
    "an instruction before": lambda xml: f"<?xml-stylesheet href='x'?>{xml}",
    "an instruction after": lambda xml: f"{xml}<?php exit ?>",
    "UTF-16": lambda xml: xml.encode("utf-16"),
    "UTF-16 in disguise": lambda xml: (
        f"<?xml version='1.0' encoding='utf-16'?>{xml}".encode("utf-16-le")
    ),
    "another encoding": lambda xml: (
        f"<?xml version='1.0' encoding='iso-8859-1'?>{xml}".encode("latin-1")
    ),
    "another encoding by name only": lambda xml: (
        f"<?xml version='1.0' encoding='utf-7'?>{xml}"
    ),
    "bytes that are not UTF-8": lambda xml: xml.encode("latin-1"),
    "a second root": lambda xml: xml + xml,
    "text behind": lambda xml: xml + "x",
    "a NUL behind": lambda xml: xml + "\0",
    "nothing at all": lambda _: "",
}


@pytest.mark.parametrize("which", PROLOGUES)
def test_a_response_brings_no_definitions(which: str) -> None:
    take_response(good())
    with pytest.raises(UnreadableMessageError):
        take_response(PROLOGUES[which](good()))


@pytest.mark.parametrize("which", PROLOGUES)
def test_a_request_brings_no_definitions(which: str) -> None:
    xml = authn_request(ProviderName="Migrationsverket å")
    take_request(posted(xml))
    with pytest.raises(UnreadableMessageError):
        take_request(posted(PROLOGUES[which](xml)))


@pytest.mark.parametrize(
    "prologue",
    [
        "<?xml version='1.0'?>",
        "<?xml version='1.0' encoding='UTF-8'?>\n",
        "<?xml version='1.0' encoding='utf-8' standalone='yes'?>",
        "\ufeff",
        "<!-- a comment -->",
    ],
)
def test_an_honest_prologue_is_fine(prologue: str) -> None:
    assert take_response(prologue + good()) == take_response(good())


def test_what_was_encrypted_brings_no_definitions_either() -> None:
    inside = signed(assertion())
    take_response(response(encrypted(inside)))
    with pytest.raises(UnreadableMessageError):
        take_response(response(encrypted(f"<!DOCTYPE x>{inside}")))


def test_an_entity_that_nobody_defined_is_an_error() -> None:
    with pytest.raises(UnreadableMessageError):
        take_request(posted(authn_request(issuer=f"{SP}&nbsp;")))


@pytest.mark.parametrize("kind", ["Response", "LogoutRequest", "authnRequest"])
def test_another_message_than_expected_is_refused(kind: str) -> None:
    take_request(redirected(authn_request()))
    with pytest.raises(UnreadableMessageError):
        take_request(redirected(authn_request().replace("AuthnRequest", kind)))
    with pytest.raises(UnreadableMessageError):
        take_response(authn_request())


def test_the_right_name_in_another_namespace_is_another_message() -> None:
    evil = authn_request().replace("SAML:2.0:protocol", "SAML:2.0:protocols")
    with pytest.raises(UnreadableMessageError):
        take_request(posted(evil))
